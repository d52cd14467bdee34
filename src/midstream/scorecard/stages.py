"""Stages of sectors: forms rolled up with the weights of the stack table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Evidence
from midstream.scorecard.draws import Parameters
from midstream.scorecard.ladder import Ruler


@dataclass(frozen=True, slots=True)
class Stack:
    """Forms of one stage of one sector with their weights (sum 1)."""

    sector: str
    stage: str
    forms: tuple[str, ...]
    weights: tuple[float, ...]
    lineage: tuple[str, ...]


def stacks(evidence: Evidence) -> dict[tuple[str, str], Stack]:
    """Read the stack table: (sector, stage) -> forms and weights."""
    rows = defaultdict(list)
    for row in evidence.table("stacks").rows:
        rows[row["sector"], row["stage"]].append(row)
    return {
        place: Stack(
            *place,
            forms=tuple(row["form"] for row in found),
            weights=tuple(row["weight"] for row in found),
            lineage=tuple(row["id"] for row in found),
        )
        for place, found in rows.items()
    }


def drawn_weights(parameters: Parameters, stack: Stack) -> Floats:
    """Weights around the table's, shape (draw, form)."""
    stream = f"stack/{stack.sector}/{stack.stage}"
    return parameters.dirichlet(stack.forms, np.array(stack.weights), stream)


def rolled_up(ruler: Ruler, weights: Floats, scores: Sequence[Floats]) -> Floats:
    """Score of a stage from the scores of its forms, shape (draw,)."""
    return ruler.mean(np.stack(scores), weights)


def binding_form(stack: Stack, medians: Mapping[str, float]) -> str:
    """The form that holds the stage down: the lowest median, the heavier one on a tie."""
    order = sorted(
        zip(stack.forms, stack.weights, strict=True), key=lambda item: (medians[item[0]], -item[1])
    )
    return order[0][0]
