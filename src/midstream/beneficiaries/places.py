"""Where each step stands and who owns it: shares that sum to one.

Location: a country's share of the world output of the form. Ownership: the same share, handed to
the owners of the country's plants by the mix of the world. What nobody names stays a place of its
own: ``ROW`` for output, ``?`` for owners not on record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.beneficiaries.entries import Draws, output_stream
from midstream.chain.estimate import Estimate, Floats
from midstream.chain.readings import WORLD
from midstream.chain.world import World

#: Output nobody names, and owners not on record.
REST, UNKNOWN = "ROW", "?"


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of one form among places.

    Attributes:
        places: Places; shares sum to 1 over them.
        values: Shape (place, 1 + draw), the first element central.
        lineage: Estimates behind them.
    """

    places: tuple[str, ...]
    values: Floats
    lineage: tuple[str, ...]

    def of(self, places: Sequence[str]) -> Floats:
        """The same over other places, zero where a place holds nothing."""
        found = np.zeros((len(places), self.values.shape[1]))
        for number, place in enumerate(self.places):
            found[places.index(place)] += self.values[number]
        return found


def locations(world: World, form: str, draws: Draws) -> Shares | None:
    """Shares of world output by country; ``None`` where nobody counts the form.

    ``l = output / max(world output, sum of outputs)``; the rest goes to ``ROW``.
    """
    total = world.world_output.get(form)
    made = {
        country: estimate
        for (name, country), estimate in world.outputs.items()
        if name == form and country != WORLD and estimate.value
    }
    if total is None or not total.value or not made:
        return None
    outputs = np.array([_both(one.value, _drawn(one, draws)) for one in made.values()])
    whole = np.maximum(_both(total.value, _drawn(total, draws)), outputs.sum(axis=0))
    shares = outputs / whole
    rest = np.maximum(0.0, 1 - shares.sum(axis=0))
    lineage = (total.lineage, *(one.lineage for one in made.values()))
    return Shares((*made, REST), np.vstack([shares, rest]), lineage)


def _drawn(estimate: Estimate, draws: Draws) -> Floats:
    return draws.estimate(estimate, output_stream(estimate.lineage))


def _both(value: float | None, drawn: Floats) -> Floats:
    return np.concatenate([[value or 0.0], drawn])


def owners(world: World, form: str, located: Shares) -> Shares:
    """Hand the output of each country to the owners of its plants.

    The mix of the cell says how much is domestic, allied or the dominant supplier's; allied parts
    go to the countries of the foreign owners of its plants, by capacity. Half of a joint venture
    is domestic; the other half goes the way of an allied part.
    """
    found: dict[str, Floats] = defaultdict(lambda: np.zeros(located.values.shape[1]))
    lineage = list(located.lineage)
    for number, country in enumerate(located.places):
        for owner, weight in _owners(world, form, country).items():
            found[owner] = found[owner] + weight * located.values[number]
        lineage += [
            one
            for plant in world.plants
            if plant.form == form and plant.country == country
            for one in plant.lineage
        ]
    places = tuple(found)
    values = np.array([found[place] for place in places])
    return Shares(places, values, tuple(dict.fromkeys(lineage)))


def _owners(world: World, form: str, country: str) -> Mapping[str, float]:
    """Owner -> share of the output of a cell; shares sum to 1."""
    if country == REST:
        return {REST: 1.0}
    mix = world.ownership.get((form, country))
    if not mix:
        return {UNKNOWN: 1.0}
    leader = world.leaders.get(form, ("", 0.0))[0]
    found: dict[str, float] = defaultdict(float)
    for category, weight in mix.items():
        if category == "domestic":
            found[country] += weight
        elif category == "dominant":
            found[leader or UNKNOWN] += weight
        elif category == "unknown":
            found[UNKNOWN] += weight
        else:
            home = 0.5 if category == "joint" else 0.0
            found[country] += home * weight
            for owner, part in _foreign(world, form, country, leader).items():
                found[owner] += (1 - home) * weight * part
    return {owner: weight for owner, weight in found.items() if weight}


def _foreign(world: World, form: str, country: str, leader: str) -> Mapping[str, float]:
    """Foreign owners of a cell other than the dominant supplier, by capacity."""
    plants = [
        plant
        for plant in world.plants
        if plant.form == form and plant.country == country and plant.status != "cancelled"
    ]
    chosen = [plant for plant in plants if plant.running] or plants
    known = [plant.capacity for plant in chosen if plant.capacity]
    usual = sum(known) / len(known) if known else 1.0
    weights: dict[str, float] = defaultdict(float)
    for plant in chosen:
        if plant.owner and plant.owner not in (country, leader):
            weights[plant.owner] += plant.capacity or usual
    total = sum(weights.values())
    return {owner: w / total for owner, w in weights.items()} if total else {UNKNOWN: 1.0}
