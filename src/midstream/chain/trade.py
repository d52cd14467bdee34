"""Trade of the base year by form, from the customs codes that name the form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from midstream.chain.world import Flow
from midstream.evidence import Evidence, TradeFlow

#: Codes that name the form alone or mostly; bundles and proxies are not read as flows of a form.
SPECIFIC = frozenset({"exact", "dominant"})


def codes_of_forms(evidence: Evidence) -> dict[str, dict[str, list[str]]]:
    """Trade table -> form -> codes; the newest nomenclature that holds a code is read."""
    codes: dict[str, dict[str, list[str]]] = {"hs17": defaultdict(list), "hs92": defaultdict(list)}
    for row in evidence.table("hs_concordance").rows:
        held = row["tables"] or ()
        if row["form"] and row["specificity"] in SPECIFIC:
            table = "hs17" if "hs17" in held else "hs92" if "hs92" in held else None
            if table:
                codes[table][row["form"]].append(row["hs6"])
    return codes


def flows_of_forms(
    evidence: Evidence, forms: Sequence[str], year: int
) -> dict[str, tuple[Flow, ...]]:
    """Flows of each form that has a specific code, summed over its codes."""
    found: dict[str, tuple[Flow, ...]] = {}
    for table, by_form in codes_of_forms(evidence).items():
        wanted = sorted({code for form in forms for code in by_form.get(form, ())})
        if not wanted:
            continue
        rows: dict[str, list[TradeFlow]] = defaultdict(list)
        for row in evidence.bulk.trade(year, wanted, table):
            rows[row.hs6].append(row)
        for form in forms:
            part = [row for code in by_form.get(form, ()) for row in rows[code]]
            if part:
                found[form] = _summed(part)
    return found


def _summed(rows: Sequence[TradeFlow]) -> tuple[Flow, ...]:
    groups: dict[tuple[str, str], list[TradeFlow]] = defaultdict(list)
    for row in rows:
        groups[row.exporter, row.importer].append(row)
    flows = []
    for (exporter, importer), part in sorted(groups.items()):
        weights = [row.qty_t for row in part if row.qty_t is not None]
        quantity = sum(weights) if len(weights) == len(part) else None
        value = sum(row.value_kusd for row in part)
        flows.append(Flow(exporter, importer, value, quantity, part[0].lineage))
    return tuple(flows)


def net_exports(
    flows: Mapping[str, Sequence[Flow]], contents: Mapping[str, float]
) -> dict[tuple[str, str], float]:
    """Exports less imports by form and country in the form's unit, where positive.

    Args:
        flows: Form -> flows.
        contents: Form -> form units per tonne traded; other forms are left out.
    """
    net: dict[tuple[str, str], float] = defaultdict(float)
    for form, content in contents.items():
        for flow in flows.get(form, ()):
            amount = content * (flow.quantity_t or 0.0)
            net[form, flow.exporter] += amount
            net[form, flow.importer] -= amount
    return {place: amount for place, amount in net.items() if amount > 0}
