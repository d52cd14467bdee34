"""Scores of later years on the shipped release: axes, what is missing, lineage, bad input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.scenarios.frame import Frame
from midstream.scenarios.scores import future_scores
from midstream.scenarios.scores_result import FutureScores
from midstream.study import Study
from units.scenarios.still import cells_of, project, still_needs, still_paths

FRAME = Frame(3, 60, 2024)
COUNTRIES, SECTORS = ("IND", "CHN"), ("rare-earth-magnets", "defence")


def scored(study: Study, paths: object = None, **changed: object) -> FutureScores:
    cells = cells_of(study.evidence, study.world, FRAME)
    given = {"countries": COUNTRIES, "sectors": SECTORS} | changed
    return future_scores(
        study.evidence,
        study.world,
        FRAME,
        paths or still_paths(cells, FRAME),
        still_needs(cells, FRAME),
        **given,
    )


@pytest.fixture(scope="module")
def plain(study: Study) -> FutureScores:
    return scored(study)


def test_axes_are_draw_year_country_sector_stage(plain: FutureScores) -> None:
    assert plain.score.shape == (60, 2, 2, 2, 4)
    assert plain.score.dtype == np.float32
    assert plain.profile.shape == (60, 2, 2, 4)
    middle = plain.of("CHN", "defence", "C2", 2035)
    assert middle == pytest.approx(plain.score[:, 1, 1, 1, 1])


def test_a_profile_is_the_mean_over_the_evidenced_sectors(plain: FutureScores) -> None:
    sectors = plain.evidenced("IND", 2030)
    parts = [plain.of("IND", sector, "C2", 2030) for sector in sectors]
    assert plain.profile[:, 0, 0, 1] == pytest.approx(np.mean(parts, axis=0), abs=1e-5)


def test_quantities_carry_their_lineage(plain: FutureScores, study: Study) -> None:
    ledger = Ledger(base=study.world.ledger)
    rows, profiles = plain.quantities(ledger), plain.profiles(ledger)
    assert len(rows) == 2 * 2 * 4 * 2
    assert len(profiles) == 2 * 4 * 2
    for row in rows:
        node = ledger[row.score.lineage]
        assert node.inputs
        assert all(lineage in ledger for lineage in node.inputs)
        assert row.score.label == "modelled"
        assert 0 <= (row.p_at_least_3.low or 0) <= (row.p_at_least_3.high or 0) <= 1
        assert row.binding in {form for stack in plain.stacks for form in stack.forms}
        assert row.to_dict()["score"]["value"] == row.score.value
    magnets = next(r for r in rows if (r.country, r.stage, r.sector) == ("IND", "C2", SECTORS[0]))
    reached = {node.id for node in ledger.reached([magnets.score.lineage])}
    assert study.world.outputs["ndpr-oxide", "IND"].lineage in reached


def test_a_plant_reaches_the_lineage_and_the_score(plain: FutureScores, study: Study) -> None:
    cells = cells_of(study.evidence, study.world, FRAME)
    facility = next(plant for plant in study.world.plants if plant.country == "IND")
    own = project("new", "ndpr-oxide", "IND", 3000, lineage=facility.lineage)
    found = scored(study, still_paths(cells, FRAME, [(own, 2028.0)]))
    states, column = found.states, found.states.forms.index("ndpr-oxide")
    assert states.score[1, 1, 0, column] > plain.states.score[1, 1, 0, column] + 0.2
    assert states.output[1, 1, 0, column] > plain.states.output[1, 1, 0, column] + 1000
    assert set(facility.lineage) <= set(states.inputs["ndpr-oxide", "IND"][0])
    other = found.states.forms.index("ndfeb-magnet")
    assert np.array_equal(states.score[:, :, :, other], plain.states.score[:, :, :, other])


def test_a_plant_in_ramp_counts_for_2030_as_a_trajectory(study: Study) -> None:
    cells = cells_of(study.evidence, study.world, FRAME)
    # Starts in the last days of 2030: nothing made, everything under way.
    paths = still_paths(cells, FRAME, [(project("new", "ndpr-oxide", "IND", 3000), 2030.99)])
    column = ("ndpr-oxide", 2030)
    found, plain = scored(study, paths), scored(study)
    form = found.states.forms.index(column[0])
    gain = found.states.score[1, 0, 0, form] - plain.states.score[1, 0, 0, form]
    # Money tied to a plant adds at most one point.
    assert 0.1 < gain <= 1.0


def test_a_stage_nobody_counts_has_no_score(evidence: Evidence, study: Study) -> None:
    world = study.world
    blank = {
        place: replace(estimate, standing="open", components=(), low=0.0, high=0.0)
        for place, estimate in world.outputs.items()
        if place[0] in ("ndpr-oxide", "dy-tb-oxide") and place[1] == "IND"
    }
    changed = world.with_parts(outputs={**world.outputs, **blank})
    cells = cells_of(evidence, changed, FRAME)
    found = future_scores(
        evidence,
        changed,
        FRAME,
        still_paths(cells, FRAME),
        still_needs(cells, FRAME),
        (2035,),
        COUNTRIES,
        ("rare-earth-magnets",),
    )
    stack = next(stack for stack in found.stacks if stack.stage == "C2")
    assert set(stack.forms) <= {"ndpr-oxide", "dy-tb-oxide"}
    assert np.isnan(found.score[:, 0, 0, 0, 1]).all()
    assert not np.isnan(found.score[:, 0, 1, 0, 1]).any()
    assert found.evidenced("IND", 2035) == ()
    assert np.isnan(found.profile[:, 0, 0]).all()
    ledger = Ledger(base=world.ledger)
    rows = {(row.country, row.stage): row for row in found.quantities(ledger)}
    assert rows["IND", "C2"].score.missing
    assert rows["IND", "C2"].p_at_least_3.missing
    assert rows["IND", "C2"].binding == ""
    assert [row.score.missing for row in found.profiles(ledger)] == [True] * 4 + [False] * 4


def test_bad_input_is_told(study: Study) -> None:
    with pytest.raises(InputError, match="2040"):
        scored(study, years=(2040,))
    with pytest.raises(InputError, match="no year"):
        scored(study, years=())
    cells = cells_of(study.evidence, study.world, Frame(4, 60, 2024))
    with pytest.raises(InputError, match="paths have other draws"):
        scored(study, still_paths(cells, Frame(4, 60, 2024)))


def test_progress_runs_to_one(study: Study) -> None:
    seen: list[float] = []
    scored(study, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1
