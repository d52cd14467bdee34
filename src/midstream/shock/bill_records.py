"""Lineage of a bill's numbers: the user's own figures as leaves, results with their formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.vocabulary import known
from midstream.shock.bill import Bill, Item
from midstream.shock.bill_path import SupplyPath


@dataclass(frozen=True, slots=True)
class Recorder:
    """Enters the numbers of one bill into a ledger.

    Attributes:
        bill: The bill.
        evidence: The release.
        ledger: Where nodes go.
        currency: Currency of all money.
    """

    bill: Bill
    evidence: Evidence
    ledger: Ledger
    currency: str

    def run(self, path: SupplyPath) -> SupplyPath:
        """Enter the run as one node, and give the path with it as its only lineage."""
        lineage = f"f:shock.bill.run/{path.form}/{path.country}"
        quantity = spread(path.delivered.mean(axis=1), "ratio", lineage)
        title = f"Deliveries that the bill is evaluated on: {path.form}, {path.country}"
        self.enter(quantity, title, path.lineage, "deliveries over base, mean over the months")
        return replace(path, lineage=(lineage,))

    def figure(self, item: Item, column: str) -> str | None:
        """Enter a figure of a row as a leaf ``user:bill/<row>/<column>``; ``None`` where blank."""
        number = getattr(item, column)
        if number is None:
            return None
        per_year = {"quantity": f"{item.unit or 'count'}/yr", "value": f"{item.currency}/yr"}
        lineage = f"user:bill/{item.row}/{column}"
        # Nobody but the user has seen the figure, so it carries the label of the unverified.
        quantity = Quantity(number, None, None, per_year.get(column, "month"), "U", lineage)
        name = f"{column.replace('_', ' ')}: {item.name}"
        note = f"{self.bill.file}:{item.row}"
        self.ledger.add(Node(lineage, "observation", name, quantity, note=note))
        return lineage

    def figures(self, item: Item, columns: Sequence[str]) -> tuple[str, ...]:
        """Enter several figures of a row; blanks are left out."""
        found = (self.figure(item, column) for column in columns)
        return tuple(lineage for lineage in found if lineage)

    def enter(self, quantity: Quantity, name: str, inputs: Sequence[str], formula: str) -> Quantity:
        """Enter a result; inputs that the ledger does not hold are named all the same."""
        unique = tuple(dict.fromkeys(inputs))
        node = Node(quantity.lineage, "formula", name, quantity, inputs=unique, formula=formula)
        self.ledger.add(node)
        return quantity

    def rate(self, currency: str) -> tuple[float, tuple[str, ...]]:
        """Units of the bill's currency per unit of another, latest year on file, with lineage.

        Raises:
            InputError: if no rate is on file.
        """
        if currency == self.currency:
            return 1.0, ()
        rows = [row for row in self.evidence.table("fx").rows if row["currency"] == currency]
        known(currency, {row["currency"] for row in rows}, "currency")
        row = max(rows, key=lambda row: str(row["year"]))
        lineage = f"fx:{currency}/{row['year']}"
        label = self.evidence.label_of_sources(row["source"])
        quantity = Quantity(row["per_usd"], None, None, f"{currency}/USD", label, lineage)
        source = ";".join(row["source"])
        name = f"Mean reference rate {row['year']}: {currency} per USD"
        self.ledger.add(Node(lineage, "observation", name, quantity, source=source))
        return 1.0 / row["per_usd"], (lineage,)


def spread(draws: Floats, unit: str, lineage: str) -> Quantity:
    """Median with the 10 % and 90 % points; a point at infinity is left without a number.

    Points are draws themselves (inverted distribution), so that infinities never mix with numbers.
    """
    points = np.quantile(draws, [0.1, 0.5, 0.9], method="inverted_cdf")
    low, value, high = (float(point) if np.isfinite(point) else None for point in points)
    if len(draws) == 1:
        low = high = None
    return Quantity(value, low, high, unit, "modelled", lineage)


def mean_spread(draws: Floats, unit: str, lineage: str) -> Quantity:
    """Mean with the 10 % and 90 % points, widened to hold the mean where a few draws carry it."""
    mean = float(np.mean(draws))
    low, high = (float(point) for point in np.quantile(draws, [0.1, 0.9]))
    return Quantity(mean, min(low, mean), max(high, mean), unit, "modelled", lineage)
