"""The stack: uses of money, the layers that cover them by rank, and the gap that is left.

    U   = capex (1 + overrun) + interest + working capital
    interest = interest share x capex (1 + overrun) x debt rate x build
    gap = U - given - public loans - commercial debt - equity,   each layer at most what is left

Repaid layers are paid from the cash of their years, in proportion to it (sculpted), so that the
value of the service at the rate of the layer is the layer. A public loan, an export credit or a
prepayment is at most what the cash supports at its cover ratio; commercial debt is at most

    min(debt share x U - other debt, sum_k max(0, CFADS_k / DSCR - service_k) / (1 + k_d)^(k - b))

and equity at most the value of what is left of the cash at the return that owners want, when
they put money in evenly while the plant is built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.capital.case import Case
from midstream.capital.cash import aid_of, cash_with, working_capital
from midstream.capital.conditions import (
    CONSTRUCTION,
    GIVEN,
    MARKET,
    OPERATION,
    REPAID,
    Instrument,
    Terms,
    check_instruments,
)
from midstream.capital.funding import Funding, Layer, sum_of
from midstream.capital.schedule import Schedule
from midstream.chain.estimate import Floats

#: Part of the uses below which money is rounding.
DUST = 1e-12
#: Kinds that give what the plant can carry where no amount is named.
_OPEN = frozenset({"commercial-debt", "equity"})


def fund(
    case: Case,
    instruments: Sequence[Instrument],
    terms: Terms,
    *,
    market: bool = True,
    equity_limit: float | None = None,
    schedule: Schedule | None = None,
) -> Funding:
    """Fund a plant with some instruments and, if wanted, the money of the market.

    Args:
        case: The plant.
        instruments: In any order; layers of one kind keep the order they are given in.
        terms: Rates and habits of lenders and owners.
        market: Whether lenders and owners that no instrument names give what the plant can
            carry. Without it only named money counts.
        equity_limit: Most that all owners can put in, USD; ``None`` for no limit.
        schedule: Of the same plant and terms at any price, where it is at hand.

    Raises:
        InputError: if shares of one whole sum to more than it.
    """
    check_instruments(instruments)
    held = schedule or Schedule(case, terms)
    output = held.output
    aid = tuple((one, aid_of(case, one, output)) for one in instruments if one.kind in OPERATION)
    total_aid = sum((paid for _, paid in aid), np.zeros_like(output))
    cash = cash_with(held, case, total_aid)
    uses = uses_of(case, terms)
    stack = _Stack(held, cash.available, sum_of(uses.values(), case.draws), equity_limit)
    for instrument in _ranked(instruments, market):
        stack.add(instrument)
    return Funding(case, terms, uses, tuple(stack.layers), stack.left, cash, aid, stack.service)


def uses_of(case: Case, terms: Terms) -> Mapping[str, Floats]:
    """What the money is spent on before the start, USD, shape (draw,) each."""
    spent = case.capex * (1 + case.overrun)
    return {
        "capital cost": case.capex,
        "overrun": case.capex * case.overrun,
        "interest during construction": terms.interest_share * spent * terms.debt_rate * case.build,
        "working capital": working_capital(case, terms),
    }


def _ranked(instruments: Sequence[Instrument], market: bool) -> list[Instrument]:
    """Construction instruments by rank, unnamed market money last in its rank."""
    unnamed = ("commercial-debt", "equity") if market else ()
    every = [*instruments, *(Instrument(kind, MARKET) for kind in unnamed)]
    built = [one for one in every if one.kind in CONSTRUCTION]
    return sorted(built, key=lambda one: CONSTRUCTION.index(one.kind))


@dataclass(frozen=True, slots=True)
class _Debt:
    """What cash of some years carries: service a year, and its value at the start."""

    service: Floats
    value: Floats


class _Stack:
    """Fills the layers one after the other."""

    def __init__(
        self, schedule: Schedule, available: Floats, total: Floats, equity_limit: float | None
    ) -> None:
        self.schedule, self.available = schedule, available
        self.case, self.terms = schedule.case, schedule.terms
        self.total, self.left = total, total
        self.owners_left = np.full(
            self.case.draws, np.inf if equity_limit is None else equity_limit
        )
        self.service = np.zeros_like(available)
        self.debt = np.zeros(self.case.draws)
        self.equity = np.zeros(self.case.draws)
        self.layers: list[Layer] = []

    def add(self, instrument: Instrument) -> None:
        """Put one layer on."""
        if instrument.kind in GIVEN:
            self._put(instrument, self._given(instrument))
        elif instrument.kind in REPAID:
            self._lend(instrument)
        else:
            self._own(instrument)

    def _put(self, instrument: Instrument, most: Floats, service: Floats | None = None) -> Floats:
        # What rounding leaves of a limit is no loan.
        most = np.where(most > DUST * self.total, most, 0.0)
        amount = np.minimum(most, self.left)
        self.left = self.left - amount
        paid = None if service is None else service * amount[:, None]
        self.layers.append(Layer(instrument, amount, paid))
        return amount

    def _given(self, instrument: Instrument) -> Floats:
        """Given money: a share of the planned capital cost, for a tax credit of the real one."""
        spent = self.case.capex
        if instrument.kind == "tax-credit":
            spent = spent * (1 + self.case.overrun)
        return _asked(instrument, spent)

    def _lend(self, instrument: Instrument) -> None:
        carried = self._carried(instrument)
        most = np.minimum(_asked(instrument, self.total), carried.value)
        if instrument.kind == "commercial-debt":
            most = np.minimum(most, self.terms.debt_share * self.total - self.debt)
        # Service per USD lent; a plant that carries nothing is lent nothing.
        safe = np.where(carried.value > 0, carried.value, 1.0)
        amount = self._put(instrument, most, carried.service / safe[:, None])
        self.debt = self.debt + amount
        paid = self.layers[-1].service
        self.service = self.service if paid is None else self.service + paid

    def _carried(self, instrument: Instrument) -> _Debt:
        """What the cash carries on top of what is paid already, shape (draw, year) and (draw,)."""
        terms = self.terms
        public = instrument.kind in ("concessional-loan", "prepayment")
        cover = terms.concessional_cover if public else terms.cover_ratio
        tenor = terms.tenor if instrument.tenor is None else min(instrument.tenor, terms.life)
        payable = self.available / cover * self.schedule.repaying(tenor)
        room = np.maximum(0.0, payable - self.service)
        value = (room * self.schedule.at_start(rate_of(instrument, terms))).sum(axis=1)
        return _Debt(room, value)

    def _own(self, instrument: Instrument) -> None:
        """Equity: at most what the cash after debt service is worth to owners."""
        schedule = self.schedule
        worth = ((self.available - self.service) * schedule.at_decision).sum(axis=1)
        most = np.minimum(_asked(instrument, self.total), worth / schedule.put_in - self.equity)
        amount = self._put(instrument, np.minimum(most, self.owners_left))
        self.equity = self.equity + amount
        self.owners_left = self.owners_left - amount


def rate_of(instrument: Instrument, terms: Terms) -> float:
    """Real rate of a repaid layer: its own, else that of the terms for its kind."""
    if instrument.rate is not None:
        return instrument.rate
    return terms.concessional_rate if instrument.kind == "concessional-loan" else terms.debt_rate


def _asked(instrument: Instrument, whole: Floats) -> Floats:
    """What an instrument offers: its amount, else its share of the whole, at most its cap."""
    if instrument.amount is not None:
        offered = np.full(whole.shape, instrument.amount)
    elif instrument.share is not None:
        offered = instrument.share * whole
    else:
        offered = (
            np.full(whole.shape, np.inf) if instrument.kind in _OPEN else np.zeros(whole.shape)
        )
    limit = np.inf if instrument.cap is None else instrument.cap
    return np.asarray(np.minimum(offered, limit))
