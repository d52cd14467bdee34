"""Workbooks (.xlsx) of publishers: every sheet as rows of text, within limits.

The archive is checked before anything is unpacked. A document type declaration is refused, so
entities do not exist; formulas are not run, the stored result of a cell is read; links, macros and
pictures are never opened.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from midstream.errors import InputError
from midstream.evidence.importers.files import Record, require
from midstream.evidence.importers.text import MAX_CELL, MAX_COLUMNS, size_of

#: Limits of a workbook: bytes of the file, bytes unpacked, times packed, parts, rows of a sheet.
MAX_FILE, MAX_UNPACKED, MAX_PACKING, MAX_PARTS = 64_000_000, 400_000_000, 200, 2_000
MAX_ROWS = 400_000
#: Rows from the top among which the header row is looked for.
HEADER_WITHIN = 20
_CHUNK = 1 << 16
_ENCRYPTED = 0x1
_CELL = re.compile(r"([A-Z]{1,3})[1-9][0-9]{0,6}")
#: What the archive library raises on a broken archive.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class WorkSheet:
    """A sheet: its name, and its rows with their numbers, blank rows left out."""

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def records(self, file: str, needed: tuple[str, ...]) -> Iterator[Record]:
        """Give the records below the first row that holds a column of a name.

        Args:
            file: Name for messages.
            needed: Columns; the first is the one by which the header row is found.

        Raises:
            InputError: if there is no header row, or a column is missing in it.
        """
        place = f"{file}:{self.name}"
        heads = (
            (at, row)
            for at, (_, row) in enumerate(self.rows[:HEADER_WITHIN])
            if needed[0] in [cell.strip() for cell in row]
        )
        at, head = next(heads, (-1, ()))
        if at < 0:
            require(place, 1, self.rows[0][1] if self.rows else (), needed)
        header = [cell.strip() for cell in head]
        require(place, self.rows[at][0], header, needed)
        for number, cells in self.rows[at + 1 :]:
            pairs = zip(header, (*cells, *[""] * (len(header) - len(cells))), strict=False)
            yield Record(
                {name: cell.strip() for name, cell in pairs if name}, _placed(place, number)
            )


def _placed(place: str, number: int) -> Any:
    return lambda: f"{place}:{number}"


def read_workbook(path: Path) -> Iterator[WorkSheet]:
    """Read the visible sheets of a workbook, one after the other.

    Raises:
        InputError: if the archive is broken, encrypted, packed too tightly or no workbook.
    """
    size = size_of(path, MAX_FILE)
    file = path.name
    try:
        archive = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    except _BROKEN as error:
        raise _broken(file, str(error)) from None
    _check(archive, size, file)
    names = set(archive.namelist())
    sheets = _Found("sheet")
    _parse(archive, "xl/workbook.xml", file, sheets)
    parts = _relations(archive, names, file)
    texts = _Texts()
    if "xl/sharedStrings.xml" in names:
        _parse(archive, "xl/sharedStrings.xml", file, texts)
    for one in sheets.found:
        target = parts.get(one.get("id", ""), "")
        if target in names and one.get("state", "visible") == "visible":
            cells = _Cells(file, one.get("name", ""), texts.texts)
            _parse(archive, target, file, cells)
            yield WorkSheet(one.get("name", ""), tuple(cells.rows))


def _check(archive: zipfile.ZipFile, size: int, file: str) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise _broken(file, "it is encrypted")
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > MAX_PACKING * size:
        raise _broken(file, f"{len(parts):,} parts of {unpacked:,} bytes are too many")
    if "xl/workbook.xml" not in archive.namelist():
        raise _broken(file, "it is no XLSX workbook")


def _broken(file: str, what: str) -> InputError:
    return InputError(
        f"the workbook cannot be read ({what})",
        where=f"{file}:1:1",
        why="the file is damaged, protected or no workbook",
        mend="open it in a spreadsheet and save it again as XLSX or CSV",
    )


def _local(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name.rpartition(" ")[2]: value for name, value in attributes.items()}


@dataclass(slots=True)
class _Found:
    """Collects the attributes of the elements of a name."""

    name: str
    found: list[dict[str, str]] = field(default_factory=list)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == self.name and len(self.found) < MAX_PARTS:
            self.found.append(_local(attributes))

    def end(self, name: str) -> None:
        """Nothing happens at the end of an element."""

    def text(self, text: str) -> None:
        """Text is not looked at."""


@dataclass(slots=True)
class _Texts:
    """Collects the shared texts; readings in small type (ruby) are left out."""

    texts: list[str] = field(default_factory=list)
    open: bool = False
    ruby: bool = False

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name == "si":
            self.texts.append("")
        self.ruby = self.ruby or name == "rPh"
        self.open = name == "t" and not self.ruby

    def end(self, name: str) -> None:
        self.open = False
        self.ruby = self.ruby and name != "rPh"

    def text(self, text: str) -> None:
        if self.open and self.texts and len(self.texts[-1]) <= MAX_CELL:
            self.texts[-1] += text


@dataclass(slots=True)
class _Cells:
    """Collects the rows of a sheet."""

    file: str
    sheet: str
    shared: list[str]
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    row: int = 0
    column: int = 0
    kind: str = ""
    value: str = ""
    open: bool = False
    cells: dict[int, str] = field(default_factory=dict)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "row":
            number = _local(attributes).get("r", "")
            self.row = int(number) if re.fullmatch(r"[1-9][0-9]{0,6}", number) else self.row + 1
            self.column, self.cells = 0, {}
        elif name == "c":
            local = _local(attributes)
            place = _CELL.fullmatch(local.get("r", ""))
            self.column = _number_of(place[1]) if place else self.column + 1
            self.kind, self.value = local.get("t", "n"), ""
        self.open = name in ("v", "t")

    def end(self, name: str) -> None:
        self.open = False
        if name == "c" and self.value.strip() and self.column <= MAX_COLUMNS:
            self.cells[self.column] = self._text()
        elif name == "row" and self.cells:
            if len(self.rows) >= MAX_ROWS:
                raise _broken(self.file, f"sheet {self.sheet} has more than {MAX_ROWS:,} rows")
            width = max(self.cells)
            row = tuple(self.cells.get(column, "") for column in range(1, width + 1))
            self.rows.append((self.row, row))

    def _text(self) -> str:
        if self.kind != "s":
            # Spreadsheets keep 0.1 as 0.10000000000000001; fifteen digits are what they show.
            return _shown(self.value) if self.kind == "n" else self.value
        if not re.fullmatch(r"[0-9]{1,9}", self.value) or int(self.value) >= len(self.shared):
            raise _broken(self.file, "a cell names a text that is not there")
        return self.shared[int(self.value)]

    def text(self, text: str) -> None:
        if self.open and len(self.value) <= MAX_CELL:
            self.value += text


def _shown(value: str) -> str:
    try:
        return format(float(value), ".15g")
    except ValueError:
        return value


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _parse(archive: zipfile.ZipFile, name: str, file: str, handler: Any) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = lambda *_: _refuse_doctype(file)
    parser.StartElementHandler = lambda tag, attributes: handler.start(
        tag.rpartition(" ")[2], attributes
    )
    parser.EndElementHandler = lambda tag: handler.end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = handler.text
    try:
        with archive.open(name) as part:
            while chunk := part.read(_CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (*_BROKEN, RuntimeError, LookupError, expat.ExpatError) as error:
        raise _broken(file, f"{name}: {error}") from None


def _refuse_doctype(file: str) -> None:
    raise _broken(file, "it declares a document type, which could define entities")


def _relations(archive: zipfile.ZipFile, names: set[str], file: str) -> dict[str, str]:
    """Id of a relation to the part it leads to; a target is looked up, never opened as a path."""
    found = _Found("Relationship")
    if "xl/_rels/workbook.xml.rels" in names:
        _parse(archive, "xl/_rels/workbook.xml.rels", file, found)
    return {
        one.get("Id", ""): posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip(
            "/"
        )
        for one in found.found
        if one.get("TargetMode") != "External"
    }
