"""Golden cases of signals: updates, waiting, ratios, ledgers, scores and what settles them."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from laws.test_signal_laws import STATE, made_forecast, made_signal
from midstream.scenarios.forecasts import first, merge
from midstream.scenarios.frame import DriverDraws, Frame
from midstream.scenarios.observe import Observation, interval, likelihood, observe
from midstream.scenarios.result import State
from midstream.scenarios.scoring import Resolution, brier, logarithmic, score, settled, skill
from midstream.scenarios.signals import figure
from midstream.scenarios.watching import ratio

CASES = tomllib.loads(
    (Path(__file__).parent / "scenarios" / "signals.toml").read_text(encoding="utf-8")
)
EACH = 4


def named(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", CASES[kind], ids=[one["name"] for one in CASES[kind]])


def alike(prior: list[float]) -> State:
    """Four draws a scenario that weigh alike; drivers stand at 0."""
    count = len(prior) * EACH
    return replace(
        STATE,
        frame=Frame(1, count, 2024),
        drivers=DriverDraws(("offtake",), np.zeros((count, 1))),
        region=np.repeat(np.arange(len(prior)), EACH),
        weights=np.repeat(np.array(prior) / EACH, EACH),
        names=tuple("abc"[: len(prior)]),
        paths=replace(STATE.paths, start=np.full((count, 1), 2027.0)),
    )


@named("update")
def test_update(case: dict[str, Any]) -> None:
    state = alike(case["prior"])
    day = date(2031, 1, 1) if case.get("late") else date(2029, 1, 1)
    like = np.zeros(len(state.weights))
    for rank, yes in enumerate(case["yes"]):
        # The plant starts in every draw; reports that miss it make any chance of a report.
        signal = made_signal("start", by=date(2029, 1, 1), false_negative=1 - yes)
        seen = [Observation("start", case["seen"], day)]
        like[state.region == rank] = observe([signal], state, seen, 1.0).steps[0].likelihood[rank]
    after = state.weights * like
    shares = [after[state.region == rank].sum() / after.sum() for rank in range(len(state.names))]
    assert shares == pytest.approx(case["after"], abs=2e-5)


@named("waiting")
def test_waiting(case: dict[str, Any]) -> None:
    signal = made_signal(
        "driver",
        chance=case["chance"],
        false_positive=case.get("false_positive", 0.0),
        since=date(2026, 1, 1),
        by=date(2028, 1, 1),
    )
    seen = Observation("driver", False, date.fromisoformat(case["on"]))
    found = likelihood(signal, alike([1.0]), seen, 0.0)
    assert found == pytest.approx(np.full(EACH, case["like"]), abs=2e-6)


@named("level")
def test_level(case: dict[str, Any]) -> None:
    capacity = np.array(case["ends"]).reshape(1, 2, 1)
    paths = replace(STATE.paths, frame=Frame(1, 1, 2024, 2026), capacity=capacity)
    found = figure(made_signal(), replace(STATE, paths=paths), date.fromisoformat(case["on"]))
    assert found == pytest.approx([case["value"]], abs=1e-5)


@named("ratio")
def test_ratio(case: dict[str, Any]) -> None:
    state = alike([0.5, 0.5])
    found = ratio(made_signal(favours=("b",)), state, np.repeat(case["yes"], EACH))
    assert found == pytest.approx((case["ratio"], case["low"], case["high"]), abs=1e-5)


@named("interval")
def test_interval(case: dict[str, Any]) -> None:
    found = interval(case["share"], case["count"])
    assert found == pytest.approx((case["low"], case["high"]), abs=1e-6)


@named("merge")
def test_merge(case: dict[str, Any]) -> None:
    ledgers = [
        [replace(made_forecast(name, 1, p), made_on=day) for name, day, p in ledger]
        for ledger in case["ledgers"]
    ]
    found = merge(*ledgers)
    assert [[one.signal, one.made_on, one.probability] for one in found] == case["kept"]
    assert {one.signal: one.probability for one in first(found)} == case["first"]


@named("score")
def test_score(case: dict[str, Any]) -> None:
    assert brier(case["p"], case["happened"]) == pytest.approx(case["brier"], abs=1e-9)
    assert logarithmic(case["p"], case["happened"]) == pytest.approx(case["log"], abs=1e-5)


@named("settle")
def test_settle(case: dict[str, Any]) -> None:
    signal = made_signal("capacity", threshold=2400.0, by=date(2029, 12, 31))
    found = settled(signal, case["value"], date.fromisoformat(case["on"]))
    assert (found.happened if found is not None else None) == case.get("happened")


@named("outcome")
def test_outcome(case: dict[str, Any]) -> None:
    told = made_forecast("a", 24, 0.7)
    seen = [Resolution("a", "yes", case["happened"], case["seen_on"])] if "seen_on" in case else []
    card = score([told], seen, date.fromisoformat(case["today"]))
    found = {"scored": [one.forecast for one in card.scored], "open": card.open, "late": card.late}
    assert [name for name, ledger in found.items() if ledger] == (
        [case["list"]] * bool(case["list"])
    )
    for one in card.scored:
        assert one.happened == (case["happened"] and not case.get("missed", False))


@named("skill")
def test_skill(case: dict[str, Any]) -> None:
    found = skill(case["score"], case["other"])
    assert found == (pytest.approx(case["skill"]) if "skill" in case else None)
