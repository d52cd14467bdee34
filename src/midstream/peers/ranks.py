"""Ranks and pairs on common draws: arrays in, numbers out.

Every country brings the draws of its score at the low and the high end of its evidence box. Two
countries are compared draw by draw, so that what both share (anchors, weights, the world) cancels.
An interval takes the ends that are worst and best for the country it is about.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats, median, quantile

#: Draws of a score at the low and the high end of the evidence box, shape (draw,).
Ends = tuple[Floats, Floats]
#: Ends of the interval of a rank.
RANK_ENDS = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class RankRange:
    """Rank of a country among some (1 is best).

    Attributes:
        p50: Median; ``None`` for a country nobody has evidence on.
        low, high: 5 % point of the best case, 95 % point of the worst.
    """

    p50: int | None
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Chance:
    """Probability that one country is ahead of another.

    Attributes:
        value: Mean of both boxes at their low ends and both at their high ends; ``None`` where one
            of the two is unknown.
        low: One at its low end, the other at its high end.
        high: The other way round.
    """

    value: float | None
    low: float
    high: float


def both(ends: Ends) -> Floats:
    """Draws at the low ends, then at the high ends, shape (2 draw,)."""
    return np.concatenate(ends)


def ranks(scores: Sequence[Ends], known: Sequence[bool]) -> tuple[RankRange, ...]:
    """Rank countries.

    ``1 + number of others above``, draw by draw: the median at the middle of the boxes, the best
    case with the own box at its high end and the others at their low ends, the worst case the
    other way round. A country nobody has evidence on (scores 1 and 5) takes part in the interval
    of the others and not in their median.

    Args:
        scores: Ends by country, each of shape (draw,).
        known: Whether there is evidence, by country.

    Returns:
        One range a country, in their order; the interval always holds the median.
    """
    low, high = np.stack([one[0] for one in scores]), np.stack([one[1] for one in scores])
    centre, found = (low + high) / 2, []
    for own in range(len(scores)):
        others = [place for place in range(len(scores)) if place != own]
        seen = [place for place in others if known[place]]
        best = quantile(_above(low[others], high[own]), RANK_ENDS[0])
        worst = quantile(_above(high[others], low[own]), RANK_ENDS[1])
        point = int(median(_above(centre[seen], centre[own]))) if known[own] else None
        inside = (point,) if point is not None else ()
        found.append(
            RankRange(point, min([math.floor(best), *inside]), max([math.ceil(worst), *inside]))
        )
    return tuple(found)


def _above(others: Floats, own: Floats) -> Floats:
    """Rank by draw, shape (draw,): one more than the number of others above."""
    return np.asarray(1.0 + (others > own).sum(axis=0))


def p_ahead(one: Ends, other: Ends, known: bool = True) -> Chance:
    """Probability that one score is above another, ``P(one > other)`` on common draws.

    Args:
        one, other: Ends of the two, each of shape (draw,).
        known: Whether there is evidence on both; if not, only the ends of the box are given.
    """
    low = float((one[0] > other[1]).mean())
    high = float((one[1] > other[0]).mean())
    value = float((both(one) > both(other)).mean()) if known else None
    return Chance(value, low, high)


def p_level(one: Ends, other: Ends) -> float:
    """Probability that two scores are the same, over both ends of their boxes."""
    return float((both(one) == both(other)).mean())


def verdict(ahead: Chance, behind: Chance, least: float) -> str:
    """``ahead`` or ``behind`` where that holds at both ends, else ``not separable``.

    Args:
        ahead: P(one > other).
        behind: P(other > one).
        least: Probability that has to be reached at both ends of the box.
    """
    if min(ahead.low, ahead.high) >= least:
        return "ahead"
    return "behind" if min(behind.low, behind.high) >= least else "not separable"


def gap(own: Ends, other: Ends) -> tuple[float, float]:
    """80 % interval of how far another score is above one's own, in points of the score.

    Returns:
        10 % point with the own box at its high end and the other at its low end; 90 % point the
        other way round.
    """
    return quantile(other[0] - own[1], 0.1), quantile(other[1] - own[0], 0.9)
