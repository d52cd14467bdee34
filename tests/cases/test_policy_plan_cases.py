"""Runs the golden cases of portfolio and roadmap; one test per case of the TOML files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.policy.portfolio import Aim, Budget
from midstream.policy.portfolio_master import Master
from midstream.policy.roadmap import Pace, roadmap
from units.policy.portfolio_made import AIMED, option, reach
from units.policy.stress_made import effect, lever

FOLDER = Path(__file__).parent / "policy"
FORM = "ndpr-oxide"


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


@pytest.mark.parametrize("case", cases("portfolio"))
def test_portfolio(case: dict[str, Any]) -> None:
    payers = case.get("payers", {})
    options = [
        option(
            name,
            float(cost),
            starts=tuple(case.get("starts", (2026,))),
            activity=tuple(float(part) for part in case.get("activity", (1.0,))),
            prerequisites=tuple(case.get("needs", {}).get(name, ())),
            excludes=tuple(case.get("excludes", {}).get(name, ())),
            payers={payers[name]: 1.0} if name in payers else {},
        )
        for name, cost in sorted(case["costs"].items())
    ]
    pairs = {tuple(case["pair"]): case["joint"]} if "pair" in case else None
    imported = case.get("imported", (np.inf, np.inf, np.inf))
    made = reach(options, case["effects"], pairs, imported=imported)
    limits = case.get("limits", {})
    budget = Budget(float(case["budget"]), payer=limits, year=float(case.get("year", np.inf)))
    aim = Aim(AIMED, case.get("tail", 0.0), 0.8)
    found = Master(options, made, aim, budget).solve(budget.total)
    assert [name for name, _ in found.chosen] == case["chosen"]
    if "years" in case:
        assert [year for _, year in found.chosen] == case["years"]
    assert found.worth.value == pytest.approx(case["value"])


def signal(given: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": "s99",
        "country": "IND",
        "indicator": "seen",
        "quantity": "driver",
        "form": FORM,
    }
    row |= {"driver": "", "comparison": "event", "threshold": None, "unit": ""}
    return row | given


@pytest.mark.parametrize("case", cases("roadmap"))
def test_roadmap(case: dict[str, Any]) -> None:
    what = effect("e", kind=case["kind"], target=case.get("target", ""), form=FORM)
    one = lever("plan-lever", what, lag=2.0)
    signals = [signal(case["signal"])] if "signal" in case else []
    pace = Pace(delay=1.0, ramp=2.0, payments=4, last=2035, near=366)
    found = roadmap([(one, case["start"])], signals, "IND", pace)
    kinds = {stone.id.partition(":")[2]: stone for stone in found}
    assert {kind: stone.by.year for kind, stone in kinds.items()} == case["years"]
    said = [kind for kind, stone in kinds.items() if stone.signal]
    assert said == ([case["says"]] if "says" in case else [])
    assert all(stone.by.isoformat() == case["signal"]["by"] for stone in found if stone.signal)
