"""Value added in final demand from an input–output table that the user supplies.

A folder with three CSV files is read with NumPy: ``Z.csv`` (flows between sectors), ``Y.csv``
(final demand) and ``VA.csv`` (value added). A folder written by pymrio is read with pymrio, an
optional extra of the package.
"""

from __future__ import annotations

import csv
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from midstream.chain.estimate import Floats
from midstream.errors import InputError
from midstream.evidence import Quantity
from midstream.terms import suggestion

#: Sector of the table: country and product.
Sector = tuple[str, str]

#: File by which a folder written by pymrio is known.
_PYMRIO = "file_parameters.json"
_HEAD = ("country", "sector")
#: Output below this is rounding.
_NOTHING = 1e-12
#: A row and a column of the table may differ by this share.
_BALANCE = 1e-6


@dataclass(frozen=True, slots=True)
class InputOutput:
    """An input–output table, in one unit of money.

    Attributes:
        sectors: Sectors.
        flows: ``Z``: rows sell to columns, shape (sector, sector).
        demand: ``y``: final demand for each sector's product, shape (sector,).
        added: Value added of each sector, shape (sector,).
    """

    sectors: tuple[Sector, ...]
    flows: Floats
    demand: Floats
    added: Floats


@dataclass(frozen=True, slots=True)
class Embodied:
    """Value added by one sector in the final demand for a product.

    Attributes:
        country, sector: Who adds it.
        value: In the money of the table.
        share: Over the final demand, %.
    """

    country: str
    sector: str
    value: Quantity
    share: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the row as JSON."""
        return {
            "country": self.country,
            "sector": self.sector,
            "value": self.value.to_dict(),
            "share": self.share.to_dict(),
        }


def read_table(folder: Path) -> InputOutput:
    """Read a table.

    Raises:
        InputError: if a file is missing or cannot be read, or the folder needs pymrio.
    """
    if not folder.is_dir():
        raise InputError(
            f"no folder {folder.name!r}",
            where="--table",
            why="an input-output table is a folder with Z.csv, Y.csv and VA.csv",
            mend="give the path of such a folder",
        )
    if (folder / _PYMRIO).is_file():
        return _by_pymrio(folder)
    sectors, flows = _matrix(folder / "Z.csv")
    same, demand = _matrix(folder / "Y.csv")
    again, added = _matrix(folder / "VA.csv")
    for name, other in (("Y.csv", same), ("VA.csv", again)):
        if other != sectors:
            raise _bad(name, "its sectors are not those of Z.csv", "use the same rows in all files")
    if flows.shape != (len(sectors), len(sectors)):
        raise _bad("Z.csv", f"it has {flows.shape} cells", "give one column for each row")
    if added.shape[1] != 1:
        raise _bad("VA.csv", f"it has {added.shape[1]} columns of figures", "give one")
    return _checked(InputOutput(sectors, flows, demand.sum(axis=1), added[:, 0]))


def _checked(table: InputOutput) -> InputOutput:
    """Check that what a sector sells is what it buys and adds."""
    sold = table.flows.sum(axis=1) + table.demand
    paid = table.flows.sum(axis=0) + table.added
    off = np.abs(sold - paid) > _BALANCE * np.maximum(1.0, np.abs(sold))
    if off.any():
        place = int(np.argmax(off))
        country, sector = table.sectors[place]
        raise _bad(
            "Z.csv",
            f"{country} {sector} sells {sold[place]:g} but buys and adds {paid[place]:g}",
            "put taxes less subsidies into VA.csv, or balance the table",
        )
    return table


def _matrix(file: Path) -> tuple[tuple[Sector, ...], Floats]:
    """Rows of a file: country, sector, then figures."""
    try:
        with file.open(encoding="utf-8", newline="") as text:
            rows = list(csv.reader(text))
    except FileNotFoundError:
        raise _bad(file.name, "the file is missing", "write it beside the others") from None
    except UnicodeDecodeError:
        raise _bad(file.name, "it is not UTF-8 text", "save it as CSV in UTF-8") from None
    if not rows or tuple(rows[0][:2]) != _HEAD or len(rows) < 2:
        raise _bad(file.name, "it does not begin with country,sector", "name the columns so")
    width = len(rows[0])
    sectors, figures = [], []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != width:
            why = f"line {number} has {len(row)} cells and not {width}"
            raise _bad(file.name, why, "fill in the line")
        sectors.append((row[0], row[1]))
        figures.append([_number(file.name, number, cell) for cell in row[2:]])
    return tuple(sectors), np.array(figures, dtype=float)


def _number(file: str, line: int, cell: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise _bad(file, f"line {line} holds {cell!r}, which is no number", "write a figure")
    return number


def _bad(file: str, why: str, mend: str) -> InputError:
    return InputError("cannot read the input-output table", where=file, why=why, mend=mend)


def _by_pymrio(folder: Path) -> InputOutput:
    try:
        pymrio: Any = importlib.import_module("pymrio")
    except ModuleNotFoundError:
        raise InputError(
            "this table needs pymrio",
            where=folder.name,
            why="the folder was written by pymrio, which is not installed",
            mend="install midstream with the extra mrio, or give Z.csv, Y.csv and VA.csv",
        ) from None
    system = pymrio.load_all(str(folder))
    flows, demand = np.asarray(system.Z, dtype=float), np.asarray(system.Y, dtype=float)
    sectors = tuple((str(region), str(sector)) for region, sector in system.Z.index)
    total = demand.sum(axis=1)
    added = flows.sum(axis=1) + total - flows.sum(axis=0)
    return InputOutput(sectors, flows, total, added)


def value_added_in(table: InputOutput, product: str, country: str | None = None) -> Floats:
    """Value added of every sector in the final demand for a product.

    ``v diag L y``, with ``L = (I - A)^-1``, ``A`` the flows over output and ``v`` value added
    over output. It sums to the final demand for the product.

    Args:
        table: The table.
        product: Name of a sector.
        country: Only the product of one country; of all where left out.

    Returns:
        Shape (sector,).

    Raises:
        InputError: if no sector is of that name, or the table has no solution.
    """
    wanted = [
        number
        for number, (place, sector) in enumerate(table.sectors)
        if sector == product and country in (None, place)
    ]
    if not wanted:
        raise _unknown(table, product, country)
    output = table.flows.sum(axis=1) + table.demand
    over = np.divide(1.0, output, out=np.zeros_like(output), where=output > _NOTHING)
    demand = np.zeros_like(output)
    demand[wanted] = table.demand[wanted]
    try:
        made = np.linalg.solve(np.eye(len(output)) - table.flows * over[None, :], demand)
    except np.linalg.LinAlgError:
        why = "its sectors use up all they make"
        raise _bad("Z.csv", why, "check the flows against the output") from None
    return np.asarray(table.added * over * made)


def _unknown(table: InputOutput, product: str, country: str | None) -> InputError:
    names = tuple(dict.fromkeys(sector for _, sector in table.sectors))
    places = tuple(dict.fromkeys(place for place, _ in table.sectors))
    wrong_place = product in names
    return InputError(
        f"no sector {product!r}" + (f" in {country!r}" if country else ""),
        where="--country" if wrong_place else "--product",
        why="the table does not hold it",
        mend=suggestion(str(country), places) if wrong_place else suggestion(product, names),
    )


def by_country(rows: Sequence[Embodied]) -> Mapping[str, float]:
    """Value added of each country, summed over its sectors."""
    found: dict[str, float] = {}
    for row in rows:
        found[row.country] = found.get(row.country, 0.0) + float(row.value.value or 0.0)
    return found
