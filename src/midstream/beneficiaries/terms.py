"""Prices, margins and amounts a push is turned into money and feed with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midstream.beneficiaries.dollars import Dollars, to_dollars
from midstream.beneficiaries.entries import Entries, spread
from midstream.beneficiaries.gains import Terms
from midstream.beneficiaries.line import functional_unit
from midstream.beneficiaries.result import ChainValue
from midstream.chain.estimate import Component, Floats
from midstream.evidence import Evidence

#: Metric of the observations that give the margin of makers.
_MARGIN = "gross_margin"
_PERCENT = 100.0


def terms_of(entries: Entries, values: Sequence[ChainValue]) -> Terms:
    """Give prices, margins and amounts by form; the first chain that prices a form rules.

    Args:
        entries: Evidence and ledger.
        values: Value added of chains, the chains the study shows first.
    """
    price: dict[str, Component] = {}
    added: dict[str, Component] = {}
    lineage: dict[str, tuple[str, ...]] = {}
    per_next: dict[tuple[str, str], float] = {}
    for value in values:
        dollars = to_dollars(entries, value.basis)
        per_next = {**_amounts(value), **per_next}
        for row, block in zip(value.stages, value.added.blocks, strict=True):
            form = row.forms[-1]
            if form in price:
                continue
            price[form] = _scaled(row.price.value, row.price.low, row.price.high, dollars)
            added[form] = _per_unit(block.added / block.amount, dollars)
            lineage[form] = (row.price.lineage, row.added.lineage, *dollars.lineage)
    margin = _margins(entries.evidence)
    for form, (_, ids) in margin.items():
        lineage[form] = (*lineage.get(form, ()), *ids)
    shares = {form: part for form, (part, _) in margin.items()}
    return Terms(price, shares, added, per_next, lineage)


def _scaled(
    value: float | None, low: float | None, high: float | None, dollars: Dollars
) -> Component:
    middle = (value or 0.0) * dollars.factor
    ends = (middle if end is None else end * dollars.factor for end in (low, high))
    return Component(middle, *ends)


def _per_unit(array: Floats, dollars: Dollars) -> Component:
    middle = float(array[0])
    low, high = spread(middle, array[1:])
    return _scaled(middle, low, high, dollars)


def _amounts(value: ChainValue) -> dict[tuple[str, str], float]:
    """Units of a form per unit of each later form of a chain, both counted by weight."""
    found: dict[tuple[str, str], float] = {}
    steps = value.route.steps
    for first, step in enumerate(steps):
        amount = 1.0
        for number in range(first, len(steps) - 1):
            here, after = steps[number], steps[number + 1]
            if here.per_next is None or not _weighed(here.unit) or not _weighed(after.unit):
                break
            amount *= here.per_next.value
            found[step.form, after.form] = amount
    return found


def _weighed(unit: str) -> bool:
    return functional_unit(unit) == ("kg", 1000.0)


def _margins(evidence: Evidence) -> Mapping[str, tuple[Component, tuple[str, ...]]]:
    """Form -> gross margin of its makers on record as a share, lower median with the span."""
    rows: dict[str, list[tuple[float, str]]] = {}
    for one in evidence.observations:
        if one.metric == _MARGIN and one.form and one.value is not None:
            rows.setdefault(one.form, []).append((one.value / _PERCENT, one.id))
    found = {}
    for form, values in rows.items():
        ordered = sorted(values)
        low, high = ordered[0][0], ordered[-1][0]
        middle = ordered[(len(ordered) - 1) // 2][0]
        found[form] = (Component(middle, low, high), tuple(id for _, id in ordered))
    return found
