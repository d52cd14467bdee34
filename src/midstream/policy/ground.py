"""What all runs of a bench share: projects, draws, needs, ruler and chain of one country."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.routes import Route, routes
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.policy.flow import Line
from midstream.policy.kept import KeptCounter, KeptEntrants, KeptFrame
from midstream.scenarios import drivers as driving
from midstream.scenarios import pipeline, secondary
from midstream.scenarios.frame import DriverDraws, Frame, Place, Project
from midstream.scenarios.outlook_future import (
    Counter,
    Given,
    Narrow,
    Setup,
    behind,
    feeding,
)
from midstream.scenarios.pipeline_starts import Chances, chances, year_of
from midstream.scenarios.projects import projects as projects_of
from midstream.scenarios.scores import ScoreJob
from midstream.scenarios.scores import prepared as score_job
from midstream.scenarios.simulated import (
    Simulated,
    counter_effects,
    drawn_needs,
    ready,
    simulated,
)
from midstream.scorecard.draws import Draws, Parameters
from midstream.scorecard.stages import Stack, stacks
from midstream.terms import SECTORS, suggestion

#: The world as a place of need.
WORLD = "WLD"

#: Years that are scored where nothing else is asked for.
YEARS = (2030, 2035)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a bench is asked for.

    Attributes:
        subject: Country that is scored.
        sector: Sector that is scored.
        chains: Chains in the order they are looked at; empty for all on file.
        incumbents: Countries drivers with the scope ``outside`` leave alone.
        draws, seed: Monte Carlo.
        years: Years that are scored; the last is the horizon.
    """

    subject: str
    sector: str
    chains: tuple[str, ...]
    incumbents: tuple[str, ...]
    draws: int
    seed: int
    years: tuple[int, ...] = YEARS

    @property
    def horizon(self) -> int:
        """Year the outcome is read in."""
        return max(self.years)


