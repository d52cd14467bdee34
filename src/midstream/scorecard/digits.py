"""From draws to an integer: only where one integer holds at both ends of the evidence box."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the draws of a score say.

    Attributes:
        value: Median over both ends of the box.
        low, high: 10 % point of the low end, 90 % point of the high end.
        digit: Integer that holds at both ends with the threshold probability, else ``None``.
        digit_low, digit_high: Range of integers inside the interval.
        p_digit: Probability of the digit (or of the likeliest integer) at the weaker end.
        probabilities: P(integer = 1..5), the lower of the two ends.
        open: Whether the interval spans the whole ruler, so that nothing is known.
    """

    value: float
    low: float
    high: float
    digit: int | None
    digit_low: int
    digit_high: int
    p_digit: float
    probabilities: tuple[float, ...]
    open: bool


def verdict(low: Floats, high: Floats, threshold: float) -> Verdict:
    """Sum up the draws of a score.

    Args:
        low, high: Scores at the two ends of the evidence box, shape (draw,).
        threshold: Probability an integer needs at both ends.
    """
    value, bottom, top = box(low, high)
    shares = _shares(low)
    both = shares if high is low else np.minimum(shares, _shares(high))
    best = int(both.argmax()) + 1
    holds = bool(both[best - 1] >= threshold)
    first, last = _rounded(bottom), _rounded(top)
    return Verdict(
        value=value,
        low=bottom,
        high=top,
        digit=best if holds else None,
        digit_low=best if holds else first,
        digit_high=best if holds else max(last, first),
        p_digit=float(both[best - 1]),
        probabilities=tuple(float(share) for share in both),
        open=bottom <= 1.0 and top >= 5.0,
    )


def box(low: Floats, high: Floats) -> tuple[float, float, float]:
    """Median over both ends, 10 % point of the low end, 90 % point of the high end."""
    first = np.sort(low)
    last = first if high is low else np.sort(high)
    both = first if high is low else np.sort(np.concatenate([first, last]))
    bottom, top = _point(first, 0.1), _point(last, 0.9)
    return min(max(_point(both, 0.5), bottom), top), bottom, top


def _point(ordered: Floats, share: float) -> float:
    """Quantile of sorted numbers, linear between neighbours."""
    place = share * (ordered.size - 1)
    below = int(place)
    above = min(below + 1, ordered.size - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))


def _shares(scores: Floats) -> Floats:
    integers = np.clip(np.floor(scores + 0.5), 1, 5).astype(int)
    return np.bincount(integers, minlength=6)[1:] / scores.size


def _rounded(score: float) -> int:
    return min(5, max(1, int(score + 0.5)))
