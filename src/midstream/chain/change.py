"""Changes: typed differences to a world. Everything that happens to a world is one of these.

Each change is immutable data with one pure method, ``apply(world) -> world``. A shock, a lever, a
plant and a counter-move all become changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from midstream.chain.estimate import Estimate
from midstream.chain.plants import Plant
from midstream.chain.world import Cell, Flow, Mix, World
from midstream.errors import InputError
from midstream.evidence import Node, Quantity
from midstream.terms import suggestion

Key = TypeVar("Key")
Value = TypeVar("Value")


class Change(Protocol):
    """A typed difference to a world."""

    def apply(self, world: World) -> World:
        """Give the changed world; the world given stays as it is."""
        ...


@dataclass(frozen=True, slots=True)
class CapacityChange:
    """A plant more (or a project): nameplate in the form's unit, a start and a status.

    Attributes:
        id: Id of the project; its draws are named by it, so other projects keep theirs.
        form, country: Where.
        capacity: Nameplate >= 0.
        start: Year of start.
        status: As in the facility register; ``construction`` by default.
        owner, technology, feed: Countries; the country itself by default.
        completion: Probability of completion in place of the status's.
    """

    id: str
    form: str
    country: str
    capacity: float
    start: float
    status: str = "construction"
    owner: str = ""
    technology: str = ""
    feed: tuple[str, ...] = ()
    completion: float | None = None

    def apply(self, world: World) -> World:
        """Add the project; the same id twice is refused."""
        _place(world, self.form, self.country)
        _in_range("capacity", self.capacity, 0, float("inf"))
        if any(plant.id == self.id for plant in world.plants):
            raise InputError(
                f"a plant with id {self.id!r} is already in the world",
                where="CapacityChange.id",
                why="two plants with one id would share their draws",
                mend="give the project an id of its own",
            )
        plant = Plant(
            id=self.id,
            form=self.form,
            country=self.country,
            capacity=self.capacity,
            low=self.capacity,
            high=self.capacity,
            status=self.status,
            start=self.start,
            owner=self.owner or self.country,
            technology=self.technology or self.country,
            feed=self.feed,
            completion=self.completion,
            lineage=(f"change:{self.id}",),
        )
        changed = world.with_parts(plants=(*world.plants, plant))
        _note(changed, f"change:{self.id}", "Capacity added", self.capacity, world.units[self.form])
        return changed


@dataclass(frozen=True, slots=True)
class OutputChange:
    """Output today multiplied by a factor >= 0 (an outage, a mine closed, a line opened).

    Where the country's activity at a device is on record it follows, and with it the need of
    everything the device is made of; the need of other countries stays as it is.
    """

    form: str
    country: str
    factor: float

    def apply(self, world: World) -> World:
        """Scale the output estimate of the cell; bounds scale with it."""
        cell = _place(world, self.form, self.country)
        _in_range("factor", self.factor, 0, float("inf"))
        outputs = _with(world.outputs, cell, self._scaled(world.outputs[cell]))
        activity = world.activity
        if cell in activity:
            activity = _with(activity, cell, self._scaled(activity[cell]))
        changed = world.with_parts(outputs=outputs, activity=activity)
        self._enter(changed, "Output", world.outputs[cell], outputs[cell])
        if cell in activity:
            self._enter(changed, "Share of world activity", world.activity[cell], activity[cell])
        return changed

    def _scaled(self, before: Estimate) -> Estimate:
        return before.scaled(self.factor, _again(before.lineage))

    def _enter(self, world: World, noun: str, before: Estimate, after: Estimate) -> None:
        place = world.names.cell(self.form, self.country)
        world.ledger.add(
            Node(
                after.lineage,
                "formula",
                f"{noun}, changed: {place}",
                after.quantity(),
                inputs=(before.lineage,),
                formula=f"{noun.lower()} x {self.factor:g}",
            )
        )


@dataclass(frozen=True, slots=True)
class FlowRestriction:
    """Trade of a form from one country to some others cut by a depth 0..1 (1 is a ban)."""

    form: str
    exporter: str
    importers: tuple[str, ...]
    depth: float

    def apply(self, world: World) -> World:
        """Scale the flows by ``1 - depth``; no importer named means all."""
        _known(self.form, world.forms, "FlowRestriction.form")
        _in_range("depth", self.depth, 0, 1)
        traders = _traders(world)
        for country in (self.exporter, *self.importers):
            _known(country, traders, "FlowRestriction.country")
        flows = tuple(self._cut(flow) for flow in world.flows.get(self.form, ()))
        return world.with_parts(flows=_with(world.flows, self.form, flows))

    def _cut(self, flow: Flow) -> Flow:
        hit = flow.exporter == self.exporter
        if not hit or (self.importers and flow.importer not in self.importers):
            return flow
        left = 1 - self.depth
        quantity = None if flow.quantity_t is None else flow.quantity_t * left
        return replace(flow, value_kusd=flow.value_kusd * left, quantity_t=quantity)


@dataclass(frozen=True, slots=True)
class PriceSupport:
    """A floor under the price of a form, USD per kg; the higher of two floors stands."""

    form: str
    floor: float

    def apply(self, world: World) -> World:
        """Put the floor in place."""
        _known(self.form, world.forms, "PriceSupport.form")
        _in_range("floor", self.floor, 0, float("inf"))
        floor = max(self.floor, world.price_floor.get(self.form, 0.0))
        return world.with_parts(price_floor=_with(world.price_floor, self.form, floor))


@dataclass(frozen=True, slots=True)
class CostChange:
    """Cost of making a form in a country multiplied by a factor > 0."""

    form: str
    country: str
    factor: float

    def apply(self, world: World) -> World:
        """Scale the cost; factors multiply."""
        cell = _place(world, self.form, self.country)
        _in_range("factor", self.factor, 1e-9, float("inf"))
        scale = world.cost_scale.get(cell, 1.0) * self.factor
        return world.with_parts(cost_scale=_with(world.cost_scale, cell, scale))


@dataclass(frozen=True, slots=True)
class ProbabilityChange:
    """Completion probability of one project, 0..1."""

    plant: str
    completion: float

    def apply(self, world: World) -> World:
        """Set the probability of the project."""
        _in_range("completion", self.completion, 0, 1)
        _known(self.plant, tuple(p.id for p in world.plants), "ProbabilityChange.plant")
        plants = tuple(
            replace(p, completion=self.completion) if p.id == self.plant else p
            for p in world.plants
        )
        return world.with_parts(plants=plants)


@dataclass(frozen=True, slots=True)
class DemandChange:
    """Need of a form in a country multiplied by a factor >= 0; factors multiply."""

    form: str
    country: str
    factor: float

    def apply(self, world: World) -> World:
        """Scale the need."""
        cell = _place(world, self.form, self.country)
        _in_range("factor", self.factor, 0, float("inf"))
        scale = world.need_scale.get(cell, 1.0) * self.factor
        return world.with_parts(need_scale=_with(world.need_scale, cell, scale))


@dataclass(frozen=True, slots=True)
class OwnershipChange:
    """Ownership of a cell by category: domestic, joint, allied, dominant or unknown."""

    form: str
    country: str
    category: str

    def apply(self, world: World) -> World:
        """Put the whole cell in the category."""
        cell = _place(world, self.form, self.country)
        _known(self.category, CATEGORIES, "OwnershipChange.category")
        mix: Mix = {self.category: 1.0}
        return world.with_parts(ownership=_with(world.ownership, cell, mix))


@dataclass(frozen=True, slots=True)
class TechnologyChange:
    """Technology of a cell by category; joint is a licence with transfer."""

    form: str
    country: str
    category: str

    def apply(self, world: World) -> World:
        """Put the whole cell in the category."""
        cell = _place(world, self.form, self.country)
        _known(self.category, CATEGORIES, "TechnologyChange.category")
        mix: Mix = {self.category: 1.0}
        return world.with_parts(technology=_with(world.technology, cell, mix))


CATEGORIES = ("domestic", "joint", "allied", "dominant", "unknown")


def _with(before: Mapping[Key, Value], key: Key, value: Value) -> dict[Key, Value]:
    return {**before, key: value}


def _place(world: World, form: str, country: str) -> Cell:
    _known(form, world.forms, "form")
    _known(country, tuple(dict.fromkeys(c for _, c in world.outputs)), "country")
    if (form, country) not in world.outputs:
        raise InputError(
            f"{country} has no cell at {form}",
            where="country",
            why="the world was built for other countries",
            mend="add the country to the study",
        )
    return form, country


def _traders(world: World) -> tuple[str, ...]:
    """Every country the world knows anything of: output, trade, or its place in the study."""
    makers = (country for _, country in world.outputs)
    flows = (flow for one in world.flows.values() for flow in one)
    ends = (end for flow in flows for end in (flow.exporter, flow.importer))
    return tuple(dict.fromkeys((*world.countries, *makers, *ends)))


def _known(word: str, vocabulary: tuple[str, ...], where: str) -> None:
    if word not in vocabulary:
        raise InputError(
            f"unknown {word!r}",
            where=where,
            why="the world holds nothing of that name",
            mend=suggestion(word, vocabulary),
        )


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise InputError(
            f"{name} is {value:g}",
            where=name,
            why=f"it has to lie between {low:g} and {high:g}",
            mend="correct the number",
        )


def _again(lineage: str) -> str:
    """A lineage id for the changed version of a number."""
    base, _, count = lineage.partition("#")
    return f"{base}#{int(count or 1) + 1}"


def _note(world: World, lineage: str, title: str, value: float, unit: str) -> None:
    quantity = Quantity(value, None, None, unit, "modelled", lineage)
    world.ledger.add(Node(lineage, "assumption", title, quantity, note="part of a change"))