class Ground:
    """Draws and cells of a bench; everything is made on first use and kept.

    Args:
        evidence: Release.
        world: World of the base year.
        asked: What the bench is asked for.
        counter: Counter-moves of the incumbents, as the outlook has them.

    Raises:
        InputError: if the subject, the sector or the number of draws cannot be.
    """

    def __init__(
        self, evidence: Evidence, world: World, asked: Asked, counter: Counter | None = None
    ) -> None:
        check_asked(evidence, world, asked)
        self.evidence, self.world, self.asked = evidence, world, asked
        self.counter = None if counter is None else KeptCounter(counter)
        self._chances: dict[Project, Chances] = {}
        frame = Frame(asked.seed, asked.draws, world.base_year, asked.horizon)
        self.frame = KeptFrame(frame)

    @cached_property
    def stacks(self) -> tuple[Stack, ...]:
        """Forms of the sector, C1 to C4."""
        table = stacks(self.evidence)
        return tuple(found for (sector, _), found in table.items() if sector == self.asked.sector)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Chains that end in a form of the sector, the first of them the main one."""
        found = routes(self.evidence, self.world)
        made = {form for stack in self.stacks for form in stack.forms}
        names = dict.fromkeys((*self.asked.chains, *found))
        held = [found[name] for name in names if name in found]
        return tuple(one for one in held if len(one.counted) > 1 and one.counted[-1].form in made)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The chains as lines of steps that hold each other up."""
        return tuple(Line.of(self.evidence, self.frame, route) for route in self.routes)

    @cached_property
    def inside(self) -> tuple[tuple[str, str, Floats], ...]:
        """Forms made inside the plants of a later step: form, that step's form, units in one."""
        found = {form: made for line in self.lines for form, made in line.inside.items()}
        return tuple((form, *made) for form, made in found.items())

    @cached_property
    def strands(self) -> dict[str, tuple[str, ...]]:
        """Forms whose coverage is told, by stage: steps of the chains, else the stack's forms."""
        found: dict[str, tuple[str, ...]] = {}
        for stack in self.stacks:
            steps = [s.form for line in self.lines for s in line.steps if s.stage == stack.stage]
            found[stack.stage] = tuple(dict.fromkeys(steps)) or stack.forms
        return found

    @cached_property
    def forms(self) -> frozenset[str]:
        """Forms of the sector and its chains, and all that goes into them."""
        made = {form for stack in self.stacks for form in stack.forms}
        made |= {step.form for route in self.routes for step in route.counted}
        return frozenset(feeding(self.world, made))

    @cached_property
    def values(self) -> DriverDraws:
        """Drivers of the subject."""
        return driving.draw(self.evidence, self.frame, self.asked.subject)

    @cached_property
    def parameters(self) -> Parameters:
        """Drawn parameters of projects."""
        return Parameters(self.evidence, Draws(self.frame.seed, self.frame.draws), {})

    @cached_property
    def _setup(self) -> Setup:
        found = projects_of(self.evidence, self.world)
        return Setup.of(
            self.evidence,
            self.world,
            self.asked.subject,
            self.asked.incumbents,
            tuple(sorted(found, key=lambda project: project.id)),
            (),
            (),
            self.frame.last,
            self.counter,
        )

    @cached_property
    def _given(self) -> Given:
        return Given.of(self.evidence, self.frame)

    @cached_property
    def own(self) -> Scene:
        """The subject alone, with all its forms follow."""
        return self._scene(self.forms, (self.asked.subject,))

    @cached_property
    def wide(self) -> Scene:
        """All countries with a plant, a need or an output of the forms."""
        return self._scene(self.forms, self.countries)

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Countries with a plant or an output of a form, and those of the study."""
        cells = pipeline.cells_of(self.evidence, self.world, self._setup.projects)
        named = {country for form, country in cells if form in self.forms}
        return tuple(sorted({*named, *self.world.countries, self.asked.subject}))

    def _scene(self, forms: Collection[str], countries: Sequence[str]) -> Scene:
        """Cells of some forms and countries, with projects, needs and the pipeline drawn."""
        asked = {(form, country) for form in forms for country in countries}
        asked |= behind(self.evidence, asked)
        needed = {place for place in asked if place[1] in self.world.countries}
        needed |= secondary.followed(self.evidence, asked, "need")
        for form in forms:
            needed.add((form, WORLD))
            if form in self.world.leaders:
                needed.add((form, f"{WORLD}-{self.world.leaders[form][0]}"))
        narrow = Narrow(frozenset(asked), frozenset(needed), frozenset(asked))
        setup = self._setup
        kept = tuple(one for one in setup.projects if (one.form, one.country) in asked)
        later = tuple(place for place in setup.later if place in asked)
        setup = replace(setup, projects=kept, narrow=narrow, later=later)
        drawn = ready(setup, self._given, keep=True)
        drawn = replace(drawn, entrants=KeptEntrants(drawn.entrants))
        given = replace(self._given, ready=drawn)
        given = replace(given, effects=counter_effects(setup, self.frame))
        given = replace(given, needs=drawn_needs(setup, given, self.values))
        return Scene(setup, given)

    @cached_property
    def abroad(self) -> Simulated:
        """Feed of the chains in all countries as the record has them, with no lever at all."""
        feeds = {step.form for line in self.lines for step in line.steps[:-1]}
        return self._simulated(self._scene(feeds, self.countries))

    @cached_property
    def own_record(self) -> Simulated:
        """The subject as the record has it."""
        return self._simulated(self.own)

    def _simulated(self, scene: Scene) -> Simulated:
        return simulated(scene.setup, scene.given, self.values, effects=scene.given.effects)

    def chances(self, project: Project) -> Chances:
        """What is drawn of a project that a lever adds; its nameplate plays no part in it."""
        key = replace(project, capacity=0.0, low=0.0, high=0.0)
        if key not in self._chances:
            classes, release = self._given.classes, year_of(self.evidence.release.date)
            self._chances[key] = chances(self.frame, self.parameters, classes, key, release)
        return self._chances[key]

    def score_job(self, found: Simulated) -> ScoreJob:
        """The scorecard on a run of the subject."""
        return score_job(
            self.evidence,
            self.world,
            self.frame,
            found.paths,
            found.needs,
            self.asked.years,
            (self.asked.subject,),
            (self.asked.sector,),
        )

    def need(self, found: Simulated, place: Place) -> Floats:
        """Need of a cell at the horizon, shape (draw,); ``nan`` where unknown."""
        if place not in found.needs.places:
            return np.full(self.frame.draws, np.nan)
        return np.asarray(found.needs.of(*place)[:, -1], dtype=float)


@dataclass(frozen=True, slots=True)
class Scene:
    """A setup with everything drawn that no lever touches.

    Attributes:
        setup: Cells and projects.
        given: Drawn parameters, with the pipeline.
    """

    setup: Setup
    given: Given


def check_asked(evidence: Evidence, world: World, asked: Asked) -> None:
    """Check what a bench is asked for.

    Raises:
        InputError: naming the first thing that cannot be.
    """
    if asked.subject not in world.countries:
        raise InputError(
            f"no test in {asked.subject!r}",
            where="--country",
            why="the country asked for, or else that of the levers, has to be one the study scores",
            mend=f"add {asked.subject} to the countries of the study, or take levers of its own"
            if asked.subject in evidence.countries
            else suggestion(asked.subject, world.countries)
            or f"take one of {', '.join(world.countries)}",
        )
    scored = {sector for sector, _ in stacks(evidence)}
    if asked.sector not in scored:
        raise InputError(
            f"no test in the sector {asked.sector!r}",
            where="--sector",
            why=f"the sectors with a stack are {', '.join(sorted(scored & set(SECTORS)))}",
            mend=suggestion(asked.sector, sorted(scored)) or "name one of them",
        )
    most = int(evidence.parameter("outlook.draws.most").value or 0)
    if not 1 <= asked.draws <= most:
        raise InputError(
            f"{asked.draws:,} draws",
            where="--draws",
            why=f"a test takes 1 to {most:,}",
            mend="take a number between the two",
        )
