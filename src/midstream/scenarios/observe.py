"""What is seen changes the odds: Bayes on the draws of an outlook, step by step.

Each draw keeps its weight times the likelihood of what was seen, and the weights are normalised:
``w_i' = w_i L_i / sum(w L)``. The order of observations does not matter. The day of an observation
is the day it is true of, not the day it was printed: what has not happened before the day of a
signal says only "not yet".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from midstream.chain.estimate import Z80, Floats
from midstream.errors import InputError
from midstream.scenarios.result import State
from midstream.scenarios.signals import Signal, chances, figure, one_of

#: Draws that have to carry the weight before an update is called thin.
FEW = 100.0
YES, NO = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})
#: Words that are figures where a signal has a threshold.
DIGITS = frozenset({"1", "0"})


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of a signal.

    Attributes:
        signal: Id.
        value: A figure in the unit of the signal, or whether it happened (or a threshold was met).
        on: Day it is true of.
    """

    signal: str
    value: float | bool
    on: date


@dataclass(frozen=True, slots=True)
class Step:
    """One update.

    Attributes:
        observation: What was seen.
        likelihood: Mean likelihood within each scenario; ``nan`` for one without weight.
        before, after: Probability of each scenario.
        effective: Effective number of draws after it, ``1 / sum(w^2)``.
    """

    observation: Observation
    likelihood: tuple[float, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    effective: float


@dataclass(frozen=True, slots=True)
class Update:
    """Odds after all that was seen.

    Attributes:
        names: Scenario ids by rank.
        steps: Updates in order.
        weights: Weights of the draws after the last one, shape (draw,).
        ranges: 80 % interval of each probability from the number of draws that carry the weight
            (Wilson); empty where nothing was seen.
        thin: Whether fewer than `FEW` draws carry the weight.
    """

    names: tuple[str, ...]
    steps: tuple[Step, ...]
    weights: Floats
    ranges: tuple[tuple[float, float], ...]
    thin: bool

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Probability of each scenario after the last step."""
        return self.steps[-1].after if self.steps else ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader has to know: how far the odds are known where few draws are left."""
        if not self.thin:
            return ()
        told = ", ".join(
            f"{name} {low:.2f} to {high:.2f}"
            for name, (low, high) in zip(self.names, self.ranges, strict=True)
        )
        count = f"{self.steps[-1].effective:.0f} of {len(self.weights):,} draws"
        return (f"only {count} carry the weight after this; 80 % intervals: {told}",)


def read_value(signal: Signal, text: str) -> float | bool:
    """Read what was seen: yes or no, or a figure for a signal with a threshold.

    Raises:
        InputError: if it is neither, or not of the kind the signal asks for.
    """
    word = text.strip().lower()
    if word in (YES | NO) - (DIGITS if signal.numeric else frozenset()):
        return word in YES
    if not signal.numeric:
        raise _unread(text, f"{signal.id} is a thing that happens or not", "give yes or no")
    try:
        value = float(word.replace(",", ""))
    except ValueError:
        value = float("nan")
    if not np.isfinite(value) or value < 0:
        mend = f"give a figure in {signal.unit}, such as {signal.threshold:g}, or yes or no"
        raise _unread(text, f"{signal.id} is a figure of 0 or more", mend)
    return value


def _unread(text: str, why: str, mend: str) -> InputError:
    return InputError(f"cannot read {text!r}", where="--value", why=why, mend=mend)


def check_day(signal: Signal, on: date, first: int) -> None:
    """Check the day of an observation.

    Raises:
        InputError: if it lies before the years of the outlook.
    """
    if on.year < first:
        raise InputError(
            f"{on.isoformat()} lies before the outlook",
            where="--on",
            why=f"it begins in {first}, and the signal counts until {signal.by.isoformat()}",
            mend="give the day on which it was seen",
        )


def likelihood(signal: Signal, state: State, seen: Observation, slope: float) -> Floats:
    """Likelihood of what was seen in every draw, shape (draw,).

    A figure counts by a lognormal error about the draw's figure of that day where the signal has
    one (relative to the nearest draw), else by the side of the threshold it lies on. What
    comes true by its day counts with its chance by then; what comes after it is a miss; what has
    not come before it is a miss so far.

    Raises:
        InputError: if the value is not of the kind of the signal, or its day lies outside the
            outlook.
    """
    check_kind(signal, seen.value)
    value = seen.value
    if not isinstance(value, bool):
        if signal.error > 0:
            return _near(figure(signal, state, seen.on), value, signal)
        value = met(signal, value)
    if signal.comparison == "le":
        yes = chances(signal, state, slope, seen.on)
        return yes if value else 1 - yes
    if value and seen.on <= signal.by:
        return chances(signal, state, slope)
    return 1 - chances(signal, state, slope, min(seen.on, signal.by))


def met(signal: Signal, value: float) -> bool:
    """Whether a figure meets the threshold of a signal."""
    limit = signal.threshold or 0.0
    return value >= limit if signal.comparison == "ge" else value <= limit


def check_kind(signal: Signal, value: float | bool) -> None:
    """Check that a value is one the signal can take.

    Raises:
        InputError: if a figure is given for an event, or one that is negative or no number.
    """
    if isinstance(value, bool):
        return
    if not signal.numeric:
        raise _unread(f"{value:g}", f"{signal.id} is a thing that happens or not", "give yes or no")
    if not np.isfinite(value) or value < 0:
        mend = f"give a figure in {signal.unit}"
        raise _unread(f"{value:g}", f"{signal.id} is a figure of 0 or more", mend)


def _near(values: Floats, seen: float, signal: Signal) -> Floats:
    """Lognormal density of a report, relative to the draw that is nearest to it.

    A report far from all draws so still favours the nearest; the floor keeps all others possible.
    """
    floor = 1e-3 * (signal.threshold or max(seen, 1.0))
    gap = (np.log(np.maximum(values, floor) / max(seen, floor)) / signal.error) ** 2
    return np.asarray(np.maximum(np.exp(-0.5 * (gap - gap.min())), 1e-9))


def observe(
    signals: Sequence[Signal],
    state: State,
    seen: Sequence[Observation],
    slope: float,
    weights: Floats | None = None,
) -> Update:
    """Update the odds by what was seen, one observation after the other.

    Args:
        signals: Signals of the study.
        state: The outlook.
        seen: Observations.
        slope: Tilt of elicited signals along their driver.
        weights: Weights to start from; those of the state by default.

    Raises:
        InputError: if a signal is unknown or seen twice, or a value or day cannot be.
    """
    names = [one.signal for one in seen]
    if len(set(names)) < len(names):
        raise InputError(
            "one signal is seen twice",
            where="observations",
            why="the second would count the same news again",
            mend="keep the newest",
        )
    held = state.weights if weights is None else weights
    steps = []
    for one in seen:
        signal = one_of(signals, one.signal)
        like = likelihood(signal, state, one, slope)
        after = held * like
        after = after / after.sum()
        steps.append(
            Step(
                one,
                _within(state, held, like),
                odds(state, held),
                odds(state, after),
                float(1 / (after**2).sum()),
            )
        )
        held = after
    if not steps:
        return Update(state.names, (), held, (), False)
    last = steps[-1]
    ranges = tuple(interval(one, last.effective) for one in last.after)
    return Update(state.names, tuple(steps), held, ranges, last.effective < FEW)


def interval(share: float, count: float) -> tuple[float, float]:
    """80 % interval of a share of a number of cases (Wilson).

    Args:
        share: Share seen, 0 to 1.
        count: Cases, above 0; a number of effective draws need not be whole.
    """
    pull = Z80**2 / count
    middle = (share + pull / 2) / (1 + pull)
    half = (pull * share * (1 - share) + pull**2 / 4) ** 0.5 / (1 + pull)
    return max(0.0, middle - half), min(1.0, middle + half)


def odds(state: State, weights: Floats) -> tuple[float, ...]:
    """Probability of each scenario under some weights."""
    return tuple(float(weights[state.region == rank].sum()) for rank in range(len(state.names)))


def _within(state: State, weights: Floats, like: Floats) -> tuple[float, ...]:
    found = []
    for rank in range(len(state.names)):
        inside = state.region == rank
        total = weights[inside].sum()
        share = float((weights * like)[inside].sum() / total) if total > 0 else float("nan")
        found.append(share)
    return tuple(found)
