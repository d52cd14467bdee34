"""What would lift a score by one: one lever at a time, solved, or "not by this lever alone"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from midstream.chain.estimate import Floats, median
from midstream.evidence import Quantity
from midstream.scorecard.cells import CellInputs, evaluate
from midstream.scorecard.digits import Verdict
from midstream.scorecard.ladder import CONTROLS, Ruler
from midstream.scorecard.result import Remark

STEPS = 9
#: Share of draws at or above the median.
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Target:
    """A stage as a function of one of its forms.

    Attributes:
        ruler: The ruler.
        inputs: Drawn inputs of the form that binds.
        stage: Gives the scores of the stage at one end from the scores of the form.
        aim: Score the stage is to come within half a point of; an integer for a digit.
        share: Share of draws that has to come within half a point of it.
        full: Output of the binding form with all its projects complete and on time.
    """

    ruler: Ruler
    inputs: CellInputs
    stage: Callable[[int, Floats], Floats]
    aim: float
    share: float
    full: Floats

    def reached(self, inputs: CellInputs) -> bool:
        """Whether the stage reaches its aim with other inputs: middle, or low end if open."""
        made = evaluate(inputs, self.ruler)
        low, high = self.stage(0, made.low), self.stage(1, made.high)
        scores = (low + high) / 2 if self.share == HALF else low
        return bool((scores >= self.aim - 0.5).mean() >= self.share)


def next_integer(found: Verdict, threshold: float) -> tuple[int, float]:
    """The integer above a score, and the share of draws that has to reach it.

    From a firm digit that is the next integer, reached by the median; where no digit holds, the
    integer just above the median, reached with the probability that a digit needs.
    """
    if found.digit is not None:
        return found.digit + 1, HALF
    return int(found.value) + 1, threshold


def more_output(target: Target) -> float | None:
    """Least extra output that lifts the stage, in the form's unit; ``None`` if none does.

    Where nobody counts the output of today, the output itself that would have to be shown.
    """
    scale = median(target.inputs.reference)
    if not target.reached(target.inputs.with_output(scale)):
        return None
    low, high = np.log(scale * 1e-4), np.log(scale)
    if target.reached(target.inputs.with_output(float(np.exp(low)))):
        return float(np.exp(low))
    for _ in range(STEPS):
        middle = (low + high) / 2
        if target.reached(target.inputs.with_output(float(np.exp(middle)))):
            high = middle
        else:
            low = middle
    return float(np.exp(high))


def levers_that_lift(target: Target) -> list[str]:
    """Names of the other levers that lift the stage when pulled all the way."""
    found = []
    if target.reached(replace(target.inputs, addition=target.full)):
        found.append("completion")
    for lever, component in _COMPONENTS.items():
        components = target.inputs.components.copy()
        components[CONTROLS.index(component)] = 1.0
        if target.reached(replace(target.inputs, components=components)):
            found.append(lever)
    return found


_COMPONENTS = {
    "feed": "feed",
    "licence": "technology",
    "throttle": "throttle",
    "ownership": "ownership",
}

_WORDS = {
    "completion": "{form}: every project on record, complete and on time",
    "feed": "{form}: feed free of the dominant foreign supplier",
    "licence": "{form}: technology of its own",
    "throttle": "{form}: permits like elsewhere",
    "ownership": "{form}: domestic ownership",
}


def remarks(target: Target, form: str, unit: str, today: Quantity, lineage: str) -> list[Remark]:
    """Say what would lift the stage, one remark a lever that does."""
    made = []
    extra = more_output(target)
    if extra is not None:
        base = (today.value or 0.0) if target.inputs.counted else 0.0
        flips = Quantity(base + extra, None, None, unit, "modelled", f"{lineage}/lift")
        made.append(
            Remark(
                "{form}: output of {flips}",
                lever="output",
                target=int(target.aim),
                flips_at=flips,
                form=form,
                flips=flips,
                today=today,
            )
        )
    made += [
        Remark(_WORDS[lever], lever=lever, target=int(target.aim), form=form)
        for lever in levers_that_lift(target)
    ]
    if not made:
        made.append(Remark("{form}: no single lever is enough", lever="none", form=form))
    return made
