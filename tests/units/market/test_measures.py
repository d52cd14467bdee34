"""Measures add up, look names up, and refuse what makes no sense."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from midstream.errors import InputError
from midstream.market import Measures, Network, solve
from units.market.networks import drawn_network, drawn_parameters

FLOW = np.array([[[1.0, 4.0, 5.0], [0.0, 2.0, 0.0], [0.0, 0.0, 0.0]]])


@pytest.fixture
def network() -> Network:
    final = FLOW.sum(axis=1)[:, None, :]
    names = {"countries": ("CHN", "IND", "USA"), "steps": ("magnet",)}
    return Network(FLOW.sum(axis=2), FLOW, np.zeros((1, 3)), final, **names)


def test_names_and_numbers_mean_the_same(network: Network) -> None:
    by_name = Measures.none(network).with_cut("magnet", "CHN", ["IND", "USA"], 0.25)
    by_number = Measures.none(network).with_cut(0, 0, [1, 2], 0.25)
    assert np.array_equal(by_name.flow_cap, by_number.flow_cap)
    assert by_name.flow_cap[0, 0].tolist() == [np.inf, 0.75, 0.75]


def test_of_two_cuts_the_deeper_holds(network: Network) -> None:
    none = Measures.none(network)
    one = none.with_cut(0, 0, [1], 0.9).with_cut(0, 0, [1, 2], 0.5)
    assert one.flow_cap[0, 0, 1:].tolist() == pytest.approx([0.1, 0.5])
    two = none.with_quota(0, 0, 0.5).with_quota(0, 0, 0.8)
    assert two.total_cap[0, 0] == 0.5


def test_tariffs_add_and_outages_multiply(network: Network) -> None:
    measures = Measures.none(network).with_tariff(0, 0, [1], 0.1).with_tariff(0, 0, [1], 0.2)
    assert measures.tariff[0, 0, 1] == pytest.approx(0.3)
    twice = measures.with_outage(0, 0, 0.5).with_outage(0, 0, 0.5)
    assert twice.output_factor[0, 0] == 0.25


def test_no_depth_is_no_measure(network: Network) -> None:
    none = Measures.none(network)
    assert none.with_cut(0, 0, [1], 0.0) is none


@pytest.mark.parametrize(
    "bad",
    [
        lambda none: none.with_cut(0, 0, [1], 1.1),
        lambda none: none.with_cut(0, 0, [1], float("nan")),
        lambda none: none.with_cut(0, 0, [0], 0.5),
        lambda none: none.with_cut(0, "XYZ", [1], 0.5),
        lambda none: none.with_cut(2, 0, [1], 0.5),
        lambda none: none.with_quota(0, 0, -0.1),
        lambda none: none.with_tariff(0, 0, [1], -1.0),
        lambda none: none.with_outage(0, 0, 2.0),
        lambda none: none.with_demand(0, -1.0),
    ],
)
def test_senseless_measures_are_refused(network: Network, bad: object) -> None:
    with pytest.raises(InputError, match="market measures"):
        bad(Measures.none(network))


def test_measures_of_another_network_are_refused(network: Network) -> None:
    other = drawn_network(1, 2, 4)
    with pytest.raises(InputError, match="shape"):
        solve(other, drawn_parameters(other, 1), Measures.none(network))
    short = replace(Measures.none(network), release=np.zeros(3))
    with pytest.raises(InputError, match="release"):
        solve(network, drawn_parameters(network, 1), short)


def test_a_release_spares_purchases(network: Network) -> None:
    parameters = drawn_parameters(network, 1)
    amount = np.array([[0.0, 1.0, 0.0]])
    found = solve(network, parameters, Measures.none(network).with_release(amount))
    needed = found.final_use.sum(axis=1)
    assert needed[0, 1] - found.purchases[0, 1] == pytest.approx(1.0)
    assert found.log_price[0, 0] < 0


def test_a_release_without_end_leaves_a_buyer_some_purchases(network: Network) -> None:
    amount = np.array([[0.0, 99.0, 0.0]])
    found = solve(
        network, drawn_parameters(network, 1), Measures.none(network).with_release(amount)
    )
    assert 0 < found.purchases[0, 1] < 0.2


def test_leaks_go_through_hubs_that_are_not_capped(network: Network) -> None:
    parameters = drawn_parameters(network, 1, leakage_share=0.5)
    ban = Measures.none(network).with_cut(0, "CHN", ["IND"], 1.0)
    found = solve(network, parameters, ban)
    assert found.leaked[0, 0, 1] > 0
    assert found.through_hub[0, 0, 2, 1] == pytest.approx(found.leaked[0, 0, 1])
    assert found.through_hub.sum() == pytest.approx(found.leaked.sum())
    everybody = ban.with_cut(0, "CHN", ["USA"], 1.0)
    assert not solve(network, parameters, everybody).leaked.any()
    assert not solve(network, parameters, ban.without_leak()).leaked.any()


def test_rent_and_tariff_are_what_lies_between_paid_and_earned(network: Network) -> None:
    parameters = drawn_parameters(network, 1)
    measures = Measures.none(network).with_cut(0, 0, [1], 0.5).with_tariff(0, 0, [1, 2], 0.1)
    found = solve(network, parameters, measures, tolerance=1e-12)
    spent = np.nansum(found.price_paid * found.purchases)
    earned = np.nansum(np.exp(found.log_price) * found.output)
    price = np.exp(np.nan_to_num(found.log_price))[:, :, None]
    duty = measures.tariff * price * (1 + found.licence_rent) * found.flow
    assert spent == pytest.approx(earned + found.rent.sum() + duty.sum(), rel=1e-9)
    assert found.rent[0, 0, 1] > 0
