"""Paths of capacity, output and need as quantities, for every country with plants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.evidence import Ledger, Node, Quantity
from midstream.scenarios.frame import Needs, Paths, Place, Project
from midstream.scenarios.result import PathRow

ENDS = (0.1, 0.5, 0.9)
#: Places whose draws are put next to each other at a time.
BLOCK = 16
FORMULAS = {
    "capacity": "plants of today, projects and later entrants of the draw, at the end of the year",
    "output": "what runs today as far as kept, projects in ramp, secondary supply, within limits",
    "need": "need of the base year grown by use, in the place of its range the draw has",
}


@dataclass(frozen=True, slots=True)
class PathBook:
    """Enters paths.

    Attributes:
        ledger: Where to.
        world: Names, stages, units and the estimates of today.
        shared: Ids all paths rest on: classes, drivers, parameters.
        projects: Place -> ids the projects of the place rest on.
        needs: Place -> ids its need rests on.
    """

    ledger: Ledger
    world: World
    shared: tuple[str, ...]
    projects: Mapping[Place, tuple[str, ...]]
    needs: Mapping[Place, tuple[str, ...]]

    @classmethod
    def of(
        cls,
        ledger: Ledger,
        world: World,
        shared: tuple[str, ...],
        projects: Sequence[Project],
        needs: Needs,
    ) -> PathBook:
        """Gather what the paths of each place rest on."""
        rests: dict[Place, tuple[str, ...]] = {}
        for project in projects:
            place = (project.form, project.country)
            rests[place] = (*rests.get(place, ()), *project.lineage)
        below = dict(zip(needs.places, needs.lineage, strict=True))
        return cls(ledger, world, shared, rests, below)

    def row(self, place: Place, metric: str, values: Floats, years: Sequence[int]) -> PathRow:
        """Enter one path.

        Args:
            place: Form and country.
            metric: capacity, output or need.
            values: P10, P50 and P90, shape (3, year); ``nan`` where unknown.
            years: Years.
        """
        form, country = place
        unit = self.world.units[form]
        name = f"{metric.capitalize()}: {self.world.names.cell(form, country)}"
        inputs = self._inputs(place, metric)
        points = []
        for column, year in enumerate(years):
            lineage = f"f:scenarios.path/{metric}/{form}/{country}/{year}"
            low, middle, high = (float(value) for value in values[:, column])
            known = np.isfinite(middle)
            quantity = (
                Quantity(middle, low, high, unit, "modelled", lineage)
                if known
                else Quantity(None, None, None, unit, None, lineage)
            )
            title = f"{name}, {year}"
            self.ledger.add(
                Node(lineage, "formula", title, quantity, None, inputs, FORMULAS[metric])
            )
            points.append(quantity)
        return PathRow(
            country=country,
            form=form,
            stage=self.world.stages[form],
            metric=metric,
            unit=unit,
            years=tuple(years),
            points=tuple(points),
            counted=True,
        )

    def _inputs(self, place: Place, metric: str) -> tuple[str, ...]:
        if metric == "need":
            return self.needs.get(place, ())
        today = self.world.outputs.get(place)
        own = () if today is None else (today.lineage,)
        return tuple(dict.fromkeys((*own, *self.projects.get(place, ()), *self.shared)))


def quantiles(values: Floats) -> Floats:
    """P10, P50 and P90 over the draws of every place, shape (3, year, place).

    The draw at the nearest rank, without a mean between two.

    Args:
        values: Shape (draw, year, place); a place with a missing value is missing throughout.
    """
    draws, years, places = values.shape
    ranks = [round(end * (draws - 1)) for end in ENDS]
    found = np.empty((len(ENDS), years, places))
    for first in range(0, places, BLOCK):
        # Draws next to each other: picking ranks from strided memory is many times slower.
        block = np.ascontiguousarray(values[:, :, first : first + BLOCK].transpose(2, 1, 0))
        block.partition(ranks, axis=-1)
        found[:, :, first : first + BLOCK] = block[:, :, ranks].transpose(2, 1, 0)
        # Missing values sort last, so that a low rank would hide one.
        gaps = np.isnan(values[0, :, first : first + BLOCK])
        found[:, :, first : first + BLOCK][:, gaps] = np.nan
    return found


def path_rows(book: PathBook, paths: Paths, needs: Needs) -> tuple[PathRow, ...]:
    """Capacity and output of every place, and need where it is known."""
    years, rows = paths.frame.years, []
    drawn = {"capacity": quantiles(paths.capacity), "output": quantiles(paths.output)}
    needed = quantiles(needs.need)
    columns = {place: number for number, place in enumerate(needs.places)}
    for number, place in enumerate(paths.places):
        for metric, found in drawn.items():
            row = book.row(place, metric, found[:, :, number], years)
            rows.append(replace(row, counted=bool(paths.counted[number])))
        column = columns.get(place)
        if column is not None and np.isfinite(needed[:, :, column]).all():
            rows.append(book.row(place, "need", needed[:, :, column], years))
    return tuple(rows)
