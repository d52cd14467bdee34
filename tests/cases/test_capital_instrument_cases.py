"""Runs the golden cases of money, floors and instruments; one test per case."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.capital.floor import (
    Contract,
    PriceLaw,
    expected_call,
    expected_put,
    payments,
    present_value,
)
from midstream.capital.instruments import annuity, loan_grant_equivalent, per_kg
from midstream.capital.money import money, to_dollars
from midstream.evidence import Evidence
from units.scenarios.changed import row_of, with_rows

FOLDER = Path(__file__).parent / "capital"


def cases(name: str, table: str = "case") -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content[table]]


def rates_and_index(evidence: Evidence, case: Mapping[str, Any]) -> Evidence:
    rates = [
        row_of(evidence, "fx", currency=currency, year=year, per_usd=rate, days=1, source=("x",))
        for currency, years in case["rates"].items()
        for year, rate in years.items()
    ]
    levels = [
        row_of(
            evidence, "price_index", id=year, currency="USD", year=int(year), value=level, source=()
        )
        for year, level in case["index"].items()
    ]
    return with_rows(evidence, fx=rates, price_index=levels)


@pytest.mark.parametrize("case", cases("money"))
def test_money(case: Mapping[str, Any], evidence: Evidence) -> None:
    changed = rates_and_index(evidence, case)
    amount = money(case["amount"], case["unit"], case["year"])
    assert amount.amount == pytest.approx(case["whole"])
    found = to_dollars(changed, amount, case["price_year"])
    assert found.nominal == pytest.approx(case["nominal"])
    assert found.real == pytest.approx(case["real"])
    assert bool(found.remark) is case.get("remark", False)


@pytest.mark.parametrize("case", cases("floor", "payment"))
def test_payment(case: Mapping[str, Any]) -> None:
    found = payments(Contract(**case["contract"]), np.array([case["prices"]], dtype=float))
    assert found[0] == pytest.approx(case["expect"])


@pytest.mark.parametrize("case", cases("floor", "put"))
def test_put(case: Mapping[str, Any]) -> None:
    mean, variance = np.array([float(case["mean"])]), np.array([case["variance"]])
    assert expected_put(case["strike"], mean, variance)[0] == pytest.approx(case["put"])
    assert expected_call(case["strike"], mean, variance)[0] == pytest.approx(case["call"])


@pytest.mark.parametrize("case", cases("floor", "present"))
def test_present(case: Mapping[str, Any]) -> None:
    flows = np.array(case["flows"], dtype=float)
    assert present_value(flows, case["rate"], case["lag"]) == pytest.approx(case["value"])


@pytest.mark.parametrize("case", cases("floor", "flood"))
def test_flood(case: Mapping[str, Any]) -> None:
    law = PriceLaw(50, 50, 0.5, 0.3, case["rate"], 0.3, case["length"])
    assert law.flooded(len(case["chance"])) == pytest.approx(case["chance"])


@pytest.mark.parametrize("case", cases("floor", "path"))
def test_path(case: Mapping[str, Any]) -> None:
    law = PriceLaw(case["start"], case["mean"], case["reversion"], 0.3)
    assert law.expected(len(case["expect"])) == pytest.approx(case["expect"])


@pytest.mark.parametrize("case", cases("instruments", "annuity"))
def test_annuity(case: Mapping[str, Any]) -> None:
    assert annuity(case["rate"], case["tenor"]) == pytest.approx(case["value"])


@pytest.mark.parametrize("case", cases("instruments", "loan"))
def test_loan(case: Mapping[str, Any]) -> None:
    amount = np.array([float(case["amount"])])
    found = loan_grant_equivalent(amount, case["rate"], case["market"], case["tenor"])
    assert found[0] == pytest.approx(case["equivalent"])


@pytest.mark.parametrize("case", cases("instruments", "per_kg"))
def test_per_kg(case: Mapping[str, Any]) -> None:
    output = np.array([case["output"]], dtype=float)
    found = per_kg(np.array([float(case["value"])]), output, case["rate"])
    if case["expect"] == "none":
        assert np.isnan(found[0])
    else:
        assert found[0] == pytest.approx(case["expect"])
