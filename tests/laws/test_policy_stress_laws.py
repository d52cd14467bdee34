"""Laws of stress, flips, facts and others: what holds for every plan on file and every draw."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.policy.choose import resolve
from midstream.policy.flip import Worlds, flips
from midstream.policy.flip_search import turn
from midstream.policy.frame import Choice, OpenBench
from midstream.policy.others import others
from midstream.policy.stress import survival_under_flood
from midstream.policy.stress_cover import Shields
from midstream.policy.stress_feed import kept_shares
from midstream.policy.stress_moves import MOVES, MoveKind, Plain
from midstream.policy.worth import explained, grouped
from midstream.scenarios.nudge import Nudge
from midstream.study import Study
from units.policy.stress_made import (
    FORM,
    SUBJECT,
    YEARS,
    MadeBench,
    choice,
    effect,
    lever,
    line,
    real,
    run,
)

STEP = "ndfeb-magnet"
#: Tonnes a year below which a difference is rounding.
ROUNDING = 1e-6
scales = st.floats(0, 2)
shares = st.floats(0, 1)
amounts = st.floats(0, 1000)


@pytest.fixture(scope="module")
def plan(study: Study) -> tuple[OpenBench, Choice]:
    return real(study, "technology-offtake", "repm-2")


@settings(max_examples=5)
@given(low=scales, more=scales)
def test_more_of_a_lever_never_lowers_survival_under_a_flood(
    plan: tuple[OpenBench, Choice], low: float, more: float
) -> None:
    bench, chosen = plan
    names = [one.id for one in chosen.levers]
    less = survival_under_flood(bench, chosen, dict.fromkeys(names, low))
    fuller = survival_under_flood(bench, chosen, dict.fromkeys(names, low + more))
    assert less is not None
    assert fuller is not None
    assert (fuller >= less - 1e-12).all()


def test_a_floor_saves_plants_a_flood_would_close(plan: tuple[OpenBench, Choice]) -> None:
    bench, chosen = plan
    bare = survival_under_flood(bench, chosen, {"offtake-cfd": 0.0})
    held = survival_under_flood(bench, chosen)
    assert bare is not None
    assert held is not None
    assert held.mean() > bare.mean()


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.id)
def test_a_move_never_raises_the_sovereign_deliverable(
    plan: tuple[OpenBench, Choice], move: MoveKind
) -> None:
    bench, chosen = plan
    for levers in ((), chosen.levers):
        held = Shields.of(chosen, 0.6) if levers else Shields(SUBJECT)
        plain = Plain.of(bench, bench.future(levers), held)
        before = bench.outcome(levers).sovereign
        after = bench.outcome(levers, stress=move.lay(plain).stress).sovereign
        assert (after <= before + ROUNDING).all()
        if move.id in ("flood", "squeeze"):
            assert after.mean() < before.mean()


sizes = st.dictionaries(st.sampled_from(["C2", "C3"]), st.floats(0.05, 1.5), min_size=1)


@settings(max_examples=25)
@given(sizes=sizes)
def test_a_flip_flips(study: Study, sizes: dict[str, float]) -> None:
    bench = MadeBench(study.evidence, study.world)
    effects = (effect(stage, target=stage, mode=size) for stage, size in sizes.items())
    chosen = choice(lever("lines", *effects))
    worlds = Worlds(bench, chosen)
    for one in flips(bench, chosen):
        if one.setting is None:
            assert one.verdict == one.before == worlds.stated()
            continue
        again = {
            "scale": worlds.at_scale(chosen.levers, "again"),
            "delay": worlds.at_delay,
            "odds": worlds.at_odds(tuple(bench.projects(chosen.levers)), "again"),
            "threshold": worlds.at_delta,
        }[one.kind]
        assert again(one.setting) == one.verdict != one.before


def test_a_flip_of_a_plan_on_file_flips_on_the_bench(plan: tuple[OpenBench, Choice]) -> None:
    bench, chosen = plan
    base, found = bench.outcome(()), 0
    for one in flips(bench, chosen):
        if one.kind != "scale" or one.setting is None:
            continue
        names = [one.lever] if one.lever else [each.id for each in chosen.levers]
        there = bench.outcome(chosen.levers, scale=dict.fromkeys(names, one.setting))
        assert bench.verdict(base, there) == one.verdict != one.before
        found += 1
    assert found


@given(place=st.floats(0.01, 1.99))
def test_a_turn_brackets_the_change(place: float) -> None:
    def verdict(value: float) -> str:
        return "far" if value > place else "near"

    found = turn(verdict, 0.0, 2.0)
    assert found is not None
    assert found.before <= place < found.at


@given(made=amounts, own=amounts, per=st.floats(0.1, 5), less=shares, more=shares)
def test_less_feed_never_leaves_more(
    made: float, own: float, per: float, less: float, more: float
) -> None:
    lines = (line((FORM, per), (STEP, 1.0)),)

    def kept(share: float, home: float, contract: float = 0.0) -> float:
        extra = np.full((1, len(YEARS)), contract)
        found = run(
            {(FORM, SUBJECT): home, (STEP, SUBJECT): made},
            nudge=Nudge(feed={(STEP, SUBJECT): extra}),
        )
        withheld = {FORM: np.full(len(YEARS), share)}
        return float(kept_shares(found, SUBJECT, lines, withheld)[STEP].min())

    low, high = sorted((less, more))
    assert 0 <= kept(high, own) <= kept(low, own) <= 1
    assert kept(high, own) <= kept(high, own + 10) + 1e-12
    assert kept(high, own) <= kept(high, own, 10.0) + 1e-12


kinds = st.lists(st.tuples(st.integers(0, 3), st.floats(-5, 5)), min_size=4, max_size=60)


@given(draws=kinds, groups=st.integers(1, 6), seed=st.integers(0, 99))
def test_worth_is_a_share_whatever_the_order_of_draws(
    draws: list[tuple[int, float]], groups: int, seed: int
) -> None:
    does, values = np.array([one for one, _ in draws]), np.array([two for _, two in draws])
    found = explained(does, grouped(values, groups))
    order = np.random.default_rng(seed).permutation(len(draws))
    again = explained(does[order], grouped(values[order], groups))
    assert 0 <= found <= 1
    assert again == pytest.approx(found)


@given(draws=kinds, groups=st.integers(2, 6))
def test_a_figure_is_worth_the_same_in_any_unit(
    draws: list[tuple[int, float]], groups: int
) -> None:
    does, values = np.array([one for one, _ in draws]), np.array([two for _, two in draws])
    assert explained(does, grouped(values * 4, groups)) == explained(does, grouped(values, groups))


def test_identical_worlds_have_no_winners_and_no_losers(
    study: Study, plan: tuple[OpenBench, Choice]
) -> None:
    bench, _ = plan
    for chosen in (choice(), resolve(study.evidence, ["gallium"])):
        found = others(bench, chosen)
        assert (found.winners, found.losers, found.rows) == ((), (), ())


def test_what_makers_abroad_lose_buyers_can_have(plan: tuple[OpenBench, Choice]) -> None:
    rows = others(*plan).rows
    final = [row for row in rows if row.form == STEP]
    lost = sum(row.change.value or 0.0 for row in final if row.role == "seller")
    gained = sum(row.change.value or 0.0 for row in final if row.role == "buyer")
    assert lost < 0 < gained
    assert {row.country for row in rows}.isdisjoint({SUBJECT})
    for form in {row.form for row in rows}:
        signs = {row.effect for row in rows if row.form == form and row.role == "seller"}
        assert len(signs) <= 1
