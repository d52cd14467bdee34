"""A market month by month: the annual equations with slow buyers and stocks.

Two things move between months. Buyers change suppliers slowly at first, since a new supplier has
to be qualified; and stocks are drawn while supply is capped, then filled again. All tonnes are
rates a year, as in the base.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.errors import InputError
from midstream.market.compiled import Ready
from midstream.market.equilibrium import Equilibrium
from midstream.market.measures import Measures
from midstream.market.network import Floats, Network, Parameters

#: Share of a buyer's base supply that must be capped before it draws on stocks.
CUT_THRESHOLD = 0.02


@dataclass(frozen=True)
class Path:
    """A market over months.

    Arrays have a leading axis of draws before the months when the parameters had one.

    Attributes:
        months: The equilibrium of each month.
        stock: Stock at the end of each month in months of base use, shape (month, step, country).
        release: Taken from stock in each month, as a share of base use; negative refills.
        available: Purchases and release together as a share of base use; nan without any.
    """

    months: tuple[Equilibrium, ...]
    stock: Floats
    release: Floats
    available: Floats

    @property
    def unconverged(self) -> tuple[tuple[int, int], ...]:
        """Pairs of (draw, month) that missed the tolerance; they stay in all arrays."""
        return tuple(
            (draw, month)
            for month, equilibrium in enumerate(self.months)
            for draw in equilibrium.unconverged
        )


def substitution_after(parameters: Parameters, age: float) -> Floats:
    """Substitution ``long + (short - long) exp(-age / qualification)``, shape (step,).

    Args:
        parameters: With the fields for months.
        age: Months since buyers began to look for other suppliers.
    """
    steps = np.asarray(parameters.substitution).shape[-1]
    short = parameters.full("substitution_short", (steps,))
    long = parameters.full("substitution_long", (steps,))
    decay = np.exp(-max(age, 0.0) / parameters.full("qualification_months", ()))[:, None]
    moved: Floats = long + (short - long) * decay
    return moved if parameters.draws is not None else moved[0]


def capped_share(network: Network, measures: Measures) -> Floats:
    """Share of each buyer's base supply that measures take away, shape (step, country)."""
    own = np.minimum(measures.flow_cap, 1.0)
    total = np.minimum(measures.total_cap, 1.0)[:, :, None]
    abroad = ~np.eye(network.output.shape[1], dtype=bool)
    left = np.where(abroad, np.minimum(own, total), own)
    left = left * np.minimum(measures.output_factor, 1.0)[:, :, None]
    share: Floats = (network.shares * (1 - left)).sum(axis=1)
    return share


def solve_months(
    network: Network,
    parameters: Parameters,
    measures: Sequence[Measures],
    *,
    remaining: Sequence[float],
    notice: int | None = None,
    cut_threshold: float = CUT_THRESHOLD,
    tolerance: float = 1e-10,
    method: str = "auto",
) -> Path:
    """Follow a market through months of measures.

    Stocks: ``release = min(u S / H, S, lost)`` while the share ``lost`` of base supply that is
    taken away lies above the threshold, else ``-(S0 - S) / refill``; ``S`` in months of base use,
    ``H`` the expected months left.

    Args:
        network: Balanced base.
        parameters: With the fields for months; `substitution` is replaced.
        measures: One for each month; what they release is replaced.
        remaining: Expected months left ``H`` in each month, 1 or more where it is used.
        notice: Month in which buyers begin to look for other suppliers; none is the first month
            in which a buyer loses supply.
        cut_threshold: See `CUT_THRESHOLD`.
        tolerance, method: As in `solve`.

    Raises:
        InputError: Fields for months are missing, or a month has no expected length.
    """
    _check_lengths(remaining, len(measures))
    stocks = _Stocks.full(network, parameters)
    markets = _Markets(network, parameters)
    begun, found, left, taken = notice, [], [], []
    start: Floats | None = None
    for month, now in enumerate(measures):
        lost = markets.lost(now)
        if begun is None and (lost > 0).any():
            begun = month
        wish = stocks.wish(np.where(lost > cut_threshold, lost, 0.0), remaining[month])
        age = 0.0 if begun is None else float(month - begun)
        market = markets.ready(now).moved(
            substitution_after(parameters, age),
            _plain(parameters, wish * network.purchases) if wish.any() else None,
        )
        state = market.solve(tolerance=tolerance, start=start, method=method)
        start = state.unknowns
        found.append(state)
        taken.append(_taken(network, state, wish))
        stocks.level = stocks.level - taken[-1]
        left.append(stocks.level)
    release = _plain(parameters, np.stack(taken, axis=1))
    delivered = np.stack([state.delivered for state in found], axis=-3)
    stock = _plain(parameters, np.stack(left, axis=1))
    return Path(tuple(found), stock, release, delivered + release)


