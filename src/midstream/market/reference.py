"""The market equations in readable NumPy: the oracle of the compiled kernel, and its fallback.

Unknowns of one draw are the log producer price ``x`` of every maker and, for every capped arc and
every total cap, the log shadow factor ``y <= 0`` by which the arc's weight is cut. Given them,
everything else is explicit: prices to buyers, outputs, purchases, shipments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from midstream.market.anderson import DEPTH, DIRECT_LIMIT, fixed_point
from midstream.market.network import Flags, Floats, Parameters
from midstream.market.newton import newton_path, newton_root
from midstream.market.problem import Problem

#: Damping of the price step, added to the elasticities; chosen on random networks.
PRICE_DAMPING = 0.6
#: Part of the cap's residual that the shadow factor moves by.
SHADOW_STEP = 0.8
#: Tonnes whose log is taken at least; only met far from any solution.
SMALLEST = 1e-300
#: Leak-only buyers need some leak in every draw; far below anything that shows.
SMALLEST_LEAK = 1e-9
#: A limit below this asks for a try only: nothing follows when mixing fails.
LEAST_FOR_OTHERS = 100
#: Least purchases as a share of what is wanted when stocks are drawn.
LEAST_BOUGHT = 0.01
#: Newton steps for a buyer's price with leaks; bisection guards them, so this is never reached.
LEAK_STEPS = 60


@dataclass(frozen=True)
class State:
    """Everything that follows from the unknowns of one draw, or of many with an axis in front.

    Attributes:
        log_effective: ``ln P``, shape (step, country); inf for buyers that are cut off.
        output: ``X``, shape (step, country).
        purchases: ``Q``, shape (step, country).
        final_use: Final use, shape (step, use, country).
        flow: ``F`` without leaks, shape (step, exporter, importer).
        leaked: Tonnes through hubs, by origin, shape (step, exporter, importer).
        clearing: ``ln(demand / output)`` of makers, shape (step, country); 0 elsewhere.
        slack: ``min(ln cap - ln F, -y)`` of capped arcs and total caps, shape (caps,).
    """

    log_effective: Floats
    output: Floats
    purchases: Floats
    final_use: Floats
    flow: Floats
    leaked: Floats
    clearing: Floats
    slack: Floats


class Root(NamedTuple):
    """What a solver found for one draw.

    Attributes:
        unknowns: Log prices of `Problem.producing` in order, then log shadow factors.
        iterations: Iterations used.
        error: The largest residual.
        state: What follows from the unknowns.
    """

    unknowns: Floats
    iterations: int
    error: float
    state: State


def solve_one(
    problem: Problem,
    parameters: Parameters,
    *,
    tolerance: float,
    limit: int,
    start: Floats | None = None,
    newton: Floats | None = None,
) -> Root:
    """Find the unknowns of one draw.

    Args:
        problem: Network under measures.
        parameters: One set, without an axis of draws.
        tolerance: Largest residual, in logs.
        limit: Largest number of mixed iterations. Where they do not suffice, Newton steps through
            rounded kinks, mixing with a longer memory and whole Newton steps follow in turn.
        start: Unknowns to start from, shape (unknown,); none starts at the base.
        newton: Turns clearing residuals into price moves, see `slopes.newton_matrix`; a first try
            is made with it.

    Returns:
        What was found.
    """
    count = int(problem.producing.sum())
    size = count + len(problem.capped) + len(problem.quotas)
    pace = paces(problem, parameters, size - count)
    residual = _Residual(problem, parameters)
    ceiling = np.concatenate([np.full(count, np.inf), np.zeros(size - count)])
    base = np.zeros(size)
    begin = base if start is None else np.asarray(start, dtype=np.float64)
    mix = partial(fixed_point, residual, pace=pace, ceiling=ceiling, tolerance=tolerance)
    found = _first_try(mix, begin, limit, tolerance, newton)

    def rounded(width: float) -> Callable[[Floats], Floats]:
        return partial(residual, smooth=width)

    others: tuple[Callable[[], tuple[Floats, int, float]], ...] = (
        partial(newton_path, rounded, base, ceiling, tolerance),
        partial(mix, base, limit=limit, depth=2 * DEPTH),
        partial(newton_root, residual, base, ceiling, tolerance=tolerance, halvings=1),
    )
    for attempt in others if limit >= LEAST_FOR_OTHERS else ():
        if found[2] > tolerance:
            tried = attempt()
            best = min(found, tried, key=lambda one: one[2])
            found = (best[0], found[1] + tried[1], best[2])
    return Root(*found, residual.state(found[0]))


@dataclass
class _Residual:
    """The residual as a function of the unknowns; keeps what was evaluated last."""

    problem: Problem
    parameters: Parameters
    last: tuple[Floats, State] | None = None

    def __call__(self, unknowns: Floats, smooth: float = 0.0) -> Floats:
        state = evaluate(self.problem, self.parameters, unknowns, smooth)
        self.last = (unknowns, state) if smooth == 0 else None
        return np.concatenate([state.clearing[self.problem.producing], state.slack])

    def state(self, unknowns: Floats) -> State:
        """What follows from some unknowns; a solver that gets there has just evaluated them."""
        if self.last is not None and np.array_equal(self.last[0], unknowns):
            return self.last[1]
        return evaluate(self.problem, self.parameters, unknowns)


def _first_try(
    mix: Callable[..., tuple[Floats, int, float]],
    start: Floats,
    limit: int,
    tolerance: float,
    newton: Floats | None,
) -> tuple[Floats, int, float]:
    """Mix with moves by the slopes of the base for a while, then with each price by itself."""
    if newton is None or newton.size == 0:
        return mix(start, limit=limit)
    tried = mix(start, limit=min(limit, DIRECT_LIMIT), matrix=newton)
    if tried[2] <= tolerance or limit <= DIRECT_LIMIT:
        return tried
    found = mix(tried[0], limit=limit - tried[1])
    return found[0], found[1] + tried[1], found[2]


def paces(problem: Problem, parameters: Parameters, caps: int) -> Floats:
    """Step of each unknown per unit of its residual: makers' prices, then shadow factors."""
    damping = parameters.substitution + parameters.supply_elasticity + PRICE_DAMPING
    by_maker = np.broadcast_to(1 / damping[:, None], problem.producing.shape)
    return np.concatenate([by_maker[problem.producing], np.full(caps, SHADOW_STEP)])


