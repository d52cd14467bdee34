"""The monthly path of a network under a shock, over draws and over networks drawn from evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from midstream.chain.estimate import Floats
from midstream.market import Network

#: A step and a use of it.
Pair = tuple[int, int]


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
        use: Final use over base, shape (draw, month, pair, country); ``nan`` where there is none
            in the base. See `used`.
        unconverged: Months whose solve missed its tolerance, shape (draw,).
        pairs: Steps and uses of them that anybody has, third axis of ``use``.
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
    pairs: tuple[Pair, ...]

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.delivered.shape[0])

    @property
    def months(self) -> int:
        """Number of months."""
        return int(self.delivered.shape[1])

    def used(self, step: int, use: int) -> Floats:
        """Final use of a step by one use over base, shape (draw, month, country)."""
        if (step, use) in self.pairs:
            return np.asarray(self.use[:, :, self.pairs.index((step, use))])
        return np.broadcast_to(np.nan, (self.draws, self.months, self.use.shape[-1]))

    @classmethod
    def room(
        cls, draws: int, months: int, network: Network, pairs: tuple[Pair, ...]
    ) -> NetworkPath:
        """Room for a path that is written part by part."""
        steps, countries = network.output.shape
        every = ("delivered", "served", "made", "price", "effective", "cover")
        return cls(
            base=np.empty((draws, steps, countries)),
            base_output=np.empty((draws, steps, countries)),
            **{name: np.empty((draws, months, steps, countries)) for name in every},
            paid=np.empty((draws, months, countries)),
            use=np.empty((draws, months, len(pairs), countries)),
            unconverged=np.empty(draws),
            pairs=pairs,
        )

    def put(self, draws: slice, part: NetworkPath) -> None:
        """Write the path of some of the draws where they stand."""
        for field in fields(self):
            if field.name != "pairs":
                getattr(self, field.name)[draws] = getattr(part, field.name)


def pairs_of(networks: Iterable[Network]) -> tuple[Pair, ...]:
    """Steps and uses that anybody has in any of some networks."""
    found = sum(network.final_use.sum(axis=-1) > 0 for network in networks)
    return tuple((int(step), int(use)) for step, use in np.argwhere(found))