def _check_lengths(remaining: Sequence[float], months: int) -> None:
    if len(remaining) != months or not all(left > 0 for left in remaining):
        raise InputError(
            f"{len(remaining)} expected lengths for {months} months, or one of 0",
            where="market months",
            why="stocks are spread over the months a cut is expected to last",
            mend="give a length above 0 for every month",
        )


class _Markets:
    """The market of each set of measures; months under the same measures share one."""

    def __init__(self, network: Network, parameters: Parameters) -> None:
        self.network, self.parameters = network, parameters
        self.known: dict[int, tuple[Measures, Ready, Floats]] = {}

    def ready(self, measures: Measures) -> Ready:
        """The market under measures; a release in them is left out."""
        return self._under(measures)[1]

    def lost(self, measures: Measures) -> Floats:
        """The share of supply they take away, see `capped_share`."""
        return self._under(measures)[2]

    def _under(self, measures: Measures) -> tuple[Measures, Ready, Floats]:
        # Kept with the measures, so that no other ones can get their number.
        if id(measures) not in self.known:
            last = next(reversed(self.known.values()), None)
            if last is None:
                ready = Ready.of(self.network, self.parameters, measures)
            else:
                ready = last[1].following(self.parameters, measures)
            self.known[id(measures)] = measures, ready, capped_share(self.network, measures)
        return self.known[id(measures)]


@dataclass
class _Stocks:
    """Stocks in months of base use, shape (draw, step, country), and their rules."""

    level: Floats
    goal: Floats
    usable: Floats
    refill: Floats

    @classmethod
    def full(cls, network: Network, parameters: Parameters) -> _Stocks:
        """Stocks at their goal, none where nothing is bought."""
        months = parameters.full("stock_months", network.output.shape)
        level = np.where(network.purchases > 0, months, 0.0)
        usable = parameters.full("usable_stock", ())[:, None, None]
        return cls(level, level, usable, parameters.full("refill_months", ())[:, None, None])

    def wish(self, lost: Floats, remaining: float) -> Floats:
        """Release as a share of base use: drawn where supply is lost, refilled elsewhere."""
        drawn = np.minimum(self.usable * self.level / remaining, np.minimum(self.level, lost))
        return np.where(lost > 0, drawn, -(self.goal - self.level) / self.refill)


def _plain(parameters: Parameters, array: Floats) -> Floats:
    """Drop the axis of draws for a single set of parameters."""
    plain: Floats = array if parameters.draws is not None else array[0]
    return plain


def _taken(network: Network, equilibrium: Equilibrium, wish: Floats) -> Floats:
    """What really left the stock: no more than was wanted at the month's price."""
    refilled = np.where(equilibrium.problem.buying, wish, 0.0)
    if not (wish > 0).any():
        return refilled
    need = np.array(np.broadcast_to(equilibrium.final_use.sum(axis=-2), equilibrium.output.shape))
    problem = equilibrium.problem
    need[..., :-1, :] += problem.feed_need[:-1] * equilibrium.output[..., 1:, :]
    spared = (need - equilibrium.purchases).reshape(wish.shape)
    base = network.purchases
    share = np.divide(spared, base, out=np.zeros(wish.shape), where=base > 0)
    return np.where(wish > 0, np.minimum(wish, share), refilled)
