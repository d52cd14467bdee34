"""Checks on what a comparison is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from midstream.errors import InputError


def check_countries(chosen: Sequence[str], scored: Sequence[str]) -> None:
    """Check that there is somebody to compare.

    Raises:
        InputError: if fewer than two countries are named.
    """
    if len(chosen) > 1:
        return
    others = [one for one in scored if one not in chosen]
    raise InputError(
        f"nobody to compare {' and '.join(chosen) or 'with'} with",
        where="peers",
        why="ranks and gaps are between countries, and the study names no partner and no peer",
        mend=f"name two or more countries of the study, such as {' '.join((*chosen, *others[:2]))}"
        if others
        else "add countries to the study, and name some as its partners or peers",
    )
