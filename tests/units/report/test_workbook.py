"""The workbook: sheets as the tables, units, formats, text that stays text, the same bytes."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest

from midstream.errors import ModelError
from midstream.report import workbook
from midstream.report.manifest import Stamp
from midstream.report.tables import Column, Sheet
from midstream.report.workbook import build_workbook, cover_of
from midstream.study import Study

STAMP = Stamp("2026.11", "2026-11-24", "0.1", "0123456789ab")
RISKY = ("=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "{=A1}", "http://example.org/x", "0012", "1e5")
SHARES = Sheet(
    "shares",
    "Who holds each form",
    (
        Column("form", "string", "Form"),
        Column("year", "integer", "Year"),
        Column("share", "number", "Share of world output", "%"),
        Column("output", "number", "Output in the unit of the row"),
        Column("unit", "string", "Unit"),
        Column("share_label", "string", "Label"),
    ),
    (
        ("ndfeb-magnet", 2024, 84.25, 1234.5, "t", "V"),
        ("dy-oxide", 2024, None, 0.125, "kg", "U"),
    ),
    ("form",),
)
TEXTS = Sheet(
    "texts", "Texts", (Column("text", "string", "Text"),), tuple((text,) for text in RISKY)
)
SOURCES = Sheet("sources", "Sources", (Column("id", "string", "Id"),), (("usgs-mcs-2025",),))
LINEAGE = Sheet("lineage", "Lineage", (Column("id", "string", "Id"),), (("f:x",),))


@pytest.fixture(scope="module")
def data(small: Study) -> bytes:
    return build_workbook(cover_of(small, "=An answer", STAMP), [SHARES, TEXTS, LINEAGE], SOURCES)


@pytest.fixture(scope="module")
def book(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def rows(book: Any, name: str) -> list[list[object]]:
    return [[cell.value for cell in row] for row in book[name].iter_rows()]


def test_sheets_are_the_tables_with_a_cover_and_sources(book: Any) -> None:
    assert book.sheetnames == ["cover", "shares", "texts", "sources"]
    assert rows(book, "shares") == [
        ["form", "year", "share", "output", "unit", "share_label"],
        [None, None, "%", "see unit", None, None],
        ["ndfeb-magnet", 2024, 84.25, 1234.5, "t", "V"],
        ["dy-oxide", 2024, None, 0.125, "kg", "U"],
    ]
    cover = {row[0]: row[1] for row in rows(book, "cover") if row[0]}
    assert cover["answer"] == "=An answer"
    assert cover["in the tables only"] == "facts, lineage, numbers"
    assert cover["shares"] == SHARES.title


def test_numbers_carry_the_format_of_their_unit(book: Any) -> None:
    page = book["shares"]
    assert [page.cell(3, column).number_format for column in (2, 3, 4)] == [
        "0", "0.0", workbook.OTHER,
    ]  # fmt: skip


def test_header_and_units_stay_in_sight_and_rows_can_be_filtered(book: Any) -> None:
    page = book["shares"]
    assert page.freeze_panes == "B3"
    assert page.auto_filter.ref == "A2:F4"
    assert page.column_dimensions["A"].width > 8


def test_text_is_never_a_formula_a_link_or_a_number(book: Any, data: bytes) -> None:
    page = book["texts"]
    assert [page.cell(row, 1).value for row in range(3, 3 + len(RISKY))] == list(RISKY)
    assert {page.cell(row, 1).data_type for row in range(3, 3 + len(RISKY))} == {"s"}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets
        assert not any(b"<f>" in archive.read(name) for name in sheets)
        assert not any("externalLink" in name for name in archive.namelist())


def test_the_same_edition_gives_the_same_bytes(data: bytes, small: Study) -> None:
    again = build_workbook(cover_of(small, "=An answer", STAMP), [SHARES, TEXTS, LINEAGE], SOURCES)
    assert again == data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"2026-11-24T00:00:00Z" in archive.read("docProps/core.xml")


def test_long_tables_stay_in_their_folder(small: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    made = build_workbook(cover_of(small, "x", STAMP), [SHARES, TEXTS], SOURCES)
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert book.sheetnames == ["cover", "shares", "sources"]
    assert ["in the tables only", "facts, lineage, numbers, texts", None] in rows(book, "cover")


def test_a_text_too_long_for_a_cell_is_cut_and_says_so(small: Study) -> None:
    long = Sheet("long", "Long", TEXTS.columns, (("x" * 40_000,),))
    made = build_workbook(cover_of(small, "x", STAMP), [long], SOURCES)
    cell = openpyxl.load_workbook(io.BytesIO(made))["long"].cell(3, 1).value
    assert cell == "x" * workbook.CELL + " ..."


@pytest.mark.parametrize("cells", [("a", "2024", 1.0), (1, 2024, 1.0), ("a", 2024, True)])
def test_a_cell_of_another_type_is_refused(small: Study, cells: tuple[Any, ...]) -> None:
    wrong = Sheet("wrong", "Wrong", SHARES.columns[:3], (cells,))
    with pytest.raises(ModelError, match="is not of type"):
        build_workbook(cover_of(small, "x", STAMP), [wrong], SOURCES)
