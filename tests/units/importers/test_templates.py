"""Templates that come back as they were filled, and the commands around imports."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from midstream.answers.importing import import_answer, template_answer
from midstream.cli import app
from midstream.errors import EvidenceError, InputError
from midstream.evidence import Evidence
from midstream.evidence.importers import Wish
from midstream.evidence.importers.templates import BILL_COLUMNS, TEMPLATES, template_text
from midstream.shock.bill_header import HEADERS, column_of
from units.importers.samples import WMD, written

RUN = CliRunner()
#: One row of each register, in cells that need quotes, signs and trailing zeros.
FILLED = {
    "facilities": {
        "id": "own-plant-c3", "name": "=Plant, \"A\"", "country": "IND", "stage": "C3",
        "material": "rare-earths", "form": "ndfeb-magnet", "capacity": "100.50", "unit": "t/yr",
        "status": "announced", "status_date": "2026-01", "source": "own-1", "note": "+5 lines",
    },
    "observations": {
        "id": "own-figure", "metric": "production", "value": "12.50", "unit": "t",
        "original_value": "12.50", "original_unit": "t/yr", "period": "2024", "country": "IND",
        "material": "cobalt", "stage": "C1", "basis": "Co", "kind": "estimate", "source": "own-1",
        "origin": "us",
    },
    "origins": {"id": "us", "name": "Us", "class": "company", "independent": "yes"},
    "sources": {
        "id": "own-1", "title": "Own, \"counted\"", "publisher": "Us", "origin_class": "company",
        "kind": "company", "layer": "1", "licence": "cited facts", "retrieved": "2026-01-01",
    },
}  # fmt: skip
ORDER = ("origins", "sources", "facilities", "observations")


def test_templates_come_back_as_they_were_filled(evidence: Evidence, tmp_path: Path) -> None:
    local = tmp_path / "local"
    texts = {}
    for name in ORDER:
        header = next(csv.reader(io.StringIO(template_text(name, evidence))))
        row = dict.fromkeys(header, "") | FILLED[name]
        texts[name] = template_text(name, evidence, [row])
        wish = Wish(name, written(tmp_path / f"{name}.csv", texts[name]), local, accept=True)
        assert import_answer(wish, evidence, draws=0)["result"]["added"] == 1
    for name in ORDER:
        back = template_answer(name, evidence, local)["result"]
        assert back["text"] == texts[name]
    held = Evidence.load(local)
    assert held.facilities["own-plant-c3"]["capacity"] == 100.5
    assert held.observations_by_id["own-figure"].counting


def test_a_filled_row_of_the_release_is_a_change(evidence: Evidence, tmp_path: Path) -> None:
    row = evidence.table("origins").rows[0]
    text = f"id,name,class,independent\n{row['id']},Another name,{row['class']},yes\n"
    wish = Wish("origins", written(tmp_path / "origins.csv", text), tmp_path / "local")
    answer = import_answer(wish, evidence, draws=0)["result"]
    assert answer["changed"] == 1
    assert answer["changes"][0] == {
        "table": "origins", "id": row["id"], "field": "name", "old": row["name"],
        "new": "Another name", "what": row["id"],
    }  # fmt: skip


def test_every_problem_of_a_filled_template_is_named(evidence: Evidence, tmp_path: Path) -> None:
    text = (
        "id,name,country,stage,material,form,status,status_date,source\n"
        "a,A,IND,C9,rare-earths,ndfeb-magnet,operating,2026-01,usgs-mcs-2025\n"
        "b,,IND,C3,rare-earths,ndfeb-magnet,operating,soon,usgs-mcs-2025\n"
    )
    wish = Wish("facilities", written(tmp_path / "f.csv", text), tmp_path / "local")
    with pytest.raises(EvidenceError) as caught:
        import_answer(wish, evidence, draws=0)
    assert [line.partition(" ")[0] for line in caught.value.problems] == [
        "f.csv:3:name", "f.csv:2:stage", "f.csv:3:status_date",
    ]  # fmt: skip


def test_a_template_of_a_bill_has_columns_that_the_reader_of_bills_knows() -> None:
    known = {column for name in BILL_COLUMNS if (column := (column_of(name) or ("",))[0])}
    assert len(known) == len(BILL_COLUMNS)
    assert known <= set(HEADERS)


def test_an_unknown_template_is_refused(evidence: Evidence) -> None:
    with pytest.raises(InputError, match="did you mean facilities"):
        template_answer("facility", evidence)
    with pytest.raises(InputError, match="holds no bill"):
        template_answer("bill", evidence, evidence.folder.path)


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_command_prints_a_template(name: str, evidence: Evidence, tmp_path: Path) -> None:
    shown = RUN.invoke(app, ["template", name])
    assert shown.exit_code == 0
    assert shown.stdout == template_text(name, evidence)
    found = json.loads(RUN.invoke(app, ["template", name, "--json"]).stdout)["result"]
    assert all(one["meaning"] for one in found["columns"])
    book = tmp_path / "t.xlsx"
    assert RUN.invoke(app, ["template", name, "--out", str(book)]).exit_code == 0
    page = openpyxl.load_workbook(book)[name]
    header = [cell.value for cell in page[1]]
    assert header == [one["column"] for one in found["columns"]]
    file = tmp_path / "t.csv"
    assert RUN.invoke(app, ["template", name, "--out", str(file)]).exit_code == 0
    assert file.read_text("utf-8") == shown.stdout


def test_a_template_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    out = tmp_path / "missing" / "t.csv"
    result = RUN.invoke(app, ["template", "bill", "--out", str(out)])
    assert isinstance(result.exception, InputError)
    assert "cannot be written" in str(result.exception)


def test_the_command_shows_what_would_change_and_keeps_it_when_asked(tmp_path: Path) -> None:
    path, local = written(tmp_path / "wmd.csv", WMD), tmp_path / "local"
    asked = ["import", "wmd", str(path), "--to", str(local), "--draws", "0"]
    shown = RUN.invoke(app, asked)
    assert shown.exit_code == 0
    for words in ("changed figures", "conflicts", "labels that change", "--accept"):
        assert words in shown.stdout
    assert not local.exists()
    kept = json.loads(RUN.invoke(app, [*asked, "--accept", "--json"]).stdout)
    assert kept["command"] == "import"
    assert kept["result"]["written"] == str(local)
    assert {"kind", "rows", "added", "changed", "conflicts", "labels", "scores"} <= set(
        kept["result"]
    )
    assert "written to" in RUN.invoke(app, [*asked, "--accept"]).stdout
    assert Evidence.load(local).release.id == kept["result"]["data_release"]
