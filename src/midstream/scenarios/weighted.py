"""Probability-weighted outcomes: the whole, and within each scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.scenarios.regions import Ints

#: Levels of the ends that are shown.
ENDS = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and P10, P50, P90 of an outcome."""

    mean: float
    low: float
    middle: float
    high: float


def spread(values: Floats, weights: Floats) -> Spread | None:
    """Weighted mean and quantiles; ``None`` where no weight or a value is missing.

    Args:
        values: Outcome, shape (draw,).
        weights: Weights, 0 or more, shape (draw,).
    """
    held = weights > 0
    if not held.any() or np.isnan(values[held]).any():
        return None
    values, weights = values[held], weights[held] / weights[held].sum()
    order = np.argsort(values, kind="stable")
    passed = np.cumsum(weights[order])
    places = np.minimum(np.searchsorted(passed, np.array(ENDS) - 1e-12), len(values) - 1)
    low, middle, high = (float(value) for value in values[order][places])
    return Spread(float(values @ weights), low, middle, high)


def by_scenario(
    values: Floats, found: Ints, weights: Floats, count: int
) -> list[tuple[float, Spread | None]]:
    """Probability of each scenario and the outcome within it.

    The sum of probability times mean over the scenarios is the weighted mean of the whole.
    """
    parts = []
    for rank in range(count):
        own = np.where(found == rank, weights, 0.0)
        parts.append((float(own.sum()), spread(values, own)))
    return parts


def conditional_sum(parts: Sequence[tuple[float, Spread | None]]) -> float:
    """Sum of probability times mean over scenarios."""
    return sum(probability * part.mean for probability, part in parts if part is not None)
