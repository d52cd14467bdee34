"""What run.py decides: is the set-up still good, what may be printed, what uv is told."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: What pip calls the address of its index.
INDEX = "index" + "-url"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py, with an empty project folder of its own."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    locks = {"use": tmp_path / "use.lock", "dev": tmp_path / "dev.lock"}
    for path in (*locks.values(), tmp_path / "pyproject.toml"):
        path.write_text(path.name)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(module, "LOCKS", locks)
    return module


@pytest.fixture
def finished(run: ModuleType) -> ModuleType:
    """run.py beside a `.venv` that it has finished for use."""
    run.PYTHON.parent.mkdir(parents=True)
    run.PYTHON.write_text("")
    settings = f"version = 3.12.1\ncommand = python3 -m venv --without-pip {run.VENV}\n"
    (run.VENV / "pyvenv.cfg").write_text(settings)
    run.stamp("use").write_text(run.fingerprint("use"))
    return run


def test_nothing_is_set_up_at_first(run: ModuleType) -> None:
    assert not run.is_set_up("use")
    assert run.venv_version() is None


def test_a_finished_set_up_is_known_again(finished: ModuleType) -> None:
    assert finished.venv_version() == (3, 12)
    assert finished.is_set_up("use")
    assert not finished.is_set_up("dev")


def test_the_test_tools_include_what_builds_need(finished: ModuleType) -> None:
    finished.stamp("use").unlink()
    finished.stamp("dev").write_text(finished.fingerprint("dev"))
    assert finished.is_set_up("use")


@pytest.mark.parametrize("changed", ["use.lock", "pyproject.toml", ".venv/pyvenv.cfg"])
def test_a_changed_lock_project_or_python_asks_for_a_new_set_up(
    finished: ModuleType, changed: str
) -> None:
    path = finished.ROOT / changed
    path.write_text(path.read_text().replace("3.12.1", "3.13.0") + "# changed\n")
    assert not finished.is_set_up("use")


def test_a_moved_environment_asks_for_a_new_set_up(
    finished: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = finished.VENV.rename(finished.ROOT / "moved")
    monkeypatch.setattr(finished, "VENV", moved)
    monkeypatch.setattr(finished, "PYTHON", moved / "bin" / "python")
    assert finished.venv_version() is None


def test_a_vanished_python_asks_for_a_new_set_up(finished: ModuleType) -> None:
    finished.PYTHON.unlink()
    assert not finished.is_set_up("use")


def test_a_folder_that_is_no_environment_is_not_deleted(run: ModuleType) -> None:
    run.VENV.mkdir()
    (run.VENV / "thesis.txt").write_text("three years")
    with pytest.raises(run.StepError, match="not a virtual environment"):
        run.make_venv()
    assert (run.VENV / "thesis.txt").read_text() == "three years"


def test_addresses_are_never_printed(run: ModuleType) -> None:
    text = "Looking in indexes: https://ada:secret@index.example/simple, file:///srv/wheels"
    assert run.redacted(text) == "Looking in indexes: <address>, <address>"


def test_uv_hears_what_pip_was_told(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = (
        f":env:.{INDEX}='https://from-variable.example'\n"
        f"global.extra-{INDEX}='\\nhttps://one.example\\nhttps://two.example'\n"
        f"global.find-links='{run.ROOT} {run.ROOT}/gone https://wheels.example'\n"
        "global.cert='/gone.pem'\n"
        f"global.{INDEX}='https://from-file.example'\n"
        "global.progress-bar='off'\n"
    )
    for name in [*run.UV_SETTINGS.values(), "UV_INDEX_STRATEGY"]:
        monkeypatch.delenv(name, raising=False)
    env = run.uv_environment(listed)
    assert env["UV_DEFAULT_INDEX"] == "https://from-variable.example"
    assert env["UV_INDEX"] == "https://one.example https://two.example"
    assert env["UV_FIND_LINKS"] == f"{run.ROOT},https://wheels.example"
    assert "SSL_CERT_FILE" not in env


def test_what_uv_was_told_itself_stands(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example")
    env = run.uv_environment(f"global.{INDEX}='https://x.example'")
    assert env["UV_DEFAULT_INDEX"] == "https://own.example"


def test_an_unsupported_python_is_named_when_no_other_is_found(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "OLDEST", (3, 98))
    monkeypatch.setattr(run, "NEWEST", (3, 99))
    mine = ".".join(map(str, sys.version_info[:3]))
    with pytest.raises(run.StepError, match=rf"Python 3\.98 to 3\.99; this is Python {mine}"):
        run.use_supported_python()


@pytest.mark.parametrize("arguments", [["nonsense"], ["test", "-k", "x"]])
def test_a_wrong_command_line_is_explained(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "run.py does not know" in done.stdout
    assert "python3 run.py test" in done.stdout
