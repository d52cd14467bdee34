"""Checks: the shipped release is free of errors, and each check finds what it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from midstream.evidence import Evidence, Finding
from midstream.evidence import checks as c
from midstream.evidence import reconcile as r
from midstream.evidence.folder import Folder
from midstream.evidence.tables import Table
from units.evidence.rows import TABLES, write_folder

ROW = "o-9,{metric},{value},,,{unit},{published},{published_unit},{period},{vintage},CHN,,"
ROW += "rare-earths,,C1,,,,{basis},{kind},{source},usgs,,\n"
CELLS = {
    "metric": "production",
    "value": "5",
    "unit": "t",
    "published": "5",
    "published_unit": "t REO/yr",
    "period": "2022",
    "vintage": "2025",
    "basis": "REO",
    "kind": "reported",
    "source": "mcs",
}


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    return Evidence.load(check=False)


@pytest.fixture
def with_row(tmp_path: Path) -> Callable[..., Evidence]:
    def build(**cells: str) -> Evidence:
        text = TABLES["observations"] + ROW.format(**{**CELLS, **cells})
        return Evidence.load(write_folder(tmp_path / "data", {"observations": text}))

    return build


def of(findings: Iterable[Finding], row_id: str) -> list[Finding]:
    return [finding for finding in findings if finding.id == row_id]


def test_the_shipped_release_has_no_errors() -> None:
    findings = r.check_folder()
    assert [finding.line() for finding in findings if finding.severity == "error"] == []
    counted = c.counts(findings)
    assert counted["error"] == 0
    assert counted["warning"] == len(findings)
    assert counted["by_check"]["conflicts"]["warning"] > 50
    assert set(findings[0].to_dict()) >= {"check", "severity", "file", "row", "id", "message"}


def test_a_folder_that_cannot_be_loaded_gives_findings_not_an_exception(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data", {"forms": TABLES["forms"] + "x,X,C9,,\n"})
    (finding,) = r.check_folder(folder)
    assert (finding.file, finding.row, finding.column) == ("forms.csv", 3, "stage")


@pytest.mark.parametrize(
    ("cells", "severity", "says"),
    [
        ({"value": "6"}, "error", "6 t is not 5 t REO/yr (that is 5)"),
        ({"value": "-5"}, "warning", "the sign of -5 t"),
        ({"published": "7-9"}, "error", "lies outside the published 7-9"),
        ({"basis": "gross weight"}, "warning", "REO content is a dimension of its own"),
        ({"published_unit": "bushels"}, "warning", "unknown unit 'bushels'"),
    ],
)
def test_a_value_that_is_not_the_published_one_is_found(
    with_row: Callable[..., Evidence], cells: dict[str, str], severity: str, says: str
) -> None:
    (finding,) = of(c.check_published_values(with_row(**cells)), "o-9")
    assert finding.severity == severity
    assert says in finding.message
    assert finding.row == 7


@pytest.mark.parametrize("published", ["4-6", "about 5", "5.001"])
def test_ranges_words_and_rounding_are_let_pass(
    with_row: Callable[..., Evidence], published: str
) -> None:
    assert of(c.check_published_values(with_row(published=published)), "o-9") == []


def test_conflicts_name_both_sides(with_row: Callable[..., Evidence]) -> None:
    (finding,) = c.check_conflicts(with_row())
    assert "usgs 2900; wmd 2500" in finding.message


def test_tertiary_support_is_found(with_row: Callable[..., Evidence]) -> None:
    assert [finding.id for finding in c.check_support(with_row())] == ["o-5"]


def test_a_report_from_before_its_period_is_found(with_row: Callable[..., Evidence]) -> None:
    (finding,) = c.check_periods(with_row(period="2026"))
    assert "a forecast?" in finding.message


def test_a_share_beyond_the_whole_is_found(tmp_path: Path) -> None:
    tables = {
        "metrics": TABLES["metrics"].replace("share,%,%,share", "share,%,%,share"),
        "observations": TABLES["observations"].replace("o-3,share,70", "o-3,share,170"),
    }
    (finding,) = c.check_share_bounds(Evidence.load(write_folder(tmp_path / "data", tables)))
    assert finding.id == "o-3"


def test_a_correction_that_got_lost_is_found(tmp_path: Path) -> None:
    text = TABLES["observations"].replace("o-1,production,2900", "o-1,production,29000")
    folder = write_folder(tmp_path / "data", {"observations": text})
    (finding,) = c.check_applied_corrections(Evidence.load(folder))
    assert "holds '29000.0' in value, not '2900'" in finding.message


def test_open_corrections_are_counted(with_row: Callable[..., Evidence]) -> None:
    assert [finding.id for finding in c.check_open_corrections(with_row())] == ["cor-2"]


def changed(evidence: Evidence, name: str, /, **cells: Any) -> Evidence:
    """The shipped release with the first row of a table changed."""
    old = evidence.folder.tables[name]
    rows = ({**old.rows[0], **cells}, *old.rows[1:])
    new = Table(old.name, old.file, rows, old.lines)
    folder: Folder = replace(evidence.folder, tables={**evidence.folder.tables, name: new})
    return Evidence(folder)


@pytest.mark.parametrize(
    ("check", "table", "cells", "says"),
    [
        (c.check_stack_weights, "stacks", {"weight": 0.9}, "they must sum to 1"),
        (c.check_stale_status, "facilities", {"status_date": "2020-01"}, "months before"),
        (c.check_source_addresses, "sources", {"url": None}, "no address"),
        (
            c.check_facility_units,
            "facilities",
            {"capacity": 5.0, "unit": None},
            "capacity 5 without a unit",
        ),
        (c.check_unit_words, "facilities", {"unit": "bushels"}, "unknown unit 'bushels'"),
        (c.check_release, "bulk_tables", {"sha256": "0"}, "is not the file that was released"),
        (c.check_release, "bulk_tables", {"table": "nothing"}, "nothing.parquet is missing"),
    ],
)
def test_each_check_finds_what_it_is_for(
    shipped: Evidence, check: c.Check, table: str, cells: dict[str, Any], says: str
) -> None:
    before = {finding.line() for finding in check(shipped)}
    after = [f for f in check(changed(shipped, table, **cells)) if f.line() not in before]
    assert any(says in finding.message for finding in after), after


def test_a_release_that_declares_other_rows_is_found(shipped: Evidence) -> None:
    release = replace(shipped.release, rows={"observations": 1})
    (finding, *_) = c.check_release(Evidence(replace(shipped.folder, release=release)))
    assert "the release declares 1" in finding.message


def test_shares_are_held_against_tonnes(shipped: Evidence) -> None:
    findings = list(r.check_shares_against_tonnes(shipped))
    assert any("graphite" in f.message.lower() and "China" in f.message for f in findings)


def test_shares_of_one_source_that_exceed_the_whole_are_found(shipped: Evidence) -> None:
    assert list(r.check_share_sums(shipped)) == []
    table = shipped.table("observations")
    rows = tuple(
        {**row, "value": 99.0} if row["metric"].startswith("share_of_world_p") else row
        for row in table.rows
    )
    swollen = Table(table.name, table.file, rows, table.lines)
    folder = replace(shipped.folder, tables={**shipped.folder.tables, "observations": swollen})
    assert list(r.check_share_sums(Evidence(folder)))


def test_a_world_line_that_its_countries_miss_is_found(shipped: Evidence) -> None:
    messages = [finding.message for finding in r.check_world_totals(shipped)]
    assert len(messages) == 1
    assert "vanadium" in messages[0]


def test_two_publishers_and_two_codings_are_compared(shipped: Evidence) -> None:
    assert any("lithium" in f.message for f in r.check_two_publishers(shipped))
    assert all(f.severity == "warning" for f in r.check_two_codings(shipped))


def test_bulk_tables_are_held_against_their_attribute_tables(shipped: Evidence) -> None:
    assert list(r.check_bulk_tables(shipped)) == []
    countries = shipped.folder.tables["countries"]
    kept = tuple(row for row in countries.rows if row["id"] != "IND")
    fewer = Table(countries.name, countries.file, kept, countries.lines[1:])
    schemas = dict(shipped.folder.schemas)
    schemas["bulk_gdp"] = replace(
        schemas["bulk_gdp"], attributes=schemas["bulk_gdp"].attributes[:2]
    )
    folder = replace(
        shipped.folder, tables={**shipped.folder.tables, "countries": fewer}, schemas=schemas
    )
    messages = [finding.message for finding in r.check_bulk_tables(Evidence(folder))]
    assert any("'IND' is not in countries.csv" in message for message in messages)
    assert any("column usd" in message for message in messages)


def test_traded_codes_need_a_row_in_the_concordance(shipped: Evidence) -> None:
    assert list(r.check_trade_codes(shipped)) == []
    table = shipped.folder.tables["hs_concordance"]
    empty = Table(table.name, table.file, (), ())
    folder = replace(shipped.folder, tables={**shipped.folder.tables, "hs_concordance": empty})
    assert list(r.check_trade_codes(Evidence(folder)))
