"""Laws of the capital stack, for plants, terms and support of all kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from midstream.capital.case import Case, with_price
from midstream.capital.cash import cash_flow
from midstream.capital.conditions import CONSTRUCTION, Instrument, Terms
from midstream.capital.funding import Funding
from midstream.capital.incentive import cash_cost, incentive_price
from midstream.capital.returns import (
    equity_flows,
    equity_irr,
    equity_npv,
    npv,
    project_flows,
    rates_of_return,
)
from midstream.capital.schedule import discount, overlap, ramp
from midstream.capital.stack import fund, rate_of
from midstream.chain.estimate import Floats
from units.capital.one_plant import one_plant, some_terms

#: A tenth of a millionth: what rounding may do to sums of hundreds of millions.
TINY = 1e-7
#: A return is found with times to the day.
DAY = 1e-3
DRAWS = 4
SMALLER = st.floats(0.05, 0.95)
few = settings(max_examples=30)


def several(low: float, high: float) -> st.SearchStrategy[list[float]]:
    return st.lists(st.floats(low, high), min_size=DRAWS, max_size=DRAWS)


@st.composite
def plants(draw: st.DrawFn, paying: bool = True) -> Case:
    """A plant; one that pays sells above its running cost at full output."""
    feed, opex = draw(several(0, 40)), draw(several(1, 40))
    margin = draw(several(1, 80)) if paying else draw(several(-20, 80))
    floor = np.array(feed) + np.array(opex)
    return one_plant(
        draws=DRAWS,
        capacity=draw(st.floats(10, 2e4)),
        capex=draw(several(1e6, 2e9)),
        overrun=draw(several(0, 1)),
        build=draw(several(0.5, 6)),
        ramp=draw(several(0, 6)),
        utilisation=draw(several(0.2, 1)),
        feed=feed,
        opex=opex,
        price=np.maximum(0.0, floor + np.array(margin)).tolist(),
        fixed=0.0,
    )


@st.composite
def money_terms(draw: st.DrawFn) -> Terms:
    debt = draw(st.floats(0.01, 0.1))
    return some_terms(
        debt_rate=debt,
        equity_rate=debt + draw(st.floats(0.01, 0.15)),
        concessional_rate=debt * draw(st.floats(0.0, 1.0)),
        cover_ratio=draw(st.floats(1.2, 2)),
        concessional_cover=draw(st.floats(1, 1.2)),
        debt_share=draw(st.floats(0.3, 0.8)),
        tenor=draw(st.floats(3, 18)),
        tax=draw(st.floats(0, 0.4)),
        life=draw(st.floats(10, 25)),
    )


def of_market(kind: str, **cells: float) -> Instrument:
    return Instrument(kind, "a payer", "JPN", **cells)  # type: ignore[arg-type]


@st.composite
def supports(draw: st.DrawFn) -> tuple[Instrument, ...]:
    """Support of every kind, each of which may be missing."""
    offers = [
        of_market("grant", amount=draw(st.floats(0, 5e8))),
        of_market("capex-subsidy", share=draw(st.floats(0, 0.5)), cap=draw(st.floats(0, 1e9))),
        of_market("tax-credit", share=draw(st.floats(0, 0.3))),
        of_market("concessional-loan", amount=draw(st.floats(0, 1e9))),
        of_market("eca-loan", share=draw(st.floats(0, 0.3))),
        of_market("prepayment", amount=draw(st.floats(0, 2e8)), tenor=draw(st.floats(1, 10))),
        of_market("price-floor", per_kg=draw(st.floats(0, 120)), years=draw(st.floats(1, 15))),
        of_market(
            "sales-incentive",
            share=draw(st.floats(0, 0.5)),
            per_kg=draw(st.floats(0, 30)),
            years=draw(st.floats(1, 8)),
            cap=draw(st.floats(0, 1e9)),
        ),
    ]
    kept = draw(st.lists(st.booleans(), min_size=len(offers), max_size=len(offers)))
    return tuple(one for one, keep in zip(offers, kept, strict=True) if keep)


def gap(case: Case, support: Sequence[Instrument], terms: Terms) -> Floats:
    return fund(case, support, terms).gap


def at_most(lower: Floats, higher: Floats, scale: Floats) -> bool:
    return bool(np.all(lower <= higher + TINY * scale))


def total(case: Case, terms: Terms) -> Floats:
    return fund(case, (), terms).total


@few
@given(plants(paying=False), supports(), money_terms())
def test_layers_and_gap_are_the_uses_to_the_cent_and_none_is_negative(
    case: Case, support: tuple[Instrument, ...], terms: Terms
) -> None:
    found = fund(case, support, terms)
    layers = np.sum([layer.amount for layer in found.layers], axis=0)
    assert np.all(np.abs(layers + found.gap - found.total) < 0.005)
    assert np.all(found.gap >= 0)
    for layer in found.layers:
        assert np.all(layer.amount >= 0)
        assert np.all(layer.amount <= found.total + 0.005)


@few
@given(plants(paying=False), supports(), money_terms())
def test_layers_stand_by_rank(case: Case, support: tuple[Instrument, ...], terms: Terms) -> None:
    ranks = [CONSTRUCTION.index(one.instrument.kind) for one in fund(case, support, terms).layers]
    assert ranks == sorted(ranks)


@few
@given(plants(), supports(), money_terms(), st.floats(0.1, 40))
def test_gap_falls_in_the_price(
    case: Case, support: tuple[Instrument, ...], terms: Terms, more: float
) -> None:
    # Below running cost, or under a floor, a higher price only asks for more working capital.
    free = [one for one in support if one.kind != "price-floor"]
    better = with_price(case, case.price + more)
    assert at_most(gap(better, free, terms), gap(case, free, terms), total(better, terms))


@pytest.mark.parametrize("kind", ["grant", "concessional-loan", "eca-loan", "prepayment"])
@few
@given(case=plants(paying=False), terms=money_terms(), amount=st.floats(0, 1e9), less=SMALLER)
def test_gap_falls_in_given_and_lent_money(
    kind: str, case: Case, terms: Terms, amount: float, less: float
) -> None:
    small, large = of_market(kind, amount=amount * less), of_market(kind, amount=amount)
    assert at_most(gap(case, (large,), terms), gap(case, (small,), terms), total(case, terms))


@few
@given(plants(), money_terms(), st.floats(0, 150), SMALLER, st.floats(1, 20))
def test_gap_falls_in_a_price_floor(
    case: Case, terms: Terms, floor: float, less: float, years: float
) -> None:
    high = of_market("price-floor", per_kg=floor, years=years)
    low = of_market("price-floor", per_kg=floor * less, years=years)
    assert at_most(gap(case, (high,), terms), gap(case, (low,), terms), total(case, terms))
    assert at_most(gap(case, (low,), terms), gap(case, (), terms), total(case, terms))


@few
@given(plants(), money_terms(), st.floats(1, 20), SMALLER)
def test_gap_falls_in_the_years_of_a_sales_incentive(
    case: Case, terms: Terms, years: float, less: float
) -> None:
    offer = of_market("sales-incentive", share=0.4, years=years)
    short = replace(offer, years=years * less)
    assert at_most(gap(case, (offer,), terms), gap(case, (short,), terms), total(case, terms))


@few
@given(plants(), supports(), money_terms(), SMALLER)
def test_gap_falls_in_the_tenor(
    case: Case, support: tuple[Instrument, ...], terms: Terms, less: float
) -> None:
    short = replace(terms, tenor=terms.tenor * less)
    assert at_most(gap(case, support, terms), gap(case, support, short), total(case, terms))


@pytest.mark.parametrize("name", ["capex", "overrun"])
@few
@given(case=plants(paying=False), support=supports(), terms=money_terms(), less=SMALLER)
def test_gap_rises_in_capital_cost_and_overrun(
    name: str, case: Case, support: tuple[Instrument, ...], terms: Terms, less: float
) -> None:
    # A subsidy that is a share of the cost rises with it, but never by more than it.
    cheaper = replace(case, **{name: getattr(case, name) * less})
    assert at_most(gap(cheaper, support, terms), gap(case, support, terms), total(case, terms))


@pytest.mark.parametrize("name", ["opex", "feed", "fixed"])
@few
@given(case=plants(paying=False), support=supports(), terms=money_terms(), more=st.floats(0, 1))
def test_gap_rises_in_running_cost(
    name: str, case: Case, support: tuple[Instrument, ...], terms: Terms, more: float
) -> None:
    step = more * case.full_output if name == "fixed" else more
    dearer = replace(case, **{name: getattr(case, name) + step})
    assert at_most(gap(case, support, terms), gap(dearer, support, terms), total(case, terms))


@pytest.mark.parametrize("name", ["debt_rate", "equity_rate", "tax"])
@few
@given(case=plants(), support=supports(), terms=money_terms(), more=st.floats(0, 0.2))
def test_gap_rises_in_what_money_costs(
    name: str, case: Case, support: tuple[Instrument, ...], terms: Terms, more: float
) -> None:
    dearer = replace(terms, **{name: getattr(terms, name) * (1 + more)})
    assume(dearer.debt_rate <= dearer.equity_rate)
    assert at_most(gap(case, support, terms), gap(case, support, dearer), total(case, dearer))


@few
@given(plants(), money_terms(), st.floats(0, 0.5))
def test_gap_rises_in_the_cover_that_lenders_want(case: Case, terms: Terms, more: float) -> None:
    # With other debt of a short tenor it need not: debt moves to the years after it.
    dearer = replace(terms, cover_ratio=terms.cover_ratio * (1 + more))
    assert at_most(gap(case, (), terms), gap(case, (), dearer), total(case, terms))


@few
@given(plants(paying=False), supports(), money_terms())
def test_gap_is_nil_at_the_incentive_price_and_not_below(
    case: Case, support: tuple[Instrument, ...], terms: Terms
) -> None:
    found = incentive_price(case, support, terms)
    known = ~np.isnan(found)
    least = cash_cost(case)
    held = np.where(known, found, 1.0)
    assert np.all(gap(with_price(case, held), support, terms)[known] < 0.005)
    assert np.all(held[known] >= least[known] * (1 - 1e-9))
    under = np.maximum(least, held - 1e-4 * (terms.price_limit * held))
    below = known & (held > least * (1 + 1e-6)) & (under > least)
    assert np.all(gap(with_price(case, under), support, terms)[below] > 0)


@few
@given(plants(), money_terms(), st.floats(0, 1e9))
def test_a_grant_never_raises_the_incentive_price(case: Case, terms: Terms, amount: float) -> None:
    without = incentive_price(case, (), terms)
    granted = incentive_price(case, (of_market("grant", amount=amount),), terms)
    both = ~np.isnan(without)
    assert np.all(granted[both] <= without[both] * (1 + 1e-4))


@few
@given(plants(paying=False), supports(), money_terms(), st.floats(0.01, 100))
def test_money_of_another_size_leaves_the_ratios(
    case: Case, support: tuple[Instrument, ...], terms: Terms, rate: float
) -> None:
    sums = ("capex", "price", "feed", "opex", "fixed")
    other = replace(case, **{name: getattr(case, name) * rate for name in sums})
    offers = [
        replace(one, **{n: v * rate for n in ("amount", "cap", "per_kg") if (v := getattr(one, n))})
        for one in support
    ]
    here, there = fund(case, support, terms), fund(other, offers, terms)
    assert there.gap / there.total == pytest.approx(here.gap / here.total, abs=1e-6)
    for one, two in zip(here.layers, there.layers, strict=True):
        assert two.amount / there.total == pytest.approx(one.amount / here.total, abs=1e-6)


@few
@given(plants(paying=False), money_terms(), st.floats(0.1, 10))
def test_a_plant_of_twice_the_size_needs_twice_the_money(
    case: Case, terms: Terms, factor: float
) -> None:
    larger = replace(case, capacity=case.capacity * factor, capex=case.capex * factor)
    scale = total(larger, terms)
    assert np.allclose(
        gap(larger, (), terms), gap(case, (), terms) * factor, atol=TINY * scale.max()
    )


@few
@given(plants(paying=False), supports(), money_terms(), st.permutations(range(DRAWS)))
def test_a_draw_depends_on_its_own_figures_alone(
    case: Case, support: tuple[Instrument, ...], terms: Terms, order: list[int]
) -> None:
    arrays = [one.name for one in fields(case) if isinstance(getattr(case, one.name), np.ndarray)]
    moved = replace(case, **{name: getattr(case, name)[order] for name in arrays})
    assert np.array_equal(gap(moved, support, terms), gap(case, support, terms)[order])
    alone = replace(case, **{name: getattr(case, name)[:1] for name in arrays})
    assert gap(alone, support, terms)[0] == pytest.approx(gap(case, support, terms)[0], abs=0.005)


@few
@given(plants(paying=False), supports(), money_terms(), st.randoms())
def test_the_order_of_instruments_leaves_the_gap(
    case: Case, support: tuple[Instrument, ...], terms: Terms, random: object
) -> None:
    shuffled = list(support)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    difference = np.abs(gap(case, shuffled, terms) - gap(case, support, terms))
    assert np.all(difference < 0.005)


@few
@given(plants(), supports(), money_terms())
def test_service_at_the_rate_of_a_layer_is_worth_the_layer(
    case: Case, support: tuple[Instrument, ...], terms: Terms
) -> None:
    found = fund(case, support, terms)
    since = found.cash.years - case.build[:, None]
    for layer in found.layers:
        if layer.service is None:
            continue
        worth = (layer.service * discount(rate_of(layer.instrument, terms), since)).sum(axis=1)
        assert np.allclose(worth, layer.amount, rtol=1e-9, atol=0.005)
        assert np.all(layer.service >= 0)


@few
@given(plants(paying=False), supports(), money_terms())
def test_service_leaves_the_cover_that_lenders_want(
    case: Case, support: tuple[Instrument, ...], terms: Terms
) -> None:
    found = fund(case, support, terms)
    carried = np.maximum(0.0, found.cash.available) / terms.concessional_cover
    assert np.all(found.service <= carried * (1 + 1e-9) + 0.005)
    debt = found.of("commercial-debt", "concessional-loan", "eca-loan", "prepayment")
    lent = found.of("concessional-loan", "eca-loan", "prepayment")
    assert np.all(debt <= np.maximum(lent, terms.debt_share * found.total) + 0.005)


@few
@given(plants(), supports(), money_terms())
def test_equity_that_takes_all_it_can_earns_what_owners_want(
    case: Case, support: tuple[Instrument, ...], terms: Terms
) -> None:
    found = fund(case, support, terms)
    full = (found.gap > 1) & (found.of("equity") > 1e-3 * found.total)
    value = equity_npv(found)
    assert np.all(np.abs(value[full]) < TINY * found.total[full])
    earned = equity_irr(found)
    partly = (found.gap <= 0) & (found.of("equity") > 1e-3 * found.total)
    paid_out = np.all(equity_flows(found).cash[:, -len(found.cash.years) :] >= 0, axis=1)
    assert np.allclose(earned[full & paid_out], terms.equity_rate, atol=DAY)
    assert np.all(earned[partly & ~np.isnan(earned)] >= terms.equity_rate - DAY)


@few
@given(plants(paying=False), supports(), money_terms())
def test_aid_is_paid_within_its_years_and_its_cap(
    case: Case, support: tuple[Instrument, ...], terms: Terms
) -> None:
    for instrument, paid in fund(case, support, terms).aid:
        assert np.all(paid >= 0)
        if instrument.cap is not None:
            assert np.all(paid.sum(axis=1) <= instrument.cap * (1 + 1e-9) + 1e-6)
        years = np.arange(1, paid.shape[1] + 1)
        late = years - 1 >= (case.build + (instrument.years or 0))[:, None]
        assert np.all(paid[late & (instrument.years is not None)] == 0)


@few
@given(plants(), money_terms(), st.floats(0, 200), st.floats(0, 1))
def test_a_strike_at_the_price_pays_nothing(
    case: Case, terms: Terms, strike: float, share: float
) -> None:
    level = with_price(case, np.full(DRAWS, strike))
    offer = of_market("cfd", per_kg=strike, share=share)
    assert np.all(cash_flow(level, terms, (offer,)).aid == 0)


@few
@given(plants(paying=False), money_terms())
def test_cash_adds_up(case: Case, terms: Terms) -> None:
    cash = cash_flow(case, terms)
    earned = cash.revenue - cash.feed - cash.opex - cash.fixed + cash.aid
    assert np.allclose(cash.available, earned - cash.tax + cash.working_capital, atol=0.01)
    assert np.all(cash.tax >= 0)
    assert np.all(cash.output >= 0)
    most = case.capacity * case.kg_per_unit * case.utilisation
    assert np.all(cash.output <= most[:, None] * (1 + 1e-12))


@few
@given(several(0.1, 8), several(0, 8), st.integers(20, 30))
def test_a_ramp_loses_half_its_length(start: list[float], length: list[float], years: int) -> None:
    first, long = np.array(start), np.array(length)
    lost = years - first - ramp(first, long, years).sum(axis=1)
    assert np.allclose(lost, long / 2, atol=1e-6)


@few
@given(several(0, 10), several(0, 15))
def test_overlaps_sum_to_the_time_between(first: list[float], length: list[float]) -> None:
    start, end = np.array(first), np.array(first) + np.array(length)
    assert np.allclose(overlap(start, end, 30).sum(axis=1), end - start, atol=1e-9)


@few
@given(plants(), money_terms())
def test_value_at_the_rate_of_return_is_nil(case: Case, terms: Terms) -> None:
    found: Funding = fund(case, (), terms)
    flows = project_flows(found)
    rates = rates_of_return(flows)
    known = (rates > -0.3) & (rates < 0.5)
    scale = np.abs(flows.cash * discount(np.where(known, rates, 0.0), flows.times)).sum(axis=1)
    value = npv(found, np.where(known, rates, 0.0))
    assert np.all(np.abs(value[known]) < DAY * scale[known])
