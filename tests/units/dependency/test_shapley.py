"""Shapley values: which way of counting is used, and how close the ways are."""

from __future__ import annotations

import numpy as np
import pytest

from midstream.dependency.node_values import LAYER_PLAYERS, node_values
from midstream.dependency.shapley import EXACT_PLAYERS, exact, sampled, shapley


def test_up_to_twelve_players_are_counted_in_full() -> None:
    rng = np.random.default_rng(1)
    few = rng.dirichlet(np.ones(EXACT_PLAYERS), (1, 2))
    many = rng.dirichlet(np.ones(EXACT_PLAYERS + 1), (1, 2))
    assert shapley(few, rng).error.max() == 0.0
    assert shapley(few, rng).values == pytest.approx(exact(few))
    assert shapley(many, rng).error.max() > 0.0


def test_more_orders_make_the_error_smaller() -> None:
    capacity = np.random.default_rng(2).dirichlet(np.ones(14), (3, 3))
    few = sampled(capacity, np.random.default_rng(1), 50).error.mean()
    many = sampled(capacity, np.random.default_rng(1), 800).error.mean()
    # The error falls with the root of the orders: by four, give or take.
    assert many < few / 3


def test_the_same_seed_samples_the_same_orders() -> None:
    capacity = np.random.default_rng(2).dirichlet(np.ones(14), (3, 2))
    one, other = (sampled(capacity, np.random.default_rng(5), 20).values for _ in range(2))
    assert (one == other).all()


def test_blocks_of_draws_do_not_change_the_values() -> None:
    capacity = np.random.default_rng(3).dirichlet(np.ones(12), (150, 2))
    assert exact(capacity)[100:101] == pytest.approx(exact(capacity[100:101]))


def test_nodes_beyond_the_largest_share_the_value_of_their_pool() -> None:
    layer = np.array([[0.3, 0.2, *[0.05] * 10]])
    values = node_values([layer])[0]
    assert layer.shape[1] > LAYER_PLAYERS
    # One step without spare capacity shares by capacity, pooled or not.
    assert values == pytest.approx(layer, abs=0.01)
    assert values.sum() == pytest.approx(1.0, abs=1e-6)


def test_nodes_of_a_chain_share_what_the_chain_delivers() -> None:
    rng = np.random.default_rng(4)
    layers = [rng.dirichlet(np.ones(size), 5) for size in (3, 4, 4)]
    values = node_values(layers)
    assert sum(part.sum(axis=1) for part in values) == pytest.approx(np.ones(5), abs=1e-6)
    thirds = [float(part.sum(axis=1).mean()) for part in values]
    # Stages in series share value almost alike: nodes tell, stages do not.
    assert thirds == pytest.approx([1 / 3] * 3, abs=0.05)
