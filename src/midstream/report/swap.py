"""Replace the folder of an edition in one step; never leave a half-built one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from midstream.errors import InputError
from midstream.evidence.exchange import building, moved
from midstream.report.manifest import NAME as MANIFEST


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
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(building(out))
        except OSError as error:
            raise InputError(
                f"the folder cannot be written ({error.strerror})",
                where=str(out),
                why="an edition is built beside its place and moved there at the end",
                mend="name a folder you may write to with --out",
            ) from error
        yield folder
        moved(folder, out)


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
