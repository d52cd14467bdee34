"""Who wins: makers elsewhere, makers inside the wall, licence holders, third countries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from midstream.chain.estimate import Floats
from midstream.market import Equilibrium
from midstream.shock.calibrate import Nodes
from midstream.shock.path import NetworkPath

Way = Literal["maker elsewhere", "maker inside", "licence holder", "third country"]

MONTHS = 12.0


@dataclass(frozen=True, slots=True)
class Winner:
    """A country that gains.

    Attributes:
        country: Country.
        form: Form it gains on.
        way: How it gains.
        gain: Gain over the whole path in the base's yearly sales of the world in that form, shape
            (draw,).
    """

    country: str
    form: str
    way: Way
    gain: Floats


def surplus(price: Floats, made: Floats, input_price: Floats, input_share: Floats) -> Floats:
    """Change of producer surplus over base sales, any shape.

    ``on x (p - 1 - a (P_feed - 1))``: the margin's rise on the mean ``(1 + X / X0) / 2`` of output
    before and after, exact where supply is straight between the two; on ``X / X0`` where the
    margin rises while output falls: whom the feed runs out for earns on what is still made.

    Args:
        price: Price over base.
        made: Output over base output.
        input_price: Effective price of the input over base; 1 at the first step.
        input_share: Share of the input in cost.
    """
    margin = price - 1.0 - input_share * (input_price - 1.0)
    starved = (margin > 0) & (made < 1)
    gain: Floats = np.where(starved, made, (1.0 + made) / 2.0) * margin
    return gain


def makers(
    names: Nodes,
    path: NetworkPath,
    cost_share: Floats,
    actor: str,
    first: int,
    choke: float = np.inf,
) -> list[Winner]:
    """Give the gains of makers of the cut form and of later forms.

    Args:
        names: Axes.
        path: The path.
        cost_share: Share of the input in cost, shape (draw, step).
        actor: Country that restricts: its makers of later forms are inside the wall.
        first: Step that is cut.
        choke: Price over base no use survives. The market's price of a maker who has next to
            nothing to sell has no top; nobody pays more than this.
    """
    found = []
    for step in range(first, len(names.forms)):
        world = path.base_output[:, step].sum(axis=-1)
        for column, country in enumerate(names.countries[:-1]):
            made = path.made[:, :, step, column]
            if np.isnan(made).all():
                continue
            price = np.minimum(np.nan_to_num(path.price[:, :, step, column], nan=1.0), choke)
            if step:
                feed = np.minimum(_finite(path.effective[:, :, step - 1, column]), choke)
                share = cost_share[:, step, None]
            else:
                feed, share = np.ones_like(price), np.zeros((path.draws, 1))
            monthly = surplus(price, made, feed, share)
            size = path.base_output[:, step, column] / world / MONTHS
            way: Way = "maker inside" if country == actor else "maker elsewhere"
            gain = monthly.sum(axis=1) * size
            found.append(Winner(country, names.forms[step], way, gain))
    return found


def _finite(price: Floats) -> Floats:
    """Prices to buyers; one that is cut off from all suppliers makes nothing, so 1 stands in."""
    finite: Floats = np.where(np.isfinite(price), price, 1.0)
    return finite


def passers(names: Nodes, state: Equilibrium, months: float, step: int) -> list[Winner]:
    """Give the gains of licence holders and of third countries from one solved month.

    Licence rent goes to the exporter, ``tau x p x F``; a hub keeps its mark-up on what passes.

    Args:
        names: Axes.
        state: Equilibrium with an axis of draws.
        months: Months it stands for.
        step: Step that is cut.
    """
    total = state.problem.network.output[step].sum()
    rent = state.rent[:, step].sum(axis=2) / total * months / MONTHS
    markup = np.asarray(state.parameters.leakage_markup, dtype=np.float64).reshape(-1, 1)
    price = np.exp(np.nan_to_num(state.log_price[:, step]))
    passed = (state.through_hub_at(step) * price[:, :, None, None]).sum(axis=(1, 3))
    margin = markup * passed / total * months / MONTHS
    form = names.forms[step]
    found = [
        Winner(country, form, "licence holder", rent[:, column])
        for column, country in enumerate(names.countries)
    ]
    found += [
        Winner(country, form, "third country", margin[:, column])
        for column, country in enumerate(names.countries[:-1])
    ]
    return found


def ranked(winners: list[Winner], least: float, most: int) -> tuple[Winner, ...]:
    """The largest gains by median, none below ``least`` of the world's yearly sales."""
    middles = np.median([winner.gain for winner in winners], axis=1).tolist() if winners else []
    shown = [pair for pair in zip(middles, winners, strict=True) if pair[0] >= least]
    shown.sort(key=lambda pair: (-pair[0], pair[1].country, pair[1].way))
    return tuple(winner for _, winner in shown[:most])
