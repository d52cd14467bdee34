"""Workbooks (.xlsx) as rows of text, read defensively.

Only four kinds of parts are read: the workbook, its relations, its shared texts and its sheets. The
directory of the archive is checked before anything is unpacked (size, packing, encryption). A
document type declaration is refused, so entities do not exist; formulas are not run; macros, links
and pictures are never opened. The size a sheet claims to have is not looked at.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from midstream.errors import InputError

_CHUNK = 1 << 16
_ENCRYPTED = 0x1
_CELL = re.compile(r"([A-Z]{1,3})[1-9][0-9]{0,6}")
_ROW = re.compile(r"[1-9][0-9]{0,6}")
_INDEX = re.compile(r"[0-9]{1,9}")
#: Parts of other kinds of files that come as archives too.
_OTHERS = {"xl/workbook.bin": "a binary workbook (.xlsb)", "content.xml": "OpenDocument"}
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
class Bounds:
    """What a workbook may hold.

    Attributes:
        parts: Parts of the archive.
        unpacked: Bytes when unpacked.
        packing: Bytes unpacked over bytes of the file.
        cell: Characters of a cell.
        columns: Columns of a sheet.
    """

    parts: int
    unpacked: int
    packing: float
    cell: int
    columns: int


@dataclass(frozen=True, slots=True)
class Part:
    """A visible sheet: its name, and where its cells lie in the archive."""

    name: str
    path: str


class Workbook:
    """An archive that was checked.

    Attributes:
        file: Name for messages.
        bounds: What it may hold.
        sheets: Its visible sheets.
        texts: Texts that its cells share.
    """

    def __init__(self, data: bytes, file: str, bounds: Bounds) -> None:
        """Open a workbook.

        Args:
            data: The bytes of the file.
            file: Name for messages.
            bounds: What it may hold.

        Raises:
            InputError: if the archive is broken, encrypted, packed too tightly or no workbook.
        """
        self.file, self.bounds = file, bounds
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise self.broken(str(error)) from None
        self._check(len(data))
        names = set(self._archive.namelist())
        if "xl/workbook.xml" not in names:
            raise self._no_workbook(names)
        relations = self._relations(names)
        self.texts = self._shared(names, relations)
        self.sheets = tuple(self._visible(names, relations))

    def rows(self, part: Part, cells: Cells) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Give the rows of a sheet that hold something, with their numbers.

        Args:
            part: The sheet.
            cells: Reads its cells.
        """
        for _ in self._steps(part.path, cells):
            yield from cells.rows
            cells.rows.clear()
        yield from cells.rows

    def broken(self, what: str) -> InputError:
        """Make the error of a damaged workbook."""
        return InputError(
            f"the workbook cannot be read ({what})",
            where=f"{self.file}:1:1",
            why="the file is damaged or is no workbook",
            mend="open it in a spreadsheet and save it again as XLSX or CSV",
        )

    # -- the archive -----------------------------------------------------------------------

    def _check(self, size: int) -> None:
        parts, bounds = self._archive.infolist(), self.bounds
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise encrypted(self.file)
        unpacked = sum(part.file_size for part in parts)
        too_much = ""
        if len(parts) > bounds.parts:
            too_much = f"{len(parts):,} parts are too many"
        elif unpacked > bounds.unpacked:
            too_much = f"{unpacked:,} bytes when unpacked are too many"
        elif unpacked > bounds.packing * size:
            too_much = f"packed {unpacked / size:,.0f} times"
        if too_much:
            raise InputError(
                f"the workbook is refused: {too_much}",
                where=f"{self.file}:1:1",
                why=f"it may have {bounds.parts:,} parts and {bounds.unpacked:,} bytes, "
                f"packed at most {bounds.packing:g} times",
                mend="copy the rows into a new workbook, or save them as CSV",
            )

    def _no_workbook(self, names: set[str]) -> InputError:
        kind = next(
            (_OTHERS[name] for name in _OTHERS if name in names), "an archive of something else"
        )
        return InputError(
            f"not an XLSX workbook but {kind}",
            where=f"{self.file}:1:1",
            why="only .xlsx workbooks and text files are read",
            mend="save it as XLSX or CSV",
        )

    def _relations(self, names: set[str]) -> dict[str, tuple[str, str]]:
        """Id of a relation -> (part, kind); a target is looked up in the archive, never opened."""
        found = _Found("Relationship", self.bounds.parts)
        if "xl/_rels/workbook.xml.rels" in names:
            self._parse("xl/_rels/workbook.xml.rels", found)
        return {
            one.get("Id", ""): (
                posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip("/"),
                one.get("Type", ""),
            )
            for one in found.found
            if one.get("TargetMode") != "External"
        }

    def _shared(self, names: set[str], relations: Mapping[str, tuple[str, str]]) -> list[str]:
        texts = _Texts(self.bounds.cell)
        for part, use in relations.values():
            if use.endswith("/sharedStrings") and part in names:
                self._parse(part, texts)
        return texts.texts

    def _visible(self, names: set[str], relations: Mapping[str, tuple[str, str]]) -> Iterator[Part]:
        sheets = _Found("sheet", self.bounds.parts)
        self._parse("xl/workbook.xml", sheets)
        for sheet in sheets.found:
            path, kind = relations.get(sheet.get("id", ""), ("", ""))
            shown = sheet.get("state", "visible") == "visible"
            if shown and path in names and kind.endswith("/worksheet"):
                yield Part(sheet.get("name", ""), path)

    def _parse(self, part: str, handler: Any) -> None:
        for _ in self._steps(part, handler):
            pass

    def _steps(self, part: str, handler: Any) -> Iterator[None]:
        """Parse a part piece by piece; the handler holds what was found so far at each step."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = lambda tag, attributes: handler.start(
            tag.rpartition(" ")[2], attributes
        )
        parser.EndElementHandler = lambda tag: handler.end(tag.rpartition(" ")[2])
        parser.CharacterDataHandler = handler.text
        try:
            with self._archive.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    parser.Parse(chunk, False)
                    yield
            parser.Parse(b"", True)
        except (*_BROKEN, RuntimeError, LookupError, expat.ExpatError) as error:
            raise self.broken(f"{part}: {error}") from None

    def _refuse_doctype(self, *_: object) -> None:
        raise InputError(
            "the workbook declares a document type",
            where=f"{self.file}:1:1",
            why="no spreadsheet writes one; it could define entities",
            mend="copy the rows into a new workbook, or save them as CSV",
        )


def encrypted(file: str) -> InputError:
    """Make the error of a workbook with a password."""
    return InputError(
        "the workbook is encrypted",
        where=f"{file}:1:1",
        why="midstream asks for no password",
        mend="save a copy without a password, or save it as CSV",
    )


# -- what is found in a part ---------------------------------------------------------------


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


class Cells(ABC):
    """Collects the rows of a sheet; what is made of a cell is up to who reads.

    Attributes:
        rows: Rows found so far, with their numbers; emptied by `Workbook.rows`.
    """

    def __init__(self, book: Workbook) -> None:
        self.book, self.rows = book, list[tuple[int, tuple[str, ...]]]()
        self._row, self._column = 0, 0
        self._kind, self._value = "n", ""
        self._open, self._ruby = False, False
        self._cells: dict[int, str] = {}

    @property
    def place(self) -> str:
        """Where the reader is: ``file:row:column``."""
        return f"{self.book.file}:{max(self._row, 1)}:{max(self._column, 1)}"

    @abstractmethod
    def formula(self) -> None:
        """Meet a formula; the stored result is read where this raises nothing."""

    @abstractmethod
    def too_wide(self, column: int) -> None:
        """Meet a cell beyond the last column; it is left out where this raises nothing."""

    @abstractmethod
    def shown(self, kind: str, value: str) -> str:
        """Give the text of a cell that is no shared text.

        Args:
            kind: ``n`` number, ``b`` truth, ``e`` error, others text.
            value: As the sheet holds it.
        """

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Meet the start of an element."""
        if name == "row":
            self._start_row(_local(attributes).get("r"))
        elif name == "c":
            self._start_cell(_local(attributes))
        elif name == "f":
            self.formula()
        self._ruby = self._ruby or name == "rPh"
        self._open = name in ("v", "t") and not self._ruby

    def _start_row(self, number: str | None) -> None:
        if number and not _ROW.fullmatch(number):
            raise self.book.broken("a row without a number")
        self._row = int(number) if number else self._row + 1
        self._column, self._cells = 0, {}

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        place = attributes.get("r")
        found = _CELL.fullmatch(place) if place else None
        if place and not found:
            raise self.book.broken("a cell without a place")
        self._column = _number_of(found[1]) if found else self._column + 1
        self._kind, self._value = attributes.get("t", "n"), ""

    def text(self, text: str) -> None:
        """Meet text."""
        if self._open and len(self._value) <= self.book.bounds.cell:
            self._value += text

    def end(self, name: str) -> None:
        """Meet the end of an element."""
        self._open = False
        self._ruby = self._ruby and name != "rPh"
        if name == "c" and self._value.strip():
            if self._column > self.book.bounds.columns:
                self.too_wide(self._column)
            else:
                self._cells[self._column] = self._text()
        elif name == "row" and any(cell.strip() for cell in self._cells.values()):
            last = max(column for column, cell in self._cells.items() if cell.strip())
            row = tuple(self._cells.get(column, "") for column in range(1, last + 1))
            self.rows.append((self._row, row))

    def _text(self) -> str:
        if self._kind != "s":
            return self.shown(self._kind, self._value)
        texts = self.book.texts
        if not _INDEX.fullmatch(self._value) or int(self._value) >= len(texts):
            raise self.book.broken("a cell names a text that is not there")
        return texts[int(self._value)]


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
