#!/usr/bin/env python3
"""Set midstream up, build its default edition, or run every check. Standard library only.

    python3 run.py                        set up if needed, build the default edition
    python3 run.py build -- [args]        the same; args go to `midstream build`
    python3 run.py setup                  only set up
    python3 run.py test [-- pytest args]  set up if needed, run everything CI runs
    python3 run.py lock                   pin the newest dependencies again (needs uv)

Everything goes into `.venv`, pinned by hash in lock files: with uv where it can be had, else pip.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
TOOLS = VENV / "run-tools"
UV_LOCK = ROOT / "requirements-uv.lock"
LOCKS = {"use": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
OLDEST, NEWEST = (3, 11), (3, 14)

COMPILE = "pip compile --quiet --upgrade --universal --fork-strategy fewest --python-version 3.11"
COMPILE += " --generate-hashes --no-header --no-annotate"

# What pip was told (without the ending "-url"), and the variable by which uv hears the same.
UV_SETTINGS = {
    "index": "UV_DEFAULT_INDEX",
    "extra-index": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "proxy": "ALL_PROXY",
}

# Settings of the surrounding shell that would send an install somewhere else.
STRAY: tuple[str, ...] = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX")
STRAY += ("PYTHONDONTWRITEBYTECODE",)  # each process of the tests would compile all anew


class StepError(Exception):
    """A step ended badly; the message says which, and what to do about it."""


def redacted(text: str) -> str:
    """Return `text` without addresses: package indexes may hold passwords."""
    return re.sub(r"\b(?:https?|file|ssh)://[^\s'\",)]+", "<address>", text)


def say(text: str) -> None:
    """Print one line at once."""
    print(text, flush=True)


def clean_environment() -> dict[str, str]:
    """Return the environment for installers, without settings that would divert them."""
    kept = {name: value for name, value in os.environ.items() if name not in STRAY}
    fixed = {"PIP_NO_INPUT": "1", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_USER": "0"}
    return {**kept, **fixed, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONWARNINGS": "ignore"}


def attempt(command: list[str], env: dict[str, str] | None = None) -> tuple[bool, str]:
    """Run `command` quietly in the project folder; return whether it worked and what it said."""
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    text: dict[str, Any] = {"stdin": subprocess.DEVNULL, "text": True, "errors": "replace"}
    env = env or clean_environment()
    try:
        done = subprocess.run(command, cwd=ROOT, env=env, check=False, **pipes, **text)
    except OSError as error:
        return False, f"{command[0]}: {error.strerror}"
    return done.returncode == 0, done.stdout


def step(title: str, command: list[str], env: dict[str, str] | None = None) -> tuple[bool, str]:
    """Run one step and print its line: the outcome, the title and the seconds it took."""
    started = time.monotonic()
    worked, output = attempt(command, env)
    say(f"  {'ok    ' if worked else 'failed'} {title} ({time.monotonic() - started:.1f} s)")
    return worked, output


def must(title: str, command: list[str], hint: str, env: dict[str, str] | None = None) -> None:
    """Run a step that nothing can replace; raise StepError with `hint` when it fails."""
    worked, output = step(title, command, env)
    if not worked:
        raise StepError(f"{redacted(output).strip()[-3000:]}\n\n{title} failed. {hint}")


# --- a Python that will do -------------------------------------------------------------


def supported(version: tuple[int, int]) -> bool:
    """Say whether the locks hold wheels for this Python."""
    return OLDEST <= version <= NEWEST


def other_python() -> str | None:
    """Return a supported Python found on PATH, newest first, or None."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        # A version manager's shim may be there and still refuse to run.
        if found and attempt([found, "-c", "import venv"])[0]:
            return found
    return None


def use_supported_python() -> None:
    """Start again with a supported Python when this one is too old or too new."""
    if supported(sys.version_info[:2]):
        return
    mine = ".".join(str(part) for part in sys.version_info[:3])
    found = other_python()
    if found is None:
        raise StepError(
            f"midstream needs Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}; "
            f"this is Python {mine}, and no other was found on PATH.\n"
            "Install one (on Debian: apt-get install python3) and run this command again."
        )
    say(f"This is Python {mine}; going on with {Path(found).name}.")
    raise SystemExit(subprocess.call([found, str(Path(__file__).resolve()), *sys.argv[1:]]))


# --- set-up ----------------------------------------------------------------------------


def venv_version() -> tuple[int, int] | None:
    """Return the Python version that `.venv` was made with, or None when it cannot be used."""
    settings = VENV / "pyvenv.cfg"
    text = settings.read_text() if settings.is_file() and PYTHON.exists() else ""
    # A folder that was moved here holds programs that still point to its old place.
    made_here = re.search(rf"^command = .* {re.escape(str(VENV))}$", text, re.MULTILINE)
    found = re.search(r"^version = (\d+)\.(\d+)", text, re.MULTILINE) if made_here else None
    return (int(found.group(1)), int(found.group(2))) if found else None


