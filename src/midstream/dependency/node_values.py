"""Shapley values of single nodes of the stage graph, from the layers of the graph.

With every node present with probability q on its own, the Shapley value is the integral over q of
the mean of what a node adds (Owen's multilinear extension). Layers are then independent, and the
flow, rounded down to a grid, is a sum over grid points of products of layer probabilities:
``v = mean over x of [every layer holds at least x]``. Coalitions are counted layer by layer, and
the integral over q is exact by Gauss-Legendre, since it is a polynomial. The values are thus the
exact Shapley values of the flow rounded to the grid: they sum to the whole flow.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats
from midstream.dependency.shapley import coalition_sums

#: Points of the grid to which the flow is rounded.
GRID = 50
#: Largest number of nodes of a layer that play on their own.
LAYER_PLAYERS = 8


def node_values(layers: Sequence[Floats]) -> list[Floats]:
    """Shapley value of every node.

    Args:
        layers: Capacity over need of the nodes of each layer, each of shape (draw, node).

    Returns:
        Values in the same shapes; over all layers they sum to the flow rounded to the grid.
    """
    pooled = [_pooled(layer) for layer in layers]
    count = sum(layer.shape[1] for layer, _ in pooled)
    points, weights = _gauss(count // 2 + 1)
    parts = [_layer(layer, points) for layer, _ in pooled]
    found = []
    for place, ((layer, index), (_, gains)) in enumerate(zip(pooled, parts, strict=True)):
        others = np.ones_like(parts[place][0])
        for other, (held, _) in enumerate(parts):
            if other != place:
                others = others * held
        values = np.einsum("dxq,dxnq->dn", others * weights, gains) / GRID
        found.append(_spread(values, layer, index, layers[place]))
    return found


def _pooled(layer: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Keep the largest nodes of a layer and pool the others; give each node its player."""
    nodes = layer.shape[1]
    if nodes <= LAYER_PLAYERS:
        return layer, np.arange(nodes)
    order = np.argsort(-np.median(layer, axis=0), kind="stable")
    index = np.full(nodes, LAYER_PLAYERS - 1)
    index[order[: LAYER_PLAYERS - 1]] = np.arange(LAYER_PLAYERS - 1)
    pool = np.zeros((layer.shape[0], LAYER_PLAYERS))
    for node, player in enumerate(index.tolist()):
        pool[:, player] += layer[:, node]
    return pool, index


def _spread(values: Floats, players: Floats, index: NDArray[np.int64], layer: Floats) -> Floats:
    """Share the value of a pool among its nodes by capacity."""
    whole = players[:, index]
    part = np.where(whole > 0, layer / np.where(whole > 0, whole, 1.0), 0.0)
    return np.asarray(values[:, index] * part)


def _layer(capacity: Floats, points: Floats) -> tuple[Floats, Floats]:
    """How likely a layer holds x, and what each node adds to that, at every q.

    Returns:
        Probabilities of shape (draw, x, q) and gains of shape (draw, x, node, q).
    """
    draws, nodes = capacity.shape
    grid = (np.arange(GRID) + 0.5) / GRID
    sums = coalition_sums(capacity)
    holds = (sums[:, None, :] >= grid[:, None]).astype(np.float32)
    counts = (holds.reshape(draws * GRID, -1) @ _counting(nodes)).astype(float)
    counts = counts.reshape(draws, GRID, nodes + 1, nodes + 1)
    whole, inside = counts[:, :, 0], counts[:, :, 1:]
    size = np.arange(nodes + 1)[:, None]
    chance = points**size * (1 - points) ** (nodes - size)
    held = whole @ chance
    # Coalitions of the others: those with the node less the node, and those without it.
    size = np.arange(nodes)[:, None]
    among = points**size * (1 - points) ** (nodes - 1 - size)
    outside = whole[:, :, None, :-1] - inside[:, :, :, :-1]
    gains = (inside[:, :, :, 1:] - outside) @ among
    return held, gains


@cache
def _counting(nodes: int) -> NDArray[np.float32]:
    """Counts coalitions by size: all of them, then those that hold each node.

    Shape (2^node, (1 + node) x (node + 1)).
    """
    index = np.arange(1 << nodes)
    bits = (index[:, None] >> np.arange(nodes)) & 1
    sizes = np.eye(nodes + 1)[bits.sum(axis=1)]
    member = np.concatenate([np.ones((1 << nodes, 1)), bits], axis=1)
    table = member[:, :, None] * sizes[:, None, :]
    return np.asarray(table.reshape(1 << nodes, -1), dtype=np.float32)


@cache
def _gauss(count: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre points and weights on 0..1."""
    points, weights = np.polynomial.legendre.leggauss(count)
    return (points + 1) / 2, weights / 2
