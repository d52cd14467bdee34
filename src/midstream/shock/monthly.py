"""A network month by month: what the market's path leaves for the answer.

The equations, the slow change of suppliers and the stocks are those of `midstream.market`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from midstream.chain.estimate import Floats
from midstream.market import Equilibrium, Measures, Network, Parameters, Path, solve_months
from midstream.shock.path import NetworkPath, Pair, pairs_of

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
    step: int = 0,
    draws: int = 1,
    pairs: tuple[Pair, ...] = (),
) -> NetworkPath:
    """Run a network through some months.

    Args:
        network: Balanced base.
        parameters: Behaviour with an axis of draws.
        measures: One a month, without releases.
        remaining: Months the cut is expected to last on, by month.
        threshold: Share of base supply cut that opens the stocks.
        seen: Called with the number and the state of every month.
        step: Step whose price is followed as it is paid: the one that is cut.
        draws: Draws of the whole run, which decide whether the kernel pays.
        pairs: Steps and uses that are followed; blank takes those of the network.
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
    return _left(network, parameters, found, step, pairs or pairs_of([network]))


def _left(
    network: Network, parameters: Parameters, found: Path, step: int, pairs: tuple[Pair, ...]
) -> NetworkPath:
    """What the answer needs of a market's path."""
    size = parameters.draws or 1
    usable = parameters.full("usable_stock", ())[:, None, None, None]
    steps, uses = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    missed = [~state.converged for state in found.months]
    return NetworkPath(
        base=np.broadcast_to(network.purchases, (size, *network.output.shape)),
        base_output=np.broadcast_to(network.output, (size, *network.output.shape)),
        delivered=_by_month(found.months, lambda state: state.delivered),
        served=found.available,
        made=_by_month(found.months, _made),
        price=_by_month(found.months, lambda state: np.exp(state.log_price)),
        paid=_by_month(found.months, lambda state: paid(state, step)),
        effective=_by_month(found.months, lambda state: state.effective_price),
        cover=usable * found.stock,
        use=_by_month(found.months, lambda state: used(state)[:, steps, uses]),
        unconverged=np.sum(missed, axis=0, dtype=np.float64),
        pairs=pairs,
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
    wanted: Floats = found.use_ratio * found.problem.measures.demand_factor
    return wanted


def paid(found: Equilibrium, step: int) -> Floats:
    """Mean price paid per tonne of direct deliveries of a step over base, shape (draw, country).

    ``sum_i share_ij p_i (1 + tariff) (1 + tau)`` with ``share ~ w e^y p^-sigma`` and
    ``1 + tau = e^(-y / sigma)``. What comes round through a third country is not in it.
    """
    problem = found.problem
    makers = np.flatnonzero(problem.producing[step])
    steps = len(problem.producing)
    sigma = found.parameters.full("substitution", (steps,))[:, step, None, None]
    weight, price = problem.weight[step, makers], found.log_price[:, step, makers, None]
    if problem.measures.tariff[step].any():
        price = price + problem.tariff_log[step, makers]
    shadow = _shadow(found, step)
    if shadow is not None:
        rent = shadow[:, makers]
        pull = weight * np.exp(rent - sigma * price)
        spent = (pull * np.exp(price - rent / sigma)).sum(axis=1)
    else:
        # Without duties and caps powers are taken of makers' prices, not of all arcs.
        pull = weight * np.exp(-sigma * price)
        spent = (pull * np.exp(price)).sum(axis=1)
    return _ratio(spent, pull.sum(axis=1))


def _shadow(found: Equilibrium, step: int) -> Floats | None:
    """Log shadow factors of a step's arcs, shape (draw, exporter, importer), if any is capped."""
    problem = found.problem
    rows, places = found.unknowns, problem.weight.shape[1:]
    caps = np.flatnonzero(problem.capped[:, 0] == step)
    quotas = np.flatnonzero(problem.quotas[:, 0] == step)
    if caps.size + quotas.size == 0:
        return None
    shadow = np.zeros((len(rows), *places))
    first = int(problem.producing.sum())
    _, exporter, importer = problem.capped[caps].T
    shadow[:, exporter, importer] = rows[:, first + caps]
    first += len(problem.capped)
    for number in quotas:
        source = problem.quotas[number, 1]
        abroad = np.arange(places[0]) != source
        shadow[:, source, abroad] += rows[:, first + number, None]
    return np.minimum(0.0, shadow)
