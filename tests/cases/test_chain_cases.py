"""Runs the golden cases of the chain; one test per case of the TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.chain.estimate import Component, Estimate, agreeing
from midstream.chain.needs import NeedRanges, need_shares
from midstream.chain.shares import holders
from midstream.chain.world import World
from midstream.evidence import Ledger
from units.chain.toy import COUNTRIES, FORMS, GDP, chain_tables, toy, toy_world

FOLDER = Path(__file__).parent / "chain"
TABLES = (
    "observations",
    "form_statistics",
    "bounds",
    "recipes",
    "facilities",
    "facility_factors",
    "pipeline_classes",
    "throttles",
    "derivations",
    "parameters",
)
ONE = Component(1.0, 1.0, 1.0)


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


def tables_of(case: Mapping[str, Any]) -> dict[str, Any]:
    return {name: case[name] for name in TABLES if name in case}


def assert_estimate(estimate: Estimate, expect: Mapping[str, Any]) -> None:
    if expect.get("missing"):
        assert estimate.value is None
        assert estimate.quantity().label is None
    for name in ("value", "low", "high"):
        if name in expect:
            assert getattr(estimate, name) == pytest.approx(expect[name], rel=1e-4, abs=1e-9), name
    for name in ("standing", "label"):
        if name in expect:
            assert getattr(estimate, name) == expect[name], name
    if "parts" in expect:
        assert [part.value for part in estimate.components] == pytest.approx(expect["parts"])


@pytest.mark.parametrize("case", cases("outputs"))
def test_output(case: dict[str, Any], tmp_path: Path) -> None:
    tables = tables_of(case)
    tables.setdefault("facility_factors", [{}])
    unit = case.get("scored_unit", "t")
    tables["scored_forms"] = [{"form": form, "name": form, "unit": unit} for form in FORMS]
    world = toy_world(toy(tmp_path, tables))
    form = case.get("form", "ree-ore")
    for country, expect in case["expect"].items():
        estimate = world.world_output[form] if country == "WLD" else world.outputs[form, country]
        assert_estimate(estimate, expect)


@pytest.mark.parametrize("case", cases("plants"))
def test_plant(case: dict[str, Any], tmp_path: Path) -> None:
    tables = tables_of(case)
    tables.setdefault("form_statistics", [{}])
    tables.setdefault("facility_factors", [{"form": form, "scored_form": form} for form in FORMS])
    world = toy_world(toy(tmp_path, tables))
    form = case.get("form", "ree-ore")
    found = {plant.id: plant for plant in world.plants}
    assert not set(case.get("absent", ())) & set(found)
    for name, expect in case.get("plants", {}).items():
        plant = found[name]
        if expect.get("no_capacity"):
            assert plant.capacity is None
        if expect.get("no_start"):
            assert plant.start is None
        for attribute in {"capacity", "low", "high", "status", "start", "running"} & set(expect):
            assert getattr(plant, attribute) == pytest.approx(expect[attribute]), attribute
    for name in ("ownership", "technology"):
        for country, expect in case.get(name, {}).items():
            assert getattr(world, name)[form, country] == pytest.approx(expect)
    for name in ("feed", "throttle"):
        for country, expect in case.get(name, {}).items():
            assert_estimate(getattr(world, name)[form, country], expect)


def chain_of(case: Mapping[str, Any], path: Path) -> World:
    tables = {name: list(rows) for name, rows in chain_tables().items()}
    for row in tables["recipes"]:
        share = case.get("use_share", {}).get(row["input"])
        if share is not None:
            row["use_share"] = None if share == "none" else share
    if "drop_output" in case:
        country, form = case["drop_output"]
        kept = [r for r in tables["observations"] if (r["country"], r["form"]) != (country, form)]
        tables["observations"] = kept
    if "extra_use" in case:
        use = case["extra_use"]
        tables["recipes"].append(
            {"output": use["form"], "input": "ndfeb-magnet", "use_share": use["share"]}
        )
        forms = (*FORMS, use["form"])
        tables["scored_forms"] = [{"form": form, "name": form} for form in forms]
    for name in ("observations", "form_statistics"):
        tables[name] = [*tables[name], *case.get(name, ())]
    gdp = {code: usd for code, usd in GDP.items() if code != case.get("without_gdp")}
    return toy_world(toy(path, tables, gdp))


@pytest.mark.parametrize("case", cases("needs"))
def test_need(case: dict[str, Any], tmp_path: Path) -> None:
    world = chain_of(case, tmp_path)
    scale = {}
    if "scale" in case:
        place = case["scale"]
        scale[place["form"], place["country"]] = float(place["factor"])
    shares = need_shares(
        world, COUNTRIES, lambda _name: np.array([0.5]), NeedRanges(ONE, 0.0, ONE), scale
    )
    for country, expect in case.get("share", {}).items():
        column = COUNTRIES.index(country)
        for form, value in expect.items():
            assert shares[form][0, column] == pytest.approx(value, abs=1e-9), form
    for country, forms in case.get("unknown", {}).items():
        for form in forms:
            assert np.isnan(shares[form][0, COUNTRIES.index(country)]), form


@pytest.mark.parametrize("case", cases("holders"))
def test_holders(case: dict[str, Any], tmp_path: Path) -> None:
    rows = [
        {"country": country, "value": value, "low": value, "high": value}
        for country, value in {"WLD": case["world"], **case["output"]}.items()
    ]
    world = toy_world(toy(tmp_path, {"observations": rows, "form_statistics": [{}]}))
    (found,) = holders(world, Ledger(base=world.ledger))
    shares = {country: share.value for country, share in found.shares}
    assert set(shares) == set(case["output"])
    for country, value in case.get("share", {}).items():
        assert shares[country] == pytest.approx(value, rel=1e-5)
    assert found.rest.value == pytest.approx(case["rest"], abs=1e-9)
    assert [found.hhi.low, found.hhi.high] == pytest.approx(case["hhi"], rel=1e-5)
    assert found.leader == case["leader"]


def estimate_of(case: Mapping[str, Any]) -> Estimate:
    if "bounds_given" in case:
        low, high = (float(end) for end in case["bounds_given"])
        return Estimate("t", "bounded", (), low, high, None, "x")
    parts = tuple(Component(*(float(n) for n in part)) for part in case["parts_given"])
    low, high = min(p.low for p in parts), max(p.high for p in parts)
    return Estimate("t", "observed", parts, low, high, "V1", "x")


@pytest.mark.parametrize("case", cases("estimates"))
def test_estimate(case: dict[str, Any]) -> None:
    if "merge" in case:
        given = [Component(*(float(n) for n in part)) for part in case["merge"]]
        made = [[p.value, p.low, p.high, p.weight] for p in agreeing(given, case["tolerance"])]
        assert made == [pytest.approx(part) for part in case["parts"]]
        return
    estimate = estimate_of(case)
    if "value" in case:
        assert estimate.value == case["value"]
    for pick, spread, value in case.get("draw", ()):
        drawn = estimate.sample(np.array([pick]), np.array([spread]), "low")
        assert drawn[0] == pytest.approx(value, rel=1e-6)
    if "ends" in case:
        half = np.full(3, 0.5)
        assert estimate.value is None
        assert estimate.quantity().value is None
        assert estimate.sample(half, half, "low").tolist() == [case["ends"][0]] * 3
        assert estimate.sample(half, half, "high").tolist() == [case["ends"][1]] * 3
