"""Checks of what a gap by stage is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from midstream.chain.estimate import Floats
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.vocabulary import known


def check_request(
    evidence: Evidence,
    country: str,
    forms: Sequence[str],
    years: Sequence[int],
    need: Mapping[str, Floats],
    output: Mapping[str, Floats],
    draws: int,
) -> None:
    """Check country, forms, years and arrays of a gap by stage.

    Raises:
        InputError: if the country or a form is unknown, there is no year, years do not ascend,
            or an array has another shape than (draw, year).
    """
    known(country, evidence.vocabulary("country") or {}, "country")
    for form in forms:
        known(form, evidence.vocabulary("form") or {}, "form")
    check_years(years)
    for name, arrays in (("need", need), ("output", output)):
        for form, values in arrays.items():
            if form in forms and values.shape != (draws, len(years)):
                raise InputError(
                    f"the {name} of {form} has the shape {values.shape}",
                    where="gap by stage",
                    why="it has one figure a draw and year",
                    mend=f"give the shape ({draws}, {len(years)})",
                )


def check_years(years: Sequence[int]) -> None:
    """Check that years ascend.

    Raises:
        InputError: if there is none, or they do not.
    """
    ascending = all(one < other for one, other in pairwise(years))
    if not years or not ascending:
        raise InputError(
            f"years {', '.join(map(str, years)) or 'without one'}",
            where="gap by stage",
            why="what is built by a later year holds what is built by an earlier one",
            mend="give one year or more, the earliest first",
        )
