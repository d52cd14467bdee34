"""Shapley leverage: the mean of what a player adds to the deliverable flow, over all orders.

The game is the flow of the complete stage graph: ``v(S) = min(1, min over steps of the capacity
of S)``. Players are countries with all their steps together; for single nodes see
`midstream.dependency.node_values`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import factorial

import numpy as np

from midstream.chain.estimate import Floats

#: Up to this many players all 2^n coalitions are counted.
EXACT_PLAYERS = 12
#: Orders of players that are sampled above, half of them the reverse of the other half.
ORDERS = 256
#: Coalition values held at once: what fits the cache of a core.
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Shapley:
    """Shapley values.

    Attributes:
        values: Shape (draw, player); they sum to the flow of all players.
        error: Standard error from sampling orders, mean over draws, shape (player,); zero where
            all coalitions were counted.
    """

    values: Floats
    error: Floats


def shapley(capacity: Floats, rng: np.random.Generator, orders: int = ORDERS) -> Shapley:
    """Shapley values of the flow game: exact for up to twelve players, sampled above.

    Args:
        capacity: Capacity of each player at each step, shape (draw, step, player).
        rng: Orders are drawn from it.
        orders: Number of orders.
    """
    if capacity.shape[2] <= EXACT_PLAYERS:
        values = exact(capacity)
        return Shapley(values, np.zeros(capacity.shape[2]))
    return sampled(capacity, rng, orders)


def exact(capacity: Floats) -> Floats:
    """Shapley values from all coalitions, shape (draw, player).

    ``sum over S without i of |S|! (n - |S| - 1)! / n! x (v(S + i) - v(S))``: a linear map of the
    table of coalition values.
    """
    draws, _, players = capacity.shape
    weights = _weights(players)
    block = max(1, _BLOCK // (1 << players))
    values = np.empty((draws, players))
    for start in range(0, draws, block):
        part = capacity[start : start + block]
        table = coalition_values(part)
        values[start : start + block] = table @ weights
    return values


def coalition_values(capacity: Floats) -> Floats:
    """Flow of every coalition, shape (draw, 2^player); bit i of the index is player i."""
    best = np.ones((capacity.shape[0], 1 << capacity.shape[2]))
    for step in range(capacity.shape[1]):
        np.minimum(best, coalition_sums(capacity[:, step]), out=best)
    return best


def coalition_sums(capacity: Floats) -> Floats:
    """Capacity of every coalition of one layer, shape (draw, 2^player)."""
    draws, players = capacity.shape
    sums = np.zeros((draws, 1 << players))
    for player in range(players):
        size = 1 << player
        np.add(sums[:, :size], capacity[:, player, None], out=sums[:, size : 2 * size])
    return sums


@cache
def _weights(players: int) -> Floats:
    """The linear map from coalition values to Shapley values, shape (2^player, player)."""
    index = np.arange(1 << players)
    sizes = np.array([int(number).bit_count() for number in index])
    whole = factorial(players)
    gain = np.array(
        [
            factorial(s - 1) * factorial(players - s) / whole if s else 0.0
            for s in range(players + 1)
        ]
    )
    loss = np.array(
        [
            factorial(s) * factorial(players - s - 1) / whole if s < players else 0.0
            for s in range(players + 1)
        ]
    )
    inside = (index[:, None] >> np.arange(players)) & 1 == 1
    return np.asarray(np.where(inside, gain[sizes][:, None], -loss[sizes][:, None]))


def sampled(capacity: Floats, rng: np.random.Generator, orders: int = ORDERS) -> Shapley:
    """Shapley values from random orders, each taken forwards and backwards.

    The same orders serve all draws. Each order hands out the whole flow, so the values sum to it
    whatever is sampled.
    """
    draws, _, players = capacity.shape
    pairs = max(2, orders // 2)
    # Players lead, so that joining in an order adds whole rows of memory.
    rows = np.ascontiguousarray(capacity.transpose(2, 1, 0))
    total = np.zeros((players, draws))
    squares = np.zeros((players, draws))
    for _ in range(pairs):
        order = rng.permutation(players)
        mean = (_added(rows, order) + _added(rows, order[::-1])) / 2
        total += mean
        squares += mean**2
    values = total / pairs
    spread = np.maximum(0.0, squares / pairs - values**2)
    return Shapley(values.T, np.sqrt(spread / (pairs - 1)).mean(axis=1))


def _added(rows: Floats, order: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Floats:
    """What each player adds when they join in an order, shape (player, draw)."""
    together = np.zeros(rows.shape[1:])
    before = np.zeros(rows.shape[2])
    added = np.empty((rows.shape[0], rows.shape[2]))
    for player in order.tolist():
        together += rows[player]
        reached = np.minimum(1.0, together.min(axis=0))
        added[player] = reached - before
        before = reached
    return added
