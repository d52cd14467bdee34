"""Draws of this room: what all plants share by set, what each plant has of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats
from midstream.chain.streams import quantiles
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.scorecard.draws import Draws, Parameters

#: Group of the parameters of this room.
ROOM = "counter"


@dataclass(frozen=True, slots=True)
class Sampling:
    """Draws in two layers: sets of shared assumptions, and plants within a set.

    Draw ``d`` belongs to set ``d sets // draws``. What is common to all plants (the level of
    costs, the incumbent's cost, elasticities) takes one value a set; what a plant has of its own
    takes one a draw. A probability is a mean over the draws of a set, its interval lies between
    sets.

    Attributes:
        evidence: The release.
        seed: Seed of all streams.
        draws: Number of draws, 1 or more.
        sets: Number of sets, at most the draws.
    """

    evidence: Evidence
    seed: int
    draws: int
    sets: int

    @classmethod
    def of(cls, evidence: Evidence, draws: int, seed: int) -> Sampling:
        """Draws and sets of a run; a set holds at least ten draws where there are that many.

        Raises:
            InputError: if there is no draw or the seed is negative.
        """
        if draws < 1:
            raise InputError(
                f"{draws} draws",
                where="draws",
                why="an average needs at least one",
                mend="take 1 or more",
            )
        wanted = round(evidence.parameter(f"{ROOM}.prior-sets").value or 1)
        Draws(seed, draws)
        return cls(evidence, seed, draws, max(1, min(wanted, draws // 10)))

    @property
    def set_of(self) -> NDArray[np.intp]:
        """Number of the set of each draw, shape (draw,)."""
        return np.arange(self.draws) * self.sets // self.draws

    def value(self, name: str) -> float:
        """Central value of a parameter of this room."""
        return float(self.evidence.parameter(f"{ROOM}.{name}").value or 0.0)

    def shared(self, name: str) -> Floats:
        """Draw a parameter once a set, shape (draw,)."""
        parameters = Parameters(self.evidence, Draws(self.seed, self.sets))
        return parameters.draw(f"{ROOM}.{name}")[self.set_of]

    def own(self, name: str, plant: str) -> Floats:
        """Draw a parameter for a plant, shape (draw,), from a stream of the plant's own."""
        parameters = Parameters(self.evidence, Draws(self.seed, self.draws))
        return parameters.draw(f"{ROOM}.{name}", f"{ROOM}/{plant}/{name}")

    def uniform(self, name: str) -> Floats:
        """Uniform numbers for a name, shape (draw,)."""
        return Draws(self.seed, self.draws).uniform(f"{ROOM}/{name}")

    def range_shared(self, name: str, value: float, low: float, high: float) -> Floats:
        """Draw a range on record once a set, triangular, shape (draw,)."""
        uniform = Draws(self.seed, self.sets).uniform(f"{ROOM}/{name}")
        return quantiles("triangular", value, low, high, uniform)[self.set_of]

    def by_set(self, values: Floats) -> Floats:
        """Mean over the draws of each set; shape (draw, ...) to (set, ...)."""
        starts = np.searchsorted(self.set_of, np.arange(self.sets))
        sums = np.add.reduceat(values, starts, axis=0)
        counts = np.bincount(self.set_of, minlength=self.sets)
        means: Floats = sums / counts.reshape(-1, *([1] * (values.ndim - 1)))
        return means
