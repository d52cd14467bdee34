"""Total indices: what an outcome owes to a driver alone and together with all else.

Jansen's estimator on common random numbers: the model is run once more for every driver, with
that driver redrawn and everything else, the luck of each project included, as it was,

    T = mean((y - y_redrawn)^2) / (2 Var(y)).

The driver may be redrawn from another law than its own, as a run is wanted that reaches further
out; draws then count with the ratio of the two densities.
"""

from __future__ import annotations

import numpy as np

from midstream.chain.estimate import Floats


def total(outcome: Floats, redrawn: Floats, weights: Floats | None = None) -> float | None:
    """Total index of what was redrawn, 0..1; ``None`` where the outcome does not vary.

    Args:
        outcome: Outcome of each draw, shape (draw,).
        redrawn: Outcome with one input redrawn, shape (draw,).
        weights: Density of the redrawn input under its own law over that under the law it was
            redrawn from, shape (draw,); ``None`` where the two are the same.
    """
    variance = float(outcome.var())
    if variance == 0:
        return None
    moved = float(np.average(np.square(outcome - redrawn), weights=weights))
    return min(1.0, moved / (2 * variance))
