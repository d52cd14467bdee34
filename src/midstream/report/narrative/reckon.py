"""Numbers the prose itself computes (counts, medians, ranks), each with a lineage of its own."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from midstream.evidence.lineage import Ledger, Node
from midstream.evidence.quantity import Label, Quantity


@dataclass(frozen=True, slots=True)
class Reckoner:
    """Enters what the prose counts into a ledger that stands on the ledger of the study."""

    ledger: Ledger

    def number(
        self,
        key: str,
        value: float,
        unit: str,
        name: str,
        inputs: Iterable[str],
        formula: str,
        label: Label = "modelled",
    ) -> Quantity:
        """Enter a computed number.

        Args:
            key: Place in the words, made part of the lineage id.
            value: The number.
            unit: Its unit.
            name: What it is, in words.
            inputs: Lineage ids it was computed from.
            formula: The formula in words.
            label: Its label; counts and other sums over results are modelled.
        """
        lineage = f"f:report.words/{key}"
        quantity = Quantity(value, value, value, unit, label, lineage)
        known = tuple(dict.fromkeys(one for one in inputs if one in self.ledger))
        self.ledger.add(Node(lineage, "formula", name, quantity, None, known, formula))
        return quantity

    def count(
        self, key: str, found: Sequence[object], name: str, inputs: Iterable[str]
    ) -> Quantity:
        """Enter how many things were found; `name` says what was counted."""
        return self.number(key, len(found), "count", name, inputs, "number of rows that qualify")

    def median(self, key: str, values: Sequence[Quantity], name: str) -> Quantity:
        """Enter the median of quantities that have a value, in their unit.

        Raises:
            statistics.StatisticsError: if none has a value.
        """
        known = [one for one in values if one.value is not None]
        middle = statistics.median(one.value for one in known if one.value is not None)
        inputs = [one.lineage for one in known]
        return self.number(key, middle, known[0].unit, name, inputs, "median of the inputs")
