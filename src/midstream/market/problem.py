"""A network under measures, made ready for a solver: who is left, which arcs are open or capped.

What a measure shuts for good is settled here, before any price is sought: a maker without feed or
without anybody to sell to stops, and so do those who depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from midstream.market.measures import Measures
from midstream.market.network import Flags, Floats, Indices, Network

#: A cap below this share of the base is a ban: its rent would have no meaning, and no digits.
SMALLEST_CAP = 1e-6


@dataclass(frozen=True)
class Problem:
    """What the solvers read.

    Attributes:
        network, measures: As given.
        producing: Makers that are left, shape (step, country).
        buying: Buyers that are left, shape (step, country).
        weight: Base share ``w`` of open arcs, shape (step, exporter, importer).
        banned: Base share of arcs with a cap of 0 that may leak.
        leaking: Arcs whose blocked part may return through a hub.
        capped: Arcs with a cap above 0: rows of (step, exporter, importer).
        log_cap: Log of their ceilings in tonnes.
        quotas: Exporters with a total cap above 0: rows of (step, exporter).
        log_quota: Log of their ceilings in tonnes.
    """

    network: Network
    measures: Measures
    producing: Flags
    buying: Flags
    weight: Floats
    banned: Floats
    leaking: Flags
    capped: Indices
    log_cap: Floats
    quotas: Indices
    log_quota: Floats

    @cached_property
    def tariff_log(self) -> Floats:
        """``ln(1 + tariff)``, shape (step, exporter, importer)."""
        logs: Floats = np.log1p(self.measures.tariff)
        return logs

    @cached_property
    def capacity_output(self) -> Floats:
        """Output at unchanged prices after outages, 0 for makers that stop; (step, country)."""
        made: Floats = self.network.output * self.measures.output_factor
        return np.where(self.producing, made, 0.0)

    @cached_property
    def final_use(self) -> Floats:
        """Final use at unchanged prices, 0 for buyers that are left; (step, use, country)."""
        wanted: Floats = self.network.final_use * self.measures.demand_factor
        return np.where(self.buying[:, None, :], wanted, 0.0)

    @cached_property
    def used(self) -> tuple[Indices, Indices, Indices]:
        """Places of the final uses of buyers that are left: steps, uses, countries."""
        base = self.network.final_use > 0
        step, use, country = np.nonzero(base & self.buying[:, None, :])
        return step, use, country

    @cached_property
    def unused(self) -> Floats:
        """0 where the base has a final use, nan elsewhere; shape (step, use, country)."""
        return np.where(self.network.final_use > 0, 0.0, np.nan)

    @cached_property
    def feed_need(self) -> Floats:
        """Feed per tonne of the next step's output, shape (step, country); last step 0."""
        need = np.zeros_like(self.network.output)
        made = self.network.output[1:]
        np.divide(self.network.input_use[:-1], made, out=need[:-1], where=made > 0)
        return need

    @cached_property
    def hub_share(self) -> Floats:
        """Share of each hub in what leaks, shape (step, exporter, hub).

        In proportion to base flows of the exporter to countries it does not cap. The importer is
        itself capped, so it is never its own hub.
        """
        flows = hub_flow(self.network, self.measures)
        sums = flows.sum(axis=2, keepdims=True)
        share: Floats = np.divide(flows, sums, out=np.zeros_like(flows), where=sums > 0)
        return share

    def following(self, measures: Measures) -> Problem | None:
        """The same problem with other final use and other ceilings where there are some already.

        None where more than that is another, so that others are left or other arcs are open.
        """
        measures.check(self.network)
        mine = self.measures
        same = all(
            np.array_equal(getattr(mine, name), getattr(measures, name))
            for name in ("tariff", "output_factor")
        )
        alike = all(
            np.array_equal(_kinds(getattr(mine, name)), _kinds(getattr(measures, name)))
            for name in ("flow_cap", "total_cap")
        )
        wanted = np.array_equal(mine.demand_factor > 0, measures.demand_factor > 0)
        if not (same and alike and wanted and mine.leak == measures.leak):
            return None
        log_cap, log_quota = ceilings(self.network, measures, self.capped, self.quotas)
        return replace(self, measures=measures, log_cap=log_cap, log_quota=log_quota)


