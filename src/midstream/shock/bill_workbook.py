"""The first visible sheet of a workbook (.xlsx) into lines of cells, defensively.

Only four kinds of parts are read: the workbook, its relations, its shared texts and one sheet. The
directory of the archive is checked before anything is unpacked (size, packing, encryption). A
document type declaration is refused, so entities do not exist; formulas are refused, so no stored
result of one is taken on trust; macros, links and pictures are never opened. The size a sheet
claims to have is not looked at.
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
from typing import Any
from xml.parsers import expat

from midstream.errors import InputError
from midstream.shock.bill import Limits, Line, refuse, too_wide

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
_CHUNK = 1 << 16
_ENCRYPTED = 0x1
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that can be read: its name, the visible sheets beside it, and its lines."""

    name: str
    others: tuple[str, ...]
    lines: Iterator[Line]


def open_workbook(data: bytes, file: str, limits: Limits) -> Sheet:
    """Open the first visible sheet of a workbook.

    Args:
        data: The bytes of the file.
        file: Name for messages.
        limits: Limits of the archive and of a line.

    Raises:
        InputError: if the archive is broken, encrypted, packed too tightly or no workbook.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise _broken(file, str(error)) from None
    _check_archive(archive, len(data), file, limits)
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names:
        raise _no_workbook(names, file)
    sheets = _Found("sheet", limits.parts)
    _parse(archive, "xl/workbook.xml", file, sheets)
    relations = _relations(archive, names, file, limits)
    visible = [one for one in sheets.found if one.get("state", "visible") == "visible"]
    for sheet in visible:
        target, kind = relations.get(sheet.get("id", ""), ("", ""))
        if target in names and kind.endswith("/worksheet"):
            others = tuple(one.get("name", "") for one in visible if one is not sheet)
            texts = _Texts(limits.cell)
            for part, use in relations.values():
                if use.endswith("/sharedStrings") and part in names:
                    _parse(archive, part, file, texts)
            lines = _sheet_lines(archive, target, file, _Cells(file, texts.texts, limits))
            return Sheet(sheet.get("name", ""), others, lines)
    raise _broken(file, "no visible sheet of cells in it")


def _check_archive(archive: zipfile.ZipFile, size: int, file: str, limits: Limits) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise encrypted(file)
    too_much = ""
    if len(parts) > limits.parts:
        too_much = f"{len(parts):,} parts are too many"
    elif unpacked > limits.unpacked:
        too_much = f"{unpacked:,} bytes when unpacked are too many"
    elif unpacked > limits.packing * size:
        too_much = f"packed {unpacked / size:,.0f} times"
    if too_much:
        raise refuse(
            f"{file}:1:1",
            f"the workbook is refused: {too_much}",
            f"a bill has at most {limits.parts:,} parts and {limits.unpacked:,} bytes, "
            f"packed at most {limits.packing:g} times",
            "copy the rows into a new workbook, or save them as CSV",
        )


def encrypted(file: str) -> InputError:
    """Make the error of a workbook with a password."""
    return refuse(
        f"{file}:1:1",
        "the workbook is encrypted",
        "midstream asks for no password",
        "save a copy without a password, or save it as CSV",
    )


def _no_workbook(names: set[str], file: str) -> InputError:
    kinds = (("xl/workbook.bin", "a binary workbook (.xlsb)"), ("content.xml", "OpenDocument"))
    kind = next((word for name, word in kinds if name in names), "an archive of something else")
    return refuse(
        f"{file}:1:1",
        f"not an XLSX workbook but {kind}",
        "only .xlsx workbooks and text files are read",
        "save it as XLSX or CSV",
    )


def _broken(file: str, what: str) -> InputError:
    return refuse(
        f"{file}:1:1",
        f"the workbook cannot be read ({what})",
        "the file is damaged or is no workbook",
        "open it in a spreadsheet and save it again as XLSX or CSV",
    )


def _local(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name.rpartition(" ")[2]: value for name, value in attributes.items()}


@dataclass(slots=True)
class _Found:
    """Collects the attributes of the elements of a name, up to a number."""

    name: str
    most: int
    found: list[dict[str, str]] = field(default_factory=list)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == self.name and len(self.found) < self.most:
            self.found.append(_local(attributes))

    def end(self, name: str) -> None:
        """Nothing happens at the end of an element."""

    def text(self, text: str) -> None:
        """Text is not looked at."""


@dataclass(slots=True)
class _Texts:
    """Collects the shared texts; readings in small type beside a text (ruby) are left out.

    A text is kept a little beyond the longest cell, enough to be refused where it is used.
    """

    most: int
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
        if self.open and self.texts and len(self.texts[-1]) <= self.most:
            self.texts[-1] += text


@dataclass(slots=True)
class _Cells:
    """Collects lines; `lines` is emptied by whoever reads them."""

    file: str
    shared: list[str]
    limits: Limits
    lines: list[Line] = field(default_factory=list)
    row: int = 0
    column: int = 0
    kind: str = ""
    value: str = ""
    open: bool = False
    ruby: bool = False
    cells: dict[int, str] = field(default_factory=dict)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "row":
            self._start_row(_local(attributes).get("r"))
        elif name == "c":
            self._start_cell(_local(attributes))
        elif name == "f":
            raise refuse(
                self.place,
                "a formula",
                "only values are read: the stored result of a formula may be out of date",
                "copy the cells and paste them as values",
            )
        self.ruby = self.ruby or name == "rPh"
        self.open = name in ("v", "t") and not self.ruby

    @property
    def place(self) -> str:
        return f"{self.file}:{max(self.row, 1)}:{max(self.column, 1)}"

    def _start_row(self, number: str | None) -> None:
        self.row = self._number(number) if number else self.row + 1
        self.column, self.cells = 0, {}

    def _number(self, text: str) -> int:
        if not re.fullmatch(r"[1-9][0-9]{0,6}", text):
            raise _broken(self.file, "a row without a number")
        return int(text)

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        place = attributes.get("r")
        found = _CELL.fullmatch(place) if place else None
        if place and not found:
            raise _broken(self.file, "a cell without a place")
        self.column = _column(found.group(1)) if found else self.column + 1
        self.kind, self.value = attributes.get("t", "n"), ""

    def end(self, name: str) -> None:
        self.open = False
        self.ruby = self.ruby and name != "rPh"
        if name == "c" and self.value.strip():
            if self.column > self.limits.columns:
                raise too_wide(self.place, self.column, self.limits)
            self.cells[self.column] = self._text(self.value)
        elif name == "row" and any(cell.strip() for cell in self.cells.values()):
            filled = max(column for column, cell in self.cells.items() if cell.strip())
            cells = [self.cells.get(column, "") for column in range(1, filled + 1)]
            self.lines.append(Line(self.row, cells))

    def _text(self, value: str) -> str:
        if self.kind == "e":
            raise refuse(
                self.place,
                f"the error value {value[:20]}",
                "a cell that could not be computed says nothing",
                "mend the cell or leave it blank",
            )
        if self.kind == "b":
            return "yes" if value == "1" else "no"
        if self.kind != "s":
            return value
        if not re.fullmatch(r"[0-9]{1,9}", value) or int(value) >= len(self.shared):
            raise _broken(self.file, "a text that is not there")
        return self.shared[int(value)]

    def text(self, text: str) -> None:
        if self.open and len(self.value) <= self.limits.cell:
            self.value += text


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _parse(archive: zipfile.ZipFile, name: str, file: str, handler: Any) -> None:
    for _ in _steps(archive, name, file, handler):
        pass


def _steps(archive: zipfile.ZipFile, name: str, file: str, handler: Any) -> Iterator[None]:
    """Parse a part piece by piece; the handler holds what was found so far at each step."""
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
                yield
        parser.Parse(b"", True)
    except (*_BROKEN, RuntimeError, LookupError, expat.ExpatError) as error:
        raise _broken(file, f"{name}: {error}") from None


def _refuse_doctype(file: str) -> None:
    raise refuse(
        f"{file}:1:1",
        "the workbook declares a document type",
        "no spreadsheet writes one; it could define entities",
        "copy the rows into a new workbook, or save them as CSV",
    )


def _relations(
    archive: zipfile.ZipFile, names: set[str], file: str, limits: Limits
) -> dict[str, tuple[str, str]]:
    """Id of a relation -> (part, kind); a target is looked up in the archive, never opened."""
    found = _Found("Relationship", limits.parts)
    if "xl/_rels/workbook.xml.rels" in names:
        _parse(archive, "xl/_rels/workbook.xml.rels", file, found)
    return {
        one.get("Id", ""): (
            posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip("/"),
            one.get("Type", ""),
        )
        for one in found.found
        if one.get("TargetMode") != "External"
    }


def _sheet_lines(archive: zipfile.ZipFile, target: str, file: str, cells: _Cells) -> Iterator[Line]:
    for _ in _steps(archive, target, file, cells):
        yield from cells.lines
        cells.lines.clear()
    yield from cells.lines
