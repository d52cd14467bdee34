"""What moves the odds: how far a driver carries an outcome, from the draws as they are.

The effect of a driver is the change of an outcome's mean from the bottom to the top third of the
driver. Its first-order index is the share of the outcome's variance that the driver explains on
its own,

    S = Var(E[y | x]) / Var(y),

read from draws sorted by the driver into bins, less what bins of their size show by chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Z80, Floats

#: Bins of the first-order index, and the fewest draws a bin is read from.
BINS, LEAST = 20, 25
#: Parts the draws are cut into for the effect.
PARTS = 3


@dataclass(frozen=True, slots=True)
class Effect:
    """Change of an outcome's mean from the bottom to the top third of a driver.

    Attributes:
        change: The change.
        low, high: Its 80 % interval by the finite number of draws.
        bottom, top: Means in the two thirds.
    """

    change: float
    low: float
    high: float
    bottom: float
    top: float


def effect(driver: Floats, outcome: Floats) -> Effect | None:
    """Effect of a driver on an outcome; ``None`` where the driver does not vary.

    Args:
        driver: Values of the driver, shape (draw,).
        outcome: Outcome of each draw (1 or 0 for an event), shape (draw,).
    """
    size = len(driver) // PARTS
    if size < 1 or np.ptp(driver) == 0:
        return None
    order = np.argsort(driver, kind="stable")
    low, high = outcome[order[:size]], outcome[order[-size:]]
    change = float(high.mean() - low.mean())
    half = Z80 * float(np.sqrt((low.var() + high.var()) / size))
    return Effect(change, change - half, change + half, float(low.mean()), float(high.mean()))


def first_order(driver: Floats, outcome: Floats) -> float | None:
    """First-order index of a driver, 0..1; ``None`` where driver or outcome does not vary.

    The variance between bins is brought down by what chance alone puts there (the mean variance
    within bins over their size), and never below 0.
    """
    total = float(outcome.var())
    bins = min(BINS, len(driver) // LEAST)
    if total == 0 or np.ptp(driver) == 0 or bins < 2:
        return None
    order = np.argsort(driver, kind="stable")
    parts = np.array_split(outcome[order], bins)
    means = np.array([part.mean() for part in parts])
    chance = np.mean([part.var(ddof=1) / len(part) for part in parts])
    between = float(np.var(means)) - float(chance) * (bins - 1) / bins
    return min(1.0, max(0.0, between / total))


def pairs(drivers: Floats, outcome: Floats) -> Floats:
    """Mean of an outcome where two drivers stand in their top third, shape (driver, driver).

    The diagonal holds the mean for one driver alone; ``nan`` where no draw is left. A driver
    that acts only together with another shows here and not in its own index.
    """
    count = drivers.shape[1]
    edges = np.quantile(drivers, 1 - 1 / PARTS, axis=0)
    top = drivers >= edges
    found = np.full((count, count), np.nan)
    for one in range(count):
        for other in range(count):
            both = top[:, one] & top[:, other]
            if both.any():
                found[one, other] = outcome[both].mean()
    return found
