"""Evidence told otherwise: within the stated range, and nothing else changes."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import duckdb
import pytest

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.override import with_observations, with_parameters
from midstream.evidence.parquet import parquet_bytes
from midstream.report.manifest import inputs
from midstream.study import load, open_on, read_config
from quick_studies import SMALL


def bounded(evidence: Evidence) -> str:
    rows = evidence.parameters.items()
    return next(name for name, row in rows if None not in (row["low"], row["high"]))


def test_a_parameter_moves_within_its_range_alone(evidence: Evidence) -> None:
    name = bounded(evidence)
    high = evidence.parameters[name]["high"]
    other = with_parameters(evidence, {name: high})
    assert other.parameter(name).value == high
    changed = [
        one for one in evidence.parameters if evidence.parameters[one] != other.parameters[one]
    ]
    assert changed in ([name], [])
    assert other.table("observations") is evidence.table("observations")
    with pytest.raises(InputError, match="out of range"):
        with_parameters(evidence, {name: high + abs(high) + 1})
    assert with_parameters(evidence, {}) is evidence


def test_a_parameter_without_a_range_stays(evidence: Evidence) -> None:
    fixed = next(name for name, row in evidence.parameters.items() if row["low"] is None)
    with pytest.raises(InputError, match="cannot be changed"):
        with_parameters(evidence, {fixed: 1.0})
    with pytest.raises(InputError, match="unknown parameter"):
        with_parameters(evidence, {f"{fixed}x": 1.0})


def test_an_observation_told_otherwise_changes_its_fact(evidence: Evidence) -> None:
    row = next(one for one in evidence.observations if one.low is not None)
    other = with_observations(evidence, {row.id: row.value + 1})
    made = other.observations_by_id[row.id]
    assert (made.value, made.low, made.high) == (row.value + 1, None, None)
    assert evidence.observations_by_id[row.id].value == row.value
    with pytest.raises(InputError, match="unknown observation"):
        with_observations(evidence, {"o-none": 1.0})


def test_a_study_file_carries_its_assumptions(evidence: Evidence, tmp_path: Path) -> None:
    name = bounded(evidence)
    low = evidence.parameters[name]["low"]
    text = f'{SMALL}\n[assumptions]\n"{name}" = {low}\n'
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    study = load(path, evidence=evidence)
    assert study.evidence.parameter(name).value == low
    assert study.config.assumptions == {name: low}
    plain = open_on(read_config(SMALL, "small"), evidence, "small")
    assert inputs(study)["study_sha256"] != inputs(plain)["study_sha256"]


def test_studies_that_change_nothing_keep_the_release(evidence: Evidence) -> None:
    text = resources.files("midstream.studies").joinpath("japan.toml").read_text("utf-8")
    assert open_on(read_config(text, "japan"), evidence, "japan").evidence is evidence


def test_rows_come_back_from_parquet(tmp_path: Path) -> None:
    rows: list[list[str | float | bool | None]] = [
        ["a", 1.5, True, None],
        ['b"; DROP', None, False, "x"],
    ] * 150
    path = tmp_path / "rows.parquet"
    path.write_bytes(parquet_bytes(["name", 'odd "name"', "flag", "text"], rows))
    found = duckdb.connect().execute(f"SELECT * FROM '{path}'").fetchall()
    assert [list(row) for row in found] == rows
    path.write_bytes(parquet_bytes(["empty"], []))
    assert duckdb.connect().execute(f"SELECT count(*) FROM '{path}'").fetchone() == (0,)
