"""The standard normal law on arrays.

Two functions are all that is needed of it here; loading a whole library for them took a fifth of
the time to a first answer.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from midstream.errors import ModelError

#: Least probability that the approximation of the tails covers; the greatest is one less this.
LEAST = 1.4e-11

# Coefficients of algorithm AS 241 (PPND16), highest power first: numerator, denominator.
# fmt: off
_CENTRE = (
    (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
     4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
     1.3314166789178437745e2, 3.3871328727963666080e0),
    (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
     2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
     4.2313330701600911252e1, 1.0),
)
_TAIL = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
     1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
     4.63033784615654529590e0, 1.42343711074968357734e0),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
     1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
     2.05319162663775882187e0, 1.0),
)
# fmt: on


def normal_quantile(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the quantile of the standard normal law, ``z`` with ``P(Z <= z) = probability``.

    Rational approximations: in ``.180625 - (p - .5)^2`` for ``|p - .5| <= .425``, in
    ``sqrt(-ln min(p, 1 - p)) - 1.6`` outside. Relative error about 1e-15.

    Args:
        probability: Probabilities from `LEAST` to ``1 - LEAST``, any shape.

    Raises:
        ModelError: if a probability lies outside that range.

    Wichura, M. J. (1988), Algorithm AS 241, Applied Statistics 37(3), 477-484,
    doi:10.2307/2347330.
    """
    p = np.asarray(probability)
    if not (p.min(initial=0.5) >= LEAST and p.max(initial=0.5) <= 1 - LEAST):
        raise ModelError(f"a probability lies outside {LEAST:g} to 1 - {LEAST:g}")
    q = p - 0.5
    quantile = np.asarray(q * _ratio(_CENTRE, 0.180625 - q * q))
    far = np.abs(q) > 0.425
    tail = np.minimum(p[far], 1.0 - p[far])
    quantile[far] = np.copysign(_ratio(_TAIL, np.sqrt(-np.log(tail)) - 1.6), q[far])
    return quantile


def _ratio(
    coefficients: tuple[tuple[float, ...], tuple[float, ...]], r: NDArray[np.float64]
) -> NDArray[np.float64]:
    above, below = (_polynomial(part, r) for part in coefficients)
    return np.asarray(above / below)


def _polynomial(coefficients: tuple[float, ...], r: NDArray[np.float64]) -> NDArray[np.float64]:
    """Horner's rule, written over one array."""
    first, *others = coefficients
    found = np.full(r.shape, first)
    for coefficient in others:
        found *= r
        found += coefficient
    return found


def normal_share(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the share of the standard normal law below ``z``, ``erfc(-z / sqrt 2) / 2``.

    Args:
        z: Numbers of shape (draw,); infinite ones give 0 or 1.
    """
    return 0.5 * np.fromiter(map(math.erfc, -z / math.sqrt(2)), float, z.size)
