"""The result of a solve: prices, outputs and shipments of one set of parameters or of many."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from midstream.market.network import Flags, Floats, Indices, Parameters
from midstream.market.problem import SMALLEST_CAP, Problem
from midstream.market.reference import State, evaluate, shortage


@dataclass(frozen=True)
class Solved:
    """Solved rows in the order of makers and buyers that are left, all with an axis of draws.

    Attributes:
        unknowns: Log prices, then log shadow factors, shape (draw, unknown).
        log_effective, purchases: Shape (draw, buyer).
        output: Shape (draw, maker).
        iterations, residual: Shape (draw,).
    """

    unknowns: Floats
    log_effective: Floats
    output: Floats
    purchases: Floats
    iterations: Indices
    residual: Floats


@dataclass(frozen=True)
class Equilibrium:
    """Prices and tonnes under measures.

    Arrays have a leading axis of draws when the parameters had one. Each is worked out when it is
    first asked for: with thousands of draws nobody wants all shipments.

    Attributes:
        problem, parameters: What was solved.
        solved: The solution as the solver left it.
        tolerance: Largest residual that counts as solved.
    """

    problem: Problem
    parameters: Parameters
    solved: Solved
    tolerance: float

    def _plain(self, array: Any) -> Any:
        return array if self.parameters.draws is not None else array[0]

    def _spread(self, flat: Floats, mask: Flags, empty: float) -> Floats:
        full = np.full((len(flat), *mask.shape), empty)
        full[:, mask] = flat
        spread: Floats = self._plain(full)
        return spread

    @property
    def unknowns(self) -> Floats:
        """What a later solve can start from, shape (unknown,)."""
        unknowns: Floats = self._plain(self.solved.unknowns)
        return unknowns

    @property
    def iterations(self) -> Indices:
        """Evaluations used, one number a draw."""
        iterations: Indices = self._plain(self.solved.iterations)
        return iterations

    @property
    def residual(self) -> Floats:
        """Largest residual in logs of tonnes, one number a draw."""
        residual: Floats = self._plain(self.solved.residual)
        return residual

    @property
    def converged(self) -> Flags:
        """Whether the tolerance was reached, one flag a draw."""
        converged: Flags = self._plain(self.solved.residual <= self.tolerance)
        return converged

    @cached_property
    def log_price(self) -> Floats:
        """Log producer price against the base, shape (step, country); nan where nothing is made."""
        count = self.solved.output.shape[1]
        return self._spread(self.solved.unknowns[:, :count], self.problem.producing, np.nan)

    @cached_property
    def output(self) -> Floats:
        """Output ``X``, shape (step, country)."""
        return self._spread(self.solved.output, self.problem.producing, 0.0)

    @cached_property
    def purchases(self) -> Floats:
        """Purchases ``Q``, shape (step, country)."""
        return self._spread(self.solved.purchases, self.problem.buying, 0.0)

    @cached_property
    def effective_price(self) -> Floats:
        """``P``, with the cost of losing suppliers, shape (step, country).

        inf for a buyer cut off from all suppliers, nan where the base bought nothing.
        """
        price = self._spread(np.exp(self.solved.log_effective), self.problem.buying, np.inf)
        price[..., self.problem.network.purchases == 0] = np.nan
        return price

    @property
    def unconverged(self) -> tuple[int, ...]:
        """Ids of the draws that did not reach the tolerance; they stay in all arrays."""
        return tuple(int(draw) for draw in np.flatnonzero(~np.atleast_1d(self.converged)))

    @cached_property
    def _state(self) -> State:
        many = self.parameters.draws is not None
        parameters = self.parameters.each() if many else self.parameters
        return evaluate(self.problem, parameters, self.unknowns)

    @property
    def flow(self) -> Floats:
        """Direct shipments, shape (step, exporter, importer); leaks are apart."""
        return self._state.flow

    @property
    def leaked(self) -> Floats:
        """Tonnes that return through hubs, by origin and destination; same shape as `flow`."""
        return self._state.leaked

    @cached_property
    def through_hub(self) -> Floats:
        """Leaked tonnes by origin, hub and destination, shape (step, exporter, hub, importer)."""
        booked: Floats = self.problem.hub_share[:, :, :, None] * self.leaked[..., :, :, None, :]
        return booked

    def through_hub_at(self, step: int) -> Floats:
        """The same for one step, shape (exporter, hub, importer)."""
        share = self.problem.hub_share[step, :, :, None]
        booked: Floats = share * self.leaked[..., step, :, None, :]
        return booked

    @cached_property
    def licence_rent(self) -> Floats:
        """``tau`` of capped arcs, ``(1 + tau)^-sigma = e^y``; 0 elsewhere and inf under a ban.

        Shape (step, exporter, importer).
        """
        problem = self.problem
        many = self.parameters.draws is not None
        sigma = np.asarray(self.parameters.substitution)[..., :, None, None]
        log_shadow = np.zeros((*np.atleast_2d(self.unknowns).shape[:1], *problem.weight.shape))
        rows = np.atleast_2d(self.unknowns)
        makers = int(problem.producing.sum())
        caps = len(problem.capped)
        step, exporter, importer = problem.capped.T
        log_shadow[:, step, exporter, importer] = rows[:, makers : makers + caps]
        for number, (at, source) in enumerate(problem.quotas):
            abroad = np.arange(problem.weight.shape[1]) != source
            log_shadow[:, at, source, abroad] += rows[:, makers + caps + number, None]
        rent = np.expm1(-np.minimum(log_shadow if many else log_shadow[0], 0.0) / sigma)
        # Row by row: an exporter without any export licence still sells at home.
        foreign = ~np.eye(problem.weight.shape[1], dtype=bool)
        shut = (problem.measures.total_cap < SMALLEST_CAP)[:, :, None] & foreign
        shut |= problem.measures.flow_cap < SMALLEST_CAP
        tau: Floats = np.where(shut & (problem.network.flow > 0), np.inf, rent)
        return tau

    @cached_property
    def rent(self) -> Floats:
        """Rent of licence holders ``e^x tau F``, in base prices times tonnes; shape of `flow`.

        A tariff is charged on top of it and goes to the importing state.
        """
        open_rent = np.where(np.isfinite(self.licence_rent), self.licence_rent, 0.0)
        price = np.exp(np.nan_to_num(self.log_price))[..., :, :, None]
        found: Floats = price * open_rent * self.flow
        return found

    @cached_property
    def price_paid(self) -> Floats:
        """Mean price paid per tonne, with tariffs, rents and hub mark-ups; (step, country).

        nan for a buyer that buys nothing.
        """
        price = np.exp(np.nan_to_num(self.log_price))[..., :, :, None]
        markup = 1 + np.asarray(self.parameters.leakage_markup)[..., None, None, None]
        direct = price * (1 + self.problem.measures.tariff) * self.flow + self.rent * (
            1 + self.problem.measures.tariff
        )
        spent = (direct + price * markup * self.leaked).sum(axis=-2)
        bought = self.purchases
        return _over(spent, bought)

    @cached_property
    def delivered(self) -> Floats:
        """Deliveries ``Q / Q0``, shape (step, country); nan where the base bought nothing."""
        return _over(self.purchases, self.problem.network.purchases)

    @cached_property
    def use_ratio(self) -> Floats:
        """Final use over what it would be at base prices, ``P^-eta phi(P)``; (step, use, country).

        nan where the base uses nothing, 0 for a buyer that is cut off.
        """
        problem = self.problem
        # Most uses are those of a few countries: only where there is one are powers taken.
        step, use, country = problem.used
        price = np.log(self._many(self.effective_price)[:, step, country])
        sizes = problem.network.final_use.shape[:2]
        eta, choke = (
            self.parameters.full(name, sizes)[:, step, use]
            for name in ("demand_elasticity", "choke_price")
        )
        sharpness = self.parameters.full("choke_sharpness", ())[:, None]
        found = np.empty((len(price), *problem.unused.shape))
        found[:] = problem.unused
        found[:, step, use, country] = np.exp(shortage(price, choke, sharpness) - eta * price)
        ratio: Floats = self._plain(found)
        return ratio

    def _many(self, array: Floats) -> Floats:
        """The array with an axis of draws, of one where the parameters have none."""
        return array if self.parameters.draws is not None else array[None]

    @cached_property
    def final_use(self) -> Floats:
        """Final use in tonnes, shape (step, use, country)."""
        wanted: Floats = self.problem.final_use * np.nan_to_num(self.use_ratio)
        return wanted

    @cached_property
    def unmet(self) -> Floats:
        """Share of base final use that is not met, shape (step, use, country); nan without any.

        Negative where demand has grown and is met.
        """
        return 1 - _over(self.final_use, self.problem.network.final_use)


def _over(part: Floats, whole: Floats) -> Floats:
    """Ratio of two arrays, nan where the whole is nothing."""
    full = np.broadcast_to(whole, part.shape)
    ratio: Floats = np.divide(part, full, out=np.full(part.shape, np.nan), where=full > 0)
    return ratio
