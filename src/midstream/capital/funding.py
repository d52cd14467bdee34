"""How a plant is paid for: uses, layers by rank and the gap, as arrays over the draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from midstream.capital.case import Case
from midstream.capital.cash import CashFlow
from midstream.capital.conditions import (
    CONSTRUCTION,
    GIVEN,
    KINDS,
    MARKET,
    OPERATION,
    REPAID,
    Instrument,
    Terms,
    check_instrument,
    check_instruments,
    check_terms,
)
from midstream.chain.estimate import Floats


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the stack.

    Attributes:
        instrument: What it is and who pays; the payer of money that no record names is `MARKET`.
        amount: USD before the start, shape (draw,), >= 0.
        service: What is paid on it each year, USD, shape (draw, year); ``None`` if nothing is.
    """

    instrument: Instrument
    amount: Floats
    service: Floats | None = None


@dataclass(frozen=True, slots=True)
class Funding:
    """How a plant is paid for.

    Attributes:
        case: The plant.
        terms: Terms of money.
        uses: Name of a use -> USD, shape (draw,): ``capital cost``, ``overrun``,
            ``interest during construction``, ``working capital``.
        layers: By rank; layers of a rank in the order the instruments were given in.
        gap: Uses that no layer covers, USD, shape (draw,), >= 0.
        cash: Cash of the plant with all aid.
        aid: Each operating instrument with what it pays a year, USD, shape (draw, year).
        service: What is paid on all repaid layers, USD, shape (draw, year).
    """

    case: Case
    terms: Terms
    uses: Mapping[str, Floats]
    layers: tuple[Layer, ...]
    gap: Floats
    cash: CashFlow
    aid: tuple[tuple[Instrument, Floats], ...]
    service: Floats

    @property
    def total(self) -> Floats:
        """All uses, USD, shape (draw,)."""
        return sum_of(self.uses.values(), self.case.draws)

    def of(self, *kinds: str) -> Floats:
        """Money of some kinds, USD, shape (draw,)."""
        found = (layer.amount for layer in self.layers if layer.instrument.kind in kinds)
        return sum_of(found, self.case.draws)


def sum_of(parts: Iterable[Floats], draws: int) -> Floats:
    """Sum of some arrays of shape (draw,); zeros where there is none."""
    total = np.zeros(draws)
    for part in parts:
        total = total + part
    return total


__all__ = [
    "CONSTRUCTION",
    "GIVEN",
    "KINDS",
    "MARKET",
    "OPERATION",
    "REPAID",
    "Funding",
    "Instrument",
    "Layer",
    "Terms",
    "check_instrument",
    "check_instruments",
    "check_terms",
    "sum_of",
]
