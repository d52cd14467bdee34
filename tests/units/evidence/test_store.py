"""The evidence object: filters, licences, parameters, vocabularies."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from midstream.errors import EvidenceError, InputError
from midstream.evidence import Evidence
from midstream.evidence.query import UNCLEAR
from midstream.terms import SECTORS
from units.evidence.rows import TABLES, write_folder


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    return Evidence.load(check=False)


def test_importing_the_evidence_loads_neither_database_nor_unit_registry() -> None:
    code = (
        "import sys, midstream.evidence, midstream.evidence.units, midstream.evidence.reconcile;"
        "print([name for name in ('duckdb', 'pint', 'pandas', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_shipped_release_loads_with_all_checks() -> None:
    evidence = Evidence.load()
    assert evidence.release.id
    assert len(evidence.observations) > 4400
    assert len(evidence.sources) > 900


def test_the_fast_path_is_fast() -> None:
    started = time.process_time()
    assert Evidence.load(check=False).observations
    assert time.process_time() - started < 1.0


def test_rows_keep_their_places(shipped: Evidence) -> None:
    table = shipped.table("observations")
    assert table.place(0).startswith("observations.csv:2")
    assert shipped.observations[0].id == table.rows[0]["id"]


def test_an_alias_leads_to_the_same_source(shipped: Evidence) -> None:
    row = next(row for row in shipped.sources.rows if row["aliases"])
    assert shipped.sources[row["aliases"][0]] is row
    assert row["aliases"][0] in shipped.sources
    assert row["aliases"][0] not in list(shipped.sources)


def test_observations_carry_canonical_sources(shipped: Evidence) -> None:
    ids = set(shipped.sources)
    assert all(row.source in ids for row in shipped.observations)


def test_an_alias_in_a_row_is_resolved(tmp_path: Path) -> None:
    evidence = Evidence.load(write_folder(tmp_path / "data"))
    assert evidence.observations_by_id["o-3"].source == "mcs"


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        ({"country": "India"}, "did you mean IND"),
        ({"partner": "Chna"}, "did you mean CHN"),
        ({"material": "rare-earth"}, "did you mean rare-earths"),
        ({"form": "ndfeb-magnets"}, "did you mean ndfeb-magnet"),
        ({"metric": "prodution"}, "did you mean production"),
        ({"stage": "C5"}, "unknown stage 'C5'"),
        ({"sector": "winds"}, "did you mean wind"),
        ({"kind_group": "forecasts"}, "did you mean forecast"),
        ({"contry": "IND"}, "facts have no column 'contry'"),
    ],
)
def test_unknown_words_are_refused_with_the_nearest(
    shipped: Evidence, filters: dict[str, str], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        shipped.facts(**filters)


def test_filters_match_exactly_and_a_year_may_be_a_number(shipped: Evidence) -> None:
    facts = shipped.facts("production", country="IND", period=2024)
    assert facts
    assert {fact.key["period"] for fact in facts} == {"2024"}
    assert shipped.facts("production", basis="no such basis") == []


def test_a_key_names_its_fact_again(shipped: Evidence) -> None:
    fact = shipped.facts("price_floor")[0]
    assert shipped.fact_by_id(fact.quantity.lineage) == fact
    assert fact.quantity.lineage in shipped.fact_ids


def test_leaving_unclear_licences_out_drops_rows_and_labels_say_so(shipped: Evidence) -> None:
    clear = Evidence.load(check=False, without_licences=frozenset({UNCLEAR}))
    dropped = len(shipped.observations) - len(clear.observations)
    assert dropped == sum(row.licence == UNCLEAR for row in shipped.observations) > 300
    assert all(row.licence != UNCLEAR for row in clear.observations)
    key = {"metric": "share_of_world_production", "material": "antimony", "country": "CHN"}
    (with_all,) = shipped.facts(**key, period=2024)
    (without,) = clear.facts(**key, period=2024)
    assert (with_all.quantity.label, without.quantity.label) == ("V", "V1")


def test_an_unknown_licence_is_refused() -> None:
    with pytest.raises(InputError, match="unknown licence 'uncler'"):
        Evidence.load(check=False, without_licences=frozenset({"uncler"}))


def test_an_unknown_licence_far_from_all_gets_the_list() -> None:
    with pytest.raises(InputError, match=r"use one of: CC BY 4.0, .*, unclear"):
        Evidence.load(check=False, without_licences=frozenset({"MIT"}))


def test_a_licence_the_model_rests_on_cannot_be_left_out() -> None:
    with pytest.raises(InputError, match="cited facts cannot be left out") as caught:
        Evidence.load(check=False, without_licences=frozenset({"cited facts"}))
    assert caught.value.where.startswith("stacks.csv:")


def test_tables_without_sources_stay_when_licences_are_left_out() -> None:
    clear = Evidence.load(check=False, without_licences=frozenset({UNCLEAR}))
    assert len(clear.table("countries")) == len(clear.folder.table("countries"))


def test_parameters_are_modelled_unless_sourced(shipped: Evidence) -> None:
    for name, row in shipped.parameters.items():
        quantity = shipped.parameter(name)
        assert quantity.lineage == f"par:{name}"
        assert quantity.unit == row["unit"]
        assert quantity.label == "modelled" or row["kind"] == "sourced"
    with pytest.raises(InputError, match="unknown parameter 'nonsense-parameter'"):
        shipped.parameter("nonsense-parameter")


def test_an_unknown_table_is_refused_with_the_nearest(shipped: Evidence) -> None:
    with pytest.raises(InputError, match="did you mean facilities"):
        shipped.table("facility")


def test_every_sector_in_the_tables_is_a_sector_of_the_house(shipped: Evidence) -> None:
    used = {row["sector"] for row in shipped.table("stacks").rows}
    assert used == set(SECTORS)
    assert len(SECTORS) == 14


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no such data folder"):
        Evidence.load(tmp_path / "nowhere")


def test_a_missing_core_table_is_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data")
    (folder / "origins.csv").unlink()
    with pytest.raises(EvidenceError, match=r"origins\.csv: the table is missing"):
        Evidence.load(folder)


def test_a_table_without_attribute_table_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data", {"extra": "id\na\n"})
    with pytest.raises(EvidenceError, match=r"extra\.csv: no attribute table"):
        Evidence.load(folder)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id = ", "is not valid TOML"),
        ('date = "2026"\n', "id is missing"),
        ("id = 1\ndate = 2\n", "id is missing"),
    ],
)
def test_a_broken_release_file_is_refused(tmp_path: Path, text: str, says: str) -> None:
    folder = write_folder(tmp_path / "data")
    (folder / "release.toml").write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError, match=says):
        Evidence.load(folder)


def test_a_folder_without_schema_uses_the_shipped_one(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data")
    for file in (folder / "schema").iterdir():
        file.unlink()
    (folder / "schema").rmdir()
    evidence = Evidence.load(folder, check=False)
    assert len(evidence.observations) == TABLES["observations"].count("\no-")


def test_a_broken_attribute_table_is_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data")
    (folder / "schema" / "forms.csv").write_text("field\nid\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"schema/forms\.csv:1: column 'type' is missing"):
        Evidence.load(folder)


def test_descriptions_name_country_material_and_period(shipped: Evidence) -> None:
    (fact,) = shipped.facts("price_floor", entity="mp-materials-dod")
    assert shipped.describe(fact.observations[0]) == (
        "Price floor, Neodymium-praseodymium, NdPr oxide, United States, mp-materials-dod, 2025"
    )
