"""One item of a bill under a shock: its deliveries, its line, and what would help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.shock.behaviour import Sampler
from midstream.shock.bill import Item
from midstream.shock.bill_forms import Kinship, Relation
from midstream.shock.bill_path import Bridge, SupplyPath, bridge, burden

#: What can be in place before the shock -> its name, and the parameter that says how much.
HELPS: Mapping[str, tuple[str, str]] = {
    "stock": ("more stock", "bill.extra_stock"),
    "second": ("a second source", "bill.second"),
    "thrift": ("less of it in each product", "bill.thrift"),
}


@dataclass(frozen=True, slots=True)
class Supply:
    """What an item can get.

    Attributes:
        delivered: Deliveries over base use, shape (draw, month).
        price: Price over the price before, shape (draw, month).
        stock: Months of use at the start, shape (draw,).
        lineage: Parameters and lineage ids of the run that it stands on.
        assumed: Whether the stock of the run stands in for the item's own.
    """

    delivered: Floats
    price: Floats
    stock: Floats
    lineage: tuple[str, ...]
    assumed: bool


@dataclass(frozen=True, slots=True)
class Judge:
    """Evaluates items on the draws of a run; every variant sees the same draws.

    Attributes:
        path: The form that is cut.
        further: Deliveries of other forms of the run by form id, shape (draw, month) each.
        kinship: How goods are related.
        sampler: Draws of the parameters.
    """

    path: SupplyPath
    further: Mapping[str, Floats]
    kinship: Kinship
    sampler: Sampler

    def supply(self, item: Item, relation: Relation) -> Supply:
        """Give what an item can get.

        Of items that hold the form ``1 - c (1 - d)`` can be made, c the part that cannot be made
        without it, unless the run tells their own deliveries. Their price rises by the cost share
        of the form. What the run tells of a form is the country's: an only supplier of such an
        item may sit anywhere.
        """
        path = self.path
        delivered, price, lineage = self._delivered(item), path.price, path.lineage
        if relation == "holds":
            cost = self.sampler.draw("bill.cost_share")[:, None]
            price, lineage = 1 + cost * (price - 1), (*lineage, "par:bill.cost_share")
            own = self._own_deliveries(item)
            if own is None:
                part = self.sampler.draw("bill.contained")[:, None]
                delivered = 1 - part * (1 - delivered)
                lineage = (*lineage, "par:bill.contained")
            else:
                delivered = own
        assumed = item.stock_months is None
        stock = path.stock_months if assumed else np.full(path.draws, item.stock_months)
        return Supply(delivered, price, stock, lineage, assumed)

    def _own_deliveries(self, item: Item) -> Floats | None:
        selves = self.kinship.selves(item.form or "")
        return next((self.further[form] for form in selves if form in self.further), None)

    def _delivered(self, item: Item) -> Floats:
        """Deliveries to a buyer: those of its country, or of its only supplier in the actor.

        Where the only supplier's country is not given, it is the actor in as many draws as the
        actor's share of the country's supply.
        """
        path = self.path
        if not item.sole_source or path.passed is None:
            return path.delivered
        if item.supplier is not None:
            return path.passed if item.supplier == path.actor else path.delivered
        if path.actor_share is None:
            return path.delivered
        # A stream per item: two suppliers that are not named need not sit in one country.
        from_actor = self.sampler.uniform(f"bill.supplier/{item.name}") < path.actor_share
        chosen: Floats = np.where(from_actor[:, None], path.passed, path.delivered)
        return chosen

    def run(self, supply: Supply) -> Bridge:
        """Run an item as it is."""
        return bridge(supply.delivered, supply.stock, 1.0, self.sampler.value("bill.stop"))

    def helped(self, supply: Supply, help_id: str) -> Bridge:
        """Run an item with one thing in place before the first month."""
        shortfall = self.sampler.value("bill.stop")
        delivered, stock, need = supply.delivered, supply.stock, 1.0
        amount = self.sampler.draw(HELPS[help_id][1])
        if help_id == "stock":
            stock = stock + amount
        elif help_id == "second":
            more = delivered + amount[:, None]
            delivered = np.minimum(more, np.maximum(delivered, 1.0))
        else:
            need = 1.0 - float(amount[0])
        return bridge(delivered, stock, need, shortfall)

    def gains(self, supply: Supply, before: Bridge, after: Bridge) -> tuple[Floats, Floats]:
        """Months by which the line stops later, and months of spend saved, each shape (draw,)."""
        end = float(supply.delivered.shape[1])
        later: Floats = np.minimum(after.stop, end) - np.minimum(before.stop, end)
        saved: Floats = burden(before, supply.price) - burden(after, supply.price)
        return later, saved


def unavailable(item: Item, help_id: str) -> str:
    """Say why a help is not available to an item; blank where it is."""
    if help_id != "second" or item.sole_source:
        return ""
    if item.sole_source is None:
        return "the bill does not say whether it has one supplier only"
    return "it has several suppliers already"