def _kinds(cap: Floats) -> Floats:
    """2 where there is no cap, 0 where it is a ban, 1 between."""
    kinds: Floats = np.where(np.isfinite(cap), 1.0, 2.0)
    kinds[cap < SMALLEST_CAP] = 0.0
    return kinds


def ceilings(
    network: Network, measures: Measures, capped: Indices, quotas: Indices
) -> tuple[Floats, Floats]:
    """Logs of the ceilings of capped arcs and of exporters with a quota, in tonnes.

    Args:
        network, measures: What is solved.
        capped: Rows of (step, exporter, importer) whose cap lies above 0.
        quotas: Rows of (step, exporter) whose total cap does.
    """
    arcs, makers = tuple(capped.T), tuple(quotas.T)
    abroad = network.flow.sum(axis=2) - np.einsum("sii->si", network.flow)
    log_cap: Floats = np.log(measures.flow_cap[arcs] * network.flow[arcs])
    return log_cap, np.log(measures.total_cap[makers] * abroad[makers])


def hub_flow(network: Network, measures: Measures) -> Floats:
    """Base flows over which blocked goods may leave: uncapped, not domestic, no total cap."""
    countries = network.output.shape[1]
    free = ~np.isfinite(measures.flow_cap) & ~np.isfinite(measures.total_cap)[:, :, None]
    free &= ~np.eye(countries, dtype=bool)
    return np.where(free, network.flow, 0.0)


def prepare(network: Network, measures: Measures, leak: bool = True) -> Problem:
    """Make a network under measures ready for a solver.

    Args:
        network, measures: What to solve.
        leak: Whether any parameter set lets blocked arcs leak.
    """
    measures.check(network)
    flow_cap = np.where(measures.flow_cap < SMALLEST_CAP, 0.0, measures.flow_cap)
    total_cap = np.where(measures.total_cap < SMALLEST_CAP, 0.0, measures.total_cap)
    shut_quota = np.zeros_like(network.flow, dtype=bool)
    shut_quota[total_cap == 0] = True
    shut_quota &= ~np.eye(network.output.shape[1], dtype=bool)
    can_leak = np.zeros_like(shut_quota)
    if leak and measures.leak:
        can_leak = (hub_flow(network, measures).sum(axis=2) > 0)[:, :, None] & np.isfinite(flow_cap)
    shares = network.shares
    passes = (flow_cap > 0) & ~shut_quota
    passable = (shares > 0) & (passes | can_leak)
    producing, buying = still_running(network, measures, passable)
    alive = producing[:, :, None] & buying[:, None, :]
    weight = np.where(alive & passes, shares, 0.0)
    banned = np.where(alive & (flow_cap == 0) & can_leak & ~shut_quota, shares, 0.0)
    capped = np.argwhere((weight > 0) & np.isfinite(flow_cap))
    abroad = np.where(np.eye(weight.shape[1], dtype=bool), 0.0, weight).sum(axis=2) > 0
    quotas = np.argwhere(np.isfinite(total_cap) & (total_cap > 0) & abroad)
    log_cap, log_quota = ceilings(network, measures, capped, quotas)
    return Problem(
        network=network,
        measures=measures,
        producing=producing,
        buying=buying,
        weight=weight,
        banned=banned,
        leaking=can_leak & alive & (shares > 0),
        capped=capped,
        log_cap=log_cap,
        quotas=quotas,
        log_quota=log_quota,
    )


def still_running(network: Network, measures: Measures, passable: Flags) -> tuple[Flags, Flags]:
    """Say who still makes and who still buys when only some arcs can be passed.

    A maker needs output left, an arc that brings feed (but for the first step) and an arc to a
    buyer. A buyer needs an arc from a maker and a use: final use, or a maker of the next step.

    Returns:
        Two arrays of shape (step, country).
    """
    wants = (network.final_use * measures.demand_factor).sum(axis=1) > 0
    producing = (network.output > 0) & (measures.output_factor > 0)
    buying = network.purchases > 0
    while True:
        arcs = passable & producing[:, :, None] & buying[:, None, :]
        feeds = np.zeros_like(buying)
        feeds[:-1] = producing[1:] & (network.input_use[:-1] > 0)
        next_buying = buying & arcs.any(axis=1) & (wants | feeds)
        next_producing = producing & arcs.any(axis=2)
        next_producing[1:] &= next_buying[:-1]
        if (next_buying == buying).all() and (next_producing == producing).all():
            return producing, buying
        producing, buying = next_producing, next_buying
