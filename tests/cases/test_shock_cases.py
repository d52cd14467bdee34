"""Runs the golden cases of episodes and of the shock engine; one test per case."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.evidence import Evidence
from midstream.shock.engine import ShockInputs, central, expected_length, licence_curve
from midstream.shock.engine_parameters import engine_parameters
from midstream.shock.episode import Episode
from midstream.shock.forms import doses
from midstream.shock.rivals import FittedRivals, blocked_shares, fit_rivals, mean_cut

FOLDER = Path(__file__).parent / "shock"


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


def episode(case: dict[str, Any]) -> Episode:
    return Episode(
        id="case",
        name=case["name"],
        cluster="case",
        material="gallium",
        stage="C2",
        instrument=case.get("instrument", "ban"),
        month_of_force=case.get("force", 0),
        supply_share=case["share"],
        stock_cover=None,
        spare_capacity=None,
        announced_length=None,
        pass_ratio=tuple(case["passed"]),
        peak_month=case.get("peak_month"),
        peak_ratio=None,
        prices=(),
        null_case=case.get("null_case", False),
        exchange=False,
    )


@pytest.mark.parametrize("case", cases("episode_dose"))
def test_dose(case: dict[str, Any]) -> None:
    assert doses(episode(case), len(case["dose"])) == pytest.approx(case["dose"], abs=1e-6)


@pytest.mark.parametrize("case", cases("episode_rivals"))
def test_rivals(case: dict[str, Any]) -> None:
    one = episode(case)
    assert mean_cut(one) == pytest.approx(case["cut"])
    logs = FittedRivals(1.0, 0.7, 3.0, 2.0, 0.4).predict(blocked_shares([one]))
    assert logs["share_rule"][0] == pytest.approx(case["share_rule"])
    assert logs["capped_share_rule"][0] == pytest.approx(case["capped"])
    assert logs["no_change"][0] == 0


@pytest.mark.parametrize("case", cases("episode_fit"))
def test_refit(case: dict[str, Any]) -> None:
    fitted = fit_rivals(np.array(case["blocked"]), np.array(case["observed"]), 0.7)
    assert fitted.slope == pytest.approx(case["slope"], abs=1e-6)
    assert fitted.capped_slope == pytest.approx(case["capped_slope"], abs=1e-6)
    assert fitted.cap == pytest.approx(case["cap"])


@pytest.mark.parametrize("case", cases("engine_length"))
def test_expected_length(case: dict[str, Any]) -> None:
    first, growth = np.array([[2.5]]), np.array([[0.5]])
    found = expected_length(case["age"], case["month"], case.get("announced"), first, growth)
    assert found[0, 0] == pytest.approx(case["length"])


@pytest.mark.parametrize("case", cases("engine_licence"))
def test_licence_curve(case: dict[str, Any]) -> None:
    arrays = [np.array([case[name]]) for name in ("lag", "delay", "low", "high")]
    curve = licence_curve(len(case["curve"]), case["force"], *arrays)[0]
    assert curve == pytest.approx(case["curve"], abs=1e-6)


@pytest.mark.parametrize("case", cases("engine_path"))
def test_engine_path(case: dict[str, Any], evidence: Evidence) -> None:
    inputs = ShockInputs(
        case["instrument"],
        case["share"],
        case["stock"],
        0.1,
        np.array(case["passed"], dtype=float),
        case.get("force", 0),
    )
    path = central(inputs, engine_parameters(evidence))
    price = path.price_outside[0]
    assert case["peak"][0] <= price.max() <= case["peak"][1]
    if "cover" in case:
        assert case["cover"][0] - 1e-9 <= path.cover[0, -1] <= case["cover"][1] + 1e-9
    if "month" in case:
        assert case["month"][0] <= price.argmax() <= case["month"][1]
