"""Reported trade of the forms of a chain, in the forms' own units, with what was left out.

Customs codes name goods, not forms. The table ``chain_trade`` says which flows of which code are a
form: a range of unit values, a list of pairs, and the content per tonne or per thousand USD.
Known errors are rows of ``trade_exclusions``; nothing is left out without a word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from midstream.evidence import Evidence, TradeFlow
from midstream.evidence.tables import Row

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A reported flow that is not read as the form.

    Attributes:
        form, exporter, importer: Place.
        value_kusd: Its value in thousand USD.
        tonnes: Its weight, ``None`` where it is not reported.
        why: Reason in words.
        lineage: Id of the trade row.
        declared: Whether a row of ``trade_exclusions`` names it; else a rule of the form does.
    """

    form: str
    exporter: str
    importer: str
    value_kusd: float
    tonnes: float | None
    why: str
    lineage: str
    declared: bool


@dataclass(slots=True)
class FormTrade:
    """Trade of one form.

    Attributes:
        form: Form.
        year: Year of the newest table read.
        flows: (exporter, importer) -> amount in the form's unit.
        lineage: (exporter, importer) -> ids of the trade rows and of the row of the model table.
        rows: Ids of the rows of ``chain_trade`` used; empty where no code of the form is on file.
        dropped: Flows left out, with the reason.
    """

    form: str
    year: int
    flows: dict[Pair, float] = field(default_factory=lambda: defaultdict(float))
    lineage: dict[Pair, tuple[str, ...]] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    dropped: list[Dropped] = field(default_factory=list)


def form_trade(evidence: Evidence, form: str, year: int) -> FormTrade:
    """Give the reported trade of a form in its unit.

    ``amount = content x tonnes`` or ``content x value in thousand USD``. A flow without a weight
    takes the unit value of the other flows that are kept.

    Args:
        evidence: The release.
        form: Form.
        year: Year; the newest year of each trade table that is not later is read.
    """
    trade = FormTrade(form, year)
    excluded = _exclusions(evidence)
    for row in evidence.table("chain_trade").rows:
        if row["form"] != form:
            continue
        held = [known for known in evidence.bulk.trade_years(row["trade_table"]) if known <= year]
        if not held:
            continue
        trade.rows = (*trade.rows, row["id"])
        place = row["trade_table"], row["hs6"], held[-1]
        flows = evidence.bulk.trade(held[-1], [row["hs6"]], row["trade_table"])
        errors: dict[tuple[str, ...], Row] = {
            (key[3], key[4]): error for key, error in excluded.items() if key[:3] == place
        }
        read_flows(trade, row, flows, errors)
    return trade


def _exclusions(evidence: Evidence) -> dict[tuple[str, str, int, str, str], Row]:
    return {
        (row["trade_table"], row["hs6"], row["year"], row["exporter"], row["importer"]): row
        for row in evidence.table("trade_exclusions").rows
    }


def read_flows(
    trade: FormTrade,
    row: Row,
    flows: Iterable[TradeFlow],
    errors: Mapping[tuple[str, ...], Row],
) -> None:
    """Add the flows of one code that are the form; note the others.

    Args:
        trade: Added to.
        row: Row of ``chain_trade``.
        flows: Flows of its code.
        errors: Declared errors by (exporter, importer).
    """
    kept: list[TradeFlow] = []
    for flow in flows:
        why, declared = _refusal(row, flow, errors.get((flow.exporter, flow.importer)))
        if not why:
            kept.append(flow)
        elif why != "another pair":
            trade.dropped.append(_dropped(trade.form, flow, why, declared))
    price = _unit_value(kept)
    for flow in kept:
        amount = _amount(row, flow, price)
        if amount > 0:
            pair = flow.exporter, flow.importer
            trade.flows[pair] += amount
            before = trade.lineage.get(pair, ())
            trade.lineage[pair] = tuple(dict.fromkeys((*before, flow.lineage, row["id"])))


def _refusal(row: Row, flow: TradeFlow, error: Row | None) -> tuple[str, bool]:
    """Say why a flow is not the form; a blank says it is."""
    price = unit_value(flow)
    if error is not None and (price is None or price < error["guard"]):
        return f"{error['id']}: {error['why']}", True
    pair = f"{flow.exporter}>{flow.importer}"
    if row["only"] and pair not in row["only"]:
        return "another pair", False
    if pair in row["without"]:
        return f"{row['id']}: this pair trades another form under the code", True
    if price is None:
        told = row["floor"] is not None or row["ceiling"] is not None
        if told and row["basis"] == "quantity":
            return f"{row['id']}: no weight to tell the form by", False
        return "", False
    if row["floor"] is not None and price < row["floor"]:
        return f"{row['id']}: below {row['floor']:g} USD/kg", False
    if row["ceiling"] is not None and price >= row["ceiling"]:
        return f"{row['id']}: from {row['ceiling']:g} USD/kg on", False
    return "", False


def unit_value(flow: TradeFlow) -> float | None:
    """Value over weight in USD/kg; ``None`` where no weight is reported."""
    return flow.value_kusd / flow.qty_t if flow.qty_t else None


def _unit_value(flows: Iterable[TradeFlow]) -> float | None:
    weighed = [flow for flow in flows if flow.qty_t]
    tonnes = sum(flow.qty_t or 0.0 for flow in weighed)
    return sum(flow.value_kusd for flow in weighed) / tonnes if tonnes else None


def _amount(row: Row, flow: TradeFlow, price: float | None) -> float:
    if row["basis"] == "value":
        return float(row["content"] * flow.value_kusd)
    if flow.qty_t:
        return float(row["content"] * flow.qty_t)
    return float(row["content"] * flow.value_kusd / price) if price else 0.0


def _dropped(form: str, flow: TradeFlow, why: str, declared: bool) -> Dropped:
    return Dropped(
        form,
        flow.exporter,
        flow.importer,
        flow.value_kusd,
        flow.qty_t,
        why,
        flow.lineage,
        declared,
    )


def check_exclusions(evidence: Evidence) -> list[str]:
    """Name every declared error that the trade table no longer holds.

    Returns:
        One sentence per row of ``trade_exclusions`` whose flow is gone or whose unit value has
        risen over the guard: the source has been repaired and the row should go.
    """
    findings = []
    for row in evidence.table("trade_exclusions").rows:
        flows = evidence.bulk.trade(
            row["year"],
            [row["hs6"]],
            row["trade_table"],
            exporter=row["exporter"],
            importer=row["importer"],
        )
        price = unit_value(flows[0]) if flows else None
        place = f"trade_exclusions.csv: {row['id']}"
        if not flows:
            findings.append(f"{place}: the flow is no longer in the trade table")
        elif price is not None and price >= row["guard"]:
            findings.append(f"{place}: {price:.2f} USD/kg, over the guard of {row['guard']:g}")
    return findings
