"""Scenarios as regions of outcomes: frozen conditions, and the rules that count them.

A condition compares one number of the last year with a threshold. A scenario is a rule on how
many conditions of each role hold. A draw belongs to the highest scenario whose rule holds, so
the regions are disjoint and exhaust the draws, and a harder condition never lifts a draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midstream.errors import InputError
from midstream.scenarios.frame import Bools

Ints = NDArray[np.int64]
ROLES = ("at-volume", "scale", "reach", "breakthrough")
VARIANTS = ("base", "looser", "stricter")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a condition.

    Attributes:
        id: Lineage id of the row it comes from.
        form: Form.
        metric: ``output`` or ``capacity`` of the year, or ``plants`` that run.
        threshold: ``share-of-need``, ``absolute`` or ``share-outside``.
        value: Threshold as printed.
        unit: Its unit.
        factor: From that unit to the unit of the form.
        outside: Region whose plants do not count; blank for none.
        investment: Least capital cost of the plants together, in ``currency``; 0 for none.
        currency: Currency of the investment.
        source: Ids of the source register.
    """

    id: str
    form: str
    metric: str
    threshold: str
    value: float
    unit: str
    factor: float = 1.0
    outside: str = ""
    investment: float = 0.0
    currency: str = ""
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: it holds where one of its comparisons does.

    Attributes:
        id: Name.
        role: What it counts for, one of `ROLES`.
        comparisons: Alternatives, at least one.
        words: What it asks for, with its thresholds.
    """

    id: str
    role: str
    comparisons: tuple[Comparison, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of a scenario.

    Attributes:
        scenario, name: Names.
        rank: Order from the worst (0) to the best.
        least: Role -> least number of its conditions that hold; where fewer conditions exist,
            all of them, and where none exists the rule cannot hold.
        breakthrough: Whether every condition with role breakthrough has to hold.
        variant: Set of rules it belongs to.
    """

    scenario: str
    name: str
    rank: int
    least: Mapping[str, int]
    breakthrough: bool = False
    variant: str = "base"


def check_rules(rules: Sequence[Rule]) -> None:
    """Check that ranks run from 0 without a gap and that the lowest rule asks for nothing.

    Raises:
        InputError: if they do not; then some draw would belong to no scenario or to two.
    """
    ranks = [rule.rank for rule in rules]
    open_below = bool(rules) and not rules[0].least and not rules[0].breakthrough
    if ranks != list(range(len(rules))) or not open_below:
        raise InputError(
            f"scenario ranks {', '.join(map(str, ranks))} leave a gap or have a rule on the first",
            where="scenario_regions.csv:rank",
            why="every draw belongs to exactly one scenario",
            mend="number the scenarios 0, 1, 2 from the worst, and give the first no rule",
        )


def region(met: Bools, conditions: Sequence[Condition], rules: Sequence[Rule]) -> Ints:
    """Give the scenario of every draw.

    Args:
        met: Whether a condition holds, shape (draw, condition).
        conditions: The conditions.
        rules: Rules in the order of their ranks.

    Returns:
        Rank of the highest rule that holds, shape (draw,).
    """
    check_rules(rules)
    counts = {role: _count(met, conditions, role) for role in ROLES}
    sizes = {role: sum(one.role == role for one in conditions) for role in ROLES}
    highest = np.zeros(met.shape[0], dtype=np.int64)
    for rule in rules[1:]:
        highest = np.where(_holds(rule, counts, sizes), rule.rank, highest)
    return highest


def _count(met: Bools, conditions: Sequence[Condition], role: str) -> Ints:
    columns = [number for number, one in enumerate(conditions) if one.role == role]
    return np.asarray(met[:, columns].sum(axis=1), dtype=np.int64)


def _holds(rule: Rule, counts: Mapping[str, Ints], sizes: Mapping[str, int]) -> Bools:
    holds = np.ones(len(counts[ROLES[0]]), dtype=bool)
    for role, least in rule.least.items():
        if not sizes[role]:
            return np.zeros_like(holds)
        holds &= counts[role] >= min(least, sizes[role])
    if rule.breakthrough:
        holds &= counts["breakthrough"] == sizes["breakthrough"]
    return holds


def shares(found: Ints, count: int, weights: NDArray[np.float64] | None = None) -> list[float]:
    """Give the probability of every scenario: the weight of its draws.

    Args:
        found: Rank of every draw.
        count: Number of scenarios.
        weights: Weights that sum to 1; ``None`` for equal ones.
    """
    size = len(found)
    even = np.full(size, 1 / size) if weights is None else weights
    return [float(even[found == rank].sum()) for rank in range(count)]


def definition(rule: Rule, conditions: Sequence[Condition], better: Sequence[Rule]) -> str:
    """Say what a scenario is, with its thresholds.

    Args:
        rule: The rule.
        conditions: The conditions.
        better: Rules above it; a draw they hold for does not belong to this one.
    """
    parts = [_asks(role, least, conditions) for role, least in rule.least.items()]
    if rule.breakthrough:
        must = [one.words for one in conditions if one.role == "breakthrough"]
        parts += must
    text = "; and ".join(part for part in parts if part)
    if not text:
        return "none of the other scenarios"
    return f"{text}; and not {' or '.join(one.name.lower() for one in better)}" if better else text


def _asks(role: str, least: int, conditions: Sequence[Condition]) -> str:
    words = [one.words for one in conditions if one.role == role]
    if not words:
        return f"no condition of role {role} on file"
    least = min(least, len(words))
    if least == len(words):
        return ", and ".join(words)
    return f"at least {least} of ({', '.join(words)})"
