"""Runs the golden cases of the scorecard; one test per case of the TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.evidence import Evidence, Ledger, Quantity
from midstream.scorecard.cells import Cells
from midstream.scorecard.digits import verdict
from midstream.scorecard.draws import Draws, Parameters
from midstream.scorecard.ladder import Ruler, level
from midstream.scorecard.profiles import profiles
from midstream.scorecard.result import CellScore
from midstream.scorecard.run import Settings, score
from units.chain.toy import SECTOR, central, toy, toy_world

FOLDER = Path(__file__).parent / "scorecard"
STAGES = ("C1", "C2", "C3", "C4")


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


@pytest.fixture(scope="module")
def ruler(evidence: Evidence) -> Ruler:
    """The published ruler at its central values."""
    return Ruler.draw(Parameters(evidence, Draws(1, 1), central(evidence)))


def number(value: float | str) -> np.ndarray[Any, Any]:
    return np.array([np.nan if value == "unknown" else float(value)])


def ruled(case: Mapping[str, Any], ruler: Ruler) -> float:
    """Apply the function of the ruler that the case names."""
    if "level" in case:
        anchors = getattr(ruler, case["level"]["anchors"])
        return float(level(number(case["level"]["x"]), anchors)[0])
    if "installed" in case:
        given = case["installed"]
        names = ("output", "need", "reference")
        return float(ruler.installed(*(number(given[name]) for name in names))[0])
    if "reference" in case:
        given = case["reference"]
        return float(ruler.reference(*(number(given[n]) for n in ("world", "share", "need")))[0])
    if "control" in case:
        components = np.array(case["control"], dtype=float)[:, None]
        return float(ruler.control(components)[0])
    if "ladder" in case:
        names = ("installed", "trajectory", "control")
        return float(ruler.score(*(number(case["ladder"][name]) for name in names))[0])
    given = case["mean"]
    scores = np.array(given["scores"], dtype=float)[:, None]
    return float(ruler.mean(scores, np.array([given["weights"]], dtype=float))[0])


@pytest.mark.parametrize("case", cases("ladder"))
def test_ruler(case: dict[str, Any], ruler: Ruler) -> None:
    assert ruled(case, ruler) == pytest.approx(case["expect"], rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("case", cases("digits"))
def test_digit(case: dict[str, Any], ruler: Ruler) -> None:
    low = np.array(case["low"], dtype=float)
    high = np.array(case["high"], dtype=float) if "high" in case else low
    found = verdict(low, high, ruler.threshold)
    expect = dict(case["expect"])
    if expect.pop("no_digit", False):
        assert found.digit is None
    for name, value in expect.items():
        assert getattr(found, name) == pytest.approx(value), name


def blank(unit: str = "score") -> Quantity:
    return Quantity(None, None, None, unit, None, "x")


def cell(country: str, sector: str, stage: str, missing: bool) -> CellScore:
    score = blank() if missing else Quantity(1.0, 1.0, 1.0, "score", "modelled", "x")
    return CellScore(country, sector, stage, score, None, 1, 5, 0.0, {}, (), ())


def ends_of(given: Any, draws: int) -> tuple[Any, Any]:
    if given == "missing":
        return np.ones(draws), np.full(draws, 5.0)
    if isinstance(given, dict):
        return np.full(draws, float(given["low"])), np.full(draws, float(given["high"]))
    both = np.broadcast_to(np.array(given, dtype=float), (draws,))
    return both, both


@pytest.mark.parametrize("case", cases("profiles"))
def test_profile(case: dict[str, Any], ruler: Ruler) -> None:
    cells, ends = [], {}
    for country, sectors in case["scores"].items():
        for sector, stages in sectors.items():
            for stage in STAGES:
                cells.append(cell(country, sector, stage, stages[stage] == "missing"))
                ends[country, sector, stage] = ends_of(stages[stage], 4)
    made = profiles(cells, ends, list(case["scores"]), ruler.threshold, Ledger(), 2030)
    found = {profile.country: profile for profile in made}
    for country, expect in case["expect"].items():
        profile = found[country]
        if expect.get("no_index"):
            assert profile.hollow_index.value is None
            assert profile.p_hollow.value is None
            assert all(profile.stages[stage].value is None for stage in STAGES)
        seen = {
            "index": profile.hollow_index.value,
            "index_low": profile.hollow_index.low,
            "index_high": profile.hollow_index.high,
            "p_hollow": profile.p_hollow.value,
            "sectors": profile.sectors_scored,
        }
        for name in set(seen) & set(expect):
            assert seen[name] == pytest.approx(expect[name]), name
        for stage, value in expect.get("stages", {}).items():
            assert profile.stages[stage].value == pytest.approx(value)
        for stage, ranks in expect.get("rank", {}).items():
            rank = profile.ranks[stage]
            assert [rank.p50, rank.low, rank.high] == ranks, stage


@pytest.mark.parametrize("case", cases("projects"))
def test_project(case: dict[str, Any], tmp_path: Path) -> None:
    rows = [{"id": f"plant-{n}", **row} for n, row in enumerate(case["plants"])]
    tables = {
        "observations": [{"country": "WLD", "value": 1000}, {"country": "IND", "value": 1}],
        "form_statistics": [{}],
        "facility_factors": [{}],
        "facilities": rows,
    }
    evidence = toy(tmp_path, tables)
    held = central(evidence)
    parameters = Parameters(evidence, Draws(1, 8), held)
    world = toy_world(evidence, ("IND",))
    cells = Cells(world, parameters, case.get("horizon", 2030), ("IND",))
    addition = cells.inputs("ree-ore", "IND").addition
    assert addition == pytest.approx(np.full(8, float(case["expect"])), rel=1e-4)


def exactly(value: float) -> dict[str, float]:
    return {"value": value, "low": value, "high": value}


def ore_tables(case: Mapping[str, Any]) -> dict[str, Any]:
    """One ore, output and need on record without spread, held by nobody but the country."""
    figures = [("WLD", "production", case["world"]), ("IND", "production", case["output"])]
    needs = [("IND", case["need"])]
    if "leader" in case:
        figures.append(("CHN", "production", case["leader"]["output"]))
        needs.append(("CHN", case["leader"]["need"]))
    rows = [{"country": c, "metric": m, **exactly(v)} for c, m, v in figures]
    rows += [{"country": c, "metric": "import_quantity", **exactly(v)} for c, v in needs]
    mine = {"id": "mine", "owner_country": "IND", "technology_origin": "IND"}
    return {
        "observations": rows,
        "form_statistics": [{}, {"role": "need", "metric": "import_quantity"}],
        "facility_factors": [{}],
        "facilities": [mine],
        "throttles": [{"country": "IND", "form": "ree-ore", "value": 1, "low": 1, "high": 1}],
        "stacks": [{"stage": stage, "form": "ree-ore"} for stage in STAGES],
    }


@pytest.mark.parametrize("case", cases("cells"))
def test_cell(case: dict[str, Any], tmp_path: Path) -> None:
    evidence = toy(tmp_path, ore_tables(case), stability=2.5)
    held = central(evidence, **{"control.domestic": 1.0, "retention": 1.0})
    settings = Settings(("IND", "CHN"), (SECTOR,), draws=100, overrides=held)
    card = score(evidence, toy_world(evidence), settings)
    found = card.cell("IND", SECTOR, "C1")
    form = found.forms[0]
    seen = {
        "coverage": form.coverage.value,
        "scale": form.scale.value,
        "installed": form.installed.value,
        "score": found.score.value,
        "digit": found.digit,
    }
    assert form.control.value == pytest.approx(1.0)
    assert form.trajectory.value == pytest.approx(form.installed.value)
    for name, value in case["expect"].items():
        assert seen[name] == pytest.approx(value, rel=1e-4, abs=1e-6), name
