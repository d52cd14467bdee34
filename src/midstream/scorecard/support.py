"""The minimal support of an integer: the smallest set of inputs that fixes it, and its label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Label, worst_label
from midstream.scorecard.cells import CellInputs, evaluate
from midstream.scorecard.digits import verdict
from midstream.scorecard.ladder import LEAST, Ruler

#: Inputs of a cell in the order in which they are tried to be left out.
DROPPED_FIRST = ("control", "trajectory", "need")
#: A left-out need may be this many times larger or smaller.
NEED_RANGE = 10.0


def form_label(
    inputs: CellInputs, ruler: Ruler, digit: int | None, labels: Mapping[str, Label | None]
) -> Label | None:
    """Label of a form score: the weakest label in its minimal support.

    An input is left out if the integer holds at both ends whatever the input is.

    Args:
        inputs: Drawn inputs of the cell.
        ruler: The ruler.
        digit: The integer of the cell, ``None`` where none holds.
        labels: Labels of ``output``, ``need``, ``control`` and ``trajectory``; ``None`` for an
            input that is not there (no project on record).
    """
    if digit is None:
        return worst_label(labels.values())
    left: list[str] = []
    for name in DROPPED_FIRST:
        if labels[name] is None:
            continue
        low, high = _without(inputs, ruler, [*left, name])
        if verdict(low, high, ruler.threshold).digit == digit:
            left.append(name)
    return worst_label(label for name, label in labels.items() if name not in left)


def _without(inputs: CellInputs, ruler: Ruler, names: Sequence[str]) -> tuple[Floats, Floats]:
    """Scores at the ends when some inputs may be anything."""
    worst, best = inputs, inputs
    if "need" in names:
        worst = replace(worst, need=inputs.need * NEED_RANGE)
        best = replace(best, need=inputs.need / NEED_RANGE)
    if "control" in names:
        worst = replace(worst, components=np.full_like(inputs.components, LEAST))
        best = replace(best, components=np.ones_like(inputs.components))
    if "trajectory" in names:
        worst = replace(worst, addition=np.zeros_like(inputs.addition))
        best = replace(best, addition=inputs.reference * 10)
    first = [evaluate(part, ruler) for part in (worst, best)]
    low = np.minimum(first[0].low, first[1].low)
    high = np.maximum(first[0].high, first[1].high)
    return low, high


def stage_label(
    ruler: Ruler,
    weights: Floats,
    ends: Sequence[tuple[Floats, Floats]],
    labels: Sequence[Label | None],
    digit: int | None,
) -> Label | None:
    """Label of a stage: the weakest label of the forms that its integer needs."""
    if digit is None or len(ends) == 1:
        return worst_label(labels)
    left: set[int] = set()
    for form in sorted(range(len(ends)), key=lambda number: weights[:, number].mean()):
        trial = left | {form}
        low, high = (
            np.stack(
                [np.full_like(e[0], extreme) if i in trial else e[end] for i, e in enumerate(ends)]
            )
            for end, extreme in ((0, 1.0), (1, 5.0))
        )
        found = verdict(ruler.mean(low, weights), ruler.mean(high, weights), ruler.threshold)
        if found.digit == digit and len(trial) < len(ends):
            left = trial
    return worst_label(label for number, label in enumerate(labels) if number not in left)
