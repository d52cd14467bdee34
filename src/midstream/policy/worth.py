"""The next fact: which observation would narrow the verdict on a plan most.

    worth = sum over what a plan does (both stages, C2 only, C3 only, neither) of
            Var(E[1_does | fact]) / sum of Var(1_does)

It is the share of the doubt that is gone once the fact is known, from draws that are there
already: draws are put into groups by the fact. What groups of the same size would explain by
chance alone, ``(groups - 1) / (draws - 1)``, is taken off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats
from midstream.evidence import Quantity
from midstream.policy.frame import STAGES, Choice, OpenBench, Outcome
from midstream.policy.stress_telling import Teller
from midstream.policy.verdict import ROUNDING, Rule, gains
from midstream.policy.worth_inputs import Input, chain_forms, inputs

Ints = NDArray[np.intp]
C2, C3 = STAGES.index("C2"), STAGES.index("C3")
#: Standard errors above which what a fact explains is no chance.
ERRORS = 3
#: Standings of an output that nobody counts.
OPEN = frozenset({"bounded", "open"})


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact worth checking.

    Attributes:
        id, kind, name: What there is to find out.
        worth: Share of the doubt about what the plan does that it would remove, 0..1.
        now: What is known of it now, of a project the chance that it runs at the horizon; no
            value where nothing is.
        if_low, if_high: Verdict in the draws in which it is in its lower or upper half; of a
            project the upper half is the one in which it starts sooner.
        sources: Sources behind what is known now.
        where: Table and row it is kept in.
    """

    id: str
    kind: str
    name: str
    worth: Quantity
    now: Quantity
    if_low: str
    if_high: str
    sources: tuple[str, ...]
    where: str

    def to_dict(self) -> dict[str, Any]:
        """Give the fact as JSON."""
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "worth": self.worth.to_dict(),
            "now": self.now.to_dict(),
            "if_low": self.if_low,
            "if_high": self.if_high,
            "sources": list(self.sources),
            "where": self.where,
        }


def next_fact(bench: OpenBench, choice: Choice) -> tuple[Fact, ...]:
    """Give the facts that would narrow the verdict most, the most worth first.

    Args:
        bench: Runs worlds.
        choice: The plan.

    Returns:
        Facts that remove some doubt, at most ``policy.worth.shown``; empty where there is no
        doubt left.
    """
    base = bench.outcome((), choice.without)
    plan = bench.outcome(choice.levers, choice.without)
    found = bench.future(choice.levers, choice.without)
    delta = Rule.of(bench.evidence).delta
    changes = [(gain[:, C2], gain[:, C3]) for gain in gains(base, plan)]
    ends = [does(change, delta) for change in changes]
    known = all(np.isfinite(stage).all() for change in changes for stage in change)
    judge = _Judge(bench, base, plan, Teller.of(bench, choice))
    groups = round(float(bench.evidence.parameter("policy.worth.bins").value or 1))
    facts = judge.open_cells(ends if known else None)
    if known:
        rated = [(worth_of(ends, one.draws, groups), one) for one in inputs(bench, choice, found)]
        least = by_chance(bench.draws, groups)
        facts += [judge.fact(worth, one) for worth, one in rated if worth > least]
    facts.sort(key=lambda fact: (-(fact.worth.value or 0.0), fact.id))
    shown = round(float(bench.evidence.parameter("policy.worth.shown").value or 1))
    return tuple(facts[:shown])


def does(gain: tuple[Floats, Floats], delta: float) -> Ints:
    """What a plan does in a draw: 3 lifts both stages, 2 only C2, 1 only C3, 0 neither.

    Args:
        gain: Gains of C2 and C3, shape (draw,).
        delta: Points a stage has to gain.
    """
    first, second = (one >= delta - ROUNDING for one in gain)
    return np.asarray(2 * first + second, dtype=np.intp)


def grouped(values: Floats, groups: int) -> Ints:
    """Put draws into groups of about the same size by a figure, equals together."""
    kinds, codes = np.unique(values, return_inverse=True)
    if len(kinds) <= groups:
        return np.asarray(codes.reshape(-1), dtype=np.intp)
    edges = np.quantile(values, np.linspace(0, 1, groups + 1)[1:-1])
    return np.searchsorted(np.unique(edges), values, side="left")


def explained(kinds: Ints, groups: Ints) -> float:
    """Share of the variance of what is done that groups explain, chance taken off, 0..1.

    ``1 - (1 - R2) (n - 1) / (n - g)``, not below 0; 0 where nothing varies.

    Args:
        kinds: What is done, shape (draw,).
        groups: Group, shape (draw,).
    """
    number = len(kinds)
    found, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if number <= len(found):
        return 0.0
    whole = within = 0.0
    for kind in np.unique(kinds):
        there = (kinds == kind).astype(float)
        mean = np.bincount(codes.reshape(-1), weights=there) / sizes
        whole += there.mean() * (1 - there.mean())
        within += float((sizes * mean * (1 - mean)).sum()) / number
    if whole <= 0:
        return 0.0
    share = 1 - within / whole * (number - 1) / (number - len(found))
    return float(np.clip(share, 0.0, 1.0))


