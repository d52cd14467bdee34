"""What an instrument costs, and whom: grant equivalent, cost per kg, additionality."""

from __future__ import annotations

import numpy as np

from midstream.chain.estimate import Floats
from midstream.errors import InputError


def annuity(rate: float, tenor: float) -> float:
    """Value today of one unit a year: ``(1 - (1 + r)^-n) / r``; ``n`` at a rate of nil.

    Raises:
        InputError: if the tenor is not above 0, or the rate is -1 or less.
    """
    check_loan(rate, tenor)
    if abs(rate) < 1e-12:
        return tenor
    return float(-np.expm1(-tenor * np.log1p(rate)) / rate)


def check_loan(rate: float, tenor: float) -> None:
    """Check rate and tenor of a loan.

    Raises:
        InputError: if the tenor is not above 0, or the rate is -1 or less.
    """
    if not tenor > 0:
        raise InputError(
            f"a tenor of {tenor:g} years",
            where="loan",
            why="a loan that is due at once lends nothing",
            mend="give a tenor above 0",
        )
    if not rate > -1:
        raise InputError(
            f"a rate of {rate:g}",
            where="loan",
            why="money cannot be discounted at -100 % or less",
            mend="give the rate as a share, such as 0.03",
        )


def loan_grant_equivalent(amount: Floats, rate: float, market_rate: float, tenor: float) -> Floats:
    """What a cheap loan is worth to the one who takes it.

    Level payments at the loan's rate, brought to today at the rate of the market:
    ``amount (1 - annuity(market) / annuity(rate))``; below 0 where the loan is dearer.

    Args:
        amount: USD, shape (draw,).
        rate: Rate of the loan.
        market_rate: Rate of the market.
        tenor: Years.

    Raises:
        InputError: if the tenor is not above 0, or a rate is -1 or less.
    """
    left = 1 - annuity(market_rate, tenor) / annuity(rate, tenor)
    return np.asarray(amount * left)


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
