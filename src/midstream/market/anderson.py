"""Fixed points by Anderson mixing: the plain iteration, speeded up by a few past residuals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from midstream.market.network import Floats

#: Past differences kept.
DEPTH = 6
#: Iterations after which the memory is dropped and the pace slackened: kinks can hold a mixed
#: iteration in a cycle that a slower one leaves.
RESTART = 100
#: Factor on the pace at each restart, and how many restarts slow it.
SLACKEN, SLOWER_RESTARTS = 0.5, 4
#: Iterations after which the slopes of the base are given up for a draw.
DIRECT_LIMIT = 40
#: Largest move of one unknown in an iteration, in logs.
CLIP = 1.5
#: Ridge of the mixing weights, beside differences scaled to length 1.
RIDGE = 1e-12


def fixed_point(
    residual: Callable[[Floats], Floats],
    start: Floats,
    pace: Floats,
    ceiling: Floats,
    *,
    tolerance: float,
    limit: int,
    depth: int = DEPTH,
    matrix: Floats | None = None,
) -> tuple[Floats, int, float]:
    """Find ``z`` with ``residual(z) = 0`` by mixing the iteration ``z + pace * residual(z)``.

    Args:
        residual: Function of the unknowns; positive moves its unknown up.
        start: First guess.
        pace: Step of each unknown per unit of its residual.
        ceiling: Largest value of each unknown; inf has none.
        tolerance: Largest absolute residual at the end.
        limit: Largest number of evaluations.
        depth: Past differences kept.
        matrix: Turns the residuals of the first unknowns into their moves together, in place of
            their paces.

    Returns:
        The best unknowns seen, the number of evaluations, and their largest residual.
    """
    unknowns, best, best_error = start.copy(), start.copy(), np.inf
    moves: list[Floats] = []
    changes: list[Floats] = []
    last_move: Floats | None = None
    last_unknowns = unknowns
    for count in range(1, limit + 1):
        found = residual(unknowns)
        error = float(np.abs(found).max(initial=0.0))
        if error < best_error:
            best, best_error = unknowns.copy(), error
        if error <= tolerance:
            return best, count, best_error
        move = pace * found
        if matrix is not None:
            move[: len(matrix)] = matrix @ found[: len(matrix)]
        if last_move is not None:
            moves = [*moves, unknowns - last_unknowns][-depth:]
            changes = [*changes, move - last_move][-depth:]
        if count % RESTART == 0:
            pace = pace * (SLACKEN if count // RESTART <= SLOWER_RESTARTS else 1.0)
            unknowns, last_move, moves, changes = best.copy(), None, [], []
            continue
        last_move, last_unknowns = move, unknowns
        step = move - mixed(moves, changes, move)
        unknowns = np.minimum(unknowns + np.clip(step, -CLIP, CLIP), ceiling)
    return best, limit, best_error


def mixed(moves: list[Floats], changes: list[Floats], move: Floats) -> Floats:
    """Correction ``(dZ + dG) gamma`` with ``gamma`` the least squares of ``dG gamma = move``."""
    if not moves:
        return np.zeros_like(move)
    change, step = np.stack(changes, axis=1), np.stack(moves, axis=1)
    # Differences shrink by orders of magnitude from old to new: weigh them alike.
    norms = np.linalg.norm(change, axis=0)
    norms[norms == 0] = 1.0
    square = change.T @ change / np.outer(norms, norms)
    square.flat[:: len(square) + 1] += RIDGE
    weights = np.linalg.solve(square, change.T @ move / norms) / norms
    correction: Floats = (step + change) @ weights
    return correction
