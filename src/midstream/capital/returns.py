"""Net present value and internal rate of return, of the project and of its equity.

Project: capital cost with overrun, spread evenly over the building time, working capital at the
start, then cash before any lender or owner. Given money counts as coming in with the spending.
Equity: what owners put in, spread evenly over the building time, then cash after debt service.
"""

from __future__ import annotations

import numpy as np
import pyxirr

from midstream.capital.funding import Funding
from midstream.capital.stack import discount, equity_weights, rate_of
from midstream.chain.estimate import Floats


def project_flows(funding: Funding) -> Floats:
    """Cash of the project at the end of each year since the decision, shape (draw, year)."""
    given = funding.of("grant", "capex-subsidy", "tax-credit")
    spent = funding.uses["capital cost"] + funding.uses["overrun"] - given
    built = equity_weights(funding.case, len(funding.cash.years))
    held = _start_year(funding) * funding.uses["working capital"][:, None]
    return np.asarray(funding.cash.available - built * spent[:, None] - held)


def equity_flows(funding: Funding) -> Floats:
    """Cash of the owners at the end of each year since the decision, shape (draw, year)."""
    built = equity_weights(funding.case, len(funding.cash.years))
    left = funding.cash.available - funding.service
    return np.asarray(left - built * funding.of("equity")[:, None])


def _start_year(funding: Funding) -> Floats:
    """1 in the year the building ends, shape (draw, year)."""
    last = np.ceil(funding.case.build - 1e-9)[:, None]
    return np.asarray(funding.cash.years == last, dtype=float)


def stack_rate(funding: Funding) -> Floats:
    """Rate of the money in the stack, shape (draw,).

    Repaid layers at their rates and the rest, gap included, at the return that owners want,
    weighted by amount; given money has no rate and no weight.
    """
    weighted, money = np.zeros(funding.case.draws), np.zeros(funding.case.draws)
    for layer in funding.layers:
        if layer.service is not None:
            weighted = weighted + layer.amount * rate_of(layer.instrument, funding.terms)
            money = money + layer.amount
    own = funding.of("equity") + funding.gap
    total = money + own
    mean = (weighted + own * funding.terms.equity_rate) / np.where(total > 0, total, 1.0)
    return np.asarray(np.where(total > 0, mean, funding.terms.equity_rate))


def npv(funding: Funding, rate: float | Floats | None = None) -> Floats:
    """Value of the project at the day of decision, USD, shape (draw,).

    Args:
        funding: The funded plant.
        rate: Real rate a year; ``None`` takes that of the money in the stack (`stack_rate`).
    """
    used = stack_rate(funding) if rate is None else np.asarray(rate, dtype=float)
    factors = discount(np.atleast_1d(used)[:, None], funding.cash.years)
    return np.asarray((project_flows(funding) * factors).sum(axis=1))


def equity_npv(funding: Funding) -> Floats:
    """Value of the equity to its owners at the day of decision, USD, shape (draw,)."""
    factors = discount(funding.terms.equity_rate, funding.cash.years)
    return np.asarray((equity_flows(funding) * factors).sum(axis=1))


def irr(funding: Funding) -> Floats:
    """Return of the project a year, shape (draw,); ``nan`` where it has none."""
    return rates_of_return(project_flows(funding))


def equity_irr(funding: Funding) -> Floats:
    """Return of the equity a year, shape (draw,); ``nan`` where no owner puts money in."""
    found = rates_of_return(equity_flows(funding))
    return np.asarray(np.where(funding.of("equity") > 0, found, np.nan))


def rates_of_return(flows: Floats) -> Floats:
    """Internal rate of return of yearly flows of shape (draw, year); ``nan`` where none exists."""
    found = [pyxirr.irr(row, silent=True) for row in flows]
    return np.array([np.nan if rate is None else rate for rate in found])
