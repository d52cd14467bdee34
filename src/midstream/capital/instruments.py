"""What an instrument costs, and whom: grant equivalent, cost per kg, additionality.

Support is counted at its grant equivalent: all of a grant, the value of an operating aid, and of
a loan the part that a loan at the rate of the market would have cost more. Money of the market
is no support; what it asks for is carried by the price, and so by the buyers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from midstream.capital.conditions import GIVEN, MARKET, OPERATION, Instrument
from midstream.capital.funding import Funding, Layer
from midstream.capital.schedule import spending_worth
from midstream.capital.stack import rate_of
from midstream.chain.estimate import Floats

#: Money at the terms of the market.
MARKET_KINDS = frozenset({"commercial-debt", "equity"})
#: Gives a stack for some instruments.
Stacker = Callable[[Sequence[Instrument]], Funding]


@dataclass(frozen=True, slots=True)
class InstrumentCost:
    """What one instrument gives and costs; arrays have the shape (draw,).

    Attributes:
        instrument: Instrument.
        amount: Money before the start, USD; of an operating aid its value at the decision.
        equivalent: Grant equivalent at the decision, USD; ``None`` for money of the market.
        per_kg: Grant equivalent over discounted output, or for money of the market what the price
            has to carry, USD per kg; ``nan`` without output.
        additionality: Gap without the instrument less the gap with it, USD; ``None`` for money of
            the market.
        displaced: Amount less additionality: money of others it takes the place of, USD; ``None``
            for money of the market and for operating aid.
    """

    instrument: Instrument
    amount: Floats
    equivalent: Floats | None
    per_kg: Floats
    additionality: Floats | None
    displaced: Floats | None


def discounted(flows: Floats, rate: Floats | float, first: int = 0) -> Floats:
    """Value today of yearly flows, ``sum_t flow_t (1 + r)^-t``, shape (draw,).

    Args:
        flows: Shape (draw, year).
        rate: One rate, or one a draw.
        first: ``t`` of the first year.
    """
    time = np.arange(first, first + flows.shape[1])
    factors = (1 + np.asarray(rate).reshape(-1, 1)) ** -time.astype(float)
    value: Floats = (flows * factors).sum(axis=1)
    return value


def per_kg(value: Floats, output: Floats, rate: float, first: int = 0) -> Floats:
    """A value of today per kg of product: over the output discounted at the same rate.

    ``nan`` in a draw without output.

    Args:
        value: USD, shape (draw,).
        output: kg, shape (draw, year).
        rate: Rate at which the value was brought to today.
        first: ``t`` of the first year of output.
    """
    kg = discounted(output, rate, first)
    return np.where(kg > 0, value / np.where(kg > 0, kg, 1.0), np.nan)


def instrument_costs(funding: Funding, stacker: Stacker, rate: float) -> tuple[InstrumentCost, ...]:
    """What every instrument of a stack gives and costs, in the order of their ranks.

    Args:
        funding: The stack with all of them.
        stacker: Gives the stack of the same plant for other instruments; called once for each
            instrument of support.
        rate: Real rate of the payers.
    """
    given = [layer.instrument for layer in funding.layers] + [one for one, _ in funding.aid]
    named = [one for one in given if one.payer != MARKET]
    costs = [_of_layer(funding, layer, rate) for layer in funding.layers]
    costs += [_of_aid(funding, one, paid, rate) for one, paid in funding.aid]
    return tuple(_with_additionality(cost, named, funding, stacker) for cost in costs)


def _of_layer(funding: Funding, layer: Layer, rate: float) -> InstrumentCost:
    kind = layer.instrument.kind
    if kind in MARKET_KINDS:
        return InstrumentCost(
            layer.instrument, layer.amount, None, _carried(funding, layer), None, None
        )
    worth = layer.amount if kind in GIVEN else below_market(funding, layer)
    equivalent = worth * spending_worth(funding.case, rate, len(funding.cash.years))
    cost = per_kg(equivalent, funding.cash.output, rate, 1)
    return InstrumentCost(layer.instrument, layer.amount, equivalent, cost, None, None)


def below_market(funding: Funding, layer: Layer) -> Floats:
    """What a loan is worth beyond one of the market, USD at the start, shape (draw,).

    ``amount - sum_k service_k (1 + k_d)^-(k - b)``.
    """
    if layer.service is None:
        return np.zeros_like(layer.amount)
    since = funding.cash.years - funding.case.build[:, None]
    factors = (1 + funding.terms.debt_rate) ** -since
    return np.asarray(layer.amount - (layer.service * factors).sum(axis=1))


def _carried(funding: Funding, layer: Layer) -> Floats:
    """What the price carries for money of the market: amount over output, both at its rate."""
    terms = funding.terms
    own = layer.instrument.kind == "equity"
    rate = terms.equity_rate if own else rate_of(layer.instrument, terms)
    since = funding.cash.years - funding.case.build[:, None]
    kg = (funding.cash.output * (1 + rate) ** -since).sum(axis=1)
    return np.where(kg > 0, layer.amount / np.where(kg > 0, kg, 1.0), np.nan)


def _of_aid(funding: Funding, one: Instrument, paid: Floats, rate: float) -> InstrumentCost:
    value = discounted(paid, rate, 1)
    cost = per_kg(value, funding.cash.output, rate, 1)
    return InstrumentCost(one, value, value, cost, None, None)


def _with_additionality(
    cost: InstrumentCost, named: Sequence[Instrument], funding: Funding, stacker: Stacker
) -> InstrumentCost:
    """Fund the plant again without one instrument of support."""
    if cost.instrument.kind in MARKET_KINDS:
        return cost
    others = [one for one in named if one is not cost.instrument]
    added = stacker(others).gap - funding.gap
    displaced = None if cost.instrument.kind in OPERATION else cost.amount - added
    return replace(cost, additionality=added, displaced=displaced)
