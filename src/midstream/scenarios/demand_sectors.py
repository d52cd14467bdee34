"""Need by what it goes into: how the need of a country splits, and what activity says of it.

Two readings stand side by side and are never added: the parts of the need (they sum to it), and
activity on record times the content of a product (a check from below).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row
from midstream.scenarios.demand_mix import REST
from midstream.scenarios.demand_roll import FormNeed, Roller

#: Years shown beside the base year, as far as the frame reaches.
SHOWN = (2030, 2035)
#: Ends of an 80 % interval.
ENDS = (0.1, 0.5, 0.9)

Basis = Literal["part of the need", "activity x intensity", "missing"]


@dataclass(frozen=True, slots=True)
class SectorNeed:
    """Need of a form for one use.

    Attributes:
        country, form: Where and of what.
        use: Form it goes into; blank for what no recipe names.
        part: Part of the use that is meant, if not all of it.
        sector: Sector of the use; blank where it serves several.
        basis: ``part of the need`` (parts sum to the need), ``activity x intensity`` (a check
            from below), or ``missing``: the activity is on record, what a product contains is not.
        known: Whether the country's activity in the use is on record; where it is not, its GDP
            stands for it.
        years: The base year and the years shown.
        need: P50 with P10 and P90 in each year, in the unit of the form; empty where missing.
        note: What the row leaves open.
        nodes: Lineage of the quantities.
    """

    country: str
    form: str
    use: str
    part: str
    sector: str
    basis: Basis
    known: bool
    years: tuple[int, ...]
    need: tuple[Quantity, ...]
    note: str
    nodes: tuple[Node, ...]

    def enter(self, ledger: Ledger) -> None:
        """Enter the lineage into a ledger."""
        for node in self.nodes:
            ledger.add(node)


def sector_needs(
    evidence: Evidence, roller: Roller, rows: Mapping[str, FormNeed], country: str
) -> tuple[SectorNeed, ...]:
    """Parts of the need of every form of a country, then what its activity says.

    Args:
        evidence: The release.
        roller: The needs of the country were rolled by it, in detail.
        rows: What it gave, by form.
        country: The country.
    """
    found = []
    for form in roller.world.forms:
        uses = rows[form].parts[country]
        if len(uses) > 1 or REST not in uses:
            found += [_part(evidence, roller, rows[form], country, use) for use in uses]
    for row in evidence.table("sector_activity").rows:
        if row["country"] == country and row["form"] in rows:
            found.append(_activity(evidence, roller, rows[row["form"]], row))
    return tuple(found)


def _years(roller: Roller) -> tuple[int, ...]:
    return tuple(year for year in SHOWN if year in roller.frame.years)


def _part(evidence: Evidence, roller: Roller, row: FormNeed, country: str, use: str) -> SectorNeed:
    world, form = roller.world, row.form
    years = _years(roller)
    columns = [roller.frame.years.index(year) for year in years]
    drawn = [row.starts[country][use], *(row.parts[country][use][:, c] for c in columns)]
    known = (use, country) in world.activity or (use, country) in world.direct_need
    inputs = [roller.world.world_output[form].lineage, *roller.growths[form].lineage]
    inputs += [recipe.lineage for recipe in world.uses.get(form, ()) if recipe.output == use]
    if known:
        source = world.activity.get((use, country)) or world.direct_need[use, country]
        inputs.append(source.lineage)
    inputs += [rule.id for rule in roller.projected.get((form, country), ())]
    words = world.names.form(use) if use else "other uses"
    nodes = _nodes(
        f"{country}/{form}/{use or 'other'}",
        f"Need for {words}: {world.names.cell(form, country)}",
        (world.base_year, *years),
        drawn,
        world.units[form],
        tuple(dict.fromkeys(inputs)),
        "need x share of the use",
    )
    return SectorNeed(
        country=country,
        form=form,
        use=use,
        part="",
        sector=(evidence.forms[use]["sector"] or "") if use else "",
        basis="part of the need",
        known=known,
        years=(world.base_year, *years),
        need=tuple(node.quantity for node in nodes),
        note="" if known else "activity in the country is not on record; GDP stands for it",
        nodes=nodes,
    )


def _activity(evidence: Evidence, roller: Roller, row: FormNeed, rule: Row) -> SectorNeed:
    """Activity times content, grown as the part of the need grows."""
    world, country, use = roller.world, rule["country"], rule["use"]
    years, content = _years(roller), _content(evidence, rule)
    nodes: tuple[Node, ...] = ()
    if content is not None and rule["units"] is not None:
        nodes = _grown(evidence, roller, row, rule, content)
    return SectorNeed(
        country=country,
        form=rule["form"],
        use=use,
        part=rule["part"] or "",
        sector=evidence.forms[use]["sector"] or "",
        basis="activity x intensity" if nodes else "missing",
        known=True,
        years=(world.base_year, *years),
        need=tuple(node.quantity for node in nodes if node.kind == "formula"),
        note=rule["note"] or "",
        nodes=nodes,
    )


def _grown(
    evidence: Evidence, roller: Roller, row: FormNeed, rule: Row, content: tuple[float, ...]
) -> tuple[Node, ...]:
    world, country, use = roller.world, rule["country"], rule["use"]
    years = _years(roller)
    activity = evidence.observations_by_id[rule["activity"]]
    low, high = content
    drawn = low * (high / low) ** roller.frame.uniform(f"intensity/{rule['id']}")
    start = activity.value * rule["units"] * drawn * rule["scale"]
    columns = [roller.frame.years.index(year) for year in years]
    growth = _growth(row, country, use)
    amounts = [start, *(start * growth[:, column] for column in columns)]
    leaves = tuple(_leaf(evidence, name) for name in rule["intensity"])
    inputs = (activity.id, *rule["intensity"], *roller.growths[row.form].lineage)
    return leaves + _nodes(
        f"{rule['id']}",
        f"{world.names.cell(row.form, country)}, in {world.names.form(use)}"
        + (f" ({rule['part']})" if rule["part"] else ""),
        (world.base_year, *years),
        amounts,
        world.units[row.form],
        inputs,
        "activity x intensity, grown as the use grows",
    )


def _growth(row: FormNeed, country: str, use: str) -> Floats:
    """Growth of a use in a country since the base year; that of its need where none is split."""
    parts = row.parts.get(country, {})
    if use in parts:
        start = row.starts[country][use][:, None]
        return np.divide(parts[use], start, out=np.ones_like(parts[use]), where=start > 0)
    base = row.base[country][:, None]
    need = row.of(country)
    return np.divide(need, base, out=np.ones_like(need), where=np.nan_to_num(base) > 0)


def _content(evidence: Evidence, rule: Row) -> tuple[float, float] | None:
    """Ends of the contents on record; ``None`` where none is."""
    rows = [evidence.row_by_id("intensities", name) for name in rule["intensity"] or ()]
    found = [row for row in rows if row is not None]
    if not found:
        return None
    lows = [row["value"] if row["low"] is None else row["low"] for row in found]
    highs = [row["value"] if row["high"] is None else row["high"] for row in found]
    return min(lows), max(highs)


def _leaf(evidence: Evidence, name: str) -> Node:
    row = evidence.row_by_id("intensities", name) or {}
    label = evidence.label_of_sources(row["source"])
    quantity = Quantity(row["value"], row["low"], row["high"], row["unit"], label, name)
    words = f"Content of {evidence.forms[row['item']]['name']}: {row['per']}"
    return Node(
        name, "observation", words, quantity, ";".join(row["source"]), note=row["note"] or ""
    )


def _nodes(
    place: str,
    title: str,
    years: Sequence[int],
    drawn: Sequence[Floats],
    unit: str,
    inputs: tuple[str, ...],
    formula: str,
) -> tuple[Node, ...]:
    nodes = []
    for year, numbers in zip(years, drawn, strict=True):
        lineage = f"f:outlook.use-need/{place}/{year}"
        quantity = spread_quantity(numbers, unit, lineage)
        nodes.append(
            Node(lineage, "formula", f"{title}, {year}", quantity, inputs=inputs, formula=formula)
        )
    return tuple(nodes)


def spread_quantity(numbers: Floats, unit: str, lineage: str) -> Quantity:
    """P50 with P10 and P90 of draws; without value where a draw is unknown."""
    if np.isnan(numbers).any():
        return Quantity(None, None, None, unit, None, lineage)
    low, middle, high = (float(value) for value in np.quantile(numbers, ENDS))
    return Quantity(middle, low, high, unit, "modelled", lineage)
