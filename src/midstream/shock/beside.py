"""What stands beside a run: peaks by rule, form, engine and market, and the nearest episodes."""

from __future__ import annotations

from typing import Any

import numpy as np

from midstream.evidence import Evidence, Ledger, Quantity
from midstream.shock.episode import Episode
from midstream.shock.fan import Fan
from midstream.shock.instruments import Shock
from midstream.shock.network import BalancedBase
from midstream.shock.peaks import PREDICTORS, PeakModel, scenario_episode
from midstream.shock.prices import CLASSES, Prices
from midstream.shock.similar import EpisodeRecord

#: The rule a page shows first, until another is shown to be better.
RULE = "capped_share_rule"


def as_episode(
    evidence: Evidence, shock: Shock, base: BalancedBase, prices: Prices, stock: float
) -> Episode | None:
    """Give the shock as an episode without an outcome; ``None`` for a tariff.

    Args:
        evidence: The release.
        shock: The shock.
        base: The balanced base.
        prices: Share aimed at and cut, of which the medians are taken.
        stock: Stocks outside, months of use.
    """
    instrument = CLASSES.get(shock.request.instrument)
    if instrument is None:
        return None
    material = evidence.forms[shock.request.form]["main_material"]
    return scenario_episode(
        evidence,
        name=f"run/{shock.key}",
        material=str(material or base.route.material),
        stage=base.route.counted[shock.step].stage,
        instrument=instrument,
        supply_share=float(np.median(prices.omega)),
        pass_ratio=tuple((1.0 - np.median(prices.cut, axis=0)).tolist()),
        month_of_force=round(shock.start),
        stock_cover=stock,
    )


def peaks_and_rivals(
    model: PeakModel, fan: Fan, episode: Episode | None, prices: Prices
) -> tuple[dict[str, Quantity], dict[str, Quantity]]:
    """Give the peak price, as a ratio, by predictor.

    ``rule``: the capped share rule, refitted on all episodes. ``model``: the form fitted on them.
    ``engine``: largest price of the monthly engine, with its residual. ``market``: largest mean
    price the targets pay, for targeted measures.

    Returns:
        These, and the rivals of the model.
    """
    peaks: dict[str, Quantity] = {}
    rivals: dict[str, Quantity] = {}
    if episode is not None:
        known = model.forecast([episode])[0].quantities(fan.ledger)
        peaks = {"rule": known[RULE], "model": known["model"]}
        rivals = {name: known[name] for name in PREDICTORS if name != "model"}
    if prices.engine is not None:
        draws = np.maximum(1.0, prices.engine.price_outside.max(axis=1))
        peaks["engine"] = fan.quantity(
            "peak/engine", "Peak price: engine", draws, "ratio", "largest month of the engine"
        )
    if not prices.from_engine:
        shown = np.where(np.isfinite(prices.outside), prices.outside, 0.0).max(axis=1)
        draws = np.maximum(1.0, shown)
        peaks["market"] = fan.quantity(
            "peak/market", "Peak price: market", draws, "ratio", "largest month of the price paid"
        )
    return peaks, rivals


def nearest(
    record: EpisodeRecord, ledger: Ledger, episode: Episode | None
) -> tuple[dict[str, Any], ...]:
    """Give the nearest episodes on record; none for a tariff, which has no record."""
    if episode is None:
        return ()
    return tuple(found.to_dict(ledger) for found in record.near(episode))
