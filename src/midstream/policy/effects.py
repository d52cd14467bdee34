"""What levers do to a run, draw by draw: typed effects become a nudge on the outlook.

A size is drawn once a draw by the triangular law of the effect, from a stream named by it, and
multiplied by the scale of its lever. Nothing acts before ``T = start + lag``: projects and later
entrants that come before it are left as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Evidence
from midstream.policy.acting import (
    PREFIX,
    Acting,
    Joined,
    at_place,
    driven,
    fits,
    held_by,
    holder,
    project_of,
    reaches,
)
from midstream.policy.frame import Lever, Stress
from midstream.policy.ground import Ground, Scene
from midstream.scenarios import drivers as driving
from midstream.scenarios.frame import Frame, Place, Project
from midstream.scenarios.nudge import Nudge
from midstream.scenarios.outlook_future import Given, Setup
from midstream.scenarios.pipeline_make import Ready
from midstream.scenarios.pipeline_starts import MONTHS, year_of
from midstream.scenarios.simulated import DEMAND, FEED

#: Drivers that are handed on to needs and limits as they stand.
HANDED_ON = (DEMAND, FEED)
_ON_PROJECTS = frozenset({"completion", "delay", "driver"})


@dataclass(frozen=True)
class Stage:
    """A scene with the projects that levers add, and what moves it.

    Attributes:
        setup, given: Ready to run.
        nudge: What the levers and a stress test lay on top.
    """

    setup: Setup
    given: Given
    nudge: Nudge


@dataclass
class Staging:
    """Lays levers on a scene.

    Attributes:
        ground: What all runs share.
        scene: Cells that are simulated.
        acts: Effects of the levers.
        removed: Lever -> log of the multiple of the odds of the projects the record holds for it.
        stress: Counter-move laid over the world.
        shelter: Gives the share of output projects keep with floors over them.
    """

    ground: Ground
    scene: Scene
    acts: tuple[Acting, ...]
    removed: Mapping[Lever, float] = field(default_factory=dict)
    stress: Stress | None = None
    shelter: Callable[[Floats, Sequence[Project]], Floats] | None = None

    @property
    def frame(self) -> Frame:
        """Draws and years."""
        return self.ground.frame

    @property
    def evidence(self) -> Evidence:
        """Release."""
        return self.ground.evidence

    @cached_property
    def floor(self) -> float:
        """Date of the release in years; nothing starts before it."""
        return year_of(self.evidence.release.date)

    def stage(self) -> Stage:
        """Projects, pipeline and nudge of the world."""
        added = self._added()
        kept = tuple(self._held(one) for one in self.scene.setup.projects)
        setup = replace(self.scene.setup, projects=(*kept, *(one for one, _ in added)))
        given = replace(self.scene.given, ready=self._ready(setup, added))
        if given.effects is not None and added and self.ground.counter is not None:
            extra = self.ground.counter(self.frame, self._stated())
            given = replace(given, effects=Joined.of(given.effects, extra))
        if given.effects is not None and self.shelter is not None:
            alive = self.shelter(given.effects.alive, setup.projects)
            given = replace(given, effects=Joined.standing(given.effects, alive))
        drawn = given.ready
        assert drawn is not None
        return Stage(setup, given, self._nudge(setup, drawn))

    # -- projects ------------------------------------------------------------------------------

    def _added(self) -> list[tuple[Project, Floats]]:
        """Projects that levers add, with their drawn nameplates; places outside are left out."""
        places = self.scene.setup.narrow.places if self.scene.setup.narrow else frozenset()
        found = []
        for act in self.acts:
            effect = act.effect
            if effect.kind == "project" and (effect.form, act.country) in places:
                found.append((self._held(project_of(act, self.floor)), act.size))
        return found

    def _stated(self) -> tuple[Project, ...]:
        """Added projects at their stated size, at which the incumbent weighs its moves."""
        acts = [replace(act, scale=1.0) for act in self.acts if act.effect.kind == "project"]
        places = self.scene.setup.narrow.places if self.scene.setup.narrow else frozenset()
        return tuple(
            self._held(project_of(act, self.floor))
            for act in acts
            if (act.effect.form, act.country) in places
        )

    def _ready(self, setup: Setup, added: Sequence[tuple[Project, Floats]]) -> Ready:
        drawn = self.scene.given.ready
        assert drawn is not None
        if not added and setup.projects == drawn.projects:
            return drawn
        more = tuple(self.ground.chances(one) for one, _ in added)
        sizes = {**drawn.sizes, **{one.id: size for one, size in added}}
        return replace(drawn, projects=setup.projects, chances=(*drawn.chances, *more), sizes=sizes)

    def _held(self, project: Project) -> Project:
        """A project with owner and technology as levers make them."""
        for act in self.acts:
            if act.effect.kind in ("ownership", "technology") and fits(act, project):
                held = holder(self.ground, act, project)
                owned = act.effect.kind == "ownership"
                project = (
                    replace(project, owner=held) if owned else replace(project, technology=held)
                )
        return project

    # -- nudge ---------------------------------------------------------------------------------

    def _nudge(self, setup: Setup, drawn: Ready) -> Nudge:
        shape = (self.frame.draws, len(setup.projects))
        log_odds, delay, slip = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for act in self.acts:
            for number, project in enumerate(setup.projects):
                if act.effect.kind in _ON_PROJECTS and reaches(act, project):
                    left = self._left(act, drawn, number)
                    self._push(act, project, left, (log_odds, delay, slip), number)
        for lever, factor in self.removed.items():
            for effect in lever.effects:
                for number in held_by(effect, setup.projects, self.ground.asked.subject):
                    log_odds[:, number] += factor
        alive = self._stressed(setup, log_odds, delay, slip)
        return Nudge(
            log_odds=log_odds,
            delay_factor=np.exp(delay),
            slip=slip * MONTHS,
            alive=alive,
            entrants=self._entrants(),
            drivers=self._handed_on(),
            feed=self._feed(),
            withheld=dict(self.stress.feed) if self.stress else {},
            recovered=self._recovered(),
            need=self._need(),
            kept=self._kept(),
        )

    def _kept(self) -> dict[Place, Floats]:
        """Share of its output that a stress test leaves the subject, shape (draw, year)."""
        shares = self.stress.kept if self.stress else {}
        return {(form, self.ground.asked.subject): one for form, one in shares.items()}

    def _left(self, act: Acting, drawn: Ready, number: int) -> Floats:
        """Share of the time to its start that is left to a project when an effect begins, (draw,).

        ``clip((start - T) / (start - release), 0, 1)`` at the start of the draw without levers; 1
        for a project that a lever adds, and where the effect is there from the release on.
        """
        if act.since <= self.floor or drawn.projects[number].id.startswith(PREFIX):
            return np.ones(self.frame.draws)
        found = drawn.chances[number]
        start = np.maximum(found.plan + found.months / MONTHS, self.floor)
        ahead = np.maximum(start - self.floor, 1e-9)
        return np.asarray(np.clip((start - act.since) / ahead, 0.0, 1.0))

    def _push(
        self,
        act: Acting,
        project: Project,
        left: Floats,
        into: tuple[Floats, Floats, Floats],
        number: int,
    ) -> None:
        """Add what an effect does to one project."""
        log_odds, delay, slip = into
        kind = act.effect.kind
        if kind == "completion":
            log_odds[:, number] += act.size * left
        elif kind == "delay" and act.effect.unit.startswith("log"):
            delay[:, number] += act.size * left
        elif kind == "delay":
            slip[:, number] += act.size * left
        elif kind == "driver":
            for effect in self._driver(act):
                if not driven(effect, project.form, project.standing):
                    continue
                into_one = delay if effect.target == "delay" else log_odds
                into_one[:, number] += self.scene.given.sizes[effect.id] * act.size * left

    def _driver(self, act: Acting) -> list[driving.Effect]:
        """Effects of the driver a lever shifts that move projects."""
        return [
            effect
            for driver in self._drivers
            if driver.id == act.effect.target
            for effect in driver.effects
            if effect.id in self.scene.given.sizes and effect.target != "entrants"
        ]

    @cached_property
    def _drivers(self) -> tuple[driving.Driver, ...]:
        return driving.drivers(self.evidence)

    def _stressed(
        self, setup: Setup, log_odds: Floats, delay: Floats, slip: Floats
    ) -> Floats | None:
        """Lay the stress test over the projects; gives the share of output they keep."""
        stress, alive = self.stress, None
        if stress is None:
            return None
        for number, project in enumerate(setup.projects):
            if project.id in stress.log_odds:
                log_odds[:, number] += stress.log_odds[project.id]
            if project.id in stress.delay_factor:
                delay[:, number] += np.log(stress.delay_factor[project.id])
            if project.id in stress.slip:
                slip[:, number] += stress.slip[project.id]
            if project.id in stress.alive:
                if alive is None:
                    shape = (self.frame.draws, len(self.frame.years), len(setup.projects))
                    alive = np.ones(shape)
                alive[:, :, number] = stress.alive[project.id]
        return alive

    def _entrants(self) -> dict[Place, Floats]:
        """Multiples of the rates of later entrants, shape (year, draw), from the year on."""
        found: dict[Place, Floats] = {}
        for act in self.acts:
            on = self._on(act)[:, None]
            for place in self.scene.setup.later:
                if not at_place(act, place):
                    continue
                if act.effect.kind == "entrants":
                    stated = act.size / act.scale
                    multiple = np.maximum(0.0, 1 + (stated - 1) * act.scale * on)
                elif act.effect.kind == "driver":
                    multiple = np.exp(self._pull(act, place[0]) * on)
                else:
                    continue
                found[place] = found[place] * multiple if place in found else multiple
        for form, factor in (self.stress.entrants if self.stress else {}).items():
            place = (form, self.ground.asked.subject)
            if place in self.scene.setup.later:
                found[place] = found.get(place, 1.0) * np.maximum(0.0, factor)
        return {place: one for place, one in found.items() if (one != 1.0).any()}

    def _pull(self, act: Acting, form: str) -> Floats:
        """What a shifted driver does to the log of the rate of entrants, shape (draw,)."""
        total = np.zeros(self.frame.draws)
        for driver in self._drivers:
            if driver.id != act.effect.target:
                continue
            for effect in driver.effects:
                size = self.scene.given.sizes.get(effect.id)
                if effect.target == "entrants" and size is not None and driven(effect, form, ""):
                    total = total + size * act.size
        return total

    def _handed_on(self) -> dict[str, Floats]:
        """Shifts of the drivers that needs and limits read, scaled by the time that is left."""
        found: dict[str, Floats] = {}
        for act in self.acts:
            name = act.effect.target
            if act.effect.kind != "driver" or name not in HANDED_ON:
                continue
            if act.country != self.ground.asked.subject:
                continue
            last = self.frame.last + 1
            left = np.clip((last - act.since) / (last - self.floor), 0.0, 1.0)
            found[name] = found.get(name, 0.0) + act.size * left
        return found

    def _feed(self) -> dict[Place, Floats]:
        """Output that feed from outside the record allows, shape (draw, year)."""
        found: dict[Place, Floats] = {}
        for act in self.acts:
            if act.effect.kind == "feed":
                place = (act.effect.target, act.country)
                found[place] = found.get(place, 0.0) + self._amount(act) / self._per_unit(act)
        return found

    def _recovered(self) -> dict[Place, Floats]:
        """Output from recovered material more, shape (draw, year)."""
        found: dict[Place, Floats] = {}
        for act in self.acts:
            if act.effect.kind == "recycled":
                place = (act.effect.form, act.country)
                found[place] = found.get(place, 0.0) + self._amount(act)
        return found

    def _amount(self, act: Acting) -> Floats:
        """Amount of an effect by year, shape (draw, year)."""
        return np.asarray(act.size[:, None] * self._on(act)[None, :])

    def _per_unit(self, act: Acting) -> Floats:
        """Feed of an effect in one unit of what it serves, shape (draw, 1).

        An amount of a form of the chain is counted in that form; one of anything else in what it
        serves already.
        """
        for line in self.ground.lines:
            forms = [step.form for step in line.steps]
            if act.effect.form in forms and act.effect.target in forms:
                first, last = forms.index(act.effect.form), forms.index(act.effect.target)
                return np.asarray(line.per_final[first] / line.per_final[last])[:, None]
        return np.ones((self.frame.draws, 1))

    def _need(self) -> dict[Place, Floats]:
        """Multiples of need, shape (draw, year)."""
        found: dict[Place, Floats] = {}
        for act in self.acts:
            if act.effect.kind == "demand":
                place = (act.effect.form, act.country)
                stated = act.size / act.scale
                multiple = 1 + (stated - 1)[:, None] * act.scale * self._on(act)[None, :]
                found[place] = found.get(place, 1.0) * np.maximum(0.0, multiple)
        return found

    def _on(self, act: Acting) -> Floats:
        """Share of each year in which an effect acts, shape (year,)."""
        return np.clip(np.array(self.frame.years, dtype=float) + 1 - act.since, 0.0, 1.0)
