"""Net present value and internal rate of return, of the project and of its equity.

Project: capital cost with overrun less given money, spread evenly over the building time, working
capital at the start, then cash before any lender or owner. Equity: what owners put in, spread the
same way, then cash after debt service.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyxirr

from midstream.capital.conditions import GIVEN
from midstream.capital.funding import Funding
from midstream.capital.schedule import discount, spending
from midstream.capital.stack import rate_of
from midstream.chain.estimate import Floats

#: Days of a year in which the library counts time.
DAYS = 365
FIRST_DAY = np.datetime64("2000-01-01")


@dataclass(frozen=True, slots=True)
class Flows:
    """Cash of a project or of its owners.

    Attributes:
        cash: USD, below 0 where money is put in, shape (draw, flow).
        times: Years since the decision, shape (draw, flow).
    """

    cash: Floats
    times: Floats

    def value(self, rate: float | Floats) -> Floats:
        """Value at the decision at a rate, or one for each draw: ``sum cash (1 + r)^-t``."""
        return np.asarray((self.cash * discount(rate, self.times)).sum(axis=1))


def project_flows(funding: Funding) -> Flows:
    """Cash of the project."""
    given = funding.of(*GIVEN)
    spent = funding.uses["capital cost"] + funding.uses["overrun"] - given
    return _flows(funding, spent, funding.uses["working capital"], funding.cash.available)


def equity_flows(funding: Funding) -> Flows:
    """Cash of the owners."""
    own = funding.of("equity")
    return _flows(funding, own, np.zeros_like(own), funding.cash.available - funding.service)


def _flows(funding: Funding, spent: Floats, held: Floats, cash: Floats) -> Flows:
    """Spending while building, a sum at the start, then cash at the ends of years."""
    part, paid = spending(funding.case, cash.shape[1])
    ends = np.broadcast_to(funding.cash.years, cash.shape)
    flows = np.concatenate([-part * spent[:, None], -held[:, None], cash], axis=1)
    return Flows(flows, np.concatenate([paid, funding.case.build[:, None], ends], axis=1))


def stack_rate(funding: Funding) -> Floats:
    """Rate of the money in the stack, shape (draw,).

    Repaid layers at their rates and the rest, gap included, at the return that owners want,
    weighted by amount; given money has no rate and no weight.
    """
    own = funding.of("equity") + funding.gap
    weighted, money = own * funding.terms.equity_rate, own
    for layer in funding.layers:
        if layer.service is not None:
            weighted = weighted + layer.amount * rate_of(layer.instrument, funding.terms)
            money = money + layer.amount
    mean = weighted / np.where(money > 0, money, 1.0)
    return np.asarray(np.where(money > 0, mean, funding.terms.equity_rate))


def npv(funding: Funding, rate: float | Floats | None = None) -> Floats:
    """Value of the project at the day of decision, USD, shape (draw,).

    Args:
        funding: The funded plant.
        rate: Real rate a year, or one for each draw; ``None`` takes that of the money in the
            stack (`stack_rate`).
    """
    return project_flows(funding).value(stack_rate(funding) if rate is None else rate)


def equity_npv(funding: Funding) -> Floats:
    """Value of the equity to its owners at the day of decision, USD, shape (draw,)."""
    return equity_flows(funding).value(funding.terms.equity_rate)


def irr(funding: Funding) -> Floats:
    """Return of the project a year, shape (draw,); ``nan`` where it has none."""
    return rates_of_return(project_flows(funding))


def equity_irr(funding: Funding) -> Floats:
    """Return of the equity a year, shape (draw,); ``nan`` where no owner puts money in."""
    found = rates_of_return(equity_flows(funding))
    return np.asarray(np.where(funding.of("equity") > 0, found, np.nan))


def rates_of_return(flows: Flows) -> Floats:
    """Internal rate of return, shape (draw,); ``nan`` where none exists.

    Times count in days, so that a start inside a year is where it is.
    """
    days = np.rint(flows.times * DAYS).astype("timedelta64[D]") + FIRST_DAY
    found = [
        pyxirr.xirr(dates, cash, silent=True) for dates, cash in zip(days, flows.cash, strict=True)
    ]
    return np.array([np.nan if rate is None else rate for rate in found], dtype=float)
