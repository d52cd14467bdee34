"""Scenario discovery: the box of inputs in which an outcome is dense.

The patient rule induction method: starting from all draws, the face of the box whose removal
leaves the outcome densest is peeled off, a small share at a time. Of the boxes on the way, the
densest that still covers enough of the outcome is taken, and bounds that carry nothing are
given back. The box is found on every other draw and measured on the rest, so that a pattern of
chance does not pass for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.scenarios.frame import Bools


@dataclass(frozen=True, slots=True)
class Bound:
    """Ends of a box in one input; ``None`` where it is open."""

    name: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Box:
    """A box of inputs.

    Attributes:
        bounds: Inputs that are bounded, the tightest first.
        coverage: Share of the draws with the outcome that lie inside.
        density: Share of the draws inside that have the outcome.
        mass: Share of all draws that lie inside.
        base: Share of all draws that have the outcome; all four on the draws held back.
    """

    bounds: tuple[Bound, ...]
    coverage: float
    density: float
    mass: float
    base: float


@dataclass(frozen=True, slots=True)
class Peeling:
    """How patiently a box is peeled.

    Attributes:
        share: Share of the box that one peel removes.
        mass: Smallest share of all draws a box may hold.
        coverage: Least share of the outcome the chosen box covers.
        given_back: Share of the density up to which a bound is given back.
        lift: Least density over that of all draws; a box that gives less tells nothing.
        bounds: Most inputs that may be bounded.
    """

    share: float
    mass: float
    coverage: float
    given_back: float
    lift: float = 1.0
    bounds: int = 4


Limits = dict[int, list[float]]


def box(inputs: Floats, names: Sequence[str], outcome: Bools, peeling: Peeling) -> Box | None:
    """Find the box of inputs that leads to an outcome.

    Args:
        inputs: Shape (draw, input); an event is 1 or 0.
        names: Names of the inputs.
        outcome: Whether a draw has the outcome, shape (draw,).
        peeling: How patiently to peel.

    Returns:
        The box, or ``None`` where no draw or every draw has the outcome, or no box tells much.
    """
    seen, kept = outcome[::2], outcome[1::2]
    if not seen.any() or seen.all() or not kept.any():
        return None
    limits = _pruned(inputs[::2], seen, _densest(inputs[::2], seen, peeling), peeling)
    coverage, density, mass = _measures(_inside(inputs[1::2], limits), kept)
    if not limits or density < peeling.lift * float(kept.mean()):
        return None
    order = sorted(limits, key=lambda column: _inside(inputs, {column: limits[column]}).mean())
    bounds = (Bound(names[column], *_ends(limits[column])) for column in order)
    return Box(tuple(bounds), coverage, density, mass, float(kept.mean()))


def _ends(limit: Sequence[float]) -> tuple[float | None, float | None]:
    low, high = limit
    return (low if np.isfinite(low) else None, high if np.isfinite(high) else None)


def _measures(inside: Bools, outcome: Bools) -> tuple[float, float, float]:
    """Coverage, density and mass of a box."""
    hits = float((inside & outcome).sum())
    held = max(1.0, float(inside.sum()))
    return hits / float(outcome.sum()), hits / held, float(inside.mean())


def _inside(inputs: Floats, limits: Limits) -> Bools:
    inside = np.ones(inputs.shape[0], dtype=bool)
    for column, (low, high) in limits.items():
        inside &= (inputs[:, column] >= low) & (inputs[:, column] <= high)
    return inside


def _densest(inputs: Floats, outcome: Bools, peeling: Peeling) -> Limits:
    """Peel until the box is small, and keep the densest that covers enough."""
    limits: Limits = {}
    best, best_density = limits, float(outcome.mean())
    while (peeled := _peel(inputs, outcome, limits, peeling)) is not None:
        limits = peeled
        coverage, density, mass = _measures(_inside(inputs, limits), outcome)
        if mass < peeling.mass or coverage < peeling.coverage:
            break
        if density > best_density:
            best, best_density = limits, density
    return best


def _peel(inputs: Floats, outcome: Bools, limits: Limits, peeling: Peeling) -> Limits | None:
    """Take off the face whose removal leaves the densest box; ``None`` where none is left."""
    inside = _inside(inputs, limits)
    best: tuple[float, int, int, float] | None = None
    for column in range(inputs.shape[1]):
        if column not in limits and len(limits) >= peeling.bounds:
            continue
        values = inputs[inside, column]
        for side in (0, 1):
            edge = _edge(values, side, peeling.share)
            left = values >= edge if side == 0 else values <= edge
            if left.all() or not left.any():
                continue
            density = float(outcome[inside][left].mean())
            if best is None or density > best[0]:
                best = (density, column, side, edge)
    if best is None:
        return None
    _, column, side, edge = best
    ends = list(limits.get(column, [-np.inf, np.inf]))
    ends[side] = edge
    return {**limits, column: ends}


def _edge(values: Floats, side: int, share: float) -> float:
    """New end of a face; it always takes at least the outermost value off."""
    if side == 0:
        edge = np.quantile(values, share)
        return float(edge if edge > values.min() else values[values > edge].min(initial=np.inf))
    edge = np.quantile(values, 1 - share)
    return float(edge if edge < values.max() else values[values < edge].max(initial=-np.inf))


def _pruned(inputs: Floats, outcome: Bools, limits: Limits, peeling: Peeling) -> Limits:
    """Give back the bounds without which the density falls by next to nothing."""
    left = dict(limits)
    density = _measures(_inside(inputs, left), outcome)[1]
    for column in sorted(limits):
        trial = {key: ends for key, ends in left.items() if key != column}
        loss = density - _measures(_inside(inputs, trial), outcome)[1]
        if loss <= peeling.given_back * density:
            left = trial
    return left
