"""Workbooks (.xlsx) of publishers: every visible sheet as rows of text, within limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from midstream.errors import InputError
from midstream.evidence.importers.files import Record, require
from midstream.evidence.importers.text import MAX_CELL, MAX_COLUMNS, size_of
from midstream.evidence.spreadsheet import Bounds, Cells, Part, Workbook

#: Limits of a workbook: bytes of the file, bytes unpacked, times packed, parts, rows of a sheet.
MAX_FILE, MAX_UNPACKED, MAX_PACKING, MAX_PARTS = 64_000_000, 400_000_000, 200, 2_000
MAX_ROWS = 400_000
#: Rows from the top among which the header row is looked for.
HEADER_WITHIN = 20


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
    size_of(path, MAX_FILE)
    bounds = Bounds(MAX_PARTS, MAX_UNPACKED, MAX_PACKING, MAX_CELL, MAX_COLUMNS)
    book = Workbook(path.read_bytes(), path.name, bounds)
    for part in book.sheets:
        yield WorkSheet(part.name, tuple(_rows(book, part)))


def _rows(book: Workbook, part: Part) -> Iterator[tuple[int, tuple[str, ...]]]:
    for count, row in enumerate(book.rows(part, _Cells(book))):
        if count >= MAX_ROWS:
            raise InputError(
                f"sheet {part.name} has more than {MAX_ROWS:,} rows",
                where=f"{book.file}:{row[0]}:1",
                why="larger sheets are not read",
                mend="split the sheet, or leave out what is not needed",
            )
        yield row


class _Cells(Cells):
    """Cells of a publisher: what is stored of a formula is read, numbers as they are shown."""

    def formula(self) -> None:
        """Take the stored result."""

    def too_wide(self, column: int) -> None:
        """Leave the cell out: publishers write notes far to the right."""

    def shown(self, kind: str, value: str) -> str:
        """Give fifteen digits of a number: spreadsheets keep 0.1 as 0.10000000000000001."""
        if kind != "n":
            return value
        try:
            return format(float(value), ".15g")
        except ValueError:
            return value
