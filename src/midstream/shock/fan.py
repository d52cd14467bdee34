"""From draws to quantities: medians with their 80 % interval and a lineage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Ledger, Node, Quantity
from midstream.evidence.quantity import Label

#: 10 % point, median and 90 % point; all ``None`` without a value, the ends for a single draw.
Middle = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class Fan:
    """Makes the quantities of one run.

    Attributes:
        ledger: Where lineage is entered.
        key: Readable id of the run.
        root: Lineage id of the run itself, the input of everything.
    """

    ledger: Ledger
    key: str
    root: str

    def quantity(
        self,
        place: str,
        title: str,
        draws: Floats,
        unit: str,
        formula: str,
        inputs: Sequence[str] = (),
    ) -> Quantity:
        """Give the median of some draws with the 10 % and 90 % points.

        A single draw has no interval. Draws without a value (a buyer that is cut off pays no
        price) are left out; where more than half have none, the quantity has no value.

        Args:
            place: Where in the run, the last part of the lineage id.
            title: What it is in words.
            draws: Shape (draw,).
            unit: Unit.
            formula: Formula in words.
            inputs: Further lineage ids.
        """
        return self._enter(place, title, _middle(draws), unit, formula, inputs)

    def _enter(
        self,
        place: str,
        title: str,
        middle: Middle,
        unit: str,
        formula: str,
        inputs: Sequence[str] = (),
    ) -> Quantity:
        """Enter the median and its interval."""
        lineage = f"f:shock.{place}/{self.key}"
        low, value, high = middle
        label: Label | None = None if value is None else "modelled"
        made = Quantity(value, low, high, unit, label, lineage)
        links = (self.root, *inputs)
        self.ledger.add(Node(lineage, "formula", title, made, inputs=links, formula=formula))
        return made

    def months(
        self, place: str, title: str, draws: Floats, unit: str, formula: str
    ) -> tuple[Quantity, ...]:
        """Give one quantity a month of draws of shape (draw, month)."""
        return tuple(
            self._enter(f"{place}/{month}", f"{title}, month {month}", middle, unit, formula)
            for month, middle in enumerate(_middles(draws))
        )

    def missing(self, place: str, title: str, unit: str, why: str) -> Quantity:
        """Give a quantity nobody knows, with the reason."""
        made = Quantity(None, None, None, unit, None, f"f:shock.{place}/{self.key}")
        node = Node(made.lineage, "formula", title, made, inputs=(self.root,), note=why)
        self.ledger.add(node)
        return made


def _middle(draws: Floats) -> Middle:
    """10 % point, median and 90 % point of those draws that have a value."""
    known = draws[np.isfinite(draws)]
    if 2 * len(known) <= len(draws):
        return None, None, None
    if len(draws) == 1:
        return None, float(known[0]), None
    low, value, high = np.quantile(known, [0.1, 0.5, 0.9])
    return float(low), float(value), float(high)


def _middles(draws: Floats) -> list[Middle]:
    """The same for every month of draws of shape (draw, month)."""
    if len(draws) == 1 or not np.isfinite(draws).all():
        return [_middle(column) for column in draws.T]
    ends = np.quantile(draws, [0.1, 0.5, 0.9], axis=0)
    return [(float(low), float(value), float(high)) for low, value, high in ends.T]
