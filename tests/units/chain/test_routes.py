"""Routes: chains of the tables as lines of forms, with what passes from step to step."""

from __future__ import annotations

from pathlib import Path

import pytest

from midstream.chain.routes import route, routes
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.study import Study, load
from units.data_copy import copy_data, rewrite


def test_every_chain_runs_from_an_earlier_stage_to_a_later_one(study: Study) -> None:
    for found in routes(study.evidence, study.world).values():
        stages = [step.stage for step in found.steps]
        assert stages == sorted(stages), found.id
        assert found.steps[-1].passed_on is None


def test_shares_passed_on_lie_between_none_and_all(study: Study) -> None:
    for found in routes(study.evidence, study.world).values():
        for step in found.steps:
            if step.passed_on is not None:
                assert 0 < step.passed_on.value <= 1
            if step.per_next is not None:
                assert step.per_next.low <= step.per_next.value <= step.per_next.high


def test_a_recipe_gives_the_amount_per_unit_of_the_next_step(study: Study) -> None:
    metal = route(study.evidence, study.world, "magnets-light").steps[2]
    recipe = next(r for r in study.evidence.table("recipes").rows if r["id"] == "rc-004")
    assert metal.per_next is not None
    assert metal.per_next.value == recipe["coefficient"]
    assert metal.lineage == ("cs-magnets-light-3", "rc-004")


def test_an_amount_that_no_recipe_says_follows_from_world_totals(study: Study) -> None:
    world = study.world
    ore = route(study.evidence, world, "antimony").steps[0]
    made = world.world_output["antimony-ore"].value
    used = world.world_output["antimony-metal"].value
    assert ore.per_next is not None
    assert ore.passed_on is not None
    assert made is not None
    assert used is not None
    assert ore.per_next.value == pytest.approx(ore.passed_on.value * made / used)


def test_an_unknown_chain_is_refused_with_the_nearest_name(study: Study) -> None:
    with pytest.raises(InputError, match="magnets-light"):
        route(study.evidence, study.world, "magnet-light")


def test_a_chain_nobody_counts_is_refused_with_what_is_missing(study: Study) -> None:
    with pytest.raises(InputError, match="Tungsten apt"):
        route(study.evidence, study.world, "tungsten")


def test_a_gap_between_two_steps_is_named(tmp_path: Path) -> None:
    folder = copy_data(tmp_path / "data")
    rewrite(folder, "recipes", lambda row: None if row["id"] == "rc-003" else row)
    evidence = Evidence.load(folder, check=False)
    study = load("india-us")
    with pytest.raises(InputError, match="gap between ndpr-oxide and ree-metal-alloy"):
        routes(evidence, study.world)
