"""What levers cost: the record's law in real USD of one year, draw by draw and as a quantity.

Money of other currencies and years is turned into USD at the mean rate of its own year and brought
to the price year by the price index, as in the room capital. A cost that is not on record stays
missing; it is never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.capital.money import USD, Dollars, Money, enter_rate, to_dollars
from midstream.chain.estimate import Floats, triangular
from midstream.evidence import Evidence, Label, Ledger, Node, Quantity
from midstream.policy.frame import Lever
from midstream.scenarios.demand_sectors import spread_quantity
from midstream.scenarios.frame import Frame

UNIT = "USD million"
MILLION = 1e6
PRICE_YEAR = "capital.price-year"
SOURCED = "sourced"


@dataclass(frozen=True, slots=True)
class Total:
    """Cost of several levers.

    Attributes:
        cost: Of those with a figure on record; without value where none has one.
        missing: Levers without a figure; what they cost comes on top.
    """

    cost: Quantity
    missing: tuple[str, ...]


def price_year(evidence: Evidence) -> int:
    """Year whose purchasing power costs are given in."""
    return int(evidence.parameter(PRICE_YEAR).value or 0)


def dollar_rate(evidence: Evidence, lever: Lever) -> Dollars | None:
    """Turn one unit of a lever's money into USD of the price year; ``None`` without a cost.

    Raises:
        InputError: if its currency or year has no rate.
    """
    if lever.cost is None:
        return None
    return to_dollars(
        evidence, Money(1.0, lever.currency, lever.price_year or 0), price_year(evidence)
    )


def ends(evidence: Evidence, lever: Lever) -> tuple[float, float, float] | None:
    """Low, mode and high of a lever's cost in USD million of the price year.

    Raises:
        InputError: if its currency or year has no rate.
    """
    rate = dollar_rate(evidence, lever)
    if rate is None or lever.cost is None:
        return None
    low, mode, high = (end * rate.real / MILLION for end in lever.cost)
    return low, mode, high


def drawn_cost(evidence: Evidence, frame: Frame, lever: Lever) -> Floats | None:
    """Draw the cost of a lever, USD million of the price year, shape (draw,).

    Triangular between the ends on record, from the stream ``lever/<id>/cost``; one figure where
    the record has one. ``None`` where it has none.

    Raises:
        InputError: if its currency or year has no rate.
    """
    law = ends(evidence, lever)
    if law is None:
        return None
    return triangular(frame.uniform(f"lever/{lever.id}/cost"), *law)


def cost(evidence: Evidence, frame: Frame, lever: Lever, ledger: Ledger) -> Quantity:
    """Give the cost of a lever with its 80 % interval; without value where none is on record.

    Args:
        evidence: The release.
        frame: Seed and draws.
        lever: The lever.
        ledger: Where the lineage is entered.

    Raises:
        InputError: if its currency or year has no rate.
    """
    lineage = f"f:policy.cost/{lever.id}/{frame.seed}/{frame.draws}"
    inputs = [enter_cost(evidence, lever, ledger), f"par:{PRICE_YEAR}"]
    drawn, rate = drawn_cost(evidence, frame, lever), dollar_rate(evidence, lever)
    note = "no cost on record, which is not zero"
    if rate is not None:
        note = rate.remark or rate.basis
        if lever.currency != USD:
            inputs.append(enter_rate(evidence, ledger, lever.currency, lever.price_year or 0))
    numbers = np.full(frame.draws, np.nan) if drawn is None else drawn
    quantity = spread_quantity(numbers, UNIT, lineage)
    name = f"Cost of {lever.id}, USD of {price_year(evidence)}"
    law = "triangular(low, most likely, high) x rate x price index"
    ledger.add(Node(lineage, "formula", name, quantity, None, tuple(inputs), law, note))
    return quantity


def total_cost(evidence: Evidence, frame: Frame, levers: Sequence[Lever], ledger: Ledger) -> Total:
    """Give the cost of several levers together: the sum of the draws of those with a figure.

    Args:
        evidence: The release.
        frame: Seed and draws.
        levers: Levers; the order does not matter.
        ledger: Where the lineage is entered.

    Raises:
        InputError: if a currency or year has no rate.
    """
    ordered = sorted(levers, key=lambda lever: lever.id)
    parts = {lever.id: drawn_cost(evidence, frame, lever) for lever in ordered}
    inputs = tuple(cost(evidence, frame, lever, ledger).lineage for lever in ordered)
    known = [part for part in parts.values() if part is not None]
    numbers = np.sum(known, axis=0) if known else np.full(frame.draws, np.nan)
    lineage = f"f:policy.cost-of/{'+'.join(parts)}/{frame.seed}/{frame.draws}"
    quantity = spread_quantity(numbers, UNIT, lineage)
    missing = tuple(name for name, part in parts.items() if part is None)
    note = f"without {', '.join(missing)}, whose cost is not on record" if missing else ""
    name = "Cost of the levers together"
    ledger.add(Node(lineage, "formula", name, quantity, None, inputs, "sum of the draws", note))
    return Total(quantity, missing)


def enter_cost(evidence: Evidence, lever: Lever, ledger: Ledger) -> str:
    """Enter the cost as the record has it, in its own money, and give its lineage id."""
    lineage = f"lever:{lever.id}/cost"
    low, mode, high = lever.cost or (None, None, None)
    sourced = lever.cost is not None and lever.cost_kind == SOURCED
    label: Label | None = "modelled" if lever.cost is not None else None
    if sourced:
        label = evidence.label_of_sources(lever.source)
    unit = f"{lever.currency} of {lever.price_year}" if lever.currency else "money"
    quantity = Quantity(mode, low, high, unit, label, lineage)
    note = lever.note if lever.cost is not None else "no figure on record"
    ledger.add(
        Node(
            id=lineage,
            kind="observation" if sourced else "assumption",
            name=f"{lever.name}: cost",
            quantity=quantity,
            source=";".join(lever.source) or None,
            note=note,
        )
    )
    return lineage
