"""Companies at their stages: plants, expected output, what a push adds to each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from midstream.beneficiaries.entries import Entries
from midstream.chain.estimate import Component
from midstream.chain.plants import Plant
from midstream.chain.world import World
from midstream.evidence import Evidence, Quantity
from midstream.evidence.tables import Row

#: Why a company carries no figure.
NO_CAPACITY = "named, not quantifiable: no capacity on record"


@dataclass(frozen=True, slots=True)
class Expected:
    """Expected output of a plant: capacity times the probability that it is completed.

    Attributes:
        plant: The plant.
        probability: P(complete).
        capacity: Nameplate and its ends.
        lineage: Ids behind both.
    """

    plant: Plant
    probability: float
    capacity: Component
    lineage: tuple[str, ...]

    @property
    def output(self) -> float:
        """Capacity times probability."""
        return self.capacity.value * self.probability


@dataclass(frozen=True, slots=True)
class Holding:
    """Plants of one company, or of nobody on file, that make one form in one country.

    Attributes:
        company: Id of the company; blank for plants of nobody on file.
        form, country: What and where.
        plants: Plants with a capacity on record.
        output: Expected output in the unit of the form.
    """

    company: str
    form: str
    country: str
    plants: tuple[Expected, ...]
    output: Quantity

    @property
    def value(self) -> float:
        """Expected output as a number."""
        return float(self.output.value or 0.0)

    def to_dict(self) -> dict[str, Any]:
        """Give the holding as JSON."""
        return {
            "form": self.form,
            "country": self.country,
            "plants": [one.plant.id for one in self.plants],
            "expected": self.output.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Company:
    """A company on file.

    Attributes:
        id, name, country, layer, stage, role: As on file.
        holdings: What it is expected to make; empty where no capacity is on record.
        unsized: Its plants on record without a capacity in the unit of a scored form.
        source: Ids of the source register.
    """

    id: str
    name: str
    country: str
    layer: str
    stage: str
    role: str
    holdings: tuple[Holding, ...]
    unsized: tuple[str, ...]
    source: tuple[str, ...]

    @property
    def why(self) -> str:
        """Why it carries no figure; blank where it does."""
        return "" if self.holdings else NO_CAPACITY

    def to_dict(self) -> dict[str, Any]:
        """Give the company as JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "country": self.country,
            "layer": self.layer,
            "stage": self.stage,
            "role": self.role,
            "holdings": [one.to_dict() for one in self.holdings],
            "unsized": list(self.unsized),
            "why": self.why,
            "source": list(self.source),
        }


def yearly(unit: str) -> str:
    """Unit of an output a year; shares of world output are a year's already."""
    return unit if "/" in unit or unit.startswith("%") else f"{unit}/yr"


def probability_of(evidence: Evidence, plant: Plant) -> tuple[float, str]:
    """P(complete) of a plant and its lineage: its own, or that of its status."""
    if plant.completion is not None:
        return plant.completion, plant.lineage[0]
    found = evidence.parameter(f"completion.{plant.status}")
    return float(found.value or 0.0), found.lineage


def expected(evidence: Evidence, plant: Plant) -> Expected | None:
    """Expected output of a plant; ``None`` where its capacity is not on record."""
    if plant.capacity is None:
        return None
    probability, lineage = probability_of(evidence, plant)
    capacity = Component(
        plant.capacity, min(plant.low, plant.capacity), max(plant.high, plant.capacity)
    )
    return Expected(plant, probability, capacity, (*plant.lineage, lineage))


def companies(entries: Entries, world: World) -> tuple[Company, ...]:
    """Give the companies on file with what their plants are expected to make."""
    plants = {plant.id: plant for plant in world.plants}
    rows = entries.evidence.table("companies").rows
    return tuple(_company(entries, world, row, plants) for row in rows)


def unnamed(entries: Entries, world: World) -> tuple[Holding, ...]:
    """Expected output of plants that belong to no company on file, by form and country."""
    named = {
        one for row in entries.evidence.table("companies").rows for one in row["facilities"] or ()
    }
    left = [plant for plant in world.plants if plant.id not in named]
    return _holdings(entries, world, "", "plants of other companies", left)


def _company(entries: Entries, world: World, row: Row, plants: Mapping[str, Plant]) -> Company:
    names = row["facilities"] or ()
    own = [plants[name] for name in names if name in plants]
    sized = {plant.id for plant in own if plant.capacity is not None}
    return Company(
        id=row["id"],
        name=row["name"],
        country=row["country"],
        layer=row["layer"],
        stage=row["stage"] or "",
        role=row["role"] or "",
        holdings=_holdings(entries, world, row["id"], row["name"], own),
        unsized=tuple(name for name in names if name not in sized),
        source=tuple(row["source"]),
    )


def _holdings(
    entries: Entries, world: World, company: str, name: str, plants: Sequence[Plant]
) -> tuple[Holding, ...]:
    cells: dict[tuple[str, str], list[Expected]] = {}
    for plant in plants:
        found = expected(entries.evidence, plant)
        if found is not None and plant.status != "cancelled":
            cells.setdefault((plant.form, plant.country), []).append(found)
    return tuple(
        _holding(entries, world, company, name, cell, found) for cell, found in cells.items()
    )


def _holding(
    entries: Entries,
    world: World,
    company: str,
    name: str,
    cell: tuple[str, str],
    plants: Sequence[Expected],
) -> Holding:
    form, country = cell
    output = sum(one.output for one in plants)
    low = sum(one.capacity.low * one.probability for one in plants)
    high = sum(one.capacity.high * one.probability for one in plants)
    quantity = entries.formula(
        f"expected/{company or 'others'}/{country}/{form}",
        f"Expected output of {name}: {world.names.cell(form, country)}",
        (output, low, high),
        yearly(world.units[form]),
        [i for one in plants for i in one.lineage],
        "sum over plants of capacity x P(complete)",
    )
    return Holding(company, form, country, tuple(plants), quantity)


def new_plant(
    entries: Entries, world: World, name: str, form: str, country: str, output: Component
) -> Holding:
    """The plant a lever adds, its owners not named; its output already weighed by its odds."""
    quantity = entries.formula(
        f"expected/{name}/{country}/{form}",
        f"Expected output of a new plant: {world.names.cell(form, country)}",
        (output.value, output.low, output.high),
        yearly(world.units[form]),
        (),
        "capacity x P(complete)",
    )
    return Holding(name, form, country, (), quantity)
