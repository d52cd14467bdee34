"""Entrants: plants of a form outside the incumbent, with what decides whether they live."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.plants import Plant
from midstream.chain.world import World
from midstream.counterstrategy.costs import Costs, costs_by_ratio
from midstream.counterstrategy.cover import Cover, cover_of
from midstream.counterstrategy.incumbent import Incumbent, checked, incumbent_of
from midstream.counterstrategy.sampling import Sampling
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.terms import suggestion

#: Statuses of plants that have been or are being built: they decide on cash, not on a price.
BUILT = frozenset({"operating", "ramping", "construction"})
#: Statuses of plants that nobody counts on.
GONE = frozenset({"cancelled"})
#: Costs of a plant: (plant, incumbent, sampling) -> costs.
CostModel = Callable[[Plant, Incumbent, Sampling], Costs]


@dataclass(frozen=True, slots=True)
class Entrant:
    """A plant outside the incumbent.

    Attributes:
        facility, name, form, country, owner: As on record.
        status: Status on record.
        built: Whether it stands or is being built; others have yet to decide.
        capacity: Nameplate in the form's unit, > 0.
        expected: Output the incumbent has to expect, t a year: nameplate times utilisation times
            the chance of completion of its status.
        cash, fixed, incentive: Costs and the price it waits for, USD per kg, shape (draw,).
        buffer: Months of cash cost and debt service it holds in cash, shape (draw,).
        patience_low, patience_high: Ends of the years its owner bears losses, shape (draw,).
        relief: Chance that it is relieved in loss, shape (draw,); 0 without public support.
        covers: Shares of output, 0..1, with the floor they stand under, USD per kg; 0 where the
            terms name none. Layers lie over each other: the best floor of a unit counts.
        guaranteed: Whether its result is guaranteed whatever the price.
        fed: Whether feed comes from the incumbent.
        exposed: Chance that it needs equipment of the incumbent.
        basis: Where its costs come from: ``archetype``, ``ratio`` or ``given``.
        lineage: Ids it rests on.
    """

    facility: str
    name: str
    form: str
    country: str
    owner: str
    status: str
    built: bool
    capacity: float
    expected: float
    cash: Floats
    fixed: Floats
    incentive: Floats
    buffer: Floats
    patience_low: Floats
    patience_high: Floats
    relief: Floats
    covers: tuple[tuple[float, float], ...]
    guaranteed: bool
    fed: bool
    exposed: float
    basis: str
    lineage: tuple[str, ...]

    @property
    def covered(self) -> float:
        """Share of output under a floor or a guarantee, 0..1."""
        return max((share for share, _ in self.covers), default=0.0)

    @property
    def floor(self) -> float | None:
        """Highest floor, USD per kg; ``None`` without one."""
        return max((floor for _, floor in self.covers if floor > 0), default=None)


def entrants(
    evidence: Evidence,
    world: World,
    form: str,
    incumbent: str = "",
    names: Sequence[str] | None = None,
    draws: int = 2000,
    seed: int = 1,
    *,
    price: float | None = None,
    ledger: Ledger | None = None,
    costs: CostModel = costs_by_ratio,
) -> tuple[Entrant, ...]:
    """Give the entrants of a form.

    Args:
        evidence: The release.
        world: The world of the base year; plants that a change added count.
        form: Scored form.
        incumbent: Country; blank takes the dominant supplier.
        names: Facilities to take; ``None`` takes all with a capacity on record.
        draws, seed: Monte Carlo.
        price: Reference price, USD per kg.
        ledger: Where lineage is entered; the world's ledger is only read.
        costs: Costs of a plant.

    Returns:
        Entrants in the order of their facility ids. Streams are named by facility: another plant
        or a lever never shifts the numbers of one.

    Raises:
        InputError: if form, incumbent or a facility is unknown, or a facility is the incumbent's.
    """
    sampling = Sampling.of(evidence, draws, seed)
    book = Ledger(base=world.ledger) if ledger is None else ledger
    leader = incumbent_of(evidence, world, form, incumbent, sampling, book, price)
    plants = chosen(world, form, leader.country, names)
    found = (entrant_of(plant, leader, sampling, book, costs) for plant in plants)
    return tuple(in_world(one, world) for one in found)


def chosen(
    world: World, form: str, incumbent: str, names: Sequence[str] | None = None
) -> tuple[Plant, ...]:
    """Give the plants of a form outside the incumbent that have a capacity, by id.

    Raises:
        InputError: if a named facility is unknown, of another form, the incumbent's, cancelled or
            without capacity.
    """
    checked(world, form, incumbent)
    here = {plant.id: plant for plant in world.plants if plant.form == form}
    usable = {name: plant for name, plant in here.items() if _usable(plant, incumbent)}
    if names is None:
        return tuple(usable[name] for name in sorted(usable))
    for name in names:
        if name not in usable:
            raise _refused(name, here.get(name), form, incumbent, usable, world)
    return tuple(usable[name] for name in sorted(set(names)))


def _usable(plant: Plant, incumbent: str) -> bool:
    own = incumbent in (plant.country, plant.owner)
    return not own and bool(plant.capacity) and plant.status not in GONE


def _refused(
    name: str,
    plant: Plant | None,
    form: str,
    incumbent: str,
    usable: Sequence[str] | dict[str, Plant],
    world: World,
) -> InputError:
    mend = suggestion(name, list(usable)) or "take one of: " + ", ".join(sorted(usable)[:6])
    if plant is None:
        why = f"no facility of {world.names.form(form)} has that id"
        return InputError(f"unknown facility {name!r}", where="entrants", why=why, mend=mend)
    if incumbent in (plant.country, plant.owner):
        why = f"it stands in {plant.country} and belongs to {plant.owner or 'an owner unknown'}"
        what = f"{name} is the incumbent's own"
        return InputError(what, where="entrants", why=why, mend=mend)
    what = f"{name} cannot be followed"
    why = "it is cancelled" if plant.status in GONE else "its capacity is not on record"
    return InputError(what, where="entrants", why=why, mend=mend)


def entrant_of(
    plant: Plant,
    incumbent: Incumbent,
    sampling: Sampling,
    ledger: Ledger,
    costs: CostModel = costs_by_ratio,
    facility: str = "",
) -> Entrant:
    """Give one plant as an entrant.

    Args:
        plant: Its id names its streams.
        incumbent, sampling: Who moves, and the draws.
        ledger: Where lineage is entered.
        costs: Costs of a plant.
        facility: Row of the facility register its cover is looked up for; blank takes the id.
    """
    money = costs(plant, incumbent, sampling)
    cover = cover_of(sampling.evidence, replace(plant, id=facility or plant.id), ledger)
    level = sampling.shared("patience.level")
    patience = sampling.evidence.parameter("counter.patience")
    capacity = float(plant.capacity or 0.0)
    share, used = _expected_share(sampling.evidence, plant)
    return Entrant(
        facility=plant.id,
        name=_name(sampling.evidence, plant),
        form=plant.form,
        country=plant.country,
        owner=plant.owner,
        status=plant.status,
        built=plant.status in BUILT,
        capacity=capacity,
        expected=capacity * share,
        cash=money.cash,
        fixed=money.fixed,
        incentive=money.incentive,
        buffer=sampling.own("buffer", plant.id) * sampling.shared("buffer.level"),
        patience_low=level * float(patience.low or 0.0),
        patience_high=level * float(patience.high or 0.0),
        relief=_relief(cover, sampling),
        covers=((cover.share, cover.floor or 0.0),) if cover.share else (),
        guaranteed=cover.guaranteed,
        fed=incumbent.country in plant.feed,
        exposed=_exposed(plant, incumbent, sampling),
        basis=money.basis,
        lineage=tuple(dict.fromkeys((*plant.lineage, *money.lineage, *cover.lineage, *used))),
    )


def in_world(entrant: Entrant, world: World) -> Entrant:
    """Give an entrant what changes have done to its world: a price floor, a factor on costs.

    A floor under the price of the form is one more cover, of the whole output.
    """
    scale = world.cost_scale.get((entrant.form, entrant.country), 1.0)
    floor = world.price_floor.get(entrant.form)
    changed = replace(
        entrant,
        cash=entrant.cash * scale,
        fixed=entrant.fixed * scale,
        incentive=entrant.incentive * scale,
    )
    if floor is None:
        return changed
    return replace(changed, covers=(*entrant.covers, (1.0, floor)))


def _name(evidence: Evidence, plant: Plant) -> str:
    for row in evidence.table("facilities").rows:
        if row["id"] == plant.id:
            return str(row["name"])
    return plant.id


def _relief(cover: Cover, sampling: Sampling) -> Floats:
    return sampling.shared("relief") if cover.supported else np.zeros(sampling.draws)


def _exposed(plant: Plant, incumbent: Incumbent, sampling: Sampling) -> float:
    """Chance that a plant needs the incumbent's equipment; technology on record decides."""
    if plant.status in BUILT:
        return 0.0
    if not plant.technology:
        return sampling.value("ban.exposed")
    return 1.0 if plant.technology == incumbent.country else 0.0


def _expected_share(evidence: Evidence, plant: Plant) -> tuple[float, tuple[str, ...]]:
    """Utilisation times the chance that the plant is ever completed."""
    used = f"completion.{plant.status}"
    chance = plant.completion
    if chance is None:
        chance = float(evidence.parameter(used).value or 0.0)
    utilisation = float(evidence.parameter("utilisation").value or 0.0)
    return chance * utilisation, (f"par:{used}", "par:utilisation")
