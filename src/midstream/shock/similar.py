"""The closest episodes on record to a shock: how near they are, why, and what happened.

Distance is the root of a sum of squares: a fixed step for another material (half of it within one
family), stage or class of measure, and weighted differences, in standard deviations over the
episodes, of the missing supply, the notice and the log of the stock. What an episode does not
state adds nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.evidence import Evidence, Label, Ledger, Node, Quantity, Row
from midstream.shock.episode import Episode, shipped_episodes
from midstream.shock.forms import doses, form_prior

_MATCHES = ("material", "stage", "instrument")
_NUMBERS = ("blocked", "notice", "stock")
_WORDS = {
    "blocked": "missing supply",
    "notice": "notice",
    "stock": "stock cover",
    "material": "material",
    "stage": "stage",
    "instrument": "class of measure",
}


@dataclass(frozen=True, slots=True)
class SimilarEpisode:
    """An episode beside a shock.

    Attributes:
        episode: The episode.
        distance: 0 for the same shock; about 1 for one other property or one standard deviation.
        parts: Contribution of each property to the squared distance, the largest first.
        alike: Properties that agree, or differ by less than half a standard deviation.
        differs: The other properties, the largest difference first.
        record: Its row of the register.
        label: Label of its documents.
    """

    episode: Episode
    distance: float
    parts: tuple[tuple[str, float], ...]
    alike: tuple[str, ...]
    differs: tuple[str, ...]
    record: Row
    label: Label

    def peak(self, ledger: Ledger) -> Quantity:
        """Observed peak over the level before, entered in a ledger with its documents."""
        lineage = f"f:shock.observed/{self.episode.id}"
        ratio = self.episode.peak_ratio
        quantity = Quantity(ratio, None, None, "ratio", self.label if ratio else None, lineage)
        when = "" if self.episode.peak_month is None else f"month {self.episode.peak_month}"
        ledger.add(
            Node(
                lineage,
                "observation",
                f"Observed peak price over the level before: {self.episode.name}",
                quantity,
                source=";".join(self.record["source"] or ()),
                note=when,
            )
        )
        return quantity

    def to_dict(self, ledger: Ledger) -> dict[str, object]:
        """Give the episode as a JSON object of the public interface."""
        record = self.record
        return {
            "episode": self.episode.name,
            "id": self.episode.id,
            "distance": self.distance,
            "alike": list(self.alike),
            "differs": list(self.differs),
            "peak": self.peak(ledger).to_dict(),
            "peak_month": self.episode.peak_month,
            "null_case": self.episode.null_case,
            "measure": record["instrument"],
            "announced": record["announced"],
            "export_change_pct": record["export_change_pct"],
            "price_inside_change_pct": record["price_in_change_pct"],
            "duration_months": record["duration_months"],
            "outcome": record["outcome"],
            "source": list(record["source"] or ()),
        }


def similar_episodes(
    evidence: Evidence, shock: Episode, count: int | None = None
) -> tuple[SimilarEpisode, ...]:
    """Give the closest shipped episodes to a shock, the nearest first.

    Args:
        evidence: Data release.
        shock: The shock; a shipped episode is not held against itself.
        count: How many; ``None`` takes the parameter.
    """
    return EpisodeRecord.read(evidence).near(shock, count)


@dataclass(frozen=True, slots=True)
class EpisodeRecord:
    """The shipped episodes as shocks are held against them; keep it to ask often.

    Attributes:
        episodes: The episodes.
        numbers: Their numeric properties, by id.
        records, labels: Rows of the register and labels of their documents, by id.
        weights: Weight of each property.
        spreads: Standard deviation of each numeric property over the episodes.
        families: Family of each material.
        longest: Months over which missing supply is looked at.
        count: How many episodes are shown.
    """

    episodes: tuple[Episode, ...]
    numbers: Mapping[str, Mapping[str, float]]
    records: Mapping[str, Row]
    labels: Mapping[str, Label]
    weights: Mapping[str, float]
    spreads: Mapping[str, float]
    families: Mapping[str, str]
    longest: int
    count: int

    @classmethod
    def read(cls, evidence: Evidence) -> EpisodeRecord:
        """Read it from a release."""
        episodes, longest = shipped_episodes(evidence), form_prior(evidence).months
        numbers = {episode.id: _numbers(episode, longest) for episode in episodes}
        records = {row["id"]: row for row in evidence.table("episodes").rows}
        return cls(
            episodes=episodes,
            numbers=numbers,
            records=records,
            labels={
                one.id: evidence.label_of_sources(records[one.id]["source"]) for one in episodes
            },
            weights={name: _weight(evidence, name) for name in (*_MATCHES, *_NUMBERS)},
            spreads=_spreads(list(numbers.values())),
            families={name: str(row["group"]) for name, row in evidence.materials.items()},
            longest=longest,
            count=int(_weight(evidence, "count")),
        )

    def near(self, shock: Episode, count: int | None = None) -> tuple[SimilarEpisode, ...]:
        """Give the closest episodes to a shock, as `similar_episodes` does."""
        mine, found = _numbers(shock, self.longest), []
        for episode in self.episodes:
            if episode.id == shock.id:
                continue
            parts = _gaps(mine, self.numbers[episode.id], self.spreads)
            parts |= _steps(shock, episode, self.families)
            parts = {name: (weight * parts[name]) ** 2 for name, weight in self.weights.items()}
            record, label = self.records[episode.id], self.labels[episode.id]
            found.append(_beside(episode, parts, self.weights, record, label))
        found.sort(key=lambda item: (item.distance, item.episode.id))
        return tuple(found[: self.count if count is None else count])


def _weight(evidence: Evidence, name: str) -> float:
    return float(evidence.parameter(f"shock.similar.{name}").value or 0.0)


def _numbers(episode: Episode, longest: int) -> dict[str, float]:
    """Numeric properties; not a number where the episode does not state one."""
    stock = episode.stock_cover
    return {
        "blocked": float(doses(episode, longest).mean()),
        "notice": float(episode.month_of_force),
        "stock": math.nan if stock is None else math.log1p(stock),
    }


def _spreads(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Standard deviation of each numeric property over the episodes."""
    return {name: float(np.nanstd([row[name] for row in rows])) for name in _NUMBERS}


