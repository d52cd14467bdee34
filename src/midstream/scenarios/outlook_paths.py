"""Paths of capacity, output and need as quantities, for every country with plants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.evidence import Ledger, Node, Quantity
from midstream.scenarios.frame import Needs, Paths, Place, Project, Volume
from midstream.scenarios.result import PathRow

ENDS = (0.1, 0.5, 0.9)
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


def quantiles(
    values: Volume, executor: Executor | None = None, places: Sequence[int] | None = None
) -> Floats:
    """P10, P50 and P90 over the draws of some places, shape (3, year, place).

    The draw at the nearest rank, without a mean between two.

    Args:
        values: Shape (draw, year, place); a place with a missing value is missing throughout.
        executor: Threads that take places; the result is the same with any number of them.
        places: Numbers of the places; ``None`` takes all.
    """
    draws, years, count = values.shape
    ranks = [round(end * (draws - 1)) for end in ENDS]
    wanted = range(count) if places is None else places
    found = np.empty((len(ENDS), years, len(wanted)))

    def take(row: int) -> None:
        place = wanted[row]
        # A copy with draws next to each other: strided memory is many times slower, and the draws
        # themselves must stay as they are. Sorting beats picking single ranks three times.
        drawn = np.array(values[:, :, place].T, order="C")
        drawn.sort(axis=-1)
        found[:, :, row] = drawn[:, ranks].T
        # Missing values sort last, so that a low rank would hide one.
        found[:, np.isnan(values[0, :, place]), row] = np.nan

    # Exhausted, so that what goes wrong in a thread is raised here.
    rows = range(len(wanted))
    list(map(take, rows) if executor is None else executor.map(take, rows))
    return found


def path_rows(
    book: PathBook, paths: Paths, needs: Needs, executor: Executor | None = None
) -> tuple[PathRow, ...]:
    """Capacity and output of every place, and need where it is known."""
    years, rows = paths.frame.years, []
    drawn = {
        "capacity": quantiles(paths.capacity, executor),
        "output": quantiles(paths.output, executor),
    }
    numbers = {place: number for number, place in enumerate(needs.places)}
    columns = {place: numbers[place] for place in paths.places if place in numbers}
    needed = _needed(needs, tuple(columns.values()), executor)
    for number, place in enumerate(paths.places):
        for metric, found in drawn.items():
            row = book.row(place, metric, found[:, :, number], years)
            rows.append(replace(row, counted=bool(paths.counted[number])))
        values = needed.get(columns.get(place, -1))
        if values is not None:
            rows.append(book.row(place, "need", values, years))
    return tuple(rows)


def _needed(needs: Needs, columns: Sequence[int], executor: Executor | None) -> dict[int, Floats]:
    """Quantiles of the needs at some columns that are known in every year, (3, year) each."""
    known = [n for n in columns if np.isfinite(needs.need[0, :, n]).all()]
    found = quantiles(needs.need, executor, known)
    drawn = (found[:, :, row] for row in range(len(known)))
    return {n: part for n, part in zip(known, drawn, strict=True) if np.isfinite(part).all()}
