"""Which solver answers, and what the compiled one is made of."""

from __future__ import annotations

import numpy as np
import pytest

from midstream.errors import InputError
from midstream.market import Measures, compiled, solve, solve_years
from midstream.market.anderson import fixed_point
from midstream.market.problem import prepare
from midstream.market.reference import evaluate
from midstream.market.slopes import Middle, clearing_slopes, newton_matrix
from midstream.market.years import extrapolated
from units.market.networks import (
    drawn_network,
    drawn_parameters,
    largest,
    others,
    with_cut,
)


def test_a_single_question_does_not_wait_for_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise AssertionError("the kernel was asked for")

    monkeypatch.setattr(compiled, "_ready", [])
    monkeypatch.setattr(compiled, "load_kernel", fail)
    network = drawn_network(3)
    assert solve(network, drawn_parameters(network, 3)).converged
    with pytest.raises(AssertionError, match="asked for"):
        solve(network, drawn_parameters(network, 3, draws=compiled.MANY))


def test_without_numba_many_draws_go_to_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_ready", [])
    monkeypatch.setattr(compiled, "kernel_can_load", lambda: False)
    network = drawn_network(3, 1, 3)
    parameters = drawn_parameters(network, 3, draws=compiled.MANY)
    assert solve(network, parameters).converged.all()
    with pytest.raises(InputError, match="numba is not installed"):
        solve(network, parameters, method="compiled")


def test_an_unknown_method_is_refused() -> None:
    network = drawn_network(3)
    with pytest.raises(InputError, match="unknown method"):
        solve(network, drawn_parameters(network, 3), method="guess")


def test_draws_that_do_not_settle_are_listed_and_kept() -> None:
    network = drawn_network(3)
    parameters = drawn_parameters(network, 3, draws=3)
    measures = with_cut(network, 0, [1, 2], 0.9)
    found = solve(network, parameters, measures, limit=2, method="reference")
    assert found.unconverged == (0, 1, 2)
    assert np.isfinite(found.output).all()
    assert found.residual.min() > found.tolerance


@pytest.mark.parametrize("method", ["reference", "compiled"])
def test_rough_networks_settle(method: str) -> None:
    missed = []
    for seed in range(60):
        network = drawn_network(seed, 1 + seed % 4, 3 + seed % 4)
        parameters = drawn_parameters(network, seed, leakage_share=0.25 * (seed % 2))
        exporter = largest(network, 0)
        none = Measures.none(network)
        for measures in (
            none.with_cut(0, exporter, others(network, exporter), 0.5 + 0.5 * (seed % 3 == 0)),
            none.with_quota(0, exporter, 0.01),
        ):
            found = solve(network, parameters, measures, method=method)
            missed += [] if found.converged else [seed]
    assert missed == []


#: Networks on which mixing circles around a kink (found among thousands).
@pytest.mark.parametrize(("seed", "size"), [(855191989, (3, 3, 2)), (3219616, (2, 5, 1))])
def test_kinks_that_hold_a_mixed_iteration_are_passed(seed: int, size: tuple[int, ...]) -> None:
    network = drawn_network(seed, *size)
    exporter = largest(network, 0)
    depth = 0.5 if size[1] == 3 else 1.0
    measures = Measures.none(network).with_cut(0, exporter, others(network, exporter), depth)
    parameters = drawn_parameters(network, seed)
    tried = solve(network, parameters, measures, method="reference", limit=99)
    found = solve(network, parameters, measures, method="reference")
    assert not tried.converged
    assert found.converged


def test_a_start_saves_evaluations_and_a_wrong_one_is_ignored() -> None:
    network = drawn_network(3)
    parameters, measures = drawn_parameters(network, 3), with_cut(network, 0, [1, 2], 0.5)
    first = solve(network, parameters, measures, method="reference")
    again = solve(network, parameters, measures, start=first.unknowns, method="reference")
    assert again.iterations == 1
    odd = solve(network, parameters, measures, start=np.zeros(99), method="reference")
    assert odd.iterations == first.iterations


def test_years_are_solved_one_by_one_whatever_they_start_from() -> None:
    network = drawn_network(4)
    parameters = drawn_parameters(network, 4, draws=2)
    none = Measures.none(network)
    years = [(parameters, none.with_demand(2, 1.02**year)) for year in range(5)]
    path = list(solve_years(network, years, method="reference"))
    for found, (given, measures) in zip(path, years, strict=True):
        alone = solve(network, given, measures, method="reference")
        assert np.allclose(found.output, alone.output, rtol=1e-8)
    assert path[4].iterations.sum() < solve(network, *years[4], method="reference").iterations.sum()


def test_past_years_point_to_the_next() -> None:
    assert extrapolated([]) is None
    assert extrapolated([np.ones(2)]).tolist() == [1, 1]
    assert extrapolated([np.ones(1), np.full(1, 3.0)]).tolist() == [5]
    square = [np.array([float(year**2)]) for year in range(3)]
    assert extrapolated(square).tolist() == [9]
    assert extrapolated([np.ones(3), np.ones(3), np.ones(2)]).tolist() == [1, 1]


def test_slopes_of_the_base_are_those_of_the_equations() -> None:
    network = drawn_network(8, 3, 5, 2)
    parameters = drawn_parameters(network, 8)
    problem = prepare(network, Measures.none(network))
    size = int(problem.producing.sum())

    def clearing(unknowns: np.ndarray) -> np.ndarray:
        return evaluate(problem, parameters, unknowns).clearing[problem.producing]

    small = 1e-6 * np.eye(size)
    columns = [(clearing(move) - clearing(-move)) / 2e-6 for move in small]
    middle = Middle.of(problem, parameters)
    slopes = clearing_slopes(middle)
    assert np.allclose(slopes, np.stack(columns, axis=1), atol=1e-6)
    assert np.allclose(newton_matrix(middle) @ slopes, -np.eye(size), atol=1e-8)


def test_mixing_solves_a_linear_system_in_a_few_steps() -> None:
    matrix = np.diag([1.0, 0.5, 0.2]) + 0.1
    wanted = np.array([0.3, -0.2, 0.4])
    found, count, error = fixed_point(
        lambda unknowns: matrix @ (wanted - unknowns),
        np.zeros(3),
        np.ones(3),
        np.full(3, np.inf),
        tolerance=1e-12,
        limit=50,
    )
    assert found == pytest.approx(wanted)
    assert count <= 6
    assert error <= 1e-12


def test_vector_functions_are_those_of_the_library() -> None:
    compiled.load_kernel()
    from midstream.market.vector import exp_all, log_all

    values = np.concatenate([np.linspace(-650, 650, 2001), [0.0, 1e-300, -1e-9]])
    powers = values.copy()
    exp_all(powers, np.empty_like(values), values.size)
    assert np.allclose(powers, np.exp(values), rtol=1e-15, atol=0)
    logs = powers.copy()
    log_all(logs, np.empty_like(values), values.size)
    assert np.allclose(logs, np.log(powers), rtol=1e-15, atol=1e-16)


def test_code_is_kept_in_a_folder_named_after_its_sources() -> None:
    import numba

    before = str(numba.config.CACHE_DIR)
    kernel = compiled.load_kernel()
    after = str(numba.config.CACHE_DIR)
    assert after == before
    assert str(compiled.kernel_folder()) in kernel.solve_block._cache.cache_path
