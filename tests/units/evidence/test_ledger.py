"""The ledger: every kind of node, corrections under the rows they touched, no dead ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from midstream.evidence import Evidence
from midstream.evidence.query import trace
from units.evidence.rows import write_folder


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    return Evidence.load(check=False)


@pytest.fixture
def small(tmp_path: Path) -> Evidence:
    return Evidence.load(write_folder(tmp_path / "data"))


def test_an_observation_shows_its_applied_correction(small: Evidence) -> None:
    tree = trace(small, "o-1")
    assert (tree["kind"], tree["source"]) == ("observation", "mcs")
    (correction,) = tree["inputs"]
    assert correction["kind"] == "correction"
    assert "29000 -> 2900" in correction["name"]
    assert correction["quantity"]["value"] == 2900
    assert correction["quantity"]["unit"] == "t"


def test_an_open_correction_touches_no_row_but_can_be_traced(small: Evidence) -> None:
    assert trace(small, "o-5")["inputs"] == []
    tree = trace(small, "cor-2")
    assert tree["quantity"]["value"] is None
    assert "open" in tree["note"]
    assert [row["id"] for row in small.corrections.open] == ["cor-2"]


def test_a_fact_is_a_formula_over_its_observations(small: Evidence) -> None:
    (fact,) = small.facts("production")
    tree = trace(small, fact.quantity.lineage)
    assert tree["kind"] == "formula"
    assert tree["name"].startswith("agreement of origins")
    assert [part["id"] for part in tree["inputs"]] == ["o-1", "o-2"]
    assert "usgs 2900 (differs)" in tree["note"]
    assert tree["quantity"]["label"] == "U"


def test_a_fact_lifted_by_a_neighbour_names_the_period(small: Evidence) -> None:
    (fact,) = small.facts("share", period=2024)
    assert fact.quantity.label == "V"
    assert "backed by another origin in 2023" in small.ledger[fact.quantity.lineage].note


def test_depth_limits_the_tree(small: Evidence) -> None:
    (fact,) = small.facts("production")
    assert trace(small, fact.quantity.lineage, depth=0)["inputs"] == []


def test_an_unread_row_of_tertiary_origin_is_labelled_weakly(small: Evidence) -> None:
    assert small.ledger["o-5"].quantity.label == "U"


def test_every_listed_node_resolves_down_to_a_source_or_an_assumption(shipped: Evidence) -> None:
    for lineage in shipped.ledger:
        node = shipped.ledger[lineage]
        assert node.id == lineage
        if node.kind == "observation":
            assert node.source, lineage
        for part in node.inputs:
            assert part in shipped.ledger


def test_the_mapping_knows_its_length(small: Evidence) -> None:
    nodes = small.ledger.base
    assert nodes is not None
    assert sum(1 for _ in nodes) == 5 + 4 + 2  # observations, facts, corrections
    assert "o-1" in nodes
    assert "o-99" not in nodes


def test_assumed_parameters_are_assumptions(shipped: Evidence) -> None:
    name = next(key for key, row in shipped.parameters.items() if row["kind"] == "assumed")
    tree = trace(shipped, f"par:{name}")
    assert tree["kind"] == "assumption"
    assert tree["quantity"]["label"] == "modelled"


def test_a_facility_is_an_observation_of_its_capacity(shipped: Evidence) -> None:
    name, row = next((k, r) for k, r in shipped.facilities.items() if r["capacity"] is not None)
    node = shipped.ledger[f"fac:{name}"]
    assert node.quantity.value == row["capacity"]
    assert node.quantity.unit == row["unit"]
    assert node.source


def test_a_facility_without_capacity_has_no_number(shipped: Evidence) -> None:
    name = next(k for k, r in shipped.facilities.items() if r["capacity"] is None)
    quantity = shipped.ledger[f"fac:{name}"].quantity
    assert quantity.value is None
    assert quantity.label is None


def test_bulk_rows_show_the_corrections_of_their_table(shipped: Evidence) -> None:
    row = shipped.bulk.iea_supply("copper", "C1", 2024)[0]
    tree = trace(shipped, row.id)
    assert any("kt -> t" in part["name"] for part in tree["inputs"])
