"""Sums, exponentials and logs of whole arrays in forms the compiler can vectorise.

Exponentials and logs agree with the library functions to a few units in the last place. Needs
numba.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from midstream.market.network import Floats

# Reassociation lets sums run in vector registers; nan and inf keep their meaning.
FAST = {"reassoc", "contract", "nsz", "arcp"}
# Not here: reassociation would cancel the rounding by a large number against itself.
EXACT = {"contract"}

_LOG2E = 1.4426950408889634
_LN2_HIGH = 0.693145751953125
_LN2_LOW = 1.42860682030941723212e-6
# Adding this to a double leaves its nearest whole number in the low bits.
_ROUND = 6755399441055744.0
_ROUND_BITS = np.uint64(0x4338000000000000)
_MANTISSA_BITS = np.uint64(52)
_MIDDLE = np.uint64(1024)
# Takes the bits of sqrt(1/2) to an exponent of 1024.
_FROM_ROOT = np.uint64((1024 << 52) - 0x3FE6A09E667F3BCD)
_SMALLEST_EXP = -700.0


@njit(cache=True, nogil=True, error_model="numpy", fastmath=EXACT)
def exp_all(values: Floats, scratch: Floats, count: int) -> None:
    """Replace the first values by their exponentials; below -700 counts as -700."""
    for index in range(count):
        value = min(max(values[index], _SMALLEST_EXP), 700.0)
        scratch[index] = value * _LOG2E + _ROUND
        values[index] = value
    for index in range(count):
        whole = scratch[index] - _ROUND
        r = (values[index] - whole * _LN2_HIGH) - whole * _LN2_LOW
        p = 1.0 / 39916800 + r * (1.0 / 479001600 + r / 6227020800)
        p = 1.0 / 362880 + r * (1.0 / 3628800 + r * p)
        p = 1.0 / 5040 + r * (1.0 / 40320 + r * p)
        p = 1.0 / 120 + r * (1.0 / 720 + r * p)
        p = 1.0 / 6 + r * (1.0 / 24 + r * p)
        values[index] = 1.0 + r * (1.0 + r * (0.5 + r * p))
    bits, powers = values.view(np.int64), scratch.view(np.int64)
    for index in range(count):
        bits[index] += powers[index] << 52


@njit(cache=True, nogil=True, error_model="numpy", fastmath=EXACT)
def log_all(values: Floats, scratch: Floats, count: int) -> None:
    """Replace the first values, all normal and above 0, by their natural logs."""
    bits, powers = values.view(np.uint64), scratch.view(np.uint64)
    for index in range(count):
        # The exponent with the mantissa around 1, kept positive: unsigned shifts are vector code.
        power = (bits[index] + _FROM_ROOT) >> _MANTISSA_BITS
        bits[index] -= (power - _MIDDLE) << _MANTISSA_BITS
        # A whole number in the low bits of a large double: the way back to floats.
        powers[index] = _ROUND_BITS + power
    for index in range(count):
        mantissa = values[index]
        f = (mantissa - 1.0) / (mantissa + 1.0)
        q = f * f
        p = 1.0 / 17 + q * (1.0 / 19 + q * (1.0 / 21))
        p = 1.0 / 11 + q * (1.0 / 13 + q * (1.0 / 15 + q * p))
        p = 1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * p))
        series = 2.0 * f * (1.0 + q * (1.0 / 3 + q * p))
        whole = (scratch[index] - _ROUND) - 1024.0
        values[index] = whole * _LN2_HIGH + (whole * _LN2_LOW + series)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def add_rows(total: Floats, weight: Floats, pull: Floats, width: int) -> None:
    """``total = pull^T weight``, four makers at a time: a sum is loaded and stored less often."""
    total[:] = 0.0
    makers = pull.size
    whole = makers - makers % 4
    for maker in range(0, whole, 4):
        first = maker * width
        one, two = weight[first : first + width], weight[first + width : first + 2 * width]
        first += 2 * width
        three, four = weight[first : first + width], weight[first + width : first + 2 * width]
        p, q, r, s = pull[maker], pull[maker + 1], pull[maker + 2], pull[maker + 3]
        for buyer in range(width):
            near = one[buyer] * p + two[buyer] * q
            total[buyer] += near + three[buyer] * r + four[buyer] * s
    for maker in range(whole, makers):
        row = weight[maker * width : (maker + 1) * width]
        for buyer in range(width):
            total[buyer] += row[buyer] * pull[maker]


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def sum_rows(sold: Floats, weight: Floats, pull: Floats, taken: Floats) -> None:
    """``sold = pull * (weight taken)``, weights of one maker side by side."""
    width = taken.size
    for maker in range(pull.size):
        row, total = weight[maker * width : (maker + 1) * width], 0.0
        for buyer in range(width):
            total += row[buyer] * taken[buyer]
        sold[maker] = pull[maker] * total
