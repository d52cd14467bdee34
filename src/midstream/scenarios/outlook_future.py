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
from midstream.scenarios.demand_roll import Ground
from midstream.scenarios.frame import Bools, DriverDraws, Frame, Needs, Paths, Place, Project
from midstream.scenarios.pressure import with_pressure
from midstream.scenarios.regions import Condition, Ints, Rule
from midstream.scenarios.regions_met import Outcome, Plants, met, unnamed_output
from midstream.scenarios.simulated import COUNTER, counter_effects, ready, simulated

__all__ = [
    "Counter",
    "CounterEffects",
    "Future",
    "Given",
    "Narrow",
    "Setup",
    "behind",
    "classes_of",
    "counter_effects",
    "feeding",
    "ready",
    "run",
]


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
    effects = given.effects or counter_effects(setup, given.frame)
    if effects is not None:
        own = [n for n, one in enumerate(setup.projects) if one.country == setup.focus]
        values = with_pressure(values, COUNTER, effects.alive, effects.log_odds, own)
    assumed = () if effects is None else effects.assumptions
    found = simulated(setup, given, values, effects=effects, single=single, executor=executor)
    del effects
    outcome = Outcome(
        focus=setup.focus,
        incumbents=setup.incumbents,
        year=given.frame.last,
        paths=found.paths,
        needs=found.needs,
        projects=setup.projects,
        unnamed=setup.unnamed,
        plants=setup.plants,
    )
    holds = met(setup.conditions, outcome)
    region = regions.region(holds, setup.conditions, setup.rules)
    return Future(
        given.frame,
        values,
        found.paths,
        found.needs,
        found.limited,
        holds,
        region,
        outcome,
        assumed,
    )
