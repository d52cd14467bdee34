"""What a plant earns and pays per kg: price of its product, feed and running cost.

``market``: the product has a price of its own, and its running cost holds the feed.

``magnet``: the price follows that of the feed, as makers in the leading country reckon it,

    price = (ratio x P + other feed + conversion) / (1 - margin) x (1 + price premium)
    feed  = ratio x P + other feed
    opex  = conversion x (1 + conversion premium)

with both premiums nil in the leading country. Part of the running cost is fixed: it is paid on
the nameplate at the mean use of such plants, so that at this use a kg costs what is quoted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.capital.archetypes import Drawing
from midstream.capital.prices import price_record
from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Ledger

#: Rule of a product without a market price of its own.
MAGNET = "magnet"


@dataclass(frozen=True, slots=True)
class Costing:
    """Money per kg of product (or per unit), shape (draw,) each.

    Attributes:
        price: Price of the product.
        feed: Cost of feed.
        opex: Running cost that follows the output.
        fixed_per_kg: Fixed running cost over the nameplate, per kg of nameplate.
    """

    price: Floats
    feed: Floats
    opex: Floats
    fixed_per_kg: Floats


def costing(
    drawing: Drawing, world: World, country: str, price: float | None, utilisation: Floats
) -> Costing:
    """Price, feed and running cost of a plant.

    Args:
        drawing: The plant's archetype and streams.
        world: Says who leads the form.
        country: Where the plant stands.
        price: Price of the archetype's price form, USD per kg; ``None`` takes the base case of
            the price record.
        utilisation: Of the plant, shape (draw,).

    Raises:
        InputError: if price or running cost is not known, or the price is not above 0.
    """
    given = drawing.given
    market = _market_price(drawing, price)
    rule = drawing.row["price_rule"]
    product, feed = market, drawing.flat(0.0)
    if rule == MAGNET:
        product, feed = _made_up(drawing, world, country, market)
    if "feed" in given:
        feed = drawing.flat(given["feed"])
    quoted = _running_cost(drawing, world, country)
    share = drawing.parameter("capital.fixed-share")
    fixed = share * quoted * drawing.expected_use(utilisation)
    return Costing(product, feed, quoted * (1 - share), fixed)


def _market_price(drawing: Drawing, price: float | None) -> Floats:
    if price is None:
        form = drawing.row["price_form"]
        ledger = Ledger(base=drawing.evidence.ledger)
        record = price_record(drawing.evidence, ledger, form, drawing.price_year)
        return drawing.flat(record.case("base").value)
    if not price > 0:
        raise InputError(
            f"a price of {price:g} USD",
            where="--price",
            why="a plant cannot be reckoned at a price of 0 or less",
            mend="give a price above 0",
        )
    return drawing.flat(price)


def _made_up(drawing: Drawing, world: World, country: str, market: Floats) -> tuple[Floats, Floats]:
    """Price of the product and cost of its feed from the price of the feed."""
    feed = drawing.parameter("capital.magnet.feed-ratio") * market
    feed = feed + drawing.parameter("capital.magnet.other-feed")
    cost = feed + drawing.parameter("capital.magnet.conversion")
    product = cost / (1 - drawing.parameter("capital.magnet.margin"))
    if not leads(world, drawing.row["form"], country):
        product = product * (1 + drawing.parameter("capital.price-premium"))
    return product, feed


def _running_cost(drawing: Drawing, world: World, country: str) -> Floats:
    """Running cost as quoted per kg, without what the rule counts as feed."""
    if "opex" in drawing.given:
        return drawing.flat(drawing.given["opex"])
    if drawing.row["price_rule"] != MAGNET:
        return drawing.archetype("opex")
    cost = drawing.parameter("capital.magnet.conversion")
    if leads(world, drawing.row["form"], country):
        return cost
    return np.asarray(cost * (1 + drawing.parameter("capital.conversion-premium")))


def leads(world: World, form: str, country: str) -> bool:
    """Whether a country is the largest producer of a form."""
    leader = world.leaders.get(form)
    return leader is not None and leader[0] == country