def evaluate(
    problem: Problem, parameters: Parameters, unknowns: Floats, smooth: float = 0.0
) -> State:
    """Evaluate all equations at given unknowns, of one draw or of many at once.

    Formulas: ``F_ij = Q_j w_ij (p_ij / P_j)^-sigma`` with
    ``P_j = (sum_i w_ij p_ij^-sigma)^(-1/sigma)``;
    ``X = X0 phi(P_feed) min(k, (e^x / P_feed^a)^eps)``;
    ``Q = U0 X_next / X0_next + sum_k V0 P^-eta phi(P) - release``.

    Args:
        problem, parameters: What is solved; parameters with an axis of draws want one of unknowns.
        unknowns: Log prices and log shadow factors, shape (unknown,) or (draw, unknown).
        smooth: Width in logs over which kinks are rounded; 0 for the equations themselves.
    """
    log_price, shadow, shadow_total = split(problem, unknowns)
    sigma = parameters.substitution
    pull, leak_pull, leak_gate = pulls(problem, parameters, log_price, shadow, shadow_total)
    log_effective = effective_price(sigma, pull, leak_pull, leak_gate)
    output = supply(problem, parameters, log_price, log_effective, smooth)
    final_use = demand(problem, parameters, log_effective, smooth)
    wanted = final_use.sum(axis=-2)
    wanted[..., :-1, :] += problem.feed_need[:-1] * output[..., 1:, :]
    # Stocks can spare a buyer most of what it buys, never all: a market with no buyer has no price.
    release = 0.0 if parameters.release is None else parameters.release
    purchases = np.maximum(wanted - release, LEAST_BOUGHT * wanted)
    purchases = np.where(problem.buying, purchases, 0.0)
    scale = np.where(problem.buying, log_effective, 0.0) * sigma[..., None]
    taken = (purchases * np.exp(scale))[..., None, :]
    flow = pull * taken
    passed = gate(log_effective, leak_gate)
    leaked = leak_pull * passed * taken
    sold = (flow + leaked).sum(axis=-1)
    clearing = log_ratio(sold, output, problem.producing)
    slack = cap_slack(problem, flow, shadow, shadow_total, smooth)
    return State(log_effective, output, purchases, final_use, flow, leaked, clearing, slack)


