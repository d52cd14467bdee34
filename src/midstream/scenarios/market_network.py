"""The network of a later year: what could be made and what is wanted, as a base for the market.

The market starts from a base in which every tonne made is sold. A later year has no such base: what
its plants can make and what its users want differ. So the network of the year is drawn up on what
is wanted, with the shares of suppliers in what they can make, and the difference between the two
is the factor on output at unchanged prices. The price then follows from the equations of the
market alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.market import Network
from midstream.shock.calibrate import Nodes
from midstream.shock.network import balanced, prior
from midstream.shock.trade_base import FormTrade

#: Largest relative error of a row sum; the market asks for 1e-9.
_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True)
class RouteRules:
    """How goods of makers without a trade record find buyers; see `midstream.shock.network.prior`.

    Attributes:
        home: Part of the smaller of output and need that stays at home.
        diagonal: Least domestic sales where trade is on file.
        mixing: Weight of routes nobody reports.
    """

    home: float
    diagonal: float
    mixing: float


@dataclass(frozen=True, slots=True)
class FutureNetwork:
    """A network on what is wanted, and what is made of it at unchanged prices.

    Attributes:
        network: Balanced on what is wanted.
        factor: Output possible over output wanted, the same for all makers of a step, (step,).
    """

    network: Network
    factor: Floats


def future_network(
    today: Network, possible: Floats, growth: Floats, rules: RouteRules
) -> FutureNetwork:
    """Draw up the network of a later year.

    From the last step back: final use is today's times its growth, input use is today's amount
    per unit times what is wanted of the next step, makers share in the sum as they can make it,
    ``output = wanted x possible / sum of possible``.

    Args:
        today: Balanced base of today.
        possible: Output at unchanged prices, shape (step, country), with a maker at each step.
        growth: Final use over today's, shape (step, country).
        rules: How makers that are new or grow find buyers.
    """
    final = today.final_use * growth[:, None, :]
    output, inputs = np.zeros_like(today.output), np.zeros_like(today.input_use)
    factor = np.ones(len(output))
    for step in reversed(range(len(output))):
        if step + 1 < len(output):
            inputs[step] = _per_next(today, step) * output[step + 1]
        wanted = inputs[step].sum() + final[step].sum()
        output[step] = wanted * possible[step] / possible[step].sum()
        factor[step] = possible[step].sum() / wanted
    bought = inputs + final.sum(axis=1)
    flow = [_flows(today, step, output[step], bought[step], rules) for step in range(len(output))]
    names = {name: getattr(today, name) for name in ("steps", "countries", "uses")}
    return FutureNetwork(Network(output, np.array(flow), inputs, final, **names), factor)


def _per_next(today: Network, step: int) -> float:
    """Input per unit of the next step's output."""
    return float(today.input_use[step].sum() / today.output[step + 1].sum())


def _flows(today: Network, step: int, output: Floats, bought: Floats, rules: RouteRules) -> Floats:
    """Fit the flows of a step: the part of a maker that is not new sells where it sells today."""
    sold, was = today.flow[step], today.output[step]
    share, share_then = was / was.sum(), output / output.sum()
    kept = np.minimum(1.0, np.divide(share, share_then, out=np.zeros(len(was)), where=output > 0))
    buyers = today.purchases[step]
    pull = np.divide(bought, buyers, out=np.zeros_like(bought), where=buyers > 0)
    old, new = sold * pull, _new_routes(today, output, bought, rules)
    start = kept[:, None] * _scaled(old, output) + (1 - kept)[:, None] * _scaled(new, output)
    opened = rules.mixing * np.outer(output, bought) / output.sum()
    return balanced(start + np.where(sold > 0, 0.0, opened), output, bought, _TOLERANCE)


def _new_routes(today: Network, output: Floats, bought: Floats, rules: RouteRules) -> Floats:
    """Flows of makers without a record: home first, the rest by gravity."""
    names = Nodes(today.steps, today.countries, today.uses)
    return prior(
        names,
        FormTrade("", 0),
        output,
        bought,
        home=rules.home,
        diagonal=rules.diagonal,
        mixing=rules.mixing,
    )


def _scaled(flow: Floats, output: Floats) -> Floats:
    """Scale rows to the output of their makers; rows without any flow stay blank."""
    sums = flow.sum(axis=1)
    ratio = np.divide(output, sums, out=np.zeros_like(output), where=sums > 0)
    return np.asarray(flow * ratio[:, None])
