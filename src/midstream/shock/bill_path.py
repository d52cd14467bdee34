"""What a run means for one item: when its line stops, what is bought, what is missing.

Time runs in months from the first month of the run. Within a month all rates are constant, so a
line can stop in the middle of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.errors import ModelError


@dataclass(frozen=True, slots=True)
class SupplyPath:
    """What a run says about one form in the country of the bill.

    Attributes:
        form: Form id.
        country: Country of the bill.
        actor: Country that cuts.
        months: Months since the announcement, one after the other, shape (month,).
        delivered: Deliveries over base use, shape (draw, month).
        price: Price paid over the price before, shape (draw, month).
        stock_months: Stock of a buyer whose own is not known, months of use, shape (draw,).
        passed: Part of the actor's usual shipments that still come, shape (draw, month).
        actor_share: The actor's share of the country's supply before, shape (draw,).
        lineage: Lineage ids of the run that the arrays come from.

    Raises:
        ModelError: if shapes do not fit or a number is missing or negative.
    """

    form: str
    country: str
    actor: str
    months: tuple[int, ...]
    delivered: Floats
    price: Floats
    stock_months: Floats
    passed: Floats | None = None
    actor_share: Floats | None = None
    lineage: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        draws, count = self.delivered.shape if self.delivered.ndim == 2 else (0, 0)
        steps = [
            later - earlier for earlier, later in zip(self.months, self.months[1:], strict=False)
        ]
        if draws == 0 or count != len(self.months) or any(step != 1 for step in steps):
            raise ModelError(f"deliveries of shape {self.delivered.shape} over the months of a run")
        shapes: Mapping[str, tuple[int, ...]] = {
            "delivered": (draws, count),
            "price": (draws, count),
            "stock_months": (draws,),
            "passed": (draws, count),
            "actor_share": (draws,),
        }
        for name, shape in shapes.items():
            array = getattr(self, name)
            if array is None:
                continue
            if array.shape != shape or not bool(np.all(np.isfinite(array) & (array >= 0))):
                raise ModelError(
                    f"{name} is not an array of {shape} numbers of zero or more", where=self.form
                )

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.delivered.shape[0])


@dataclass(frozen=True, slots=True)
class Bridge:
    """How an item fares over the months, by draw.

    Attributes:
        stop: Months from the first month until the line stops, ``inf`` where it does not.
        bought: Bought by month, in months of base use, shape (draw, month).
        missing: Need that is not met by month, same unit and shape.
        used_up: Stock at the start less stock at the end, months of base use.
    """

    stop: Floats
    bought: Floats
    missing: Floats
    used_up: Floats


def bridge(delivered: Floats, stock: Floats, need: float, shortfall: float) -> Bridge:
    """Run down a stock against the deliveries that come.

    In month t the buyer takes ``b = min(d, n max(1, d))``: what comes, but no more than it needs
    unless shipments run ahead of a control. While the stock S lasts it covers ``n - b``; a line
    stops when the stock is empty and ``(n - b) / n`` is above the shortfall it can live with.

    Args:
        delivered: d, deliveries that can be had over base use, shape (draw, month).
        stock: S at the start, months of base use, shape (draw,).
        need: n, need over base use.
        shortfall: Part of the need that may be missing while the line runs on.
    """
    left = stock.astype(float)
    stop = np.full(left.shape, np.inf)
    bought = np.minimum(delivered, need * np.maximum(1.0, delivered))
    missing = np.zeros(delivered.shape)
    for month in range(delivered.shape[1]):
        gap = need - bought[:, month]
        lasts = np.full(left.shape, np.inf)
        np.divide(left, gap, out=lasts, where=gap > 0)
        stops = np.isinf(stop) & (gap > shortfall * need) & (lasts < 1)
        stop[stops] = month + lasts[stops]
        missing[:, month] = np.maximum(0.0, gap - left)
        left = np.maximum(0.0, left - gap)
    return Bridge(stop, bought, missing, stock - left)


def extra_cost(run: Bridge, price: Floats) -> Floats:
    """What is paid above the price before, in months of spend: ``sum b (P - 1)``, shape (draw,)."""
    cost: Floats = np.sum(run.bought * (price - 1), axis=1)
    return cost


def missing_cost(run: Bridge, price: Floats) -> Floats:
    """What the missing input would have cost, in months of spend: ``sum u P``, shape (draw,)."""
    cost: Floats = np.sum(run.missing * price, axis=1)
    return cost


def burden(run: Bridge, price: Floats) -> Floats:
    """Extra cost, missing input and the stock to be bought back at the last price, shape (draw,).

    ``sum b (P - 1) + sum u P + (S_0 - S_T) P_T``, in months of spend at the price before.
    """
    return extra_cost(run, price) + missing_cost(run, price) + run.used_up * price[:, -1]
