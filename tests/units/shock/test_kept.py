"""What is kept from one run for the next changes no answer."""

from __future__ import annotations

import pickle
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.evidence import Evidence, Ledger
from midstream.market import Measures, solve
from midstream.shock import run as running
from midstream.shock.behaviour import Sampler, market_parameters
from midstream.shock.monthly import paid, used
from midstream.shock.network import balanced
from midstream.shock.path import NetworkPath
from midstream.shock.result import ShockResult
from midstream.shock.run import KEPT, ShockModel, prepare, run_shock
from midstream.shock.scenario import scenarios
from units.data_copy import copy_data, rewrite
from units.market.networks import drawn_network, drawn_parameters, largest, others, with_cut
from units.shock.real_chain import opened, request, shock_of


def ready(evidence: Evidence | None = None) -> ShockModel:
    """A chain made ready by itself, so that no other test has drawn from it."""
    study = opened()
    return prepare(evidence or study.evidence, study.world, shock_of(request()))


def run(model: ShockModel, evidence: Evidence | None = None, **changes: Any) -> ShockResult:
    study = opened()
    ledger = Ledger(study.ledger)
    return run_shock(
        evidence or study.evidence, study.world, ledger, request(**changes), model=model
    )


def test_a_second_run_is_the_first() -> None:
    model = ready()
    first, second = run(model, draws=3), run(model, draws=3)
    assert first.to_dict() == second.to_dict()
    assert np.array_equal(first.path.price, second.path.price, equal_nan=True)
    assert first.to_dict() == run(ready(), draws=3).to_dict()
    assert first.to_dict() != run(model, draws=4).to_dict()


def test_streams_are_kept_by_number_of_draws_and_cannot_be_changed() -> None:
    model = ready()
    drawn = model.sampler(2).draw("market.spare")
    assert model.sampler(2).draw("market.spare") is drawn
    assert model.sampler(3).draw("market.spare") is not drawn
    fresh = Sampler(opened().evidence, 1, 2).draw("market.spare")
    assert np.array_equal(drawn, fresh)
    with pytest.raises(ValueError, match="read-only"):
        drawn[0] = 1.0
    noted = model.sampler(2)
    noted.draw("market.spare")
    assert list(noted.used) == ["par:market.spare"]
    for draws in range(4, 10):
        model.sampler(draws).draw("market.spare")
    assert len(model.drawn) == KEPT


def test_another_release_is_never_answered_from_what_is_kept(tmp_path: Path) -> None:
    folder = copy_data(tmp_path / "data")

    def dearer(row: dict[str, str]) -> dict[str, str]:
        changed = {"value": "0.9", "low": "0.9", "high": "0.9"}
        return {**row, **changed} if row["id"] == "market.choke" else row

    rewrite(folder, "parameters", dearer)
    changed, model = Evidence.load(folder, check=False), ready()
    before = run(model)
    after = run(model, changed)
    assert before.to_dict() != after.to_dict()
    assert after.to_dict() == run(ready(changed), changed).to_dict()


def test_a_chain_that_has_travelled_answers_the_same() -> None:
    study, model = opened(), ready()
    packed = pickle.loads(pickle.dumps(model.packed()))
    arrived = packed.unpacked(study.evidence, study.world)
    assert arrived.serves(shock_of(request()))
    assert run(arrived, draws=2).to_dict() == run(model, draws=2).to_dict()


def test_months_alike_share_their_measures() -> None:
    model, shock = ready(), shock_of(request(months=3))
    (found,) = scenarios(Sampler(opened().evidence, 1, 1), model.base, model.networks[:1], shock, 6)
    first, *_ = found.measures
    assert all(one is first for one in found.measures[:3])
    assert all(one is found.measures[3] for one in found.measures[3:])
    assert np.isfinite(first.flow_cap).any()
    assert not np.isfinite(found.measures[3].flow_cap).any()


