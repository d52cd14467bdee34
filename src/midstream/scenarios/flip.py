"""Flips: the smallest shift of one driver that makes another scenario the most likely.

The model is run once more with the driver drawn from a wider law, everything else on the same
random numbers. Probabilities at any shift come from both runs together, each draw weighted by its
density under the shift over the mean of its densities under the two laws (the balance heuristic
of multiple importance sampling). They move smoothly with the shift, so the place where the leader
changes is closed in by bisection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.scenarios.regions import Ints

#: Shifts looked at on each side before the search is closed in.
STEPS = 40
#: Halvings of the step the flip lies in.
HALVINGS = 10

Odds = Callable[[float], Sequence[float]]


@dataclass(frozen=True, slots=True)
class FlipPoint:
    """Where the most likely scenario changes.

    Attributes:
        shift: Shift of the driver's mean in standard deviations, right behind the change.
        base: Rank of the scenario that leads without a shift.
        leader: Rank of the scenario that leads there.
        odds: Probabilities there.
    """

    shift: float
    base: int
    leader: int
    odds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs that differ in the law one driver was drawn from.

    Attributes:
        spreads: Standard deviation of the driver in each run, its mean being 0.
        values: The driver, shape (run, draw).
        found: Rank of the scenario, shape (run, draw).
        count: Number of scenarios.
    """

    spreads: tuple[float, ...]
    values: Floats
    found: Ints
    count: int

    def odds(self, shift: float) -> list[float]:
        """Probabilities of the scenarios where the driver is normal around a shift, sd 1."""
        under = np.stack([density(self.values, spread) for spread in self.spreads])
        weights = density(self.values - shift) / under.mean(axis=0)
        total = weights.sum()
        return [float(weights[self.found == rank].sum() / total) for rank in range(self.count)]


def density(values: Floats, spread: float = 1.0) -> Floats:
    """Density of the normal law around 0, but for the constant all spreads share."""
    return np.asarray(np.exp(-0.5 * np.square(values / spread)) / spread)


def leading(odds: Sequence[float]) -> int:
    """Rank of the most likely scenario; of equals the worse one."""
    return max(range(len(odds)), key=lambda rank: (odds[rank], -rank))


def flip(run: Odds, limit: float, base: int | None = None) -> FlipPoint | None:
    """Find the smallest shift of either sign that changes the most likely scenario.

    Args:
        run: Gives the probabilities at a shift.
        limit: Largest shift looked at, in standard deviations.
        base: Rank that leads without a shift; found by a run where it is left out.

    Returns:
        The flip, or ``None`` where none is seen within the limit.
    """
    first = leading(run(0.0)) if base is None else base
    found = [one for sign in (1, -1) if (one := _side(run, sign * limit, first)) is not None]
    return min(found, key=lambda one: (abs(one.shift), one.shift), default=None)


def _side(run: Odds, end: float, base: int) -> FlipPoint | None:
    """First flip from 0 towards an end: a grid of steps, then bisection."""
    before = 0.0
    for step in range(1, STEPS + 1):
        shift = end * step / STEPS
        odds = run(shift)
        if leading(odds) != base:
            found = FlipPoint(shift, base, leading(odds), tuple(odds))
            return _closed_in(run, before, found)
        before = shift
    return None


def _closed_in(run: Odds, before: float, found: FlipPoint) -> FlipPoint:
    for _ in range(HALVINGS):
        middle = (before + found.shift) / 2
        odds = run(middle)
        if leading(odds) == found.base:
            before = middle
        else:
            found = FlipPoint(middle, found.base, leading(odds), tuple(odds))
    return found
