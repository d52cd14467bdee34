"""Replace a folder in one step: build beside it, then swap; never leave a half-built one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from midstream.errors import InputError
from midstream.report.manifest import NAME as MANIFEST

_BUILDING, _OLD = "building", "old"


@contextmanager
def swapped(out: Path) -> Iterator[Path]:
    """Give an empty folder beside `out`; it takes the place of `out` when the block ends well.

    If the block raises, or the process dies, `out` stays as it was; what a dead process left
    beside it is cleared by the next build.

    Raises:
        InputError: if `out` is a file, or a folder with files that is no edition, or its parent
            cannot be written.
    """
    out = out.absolute()
    _check(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        clear_dead(out)
        folder = _beside(out, _BUILDING)
        folder.mkdir()
    except OSError as error:
        raise InputError(
            f"the folder cannot be written ({error.strerror})",
            where=str(out),
            why="an edition is built beside its place and moved there at the end",
            mend="name a folder you may write to with --out",
        ) from error
    try:
        yield folder
        _swap(folder, out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check(out: Path) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        what = "a link" if out.is_symlink() else "a file"
        raise InputError(
            f"{what} stands where the edition goes",
            where=str(out),
            why="it would be lost",
            mend="move it away or name another folder with --out",
        )
    if out.is_dir() and not (out / MANIFEST).is_file() and any(out.iterdir()):
        raise InputError(
            "the folder holds files that are no edition",
            where=str(out),
            why="they would be lost: a build replaces the whole folder",
            mend="name an empty folder or an earlier edition with --out",
        )


def _beside(out: Path, what: str) -> Path:
    return out.parent / f".{out.name}.{what}-{os.getpid()}"


def _swap(folder: Path, out: Path) -> None:
    """Move the new folder into place; the old one waits beside it until that is done."""
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


def clear_dead(out: Path) -> None:
    """Remove what builds of processes that no longer run left beside `out`.

    If such a build died between its two moves, the old edition is put back first.
    """
    for what in (_OLD, _BUILDING):
        prefix = f".{out.name}.{what}-"
        for path in sorted(out.parent.glob(f"{prefix}*")):
            process = path.name.removeprefix(prefix)
            if not process.isdigit() or _runs(int(process)):
                continue
            if what == _OLD and not out.exists():
                path.rename(out)
            else:
                shutil.rmtree(path, ignore_errors=True)


def _runs(process: int) -> bool:
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
