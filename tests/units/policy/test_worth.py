"""The next fact: what is offered, what it is worth, and what it would change."""

from __future__ import annotations

import numpy as np
import pytest

from midstream.policy.frame import Choice, OpenBench
from midstream.policy.worth import by_chance, does, grouped, next_fact, part, worth_of
from midstream.policy.worth_inputs import inputs
from midstream.study import Study
from units.policy.stress_made import MadeBench, choice, effect, lever, real


@pytest.fixture(scope="module")
def plan(study: Study) -> tuple[OpenBench, Choice]:
    return real(study, "magnet-scheme", draws=200)


def test_the_effect_that_decides_is_the_fact_to_check(study: Study) -> None:
    bench = MadeBench(study.evidence, study.world)
    plan = choice(lever("jv", effect("size", target="C3", mode=0.25)))
    (fact,) = next_fact(bench, plan)
    assert (fact.id, fact.kind) == ("effect/size", "lever-effect")
    assert fact.worth.value == pytest.approx(1.0, abs=0.3)
    assert (fact.if_low, fact.if_high) == ("FAIL", "PARTIAL")


def test_no_doubt_leaves_nothing_to_check(study: Study) -> None:
    bench = MadeBench(study.evidence, study.world)
    assert next_fact(bench, choice(lever("jv", effect(target="C3", mode=2.0)))) == ()


def test_slots_are_one_fact(plan: tuple[OpenBench, Choice]) -> None:
    facts = next_fact(*plan)
    assert facts[0].id == "project/repm-slots"
    assert facts[0].now.unit == "count"
    assert facts[0].sources
    worths = [fact.worth.value or 0.0 for fact in facts]
    assert worths == sorted(worths, reverse=True)
    assert min(worths) > 0


def test_a_project_is_told_by_its_chance_and_sooner_is_more(
    plan: tuple[OpenBench, Choice],
) -> None:
    bench, chosen = plan
    paths = bench.future(chosen.levers, chosen.without).paths
    found = inputs(bench, chosen, bench.future(chosen.levers, chosen.without))
    single = [one for one in found if one.chance is not None]
    assert single
    for one in single:
        name = one.id.removeprefix("project/")
        (number,) = (n for n, p in enumerate(paths.projects) if name in (p.facility, p.id))
        start = paths.start[:, number]
        assert one.chance == pytest.approx((start < bench.horizon + 1).mean())
        assert one.draws[np.argmin(start)] == one.draws.max()
        assert (one.draws[np.isinf(start)] == 0).all()


def test_at_most_five_are_shown(plan: tuple[OpenBench, Choice]) -> None:
    assert len(next_fact(*plan)) <= 5


def test_every_input_names_its_row(plan: tuple[OpenBench, Choice]) -> None:
    bench, chosen = plan
    found = inputs(bench, chosen, bench.future(chosen.levers, chosen.without))
    assert {"project", "need", "output"} <= {one.kind for one in found}
    assert len({one.id for one in found}) == len(found)
    for one in found:
        assert one.where
        assert one.draws.shape == (bench.draws,)
        assert np.ptp(one.draws) > 0
        assert set(one.sources) <= set(bench.evidence.sources)


def test_an_output_nobody_counts_is_offered_where_the_ends_differ(study: Study) -> None:
    facts = next_fact(*real(study, "us-package", subject="USA", draws=150))
    cells = [fact for fact in facts if fact.kind == "open-cell"]
    assert cells
    for fact in cells:
        assert fact.now.value is None
        assert (fact.worth.value or 0.0) > 0


def test_what_a_plan_does_in_a_draw() -> None:
    second, third = np.array([0.3, 0.3, 0.1, 0.1]), np.array([0.3, 0.1, 0.3, 0.1])
    assert does((second, third), 0.25).tolist() == [3, 2, 1, 0]


def test_groups_have_one_size_and_keep_equals_together() -> None:
    assert np.bincount(grouped(np.arange(100.0), 5)).tolist() == [20] * 5
    assert len(set(grouped(np.array([1.0, 1, 1, 2, 2, 2, 2, 2]), 5))) == 2


def test_noise_stays_under_what_chance_explains() -> None:
    rng = np.random.default_rng(1)
    ends = [rng.integers(0, 4, 400)] * 2
    found = [worth_of(ends, rng.random(400), 5) for _ in range(40)]
    assert np.mean(np.array(found) > by_chance(400, 5)) < 0.1


def test_a_part_of_an_outcome_holds_its_draws(plan: tuple[OpenBench, Choice]) -> None:
    bench, chosen = plan
    whole = bench.outcome(chosen.levers, chosen.without)
    half = part(whole, np.arange(bench.draws) % 2 == 0)
    assert half.low.shape[0] == half.cut.shape[0] == half.dependence.shape[0] == bench.draws // 2
