"""The monthly path of a network under a shock, over draws and over networks drawn from evidence."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats


@dataclass(frozen=True, slots=True)
class NetworkPath:
    """What the market does month by month.

    Every array has the draws first and the months second.

    Attributes:
        base: Base purchases, shape (draw, step, country).
        base_output: Base output, shape (draw, step, country).
        delivered: Purchases over base, shape (draw, month, step, country); ``nan`` for countries
            that buy nothing in the base.
        served: Deliveries and releases from stock over base need, same shape.
        made: Output over base output, same shape; ``nan`` where nothing is made in the base.
        price: Producer price over base, same shape; ``nan`` where nothing is made.
        effective: Effective price, with the cost of losing suppliers, same shape; ``inf`` for
            those cut off from all, ``nan`` without purchases.
        paid: Mean price buyers of the step that is cut pay over base, rents and duties in it,
            shape (draw, month, country); ``nan`` for those who buy nothing.
        cover: Months of base use in usable stocks at the end of the month, shape
            (draw, month, step, country).
        use: Final use over base by use, shape (draw, month, step, use, country); ``nan`` where
            there is none in the base.
        unconverged: Months whose solve missed its tolerance, shape (draw,).
    """

    base: Floats
    base_output: Floats
    delivered: Floats
    served: Floats
    made: Floats
    price: Floats
    effective: Floats
    paid: Floats
    cover: Floats
    use: Floats
    unconverged: Floats

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.delivered.shape[0])

    @property
    def months(self) -> int:
        """Number of months."""
        return int(self.delivered.shape[1])


def joined(parts: list[NetworkPath], place: NDArray[np.int64]) -> NetworkPath:
    """Join paths of groups of draws and put the draws in their order.

    Args:
        parts: Paths over the same months and axes.
        place: Where each draw stands in the parts one after the other, shape (draw,).
    """
    return NetworkPath(
        *(
            np.concatenate([getattr(part, field.name) for part in parts])[place]
            for field in fields(NetworkPath)
        )
    )
