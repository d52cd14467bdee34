"""Runs the golden cases of the counterstrategy; one test per case of the TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.counterstrategy.game import climate_of
from midstream.counterstrategy.moves import (
    Move,
    flood,
    squeeze,
    talent_limit,
    technology_ban,
)
from midstream.counterstrategy.payoff import outcome
from midstream.counterstrategy.survival import alive
from units.counterstrategy.made import entrant, field, game, incumbent

FOLDER = Path(__file__).parent / "counterstrategy"


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


@pytest.mark.parametrize("case", cases("survival"))
def test_survival(case: dict[str, Any]) -> None:
    entrants = field(entrant(**case.get("plant", {})))
    play, move = game(), flood(case["price"], case["years"])
    found = alive(
        entrants,
        move,
        climate_of(move, play),
        play.before,
        play.behaviour,
        len(case["alive"]),
    )
    assert found[0, :, 0] == pytest.approx(case["alive"])


def move_of(case: Mapping[str, Any]) -> Move:
    if "flood" in case:
        return flood(*case["flood"])
    if "squeeze" in case:
        return squeeze(*case["squeeze"])
    return technology_ban(case["ban"]) if "ban" in case else talent_limit(case["talent"])


@pytest.mark.parametrize("case", cases("payoff"))
def test_payoff(case: dict[str, Any]) -> None:
    leader = incumbent(elasticity=np.array([case.get("elasticity", 0.6)]))
    play, move = game(leader=leader), move_of(case)
    entrants = field(entrant(**case.get("plant", {})))
    one = outcome(move, entrants, play, case.get("covered", 0.0))
    if "ratio" in case:
        assert play.ratio(move.depth, 1)[0] == pytest.approx(case["ratio"], abs=1e-3)
    if "cost" in case:
        assert one.cost(case["lambda"])[0] == pytest.approx(case["cost"], rel=1e-3)
    if "gain" in case:
        assert one.gain(case.get("theta", 0.0))[0] == pytest.approx(case["gain"], rel=1e-3)
