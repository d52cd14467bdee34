"""Flips: where the verdict on a plan changes, solved on the same draws and confirmed by a run.

Looked at are the size of each lever, of all levers together, a later start of all, the odds of
the plan's own lines and of scheme slots, and the points a stage has to gain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from midstream.evidence import Quantity
from midstream.policy.flip_search import HALVINGS, Classify, Turn, turn
from midstream.policy.frame import Choice, Lever, OpenBench, Outcome, Stress
from midstream.policy.stress_cover import meant
from midstream.policy.stress_telling import Teller
from midstream.scenarios.frame import Project

#: Parameter of the verdict rule: points a stage has to gain.
DELTA = "policy.delta"
#: Standing of a project that waits for an award.
SLOT = "slot"


@dataclass(frozen=True, slots=True)
class Flip:
    """Where the verdict changes along one quantity.

    Attributes:
        id: Kind and what it is of, such as ``scale/technology-jv``.
        kind: scale, delay, odds or threshold.
        lever: Lever it is of; blank for more than one.
        words: The flip in words.
        at: Value right behind the change; no value where none is found.
        before: Verdict on the near side.
        verdict: Verdict on the far side; the same as ``before`` where none is found.
        limits: Values that were looked at.
        setting: Number the runs were made with at the change, for a check: the scale, the years,
            the log-odds or the points; ``None`` where none is found.
    """

    id: str
    kind: str
    lever: str
    words: str
    at: Quantity
    before: str
    verdict: str
    limits: tuple[float, float]
    setting: float | None

    def to_dict(self) -> dict[str, Any]:
        """Give the flip as JSON."""
        return {
            "id": self.id,
            "kind": self.kind,
            "lever": self.lever,
            "words": self.words,
            "at": self.at.to_dict(),
            "before": self.before,
            "verdict": self.verdict,
            "limits": list(self.limits),
        }


@dataclass(slots=True)
class Worlds:
    """Verdicts on a choice under other settings; the verdict of a setting is worked out once.

    Attributes:
        bench, choice: What is run.
    """

    bench: OpenBench
    choice: Choice
    _kept: dict[Any, str] = field(default_factory=dict)

    def base(self, stress: Stress | None = None) -> Outcome:
        """The world without the plan."""
        return self.bench.outcome((), self.choice.without, stress=stress)

    def plan(
        self,
        scale: Mapping[str, float] | None = None,
        starts: Mapping[str, float] | None = None,
        stress: Stress | None = None,
    ) -> Outcome:
        """The world with the plan."""
        return self.bench.outcome(
            self.choice.levers, self.choice.without, scale=scale, starts=starts, stress=stress
        )

    def kept(self, key: tuple[str, float], make: Callable[[], str]) -> str:
        """A verdict, worked out where it is not known yet."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def stated(self) -> str:
        """Verdict on the plan as stated."""
        return self.kept(("", 0.0), lambda: self.bench.verdict(self.base(), self.plan()))

    def at_scale(self, levers: tuple[Lever, ...], name: str) -> Callable[[float], str]:
        """Verdict by the scale of some levers."""

        def run(value: float) -> str:
            if value == 1.0:
                return self.stated()
            scale = {lever.id: value for lever in levers}
            return self.kept(
                (name, value), lambda: self.bench.verdict(self.base(), self.plan(scale=scale))
            )

        return run

    def at_delay(self, years: float) -> str:
        """Verdict where all levers start some years later."""
        if not years:
            return self.stated()
        starts = {lever.id: lever.start + years for lever in self.choice.levers}
        slip = {one.id: np.full(self.bench.draws, years) for one in self._of_record()}
        stress = Stress("delay", "A later start", slip=slip) if slip else None
        return self.kept(
            ("delay", years),
            lambda: self.bench.verdict(self.base(), self.plan(starts=starts, stress=stress)),
        )

    def _of_record(self) -> list[Project]:
        """Projects of the record that levers of the plan stand for: a later start moves them."""
        held = [
            effect
            for lever in self.choice.levers
            if lever.in_base
            for effect in lever.effects
            if effect.kind == "remove"
        ]
        if not held:
            return []
        projects = self.bench.projects(self.choice.levers, self.choice.without)
        subject = self.choice.subject
        return [one for one in projects if any(meant(effect, one, subject) for effect in held)]

    def at_odds(self, projects: tuple[Project, ...], name: str) -> Callable[[float], str]:
        """Verdict by log-odds added to the completion of some projects, in both worlds."""
        here = {one.id for one in self.bench.projects((), self.choice.without)}
        of_base = any(one.id in here for one in projects)

        def run(value: float) -> str:
            if not value:
                return self.stated()
            stress = shifted(projects, value, self.bench.draws)
            touched = stress if of_base else None
            return self.kept(
                (name, value),
                lambda: self.bench.verdict(self.base(touched), self.plan(stress=stress)),
            )

        return run

    def at_delta(self, points: float) -> str:
        """Verdict by the points a stage has to gain; nothing is run anew."""
        return self.bench.verdict(self.base(), self.plan(), points)


