"""From arrays to quantities with lineage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.counterstrategy.sampling import Sampling
from midstream.evidence import Ledger, Node, Quantity
from midstream.evidence.quantity import Label

#: Ends of the 80 % interval.
ENDS = (0.1, 0.9)


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes quantities and enters their nodes.

    Attributes:
        ledger: Where nodes are entered.
        sampling: Draws and sets.
        place: Part of lineage ids that tells runs apart: ``form`` and what was asked.
    """

    ledger: Ledger
    sampling: Sampling
    place: str

    def money(self, draws: Floats, name: str, title: str, how: str, *ids: str) -> Quantity:
        """Mean over the draws with their 80 % interval, USD million."""
        low, high = np.quantile(draws, ENDS)
        return self.known(float(draws.mean()), "USD million", name, title, how, ids, low, high)

    def drawn(
        self, draws: Floats, unit: str, name: str, title: str, ids: Sequence[str]
    ) -> Quantity:
        """Median of the draws with their 80 % interval."""
        low, middle, high = np.quantile(draws, (ENDS[0], 0.5, ENDS[1]))
        return self.known(float(middle), unit, name, title, "median of the draws", ids, low, high)

    def chance(
        self, draws: Floats, name: str, title: str, how: str, ids: Sequence[str], scale: float = 1.0
    ) -> Quantity:
        """Mean of a probability; its interval lies between sets of shared assumptions.

        A scale of 100 gives %, of 1 a probability.
        """
        means = self.sampling.by_set(draws) * scale
        low, high = np.quantile(means, ENDS)
        unit = "probability" if scale == 1.0 else "%"
        return self.known(float(draws.mean()) * scale, unit, name, title, how, ids, low, high)

    def known(
        self,
        value: float | None,
        unit: str,
        name: str,
        title: str,
        how: str,
        ids: Sequence[str] = (),
        low: float | None = None,
        high: float | None = None,
    ) -> Quantity:
        """A quantity from its numbers; the interval takes in the value."""
        lineage = f"f:counter.{name}/{self.place}"
        if value is not None and low is not None and high is not None:
            low, high = min(float(low), value), max(float(high), value)
        label: Label | None = None if value is None else "modelled"
        quantity = Quantity(value, low, high, unit, label, lineage)
        inputs = tuple(dict.fromkeys(ids))
        self.ledger.add(Node(lineage, "formula", title, quantity, inputs=inputs, formula=how))
        return quantity
