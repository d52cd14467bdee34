"""Golden cases of the importers: files of publishers, what is taken, and what is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import duckdb
import pytest

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.importers import read
from midstream.evidence.importers.batch import Batch, Task

CASES = tomllib.loads(
    (Path(__file__).parent / "importers" / "files.toml").read_text(encoding="utf-8")
)
CODES = """country_code,country_name,country_iso2,country_iso3
156,China,CN,CHN
490,"Other Asia, nes",,S19
699,India,IN,IND
842,USA,US,USA
"""


def named(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", CASES[kind], ids=[one["name"] for one in CASES[kind]])


def imported(case: dict[str, Any], evidence: Evidence, folder: Path) -> Batch:
    path = folder / case["file"]
    path.write_text(case["text"].removeprefix("\n"), encoding="utf-8")
    if case.get("codes"):
        (folder / "country_codes_V202601.csv").write_text(CODES, encoding="utf-8")
    work = folder / "work"
    work.mkdir()
    return read(Task(path, work, evidence, case.get("year")), case["kind"])


def holds(rows: list[dict[str, Any]], wanted: dict[str, Any]) -> bool:
    return any(all(row[name] == value for name, value in wanted.items()) for row in rows)


@named("file")
def test_file(case: dict[str, Any], evidence: Evidence, tmp_path: Path) -> None:
    batch = imported(case, evidence, tmp_path)
    assert batch.rows == case["rows"]
    # Nothing is left out without being counted, and nothing is counted that was not.
    if "left" in case:
        assert batch.left_out == case["left"]
    rows = [dict(row) for row in batch.registers.get("observations", ())]
    assert [wanted for wanted in case.get("taken", ()) if not holds(rows, wanted)] == []
    assert (batch.staged.name if batch.staged else None) == case.get("table")
    if batch.staged:
        found = duckdb.read_parquet(str(batch.staged.path))
        staged = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
        assert len(staged) == case["rows"]
        assert [wanted for wanted in case["staged"] if not holds(staged, wanted)] == []


@named("refused")
def test_refused(case: dict[str, Any], evidence: Evidence, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        imported(case, evidence, tmp_path)
    assert caught.value.where == case["where"]
    assert case["what"] in caught.value.what
    assert case.get("mend", "") in caught.value.mend
