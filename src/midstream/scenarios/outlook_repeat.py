"""Repeated runs of an outlook: in groups for its intervals, and with other drivers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.normal import normal_quantile
from midstream.chain.streams import stratified
from midstream.scenarios import drivers as driving
from midstream.scenarios.flip import FlipPoint, Runs, density, flip
from midstream.scenarios.outlook_future import (
    Future,
    Given,
    Setup,
    counter_effects,
    ready,
    run,
)
from midstream.scenarios.outlook_interval import Groups, shifted_by_group
from midstream.scenarios.outlook_moves import BETTER
from midstream.scenarios.outlook_request import Request
from midstream.scenarios.simulated import COUNTER, DEMAND
from midstream.scenarios.sobol import total

#: Standard deviation of a driver in its repeated run: wide enough for shifts of two.
WIDE = 2.0

Totals = dict[str, float | None]
Flips = dict[str, FlipPoint | None]


def grouped(request: Request) -> Groups | None:
    """Run draws in groups that share their parameters; ``None`` where no group is asked for."""
    count = request.amount("outlook.groups", request.settings.groups)
    if count < 1:
        return None
    evidence = request.setup.evidence
    least = request.amount("outlook.groups.least", None)
    frame = request.frame(count * max(least, request.settings.draws // count))
    spread = float(evidence.parameter("outlook.prior.spread").value or 0.0)
    values = request.values(frame)
    uniform = [stratified(frame.seed, f"centre/{name}", count) for name in values.names]
    values = shifted_by_group(values, uniform, spread, count)
    found = run(request.setup.narrowed(), Given.of(evidence, frame).grouped(count), values)
    return Groups(found.met, request.setup.conditions, count)


def repeated(request: Request) -> tuple[Flips, Totals]:
    """Flips and total indices: one more run a driver, on common random numbers.

    Returns:
        Driver -> flip, and driver -> total index of the better scenarios; both empty where no
        repeated run is asked for. A driver that cannot be set has no flip and no index.
    """
    draws = request.amount("outlook.rerun.draws", request.settings.reruns)
    draws = min(draws, request.settings.draws)
    if draws < 1:
        return {}, {}
    again = Again.of(request, draws)
    limit = float(request.setup.evidence.parameter("outlook.flip.limit").value or 0.0)
    flips: Flips = {}
    indices: Totals = {}
    for driver in driving.drivers(request.setup.evidence):
        if driver.id == COUNTER and request.setup.counter is not None:
            continue
        wide = again.wide(driver)
        found = again.run({driver.id: wide}).region
        both = np.stack([again.normal(driver), wide]), np.stack([again.first.region, found])
        flips[driver.id] = flip(Runs((1.0, WIDE), *both, len(request.setup.rules)).odds, limit)
        indices[driver.id] = total(
            (again.first.region >= BETTER).astype(float),
            (found >= BETTER).astype(float),
            density(wide) / density(wide, WIDE),
        )
    return flips, indices


@dataclass(frozen=True, slots=True)
class Again:
    """Repeats a run with other drivers and everything else as it was.

    Attributes:
        request: The outlook.
        setup: What a repeated run needs.
        given: Drawn parameters, needs included.
        first: The run as it was.
    """

    request: Request
    setup: Setup
    given: Given
    first: Future

    @classmethod
    def of(cls, request: Request, draws: int) -> Again:
        """Make the first run and keep what the others share."""
        frame, setup = request.frame(draws), request.setup.narrowed()
        given = Given.of(setup.evidence, frame)
        given = replace(
            given, ready=ready(setup, given, keep=True), effects=counter_effects(setup, frame)
        )
        first = run(setup, given, request.values(frame))
        return cls(request, setup, replace(given, needs=first.needs), first)

    def normal(self, driver: driving.Driver) -> Floats:
        """Standard normal numbers of a driver, shape (draw,)."""
        return driving.standard(self.given.frame, driver, self.setup.focus)

    def wide(self, driver: driving.Driver) -> Floats:
        """Numbers of a driver from the wider law, independent of the others, shape (draw,)."""
        uniform = self.given.frame.uniform(f"wide/{driver.id}/{self.setup.focus}")
        return WIDE * normal_quantile(np.clip(uniform, driving.TAIL, 1 - driving.TAIL))

    def run(self, normals: Mapping[str, Floats]) -> Future:
        """Run again with other numbers of some drivers; needs are kept unless demand moves."""
        given = replace(self.given, needs=None) if DEMAND in normals else self.given
        return run(self.setup, given, self.request.values(given.frame, normals=normals))
