"""Draws: named streams of uniform numbers, the same for a name whatever else is drawn.

A stream depends on the seed and its name only, so adding a country, a form or a lever never
shifts the numbers of another (common random numbers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from midstream.chain.estimate import Component, Estimate, Floats
from midstream.chain.streams import check_seed, generator, law_of, quantiles, stratified
from midstream.evidence import Evidence


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
        check_seed(self.seed)

    def uniform(self, name: str) -> Floats:
        """Uniform numbers on 0..1 for a name, shape (draw,); stratified over the draws."""
        return stratified(self.seed, name, self.size)

    def generator(self, name: str) -> np.random.Generator:
        """A generator of its own for a name."""
        return generator(self.seed, name)

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
        spread = self.uniform(f"{name}/spread")
        pick = self.uniform(f"{name}/pick") if len(estimate.components) > 1 else spread
        return estimate.sample(pick, spread, "low")

    def between(self, part: Component, name: str) -> Floats:
        """Draw uniformly between the ends of a component."""
        return part.low + (part.high - part.low) * self.uniform(name)


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
        row = self.evidence.parameters[name]
        kind, numbers = law_of(row["distribution"])
        if kind == "beta":
            rng = self.draws.generator(stream or f"par/{name}")
            return np.asarray(rng.beta(numbers[0], numbers[1], self.draws.size))
        uniform = self.draws.kept(f"par/{name}") if not stream else self.draws.uniform(stream)
        value = self.value(name)
        return quantiles(row["distribution"], value, row["low"], row["high"], uniform)

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
