"""Runs the golden cases of value added and of company effects; one test per case."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.beneficiaries.added import Line, value_added
from midstream.beneficiaries.entries import Entries
from midstream.beneficiaries.gains import gains
from midstream.evidence import Evidence, Ledger, Quantity
from midstream.study import Study
from units.beneficiaries.value_by_hand import holding, plant, priced, terms

FOLDER = Path(__file__).parent / "beneficiaries"


def cases(name: str, table: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content[table]]


def optional(number: float | str) -> Any:
    return None if number == "" else np.array([float(number)])


@pytest.mark.parametrize("case", cases("added", "added"))
def test_added(case: Mapping[str, Any]) -> None:
    outside = case.get("outside", [0] * len(case["prices"]))
    line = Line(
        tuple(optional(one) for one in case["prices"]),
        tuple(optional(one) for one in case["amounts"]),
        tuple(np.array([float(one)]) for one in outside),
    )
    found = value_added(line)
    assert [[b.first, b.last, b.added[0]] for b in found.blocks] == case["blocks"]
    assert list(found.open) == case.get("open", [])
    final = None if found.final is None else float(found.final[0])
    assert final == case.get("final")


def held_of(cells: list[Any]) -> Any:
    company, form, country, output, *odds = cells
    if not odds:
        return holding(company, form, country, output)
    status, probability = odds
    own = plant(f"plant-{company}", output, status, probability)
    return holding(company, form, country, output * probability, (own,))


@pytest.mark.parametrize("case", cases("gains", "gain"))
def test_gain(case: Mapping[str, Any], evidence: Evidence, study: Study) -> None:
    entries = Entries(evidence, Ledger(base=study.ledger))
    push = priced(
        case["kind"], case["size"], case.get("form", "ndpr-oxide"), target=case.get("target", "")
    )
    per_next = {(one, other): amount for one, other, amount in case.get("per_next", [])}
    price, margin, added = (case.get(name, {}) for name in ("price", "margin", "added"))
    held = [held_of(one) for one in case["held"]]
    found = gains(entries, study.world, push, held, terms(price, margin, added, per_next))
    for name in ("supply", "profit", "security", "money"):
        values = {one.company: getattr(one, name) for one in found}
        assert known(values) == pytest.approx(case.get(name, {})), name
    most = {one.company: one.profit.high for one in found if one.profit.value is None}
    for company, number in case.get("most", {}).items():
        assert most[company] == pytest.approx(number)


def known(values: Mapping[str, Quantity]) -> dict[str, float]:
    return {name: one.value for name, one in values.items() if one.value is not None}
