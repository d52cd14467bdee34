"""The incentive price: the price of the product at which a plant can be paid for.

The lowest price at which the gap is nil, with the cost of feed held; never below cash cost at full
output, since a plant that is given its capital still has to run.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from midstream.capital.case import Case, with_price
from midstream.capital.conditions import Instrument, Terms
from midstream.capital.schedule import Schedule
from midstream.capital.stack import fund
from midstream.chain.estimate import Floats

#: A gap below this is nil, USD.
CENT = 0.005
#: Halvings of the bracket: it ends at less than a millionth of its width.
STEPS = 24


def cash_cost(case: Case) -> Floats:
    """Cost of running at full output, USD per kg of product (or per unit), shape (draw,)."""
    full = case.full_output
    spread = np.divide(case.fixed, full, out=np.full(case.draws, np.inf), where=full > 0)
    return np.asarray(case.feed + case.opex + spread)


def incentive_price(case: Case, instruments: Sequence[Instrument], terms: Terms) -> Floats:
    """Price at which the gap is nil, USD per kg of product (or per unit), shape (draw,).

    Found by halving between cash cost and ``price_limit`` times cash and capital
    cost per kg; at the price given back the
    gap is nil.

    Args:
        case: The plant; its own price plays no part.
        instruments: Named money and aid.
        terms: Rates and habits; market money is counted.

    Returns:
        ``nan`` where no price up to the limit closes the gap.
    """
    least, high = _bracket(case, terms)
    low = least
    schedule = Schedule(case, terms)
    reached = _closed(schedule, instruments, high)
    at_once = _closed(schedule, instruments, low)
    for _ in range(STEPS):
        middle = (low + high) / 2
        closed = _closed(schedule, instruments, middle)
        high, low = np.where(closed, middle, high), np.where(closed, low, middle)
    found = np.where(at_once, least, high)
    return np.asarray(np.where(reached & (case.full_output > 0), found, np.nan))


def _bracket(case: Case, terms: Terms) -> tuple[Floats, Floats]:
    """Cash cost, and the limit times cash cost with capital cost over the life."""
    least = cash_cost(case)
    least = np.where(np.isfinite(least), least, 0.0)
    made = case.full_output * terms.life
    spent = case.capex * (1 + case.overrun)
    capital = np.divide(spent, made, out=np.zeros(case.draws), where=made > 0)
    return least, terms.price_limit * (least + capital)


def _closed(
    schedule: Schedule, instruments: Sequence[Instrument], price: Floats
) -> NDArray[np.bool_]:
    """Whether the gap is nil at a price, to a cent, shape (draw,)."""
    case = with_price(schedule.case, price)
    found = fund(case, instruments, schedule.terms, schedule=schedule)
    return np.asarray(found.gap < CENT)
