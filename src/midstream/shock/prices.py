"""Prices outside and inside: from the market for targeted measures, from the engine for the rest.

A measure on some countries is a matter of who ships to whom: the market network says what the
targets react to, their effective price. What they pay on direct deliveries is no measure of the
cut: it falls when the last dear licence is gone. A measure on everyone, an outage and a threat are
a matter of stocks and expectation: the monthly engine, which sees the world outside as one buyer,
says the price; the network splits the deliveries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.market import Network
from midstream.shock.behaviour import Sampler
from midstream.shock.engine import Instrument, ShockInputs, ShockPath, central, simulate
from midstream.shock.engine_parameters import EngineParameters
from midstream.shock.instruments import Shock, in_force
from midstream.shock.network import BalancedBase
from midstream.shock.path import NetworkPath
from midstream.shock.scenario import Scenario, bought_ahead, built_before, cut_countries

#: Instrument of a request -> class of the engine.
CLASSES: dict[str, Instrument] = {
    "export-ban": "ban",
    "export-licence": "licence",
    "export-quota": "quota",
    "outage": "physical",
    "threat": "threat",
}


@dataclass(frozen=True, slots=True)
class Prices:
    """Price ratios, shape (draw, month) each.

    Attributes:
        outside, inside: What is shown.
        market: Mean effective price of the cut countries in the market, which is what is shown of
            a targeted measure; of any other the mean price they pay.
        engine: Path of the engine; ``None`` for a tariff.
        omega: Share of outside supply that is cut or threatened, shape (draw,).
        cut: Share of it that is stopped, shape (draw, month).
        from_engine: Whether the price shown is the engine's.
    """

    outside: Floats
    inside: Floats
    market: Floats
    engine: ShockPath | None
    omega: Floats
    cut: Floats
    from_engine: bool


def prices(
    sampler: Sampler,
    base: BalancedBase,
    networks: Sequence[Network],
    given: Sequence[Scenario],
    shock: Shock,
    path: NetworkPath,
    laws: EngineParameters | None,
) -> Prices:
    """Give the prices of a run; draw ``d`` stands on network ``d mod count``.

    Without `laws` the engine does not run; it has to where the price shown is its own.
    """
    group = np.arange(path.draws) % len(networks)
    omega = np.array([exposed(base, network, shock) for network in networks])[group]
    cut = np.array([_stopped(base, n, s, shock) for n, s in zip(networks, given, strict=True)])
    stock = sampler.draw(f"market.stock.{'1' if shock.step == 0 else 'later'}", _place(shock.step))
    ahead = bought_ahead(sampler, shock)
    engine = None
    if laws is not None and shock.request.instrument in CLASSES:
        spare = sampler.draw("market.spare")
        passed = 1.0 - cut[group] + _early(ahead, shock, path.months)
        built = built_before(sampler, shock)
        engine = _engine(sampler, shock, omega, passed, stock + omega * built, spare, laws)
    cut_from = cut_countries(shock, base.names.countries)
    inside = path.price[:, :, shock.step, base.country(shock.request.actor)]
    if shock.targeted:
        choke = sampler.value("shock.engine.choke")
        felt = np.minimum(path.effective[:, :, shock.step], choke)
    else:
        felt = path.paid
    market = outside = _mean(path, shock.step, felt, cut_from)
    shown = engine is not None and not shock.targeted
    if engine is not None and shown:
        outside, inside = engine.price_outside, engine.price_inside
    return Prices(outside, inside, market, engine, omega, cut[group], shown)


def size_of_gains(prices: Prices) -> Floats:
    """Factor from gains at market prices to gains at the prices shown, shape (draw,).

    ``sum of price rises shown / sum of price rises in the market``, at most 1. In a market in
    which everyone is cut the price climbs until uses give up; the engine, fitted to what prices
    did, says how far it goes, the market who gets it. One where the market's price is shown.
    """
    if not prices.from_engine:
        return np.ones(len(prices.omega))
    shown = np.maximum(0.0, prices.outside - 1.0).sum(axis=1)
    market = np.maximum(0.0, np.nan_to_num(prices.market, nan=1.0) - 1.0).sum(axis=1)
    factor = np.divide(shown, market, out=np.ones_like(shown), where=market > 0)
    capped: Floats = np.minimum(1.0, factor)
    return capped


def exposed(base: BalancedBase, network: Network, shock: Shock) -> float:
    """Share of the supply outside the actor that the shock is aimed at.

    ``exports to the cut countries / (exports + output of all others)``.
    """
    actor = base.country(shock.request.actor)
    flow = network.flow[shock.step, actor]
    exports = flow.sum() - flow[actor]
    others = network.output[shock.step].sum() - network.output[shock.step, actor]
    aimed = flow[cut_countries(shock, base.names.countries)].sum()
    return float(aimed / (exports + others)) if exports + others > 0 else 0.0


def _stopped(base: BalancedBase, network: Network, given: Scenario, shock: Shock) -> Floats:
    """Share of the aimed-at exports that is stopped, shape (month,)."""
    months = len(given.measures)
    if shock.request.instrument == "outage":
        return shock.depth * in_force(shock.start, shock.months, months)
    aimed = cut_countries(shock, base.names.countries)
    weight = network.flow[shock.step, base.country(shock.request.actor), aimed]
    total = weight.sum()
    if total <= 0:
        return np.zeros(months)
    stopped: Floats = 1.0 - given.rates[:, aimed] @ weight / total
    return np.clip(stopped, 0.0, 1.0)


def _place(step: int) -> str:
    """Stream of the stock of a step, as in the market's parameters."""
    return str(step + 1) if step else ""


def _early(ahead: Floats, shock: Shock, months: int) -> Floats:
    """Exports above the base during the notice, share of a month's, shape (draw, month)."""
    if shock.start <= 0:
        return np.zeros((len(ahead), months))
    part = in_force(0.0, shock.start, months)
    early: Floats = ahead[:, None] * part / shock.start
    return early


def _engine(
    sampler: Sampler,
    shock: Shock,
    omega: Floats,
    passed: Floats,
    stock: Floats,
    spare: Floats,
    laws: EngineParameters,
) -> ShockPath:
    sampler.used.update(
        {f"par:{name}": None for name in sampler.evidence.parameters if "shock.engine." in name}
    )
    inputs = ShockInputs(
        instrument=CLASSES[shock.request.instrument],
        outside_share=omega,
        stock_cover=stock,
        spare_capacity=spare,
        pass_ratio=passed,
        month_of_force=round(shock.start),
        announced_cut=shock.depth,
    )
    if sampler.draws == 1:
        return central(inputs, laws)
    return simulate(inputs, laws, sampler.draws, shock.request.seed)


def _mean(path: NetworkPath, step: int, price: Floats, countries: Sequence[int]) -> Floats:
    """Mean of a price over countries, weighted by base purchases, shape (draw, month)."""
    price = price[:, :, countries]
    weight = np.broadcast_to(path.base[:, None, step, countries], price.shape)
    known = np.isfinite(price) & (weight > 0)
    total = np.where(known, weight, 0.0).sum(axis=2)
    spent = np.where(known, weight * np.where(known, price, 0.0), 0.0).sum(axis=2)
    mean: Floats = np.divide(spent, total, out=np.full(total.shape, np.nan), where=total > 0)
    return mean
