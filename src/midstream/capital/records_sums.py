"""Sums over layers on record, each entered with the layers it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from midstream.capital.payers_kind import public_part
from midstream.capital.records_layer import Layer
from midstream.evidence import Ledger, Node, Quantity, worst_label

STANDINGS = ("committed", "conditional", "announced")


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums for one plant, company or payer.

    Attributes:
        ledger: Where they are entered.
        place: Last part of their lineage ids.
        name: What they are for, in words.
        unit: USD of a year.
    """

    ledger: Ledger
    place: str
    name: str
    unit: str

    def known(self, layers: Sequence[Layer]) -> Quantity:
        """All money; missing where no layer has an amount."""
        return self._sum("known", "Money on record", layers)

    def by_status(self, layers: Sequence[Layer]) -> Mapping[str, Quantity]:
        """Money by standing; a standing without layers is missing."""
        found = {}
        for status in STANDINGS:
            held = [layer for layer in layers if layer.status == status]
            found[status] = self._sum(status, f"Money {status}", held)
        return found

    def public(self, layers: Sequence[Layer]) -> Quantity:
        """Public money; a layer of public and private money opens its ends."""
        if not layers:
            return self._missing("public", self.unit)
        low, high = _public(layers)
        return self._enter(
            "public",
            "Public money on record",
            (low, low, high),
            self.unit,
            layers,
            "sum of the layers of states, development banks and export credit agencies; "
            "high counts mixed layers whole",
        )

    def public_share(self, layers: Sequence[Layer]) -> Quantity:
        """Public money in percent of all money on record."""
        total = _total(layers)
        if not layers or total <= 0:
            return self._missing("public-share", "%")
        low, high = (100 * part / total for part in _public(layers))
        return self._enter(
            "public-share",
            "Public share of the money on record",
            (low, low, high),
            "%",
            layers,
            "100 x public money / money on record; high counts mixed layers whole",
        )

    def public_of_cost(self, layers: Sequence[Layer], cost: Quantity | None) -> Quantity:
        """Public money in percent of the capital cost."""
        if not layers or cost is None or not cost.value:
            return self._missing("public-of-cost", "%")
        low, high = (100 * part / cost.value for part in _public(layers))
        return self._enter(
            "public-of-cost",
            "Public money over the capital cost",
            (low, low, high),
            "%",
            layers,
            "100 x public money / capital cost on record; high counts mixed layers whole",
            (cost,),
        )

    def covered(self, known: Quantity, cost: Quantity | None) -> Quantity:
        """Known money in percent of the capital cost."""
        if known.value is None or cost is None or not cost.value:
            return self._missing("covered", "%")
        value = 100 * known.value / cost.value
        formula = "100 x money on record / capital cost on record"
        return self._ratio("covered", "Capital cost covered", value, "%", (known, cost), formula)

    def found_gap(self, known: Quantity, cost: Quantity | None) -> Quantity:
        """Capital cost that no layer on record covers."""
        if cost is None or cost.value is None:
            return self._missing("found-gap", self.unit)
        value = max(0.0, cost.value - (known.value or 0.0))
        formula = "max(0, capital cost on record - money on record)"
        return self._ratio(
            "found-gap", "Cost not covered on record", value, self.unit, (known, cost), formula
        )

    def _lineage(self, what: str) -> str:
        return f"f:capital.record.{what}/{self.place}/{self.unit.rpartition(' ')[2]}"

    def _sum(self, what: str, words: str, layers: Sequence[Layer]) -> Quantity:
        if not layers:
            return self._missing(what, self.unit)
        total = _total(layers)
        formula = "sum of the layers in USD of one year"
        return self._enter(what, words, (total, None, None), self.unit, layers, formula)

    def _enter(
        self,
        what: str,
        words: str,
        figures: tuple[float, float | None, float | None],
        unit: str,
        layers: Sequence[Layer],
        formula: str,
        more: Sequence[Quantity] = (),
    ) -> Quantity:
        value, low, high = figures
        if low == high:
            low = high = None
        held = [*(layer.real for layer in layers), *more]
        label = worst_label([one.label for one in held])
        quantity = Quantity(value, low, high, unit, label, self._lineage(what))
        inputs = tuple(one.lineage for one in held)
        self.ledger.add(self._node(quantity, words, inputs, formula))
        return quantity

    def _ratio(
        self,
        what: str,
        words: str,
        value: float,
        unit: str,
        inputs: Sequence[Quantity],
        formula: str,
    ) -> Quantity:
        label = worst_label([one.label for one in inputs])
        quantity = Quantity(value, None, None, unit, label, self._lineage(what))
        names = tuple(one.lineage for one in inputs)
        self.ledger.add(self._node(quantity, words, names, formula))
        return quantity

    def _missing(self, what: str, unit: str) -> Quantity:
        quantity = Quantity(None, None, None, unit, None, self._lineage(what))
        self.ledger.add(self._node(quantity, "Not on record", (), "no amount on record"))
        return quantity

    def _node(self, quantity: Quantity, words: str, inputs: tuple[str, ...], formula: str) -> Node:
        name = f"{words}: {self.name}"
        return Node(quantity.lineage, "formula", name, quantity, inputs=inputs, formula=formula)


def _total(layers: Sequence[Layer]) -> float:
    return sum(layer.real.value or 0.0 for layer in layers)


def _public(layers: Sequence[Layer]) -> tuple[float, float]:
    """Least and most of some layers that is public money."""
    parts = [(layer.real.value or 0.0, *public_part(layer.payer_kind)) for layer in layers]
    return sum(a * low for a, low, _ in parts), sum(a * high for a, _, high in parts)
