"""Draws of two sides: readiness, weak stages, ties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from midstream.collaboration.register import Organisation, Step
from midstream.collaboration.weights import Assumed, Drawn, Floats, Uniform, common_steps, need

#: How far equal weights are set apart; by lot, so that no order of rows decides.
TIE = 1e-9
FIRST_STAGE = "C1"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a matching stands on.

    Attributes:
        steps: Steps by id.
        scores: (country, stage) -> drawn score, shape (draw,).
        uniform: Uniform numbers by name, shape (draw,).
        sets: Sets of weights.
        central: Weights at their central values.
        readiness: Ends of a readiness that is not on record, 0..1.
        levels: Levels of the readiness scale.
    """

    steps: Mapping[str, Step]
    scores: Mapping[tuple[str, str], Floats]
    uniform: Uniform
    sets: tuple[Assumed, ...]
    central: Assumed
    readiness: tuple[float, float]
    levels: int


def draw(ground: Ground, left: Sequence[Organisation], right: Sequence[Organisation]) -> Drawn:
    """Draw readiness and needs of two sides."""

    def need_of(one: Organisation, other: Organisation) -> Floats:
        scores = [ground.scores[side.country, side.stage] for side in (one, other)]
        return need(scores[0], scores[1])

    same, beside = common_steps(left, right, ground.steps)
    return Drawn(
        left=_readiness(ground, left),
        right=_readiness(ground, right),
        need=_last([[need_of(one, other) for other in right] for one in left]),
        early=np.array([[FIRST_STAGE in (a.stage, b.stage) for b in right] for a in left]),
        same=same,
        beside=beside,
    )


def _last(grid: Sequence[Sequence[Floats]]) -> Floats:
    """Arrays of shape (draw,) by row and column as one of shape (draw, row, column)."""
    return np.moveaxis(np.array([list(row) for row in grid]), -1, 0)


def _readiness(ground: Ground, side: Sequence[Organisation]) -> Floats:
    """Readiness of a side, shape (draw, organisation); drawn where not on record."""
    low, high = ground.readiness
    columns = []
    for one in side:
        lot = ground.uniform(f"match/readiness/{one.id}")
        known = None if one.level is None else one.level / ground.levels
        columns.append(low + (high - low) * lot if known is None else np.full(lot.shape, known))
    return np.stack(columns, axis=1)


def ties(ground: Ground, left: Sequence[Organisation], right: Sequence[Organisation]) -> Floats:
    """Factors just above 1 that set equal weights apart, shape (draw, left, right)."""

    def lot(one: Organisation, other: Organisation) -> Floats:
        return ground.uniform("match/tie/" + "/".join(sorted((one.id, other.id))))

    return 1 + TIE * _last([[lot(one, other) for other in right] for one in left])


def first(drawn: Drawn, size: int) -> Drawn:
    """The first draws only."""
    return replace(
        drawn,
        left=drawn.left[:size],
        right=drawn.right[:size],
        need=drawn.need[:size],
    )


def with_readiness(drawn: Drawn, side: str, place: int, readiness: float) -> Drawn:
    """The draws with one organisation at a given readiness.

    Args:
        drawn: Draws of both sides.
        side: ``left`` or ``right``.
        place: Place of the organisation on its side.
        readiness: Readiness, 0..1.
    """
    held: Floats = drawn.left if side == "left" else drawn.right
    changed = held.copy()
    changed[:, place] = readiness
    return replace(drawn, left=changed) if side == "left" else replace(drawn, right=changed)
