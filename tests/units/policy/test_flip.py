"""Flips in words and numbers: what is looked along, and what a row says."""

from __future__ import annotations

import re

import pytest

from midstream.policy.flip import flips, groups
from midstream.study import Study
from units.policy.stress_made import MadeBench, choice, effect, lever, real


@pytest.fixture
def bench(study: Study) -> MadeBench:
    return MadeBench(study.evidence, study.world)


def test_nothing_is_looked_along_without_a_lever(bench: MadeBench) -> None:
    assert flips(bench, choice()) == ()


def test_every_quantity_has_a_row(bench: MadeBench) -> None:
    plan = choice(
        lever("lines", effect("a", target="C2", mode=0.4)),
        lever("more", effect("b", target="C3", mode=0.4)),
    )
    found = flips(bench, plan)
    kinds = [(one.kind, one.lever) for one in found]
    for wanted in (("scale", "lines"), ("scale", "more"), ("scale", ""), ("delay", "")):
        assert wanted in kinds
    assert {"odds", "threshold"} <= {kind for kind, _ in kinds}
    assert len({one.at.lineage for one in found}) == len(found)


def test_words_say_side_number_and_verdict(bench: MadeBench) -> None:
    plan = choice(lever("jv", effect(target="C3", mode=0.5), name="Joint venture"))
    scale, delay, *_ = (one.words for one in flips(bench, plan))
    assert re.fullmatch(r"Joint venture \(jv\) at less than 0\.(49|50) of .*: UNDETERMINED", scale)
    assert re.fullmatch(r"a start of all levers later by 5\.\d years: UNDETERMINED", delay)


def test_a_threshold_turns_where_half_of_the_draws_reach_it(bench: MadeBench) -> None:
    plan = choice(lever("jv", effect(target="C3", mode=0.5)))
    (row,) = (one for one in flips(bench, plan) if one.kind == "threshold")
    # The middle draw gains .5 x (.5 + .5).
    assert row.at.value == pytest.approx(0.5, abs=0.01)
    assert (row.before, row.verdict) == ("PARTIAL", "UNDETERMINED")


def test_a_row_without_a_value_says_so(bench: MadeBench) -> None:
    plan = choice(lever("weak", effect(target="C2", mode=0.01)))
    (row,) = (one for one in flips(bench, plan) if one.kind == "scale")
    assert (row.at.value, row.setting, row.verdict) == (None, None, row.before)
    assert row.words.endswith("no value within 0 to 2 changes it")
    assert row.to_dict()["at"]["lineage"] in bench.ledger


def test_a_scheme_of_the_record_can_be_scaled_and_put_off(study: Study) -> None:
    bench, plan = real(study, "magnet-scheme", draws=150)
    names = [name for name, _, _ in groups(bench, plan)]
    assert names == ["slots"]
    found = flips(bench, plan)
    scales = [one for one in found if one.kind == "scale" and one.setting is not None]
    assert {one.lever for one in scales} == {"repm"}
    assert any(one.verdict == "FAIL" and (one.setting or 0.0) < 1 for one in scales)
    assert any(one.kind == "delay" and one.verdict == "FAIL" for one in found)
    odds = [one for one in found if one.kind == "odds" and one.at.value is not None]
    assert odds
    assert all(0 < (one.at.value or 0.0) < 1 for one in odds)
