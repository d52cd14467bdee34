"""Terms, instruments and stacks: what is read, what is refused, what moves what."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from midstream.capital.cash import aid_of, cash_flow
from midstream.capital.conditions import (
    CONSTRUCTION,
    KINDS,
    MARKET,
    OPERATION,
    REPAID,
    Instrument,
    Terms,
    parameter_of,
)
from midstream.capital.incentive import cash_cost, incentive_price
from midstream.capital.returns import equity_irr, equity_npv, irr, npv, stack_rate
from midstream.capital.schedule import horizon, output_of
from midstream.capital.stack import fund, rate_of
from midstream.errors import InputError
from midstream.evidence import Evidence
from units.capital.one_plant import one_plant, some_terms
from units.scenarios.changed import with_rows


def test_terms_are_those_of_the_parameter_table(evidence: Evidence) -> None:
    terms = Terms.of(evidence)
    for name in Terms.__slots__:
        assert getattr(terms, name) == evidence.parameter(parameter_of(name)).value
    assert Terms.of(evidence, tenor=7).tenor == 7
    rows = [
        {**row, "value": 0.2} if row["id"] == "capital.equity-rate" else row
        for row in evidence.table("parameters").rows
    ]
    changed = with_rows(evidence, parameters=rows)
    changed.__dict__.pop("parameters", None)
    assert Terms.of(changed).equity_rate == 0.2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tenor", 0.0),
        ("tenor", -1.0),
        ("life", 0.0),
        ("debt_share", 1.1),
        ("tax", -0.1),
        ("cover_ratio", 0.9),
        ("equity_rate", float("nan")),
        ("working_days", 400.0),
    ],
)
def test_impossible_terms_are_refused(name: str, value: float) -> None:
    with pytest.raises(InputError, match="in that range"):
        some_terms(**{name: value})


def test_an_unknown_term_is_refused(evidence: Evidence) -> None:
    with pytest.raises(InputError, match="debt_rate"):
        Terms.of(evidence, debt_rte=0.1)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"kind": "grnt"}, "grant"),
        ({"kind": "grant", "amount": -1.0}, "negative"),
        ({"kind": "grant", "amount": float("nan")}, "negative"),
        ({"kind": "capex-subsidy", "share": 1.2}, "0 to 1"),
        ({"kind": "concessional-loan", "amount": 1.0, "tenor": 0.0}, "some time"),
        ({"kind": "price-floor", "per_kg": -3.0}, "negative"),
        ({"kind": "price-floor", "per_kg": 3.0, "years": 0.0}, "some time"),
    ],
)
def test_impossible_instruments_are_refused(cells: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Instrument(payer="a payer", **cells)  # type: ignore[arg-type]


def test_shares_that_sum_to_more_than_the_whole_are_refused() -> None:
    offers = [Instrument("grant", "one", share=0.6), Instrument("capex-subsidy", "two", share=0.6)]
    with pytest.raises(InputError, match="120%"):
        fund(one_plant(), offers, some_terms())


def test_ranks_are_those_of_the_table_of_instruments(evidence: Evidence) -> None:
    rows = sorted(evidence.table("instruments").rows, key=lambda row: row["rank"])
    assert [row["id"] for row in rows if row["money"] == "construction"] == list(CONSTRUCTION)
    assert {row["id"] for row in rows if row["money"] != "construction"} == set(OPERATION)
    assert {row["id"] for row in rows if row["repaid"] == "yes"} == set(REPAID)
    assert {row["id"] for row in rows} == set(KINDS)


def test_rates_of_layers() -> None:
    terms = some_terms()
    assert rate_of(Instrument("concessional-loan", "x"), terms) == terms.concessional_rate
    assert rate_of(Instrument("concessional-loan", "x", rate=0.01), terms) == 0.01
    assert rate_of(Instrument("eca-loan", "x"), terms) == terms.debt_rate


def test_money_of_the_market_has_no_name() -> None:
    found = fund(one_plant(), [Instrument("equity", "an owner", amount=5e6)], some_terms())
    owners = [one.instrument.payer for one in found.layers if one.instrument.kind == "equity"]
    assert owners == ["an owner", MARKET]
    assert found.of("equity", "commercial-debt")[0] == pytest.approx(found.total[0] - found.gap[0])


def test_uses_are_named_and_sum_to_the_total() -> None:
    found = fund(one_plant(), (), some_terms())
    assert list(found.uses) == [
        "capital cost",
        "overrun",
        "interest during construction",
        "working capital",
    ]
    assert sum(float(part[0]) for part in found.uses.values()) == pytest.approx(found.total[0])


def test_years_reach_to_the_end_of_the_latest_plant() -> None:
    case = one_plant(draws=2, build=[1.0, 3.5])
    assert horizon(case, some_terms(life=10.0)) == 14
    output = output_of(case, some_terms(life=10.0))
    assert output.shape == (2, 14)
    assert (output[0, 11:] == 0).all()
    assert output[1, 13] > 0


def test_aid_of_some_draws_only() -> None:
    case = one_plant(draws=2, price=[50.0, 90.0])
    floor = Instrument("price-floor", "a state", per_kg=70.0)
    paid = aid_of(case, floor, output_of(case, some_terms()))
    assert paid[0].sum() > 0
    assert paid[1].sum() == 0


def test_aid_raises_debt_and_equity_and_not_the_uses() -> None:
    case, terms = one_plant(price=[55.0]), some_terms()
    aid = Instrument("sales-incentive", "a state", share=0.4, per_kg=20.0, years=5.0)
    without, found = fund(case, (), terms), fund(case, [aid], terms)
    assert found.total == pytest.approx(without.total)
    assert found.of("commercial-debt") > without.of("commercial-debt")
    assert found.gap < without.gap
    assert cash_flow(case, terms, [aid]).aid == pytest.approx(found.cash.aid)


def test_returns_of_a_plant_that_pays() -> None:
    case, terms = one_plant(price=[110.0]), some_terms()
    found = fund(case, (), terms)
    assert found.gap[0] == 0
    assert equity_irr(found)[0] > terms.equity_rate
    assert equity_npv(found)[0] > 0
    assert npv(found)[0] > 0
    assert npv(found, irr(found))[0] == pytest.approx(0, abs=1e-3 * found.total[0])
    assert terms.debt_rate < stack_rate(found)[0] < terms.equity_rate


def test_a_plant_without_equity_has_no_return_on_it() -> None:
    found = fund(one_plant(price=[5.0]), (), some_terms())
    assert np.isnan(equity_irr(found)).all()
    assert found.gap == pytest.approx(found.total)


def test_cash_cost_holds_feed_and_fixed_cost() -> None:
    case = one_plant(fixed=3e6)
    full = case.full_output[0]
    assert cash_cost(case)[0] == pytest.approx(case.feed[0] + case.opex[0] + 3e6 / full)
    idle = replace(case, utilisation=np.zeros(1))
    assert np.isinf(cash_cost(idle)).all()
    assert np.isnan(incentive_price(idle, (), some_terms())).all()


def test_the_incentive_price_does_not_hang_on_the_price() -> None:
    cheap, dear = one_plant(price=10.0), one_plant(price=100.0)
    terms = some_terms()
    assert incentive_price(cheap, (), terms) == pytest.approx(incentive_price(dear, (), terms))
