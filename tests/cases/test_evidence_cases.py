"""Runs the golden cases of the evidence; one test per case of the TOML files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from midstream.errors import EvidenceError, InputError
from midstream.evidence import Evidence, Fact, units
from midstream.evidence.labels import FactBook
from units.evidence.rows import TABLES, metric, observation, write_folder

FOLDER = Path(__file__).parent / "evidence"


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence.load(check=False)


def assert_fact(fact: Fact, expect: dict[str, Any]) -> None:
    quantity = fact.quantity
    seen = {
        "label": quantity.label,
        "strict": fact.label_strict,
        "agreement": fact.agreement,
        "disputed": fact.disputed,
        "adjacent": fact.adjacent,
        "unit": quantity.unit,
        "best": fact.best_origin,
        "without_best": fact.label_without_best,
    }
    for name, value in expect.items():
        if name == "range":
            assert quantity.value is not None
            assert value[0] <= quantity.value <= value[1]
        elif name == "origins":
            assert set(value) <= {origin.origin for origin in fact.origins}
        elif name in ("value", "low", "high"):
            assert getattr(quantity, name) == pytest.approx(value), name
        else:
            assert seen[name] == value, name


@pytest.mark.parametrize("case", cases("labels"))
def test_label(case: dict[str, Any]) -> None:
    rows = [
        observation(**{"id": f"o-{index}", **row, "value": float(row["value"])})
        for index, row in enumerate(case["rows"])
    ]
    metrics = metric(
        case.get("tolerance", 0.05), case.get("kind", "relative"), case.get("slack", 0)
    )
    book = FactBook(rows, metrics)
    group = case.get("kind_group", "observed")
    (key,) = (key for key in book.keys if key[2] == "2024" and key[-1] == group)
    assert_fact(book.fact(key), case["expect"])


@pytest.mark.parametrize("case", cases("facts"))
def test_fact_of_the_release(case: dict[str, Any], evidence: Evidence) -> None:
    facts = evidence.facts(**case["filters"])
    assert len(facts) == 1, [fact.key for fact in facts]
    assert_fact(facts[0], case["expect"])


@pytest.mark.parametrize("case", cases("units"))
def test_unit(case: dict[str, Any]) -> None:
    def value() -> float:
        if "row" not in case:
            return units.convert(case["value"], case["unit"], case["to"])
        row = observation(**{"value": 0.0, **case["row"]})
        return float(row.original_value or 0) * units.published_factor(row)

    if "says" in case:
        with pytest.raises(InputError) as caught:
            value()
        assert case["says"] in str(caught.value)
    else:
        assert value() == pytest.approx(case["expect"], rel=1e-5)


def spoiled(case: dict[str, Any]) -> str | bytes:
    text = TABLES[case["table"]]
    if "append" in case:
        return text + case["append"] + "\n"
    if "old" in case:
        assert case["old"] in text
        return text.replace(case["old"], case["new"])
    if "latin1" in case:
        return str(case["latin1"]).encode("latin-1")
    if "utf16" in case:
        return str(case["utf16"]).encode("utf-16")
    return str(case["text"])


@pytest.mark.parametrize("case", cases("bad_input"))
def test_bad_input(case: dict[str, Any], tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data", {case["table"]: spoiled(case)})
    before = {file.name: file.read_bytes() for file in folder.glob("*.csv")}
    with pytest.raises(EvidenceError) as caught:
        Evidence.load(folder)
    lines = [line for line in caught.value.problems if line.startswith(case["place"])]
    assert lines, caught.value.problems
    assert any(case["says"] in line for line in lines), lines
    assert {file.name: file.read_bytes() for file in folder.glob("*.csv")} == before


def test_the_small_folder_loads(tmp_path: Path) -> None:
    evidence = Evidence.load(write_folder(tmp_path / "data"))
    assert len(evidence.observations) == 5
