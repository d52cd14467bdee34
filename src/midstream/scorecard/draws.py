"""Draws: named streams of uniform numbers, the same for a name whatever else is drawn.

A stream depends on the seed and its name only, so adding a country, a form or a lever never
shifts the numbers of another (common random numbers).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from midstream.chain.estimate import Component, Estimate, Floats, triangular
from midstream.chain.normal import normal_quantile
from midstream.errors import InputError
from midstream.evidence import Evidence, Quantity


@dataclass(slots=True)
class Draws:
    """Named uniform streams of one length.

    Args:
        seed: Seed of all streams, 0 or more.
        size: Number of draws.
    """

    seed: int
    size: int
    _kept: dict[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise InputError(
                f"seed {self.seed}",
                where="--seed",
                why="streams of random numbers start from a whole number of 0 or more",
                mend="take such a number",
            )

    def uniform(self, name: str) -> Floats:
        """Uniform numbers on 0..1 for a name, shape (draw,); stratified over the draws."""
        rng = self.generator(name)
        order: Floats = rng.permutation(self.size) + rng.random(self.size)
        return order / self.size

    def generator(self, name: str) -> np.random.Generator:
        """A generator of its own for a name."""
        digest = zlib.crc32(name.encode())
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence([self.seed, digest])))

    def kept(self, name: str) -> Floats:
        """Uniform numbers that are asked for many times and kept."""
        if name not in self._kept:
            self._kept[name] = self.uniform(name)
        return self._kept[name]

    def estimate(self, estimate: Estimate, purpose: str, end: str) -> Floats:
        """Draw an estimate at one end of its evidence box, shape (draw,)."""
        # A changed world numbers its versions (#2, #3); all of them share their draws.
        name = f"{purpose}/{estimate.lineage.partition('#')[0]}"
        if len(estimate.components) == 0:
            return np.full(self.size, estimate.low if end == "low" else estimate.high)
        pick = self.uniform(f"{name}/pick") if len(estimate.components) > 1 else _HALF
        pick = np.broadcast_to(pick, (self.size,))
        return estimate.sample(pick, self.uniform(f"{name}/spread"), "low")

    def between(self, part: Component, name: str) -> Floats:
        """Draw uniformly between the ends of a component."""
        return part.low + (part.high - part.low) * self.uniform(name)


_HALF = np.array(0.5)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Draws of parameters by their distribution in the parameter table.

    Distributions: ``fixed``, ``uniform``, ``loguniform``, ``triangular``, ``lognormal(log-sd)``,
    ``beta(a,b)``; ``dirichlet(n)`` is drawn for a group by `dirichlet`.
    """

    evidence: Evidence
    draws: Draws
    overrides: Mapping[str, float] = field(default_factory=dict)

    def value(self, name: str) -> float:
        """Central value of a parameter."""
        if name in self.overrides:
            return self.overrides[name]
        quantity = self.evidence.parameter(name)
        return float(quantity.value or 0.0)

    def draw(self, name: str, stream: str = "") -> Floats:
        """Draw a parameter, shape (draw,).

        Args:
            name: Parameter id.
            stream: Suffix for a stream of its own; blank is the common stream of the parameter.
        """
        if name in self.overrides:
            return np.full(self.draws.size, self.overrides[name])
        law = self.evidence.parameters[name]["distribution"]
        kind, arguments = _parsed(law)
        if kind == "beta":
            rng = self.draws.generator(stream or f"par/{name}")
            return np.asarray(rng.beta(arguments[0], arguments[1], self.draws.size))
        quantity = self.evidence.parameter(name)
        uniform = self.draws.kept(f"par/{name}") if not stream else self.draws.uniform(stream)
        return _quantile(kind, arguments, quantity, uniform)

    def dirichlet(self, names: tuple[str, ...], weights: Floats, stream: str) -> Floats:
        """Draw weights around some weights, shape (draw, weight).

        Gamma numbers of one stream a name, normalised: Dirichlet(n x weights) with the
        concentration ``n`` of ``stage.dirichlet``.
        """
        count = self.value("stage.dirichlet")
        if len(names) == 1:
            return np.ones((self.draws.size, 1))
        parts = [
            self.draws.generator(f"{stream}/{name}").standard_gamma(count * weight, self.draws.size)
            for name, weight in zip(names, weights, strict=True)
        ]
        gammas = np.stack(parts, axis=1)
        shares: Floats = gammas / gammas.sum(axis=1, keepdims=True)
        return shares


def _quantile(
    name: str, arguments: tuple[float, ...], quantity: Quantity, uniform: Floats
) -> Floats:
    """Quantile of a parameter's law at uniform draws."""
    value = float(quantity.value or 0.0)
    low = value if quantity.low is None else quantity.low
    high = value if quantity.high is None else quantity.high
    if name == "fixed":
        return np.full(uniform.shape, value)
    if name == "uniform":
        return low + (high - low) * uniform
    if name == "loguniform":
        return np.asarray(low * (high / low) ** uniform)
    if name == "triangular":
        return triangular(uniform, low, value, high)
    if name == "lognormal":
        normal = normal_quantile(np.clip(uniform, 1e-9, 1 - 1e-9))
        return np.asarray(value * np.exp(arguments[0] * normal))
    raise InputError(
        f"unknown distribution {name!r}",
        where="parameters.csv:distribution",
        why="the model does not know how to draw it",
        mend="use fixed, uniform, loguniform, triangular, lognormal(sd), beta(a,b)",
    )


def _parsed(law: str) -> tuple[str, tuple[float, ...]]:
    name, _, rest = law.partition("(")
    numbers = rest.rstrip(")")
    return name.strip(), tuple(float(part) for part in numbers.split(",")) if numbers else ()
