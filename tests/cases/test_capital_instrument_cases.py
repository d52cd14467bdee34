"""Runs the golden cases of money, floors and instruments; one test per case."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.capital.conditions import Instrument
from midstream.capital.floor import (
    Contract,
    PriceLaw,
    expected_call,
    expected_put,
    payments,
    present_value,
)
from midstream.capital.instruments import instrument_costs, per_kg
from midstream.capital.money import money, to_dollars
from midstream.capital.stack import fund
from midstream.evidence import Evidence
from units.capital.one_plant import one_plant, some_terms
from units.scenarios.changed import row_of, with_rows

#: One tonne a year for two years, a year after the decision; no tax, no working capital.
PLANT = {
    **{"capacity": 1.0, "capex": 5000.0, "overrun": 0.0, "build": 1.0, "ramp": 0.0},
    **{"utilisation": 1.0, "price": 10.0, "feed": 0.0, "opex": 0.0, "fixed": 0.0},
}
TERMS = {
    **{"life": 2.0, "tenor": 2.0, "tax": 0.0, "working_days": 0.0, "interest_share": 0.0},
    **{"debt_rate": 0.25, "cover_ratio": 1.0, "concessional_cover": 1.0},
}
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


@pytest.mark.parametrize("case", cases("instruments", "cost"))
def test_cost(case: Mapping[str, Any]) -> None:
    plant = one_plant(**PLANT)
    one = Instrument(payer="State", **case["instrument"])
    terms = some_terms(**TERMS)
    stack = fund(plant, [one], terms)
    found = instrument_costs(stack, lambda some: fund(plant, some, terms), case["rate"])
    cost = next(row for row in found if row.instrument is one)
    assert cost.amount[0] == pytest.approx(case["amount"])
    assert cost.equivalent is not None
    assert cost.equivalent[0] == pytest.approx(case["equivalent"], abs=1e-6)
    assert cost.per_kg[0] == pytest.approx(case["per_kg"], abs=1e-9)


@pytest.mark.parametrize("case", cases("instruments", "per_kg"))
def test_per_kg(case: Mapping[str, Any]) -> None:
    output = np.array([case["output"]], dtype=float)
    found = per_kg(np.array([float(case["value"])]), output, case["rate"])
    if case["expect"] == "none":
        assert np.isnan(found[0])
    else:
        assert found[0] == pytest.approx(case["expect"])
