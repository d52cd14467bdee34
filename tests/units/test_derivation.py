"""The shipped tables: closed vocabularies, honest corrections, notes without prose, sound bulk."""

from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

import midstream

DATA = Path(midstream.__file__).parent / "data"
DERIVE = Path(__file__).resolve().parents[2] / "tools" / "derive"
LIMIT_BYTES = 15 * 1024 * 1024
NO_ID = {"groups", "fx", "hs_concordance", "trade_caveats", "bulk_tables"}
PARQUET_TYPES = {"int": "SMALLINT", "float": "DOUBLE", "bool": "BOOLEAN"}
PROSE = ("note", "reason", "status_note", "misses", "feed_detail", "method")


def read(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def derived_tables() -> list[str]:
    release = tomllib.loads((DATA / "release.toml").read_text(encoding="utf-8"))
    return sorted(release["rows"])


def sql(query: str, **names: str) -> list[tuple[Any, ...]]:
    places = {name: f"'{DATA / 'bulk' / file}.parquet'" for name, file in names.items()}
    return duckdb.connect().execute(query.format(**places)).fetchall()


@pytest.fixture
def derive(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    """The modules of the derivation, which is a script folder and not a package."""
    names = ("tables", "phrases", "checks", "corrections")
    before = {name: sys.modules.pop(name, None) for name in names}
    monkeypatch.syspath_prepend(str(DERIVE))
    try:
        yield {name: __import__(name) for name in names}
    finally:
        for name in names:
            sys.modules.pop(name, None)
            if before[name] is not None:
                sys.modules[name] = before[name]


class TestTables:
    def test_release_counts_the_rows_that_ship(self) -> None:
        release = tomllib.loads((DATA / "release.toml").read_text(encoding="utf-8"))
        assert release["id"] == "2026.11"
        assert release["closing_date"] == "2026-11-22"
        assert {name: len(read(name)) for name in release["rows"]} == release["rows"]

    @pytest.mark.parametrize("name", derived_tables())
    def test_columns_are_those_of_the_attribute_table(self, name: str) -> None:
        with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            header = next(csv.reader(handle))
        assert header == [row["field"] for row in read(f"schema/{name}")]

    @pytest.mark.parametrize("path", sorted(DATA.glob("*.csv")), ids=lambda path: path.stem)
    def test_every_table_has_an_attribute_table(self, path: Path) -> None:
        assert (DATA / "schema" / path.name).is_file()
        assert all(row["description"] for row in read(f"schema/{path.stem}"))

    @pytest.mark.parametrize("name", sorted(set(derived_tables()) - NO_ID))
    def test_ids_are_unique_and_in_order(self, name: str) -> None:
        ids = [row["id"] for row in read(name)]
        assert len(ids) == len(set(ids))
        assert ids == sorted(ids)

    def test_all_checks_of_the_derivation_hold(self, derive: dict[str, ModuleType]) -> None:
        tables = {name: read(name) for name in derived_tables()}
        assert derive["checks"].check_tables(tables, DATA / "schema") == []

    def test_files_are_plain_utf8_with_lf(self) -> None:
        for path in DATA.rglob("*.csv"):
            raw = path.read_bytes()
            assert b"\r" not in raw, path.name
            assert not raw.startswith(b"\xef\xbb\xbf"), path.name
            assert raw.endswith(b"\n"), path.name

    def test_the_package_stays_small(self) -> None:
        total = sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file())
        assert total <= LIMIT_BYTES


class TestContent:
    def test_stack_weights_sum_to_one(self) -> None:
        sums: Counter[tuple[str, str]] = Counter()
        for row in read("stacks"):
            sums[row["sector"], row["stage"]] += round(float(row["weight"]) * 10_000)
        assert set(sums.values()) == {10_000}
        assert len(sums) == 14 * 4

    def test_a_stack_names_a_form_once(self) -> None:
        keys = Counter((row["sector"], row["stage"], row["form"]) for row in read("stacks"))
        assert max(keys.values()) == 1

    def test_heavy_ore_is_a_strand_of_its_own(self) -> None:
        forms = {row["id"]: row for row in read("forms")}
        assert forms["heavy-ree-ore"]["stage"] == "C1"
        heavy = {row["id"] for row in read("facilities") if row["form"] == "heavy-ree-ore"}
        assert {"serra-verde", "kachin", "norra-karr", "lofdal", "usar-round-top"} <= heavy
        for row in [*read("stacks"), *read("facilities")]:
            mixed = row["form"] == "ree-ore" and row["material"] == "heavy-rare-earths"
            assert not mixed, row["id"]

    @pytest.mark.parametrize("name", derived_tables())
    def test_notes_carry_no_prose(self, name: str) -> None:
        for row in read(name):
            for column in PROSE:
                text = row.get(column, "")
                assert len(text) <= 60, (name, text)
                assert ". " not in text, (name, text)
                assert not text.endswith("."), (name, text)

    def test_event_lines_say_what_their_fields_say(self) -> None:
        countries = {row["id"]: row["name"] for row in read("countries")}
        for row in read("events"):
            assert row["description"].startswith(countries[row["actor"]] + ": "), row["id"]
            assert row["announced"] in row["description"], row["id"]
            assert row["status"] in row["description"], row["id"]

    def test_namibia_is_not_a_missing_value(self) -> None:
        countries = {row["id"]: row for row in read("countries")}
        assert countries["NAM"]["iso2"] == "NA"
        assert [row["country"] for row in read("facilities") if row["id"] == "lofdal"] == ["NAM"]
        for name in derived_tables():
            for row in read(name):
                assert not {"nan", "NaN", "None", "NULL", "<NA>"} & set(row.values()), (name, row)

    def test_registers_name_canonical_sources_only(self) -> None:
        sources = read("sources")
        ids = {row["id"] for row in sources}
        aliases = {one for row in sources for one in row["aliases"].split(";") if one}
        assert not ids & aliases
        for name in derived_tables():
            for row in read(name):
                named = set(filter(None, row.get("source", "").split(";")))
                assert named <= ids, (name, row)

    def test_quantities_outside_the_vocabulary_are_named(self) -> None:
        other = [row for row in read("observations") if row["metric"] == "other"]
        assert other
        assert all(row["note"] for row in other)

    def test_every_named_licence_has_its_terms(self) -> None:
        terms = {one: row for row in read("licences") for one in row["sources"].split(";") if one}
        for row in read("sources"):
            if row["licence"] != "cited facts" or row["id"] in terms:
                assert terms[row["id"]]["licence"] == row["licence"], row["id"]

    def test_unclear_terms_are_marked_and_few(self) -> None:
        unclear = {row["id"] for row in read("sources") if row["licence"] == "unclear"}
        assert {"wmd-2026", "bgs-wms", "un-comtrade", "gta"} <= unclear
        resting = [row for row in read("observations") if row["source"] in unclear]
        assert 0 < len(resting) < 500
        assert not {row["licence"] for row in read("bulk_tables")} & {"unclear", ""}


class TestCorrections:
    def test_applied_values_stand_in_the_tables(self) -> None:
        tables: dict[str, dict[str, dict[str, str]]] = {}
        checked = 0
        for row in read("corrections"):
            name = row["table"]
            one_cell = not set(row["row"]) & set(" *;,") and row["field"] != "(row)"
            if row["status"] != "applied" or not one_cell or name not in derived_tables():
                continue
            if name not in tables:
                tables[name] = {one.get("id") or one["hs6"]: one for one in read(name)}
            key = row["now"] if row["field"] == "id" else row["row"]
            assert tables[name][key][row["field"]] == row["now"], row["id"]
            checked += 1
        assert checked > 180

    def test_added_rows_are_there(self) -> None:
        for row in read("corrections"):
            if row["now"] != "added" or "," in row["row"]:
                continue
            assert row["row"] in {one["id"] for one in read(row["table"])}, row["id"]

    def test_open_corrections_change_nothing(self) -> None:
        still = [row for row in read("corrections") if row["status"] == "open"]
        assert still
        assert {row["now"] for row in still} <= {"", "absent"}

    def test_a_repaired_source_stops_the_derivation(self, derive: dict[str, ModuleType]) -> None:
        declared = read("corrections")
        one = next(row for row in declared if row["id"] == "cor-c13")
        rows = [{"id": one["row"], "form": "repaired"}]
        with pytest.raises(derive["tables"].DerivationError, match="repaired or changed"):
            derive["corrections"].apply_corrections([one], {"observations": rows})

    def test_a_correction_is_written_once(self, derive: dict[str, ModuleType]) -> None:
        one = next(row for row in read("corrections") if row["id"] == "cor-c13")
        rows = [{"id": one["row"], "form": one["was"]}]
        assert derive["corrections"].apply_corrections([one], {"observations": rows}) == 1
        assert rows[0]["form"] == one["now"]

    def test_shipped_and_declared_corrections_are_the_same(self) -> None:
        with (DERIVE / "declared" / "corrections.csv").open(encoding="utf-8", newline="") as file:
            declared = {row["id"]: row for row in csv.DictReader(file)}
        assert {row["id"]: row for row in read("corrections")} == declared


class TestPhrases:
    @pytest.mark.parametrize(
        ("note", "kept"),
        [
            ("Insolvent mid-2023.", "Insolvent mid-2023"),
            ("The company was said to have closed the plant; 5 t/yr", "5 t/yr"),
            ("mine incl. refinery; " + "x" * 70, "mine incl refinery"),
            ("Its licence is disputed.", ""),
            ("quoted with VAT (by convention; not stated)", ""),
            ("May 2023 fob China", "May 2023 fob China"),
        ],
    )
    def test_residue(self, derive: dict[str, ModuleType], note: str, kept: str) -> None:
        assert derive["phrases"].residue(note) == kept


class TestChecksBite:
    """A broken table is found: without this the clean result above would mean nothing."""

    @pytest.mark.parametrize(
        ("table", "field", "value", "part"),
        [
            ("observations", "unit", "crore tonnes", "unit"),
            ("observations", "country", "XYZ", "unknown 'XYZ'"),
            ("observations", "value", "many", "is no float"),
            ("observations", "source", "no-such-source", "unknown"),
            ("observations", "low", "1e30", "out of order"),
            ("stacks", "weight", "0.123", "sum to"),
            ("facilities", "status", "humming", "is no enum"),
            ("facilities", "note", "This is a sentence. So is this", "no short phrase"),
            ("events", "date", "2025-13", "is no date"),
            ("materials", "id", "antimony", "3 times"),
        ],
    )
    def test_found(
        self, derive: dict[str, ModuleType], table: str, field: str, value: str, part: str
    ) -> None:
        tables = {name: read(name) for name in derived_tables()}
        tables[table][0][field] = value
        if field == "id":
            tables[table][-1][field] = value
        findings = derive["checks"].check_tables(tables, DATA / "schema")
        assert any(part in finding for finding in findings)


class TestBulk:
    @pytest.mark.parametrize("row", read("bulk_tables"), ids=lambda row: row["table"])
    def test_schema_rows_and_checksum(self, row: dict[str, str]) -> None:
        path = DATA / "bulk" / f"{row['table']}.parquet"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
        (rows,) = sql("SELECT count(*) FROM {t}", t=row["table"])[0]
        assert rows == int(row["rows"])
        found = {name: kind for name, kind, *_ in sql("DESCRIBE FROM {t}", t=row["table"])}
        fields = read(f"schema/bulk_{row['table']}")
        kinds = {field["field"]: field["type"].partition("(")[0] for field in fields}
        assert found == {name: PARQUET_TYPES.get(kind, "VARCHAR") for name, kind in kinds.items()}

    @pytest.mark.parametrize("row", read("bulk_tables"), ids=lambda row: row["table"])
    def test_cells_keep_to_their_vocabulary(self, row: dict[str, str]) -> None:
        for field in read(f"schema/bulk_{row['table']}"):
            name, kind = field["field"], field["type"]
            query = f'SELECT DISTINCT "{name}" FROM {{t}}'
            if not (field["refers"] or kind.startswith("enum(")) and field["required"] == "no":
                continue
            present = {value for (value,) in sql(query, t=row["table"])}
            if field["required"] == "yes":
                assert None not in present, name
                assert "" not in present, name
            if kind.startswith("enum("):
                assert present - {None} <= set(kind[5:-1].split("|")), name
            if field["refers"]:
                known = {one["id"] for one in read(field["refers"].partition(".")[0])}
                assert present - {None} <= known, name

    @pytest.mark.parametrize("row", read("bulk_tables"), ids=lambda row: row["table"])
    def test_publisher_licence_and_attribution_are_named(self, row: dict[str, str]) -> None:
        sources = {one["id"]: one for one in read("sources")}
        for source in row["source"].split(";"):
            assert sources[source]["licence"] == row["licence"]
        held = [
            one
            for one in read("licences")
            if set(row["source"].split(";")) <= set(one["sources"].split(";"))
        ]
        assert [one["licence"] for one in held] == [row["licence"]]
        assert held[0]["redistributable"] == "yes"
        assert row["attribution"].startswith("Source: ")
        assert row["vintage"]

    @pytest.mark.parametrize(
        ("material", "tolerance"),
        [
            ("rare-earths", 0.01),
            ("copper", 0.01),
            ("lithium", 0.02),
            ("nickel", 0.02),
            ("cobalt", 0.02),
            ("tungsten", 0.02),
            ("antimony", 0.02),
            ("graphite", 0.05),
        ],
    )
    def test_countries_add_up_to_the_published_world(self, material: str, tolerance: float) -> None:
        """The publisher rounds its world line, hence a tolerance for each material."""
        query = f"""
            SELECT sum(value_si) FILTER (country <> 'WLD'), sum(value_si) FILTER (country = 'WLD')
            FROM {{p}} WHERE material = '{material}' AND edition = 2026 AND year = 2025
              AND headline AND step = 'mine' AND metric = 'production'"""
        countries, world = sql(query, p="production")[0]
        assert countries == pytest.approx(world, rel=tolerance)

    def test_units_are_tonnes_not_kilotonnes(self) -> None:
        query = """
            SELECT value_si FROM {p} WHERE material = 'rare-earths' AND country = 'CHN'
              AND step = 'mine' AND metric = 'production' AND year = 2024 AND edition = 2026"""
        (china,) = sql(query, p="production")[0]
        assert china == 270_000
        query = """
            SELECT sum(value_si) FROM {s}
            WHERE material = 'magnet-rare-earths' AND stage = 'C2' AND year = 2024
              AND country <> 'WLD'"""
        (refined,) = sql(query, s="iea_supply")[0]
        assert 50_000 < refined < 150_000

    def test_taiwan_and_namibia_trade(self) -> None:
        query = """
            SELECT exporter, sum(value_kusd) FROM {t}
            WHERE exporter IN ('TWN', 'NAM') AND year = 2024 GROUP BY ALL"""
        flows = dict(sql(query, t="trade"))
        assert set(flows) == {"TWN", "NAM"}
        assert min(flows.values()) > 0
        governed = sql("SELECT DISTINCT country FROM {g} WHERE year = 2024", g="governance")
        assert {("TWN",), ("NAM",)} <= set(governed)

    def test_a_flow_stands_once_under_its_tag(self) -> None:
        query = """
            SELECT count(*) FROM (SELECT "table", hs6, exporter, importer, year FROM {t}
            GROUP BY ALL HAVING count(*) > 1)"""
        assert sql(query, t="trade") == [(0,)]

    def test_leading_flows_only_fill_what_complete_ones_lack(self) -> None:
        query = """
            SELECT count(*) FROM (SELECT DISTINCT hs6, year FROM {t} WHERE "table" = 'leading')
            JOIN (SELECT DISTINCT hs6, year FROM {t} WHERE "table" <> 'leading')
            USING (hs6, year)"""
        assert sql(query, t="trade") == [(0,)]
        query = """
            SELECT "table", min(year), max(year), count(DISTINCT year) FROM {t}
            WHERE hs6 = '850511' GROUP BY ALL ORDER BY ALL"""
        assert sql(query, t="trade") == [("hs17", 2022, 2024, 2), ("leading", 2002, 2023, 21)]

    def test_trade_values_are_not_negative_and_codes_are_known(self) -> None:
        codes = {row["hs6"] for row in read("hs_concordance")}
        low, distinct = sql("SELECT min(value_kusd), list(DISTINCT hs6) FROM {t}", t="trade")[0]
        assert low >= 0
        assert set(distinct) <= codes

    def test_missing_governance_is_missing_and_never_no_risk(self) -> None:
        query = "SELECT count(*) FROM {g} WHERE abs(risk - (2.5 - estimate) / 5) > 0.001"
        assert sql(query, g="governance") == [(0,)]


def test_the_script_names_a_missing_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(DERIVE / "main.py"), "--from", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "sources.csv is missing" in done.stderr