def shifted(projects: tuple[Project, ...], log_odds: float, draws: int) -> Stress:
    """A nudge that adds the same log-odds to some projects in every draw."""
    added = {one.id: np.full(draws, log_odds) for one in projects}
    return Stress("odds", "Other odds of completion", log_odds=added)


def flips(bench: OpenBench, choice: Choice) -> tuple[Flip, ...]:
    """Find where the verdict on a choice changes.

    Every flip is the setting right behind the change, found by bisection on common draws
    (`midstream.policy.flip_search.turn`): a run there gives the other verdict, and one right
    before it the stated verdict.

    Args:
        bench: Runs worlds.
        choice: The plan.

    Returns:
        Scales of levers first, then of all, delay, odds and threshold; a quantity along which
        nothing changes is one row without a value.
    """
    if not choice.levers:
        return ()
    worlds, teller = Worlds(bench, choice), Teller.of(bench, choice)
    return tuple(flip for axis in _axes(worlds) for flip in _along(axis, worlds, teller))


@dataclass(frozen=True, slots=True)
class Axis:
    """A quantity along which a flip is looked for.

    Attributes:
        kind, of: What it is: together the id of its flips.
        lever: Lever it is of; blank for more than one.
        name: The quantity in words.
        unit: Unit of the setting.
        run: Verdict at a setting.
        stated: Setting of the plan as stated.
        ends: Settings the search ends at, the lower first where there are two.
        say: A setting behind a change in words.
        halvings: Halvings of the stretch in which it lies.
        told: The number that is told for a setting, where that is not the setting itself.
    """

    kind: str
    of: str
    lever: str
    name: str
    unit: str
    run: Classify
    stated: float
    ends: tuple[float, ...]
    say: Callable[[float], str]
    halvings: int = HALVINGS
    told: Callable[[float], float] | None = None

    @property
    def limits(self) -> tuple[float, float]:
        """Smallest and largest setting that is looked at."""
        return min(*self.ends, self.stated), max(*self.ends, self.stated)


def _axes(worlds: Worlds) -> Iterator[Axis]:
    """All that is looked along."""
    levers = worlds.choice.levers
    for lever in levers:
        yield _scale(worlds, (lever,), lever.id, f"{lever.name} ({lever.id})")
    if len(levers) > 1:
        yield _scale(worlds, levers, "", "all levers together")
    yield _delay(worlds)
    for of, name, projects in groups(worlds.bench, worlds.choice):
        yield _odds(worlds, of, name, projects)
    yield _threshold(worlds)


def _limit(worlds: Worlds, name: str) -> float:
    return float(worlds.bench.evidence.parameter(f"policy.flip.{name}").value or 0.0)


def _scale(worlds: Worlds, levers: tuple[Lever, ...], lever: str, name: str) -> Axis:
    """The size of some levers, from nothing to the largest multiple."""

    def say(value: float) -> str:
        side = "less" if value < 1 else "more"
        return f"{name} at {side} than {value:.2f} of its stated effect"

    run = worlds.at_scale(levers, lever or "all")
    ends = (0.0, _limit(worlds, "scale"))
    return Axis("scale", lever or "all", lever, name, "ratio", run, 1.0, ends, say)


def _delay(worlds: Worlds) -> Axis:
    """A later start of all levers."""

    def say(years: float) -> str:
        return f"a start of all levers later by {years:.1f} years"

    ends = (_limit(worlds, "delay"),)
    name = "a later start of all levers"
    return Axis("delay", "all", "", name, "year", worlds.at_delay, 0.0, ends, say)


