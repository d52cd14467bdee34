"""Runs worlds with and without levers on common draws; what was run once is kept."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.routes import Step
from midstream.chain.world import World
from midstream.evidence import Evidence, Ledger
from midstream.policy.acting import LEAST, acting, drawn_size, project_id
from midstream.policy.effects import Stage, Staging
from midstream.policy.flow import Flows
from midstream.policy.frame import Choice, Lever, Outcome, Stress
from midstream.policy.ground import Asked, Ground, Scene
from midstream.policy.reading import Reader
from midstream.policy.sheltered import sheltered
from midstream.policy.verdict import Judgement, Rule, judged
from midstream.scenarios.frame import Frame, Project
from midstream.scenarios.outlook_future import Counter
from midstream.scenarios.simulated import DEMAND, Simulated, simulated

T = TypeVar("T")

#: Log-odds of what a lever took out of the record entirely.
GONE = -np.inf
#: Outcomes, and runs behind them, that are kept; the oldest are dropped.
OUTCOMES, RUNS = 400, 8


class Bench:
    """A bench for one country and sector; see `midstream.policy.frame.OpenBench`.

    Args:
        evidence: Release.
        world: World of the base year.
        asked: Country, sector, chains, draws and years.
        ledger: Where lineage is entered; a new one on top of the world's where left out.
        counter: Counter-moves of the incumbents, as the outlook has them.

    Raises:
        InputError: if the country, the sector or the number of draws cannot be.
    """

    def __init__(
        self,
        evidence: Evidence,
        world: World,
        asked: Asked,
        ledger: Ledger | None = None,
        counter: Counter | None = None,
    ) -> None:
        self.evidence, self.world, self.asked = evidence, world, asked
        self.ledger = Ledger(base=world.ledger) if ledger is None else ledger
        self.ground = Ground(evidence, world, asked, counter)
        self._kept: dict[Hashable, Outcome] = {}
        self._runs: dict[Hashable, Simulated] = {}

    @property
    def subject(self) -> str:
        """Country that is scored."""
        return self.asked.subject

    @property
    def sector(self) -> str:
        """Sector that is scored."""
        return self.asked.sector

    @property
    def horizon(self) -> int:
        """Year the outcome is read in."""
        return self.asked.horizon

    @property
    def draws(self) -> int:
        """Number of draws."""
        return self.asked.draws

    @property
    def frame(self) -> Frame:
        """Seed, draws and years of all runs."""
        return self.ground.frame

    @property
    def chain(self) -> str:
        """Chain whose final form is delivered; blank where the sector has none."""
        return self.ground.lines[0].chain if self.ground.lines else ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Steps of the chain that hold each other up; none where the sector has no chain."""
        return self.ground.lines[0].steps if self.ground.lines else ()

    @property
    def final(self) -> str:
        """Final form of the chain; blank where the sector has none."""
        return self.steps[-1].form if self.steps else ""

    @property
    def unit(self) -> str:
        """Unit of the final form a year; blank where there is none."""
        return f"{self.world.units[self.final]}/yr" if self.steps else ""

    @property
    def price_ids(self) -> tuple[str, ...]:
        """Lineage ids of the prices behind the value."""
        return self.reader.valuer.inputs if self.reader.valuer else ()

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of any test on this bench has to know."""
        return tuple(self.reader.warnings())

    def rests_on(self, *stages: str) -> tuple[str, ...]:
        """Lineage ids that output and need of the forms of some stages rest on."""
        found: list[str] = []
        for stack in self.ground.stacks:
            if stack.stage not in stages:
                continue
            found += stack.lineage
            for form in stack.forms:
                made, need = self.reader.job.ahead.rests_on((form, self.subject))
                found += (*made, *need)
        return tuple(dict.fromkeys(found))

    # -- runs ----------------------------------------------------------------------------------

    def outcome(
        self,
        levers: Sequence[Lever],
        without: Sequence[Lever] = (),
        *,
        scale: Mapping[str, float] | None = None,
        starts: Mapping[str, float] | None = None,
        stress: Stress | None = None,
    ) -> Outcome:
        """Run a world; see `midstream.policy.frame.Bench.outcome`.

        Levers of the record (``in_base``) add nothing: a base without them is run by naming them
        in ``without`` alone. Under ``scale`` they multiply the odds of what the record holds for
        them; 0 takes it out.
        """
        ordered = tuple(sorted(levers, key=lambda one: one.id))
        taken = tuple(sorted(without, key=lambda one: one.id))
        key = self._key(ordered, taken, scale, starts, stress)
        if key not in self._kept:
            run = self.future(ordered, taken, scale=scale, starts=starts, stress=stress)
            found = self.reader.read(tuple(one.id for one in ordered), run)
            _keep(self._kept, key, found, OUTCOMES)
        return self._kept[key]

    def future(
        self,
        levers: Sequence[Lever],
        without: Sequence[Lever] = (),
        *,
        scale: Mapping[str, float] | None = None,
        starts: Mapping[str, float] | None = None,
        stress: Stress | None = None,
        wide: bool = False,
    ) -> Simulated:
        """The run behind an outcome, of all countries if wide: paths, needs, limits by draw.

        Runs of the subject with levers at their stated size and start are kept for a while, as
        more than one part of a test asks for them.
        """
        if wide:
            return self._run(self.ground.wide, levers, without, scale, starts, stress)
        if scale or starts:
            return self._run(self.ground.own, levers, without, scale, starts, stress)
        key = self._key(levers, without, scale, starts, stress)
        found = self._runs.pop(key, None)
        if found is None:
            found = self._run(self.ground.own, levers, without, scale, starts, stress)
        _keep(self._runs, key, found, RUNS)
        return found

    def ahead(
        self,
        levers: Sequence[Lever],
        without: Sequence[Lever] = (),
        scale: Mapping[str, float] | None = None,
    ) -> tuple[tuple[Floats, Floats], tuple[Flows, ...]]:
        """What a test shows beside an outcome: scores in all years, and every chain.

        Returns:
            Scores at both ends of the box, shape (draw, year, stage) each, and flows by chain.
        """
        found = self.future(levers, without, scale=scale)
        return self.reader.scores(found), self.reader.flows(found)

    def projects(
        self, levers: Sequence[Lever], without: Sequence[Lever] = ()
    ) -> tuple[Project, ...]:
        """Projects of the subject with some levers, those the levers add among them."""
        return self._stage(self.ground.own, levers, without, {}, {}, None).setup.projects

    def _key(
        self,
        levers: Sequence[Lever],
        without: Sequence[Lever],
        scale: Mapping[str, float] | None,
        starts: Mapping[str, float] | None,
        stress: Stress | None,
    ) -> Hashable:
        """What a world of the subject is told by; a stress counts with what it touches in it."""
        touched: Hashable = ()
        if stress is not None:
            added = {project_id(effect) for lever in levers for effect in lever.effects}
            touched = stress.mark(self._recorded | added)
        sizes, years = (tuple(sorted((held or {}).items())) for held in (scale, starts))
        return tuple(levers), tuple(without), sizes, years, touched

    @cached_property
    def _recorded(self) -> frozenset[str]:
        """Ids of the projects of the record."""
        return frozenset(one.id for one in self.ground.own.setup.projects)

    def sizes(self, lever: Lever) -> dict[str, Floats]:
        """Drawn sizes of the effects of a lever, by effect id, shape (draw,)."""
        return {effect.id: drawn_size(self.frame, effect) for effect in lever.effects}

    def judge(self, choice: Choice, rule: Rule | None = None) -> Judgement:
        """Apply the published rule to a choice."""
        base = self.outcome((), choice.without)
        found = self.outcome(choice.levers, choice.without)
        return judged(base, found, rule or Rule.of(self.evidence))

    def verdict(self, base: Outcome, outcome: Outcome, delta: float | None = None) -> str:
        """PASS, PARTIAL, FAIL or UNDETERMINED by the published rule."""
        return judged(base, outcome, Rule.of(self.evidence, delta)).verdict

    def _stage(
        self,
        scene: Scene,
        levers: Sequence[Lever],
        without: Sequence[Lever],
        scale: Mapping[str, float],
        starts: Mapping[str, float],
        stress: Stress | None,
    ) -> Stage:
        acts = acting(self.frame, self.subject, levers, scale, starts)
        ids = {lever.id for lever in levers}
        held = {lever: GONE for lever in without if lever.id not in ids}
        for lever in levers:
            factor = scale.get(lever.id, 1.0)
            if lever.in_base and factor != 1.0:
                held[lever] = float(np.log(factor)) if factor > LEAST else GONE

        def shelter(alive: Floats, projects: Sequence[Project]) -> Floats:
            return sheltered(
                self.evidence, self.frame, self.subject, alive, projects, levers, scale, starts
            )

        return Staging(self.ground, scene, acts, held, stress, shelter).stage()

    def _run(
        self,
        scene: Scene,
        levers: Sequence[Lever],
        without: Sequence[Lever],
        scale: Mapping[str, float] | None,
        starts: Mapping[str, float] | None,
        stress: Stress | None,
    ) -> Simulated:
        stage = self._stage(scene, levers, without, scale or {}, starts or {}, stress)
        given = stage.given
        if DEMAND in stage.nudge.drivers:
            given = replace(given, needs=None)
        return simulated(
            stage.setup,
            given,
            self.ground.values,
            effects=given.effects,
            nudge=stage.nudge,
            unheld=scene is self.ground.own,
        )

    @cached_property
    def reader(self) -> Reader:
        """Reads runs: ruler, prices and feed abroad, the same for all of them."""
        return Reader.of(self.ground)


def _keep(kept: dict[Hashable, T], key: Hashable, found: T, most: int) -> None:
    """Keep what was found, at the cost of the oldest where there is no more room."""
    if len(kept) >= most:
        del kept[next(iter(kept))]
    kept[key] = found
