"""Reading publishers' files: encodings, separators, workbooks, lists of codes, limits."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.importers import read, text, usgs_mcs
from midstream.evidence.importers import workbook as books
from midstream.evidence.importers.batch import Batch, Task
from units.importers.samples import BACI, CODES, workbook, written

WGI = "code,year,indicator,estimate,stddev\nIND,2024,pv,-0.5,0.2\n"


def imported(
    kind: str, path: Path, evidence: Evidence, codes: Path | None = None, year: int | None = None
) -> Batch:
    work = path.parent / "work"
    work.mkdir(exist_ok=True)
    return read(Task(path, work, evidence, year, codes), kind)


def first(batch: Batch, column: str) -> str:
    return batch.registers["observations"][0][column]


def test_the_encoding_of_the_publisher_is_read(evidence: Evidence, tmp_path: Path) -> None:
    path = tmp_path / "wmd.csv"
    path.write_bytes("Mineral,Country,2024,unit\nTin,Türkiye,5,metr. t\n".encode("cp1252"))
    assert first(imported("wmd", path, evidence), "country") == "TUR"


def test_another_encoding_is_refused_with_its_place(evidence: Evidence, tmp_path: Path) -> None:
    path = tmp_path / "comtrade.csv"
    path.write_bytes("period,reporterISO\n2024,T\u00fcrkiye\n".encode("cp1252"))
    with pytest.raises(InputError, match="0xfc is not UTF-8") as caught:
        imported("comtrade", path, evidence)
    assert caught.value.where == "comtrade.csv:2:7"
    path.write_text("period,reporterISO\n", encoding="utf-16")
    with pytest.raises(InputError, match="save it again as CSV UTF-8"):
        imported("comtrade", path, evidence)


def test_a_character_may_lie_across_two_pieces(
    evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "_CHUNK", 3)
    path = written(tmp_path / "wmd.csv", "Mineral,Country,2024,unit\r\nTin,Türkiye,5,t\r\n")
    assert first(imported("wmd", path, evidence), "country") == "TUR"


def test_tabs_and_a_byte_order_mark_are_fine(evidence: Evidence, tmp_path: Path) -> None:
    path = written(tmp_path / "wgi.csv", "\ufeff" + WGI.replace(",", "\t"))
    assert imported("wgi", path, evidence).rows == 1


def test_a_line_or_a_file_beyond_the_limit_is_refused(
    evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "wgi.csv", WGI + "x" * (text.MAX_LINE + 1))
    with pytest.raises(InputError, match="a line of more than"):
        imported("wgi", path, evidence)
    monkeypatch.setattr(usgs_mcs, "MAX_BYTES", 10)
    with pytest.raises(InputError, match=r"^wgi.csv: .* bytes are too many"):
        imported("usgs-mcs", path, evidence)


def test_a_folder_or_a_missing_file_is_no_file(evidence: Evidence, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.csv"):
        with pytest.raises(InputError, match="cannot be read"):
            imported("wgi", path, evidence)


def test_the_list_of_codes_may_lie_elsewhere(evidence: Evidence, tmp_path: Path) -> None:
    path = written(tmp_path / "BACI_HS17_Y2024_V202601.csv", BACI)
    (tmp_path / "codes").mkdir()
    codes = written(tmp_path / "codes" / "mine.csv", CODES)
    assert imported("baci", path, evidence, codes).rows == 4
    with pytest.raises(InputError, match="column 'country_code' is missing"):
        imported("baci", path, evidence, written(tmp_path / "bad.csv", "a,b\n1,2\n"))


def test_one_year_of_a_file_of_baci(evidence: Evidence, tmp_path: Path) -> None:
    rows = BACI + "2023,156,699,850511,7,1\n"
    path = written(tmp_path / "BACI_HS17_Y2024_V202601.csv", rows)
    written(tmp_path / "country_codes_V202601.csv", CODES)
    assert imported("baci", path, evidence).rows == 5
    assert imported("baci", path, evidence, year=2023).rows == 1


def test_a_workbook_with_a_sheet_per_mineral(evidence: Evidence, tmp_path: Path) -> None:
    head: list[object] = ["Country", "2023", "2024", "unit", "data source"]
    path = workbook(
        tmp_path / "6.4.xlsx",
        {
            "Contents": [["World Mining Data"]],
            "Lithium (Li2O)": [
                ["Lithium (Li2O)"], [], head,
                ["Chile", 1000, None, "metr. t", "r"], ["Total", 1000, None, "metr. t", ""],
            ],
            "Tin": [head, ["Peru", 5.5, 6, "metr. t", "p"]],
        },
    )  # fmt: skip
    batch = imported("wmd", path, evidence)
    found = {
        (row["material"], row["country"], row["period"]): row["value"]
        for row in batch.registers["observations"]
    }
    assert found == {
        ("lithium", "CHL", "2023"): "464.5403126",
        ("tin", "PER", "2023"): "5.5",
        ("tin", "PER", "2024"): "6",
    }
    assert batch.left_out["rows of totals"] == 1


def test_a_workbook_names_sheet_row_and_column_of_an_error(
    evidence: Evidence, tmp_path: Path
) -> None:
    head: list[object] = ["Country", "2024", "unit"]
    path = workbook(tmp_path / "w.xlsx", {"Tin": [["Tin"], head, ["Peru", 5, "sacks"]]})
    with pytest.raises(InputError, match="unknown unit 'sacks'") as caught:
        imported("wmd", path, evidence)
    assert caught.value.where == "w.xlsx:Tin:3:unit"
    path = workbook(tmp_path / "w.xlsx", {"Tin": [["Country", "2024"], ["Peru", 5]]})
    with pytest.raises(InputError, match="column 'unit' is missing"):
        imported("wmd", path, evidence)


def test_governance_as_a_workbook(evidence: Evidence, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["codeindyr", "code", "countryname", "year", "indicator", "estimate", "stddev"],
        ["INDpv2024", "IND", "India", 2024, "pv", -0.1, 0.2],
        ["INDrl2024", "IND", "India", 2024, "rl", -0.1, 0.2],
    ]
    path = workbook(tmp_path / "wgidataset.xlsx", {"Sheet1": rows})
    assert imported("wgi", path, evidence).rows == 1
    path = workbook(tmp_path / "other.xlsx", {"Sheet1": [["Country/Territory", "WBCode"]]})
    with pytest.raises(InputError, match="column 'code' is missing"):
        imported("wgi", path, evidence)


def test_formulas_are_not_run_and_their_stored_result_is_read(
    evidence: Evidence, tmp_path: Path
) -> None:
    head: list[object] = ["Country", "2024", "unit"]
    path = workbook(tmp_path / "w.xlsx", {"Tin": [head, ["Peru", "=1+1", "metr. t"]]})
    # Nothing computed it, so there is no stored result: no figure, and not 2.
    with pytest.raises(InputError, match="no row could be taken"):
        imported("wmd", path, evidence)


def test_workbooks_that_are_none_are_refused(evidence: Evidence, tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    path.write_bytes(b"Mineral,Country")
    with pytest.raises(InputError, match="cannot be read"):
        imported("wmd", path, evidence)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(InputError, match="not an XLSX workbook"):
        imported("wmd", path, evidence)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "b">]><workbook/>')
    with pytest.raises(InputError, match="document type"):
        imported("wmd", path, evidence)


def test_a_workbook_packed_too_tightly_is_refused(evidence: Evidence, tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 20_000_000)
    with pytest.raises(InputError, match=r"packed .* times"):
        imported("wmd", path, evidence)


def test_a_sheet_with_too_many_rows_is_refused(
    evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "MAX_ROWS", 2)
    rows: list[list[object]] = [
        ["Country", "2024", "unit"],
        ["Peru", 5, "metr. t"],
        ["Chile", 5, "metr. t"],
    ]
    path = workbook(tmp_path / "w.xlsx", {"Tin": rows})
    with pytest.raises(InputError, match="more than 2 rows"):
        imported("wmd", path, evidence)
