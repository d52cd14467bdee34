"""Runs the golden cases of capital on record and of the gap by stage; one test per case."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.capital.breakeven import distance_of, verdict_of
from midstream.capital.gap import by_stage
from midstream.capital.gap_build import build_of, scaled
from midstream.capital.payers_could import could
from midstream.capital.records import stacks
from midstream.capital.records_other import Figure, split
from midstream.evidence import Evidence, Ledger, Quantity
from midstream.study import Study
from units.capital.by_hand import ByHand
from units.scenarios.changed import row_of, with_rows

FOLDER = Path(__file__).parent / "capital"
RATES = {("INR", 2020): 80.0, ("INR", 2025): 100.0, ("AUD", 2020): 1.25, ("AUD", 2025): 2.0}
MILLION = 1e6
PLANT = "iluka-eneabba"
SOURCE = ("miningmag-iluka-2024",)


def cases(name: str, table: str = "case") -> list[Any]:
    content = tomllib.loads((FOLDER / f"records-{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content[table]]


def hand_money(evidence: Evidence, rates: Mapping[tuple[str, int], float]) -> dict[str, Any]:
    fx = [
        row_of(evidence, "fx", currency=code, year=str(year), per_usd=rate, days=1, source=SOURCE)
        for (code, year), rate in rates.items()
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
        for year, level in ((2020, 80.0), (2025, 100.0))
    ]
    return {"fx": fx, "price_index": index}


def hand_evidence(evidence: Evidence, layers: list[list[Any]]) -> Evidence:
    names = ("instrument", "payer", "amount", "currency", "year", "status")
    rows = []
    for number, layer in enumerate(layers):
        cells = dict(zip(names, layer, strict=True))
        cells |= {"amount": cells["amount"] * MILLION, "year": str(cells["year"])}
        rows.append(
            row_of(evidence, "financing", id=f"x-{number}", facility=PLANT, source=SOURCE, **cells)
        )
    plants = [
        {**row, "capex": 2000 * MILLION, "capex_currency": "AUD", "status_date": "2025-06"}
        if row["id"] == PLANT
        else row
        for row in evidence.table("facilities").rows
    ]
    money = hand_money(evidence, RATES)
    return with_rows(
        evidence,
        financing=rows,
        facilities=plants,
        record_entities=[],
        financing_scopes=[],
        **money,
    )


def ends(quantity: Quantity) -> list[float]:
    value = quantity.value or 0.0
    low = value if quantity.low is None else quantity.low
    return [low, value if quantity.high is None else quantity.high]


@pytest.mark.parametrize("case", cases("stacks"))
def test_stack(case: Mapping[str, Any], evidence: Evidence) -> None:
    changed = hand_evidence(evidence, case["layers"])
    (found,) = stacks(changed, Ledger(base=evidence.ledger), [PLANT])
    assert found.known.value == pytest.approx(case["known"] * MILLION)
    assert ends(found.public) == pytest.approx([one * MILLION for one in case["public"]])
    assert ends(found.public_share) == pytest.approx(case["share"])
    assert found.covered.value == pytest.approx(case["covered"])
    assert found.found_gap.value == pytest.approx(case["gap"] * MILLION)
    for status in ("committed", "conditional", "announced"):
        if status in case:
            assert found.by_status[status].value == pytest.approx(case[status] * MILLION)


@pytest.mark.parametrize("case", cases("figures", "split"))
def test_split(case: Mapping[str, Any]) -> None:
    currency = case.get("currency", "USD")
    figures = [Figure(value, currency, "2025", "", ()) for value in case["figures"]]
    same, other = split(figures, case["amount"], "USD", case.get("taken", []), case["tolerance"])
    assert sorted(one.amount for one in same) == case["same"]
    assert [one.amount for one in other] == case["other"]


@pytest.mark.parametrize("case", cases("figures", "verdict"))
def test_verdict(case: Mapping[str, Any]) -> None:
    assert verdict_of(case["price"], *case["range"]) == case["verdict"]
    assert distance_of(case["price"], *case["range"]) == pytest.approx(case["distance"])


@pytest.mark.parametrize("case", cases("figures", "unspent"))
def test_unspent(case: Mapping[str, Any], evidence: Evidence) -> None:
    paid = case.get("disbursed")
    scheme = row_of(
        evidence,
        "schemes",
        id="x",
        name="A scheme",
        country="IND",
        stage="C2",
        outlay=case["outlay"] * MILLION,
        currency="INR",
        start="2025",
        disbursed=None if paid is None else paid * MILLION,
        status="in force",
        source=SOURCE,
    )
    money = hand_money(evidence, {("INR", 2025): 80.0})
    changed = with_rows(evidence, schemes=[scheme], financing=[], **money)
    (found,) = could(changed, Ledger(base=evidence.ledger), "IND", "ndpr-oxide")
    if "left" in case:
        assert found.amount.value == pytest.approx(case["left"] * MILLION)
    else:
        assert found.amount.value is None
    assert (found.amount.high or 0.0) == pytest.approx(case["most"] * MILLION)


@pytest.mark.parametrize("case", cases("gap", "build"))
def test_build(case: Mapping[str, Any]) -> None:
    arrays = (np.array([float(case[name])]) for name in ("need", "output", "use"))
    assert build_of(*arrays)[0] == pytest.approx(case["build"])


@pytest.mark.parametrize("case", cases("gap", "scaled"))
def test_scaled(case: Mapping[str, Any]) -> None:
    build = np.array(case["build"], dtype=float)
    values = [np.full(len(build), float(value)) for value in case["values"]]
    assert scaled(case["sizes"], values, build) == pytest.approx(case["money"])


@pytest.mark.parametrize("case", cases("gap", "gap"))
def test_gap(case: Mapping[str, Any], evidence: Evidence, study: Study) -> None:
    form = "ndpr-oxide"
    engine = ByHand(3, grant=30, limit=1000, use={form: case["use"]})
    found = by_stage(
        evidence,
        study.world,
        "IND",
        [form],
        [2035],
        {form: np.full((3, 1), float(case["need"]))},
        {form: np.full((3, 1), float(case["output"]))},
        draws=3,
        ledger=Ledger(base=evidence.ledger),
        funding=engine,
    )
    (row,) = found.rows
    assert row.uses.value == pytest.approx(case["uses"])
    assert row.gap.value == pytest.approx(case["gap"])
    grants = [one.amount.value for one in row.paid if one.instrument == "grant"]
    assert grants == pytest.approx([case["grant"]] if case["uses"] else [])
