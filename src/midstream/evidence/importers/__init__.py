"""Importers: publishers' own files and filled templates into a local data folder.

An import reads one file, merges its rows into a copy of the release, loads the copy with every
check, and says what changed. Only if it is accepted does the copy take the place of the local data
folder, in one step.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from midstream.errors import InputError
from midstream.evidence.exchange import building, moved, recovered
from midstream.evidence.importers.batch import Batch, Task
from midstream.evidence.importers.merging import Change, Merged, merge
from midstream.evidence.importers.registers import REGISTERS
from midstream.evidence.importers.registers import read as read_register
from midstream.evidence.store import Evidence
from midstream.terms import suggestion

__all__ = ["KINDS", "Change", "Prepared", "Wish", "prepared"]

#: Modules that read publishers' files, by kind.
PUBLISHERS: Mapping[str, str] = {
    "usgs-mcs": "usgs_mcs",
    "baci": "baci",
    "comtrade": "comtrade",
    "wmd": "wmd",
    "bgs": "bgs",
    "wgi": "wgi",
}

#: Kinds of files that can be imported.
KINDS: tuple[str, ...] = (*PUBLISHERS, *REGISTERS)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be imported.

    Attributes:
        kind: One of `KINDS`.
        path: The file.
        to: The local data folder.
        accept: Whether the result is to be written.
        year: Only this year, where the file holds several or names none.
        codes: List of country codes, where the file has numbers.
        work: Folder for drafts; that of the system where ``None``.
    """

    kind: str
    path: Path
    to: Path
    accept: bool = False
    year: int | None = None
    codes: Path | None = None
    work: Path | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An import that has been read, merged and checked, and waits to be accepted.

    Attributes:
        wish: What was asked for.
        batch: What the file holds.
        merged: What it changes.
        before, after: The evidence without it and with it.
        accept: Writes the result, in one step; gives the folder.
    """

    wish: Wish
    batch: Batch
    merged: Merged
    before: Evidence
    after: Evidence
    accept: Callable[[], Path]


@contextmanager
def prepared(wish: Wish, base: Evidence) -> Iterator[Prepared]:
    """Read a file and merge it into a copy of a release; the copy is gone after the block.

    Args:
        wish: What is to be imported.
        base: The release, where the local data folder does not exist yet; else that folder.

    Raises:
        InputError: with ``file:line:column`` for the first thing that is wrong; nothing is
            written then.
        EvidenceError: naming every problem of rows of your own.
    """
    known(wish.kind)
    to = wish.to.absolute()
    before = current(to, base)
    with tempfile.TemporaryDirectory(prefix="midstream-import-", dir=wish.work) as place:
        work = Path(place).resolve()
        batch = read(Task(wish.path.absolute(), work, before, wish.year, wish.codes), wish.kind)
        with _copy_place(to, work, wish.accept) as copy:
            _copied(before.folder.path, copy, to)
            merged = merge(batch, copy, work, before)
            after = Evidence.load(copy)

            def accept() -> Path:
                try:
                    moved(copy, to, kept=True)
                except OSError as error:
                    raise _unwritable(to, error) from None
                return wish.to

            yield Prepared(wish, batch, merged, before, after, accept)


def known(kind: str) -> None:
    """Check a kind of file.

    Raises:
        InputError: if it is unknown, with the nearest.
    """
    if kind not in KINDS:
        raise InputError(
            f"no importer {kind!r}",
            where="KIND",
            why=f"files of these kinds can be imported: {', '.join(KINDS)}",
            mend=suggestion(kind, KINDS) or "name one of them",
        )


def current(to: Path, base: Evidence) -> Evidence:
    """Give the evidence of the local data folder, or the release where there is none yet.

    What an import that was stopped left beside the folder is cleared first.

    Raises:
        InputError: if something else stands where the folder goes.
    """
    try:
        recovered(to)
        if to.is_symlink() or (to.exists() and not to.is_dir()):
            raise FileExistsError(17, "a file or link stands there")
        if to.is_dir() and any(to.iterdir()):
            if not (to / "release.toml").is_file():
                raise FileExistsError(17, "it holds files that are no data folder")
            return Evidence.load(to)
    except OSError as error:
        raise InputError(
            f"the local data folder cannot be used ({error.strerror})",
            where=str(to),
            why="an import adds to a data folder, or makes one",
            mend="name another folder with --to",
        ) from None
    return base


def read(task: Task, kind: str) -> Batch:
    """Read a file of a kind; any bytes give rows or one typed error."""
    if kind in REGISTERS:
        return read_register(task, kind)
    module = import_module(f"midstream.evidence.importers.{PUBLISHERS[kind]}")
    batch: Batch = module.read(task)
    return batch


@contextmanager
def _copy_place(to: Path, work: Path, accept: bool) -> Iterator[Path]:
    """A folder for the copy: beside its place where it may be moved there, else in the work."""
    if not accept:
        yield work / "copy"
        return
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(building(to))
        except OSError as error:
            raise _unwritable(to, error) from None
        yield folder


def _unwritable(to: Path, error: OSError) -> InputError:
    return InputError(
        f"the local data folder cannot be written ({error.strerror})",
        where=str(to),
        why="it is built beside its place and moved there at the end",
        mend="name a folder you may write to with --to",
    )


def _copied(source: Path, copy: Path, to: Path) -> None:
    hidden = shutil.ignore_patterns("__pycache__", ".*")
    try:
        shutil.copytree(source, copy, dirs_exist_ok=True, ignore=hidden)
    except OSError as error:
        raise _unwritable(to, error) from None
