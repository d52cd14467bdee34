"""A user's bill of materials: its items, and the limits within which a file is read.

Items stay in memory. Nothing of a bill is written by midstream, and text of a bill is data: it is
never run, looked up as a path or handed to a spreadsheet unescaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.errors import InputError
from midstream.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a file, from the parameter table (``bill.*``).

    Attributes:
        bytes: Size of the file.
        rows, columns: Rows below the header and columns, with something in them.
        cell: Characters of a cell.
        unpacked, packing, parts: Size of a workbook when unpacked, over its packed size, and the
            number of files in it.
        number: Largest number.
        stock: Longest stock, in months of use.
    """

    bytes: int
    rows: int
    columns: int
    cell: int
    unpacked: int
    packing: float
    parts: int
    number: float
    stock: float

    @classmethod
    def of(cls, evidence: Evidence) -> Limits:
        """Read the limits of a release."""

        def read(name: str) -> float:
            return float(evidence.parameter(f"bill.{name}").value or 0.0)

        return cls(
            bytes=int(read("bytes")),
            rows=int(read("rows")),
            columns=int(read("columns")),
            cell=int(read("cell")),
            unpacked=int(read("unpacked")),
            packing=read("packing"),
            parts=int(read("parts")),
            number=read("number"),
            stock=read("stock.most"),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: its number as the file counts, and its cells as text."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a bill of materials. A blank cell is ``None``.

    Attributes:
        row: Line of the file.
        name: Name of the item.
        written: Form or code as written; blank where neither is.
        form: Form id, ``None`` where no form of ours is named.
        loose: Whether the form comes from a customs code that bundles it with others.
        reason: Why no form is known, or what a code stands for; blank where nothing is to say.
        quantity: Use in a year.
        unit: Unit of the quantity.
        value: Value of a year's use, in ``currency``.
        currency: ISO 4217 code.
        stock_months: Stock in months of use.
        sole_source: Whether it has one supplier only.
        supplier: ISO3 code of the country it comes from.
    """

    row: int
    name: str
    written: str
    form: str | None
    loose: bool
    reason: str
    quantity: float | None
    unit: str | None
    value: float | None
    currency: str
    stock_months: float | None
    sole_source: bool | None
    supplier: str | None


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill of materials.

    Attributes:
        file: Name of the file.
        items: Rows in the order of the file.
        notes: What was read in a way the user may want to know: the encoding, columns and sheets
            that were left out.
    """

    file: str
    items: tuple[Item, ...]
    notes: tuple[str, ...] = ()

    @property
    def currency(self) -> str:
        """The currency of all values; USD where they differ."""
        used = {item.currency for item in self.items if item.value is not None}
        return next(iter(used)) if len(used) == 1 else "USD"


def refuse(place: str, what: str, why: str, mend: str) -> InputError:
    """Make the error of one place of a file, ``file:line:column``."""
    return InputError(what, where=place, why=why, mend=mend)


def too_wide(place: str, columns: int, limits: Limits) -> InputError:
    """Make the error of a line with too many columns."""
    return refuse(
        place,
        f"{columns} columns",
        f"a bill of materials has at most {limits.columns} columns",
        "leave out the columns that are not needed",
    )


def check_size(line: Line, file: str, limits: Limits) -> None:
    """Refuse a line with too many columns or too long a cell.

    Raises:
        InputError: with ``file:line:column``.
    """
    last = filled(line.cells)
    if last > limits.columns:
        raise too_wide(f"{file}:{line.number}:{limits.columns + 1}", last, limits)
    for column, cell in enumerate(line.cells, start=1):
        if len(cell) > limits.cell:
            raise refuse(
                f"{file}:{line.number}:{column}",
                f"a cell of {len(cell):,} characters",
                f"cells have at most {limits.cell:,} characters; a quotation mark may be open",
                "close the quotation mark or shorten the cell",
            )


def filled(cells: Sequence[str]) -> int:
    """Number of cells up to the last that is not blank."""
    return max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
