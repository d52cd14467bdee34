"""Sums and quantiles of paths: by cell, and by country and stage where units agree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.errors import InputError, ModelError
from midstream.scenarios.cellwise import Cellwise
from midstream.scenarios.frame import Paths, Volume

Metric = Literal["capacity", "output", "base"]
METRICS: tuple[Metric, ...] = ("capacity", "output", "base")


@dataclass(frozen=True, slots=True)
class Fan:
    """Quantiles over draws; arrays of shape (year, place)."""

    low: Floats
    middle: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class StageSum:
    """Sum of the cells of a country at a stage that share a unit.

    Attributes:
        country, stage, unit: What is summed.
        forms: Forms in the sum.
        values: Shape (draw, year).
    """

    country: str
    stage: str
    unit: str
    forms: tuple[str, ...]
    values: Floats


def of_metric(paths: Paths, metric: str) -> Floats:
    """One of the arrays of the paths, shape (draw, year, place).

    Raises:
        InputError: if there is none of that name.
    """
    if metric not in METRICS:
        raise InputError(
            f"no metric {metric!r}",
            where="metric",
            why=f"paths hold {', '.join(METRICS)}",
            mend="take one of these",
        )
    return np.asarray(getattr(paths, metric))


def paths_quantiles(
    paths: Paths, metric: str = "capacity", low: float = 0.1, high: float = 0.9
) -> Fan:
    """Quantiles of a metric over the draws.

    Raises:
        InputError: if the metric is unknown or the points do not lie in order between 0 and 1.
    """
    if not 0 <= low <= 0.5 <= high <= 1:
        raise InputError(
            f"points {low:g} and {high:g}",
            where="low, high",
            why="they have to lie around the median, between 0 and 1",
            mend="take 0.1 and 0.9",
        )
    found = np.quantile(of_metric(paths, metric), [low, 0.5, high], axis=0)
    return Fan(found[0], found[1], found[2])


def stage_sums(paths: Paths, world: World, metric: str = "capacity") -> tuple[StageSum, ...]:
    """Sums by country, stage and unit, in that order.

    Forms of different units are never added, and shares of the world's output (in %) neither.
    """
    values = of_metric(paths, metric)
    members: dict[tuple[str, str, str], list[int]] = {}
    for number, (form, country) in enumerate(paths.places):
        unit = world.units[form]
        if not unit.startswith("%"):
            members.setdefault((country, world.stages[form], unit), []).append(number)
    return tuple(
        StageSum(*key, tuple(paths.places[n][0] for n in found), values[:, :, found].sum(axis=2))
        for key, found in sorted(members.items())
    )


def with_output(paths: Paths, output: Volume, capacity: Volume | None = None) -> Paths:
    """Paths with another output (and capacity), such as one that a limit has cut.

    What stands today is cut with it where the new output lies below it.

    Raises:
        ModelError: if a shape differs.
    """
    capacity = paths.capacity if capacity is None else capacity
    if output.shape != paths.output.shape or capacity.shape != paths.capacity.shape:
        raise ModelError("the new arrays have another shape", where="with_output")
    base, made = Cellwise.of(paths.base), Cellwise.of(output)
    for place in range(output.shape[2]):
        base.hold(place, made[:, :, place])
    return replace(paths, output=output, capacity=capacity, base=base)
