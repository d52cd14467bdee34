"""A network month by month: what the market's path leaves for the answer.

The equations, the slow change of suppliers and the stocks are those of `midstream.market`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from midstream.chain.estimate import Floats
from midstream.market import Equilibrium, Measures, Network, Parameters, solve_months
from midstream.shock.path import NetworkPath

#: Residual of a month in logs: far below anything shown, far above what costs time.
TOLERANCE = 1e-7
#: Draws from which the compiled kernel pays, over all networks of a run together.
MANY = 64


def network_path(
    network: Network,
    parameters: Parameters,
    measures: Sequence[Measures],
    remaining: Sequence[float],
    threshold: float,
    seen: Callable[[int, Equilibrium], None] | None = None,
    *,
    draws: int = 1,
) -> NetworkPath:
    """Run a network through some months.

    Args:
        network: Balanced base.
        parameters: Behaviour with an axis of draws.
        measures: One a month, without releases.
        remaining: Months the cut is expected to last on, by month.
        threshold: Share of base supply cut that opens the stocks.
        seen: Called with the number and the state of every month.
        draws: Draws of the whole run, which decide whether the kernel pays.
    """
    found = solve_months(
        network,
        parameters,
        measures,
        remaining=remaining,
        cut_threshold=threshold,
        tolerance=TOLERANCE,
        method="compiled" if draws >= MANY else "auto",
    )
    if seen is not None:
        for month, state in enumerate(found.months):
            seen(month, state)
    size = parameters.draws or 1
    usable = parameters.full("usable_stock", ())[:, None, None, None]
    missed = [~state.converged for state in found.months]
    return NetworkPath(
        base=np.broadcast_to(network.purchases, (size, *network.output.shape)),
        base_output=np.broadcast_to(network.output, (size, *network.output.shape)),
        delivered=_by_month(found.months, lambda state: state.delivered),
        served=found.available,
        made=_by_month(found.months, _made),
        price=_by_month(found.months, lambda state: np.exp(state.log_price)),
        paid=_by_month(found.months, paid),
        effective=_by_month(found.months, lambda state: state.effective_price),
        cover=usable * found.stock,
        use=_by_month(found.months, used),
        unconverged=np.sum(missed, axis=0, dtype=np.float64),
    )


def _by_month(states: Sequence[Equilibrium], part: Callable[[Equilibrium], Floats]) -> Floats:
    """Stack something of every month on the second axis."""
    return np.stack([part(state) for state in states], axis=1)


def _made(state: Equilibrium) -> Floats:
    base = np.broadcast_to(state.problem.network.output, state.output.shape)
    return _ratio(state.output, base)


def _ratio(one: Floats, base: Floats) -> Floats:
    ratio: Floats = np.divide(one, base, out=np.full(one.shape, np.nan), where=base > 0)
    return ratio


def used(found: Equilibrium) -> Floats:
    """Final use over base, ``P^-eta min(1, (choke / P)^sharpness)``, (draw, step, use, country)."""
    parameters = found.parameters
    price = found.effective_price[:, :, None, :]
    eta = np.asarray(parameters.demand_elasticity)[..., None]
    choke = np.asarray(parameters.choke_price)[..., None]
    sharp = np.asarray(parameters.choke_sharpness)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(price)
        lack = np.minimum(0.0, sharp * (np.log(choke) - logs))
        ratio = np.exp(lack - eta * logs)
    base = found.problem.network.final_use > 0
    return np.where(base, ratio * found.problem.measures.demand_factor, np.nan)


def paid(found: Equilibrium) -> Floats:
    """Mean price paid per tonne of direct deliveries over base, shape (draw, step, country).

    ``sum_i share_ij p_i (1 + tariff) (1 + tau)`` with ``share ~ w e^y p^-sigma`` and
    ``1 + tau = e^(-y / sigma)``. What comes round through a third country is not in it.
    """
    problem = found.problem
    sigma = np.asarray(found.parameters.substitution)[:, :, None, None]
    price = np.nan_to_num(found.log_price)[:, :, :, None] + problem.tariff_log
    shadow = np.minimum(0.0, _shadow(found))
    pull = problem.weight * np.exp(shadow - sigma * price)
    spent = (pull * np.exp(price - shadow / sigma)).sum(axis=2)
    return _ratio(spent, pull.sum(axis=2))


def _shadow(found: Equilibrium) -> Floats:
    """Log shadow factor of each arc, shape (draw, step, exporter, importer)."""
    problem = found.problem
    rows = found.unknowns
    shadow = np.zeros((len(rows), *problem.weight.shape))
    first = int(problem.producing.sum())
    step, exporter, importer = problem.capped.T
    shadow[:, step, exporter, importer] = rows[:, first : first + len(problem.capped)]
    first += len(problem.capped)
    for number, (at, source) in enumerate(problem.quotas):
        abroad = np.arange(shadow.shape[2]) != source
        shadow[:, at, source, abroad] += rows[:, first + number, None]
    return shadow
