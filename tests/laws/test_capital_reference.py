"""The stack against a plain reckoning of one plant, year by year, written from the formulas alone.

The engine works on arrays over draws; this walks through one plant with numbers and loops. Both
have to give the same uses, layers and gap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.capital.case import Case
from midstream.capital.conditions import Instrument, Terms
from midstream.capital.funding import Funding
from midstream.capital.returns import npv
from midstream.capital.stack import fund
from midstream.chain.estimate import Floats


@dataclass(frozen=True)
class Plant:
    """One plant in plain numbers."""

    capex: float
    overrun: float
    build: float
    ramp: float
    use: float
    price: float
    feed: float
    opex: float
    fixed: float

    def case(self) -> Case:
        def one(value: float) -> Floats:
            return np.array([value])

        return Case(
            form="any",
            country="any",
            facility="",
            unit="t/yr",
            capacity=1000.0,
            year=2027,
            kg_per_unit=1000.0,
            price_year=2025,
            capex=one(self.capex),
            overrun=one(self.overrun),
            build=one(self.build),
            ramp=one(self.ramp),
            utilisation=one(self.use),
            price=one(self.price),
            feed=one(self.feed),
            opex=one(self.opex),
            fixed=one(self.fixed),
        )


TERMS = Terms(
    debt_rate=0.05,
    equity_rate=0.12,
    concessional_rate=0.02,
    cover_ratio=1.4,
    concessional_cover=1.1,
    debt_share=0.7,
    tenor=10,
    tax=0.25,
    life=15,
    working_days=60,
    interest_share=0.4,
    price_limit=10,
)
plants = st.builds(
    Plant,
    capex=st.floats(1e7, 3e8),
    overrun=st.floats(0, 0.9),
    build=st.sampled_from([1.0, 1.5, 2.0, 2.25, 3.0, 4.0]),
    ramp=st.floats(0.1, 6),
    use=st.floats(0.2, 1),
    price=st.floats(10, 150),
    feed=st.floats(0, 30),
    opex=st.floats(5, 40),
    fixed=st.floats(0, 1e7),
)


def inside(begin: float, end: float, year: int) -> float:
    """Part of a year since the decision (1 is the first) that lies between two times."""
    return max(0.0, min(end, year) - max(begin, year - 1))


def risen(plant: Plant, time: float) -> float:
    """Years of full output up to a time since the decision, from the area under the ramp."""
    since = max(0.0, time - plant.build)
    if since <= plant.ramp:
        return since * (since / plant.ramp) / 2
    return plant.ramp / 2 + (since - plant.ramp)


class Walk:
    """Walks through the years of one plant with a subsidy, a loan and an incentive on sales."""

    def __init__(self, plant: Plant, subsidy: float, lent: float, paid: float) -> None:
        self.plant, self.lent = plant, lent
        self.spent = plant.capex * (1 + plant.overrun)
        self.full = 1e6 * plant.use
        self.end = plant.build + TERMS.life
        self.years = range(1, math.ceil(self.end) + 1)
        self.held = self.full * plant.price * TERMS.working_days / 365
        interest = TERMS.interest_share * self.spent * TERMS.debt_rate * plant.build
        self.total = self.spent + interest + self.held
        self.cash = [self.cash_of(year, paid) for year in self.years]
        self.layers = self.fill(subsidy)

    def cash_of(self, year: int, paid: float) -> float:
        plant = self.plant
        runs = inside(plant.build, self.end, year)
        begun = inside(plant.build, math.inf, year)
        out = self.full * (risen(plant, year) - risen(plant, year - 1))
        # The year of the end is cut to the part in which the plant still runs.
        out *= inside(0, self.end, year)
        window = inside(plant.build, plant.build + 5, year) / begun if begun else 0.0
        aid = out * window * min(0.4 * plant.price, paid)
        profit = out * (plant.price - plant.feed - plant.opex) + aid - runs * plant.fixed
        tax = TERMS.tax * max(0.0, profit - runs * self.spent / TERMS.life)
        back = self.held if year == math.ceil(self.end) else 0.0
        return profit - tax + back

    def lend(self, served: list[float], most: float, rate: float, cover: float) -> float:
        """Lend at most something against what is free of the cash; raises what is served."""
        plant, free = self.plant, []
        for year, cash, paid in zip(self.years, self.cash, served, strict=True):
            begun = inside(plant.build, self.end, year)
            part = inside(plant.build, plant.build + TERMS.tenor, year) / begun if begun else 0.0
            free.append(max(0.0, cash / cover * min(1.0, part) - paid))
        worth = sum(
            one / math.pow(1 + rate, year - plant.build)
            for year, one in zip(self.years, free, strict=True)
        )
        amount = max(0.0, min(most, worth))
        for number, one in enumerate(free):
            served[number] += one * amount / worth if worth else 0.0
        return amount

    def fill(self, subsidy: float) -> list[float]:
        served = [0.0 for _ in self.years]
        left = self.total
        given_money = min(subsidy * self.plant.capex, left)
        left -= given_money
        cheap = self.lend(served, min(self.lent, left), 0.02, TERMS.concessional_cover)
        left -= cheap
        room = TERMS.debt_share * self.total - cheap
        debt = self.lend(served, min(room, left), TERMS.debt_rate, TERMS.cover_ratio)
        left -= debt
        return [given_money, cheap, debt, self.equity(served, left)]

    def equity(self, served: list[float], left: float) -> float:
        factor = [1 / (1 + TERMS.equity_rate) ** year for year in self.years]
        worth = sum(
            (cash - paid) * one for cash, paid, one in zip(self.cash, served, factor, strict=True)
        )
        build = self.plant.build
        put_in = sum(
            inside(0, build, year) / build / (1 + TERMS.equity_rate) ** min(year, build)
            for year in self.years
        )
        return max(0.0, min(worth / put_in, left))


def funded(plant: Plant, subsidy: float, lent: float, paid: float) -> Funding:
    instruments = [
        Instrument("sales-incentive", "state", share=0.4, per_kg=paid, years=5),
        Instrument("concessional-loan", "state", amount=lent, rate=0.02),
        Instrument("capex-subsidy", "state", share=subsidy),
    ]
    return fund(plant.case(), instruments, TERMS)


@settings(max_examples=80)
@given(plants, st.floats(0, 0.6), st.floats(0, 2e8), st.floats(0, 30))
def test_the_stack_is_what_a_plain_reckoning_gives(
    plant: Plant, subsidy: float, lent: float, paid: float
) -> None:
    walk, found = Walk(plant, subsidy, lent, paid), funded(plant, subsidy, lent, paid)
    assert float(found.total[0]) == pytest.approx(walk.total)
    assert found.cash.available[0] == pytest.approx(walk.cash, abs=1)
    kinds = ("capex-subsidy", "concessional-loan", "commercial-debt", "equity")
    layers = [float(found.of(kind)[0]) for kind in kinds]
    assert layers == pytest.approx(walk.layers, abs=1)
    assert float(found.gap[0]) == pytest.approx(walk.total - sum(walk.layers), abs=2)


@settings(max_examples=40)
@given(plants, st.floats(0.01, 0.2))
def test_value_today_is_what_a_plain_reckoning_gives(plant: Plant, rate: float) -> None:
    walk = Walk(plant, 0.0, 0.0, 0.0)
    value = 0.0
    for year, cash in zip(walk.years, walk.cash, strict=True):
        spent = walk.spent * inside(0, plant.build, year) / plant.build
        value += cash / (1 + rate) ** year - spent / (1 + rate) ** min(year, plant.build)
    value -= walk.held / (1 + rate) ** plant.build
    assert float(npv(funded(plant, 0.0, 0.0, 0.0), rate)[0]) == pytest.approx(value, abs=1)
