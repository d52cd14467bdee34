"""Experts' probabilities in place of the model's: draws are weighted, nothing is drawn anew."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from midstream.chain.estimate import Floats
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.scenarios.regions import Ints
from midstream.terms import suggestion

#: How far probabilities may be from a sum of 1.
TOLERANCE = 1e-6
WHERE = "expert weights"


def check_override(experts: Mapping[str, float], names: Sequence[str]) -> None:
    """Check experts' probabilities: known scenarios, all of them, 0..1, a sum of 1.

    Raises:
        InputError: saying which rule is broken.
    """
    for name in experts:
        if name not in names:
            raise InputError(
                f"unknown scenario {name!r}",
                where=WHERE,
                why="no scenario of that name is on file",
                mend=suggestion(name, list(names)) or f"use {', '.join(names)}",
            )
    missing = [name for name in names if name not in experts]
    numbers = list(experts.values())
    inside = all(math.isfinite(number) and 0 <= number <= 1 for number in numbers)
    total = sum(numbers)
    if missing or not inside or abs(total - 1) > TOLERANCE:
        about = f"without {', '.join(missing)}" if missing else f"that sum to {total:g}"
        raise InputError(
            f"experts' probabilities {about}",
            where=WHERE,
            why="they have to be given for every scenario, lie between 0 and 1 and sum to 1",
            mend=f"give {', '.join(names)} with a sum of 1",
        )


def effective(weights: Floats) -> float:
    """Effective number of draws, ``(sum w)^2 / sum w^2``."""
    return float(weights.sum() ** 2 / np.sum(weights**2))


def overridden(
    found: Ints, names: Sequence[str], experts: Mapping[str, float], least: float
) -> Floats:
    """Weights of draws that give the scenarios the experts' probabilities.

    ``w = p_expert(s) / p_model(s)``, normalised.

    Args:
        found: Rank of the scenario of every draw, shape (draw,).
        names: Scenarios by rank.
        experts: Scenario -> probability.
        least: Smallest effective number of draws that is let through.

    Returns:
        Weights that sum to 1, shape (draw,).

    Raises:
        InputError: if the probabilities are not sound, a scenario the experts expect was never
            drawn, or too few draws carry the weight.
    """
    check_override(experts, names)
    weights = np.zeros(len(found))
    for rank, name in enumerate(names):
        inside = found == rank
        if inside.any():
            weights[inside] = experts[name] / inside.sum()
        elif experts[name] > 0:
            what = f"no draw is {name!r}, to which experts give {experts[name]:g}"
            raise _too_few(what, 0, least)
    size = effective(weights)
    if size < least:
        raise _too_few("the experts' probabilities rest on few draws", size, least)
    return np.asarray(weights / weights.sum())


def _too_few(what: str, size: float, least: float) -> InputError:
    return InputError(
        what,
        where=WHERE,
        why=f"{size:.0f} effective draws are left, and outcomes need {least:.0f}",
        mend="take more draws, or probabilities nearer to those of the model",
    )


def on_file(evidence: Evidence, focus: str, year: int) -> dict[str, float]:
    """Experts' probabilities of the shipped table for a country and year; empty where none."""
    return {
        row["scenario"]: row["probability"]
        for row in evidence.table("expert_weights").rows
        if row["country"] == focus and int(row["year"]) == year
    }
