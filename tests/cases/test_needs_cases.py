"""Runs the golden cases of needs, secondary supply and limits; one test per case."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.chain.baseline import Scope, baseline
from midstream.chain.world import World
from midstream.evidence import Evidence, Row
from midstream.scenarios.demand_growth import Series
from midstream.scenarios.demand_projected import Projection, along
from midstream.scenarios.frame import Frame
from midstream.scenarios.limits import feed_balance, limited
from midstream.scenarios.secondary import secondary
from units.scenarios.changed import ends, flat_needs, flat_paths, row_of, with_rows

FOLDER = Path(__file__).parent / "scenarios"
FRAME = Frame(1, 4, 2024)
OXIDE, MAGNET, ORE = "ndpr-oxide", "ndfeb-magnet", "ree-ore"


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"needs-{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


@pytest.fixture(scope="module")
def world(evidence: Evidence) -> World:
    return baseline(evidence, Scope(("JPN", "CHN"), 2024))


@pytest.mark.parametrize("case", cases("growth"))
def test_growth(case: Mapping[str, Any]) -> None:
    ratios = np.array(case["ratios"], dtype=float)
    series = Series(case["base"], tuple(case["years"]), ratios, 1.0, ())
    years = [int(year) for year in case["expect"]]
    found = series.drawn(np.array([case["position"]]), years, case["origin"])
    assert found[0] == pytest.approx(list(case["expect"].values()))


@pytest.mark.parametrize("case", cases("projection"))
def test_projection(case: Mapping[str, Any]) -> None:
    rows = [Projection("p", r["year"], r["low"], r["mid"], r["high"]) for r in case["rows"]]
    base = np.array([np.nan if case["base"] == "unknown" else case["base"]])
    grown = case["growth"] ** (np.array(FRAME.years, dtype=float) - FRAME.first)[None, :]
    found = along(rows, base, grown, FRAME.years, FRAME.first, np.array([case["position"]]))
    for year, expected in case["expect"].items():
        assert found[0, FRAME.years.index(int(year))] == pytest.approx(expected)


def secondary_row(evidence: Evidence, given: Mapping[str, Any]) -> Row:
    cells = dict(given)
    spread = {}
    for name in ("arising", "collection", "yield", "lifetime"):
        spread |= ends(name, cells.pop(name, None))
    fixed = {"id": "row", "form": OXIDE, "country": "JPN", "unit": "t", "chance": 1.0}
    origin = None if given["basis"] == "amount" else MAGNET
    return row_of(evidence, "secondary_sources", **{**fixed, "origin": origin, **spread, **cells})


@pytest.mark.parametrize("case", cases("secondary"))
def test_secondary(case: Mapping[str, Any], evidence: Evidence, world: World) -> None:
    rows = [secondary_row(evidence, case["row"])]
    changed = with_rows(evidence, secondary_sources=rows, recycling_plants=[])
    paths = flat_paths(FRAME, {(MAGNET, "JPN"): case.get("output", 0.0), (OXIDE, "JPN"): 5.0})
    needs = flat_needs(FRAME, {(MAGNET, "JPN"): case.get("need", 0.0)})
    found = secondary(changed, world, FRAME, needs, paths)
    for year, expected in case["expect"].items():
        supply = found.supply(case["row"]["kind"], OXIDE, "JPN")
        assert supply[:, FRAME.years.index(int(year))] == pytest.approx(expected)
    for year, expected in case.get("counted", {}).items():
        total = found.of(OXIDE, "JPN")
        assert total[:, FRAME.years.index(int(year))] == pytest.approx(expected)


def limit_row(evidence: Evidence, number: int, given: Mapping[str, Any]) -> Row:
    cells = dict(given)
    spread = {}
    for name in ("available", "need", "imported"):
        spread |= ends(name, cells.pop(name, None))
    fixed = {"id": f"row-{number}", "form": OXIDE, "country": "JPN", "what": "it", "unit": "t"}
    return row_of(evidence, "capacity_limits", **{**fixed, **spread, **cells})


@pytest.mark.parametrize("case", cases("limits"))
def test_limits(case: Mapping[str, Any], evidence: Evidence, world: World) -> None:
    rows = [limit_row(evidence, number, row) for number, row in enumerate(case["rows"])]
    changed = with_rows(evidence, capacity_limits=rows, recycling_plants=[])
    place = (OXIDE, "JPN")
    planned = {place: case["planned"], (ORE, "JPN"): case.get("feed", 0.0)}
    paths = flat_paths(FRAME, planned, {place: case.get("base", 0.0)})
    found = limited(changed, world, paths)
    for year, expected in case["expect"].items():
        column = FRAME.years.index(int(year))
        assert found.paths.output[:, column, 0] == pytest.approx(expected)
    last = int(max(case["expect"]))
    assert found.binding(*place, last) == pytest.approx(case["binding"])
    assert [row.resource for row in found.not_checked] == case.get("not_checked", [])


@pytest.mark.parametrize("case", cases("balance"))
def test_balance(case: Mapping[str, Any]) -> None:
    given = {name: np.array([value]) for name, value in case["given"].items()}
    found = feed_balance(**given)
    for name, expected in case["expect"].items():
        assert getattr(found, name)[0] == pytest.approx(expected)
