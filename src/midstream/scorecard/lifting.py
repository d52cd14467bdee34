"""What would lift a score by one: one lever at a time, solved, or "not by this lever alone"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from midstream.chain.estimate import Floats, median
from midstream.evidence import Quantity
from midstream.scorecard.cells import CellInputs
from midstream.scorecard.ladder import CONTROLS, Bools, Ruler
from midstream.scorecard.result import Remark

STEPS = 9
#: Share of draws at or above the median.
HALF = 0.5
#: Least output that is tried, over the reference of the form.
LEAST_OUTPUT = 1e-4


@dataclass(frozen=True, slots=True)
class Target:
    """A stage as a function of one of its forms, the output of which is not open.

    Attributes:
        ruler: The ruler.
        inputs: Drawn inputs of the form that binds.
        ends: Scores of the forms of the stage at both ends, shape (end, form, draw).
        place: Number of the form that binds among them.
        weights: Weights of the forms, shape (draw, form).
        aim: Score the stage is to come within half a point of; an integer for a digit.
        share: Share of draws that has to come within half a point of it.
        full: Output of the binding form with all its projects complete and on time.
    """

    ruler: Ruler
    inputs: CellInputs
    ends: Floats
    place: int
    weights: Floats
    aim: float
    share: float
    full: Floats

    def reached(self, inputs: CellInputs) -> bool:
        """Whether the stage reaches its aim with other inputs: middle, or low end if open."""
        one = _Targets([replace(self, inputs=inputs)])
        return bool(one.met(*one.pillars(one.output, one.addition), one.control())[0])


@dataclass(frozen=True, slots=True)
class Lift:
    """What lifts a stage to its aim.

    Attributes:
        output: Least extra output that does, in the form's unit, ``None`` if none does; where
            nobody counts the output of today, the output itself that would have to be shown.
        levers: Names of the other levers that do when pulled all the way.
    """

    output: float | None
    levers: tuple[str, ...]


class _Targets:
    """Targets of one ruler side by side; arrays of shape (target, draw) or (end, target, draw)."""

    def __init__(self, targets: Sequence[Target]) -> None:
        cells = [target.inputs for target in targets]
        growth = np.stack([cell.growth for cell in cells])
        self.ruler = targets[0].ruler
        self.output = np.stack([[cell.low for cell in cells], [cell.high for cell in cells]])
        self.counted = np.array([cell.counted for cell in cells])[:, None]
        self.need = np.stack([cell.need for cell in cells])
        self.reference = np.stack([cell.reference for cell in cells])
        self.later = self.need * growth, self.reference * growth
        self.retention = np.stack([cell.retention for cell in cells])
        self.addition = np.stack([cell.addition for cell in cells])
        self.full = np.stack([target.full for target in targets])
        self.components = np.stack([cell.components for cell in cells], axis=1)
        self.aim = np.array([target.aim for target in targets])[:, None] - 0.5
        self.share = np.array([target.share for target in targets])
        self.weight = np.stack([target.weights[:, target.place] for target in targets])
        others = [self._others(target) for target in targets]
        self.rest, self.least, self.most = (
            np.stack(part, axis=1) for part in zip(*others, strict=True)
        )

    def _others(self, target: Target) -> tuple[Floats, Floats, Floats]:
        """Weighted powers of the other forms of a stage, their least and most, (end, draw)."""
        ends = np.delete(target.ends, target.place, axis=1)
        weights = np.delete(target.weights.T, target.place, axis=0)
        return (
            (weights * ends**self.ruler.power).sum(axis=1),
            ends.min(axis=1, initial=np.inf),
            ends.max(axis=1, initial=-np.inf),
        )

    def pillars(self, output: Floats, addition: Floats) -> tuple[Floats, Floats]:
        """The installed pillar and the trajectory at some output and addition."""
        ahead = output * self.retention + addition
        installed = self.ruler.installed(output, self.need, self.reference)
        return installed, self.ruler.installed(ahead, *self.later)

    def control(self, free: str = "") -> Floats:
        """Control pillar, one component at its best."""
        components = self.components.copy()
        if free:
            components[CONTROLS.index(free)] = 1.0
        return self.ruler.control(components)

    def met(self, installed: Floats, trajectory: Floats, control: Floats) -> Bools:
        """Which targets are reached, shape (target,)."""
        scores, power = self.ruler.score(installed, trajectory, control), self.ruler.power
        stage = (self.rest + self.weight * scores**power) ** (1 / power)
        # Rounding may leave the span of the forms by a hair.
        stage = np.maximum(stage, np.minimum(scores, self.least))
        low, high = np.minimum(stage, np.maximum(scores, self.most))
        middle = np.where(self.share[:, None] == HALF, (low + high) / 2, low)
        return np.asarray((middle >= self.aim).mean(axis=1) >= self.share)

    def shown(self, amount: Floats) -> Bools:
        """Which are reached with some output more, or just that where nobody counts it."""
        output = np.where(self.counted, self.output[0], 0.0) + amount[:, None]
        return self.met(*self.pillars(output, self.addition), self.control())


def lifts(targets: Sequence[Target]) -> list[Lift]:
    """Say what lifts each target.

    Args:
        targets: Targets of one ruler.
    """
    if not targets:
        return []
    outputs, levers = _outputs(targets), _levers(targets)
    return [
        Lift(output, tuple(lever for lever, met in levers.items() if met[number]))
        for number, output in enumerate(outputs)
    ]


def next_integer(digit: int | None, value: float, threshold: float) -> tuple[int, float]:
    """The integer above a score, and the share of draws that has to reach it.

    From a firm digit that is the next integer, reached by the median; where no digit holds, the
    integer just above the median, reached with the probability that a digit needs.
    """
    if digit is not None:
        return digit + 1, HALF
    return int(value) + 1, threshold


def _outputs(targets: Sequence[Target]) -> list[float | None]:
    """Least extra output that lifts each target, by bisection of its logarithm."""
    scale = np.array([median(target.inputs.reference) for target in targets])
    possible = _Targets(targets).shown(scale)
    found: list[float | None] = [None] * len(targets)
    places = np.flatnonzero(possible).tolist()
    if not places:
        return found
    some = _Targets([targets[place] for place in places])
    low, high = np.log(scale[possible] * LEAST_OUTPUT), np.log(scale[possible])
    high = np.where(some.shown(np.exp(low)), low, high)
    for _ in range(STEPS):
        middle = (low + high) / 2
        met = some.shown(np.exp(middle))
        low, high = np.where(met, low, middle), np.where(met, middle, high)
    for place, amount in zip(places, np.exp(high).tolist(), strict=True):
        found[place] = amount
    return found


def _levers(targets: Sequence[Target]) -> dict[str, Bools]:
    """Levers and which targets each lifts when pulled all the way."""
    some = _Targets(targets)
    installed, trajectory = some.pillars(some.output, some.addition)
    complete = some.pillars(some.output, some.full)
    return {"completion": some.met(*complete, some.control())} | {
        lever: some.met(installed, trajectory, some.control(component))
        for lever, component in _COMPONENTS.items()
    }


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


def remarks(
    target: Target, lift: Lift, form: str, unit: str, today: Quantity, lineage: str
) -> list[Remark]:
    """Say what would lift the stage, one remark a lever that does."""
    made = []
    if lift.output is not None:
        base = (today.value or 0.0) if target.inputs.counted else 0.0
        flips = Quantity(base + lift.output, None, None, unit, "modelled", f"{lineage}/lift")
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
        for lever in lift.levers
    ]
    if not made:
        made.append(Remark("{form}: no single lever is enough", lever="none", form=form))
    return made
