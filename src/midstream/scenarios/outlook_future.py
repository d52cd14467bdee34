"""One run from drivers to the scenario of every draw, and all that a run needs.

Needs, plants, secondary supply and limits come from the modules of their own; this one puts them
in order so that a run can be repeated with other drivers on the same random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.evidence import Evidence
from midstream.scenarios import drivers as driving
from midstream.scenarios import limits, pipeline, reference, regions, secondary
from midstream.scenarios.demand import needs as needs_of
from midstream.scenarios.demand_roll import Ground
from midstream.scenarios.frame import Bools, DriverDraws, Frame, Needs, Paths, Place, Project
from midstream.scenarios.pressure import with_pressure
from midstream.scenarios.regions import Condition, Ints, Rule
from midstream.scenarios.regions_met import Outcome, Plants, met, unnamed_output
from midstream.scenarios.secondary_streams import reached_places

#: Driver that counter-moves stand for where they are simulated.
COUNTER = "counter-move"
#: Drivers that are handed on as they stand: to needs, and to the limits of feed.
DEMAND, FEED = "demand", "feed-clearance"


class CounterEffects(Protocol):
    """What the incumbent's moves do to projects, by draw.

    Attributes:
        alive: 1 where a project is still there, shape (draw, year, project).
        log_odds: Added to the log-odds of completion, shape (draw, project).
        delay_factor: Multiplies the delay, shape (draw, project).
        assumptions: Ids of the assumptions used.
    """

    @property
    def alive(self) -> Floats:
        """Shape (draw, year, project)."""

    @property
    def log_odds(self) -> Floats:
        """Shape (draw, project)."""

    @property
    def delay_factor(self) -> Floats:
        """Shape (draw, project)."""

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Lineage ids."""


Counter = Callable[[Frame, Sequence[Project]], CounterEffects]


