"""What is seen changes the odds: Bayes on the draws of an outlook, step by step.

Each draw keeps its weight times the likelihood of what was seen, and the weights are normalised:
``w_i' = w_i L_i / sum(w L)``. The order of observations does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from midstream.chain.estimate import Floats
from midstream.errors import InputError
from midstream.scenarios.result import State
from midstream.scenarios.signals import Signal, chances, figure, one_of

#: Draws that have to carry the weight before an update is called thin.
FEW = 100.0
YES, NO = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of a signal.

    Attributes:
        signal: Id.
        value: A figure in the unit of the signal, or whether it happened.
        on: Day on which it was seen.
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
        thin: Whether fewer than `FEW` draws carry the weight.
    """

    names: tuple[str, ...]
    steps: tuple[Step, ...]
    weights: Floats
    thin: bool

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Probability of each scenario after the last step."""
        return self.steps[-1].after if self.steps else ()


def read_value(signal: Signal, text: str) -> float | bool:
    """Read what was seen: a figure for a signal with a threshold, yes or no for an event.

    Raises:
        InputError: if it is neither, or not of the kind the signal asks for.
    """
    word = text.strip().lower()
    if not signal.numeric:
        if word in YES | NO:
            return word in YES
        raise _unread(text, f"{signal.id} is a thing that happens or not", "give yes or no")
    try:
        value = float(word.replace(",", ""))
    except ValueError:
        value = float("nan")
    if not np.isfinite(value) or value < 0:
        mend = f"give a figure in {signal.unit}, such as {signal.threshold:g}"
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

    A figure counts by a lognormal error about the draw's figure where the signal has one, else
    by the side of the threshold it lies on. Something seen after the date counts as missed.
    """
    yes = chances(signal, state, slope)
    value = seen.value
    if isinstance(value, bool):
        happened = value and seen.on <= signal.by
        return yes if happened else 1 - yes
    if signal.error > 0 and value > 0:
        return _near(figure(signal, state), value, signal)
    met = (
        value >= (signal.threshold or 0)
        if signal.comparison == "ge"
        else value <= (signal.threshold or 0)
    )
    return yes if met else 1 - yes


def _near(values: Floats, seen: float, signal: Signal) -> Floats:
    """Lognormal density of a report, with a floor that keeps surprises possible."""
    floor = 1e-3 * (signal.threshold or seen)
    gap = np.log(np.maximum(values, floor) / seen) / signal.error
    return np.asarray(np.maximum(np.exp(-0.5 * gap**2), 1e-9))


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
        InputError: if a signal is unknown, or one is seen twice.
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
    thin = bool(steps) and steps[-1].effective < FEW
    return Update(state.names, tuple(steps), held, thin)


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
