"""A folder replaced in one step: built beside its place, then moved there; never half-written.

A process that dies while it builds leaves the old folder as it was. One that dies between the two
moves leaves the old folder under another name; `recovered` puts it back.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BUILDING, _OLD = "building", "old"


@contextmanager
def building(out: Path) -> Iterator[Path]:
    """Give an empty folder beside `out`, which is gone after the block unless it was moved.

    Raises:
        OSError: if the place cannot be written.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    recovered(out)
    folder = _beside(out, _BUILDING)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def moved(folder: Path, out: Path, kept: bool = False) -> None:
    """Move a folder to its place; the old one waits beside it until that is done.

    Args:
        folder: The folder, as `building` gave it.
        out: Its place.
        kept: Whether the disk has to hold every file first, which takes longer.

    Raises:
        OSError: if it cannot be moved; the old folder is then back in its place.
    """
    if kept:
        _written(folder)
    old = _beside(out, _OLD)
    if out.exists():
        out.rename(old)
    try:
        folder.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def recovered(out: Path) -> None:
    """Clear what processes that no longer run left beside a folder.

    If one of them died between its two moves, the old folder is put back first.
    """
    for what in (_OLD, _BUILDING):
        prefix = f".{out.name}.{what}-"
        for path in sorted(out.parent.glob(f"{prefix}*")):
            process = path.name.removeprefix(prefix)
            if not process.isdigit() or runs(int(process)):
                continue
            if what == _OLD and not out.exists():
                path.rename(out)
            else:
                shutil.rmtree(path, ignore_errors=True)


def _beside(out: Path, what: str) -> Path:
    return out.parent / f".{out.name}.{what}-{os.getpid()}"


def _written(folder: Path) -> None:
    """Have the disk hold every file before the folder gets its name."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())


def runs(process: int) -> bool:
    """Whether a process runs that is not this one."""
    if process == os.getpid():
        return False
    if os.name == "nt":  # there, signal 0 would end the process; a folder left over is harmless
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
