"""Bounds of an output nobody counts: net exports from below, what publishers leave from above."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from midstream.chain import pooling
from midstream.chain.estimate import Estimate
from midstream.chain.readings import Reader, Reading
from midstream.evidence import Label


@dataclass(frozen=True, slots=True)
class Bound:
    """Upper bound of an unnamed country's output.

    Attributes:
        high: The bound, in the form's unit.
        why: What it follows from.
        label: Label of the bound: that of a complete table, else modelled.
        lineage: Ids it rests on.
    """

    high: float
    why: str
    label: Label
    lineage: tuple[str, ...]


def upper_bound(
    reader: Reader,
    world: Estimate,
    readings: Sequence[Reading],
    by_country: Mapping[str, Sequence[Reading]],
    is_country: Callable[[str], bool],
) -> Bound | None:
    """Give the upper bound of a country that no publisher names.

    Where a table names all its larger producers, its smallest one bounds the others. Else the
    tightest of: what is left of the world after the least the named countries can make; what an
    origin with a world total leaves unnamed; the country at the rank that a list of leading
    countries surely holds, with slack.

    Args:
        reader: Gives the parameters.
        world: World output of the form.
        readings: Absolute readings, the world's among them.
        by_country: Readings of each named country, shares brought into the form's unit.
        is_country: Whether a code is a country.

    Returns:
        The bound, ``None`` where nothing bounds it.
    """
    if world.value is None or not by_country:
        return None
    found = [reading for group in by_country.values() for reading in group]
    complete = _smallest(reader, found)
    if complete is not None:
        return complete
    inputs = (world.lineage, *dict.fromkeys(i for reading in found for i in reading.lineage[:1]))
    bounds = [_left(world.value, readings, by_country, is_country, inputs[:12])]
    bounds += _leaders(reader, found, inputs[:12])
    return min(bounds, key=lambda bound: bound.high)


def _left(
    world: float,
    readings: Sequence[Reading],
    by_country: Mapping[str, Sequence[Reading]],
    is_country: Callable[[str], bool],
    inputs: tuple[str, ...],
) -> Bound:
    named = sum(
        min(reading.component.low for reading in pooling.independent(group))
        for group in by_country.values()
    )
    left = [max(0.0, world - named)]
    left += [pooling.residual(group, is_country) for group in pooling.with_world(readings)]
    return Bound(min(left), "at most what the publishers leave unnamed", "modelled", inputs)


def _leaders(reader: Reader, found: Sequence[Reading], inputs: tuple[str, ...]) -> list[Bound]:
    listed = pooling.least_of_leaders(found, int(reader.setting("leading.rank")))
    if listed is None:
        return []
    high = reader.setting("leading.slack") * listed
    why = "below the leading countries that a publisher names"
    return [Bound(high, why, "modelled", (*inputs, "par:leading.rank", "par:leading.slack"))]


def _smallest(reader: Reader, found: Sequence[Reading]) -> Bound | None:
    named = [r for r in found if r.complete and r.component.value > 0]
    if not named:
        return None
    least = min(named, key=lambda reading: reading.component.value)
    high = reader.setting("smallest.named") * least.component.value
    label: Label = "V1" if least.counting else "U"
    inputs = (*least.lineage, "par:smallest.named")
    return Bound(high, "at most the smallest producer named", label, inputs)
