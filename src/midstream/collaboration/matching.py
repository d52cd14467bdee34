"""Maximum-weight matching of two sides, draw by draw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from midstream.collaboration.weights import Floats


def best_pairs(weights: Floats) -> NDArray[np.bool_]:
    """Choose pairs so that the sum of their weights is largest; each side stands in one at most.

    Args:
        weights: Weights >= 0, shape (draw, left, right); a pair of weight 0 is never chosen.

    Returns:
        Whether a pair is chosen, shape (draw, left, right).
    """
    # Loading scipy is slow, and only this answer needs it.
    from scipy.optimize import linear_sum_assignment

    chosen = np.zeros(weights.shape, dtype=bool)
    if weights.size:
        found = np.array([linear_sum_assignment(one, maximize=True) for one in weights])
        draws = np.arange(len(weights))[:, None]
        chosen[draws, found[:, 0], found[:, 1]] = True
    return chosen & (weights > 0)


def frequencies(weights: Floats) -> Floats:
    """Share of draws in which each pair is chosen.

    Args:
        weights: Shape (draw, left, right).

    Returns:
        Shares 0..1, shape (left, right); a row or a column sums to 1 at most.
    """
    return np.asarray(best_pairs(weights).mean(axis=0))


def chosen_share(weights: Floats, row: int, column: int) -> float:
    """Share of draws in which one pair is chosen."""
    return float(best_pairs(weights)[:, row, column].mean())
