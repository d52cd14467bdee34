"""Cash of a plant year by year, before it is paid out to lenders and owners.

Years count from the day of decision; the plant starts `Case.build` years later and runs for
`Terms.life` years. A start inside a year gives that year its part.

    output_k = nameplate x utilisation x ramp_k
    cash_k   = output_k (price - feed - opex) + aid_k - fixed_k - tax_k + working capital back
    tax_k    = tax x max(0, EBITDA_k - depreciation_k)

Working capital is put in before the start at the sales of full output (it is one of the uses) and
comes back in the last year.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.capital.case import Case
from midstream.capital.conditions import OPERATION, Instrument, Terms
from midstream.capital.schedule import Schedule, overlap
from midstream.chain.estimate import Floats

DAYS = 365.0


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Cash of a plant; arrays have the shape (draw, year), in USD a year of the price year.

    Attributes:
        years: Years since the decision at their ends, shape (year,): 1, 2, ...
        running: Part of the year in which the plant stands, 0..1.
        output: Kg of product (or units) a year.
        revenue: Sales at the price of the case.
        feed: Cost of feed.
        opex: Running cost that follows the output.
        fixed: Running cost that does not.
        aid: Operating aid; below 0 where a contract for difference is paid back.
        tax: Tax on profit.
        working_capital: Working capital that comes back.
        available: Cash available for debt service (CFADS).
    """

    years: Floats
    running: Floats
    output: Floats
    revenue: Floats
    feed: Floats
    opex: Floats
    fixed: Floats
    aid: Floats
    tax: Floats
    working_capital: Floats
    available: Floats


def working_capital(case: Case, terms: Terms) -> Floats:
    """Sales of some days at full output, USD, shape (draw,)."""
    return np.asarray(case.full_output * case.price * terms.working_days / DAYS)


def aid_of(case: Case, instrument: Instrument, output: Floats) -> Floats:
    """What an operating instrument pays in each year, USD, shape (draw, year).

    * price floor: ``share x output x max(0, floor - price)``
    * contract for difference, offtake at a price: ``share x output x (strike - price)``
    * sales-linked incentive: ``output x min(share x price, per_kg)``; where neither is on record
      its cap is spread over its years at full output of the nameplate.

    It runs from its start, or that of the plant, for its years; what it pays in all is at most
    its cap. The share of a floor or contract is its part of the output.
    """
    window = paid_part(case, instrument, output.shape[1])
    paid = output * _per_kg(case, instrument)[:, None] * window
    if instrument.cap is None:
        return np.asarray(paid)
    positive = np.maximum(paid, 0.0)
    before = np.cumsum(positive, axis=1) - positive
    return np.asarray(np.minimum(paid, np.maximum(0.0, instrument.cap - before)))


def _per_kg(case: Case, instrument: Instrument) -> Floats:
    if instrument.kind == "sales-incentive":
        return _incentive_per_kg(case, instrument)
    if instrument.per_kg is None:
        return np.zeros(case.draws)
    share = 1.0 if instrument.share is None else instrument.share
    short = instrument.per_kg - case.price
    return np.asarray(
        share * (np.maximum(short, 0.0) if instrument.kind == "price-floor" else short)
    )


def _incentive_per_kg(case: Case, instrument: Instrument) -> Floats:
    limit = math.inf if instrument.per_kg is None else instrument.per_kg
    if instrument.share is not None:
        return np.asarray(np.minimum(instrument.share * case.price, limit))
    if instrument.per_kg is not None:
        return np.full(case.draws, instrument.per_kg)
    if instrument.cap is None or instrument.years is None:
        return np.zeros(case.draws)
    nameplate = case.capacity * case.kg_per_unit * instrument.years
    return np.full(case.draws, instrument.cap / nameplate)


def paid_part(case: Case, instrument: Instrument, years: int) -> Floats:
    """Part of the running time of each year in which an instrument pays, shape (draw, year)."""
    first = case.build
    if instrument.start is not None:
        first = np.full(case.draws, float(instrument.start - case.year))
    length = math.inf if instrument.years is None else instrument.years
    running = overlap(case.build, np.full(case.draws, math.inf), years)
    inside = overlap(np.maximum(first, case.build), first + length, years)
    return np.asarray(inside / np.where(running > 0, running, 1.0))


def cash_flow(case: Case, terms: Terms, instruments: Sequence[Instrument] = ()) -> CashFlow:
    """Cash of a plant with the aid of some operating instruments.

    Depreciation is straight over the life on capital cost with overrun; a loss is not carried
    forward (to the safe side).

    Args:
        case: The plant.
        terms: Rates and habits.
        instruments: Operating ones count; others are passed over.
    """
    schedule = Schedule(case, terms)
    aids = [aid_of(case, one, schedule.output) for one in instruments if one.kind in OPERATION]
    return cash_with(schedule, case, sum(aids, np.zeros_like(schedule.output)))


def cash_with(schedule: Schedule, case: Case, aid: Floats) -> CashFlow:
    """Cash of a plant at the price of a case, with an aid of shape (draw, year)."""
    terms, output = schedule.terms, schedule.output
    revenue = output * case.price[:, None]
    earned = revenue - schedule.feed - schedule.opex - schedule.fixed + aid
    tax = terms.tax * np.maximum(0.0, earned - schedule.written_off)
    back = schedule.last * working_capital(case, terms)[:, None]
    return CashFlow(
        years=schedule.years,
        running=schedule.running,
        output=output,
        revenue=revenue,
        feed=schedule.feed,
        opex=schedule.opex,
        fixed=schedule.fixed,
        aid=aid,
        tax=tax,
        working_capital=back,
        available=earned - tax + back,
    )
