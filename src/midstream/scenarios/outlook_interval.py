"""How sure a probability is: its spread over what is not known for certain about the model.

Draws are taken in groups. All draws of a group share one set of parameters (completion and delay
of the classes, sizes of the effects, centres of the drivers); the luck of projects differs. The
share of a group is the probability under its parameters, blurred by the number of its draws. The
blur is known (binomial) and taken out; the number of draws of the whole is put on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Z80, Floats
from midstream.chain.normal import normal_quantile
from midstream.scenarios.frame import Bools, DriverDraws
from midstream.scenarios.regions import Condition, Ints, Rule, region


def widened(probability: float, draws: float, groups: Floats, size: int) -> tuple[float, float]:
    """80 % interval of a probability.

    Args:
        probability: Share of all draws.
        draws: Number of draws behind it (effective, where they are weighted).
        groups: Share within each group, shape (group,); empty leaves the number of draws alone.
        size: Draws in a group.

    Returns:
        Low and high end within 0..1. With variance ``v`` of the groups and mean binomial variance
        ``b`` of their shares, deviations of the groups are shrunk by ``sqrt(max(0, v - b) / v)``;
        the error ``sqrt(p (1 - p) / draws)`` is added in quadrature.
    """
    error = Z80 * float(np.sqrt(probability * (1 - probability) / max(1.0, draws)))
    below = above = 0.0
    spread = float(np.var(groups)) if len(groups) else 0.0
    if spread > 0:
        chance = float(np.mean(groups * (1 - groups))) / max(1, size - 1)
        shrunk = np.sqrt(max(0.0, spread - chance) / spread)
        low, high = np.quantile(groups, (0.1, 0.9)) - groups.mean()
        below, above = float(-low * shrunk), float(high * shrunk)
    bottom = max(0.0, probability - float(np.hypot(max(0.0, below), error)))
    return bottom, min(1.0, probability + float(np.hypot(max(0.0, above), error)))


def shifted_by_group(
    values: DriverDraws, uniform: Sequence[Floats], spread: float, groups: int
) -> DriverDraws:
    """Drivers whose centre is off by a number of the group, normal with a spread.

    Args:
        values: Drivers, the draws of a group next to each other.
        uniform: Uniform numbers of the groups, one array a driver, shape (group,).
        spread: Standard deviation of the centre.
        groups: Number of groups.
    """
    each = len(values.values) // groups
    shifts = [np.repeat(spread * normal_quantile(column), each) for column in uniform]
    return DriverDraws(values.names, values.values + np.stack(shifts, axis=1))


@dataclass(frozen=True, slots=True)
class Groups:
    """Conditions that hold in grouped draws.

    Attributes:
        met: Shape (draw, condition), draws of a group next to each other.
        conditions: The conditions.
        count: Number of groups.
    """

    met: Bools
    conditions: tuple[Condition, ...]
    count: int

    @property
    def size(self) -> int:
        """Draws in a group."""
        return len(self.met) // self.count

    def of_conditions(self) -> Floats:
        """Share of each group in which a condition holds, shape (group, condition)."""
        return np.asarray(self.met.reshape(self.count, self.size, -1).mean(axis=1))

    def of_scenarios(self, rules: Sequence[Rule]) -> Floats:
        """Share of each group in each scenario, shape (group, scenario)."""
        found: Ints = region(self.met, self.conditions, rules).reshape(self.count, self.size)
        return np.stack([(found == rank).mean(axis=1) for rank in range(len(rules))], axis=1)
