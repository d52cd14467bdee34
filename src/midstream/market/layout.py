"""A prepared problem and its parameters as flat arrays for the compiled kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from midstream.market.network import Floats, Indices, Parameters
from midstream.market.problem import Problem

#: Makes one array of all draws from a problem and parameters.
Spread = Callable[[Problem, Parameters], Floats]


class Layout(NamedTuple):
    """A `Problem` as flat arrays: makers and buyers that are left, numbered through all steps.

    Attributes:
        maker_start, buyer_start, arc_start: Where each step begins, shape (step + 1,).
        weight: Base shares, each step a block of (maker, buyer), flat.
        made, log_made: Output at unchanged prices and its log, shape (maker,).
        maker_feed: The buyer that is a maker's feed, -1 in the first step.
        buyer_next: The maker a buyer feeds, or -1; buyer_need: feed per tonne of its output.
        final_use: Shape (use, buyer).
        tariff_arc, tariff_log: Arcs with a tariff, and ``ln(1 + rate)``.
        cap_arc, log_cap: Capped arcs and ceilings; cap_maker, cap_buyer: their ends.
        quota_maker, quota_home, log_quota: Total caps; the exporter's domestic arc or -1.
        leak_buyer, leak_start: Buyers with leaks, and where their leaks begin.
        leak_maker, leak_cap, leak_share: A leak's origin, its cap (-1 for a ban), its base share.
    """

    maker_start: Indices
    buyer_start: Indices
    arc_start: Indices
    weight: Floats
    made: Floats
    log_made: Floats
    maker_feed: Indices
    buyer_next: Indices
    buyer_need: Floats
    final_use: Floats
    tariff_arc: Indices
    tariff_log: Floats
    cap_arc: Indices
    cap_maker: Indices
    cap_buyer: Indices
    log_cap: Floats
    quota_maker: Indices
    quota_home: Indices
    log_quota: Floats
    leak_buyer: Indices
    leak_start: Indices
    leak_maker: Indices
    leak_cap: Indices
    leak_share: Floats


class Behaviour(NamedTuple):
    """`Parameters` of all draws, spread to the layout; logs are taken once."""

    substitution: Floats
    supply_elasticity: Floats
    cost_share: Floats
    demand_elasticity: Floats
    log_choke: Floats
    log_feed_choke: Floats
    log_capacity: Floats
    leakage_share: Floats
    log_markup: Floats
    sharpness: Floats
    release: Floats


class Bench(NamedTuple):
    """Scratch arrays of one draw, and the quantities of its last evaluation."""

    weight: Floats
    tariffed: Floats
    maker_pull: Floats
    log_effective: Floats
    pull_sum: Floats
    taken: Floats
    output: Floats
    purchases: Floats
    sold: Floats
    leak: Floats
    exponent: Floats
    scratch: Floats
    row: Floats


class Found(NamedTuple):
    """What a block of draws leaves behind: flat arrays with a leading axis of draws."""

    iterations: Indices
    residual: Floats
    log_effective: Floats
    output: Floats
    purchases: Floats


def lay_out(problem: Problem) -> Layout:
    """Number makers and buyers that are left through all steps, and flatten their arrays."""
    producing, buying = problem.producing, problem.buying
    steps = len(producing)
    maker_at, buyer_at = _numbers(producing), _numbers(buying)
    blocks = [problem.weight[step][np.ix_(producing[step], buying[step])] for step in range(steps)]
    sizes = np.array([block.size for block in blocks], dtype=np.int64)
    arc_at = _arc_numbers(problem, maker_at, buyer_at, _starts(sizes))
    made = problem.capacity_output[producing]
    feed = np.full(producing.shape, -1, dtype=np.int64)
    feed[1:] = buyer_at[:-1]
    following = np.full(producing.shape, -1, dtype=np.int64)
    following[:-1] = np.where(problem.network.input_use[:-1] > 0, maker_at[1:], -1)
    tariffed = np.argwhere((problem.measures.tariff != 0) & (problem.weight > 0))
    capped, quotas = problem.capped, problem.quotas
    return Layout(
        maker_start=_starts(producing.sum(axis=1)),
        buyer_start=_starts(buying.sum(axis=1)),
        arc_start=_starts(sizes),
        weight=np.concatenate([block.ravel() for block in blocks]),
        made=made,
        log_made=np.log(made),
        maker_feed=feed[producing],
        buyer_next=following[buying],
        buyer_need=problem.feed_need[buying],
        final_use=final_use_of(problem),
        tariff_arc=arc_at[tuple(tariffed.T)],
        tariff_log=problem.tariff_log[tuple(tariffed.T)],
        cap_arc=arc_at[tuple(capped.T)],
        cap_maker=maker_at[capped[:, 0], capped[:, 1]],
        cap_buyer=buyer_at[capped[:, 0], capped[:, 2]],
        log_cap=problem.log_cap,
        quota_maker=maker_at[quotas[:, 0], quotas[:, 1]],
        quota_home=arc_at[quotas[:, 0], quotas[:, 1], quotas[:, 1]],
        log_quota=problem.log_quota,
        **_leaks(problem, maker_at, buyer_at),
    )


def final_use_of(problem: Problem) -> Floats:
    """Final use at unchanged prices of the buyers that are left, shape (use, buyer)."""
    return np.ascontiguousarray(np.moveaxis(problem.final_use, 1, 0)[:, problem.buying])


def _numbers(mask: np.ndarray) -> Indices:
    """Number the true places in order, -1 elsewhere."""
    numbers = np.full(mask.shape, -1, dtype=np.int64)
    numbers[mask] = np.arange(mask.sum())
    return numbers


def _starts(sizes: Indices) -> Indices:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _arc_numbers(
    problem: Problem, maker_at: Indices, buyer_at: Indices, starts: Indices
) -> Indices:
    """Place of every arc in the flat weights, -1 where its ends are not both left."""
    widths = problem.buying.sum(axis=1)[:, None, None]
    rank = np.where(problem.producing, np.cumsum(problem.producing, axis=1) - 1, -1)
    column = np.where(problem.buying, np.cumsum(problem.buying, axis=1) - 1, -1)
    places = starts[:-1, None, None] + rank[:, :, None] * widths + column[:, None, :]
    ends = (maker_at >= 0)[:, :, None] & (buyer_at >= 0)[:, None, :]
    return np.where(ends, places, -1).astype(np.int64)


def _leaks(problem: Problem, maker_at: Indices, buyer_at: Indices) -> dict[str, np.ndarray]:
    """The leaks of every buyer that has any, side by side."""
    cap_at = np.full(problem.weight.shape, -1, dtype=np.int64)
    cap_at[tuple(problem.capped.T)] = np.arange(len(problem.capped))
    share = np.where(problem.leaking, problem.weight + problem.banned, 0.0)
    rows = np.argwhere(share.swapaxes(1, 2) > 0)
    step, buyer, maker = rows[:, 0], rows[:, 1], rows[:, 2]
    buyers, first = np.unique(buyer_at[step, buyer], return_index=True)
    return {
        "leak_buyer": buyers.astype(np.int64),
        "leak_start": np.concatenate([first, [len(rows)]]).astype(np.int64),
        "leak_maker": maker_at[step, maker],
        "leak_cap": cap_at[step, maker, buyer],
        "leak_share": share[step, maker, buyer],
    }


def spread(
    problem: Problem, parameters: Parameters, known: tuple[Parameters, Behaviour] | None = None
) -> Behaviour:
    """Spread parameters over all draws, in the order of the layout.

    Args:
        problem: Who is left.
        parameters: What is spread.
        known: Parameters that were spread for the same makers and buyers, and what they became;
            arrays that both share are not spread anew.
    """
    made = {}
    for field, (source, make) in _SPREAD.items():
        same = known is not None and _shared(known[0], parameters, source)
        made[field] = getattr(known[1], field) if known and same else make(problem, parameters)
    return Behaviour(**made)


def _shared(one: Parameters, other: Parameters, name: str) -> bool:
    return getattr(one, name) is getattr(other, name) and one.draws == other.draws


def same_in(one: Parameters, other: Parameters, names: Iterable[str]) -> bool:
    """Say whether two sets of parameters share the arrays of some names."""
    return all(_shared(one, other, name) for name in names)


def _by_step(name: str) -> Spread:
    return lambda problem, parameters: parameters.full(name, (len(problem.buying),))


def _by_use(name: str) -> Spread:
    return lambda problem, parameters: parameters.full(name, problem.final_use.shape[:2])


def _by_draw(name: str) -> Spread:
    return lambda _, parameters: parameters.full(name, ())


def _cost_share(problem: Problem, parameters: Parameters) -> Floats:
    """Share of the input in cost; nothing is bought at the first step."""
    cost = np.array(parameters.full("cost_share", (len(problem.buying),)), order="C")
    cost[:, 0] = 0.0
    return cost


def _log_capacity(problem: Problem, parameters: Parameters) -> Floats:
    """Log capacities of the makers that are left, shape (draw, maker)."""
    full = parameters.full("capacity", problem.producing.shape)
    return np.log(full[:, problem.producing])


def _release(problem: Problem, parameters: Parameters) -> Floats:
    """Releases of the buyers that are left, shape (draw, buyer); one row where there are none."""
    if parameters.release is None:
        return np.zeros((1, int(problem.buying.sum())))
    return parameters.full("release", problem.buying.shape)[:, problem.buying]


def _plain(make: Spread) -> Spread:
    # Always a copy: the kernel would be compiled once more for each array that is read-only.
    return lambda problem, parameters: np.array(make(problem, parameters), order="C")


def _log(make: Spread) -> Spread:
    return lambda problem, parameters: np.log(np.ascontiguousarray(make(problem, parameters)))


#: Field of `Behaviour` -> the parameter it comes from, and how.
_SPREAD: dict[str, tuple[str, Spread]] = {
    "substitution": ("substitution", _plain(_by_step("substitution"))),
    "supply_elasticity": ("supply_elasticity", _plain(_by_step("supply_elasticity"))),
    "cost_share": ("cost_share", _cost_share),
    "demand_elasticity": ("demand_elasticity", _plain(_by_use("demand_elasticity"))),
    "log_choke": ("choke_price", _log(_by_use("choke_price"))),
    "log_feed_choke": ("feed_choke_price", _log(_by_step("feed_choke_price"))),
    "log_capacity": ("capacity", _plain(_log_capacity)),
    "leakage_share": ("leakage_share", _plain(_by_draw("leakage_share"))),
    "log_markup": (
        "leakage_markup",
        lambda _, parameters: np.log1p(np.array(parameters.full("leakage_markup", ()))),
    ),
    "sharpness": ("choke_sharpness", _plain(_by_draw("choke_sharpness"))),
    "release": ("release", _plain(_release)),
}
