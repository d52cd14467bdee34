"""Value per functional unit of a reader: one vehicle, one wafer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from midstream.beneficiaries.dollars import to_dollars
from midstream.beneficiaries.entries import Draws, Entries, spread
from midstream.beneficiaries.line import both
from midstream.beneficiaries.result import ChainValue
from midstream.chain.estimate import Component, Floats
from midstream.chain.streams import quantiles, stratified
from midstream.evidence import Evidence, Quantity
from midstream.evidence.tables import Row


@dataclass(frozen=True, slots=True)
class UnitRow:
    """Value of a chain in one unit.

    Attributes:
        unit, name, chain: What is counted, and the chain.
        per: Amount of the chain's form in it.
        value: USD of the priced steps in it; no value where the chain is not priced that far.
        stages: (forms, value) of each row of the chain.
        open: Forms of the chain without a value of their own.
        note: Prices behind it, or why there is no value.
    """

    unit: str
    name: str
    chain: str
    per: Quantity
    value: Quantity
    stages: tuple[tuple[tuple[str, ...], Quantity], ...]
    open: tuple[str, ...]
    note: str

    def to_dict(self) -> dict[str, Any]:
        """Give the row as JSON."""
        stages = [{"forms": list(forms), "value": one.to_dict()} for forms, one in self.stages]
        return {
            "unit": self.unit,
            "name": self.name,
            "chain": self.chain,
            "per": self.per.to_dict(),
            "value": self.value.to_dict(),
            "stages": stages,
            "open": list(self.open),
            "note": self.note,
        }


def rows_of(evidence: Evidence, chain: str | None = None) -> tuple[Row, ...]:
    """Rows of the table of units, of one chain or of all."""
    rows = evidence.table("value_units").rows
    return tuple(row for row in rows if chain in (None, row["chain"]))


def unit_row(entries: Entries, row: Row, found: ChainValue, draws: Draws) -> UnitRow:
    """Give the value of a chain in one unit of a row of ``value_units``.

    ``value = amount in the unit x value per functional unit``, in USD without value-added tax.
    """
    drawn, lineage, unit = _amount(entries, row, draws)
    place = f"{row['id']}/{found.basis.id}"
    form = entries.evidence.forms[row["form"]]["name"]
    per = _enter(entries, f"per/{place}", f"{form} in {row['name']}", drawn, unit, lineage, "")
    dollars = to_dollars(entries, found.basis)
    reached = drawn is not None and found.unit_form == row["form"]
    inputs = (per.lineage, *dollars.lineage)
    formula = "amount in the unit x value per functional unit, in USD without tax"
    stages = []
    for stage, block in zip(found.stages, found.added.blocks, strict=True) if reached else ():
        array = None if drawn is None else drawn * block.added * dollars.factor
        title = f"Value added at {form} in {row['name']}, {stage.product}"
        ids = (stage.added.lineage, *inputs)
        key = f"unit/{stage.forms[-1]}/{place}"
        stages.append((stage.forms, _enter(entries, key, title, array, _usd(row), ids, formula)))
    total = _total(found, drawn * dollars.factor) if drawn is not None and reached else None
    ids = (*(one.lineage for _, one in stages), *inputs)
    title = f"Value of {found.route.name} in {row['name']}"
    value = _enter(entries, f"unit/{place}", title, total, _usd(row), ids, formula)
    return UnitRow(
        unit=row["unit"],
        name=row["name"],
        chain=found.route.id,
        per=per,
        value=value,
        stages=tuple(stages),
        open=tuple(one.form for one in found.open),
        note=f"{found.basis.name}, {dollars.words}" if reached else _short(entries, row, found),
    )


def _short(entries: Entries, row: Row, found: ChainValue) -> str:
    form = entries.evidence.forms[row["form"]]["name"]
    if found.unit_form == row["form"]:
        return f"no figure of {form} in {row['name']} is on record"
    return f"no price or recipe of {found.route.name} reaches {form}"


def _usd(row: Row) -> str:
    return f"USD/{row['unit']}"


def _total(found: ChainValue, scale: Floats) -> Floats:
    parts = [block.added for block in found.added.blocks]
    return scale * np.asarray(sum(parts[1:], start=parts[0]))


def _enter(
    entries: Entries,
    place: str,
    title: str,
    array: Floats | None,
    unit: str,
    inputs: Sequence[str],
    formula: str,
) -> Quantity:
    value = None if array is None else float(array[0])
    low, high = spread(value, None if array is None else array[1:])
    return entries.formula(place, title, (value, low, high), unit, inputs, formula)


def _amount(entries: Entries, row: Row, draws: Draws) -> tuple[Floats | None, tuple[str, ...], str]:
    """Amount of the form in one unit, shape (1 + draw,) or ``None``, its lineage and unit."""
    if row["rule"] == "parameter":
        found = entries.evidence.parameter(row["parameter"])
        law = entries.evidence.parameters[row["parameter"]]["distribution"]
        uniform = stratified(draws.seed, f"par/{row['parameter']}", draws.size)
        value = float(found.value or 0.0)
        drawn = quantiles(law, value, found.low, found.high, uniform)
        unit = f"{found.unit}/{row['unit']}"
        return np.concatenate([[value], drawn]), (found.lineage,), unit
    rows = _intensities(entries, row)
    if not rows:
        return None, (), row["per"]
    part, lineage = _intensity(entries, row, rows)
    return both(part, draws, f"value.per/{row['form']}/{row['unit']}"), (lineage,), row["per"]


def _intensities(entries: Entries, row: Row) -> list[Row]:
    """Figures on record of the form in the unit."""
    return [
        one
        for one in entries.evidence.table("intensities").rows
        if one["sector"] == row["sector"]
        and one["item"] == row["form"]
        and one["unit"] == row["per"]
    ]


def _intensity(entries: Entries, row: Row, rows: Sequence[Row]) -> tuple[Component, str]:
    """Lower median of the intensities on record with the span of all, entered."""
    values = sorted(one["value"] for one in rows)
    low = min(one["low"] or one["value"] for one in rows)
    high = max(one["high"] or one["value"] for one in rows)
    part = Component(values[(len(values) - 1) // 2], low, high)
    sources = tuple(dict.fromkeys(name for one in rows for name in one["source"] or ()))
    note = f"{len(rows)} figures: {', '.join(one['id'] for one in rows)}"
    title = f"{entries.evidence.forms[row['form']]['name']} in {row['name']}, on record"
    lineage = f"intensity:{row['form']}/{row['unit']}"
    return part, entries.leaf(lineage, title, part, row["per"], sources, note)
