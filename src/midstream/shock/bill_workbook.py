"""The first visible sheet of a workbook (.xlsx) into lines of cells.

Formulas are refused, so no stored result of one is taken on trust.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from midstream.evidence.spreadsheet import Bounds, Cells, Workbook
from midstream.shock.bill import Limits, Line, refuse, too_wide


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
    bounds = Bounds(limits.parts, limits.unpacked, limits.packing, limits.cell, limits.columns)
    book = Workbook(data, file, bounds)
    if not book.sheets:
        raise book.broken("no visible sheet of cells in it")
    first, *others = book.sheets
    rows = book.rows(first, _Cells(book, limits))
    lines = (Line(number, list(cells)) for number, cells in rows)
    return Sheet(first.name, tuple(one.name for one in others), lines)


class _Cells(Cells):
    """Cells of a bill: values only, none beyond the last column."""

    def __init__(self, book: Workbook, limits: Limits) -> None:
        super().__init__(book)
        self.limits = limits

    def formula(self) -> None:
        raise refuse(
            self.place,
            "a formula",
            "only values are read: the stored result of a formula may be out of date",
            "copy the cells and paste them as values",
        )

    def too_wide(self, column: int) -> None:
        raise too_wide(self.place, column, self.limits)

    def shown(self, kind: str, value: str) -> str:
        if kind == "e":
            raise refuse(
                self.place,
                f"the error value {value[:20]}",
                "a cell that could not be computed says nothing",
                "mend the cell or leave it blank",
            )
        if kind == "b":
            return "yes" if value == "1" else "no"
        return value
