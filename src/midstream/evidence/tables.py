"""CSV files into rows of text, defensively: any bytes give rows or one typed error."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from midstream.errors import InputError

#: A typed row: column to value; ``None`` is a blank cell, a list column gives a tuple.
Row: TypeAlias = Mapping[str, Any]

#: Files above this size are refused before they are read (bytes).
MAX_BYTES = 64_000_000
#: Cells above this size are refused (characters).
MAX_CELL = 20_000


@dataclass(frozen=True, slots=True)
class RawTable:
    """Text cells of one file.

    Attributes:
        file: File name, used in messages.
        header: Column names.
        rows: One list of cells per row, as long as the header.
        lines: Line of the file on which each row starts.
    """

    file: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of typed rows.

    Attributes:
        name: Name without extension.
        file: File name, used in messages.
        rows: Rows in the order of the file.
        lines: Line of the file on which each row starts.
    """

    name: str
    file: str
    rows: tuple[Row, ...]
    lines: tuple[int, ...] = field(repr=False, default=())

    def place(self, index: int, column: str = "") -> str:
        """Give ``file:line`` or ``file:line:column`` of a row by its position."""
        place = f"{self.file}:{self.lines[index]}"
        return f"{place}:{column}" if column else place

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


def read_bytes(path: Path) -> bytes:
    """Read a file whole, refusing what is missing, no file, or too large.

    Raises:
        InputError: with the file's name.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                f"{size:,} bytes are too many",
                where=path.name,
                why=f"files above {MAX_BYTES:,} bytes are not read",
                mend="split the file or leave rows out",
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror})",
            where=path.name,
            why="the table is part of every data folder",
            mend="copy the whole data folder, not single files",
        ) from None


def read_csv(path: Path) -> RawTable:
    """Read a CSV file from disk; see `parse_csv`."""
    return parse_csv(read_bytes(path), path.name)


def parse_csv(data: bytes, file: str) -> RawTable:
    """Turn the bytes of a CSV file into text cells.

    UTF-8 (a byte-order mark is allowed), comma, double quotes, one header row.

    Args:
        data: The bytes.
        file: Name for messages.

    Returns:
        Rows, each exactly as long as the header. Wholly empty lines are passed over.

    Raises:
        InputError: one error with ``file:line:column`` for the first thing that is wrong.
    """
    text = _decode(data, file)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: tuple[str, ...] | None = None
    rows: list[list[str]] = []
    lines: list[int] = []
    start = 1
    for cells in _cells(reader, file):
        line, start = start, reader.line_num + 1
        if not cells or cells == [""]:
            continue
        if header is None:
            header = _header(cells, file, line)
        elif len(cells) != len(header):
            raise _ragged(cells, header, file, line)
        else:
            rows.append(cells)
            lines.append(line)
    if header is None:
        raise InputError(
            "the file is empty",
            where=f"{file}:1:1",
            why="a table needs a header row",
            mend="write the column names of its attribute table into the first line",
        )
    return RawTable(file, header, rows, lines)


def _decode(data: bytes, file: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _position(data[: error.start])
        raise InputError(
            f"byte {data[error.start]:#04x} is not UTF-8",
            where=f"{file}:{line}:{column}",
            why="tables are UTF-8 text",
            mend="save the file again as CSV UTF-8",
        ) from None
    if "\0" in text:
        line, column = _position(data[: data.index(b"\0")])
        raise InputError(
            "a NUL character",
            where=f"{file}:{line}:{column}",
            why="the file is binary or was saved as UTF-16",
            mend="save the file again as CSV UTF-8",
        )
    return text


def _position(before: bytes) -> tuple[int, int]:
    return before.count(b"\n") + 1, len(before) - (before.rfind(b"\n") + 1) + 1


def _cells(reader: Any, file: str) -> Iterator[list[str]]:
    """Yield the cells of each row; a broken quote or a huge cell ends with a typed error."""
    while True:
        line = reader.line_num + 1
        try:
            cells: list[str] = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(
                f"the row cannot be split into cells ({error})",
                where=f"{file}:{line}:1",
                why="most often a quotation mark is not closed or not doubled",
                mend='put cells with commas or quotes into "..." and double quotes inside',
            ) from None
        if cells and max(map(len, cells)) > MAX_CELL:
            column = max(range(len(cells)), key=lambda index: len(cells[index])) + 1
            raise InputError(
                f"a cell of {len(cells[column - 1]):,} characters",
                where=f"{file}:{line}:{column}",
                why=f"cells above {MAX_CELL:,} characters are not read; a quote may be open",
                mend="close the quotation mark or shorten the cell",
            )
        yield cells


def _header(cells: list[str], file: str, line: int) -> tuple[str, ...]:
    header = tuple(cell.strip() for cell in cells)
    for column, name in enumerate(header, start=1):
        if not name or name in header[: column - 1]:
            what = f"column {name!r} is named twice" if name else "a column without a name"
            raise InputError(
                what,
                where=f"{file}:{line}:{column}",
                why="each column needs one name of its own",
                mend="mend the header row",
            )
    return header


def _ragged(cells: list[str], header: tuple[str, ...], file: str, line: int) -> InputError:
    return InputError(
        f"{len(cells)} cells where the header has {len(header)}",
        where=f"{file}:{line}:{min(len(cells), len(header)) + 1}",
        why="cells would slip into the wrong columns",
        mend="quote cells that hold a comma, or add the missing commas",
    )
