"""What of a plant does not move with its price: years, output, running cost, discount factors."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from midstream.capital.case import Case
from midstream.capital.conditions import Terms
from midstream.chain.estimate import Floats


def horizon(case: Case, terms: Terms) -> int:
    """Number of years looked at: until the last plant of the draws has run its life."""
    return math.ceil(float(case.build.max()) + terms.life - 1e-9)


def overlap(first: Floats, last: Floats, years: int) -> Floats:
    """Part of each year since the decision that lies between two times, shape (draw, year).

    Args:
        first, last: Times in years since the decision, shape (draw,).
        years: Number of years.
    """
    ends = np.arange(1, years + 1, dtype=float)
    part = np.minimum(ends, last[:, None]) - np.maximum(ends - 1, first[:, None])
    return np.asarray(np.clip(part, 0.0, 1.0))


def ramp(start: Floats, length: Floats, years: int) -> Floats:
    """Part of full output in each year of a straight ramp, without an end, shape (draw, year).

    The mean over the year of ``min(1, (t - start) / length)``, 0 before the start.
    """
    after = np.maximum(np.arange(years + 1, dtype=float) - start[:, None], 0.0)
    long = np.maximum(length, 1e-9)[:, None]
    # Integral of min(1, t / T) from 0 to t.
    area = np.where(after < long, after**2 / (2 * long), after - long / 2)
    return np.asarray(np.diff(area, axis=1))


def output_of(case: Case, terms: Terms) -> Floats:
    """Kg of product (or units) in each year since the decision, shape (draw, year)."""
    years = horizon(case, terms)
    end = case.build + terms.life
    open_part = overlap(np.zeros_like(end), end, years)
    return np.asarray(case.full_output[:, None] * ramp(case.build, case.ramp, years) * open_part)


def spending(case: Case, years: int) -> tuple[Floats, Floats]:
    """Part of the building time in each year, and when it is paid, shape (draw, year) each.

    Money is spent evenly and paid at the end of a year, or at the start of the plant if that
    comes first.
    """
    built = overlap(np.zeros_like(case.build), case.build, years)
    ends = np.arange(1, years + 1, dtype=float)
    return built / case.build[:, None], np.minimum(ends, case.build[:, None])


def spending_worth(case: Case, rate: float | Floats, years: int) -> Floats:
    """Value at the decision of one USD spent evenly while the plant is built, shape (draw,)."""
    part, paid = spending(case, years)
    return np.asarray((part * discount(rate, paid)).sum(axis=1))


def discount(rate: float | Floats, years: Floats) -> Floats:
    """``(1 + rate)^-years``; a rate for each draw has the shape (draw,)."""
    base = 1 + np.asarray(rate, dtype=float)
    return np.asarray((base[:, None] if base.ndim else base) ** -years)


@dataclass(frozen=True)
class Schedule:
    """A plant under terms of money; the price of the case plays no part in it.

    Arrays have the shape (draw, year) unless a docstring says otherwise; each is worked out once,
    for all the prices and instruments a plant is funded at.

    Attributes:
        case: The plant, at any price.
        terms: Rates and habits of lenders and owners.
    """

    case: Case
    terms: Terms
    _shares: dict[float, Floats] = field(default_factory=dict, init=False, repr=False)
    _factors: dict[float, Floats] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def years(self) -> Floats:
        """Years since the decision at their ends, shape (year,): 1, 2, ..."""
        return np.arange(1, horizon(self.case, self.terms) + 1, dtype=float)

    @cached_property
    def end(self) -> Floats:
        """Years from the decision to the end of the life, shape (draw,)."""
        return self.case.build + self.terms.life

    @cached_property
    def running(self) -> Floats:
        """Part of the year in which the plant stands, 0..1."""
        return overlap(self.case.build, self.end, len(self.years))

    @cached_property
    def last(self) -> Floats:
        """1 in the year in which the plant closes, else 0."""
        closing = np.ceil(self.end - 1e-9)[:, None] - 1
        return np.asarray(np.arange(len(self.years)) == closing, dtype=float)

    @cached_property
    def output(self) -> Floats:
        """Kg of product (or units) a year."""
        return output_of(self.case, self.terms)

    @cached_property
    def feed(self) -> Floats:
        """Cost of feed, USD a year."""
        return self.output * self.case.feed[:, None]

    @cached_property
    def opex(self) -> Floats:
        """Running cost that follows the output, USD a year."""
        return self.output * self.case.opex[:, None]

    @cached_property
    def fixed(self) -> Floats:
        """Running cost that does not, USD a year."""
        return self.running * self.case.fixed[:, None]

    @cached_property
    def written_off(self) -> Floats:
        """Depreciation on capital cost with overrun, straight over the life, USD a year."""
        spent = self.case.capex * (1 + self.case.overrun)
        return self.running * (spent / self.terms.life)[:, None]

    def repaying(self, tenor: float) -> Floats:
        """Part of the time the plant stands in a year in which a loan of some years is repaid.

        The cash of a year in which the plant opens or closes is that of the part it stands.
        """
        if tenor not in self._shares:
            build = self.case.build
            inside = overlap(build, build + tenor, len(self.years))
            standing = np.where(self.running > 0, self.running, 1.0)
            self._shares[tenor] = np.minimum(1.0, inside / standing)
        return self._shares[tenor]

    def at_start(self, rate: float) -> Floats:
        """Value at the start of the plant of one USD at the end of a year."""
        if rate not in self._factors:
            self._factors[rate] = discount(rate, self.years - self.case.build[:, None])
        return self._factors[rate]

    @cached_property
    def at_decision(self) -> Floats:
        """Value to owners at the decision of one USD at the end of a year, shape (year,)."""
        return discount(self.terms.equity_rate, self.years)

    @cached_property
    def put_in(self) -> Floats:
        """Value to owners at the decision of one USD they put in while building, shape (draw,)."""
        return spending_worth(self.case, self.terms.equity_rate, len(self.years))
