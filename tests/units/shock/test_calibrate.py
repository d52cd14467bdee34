"""Margins of a network: what a change of the evidence does to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from midstream.chain.routes import route
from midstream.shock.calibrate import OTHER, REST, arranged, margins, nodes
from midstream.shock.network import balanced_base, sampled_networks
from midstream.shock.trade_base import FormTrade, check_exclusions, form_trade
from units.shock.real_chain import opened


@pytest.fixture(scope="module")
def parts():
    study = opened()
    line = route(study.evidence, study.world, "graphite")
    trade = tuple(
        form_trade(study.evidence, step.form, study.world.base_year) for step in line.counted
    )
    names = nodes(study.world, line, trade, ("IND",), 0.004, 0.02)
    return study.world, line, names, trade


def test_output_and_use_close_step_by_step(parts) -> None:
    world, line, names, trade = parts
    sums = margins(world, line, names, trade, 0.1)
    np.testing.assert_allclose(sums.output.sum(axis=1), sums.purchases.sum(axis=1), rtol=1e-12)
    for step, form in enumerate(names.forms):
        known = world.world_output[form].value
        assert sums.output[step].sum() >= known * (1 - 1e-12)


def test_a_country_that_makes_more_takes_it_from_the_rest_of_the_world(parts) -> None:
    world, line, names, trade = parts
    form, country = "flake-graphite", "BRA"
    grown = dict(world.outputs)
    grown[form, country] = grown[form, country].scaled(1.5, "f:test")
    before = margins(world, line, names, trade, 0.1)
    after = margins(replace(world, outputs=grown), line, names, trade, 0.1)
    column = names.countries.index(country)
    assert after.output[0, column] == pytest.approx(1.5 * before.output[0, column])
    gain = after.output[0, column] - before.output[0, column]
    assert before.output[0, -1] - after.output[0, -1] == pytest.approx(gain)


def test_the_next_step_draws_the_input_use(parts) -> None:
    world, line, names, trade = parts
    sums = margins(world, line, names, trade, 0.1)
    used = sums.input_use[0] / sums.input_use[0].sum()
    np.testing.assert_allclose(used, sums.output[1] / sums.output[1].sum())
    passed = line.counted[0].passed_on.value
    assert sums.input_use[0].sum() == pytest.approx(passed * sums.output[0].sum())


def test_final_use_follows_imports(parts) -> None:
    world, line, names, trade = parts
    # Twice the flake sent to India: a larger share of the world's final use.
    flows = {
        pair: amount * (2 if pair[1] == "IND" else 1) for pair, amount in trade[0].flows.items()
    }
    more = (FormTrade("flake-graphite", 2024, flows), *trade[1:])
    column = names.countries.index("IND")
    before = margins(world, line, names, trade, 0.1).final_use[0, :, column].sum()
    after = margins(world, line, names, more, 0.1).final_use[0, :, column].sum()
    assert after > 1.2 * before


def test_countries_that_are_not_told_apart_are_the_rest(parts) -> None:
    _, _, names, _ = parts
    assert names.countries[-1] == REST
    assert names.uses[-1] == OTHER
    array = arranged(names, {("XXX", "CHN"): 3.0, ("YYY", "XXX"): 5.0, ("CHN", "CHN"): 7.0})
    assert array[-1, names.countries.index("CHN")] == 3.0
    assert array.sum() == 3.0


def test_a_form_without_codes_is_said_to_be_assumed() -> None:
    study = opened()
    base = balanced_base(study.evidence, study.world, "graphite")
    assert base.priors == ("trade", "trade", "gravity", "gravity")
    assert np.isnan(base.reported[2]).all()


def test_declared_errors_are_still_in_the_trade_table() -> None:
    assert check_exclusions(opened().evidence) == []


def test_networks_differ_only_through_the_evidence() -> None:
    study = opened()
    base = balanced_base(study.evidence, study.world, "antimony")
    one, two = (sampled_networks(study.evidence, base, count, 3) for count in (2, 3))
    assert one[0] is base.network
    assert np.array_equal(one[1].flow, two[1].flow)
    assert not np.allclose(two[1].output, two[2].output)
    other = sampled_networks(study.evidence, base, 2, 4)
    assert not np.allclose(one[1].output, other[1].output)
