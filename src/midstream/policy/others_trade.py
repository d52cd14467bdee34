"""Who sells a form to a country, who buys it beside that country, and what it sells itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from midstream.chain.world import World
from midstream.evidence import Evidence
from midstream.shock.trade_base import FormTrade, form_trade


@dataclass(frozen=True, slots=True)
class Sides:
    """The trade of a form seen from one country.

    Attributes:
        sellers: Share of its purchases by seller; sums to 1 where anything is known.
        buyers: Share of the purchases of all others by buyer.
        sold: What it sells to others today, by buyer, in the unit of the form.
        lineage: Ids they rest on.
        notes: What trade is not on file.
    """

    sellers: Mapping[str, float]
    buyers: Mapping[str, float]
    sold: Mapping[str, float]
    lineage: tuple[str, ...]
    notes: tuple[str, ...]


def sides_of(evidence: Evidence, world: World, form: str, subject: str) -> Sides:
    """Read the trade of a form seen from a country.

    Sellers and buyers are those of reported trade; where none is on file, nobody is named.
    """
    trade = form_trade(evidence, form, world.base_year)
    bought, others, sold = _sums(trade, subject)
    name, notes = world.names.form(form), list[str]()
    ids = list(dict.fromkeys(row for pair in trade.lineage.values() for row in pair))[:6]
    if not bought:
        notes.append(f"{name}: purchases by seller are not on file, so no seller is named.")
    if not others:
        notes.append(f"{name}: purchases of others are not on file, so no buyer is named.")
    return Sides(_shares(bought), _shares(others), sold, tuple(ids), tuple(notes))


def _sums(
    trade: FormTrade, subject: str
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """What the subject buys by seller, what others buy, and what it sells by buyer."""
    bought: dict[str, float] = defaultdict(float)
    others: dict[str, float] = defaultdict(float)
    sold: dict[str, float] = defaultdict(float)
    for (exporter, importer), amount in trade.flows.items():
        if importer == subject:
            bought[exporter] += amount
        else:
            others[importer] += amount
        if exporter == subject:
            sold[importer] += amount
    return dict(bought), dict(others), dict(sold)


def _shares(amounts: Mapping[str, float]) -> dict[str, float]:
    total = sum(amounts.values())
    return {name: amount / total for name, amount in amounts.items()} if total > 0 else {}
