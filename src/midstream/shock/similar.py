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
    episodes = shipped_episodes(evidence)
    records = {row["id"]: row for row in evidence.table("episodes").rows}
    weights = {name: _weight(evidence, name) for name in (*_MATCHES, *_NUMBERS)}
    longest = form_prior(evidence).months
    spreads = _spreads(episodes, longest)
    families = {name: str(row["group"]) for name, row in evidence.materials.items()}
    found = []
    for episode in episodes:
        if episode.id == shock.id:
            continue
        parts = _gaps(shock, episode, spreads, longest) | _steps(shock, episode, families)
        parts = {name: (weights[name] * parts[name]) ** 2 for name in weights}
        record = records[episode.id]
        label = evidence.label_of_sources(record["source"])
        found.append(_beside(episode, parts, weights, record, label))
    found.sort(key=lambda item: (item.distance, item.episode.id))
    return tuple(found[: int(_weight(evidence, "count")) if count is None else count])


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


def _spreads(episodes: Sequence[Episode], longest: int) -> dict[str, float]:
    """Standard deviation of each numeric property over the episodes."""
    rows = [_numbers(episode, longest) for episode in episodes]
    return {name: float(np.nanstd([row[name] for row in rows])) for name in _NUMBERS}


def _steps(shock: Episode, other: Episode, families: Mapping[str, str]) -> dict[str, float]:
    """Steps by property: 0 if it agrees, 1 if not, a half for another material of a family."""
    steps = {name: float(getattr(shock, name) != getattr(other, name)) for name in _MATCHES}
    family = families.get(shock.material)
    if steps["material"] and family and family == families.get(other.material):
        steps["material"] = 0.5
    return steps


def _gaps(
    shock: Episode, other: Episode, spreads: Mapping[str, float], longest: int
) -> dict[str, float]:
    """Differences by property in standard deviations; 0 where one side states nothing."""
    mine, theirs = _numbers(shock, longest), _numbers(other, longest)
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
