"""Runs the golden cases of shock runs; one test per case of the TOML files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.chain.routes import Route
from midstream.evidence import TradeFlow
from midstream.market import Measures, Network, Parameters
from midstream.shock.instruments import Shock, ShockRequest, pass_rates
from midstream.shock.losses import shortfall
from midstream.shock.monthly import network_path
from midstream.shock.trade_base import FormTrade, read_flows
from midstream.shock.winners import surplus

FOLDER = Path(__file__).parent / "shock"


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


@pytest.mark.parametrize("case", cases("run_rates"))
def test_pass_rates(case: dict[str, Any]) -> None:
    request = ShockRequest(
        "AAA", "ore", ("BBB",), case["instrument"], notice_days=case.get("notice_days", 0.0)
    )
    line = Route("chain", "Chain", "ore", (), ())
    shock = Shock(request, line, 0, ("BBB",), case["depth"], case["months"], 1)
    curve = (case.get(name, 1.0) for name in ("lag", "pace", "long_run"))
    passed = pass_rates(shock, len(case["passes"]), *curve)
    assert passed.tolist() == pytest.approx(case["passes"], abs=1e-6)


@pytest.mark.parametrize("case", cases("run_losses"))
def test_shortfall(case: dict[str, Any]) -> None:
    served = np.array([case["served"]], dtype=float)
    thrift = np.full(served.shape, case.get("thrift", 0.0))
    lost = shortfall(served, thrift, np.array([case.get("dependence", 1.0)]))
    assert lost[0].tolist() == pytest.approx(case["lost"])


@pytest.mark.parametrize("case", cases("run_surplus"))
def test_surplus(case: dict[str, Any]) -> None:
    gain = surplus(
        *(np.array(case.get(name, default)) for name, default in (("price", 1), ("made", 1))),
        np.array(case.get("feed", 1)),
        np.array(case.get("share", 0)),
    )
    assert float(gain) == pytest.approx(case["gain"], abs=1e-12)


@pytest.mark.parametrize("case", cases("run_trade"))
def test_reading_of_trade(case: dict[str, Any]) -> None:
    row = {
        "id": "row",
        "floor": case.get("floor"),
        "ceiling": case.get("ceiling"),
        "only": tuple(case.get("only", ())),
        "without": tuple(case.get("without", ())),
        "basis": case["basis"],
        "content": case["content"],
    }
    flows = [
        TradeFlow(source, target, "000000", value, tonnes[0] if tonnes else None, "bulk:row")
        for source, target, value, *tonnes in case["flows"]
    ]
    errors = {}
    if "error" in case:
        pair = tuple(case["error"]["pair"].split(">"))
        errors[pair] = {"id": "te", "why": "an error", "guard": case["error"]["guard"]}
    trade = FormTrade("ore", 2024)
    read_flows(trade, row, flows, errors)
    read = {f"{source}>{target}": amount for (source, target), amount in trade.flows.items()}
    assert read == pytest.approx(case["reads"])
    dropped = [f"{drop.exporter}>{drop.importer}" for drop in trade.dropped]
    assert dropped == case.get("dropped", [])


@pytest.mark.parametrize("case", cases("run_market"))
def test_market_of_a_month(case: dict[str, Any]) -> None:
    sells = case["sells"]
    flow = np.zeros((1, 3, 3))
    flow[0, 0, 2], flow[0, 1, 2] = sells, 100 - sells
    network = Network(
        np.array([[sells, 100 - sells, 0.0]]),
        flow,
        np.zeros((1, 3)),
        np.array([[[0.0, 0.0, 100.0]]]),
    )
    one = np.ones((1, 1))
    parameters = Parameters(
        substitution=one,
        supply_elasticity=one * case.get("eps", 2.0),
        cost_share=one * 0,
        demand_elasticity=np.full((1, 1, 1), case["eta"]),
        choke_price=np.full((1, 1, 1), 1e6),
        feed_choke_price=one * 1e6,
        capacity=np.full((1, 1, 3), case.get("capacity", 1.0)),
        leakage_share=np.zeros(1),
        leakage_markup=np.zeros(1),
        substitution_short=one,
        substitution_long=one,
        qualification_months=np.ones(1),
        usable_stock=np.full(1, 0.5),
        stock_months=np.full((1, 1, 3), case.get("stock", 0.0)),
        refill_months=np.full(1, 6.0),
    )
    measures = Measures.none(network).with_cut(0, 0, [2], case["cut"])
    remaining = [case.get("remaining", 1.0)]
    path = network_path(network, parameters, [measures], remaining, 0.02)
    assert path.delivered[0, 0, 0, 2] == pytest.approx(case["delivered"], abs=1e-4)
    if "served" in case:
        assert path.served[0, 0, 0, 2] == pytest.approx(case["served"], abs=1e-4)
    if "price_aaa" in case:
        assert path.price[0, 0, 0, 0] == pytest.approx(case["price_aaa"], abs=1e-6)
    # Buyers pay what brings use down to what is served: P^-eta.
    served = path.served[0, 0, 0, 2]
    assert path.used(0, 0)[0, 0, 2] == pytest.approx(served, abs=1e-4)
