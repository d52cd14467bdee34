"""Runs the golden cases of the matching; one test per case of the TOML files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.collaboration.matching import best_pairs
from midstream.collaboration.weights import Drawn, common_steps, need, weights
from units.collaboration.matching_made import CENTRAL, made_steps, organisation

FOLDER = Path(__file__).parent / "collaboration"


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


@pytest.mark.parametrize("case", cases("weights"))
def test_weight(case: dict[str, Any]) -> None:
    two = [
        organisation(side, country, *case[side]["steps"])
        for side, country in (("left", "AAA"), ("right", "BBB"))
    ]
    same, beside = common_steps(two[:1], two[1:], made_steps())
    first, second = (np.array([float(score)]) for score in case["scores"])
    stages = [case[side].get("stage", "C2") for side in ("left", "right")]
    drawn = Drawn(
        left=np.array([[case["left"]["r"]]]),
        right=np.array([[case["right"]["r"]]]),
        need=need(first, second).reshape(1, 1, 1),
        early=np.array([["C1" in stages]]),
        same=same,
        beside=beside,
    )
    assert weights(drawn, CENTRAL)[0, 0, 0] == pytest.approx(case["weight"])


@pytest.mark.parametrize("case", cases("matching"))
def test_matching(case: dict[str, Any]) -> None:
    chosen = best_pairs(np.array(case["weights"])[None])[0]
    assert np.argwhere(chosen).tolist() == case["pairs"]
