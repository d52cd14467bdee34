"""Blocked arcs that return through hubs, for the compiled kernel; see `reference.leaky_price`."""

from __future__ import annotations

import numpy as np
from numba import njit

from midstream.market.layout import Behaviour, Bench, Layout
from midstream.market.network import Floats
from midstream.market.reference import LEAK_STEPS, SMALLEST_LEAK
from midstream.market.vector import FAST


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def set_leaks(
    layout: Layout, behaviour: Behaviour, draw: int, unknowns: Floats, bench: Bench
) -> None:
    """Let blocked parts return through hubs, and lower the prices of their buyers."""
    makers = layout.made.size
    kappa = max(behaviour.leakage_share[draw], SMALLEST_LEAK)
    for index in range(layout.leak_buyer.size):
        buyer = layout.leak_buyer[index]
        step = np.searchsorted(layout.buyer_start, buyer, side="right") - 1
        sigma = behaviour.substitution[draw, step]
        first, last = layout.leak_start[index], layout.leak_start[index + 1]
        for leak in range(first, last):
            cap = layout.leak_cap[leak]
            blocked = layout.leak_share[leak]
            if cap >= 0:
                blocked *= -np.expm1(min(unknowns[makers + cap], 0.0))
            price = unknowns[layout.leak_maker[leak]] + behaviour.log_markup[draw]
            bench.leak[leak] = kappa * blocked * np.exp(-sigma * price)
        price = leaky_price(layout, behaviour, draw, unknowns, bench, index, sigma)
        bench.log_effective[buyer] = price
        bench.pull_sum[buyer] = np.exp(-sigma * price)
        for leak in range(first, last):
            base = unknowns[layout.leak_maker[leak]] + behaviour.log_markup[draw]
            bench.leak[leak] *= -np.expm1(-max(price - base, 0.0))


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def all_leaks(layout: Layout, unknowns: Floats, bench: Bench, index: int) -> tuple[float, float]:
    """Sum of a buyer's leaks were all to return, and the lowest price of their makers."""
    total, lowest = 0.0, np.inf
    for leak in range(layout.leak_start[index], layout.leak_start[index + 1]):
        if bench.leak[leak] > 0:
            total += bench.leak[leak]
            lowest = min(lowest, unknowns[layout.leak_maker[leak]])
    return total, lowest


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def leaky_price(
    layout: Layout,
    behaviour: Behaviour,
    draw: int,
    unknowns: Floats,
    bench: Bench,
    index: int,
    sigma: float,
) -> float:
    """Solve a buyer's price with leaks by guarded Newton steps, as the reference does."""
    direct = bench.pull_sum[layout.leak_buyer[index]]
    markup = behaviour.log_markup[draw]
    first, last = layout.leak_start[index], layout.leak_start[index + 1]
    total, lowest = all_leaks(layout, unknowns, bench, index)
    total, lowest = direct + total, lowest + markup
    high = -np.log(direct) / sigma if direct > 0 else np.inf
    if high <= lowest:
        return high
    low = max(-np.log(total) / sigma, lowest if direct == 0 else -np.inf)
    guess = high if direct > 0 else low + 1.0
    for _ in range(LEAK_STEPS):
        total, slope = direct, 0.0
        for leak in range(first, last):
            gain = guess - unknowns[layout.leak_maker[leak]] - markup
            if gain > 0:
                decay = np.exp(-gain)
                total += bench.leak[leak] * (1 - decay)
                slope += bench.leak[leak] * decay
        value = guess + np.log(total) / sigma
        if value > 0:
            high = guess
        else:
            low = guess
        step = value / (1 + slope / (sigma * total))
        if abs(step) < 1e-15 * max(1.0, abs(guess)):
            break
        guess -= step
        if not low < guess < high:
            guess = (low + high) / 2 if np.isfinite(high) else low + 1.0
    return guess
