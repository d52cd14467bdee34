"""Slopes of the clearing equations at the base: what a solver that takes many draws starts from.

One matrix for the middle of all draws turns residuals into moves that are nearly right for each of
them, so that a draw needs six evaluations where plain damping needs twelve.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from midstream.market.network import Floats, Indices, Parameters
from midstream.market.problem import Problem

#: Parameters that the slopes are made of.
STEERING = ("substitution", "supply_elasticity", "cost_share", "demand_elasticity")


def clearing_slopes(middle: Middle) -> Floats:
    """Derivative of ``ln demand - ln output`` of all makers by their log prices at the base.

    With the buyers' shares ``w`` and the makers' sales shares ``r`` of a step, the share ``u`` of
    feed in purchases and the mean elasticity ``e`` of final use:
    own step ``r (sigma - (1 - u) e - u eps' a') w^T - (sigma + eps)``, next step ``r u eps'``,
    step before ``eps a w^T`` at the maker's own country.

    Args:
        middle: Shares of the arcs that measures leave open, and the middle of the parameters.

    Returns:
        Shape (maker, maker), makers that are left, in order.
    """
    slopes, first = middle.between.copy(), 0
    for step, here in enumerate(middle.here):
        ends = np.arange(first, first + len(here))
        own = (middle.sales[step] * middle.own(step)) @ middle.bought[step].T
        slopes[first : first + len(here), first : first + len(here)] = own[here][:, here]
        slopes[ends, ends] -= middle.sigma[step] + middle.eps[step]
        first += len(here)
    return slopes


def _between(middle: Middle) -> Floats:
    """The part of the slopes that couples a step to its neighbours; substitution is not in it."""
    starts = np.cumsum([0, *(len(here) for here in middle.here)])
    slopes = np.zeros((starts[-1], starts[-1]))
    for step, here in enumerate(middle.here):
        rows = slice(starts[step], starts[step + 1])
        if step + 1 < len(middle.here):
            following = slice(starts[step + 1], starts[step + 2])
            pull = middle.sales[step] * middle.feed[step] * middle.eps[step + 1]
            slopes[rows, following] = pull[np.ix_(here, middle.here[step + 1])]
        if step > 0:
            before = slice(starts[step - 1], starts[step])
            push = middle.eps[step] * middle.cost[step] * middle.bought[step - 1].T
            slopes[rows, before] = push[np.ix_(here, middle.here[step - 1])]
    return slopes


@dataclass(frozen=True)
class Middle:
    """Shares of the open network and the median of the parameters over draws.

    `here` are the places of the makers that are left, by step; `between` is the part of the
    slopes that months with another substitution share.
    """

    here: tuple[Indices, ...]
    bought: Floats
    sales: Floats
    feed: Floats
    use_slope: Floats
    sigma: Floats
    eps: Floats
    cost: Floats
    between: Floats

    @classmethod
    def of(cls, problem: Problem, parameters: Parameters) -> Middle:
        """Work them out for one set of parameters or many."""
        steps, uses, _ = problem.network.final_use.shape
        middle = {
            name: _median(parameters.full(name, shape))
            for name, shape in (
                ("substitution", (steps,)),
                ("supply_elasticity", (steps,)),
                ("cost_share", (steps,)),
                ("demand_elasticity", (steps, uses)),
            )
        }
        purchases = problem.network.purchases
        bought = _shares(problem.weight, 1)
        final = problem.final_use * middle["demand_elasticity"][:, :, None]
        made = cls(
            here=tuple(np.flatnonzero(makers) for makers in problem.producing),
            bought=bought,
            sales=_shares(bought * purchases[:, None, :], 2),
            feed=_ratio(problem.network.input_use, purchases),
            use_slope=_ratio(final.sum(axis=1), purchases),
            sigma=middle["substitution"],
            eps=middle["supply_elasticity"],
            cost=middle["cost_share"],
            between=np.zeros((0, 0)),
        )
        return replace(made, between=_between(made))

    def moved(self, substitution: Floats) -> Middle:
        """The same with another substitution, shape (draw, step)."""
        return replace(self, sigma=_median(substitution))

    def own(self, step: int) -> Floats:
        """How the pull of a step's buyers answers to their own price."""
        slope: Floats = self.sigma[step] - self.use_slope[step]
        if step + 1 < len(self.sigma):
            slope = slope - self.feed[step] * self.eps[step + 1] * self.cost[step + 1]
        return slope


def _median(draws: Floats) -> Floats:
    """Median over draws, of which there may be one."""
    middle: Floats = draws[0] if len(draws) == 1 else np.median(draws, axis=0)
    return middle


def _shares(amounts: Floats, axis: int) -> Floats:
    return _ratio(amounts, amounts.sum(axis=axis, keepdims=True))


def _ratio(part: Floats, whole: Floats) -> Floats:
    full = np.broadcast_to(whole, part.shape)
    return np.divide(part, full, out=np.zeros(part.shape), where=full > 0)


def newton_matrix(middle: Middle) -> Floats:
    """Matrix that turns clearing residuals into price moves: minus the inverse of the slopes.

    Empty when the slopes cannot be inverted; the solver then damps each price by itself.
    """
    slopes = clearing_slopes(middle)
    try:
        return np.ascontiguousarray(-np.linalg.inv(slopes))
    except np.linalg.LinAlgError:
        return np.zeros((0, 0))
