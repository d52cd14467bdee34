"""Baskets that cannot be a base are refused; paths of months ask for what they need."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from midstream.errors import InputError
from midstream.market import Basket, Measures, solve_basket, solve_months
from midstream.market.months import capped_share, substitution_after
from units.market.networks import drawn_network, drawn_parameters


@pytest.fixture
def basket() -> Basket:
    return Basket(
        ore=np.array([100.0, 20.0]),
        content=np.array([[0.25, 0.2], [0.49, 0.02], [0.17, 0.2]]),
        recovery=np.full(3, 0.9),
        price=np.array([1.0, 1.0, 80.0]),
        separation_cost=np.full(3, 0.5),
        use=np.array([20.0, 30.0, 18.9]),
        floor=np.array([1.0, 1.0, 5.0]),
        supply_elasticity=np.full(2, 0.5),
        capacity=np.full(2, 1.2),
        demand_elasticity=np.full(3, 0.4),
        choke_price=np.full(3, 8.0),
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"use": np.array([99.0, 30.0, 18.9])}, "used than won"),
        ({"floor": np.array([0.5, 1.0, 5.0])}, "surplus lies above its floor"),
        ({"floor": np.array([2.0, 1.0, 5.0])}, "floor lies above"),
        ({"separation_cost": np.full(3, 200.0)}, "worth nothing"),
        ({"price": np.ones(2)}, "price has the shape"),
        ({"use": np.array([0.0, 30.0, 18.9])}, "no price or no use"),
        ({"recovery": np.full(3, np.nan)}, "negative or missing"),
    ],
)
def test_faulty_bases(basket: Basket, change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(basket, **change)


def test_faulty_questions(basket: Basket) -> None:
    with pytest.raises(InputError, match="weight quota"):
        solve_basket(basket, weight_quota=0.0)
    with pytest.raises(InputError, match="out of range"):
        solve_basket(basket, capacity=np.array([1.0]))
    with pytest.raises(InputError, match="out of range"):
        solve_basket(basket, demand_factor=-1.0)


def test_without_the_ore_rich_in_it_an_element_becomes_dear(basket: Basket) -> None:
    found = solve_basket(basket, capacity=np.array([1.2, 0.0]))
    assert found.ore[1] == 0
    assert found.price[2] > 80
    assert found.price[0] == pytest.approx(1.0)
    assert found.ore[0] > 100


def test_months_need_their_fields_and_lengths() -> None:
    network = drawn_network(1, 1, 3)
    parameters = drawn_parameters(network, 1)
    quiet = [Measures.none(network)]
    with pytest.raises(InputError, match="stock_months is missing"):
        solve_months(network, parameters, quiet, remaining=[3.0])
    with pytest.raises(InputError, match="expected lengths"):
        solve_months(network, parameters, quiet, remaining=[0.0])
    with pytest.raises(InputError, match="expected lengths"):
        solve_months(network, parameters, quiet, remaining=[])


def test_buyers_are_slow_at_first_and_quick_later() -> None:
    network = drawn_network(1, 1, 3)
    parameters = drawn_parameters(
        network,
        1,
        substitution_short=np.array([0.7]),
        substitution_long=np.array([4.0]),
        qualification_months=12.0,
    )
    assert substitution_after(parameters, 0.0) == pytest.approx([0.7])
    assert substitution_after(parameters, 12.0) == pytest.approx([4 - 3.3 * np.exp(-1)])
    assert substitution_after(parameters, 1e4) == pytest.approx([4.0])


def test_what_a_buyer_loses_counts_cuts_quotas_and_outages() -> None:
    network = drawn_network(6, 1, 4, dense=1.0)
    shares = network.shares[0]
    none = Measures.none(network)
    cut = capped_share(network, none.with_cut(0, 0, [1], 0.5))
    assert cut[0] == pytest.approx([0, 0.5 * shares[0, 1], 0, 0])
    quota = capped_share(network, none.with_quota(0, 0, 0.25))
    assert quota[0] == pytest.approx([0, *(0.75 * shares[0, 1:])])
    outage = capped_share(network, none.with_outage(0, 0, 1.0))
    assert outage[0] == pytest.approx(shares[0])
