"""Laws of a shock run on the real network: they hold for every measure, not for chosen figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.evidence import Ledger
from midstream.market import Measures, Network, solve
from midstream.shock.behaviour import Sampler, market_parameters
from midstream.shock.instruments import in_force, licence_rate
from midstream.shock.network import balanced
from midstream.shock.run import run_shock
from units.shock.real_chain import TARGETS, delivered, follow_market, model, opened, request

INSTRUMENTS = ("export-ban", "export-licence", "export-quota", "tariff", "outage", "threat")
some_targets = st.lists(st.sampled_from(TARGETS), min_size=1, unique=True)
few = settings(max_examples=12)


@few
@given(st.sampled_from(INSTRUMENTS), some_targets)
def test_a_depth_of_zero_changes_nothing(instrument: str, targets: list[str]) -> None:
    path = follow_market(instrument=instrument, targets=tuple(targets), depth=0.0)
    assert np.nanmax(np.abs(path.delivered - 1)) < 1e-5
    assert np.nanmax(np.abs(path.price - 1)) < 1e-5


@few
@given(
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from(["export-ban", "export-licence", "export-quota"]),
)
def test_a_deeper_cut_never_raises_what_the_target_gets(
    one: float, other: float, instrument: str
) -> None:
    low, high = sorted((one, other))
    mild, hard = (
        follow_market(1, instrument=instrument, targets=("USA",), depth=depth)
        for depth in (low, high)
    )
    assert (delivered(hard, "USA") <= delivered(mild, "USA") + 1e-5).all()


@few
@given(st.floats(0.05, 1), some_targets)
def test_exports_to_the_targets_stay_under_their_cap(depth: float, targets: list[str]) -> None:
    seen = []
    network = model().networks[0]
    steps, uses, countries = network.final_use.shape
    parameters = market_parameters(Sampler(opened().evidence, 1, 1), steps, uses, countries)
    measures = Measures.none(network).with_cut("antimony-metal", "CHN", targets, depth)
    flow = solve(network, parameters, measures, tolerance=1e-8).flow[0, 1]
    china = model().base.country("CHN")
    for target in targets:
        column = model().base.country(target)
        seen.append(flow[china, column] - (1 - depth) * network.flow[1, china, column])
    assert max(seen) <= 1e-6 * network.output[1].sum()


@few
@given(st.permutations(TARGETS))
def test_the_order_of_targets_does_not_matter(order: list[str]) -> None:
    ordered = follow_market(1, targets=TARGETS)
    shuffled = follow_market(1, targets=tuple(order))
    assert np.array_equal(ordered.delivered, shuffled.delivered, equal_nan=True)


@settings(max_examples=4)
@given(st.integers(2, 6), st.integers(0, 1000))
def test_more_draws_leave_the_first_ones_as_they_were(more: int, seed: int) -> None:
    parameters = [
        market_parameters(Sampler(opened().evidence, seed, draws), 2, 2, 3)
        for draws in (more, more + 5)
    ]
    few_draws, many_draws = parameters
    assert np.array_equal(few_draws.substitution, many_draws.substitution[:more])
    assert np.array_equal(few_draws.stock_months, many_draws.stock_months[:more])


def test_more_draws_leave_the_first_paths_as_they_were() -> None:
    two, three = (follow_market(1, draws=draws) for draws in (2, 3))
    np.testing.assert_allclose(two.delivered, three.delivered[:2], rtol=1e-5)


@settings(max_examples=4)
@given(st.floats(0.1, 1))
def test_the_market_recovers_after_the_end(depth: float) -> None:
    path = follow_market(14, months=1, depth=depth)
    gap = np.abs(path.delivered[:, :, 1] - 1)
    assert np.nanmax(gap[:, 13]) < 0.35 * np.nanmax(gap[:, 1]) + 1e-6


def test_who_buys_nothing_from_the_actor_is_not_cut() -> None:
    # Tajikistan makes antimony and buys no metal from China: a ban on it is no ban.
    base = model().base
    flow = model().networks[0].flow[1, base.country("CHN")]
    spared = [
        code
        for code, amount in zip(base.names.countries, flow, strict=True)
        if amount < 1e-9 * flow.sum() and code not in ("CHN", "ROW")
    ]
    assert spared
    path = follow_market(1, targets=(spared[0],), depth=1.0)
    assert np.nanmax(np.abs(path.delivered - 1)) < 1e-3


@given(st.floats(0, 3), st.floats(0, 12), st.integers(1, 30))
def test_months_in_force_add_up(start: float, months: float, horizon: int) -> None:
    part = in_force(start, months, horizon)
    assert ((part >= 0) & (part <= 1)).all()
    expected = max(0.0, min(horizon, start + months) - min(horizon, start))
    assert part.sum() == pytest.approx(expected, abs=1e-9)


@given(
    st.floats(0, 1),
    st.floats(0, 6),
    st.floats(0.1, 10),
    st.floats(0, 1),
)
def test_a_licence_never_lets_less_pass_with_time(
    depth: float, lag: float, pace: float, long_run: float
) -> None:
    rate = licence_rate(np.linspace(0, 24, 97), depth, lag, pace, long_run)
    assert (np.diff(rate) >= -1e-12).all()
    assert (rate >= 1 - depth - 1e-12).all()
    assert (rate <= max(1 - depth, long_run) + 1e-12).all()


@given(st.integers(2, 6), st.integers(0, 2**31))
def test_fitted_flows_meet_both_sums(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = rng.random(size) + 0.1, rng.random(size) + 0.1
    columns *= rows.sum() / columns.sum()
    start = rng.random((size, size)) + 1e-3
    flow = balanced(start, rows, columns)
    np.testing.assert_allclose(flow.sum(axis=1), rows, rtol=1e-9)
    np.testing.assert_allclose(flow.sum(axis=0), columns, rtol=1e-9)
    # Cross ratios of the prior survive: nothing but rows and columns is scaled.
    before = start[0, 0] * start[1, 1] / (start[0, 1] * start[1, 0])
    after = flow[0, 0] * flow[1, 1] / (flow[0, 1] * flow[1, 0])
    assert after == pytest.approx(before, rel=1e-6)


@pytest.mark.parametrize("number", range(8))
def test_every_sampled_network_is_in_balance(number: int) -> None:
    network = model().networks[number]
    # The constructor checks it; scaled tonnages keep it and their shares.
    twice = Network(
        2 * network.output, 2 * network.flow, 2 * network.input_use, 2 * network.final_use
    )
    np.testing.assert_allclose(twice.flow.sum(axis=2), 2 * network.output, rtol=1e-9)


def test_a_run_tells_the_same_twice() -> None:
    study = opened()
    one, two = (
        run_shock(study.evidence, study.world, Ledger(study.ledger), request(), model=model())
        for _ in range(2)
    )
    assert one.to_dict() == two.to_dict()
