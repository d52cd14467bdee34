"""Needs that a source projects for a country: they take the place of the model's growth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats, triangular
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.tables import Row

#: Words before a country that a projection for the world leaves out.
OUTSIDE = "outside "


@dataclass(frozen=True, slots=True)
class Projection:
    """Low, middle and high need of a place in a year; ``id`` is its row."""

    id: str
    year: int
    low: float
    middle: float
    high: float

    def drawn(self, position: Floats) -> Floats:
        """Need at positions of the range, shape (draw,): triangular law."""
        return triangular(position, self.low, self.middle, self.high)


Projections = Mapping[tuple[str, str], tuple[Projection, ...]]


def projections(evidence: Evidence, world: World) -> Projections:
    """Projected needs by form and place, in the order of their years.

    Rows of the whole need in the unit of the form count, for years after the one of the release:
    earlier ones are readings of today, which the need of the base year speaks for. A row for the
    world outside a country is the place ``WLD-<country>``; rows of a part of the need (a scope of
    another kind) are left out.

    Raises:
        InputError: if a row is in another unit than its form.
    """
    codes = {row["name"]: code for code, row in evidence.countries.items()}
    today = int(evidence.release.date[:4])
    found: dict[tuple[str, str], list[Projection]] = defaultdict(list)
    for row in evidence.table("demand_projections").rows:
        scope, country, form = row["scope"] or "", row["country"], row["form"]
        if form not in world.units or int(row["year"]) <= today:
            continue
        if scope.startswith(OUTSIDE) and scope.removeprefix(OUTSIDE) in codes:
            country = f"{country}-{codes[scope.removeprefix(OUTSIDE)]}"
        elif scope:
            continue
        _check_unit(row, world.units[form])
        part = Projection(row["id"], int(row["year"]), row["low"], row["mid"], row["high"])
        found[form, country].append(part)
    return {place: tuple(sorted(rows, key=lambda row: row.year)) for place, rows in found.items()}


def _check_unit(row: Row, unit: str) -> None:
    """Check that the first words of both units are one: ``t/yr`` and ``t NdPr oxide`` are."""
    words = [text.replace("/", " ").split()[0] for text in (row["unit"], unit)]
    if words[0] != words[1]:
        raise InputError(
            f"{row['id']} is in {row['unit']}",
            where="demand_projections.csv:unit",
            why=f"need of {row['form']} is counted in {unit}",
            mend=f"bring low, mid and high to {unit}",
        )


def along(
    rows: Sequence[Projection],
    base: Floats,
    grown: Floats,
    years: Sequence[int],
    base_year: int,
    position: Floats,
) -> Floats:
    """Need along projected years, shape (draw, year).

    Between the base year and the projected years the logarithm runs on a line; beyond the last
    one the need grows on with the model. Where the base year is not known, the model's growth
    leads back from the first projection.

    Args:
        rows: Projections in the order of their years, at least one.
        base: Need of the base year, shape (draw,); ``nan`` or 0 where not known.
        grown: Growth of the model since the base year, shape (draw, year).
        years: Years of the second axis, ascending, one apart.
        base_year: Base year.
        position: Position in the range, 0..1, shape (draw,).
    """
    marks = [base_year, *(row.year for row in rows)]
    drawn = [row.drawn(position) for row in rows]
    first = min(max(rows[0].year, years[0]), years[-1]) - years[0]
    known = np.nan_to_num(base) > 0
    start = np.where(known, base, drawn[0] / grown[:, first])
    logs = np.log(np.stack([start, *drawn])).T
    need = np.empty(grown.shape[::-1]).T
    for column, year in enumerate(years):
        right = int(np.searchsorted(marks, year, side="left"))
        if right < len(marks):
            share = (year - marks[right - 1]) / (marks[right] - marks[right - 1])
            need[:, column] = logs[:, right - 1] * (1 - share) + logs[:, right] * share
        else:
            last = max(marks[-1] - years[0], 0)
            need[:, column] = logs[:, -1] + np.log(grown[:, column] / grown[:, last])
    return np.asarray(np.exp(need))
