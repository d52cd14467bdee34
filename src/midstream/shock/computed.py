"""Everything a shock run has computed, before it is told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Evidence
from midstream.shock.behaviour import Sampler
from midstream.shock.instruments import Shock, in_force
from midstream.shock.losses import ValueAdded
from midstream.shock.network import BalancedBase
from midstream.shock.path import NetworkPath
from midstream.shock.peaks import PeakModel
from midstream.shock.prices import Prices
from midstream.shock.similar import EpisodeRecord
from midstream.shock.winners import Winner


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What a release has on record beside a run; keep it to ask often.

    Attributes:
        episodes: Episodes of the past.
        added: Value added of sectors.
    """

    episodes: EpisodeRecord
    added: ValueAdded

    @classmethod
    def read(cls, evidence: Evidence) -> OnRecord:
        """Read it from a release."""
        return cls(EpisodeRecord.read(evidence), ValueAdded.read(evidence))


@dataclass(frozen=True, slots=True)
class Run:
    """Everything a run has computed.

    Attributes:
        evidence: The release.
        base: The balanced base.
        shock: The shock.
        sampler: Draws of the parameters, with the ids of those used.
        path: The network's path.
        prices: Prices.
        gains: Gains of everybody.
        leaked: Share of what is blocked that comes round, shape (draw,), or ``None``.
        peaks: The form for peaks and its rivals, fitted.
        record: What is on record beside it.
        brief: Whether it is told in brief, see `answer`.
    """

    evidence: Evidence
    base: BalancedBase
    shock: Shock
    sampler: Sampler
    path: NetworkPath
    prices: Prices
    gains: tuple[Winner, ...]
    leaked: Floats | None
    peaks: PeakModel
    record: OnRecord
    brief: bool = False

    @property
    def step(self) -> int:
        """Step that is cut."""
        return self.shock.step

    def column(self, country: str) -> int:
        """Place of a country."""
        return self.base.country(country)

    def name(self, country: str) -> str:
        """Name of a country."""
        return self.base.world.names.country(country)

    @property
    def in_force(self) -> Floats:
        """Months that count as in force, shape (month,), true or false."""
        part = in_force(self.shock.start, self.shock.months, self.path.months)
        counted: Floats = np.where(part > 0, part, 0.0)
        return counted