def fingerprint(kind: str) -> str:
    """Return a digest of all that the finished set-up depends on."""
    digest = hashlib.sha256(f"{ROOT}\n{venv_version()}\n".encode())
    for path in (LOCKS[kind], ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def stamp(kind: str) -> Path:
    """Return the file that marks a finished set-up of this kind."""
    return VENV / f"run-{kind}.stamp"


def is_set_up(kind: str) -> bool:
    """Say whether `.venv` already holds what this kind of run needs."""
    return venv_version() is not None and any(
        stamp(each).is_file() and stamp(each).read_text() == fingerprint(each)
        for each in {"use": ("use", "dev"), "dev": ("dev",)}[kind]
    )


def make_venv() -> None:
    """Create `.venv`, or replace one whose Python is gone; raise StepError if it is not ours."""
    version = venv_version()
    if version and supported(version) and attempt([str(PYTHON), "-c", ""])[0]:
        return
    if VENV.exists():
        if not (VENV / "pyvenv.cfg").is_file() and any(VENV.iterdir()):
            raise StepError(f"{VENV} is not a virtual environment. Move it away and try again.")
        shutil.rmtree(VENV)
    # Without pip: Debian ships venv apart from ensurepip, and uv needs no pip in there.
    must(
        f"make .venv with Python {sys.version_info[0]}.{sys.version_info[1]}",
        [sys.executable, "-m", "venv", "--without-pip", str(VENV)],
        "On Debian: apt-get install python3-venv",
    )


def pip_outside() -> list[str] | None:
    """Return a pip command that can install into a folder, or None when there is none."""
    for python in (str(PYTHON), sys.executable):
        if attempt([python, "-m", "pip", "--version"])[0]:
            return [python, "-m", "pip"]
    return None


def pip_inside() -> list[str]:
    """Return the pip of `.venv`, putting one there first if need be, or raise StepError."""
    inside = [str(PYTHON), "-m", "pip"]
    if attempt([*inside, "--version"])[0]:
        return inside
    bundled = importlib.util.find_spec("ensurepip") is not None
    if bundled and step("put pip into .venv", [str(PYTHON), "-m", "ensurepip"])[0]:
        return inside
    outside = pip_outside()
    if outside is None:
        raise StepError("No pip was found. On Debian: apt-get install python3-pip")
    asked = [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    folder = attempt(asked)[1].strip()
    # Into a folder, so that a system Python which refuses global installs agrees.
    must(
        "put pip into .venv with the system's pip",
        [*outside, "install", "--quiet", "--target", folder, "pip"],
        "Check that pip can reach its package index.",
    )
    return inside


def find_uv() -> str | None:
    """Return a uv command: from PATH, or installed by pip into a private folder, or None."""
    if os.environ.get("MIDSTREAM_NO_UV"):
        return None
    private = TOOLS / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    found = shutil.which("uv") or (str(private) if private.is_file() else None)
    if found and attempt([found, "--version"])[0]:
        return found
    pip = pip_outside()
    if pip is None:
        return None
    install = ["install", "--quiet", "--require-hashes", "--only-binary", ":all:"]
    worked, _ = step("get uv", [*pip, *install, "--target", str(TOOLS), "-r", str(UV_LOCK)])
    return str(private) if worked and private.is_file() else None


def is_there(setting: str) -> bool:
    """Say whether a setting is no local path, or one that exists: uv trips over the others."""
    path = setting[7:] if setting.startswith("file://") else setting
    return not path.startswith(("/", ".")) or Path(path).exists()


def uv_environment(pip_settings: str) -> dict[str, str]:
    """Return the environment in which uv asks the index that `pip config list` tells of.

    pip heeds its files least and its variables most; what uv was told itself stands.
    """
    env = clean_environment()
    for section in ("global", "install", ":env:"):
        listed = re.findall(rf"^{section}\.([a-z-]+)='(.*)'$", pip_settings, re.MULTILINE)
        for setting, value in listed:
            name = UV_SETTINGS.get(setting.removesuffix("-url"))
            if name and name not in os.environ:
                between = "," if name == "UV_FIND_LINKS" else " "
                env[name] = between.join(filter(is_there, value.replace("\\n", " ").split()))
    # Every file is pinned by hash, so it does not matter which index serves it.
    env.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return {name: value for name, value in env.items() if value}


def configured_for_uv() -> dict[str, str]:
    """Return the environment for uv on this machine."""
    pip = pip_outside()
    return uv_environment(attempt([*pip, "config", "list"])[1] if pip else "")


def install_with_uv(uv: str, lock: Path) -> bool:
    """Install the lock and the project with uv; return False when uv cannot."""
    env = configured_for_uv()
    base = [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--no-deps"]
    # pip compiles what it installs, uv only when told; the first answer is faster for it.
    compiled = ["--compile-bytecode", "--require-hashes"]
    for title, rest in (
        (f"install {lock.name} with uv", [*compiled, "-r", str(lock)]),
        ("install midstream itself", ["--offline", "--no-build-isolation", "-e", str(ROOT)]),
    ):
        worked, output = step(title, [*base, *rest], env)
        if not worked:
            say(redacted(output).strip()[-600:] + "\n  uv could not; going on with pip")
            return False
    return True


def install_with_pip(lock: Path) -> None:
    """Install the lock and the project with the pip of `.venv`, or raise StepError."""
    base = [*pip_inside(), "install", "--quiet", "--no-deps"]
    must(
        f"install {lock.name} with pip",
        [*base, "--require-hashes", "-r", str(lock)],
        "Check that pip can reach its package index, then run the same command again.",
    )
    must(
        "install midstream itself",
        [*base, "--no-index", "--no-build-isolation", "-e", str(ROOT)],
        "pyproject.toml or the files that it names may be broken.",
    )


def set_up(kind: str) -> None:
    """Bring `.venv` up to date; return at once when it is."""
    if is_set_up(kind):
        return
    started = time.monotonic()
    say(f"Setting up .venv ({'with' if kind == 'dev' else 'without'} the test tools)")
    make_venv()
    for each in LOCKS:
        stamp(each).unlink(missing_ok=True)
    uv = find_uv()
    if not (uv and install_with_uv(uv, LOCKS[kind])):
        install_with_pip(LOCKS[kind])
    stamp(kind).write_text(fingerprint(kind))
    say(f"Set up in {time.monotonic() - started:.1f} s")


# --- commands --------------------------------------------------------------------------


def build(arguments: list[str]) -> int:
    """Build an edition (the default one, into build/india-us) and return the exit code."""
    set_up("use")
    program = BIN / ("midstream.exe" if os.name == "nt" else "midstream")
    return subprocess.call([str(program), "build", *arguments], cwd=ROOT)


def test(arguments: list[str]) -> int:
    """Run every check that CI runs, pytest last, and return the exit code.

    All run, even after one that fails. Given pytest arguments, pytest runs with these alone.
    """
    set_up("dev")
    python = [str(PYTHON), "-m"]
    checks = {
        "types (mypy --strict)": [*python, "mypy"],
        "lint (ruff check)": [*python, "ruff", "check", "--output-format", "concise", "."],
        "format (ruff format)": [*python, "ruff", "format", "--check", "."],
        "imports (lint-imports)": [str(BIN / "lint-imports"), "--no-logo"],
        "sizes (tools/check_size.py)": [str(PYTHON), "tools/check_size.py"],
        "market kernel (tools/compile_market.py)": [str(PYTHON), "tools/compile_market.py"],
    }
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(checks, pool.map(step, checks, checks.values()), strict=True))
    broken = [title for title, (worked, _) in found.items() if not worked]
    for title in broken:
        say(f"{title}:\n{found[title][1].rstrip()}")
    env = {name: value for name, value in os.environ.items() if name not in STRAY}
    whole = ["-n", "3", "--dist", "loadscope", "--no-loadscope-reorder"]
    code = subprocess.call([*python, "pytest", *(arguments or whole)], cwd=ROOT, env=env)
    if broken:
        raise StepError(f"These checks failed (see above): {', '.join(broken)}")
    return code


def lock(_: list[str]) -> int:
    """Pin the newest versions of all dependencies; the two locks agree with each other."""
    make_venv()
    uv = find_uv()
    if uv is None:
        raise StepError("Locking needs uv, and pip could not install it.")
    # From the main index alone: a partial mirror would leave out other systems' wheels.
    partial = ("UV_INDEX", "UV_FIND_LINKS")
    env = {name: value for name, value in configured_for_uv().items() if name not in partial}
    wanted = {
        LOCKS["dev"]: ["pyproject.toml", "--group", "dev"],
        LOCKS["use"]: ["pyproject.toml", "--group", "build", "-c", LOCKS["dev"].name],
        UV_LOCK: ["--group", "pyproject.toml:uv"],
    }
    for path, given in wanted.items():
        command = [uv, *COMPILE.split(), *given, "-o", path.name]
        must(f"pin {path.name}", command, "See uv's message above.", env)
    return 0


def setup(_: list[str]) -> int:
    """Set up what building editions needs."""
    set_up("use")
    say(f"Ready: {(BIN / 'midstream').relative_to(ROOT)}")
    return 0


COMMANDS = {"build": build, "setup": setup, "test": test, "lock": lock}


def main(arguments: list[str]) -> int:
    """Do what the command line asks and return the exit code."""
    name, *rest = arguments or ["build"]
    if name in ("-h", "--help"):
        say((__doc__ or "").strip())
        return 0
    if name not in COMMANDS or (rest and rest[0] != "--"):
        say(f"run.py does not know: {' '.join(arguments)}\n\n{(__doc__ or '').strip()}")
        return 2
    try:
        use_supported_python()
        return COMMANDS[name](rest[1:])
    except StepError as failure:
        say(f"\n{failure}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
