"""Maximum-weight matching of two sides, one draw at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from midstream.collaboration.weights import Floats


def best_pairs(weights: Floats) -> NDArray[np.bool_]:
    """Choose pairs so that the sum of their weights is largest; each side stands in one at most.

    Args:
        weights: Weights >= 0, shape (left, right); a pair of weight 0 is never chosen.

    Returns:
        Whether a pair is chosen, shape (left, right).
    """
    # Loading scipy is slow, and only this answer needs it.
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(weights, maximize=True)
    chosen = np.zeros(weights.shape, dtype=bool)
    chosen[rows, columns] = weights[rows, columns] > 0
    return chosen


def frequencies(weights: Floats) -> Floats:
    """Share of draws in which each pair is chosen.

    Args:
        weights: Shape (draw, left, right).

    Returns:
        Shares 0..1, shape (left, right); a row or a column sums to 1 at most.
    """
    total = np.zeros(weights.shape[1:])
    for one in weights:
        total += best_pairs(one)
    return total / len(weights)


def chosen_share(weights: Floats, row: int, column: int) -> float:
    """Share of draws in which one pair is chosen."""
    return float(np.mean([best_pairs(one)[row, column] for one in weights]))
