"""Levers at another size or start than stated: what a reader's sliders make of a choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from midstream.policy.acting import LEAST
from midstream.policy.frame import Choice, Lever, LeverEffect

#: Kinds whose size is a multiple: nothing done is a multiple of 1.
MULTIPLES = frozenset({"entrants", "demand"})


def adjusted(
    choice: Choice, scale: Mapping[str, float] | None, starts: Mapping[str, float] | None
) -> Choice:
    """Give a choice with sizes and starts of some levers changed.

    Levers the record holds keep their effects: their scale is that of the odds of their plants,
    which the bench takes by itself.

    Args:
        choice: As stated.
        scale: Lever -> multiple of its stated effect, 0 or more.
        starts: Lever -> year it starts.
    """
    if not scale and not starts:
        return choice
    levers = tuple(
        _lever(one, (scale or {}).get(one.id, 1.0), (starts or {}).get(one.id, one.start))
        for one in choice.levers
    )
    return replace(choice, levers=levers)


def _lever(lever: Lever, factor: float, start: float) -> Lever:
    effects = lever.effects
    if not lever.in_base and factor != 1.0:
        kept = effects if factor > LEAST else ()
        effects = tuple(_effect(one, factor) for one in kept)
    return replace(lever, start=start, effects=effects)


def _effect(effect: LeverEffect, factor: float) -> LeverEffect:
    def sized(end: float | None) -> float | None:
        if end is None:
            return None
        if effect.kind in MULTIPLES:
            return max(0.0, 1 + (end - 1) * factor)
        return end * factor

    low, mode, high = (sized(end) for end in (effect.low, effect.mode, effect.high))
    return replace(effect, low=low, mode=mode, high=high)
