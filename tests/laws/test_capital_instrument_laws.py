"""Laws of money, price floors and instruments of a capital stack."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.capital.case import Case
from midstream.capital.conditions import GIVEN, Instrument
from midstream.capital.floor import (
    Contract,
    PriceLaw,
    expected_call,
    expected_payments,
    expected_put,
    floor_cost,
    payments,
    present_value,
)
from midstream.capital.instruments import (
    InstrumentCost,
    instrument_costs,
)
from midstream.capital.money import Money, to_dollars
from midstream.capital.stack import fund
from midstream.evidence import Evidence
from units.capital.one_plant import one_plant, some_terms

prices = st.floats(5, 500)
shares = st.floats(0, 1)
CURRENCIES = ("INR", "EUR", "AUD", "JPY", "KRW", "CNY", "CAD", "USD")


@st.composite
def laws(draw: st.DrawFn) -> PriceLaw:
    return PriceLaw(
        start=draw(prices),
        mean=draw(prices),
        reversion=draw(st.floats(0.05, 2)),
        volatility=draw(st.floats(0.05, 0.6)),
        flood_rate=draw(st.floats(0, 0.5)),
        flood_cut=draw(st.floats(0, 0.6)),
        flood_years=draw(st.floats(0.5, 5)),
    )


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    floor = draw(prices)
    return Contract(
        floor=floor,
        volume=draw(st.floats(1, 1e7)),
        years=draw(st.integers(1, 12)),
        first=draw(st.integers(1, 4)),
        share=draw(shares),
        above=floor * draw(st.floats(1, 2)),
        cap=draw(st.one_of(st.none(), st.floats(0, 1e8))),
        stockpiled=draw(st.floats(0, 1e6)),
        vat=draw(st.floats(0, 0.2)),
    )


class TestMoney:
    @given(
        st.floats(1, 1e12),
        st.floats(1, 1e12),
        st.sampled_from(CURRENCIES),
        st.integers(2010, 2025),
        st.integers(2010, 2025),
    )
    def test_a_currency_leaves_ratios(
        self,
        evidence: Evidence,
        one: float,
        other: float,
        currency: str,
        year: int,
        price_year: int,
    ) -> None:
        first = to_dollars(evidence, Money(one, currency, year), price_year)
        second = to_dollars(evidence, Money(other, currency, year), price_year)
        assert first.real / second.real == pytest.approx(one / other)

    @given(st.floats(1, 1e12), st.sampled_from(CURRENCIES), st.integers(2010, 2025))
    def test_parts_add_up(
        self, evidence: Evidence, amount: float, currency: str, year: int
    ) -> None:
        whole = to_dollars(evidence, Money(amount, currency, year), 2025)
        half = to_dollars(evidence, Money(amount / 2, currency, year), 2025)
        assert 2 * half.real == pytest.approx(whole.real)


class TestFloors:
    @settings(max_examples=30)
    @given(laws(), contracts(), st.integers(0, 10**6))
    def test_the_simulation_agrees_with_the_closed_form(
        self, law: PriceLaw, contract: Contract, seed: int
    ) -> None:
        cost = floor_cost(contract, law, 0.04, draws=4000, seed=seed)
        error = cost.standard_error
        # A claim that pays once in a thousand years of draws has no standard error to speak of.
        rare = 1e-3 * contract.volume * contract.floor * contract.years
        # 30 examples at 3 s.e. would fail by chance once in 12 runs; 5 never does.
        assert abs(cost.present.mean() - cost.present_closed) <= 5 * error + rare

    def test_put_and_simulation_agree_within_three_standard_errors(self) -> None:
        law = PriceLaw(70, 75, 0.5, 0.35, 0.125, 0.35, 2.5)
        cost = floor_cost(Contract(85, 1.5e6, 10), law, 0.04, draws=20000)
        assert abs(cost.present.mean() - cost.present_closed) <= 3 * cost.standard_error

    @given(prices, st.floats(0.05, 2), st.floats(0.05, 0.6), st.integers(1, 20), st.floats(0, 0.2))
    def test_a_two_way_contract_at_the_mean_costs_nothing(
        self, mean: float, reversion: float, volatility: float, years: int, rate: float
    ) -> None:
        law = PriceLaw(mean, mean, reversion, volatility)
        cost = floor_cost(Contract.two_way(mean, 1.0, years), law, rate, draws=2)
        assert cost.present_closed == pytest.approx(0, abs=1e-9 * mean * years)

    @given(prices, st.lists(prices, min_size=1, max_size=5), st.floats(0, 1))
    def test_put_less_call_is_strike_less_mean(
        self, strike: float, means: list[float], variance: float
    ) -> None:
        mean, spread = np.array(means), np.full(len(means), variance)
        put, call = expected_put(strike, mean, spread), expected_call(strike, mean, spread)
        assert put - call == pytest.approx(strike - mean, abs=1e-9 * 500)
        assert (put >= -1e-12).all()
        assert (call >= -1e-12).all()

    @given(laws(), contracts(), st.floats(1, 1.5))
    def test_a_higher_floor_or_more_volume_never_costs_less(
        self, law: PriceLaw, contract: Contract, factor: float
    ) -> None:
        years = contract.last
        plain = Contract(contract.floor, contract.volume, contract.years, contract.first)
        higher = Contract(contract.floor * factor, plain.volume, plain.years, plain.first)
        more = Contract(plain.floor, plain.volume * factor, plain.years, plain.first)
        base = expected_payments(plain, law, years)
        slack = 1e-9 * plain.volume * plain.floor
        assert (expected_payments(higher, law, years) >= base - slack).all()
        assert (expected_payments(more, law, years) >= base - slack).all()

    @given(laws(), contracts(), shares)
    def test_more_upside_never_costs_more(
        self, law: PriceLaw, contract: Contract, less: float
    ) -> None:
        other = replace(contract, share=contract.share * less)
        years = contract.last
        slack = 1e-9 * contract.volume * 1e3
        found = expected_payments(contract, law, years)
        assert (found <= expected_payments(other, law, years) + slack).all()

    @given(laws(), contracts())
    def test_doubling_all_money_doubles_the_cost(self, law: PriceLaw, contract: Contract) -> None:
        rich = replace(law, start=2 * law.start, mean=2 * law.mean)
        above = None if contract.above is None else 2 * contract.above
        cap = None if contract.cap is None else 2 * contract.cap
        dear = replace(contract, floor=2 * contract.floor, above=above, cap=cap)
        base = expected_payments(contract, law, contract.last)
        slack = 1e-7 * contract.volume
        assert expected_payments(dear, rich, contract.last) == pytest.approx(2 * base, abs=slack)

    @given(contracts(), st.lists(prices, min_size=1, max_size=12))
    def test_nothing_is_paid_outside_the_contract_and_no_more_than_the_cap_comes_back(
        self, contract: Contract, path: list[float]
    ) -> None:
        paid = payments(contract, np.array([path]))[0]
        years = np.arange(1, len(path) + 1)
        outside = (years < contract.first) | (years > contract.last)
        assert (paid[outside] == 0).all()
        if contract.cap is not None:
            assert (paid >= -contract.cap).all()

    @given(laws(), st.integers(1, 15))
    def test_a_flood_never_lowers_the_cost_of_a_floor(self, law: PriceLaw, years: int) -> None:
        calm = PriceLaw(law.start, law.mean, law.reversion, law.volatility)
        contract = Contract(law.mean, 1.0, years)
        flooded = expected_payments(contract, law, years)
        assert (flooded >= expected_payments(contract, calm, years) - 1e-9).all()

    @given(st.lists(st.floats(0, 1e9), min_size=1, max_size=20), st.floats(0, 0.2), shares)
    def test_a_higher_rate_never_raises_a_present_value(
        self, flows: list[float], rate: float, more: float
    ) -> None:
        paid = np.array(flows)
        value = float(present_value(paid, rate))
        assert float(present_value(paid, rate + more)) <= value * (1 + 1e-12)


TERMS = some_terms()


@st.composite
def plants(draw: st.DrawFn) -> Case:
    return one_plant(
        capex=draw(st.floats(50e6, 1e9)),
        overrun=draw(st.floats(0, 0.9)),
        build=draw(st.floats(0.5, 5)),
        ramp=draw(st.floats(0, 4)),
        utilisation=draw(st.floats(0.1, 1)),
        price=draw(st.floats(30, 150)),
    )


loans = st.builds(
    Instrument,
    kind=st.sampled_from(["concessional-loan", "eca-loan"]),
    payer=st.just("Bank"),
    amount=st.floats(1e6, 500e6),
    rate=st.floats(0, 0.1),
    tenor=st.floats(1, 20),
)
gifts = st.builds(
    Instrument,
    kind=st.sampled_from(sorted(GIVEN)),
    payer=st.just("State"),
    amount=st.floats(1e6, 500e6),
)
aids = st.builds(
    Instrument,
    kind=st.just("sales-incentive"),
    payer=st.just("State"),
    share=st.floats(0, 0.5),
    per_kg=st.floats(0, 40),
    years=st.floats(1, 10),
)


def costs(case: Case, *instruments: Instrument) -> list[InstrumentCost]:
    found = instrument_costs(
        fund(case, instruments, TERMS), lambda some: fund(case, some, TERMS), 0.04
    )
    return [cost for cost in found if cost.instrument in instruments]


class TestInstruments:
    # Not so for loans: a short or a dear one takes the cash that equity would have been paid from.
    @given(plants(), st.one_of(gifts, aids))
    def test_given_money_and_aid_never_widen_the_gap(self, case: Case, one: Instrument) -> None:
        (cost,) = costs(case, one)
        assert cost.additionality is not None
        assert cost.additionality[0] >= -1e-6 * case.capex[0]

    @given(plants(), st.one_of(gifts, loans))
    def test_money_before_the_start_never_adds_more_than_itself(
        self, case: Case, one: Instrument
    ) -> None:
        (cost,) = costs(case, one)
        assert cost.additionality is not None
        assert cost.displaced is not None
        assert cost.additionality[0] <= cost.amount[0] + 1e-6 * case.capex[0]
        assert cost.additionality + cost.displaced == pytest.approx(cost.amount)

    @given(plants(), loans)
    def test_a_loan_below_the_market_is_worth_less_than_its_amount(
        self, case: Case, one: Instrument
    ) -> None:
        (cost,) = costs(case, one)
        assert cost.equivalent is not None
        assert one.rate is not None
        worth, slack = cost.equivalent[0], 1e-6 * case.capex[0]
        assert worth <= cost.amount[0] + slack
        assert worth >= -slack if one.rate <= TERMS.debt_rate else worth <= slack

    @given(plants(), gifts, st.floats(1.1, 3))
    def test_doubling_all_money_leaves_ratios(
        self, case: Case, one: Instrument, factor: float
    ) -> None:
        names = ("capex", "price", "feed", "opex", "fixed")
        rich = replace(case, **{name: getattr(case, name) * factor for name in names})
        assert one.amount is not None
        (cost,), (dear,) = costs(case, one), costs(rich, replace(one, amount=one.amount * factor))
        assert dear.amount == pytest.approx(cost.amount * factor)
        assert dear.per_kg == pytest.approx(cost.per_kg * factor)

    @given(plants(), gifts, st.floats(0, 0.2), st.floats(0, 0.2))
    def test_at_a_higher_rate_a_gift_is_worth_less_today(
        self, case: Case, one: Instrument, rate: float, more: float
    ) -> None:
        stack = fund(case, [one], TERMS)

        def worth(at: float) -> float:
            found = instrument_costs(stack, lambda some: fund(case, some, TERMS), at)
            return float(next(c.equivalent for c in found if c.equivalent is not None)[0])

        assert worth(rate + more) <= worth(rate) * (1 + 1e-9)
        assert worth(0.0) == pytest.approx(stack.of(*GIVEN)[0])

    @given(plants(), st.floats(40, 200))
    def test_a_floor_on_all_output_costs_what_it_makes_up_per_kg(
        self, case: Case, strike: float
    ) -> None:
        (cost,) = costs(case, Instrument("price-floor", "State", per_kg=strike))
        assert cost.per_kg[0] == pytest.approx(max(0.0, strike - case.price[0]), abs=1e-9)