@dataclass(frozen=True, slots=True)
class Setup:
    """What stays the same in all runs of an outlook.

    Attributes:
        evidence, world: What is known.
        focus, incumbents: Countries.
        projects: Projects.
        conditions, rules: Scenarios.
        plants: What else is known of plants.
        unnamed: Form -> output of the base year no country is named for.
        later: Forms and countries in which later entrants may come.
        counter: Counter-moves; ``None`` leaves them to their driver.
        ground: What needs rest on, whatever is drawn.
        narrow: What is simulated and read; ``None`` takes everything.
    """

    evidence: Evidence
    world: World
    focus: str
    incumbents: tuple[str, ...]
    projects: tuple[Project, ...]
    conditions: tuple[Condition, ...]
    rules: tuple[Rule, ...]
    plants: Plants
    unnamed: Mapping[str, float]
    later: tuple[Place, ...]
    ground: Ground
    counter: Counter | None = None
    narrow: Narrow | None = None

    @classmethod
    def of(
        cls,
        evidence: Evidence,
        world: World,
        focus: str,
        incumbents: tuple[str, ...],
        projects: tuple[Project, ...],
        conditions: tuple[Condition, ...],
        rules: tuple[Rule, ...],
        last: int,
        counter: Counter | None = None,
    ) -> Setup:
        """Put together what stays the same in runs to a last year."""
        rows = evidence.table("entrant_rates").rows
        return cls(
            evidence=evidence,
            world=world,
            focus=focus,
            incumbents=incumbents,
            projects=projects,
            conditions=conditions,
            rules=rules,
            plants=Plants.of(evidence, world, focus),
            unnamed=unnamed_output(world),
            later=tuple((row["form"], row["country"]) for row in rows),
            ground=Ground.of(evidence, world, Frame(0, 1, world.base_year, last)),
            counter=counter,
        )

    def narrowed(self) -> Setup:
        """The same for the cells the conditions read, for repeated runs.

        These are the forms of the conditions and their feed in the focus country, and in all
        countries the forms whose supply outside the incumbents is looked at, with all that their
        output follows; what the conditions read is the same as in a whole run.
        """
        compared = [one for condition in self.conditions for one in condition.comparisons]
        own = feeding(self.world, {one.form for one in compared})
        wide = {one.form for one in compared if one.threshold == "share-outside"}
        cells = set(pipeline.cells_of(self.evidence, self.world, self.projects))
        asked = {(form, self.focus) for form in own}
        asked |= {(f, c) for f in wide for c in self.world.countries if c not in self.incumbents}
        asked |= {one for one in cells if one[0] in wide and one[1] not in self.incumbents}
        asked |= behind(self.evidence, asked)
        needed = {(form, self.focus) for form in own}
        needed |= secondary.followed(self.evidence, asked, "need")
        narrow = Narrow(frozenset(cells & asked), frozenset(needed), frozenset(asked))
        kept = tuple(one for one in self.projects if (one.form, one.country) in narrow.places)
        return replace(self, projects=kept, narrow=narrow)


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a run simulates that only has to tell which conditions hold.

    Attributes:
        places: Cells that are simulated.
        needed: Cells whose need is wanted.
        asked: Cells whose output matters, whether or not anybody makes something there.
    """

    places: frozenset[Place]
    needed: frozenset[Place]
    asked: frozenset[Place]

    def reads(self, form: str, country: str) -> bool:
        """Whether the output of a form in a country matters."""
        return (form, country) in self.asked


def behind(evidence: Evidence, places: Collection[Place]) -> set[Place]:
    """Cells whose output that of some cells follows: feed of limits, origins of waste."""
    found, waiting = set[Place](), set(places)
    while waiting:
        more = limits.feeds_of(evidence, waiting)
        waiting = more | secondary.followed(evidence, waiting, "output")
        waiting -= found
        found |= waiting
    return found


def feeding(world: World, forms: set[str]) -> set[str]:
    """Forms and all forms that go into them."""
    found = set(forms)
    while True:
        more = {
            form
            for form, uses in world.uses.items()
            if form not in found and any(use.output in found for use in uses)
        }
        if not more:
            return found
        found |= more


@dataclass(frozen=True, slots=True)
class Given:
    """Drawn parameters of a run: the same for two runs that are compared.

    Attributes:
        frame: Draws and years.
        classes: Reference classes by draw.
        sizes: Effect of a driver -> its size, shape (draw,).
        needs: Needs, where another run has made them already and demand has not moved.
        ready: The pipeline, where another run has drawn it already.
        effects: Counter-moves, where another run has simulated them already.
    """

    frame: Frame
    classes: reference.Classes
    sizes: Mapping[str, Floats]
    needs: Needs | None = None
    ready: pipeline.Ready | None = None
    effects: CounterEffects | None = None

    @classmethod
    def of(cls, evidence: Evidence, frame: Frame) -> Given:
        """Draw them anew for every draw."""
        classes = reference.posterior(evidence, frame.draws, frame.seed)
        return cls(frame, classes, driving.sizes(evidence, frame))

    def grouped(self, groups: int) -> Given:
        """The parameters of the first draw of each group, held throughout the group."""
        each = self.frame.draws // groups
        index = np.arange(self.frame.draws) // each * each
        sizes = {name: size[index] for name, size in self.sizes.items()}
        return replace(self, classes=classes_of(self.classes, index), sizes=sizes)

    def still(self) -> Given:
        """The same where no driver does anything to a project: the record alone."""
        return replace(self, sizes={name: np.zeros_like(size) for name, size in self.sizes.items()})


def classes_of(classes: reference.Classes, index: Ints) -> reference.Classes:
    """Reference classes with the draws of an index."""
    mappings = ("completion", "completion_shift", "delay_shift")
    arrays = ("on_time", "delay_mu", "delay_sigma", "award")
    changed: dict[str, Any] = {
        name: {key: values[index] for key, values in getattr(classes, name).items()}
        for name in mappings
    }
    changed |= {name: getattr(classes, name)[index] for name in arrays}
    return replace(classes, **changed)


@dataclass(frozen=True, slots=True)
class Future:
    """What a run gives.

    Attributes:
        frame: Draws and years.
        drivers: Drivers.
        paths: Capacity and output after secondary supply and limits.
        needs: Needs.
        limited: What limits bind.
        met: Whether a condition holds, shape (draw, condition).
        region: Rank of the scenario, shape (draw,).
        outcome: What the conditions were read from.
        assumptions: Ids of the assumptions of counter-moves, where they are simulated.
    """

    frame: Frame
    drivers: DriverDraws
    paths: Paths
    needs: Needs
    limited: limits.Limited
    met: Bools
    region: Ints
    outcome: Outcome = field(repr=False)
    assumptions: tuple[str, ...] = ()


def run(
    setup: Setup,
    given: Given,
    values: DriverDraws,
    *,
    single: bool = False,
    executor: Executor | None = None,
) -> Future:
    """Run from drivers to scenarios.

    Args:
        setup: What stays the same.
        given: Drawn parameters.
        values: Drivers of the focus country.
        single: Whether paths and needs are kept as 32-bit numbers.
        executor: Threads that make cells; the result is the same with any number of them.
    """
    world, evidence = setup.world, setup.evidence
    effects = given.effects or counter_effects(setup, given.frame)
    if effects is not None:
        own = [n for n, one in enumerate(setup.projects) if one.country == setup.focus]
        values = with_pressure(values, COUNTER, effects.alive, effects.log_odds, own)
    needs = given.needs or _needs(setup, given, values, single)
    raw = _simulated(setup, given, values, effects, needs, single, executor)
    assumed = () if effects is None else effects.assumptions
    # Arrays of all draws, years and cells are large: those no longer needed are let go.
    del effects
    reads = setup.narrow.reads if setup.narrow else None
    found = secondary.secondary(evidence, world, given.frame, needs, raw, reads=reads)
    fuller = secondary.added(raw, found, reuse=True)
    del raw, found
    limited = limits.limited(evidence, world, fuller, feed=values.of(FEED), reuse=True)
    del fuller
    outcome = Outcome(
        focus=setup.focus,
        incumbents=setup.incumbents,
        year=given.frame.last,
        paths=limited.paths,
        needs=needs,
        projects=setup.projects,
        unnamed=setup.unnamed,
        plants=setup.plants,
    )
    holds = met(setup.conditions, outcome)
    region = regions.region(holds, setup.conditions, setup.rules)
    return Future(
        given.frame, values, limited.paths, needs, limited, holds, region, outcome, assumed
    )


def counter_effects(setup: Setup, frame: Frame) -> CounterEffects | None:
    """What counter-moves do to the projects; ``None`` where they are left to their driver."""
    return setup.counter(frame, setup.projects) if setup.counter else None


def ready(setup: Setup, given: Given, keep: bool = False) -> pipeline.Ready:
    """Draw the pipeline of a setup; kept numbers make another run of it cheaper."""
    places = setup.narrow.places if setup.narrow else None
    return pipeline.ready(
        given.frame,
        setup.world,
        setup.evidence,
        setup.projects,
        given.classes,
        places=places,
        keep=keep,
    )


def _simulated(
    setup: Setup,
    given: Given,
    values: DriverDraws,
    effects: CounterEffects | None,
    needs: Needs,
    single: bool,
    executor: Executor | None,
) -> Paths:
    """Paths of projects and later entrants, with room for cells that secondary supply adds."""
    drawn = given.ready or ready(setup, given)
    pushed = _pushed(setup, given, values, effects)
    alive = None if effects is None else effects.alive
    moves = pipeline.Moves(pushed.log_odds, pushed.delay_factor, alive, pushed.entrant_rate)
    counted = [place for place, known in zip(drawn.places, drawn.counted, strict=True) if known]
    reads = setup.narrow.reads if setup.narrow else None
    spare = reached_places(setup.evidence, needs, counted, reads)
    return drawn.run(moves, spare=spare, single=single, executor=executor)


def _needs(setup: Setup, given: Given, values: DriverDraws, single: bool) -> Needs:
    return needs_of(
        setup.evidence,
        setup.world,
        given.frame,
        values.of(DEMAND),
        places=setup.narrow.needed if setup.narrow else None,
        ground=setup.ground,
        single=single,
    )


def _pushed(
    setup: Setup, given: Given, values: DriverDraws, effects: CounterEffects | None
) -> driving.Push:
    """What drivers do to projects; counter-moves that are simulated replace their driver."""
    pusher = driving.Pusher(
        known=driving.drivers(setup.evidence),
        sizes=given.sizes,
        frame=given.frame,
        focus=setup.focus,
        incumbents=setup.incumbents,
        silent=frozenset({COUNTER} if effects is not None else ()),
    )
    pushed = pusher.push(values, setup.projects, setup.later)
    if effects is None:
        return pushed
    return replace(
        pushed,
        log_odds=pushed.log_odds + effects.log_odds,
        delay_factor=pushed.delay_factor * effects.delay_factor,
    )
