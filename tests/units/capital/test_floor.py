"""Price floors: ranges that are refused, the law of the release, its cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from midstream.capital.floor import Contract, PriceLaw, floor_cost
from midstream.errors import InputError
from midstream.evidence import Evidence

LAW = PriceLaw(70, 70, 0.5, 0.35)


@pytest.mark.parametrize(
    "change",
    [
        {"start": 0},
        {"mean": -5},
        {"reversion": 0},
        {"volatility": -0.1},
        {"flood_rate": -1},
        {"flood_cut": 1.0},
        {"flood_years": 0},
    ],
)
def test_a_law_out_of_range_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(change))):
        PriceLaw(**{"start": 70, "mean": 70, "reversion": 0.5, "volatility": 0.3, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"floor": -1},
        {"volume": -1},
        {"years": 0},
        {"first": 0},
        {"share": 1.2},
        {"above": 50},
        {"cap": -1},
        {"lag": -1},
    ],
)
def test_a_contract_out_of_range_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Contract(**{"floor": 80, "volume": 1, "years": 5, **change})


def test_a_contract_without_volume_has_no_cost() -> None:
    with pytest.raises(InputError, match="volume"):
        floor_cost(Contract(80, 0, 5), LAW, 0.04)


def test_the_law_of_the_release_has_floods(evidence: Evidence) -> None:
    law = PriceLaw.of(evidence, 70, 75)
    assert law.reversion == evidence.parameter("capital.price.reversion").value
    assert law.flood_cut == evidence.parameter("counter.flood.cut").value
    calm = PriceLaw(70, 75, law.reversion, law.volatility)
    contract = Contract(80, 1.0, 10)
    pushed = floor_cost(contract, law, 0.04).present_closed
    assert pushed > floor_cost(contract, calm, 0.04).present_closed


def test_the_cost_follows_its_inputs() -> None:
    def present(**change: Any) -> float:
        terms = {"floor": 85, "volume": 1.5e6, "years": 10, **change}
        return floor_cost(Contract(**terms), LAW, 0.04).present_closed

    base = present()
    assert present(volume=3e6) == pytest.approx(2 * base)
    assert present(years=12) > base
    assert present(share=0.3) < base
    assert present(share=0.3) < present(share=0.3, above=150) < base
    assert present(share=0.3, cap=1e6) > present(share=0.3)
    assert present(lag=1) == pytest.approx(base / 1.04)
    assert present(vat=0.13) < base
    assert present(stockpiled=1.5e6) == pytest.approx(2 * base)


def test_per_kg_is_value_over_discounted_volume() -> None:
    cost = floor_cost(Contract(1000, 2.0, 3), PriceLaw(100, 100, 1, 0.0), 0.0)
    assert cost.per_kg == pytest.approx(np.full(cost.per_kg.shape, 900.0))


def test_prices_depend_on_seed_and_name_only() -> None:
    assert np.array_equal(LAW.paths(5, 50, 1, "a"), LAW.paths(5, 50, 1, "a"))
    assert not np.array_equal(LAW.paths(5, 50, 1, "a"), LAW.paths(5, 50, 1, "b"))
    assert not np.array_equal(LAW.paths(5, 50, 1, "a"), LAW.paths(5, 50, 2, "a"))
