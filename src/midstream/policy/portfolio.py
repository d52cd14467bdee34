"""The choice of levers and start years as arrays: what is on offer, what it does, what it is worth.

A portfolio is worth the weaker of the mean coverages of the stages aimed at, less a price on the
tail: ``v = min_k mean_g f_gk - w CVaR_beta(1 - min_k f_gk)`` over groups of draws g and stages k.
Coverage is capped at 1 and at the feed of the stage before:
``f_gk = min(1, c_gk, f_g,k-1 + i_gk)``, ``c = base + sum e_l a_l + sum e_lm y_lm``,
with the activity ``a_l`` in 0..1 of lever l by its start year, and ``y_lm`` = 1 where both act at
least half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from midstream.chain.estimate import Floats

#: Levers with the year each of them starts in, by lever.
Chosen = tuple[tuple[str, int], ...]
#: Activity from which a lever acts in its pairs; the engine corrects what this step leaves out.
ACTS = 0.5


@dataclass(frozen=True, slots=True)
class Option:
    """A lever as it can be bought.

    Attributes:
        id: Lever.
        starts: Years it can start in, ascending.
        activity: Part of its full effect it has at the horizon, by start year, 0..1.
        cost: Whole cost, USD million.
        payers: Payer -> part of the cost, summing to 1.
        prerequisites: Levers that have to start no later than it.
        excludes: Levers it cannot stand beside.
    """

    id: str
    starts: tuple[int, ...]
    activity: tuple[float, ...]
    cost: float
    payers: Mapping[str, float] = field(default_factory=dict)
    prerequisites: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits on what is paid, USD million.

    Attributes:
        total: Of all levers.
        payer: Payer -> limit over all years.
        year: Limit of every year; infinite for none.
        years: Year -> limit of its own, in place of ``year``.
        payments: Part of a cost paid in the first, second, ... year from the start, summing to 1.
    """

    total: float
    payer: Mapping[str, float] = field(default_factory=dict)
    year: float = np.inf
    years: Mapping[int, float] = field(default_factory=dict)
    payments: tuple[float, ...] = (1.0,)

    @property
    def by_year(self) -> bool:
        """Whether any year has a limit."""
        return bool(self.years) or np.isfinite(self.year)

    def limit(self, year: int) -> float:
        """Limit of a year."""
        return self.years.get(year, self.year)


@dataclass(frozen=True, slots=True)
class Correction:
    """What the engine finds for one portfolio beyond the linear model; larger ones share it.

    Attributes:
        chosen: The portfolio.
        residual: Engine less linear coverage, shape (group, stage).
    """

    chosen: Chosen
    residual: Floats


@dataclass(frozen=True, slots=True)
class Aim:
    """What is maximised.

    Attributes:
        stages: Numbers of the stages aimed at, on the stage axis of `Reach`.
        tail_weight: Price ``w`` of the tail, 0 or more.
        tail_level: Level ``beta`` of the tail, 0..1.
    """

    stages: tuple[int, ...]
    tail_weight: float
    tail_level: float


@dataclass(frozen=True, slots=True)
class Reach:
    """What levers do, by group of draws.

    Attributes:
        base: Coverage without any of them, shape (group, stage).
        single: Full effect of each option, shape (option, group, stage).
        pairs: Numbers of the two options of every pair that was run together.
        joint: What the two do beyond their sum, shape (pair, group, stage).
        imported: Feed that comes from elsewhere than the stage before, as coverage of the stage,
            shape (group, stage); infinite where feed does not limit it. That of the first stage
            is not read.
        opened: Feed that each option adds to it, shape (option, group, stage).
        weights: Weight of each group, summing to 1, shape (group,).
        corrections: Portfolios the engine has run.
    """

    base: Floats
    single: Floats
    pairs: tuple[tuple[int, int], ...]
    joint: Floats
    imported: Floats
    opened: Floats
    weights: Floats
    corrections: tuple[Correction, ...] = ()

    @property
    def terms(self) -> Terms:
        """Effects of options, pairs and corrections, with the feed they open."""
        seen = [one.residual[None] for one in self.corrections]
        effects = np.concatenate([self.single, self.joint, *seen])
        opened = np.zeros_like(effects)
        opened[: len(self.opened)] = self.opened
        return Terms(effects, opened)


class Terms(NamedTuple):
    """Slopes of coverage in options, pairs and corrections, shape (term, group, stage).

    Attributes:
        effects: Of coverage before caps and feed.
        opened: Of feed that comes from elsewhere than the stage before.
    """

    effects: Floats
    opened: Floats


@dataclass(frozen=True, slots=True)
class Worth:
    """What a portfolio is worth, and the slopes of its parts.

    Attributes:
        value: The objective.
        means: Mean coverage of the stages aimed at, shape (aim,).
        tail: CVaR of the part of need the weakest stage leaves, 0..1.
        mean_slopes: Supergradient of each mean, shape (aim, term).
        tail_slopes: Subgradient of the tail, shape (term,).
    """

    value: float
    means: Floats
    tail: float
    mean_slopes: Floats
    tail_slopes: Floats


