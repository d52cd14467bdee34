"""Runs the golden cases of bills of materials; one test per case of the TOML files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from midstream.errors import InputError
from midstream.evidence import Evidence, Quantity
from midstream.shock.bill_reader import parse_bill
from midstream.shock.bill_result import ItemOutlook
from units.shock.bills import bill, outlook, path

FOLDER = Path(__file__).parent / "shock"


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


@pytest.mark.parametrize("case", cases("bill_reading"))
def test_reading(case: dict[str, Any], evidence: Evidence) -> None:
    data = case["text"].lstrip("\n").encode(case.get("encoding", "utf-8"))
    if "says" in case:
        with pytest.raises(InputError) as caught:
            parse_bill(data, "bill.csv", evidence)
        assert caught.value.where == case["place"]
        assert case["says"] in str(caught.value)
        return
    made = parse_bill(data, "bill.csv", evidence)
    assert len(made.items) == len(case["items"])
    for item, expect in zip(made.items, case["items"], strict=True):
        for name, value in expect.items():
            seen = getattr(item, name)
            assert seen == (pytest.approx(value) if isinstance(value, float) else value), name
    assert list(made.notes) == case.get("notes", [])


def value(quantity: Quantity | None) -> float | str | None:
    assert quantity is not None
    return "missing" if quantity.missing else quantity.value


def seen_of(item: ItemOutlook, name: str) -> Any:
    helps = {one.id: one for one in item.helps}
    if name.startswith("gain_"):
        return value(helps[name.removeprefix("gain_")].months)
    if name == "second_reason":
        return helps["second"].reason
    if name in ("stop", "stops", "cover", "extra_cost", "missing_cost"):
        return value(getattr(item, name))
    return getattr(item, name)


@pytest.mark.parametrize("case", cases("bill_outlook"))
def test_outlook(case: dict[str, Any], evidence: Evidence) -> None:
    on = path(
        case["delivered"],
        case.get("price"),
        stock=case.get("stock", 1.0),
        draws=case.get("draws", 4),
        passed=case.get("passed"),
    )
    (item,) = outlook(bill(case["row"], evidence=evidence), on, evidence).items
    for name, expected in case["expect"].items():
        if name == "says":
            assert expected in item.reason
        elif isinstance(expected, str | bool):
            assert seen_of(item, name) == expected, name
        else:
            assert seen_of(item, name) == pytest.approx(expected, abs=1e-9), name
