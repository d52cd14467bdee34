"""Counter-moves as chance: what they do to the projects of an outlook, draw by draw.

Floods and squeezes come as Poisson processes by form, a technology ban binds or does not. Streams
are named by form or by project, so that another project or a lever never shifts the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats
from midstream.chain.plants import Plant
from midstream.chain.world import World
from midstream.counterstrategy.costs import costs_by_ratio
from midstream.counterstrategy.entrants import CostModel, Entrant, entrant_of, in_world
from midstream.counterstrategy.field import Field, field_of
from midstream.counterstrategy.incumbent import Incumbent, incumbent_of
from midstream.counterstrategy.sampling import Sampling
from midstream.counterstrategy.survival import (
    Climate,
    committed,
    loss_per_kg,
    started,
    years_of_cash,
)
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger

#: Standings of projects that make something already.
_RUNNING = frozenset({"ramping", "operating"})


class ProjectLike(Protocol):
    """What is read of a project."""

    @property
    def id(self) -> str:
        """Id; its streams are named by it."""

    @property
    def facility(self) -> str:
        """Row of the facility register; blank if it is not in one."""

    @property
    def form(self) -> str:
        """Scored form."""

    @property
    def country(self) -> str:
        """Where it stands."""

    @property
    def capacity(self) -> float:
        """Nameplate."""

    @property
    def standing(self) -> str:
        """Reference class."""

    @property
    def plan(self) -> float | None:
        """Year it is announced to start."""

    @property
    def owner(self) -> str:
        """Country of the owner."""

    @property
    def technology(self) -> str:
        """Country of the technology."""


@dataclass(frozen=True, slots=True)
class CounterEffects:
    """What moves do to projects.

    Attributes:
        alive: 1 where a project is there, 0 where a flood has closed it or put it off, shape
            (draw, year, project).
        log_odds: Added to the log-odds of completion, shape (draw, project).
        delay_factor: Multiplies delays, shape (draw, project).
        forms: Forms in which moves are simulated.
        unpriced: Forms of these without a price or tonnes, in which floods are not simulated.
        assumptions: Ids of assumptions used.
    """

    alive: Floats
    log_odds: Floats
    delay_factor: Floats
    forms: tuple[str, ...]
    unpriced: tuple[str, ...]
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Floods:
    """Floods of one form over the years; arrays have the shape (draw, year).

    Attributes:
        since: Years in the present flood at the end of the year; 0 without one.
        left: Years until its end from the start of the year; 0 without one.
        cut: Price cut of the present flood, 0..1.
        started: Whether a flood starts in the year.
    """

    since: Floats
    left: Floats
    cut: Floats
    started: NDArray[np.bool_]


def effects(
    evidence: Evidence,
    seed: int,
    draws: int,
    years: Sequence[int],
    projects: Sequence[ProjectLike],
    *,
    world: World,
    costs: CostModel = costs_by_ratio,
) -> CounterEffects:
    """Simulate counter-moves for the projects of an outlook.

    Moves come to forms whose dominant supplier has a move on record (``incumbent_moves``); the
    incumbent's own projects are left alone, as are forms without an incumbent.

    Args:
        evidence: The release.
        seed, draws: Monte Carlo.
        years: Years of the outlook, ascending.
        projects: Projects.
        world: World with the incumbents.
        costs: Costs of a plant.

    Raises:
        InputError: if there is no year.
    """
    if not years:
        raise InputError(
            "no year", where="years", why="moves come year by year", mend="give at least one year"
        )
    sampling = Sampling(evidence, seed, draws, draws)
    forms = tuple(form for form in world.forms if _moved(evidence, world, form))
    # Project by project in memory: paths are made one project after the other.
    alive = np.ones((len(projects), len(years), draws)).transpose(2, 1, 0)
    log_odds, delay = np.zeros((draws, len(projects))), np.ones((draws, len(projects)))
    unpriced = []
    for form in forms:
        hit = [n for n, one in enumerate(projects) if _outside(one, form, world)]
        members = [projects[number] for number in hit]
        if not hit:
            continue
        log_odds[:, hit], delay[:, hit] = _press(members, form, world, sampling)
        found = _alive(evidence, world, form, members, years, sampling, costs)
        if found is None:
            unpriced.append(form)
        else:
            alive[:, :, hit] = found
    return CounterEffects(alive, log_odds, delay, forms, tuple(unpriced), _ASSUMPTIONS)


_ASSUMPTIONS = tuple(
    f"par:counter.{name}"
    for name in (
        "rate.floods",
        "rate.squeezes",
        "flood.cut",
        "flood.years",
        "ban.binding",
        "ban.log-odds",
        "ban.delay",
        "ban.exposed",
        "squeeze.log-odds",
        "squeeze.first",
    )
)


def _moved(evidence: Evidence, world: World, form: str, kind: str = "") -> bool:
    """Whether the dominant supplier of a form has a move on record that hit it."""
    leader = world.leaders.get(form, ("", 0.0))[0]
    return any(
        row["actor"] == leader and form in row["forms"] and kind in ("", row["kind"])
        for row in evidence.table("incumbent_moves").rows
    )


def _outside(project: ProjectLike, form: str, world: World) -> bool:
    return project.form == form and world.leaders[form][0] not in (project.country, project.owner)


def _press(
    members: Sequence[ProjectLike], form: str, world: World, sampling: Sampling
) -> tuple[Floats, Floats]:
    """A ban takes from the odds and delays exposed projects; squeezes add to the odds.

    Returns:
        Log-odds and factors on delay, shape (draw, project).
    """
    binding = sampling.uniform(f"{form}/ban") < sampling.value("ban.binding")
    binding = binding & _moved(sampling.evidence, world, form, "technology-ban")
    taken, late = sampling.shared("ban.log-odds"), sampling.shared("ban.delay")
    helped = _squeezes(form, sampling) * sampling.shared("squeeze.log-odds")
    log_odds = np.zeros((sampling.draws, len(members)))
    delay = np.ones((sampling.draws, len(members)))
    for number, project in enumerate(members):
        if project.standing in _RUNNING:
            continue
        chance = _exposed(project, world.leaders[form][0], sampling)
        exposed = binding & (sampling.uniform(f"{project.id}/exposed") < chance)
        log_odds[:, number] = helped - taken * exposed
        delay[:, number] = 1 + late * exposed
    return log_odds, delay


def _exposed(project: ProjectLike, leader: str, sampling: Sampling) -> float:
    if not project.technology:
        return sampling.value("ban.exposed")
    return 1.0 if project.technology == leader else 0.0


def _squeezes(form: str, sampling: Sampling) -> Floats:
    """Number of squeezes in the first years, shape (draw,)."""
    mean = sampling.value("rate.squeezes") * sampling.value("squeeze.first")
    uniform, term = sampling.uniform(f"{form}/squeezes"), float(np.exp(-mean))
    count, below = np.zeros(sampling.draws), term
    # Quantile of the Poisson law; a draw never needs more terms than the tail has mass.
    for number in range(1, 50):
        count += uniform > below
        term *= mean / number
        below += term
    return count


def _alive(
    evidence: Evidence,
    world: World,
    form: str,
    members: Sequence[ProjectLike],
    years: Sequence[int],
    sampling: Sampling,
    costs: CostModel,
) -> Floats | None:
    """Whether projects of a form are there, shape (draw, year, project); ``None`` unpriced."""
    ledger = Ledger(base=world.ledger)
    try:
        incumbent = incumbent_of(evidence, world, form, "", sampling, ledger, trade=False)
    except InputError:
        # No price or no tonnes: a flood cannot be set against costs.
        return None
    entrants = [
        in_world(_entrant(one, incumbent, sampling, ledger, costs), world) for one in members
    ]
    field = field_of(entrants, sampling.value("commitment"))
    waves = floods(form, len(years), sampling)
    alive = np.ones((sampling.draws, len(years), len(members)))
    running = np.array([_running(one, years, evidence) for one in members]).T
    _close(alive, field, incumbent, waves, running, sampling)
    _put_off(alive, field, incumbent, waves, running, sampling)
    return alive


def _entrant(
    project: ProjectLike,
    incumbent: Incumbent,
    sampling: Sampling,
    ledger: Ledger,
    costs: CostModel,
) -> Entrant:
    return entrant_of(plant_of(project), incumbent, sampling, ledger, costs, project.facility)


def _running(project: ProjectLike, years: Sequence[int], evidence: Evidence) -> NDArray[np.bool_]:
    """Years in which a project, if it is completed, is taken to run, shape (year,)."""
    if project.standing in _RUNNING:
        return np.ones(len(years), dtype=bool)
    wait = float(evidence.parameter("start.unknown").value or 0.0)
    plan = years[0] - 1 + wait if project.plan is None else project.plan
    return np.asarray(years) >= plan


def floods(form: str, years: int, sampling: Sampling) -> Floods:
    """Draw the floods of a form; a flood starts only where none is going on.

    Args:
        form: Form; names the streams.
        years: Number of years.
        sampling: Draws.
    """
    chance = 1 - np.exp(-sampling.value("rate.floods"))
    since, left, cut = (np.zeros((sampling.draws, years)) for _ in range(3))
    begins = np.zeros((sampling.draws, years), dtype=bool)
    remaining, depth, passed = (np.zeros(sampling.draws) for _ in range(3))
    for year in range(years):
        stream = f"{form}/flood/{year}"
        new = (sampling.uniform(stream) < chance) & (remaining <= 0)
        length = sampling.own("flood.years", stream)
        remaining = np.where(new, length, remaining)
        depth = np.where(new, sampling.own("flood.cut", stream), depth)
        passed = np.where(new, 0.0, passed)
        going = remaining > 0
        passed = np.where(going, passed + np.minimum(remaining, 1.0), 0.0)
        since[:, year], left[:, year] = passed, np.where(going, remaining, 0.0)
        cut[:, year], begins[:, year] = np.where(going, depth, 0.0), new
        remaining = np.maximum(remaining - 1, 0.0)
    return Floods(since, left, cut, begins)


def _climate(incumbent: Incumbent, cut: Floats, outlook: Floats) -> Climate:
    price = incumbent.reference * (1 - cut)[:, None]
    return Climate(price, price * outlook[:, None], np.ones_like(price))


def _close(
    alive: Floats,
    field: Field,
    incumbent: Incumbent,
    waves: Floods,
    running: NDArray[np.bool_],
    sampling: Sampling,
) -> None:
    """Close running plants whose cash or patience ends in a flood, until some years after it."""
    names = [entrant.facility for entrant in field.entrants]
    nerve = np.stack([sampling.uniform(f"{name}/patience") for name in names], axis=1)
    patience = field.patience_low + nerve * (field.patience_high - field.patience_low)
    lucky = np.stack([sampling.uniform(f"{name}/relief") for name in names], axis=1)
    safe = committed(field) | (lucky < field.relief)
    outlook, stay = sampling.shared("outlook"), sampling.shared("stay")
    until = np.zeros_like(field.cash)
    for year in range(alive.shape[1]):
        loss = loss_per_kg(field, _climate(incumbent, waves.cut[:, year], outlook))
        last = np.minimum(years_of_cash(field, loss), patience)
        flooded = waves.cut[:, year, None] > 0
        gone = flooded & (loss > 0) & ~safe & (waves.since[:, year, None] >= last)
        gone &= running[year]
        back = year + waves.left[:, year] + stay
        until = np.where(gone, np.maximum(until, back[:, None]), until)
        alive[:, year] *= until <= year


def _put_off(
    alive: Floats,
    field: Field,
    incumbent: Incumbent,
    waves: Floods,
    running: NDArray[np.bool_],
    sampling: Sampling,
) -> None:
    """Put off projects that a flood meets before they run.

    A project that goes ahead without a flood is put off where its incentive price lies above the
    price it counts on in the flood: its decision, due the building time before it runs, waits
    until the restart after the flood. A flood that is over by then does not touch it.
    """
    outlook, equipment = sampling.shared("outlook"), sampling.shared("ban.equipment")
    restart = sampling.value("restart")
    before = replace(field, exposed=np.zeros_like(field.exposed))
    due = np.where(running.any(axis=0), running.argmax(axis=0), running.shape[0])
    first, last = np.full_like(field.cash, np.inf), due + np.zeros_like(field.cash)
    for year in range(alive.shape[1]):
        if not waves.started[:, year].any():
            continue
        climate = _climate(incumbent, waves.cut[:, year], outlook)
        stops = waves.started[:, year, None] & (started(before, climate, equipment) < 1)
        stops &= (year < last) & (due > 0)
        decided = np.maximum(year, last - sampling.value("build"))
        later = np.maximum(year + waves.left[:, year, None] + restart - decided, 0.0)
        stops &= later > 0
        first = np.where(stops, np.minimum(first, year), first)
        last = np.where(stops, last + later, last)
    for year in range(alive.shape[1]):
        alive[:, year] *= ~((first <= year) & (year < last))


def plant_of(project: ProjectLike) -> Plant:
    """A project as a plant; whether it is completed is not this room's question."""
    return Plant(
        id=project.id,
        form=project.form,
        country=project.country,
        capacity=project.capacity,
        low=project.capacity,
        high=project.capacity,
        status=project.standing,
        start=project.plan,
        owner=project.owner,
        technology=project.technology,
        feed=(),
        completion=0.0,
        lineage=(),
    )
