"""Files of publishers as records of text, streamed; any bytes give records or one typed error.

A CSV file is read by the database in batches, so its size does not matter; a workbook and a JSON
document are read whole, within limits. A record knows its place only when it is asked for: the
file is then read again up to that row, which happens once, for the error that ends an import.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from midstream.errors import InputError
from midstream.evidence.importers.database import FETCHED, opened
from midstream.evidence.importers.text import MAX_CELL, Text
from midstream.terms import suggestion

#: Number as publishers write it: digits, a point, perhaps commas between thousands.
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)
_YEAR = re.compile(r"(1[89]|20|21)\d\d", re.ASCII)
_LINE = re.compile(r"CSV Error on Line: (\d+)")


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file.

    Attributes:
        cells: Column to text; blanks around the text are taken off.
        place: Gives ``file:line`` of the row.
    """

    cells: Mapping[str, str]
    place: Callable[[], str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def refusal(self, column: str, what: str, why: str, mend: str) -> InputError:
        """Make the error of one cell, with ``file:line:column``."""
        return InputError(what, where=f"{self.place()}:{column}", why=why, mend=mend)

    def number(self, column: str, blank: Sequence[str] = ()) -> float | None:
        """Read a number; ``None`` for a blank cell or one of the words in `blank`.

        Raises:
            InputError: if it is none.
        """
        text = self[column]
        if not text or text in blank:
            return None
        found = as_number(text)
        if found is None:
            raise self.refusal(
                column,
                f"{text[:40]!r} is not a number",
                "the figure would be lost",
                "write it with digits and a decimal point, or leave the cell blank",
            )
        return found

    def year(self, column: str) -> int:
        """Read a year.

        Raises:
            InputError: if it is none.
        """
        text = self[column][:4]
        if not _YEAR.fullmatch(text):
            raise self.refusal(
                column,
                f"{self[column][:40]!r} is not a year",
                "a figure stands for a year",
                "write four digits, such as 2024",
            )
        return int(text)


def as_number(text: str) -> float | None:
    """Read a plain number, thousands parted by commas or not; ``None`` if it is none."""
    if not any(sign.isdigit() for sign in text) or not _NUMBER.fullmatch(text):
        return None
    found = float(text.replace(",", ""))
    return found if abs(found) < 1e300 else None


class CsvFile:
    """A CSV file with one header row, read by the database.

    Args:
        text: The file as UTF-8 on disk.
        work: Folder the database may write to.
    """

    def __init__(self, text: Text, work: Path) -> None:
        self.text, self.work = text, work
        self.file = text.file
        self.header = text.header()

    def require(self, columns: Sequence[str]) -> None:
        """Check that columns are there.

        Raises:
            InputError: naming the first that is missing, with the nearest that is there.
        """
        require(self.file, 1, self.header, columns)

    def relation(self) -> str:
        """The file as a relation of SQL, its columns named c0, c1, ...; ``$path`` is the file."""
        columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(self.header)))
        return (
            "read_csv($path, auto_detect = false, header = true, strict_mode = true, "
            f"delim = '{self.text.delimiter}', quote = '\"', escape = '\"', nullstr = '', "
            f"max_line_size = {self.text.longest}, columns = {{{columns}}})"
        )

    def column(self, name: str) -> str:
        """Name of a column in the relation."""
        return f"c{self.header.index(name)}"

    def records(self, where: str = "true", **values: Any) -> Iterator[Record]:
        """Give the records for which a condition holds.

        Args:
            where: Condition of SQL on the columns of the relation.
            values: Values of its ``$`` names.

        Raises:
            InputError: if a row cannot be split into cells.
        """
        import duckdb

        names = [(index, name) for index, name in enumerate(self.header) if name]
        with opened(self.work, self.text.path) as connection:
            try:
                found = connection.execute(
                    f"SELECT * FROM {self.relation()} WHERE {where}",
                    {"path": str(self.text.path), **values},
                )
                while rows := found.fetchmany(FETCHED):
                    for row in rows:
                        yield self._record(row, names)
            except duckdb.Error as error:
                raise self.broken(str(error)) from None

    def _record(self, row: tuple[Any, ...], names: list[tuple[int, str]]) -> Record:
        cells = {name: (row[index] or "").strip() for index, name in names}
        return Record(cells, lambda: f"{self.file}:{self.line_of(row)}")

    def line_of(self, row: Sequence[Any]) -> int:
        """Line of the first row with these cells, by reading the file once more."""
        wanted = [cell or "" for cell in row]
        return next((line for line, cells in self.rows() if cells == wanted), 1)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give the rows after the header with their lines, as the standard library reads them."""
        with self.text.path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, delimiter=self.text.delimiter)
            next(reader, None)
            line = reader.line_num + 1
            for cells in reader:
                if cells and cells != [""]:
                    yield line, cells
                line = reader.line_num + 1

    def broken(self, message: str) -> InputError:
        """Make the error of a file that the database cannot split into cells."""
        where, what = self._first_ragged() or ("", "")
        if not what:
            line = _LINE.search(message)
            where = f"{self.file}:{line[1]}:1" if line else f"{self.file}:1:1"
            what = "the row cannot be split into cells"
        return InputError(
            what,
            where=where,
            why="cells would slip into the wrong columns; perhaps a quotation mark is not closed",
            mend='put cells with separators or quotes into "..." and double quotes inside',
        )

    def _first_ragged(self) -> tuple[str, str] | None:
        width = len(self.header)
        try:
            for line, cells in self.rows():
                if max(map(len, cells)) > MAX_CELL:
                    return f"{self.file}:{line}:1", "a cell is too long to be one; a quote is open"
                if len(cells) != width:
                    place = f"{self.file}:{line}:{min(len(cells), width) + 1}"
                    return place, f"{len(cells)} cells where the header has {width}"
        except csv.Error:
            return None
        return None


def require(file: str, line: int, header: Sequence[str], columns: Sequence[str]) -> None:
    """Check that a header row holds columns.

    Raises:
        InputError: naming the first that is missing.
    """
    for name in columns:
        if name not in header:
            shown = ", ".join(one[:30] for one in header[:12])
            raise InputError(
                f"column {name!r} is missing",
                where=f"{file}:{line}:{name}",
                why=f"the header row holds {shown or 'nothing'}",
                mend=suggestion(name, header) or "take the file as the publisher offers it",
            )