def split(problem: Problem, unknowns: Floats) -> tuple[Floats, Floats, Floats]:
    """Unpack unknowns into log prices (step, country), shadow factors of arcs and of totals.

    An axis of draws stays in front of each.
    """
    count = int(problem.producing.sum())
    log_price = np.zeros((*unknowns.shape[:-1], *problem.producing.shape))
    log_price[..., problem.producing] = unknowns[..., :count]
    arcs = count + len(problem.capped)
    return log_price, unknowns[..., count:arcs], unknowns[..., arcs:]


def pulls(
    problem: Problem,
    parameters: Parameters,
    log_price: Floats,
    shadow: Floats,
    shadow_total: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Terms ``w p^-sigma`` of every arc, the same for its leak, and the leak's break-even price.

    The blocked part of an arc is ``w (1 - e^y)``: what buyers would take were there no rent. It
    returns at the producer price times ``1 + mu``, which is the break-even price of the leak.

    Returns:
        Three arrays of shape (step, exporter, importer).
    """
    sigma = parameters.substitution[..., None, None]
    opening = np.zeros((*log_price.shape[:-2], *problem.weight.shape))
    opening[(..., *problem.capped.T)] = shadow
    blocked = problem.banned + np.where(
        problem.leaking, problem.weight * -np.expm1(np.minimum(opening, 0.0)), 0.0
    )
    abroad = ~np.eye(problem.weight.shape[1], dtype=bool)
    for number, (step, exporter) in enumerate(problem.quotas):
        opening[..., step, exporter, abroad[exporter]] += shadow_total[..., number, None]
    arc = log_price[..., None] + problem.tariff_log
    pull = problem.weight * np.exp(opening - sigma * arc)
    leak_price = log_price[..., None] + np.log1p(_over_arcs(parameters.leakage_markup))
    kappa = leak_share(problem, _over_arcs(parameters.leakage_share))
    leak_pull = np.where(blocked > 0, kappa * blocked * np.exp(-sigma * leak_price), 0.0)
    return pull, leak_pull, np.broadcast_to(leak_price, pull.shape)


def _over_arcs(number: Floats | float) -> Floats:
    """A number a draw, to be laid over (step, exporter, importer)."""
    over: Floats = np.asarray(number)[..., None, None, None]
    return over


def leak_share(problem: Problem, kappa: Floats | float) -> Floats | float:
    """``kappa``, kept off 0 where `prepare` has counted on leaks."""
    return np.maximum(kappa, SMALLEST_LEAK) if problem.leaking.any() else kappa


def effective_price(sigma: Floats, pull: Floats, leak_pull: Floats, leak_gate: Floats) -> Floats:
    """Log effective price ``ln P`` of every buyer, shape (step, country); inf where cut off.

    ``P^-sigma = sum_i w p^-sigma + sum_i leak_i (1 - exp(-gain_i))`` with
    ``gain_i = ln P - ln p_leak,i`` when positive: the more a leak pays, the more of it returns.
    Without leaks this is explicit; with them it is one increasing equation a buyer.
    """
    direct, leaks = pull.sum(axis=-2), leak_pull.sum(axis=-2)
    with np.errstate(divide="ignore"):
        plain: Floats = -np.log(direct) / sigma[..., None]
    for *place, buyer in np.argwhere(leaks > 0):
        at = tuple(place)
        rows = leak_pull[(*at, slice(None), buyer)] > 0
        plain[(*at, buyer)] = leaky_price(
            float(sigma[at]),
            float(direct[(*at, buyer)]),
            leak_pull[(*at, rows, buyer)],
            leak_gate[(*at, rows, buyer)],
        )
    return plain


def leaky_price(sigma: float, direct: float, leaks: Floats, gates: Floats) -> float:
    """Solve ``z = -ln(direct + sum leaks (1 - e^(gate - z))+) / sigma`` for ``z = ln P``."""
    low = -np.log(direct + leaks.sum()) / sigma
    high = -np.log(direct) / sigma if direct > 0 else np.inf
    if high <= gates.min():
        return float(high)
    low = max(low, gates.min() if direct == 0 else low)
    guess = high if direct > 0 else low + 1.0
    for _ in range(LEAK_STEPS):
        decay = np.where(guess > gates, np.exp(np.minimum(gates - guess, 0.0)), 1.0)
        total = direct + (leaks * (1 - decay)).sum()
        value = guess + np.log(total) / sigma
        if value > 0:
            high = guess
        else:
            low = guess
        slope = 1 + (leaks * np.where(decay < 1, decay, 0.0)).sum() / (sigma * total)
        step = value / slope
        if abs(step) < 1e-15 * max(1.0, abs(guess)):
            break
        guess = guess - step
        if not low < guess < high:
            guess = (low + high) / 2 if np.isfinite(high) else low + 1.0
    return float(guess)


def gate(log_effective: Floats, leak_gate: Floats) -> Floats:
    """Part of a leak that pays, ``1 - exp(-gain)`` and 0 below break-even, per arc."""
    gain = np.where(np.isfinite(log_effective), log_effective, 0.0)[..., None, :] - leak_gate
    return -np.expm1(-np.maximum(gain, 0.0))


def lesser(one: Floats, other: Floats, smooth: float) -> Floats:
    """``min(one, other)``, or a rounded one below it: ``-s ln(e^(-one/s) + e^(-other/s))``."""
    if smooth == 0:
        return np.minimum(one, other)
    rounded: Floats = -smooth * np.logaddexp(-one / smooth, -other / smooth)
    return rounded


def shortage(
    log_price: Floats, choke: Floats, sharpness: Floats | float, smooth: float = 0.0
) -> Floats:
    """Log of the shortage factor ``phi(P) = min(1, (Pbar / P)^sharpness)``."""
    lack = sharpness * (np.log(choke) - log_price)
    return lesser(np.zeros_like(lack), lack, smooth)


def supply(
    problem: Problem,
    parameters: Parameters,
    log_price: Floats,
    log_effective: Floats,
    smooth: float = 0.0,
) -> Floats:
    """Output ``X0 phi(P_feed) min(k, (e^x / P_feed^a)^eps)``, shape (step, country)."""
    feed = np.zeros_like(log_price)
    feed[..., 1:, :] = np.where(problem.producing[1:], log_effective[..., :-1, :], 0.0)
    cost = parameters.cost_share.copy()
    cost[..., 0] = 0.0
    wish = parameters.supply_elasticity[..., None] * (log_price - cost[..., None] * feed)
    sharpness = np.asarray(parameters.choke_sharpness)[..., None, None]
    lack = shortage(feed, parameters.feed_choke_price[..., None], sharpness, smooth)
    lack[..., 0, :] = 0.0
    held = lesser(np.broadcast_to(np.log(parameters.capacity), wish.shape), wish, smooth)
    return problem.capacity_output * np.exp(lack + held)


def demand(
    problem: Problem, parameters: Parameters, log_effective: Floats, smooth: float = 0.0
) -> Floats:
    """Final use ``V0 P^-eta phi(P)``, shape (step, use, country)."""
    price = np.where(problem.buying, log_effective, 0.0)[..., None, :]
    sharpness = np.asarray(parameters.choke_sharpness)[..., None, None, None]
    lack = shortage(price, parameters.choke_price[..., None], sharpness, smooth)
    return problem.final_use * np.exp(lack - parameters.demand_elasticity[..., None] * price)


def log_ratio(one: Floats, other: Floats, where: Flags) -> Floats:
    """``ln(one / other)`` at some places, 0 elsewhere."""
    top, bottom = (np.where(where, np.maximum(array, SMALLEST), 1.0) for array in (one, other))
    logs: Floats = np.log(top) - np.log(bottom)
    return logs


def cap_slack(
    problem: Problem, flow: Floats, shadow: Floats, shadow_total: Floats, smooth: float = 0.0
) -> Floats:
    """``min(ln cap - ln F, -y)`` of capped arcs, then of total caps; 0 where both agree."""
    sent = np.log(np.maximum(flow[(..., *problem.capped.T)], SMALLEST))
    abroad = flow.sum(axis=-1) - np.einsum("...ii->...i", flow)
    totals = np.log(np.maximum(abroad[(..., *problem.quotas.T)], SMALLEST))
    return np.concatenate(
        [
            lesser(problem.log_cap - sent, -shadow, smooth),
            lesser(problem.log_quota - totals, -shadow_total, smooth),
        ],
        axis=-1,
    )