def test_arrays_fitted_together_are_each_fitted_alone() -> None:
    rng = np.random.default_rng(4)
    start = rng.lognormal(0, 2, (3, 2, 5, 5))
    rows = rng.lognormal(0, 1, (3, 2, 5))
    columns = rng.permuted(rows, axis=2)
    together = balanced(start, rows, columns)
    for place in np.ndindex(3, 2):
        alone = balanced(start[place], rows[place], columns[place])
        assert np.array_equal(together[place], alone)
        assert together[place].sum(axis=1) == pytest.approx(rows[place])


def test_the_price_paid_is_that_of_all_arcs() -> None:
    network = drawn_network(8, uses=2)
    parameters = drawn_parameters(network, 8, draws=3)
    source = largest(network, 1)
    measures = with_cut(network, 1, others(network, source)[:2], 0.6)
    measures = measures.with_tariff(2, largest(network, 2), [1, 2], 0.4)
    measures = measures.with_quota(0, largest(network, 0), 0.7)
    found = solve(network, parameters, measures, method="reference")
    sigma = np.asarray(parameters.substitution)[:, :, None, None]
    problem = found.problem
    shadow = np.where(problem.weight > 0, -sigma * np.log1p(found.licence_rent), 0.0)
    price = np.nan_to_num(found.log_price)[..., None] + problem.tariff_log
    pull = problem.weight * np.exp(shadow - sigma * price)
    spent = (pull * np.exp(price - shadow / sigma)).sum(axis=2)
    bought = pull.sum(axis=2)
    known = bought > 0
    told = np.stack([paid(found, step) for step in range(known.shape[1])], axis=1)
    assert told[known] == pytest.approx(spent[known] / bought[known])
    assert np.isnan(told[~known]).all()


def test_use_falls_with_its_price_and_grows_with_demand() -> None:
    network = drawn_network(8)
    parameters = drawn_parameters(network, 8, draws=2)
    calm = used(solve(network, parameters, Measures.none(network), method="reference"))
    assert calm[:, network.final_use > 0] == pytest.approx(1.0)
    more = Measures.none(network).with_demand(2, 1.5)
    grown = used(solve(network, parameters, more, method="reference"))
    busy = network.final_use[2] > 0
    assert (grown[:, 2][:, busy] > 1.0).all()
    assert (grown[:, 2][:, busy] < 1.5).all()


def test_parameters_of_the_market_do_not_depend_on_what_is_kept() -> None:
    model = ready()
    kept, fresh = model.sampler(5), Sampler(opened().evidence, 1, 5)
    market_parameters(kept, 2, 2, 3)
    one, other = market_parameters(model.sampler(5), 2, 2, 3), market_parameters(fresh, 2, 2, 3)
    assert np.array_equal(one.substitution, other.substitution)
    assert np.array_equal(one.choke_price, other.choke_price)


def test_one_part_of_a_path_is_held_beside_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[weakref.ref[np.ndarray]] = []
    alive: list[int] = []
    follow_one = running.network_path

    def watched(*args: Any, **named: Any) -> NetworkPath:
        alive.append(sum(one() is not None for one in parts))
        part = follow_one(*args, **named)
        parts.append(weakref.ref(part.served))
        return part

    monkeypatch.setattr(running, "network_path", watched)
    path = run(ready(), draws=12).path
    assert len(alive) == 8
    assert max(alive) == 1
    assert not any(one() is not None for one in parts)
    assert path.draws == 12


def test_only_uses_that_anybody_has_are_in_a_path() -> None:
    model = ready()
    path, base = run(model, draws=3).path, model.networks[0].final_use.sum(axis=-1) > 0
    assert 0 < len(path.pairs) < base.size
    assert path.use.shape == (3, path.months, len(path.pairs), len(model.base.names.countries))
    for step, use in np.ndindex(*base.shape):
        found = path.used(step, use)
        assert found.shape == path.paid.shape
        assert (
            bool(np.isfinite(found).any()) == bool(base[step, use]) == ((step, use) in path.pairs)
        )
