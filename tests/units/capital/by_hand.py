"""An engine whose stack can be reckoned in the head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from midstream.capital.gap_build import Funded, Paid
from midstream.chain.estimate import Floats
from midstream.errors import InputError


@dataclass
class ByHand:
    """A unit costs ``cost``; lenders carry ``debt`` of it, a scheme pays ``grant`` a unit up to a
    capacity, and what is left is the gap.

    Attributes:
        draws: Number of draws.
        cost: USD per unit of capacity.
        debt: Share of the cost that lenders carry.
        grant: USD per unit, up to ``limit`` units of capacity.
        limit: Capacity that the scheme pays for.
        use: Form -> share of the nameplate in use.
        refused: Forms that cannot be priced.
        asked: Capacities that were asked for.
    """

    draws: int
    cost: float = 100.0
    debt: float = 0.5
    grant: float = 0.0
    limit: float = 0.0
    use: Mapping[str, float] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    asked: list[float] = field(default_factory=list)
    price_year: int = 2025

    def unit(self, _form: str) -> str:
        return "t/yr"

    def utilisation(self, form: str) -> Floats:
        if form in self.refused:
            raise InputError("no running cost is on record", where=form, why="none", mend="give it")
        return np.full(self.draws, self.use.get(form, 1.0))

    def kinks(self, _form: str) -> Sequence[float]:
        return (self.limit,) if self.limit else ()

    def fund(self, _form: str, capacity: float) -> Funded:
        self.asked.append(capacity)
        uses = np.full(self.draws, self.cost * capacity)
        grant = np.full(self.draws, min(self.grant * min(capacity, self.limit), uses[0]))
        debt = np.minimum(self.debt * uses, uses - grant)
        paid = (
            Paid("grant", "Government of India (MHI)", "IND", "construction", grant),
            Paid("commercial-debt", "market", "", "construction", debt),
        )
        return Funded(uses, uses - grant - debt, paid, ("par:capital.debt-share",))