def activity_of(options: Sequence[Option], chosen: Chosen) -> Floats:
    """Activity of each option under a portfolio, shape (option,)."""
    starts = dict(chosen)
    return np.array(
        [
            one.activity[one.starts.index(starts[one.id])] if one.id in starts else 0.0
            for one in options
        ]
    )


def point_of(options: Sequence[Option], reach: Reach, chosen: Chosen) -> Floats:
    """Options, pairs and corrections that a portfolio sets going, 0..1, shape (term,)."""
    active = activity_of(options, chosen)
    joint = [float(min(active[one], active[two]) >= ACTS) for one, two in reach.pairs]
    seen = [float(set(one.chosen) <= set(chosen)) for one in reach.corrections]
    return np.array([*active, *joint, *seen])


def fed(before: Floats, imported: Floats, slopes: Floats, opened: Floats) -> tuple[Floats, Floats]:
    """Cap coverage at 1 and at the feed of the stage before, with its supergradient.

    ``f_k = min(1, c_k, f_(k-1) + i_k)``.

    Args:
        before: Coverage ``c`` before caps and feed, shape (group, stage).
        imported: Other feed ``i``, same shape.
        slopes: Slopes of ``c``, shape (term, group, stage).
        opened: Slopes of ``i``, same shape.

    Returns:
        Coverage ``f``, shape (group, stage), and its slopes, shape (term, group, stage).
    """
    after = np.minimum(before, 1.0)
    found = slopes * (before < 1)
    for stage in range(1, before.shape[1]):
        feed = after[:, stage - 1] + imported[:, stage]
        short = feed < after[:, stage]
        after[:, stage] = np.where(short, feed, after[:, stage])
        rising = found[:, :, stage - 1] + opened[:, :, stage]
        found[:, :, stage] = np.where(short, rising, found[:, :, stage])
    return after, found


def tail_weights(losses: Floats, weights: Floats, level: float) -> Floats:
    """Weights of the worst ``1 - level`` of the groups, summing to 1, shape (group,).

    ``CVaR = sum omega_g loss_g`` with ``omega_g <= weight_g / (1 - level)``.
    """
    order = np.argsort(-losses, kind="stable")
    most = weights[order] / (1 - level)
    taken = np.minimum(most, np.maximum(1 - np.concatenate([[0.0], np.cumsum(most)[:-1]]), 0))
    found = np.zeros(len(losses))
    found[order] = taken
    return found


def worth(reach: Reach, aim: Aim, point: Floats, terms: Terms | None = None) -> Worth:
    """Value a portfolio: the weaker mean coverage less the price of the tail.

    Args:
        reach: What levers do.
        aim: What is maximised.
        point: Activity of options, pairs and corrections, shape (term,).
        terms: ``reach.terms``, where it is at hand.
    """
    held = reach.terms if terms is None else terms
    before = reach.base + np.tensordot(point, held.effects, axes=1)
    imported = reach.imported + np.tensordot(point, held.opened, axes=1)
    return valued(fed(before, imported, held.effects, held.opened), aim, reach.weights)


def valued(found: tuple[Floats, Floats], aim: Aim, weights: Floats) -> Worth:
    """Value coverage that is capped and fed, with its slopes, as `fed` gives them."""
    after, slopes = found
    aimed, groups = list(aim.stages), np.arange(len(after))
    means = weights @ after[:, aimed]
    weakest = np.array(aimed)[after[:, aimed].argmin(axis=1)]
    losses = 1 - after[groups, weakest]
    worst = tail_weights(losses, weights, aim.tail_level)
    tail = float(worst @ losses)
    return Worth(
        value=float(means.min()) - aim.tail_weight * tail,
        means=means,
        tail=tail,
        mean_slopes=np.tensordot(weights, slopes[:, :, aimed], axes=(0, 1)).T,
        tail_slopes=-(slopes[:, groups, weakest] @ worst),
    )


@dataclass(frozen=True, slots=True)
class Payments:
    """Payments of a portfolio, USD million.

    Attributes:
        amounts: Payer and year -> amount.
    """

    amounts: Mapping[tuple[str, int], float]

    @property
    def total(self) -> float:
        """All payments."""
        return sum(self.amounts.values())

    def of_payer(self, payer: str) -> float:
        """What a payer pays over all years."""
        return sum(amount for (name, _), amount in self.amounts.items() if name == payer)

    def of_year(self, year: int) -> float:
        """What is paid in a year."""
        return sum(amount for (_, when), amount in self.amounts.items() if when == year)


def paid(options: Sequence[Option], chosen: Chosen, payments: Sequence[float]) -> Payments:
    """What a portfolio costs whom, when."""
    starts = dict(chosen)
    amounts: dict[tuple[str, int], float] = {}
    for one in options:
        if one.id not in starts:
            continue
        for payer, part in (one.payers or {"": 1.0}).items():
            for wait, share in enumerate(payments):
                place = (payer, starts[one.id] + wait)
                amounts[place] = amounts.get(place, 0.0) + one.cost * part * share
    return Payments(amounts)
