"""Pooling readings of one form: which count, what label they give, what they leave unnamed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from midstream.chain.estimate import Component, Estimate, Standing
from midstream.chain.plants import Plant
from midstream.chain.readings import WORLD, Reading
from midstream.evidence import Label, Quantity
from midstream.evidence.tables import Row

PLANTS = "plants on record"


def absolute(share: Reading, world: float) -> Reading:
    """Turn a reading in % of world into the form's unit."""
    part = share.component
    scale = world / 100
    return replace(
        share, component=Component(part.value * scale, part.low * scale, part.high * scale)
    )


def utilised(reading: Reading, used: Quantity) -> Reading:
    """Turn a capacity into an output: capacity times utilisation."""
    middle, low, high = ends(used)
    part = reading.component
    return replace(
        reading,
        component=Component(part.value * middle, part.low * low, part.high * high),
        lineage=(*reading.lineage, used.lineage),
        assumed=True,
        uniform=False,
    )


def plants_reading(
    country: str, plants: Sequence[Plant], used: Quantity, ramping: Quantity, base_year: int
) -> Reading:
    """Sum of the running plants of a country times utilisation, as an origin of its own.

    A plant that still ramps counts with the share of its capacity that ``ramping`` gives.
    """
    middle, low, high = ends(used)
    early = ends(ramping)
    steps = [early if plant.status == "ramping" else (1.0, 1.0, 1.0) for plant in plants]
    pairs = list(zip(plants, steps, strict=True))
    return Reading(
        country=country,
        origin=PLANTS,
        component=Component(
            sum((plant.capacity or 0.0) * step[0] for plant, step in pairs) * middle,
            sum(plant.low * step[1] for plant, step in pairs) * low,
            sum(plant.high * step[2] for plant, step in pairs) * high,
        ),
        counting=False,
        layer=2,
        period=base_year,
        lineage=(*(i for plant in plants for i in plant.lineage), used.lineage),
        assumed=True,
        proxied=False,
        complete=False,
    )


def proxy_reading(rule: Row, country: str, other: Estimate, base_year: int) -> Reading:
    """Output read through another form's output times a factor."""
    value = other.value or 0.0
    return Reading(
        country=country,
        origin="derived",
        component=Component(
            value * rule["factor"], other.low * rule["factor_low"], other.high * rule["factor_high"]
        ),
        counting=False,
        layer=2,
        period=base_year,
        lineage=(other.lineage, rule["id"]),
        assumed=True,
        proxied=True,
        complete=False,
    )


def ends(quantity: Quantity) -> tuple[float, float, float]:
    """Value, low and high of a quantity; a missing end is the value."""
    value = quantity.value or 0.0
    low = value if quantity.low is None else quantity.low
    high = value if quantity.high is None else quantity.high
    return value, low, high


def independent(readings: Sequence[Reading]) -> list[Reading]:
    """The readings that make the estimate.

    Direct figures go before figures that stand for the form; origins that can support a label go
    before those that cannot; the plant register counts beside published statistics unless it lies
    below all of them, since a register need not be complete.
    """
    direct = [reading for reading in readings if not reading.proxied] or list(readings)
    statistics = [reading for reading in direct if reading.origin != PLANTS]
    counting = [reading for reading in statistics if reading.counting]
    plants = [reading for reading in direct if reading.origin == PLANTS]
    chosen = counting or statistics
    newest: dict[str, Reading] = {}
    for reading in sorted(chosen, key=lambda item: (item.layer, -item.period)):
        newest.setdefault(reading.origin, reading)
    found = list(newest.values())
    least = min((reading.component.low for reading in found), default=0.0)
    return [*found, *(plant for plant in plants if plant.component.high >= least)]


def label_of(readings: Sequence[Reading], parts: Sequence[Component], standing: Standing) -> Label:
    """Label of an estimate from its readings.

    V where two counting origins agree; U where they conflict or only weak sources speak; V1 for
    one; modelled where every reading rests on an assumed factor or stands for the form.
    """
    if standing == "proxied" or all(reading.assumed for reading in readings):
        return "modelled"
    return support_of(readings, parts)


def support_of(readings: Sequence[Reading], parts: Sequence[Component]) -> Label:
    """Label the readings give by themselves, whatever factor stands before them."""
    counting = {reading.origin for reading in readings if reading.counting}
    agreed = any(
        sum(_inside(reading, part) for reading in readings if reading.counting) >= 2
        for part in parts
    )
    if len(counting) >= 2:
        return "V" if agreed else "U"
    if counting:
        return "V1" if len(parts) == 1 else "U"
    return "V1" if min(reading.layer for reading in readings) <= 2 else "U"


def _inside(reading: Reading, part: Component) -> bool:
    return part.low <= reading.component.value <= part.high


def with_world(readings: Iterable[Reading]) -> list[list[Reading]]:
    """Readings grouped by origin, those origins only that give a world total."""
    groups: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        groups[reading.origin].append(reading)
    return [group for group in groups.values() if any(r.country == WORLD for r in group)]


def residual(group: Sequence[Reading], is_country: Callable[[str], bool]) -> float:
    """What one origin leaves unnamed: its world total less the countries it names."""
    world = next(reading.component.value for reading in group if reading.country == WORLD)
    named = sum(r.component.value for r in group if is_country(r.country))
    return max(0.0, world - named)


def least_of_leaders(readings: Iterable[Reading], rank: int) -> float | None:
    """Output of the country at a rank of the fullest list; a list has to reach the rank.

    A publisher that names some countries names the largest, so a country it leaves out lies
    below the one at the rank. The least over publishers counts; figures of plants do not.
    """
    lists: dict[str, dict[str, float]] = defaultdict(dict)
    for reading in readings:
        if reading.origin not in (PLANTS, "derived") and reading.component.value > 0:
            lists[reading.origin][reading.country] = reading.component.value
    found = [
        sorted(named.values(), reverse=True)[rank - 1]
        for named in lists.values()
        if len(named) >= rank
    ]
    return min(found) if found else None
