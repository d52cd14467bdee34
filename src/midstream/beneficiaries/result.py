"""What a chain gives: rows of value added by stage, place and owner, as quantities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from midstream.beneficiaries.added import Added
from midstream.beneficiaries.basis import Basis
from midstream.chain.routes import Route
from midstream.evidence import Quantity


@dataclass(frozen=True, slots=True)
class StageRow:
    """Value added of a step, or of steps that are known only together.

    Attributes:
        forms, stages: Steps of the row, from the ore on.
        product: What the last of them is quoted as.
        amount: Units of its form in one functional unit.
        price: Its price per unit.
        added: Value added per functional unit.
        share: The same over the final price, %.
        outside: Priced inputs from outside the chain -> what they take off.
        unpriced: Inputs from outside the chain without a price; they are still inside ``added``.
    """

    forms: tuple[str, ...]
    stages: tuple[str, ...]
    product: str
    amount: Quantity
    price: Quantity
    added: Quantity
    share: Quantity
    outside: Mapping[str, Quantity]
    unpriced: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the row as JSON."""
        return {
            "forms": list(self.forms),
            "stage": "-".join(dict.fromkeys((self.stages[0], self.stages[-1]))),
            "product": self.product,
            "amount": self.amount.to_dict(),
            "price": self.price.to_dict(),
            "added": self.added.to_dict(),
            "share": self.share.to_dict(),
            "outside": {form: cost.to_dict() for form, cost in self.outside.items()},
            "unpriced": list(self.unpriced),
        }


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A step without a value added of its own: no value, and why."""

    form: str
    stage: str
    added: Quantity
    why: str

    def to_dict(self) -> dict[str, Any]:
        """Give the row as JSON."""
        return {
            "form": self.form,
            "stage": self.stage,
            "added": self.added.to_dict(),
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """Value added in one country, or of the owners of one country.

    Attributes:
        place: ISO-3 code; ``ROW`` output nobody names, ``?`` owners not on record, ``open`` steps
            that cannot be placed because they share one price.
        name: In words.
        value: Per functional unit; for countries without a value, the bounds steps that share a
            price allow.
        share: Over the final price, %.
    """

    place: str
    name: str
    value: Quantity
    share: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the row as JSON."""
        return {
            "place": self.place,
            "name": self.name,
            "value": self.value.to_dict(),
            "share": self.share.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class ChainValue:
    """Value added along a chain.

    Attributes:
        route: The chain.
        basis: Price basis.
        unit: Functional unit in words of the unit table, such as ``kg``.
        unit_form: Form it is a unit of; blank where nothing is priced.
        final: Price of the last priced form in one functional unit.
        outside: Outside inputs taken off.
        stages, open: Steps with and without a value of their own.
        locations, owners: The same value by country and by country of the owners.
        warnings: What a reader has to know.
        added: Arrays behind it.
    """

    route: Route
    basis: Basis
    unit: str
    unit_form: str
    final: Quantity
    outside: Quantity
    stages: tuple[StageRow, ...]
    open: tuple[OpenRow, ...]
    locations: tuple[PlaceRow, ...]
    owners: tuple[PlaceRow, ...]
    warnings: tuple[str, ...]
    added: Added = field(repr=False)

    def stage_of(self, form: str) -> StageRow | None:
        """Row of a step that has a value of its own."""
        return next((row for row in self.stages if row.forms == (form,)), None)

    def to_dict(self) -> dict[str, Any]:
        """Give the value as JSON."""
        return {
            "chain": self.route.id,
            "name": self.route.name,
            "unit": {"unit": self.unit, "form": self.unit_form},
            "basis": self.basis.to_dict(),
            "final": self.final.to_dict(),
            "outside": self.outside.to_dict(),
            "stages": [row.to_dict() for row in self.stages],
            "open": [row.to_dict() for row in self.open],
            "locations": [row.to_dict() for row in self.locations],
            "owners": [row.to_dict() for row in self.owners],
        }
