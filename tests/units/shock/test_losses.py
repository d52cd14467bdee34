"""Output lost, value added and winners: small arrays a reader can check."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from midstream.shock.calibrate import Nodes
from midstream.shock.losses import (
    ValueAdded,
    sector_losses,
    sector_of,
    sector_weights,
    shortfall,
)
from midstream.shock.path import NetworkPath
from midstream.shock.prices import Prices, size_of_gains
from midstream.shock.winners import makers, ranked
from units.shock.real_chain import opened

NAMES = Nodes(
    ("dy-tb-oxide", "ndfeb-magnet"), ("CHN", "JPN", "ROW"), ("robot", "smco-magnet", "other")
)


def path(use: float = 1.0, made: float = 1.0, price: float = 1.0, draws: int = 2) -> NetworkPath:
    """Three months in which Japan's robots use, its magnet makers make and sell as given."""
    shape = (draws, 3, 2, 3)
    ones = np.ones(shape)
    uses = np.ones((draws, 3, 1, 3))
    uses[:, :, 0, 1] = use
    outputs, prices = ones.copy(), ones.copy()
    outputs[:, :, 1, 1] = made
    prices[:, :, 1, 1] = price
    base = np.broadcast_to([[90.0, 10.0, 0.0], [80.0, 20.0, 0.0]], (draws, 2, 3))
    return NetworkPath(
        base=base,
        base_output=base,
        delivered=ones,
        served=ones,
        made=outputs,
        price=prices,
        paid=ones,
        effective=ones,
        cover=ones,
        use=uses,
        unconverged=np.zeros(draws),
        pairs=((1, 0),),
    )


def losses(moved: NetworkPath, thrift: float = 0.0, dependence: float = 1.0):
    study = opened()
    found = sector_losses(
        study.evidence,
        study.world,
        NAMES,
        moved,
        0,
        np.full((moved.draws, 3), thrift),
        np.full(moved.draws, dependence),
    )
    return {(loss.country, loss.sector): loss for loss in found}


def test_nothing_missing_is_nothing_lost() -> None:
    assert losses(path()) == {}


def test_three_months_at_sixty_percent_lose_more_than_a_month() -> None:
    lost = losses(path(use=0.6))["JPN", "industrial-robotics"]
    assert lost.lost.tolist() == pytest.approx([1.2, 1.2])
    assert lost.peak.tolist() == pytest.approx([0.4, 0.4])
    assert lost.forms == ("ndfeb-magnet",)


def test_thrift_and_independence_lower_the_loss() -> None:
    lost = losses(path(use=0.6), thrift=0.1, dependence=0.5)["JPN", "industrial-robotics"]
    assert lost.lost.tolist() == pytest.approx([0.45, 0.45])


def test_makers_of_the_next_form_lose_what_they_cannot_make() -> None:
    found = losses(path(made=0.7))
    assert set(found) == {("JPN", "rare-earth-magnets")}
    assert found["JPN", "rare-earth-magnets"].lost.tolist() == pytest.approx([0.9, 0.9])


def test_a_missing_use_is_not_a_shortage() -> None:
    served = np.array([[np.nan, 1.0, 0.9]])
    lost = shortfall(served, np.zeros((1, 3)), np.ones(1))
    assert lost.tolist() == [pytest.approx([0.0, 0.0, 0.1])]


def test_sectors_are_reached_through_the_recipes() -> None:
    study = opened()
    weights = sector_weights(study.evidence, study.world, "traction-motor")
    assert set(weights) == {"electric-vehicles"}
    assert sum(weights.values()) == pytest.approx(1)
    wafers = sector_weights(study.evidence, study.world, "gaas-gan-wafer")
    assert {"telecom-rf", "defence"} <= set(wafers)
    assert sector_of(study.evidence, "wind-turbine") == "wind"
    assert sector_of(study.evidence, "no-such-form") == ""


def test_value_added_is_blank_where_nobody_counts_it() -> None:
    evidence = opened().evidence
    added = ValueAdded.read(evidence)
    known = added.nearest("IND", "electronics", 2024)
    assert known is not None
    assert known.metric == "value_added"
    assert added.nearest("USA", "wind", 2024) is None


def test_a_maker_gains_by_price_and_loses_by_output() -> None:
    cost = np.zeros((2, 2))
    gains = {
        (gain.country, gain.form): gain.gain
        for gain in makers(NAMES, path(made=0.8, price=1.5), cost, "CHN", 0)
    }
    # .8 x .5 on a fifth of world sales, three months of twelve.
    assert gains["JPN", "ndfeb-magnet"].tolist() == pytest.approx([0.8 * 0.5 * 0.2 / 4] * 2)
    assert gains["CHN", "ndfeb-magnet"].tolist() == pytest.approx([0, 0])


def test_no_price_above_the_choke_is_earned() -> None:
    """The price of a maker who has next to nothing left to sell has no top in the market."""
    starved = path(made=1e-9, price=1e12)
    gains = {
        (gain.country, gain.form): gain.gain
        for gain in makers(NAMES, starved, np.zeros((2, 2)), "CHN", 0, choke=50.0)
    }
    assert gains["JPN", "ndfeb-magnet"].max() < 1e-8


def test_gains_are_ranked_and_small_ones_left_out() -> None:
    gains = makers(NAMES, path(price=1.5), np.zeros((2, 2)), "CHN", 0)
    assert [gain.country for gain in ranked(gains, 0.001, 5)] == ["JPN"]
    assert ranked(gains, 0.9, 5) == ()
    assert len(ranked(gains, -1.0, 1)) == 1


def test_gains_take_the_size_of_the_price_shown() -> None:
    one = np.ones((2, 3))
    market = np.array([[5.0, 5.0, 1.0], [1.0, 1.0, 1.0]])
    shown = np.array([[2.0, 2.0, 0.5], [1.5, 1.0, 1.0]])
    told = Prices(shown, one, market, None, np.ones(2), one, True)
    # Rises of 2 against 8; where the market does not rise there is nothing to scale.
    assert size_of_gains(told).tolist() == [0.25, 1.0]
    assert size_of_gains(replace(told, from_engine=False)).tolist() == [1.0, 1.0]
