"""Runs the golden cases of the market; one test per case of the TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.market import (
    Basket,
    Equilibrium,
    Measures,
    Network,
    Parameters,
    solve,
    solve_basket,
    solve_months,
)

FOLDER = Path(__file__).parent / "market"


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


def network_of(case: Mapping[str, Any]) -> Network:
    flow = np.array(case["flow"], dtype=float)
    flow = flow[None] if flow.ndim == 2 else flow
    feed = np.array(case.get("feed", np.zeros(flow.shape[:2])), dtype=float)
    final = flow.sum(axis=1) - feed
    countries = tuple(case["countries"])
    return Network(flow.sum(axis=2), flow, feed, final[:, None, :], countries=countries)


def parameters_of(case: Mapping[str, Any], network: Network, **more: Any) -> Parameters:
    steps = len(network.output)
    leak = case.get("leak", {"share": 0.0, "markup": 0.0})
    return Parameters(
        substitution=np.full(steps, 2.0),
        supply_elasticity=np.full(steps, 0.3),
        cost_share=np.full(steps, case.get("cost_share", 0.0)),
        demand_elasticity=np.full((steps, 1), 0.4),
        choke_price=np.full((steps, 1), case.get("choke", 1000.0)),
        feed_choke_price=np.full(steps, 1000.0),
        capacity=np.full(network.output.shape, case.get("capacity", np.inf)),
        leakage_share=leak["share"],
        leakage_markup=leak["markup"],
        **more,
    )


def measures_of(case: Mapping[str, Any], network: Network) -> Measures:
    measures = Measures.none(network)
    if "cut" in case:
        measures = measures.with_cut(0, **case["cut"])
    if "quota" in case:
        measures = measures.with_quota(0, **case["quota"])
    if "tariff" in case:
        measures = measures.with_tariff(0, **case["tariff"])
    if "outage" in case:
        outage = dict(case["outage"])
        measures = measures.with_outage(outage.pop("step", 0), **outage)
    return measures.with_demand(len(network.output) - 1, case.get("demand", 1.0))


def shown(found: Equilibrium) -> dict[str, Any]:
    """What a case may expect, each as an array (step, country)."""
    price = np.exp(found.log_price)
    tau = np.where(np.isfinite(found.licence_rent), found.licence_rent, 0.0)
    return {
        "price": price,
        "output": found.output,
        "delivered": found.delivered,
        "effective": found.effective_price,
        "paid": found.price_paid,
        "unmet": found.unmet[:, 0],
        "leaked": found.leaked.sum(axis=1),
        "rent_per_tonne": np.nan_to_num(price) * tau.max(axis=2),
    }


@pytest.mark.parametrize("method", ["reference", "compiled"])
@pytest.mark.parametrize("case", [*cases("one_step"), *cases("chain")])
def test_network(case: dict[str, Any], method: str) -> None:
    network = network_of(case)
    parameters, measures = parameters_of(case, network), measures_of(case, network)
    found = solve(network, parameters, measures, tolerance=1e-12, method=method)
    assert found.converged
    values = shown(found)
    for name in sorted(set(values) & set(case)):
        by_step = case[name] if isinstance(case[name], list) else [case[name]]
        for step, expected in enumerate(by_step):
            for country, value in expected.items():
                got = values[name][step, network.countries.index(country)]
                assert got == pytest.approx(value, rel=2e-5, abs=1e-7), (name, country)
    for country in case.get("stopped", ()):
        assert np.isnan(found.log_price[0, network.countries.index(country)])
        assert found.output[0, network.countries.index(country)] == 0
    for country in case.get("cut_off", ()):
        assert np.isinf(found.effective_price[0, network.countries.index(country)])


@pytest.mark.parametrize("case", cases("basket"))
def test_basket(case: dict[str, Any]) -> None:
    content = np.array(case["content"], dtype=float)
    elements, ores = content.shape
    basket = Basket(
        ore=np.array(case["ore"], dtype=float),
        content=content,
        recovery=np.ones(elements),
        price=np.array(case["price"], dtype=float),
        separation_cost=np.zeros(elements),
        use=np.array(case["use"], dtype=float),
        floor=np.array(case["floor"], dtype=float),
        supply_elasticity=np.full(ores, float(case["eps"])),
        capacity=np.full(ores, np.inf),
        demand_elasticity=np.full(elements, float(case["eta"])),
        choke_price=np.full(elements, 1000.0),
    )
    found = solve_basket(
        basket,
        capacity=np.array(case["capacity"], dtype=float) if "capacity" in case else None,
        demand_factor=np.array(case.get("demand", 1.0), dtype=float),
        weight_quota=case.get("quota"),
    )
    for name in ("price", "producer_price", "rent", "ore", "surplus"):
        if f"expect_{name}" in case:
            expected = case[f"expect_{name}"]
            assert getattr(found, name) == pytest.approx(expected, rel=2e-5, abs=1e-6), name


@pytest.mark.parametrize("case", cases("months"))
def test_months(case: dict[str, Any]) -> None:
    network = network_of({"countries": ["A", "B"], "flow": [[0, 100], [0, 0]]})
    parameters = parameters_of(
        case,
        network,
        substitution_short=np.array([0.7]),
        substitution_long=np.array([4.0]),
        qualification_months=12.0,
        usable_stock=case["usable"],
        refill_months=6.0,
        stock_months=np.full((1, 2), float(case["stock"])),
    )
    cut = Measures.none(network).with_cut(0, "A", ["B"], case["depth"])
    months = [cut] * case["months"] + [Measures.none(network)] * case.get("after", 0)
    left = [float(case["remaining"])] * len(months)
    path = solve_months(network, parameters, months, remaining=left)
    assert path.stock[:, 0, 1] == pytest.approx(case["stock_left"], rel=2e-5)
    if "available" in case:
        assert path.available[:, 0, 1] == pytest.approx(case["available"], rel=2e-5)
