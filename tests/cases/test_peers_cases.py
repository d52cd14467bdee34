"""Runs the golden cases of the peers; one test per case of the TOML files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.peers.ranks import Ends, gap, p_ahead, ranks, verdict

FOLDER = Path(__file__).parent / "peers"


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


def ends(low: list[float], high: list[float]) -> Ends:
    return np.array(low, dtype=float), np.array(high, dtype=float)


@pytest.mark.parametrize("case", cases("ranks"))
def test_ranks(case: dict[str, Any]) -> None:
    highs = case.get("high", case["low"])
    scores = [ends(low, high) for low, high in zip(case["low"], highs, strict=True)]
    found = ranks(scores, case.get("known", [True] * len(scores)))
    assert [[one.p50 or 0, one.low, one.high] for one in found] == case["ranks"]


@pytest.mark.parametrize("case", cases("pairs"))
def test_pairs(case: dict[str, Any]) -> None:
    one, other = (ends(case[side][0], case[side][-1]) for side in ("one", "other"))
    ahead, behind = p_ahead(one, other), p_ahead(other, one)
    assert [ahead.value, ahead.low, ahead.high] == pytest.approx(case["p"])
    assert [behind.value, behind.low, behind.high] == pytest.approx(case["q"])
    assert verdict(ahead, behind, 0.9) == case["verdict"]
    if "gap" in case:
        assert gap(one, other) == pytest.approx(tuple(case["gap"]))
