"""What a pair of organisations is worth: weak stage, step, readiness. Arrays only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from midstream.collaboration.register import Organisation, Step

Floats: TypeAlias = NDArray[np.float64]
#: Gives uniform numbers on 0..1 for a name, shape (draw,); the same for a name in every answer.
Uniform = Callable[[str], Floats]

#: Score at which a stage has no need, and points between it and the bottom of the ruler.
BEST, SPAN = 5.0, 4.0


@dataclass(frozen=True, slots=True)
class Assumed:
    """Weights of one set of assumptions.

    Attributes:
        same: Weight of a shared step.
        beside: Weight of a step beside.
        base: Worth of a shared step at equal readiness.
        early: Weight of stage C1.
    """

    same: float
    beside: float
    base: float
    early: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws of both sides.

    Attributes:
        left, right: Readiness, shape (draw, organisation).
        need: Need of the weaker stage of each pair before the weight of C1, (draw, left, right).
        early: Whether one of the two stands at C1, (left, right).
        same, beside: Whether a pair shares a step, or has steps beside, (left, right).
    """

    left: Floats
    right: Floats
    need: Floats
    early: NDArray[np.bool_]
    same: Floats
    beside: Floats


def common_steps(
    left: Sequence[Organisation], right: Sequence[Organisation], steps: Mapping[str, Step]
) -> tuple[Floats, Floats]:
    """Whether each pair shares a step, and whether steps of theirs stand beside each other."""
    same = np.zeros((len(left), len(right)))
    beside = np.zeros_like(same)
    for row, one in enumerate(left):
        for column, other in enumerate(right):
            same[row, column] = bool(set(one.steps) & set(other.steps))
            beside[row, column] = any(steps[step].beside & set(other.steps) for step in one.steps)
    return same, beside


def need(left: Floats, right: Floats) -> Floats:
    """Need of the weaker of two stages, ``(5 - score) / 4`` on 0..1.

    Args:
        left, right: Scores of the two stages, 1..5, shape (draw,).
    """
    return np.asarray((BEST - np.minimum(left, right)) / SPAN)


def weights(drawn: Drawn, assumed: Assumed) -> Floats:
    """Weight of every pair.

    ``w = pr * (same * shared * (base + |r_i - r_j|) + beside * adjacent) * sqrt(max(r_i, r_j))``
    with readiness ``r`` on 0..1 and ``pr`` the need of the weaker stage, times ``early`` where
    one of the two stands at C1.

    Args:
        drawn: Draws of both sides.
        assumed: Weights.

    Returns:
        Weights >= 0, shape (draw, left, right).
    """
    left, right = drawn.left[:, :, None], drawn.right[:, None, :]
    step = assumed.same * drawn.same * (assumed.base + np.abs(left - right))
    fit = step + assumed.beside * drawn.beside
    priority = drawn.need * np.where(drawn.early, assumed.early, 1.0)
    return np.asarray(priority * fit * np.sqrt(np.maximum(left, right)))
