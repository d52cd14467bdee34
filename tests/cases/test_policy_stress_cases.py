"""Runs the golden cases of stress, flips and facts; one test per case of the TOML files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.policy.flip import flips
from midstream.policy.flip_search import turn
from midstream.policy.stress_cover import Shields
from midstream.policy.stress_feed import kept_shares
from midstream.policy.worth import explained
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
    project,
    run,
)

FOLDER = Path(__file__).parent / "policy"
STEP = "ndfeb-magnet"


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


@pytest.mark.parametrize("case", cases("flips"))
def test_flip_of_a_lever(case: dict[str, Any], study: Study) -> None:
    effects = (effect(stage, target=stage, mode=size) for stage, size in case["sizes"].items())
    bench = MadeBench(study.evidence, study.world)
    found = [one for one in flips(bench, choice(lever("lever", *effects))) if one.kind == "scale"]
    assert {one.before for one in found} == {case["verdict"]}
    for side, low, high in (("below", 0.0, 1.0), ("above", 1.0, 2.0)):
        there = [one for one in found if one.setting is not None and low <= one.setting <= high]
        if side in case:
            assert [one.verdict for one in there] == [case["then"]]
            assert there[0].at.value == pytest.approx(case[side], abs=0.01)
        elif "then" not in case:
            assert not there


@pytest.mark.parametrize("case", cases("turns"))
def test_turn(case: dict[str, Any]) -> None:
    def verdict(value: float) -> str:
        passed = [name for place, name in case["changes"] if value >= place]
        return str(passed[-1] if passed else "A")

    found = turn(verdict, case["stated"], case["end"])
    if "at" not in case:
        assert found is None
        return
    assert found is not None
    assert (found.at, found.verdict) == (case["at"], case["verdict"])
    assert verdict(found.before) == verdict(case["stated"]) != verdict(found.at)


@pytest.mark.parametrize("case", cases("facts"))
def test_worth_of_a_fact(case: dict[str, Any]) -> None:
    found = explained(np.array(case["does"]), np.array(case["groups"]))
    assert found == pytest.approx(case["worth"])


@pytest.mark.parametrize("case", cases("feed"))
def test_what_is_left_without_feed(case: dict[str, Any]) -> None:
    more = np.full((1, len(YEARS)), float(case.get("contract", 0)))
    found = run(
        {(FORM, SUBJECT): case["own"], (STEP, SUBJECT): case["made"]},
        nudge=Nudge(feed={(STEP, SUBJECT): more}),
    )
    lines = (line((FORM, case["per"]), (STEP, 1.0)),)
    withheld = {FORM: np.full(len(YEARS), case["withheld"])}
    kept = kept_shares(found, SUBJECT, lines, withheld)
    assert kept[STEP] == pytest.approx(np.full((1, len(YEARS)), case["kept"]))


@pytest.mark.parametrize("case", cases("shields"))
def test_shields_of_a_lever(case: dict[str, Any]) -> None:
    effects = (effect(f"e{n}", **changed) for n, changed in enumerate(case["effects"]))
    plan = choice(lever("lever", *effects))
    held = Shields.of(plan, 0.6, {"lever": case.get("scale", 1)})
    plants = (project("one"), project("two"))
    if "share" in case:
        (floor,) = held.floors
        share = floor.part(sum(one.capacity for one in plants))
        assert (share, floor.height) == pytest.approx((case["share"], case["height"]))
    if "stocked" in case:
        assert held.stocked(FORM, 1.0) == pytest.approx(case["stocked"])
    assert held.needed(plants[0]) == pytest.approx(case.get("needed", 1.0))
