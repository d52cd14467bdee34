"""What an entrant needs per kg: cash cost, fixed cost with debt, and the price it waits for.

Costs follow the incumbent's full cost by ratios where no cost of the plant or its form is known.
"""

from __future__ import annotations

from dataclasses import dataclass

from midstream.chain.estimate import Floats
from midstream.chain.plants import Plant
from midstream.counterstrategy.incumbent import Incumbent
from midstream.counterstrategy.sampling import Sampling


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs of one plant per kg of output, shape (draw,) each.

    Attributes:
        cash: Cash cost.
        fixed: Fixed cost and debt service, paid whether the plant runs well or not.
        incentive: Price over its life at which the plant is worth building.
        basis: ``archetype`` of the form, or ``ratio`` to the incumbent's cost.
        lineage: Ids the costs rest on.
    """

    cash: Floats
    fixed: Floats
    incentive: Floats
    basis: str
    lineage: tuple[str, ...]


def costs_by_ratio(plant: Plant, incumbent: Incumbent, sampling: Sampling) -> Costs:
    """Costs of a plant as ratios to the incumbent's full cost.

    ``cash = c_L r_cash level``; likewise fixed cost and incentive price, which is not below
    ``cash + fixed``. The level is common to all plants of a set of draws.
    """
    base = incumbent.cost * sampling.shared("cost.level")
    cash = base * sampling.own("cash-ratio", plant.id)
    fixed = base * sampling.own("fixed-ratio", plant.id)
    incentive = base * sampling.own("incentive-ratio", plant.id)
    names = ("cash-ratio", "fixed-ratio", "incentive-ratio", "cost.level")
    return Costs(
        cash=cash,
        fixed=fixed,
        incentive=_at_least(incentive, cash + fixed),
        basis="ratio",
        lineage=tuple(f"par:counter.{name}" for name in names),
    )


def _at_least(values: Floats, least: Floats) -> Floats:
    """A plant is not built for a price that would not pay for running it."""
    higher: Floats = values.clip(min=least)
    return higher