def _steps(shock: Episode, other: Episode, families: Mapping[str, str]) -> dict[str, float]:
    """Steps by property: 0 if it agrees, 1 if not, a half for another material of a family."""
    steps = {name: float(getattr(shock, name) != getattr(other, name)) for name in _MATCHES}
    family = families.get(shock.material)
    if steps["material"] and family and family == families.get(other.material):
        steps["material"] = 0.5
    return steps


def _gaps(
    mine: Mapping[str, float], theirs: Mapping[str, float], spreads: Mapping[str, float]
) -> dict[str, float]:
    """Differences by property in standard deviations; 0 where one side states nothing."""
    gaps = {
        name: (mine[name] - theirs[name]) / spreads[name] if spreads[name] > 0 else 0.0
        for name in _NUMBERS
    }
    return {name: 0.0 if math.isnan(gap) else gap for name, gap in gaps.items()}


def _beside(
    episode: Episode,
    parts: Mapping[str, float],
    weights: Mapping[str, float],
    record: Row,
    label: Label,
) -> SimilarEpisode:
    ranked = sorted(parts.items(), key=lambda item: -item[1])
    near = {name for name, part in ranked if part <= (weights[name] / 2) ** 2}
    return SimilarEpisode(
        episode,
        math.sqrt(sum(parts.values())),
        tuple(ranked),
        tuple(_WORDS[name] for name in parts if name in near),
        tuple(_WORDS[name] for name, _ in ranked if name not in near),
        record,
        label,
    )