def by_chance(draws: int, groups: int) -> float:
    """Worth that chance alone reaches now and then: some standard errors of what it explains.

    ``3 sqrt(2 (g - 1)) / (n - 1)``: the spread of a chi-square law with ``g - 1`` degrees of
    freedom over the draws.
    """
    return float(ERRORS * np.sqrt(2 * (groups - 1)) / max(draws - 1, 1))


def worth_of(ends: Iterable[Ints], draws: Floats, groups: int) -> float:
    """Mean over both ends of the box of the share of doubt a figure explains."""
    codes = grouped(draws, groups)
    return float(np.mean([explained(kinds, codes) for kinds in ends]))


def part(outcome: Outcome, chosen: NDArray[np.bool_]) -> Outcome:
    """An outcome in some of its draws."""
    names = ("low", "high", "coverage", "sovereign", "allied", "capacity", "cut", "value")
    changed: dict[str, Any] = {name: getattr(outcome, name)[chosen] for name in names}
    return replace(outcome, **changed, dependence=outcome.dependence[chosen])


@dataclass(frozen=True, slots=True)
class _Judge:
    """Tells facts, with the verdict in either half of their draws."""

    bench: OpenBench
    base: Outcome
    plan: Outcome
    teller: Teller

    def fact(self, worth: float, one: Input) -> Fact:
        """A fact with what it is worth."""
        middle = np.median(one.draws)
        upper = one.draws > middle
        if not upper.any():
            upper = one.draws >= middle
        now = self._now(one)
        return Fact(
            id=one.id,
            kind=one.kind,
            name=one.name,
            worth=self._worth(one.id, one.name, worth, one.lineage),
            now=now,
            if_low=self._verdict(~upper),
            if_high=self._verdict(upper),
            sources=one.sources,
            where=one.where,
        )

    def _verdict(self, chosen: NDArray[np.bool_]) -> str:
        return self.bench.verdict(part(self.base, chosen), part(self.plan, chosen))

    def _now(self, one: Input) -> Quantity:
        place, how = f"fact/{one.id}/now", "draws of the run"
        label = one.label or "modelled"
        if one.chance is not None:
            title = f"Chance that it runs at the horizon: {one.name}"
            return self.teller.known(one.chance, "probability", place, title, how, one.lineage)
        return self.teller.drawn(one.draws, one.unit, place, one.name, how, one.lineage, label)

    def _worth(self, id: str, name: str, worth: float | None, ids: tuple[str, ...]) -> Quantity:
        return self.teller.known(
            worth,
            "share",
            f"fact/{id}/worth",
            f"Share of the doubt that is gone once it is known: {name}",
            "Var(E[what the plan does | fact]) / Var(what the plan does), chance taken off",
            ids,
        )

    def open_cells(self, ends: list[Ints] | None) -> list[Fact]:
        """Outputs of the subject nobody counts, where the ends of the box tell other things.

        The end of the box is the fact: it is worth what it explains if either is as likely. Where
        a score is missing altogether (``None``) they come without a worth.
        """
        if ends is None:
            at = [self._at_end(name) for name in ("low", "high")]
            return [self._open_cell(form, None, at) for form in self._open_forms()]
        kinds = np.concatenate(ends)
        end = np.repeat(np.arange(len(ends)), len(ends[0]))
        worth = explained(kinds, end)
        if worth <= by_chance(len(kinds), len(ends)):
            return []
        at = [self._at_end(name) for name in ("low", "high")]
        return [self._open_cell(form, worth, at) for form in self._open_forms()]

    def _open_forms(self) -> list[str]:
        """Forms of the sector whose output in the subject is open or bounded."""
        world, forms = self.bench.world, chain_forms(self.bench)
        return sorted(
            form
            for (form, country), estimate in world.outputs.items()
            if country == self.bench.subject
            and form in forms
            and world.stages.get(form) in ("C2", "C3")
            and estimate.standing in OPEN
        )

    def _at_end(self, name: str) -> str:
        """Verdict where the box has shrunk to one of its ends."""

        def shrunk(outcome: Outcome) -> Outcome:
            end = getattr(outcome, name)
            return replace(outcome, low=end, high=end)

        return self.bench.verdict(shrunk(self.base), shrunk(self.plan))

    def _open_cell(self, form: str, worth: float | None, at: list[str]) -> Fact:
        world, subject = self.bench.world, self.bench.subject
        estimate = world.outputs[form, subject]
        name = f"Output that nobody counts: {world.names.cell(form, subject)}"
        return Fact(
            id=f"open/{form}",
            kind="open-cell",
            name=name,
            worth=self._worth(f"open/{form}", name, worth, (estimate.lineage,)),
            now=estimate.quantity(),
            if_low=at[0],
            if_high=at[1],
            sources=(),
            where=f"observations of {form} in {subject}",
        )
