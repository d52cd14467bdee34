"""Arrays of a gap by stage as quantities with a place in the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from midstream.capital.conditions import MARKET
from midstream.capital.gap_result import PaidBy
from midstream.capital.payers_kind import UNKNOWN, payer_kinds
from midstream.chain.estimate import Floats
from midstream.evidence import Evidence, Label, Ledger, Node, Quantity

#: Ends of the interval and its middle.
ENDS = (0.1, 0.5, 0.9)
#: A gap below this is nil, USD.
CENT = 0.005


@dataclass(frozen=True, slots=True)
class GapBook:
    """Enters quantities of one country, then of one form or stage in one year.

    Attributes:
        evidence, ledger: Where they stand.
        place: Part of every id.
        price_year: Year of the USD.
        given: Form -> lineage ids of its need and output.
        name: Form or stage and year in words.
        inputs: Ids that all of it rests on.
    """

    evidence: Evidence
    ledger: Ledger
    place: str
    price_year: int
    given: Mapping[str, Sequence[str]]
    name: str = ""
    inputs: tuple[str, ...] = ()

    def form(self, form: str, year: int, lineage: Sequence[str]) -> GapBook:
        """The book of a form in a year."""
        name = f"{self.evidence.forms[form]['name']}, {year}"
        inputs = tuple(dict.fromkeys((*self.given.get(form, ()), *lineage)))
        return replace(self, place=f"{self.place}/{form}/{year}", name=name, inputs=inputs)

    def stage(self, stage: str, year: int, forms: Sequence[str]) -> GapBook:
        """The book of a stage in a year; its sums rest on those of the forms."""
        inputs = tuple(f"f:capital.gap.gap/{self.place}/{form}/{year}" for form in forms)
        return replace(
            self, place=f"{self.place}/{stage}/{year}", name=f"{stage}, {year}", inputs=inputs
        )

    def quantity(
        self,
        what: str,
        title: str,
        values: Floats,
        unit: str,
        formula: str,
        inputs: Sequence[str] = (),
    ) -> Quantity:
        """P50 with P10 and P90 of the draws that have a value; missing where none has."""
        lineage = f"f:capital.gap.{what}/{self.place}"
        held = values[np.isfinite(values)]
        low, value, high = (None, None, None)
        if held.size:
            low, value, high = (float(one) for one in np.quantile(held, ENDS))
        label: Label | None = "modelled" if value is not None else None
        quantity = Quantity(value, low, high, unit, label, lineage)
        self.ledger.add(
            Node(
                id=lineage,
                kind="formula",
                name=f"{title}: {self.name}",
                quantity=quantity,
                inputs=tuple(dict.fromkeys((*inputs, *self.inputs))),
                formula=formula,
                note="P50 with P10 and P90 of the draws",
            )
        )
        return quantity

    def money(
        self, what: str, title: str, values: Floats, formula: str, inputs: Sequence[str] = ()
    ) -> Quantity:
        """The same in USD of the price year."""
        return self.quantity(what, title, values, "USD", formula, inputs)

    def closed(self, gap: Floats) -> Quantity:
        """Share of draws in which nothing is left open."""
        held = gap[np.isfinite(gap)]
        value = float((held < CENT).mean()) if held.size else None
        lineage = f"f:capital.gap.closed/{self.place}"
        label: Label | None = "modelled" if value is not None else None
        quantity = Quantity(value, None, None, "probability", label, lineage)
        node = Node(
            id=lineage,
            kind="formula",
            name=f"No gap: {self.name}",
            quantity=quantity,
            inputs=(f"f:capital.gap.gap/{self.place}",),
            formula="share of draws in which the gap is nil",
        )
        self.ledger.add(node)
        return quantity

    def paid(
        self,
        instrument: str,
        payer: str,
        payer_country: str,
        money: str,
        amount: Floats,
        inputs: Sequence[str],
    ) -> PaidBy:
        """Money of a payer by an instrument."""
        kind = payer if payer == MARKET else payer_kinds(self.evidence).get(payer, UNKNOWN)
        formula = "at most what is left of the uses"
        if money == "operation":
            formula = "value at the decision of what is paid on the output"
        place = f"paid/{instrument}/{payer}".replace(" ", "-")
        quantity = self.money(place, f"{instrument}, {payer}", amount, formula, inputs)
        return PaidBy(instrument, payer, payer_country, kind, money, quantity)
