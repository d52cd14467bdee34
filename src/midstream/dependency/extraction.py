"""Hypothetical extraction: what a chain stops making and buying when a node is taken out.

Leontief: ``x = (I - A)^-1 y``. A node is taken out by clearing its row and its column of the
requirements matrix and its final demand; the loss is ``1'(x - x')``. It measures what hangs on
the node through the feed it buys, not what later steps lose without it (that is the flow of
`midstream.dependency.maxflow`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats


def gross_output(requirements: Floats, demand: Floats) -> Floats:
    """Gross output ``(I - A)^-1 y`` of each node, in the unit of the node, shape (node,)."""
    return np.asarray(np.linalg.solve(np.eye(demand.size) - requirements, demand))


def extraction_loss(
    requirements: Floats, demand: Floats, taken: Sequence[int], worth: Floats | None = None
) -> float:
    """Share of gross output lost when some nodes are taken out: ``1'(x - x') / 1'x``.

    Args:
        requirements: ``A[i, j]``: units of node i per unit of node j, shape (node, node).
        demand: Final demand, shape (node,).
        taken: Nodes taken out.
        worth: Worth of a unit of each node that makes outputs addable; ones by default.

    Returns:
        Loss 0..1; 0 where nothing flows.
    """
    worth = np.ones(demand.size) if worth is None else worth
    kept = np.ones(demand.size)
    kept[list(taken)] = 0.0
    before = worth @ gross_output(requirements, demand)
    after = worth @ gross_output(requirements * np.outer(kept, kept), demand * kept)
    return float((before - after) / before) if before > 0 else 0.0


def chain_requirements(share: Floats, per_next: Sequence[float]) -> tuple[Floats, Floats]:
    """Requirements matrix of a chain in which every step buys from the world's mix.

    Args:
        share: Share of world output, shape (step, country).
        per_next: Units of a step per unit of the next, one fewer than steps.

    Returns:
        A of shape (step x country, step x country), and the worth of a unit of each node in
        units of the final form.
    """
    steps, countries = share.shape
    matrix = np.zeros((steps * countries, steps * countries))
    worth = np.ones(steps)
    for step in range(steps - 1):
        rows = slice(step * countries, (step + 1) * countries)
        columns = slice((step + 1) * countries, (step + 2) * countries)
        matrix[rows, columns] = per_next[step] * share[step][:, None]
    for step in range(steps - 2, -1, -1):
        worth[step] = worth[step + 1] / per_next[step]
    return matrix, np.repeat(worth, countries)


def chain_loss(share: Floats, taken: NDArray[np.bool_]) -> Floats:
    """Extraction loss on a chain, in closed form.

    With ``e`` the share taken out at each step, output of a step falls to the product of
    ``1 - e`` over it and all later steps: a node that is gone buys no feed. The loss is one less
    the mean over steps.

    Args:
        share: Shares, shape (draw, step, country).
        taken: Steps at which the country is taken out, shape (step,).

    Returns:
        Loss 0..1 for each country, shape (draw, country).
    """
    kept = 1 - share * taken[None, :, None]
    remaining = np.cumprod(kept[:, ::-1], axis=1)
    return np.asarray(1 - remaining.mean(axis=1))
