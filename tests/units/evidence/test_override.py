"""Evidence told otherwise: within the stated range, and nothing else changes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.override import with_observations, with_parameters
from midstream.evidence.parquet import parquet_bytes
from midstream.report.manifest import inputs
from midstream.scorecard.draws import Draws, Parameters
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


def ranged(evidence: Evidence) -> list[tuple[str, float, bool]]:
    """Parameters with a range, a value inside it, and whether they are priors by their law."""
    return [
        (name, row["low"] + 0.9 * (row["high"] - row["low"]), is_prior(row))
        for name, row in evidence.parameters.items()
        if None not in (row["low"], row["high"]) and row["low"] != row["high"]
    ]


def is_prior(row: Mapping[str, Any]) -> bool:
    return row["group"] == "reference" and str(row["distribution"]).startswith("beta")


def test_whatever_the_law_a_value_moves_the_draws(evidence: Evidence) -> None:
    """A range drawn evenly has no value in it: the value has to take its place."""
    moved = [(name, value) for name, value, prior in ranged(evidence) if not prior]
    assert len(moved) > 100
    for name, value in moved:
        drawn = Parameters(with_parameters(evidence, {name: value}), Draws(1, 400)).draw(name)
        assert float(np.median(drawn)) == pytest.approx(value, rel=0.02), name


def test_a_prior_that_is_read_from_its_law_is_refused(evidence: Evidence) -> None:
    priors = [(name, value) for name, value, prior in ranged(evidence) if prior]
    assert len(priors) == 4
    for name, value in priors:
        with pytest.raises(InputError, match="it is a prior"):
            with_parameters(evidence, {name: value})


def test_a_moved_assumption_moves_scores(evidence: Evidence, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    scores = []
    for value in (0.5, 0.7):
        path.write_text(f'{SMALL}\n[assumptions]\n"ladder.m0" = {value}\n', encoding="utf-8")
        card = load(path, evidence=evidence).scorecard()
        scores.append(card.cell("CHN", "wind", "C3").score.value or 0.0)
    assert scores[1] > scores[0] + 0.01


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
