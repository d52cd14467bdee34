"""Mix of uses: which part of a country's need of a form goes into what.

Central values only: the mix steers how fast a need grows, the level is drawn elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Component
from midstream.chain.needs import NeedRanges, need_shares
from midstream.chain.world import World
from midstream.scenarios.demand_growth import FormGrowth

#: The world as a place.
WORLD = "WLD"
#: What no use on record explains.
REST = ""

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Mixes:
    """Weights of the uses, which sum to 1.

    Attributes:
        world: Form -> use -> share of world need; `REST` is what no recipe names.
        places: (form, country) -> use -> share of the country's need.
    """

    world: Mapping[str, Weights]
    places: Mapping[tuple[str, str], Weights]

    def of(self, form: str, country: str) -> Weights:
        """Mix of a place; that of the world where nothing is known of the country."""
        return self.places.get((form, country), self.world[form])


def mixes(world: World, countries: Sequence[str], growth: Mapping[str, FormGrowth]) -> Mixes:
    """Mix of every form in every country.

    ``share of use g in country c  ~  share of g in world need x c's share of world activity in
    g``; the rest follows GDP. Shares in world need are those of the publisher of the growth where
    he splits it, else those of the recipes.

    Args:
        world: The world.
        countries: Countries.
        growth: Growth of every form.
    """
    driving = _driving(world, countries)
    overall = {form: _world_mix(world, form, growth[form]) for form in world.forms}
    places = {}
    for form in world.forms:
        for country in countries:
            mixed = _place_mix(world, overall[form], country, driving)
            if mixed is not None:
                places[form, country] = mixed
    return Mixes(overall, places)


def _driving(world: World, countries: Sequence[str]) -> dict[tuple[str, str], float]:
    """Central share of world activity in a form: output of devices, need of what goes into them."""
    one = Component(1.0, 1.0, 1.0)
    shares = need_shares(
        world,
        tuple(countries),
        lambda _: np.array([0.5]),
        NeedRanges(gdp=one, form=0.0, activity=one),
        world.need_scale,
    )
    found = {}
    for form in world.forms:
        for column, country in enumerate(countries):
            value = float(shares[form][0, column])
            known = world.activity.get((form, country))
            if known is not None and known.value is not None:
                value = known.value * world.need_scale.get((form, country), 1.0)
            found[form, country] = value
    return found


def _world_mix(world: World, form: str, growth: FormGrowth) -> dict[str, float]:
    """Shares of world need by use."""
    recipes = {
        use.output: use.share.value
        for use in world.uses.get(form, ())
        if use.output in world.stages
    }
    stated = sum(recipes.values())
    scale = max(1.0, stated)
    mix = {use: share / scale for use, share in recipes.items()}
    mix[REST] = max(0.0, 1.0 - stated)
    if not growth.uses:
        return mix
    listed = {
        use: part.amount / growth.total.amount
        for use, part in growth.uses.items()
        if use in world.stages
    }
    left = max(0.0, 1.0 - sum(listed.values()))
    others = {use: share for use, share in mix.items() if use not in listed}
    total = sum(others.values())
    if total <= 0:
        others, total = {REST: 1.0}, 1.0
    return {**listed, **{use: left * share / total for use, share in others.items()}}


def _place_mix(
    world: World, overall: Weights, country: str, driving: Mapping[tuple[str, str], float]
) -> dict[str, float] | None:
    parts = {}
    for use, share in overall.items():
        local = world.gdp_share.get(country, np.nan) if use == REST else driving[use, country]
        # A country nobody knows anything of in a use has no weight there.
        parts[use] = 0.0 if np.isnan(local) else share * local
    total = sum(parts.values())
    return {use: part / total for use, part in parts.items()} if total > 0 else None
