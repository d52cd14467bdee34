"""How much of an incumbent's output ends abroad, as the form or inside what is made of it."""

from __future__ import annotations

from midstream.chain.routes import routes
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.shock.network import BalancedBase, balanced_base


def base_of(evidence: Evidence, world: World, form: str, country: str) -> BalancedBase | None:
    """Give the balanced base of the first chain on file that counts a form.

    ``None`` where no chain does, or its base lacks evidence.
    """
    for name, line in routes(evidence, world).items():
        if form not in {step.form for step in line.counted}:
            continue
        try:
            base = balanced_base(evidence, world, name, (country,))
        except InputError:
            # Another step of the chain is not counted by country: the chain says nothing.
            continue
        if country in base.network.countries:
            return base
    return None


def share_abroad(base: BalancedBase, form: str, country: str) -> float:
    """Share of a country's output of a form that ends abroad, 0..1.

    ``1 - product over the form and the steps after it of (1 - exports / output)``: what is not
    sold abroad is made into the next form at home, and part of that is sold abroad.
    """
    network, left = base.network, 1.0
    at = network.countries.index(country)
    for step in range(base.step(form), len(network.steps)):
        made = float(network.flow[step, at].sum())
        if made <= 0:
            break
        left *= float(network.flow[step, at, at]) / made
    return 1 - left
