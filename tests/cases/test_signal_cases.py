"""Golden cases of signals: updates, scores and what an observation settles."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from laws.test_signal_laws import STATE, made_signal
from midstream.scenarios.frame import DriverDraws, Frame
from midstream.scenarios.observe import Observation, observe
from midstream.scenarios.scoring import brier, logarithmic, settled

CASES = tomllib.loads(
    (Path(__file__).parent / "scenarios" / "signals.toml").read_text(encoding="utf-8")
)
EACH = 4


def named(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", CASES[kind], ids=[one["name"] for one in CASES[kind]])


@named("update")
def test_update(case: dict[str, Any]) -> None:
    count = len(case["prior"])
    region = np.repeat(np.arange(count), EACH)
    weights = np.repeat(np.array(case["prior"]) / EACH, EACH)
    # A false report and a missed one make any chance of a thing that always or never happens.
    state = replace(
        STATE,
        frame=Frame(1, count * EACH, 2024),
        drivers=DriverDraws(("offtake",), np.zeros((count * EACH, 1))),
        region=region,
        weights=weights,
        names=tuple("abc"[:count]),
    )
    start = np.where(np.arange(count * EACH) >= 0, 2027.0, np.inf)[:, None]
    held = 1.0
    after = weights
    for rank, yes in enumerate(case["yes"]):
        signal = made_signal("start", false_negative=1 - yes)
        own = replace(state, paths=replace(STATE.paths, start=start))
        day = date(2031, 1, 1) if case.get("late") else date(2029, 1, 1)
        seen = [Observation("start", case["seen"], day)]
        found = observe([signal], own, seen, 1.0).steps[0].likelihood[rank]
        after = np.where(region == rank, weights * found * held, after)
    shares = [after[region == rank].sum() / after.sum() for rank in range(count)]
    assert shares == pytest.approx(case["after"], abs=2e-5)


@named("score")
def test_score(case: dict[str, Any]) -> None:
    assert brier(case["p"], case["happened"]) == pytest.approx(case["brier"], abs=1e-9)
    assert logarithmic(case["p"], case["happened"]) == pytest.approx(case["log"], abs=1e-5)


@named("settle")
def test_settle(case: dict[str, Any]) -> None:
    signal = made_signal("capacity", threshold=2400.0, by=date(2029, 12, 31))
    found = settled(signal, case["value"], date.fromisoformat(case["on"]))
    assert (found.happened if found is not None else None) == case.get("happened")
