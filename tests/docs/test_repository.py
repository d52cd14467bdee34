"""The repository keeps its promises: portable, pinned, licensed, one version everywhere."""

from __future__ import annotations

import ast
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

import midstream

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")
MADE_HERE = re.compile(r"(?:\.(?:git|venv|coverage|hypothesis|.+_cache)|build|dist|__pycache__)$")

# A path that only one machine has: it starts with a slash that no word or address precedes.
MACHINE_PATH = re.compile(
    r"(?<![\w./:~$}<-])/(?:(?:work|tmp|root|opt|mnt)/|home/\w+/|Users/\w+/)|\b[A-Z]:\\Users\\"
)
REGISTRY = re.compile(
    r"https?://[^\s\"'<>]*(?:pypi\.org|pythonhosted\.org|npmjs\.org|npmjs\.com|deb\.debian\.org"
    r"|/simple/)"
)
REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; (.+?))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def project_files() -> list[Path]:
    """All files that are, or could be, committed."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
        found = [ROOT / os.fsdecode(name) for name in listed.split(b"\0") if name]
    else:
        found = [
            path
            for path in ROOT.rglob("*")
            if not any(map(MADE_HERE.match, path.relative_to(ROOT).parts))
        ]
    return [path for path in found if path.is_file()]


def places(pattern: re.Pattern[str]) -> list[str]:
    """Each place in a text file of the project where `pattern` matches, as file:line: match."""
    found = []
    for path in project_files():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8").splitlines(), start=1):
            match = pattern.search(line)
            if match:
                found.append(f"{path.relative_to(ROOT)}:{number}: {match.group(0)}")
    return found


def pins(lock: str) -> dict[str, str]:
    """The packages of a lock file and the version and marker each is pinned to."""
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    entries = filter(None, map(REQUIREMENT.match, lines))
    return {entry.group(1): f"{entry.group(2)};{entry.group(3)}" for entry in entries}


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_no_file_names_a_path_of_one_machine() -> None:
    assert places(MACHINE_PATH) == []


def test_no_file_names_a_package_registry() -> None:
    assert places(REGISTRY) == []


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ('open("' + "/tmp" + '/x")', MACHINE_PATH),
        ("see " + "/home" + "/ada/project", MACHINE_PATH),
        ("https" + "://pypi" + ".org/simple", REGISTRY),
    ],
)
def test_the_patterns_find_what_they_look_for(text: str, pattern: re.Pattern[str]) -> None:
    assert pattern.search(text)


@pytest.mark.parametrize(
    "text", ["https://example.org" + "/home" + "/ada/", "a" + "/tmp" + "/b", "https://pint.org/"]
)
def test_the_patterns_leave_addresses_of_sources_alone(text: str) -> None:
    assert not MACHINE_PATH.search(text)
    assert not REGISTRY.search(text)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes_and_nothing_else_stands_in_the_lock(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    unpinned = [
        line
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if not HASH.match(line) and not (REQUIREMENT.match(line) and HASH.match(following))
    ]
    assert lines
    assert unpinned == []


def test_the_two_locks_agree_with_each_other() -> None:
    use, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: dev.get(name) for name in use} == use


def test_the_locks_hold_each_declared_dependency() -> None:
    table = pyproject()
    groups = table["dependency-groups"]
    declared = {
        "requirements.lock": [*table["project"]["dependencies"], *groups["build"]],
        "requirements-dev.lock": [each for each in groups["dev"] if isinstance(each, str)],
    }
    for lock, requirements in declared.items():
        names = {re.split(r"[<>=!~\[; ]", each)[0].lower() for each in requirements}
        assert names - pins(lock).keys() == set(), f"run `python3 run.py lock`: {lock} is behind"


@pytest.mark.parametrize("package", ["duckdb", "numpy", "pydantic-core", "scipy", "typst"])
def test_the_locks_hold_the_wheels_of_every_system(package: str) -> None:
    # A lock made from a partial mirror would pin only the wheels of one machine.
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    found = re.search(rf"^{package}==.*\n((?: {{4}}--hash=.*\n)+)", lock, re.MULTILINE)
    assert found is not None
    assert len(found.group(1).splitlines()) >= 10


def test_no_lock_file_of_another_tool_is_kept() -> None:
    names = {path.name for path in project_files()}
    assert not names & {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "pylock.toml"}


def test_run_py_needs_only_the_standard_library() -> None:
    # An older Python has to get far enough to say that it is too old.
    tree = ast.parse((ROOT / "run.py").read_text("utf-8"), feature_version=(3, 7))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
        )
    }
    assert imported <= sys.stdlib_module_names


def test_the_commands_can_be_run() -> None:
    assert os.access(ROOT / "run.py", os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_licence_files_are_there() -> None:
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License" in (ROOT / "NOTICE").read_text("utf-8")
    assert pyproject()["project"]["license"] == "Apache-2.0"


def test_one_version_everywhere() -> None:
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    cited = re.search(r"^version: (\S+)$", citation, re.MULTILINE)
    declared = pyproject()["project"]["version"]
    assert cited is not None
    assert (cited.group(1), midstream.__version__) == (declared, declared)


def test_the_wheel_holds_the_package_and_all_its_data(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("midstream/")}
    source = ROOT / "src"
    kept = {
        path.relative_to(source).as_posix()
        for path in project_files()
        if path.is_relative_to(source)
    }
    assert "midstream/py.typed" in packed
    assert packed == kept


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org"])
def test_tests_cannot_reach_another_machine(host: str) -> None:
    with pytest.raises(RuntimeError, match="without a network"):
        socket.create_connection((host, 80), timeout=1)


def test_tests_may_reach_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
