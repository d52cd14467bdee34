"""What stays the same while moves are compared, and the conditions a move makes for entrants."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from midstream.chain.estimate import Floats
from midstream.counterstrategy.incumbent import Incumbent
from midstream.counterstrategy.moves import Move
from midstream.counterstrategy.sampling import Sampling
from midstream.counterstrategy.survival import Behaviour, Climate, usual


@dataclass(frozen=True)
class Game:
    """Everything that stays the same while moves are compared; draws have the shape (draw,).

    Attributes:
        incumbent: The incumbent.
        behaviour: How long exits last.
        horizon: Years over which a move is counted.
        discount: Real discount rate.
        build: Years from decision to output of plants that a squeeze brings in.
        outlook: Price that projects count on over the reference price.
        credence: Part of a squeeze's price rise that lenders count on.
        growth: Growth of the elasticity abroad per year of a squeeze.
        choke: Highest price abroad over the reference price.
        multiple: Price of equipment elsewhere over the incumbent's.
        ban_delay: Delay of exposed projects under a technology ban, years.
        ban_margin: Margin on equipment.
        annuity: Capital cost over the yearly charge for it, years.
        talent_delay: Output lost to talent limits, years of full output.
        talent_fee: Service income over the sales of a project.
    """

    incumbent: Incumbent
    behaviour: Behaviour
    horizon: int
    discount: float
    build: float
    outlook: Floats
    credence: Floats
    growth: Floats
    choke: float
    multiple: Floats
    ban_delay: Floats
    ban_margin: Floats
    annuity: float
    talent_delay: Floats
    talent_fee: Floats

    @classmethod
    def of(cls, incumbent: Incumbent, sampling: Sampling) -> Game:
        """Draw the assumptions of the game."""
        draw, value = sampling.shared, sampling.value
        behaviour = Behaviour(draw("stay"), value("restart"), draw("ban.equipment"))
        return cls(
            incumbent=incumbent,
            behaviour=behaviour,
            horizon=round(value("horizon")),
            discount=value("discount"),
            build=value("build"),
            outlook=draw("outlook"),
            credence=draw("credence"),
            growth=draw("elasticity.growth"),
            choke=float(sampling.evidence.parameter("market.choke").value or 1.0),
            multiple=draw("ban.multiple"),
            ban_delay=draw("ban.delay") * value("build"),
            ban_margin=draw("ban.margin"),
            annuity=value("ban.annuity"),
            talent_delay=draw("talent.delay"),
            talent_fee=draw("talent.fee"),
        )

    @property
    def before(self) -> Climate:
        """Conditions of entrants without a move."""
        return usual(self.incumbent.reference, self.outlook)

    def ratio(self, depth: float, year: int) -> Floats:
        """Price abroad over the reference price in a year (1 is the first) of an export cut.

        The elasticity grows with every year: ``epsilon (1 + g (year - 1))``.
        """
        elasticity = self.incumbent.elasticity * (1 + self.growth * (year - 1))
        return outside_price(depth, self.incumbent.outside_share, elasticity, self.choke)

    def weight(self, year: int, start: float, end: float | Floats) -> Floats:
        """Discounted part of a year (1 is the first) that lies between two times."""
        part = np.clip(np.minimum(end, year) - np.maximum(start, year - 1), 0.0, 1.0)
        weight: Floats = part / (1 + self.discount) ** (year - 0.5)
        return weight

    @cached_property
    def discounts(self) -> Floats:
        """Weight of each whole year up to the horizon, shape (year,)."""
        growth = 1 + self.discount
        return np.array([growth ** (0.5 - year) for year in range(1, self.horizon + 1)])

    @cached_property
    def _growths(self) -> Floats:
        """What discounting divides a year by, shape (year, 1)."""
        growth = 1 + self.discount
        return np.array([[growth ** (year - 0.5)] for year in range(1, self.horizon + 1)])

    def weights(self, start: float, end: float | Floats) -> Floats:
        """Sum of the weights of all years between two times, up to the horizon."""
        years = np.arange(1, self.horizon + 1, dtype=float)[:, None]
        part = np.clip(np.minimum(end, years) - np.maximum(start, years - 1), 0.0, 1.0)
        return np.asarray(np.cumsum(part / self._growths, axis=0)[-1])


def outside_price(depth: float, outside_share: Floats, elasticity: Floats, choke: float) -> Floats:
    """Price abroad over its usual level when exports are cut: ``(S / S_0)^(-1/epsilon)``.

    ``S / S_0 = 1 - s m``: a cut ``s`` of the incumbent's share ``m`` of supply abroad. Others
    do not answer within the move; the price is capped at the choke price.
    """
    left = np.maximum(1 - depth * outside_share, 1e-12)
    ratio: Floats = np.minimum(left ** (-1 / elasticity), choke)
    return ratio


def climate_of(move: Move, game: Game) -> Climate:
    """Conditions of entrants while a move lasts."""
    usually = game.before
    if move.kind == "flood":
        flooded = np.minimum(usually.price, float(move.price or 0.0))
        return Climate(flooded, flooded * game.outlook[:, None], usually.dearer)
    if move.kind in ("squeeze", "licence-queue"):
        ratio = game.ratio(move.depth, 1)[:, None]
        counted = 1 + (ratio - 1) * game.credence[:, None] * min(1.0, move.years)
        fed = 1 - move.depth if move.kind == "licence-queue" else 1.0
        build = usually.build_price * counted
        return Climate(usually.price * ratio, build, usually.dearer, fed)
    if move.kind == "technology-ban":
        return Climate(usually.price, usually.build_price, game.multiple[:, None])
    return usually


def objectives(incumbent: Incumbent, sampling: Sampling) -> tuple[tuple[float, float], ...]:
    """Give the objectives that are looked at: every pair of lambda and theta.

    Lambda is 0, a middle and 1; theta is 0 and three parts of the incumbent's yearly sales, USD
    million a year.
    """
    weights = (0.0, sampling.value("lambda.middle"), 1.0)
    names = ("theta.middle", "theta.high", "theta.highest")
    parts = (0.0, *(sampling.value(name) for name in names))
    return tuple((weight, part * incumbent.revenue) for weight in weights for part in parts)


def central_objective(incumbent: Incumbent, sampling: Sampling) -> tuple[float, float]:
    """The middle lambda and theta."""
    return sampling.value("lambda.middle"), sampling.value("theta.middle") * incumbent.revenue
