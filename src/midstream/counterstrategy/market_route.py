"""A second route to the price of a squeeze: the market engine of the chain under the same cut."""

from __future__ import annotations

import numpy as np

from midstream.chain.world import World
from midstream.counterstrategy.abroad import base_of
from midstream.counterstrategy.incumbent import Incumbent
from midstream.counterstrategy.moves import Move
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.market import Measures, solve
from midstream.shock.behaviour import Sampler, market_parameters

#: Draws of the market's behaviour; a check needs few.
DRAWS = 32


def market_price(
    evidence: Evidence, world: World, incumbent: Incumbent, move: Move, seed: int, ledger: Ledger
) -> Quantity | None:
    """Give the price abroad over its base when the incumbent's exports are cut, by the market.

    The chain's balanced base is solved with every export of the incumbent capped at ``1 - s`` of
    its base. The price is what users abroad pay for the form, weighted with their purchases; the
    behaviour of the first months (short substitution) is taken.

    Args:
        evidence, world: The release and its world.
        incumbent: The incumbent.
        move: A squeeze or a licence queue.
        seed: Seed of the behaviour.
        ledger: Where lineage is entered.

    Returns:
        Ratio with its interval over draws of behaviour; ``None`` where no chain on file holds the
        form or no draw converges.
    """
    base = base_of(evidence, world, incumbent.form, incumbent.country)
    if base is None:
        return None
    network, step = base.network, base.step(incumbent.form)
    steps, uses, countries = network.final_use.shape
    parameters = market_parameters(Sampler(evidence, seed, DRAWS), steps, uses, countries)
    others = [name for name in network.countries if name != incumbent.country]
    cut = Measures.none(network).with_cut(step, incumbent.country, others, move.depth)
    state = solve(network, parameters, cut)
    bought = network.purchases[step].copy()
    bought[network.countries.index(incumbent.country)] = 0.0
    prices = np.nan_to_num(state.price_paid[:, step], nan=0.0)
    found = (prices * bought).sum(axis=1) / bought.sum()
    return _quantity(
        found[np.asarray(state.converged)], incumbent, move, base.route.id, world, ledger
    )


def _quantity(
    found: np.ndarray[tuple[int], np.dtype[np.float64]],
    incumbent: Incumbent,
    move: Move,
    chain: str,
    world: World,
    ledger: Ledger,
) -> Quantity | None:
    if found.size == 0:
        return None
    low, middle, high = np.quantile(found, [0.1, 0.5, 0.9])
    lineage = f"f:counter.market-price/{incumbent.form}/{move.id}"
    quantity = Quantity(float(middle), float(low), float(high), "ratio", "modelled", lineage)
    title = f"Price abroad by the market engine: {world.names.form(incumbent.form)}, {move.label}"
    ledger.add(
        Node(
            lineage,
            "formula",
            title,
            quantity,
            inputs=(incumbent.output.lineage,),
            formula="purchases-weighted price paid abroad / base",
            note=f"chain {chain}, {found.size} draws of behaviour",
        )
    )
    return quantity
