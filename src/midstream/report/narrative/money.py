"""Public money in words: the outlay of a scheme in its own currency and in US dollars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from midstream.evidence.lineage import Node
from midstream.evidence.quantity import Quantity
from midstream.report.narrative.context import Context
from midstream.report.numbers import Sentence, Shown, number_text, say

MILLION = 1e6
#: One crore is ten million; Indian outlays are read in crore.
CRORE = 1e7


def outlay(context: Context, scheme: Mapping[str, Any]) -> Quantity:
    """Enter the outlay of a scheme as a leaf of the ledger, in crore (INR) or millions."""
    currency = str(scheme["currency"])
    unit, size = (f"{currency} crore", CRORE) if currency == "INR" else (f"{currency} m", MILLION)
    sources = tuple(scheme["source"] or ())
    lineage = f"sch:{scheme['id']}"
    if lineage in context.reckoner.ledger:
        return context.reckoner.ledger[lineage].quantity
    value = float(scheme["outlay"]) / size
    quantity = Quantity(
        value, None, None, unit, context.study.evidence.label_of_sources(sources), lineage
    )
    note = str(scheme.get("note") or "")
    name = f"Outlay of the {scheme['name']}"
    context.reckoner.ledger.add(
        Node(lineage, "observation", name, quantity, ";".join(sources) or None, note=note)
    )
    return quantity


def target(context: Context, scheme: Mapping[str, Any]) -> Quantity:
    """Enter the target of a scheme as a leaf of the ledger."""
    sources = tuple(scheme["source"] or ())
    lineage = f"sch:{scheme['id']}/target"
    label = context.study.evidence.label_of_sources(sources)
    unit = str(scheme["target_unit"])
    quantity = Quantity(float(scheme["target_quantity"]), None, None, unit, label, lineage)
    name = f"Target of the {scheme['name']}"
    context.reckoner.ledger.add(
        Node(lineage, "observation", name, quantity, ";".join(sources) or None)
    )
    return quantity


def money_shown(quantity: Quantity) -> Shown:
    """Print an outlay: digits, then currency and size."""
    currency, size = quantity.unit.split(" ")
    words = {"crore": f"crore {currency}", "m": f"million {currency}"}[size]
    return Shown(quantity, number_text(quantity.value or 0.0, "money"), words)


def in_dollars(context: Context, scheme: Mapping[str, Any], amount: Quantity) -> Sentence:
    """The outlay in US dollars at the mean rate of the year of the scheme, in brackets."""
    currency, start = str(scheme["currency"]), str(scheme["start"] or "")
    rate = context.rate(currency, start[:4])
    if currency == "USD" or rate is None or amount.value is None:
        return Sentence(())
    scale = CRORE if currency == "INR" else MILLION
    dollars = context.reckoner.number(
        f"usd/{scheme['id']}",
        amount.value * scale / float(rate["per_usd"]) / MILLION,
        "USD m",
        f"{scheme['name']}: outlay in US dollars",
        [amount.lineage],
        f"outlay divided by the mean {currency} rate of {rate['year']}",
    )
    shown = Shown(dollars, number_text(dollars.value or 0.0, "money"), "million")
    return say(" (USD {usd} at the mean rate of {year})", usd=shown, year=str(rate["year"]))
