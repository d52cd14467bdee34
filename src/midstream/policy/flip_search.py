"""Where a verdict turns: the value nearest to the stated one, closed in by bisection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

#: Halvings of the range in which a verdict turns.
HALVINGS = 6
#: Parts of a side that are looked at where its end tells nothing.
PARTS = 2

Classify = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Turn:
    """A place where the verdict changes.

    Attributes:
        at: Value right behind the change, seen from the stated one; a run there confirms it.
        before: Value right before it: the verdict still holds there.
        verdict: Verdict at ``at``.
    """

    at: float
    before: float
    verdict: str


def turn(classify: Classify, stated: float, end: float, halvings: int = HALVINGS) -> Turn | None:
    """Find the first change of the verdict on the way from the stated value to an end.

    The end and the points between are run; the first stretch whose ends differ is halved. A
    verdict that changes and changes back within one stretch is not seen.

    Args:
        classify: Gives the verdict at a value.
        stated: Value it starts from.
        end: Last value looked at.
        halvings: Halvings of the stretch.

    Returns:
        The change, or ``None`` where the verdict is the same at every point.
    """
    first, before = classify(stated), stated
    for part in range(1, PARTS + 1):
        value = stated + (end - stated) * part / PARTS
        found = classify(value)
        if found != first:
            return _closed_in(classify, first, Turn(value, before, found), halvings)
        before = value
    return None


def _closed_in(classify: Classify, first: str, found: Turn, halvings: int) -> Turn:
    for _ in range(halvings):
        middle = (found.before + found.at) / 2
        verdict = classify(middle)
        if verdict == first:
            found = Turn(found.at, middle, found.verdict)
        else:
            found = Turn(middle, found.before, verdict)
    return found
