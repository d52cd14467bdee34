"""Markets that share work: what follows from another is the same as worked out alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import numba
import numpy as np
import pytest

from midstream.errors import InputError
from midstream.market import Measures, Network, Parameters, solve, solve_months
from midstream.market.compiled import Ready, load_kernel
from midstream.market.problem import prepare
from midstream.market.reference import State, demand, evaluate, solve_one
from midstream.market.slopes import Middle, newton_matrix
from units.market.networks import drawn_network, drawn_parameters, largest, others, with_cut


def leaky(seed: int, draws: int | None = None) -> tuple[Network, Parameters, Measures]:
    """A network with a ban, a cap and a quota, some of which leaks."""
    network = drawn_network(seed, uses=2)
    parameters = drawn_parameters(network, seed, draws, leakage_share=0.3)
    source = largest(network, 1)
    measures = with_cut(network, 1, others(network, source)[:2], 1.0)
    measures = measures.with_cut(1, source, others(network, source)[2:3], 0.5)
    return network, parameters, measures.with_quota(0, largest(network, 0), 0.8)


@pytest.mark.parametrize("method", ["reference", "compiled"])
def test_a_year_that_follows_is_the_year_alone(method: str) -> None:
    network, parameters, measures = leaky(7, draws=3)
    first = Ready.of(network, parameters, measures)
    capacity = np.array(parameters.capacity) * 1.2
    grown, later = measures.with_demand(2, 1.3), replace(parameters, capacity=capacity)
    shared = first.following(later, grown)
    assert shared.before is first
    assert shared.newton is first.newton
    assert shared.layout.weight is first.layout.weight
    assert shared.behaviour.log_choke is first.behaviour.log_choke
    found = shared.solve(tolerance=1e-10, start=None, method=method)
    alone = solve(network, later, grown, method=method)
    assert np.allclose(found.output, alone.output, rtol=1e-8)
    assert not np.allclose(found.output, solve(network, parameters, measures).output)


@pytest.mark.parametrize("method", ["reference", "compiled"])
def test_other_ceilings_follow_and_give_the_market_alone(method: str) -> None:
    network, parameters, measures = leaky(7, draws=3)
    first = Ready.of(network, parameters, measures)
    cap, quota = measures.flow_cap.copy(), measures.total_cap.copy()
    cap[np.isfinite(cap) & (cap > 0)], quota[np.isfinite(quota)] = 0.2, 0.5
    other = replace(measures, flow_cap=cap, total_cap=quota)
    shared = first.following(parameters, other)
    assert shared.before is first
    assert shared.newton is first.newton
    assert shared.layout.weight is first.layout.weight
    found = shared.solve(tolerance=1e-10, start=None, method=method)
    alone = solve(network, parameters, other, method=method)
    assert np.array_equal(found.output, alone.output)
    assert not np.allclose(found.output, solve(network, parameters, measures).output)


def test_a_ceiling_that_becomes_a_ban_or_ends_starts_afresh() -> None:
    network, parameters, measures = leaky(7, draws=3)
    first = Ready.of(network, parameters, measures)
    caps = np.isfinite(measures.flow_cap) & (measures.flow_cap > 0)
    for value in (0.0, 1e-9, np.inf):
        other = replace(measures, flow_cap=np.where(caps, value, measures.flow_cap))
        assert first.following(parameters, other).before is None


def test_other_measures_or_leaks_start_afresh() -> None:
    network, parameters, measures = leaky(7, draws=3)
    first = Ready.of(network, parameters, measures)
    assert first.following(parameters, measures.with_outage(0, 0, 0.1)).before is None
    assert first.following(parameters, measures.without_leak()).before is None
    gone = measures.with_demand(2, 0.0)
    assert first.following(parameters, gone).before is None
    tight = replace(parameters, leakage_share=0.0)
    assert first.following(tight, measures).before is None
    wrong = replace(parameters, demand_elasticity=np.ones((3, 1)))
    with pytest.raises(InputError):
        first.following(wrong, measures)


@pytest.mark.parametrize("method", ["reference", "compiled"])
def test_a_month_is_the_market_with_its_substitution_and_release(method: str) -> None:
    network = drawn_network(11)
    given = drawn_parameters(
        network,
        11,
        2,
        substitution_short=np.full((2, 3), 1.0),
        substitution_long=np.full((2, 3), 3.0),
        qualification_months=2.0,
        usable_stock=0.5,
        stock_months=np.full((3, 6), 2.0),
        refill_months=12.0,
    )
    cut = with_cut(network, 1, others(network, largest(network, 1)), 0.6)
    path = solve_months(network, given, [cut, cut], remaining=[3.0, 3.0], method=method)
    second = path.months[1]
    release = np.asarray(second.parameters.release)
    assert (release > 0).any()
    sigma = 3.0 + (1.0 - 3.0) * np.exp(-1 / 2.0)
    alone = solve(
        network,
        replace(given, substitution=np.full((2, 3), sigma)),
        cut.with_release(release),
        method=method,
    )
    assert np.allclose(second.output, alone.output, rtol=1e-8)


def test_many_draws_are_evaluated_as_each_alone_to_the_last_bit() -> None:
    network, parameters, measures = leaky(5, draws=4)
    # A parameter that holds for all draws stands beside those that are drawn.
    parameters = replace(parameters, feed_choke_price=np.full(3, 5.0))
    problem = prepare(network, measures)
    size = Ready.of(network, parameters, measures).unknowns
    unknowns = -0.2 * np.random.default_rng(2).random((4, size))
    together = evaluate(problem, parameters.each(), unknowns)
    for draw in range(4):
        alone = evaluate(problem, parameters.at(draw), unknowns[draw])
        for field in fields(State):
            assert np.array_equal(getattr(together, field.name)[draw], getattr(alone, field.name))


def test_the_ratio_of_use_is_that_of_the_equations() -> None:
    network, parameters, measures = leaky(5, draws=3)
    found = solve(network, parameters, measures.with_demand(1, 1.5), method="reference")
    problem = found.problem
    for draw in range(3):
        logs = np.log(np.where(problem.buying, found.effective_price[draw], 1.0))
        wanted = demand(problem, parameters.at(draw), logs)
        assert np.array_equal(found.final_use[draw], wanted)
    none = network.final_use == 0
    assert np.array_equal(np.isnan(found.use_ratio[0]), none)


def test_slopes_of_the_base_steer_to_the_same_solution_sooner() -> None:
    for seed in range(6):
        network, parameters, measures = leaky(seed)
        problem = prepare(network, measures)
        newton = newton_matrix(Middle.of(problem, parameters))
        plain = solve_one(problem, parameters, tolerance=1e-10, limit=1000)
        steered = solve_one(problem, parameters, tolerance=1e-10, limit=1000, newton=newton)
        assert steered.error <= 1e-10
        assert np.allclose(steered.state.output, plain.state.output, rtol=1e-8)
    quiet = Measures.none(network).with_demand(2, 1.2)
    problem = prepare(network, quiet)
    newton = newton_matrix(Middle.of(problem, parameters))
    plain = solve_one(problem, parameters, tolerance=1e-10, limit=1000)
    steered = solve_one(problem, parameters, tolerance=1e-10, limit=1000, newton=newton)
    assert steered.iterations < plain.iterations


def test_a_matrix_that_leads_astray_is_given_up() -> None:
    network, parameters, measures = leaky(3)
    problem = prepare(network, measures)
    newton = newton_matrix(Middle.of(problem, parameters))
    astray = solve_one(problem, parameters, tolerance=1e-10, limit=1000, newton=-newton)
    plain = solve_one(problem, parameters, tolerance=1e-10, limit=1000)
    assert astray.error <= 1e-10
    assert astray.iterations > plain.iterations
    assert np.allclose(astray.state.output, plain.state.output, rtol=1e-8)


def test_changed_parameters_share_the_arrays_they_keep() -> None:
    network = drawn_network(3)
    parameters = drawn_parameters(network, 3, draws=2)
    own = np.ones((2, 3, 6))
    changed = replace(parameters, capacity=own)
    assert changed.substitution is parameters.substitution
    assert changed.capacity is not own
    own[:] = 5.0
    assert (np.asarray(changed.capacity) == 1.0).all()
    view = np.ones((4, 3, 6))
    view.setflags(write=False)
    assert replace(parameters, capacity=view[:2]).capacity is not view


def test_the_kernel_is_compiled_for_one_kind_of_arrays() -> None:
    network = drawn_network(3)
    one = drawn_parameters(network, 3)
    many = drawn_parameters(network, 3, draws=2)
    given = [
        one,
        many,
        replace(many, leakage_share=np.full(2, 0.1)),
        replace(one, choke_sharpness=np.full(2, 6.0)),
        replace(many, release=np.zeros((3, 6))),
    ]
    for parameters in given:
        assert np.all(solve(network, parameters, method="compiled").converged)
    assert len(load_kernel().solve_block.signatures) == 1


def test_threads_that_load_the_kernel_leave_the_compiler_as_it_was() -> None:
    before = numba.config.CACHE_DIR
    with ThreadPoolExecutor(8) as pool:
        kernels = list(pool.map(lambda _: load_kernel(), range(32)))
    assert len({id(kernel) for kernel in kernels}) == 1
    assert before == numba.config.CACHE_DIR
