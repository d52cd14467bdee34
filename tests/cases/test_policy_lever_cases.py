"""Runs the golden cases of levers: bad input and what it says, and costs in one money."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.policy.choose import resolve
from midstream.policy.costs import ends
from midstream.policy.levers import levers
from units.scenarios.changed import row_of, with_rows

FILE = Path(__file__).parent / "policy" / "levers.toml"
SOURCE = ("usgs-mcs-2026-data",)
BLANK = ("cost_low", "cost_mode", "cost_high", "currency", "price_year")


def cases(table: str) -> list[Any]:
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content[table]]


def cell(value: Any) -> Any:
    """A cell as the tables hold it: blank is nothing, a list is a tuple."""
    if isinstance(value, list):
        return tuple(value)
    return None if value == "" else value


def changed(evidence: Evidence, table: str, row_id: str, cells: Mapping[str, Any]) -> Evidence:
    typed = {name: cell(value) for name, value in cells.items()}
    rows = [{**row, **typed} if row["id"] == row_id else row for row in evidence.table(table).rows]
    assert rows != list(evidence.table(table).rows), "the case changes nothing"
    return with_rows(evidence, **{table: rows})


@pytest.mark.parametrize("case", cases("refused"))
def test_refused_in_one_clear_error(evidence: Evidence, case: dict[str, Any]) -> None:
    if "table" in case:
        evidence = changed(evidence, case["table"], case["row"], case["cells"])
    with pytest.raises(InputError) as caught:
        resolve(evidence, case.get("names", ["recycling"]))
    error = caught.value
    assert case["what"] in error.what
    assert error.where == case.get("where", error.where)
    assert error.why
    assert case.get("mend", "") in error.mend
    assert error.mend


@pytest.mark.parametrize("case", cases("cost"))
def test_cost_in_one_money(evidence: Evidence, case: dict[str, Any]) -> None:
    fx = [
        row_of(evidence, "fx", currency="INR", year=str(year), per_usd=rate, source=SOURCE)
        for year, rate in ((2021, 80.0), (2025, 100.0))
    ]
    index = [
        row_of(
            evidence,
            "price_index",
            id=f"i-{year}",
            currency="USD",
            year=year,
            value=level,
            base="2025",
            source=SOURCE,
        )
        for year, level in ((2021, 80.0), (2025, 100.0))
    ]
    cells = dict.fromkeys(BLANK) | case["cells"]
    made = changed(with_rows(evidence, fx=fx, price_index=index), "levers", "tech-jv", cells)
    found = ends(made, levers(made)["tech-jv"])
    if "usd_million" not in case:
        assert found is None
        return
    assert found == pytest.approx(case["usd_million"])
