"""From runs of the bench to the arrays of a portfolio: singles, pairs, later starts, feed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from midstream.chain.estimate import Floats
from midstream.errors import InputError
from midstream.policy.frame import STAGES, Bench, Lever, Outcome
from midstream.policy.portfolio import (
    Aim,
    Chosen,
    Correction,
    Option,
    Reach,
    Worth,
    fed,
    point_of,
    valued,
)
from midstream.policy.programme_menu import Menu

#: Ends of the ruler of scores.
LOWEST, HIGHEST = 1.0, 5.0
#: Effects below this are rounding.
ROUNDING = 1e-12
#: Stages a plan aims at.
MIDDLE = (STAGES.index("C2"), STAGES.index("C3"))
#: Effects that bring feed from elsewhere than the stage before.
FEEDS = frozenset({"feed", "recycled"})
#: What can be maximised.
MEASURES = ("coverage", "score")


@dataclass(frozen=True, slots=True)
class Shape:
    """How runs are condensed.

    Attributes:
        measure: ``coverage`` of need, or ``score``, which is brought to 0..1 as (score - 1) / 4.
        groups: Number of groups of draws.
        pairs: Most pairs that are run together.
        tail_weight, tail_level: As in `midstream.policy.portfolio.Aim`.
    """

    measure: str
    groups: int
    pairs: int
    tail_weight: float
    tail_level: float


@dataclass(frozen=True, slots=True)
class Programme:
    """The arrays of a portfolio, and the bench they came from.

    Attributes:
        bench: Runs worlds.
        menu: Levers on offer.
        shape: How runs are condensed.
        options, reach, aim: As in `midstream.policy.portfolio`.
        members: Group of each draw, shape (draw,).
        moves: Whether each option changes anything, alone or in a pair.
    """

    bench: Bench
    menu: Menu
    shape: Shape
    options: tuple[Option, ...]
    reach: Reach
    aim: Aim
    members: Floats
    moves: tuple[bool, ...]

    def outcome(self, chosen: Chosen) -> Outcome:
        """Run the engine on a portfolio."""
        return run(self.bench, self.menu, chosen)

    def seen(self, chosen: Chosen) -> Floats:
        """What the engine finds for a portfolio before caps and feed, shape (group, stage)."""
        found = grouped(measured(self.outcome(chosen), self.shape.measure), self.members)
        return np.where(np.isfinite(self.reach.base), np.nan_to_num(found), self.reach.base)

    def engine(self, chosen: Chosen) -> Worth:
        """Value what the engine finds for a portfolio."""
        before, terms = self.seen(chosen), self.reach.terms
        point = point_of(self.options, self.reach, chosen)
        imported = self.reach.imported + np.tensordot(point, terms.opened, axes=1)
        return valued(fed(before, imported), terms, self.aim, self.reach.weights)

    def corrected(self, chosen: Chosen) -> Programme:
        """The programme that agrees with the engine on one more portfolio.

        What the engine finds beyond the sum counts wherever all of the portfolio is chosen, as a
        pair does; those with fewer levers come first, so that each holds only what is its own.
        """
        known = {one.chosen for one in self.reach.corrections} | {chosen}
        reach = replace(self.reach, corrections=())
        for one in sorted(known, key=lambda held: (len(held), held)):
            point = point_of(self.options, reach, one)
            linear = reach.base + np.tensordot(point, reach.terms.effects, axes=1)
            new = Correction(one, np.asarray(self.seen(one) - linear))
            reach = replace(reach, corrections=(*reach.corrections, new))
        return replace(self, reach=reach)

    def weighted(self, weights: Floats) -> Programme:
        """The programme with other weights of the groups."""
        return replace(self, reach=replace(self.reach, weights=weights))


def run(bench: Bench, menu: Menu, chosen: Chosen) -> Outcome:
    """Run the engine on levers with their start years."""
    held = [menu.lever(name) for name, _ in chosen]
    return bench.outcome(held, starts={name: float(year) for name, year in chosen})


def measured(found: Outcome, measure: str) -> Floats:
    """What is maximised, draw by draw, shape (draw, stage)."""
    if measure == "score":
        return np.asarray(((found.low + found.high) / 2 - LOWEST) / (HIGHEST - LOWEST))
    return found.coverage


def grouped(draws: Floats, members: Floats) -> Floats:
    """Mean over the draws of each group, shape (group, stage); ``nan`` where a draw is unknown."""
    counts = np.bincount(members.astype(int))
    sums = [np.bincount(members.astype(int), weights=draws[:, k]) for k in range(draws.shape[1])]
    return np.stack(sums, axis=1) / counts[:, None]


def members_of(base: Floats, groups: int) -> Floats:
    """Group of each draw: neighbours by their weakest stage, so that the tail stays a tail."""
    size = len(base)
    order = np.argsort(np.nanmin(base, axis=1), kind="stable")
    found = np.empty(size)
    found[order] = np.arange(size) * min(groups, size) // size
    return found


def programme(bench: Bench, menu: Menu, shape: Shape, imported: Floats | None = None) -> Programme:
    """Run base, singles, later starts and pairs, and condense them.

    Args:
        bench: Runs worlds.
        menu: Levers on offer.
        shape: How runs are condensed.
        imported: Feed from abroad as coverage, shape (draw, stage); no limit where left out.

    Raises:
        InputError: if neither stage of the middle is known.
    """
    draws = measured(bench.outcome(()), shape.measure)
    known = tuple(stage for stage in MIDDLE if np.isfinite(draws[:, stage]).all())
    if not known:
        raise InputError(
            f"no plan for {bench.subject}",
            where="policy plan",
            why="output or need of C2 and of C3 is not on record: there is nothing to aim at",
            mend="name another sector with --sector, or a country with evidence at C2 or C3",
        )
    members = members_of(draws[:, list(known)], shape.groups)
    base = grouped(draws, members)
    runs = Runs(bench, menu, shape.measure, members, base)
    single = runs.singles()
    pairs = linked(menu, single, shape.pairs)
    joint = runs.joints(pairs, single)
    options = tuple(runs.option(one, single[number]) for number, one in enumerate(menu.levers))
    weights = np.bincount(members.astype(int)) / len(members)
    feed = _feed(shape, base, imported, members)
    reach = Reach(base, single, pairs, joint, feed, _opened(menu, single), weights)
    reach = replace(reach, base=np.nan_to_num(base))
    moves = _moves(single, pairs, joint)
    aim = Aim(known, shape.tail_weight, shape.tail_level)
    return Programme(bench, menu, shape, options, reach, aim, members, moves)


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of the bench, condensed.

    Attributes:
        bench, menu: What is run.
        measure: What is read.
        members: Group of each draw.
        base: Without any lever, shape (group, stage).
    """

    bench: Bench
    menu: Menu
    measure: str
    members: Floats
    base: Floats

    def gain(self, chosen: Iterable[tuple[str, int]]) -> Floats:
        """What levers add to the base, shape (group, stage); 0 where it is unknown."""
        found = measured(run(self.bench, self.menu, tuple(chosen)), self.measure)
        gained = np.nan_to_num(grouped(found, self.members) - self.base)
        return np.where(np.abs(gained) < ROUNDING, 0.0, gained)

    def singles(self) -> Floats:
        """What each lever adds alone at its first start, shape (option, group, stage)."""
        found = [self.gain([(one.id, self.menu.starts[one.id][0])]) for one in self.menu.levers]
        return np.stack(found) if found else np.zeros((0, *self.base.shape))

    def joints(self, pairs: Iterable[tuple[int, int]], single: Floats) -> Floats:
        """What pairs add beyond their sum, shape (pair, group, stage)."""
        found = []
        for pair in pairs:
            both = [self.menu.levers[number].id for number in pair]
            chosen = [(name, self.menu.starts[name][0]) for name in both]
            extra = self.gain(chosen) - single[list(pair)].sum(axis=0)
            found.append(np.where(np.abs(extra) < ROUNDING, 0.0, extra))
        return np.stack(found) if found else np.zeros((0, *self.base.shape))

    def option(self, one: Lever, gain: Floats) -> Option:
        """A lever as it can be bought, with its activity by start year.

        A run half way between the first start and the last gives the part of the gain that is
        left; between, and on to nothing at the horizon, the line is straight.
        """
        starts = self.menu.starts[one.id]
        share, middle = 0.5, starts[len(starts) // 2]
        total = float(np.abs(gain).sum())
        if len(starts) > 1 and total > 0:
            share = float(np.abs(self.gain([(one.id, middle)])).sum()) / total
        ends = (starts[0], middle, self.bench.horizon - one.lag)
        active = np.interp(starts, ends, (1.0, min(max(share, 0.0), 1.0), 0.0))
        active[0] = 1.0
        parts = dict.fromkeys(one.payers, 1.0 / len(one.payers)) if one.payers else {}
        names = {lever.id for lever in self.menu.levers}
        return Option(
            id=one.id,
            starts=starts,
            activity=tuple(float(part) for part in active),
            cost=self.menu.costs[one.id],
            payers=parts,
            prerequisites=self.menu.needs[one.id],
            excludes=tuple(name for name in one.excludes if name in names),
        )


def linked(menu: Menu, single: Floats, most: int) -> tuple[tuple[int, int], ...]:
    """Pairs worth a run of their own: one needs the other, feeds it, or shares a form with it.

    Those come first, in this order; within each, pairs that gain most alone.
    """
    gains = np.abs(single).sum(axis=(1, 2)) if len(single) else np.zeros(0)
    ranked = []
    for pair in combinations(range(len(menu.levers)), 2):
        kind = _link(menu, *(menu.levers[number] for number in pair))
        if kind is not None:
            ranked.append((kind, -float(gains[list(pair)].sum()), pair))
    return tuple(sorted(pair for _, _, pair in sorted(ranked)[:most]))


def _link(menu: Menu, one: Lever, other: Lever) -> int | None:
    if other.id in one.excludes or one.id in other.excludes:
        return None
    if other.id in menu.needs[one.id] or one.id in menu.needs[other.id]:
        return 0
    if any(effect.kind in FEEDS for lever in (one, other) for effect in lever.effects):
        return 1
    if set(one.forms) & set(other.forms):
        return 2
    return 3 if set(one.stages) & set(other.stages) else None


def _feed(shape: Shape, base: Floats, imported: Floats | None, members: Floats) -> Floats:
    """Feed from elsewhere than the stage before, at least what the base takes from there."""
    found = np.full(base.shape, np.inf)
    if shape.measure != "coverage" or imported is None:
        return found
    own = np.minimum(base[:, :-1], 1.0)
    taken = base[:, 1:] - own
    found[:, 1:] = np.maximum(grouped(imported, members)[:, 1:], taken)
    # A stage before that nobody counts holds nothing up.
    return np.where(np.isfinite(found), found, np.inf)


def _opened(menu: Menu, single: Floats) -> Floats:
    """Feed that levers of feed bring: what they add to a stage beyond the stage before."""
    found = np.zeros_like(single)
    for number, one in enumerate(menu.levers):
        if any(effect.kind in FEEDS for effect in one.effects):
            more = single[number, :, 1:] - np.maximum(single[number, :, :-1], 0)
            found[number, :, 1:] = np.maximum(more, 0)
    return found


def _moves(single: Floats, pairs: tuple[tuple[int, int], ...], joint: Floats) -> tuple[bool, ...]:
    found = [bool(np.abs(one).any()) for one in single]
    for pair, extra in zip(pairs, joint, strict=True):
        if np.abs(extra).any():
            for number in pair:
                found[number] = True
    return tuple(found)


def costs_of(menu: Menu, chosen: Chosen) -> Mapping[str, float]:
    """Planned cost of each chosen lever, USD million."""
    return {name: menu.costs[name] for name, _ in chosen}
