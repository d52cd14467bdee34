"""Runs the golden cases of concentration and supply risk; one test per case of the TOML files."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.dependency.concentration import hhi_bounds, weighted_bounds
from midstream.dependency.geopolrisk import PeerConstants, peer_cells
from midstream.dependency.redundancy import growth_of_exports, left_for_others, left_globally
from midstream.dependency.supply_arrays import Blocs
from midstream.dependency.supply_files import GOVERNANCE, PRODUCTION, TRADE, SupplyFiles
from midstream.dependency.supply_risk import SupplyRisk, supply_risk
from midstream.evidence import Ledger, Quantity
from midstream.study import Study

FOLDER = Path(__file__).parent / "dependency"
HEADERS = {"production": PRODUCTION, "trade": TRADE, "governance": GOVERNANCE}


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


def files(case: dict[str, Any], folder: Path) -> SupplyFiles:
    for name, header in HEADERS.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *case[name]])
    return SupplyFiles(*(folder / f"{name}.csv" for name in HEADERS))


def risks(study: Study, case: dict[str, Any], folder: Path, method: str) -> list[SupplyRisk]:
    ledger = Ledger(base=study.ledger)
    found = supply_risk(
        study.evidence,
        study.world,
        ledger,
        method,
        case["importer"],
        files=files(case, folder),
        trade_terms=case.get("terms"),
    )
    for record in found:
        for quantity in (record.hhi, record.import_risk, record.score, *record.parts.values()):
            assert all(i in ledger for i in ledger[quantity.lineage].inputs)
    return found


def number(cell: Any) -> float | None:
    return None if cell == "" else float(cell)


def assert_ends(quantity: Quantity, expected: Sequence[Any]) -> None:
    found = (quantity.value, quantity.low, quantity.high)
    for got, cell in zip(found, expected, strict=True):
        wanted = number(cell)
        assert got == (None if wanted is None else pytest.approx(wanted, abs=1e-12))


@pytest.mark.parametrize("case", cases("risk_peer"))
def test_peer(study: Study, case: dict[str, Any], tmp_path: Path) -> None:
    arrays = files(case, tmp_path).read()
    for expect in case["expect"]:
        members = case.get("regions", {}).get(expect["importer"], [expect["importer"]])
        blocs = Blocs.of(arrays, {expect["importer"]: members})
        cells = peer_cells(arrays, PeerConstants.of(study.evidence), blocs)
        row = arrays.places.index((expect["material"], expect["year"]))
        names = ("import_risk", "score", "price", "factor")
        found = {name: float(getattr(cells, name)[row, 0]) for name in names}
        found["hhi"] = float(cells.hhi[row])
        if expect.get("missing"):
            assert all(np.isnan(found[name]) for name in ("hhi", "import_risk", "score"))
            continue
        for name, value in found.items():
            assert value == pytest.approx(expect[name], rel=1e-12, abs=1e-15), name


@pytest.mark.parametrize("case", cases("risk_peer"))
def test_peer_records(study: Study, case: dict[str, Any], tmp_path: Path) -> None:
    for expect in case["expect"]:
        if expect["importer"] in case.get("regions", {}):
            continue
        asked = {**case, "importer": expect["importer"]}
        found = risks(study, asked, tmp_path, "geopolrisk")
        place = (expect["material"], expect["year"])
        record = next(r for r in found if (r.material, r.year) == place)
        if expect.get("missing"):
            assert record.score.value is None
            assert record.hhi.value is None
            continue
        assert record.score.value == pytest.approx(expect["score"], rel=1e-12, abs=1e-15)
        factor = record.parts["characterisation_factor"].value
        assert factor == pytest.approx(expect["factor"], rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("case", cases("risk_stage"))
def test_stage(study: Study, case: dict[str, Any], tmp_path: Path) -> None:
    (record,) = risks(study, case, tmp_path, "stage-consistent")
    for name in ("hhi", "import_risk", "score"):
        if name in case:
            assert_ends(getattr(record, name), case[name])
    if "risk_of_imports" in case:
        assert_ends(record.parts["risk_of_imports"], case["risk_of_imports"])


@pytest.mark.parametrize("case", cases("risk_eu"))
def test_eu(study: Study, case: dict[str, Any], tmp_path: Path) -> None:
    (record,) = risks(study, case, tmp_path, "eu")
    found = {
        "score": record.score,
        "sourcing": record.import_risk,
        "global": record.parts["supply_risk_global"],
        "reliance": record.parts["import_reliance"],
    }
    for name in found.keys() & case.keys():
        wanted = number(case[name])
        value = found[name].value
        assert value == (None if wanted is None else pytest.approx(wanted, abs=1e-9)), name


@pytest.mark.parametrize("case", cases("concentration_index"))
def test_index(case: dict[str, Any]) -> None:
    shares = np.array(case["shares"])
    risk = np.array([np.nan if (r := number(cell)) is None else r for cell in case["risk"]])
    assert hhi_bounds(shares, case["rest"]) == pytest.approx(tuple(case["hhi"]))
    value, low, high = weighted_bounds(shares, risk, case["rest"])
    wanted = number(case["weighted"][0])
    assert value == (None if wanted is None else pytest.approx(wanted))
    assert (low, high) == pytest.approx(tuple(case["weighted"][1:]))


@pytest.mark.parametrize("case", cases("concentration_nminus1"))
def test_without_the_leader(case: dict[str, Any]) -> None:
    share, need = np.array([case["share"]]), np.array([case["need"]])
    assert left_globally(share)[0] == pytest.approx(case["global"])
    rest, wanted = left_for_others(share, need)[0], number(case["rest"])
    assert np.isnan(rest) if wanted is None else rest == pytest.approx(wanted)
    growth, wanted = growth_of_exports(case["exports"]), number(case["growth"])
    assert growth == (None if wanted is None else pytest.approx(wanted))
