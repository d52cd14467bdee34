"""Co-failure: whether two sectors fail together more often than chance would have it.

A dominant supplier holds back either all forms it leads at once (a common event with one depth) or
single forms (independent events, each with a depth of its own). A form loses depth times the share
of its supplier; a stage of a sector loses the weighted mean over its forms, and a sector the loss
of its worst stage, since stages stand in series. A form without a dominant supplier on record loses
nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, log, sqrt
from typing import Any

import numpy as np

from midstream.chain.estimate import Z80, Floats
from midstream.chain.world import World
from midstream.dependency.streams import Streams
from midstream.evidence import Label, Ledger, Node, Quantity
from midstream.terms import SECTORS, STAGE_ORDER

_PARAMETERS = (
    "par:shared.event.common",
    "par:shared.event.form",
    "par:shared.depth",
    "par:shared.loss",
)


@dataclass(frozen=True, slots=True)
class CoFailure:
    """Two sectors.

    Attributes:
        sectors: Which.
        both: Probability in a year that both fail.
        ratio: ``P(both) / (P(one) P(other))``: 1 where they fail independently; no value where
            one of them never fails in the draws. The interval is the error of the draws.
    """

    sectors: tuple[str, str]
    both: Quantity
    ratio: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "sectors": list(self.sectors),
            "both": self.both.to_dict(),
            "ratio": self.ratio.to_dict(),
        }


def form_losses(world: World, forms: Sequence[str], streams: Streams) -> Floats:
    """Part of each form that is held back in a year, shape (draw, form)."""
    losses = np.zeros((streams.size, len(forms)))
    single_odds = streams.parameter("shared.event.form")
    for place, form in enumerate(forms):
        leader = world.leaders.get(form)
        if leader is None:
            continue
        country, share = leader
        single = streams.uniform(f"shared/event/{form}") < single_odds
        own = streams.parameter("shared.depth", f"shared/depth/{form}")
        depth = np.maximum(np.where(single, own, 0.0), common_depth(country, streams))
        losses[:, place] = depth * share
    return losses


def common_depth(country: str, streams: Streams) -> Floats:
    """Depth of the event in which a supplier holds back all it leads; 0 without one, (draw,)."""
    happens = streams.uniform(f"shared/event/{country}") < streams.parameter("shared.event.common")
    return np.where(happens, streams.parameter("shared.depth", f"shared/depth/{country}"), 0.0)


def sector_losses(matrix: Floats, stages: Sequence[str], losses: Floats) -> Floats:
    """Loss of each sector: that of its worst stage, shape (draw, sector).

    Args:
        matrix: Weights, shape (sector, form).
        stages: Stage of each form.
        losses: Losses of the forms, shape (draw, form).
    """
    worst = np.zeros((losses.shape[0], matrix.shape[0]))
    for name in STAGE_ORDER:
        weights = matrix * np.array([stage == name for stage in stages])
        totals = weights.sum(axis=1)
        mean = losses @ (weights / np.where(totals > 0, totals, 1.0)[:, None]).T
        worst = np.maximum(worst, mean)
    return worst


def co_failure(one: Floats, other: Floats) -> tuple[float, tuple[float | None, ...]]:
    """Probability that both fail, and its ratio to chance with the 80 % error of the draws.

    Args:
        one, other: Whether each fails, shape (draw,).
    """
    first, second, both = (float(np.mean(part)) for part in (one, other, one * other))
    if first == 0 or second == 0:
        return both, (None, None, None)
    ratio = both / (first * second)
    if both == 0:
        return both, (0.0, None, None)
    # Delta method on the logarithm of the ratio of three means over the same draws.
    variance = 1 / both - 1 / first - 1 / second + 2 * ratio - 1
    error = Z80 * sqrt(max(0.0, variance) / one.size)
    middle = log(ratio)
    return both, (ratio, exp(middle - error), exp(middle + error))


def co_failures(
    world: World,
    sectors: Sequence[str],
    columns: tuple[Sequence[str], Sequence[str]],
    matrix: Floats,
    streams: Streams,
    ledger: Ledger,
) -> tuple[CoFailure, ...]:
    """Give the co-failure of every pair of sectors.

    Args:
        world: The world.
        sectors: Rows of the matrix.
        columns: Form and stage of its columns.
        matrix: Weights, shape (sector, form).
        streams: Draws.
        ledger: Where the lineage is entered.
    """
    forms, stages = columns
    losses = sector_losses(matrix, stages, form_losses(world, forms, streams))
    fails = (losses > streams.value("shared.loss")).astype(float)
    found = []
    for i, j in combinations(range(len(sectors)), 2):
        pair = sectors[i], sectors[j]
        both, ratio = co_failure(fails[:, i], fails[:, j])
        used = [form for form, w in zip(forms, matrix[i] + matrix[j], strict=True) if w > 0]
        leaders = tuple(f"f:world.leader/{form}" for form in used if form in world.leaders)
        weights = tuple(
            f"f:dependency.shared-weight/{sector}/{form}"
            for sector, row in ((pair[0], matrix[i]), (pair[1], matrix[j]))
            for form, weight in zip(forms, row, strict=True)
            if weight > 0
        )
        found.append(_entered(pair, both, ratio, (*leaders, *weights, *_PARAMETERS), ledger))
    return tuple(found)


def _entered(
    pair: tuple[str, str],
    both: float,
    ratio: tuple[float | None, ...],
    inputs: tuple[str, ...],
    ledger: Ledger,
) -> CoFailure:
    names = f"{SECTORS[pair[0]]} and {SECTORS[pair[1]]}"
    place = "/".join(pair)
    value, low, high = ratio
    label: Label | None = None if value is None else "modelled"
    joint = Quantity(both, None, None, "probability", "modelled", f"f:dependency.both-fail/{place}")
    share = Quantity(value, low, high, "ratio", label, f"f:dependency.co-failure/{place}")
    ledger.add(
        Node(
            joint.lineage,
            "formula",
            f"Both fail in a year: {names}",
            joint,
            inputs=inputs,
            formula="share of draws",
        )
    )
    ledger.add(
        Node(
            share.lineage,
            "formula",
            f"Failing together over chance: {names}",
            share,
            inputs=(joint.lineage, *inputs),
            formula="P(both) / (P(one) P(other))",
            note="low and high are the error of the draws",
        )
    )
    return CoFailure(pair, joint, share)
