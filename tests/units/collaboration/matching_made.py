"""Made-up organisations, steps and ground for tests of the matching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from midstream.chain.streams import stratified
from midstream.collaboration.drawing import Ground
from midstream.collaboration.register import Organisation, Step
from midstream.collaboration.weights import Assumed, Floats

DRAWS = 60
CENTRAL = Assumed(same=0.5, beside=0.5, base=0.5, early=0.3)
OTHER = Assumed(same=0.3, beside=0.7, base=0.4, early=0.2)
LINE = ("ore", "oxide", "metal")


def made_steps() -> dict[str, Step]:
    """Three steps in a row."""
    return {
        step: Step(
            step,
            f"making of {step}",
            (f"{step}-form",),
            (f"{step}-form",),
            frozenset(one for one in LINE if abs(LINE.index(one) - place) == 1),
        )
        for place, step in enumerate(LINE)
    }


def organisation(
    name: str, country: str, *steps: str, level: int | None = None, stage: str = "C2"
) -> Organisation:
    """An organisation at some steps."""
    return Organisation(
        id=f"{country}-{name}",
        name=name,
        country=country,
        kind="lab",
        technology=" and ".join(steps),
        stage=stage,
        form="",
        steps=steps,
        level=level,
        lineage=f"cap:{country}-{name}",
    )


def ground(
    scores: Mapping[tuple[str, str], Floats] | None = None,
    sets: Sequence[Assumed] = (CENTRAL, OTHER),
    seed: int = 1,
) -> Ground:
    """A ground on which everybody scores 2 unless told otherwise."""
    level = {(c, s): np.full(DRAWS, 2.0) for c in ("AAA", "BBB") for s in ("C1", "C2", "C3")}
    return Ground(
        steps=made_steps(),
        scores=level | dict(scores or {}),
        uniform=lambda name: stratified(seed, name, DRAWS),
        sets=tuple(sets),
        central=CENTRAL,
        readiness=(0.2, 0.95),
        levels=9,
    )


def sides() -> tuple[list[Organisation], list[Organisation]]:
    """Four on the left, three on the right, with one readiness on record."""
    left = [
        organisation("one", "AAA", "oxide"),
        organisation("two", "AAA", "oxide", "metal"),
        organisation("three", "AAA", "metal", level=9, stage="C3"),
        organisation("four", "AAA", "ore", stage="C1"),
    ]
    right = [
        organisation("five", "BBB", "oxide"),
        organisation("six", "BBB", "metal", stage="C3"),
        organisation("seven", "BBB", "ore", stage="C1"),
    ]
    return left, right
