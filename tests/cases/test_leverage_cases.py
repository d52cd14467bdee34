"""Runs the golden cases of leverage; one test per case of the TOML files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.dependency.extraction import chain_loss, chain_requirements, extraction_loss
from midstream.dependency.lockin import lock_in_index
from midstream.dependency.maxflow import complete_flow, maximum
from midstream.dependency.replace import Additions, loss_years
from midstream.dependency.shapley import exact
from midstream.dependency.thesis import summed, verdict

FOLDER = Path(__file__).parent / "dependency"


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"leverage_{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


@pytest.mark.parametrize("case", cases("flow"))
def test_flow(case: dict[str, Any]) -> None:
    capacity = np.array(case["capacity"], dtype=float)
    for step, country in case.get("withheld", []):
        capacity[step, country] = 0.0
    countries = capacity.shape[1]
    complete = [np.ones((countries, countries), dtype=bool)] * (len(capacity) - 1)
    arcs = [np.array(part, dtype=bool) for part in case.get("arcs", [])] or complete
    need = np.array(case["need"]) if "need" in case else None
    deliveries = np.array(case["deliveries"], dtype=bool) if "deliveries" in case else None
    found = maximum(capacity, arcs, need, deliveries)
    assert found.value == pytest.approx(case["flow"], abs=1e-7)
    if "cut" in case:
        assert sorted(map(list, found.cut)) == sorted(case["cut"])
    if "arcs" not in case and "deliveries" not in case:
        assert complete_flow(capacity) == pytest.approx(case["flow"])


@pytest.mark.parametrize("case", cases("shapley"))
def test_shapley(case: dict[str, Any]) -> None:
    capacity = np.array([case["capacity"]], dtype=float)
    assert exact(capacity)[0] == pytest.approx(case["values"])


@pytest.mark.parametrize("case", cases("years"))
def test_loss_years(case: dict[str, Any]) -> None:
    projects = np.array(case.get("projects", np.empty((0, 2))), dtype=float).reshape(-1, 2)
    country = ("CHN" if case.get("own") else "USA",) * len(projects)
    coming = Additions(
        arrival=projects[None, :, 0],
        amount=projects[None, :, 1],
        country=country,
        plants=country,
        unsized=(),
        expansion=np.array([case.get("expansion", 0.0)]),
        expansion_lead=np.array([1.0]),
        new_lead=np.array([4.0]),
        new_rate=np.array([case.get("rate", 0.2)]),
        horizon=50.0,
    )
    loss = np.array([[case["loss"]]])
    years = loss_years(loss, 1 - loss, coming, ["CHN"])
    assert years[0, 0] == pytest.approx(case["years"])


@pytest.mark.parametrize("case", cases("rules"))
def test_rule(case: dict[str, Any]) -> None:
    if "verdict" in case:
        assert verdict(*case["verdict"], 0.8) == case["expect"]
    elif "overall" in case:
        assert summed(case["overall"], 0.8) == case["expect"]
    elif "lock_in" in case:
        assert lock_in_index(*case["lock_in"]) == pytest.approx(case["number"])
    else:
        share, taken = np.array(case["extraction"]), np.array(case["taken"])
        assert chain_loss(share[None], taken)[0, 0] == pytest.approx(case["number"])
        countries = share.shape[1]
        matrix, worth = chain_requirements(share, [1.0] * (len(share) - 1))
        demand = np.concatenate([np.zeros(share[:-1].size), share[-1]])
        nodes = [step * countries for step in np.flatnonzero(taken)]
        loss = extraction_loss(matrix, demand, nodes, worth)
        assert loss == pytest.approx(case["number"])
