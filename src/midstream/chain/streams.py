"""Random numbers by name, and the laws of the parameter table drawn from them.

A stream depends on the seed and its name only: adding a country, a chain or a lever never shifts
the numbers of another, and two worlds are compared on the same draws.
"""

from __future__ import annotations

import zlib

import numpy as np

from midstream.chain.estimate import Floats, triangular
from midstream.chain.normal import normal_quantile
from midstream.errors import InputError

#: How far into the tails a lognormal law is drawn.
TAIL = 1e-9


def check_seed(seed: int) -> None:
    """Check a seed.

    Raises:
        InputError: if it is negative.
    """
    if seed < 0:
        raise InputError(
            f"seed {seed}",
            where="--seed",
            why="streams of random numbers start from a whole number of 0 or more",
            mend="take such a number",
        )


def generator(seed: int, name: str) -> np.random.Generator:
    """Give a generator of its own for a name.

    Raises:
        InputError: if the seed is negative.
    """
    check_seed(seed)
    digest = zlib.crc32(name.encode())
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, digest])))


def stratified(seed: int, name: str, size: int) -> Floats:
    """Give uniform numbers on 0..1 for a name, one in each of `size` strata, shape (draw,)."""
    rng = generator(seed, name)
    found: Floats = rng.permutation(size) + rng.random(size)
    found /= size
    return found


def law_of(text: str) -> tuple[str, tuple[float, ...]]:
    """Split the law of a parameter, such as ``lognormal(0.4)``, into its name and numbers."""
    name, _, rest = text.partition("(")
    numbers = rest.rstrip(")")
    return name.strip(), tuple(float(part) for part in numbers.split(",")) if numbers else ()


def _uniform(uniform: Floats, low: float, _value: float, high: float) -> Floats:
    return low + (high - low) * uniform


def _loguniform(uniform: Floats, low: float, _value: float, high: float) -> Floats:
    return np.asarray(low * (high / low) ** uniform)


#: Laws between two ends.
_BETWEEN = {"uniform": _uniform, "loguniform": _loguniform, "triangular": triangular}


def quantiles(
    text: str, value: float, low: float | None, high: float | None, uniform: Floats
) -> Floats:
    """Give quantiles of a law of the parameter table at uniform numbers, in their shape.

    ``fixed``; ``uniform``, ``loguniform`` and ``triangular`` between ``low`` and ``high``;
    ``lognormal(s)`` with median ``value`` and log-sd ``s``; ``beta(a,b)`` on 0..1.

    Raises:
        InputError: if the law is not one of these or lacks its ends.
    """
    name, numbers = law_of(text)
    if name == "fixed":
        return np.full(uniform.shape, value)
    if low is not None and high is not None and name in _BETWEEN:
        return _BETWEEN[name](uniform, low, value, high)
    if name == "lognormal":
        normal = normal_quantile(np.minimum(np.maximum(uniform, TAIL), 1 - TAIL))
        return np.asarray(value * np.exp(numbers[0] * normal))
    if name == "beta":
        # Loading scipy is slow, and most answers draw no beta law this way.
        from scipy.special import betaincinv

        return np.asarray(betaincinv(*numbers, uniform))
    raise InputError(
        f"the distribution {text!r} cannot be drawn",
        where="parameters.csv:distribution",
        why="its low or high is blank" if name in _BETWEEN else "the model does not know it",
        mend=f"use fixed, lognormal(sd), beta(a,b), or give low and high for {', '.join(_BETWEEN)}",
    )
