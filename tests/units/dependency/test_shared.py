"""Shared dependency: the matrix, what recipes pass on, co-failure, and building once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from midstream.dependency.buildonce import costs_per_unit
from midstream.dependency.cofailure import co_failure, sector_losses
from midstream.dependency.shared import Shared, sector_forms, shared
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.study import Study
from units.data_copy import copy_data, rewrite


@pytest.fixture(scope="module")
def found(study: Study) -> Shared:
    return shared(study.evidence, study.world, draws=1000)


def test_rows_sum_to_one_and_every_stage_counts_alike(evidence: Evidence) -> None:
    table = sector_forms(evidence)
    assert table.matrix.sum(axis=1) == pytest.approx(np.ones(len(table.sectors)))
    wind = table.matrix[table.sectors.index("wind")]
    for stage in ("C1", "C2", "C3", "C4"):
        inside = [place for place, name in enumerate(table.stages) if name == stage]
        assert wind[inside].sum() == pytest.approx(0.25)


def test_recipes_pass_weight_on_to_forms_a_stack_does_not_name(evidence: Evidence) -> None:
    table = sector_forms(evidence, ["wind"])
    # Metal and magnet are one stage: weight passes from one stage to the one before only.
    assert "ree-metal-alloy" not in table.forms
    heavy = table.forms.index("heavy-ree-ore")
    assert not table.listed[0, heavy]
    # Dy-Tb oxide has .3 of its stage, passes half of it to its ore; light ore has 1.
    assert table.matrix[0, heavy] == pytest.approx(0.25 * 0.15 / 1.15)


def test_sectors_on_the_same_forms_are_more_alike_than_others(found: Shared) -> None:
    pairs = found.cosine
    likeness = {frozenset(pair): quantity.value for pair, quantity in pairs.items()}
    magnets = likeness[frozenset(("wind", "electric-vehicles"))]
    apart = likeness[frozenset(("wind", "chip-packaging"))]
    assert magnets is not None
    assert apart is not None
    assert magnets > apart


def test_sectors_on_the_same_forms_fail_together_more_than_chance(found: Shared) -> None:
    ratios = {frozenset(pair.sectors): pair.ratio.value for pair in found.co_failure}
    assert (ratios[frozenset(("wind", "industrial-robotics"))] or 0) > 1.2


def test_a_sector_loses_what_its_worst_stage_loses() -> None:
    # stage C1: one form that loses .3; stage C2: .25 x .8 + .75 x .4 = .5
    matrix = np.array([[0.5, 0.125, 0.375]])
    losses = np.array([[0.3, 0.8, 0.4]])
    assert sector_losses(matrix, ("C1", "C2", "C2"), losses) == pytest.approx(0.5)


def test_a_sector_that_never_fails_has_no_ratio() -> None:
    never, often = np.zeros(100), np.ones(100)
    assert co_failure(never, often) == (0.0, (None, None, None))
    both, (ratio, low, high) = co_failure(often, often)
    assert both == 1.0
    assert (ratio, low, high) == pytest.approx((1.0, 1.0, 1.0))


def test_building_once_is_worth_more_than_the_best_single_sector(found: Shared) -> None:
    assert found.build_once
    for row in found.build_once:
        assert row.value.value is not None
        assert row.single.value is not None
        assert row.value.value >= row.single.value - 1e-12
        if len(row.sectors) > 1:
            assert row.value.value > row.single.value
        assert row.best in row.sectors


def test_a_cost_on_record_gives_worth_per_money_and_none_gives_none(found: Shared) -> None:
    rows = {row.form: row for row in found.build_once}
    assert rows["ndfeb-magnet"].per_capex.value is not None
    assert rows["gaas-gan-wafer"].capex.value is None
    assert rows["gaas-gan-wafer"].per_capex.value is None


def test_capital_cost_is_the_median_cost_of_a_twentieth_of_world_output(
    found: Shared, study: Study
) -> None:
    capex = next(row for row in found.build_once if row.form == "ndfeb-magnet").capex
    costs = costs_per_unit(study.evidence, study.world, "ndfeb-magnet").values()
    output = study.world.world_output["ndfeb-magnet"].value or 0.0
    assert capex.value == pytest.approx(0.05 * output * np.median(list(costs)) / 1e9)
    assert capex.low == pytest.approx(0.05 * output * min(costs) / 1e9)


def test_costs_are_capital_over_capacity_in_dollars(study: Study) -> None:
    costs = costs_per_unit(study.evidence, study.world, "ndfeb-magnet")
    # 1,000 million USD for 10,000 t, of which 1,000 t stand in a row of their own
    assert costs["mp-10x"] == pytest.approx(1e9 / 9_000)
    rate = next(
        row["per_usd"]
        for row in study.evidence.table("fx").rows
        if row["currency"] == "EUR" and str(row["year"]) == "2025"
    )
    assert costs["neo-narva"] == pytest.approx(75e6 / rate / 2000)


def test_a_supplier_that_loses_its_lead_takes_co_failure_with_it(study: Study) -> None:
    world = study.world
    led = {form: (c, s / 10) for form, (c, s) in world.leaders.items()}
    weak = replace(world, leaders=led)
    strong = shared(study.evidence, world, ["wind", "solar"], draws=500).co_failure[0]
    feeble = shared(study.evidence, weak, ["wind", "solar"], draws=500).co_failure[0]
    assert (feeble.both.value or 0) < (strong.both.value or 0)


def test_weights_of_the_stacks_move_the_matrix(tmp_path: Path, evidence: Evidence) -> None:
    folder = copy_data(tmp_path / "data")

    def heavier(row: dict[str, str]) -> dict[str, str]:
        if row["id"] == "st-wind-C2-dy-tb-oxide":
            row["weight"] = "0.9"
        return row

    rewrite(folder, "stacks", heavier)
    changed = sector_forms(Evidence.load(folder, check=False), ["wind"])
    before = sector_forms(evidence, ["wind"])
    place = before.forms.index("dy-tb-oxide")
    assert changed.matrix[0, place] > before.matrix[0, place]


def test_every_number_is_in_the_ledger_with_its_inputs(found: Shared) -> None:
    numbers = [*found.weights.values(), *found.herfindahl.values(), *found.cosine.values()]
    for row in found.build_once:
        numbers += [row.value, row.single, row.capex, row.per_capex]
    for pair in found.co_failure:
        numbers += [pair.both, pair.ratio]
    for number in numbers:
        assert number.lineage in found.ledger
    for node in found.ledger.nodes.values():
        for name in node.inputs:
            assert name in found.ledger, f"{node.id}: {name}"


def test_the_dictionary_is_a_matrix_of_sectors_and_forms(found: Shared) -> None:
    given = found.to_dict()
    assert len(given["matrix"]) == len(given["sectors"])
    assert all(len(row) == len(given["forms"]) for row in given["matrix"])
    assert {"form", "sectors", "value"} <= set(given["build_once"][0])


def test_an_unknown_sector_is_refused_with_the_nearest(evidence: Evidence) -> None:
    with pytest.raises(InputError, match="batteries"):
        sector_forms(evidence, ["battery"])
