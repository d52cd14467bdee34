"""Draws of the dependency room: estimates, ratios and parameters from named streams."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from midstream.chain.estimate import Component, End, Estimate, Floats
from midstream.chain.streams import check_seed, generator, law_of, quantiles, stratified
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
        check_seed(self.seed)

    def uniform(self, name: str) -> Floats:
        """Uniform numbers on 0..1 for a name, stratified over the draws, shape (draw,)."""
        if name not in self._kept:
            self._kept[name] = stratified(self.seed, name, self.size)
        return self._kept[name]

    def plain(self, name: str) -> Floats:
        """Uniform numbers on 0..1 for a name without strata, cheap to make, shape (draw,)."""
        if name not in self._kept:
            self._kept[name] = self.generator(name).random(self.size)
        return self._kept[name]

    def generator(self, name: str) -> np.random.Generator:
        """A generator of its own for a name."""
        return generator(self.seed, name)

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
        value, row = self.value(name), self.evidence.parameters[name]
        kind, numbers = law_of(row["distribution"])
        if kind == "beta":
            rng = self.generator(stream or f"par/{name}")
            return np.asarray(rng.beta(numbers[0], numbers[1], self.size))
        uniform = self.uniform(stream or f"par/{name}")
        return quantiles(row["distribution"], value, row["low"], row["high"], uniform)

    def value(self, name: str) -> float:
        """Central value of a parameter."""
        return float(self.evidence.parameter(name).value or 0.0)
