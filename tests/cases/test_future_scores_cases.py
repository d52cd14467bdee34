"""Runs the golden cases of scores and markets in later years; one test per case."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.evidence import Evidence
from midstream.market import Network
from midstream.scenarios.control_ahead import Arrivals, components
from midstream.scenarios.frame import Frame
from midstream.scenarios.market_network import RouteRules, future_network
from midstream.scenarios.scores import future_scores
from midstream.scenarios.scores_paths import Ahead
from midstream.scorecard.cells import Cells
from midstream.scorecard.ladder import CONTROLS
from units.chain.toy import SECTOR, central, chain_tables, toy, toy_world
from units.scenarios.still import cells_of, project, still_needs, still_paths

FOLDER = Path(__file__).parent / "scenarios"
FRAME = Frame(1, 20, 2024)
STAGES = ("C1", "C2", "C3", "C4")
CATEGORIES = {
    "control.domestic": 1.0,
    "control.allied": 0.4,
    "control.dominant": 0.1,
    "control.unknown": 0.7,
}


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


@pytest.fixture(scope="module")
def ore(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """One ore that India makes, held by nobody but itself."""
    exact = {"value": 1, "low": 1, "high": 1}
    tables = {
        "observations": [
            {"country": "WLD", "value": 1000, "low": 1000, "high": 1000},
            {"country": "IND", **exact},
            {"country": "IND", "metric": "import_quantity", **exact},
        ],
        "form_statistics": [{}, {"role": "need", "metric": "import_quantity"}],
        "facility_factors": [{}],
        "facilities": [{"id": "mine", "owner_country": "IND", "technology_origin": "IND"}],
        "throttles": [{"country": "IND", "form": "ree-ore", "value": 1, "low": 1, "high": 1}],
        "stacks": [{"stage": stage, "form": "ree-ore"} for stage in STAGES],
    }
    return toy(tmp_path_factory.mktemp("ore"), tables, stability=2.5)


@pytest.mark.parametrize("case", cases("scores-cells"))
def test_cell(case: dict[str, Any], ore: Evidence) -> None:
    world = toy_world(ore, ("IND",))
    held = central(ore, **{"control.domestic": 1.0, "retention": 1.0})
    cells = cells_of(ore, world, FRAME, held)
    paths, needs = still_paths(cells, FRAME), still_needs(cells, FRAME)
    output = np.full_like(paths.output, case["output"])
    known = case["need"] != "unknown"
    need = {"IND": case["need"] if known else np.nan}
    amounts = [need.get(country, case["world"]) for _, country in needs.places]
    # Where the outlook knows no need, today's stands in; here nobody knows that either.
    world = world if known else replace(world, direct_need={}, gdp_share={})
    found = future_scores(
        ore,
        world,
        FRAME,
        replace(paths, output=output, base=output),
        replace(needs, need=np.broadcast_to(np.array(amounts), needs.need.shape)),
        (2035,),
        sectors=(SECTOR,),
        overrides=held,
    )
    assert found.of("IND", SECTOR, "C1", 2035) == pytest.approx(case["expect"], rel=1e-4)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Cells:
    evidence = toy(tmp_path_factory.mktemp("chain"), chain_tables())
    return cells_of(evidence, toy_world(evidence), FRAME, central(evidence, **CATEGORIES))


@pytest.mark.parametrize("case", cases("scores-gain"))
def test_gain(case: dict[str, Any], chain: Cells) -> None:
    plants = [
        (project(f"p{number}", "ndpr-oxide", "IND", plant["capacity"]), plant["start"])
        for number, plant in enumerate(case["plants"])
    ]
    paths, needs = still_paths(chain, FRAME, plants), still_needs(chain, FRAME)
    cell = Ahead(chain, paths, needs, 5).cell("ndpr-oxide", "IND")
    assert cell.gain(case["year"], case["later"]) == pytest.approx(case["expect"])


@pytest.mark.parametrize("case", cases("scores-control"))
def test_control(case: dict[str, Any], chain: Cells) -> None:
    one = np.ones(FRAME.draws)
    plants = [
        project(f"p{n}", "ndpr-oxide", "IND", 1, owner=p["owner"], technology=p["technology"])
        for n, p in enumerate(case["plants"])
    ]
    made = [plant["output"] for plant in case["plants"]]
    arrivals = Arrivals(
        tuple(plants),
        np.outer(one, made),
        one * case.get("others", 0),
        one * case["standing"],
    )
    today = np.full((len(CONTROLS), FRAME.draws), 0.5)
    found = components(chain, "ndpr-oxide", "IND", today, arrivals)
    for name in CONTROLS:
        assert found[CONTROLS.index(name)] == pytest.approx(case["expect"].get(name, 0.5)), name


@pytest.mark.parametrize("case", cases("scores-market"))
def test_network(case: dict[str, Any]) -> None:
    today = Network(
        output=np.array([[8.0, 2.0], [4.0, 1.0]]),
        flow=np.array([[[7.0, 1.0], [1.0, 1.0]], [[1.5, 2.5], [0.5, 0.5]]]),
        input_use=np.array([[8.0, 2.0], [0.0, 0.0]]),
        final_use=np.array([[[0.0, 0.0]], [[2.0, 3.0]]]),
    )
    rules = RouteRules(home=0.7, diagonal=0.05, mixing=1e-4)
    found = future_network(
        today, *(np.array(case[n], float) for n in ("possible", "growth")), rules
    )
    assert found.network.output == pytest.approx(np.array(case["expect"]["output"]))
    assert found.factor == pytest.approx(np.array(case["expect"]["factor"]), rel=1e-5)
