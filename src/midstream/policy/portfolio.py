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
from numpy.typing import NDArray

from midstream.chain.estimate import Floats
from midstream.scenarios.frame import Bools

Ints = NDArray[np.intp]

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
    active, held = activity_of(options, chosen), frozenset(chosen)
    acts = (active >= ACTS).tolist()
    joint = [float(acts[one] and acts[two]) for one, two in reach.pairs]
    seen = [float(held.issuperset(one.chosen)) for one in reach.corrections]
    return np.array([*active, *joint, *seen])


class Fed(NamedTuple):
    """Coverage that is capped at 1 and at the feed of the stage before.

    Attributes:
        after: Coverage ``f``, shape (group, stage).
        free: Where more of the stage itself counts, short of its cap, shape (group, stage).
        short: Where feed holds the stage down, same shape; nowhere at the first stage.
    """

    after: Floats
    free: Bools
    short: Bools


def fed(before: Floats, imported: Floats) -> Fed:
    """Cap coverage at 1 and at the feed of the stage before.

    ``f_k = min(1, c_k, f_(k-1) + i_k)``.

    Args:
        before: Coverage ``c`` before caps and feed, shape (group, stage).
        imported: Other feed ``i``, same shape.
    """
    after = np.minimum(before, 1.0)
    short = np.zeros(after.shape, dtype=bool)
    for stage in range(1, before.shape[1]):
        feed = after[:, stage - 1] + imported[:, stage]
        np.less(feed, after[:, stage], out=short[:, stage])
        np.copyto(after[:, stage], feed, where=short[:, stage])
    return Fed(after, before < 1, short)


def slopes_of(found: Fed, terms: Terms) -> Floats:
    """Supergradient of capped and fed coverage, shape (term, group, stage)."""
    slopes = terms.effects * found.free
    for stage in range(1, slopes.shape[2]):
        rising = slopes[:, :, stage - 1] + terms.opened[:, :, stage]
        np.copyto(slopes[:, :, stage], rising, where=found.short[:, stage])
    return slopes


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


def fed_at(reach: Reach, point: Floats, terms: Terms) -> Fed:
    """Coverage of a portfolio by the linear model, capped and fed.

    Args:
        reach: What levers do.
        point: Activity of options, pairs and corrections, shape (term,).
        terms: ``reach.terms``.
    """
    before = reach.base + _summed(point, terms.effects)
    return fed(before, reach.imported + _summed(point, terms.opened))


def _summed(point: Floats, slopes: Floats) -> Floats:
    """Terms times their slopes, shape (group, stage)."""
    groups, stages = slopes.shape[1:]
    flat = point @ slopes.reshape(len(point), groups * stages)
    return np.asarray(flat.reshape(groups, stages))


class Prized(NamedTuple):
    """The objective and what it is made of.

    Attributes:
        value: The weaker mean coverage less the price of the tail.
        means, tail: As in `Worth`.
        weakest: Number of the stage with the least coverage, shape (group,).
        worst: Weights of the groups in the tail, shape (group,).
    """

    value: float
    means: Floats
    tail: float
    weakest: Ints
    worst: Floats


def prized(after: Floats, aim: Aim, weights: Floats) -> Prized:
    """Value coverage that is capped and fed, shape (group, stage)."""
    aimed = after[:, list(aim.stages)]
    means = weights @ aimed
    weakest = aimed.argmin(axis=1)
    losses = 1 - aimed[np.arange(len(aimed)), weakest]
    worst = tail_weights(losses, weights, aim.tail_level)
    tail = float(worst @ losses)
    value = float(means.min()) - aim.tail_weight * tail
    return Prized(value, means, tail, np.array(aim.stages)[weakest], worst)


def worth(reach: Reach, aim: Aim, point: Floats, terms: Terms) -> Worth:
    """Value a portfolio, with its slopes: the weaker mean coverage less the price of the tail.

    Args:
        reach: What levers do.
        aim: What is maximised.
        point: Activity of options, pairs and corrections, shape (term,).
        terms: ``reach.terms``.
    """
    return valued(fed_at(reach, point, terms), terms, aim, reach.weights)


def valued(found: Fed, terms: Terms, aim: Aim, weights: Floats) -> Worth:
    """Value coverage that is capped and fed, with its slopes."""
    made, slopes = prized(found.after, aim, weights), slopes_of(found, terms)
    groups = np.arange(len(weights))
    return Worth(
        value=made.value,
        means=made.means,
        tail=made.tail,
        mean_slopes=np.tensordot(weights, slopes[:, :, list(aim.stages)], axes=(0, 1)).T,
        tail_slopes=-(slopes[:, groups, made.weakest] @ made.worst),
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
