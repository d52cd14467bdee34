"""Named streams of random numbers, and the laws of parameters drawn from them.

A stream depends on the seed and its name only: adding a country or a chain never shifts the
numbers of another, and two worlds are compared on the same draws.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np

from midstream.chain.estimate import Component, End, Estimate, Floats, triangular
from midstream.chain.normal import normal_quantile
from midstream.errors import InputError
from midstream.evidence import Evidence

#: More draws than this do not change a published digit and only fill memory.
MOST_DRAWS = 100_000


@dataclass(slots=True)
class Streams:
    """Uniform streams of one length, by name.

    Attributes:
        evidence: Gives the parameters.
        size: Number of draws.
        seed: Seed of all streams.

    Raises:
        InputError: if the seed is negative or the number of draws out of range.
    """

    evidence: Evidence
    size: int
    seed: int
    _kept: dict[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 1 <= self.size <= MOST_DRAWS:
            raise InputError(
                f"{self.size} draws",
                where="--draws",
                why=f"the number of draws lies between 1 and {MOST_DRAWS}",
                mend="leave it out for the usual number",
            )
        if self.seed < 0:
            raise InputError(
                f"seed {self.seed}",
                where="--seed",
                why="streams of random numbers start from a whole number of 0 or more",
                mend="take such a number",
            )

    def uniform(self, name: str) -> Floats:
        """Uniform numbers on 0..1 for a name, stratified over the draws, shape (draw,)."""
        if name not in self._kept:
            rng = self.generator(name)
            order: Floats = rng.permutation(self.size) + rng.random(self.size)
            self._kept[name] = order / self.size
        return self._kept[name]

    def plain(self, name: str) -> Floats:
        """Uniform numbers on 0..1 for a name without strata, cheap to make, shape (draw,)."""
        if name not in self._kept:
            self._kept[name] = self.generator(name).random(self.size)
        return self._kept[name]

    def generator(self, name: str) -> np.random.Generator:
        """A generator of its own for a name."""
        digest = zlib.crc32(name.encode())
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence([self.seed, digest])))

    def estimate(self, estimate: Estimate, end: End) -> Floats:
        """Draw an estimate; a bounded or open one takes the end asked for, shape (draw,)."""
        # A changed world numbers its versions (#2, #3); all of them share their draws.
        name = f"output/{estimate.lineage.partition('#')[0]}"
        several = len(estimate.components) > 1
        pick = self.uniform(f"{name}/pick") if several else np.zeros(self.size)
        return estimate.sample(pick, self.uniform(f"{name}/spread"), end)

    def component(self, part: Component, name: str) -> Floats:
        """Draw a ratio between its ends, log-uniform where both are positive, shape (draw,)."""
        uniform = self.uniform(name)
        if part.low <= 0 or part.low == part.high:
            return part.low + (part.high - part.low) * uniform
        return np.asarray(part.low * (part.high / part.low) ** uniform)

    def parameter(self, name: str, stream: str = "") -> Floats:
        """Draw a parameter by its law in the parameter table, shape (draw,).

        Args:
            name: Parameter id.
            stream: A stream of its own; blank is the common stream of the parameter.

        Raises:
            InputError: if the parameter or its law is unknown.
        """
        quantity = self.evidence.parameter(name)
        value = float(quantity.value or 0.0)
        low = value if quantity.low is None else quantity.low
        high = value if quantity.high is None else quantity.high
        law, _, rest = self.evidence.parameters[name]["distribution"].partition("(")
        shape = tuple(float(part) for part in rest.rstrip(")").split(",")) if rest else ()
        if law == "beta":
            rng = self.generator(stream or f"par/{name}")
            return np.asarray(rng.beta(shape[0], shape[1], self.size))
        return _quantile(law, shape, (low, value, high), self.uniform(stream or f"par/{name}"))

    def value(self, name: str) -> float:
        """Central value of a parameter."""
        return float(self.evidence.parameter(name).value or 0.0)


def _quantile(
    law: str, shape: tuple[float, ...], ends: tuple[float, float, float], uniform: Floats
) -> Floats:
    """Quantile of a law at uniform draws."""
    low, value, high = ends
    if law == "fixed":
        return np.full(uniform.shape, value)
    if law == "uniform":
        return low + (high - low) * uniform
    if law == "loguniform":
        return np.asarray(low * (high / low) ** uniform)
    if law == "triangular":
        return triangular(uniform, low, value, high)
    if law == "lognormal":
        normal = normal_quantile(np.clip(uniform, 1e-9, 1 - 1e-9))
        return np.asarray(value * np.exp(shape[0] * normal))
    raise InputError(
        f"unknown distribution {law!r}",
        where="parameters.csv:distribution",
        why="the model does not know how to draw it",
        mend="use fixed, uniform, loguniform, triangular, lognormal(sd) or beta(a,b)",
    )
