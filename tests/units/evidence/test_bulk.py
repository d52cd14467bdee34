"""Bulk tables: filters, editions, units, ids that lead back, and the fence around DuckDB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from midstream.errors import InputError
from midstream.evidence import Bulk, Evidence


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence.load(check=False)


@pytest.fixture(scope="module")
def bulk(evidence: Evidence) -> Bulk:
    return evidence.bulk


def test_production_is_of_the_newest_edition_unless_asked(bulk: Bulk) -> None:
    newest = bulk.production("rare-earths", "C1", "mine", 2024, country="AUS")
    older = bulk.production("rare-earths", "C1", "mine", 2024, 2025, country="AUS")
    assert [(row.source, row.value) for row in newest] == [("usgs-mcs-2026-data", 29000.0)]
    assert [(row.source, row.value) for row in older] == [("usgs-mcs-2025", 13000.0)]


def test_production_rows_are_observations(bulk: Bulk) -> None:
    (row,) = bulk.production("rare-earths", "C1", "mine", 2024, country="IND")
    assert row.id == "bulk:usgs-mcs-2026-data/rare-earths/C1/mine/IND/2024"
    assert (row.metric, row.unit, row.origin, row.layer) == ("production", "t", "usgs", 1)
    assert row.counting


def test_withheld_and_unavailable_figures_are_no_values(bulk: Bulk) -> None:
    rows = bulk.production(headline=False)
    assert rows
    assert {row.note for row in rows} <= {None, "estimated", "more than", "less than"}


def test_a_bound_stands_as_a_bound(bulk: Bulk) -> None:
    bounds = [
        row for row in bulk.production(metric="reserves", headline=False) if row.note == "more than"
    ]
    assert bounds
    assert all(row.low == row.value and row.high is None for row in bounds)


@pytest.mark.parametrize("metric", ["production", "capacity", "reserves"])
def test_ids_are_unique_and_lead_back(evidence: Evidence, bulk: Bulk, metric: str) -> None:
    rows = bulk.production(metric=metric, headline=False)
    assert len({row.id for row in rows}) == len(rows)
    fresh = Evidence(evidence.folder)
    for row in rows[:: max(1, len(rows) // 12)]:
        assert fresh.bulk.row(row.id) == row


def test_only_the_additive_series_come_by_default(bulk: Bulk) -> None:
    everything = bulk.production("rare-earths", headline=False)
    headline = bulk.production("rare-earths")
    assert {row.id for row in headline} <= {row.id for row in everything}


def test_supply_is_in_tonnes_and_splits_estimate_from_projection(bulk: Bulk) -> None:
    rows = bulk.iea_supply("magnet-rare-earths", "C2", country="CHN")
    by_year = {row.period: row for row in rows}
    assert by_year["2024"].kind == "estimate"
    assert by_year["2035"].kind == "forecast"
    assert by_year["2024"].value == pytest.approx(73800, rel=0.01)
    assert {row.unit for row in rows} == {"t"}


def test_demand_carries_scenario_and_technology(bulk: Bulk) -> None:
    rows = bulk.iea_demand("copper", 2030, scenario="STEPS", kind="sector demand")
    assert rows
    assert {row.basis for row in rows} == {"sector demand, STEPS"}
    assert all(row.entity for row in rows)
    assert all(row.kind == "forecast" for row in rows)


def test_trade_rows_have_values_and_lineage(evidence: Evidence, bulk: Bulk) -> None:
    flows = bulk.trade(2024, ["850511"], importer="IND")
    china = next(flow for flow in flows if flow.exporter == "CHN")
    assert china.value_kusd / sum(flow.value_kusd for flow in flows) == pytest.approx(
        0.842, abs=0.01
    )
    node = Evidence(evidence.folder).ledger[china.lineage]
    assert node.quantity.value == pytest.approx(china.value_kusd / 1000)
    assert node.source == "cepii-baci-202601"


def test_flows_of_one_code_are_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Evidence.load(check=False)
    flows = fresh.bulk.trade(2024, ["850511"])
    again = Evidence.load(check=False)
    asked: list[str] = []
    rows = Bulk.rows

    def counted(self: Bulk, sql: str, name: str, /, **values: Any) -> list[tuple[Any, ...]]:
        asked.append(name)
        return rows(self, sql, name, **values)

    monkeypatch.setattr(Bulk, "rows", counted)
    for flow in flows:
        assert again.ledger[flow.lineage] == fresh.ledger[flow.lineage]
    assert len(flows) > 100
    assert asked == ["trade", "trade"]


def test_a_year_without_quantities_has_none(bulk: Bulk) -> None:
    assert {flow.qty_t for flow in bulk.trade(2022, ["850511"])} == {None}
    assert any(flow.qty_t for flow in bulk.trade(2022, ["280530"], "hs92"))


def test_unknown_trade_tables_and_years_are_refused(bulk: Bulk) -> None:
    with pytest.raises(InputError, match="did you mean hs17"):
        bulk.trade(2024, ["850511"], "hs1")
    with pytest.raises(InputError, match="it holds 2022 to 2024"):
        bulk.trade(2023, ["850511"])


def test_trade_codes_are_data_not_query(bulk: Bulk) -> None:
    assert bulk.trade(2024, ["850511') OR 1=1 --"]) == []


def test_a_question_asked_again_is_told_apart_by_table_and_values(bulk: Bulk) -> None:
    sql = "SELECT min(country), max(year), count(*) FROM read_parquet($file) WHERE year < $year"
    asked = [(name, year) for name in ("gdp", "governance") for year in (2005, 2015)]
    found = [bulk.rows(sql, name, year=year) for name, year in asked]
    assert len(set(found)) == len(asked)
    assert [bulk.rows(sql, name, year=year) for name, year in asked] == found


def test_governance_has_an_interval_from_its_standard_error(bulk: Bulk) -> None:
    india = bulk.governance()["IND"]
    assert india.value is not None
    assert india.low is not None
    assert india.high is not None
    assert india.low < india.value < india.high
    assert india.lineage == "bulk:wb-wgi/IND/2024"
    assert bulk.governance(2010)["IND"].lineage.endswith("/2010")
    assert bulk.governance(1900) == {}


def test_gdp_is_of_the_newest_common_year_and_missing_stays_missing(bulk: Bulk) -> None:
    table = bulk.gdp()
    assert len({quantity.lineage.rsplit("/", 1)[1] for quantity in table.values()}) == 1
    assert "TWN" not in table
    assert len(table) > 190


@pytest.mark.parametrize(
    "lineage",
    [
        "bulk:",
        "bulk:nothing",
        "bulk:wb-wgi/IND/1800",
        "bulk:wb-gdp/ZZZ/2021",
        "bulk:cepii-baci-202601/hs17/850511/CHN/IND/2023",
        "bulk:cepii-baci-202601/hs99/850511/CHN/IND/2024",
        "bulk:iea-cmd-2025/supply/copper/C1/ZZZ/2024",
        "bulk:iea-cmd-2025-dem/demand/copper/none/2030",
        "bulk:usgs-mcs-2026-data/copper/C1/mine/ZZZ/2024",
        "bulk:nobody/copper/C1/mine/CHL/2024",
        "bulk:a//b",
    ],
)
def test_lineages_that_lead_nowhere_are_refused(evidence: Evidence, lineage: str) -> None:
    assert lineage not in evidence.ledger
    with pytest.raises(InputError, match="no lineage"):
        evidence.ledger.trace(lineage)


@pytest.mark.parametrize(
    ("licence", "gone"),
    [
        ("public domain", {"production"}),
        ("CC BY 4.0", {"supply", "demand", "governance", "gdp"}),
        ("Etalab Open Licence 2.0", {"trade"}),
        ("unclear", set()),
    ],
)
def test_tables_of_a_licence_are_left_out_whole(licence: str, gone: set[str]) -> None:
    evidence = Evidence.load(check=False, without_licences=frozenset({licence}))
    bulk = evidence.bulk
    held = {
        "production": bulk.production("rare-earths"),
        "supply": bulk.iea_supply("lithium"),
        "demand": bulk.iea_demand("lithium"),
        "governance": bulk.governance(),
        "gdp": bulk.gdp(),
        "trade": bulk.trade(2024, ["850511"]),
    }
    assert {name for name, rows in held.items() if not rows} == gone
    assert ("bulk:wb-wgi/IND/2023" in evidence.ledger) == ("governance" not in gone)


def test_the_database_reads_no_other_folder(bulk: Bulk, tmp_path: Path) -> None:
    import duckdb

    outside = tmp_path / "x.csv"
    outside.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(duckdb.PermissionException):
        bulk.rows(f"SELECT $file, * FROM read_csv('{outside}')", "gdp")
    with pytest.raises(duckdb.InvalidInputException):
        bulk.rows("SET allowed_directories = [$file]", "gdp")


def test_a_missing_bulk_table_is_named(evidence: Evidence, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"production\.parquet is missing"):
        Bulk(tmp_path, evidence.sources).production()


def test_sums_are_added_up_in_one_order(bulk: Bulk) -> None:
    (found,) = bulk.rows("SELECT current_setting('threads') WHERE $file <> ''", "production")
    assert found == (1,)


def test_a_database_that_was_let_go_is_opened_again() -> None:
    held = Evidence.load(check=False).bulk
    before = held.production("tin")
    held.close()
    held.close()
    assert [row.id for row in held.production("tin")] == [row.id for row in before]
    assert held.production("zinc")
