"""What the figures and tables of the chapter on capital show, taken from its results."""

from __future__ import annotations

from midstream.capital.result import PlantCapital, SourceRow
from midstream.evidence.lineage import Node
from midstream.evidence.quantity import Quantity
from midstream.report.figures import Layer
from midstream.report.narrative.context import Context

MILLION = 1e6

#: How an instrument reads in prose.
INSTRUMENTS = {
    "grant": "grants",
    "capex-subsidy": "capital subsidy",
    "tax-credit": "tax credit",
    "concessional-loan": "concessional loan",
    "eca-loan": "export credit",
    "prepayment": "prepayment by buyers",
    "commercial-debt": "commercial debt",
    "equity": "equity",
    "price-floor": "price floor",
    "cfd": "contract for difference",
    "sales-incentive": "sales-linked incentive",
    "offtake": "offtake",
}


def millions(context: Context, quantity: Quantity) -> Quantity:
    """An amount in USD as millions, with its interval and a lineage of its own."""
    if quantity.value is None or not _is_money(quantity.unit):
        return quantity
    lineage = f"f:report.millions/{quantity.lineage.removeprefix('f:')}"
    # What is left of a difference of large sums is nothing, not a trace of money.
    ends = [
        None if one is None else one / MILLION if abs(one) >= 1 else 0.0
        for one in (quantity.value, quantity.low, quantity.high)
    ]
    made = Quantity(ends[0], ends[1], ends[2], "USD million", quantity.label, lineage)
    ledger = context.reckoner.ledger
    name = ledger[quantity.lineage].name if quantity.lineage in ledger else "Amount"
    known = (quantity.lineage,) if quantity.lineage in ledger else ()
    ledger.add(Node(lineage, "formula", f"{name}, in millions", made, None, known, "USD / million"))
    return made


def _is_money(unit: str) -> bool:
    """Whether a unit is USD, of a year or not, and not a price."""
    return unit == "USD" or unit.startswith("USD of ")


def building(found: PlantCapital) -> list[SourceRow]:
    """Sources that pay before the start, those with money in them."""
    return [row for row in found.sources if row.money == "construction" and row.amount.value]


def running(found: PlantCapital) -> list[SourceRow]:
    """Sources that pay with the output."""
    return [row for row in found.sources if row.money == "operation" and row.amount.value]


def layers_of(context: Context, found: PlantCapital) -> list[Layer]:
    """The waterfall: uses, sources before the start, gap; means of the draws, which add up."""
    layers = [Layer("Money to build", "", _mean(context, found.total_mean, found.total), "need")]
    for row in building(found):
        name = instrument(row).capitalize()
        layers.append(Layer(name, payer(row), _mean(context, row.mean, row.amount)))
    gap = _mean(context, found.gap_mean, found.gap)
    layers.append(Layer("Still to be raised", "nobody yet", gap, "gap"))
    return layers


def _mean(context: Context, mean: Quantity | None, drawn: Quantity) -> Quantity:
    """A mean in millions with the interval of its draws."""
    if mean is None:
        return millions(context, drawn)
    one, spread = millions(context, mean), millions(context, drawn)
    return Quantity(one.value, spread.low, spread.high, one.unit, one.label, one.lineage)


def instrument(row: SourceRow) -> str:
    """An instrument as it reads in prose."""
    return called(row.instrument)


def called(instrument: str) -> str:
    """The id of an instrument as it reads in prose; an unknown one stands for itself."""
    return INSTRUMENTS.get(instrument, instrument.replace("-", " "))


def payer(row: SourceRow) -> str:
    """Who pays, short; the market where no record names anybody."""
    if row.payer == "market":
        return "lenders" if row.instrument == "commercial-debt" else "owners"
    return row.payer.split(" (")[0]
