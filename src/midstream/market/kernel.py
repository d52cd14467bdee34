"""The compiled kernel: the equations of `reference`, flat arrays, many draws in one call.

Why it is fast: powers are taken of the few producer prices, never of the many shipments, so a step
is two passes over its weights; exponentials and logs are polynomials that the compiler turns into
vector code; Anderson mixing needs a handful of evaluations; and the parts of an evaluation are
put into their caller, since handing over tuples of arrays costs as much as a part. Importing this
module needs numba; use `compiled`, which knows when that is worth it. Equations are documented in
`reference`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from midstream.market.anderson import DIRECT_LIMIT, RESTART, SLACKEN, SLOWER_RESTARTS
from midstream.market.layout import Behaviour, Bench, Found, Layout
from midstream.market.leaks import set_leaks
from midstream.market.mixing import Memory, advance, fresh_memory, remember
from midstream.market.network import Floats
from midstream.market.reference import (
    LEAST_BOUGHT,
    PRICE_DAMPING,
    SHADOW_STEP,
)
from midstream.market.vector import FAST, add_rows, exp_all, log_all, sum_rows


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def set_weights(layout: Layout, behaviour: Behaviour, draw: int, bench: Bench) -> None:
    """Weights of one draw before caps: base shares times ``(1 + tariff)^-sigma``."""
    # The first draw fills the bench; later ones touch only what depends on the draw.
    if draw == 0:
        bench.tariffed[:] = layout.weight
        bench.weight[:] = layout.weight
    for index in range(layout.tariff_arc.size):
        arc = layout.tariff_arc[index]
        step = np.searchsorted(layout.arc_start, arc, side="right") - 1
        factor = np.exp(-behaviour.substitution[draw, step] * layout.tariff_log[index])
        bench.tariffed[arc] = layout.weight[arc] * factor
        bench.weight[arc] = bench.tariffed[arc]


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def cut_weights(layout: Layout, unknowns: Floats, bench: Bench) -> None:
    """Cut the weights of capped arcs and capped exporters by their shadow factors."""
    makers = layout.made.size
    caps = layout.cap_arc.size
    for index in range(caps):
        arc = layout.cap_arc[index]
        bench.weight[arc] = bench.tariffed[arc] * np.exp(unknowns[makers + index])
    for index in range(layout.quota_maker.size):
        maker = layout.quota_maker[index]
        step = np.searchsorted(layout.maker_start, maker, side="right") - 1
        width = layout.buyer_start[step + 1] - layout.buyer_start[step]
        first = layout.arc_start[step] + (maker - layout.maker_start[step]) * width
        factor = np.exp(unknowns[makers + caps + index])
        for arc in range(first, first + width):
            if arc != layout.quota_home[index]:
                bench.weight[arc] = bench.tariffed[arc] * factor
        # An arc may have a cap of its own as well.
        for cap in range(caps):
            if layout.cap_maker[cap] == maker:
                bench.weight[layout.cap_arc[cap]] *= np.exp(unknowns[makers + cap])


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def set_prices(
    layout: Layout, behaviour: Behaviour, draw: int, unknowns: Floats, bench: Bench
) -> None:
    """Effective prices of all buyers from producer prices: ``P^-sigma = sum w p^-sigma``."""
    steps = layout.maker_start.size - 1
    pull, sums = bench.maker_pull, bench.pull_sum
    for step in range(steps):
        sigma = behaviour.substitution[draw, step]
        for maker in range(layout.maker_start[step], layout.maker_start[step + 1]):
            pull[maker] = -sigma * unknowns[maker]
    exp_all(pull, bench.scratch, layout.made.size)
    for step in range(steps):
        first, last = layout.buyer_start[step], layout.buyer_start[step + 1]
        width = last - first
        add_rows(
            sums[first:last],
            bench.weight[layout.arc_start[step] : layout.arc_start[step + 1]],
            pull[layout.maker_start[step] : layout.maker_start[step + 1]],
            width,
        )
    logs = bench.log_effective
    for buyer in range(sums.size):
        logs[buyer] = sums[buyer]
    # Buyers that live on leaks alone have no direct pull; their price is set just after.
    for index in range(layout.leak_buyer.size):
        buyer = layout.leak_buyer[index]
        logs[buyer] = max(sums[buyer], 1e-300)
    log_all(logs, bench.scratch, sums.size)
    for step in range(steps):
        inverse = -1 / behaviour.substitution[draw, step]
        for buyer in range(layout.buyer_start[step], layout.buyer_start[step + 1]):
            logs[buyer] *= inverse


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def set_output(
    layout: Layout, behaviour: Behaviour, draw: int, unknowns: Floats, bench: Bench
) -> None:
    """Outputs of all makers; leaves their logs in `bench.exponent`."""
    sharp = behaviour.sharpness[draw]
    for step in range(layout.maker_start.size - 1):
        eps = behaviour.supply_elasticity[draw, step]
        cost = behaviour.cost_share[draw, step]
        choke = behaviour.log_feed_choke[draw, step]
        for maker in range(layout.maker_start[step], layout.maker_start[step + 1]):
            feed = layout.maker_feed[maker]
            price, lack = unknowns[maker], 0.0
            if feed >= 0:
                price -= cost * bench.log_effective[feed]
                lack = min(0.0, sharp * (choke - bench.log_effective[feed]))
            wish = min(behaviour.log_capacity[draw, maker], eps * price)
            bench.exponent[maker] = lack + wish + layout.log_made[maker]
            bench.output[maker] = bench.exponent[maker]
    exp_all(bench.output, bench.scratch, layout.made.size)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def set_purchases(layout: Layout, behaviour: Behaviour, draw: int, bench: Bench) -> None:
    """Purchases of all buyers: feed, final use, less what stocks release."""
    sharp = behaviour.sharpness[draw]
    uses, buyers = layout.final_use.shape
    # Local names: a field of a tuple is fetched anew in every turn of a loop.
    following, need, output = layout.buyer_next, layout.buyer_need, bench.output
    wanted, row, price = bench.purchases, bench.row, bench.log_effective
    for buyer in range(buyers):
        wanted[buyer] = need[buyer] * output[following[buyer]] if following[buyer] >= 0 else 0.0
    for use in range(uses):
        for step in range(layout.buyer_start.size - 1):
            eta = behaviour.demand_elasticity[draw, step, use]
            choke = behaviour.log_choke[draw, step, use]
            for buyer in range(layout.buyer_start[step], layout.buyer_start[step + 1]):
                row[buyer] = min(0.0, sharp * (choke - price[buyer])) - eta * price[buyer]
        exp_all(row, bench.scratch, buyers)
        base = layout.final_use[use]
        for buyer in range(buyers):
            wanted[buyer] += base[buyer] * row[buyer]
    # One row stands for all draws where nothing is released.
    release = behaviour.release[min(draw, behaviour.release.shape[0] - 1)]
    taken, sums = bench.taken, bench.pull_sum
    for buyer in range(buyers):
        bought = max(wanted[buyer] - release[buyer], LEAST_BOUGHT * wanted[buyer])
        wanted[buyer] = bought
        taken[buyer] = bought / sums[buyer]


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def set_residual(layout: Layout, unknowns: Floats, bench: Bench, residual: Floats) -> None:
    """Residuals: ``ln demand - ln output`` of makers, then the slack of caps and total caps."""
    makers = layout.made.size
    for step in range(layout.maker_start.size - 1):
        first, last = layout.buyer_start[step], layout.buyer_start[step + 1]
        makers_here = slice(layout.maker_start[step], layout.maker_start[step + 1])
        sum_rows(
            bench.sold[makers_here],
            bench.weight[layout.arc_start[step] : layout.arc_start[step + 1]],
            bench.maker_pull[makers_here],
            bench.taken[first:last],
        )
    cap_residual(layout, unknowns, bench, residual)
    for index in range(layout.leak_buyer.size):
        taken_here = bench.taken[layout.leak_buyer[index]]
        for leak in range(layout.leak_start[index], layout.leak_start[index + 1]):
            bench.sold[layout.leak_maker[leak]] += bench.leak[leak] * taken_here
    log_all(bench.sold, bench.scratch, makers)
    for maker in range(makers):
        residual[maker] = bench.sold[maker] - bench.exponent[maker]


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def cap_residual(layout: Layout, unknowns: Floats, bench: Bench, residual: Floats) -> None:
    """``min(ln cap - ln F, -y)`` of capped arcs and total caps; sales are without leaks here."""
    makers, caps = layout.made.size, layout.cap_arc.size
    for index in range(caps):
        pull = bench.maker_pull[layout.cap_maker[index]] * bench.taken[layout.cap_buyer[index]]
        sent = np.log(bench.weight[layout.cap_arc[index]] * pull)
        residual[makers + index] = min(layout.log_cap[index] - sent, -unknowns[makers + index])
    for index in range(layout.quota_maker.size):
        maker = layout.quota_maker[index]
        home = layout.quota_home[index]
        abroad = bench.sold[maker]
        if home >= 0:
            step = np.searchsorted(layout.arc_start, home, side="right") - 1
            width = layout.buyer_start[step + 1] - layout.buyer_start[step]
            buyer = layout.buyer_start[step] + (home - layout.arc_start[step]) % width
            abroad -= bench.weight[home] * bench.maker_pull[maker] * bench.taken[buyer]
        slack = layout.log_quota[index] - np.log(max(abroad, 1e-300))
        residual[makers + caps + index] = min(slack, -unknowns[makers + caps + index])


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def evaluate(
    layout: Layout,
    behaviour: Behaviour,
    draw: int,
    unknowns: Floats,
    bench: Bench,
    residual: Floats,
) -> float:
    """Evaluate all equations of one draw; returns the largest residual."""
    if layout.cap_arc.size + layout.quota_maker.size > 0:
        cut_weights(layout, unknowns, bench)
    set_prices(layout, behaviour, draw, unknowns, bench)
    if layout.leak_buyer.size > 0:
        set_leaks(layout, behaviour, draw, unknowns, bench)
    set_output(layout, behaviour, draw, unknowns, bench)
    set_purchases(layout, behaviour, draw, bench)
    set_residual(layout, unknowns, bench, residual)
    largest = 0.0
    for index in range(residual.size):
        largest = max(largest, abs(residual[index]))
    return largest


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def set_pace(layout: Layout, behaviour: Behaviour, draw: int, pace: Floats) -> None:
    """Step of each unknown per unit of its residual, as in the reference."""
    pace[:] = SHADOW_STEP
    for step in range(layout.maker_start.size - 1):
        damping = behaviour.substitution[draw, step] + behaviour.supply_elasticity[draw, step]
        for maker in range(layout.maker_start[step], layout.maker_start[step + 1]):
            pace[maker] = 1 / (damping + PRICE_DAMPING)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def set_move(newton: Floats, pace: Floats, memory: Memory, direct: bool) -> None:
    """Plain move of all unknowns: prices by the slopes of the base, or each by its own pace."""
    makers = newton.shape[0] if direct else 0
    for index in range(makers):
        total = 0.0
        row = newton[index]
        for other in range(makers):
            total += row[other] * memory.residual[other]
        memory.move[index] = total
    for index in range(makers, memory.move.size):
        memory.move[index] = pace[index] * memory.residual[index]


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def slacken(pace: Floats, restarts: int) -> None:
    """Slow the iteration at each of its first restarts."""
    if 0 < restarts <= SLOWER_RESTARTS:
        for index in range(pace.size):
            pace[index] *= SLACKEN


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def solve_draw(
    layout: Layout,
    behaviour: Behaviour,
    draw: int,
    unknowns: Floats,
    bench: Bench,
    memory: Memory,
    pace: Floats,
    newton: Floats,
    tolerance: float,
    limit: int,
) -> tuple[int, float]:
    """Solve one draw in place; returns iterations and the largest residual at the best point."""
    depth = memory.moves.shape[0]
    best_error, fresh, kept, direct = np.inf, True, 0, newton.size > 0
    set_weights(layout, behaviour, draw, bench)
    set_pace(layout, behaviour, draw, pace)
    for count in range(1, limit + 1):
        error = evaluate(layout, behaviour, draw, unknowns, bench, memory.residual)
        if error < best_error:
            best_error = error
            memory.best[:] = unknowns
        if error <= tolerance:
            return count, error
        if count == DIRECT_LIMIT or count % RESTART == 0:
            # From the best point anew: each price by itself, then more slowly each time.
            unknowns[:] = memory.best
            slacken(pace, count // RESTART)
            direct, fresh, kept = False, True, 0
            continue
        set_move(newton, pace, memory, direct)
        if not fresh:
            remember(memory, unknowns, kept % depth, min(kept + 1, depth))
            kept += 1
        fresh = False
        advance(memory, unknowns, min(kept, depth))
        for index in range(layout.made.size, unknowns.size):
            unknowns[index] = min(unknowns[index], 0.0)
    unknowns[:] = memory.best
    evaluate(layout, behaviour, draw, unknowns, bench, memory.residual)
    return limit, best_error


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def solve_block(
    layout: Layout,
    behaviour: Behaviour,
    unknowns: Floats,
    found: Found,
    newton: Floats,
    tolerance: float,
    limit: int,
    depth: int,
) -> None:
    """Solve a block of draws in place, each from its own row of unknowns."""
    size, makers, buyers = unknowns.shape[1], layout.made.size, layout.buyer_next.size
    bench = Bench(
        np.empty(layout.weight.size),
        np.empty(layout.weight.size),
        np.empty(makers),
        np.empty(buyers),
        np.empty(buyers),
        np.empty(buyers),
        np.empty(makers),
        np.empty(buyers),
        np.empty(makers),
        np.empty(layout.leak_maker.size),
        np.empty(makers),
        np.empty(max(makers, buyers)),
        np.empty(buyers),
    )
    memory = fresh_memory(depth, size)
    pace = np.empty(size)
    for draw in range(unknowns.shape[0]):
        count, error = solve_draw(
            layout, behaviour, draw, unknowns[draw], bench, memory, pace, newton, tolerance, limit
        )
        found.iterations[draw] = count
        found.residual[draw] = error
        found.log_effective[draw] = bench.log_effective
        found.output[draw] = bench.output
        found.purchases[draw] = bench.purchases
