"""Price of each form in the base year, in USD, where a price of the form is on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from midstream.chain.estimate import Component, Estimate
from midstream.chain.naming import Names
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row

#: Unit of a price -> (canonical unit, factor).
_UNITS = {"kg": ("USD/kg", 1.0), "t": ("USD/kg", 1e-3), "lb": ("USD/kg", 1 / 0.45359237)}


def prices_of_forms(
    evidence: Evidence, ledger: Ledger, forms: Sequence[str], base_year: int, names: Names
) -> dict[str, Estimate]:
    """Prices by form: the median of the base year's quotes in USD, spanning all of them."""
    quotes: dict[str, list[tuple[float, Row]]] = defaultdict(list)
    for row in evidence.table("prices").rows:
        usable = row["currency"] == "USD" and row["unit"] in _UNITS
        if usable and row["form"] in forms and row["period"].startswith(str(base_year)):
            quotes[row["form"]].append((row["price"] * _UNITS[row["unit"]][1], row))
    return {f: _estimate(evidence, ledger, f, found, names) for f, found in quotes.items()}


def _estimate(
    evidence: Evidence, ledger: Ledger, form: str, found: list[tuple[float, Row]], names: Names
) -> Estimate:
    found = sorted(found, key=lambda item: item[0])
    values = [value for value, _ in found]
    part = Component(values[(len(values) - 1) // 2], values[0], values[-1])
    sources = list(dict.fromkeys(s for _, row in found for s in row["source"] or ()))
    label = evidence.label_of_sources(sources)
    lineage = f"f:world.price/{form}"
    quantity = Quantity(part.value, part.low, part.high, "USD/kg", label, lineage)
    note = f"{len(found)} quotes: " + ", ".join(row["id"] for _, row in found[:8])
    title = f"Price: {names.form(form)}"
    ledger.add(Node(lineage, "observation", title, quantity, source=";".join(sources), note=note))
    return Estimate("USD/kg", "observed", (part,), part.low, part.high, label, lineage)
