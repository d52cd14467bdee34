"""Periods as months, so that neighbouring periods can be told."""

from __future__ import annotations

from functools import cache


@cache
def span(period: str) -> tuple[int, int]:
    """Give first month (counted from year 0) and length in months of a period.

    Args:
        period: YYYY, YYYY-MM, YYYY-YYYY, YYYY-Qn or YYYY-Hn.

    >>> span("2024"), span("2024-Q2"), span("2020-2022")
    ((24288, 12), (24291, 3), (24240, 36))
    """
    start = int(period[:4]) * 12
    part = period[5:]
    if not part:
        return start, 12
    if part[0] == "Q":
        return start + 3 * (int(part[1]) - 1), 3
    if part[0] == "H":
        return start + 6 * (int(part[1]) - 1), 6
    if len(part) == 4:
        return start, (int(part) + 1) * 12 - start
    return start + int(part) - 1, 1


def distance(one: str, other: str) -> int | None:
    """Give the months between two periods of equal length; ``None`` for unequal lengths."""
    (start_one, length_one), (start_other, length_other) = span(one), span(other)
    return abs(start_one - start_other) if length_one == length_other else None
