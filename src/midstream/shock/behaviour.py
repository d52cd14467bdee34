"""Draws of the parameter table for the market of a shock: named streams, one draw per place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.streams import generator, quantiles
from midstream.evidence import Evidence
from midstream.market import Parameters

#: A use that stopped below this price would not run in the base year.
LEAST_CHOKE = 1.2


@dataclass(slots=True)
class Sampler:
    """Draws parameters by their distribution.

    A stream depends on the seed and its name; draw number ``n`` does not depend on how many draws
    there are or who computes them.

    Attributes:
        evidence: The release.
        seed: Seed of all streams.
        draws: Number of draws; draw 0 takes the central values.
        used: Ids of the parameters read, in order.
        known: Draws by stream, kept between runs of the same release, seed and number of draws.
    """

    evidence: Evidence
    seed: int
    draws: int
    used: dict[str, None] = field(default_factory=dict)
    known: dict[str, Floats] = field(default_factory=dict)

    def uniform(self, name: str) -> Floats:
        """Uniform numbers for a name, shape (draw,); the first is the median."""
        drawn = generator(self.seed, name).random(self.draws)
        drawn[0] = 0.5
        return drawn

    def value(self, name: str) -> float:
        """Central value of a parameter."""
        self.used[f"par:{name}"] = None
        return float(self.evidence.parameter(name).value or 0.0)

    def draw(self, name: str, place: str = "") -> Floats:
        """Draw a parameter, shape (draw,).

        Args:
            name: Id of the parameter.
            place: Name of the stream beside the parameter's, where several places draw it.

        Returns:
            Read-only, as later runs get the same.
        """
        value = self.value(name)
        stream = f"{name}/{place}" if place else name
        if stream not in self.known:
            row = self.evidence.parameters[name]
            quantile = self.uniform(stream)
            drawn = quantiles(row["distribution"], value, row["low"], row["high"], quantile)
            drawn[0] = value
            drawn.setflags(write=False)
            self.known[stream] = drawn
        return self.known[stream]


def market_parameters(sampler: Sampler, steps: int, uses: int, countries: int) -> Parameters:
    """Draw the behaviour of a market with its axis of draws.

    Args:
        sampler: Draws of the parameter table.
        steps, uses, countries: Sizes of the network.

    Returns:
        Parameters with the same stock in all countries; `stocked` adds what some hold more.
    """
    later = range(2, steps + 1)
    short = _by_step(sampler, "market.substitution.short", steps)
    spare = sampler.draw("market.spare")
    capacity = np.repeat(1.0 + spare, steps * countries).reshape(-1, steps, countries)
    stock = _columns(
        sampler.draw("market.stock.1"),
        *(sampler.draw("market.stock.later", str(number)) for number in later),
    )
    return Parameters(
        substitution=short,
        supply_elasticity=_columns(
            sampler.draw("market.supply.1"),
            *(sampler.draw("market.supply.later", str(number)) for number in later),
        ),
        cost_share=_cost_shares(sampler, steps),
        demand_elasticity=_by_use(sampler, "market.demand", steps, uses),
        choke_price=np.maximum(LEAST_CHOKE, _by_use(sampler, "market.choke", steps, uses)),
        feed_choke_price=np.maximum(LEAST_CHOKE, _by_step(sampler, "market.choke", steps)),
        capacity=capacity,
        leakage_share=np.minimum(1.0, sampler.draw("market.leakage")),
        leakage_markup=sampler.draw("market.leakage.markup"),
        substitution_short=short,
        substitution_long=np.maximum(short, _by_step(sampler, "market.substitution.long", steps)),
        qualification_months=sampler.draw("market.qualification"),
        usable_stock=np.minimum(1.0, sampler.draw("market.stock.usable")),
        stock_months=np.repeat(stock[:, :, None], countries, axis=2),
        refill_months=np.full(sampler.draws, sampler.value("market.stock.refill")),
    )


def stocked(parameters: Parameters, step: int, extra: Floats) -> Parameters:
    """Add stocks of one step's form, shape (draw, country) in months of use."""
    stock = np.array(parameters.stock_months)
    stock[:, step] += extra
    return replace(parameters, stock_months=stock)


def _columns(*columns: Floats) -> Floats:
    return np.stack(columns, axis=1)


def _by_step(sampler: Sampler, name: str, steps: int) -> Floats:
    """One draw a step, shape (draw, step)."""
    return _columns(*(sampler.draw(name, f"step/{number}") for number in range(1, steps + 1)))


def _by_use(sampler: Sampler, name: str, steps: int, uses: int) -> Floats:
    """One draw a step and use, shape (draw, step, use)."""
    found = [
        _columns(*(sampler.draw(name, f"{step}/{use}") for use in range(uses)))
        for step in range(1, steps + 1)
    ]
    return np.stack(found, axis=1)


def _cost_shares(sampler: Sampler, steps: int) -> Floats:
    """Share of the input in cost; nothing is bought at the first step."""
    shares: list[Floats] = [np.zeros(sampler.draws)]
    for number in range(2, steps + 1):
        name = "market.cost-share.2" if number == 2 else "market.cost-share.later"
        shares.append(np.minimum(0.95, sampler.draw(name, str(number))))
    return _columns(*shares)
