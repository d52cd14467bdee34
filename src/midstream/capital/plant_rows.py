"""Arrays of draws of one plant as quantities with a place in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midstream.capital.case import Case
from midstream.capital.conditions import Instrument, Terms, parameter_of
from midstream.capital.prices import NamedPrice
from midstream.capital.scheme import Support
from midstream.chain.estimate import Floats
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.quantity import Label

#: Ends of the interval and its middle.
ENDS = (0.1, 0.5, 0.9)
EIGHTY = "P50 with P10 and P90 of the draws"


@dataclass(frozen=True, slots=True)
class PlantBook:
    """Enters quantities of one plant.

    Attributes:
        evidence, ledger: Where they stand.
        place: Part of every id: the plant, the price that was given, whether support counts.
        name: The plant in words.
        inputs: Ids that all of it rests on.
    """

    evidence: Evidence
    ledger: Ledger
    place: str
    name: str
    inputs: tuple[str, ...]

    @classmethod
    def of(
        cls,
        evidence: Evidence,
        ledger: Ledger,
        case: Case,
        price: NamedPrice,
        support: Support,
        with_scheme: bool,
    ) -> PlantBook:
        """The book of a case at a price."""
        given = f"/at-{price.value:g}" if price.name == "given" else ""
        alone = "" if with_scheme else "/alone"
        terms = [f"par:{parameter_of(name)}" for name in Terms.__slots__]
        lineage = [name for one in support.instruments for name in one.lineage]
        inputs = (*case.lineage, *case.assumed, *terms, price.price.lineage)
        inputs += tuple(lineage) if with_scheme else ()
        return cls(
            evidence=evidence,
            ledger=ledger,
            place=f"{_plant_place(case)}{given}{alone}",
            name=_plant_name(evidence, case),
            inputs=tuple(dict.fromkeys(inputs)),
        )

    def source_place(self, one: Instrument) -> str:
        """Part of an id for an instrument."""
        row = one.lineage[0].partition(":")[2] if one.lineage else one.payer
        return f"source/{one.kind}/{row}".replace(" ", "-")

    def drawn(
        self,
        what: str,
        title: str,
        values: Floats,
        unit: str,
        formula: str,
        inputs: Sequence[str] = (),
    ) -> Quantity:
        """Enter P50 with P10 and P90 of the draws that have a value; missing where none has."""
        known = values[np.isfinite(values)]
        ends = np.quantile(known, ENDS) if known.size else np.full(3, np.inf)
        return self._enter(what, title, ends, unit, formula, EIGHTY, inputs)

    def mean(self, what: str, title: str, values: Floats, unit: str) -> Quantity:
        """Enter the mean of the draws."""
        ends = np.array([np.inf, float(values.mean()), np.inf])
        return self._enter(f"{what}/mean", f"{title}, mean", ends, unit, "mean of the draws", "")

    def none_is_high(
        self, what: str, title: str, values: Floats, unit: str, formula: str
    ) -> Quantity:
        """Enter quantiles in which a draw without a value is above all others."""
        ends = np.quantile(np.where(np.isnan(values), np.inf, values), ENDS, method="nearest")
        note = f"{EIGHTY}; a draw without one counts as above all others"
        return self._enter(what, title, ends, unit, formula, note)

    def none_is_low(self, what: str, title: str, values: Floats, formula: str) -> Quantity:
        """Enter quantiles, in %, in which a draw without a value is below all others."""
        percent = np.where(np.isnan(values), -np.inf, 100 * values)
        ends = np.quantile(percent, ENDS, method="nearest")
        note = f"{EIGHTY}; a draw without one counts as below all others"
        return self._enter(what, title, ends, "%", formula, note)

    def share(self, what: str, title: str, hit: NDArray[np.bool_], formula: str) -> Quantity:
        """Enter a share of draws."""
        value = float(hit.mean())
        return self._enter(
            what, title, np.array([np.inf, value, np.inf]), "probability", formula, "share of draws"
        )

    def _enter(
        self,
        what: str,
        title: str,
        ends: Floats,
        unit: str,
        formula: str,
        note: str,
        inputs: Sequence[str] = (),
    ) -> Quantity:
        lineage = f"f:capital.{what}/{self.place}"
        low, value, high = (float(end) if np.isfinite(end) else None for end in ends)
        label: Label | None = "modelled" if value is not None else None
        quantity = Quantity(value, low, high, unit, label, lineage)
        node = Node(
            id=lineage,
            kind="formula",
            name=f"{title}: {self.name}",
            quantity=quantity,
            inputs=tuple(dict.fromkeys((*inputs, *self.inputs))),
            formula=formula,
            note=note,
        )
        self.ledger.add(node)
        return quantity


def _plant_place(case: Case) -> str:
    if case.facility:
        return case.facility
    return f"{case.country}-{case.form}-{case.capacity:g}-{case.year}"


def _plant_name(evidence: Evidence, case: Case) -> str:
    if case.facility:
        return str(evidence.facilities[case.facility]["name"])
    form, country = evidence.forms[case.form]["name"], evidence.countries[case.country]["name"]
    return f"{case.capacity:,.0f} {case.unit} of {form} in {country}, decided in {case.year}"
