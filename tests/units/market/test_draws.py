"""Blocks of draws: same result everywhere, progress, stopping, and other machines' executors."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
import pytest

from midstream.errors import InputError
from midstream.market import Network, Parameters, solve_draws
from units.market import networks
from units.market.networks import drawn_network, sample_parameters, with_cut


@pytest.fixture
def network() -> Network:
    return drawn_network(2, 2, 4)


def test_blocks_fill_all_draws_and_differ_from_each_other(network: Network) -> None:
    found = solve_draws(network, partial(sample_parameters, network), draws=10, seed=1, block=4)
    assert found.values["output"].shape == (10, 2, 4)
    assert found.residual.max() <= 1e-10
    other = with_cut(network, 0, [1], 0.5)
    cut = solve_draws(
        network, partial(sample_parameters, network), other, draws=10, seed=1, block=4
    )
    prices = cut.values["log_price"][:, 0, 0]
    assert len(set(prices.round(12))) == 10


def test_the_seed_decides(network: Network) -> None:
    cut = with_cut(network, 0, [1, 2], 0.5)
    one, same, other = (
        solve_draws(network, partial(sample_parameters, network), cut, draws=6, seed=seed, block=3)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one.values["output"], same.values["output"])
    assert not np.array_equal(one.values["output"], other.values["output"])


def test_unconverged_draws_are_counted_through_the_blocks(network: Network) -> None:
    cut = with_cut(network, 0, [1, 2], 0.5)
    found = solve_draws(
        network,
        partial(sample_parameters, network),
        cut,
        draws=2,
        seed=1,
        block=1,
        tolerance=-1.0,
    )
    assert found.unconverged == (0, 1)
    assert len(found.values["output"]) == 2


def test_progress_is_told_and_may_stop_the_run(network: Network) -> None:
    seen: list[tuple[int, int]] = []
    sample = partial(sample_parameters, network)

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        if done >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve_draws(network, sample, draws=40, seed=1, block=2, progress=progress)
    assert [done for done, _ in seen] == [2, 4, 6]
    assert {total for _, total in seen} == {40}
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("market")]


def test_an_error_in_a_block_reaches_the_caller(network: Network) -> None:
    def sample(generator: np.random.Generator, size: int) -> Parameters:
        return sample_parameters(network, generator, size + 1)

    with pytest.raises(InputError, match="gave 3 draws instead of 2"):
        solve_draws(network, sample, draws=4, seed=1, block=2)
    with pytest.raises(InputError, match="0 draws"):
        solve_draws(network, sample, draws=0, seed=1)


def test_keep_chooses_what_is_left(network: Network) -> None:
    found = solve_draws(
        network,
        partial(sample_parameters, network),
        draws=4,
        seed=1,
        keep=lambda one: {"world": one.output.sum(axis=-1)},
    )
    assert {name: array.shape for name, array in found.values.items()} == {"world": (4, 2)}


@pytest.fixture
def processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.fixture
def dask() -> Iterator[Executor]:
    import cloudpickle
    import distributed

    # Workers cannot import the tests.
    cloudpickle.register_pickle_by_value(networks)
    try:
        with (
            distributed.LocalCluster(
                n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client.get_executor()
    finally:
        cloudpickle.unregister_pickle_by_value(networks)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("kind", ["processes", "dask"])
def test_other_executors_give_the_same(
    network: Network, kind: str, request: pytest.FixtureRequest
) -> None:
    executor = request.getfixturevalue(kind)
    cut = with_cut(network, 0, [1, 2], 0.5)
    sample = partial(sample_parameters, network)
    here = solve_draws(network, sample, cut, draws=9, seed=3, block=4)
    there = solve_draws(network, sample, cut, draws=9, seed=3, block=4, executor=executor)
    for name, array in here.values.items():
        assert np.array_equal(array, there.values[name], equal_nan=True)
