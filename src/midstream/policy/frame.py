"""What all parts of the policy room share: levers, packages, and outcomes of two worlds by draw."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.evidence import Evidence, Ledger
from midstream.scenarios.frame import Frame, Project
from midstream.scenarios.simulated import Simulated

#: Order of the stage axis.
STAGES = ("C1", "C2", "C3", "C4")
#: Parts of a stress that are by project; the others are by form.
_ON_PROJECTS = ("alive", "log_odds", "delay_factor", "slip")


@dataclass(frozen=True, slots=True)
class LeverEffect:
    """One thing a lever does to the world.

    Attributes:
        id: Row of ``lever_effects``; its random stream is named by it.
        lever: Lever.
        kind: driver, entrants, completion, delay, project, remove, feed, recycled, technology,
            ownership, floor, cover, buffer, demand, retain or uncounted.
        target: Driver, facility or category the kind speaks of; blank where the form says it all.
        form: Form it acts on; blank for all.
        country: Where; blank for the subject of the test.
        standing: Standing of the projects it acts on; blank for all.
        low, mode, high: Triangular law of its size in ``unit``; ``None`` where it has none.
        unit: Unit of the size.
        source: Ids of the source register.
        standing_of_fact: ``sourced``, ``derived`` or ``assumed``.
    """

    id: str
    lever: str
    kind: str
    target: str
    form: str
    country: str
    standing: str
    low: float | None
    mode: float | None
    high: float | None
    unit: str
    source: tuple[str, ...]
    standing_of_fact: str


@dataclass(frozen=True, slots=True)
class Lever:
    """A policy option.

    Attributes:
        id, name: Names.
        country: Whose lever it is.
        stages, forms: What it aims at.
        payers: Who pays.
        instrument: How it is paid.
        cost: Low, mode and high of the whole cost in ``currency`` of ``price_year``; ``None``
            where no figure is on record.
        currency, price_year: Of the cost.
        start: Year it can start.
        lag: Years from its start until it acts.
        prerequisites: Levers that have to be there first.
        excludes: Levers it cannot stand beside.
        in_base: Whether the record already holds it, so that the base run does too.
        effects: What it does.
        source: Ids of the source register.
        standing_of_fact: ``sourced``, ``derived`` or ``assumed``.
        note: Anything else.
        cost_kind: Standing of the cost; blank where there is none.
    """

    id: str
    name: str
    country: str
    stages: tuple[str, ...]
    forms: tuple[str, ...]
    payers: tuple[str, ...]
    instrument: str
    cost: tuple[float, float, float] | None
    currency: str
    price_year: int | None
    start: float
    lag: float
    prerequisites: tuple[str, ...]
    excludes: tuple[str, ...]
    in_base: bool
    effects: tuple[LeverEffect, ...]
    source: tuple[str, ...]
    standing_of_fact: str
    note: str
    cost_kind: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """A deal or scheme: a set of levers.

    Attributes:
        id, name: Names.
        country: Subject, whose middle it is to move.
        levers: Levers it consists of.
        without: Levers of the record that are taken out of the base it is compared with.
        missing: Terms that are not public, in words; they add nothing.
        announced: Date, where it has one.
        source: Ids of the source register.
        note: Anything else.
        status: ``announced``, ``in force``, or ``composed`` by us of levers on record.
    """

    id: str
    name: str
    country: str
    levers: tuple[str, ...]
    without: tuple[str, ...]
    missing: tuple[str, ...]
    announced: str
    source: tuple[str, ...]
    note: str
    status: str = "composed"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is tested: levers in a fixed order, against a base.

    Attributes:
        levers: Levers of the world with the policy.
        without: Levers taken out of the base (and out of the world with the policy, unless they
            are among ``levers``).
        subject: Country.
        packages: Packages the levers came from.
        warnings: What a reader has to know, such as a prerequisite that is not there.
    """

    levers: tuple[Lever, ...]
    without: tuple[Lever, ...]
    subject: str
    packages: tuple[Package, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stress:
    """A counter-move laid over both worlds, by draw.

    Attributes:
        id, name: Names.
        alive: 1 where a project is still there, by project id: shape (draw, year).
        log_odds: Added to the log-odds of completion, by project id: shape (draw,).
        delay_factor: Multiplies the delay, by project id: shape (draw,).
        slip: Years added to the start, by project id: shape (draw,), 0 or more.
        feed: Share of foreign feed of a form that is withheld, by form: shape (year,).
        entrants: Factor on the rate of later entrants of the subject, by form: shape (draw,).
        kept: Share of its output the subject keeps, by form: shape (draw, year), 0..1.

    Ids and forms that a world does not hold are passed over.
    """

    id: str
    name: str
    alive: Mapping[str, Floats] = field(default_factory=dict)
    log_odds: Mapping[str, Floats] = field(default_factory=dict)
    delay_factor: Mapping[str, Floats] = field(default_factory=dict)
    slip: Mapping[str, Floats] = field(default_factory=dict)
    feed: Mapping[str, Floats] = field(default_factory=dict)
    entrants: Mapping[str, Floats] = field(default_factory=dict)
    kept: Mapping[str, Floats] = field(default_factory=dict)

    def mark(self, ids: Collection[str]) -> Hashable:
        """What it does to a world that holds projects with some ids; two of one mark do the same.

        Empty where it touches nothing.
        """
        found: list[tuple[str, str, tuple[int, ...], bytes]] = []
        for name in (*_ON_PROJECTS, "feed", "entrants", "kept"):
            arrays: Mapping[str, Floats] = getattr(self, name)
            for key in sorted(arrays):
                if name not in _ON_PROJECTS or key in ids:
                    array = np.asarray(arrays[key])
                    digest = hashlib.sha256(array.tobytes()).digest()
                    found.append((name, key, array.shape, digest))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A world under a set of levers, draw by draw, at the horizon.

    Attributes:
        levers: Ids of the levers in force.
        low, high: Scores C1..C4 at both ends of the evidence box, shape (draw, stage); ``nan``
            where nothing is on record.
        coverage: Own output over own need of the weakest strand of a stage, shape (draw, stage);
            ``nan`` where unknown.
        sovereign: Final form of the chain from own feed all the way, t/yr, shape (draw,).
        allied: The same with feed from outside the dominant supplier, shape (draw,).
        capacity: Output of the final form whatever its feed, shape (draw,).
        cut: Number of the step that limits the sovereign flow, shape (draw,).
        value: Domestic value added, USD million a year, shape (draw,); ``nan`` without a price.
        dependence: Share of need met from abroad at C1..C4, shape (draw, stage).
    """

    levers: tuple[str, ...]
    low: Floats
    high: Floats
    coverage: Floats
    sovereign: Floats
    allied: Floats
    capacity: Floats
    cut: Floats
    value: Floats
    dependence: Floats


class Bench(Protocol):
    """Runs worlds with and without levers on common draws; the base is kept.

    `midstream.policy.bench` gives the real one.
    """

    @property
    def subject(self) -> str:
        """Country that is scored."""

    @property
    def horizon(self) -> int:
        """Year the outcome is read in."""

    @property
    def draws(self) -> int:
        """Number of draws."""

    def outcome(
        self,
        levers: Sequence[Lever],
        without: Sequence[Lever] = (),
        *,
        scale: Mapping[str, float] | None = None,
        starts: Mapping[str, float] | None = None,
        stress: Stress | None = None,
    ) -> Outcome:
        """Run a world.

        Args:
            levers: Levers in force.
            without: Levers of the record taken out.
            scale: Lever id -> multiple of its stated effect, 0 or more; 1 where left out.
            starts: Lever id -> year it starts in place of its own.
            stress: Counter-move laid over the world.
        """


class OpenBench(Bench, Protocol):
    """A bench that also shows what its runs rest on; stress, worth and others read it.

    `midstream.policy.bench` gives the real one.
    """

    @property
    def evidence(self) -> Evidence:
        """Evidence."""

    @property
    def world(self) -> World:
        """World of the base year."""

    @property
    def ledger(self) -> Ledger:
        """Where lineage is entered."""

    @property
    def frame(self) -> Frame:
        """Seed, draws and years of all runs."""

    @property
    def sector(self) -> str:
        """Sector that is scored."""

    @property
    def chain(self) -> str:
        """Chain whose final form is delivered; blank where the sector has none."""

    def projects(
        self, levers: Sequence[Lever], without: Sequence[Lever] = ()
    ) -> tuple[Project, ...]:
        """Projects of the world with some levers, those the levers add among them."""

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
        """The run behind an outcome: paths, needs and limits by draw.

        Args:
            levers, without, scale, starts, stress: As in `Bench.outcome`.
            wide: Whether all countries are run, not the subject alone.
        """

    def sizes(self, lever: Lever) -> Mapping[str, Floats]:
        """Drawn sizes of the effects of a lever, by effect id, shape (draw,)."""

    def verdict(self, base: Outcome, outcome: Outcome, delta: float | None = None) -> str:
        """PASS, PARTIAL, FAIL or UNDETERMINED by the published rule.

        Args:
            base, outcome: Worlds without and with the policy.
            delta: Points a stage has to gain; ``None`` takes the parameter.
        """
