"""Text files of publishers, made UTF-8 and looked through once before they are taken apart."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from midstream.errors import InputError

#: Files above this size are refused (bytes); a full year of BACI has about 400 MB.
MAX_BYTES = 4_000_000_000
#: Cells above this size are refused (characters), longer lines as well (bytes).
MAX_CELL, MAX_LINE = 20_000, 1_000_000
#: Columns above this number are refused.
MAX_COLUMNS = 400
_CHUNK = 1 << 20
_SEPARATORS = ",;\t"
#: A carriage return that does not belong to the end of a line.
_LONE = re.compile(rb"\r(?!\n)")


@dataclass(frozen=True, slots=True)
class Text:
    """A text file that can be read.

    Attributes:
        path: Where it is as UTF-8: the file itself, or a copy in the work folder.
        file: Name for messages.
        delimiter: What parts its cells.
        lines: Lines of the file.
        longest: Bytes a line may have.
    """

    path: Path
    file: str
    delimiter: str
    lines: int
    longest: int = MAX_LINE

    def header(self) -> tuple[str, ...]:
        """Give the column names of the first row; blanks around them are taken off.

        Raises:
            InputError: if there is none, or a name stands twice.
        """
        with self.path.open(encoding="utf-8-sig", newline="") as stream:
            try:
                cells = next(csv.reader(stream, delimiter=self.delimiter, strict=True), [])
            except csv.Error as error:
                raise _bad_header(self.file, f"the header row cannot be read ({error})") from None
        names = tuple(cell.strip() for cell in cells)
        if not any(names):
            raise _bad_header(self.file, "the first line holds no column names")
        if len(names) > MAX_COLUMNS:
            raise _bad_header(self.file, f"{len(names):,} columns are too many")
        twice = next((name for i, name in enumerate(names) if name and name in names[:i]), "")
        if twice:
            raise _bad_header(self.file, f"column {twice[:40]!r} is named twice")
        return names


def _bad_header(file: str, what: str) -> InputError:
    return InputError(
        what,
        where=f"{file}:1:1",
        why="columns are found by the names in the first line",
        mend="take the file as the publisher offers it",
    )


def size_of(path: Path, most: int = MAX_BYTES) -> int:
    """Give the size of a file that is to be imported.

    Raises:
        InputError: if it cannot be read, or is too large.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise IsADirectoryError(21, "it is no file")
        with path.open("rb"):
            pass
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror})",
            where=path.name,
            why="an import starts from one file on this machine",
            mend="check the path",
        ) from None
    if size > most:
        raise InputError(
            f"{size:,} bytes are too many",
            where=path.name,
            why=f"files of this kind are read up to {most:,} bytes",
            mend="split the file, or leave out what is not needed",
        )
    return size


def open_text(path: Path, work: Path, other: str = "", most: int = MAX_BYTES) -> Text:
    """Look through a text file; it is read in pieces and never held whole.

    Args:
        path: The file.
        work: Folder for a copy in UTF-8, where the file has another encoding.
        other: Encoding the publisher uses where the file is not UTF-8; blank refuses it.
        most: Bytes it may have.

    Raises:
        InputError: with ``file:line:column`` if it is not text, or a line is too long.
    """
    size_of(path, most)
    file = path.name
    try:
        lines = _scan(path, "utf-8")
    except InputError:
        if not other:
            raise
        lines = _scan(path, other)
        path = _copied(path, work, other)
    return Text(path, file, _delimiter(path), lines)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _scan(path: Path, encoding: str) -> int:
    """Check encoding, line ends and the length of lines; gives the number of lines."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, before = 1, b""
    for chunk in _chunks(path):
        held = chunk.removesuffix(b"\r")
        problem = _problem(decoder, chunk, held)
        if problem is not None:
            start, what = problem
            raise _not_text(path.name, line, before + chunk[:start], what)
        line += chunk.count(b"\n")
        before = chunk[chunk.rfind(b"\n") + 1 :] if b"\n" in chunk else before + chunk
        if len(before) > MAX_LINE:
            raise _not_text(path.name, line, b"", f"a line of more than {MAX_LINE:,} bytes")
    try:
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        raise _not_text(path.name, line, before, "the last character is cut off") from None
    return line if before else line - 1


def _problem(
    decoder: codecs.IncrementalDecoder, chunk: bytes, held: bytes
) -> tuple[int, str] | None:
    """Say where a piece of a file is not text, and how; a return at its end may have its twin."""
    if b"\0" in chunk:
        return chunk.index(b"\0"), "a NUL character; the file is binary or UTF-16"
    lone = _LONE.search(held)
    if lone:
        return lone.start(), "a carriage return that does not end a line"
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as error:
        # A character may have begun in the piece before.
        start = min(max(0, error.start), len(chunk) - 1)
        return start, f"byte {error.object[error.start]:#04x} is not UTF-8"
    return None


def _not_text(file: str, line: int, before: bytes, what: str) -> InputError:
    line += before.count(b"\n")
    column = len(before) - (before.rfind(b"\n") + 1) + 1
    return InputError(
        what,
        where=f"{file}:{line}:{column}",
        why="the file has to be text in UTF-8",
        mend="save it again as CSV UTF-8, or take it as the publisher offers it",
    )


def _copied(path: Path, work: Path, encoding: str) -> Path:
    copy = work / f"utf8-{path.name}"
    with (
        path.open(encoding=encoding, newline="") as source,
        copy.open("w", encoding="utf-8", newline="") as target,
    ):
        while chunk := source.read(_CHUNK):
            target.write(chunk)
    return copy


def _delimiter(path: Path) -> str:
    """What parts the cells: the separator that the first line holds most often."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        first = stream.readline(MAX_LINE)
    return max(_SEPARATORS, key=first.count)
