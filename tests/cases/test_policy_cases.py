"""Runs the golden cases of the middle test: verdict, flow, value, and worlds with one lever."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.chain.estimate import Floats
from midstream.chain.routes import Step
from midstream.policy.bench import Bench
from midstream.policy.flow import Flows, Line, flows
from midstream.policy.frame import STAGES, Outcome
from midstream.policy.value import Valuer
from midstream.policy.verdict import Rule, judged
from midstream.study import Study
from units.policy.one_lever import bench_of, lever_of

FOLDER = Path(__file__).parent / "policy"
RULE = Rule(delta=0.25, share=0.5, fail=0.2)
#: Two t of ore for one of oxide, half a t of oxide for one of magnets.
PER_FINAL = np.array([[1.0], [0.5], [1.0]])


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


def numbers(cell: Any) -> Floats:
    return np.array([float(one) for one in (cell if isinstance(cell, list) else [cell])])


def world(scores: tuple[Floats, Floats], sovereign: float) -> Outcome:
    low, high = scores
    draws = len(low)
    blank = np.full(draws, np.nan)
    table = np.full((draws, len(STAGES)), np.nan)
    return Outcome(
        (), low, high, table, np.full(draws, sovereign), blank, blank, blank, blank, table
    )


def scores(c2: Floats, c3: Floats) -> Floats:
    return np.stack([np.zeros_like(c2), c2, c3, np.zeros_like(c2)], axis=1)


@pytest.mark.parametrize("case", cases("verdict"))
def test_verdict(case: dict[str, Any]) -> None:
    low = scores(numbers(case["c2"]), numbers(case["c3"]))
    high = scores(numbers(case.get("c2_high", case["c2"])), numbers(case["c3"]))
    base = world((np.zeros_like(low), np.zeros_like(high)), 100.0)
    plan = world((low, high), 100.0 + float(case["sovereign"]))
    rule = Rule(case.get("delta", RULE.delta), RULE.share, RULE.fail)
    found = judged(base, plan, rule)
    assert found.verdict == case["verdict"]
    if "both" in case:
        assert found.low.both == pytest.approx(case["both"])


def three_steps() -> Line:
    steps = tuple(
        Step(form, stage, "t", None, None, ())
        for form, stage in (("ore", "C1"), ("oxide", "C2"), ("magnet", "C3"))
    )
    return Line("made-up", steps, PER_FINAL, {})


@pytest.mark.parametrize("case", cases("flow"))
def test_flow(case: dict[str, Any]) -> None:
    made = numbers(case["made"])[:, None]
    nothing = [0, 0, 0]
    found = flows(
        three_steps(),
        made,
        numbers(case.get("unheld", case["made"][-1])),
        numbers(case.get("abroad", nothing))[:, None],
        numbers(case.get("recovered", nothing))[:, None],
    )
    for name in ("sovereign", "allied", "capacity", "cut"):
        assert getattr(found, name)[0] == pytest.approx(case[name]), name


@pytest.mark.parametrize("case", cases("value"))
def test_value(case: dict[str, Any]) -> None:
    valuer = Valuer(numbers(case.get("price", 50)), numbers(case.get("feed", 20)), (), ())
    own = numbers(case["sovereign"])
    found = valuer.value(Flows(own, own, own, own), numbers(case["made"]))
    assert found[0] == pytest.approx(float(case["value"]), nan_ok=True)


@pytest.fixture(scope="module")
def bench(study: Study) -> Bench:
    return bench_of(study)


def figures(outcome: Outcome) -> dict[str, Floats]:
    found = {stage: outcome.low[:, column] for column, stage in enumerate(STAGES)}
    found |= {f"cover-{s}": outcome.coverage[:, column] for column, s in enumerate(STAGES)}
    names = ("sovereign", "allied", "capacity", "value")
    return found | {name: getattr(outcome, name) for name in names}


@pytest.mark.parametrize("case", cases("worlds"))
def test_world_with_a_lever(bench: Bench, case: dict[str, Any]) -> None:
    lever = lever_of(case["effects"], start=case.get("start", 2026))
    base, plan = figures(bench.outcome(())), figures(bench.outcome((lever,)))
    for name in case.get("same", ()):
        np.testing.assert_array_equal(plan[name], base[name], err_msg=name)
    for name in case.get("rises", ()):
        assert plan[name].mean() > base[name].mean(), name
    for name in case.get("falls", ()):
        assert plan[name].mean() < base[name].mean(), name
