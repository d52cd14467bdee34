"""Bases that do not balance and parameters out of range are refused with their place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from midstream.errors import InputError
from midstream.market import Measures, Network, Parameters, solve
from units.market.networks import drawn_network, drawn_parameters

NAMES = {"countries": ("AUS", "CHN"), "steps": ("ore", "oxide")}


def base(**changed: object) -> dict[str, object]:
    flow = np.array([[[0.0, 10.0], [0.0, 5.0]], [[0.0, 0.0], [4.0, 8.0]]])
    feed = np.array([[0.0, 12.0], [0.0, 0.0]])
    return {
        "output": flow.sum(axis=2),
        "flow": flow,
        "input_use": feed,
        "final_use": (flow.sum(axis=1) - feed)[:, None, :],
        **NAMES,
        **changed,
    }


def test_a_balanced_base_is_taken_and_cannot_be_written_to() -> None:
    network = Network(**base())
    assert network.purchases[0].tolist() == [0.0, 15.0]
    assert network.shares[0, :, 1] == pytest.approx([2 / 3, 1 / 3])
    with pytest.raises(ValueError, match="read-only"):
        network.flow[0, 0, 0] = 1.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"output": np.array([[10.0, 6.0], [0.0, 12.0]])}, "flow of CHN does not sum to the out"),
        ({"input_use": np.array([[0.0, 11.0], [0.0, 0.0]])}, "flow of CHN does not sum to the pur"),
        ({"flow": np.full((2, 2, 2), np.nan)}, "flow of AUS is not a number"),
        ({"final_use": -np.ones((2, 1, 2))}, "final_use of AUS is negative"),
        ({"output": np.ones((2, 3))}, "flow has the shape"),
        ({"output": np.ones(2)}, "output has the shape"),
        ({"countries": ("AUS", "AUS")}, "countries has the shape"),
    ],
)
def test_a_fault_names_what_and_whose_it_is(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Network(**base(**change))


def test_output_needs_feed_and_feed_needs_output() -> None:
    flow = np.array([[[0.0, 10.0], [0.0, 5.0]], [[0.0, 0.0], [4.0, 8.0]]])
    final = flow.sum(axis=1)[:, None, :]
    with pytest.raises(InputError, match="CHN is made without feed") as error:
        Network(**base(input_use=np.zeros((2, 2)), final_use=final))
    assert "oxide" in error.value.where
    alone = flow.copy()
    alone[1] = [[4.0, 8.0], [0.0, 0.0]]
    feed = np.array([[0.0, 12.0], [0.0, 0.0]])
    rest = (alone.sum(axis=1) - feed)[:, None, :]
    with pytest.raises(InputError, match="CHN feeds a next step without output"):
        Network(**base(flow=alone, output=alone.sum(axis=2), final_use=rest))


def test_the_last_step_feeds_nothing() -> None:
    changed = base()
    feed = np.array([[0.0, 12.0], [1.0, 0.0]])
    final = np.array(changed["final_use"])
    final[1, 0, 0] -= 1.0
    with pytest.raises(InputError, match="AUS feeds no further step") as error:
        Network(**base(input_use=feed, final_use=final))
    assert "oxide" in error.value.where


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("substitution", np.zeros(2)),
        ("cost_share", np.full(2, 1.2)),
        ("choke_price", np.full((2, 1), 0.9)),
        ("capacity", np.full((2, 2), np.nan)),
        ("leakage_share", 1.5),
        ("supply_elasticity", np.ones((2, 2, 2))),
    ],
)
def test_parameters_out_of_range(name: str, value: object) -> None:
    parameters = drawn_parameters(Network(**base()), 1)
    with pytest.raises(InputError, match=name):
        replace(parameters, **{name: value})


def test_draws_must_agree_and_shapes_must_fit() -> None:
    network = Network(**base())
    parameters = drawn_parameters(network, 1, draws=3)
    assert parameters.draws == 3
    assert parameters.at(1).draws is None
    assert parameters.part(slice(0, 2)).draws == 2
    with pytest.raises(InputError, match="draws differ"):
        replace(parameters, supply_elasticity=np.ones((2, 2)))
    other = drawn_parameters(drawn_network(1, 3, 4), 1)
    with pytest.raises(InputError, match="has the shape"):
        solve(network, other)
    with pytest.raises(InputError, match="stock_months is missing"):
        parameters.full("stock_months", (2, 2))


def test_one_draw_of_many_is_the_set_alone() -> None:
    network = drawn_network(5)
    many: Parameters = drawn_parameters(network, 5, draws=4)
    cut = Measures.none(network).with_outage(0, 0, 0.5)
    together = solve(network, many, cut, method="reference")
    alone = solve(network, many.at(2), cut, method="reference")
    assert np.array_equal(together.output[2], alone.output)
    assert together.flow.shape == (4, *network.flow.shape)
    assert alone.flow.shape == network.flow.shape
