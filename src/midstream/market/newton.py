"""Damped Newton steps with slopes by differences: for the few draws that mixing does not settle.

Ceilings and chokes make kinks, and a mixed iteration can circle around one. Newton steps follow the
solution from equations whose kinks are rounded to the equations themselves. They cost an evaluation
for each unknown, so they come last.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from midstream.market.network import Floats

#: Newton steps from one start, halvings of a step, and the largest move of an unknown in logs.
STEPS = 120
HALVINGS = 30
LARGEST_MOVE = 3.0
#: Relative fall of the squared residual below which careful steps have stalled.
STALLED = 1e-6
#: Widths of rounding in logs, one after the other, and how well each but the last is solved.
WIDTHS = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 1e-4, 1e-5, 1e-6, 0.0)
ROUGHLY = 0.01
#: Difference for slopes, in logs.
DIFFERENCE = 1e-7


def newton_root(
    residual: Callable[[Floats], Floats],
    start: Floats,
    ceiling: Floats,
    *,
    tolerance: float,
    steps: int = STEPS,
    halvings: int = HALVINGS,
) -> tuple[Floats, int, float]:
    """Find ``z`` with ``residual(z) = 0`` and ``z <= ceiling``.

    Args:
        residual: Function of the unknowns.
        start: First guess.
        ceiling: Largest value of each unknown; inf has none.
        tolerance: Largest absolute residual at the end.
        steps: Largest number of steps.
        halvings: Largest number of halvings of a step until the residual falls; 1 takes every
            step whole, which can jump over a kink where careful steps get stuck.

    Returns:
        The last unknowns, the number of evaluations, and their largest residual.
    """
    unknowns, found, count = start.copy(), residual(start), 1
    for _ in range(steps):
        if np.abs(found).max(initial=0.0) <= tolerance:
            break
        step = np.linalg.lstsq(slopes(residual, unknowns, found), -found, rcond=1e-14)[0]
        step *= min(1.0, LARGEST_MOVE / max(float(np.abs(step).max()), 1e-300))
        count += len(unknowns)
        best, size = np.inf, 1.0
        origin, merit = unknowns, float(found @ found)
        for _ in range(halvings):
            tried = np.minimum(origin + size * step, ceiling)
            now = residual(tried)
            count += 1
            if float(now @ now) < best:
                best, unknowns, found = float(now @ now), tried, now
            if best < merit * (1 - 1e-4 * size):
                break
            size /= 2
        if halvings > 1 and best > merit * (1 - STALLED):
            break
    return unknowns, count, float(np.abs(found).max(initial=0.0))


def newton_path(
    rounded: Callable[[float], Callable[[Floats], Floats]],
    start: Floats,
    ceiling: Floats,
    tolerance: float,
) -> tuple[Floats, int, float]:
    """Follow the root from rounded kinks to sharp ones.

    Args:
        rounded: Gives the residual for a width of rounding; 0 is the residual itself.
        start, ceiling, tolerance: As in `newton_root`.

    Returns:
        As `newton_root`, evaluations of all widths together.
    """
    unknowns, count, error = start, 0, np.inf
    for width in WIDTHS:
        goal = max(tolerance, ROUGHLY * width)
        free = ceiling if width == 0 else np.full_like(ceiling, np.inf)
        unknowns, more, error = newton_root(rounded(width), unknowns, free, tolerance=goal)
        count += more
    return unknowns, count, error


def slopes(residual: Callable[[Floats], Floats], unknowns: Floats, found: Floats) -> Floats:
    """Derivatives of residuals by unknowns, by backward differences; shape (residual, unknown)."""
    matrix = np.empty((len(found), len(unknowns)))
    for column in range(len(unknowns)):
        moved = unknowns.copy()
        moved[column] -= DIFFERENCE
        matrix[:, column] = (found - residual(moved)) / DIFFERENCE
    return matrix
