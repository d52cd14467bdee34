"""Runs the golden cases of cash, stack, returns and incentive price; one test per case."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.capital.case import Case
from midstream.capital.cash import cash_flow
from midstream.capital.conditions import Instrument, Terms
from midstream.capital.funding import sum_of
from midstream.capital.incentive import incentive_price
from midstream.capital.returns import Flows, rates_of_return
from midstream.capital.stack import fund
from units.capital.one_plant import one_plant, some_terms

FOLDER = Path(__file__).parent / "capital"
PLANT = {
    "capacity": 1.0,
    "capex": 60000.0,
    "overrun": 0.0,
    "build": 1.0,
    "ramp": 0.0,
    "utilisation": 1.0,
    "price": 50.0,
    "feed": 10.0,
    "opex": 20.0,
}
TERMS = {
    "debt_rate": 0.0,
    "equity_rate": 0.0,
    "concessional_rate": 0.0,
    "cover_ratio": 2.0,
    "concessional_cover": 1.0,
    "debt_share": 0.7,
    "tenor": 3.0,
    "tax": 0.0,
    "life": 3.0,
    "working_days": 0.0,
    "interest_share": 0.0,
}


def cases(name: str, table: str = "case") -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content[table]]


def plant_of(case: Mapping[str, Any]) -> Case:
    figures = {**PLANT, **case.get("plant", {})}
    unit = figures.pop("kg_per_unit", 1000.0)
    return replace(one_plant(**figures), kg_per_unit=unit)


def terms_of(case: Mapping[str, Any]) -> Terms:
    return some_terms(**{**TERMS, **case.get("terms", {})})


def support_of(case: Mapping[str, Any]) -> tuple[Instrument, ...]:
    return tuple(Instrument(payer="a payer", **row) for row in case.get("instruments", []))


@pytest.mark.parametrize("case", cases("cash"))
def test_cash(case: Mapping[str, Any]) -> None:
    found = cash_flow(plant_of(case), terms_of(case), support_of(case))
    for name in ("available", "tax", "aid"):
        if name in case:
            assert getattr(found, name)[0].tolist() == pytest.approx(case[name]), name


@pytest.mark.parametrize("case", cases("stack"))
def test_stack(case: Mapping[str, Any]) -> None:
    found = fund(
        plant_of(case),
        support_of(case),
        terms_of(case),
        market=case.get("market", True),
        equity_limit=case.get("equity_limit"),
    )
    kinds = {layer.instrument.kind for layer in found.layers}
    layers = {kind: float(found.of(kind)[0]) for kind in kinds}
    assert layers == pytest.approx(case["layers"])
    assert float(found.total[0]) == pytest.approx(case["total"])
    assert float(found.gap[0]) == pytest.approx(case["gap"])
    for payer, amount in case.get("payers", {}).items():
        own = (layer.amount for layer in found.layers if layer.instrument.payer == payer)
        assert float(sum_of(own, 1)[0]) == pytest.approx(amount)


@pytest.mark.parametrize("case", cases("irr", "return"))
def test_return(case: Mapping[str, Any]) -> None:
    flows = Flows(np.array([case["cash"]]), np.array([case["times"]]))
    expected = case.get("rate", np.nan)
    assert rates_of_return(flows)[0] == pytest.approx(expected, abs=1e-6, nan_ok=True)
    assert flows.value(case["at"])[0] == pytest.approx(case["value"])


@pytest.mark.parametrize("case", cases("irr", "price"))
def test_incentive_price(case: Mapping[str, Any]) -> None:
    plant, terms, support = plant_of(case), terms_of(case), support_of(case)
    found = incentive_price(plant, support, terms)[0]
    assert found == pytest.approx(case.get("price", np.nan), rel=1e-5, nan_ok=True)
