"""What a comparison of peers gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from midstream.evidence import Quantity
from midstream.scorecard.result import Remark


@dataclass(frozen=True, slots=True)
class PeerRank:
    """Rank of a country among the peers (1 is best).

    Attributes:
        p50: Median rank; ``None`` where there is no evidence on the country.
        low, high: 90 % range over both ends of the evidence box.
        among: Number of countries compared.
        quantity: The same as a quantity (unit ``rank``; its interval is the 90 % range).
    """

    p50: int | None
    low: int
    high: int
    among: int
    quantity: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the rank as the JSON object of the public interface."""
        return {
            "p50": self.p50,
            "low": self.low,
            "high": self.high,
            "among": self.among,
            "lineage": self.quantity.lineage,
        }


@dataclass(frozen=True, slots=True)
class Distance:
    """Distance to the country just above.

    Attributes:
        to: The country whose median score is the next above.
        gap: Points of the score between the two.
        form: Form that binds the stage; blank for a mean over sectors.
        output: Output of that form at which the medians meet, other things equal; its value is
            ``None`` where no output alone closes the gap, or the evidence does not tell.
        extra: What that is above the output of today.
        plant: Nameplate that makes the extra output at the usual utilisation.
        levers: Other levers that close the gap when pulled all the way: completion, feed,
            licence, throttle, ownership.
        words: The same as a sentence.
    """

    to: str
    gap: Quantity
    form: str
    output: Quantity | None
    extra: Quantity | None
    plant: Quantity | None
    levers: tuple[str, ...]
    words: Remark

    def to_dict(self) -> dict[str, Any]:
        """Give the distance as a JSON object."""
        return {
            "to": self.to,
            "gap": self.gap.to_dict(),
            "form": self.form or None,
            "output": _or_none(self.output),
            "extra": _or_none(self.extra),
            "plant": _or_none(self.plant),
            "levers": list(self.levers),
            "words": str(self.words),
        }


@dataclass(frozen=True, slots=True)
class PeerRow:
    """One country at one stage beside its peers.

    Attributes:
        country, stage: Place of the row.
        sector: Sector; blank for the mean over the sectors of the study.
        score: 1..5 with its 80 % interval.
        digit: Integer, or ``None`` where the evidence allows several.
        digit_low, digit_high: Range of integers the evidence allows.
        rank: Rank among the peers.
        ahead_of, behind, not_separable: Peers by verdict.
        next: Distance to the country above; ``None`` for the first and where nothing is known.
    """

    country: str
    sector: str
    stage: str
    score: Quantity
    digit: int | None
    digit_low: int
    digit_high: int
    rank: PeerRank
    ahead_of: tuple[str, ...]
    behind: tuple[str, ...]
    not_separable: tuple[str, ...]
    next: Distance | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the row as the JSON object of the public interface."""
        return {
            "country": self.country,
            "sector": self.sector or None,
            "stage": self.stage,
            "score": self.score.to_dict(),
            "digit": self.digit,
            "digit_range": [self.digit_low, self.digit_high],
            "rank": self.rank.to_dict(),
            "ahead_of": list(self.ahead_of),
            "behind": list(self.behind),
            "not_separable": list(self.not_separable),
            "next": None if self.next is None else self.next.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class PeerPair:
    """Two countries at one stage.

    Attributes:
        left, right, sector, stage: Place of the pair; a blank sector is the mean over sectors.
        p_left: P(left above right): value over both ends of the boxes moved together, low and
            high at opposite ends.
        p_right: P(right above left).
        p_level: P(both the same); the three values sum to 1.
        verdict: ``ahead`` (left is), ``behind`` or ``not separable``.
    """

    left: str
    right: str
    sector: str
    stage: str
    p_left: Quantity
    p_right: Quantity
    p_level: Quantity
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        """Give the pair as a JSON object."""
        return {
            "left": self.left,
            "right": self.right,
            "sector": self.sector or None,
            "stage": self.stage,
            "p_left": self.p_left.to_dict(),
            "p_right": self.p_right.to_dict(),
            "p_level": self.p_level.to_dict(),
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing a leader does differently.

    Attributes:
        aspect: installed, trajectory, control, a component of control, or a count of plants.
        own, leader: The two countries' values.
        points: Points the country would gain with the leader's value, other things equal; value
            ``None`` for counts of plants.
        words: The same as a sentence.
    """

    aspect: str
    own: Quantity
    leader: Quantity
    points: Quantity | None
    words: Remark

    def to_dict(self) -> dict[str, Any]:
        """Give the aspect as a JSON object."""
        return {
            "aspect": self.aspect,
            "own": self.own.to_dict(),
            "leader": self.leader.to_dict(),
            "points": _or_none(self.points),
            "words": str(self.words),
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """What the leader of a stage does differently, for one country.

    Attributes:
        country, leader, sector, stage: The two and the stage.
        form: Form that binds the country's stage, on which the two are compared.
        aspects: What differs, the largest gain in points first; counts of plants last.
    """

    country: str
    leader: str
    sector: str
    stage: str
    form: str
    aspects: tuple[Aspect, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the difference as a JSON object."""
        return {
            "country": self.country,
            "leader": self.leader,
            "sector": self.sector,
            "stage": self.stage,
            "form": self.form,
            "aspects": [one.to_dict() for one in self.aspects],
        }


@dataclass(frozen=True, slots=True)
class Peers:
    """A comparison of peers.

    Attributes:
        countries: Countries compared, the focus first.
        sectors: Sectors; empty for the mean over the sectors of the study.
        horizon: Year of the trajectory.
        rows: One a sector, stage and country.
        pairs: One a sector, stage and two countries.
        differences: One a sector and stage in which the focus is not the leader.
        warnings: What the comparison cannot say.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    horizon: int
    rows: tuple[PeerRow, ...]
    pairs: tuple[PeerPair, ...]
    differences: tuple[Difference, ...]
    warnings: tuple[str, ...] = ()

    def row(self, country: str, stage: str, sector: str = "") -> PeerRow:
        """Give one row; raises KeyError if the comparison does not hold it."""
        for one in self.rows:
            if (one.country, one.sector, one.stage) == (country, sector, stage):
                return one
        raise KeyError((country, sector, stage))

    def pair(self, left: str, right: str, stage: str, sector: str = "") -> PeerPair:
        """Give one pair in its order; raises KeyError if the comparison does not hold it."""
        for one in self.pairs:
            if (one.left, one.right, one.sector, one.stage) == (left, right, sector, stage):
                return one
        raise KeyError((left, right, sector, stage))

    def to_dict(self) -> dict[str, Any]:
        """Give the comparison as the JSON object of the public interface."""
        return {
            "countries": list(self.countries),
            "sectors": list(self.sectors),
            "horizon": self.horizon,
            "rows": [one.to_dict() for one in self.rows],
            "pairs": [one.to_dict() for one in self.pairs],
            "differences": [one.to_dict() for one in self.differences],
        }


def _or_none(value: Quantity | None) -> Any:
    return None if value is None else value.to_dict()