def _odds(worlds: Worlds, of: str, name: str, projects: tuple[Project, ...]) -> Axis:
    """Log-odds of completion of some projects, told as the chance they stand for."""
    bench, choice = worlds.bench, worlds.choice
    asked = {one.id for one in projects}

    def chance(log_odds: float) -> float:
        stress = shifted(projects, log_odds, bench.draws)
        paths = bench.future(choice.levers, choice.without, stress=stress).paths
        here = [number for number, one in enumerate(paths.projects) if one.id in asked]
        return float(paths.complete[:, here].mean())

    def say(log_odds: float) -> str:
        side = "below" if log_odds < 0 else "above"
        return f"completion of {name} {side} {chance(log_odds):.2f}"

    most = _limit(worlds, "odds")
    run, unit = worlds.at_odds(projects, of), "probability"
    return Axis("odds", of, "", name, unit, run, 0.0, (-most, most), say, told=chance)


def _threshold(worlds: Worlds) -> Axis:
    """Points a stage has to gain; nothing is run anew, so it is closed in further."""
    stated = float(worlds.bench.evidence.parameter(DELTA).value or 0.0)

    def say(value: float) -> str:
        return f"a threshold {'below' if value < stated else 'above'} {value:.2f} points"

    limits = worlds.bench.evidence.parameter("policy.flip.delta")
    ends = (limits.low or 0.0, limits.value or 0.0)
    name, more = "the points a stage has to gain", HALVINGS + HALVINGS
    run = worlds.at_delta
    return Axis("threshold", "delta", "", name, "score", run, stated, ends, say, more)


def _along(axis: Axis, worlds: Worlds, teller: Teller) -> Iterator[Flip]:
    """One row a side on which the verdict changes, or one that says it never does."""
    sides = [turn(axis.run, axis.stated, end, axis.halvings) for end in axis.ends]
    found = [side for side in sides if side is not None]
    for side in found:
        yield _row(axis, worlds.stated(), side, teller)
    if not found:
        yield _none(axis, worlds.stated(), teller)


def _row(axis: Axis, before: str, side: Turn, teller: Teller) -> Flip:
    way = "down" if side.at < axis.stated else "up"
    told = axis.told or (lambda value: value)
    value, near = told(side.at), told(side.before)
    at = teller.known(
        value,
        axis.unit,
        f"flip/{axis.kind}/{axis.of}/{way}",
        f"Value at which the verdict changes: {axis.name}",
        "bisection on common draws; the value right behind the change, the interval to that "
        "right before it",
        _rests_on(axis),
        (min(value, near), max(value, near)),
    )
    words = f"{axis.say(side.at)}: {side.verdict}"
    return Flip(
        id=f"{axis.kind}/{axis.of}",
        kind=axis.kind,
        lever=axis.lever,
        words=words,
        at=at,
        before=before,
        verdict=side.verdict,
        limits=axis.limits,
        setting=side.at,
    )


def _none(axis: Axis, before: str, teller: Teller) -> Flip:
    at = teller.known(
        None,
        axis.unit,
        f"flip/{axis.kind}/{axis.of}/none",
        f"Value at which the verdict changes: {axis.name}",
        "no change at any setting looked at",
        _rests_on(axis),
    )
    low, high = axis.limits
    span = (
        f"no shift of log-odds within {low:g} to {high:g}"
        if axis.kind == "odds"
        else (f"no value within {low:g} to {high:g}")
    )
    words = f"{axis.name}: {span} changes it"
    id = f"{axis.kind}/{axis.of}"
    return Flip(id, axis.kind, axis.lever, words, at, before, before, axis.limits, None)


def _rests_on(axis: Axis) -> Sequence[str]:
    name = "delta" if axis.kind == "threshold" else axis.kind
    return (f"par:policy.flip.{name}", f"par:{DELTA}")


def groups(bench: OpenBench, choice: Choice) -> Iterator[tuple[str, str, tuple[Project, ...]]]:
    """Projects whose odds are looked at: the plan's own lines by form, and scheme slots."""
    before = {one.id for one in bench.projects((), choice.without)}
    here = [
        one
        for one in bench.projects(choice.levers, choice.without)
        if one.country == choice.subject
    ]
    names = bench.world.names
    for form in dict.fromkeys(one.form for one in here if one.id not in before):
        lines = tuple(one for one in here if one.form == form and one.id not in before)
        yield f"lines-{form}", f"the plan's lines of {names.form(form)}", lines
    aimed = {form for lever in choice.levers for form in lever.forms}
    slots = tuple(
        one for one in here if one.standing == SLOT and one.id in before and one.form in aimed
    )
    if slots:
        yield "slots", "scheme slots", slots
