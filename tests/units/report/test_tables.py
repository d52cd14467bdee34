"""Tables, data package, bibliography and metadata of an edition."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from midstream.errors import ModelError
from midstream.evidence.lineage import Ledger, Node
from midstream.evidence.quantity import Quantity
from midstream.report.bibliography import Entry, bibtex, by_layer, csl_json, entries, sources_below
from midstream.report.edition import Edition
from midstream.report.sheets import scores
from midstream.report.tables import Column, Sheet, safe_text, written
from midstream.study import Study

NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")


@pytest.fixture(scope="module")
def package(edition: Edition) -> dict[str, Any]:
    path = edition.folder / "tables" / "datapackage.json"
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def rows(edition: Edition, name: str) -> list[dict[str, str]]:
    with (edition.folder / "tables" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# the data package


def test_the_package_describes_every_table(edition: Edition, package: dict[str, Any]) -> None:
    described = {resource["path"] for resource in package["resources"]}
    assert described == {path.name for path in (edition.folder / "tables").glob("*.csv")}
    assert {"scores.csv", "holders.csv", "lineage.csv", "numbers.csv", "missing.csv"} <= described


def test_hashes_and_sizes_are_those_of_the_files(edition: Edition, package: dict[str, Any]) -> None:
    for resource in package["resources"]:
        data = (edition.folder / "tables" / resource["path"]).read_bytes()
        assert resource["bytes"] == len(data)
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_every_cell_is_of_its_type(edition: Edition, package: dict[str, Any]) -> None:
    wrong = []
    for resource in package["resources"]:
        fields = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        found = rows(edition, resource["path"])
        assert not found or list(found[0]) == list(fields)
        for row in found:
            wrong += [
                (resource["path"], name, text)
                for name, text in row.items()
                if text and not fits(text, fields[name])
            ]
    assert wrong == []


def fits(text: str, kind: str) -> bool:
    if kind == "integer":
        return re.fullmatch(r"-?\d+", text) is not None
    return kind == "string" or NUMBER.fullmatch(text) is not None


def test_keys_tell_rows_apart(edition: Edition, package: dict[str, Any]) -> None:
    for resource in package["resources"]:
        keys = resource["schema"]["primaryKey"]
        found = [tuple(row[key] for key in keys) for row in rows(edition, resource["path"])]
        assert len(found) == len(set(found)), resource["path"]


def test_every_field_is_explained(package: dict[str, Any]) -> None:
    for resource in package["resources"]:
        assert all(field["description"] for field in resource["schema"]["fields"])


def test_sources_come_with_their_licence(package: dict[str, Any]) -> None:
    assert package["licenses"]
    assert package["sources"]
    assert all(source["licence"] for source in package["sources"])


# the cells


def test_no_text_cell_is_a_formula(edition: Edition, package: dict[str, Any]) -> None:
    risky = []
    for resource in package["resources"]:
        fields = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        for row in rows(edition, resource["path"]):
            risky += [
                text
                for name, text in row.items()
                if fields[name] == "string" and text.startswith(("=", "+", "-", "@"))
            ]
    assert risky == []


@pytest.mark.parametrize("text", ["=1+1", "+49", "-x", "@cmd", "\tx", "\rx"])
def test_formulas_are_disarmed(text: str) -> None:
    assert safe_text(text) == f"'{text}"


def test_plain_text_stays() -> None:
    assert safe_text("NdPr oxide = 91 %") == "NdPr oxide = 91 %"


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "number", ""),
        (-2.5, "number", "-2.5"),
        (3, "integer", "3"),
        (3.0, "integer", "3"),
        (0.1, "number", "0.1"),
        ("=x", "string", "'=x"),
    ],
)
def test_cells_read_back(value: Any, kind: Any, text: str) -> None:
    assert written([value, None], Column("c", kind, "d"), "t") == [text, ""]


def test_a_table_reads_back_as_it_was() -> None:
    texts = ("plain", "a, b", 'say "x"', "two\nlines", "a\rb", "", None)
    columns = (Column("text", "string", "d"), Column("n, o", "integer", "d"))
    sheet = Sheet("t", "T", columns, tuple((text, row) for row, text in enumerate(texts)))
    found = list(csv.reader(io.StringIO(sheet.csv(), newline="")))
    assert found == [["text", "n, o"], *([text or "", str(row)] for row, text in enumerate(texts))]


def test_a_blank_of_a_lone_column_stays_a_row() -> None:
    sheet = Sheet("t", "T", (Column("c", "number", "d"),), ((1.5,), (None,)))
    assert list(csv.reader(io.StringIO(sheet.csv()))) == [["c"], ["1.5"], [""]]


@pytest.mark.parametrize(
    ("value", "kind"), [("x", "number"), (2.5, "integer"), (True, "integer"), (1, "string")]
)
def test_a_cell_of_the_wrong_type_is_refused(value: Any, kind: Any) -> None:
    with pytest.raises(ModelError, match="is not of type") as caught:
        written([value], Column("c", kind, "d"), "t")
    assert caught.value.where == "tables/t.csv:c"


def test_a_blank_is_never_zero(india: Study, edition: Edition) -> None:
    open_cells = {
        (one.country, one.sector, one.stage)
        for one in india.scorecard().cells
        if one.score.value is None
    }
    found = {
        (row["country"], row["sector"], row["stage"])
        for row in rows(edition, "scores.csv")
        if row["score"] == ""
    }
    assert found == open_cells


# lineage


def test_every_number_shown_is_in_the_lineage_table(edition: Edition) -> None:
    known = {row["id"] for row in rows(edition, "lineage.csv")}
    shown = {row["lineage"] for row in rows(edition, "numbers.csv")}
    assert shown - known == set()


def test_inputs_of_the_lineage_are_rows_of_it(edition: Edition) -> None:
    nodes = {row["id"]: row["inputs"].split() for row in rows(edition, "lineage.csv")}
    assert {one for inputs in nodes.values() for one in inputs} - set(nodes) == set()


def test_scores_come_in_the_order_of_the_card(india: Study) -> None:
    sheet: Sheet = scores(india.scorecard())
    first = india.scorecard().cells[0]
    assert sheet.rows[0][:3] == (first.country, first.sector, first.stage)
    assert len(sheet.rows) == len(india.scorecard().cells)


# bibliography


def small_ledger() -> Ledger:
    ledger, one = Ledger(), Quantity(1.0, None, None, "t", "V1", "o-1")
    ledger.add(Node("o-1", "observation", "a", one, "alpha;beta"))
    ledger.add(Node("o-2", "observation", "b", one, "beta"))
    ledger.add(Node("f:x", "formula", "c", one, None, ("o-1", "o-2", "f:x")))
    return ledger


def registered(name: str, layer: str, kind: str, **fields: str | None) -> dict[str, str | None]:
    row: dict[str, str | None] = {"id": name, "layer": layer, "kind": kind, "publisher": name}
    return {**row, "title": "Table", "date": None, "url": None, "licence": "", **fields}


REGISTER = [
    registered(
        "alpha", "2", "press", publisher="A & B", title="On {x} 50%_of #1", date="2026-05-15",
        url="https://example.org/a",
    ),
    registered("beta", "1", "statistics", date="2026"),
    registered("gamma", "3", "web"),
]  # fmt: skip


def used() -> tuple[Entry, ...]:
    return entries(REGISTER, small_ledger(), ["f:x", "o-2", "o-2", "lost"])


def test_sources_are_followed_through_formulas() -> None:
    assert sources_below(small_ledger(), "f:x", {}) == {"alpha", "beta"}
    assert sources_below(small_ledger(), "lost", {}) == frozenset()
    assert [node.id for node in small_ledger().reached(["f:x"])] == ["f:x", "o-1", "o-2"]


def test_only_used_sources_are_listed_by_layer() -> None:
    assert [(one.id, one.uses) for one in used()] == [("beta", 2), ("alpha", 1)]
    assert list(by_layer(used())) == ["1", "2"]


def test_bibtex_keeps_institutions_whole_and_escapes() -> None:
    text = bibtex(used())
    assert "@misc{beta," in text
    assert r"author = {{A \& B}}" in text
    assert r"On \{x\} 50\%\_of \#1" in text
    assert text.count("{") == text.count("}")


def test_csl_has_literal_authors_and_date_parts() -> None:
    items = {item["id"]: item for item in json.loads(csl_json(used()))}
    assert items["alpha"]["author"] == [{"literal": "A & B"}]
    assert items["alpha"]["issued"] == {"date-parts": [[2026, 5, 15]]}
    assert items["beta"]["type"] == "dataset"
    assert "URL" not in items["beta"]


# metadata


def test_the_crate_lists_every_file(edition: Edition) -> None:
    crate = json.loads((edition.folder / "ro-crate-metadata.json").read_text("utf-8"))
    nodes = {node["@id"]: node for node in crate["@graph"]}
    assert nodes["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    parts = {part["@id"] for part in nodes["./"]["hasPart"]}
    assert parts == set(edition.files) - {"manifest.json", "ro-crate-metadata.json"}
    assert all(nodes[part]["@type"] == "File" for part in parts)
    assert nodes["./"]["datePublished"] == "2026-11-24"


def test_nothing_of_this_machine_is_written(edition: Edition) -> None:
    places = [str(Path.cwd()), str(edition.folder.parent), str(Path.home())]
    for name in edition.files:
        data = (edition.folder / name).read_bytes()
        assert not any(place.encode() in data for place in places if len(place) > 4), name
