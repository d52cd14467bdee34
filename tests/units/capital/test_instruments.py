"""What instruments of a stack cost, and whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from midstream.capital.case import Case
from midstream.capital.conditions import Instrument
from midstream.capital.instruments import InstrumentCost, instrument_costs
from midstream.capital.stack import fund
from units.capital.one_plant import one_plant, some_terms

TERMS = some_terms()
RATE = 0.04


def costs(case: Case, *instruments: Instrument) -> dict[str, InstrumentCost]:
    def stacker(some: Sequence[Instrument]):  # type: ignore[no-untyped-def]
        return fund(case, some, TERMS)

    found = instrument_costs(stacker(instruments), stacker, RATE)
    return {cost.instrument.kind: cost for cost in found}


def poor() -> Case:
    """A plant that the market does not fund alone."""
    return one_plant(price=50.0)


def test_a_plant_the_market_does_not_fund_has_a_gap() -> None:
    assert fund(poor(), (), TERMS).gap[0] > 0


def test_a_grant_is_worth_what_it_pays() -> None:
    found = costs(poor(), Instrument("grant", "State", amount=50e6))["grant"]
    assert found.amount == pytest.approx([50e6])
    assert found.equivalent is not None
    assert found.equivalent[0] < 50e6
    assert found.per_kg[0] > 0
    assert found.additionality is not None
    assert 0 < found.additionality[0] <= 50e6 + 1


def test_a_loan_at_the_rate_of_the_market_is_no_support() -> None:
    loan = Instrument("eca-loan", "Agency", amount=50e6, rate=TERMS.debt_rate)
    found = costs(poor(), loan)["eca-loan"]
    assert found.equivalent == pytest.approx([0.0], abs=1)
    assert found.per_kg == pytest.approx([0.0], abs=1e-6)


def test_a_cheaper_loan_is_worth_more() -> None:
    def worth(rate: float) -> float:
        loan = Instrument("concessional-loan", "Bank", amount=50e6, rate=rate)
        found = costs(poor(), loan)["concessional-loan"].equivalent
        assert found is not None
        return float(found[0])

    assert worth(0.01) > worth(0.03) > 0


def test_a_public_loan_takes_the_place_of_other_money() -> None:
    rich = one_plant(price=120.0)
    loan = Instrument("concessional-loan", "Bank", amount=50e6)
    found = costs(rich, loan)["concessional-loan"]
    assert found.additionality == pytest.approx([0.0])
    assert found.displaced == pytest.approx(found.amount)


def test_an_aid_is_counted_at_its_value_today() -> None:
    aid = Instrument("sales-incentive", "State", share=0.4, per_kg=5.0, years=5)
    found = costs(poor(), aid)["sales-incentive"]
    stack = fund(poor(), [aid], TERMS)
    paid = stack.aid[0][1][0]
    years = np.arange(1, len(paid) + 1)
    assert found.amount == pytest.approx([(paid / 1.04**years).sum()])
    assert found.amount[0] < paid.sum()
    assert found.displaced is None
    assert found.per_kg[0] < 5


def test_a_floor_below_the_price_costs_nothing_and_adds_nothing() -> None:
    floor = Instrument("price-floor", "State", per_kg=40.0)
    found = costs(poor(), floor)["price-floor"]
    assert found.amount == pytest.approx([0.0])
    assert found.additionality == pytest.approx([0.0])


def test_a_floor_costs_per_kg_what_it_makes_up_while_it_lasts() -> None:
    floor = Instrument("price-floor", "State", per_kg=65.0)
    assert costs(poor(), floor)["price-floor"].per_kg == pytest.approx([15.0])


def test_money_of_the_market_is_carried_by_the_price() -> None:
    found = costs(one_plant())
    assert found["equity"].equivalent is None
    assert found["equity"].additionality is None
    assert found["equity"].per_kg[0] > 0
    assert found["commercial-debt"].per_kg[0] > 0


def test_a_plant_without_output_has_no_cost_per_kg() -> None:
    grant = Instrument("grant", "State", amount=50e6)
    found = costs(one_plant(utilisation=0.0), grant)["grant"]
    assert np.isnan(found.per_kg).all()
