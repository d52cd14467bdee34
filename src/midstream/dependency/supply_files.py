"""Tidy CSV files of a reader's own: production, trade and governance, read strictly.

Columns, in any order and no others:

* production ``country,material,year,quantity_t``
* trade ``exporter,importer,material,year,quantity_t,value_kusd``
* governance ``country,year,risk`` with risk from 0 (stable) to 1

Labels of countries and materials are free but have to be the same in all files. A blank quantity,
value or risk is missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from midstream.dependency.supply_arrays import SupplyArrays
from midstream.dependency.supply_build import Graded, Made, Sent, build
from midstream.errors import InputError
from midstream.evidence import Node, Quantity
from midstream.evidence.tables import RawTable, read_csv

#: Rows above this number are refused: the arrays would not fit a small machine.
MAX_ROWS = 2_000_000
#: Years outside are typing errors.
FIRST_YEAR, LAST_YEAR = 1900, 2100
#: The longest label of a country or a material.
MAX_LABEL = 100

PRODUCTION = ("country", "material", "year", "quantity_t")
TRADE = ("exporter", "importer", "material", "year", "quantity_t", "value_kusd")
GOVERNANCE = ("country", "year", "risk")


@dataclass(frozen=True, slots=True)
class SupplyFiles:
    """Paths of the three files."""

    production: Path
    trade: Path
    governance: Path

    def read(self) -> SupplyArrays:
        """Read all three.

        Raises:
            InputError: for the first thing that is wrong, with ``file:line:column``.
        """
        leaves = _Leaves()
        made = [
            Made((row.label("material"), row.year()), row.label("country"), row.amount(), where)
            for row, where in _rows(self.production, PRODUCTION, PRODUCTION[:3], leaves)
        ]
        if not made:
            raise _empty(self.production)
        sent = [
            Sent(
                (row.label("material"), row.year()),
                row.label("exporter"),
                row.label("importer"),
                row.amount(),
                row.number("value_kusd"),
                where,
            )
            for row, where in _rows(self.trade, TRADE, TRADE[:4], leaves)
        ]
        graded = [
            Graded(row.label("country"), row.year(), row.risk(), where)
            for row, where in _rows(self.governance, GOVERNANCE, GOVERNANCE[:2], leaves)
        ]
        return build(made, sent, graded, leaves.nodes.values())


@dataclass(frozen=True, slots=True)
class _FileRow:
    """One row with the means to say where a cell stands."""

    file: str
    line: int
    cells: Mapping[str, str]
    columns: Mapping[str, int]

    def place(self, column: str) -> str:
        return f"{self.file}:{self.line}:{self.columns[column]}"

    def label(self, column: str) -> str:
        text = self.cells[column].strip()
        if not text or len(text) > MAX_LABEL:
            what = f"{column} has {len(text)} characters" if text else f"{column} is blank"
            raise InputError(
                what,
                where=self.place(column),
                why="every row needs a label that the other files can repeat",
                mend=f"write a label of 1 to {MAX_LABEL} characters or remove the row",
            )
        return text

    def year(self) -> int:
        text = self.cells["year"].strip()
        if not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR):
            raise InputError(
                f"year {text!r}",
                where=self.place("year"),
                why=f"a year is a whole number from {FIRST_YEAR} to {LAST_YEAR}",
                mend="write it with four digits",
            )
        return int(text)

    def amount(self) -> float | None:
        return self.number("quantity_t")

    def number(self, column: str) -> float | None:
        text = self.cells[column].strip()
        if not text:
            return None
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not math.isfinite(found) or "_" in text:
            raise InputError(
                f"{column} {text!r} is no number",
                where=self.place(column),
                why="figures are written with digits and a decimal point",
                mend="leave the cell blank where the figure is missing",
            )
        if found < 0:
            raise InputError(
                f"{column} is {text}",
                where=self.place(column),
                why="amounts and risks cannot be negative",
                mend="leave the cell blank where the figure is missing",
            )
        return found

    def risk(self) -> float | None:
        found = self.number("risk")
        if found is not None and found > 1:
            raise InputError(
                f"risk is {self.cells['risk'].strip()}",
                where=self.place("risk"),
                why="governance risk runs from 0 (stable) to 1",
                mend="rescale: (2.5 - WGI) / 5 turns the World Bank's scale into it",
            )
        return found


class _Leaves:
    """One node per file, material and year, made as the rows pass by."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}

    def of(self, file: str, kind: str, row: _FileRow) -> str:
        parts = [row.cells[name].strip() for name in ("material", "year") if name in row.cells]
        lineage = f"file:{file}/{'/'.join(parts)}"
        if lineage not in self.nodes:
            quantity = Quantity(None, None, None, "", None, lineage)
            title = f"Rows of {file}: {', '.join(parts)}"
            note = f"{kind} file given by the reader, from line {row.line}"
            self.nodes[lineage] = Node(lineage, "observation", title, quantity, note=note)
        return lineage


def _rows(
    path: Path, columns: tuple[str, ...], key: tuple[str, ...], leaves: _Leaves
) -> Iterator[tuple[_FileRow, str]]:
    """Give the rows of a file with their lineage; refuse a second row of the same key."""
    table = read_csv(path)
    _check_columns(table, columns)
    if len(table.rows) > MAX_ROWS:
        raise InputError(
            f"{len(table.rows):,} rows",
            where=table.file,
            why=f"files above {MAX_ROWS:,} rows are not read",
            mend="leave out materials or years that you do not ask about",
        )
    kind = {PRODUCTION: "production", TRADE: "trade", GOVERNANCE: "governance"}[columns]
    position = {name: index + 1 for index, name in enumerate(table.header)}
    seen: dict[tuple[str, ...], int] = {}
    for cells, line in zip(table.rows, table.lines, strict=True):
        row = _FileRow(table.file, line, dict(zip(table.header, cells, strict=True)), position)
        place = tuple(row.cells[name].strip() for name in key)
        if place in seen:
            raise InputError(
                f"a second row for {', '.join(place)}",
                where=f"{table.file}:{line}:1",
                why=f"line {seen[place]} holds one already, and both would count",
                mend="add them up into one row or remove one",
            )
        seen[place] = line
        yield row, leaves.of(table.file, kind, row)


def _check_columns(table: RawTable, columns: tuple[str, ...]) -> None:
    for name in table.header:
        if name not in columns:
            raise InputError(
                f"unknown column {name!r}",
                where=f"{table.file}:1:{table.header.index(name) + 1}",
                why=f"the columns are {','.join(columns)}",
                mend="rename or remove it",
            )
    missing = [name for name in columns if name not in table.header]
    if missing:
        raise InputError(
            f"no column {missing[0]!r}",
            where=f"{table.file}:1:{len(table.header) + 1}",
            why=f"the columns are {','.join(columns)}",
            mend="add it; leave its cells blank where figures are missing",
        )


def _empty(path: Path) -> InputError:
    return InputError(
        "no row under the header",
        where=f"{path.name}:2:1",
        why="without production there is no concentration",
        mend="write at least one row",
    )
