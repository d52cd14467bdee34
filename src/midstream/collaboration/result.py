"""What a matching gives back: a shortlist of pairs with their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from midstream.collaboration.register import Organisation
from midstream.evidence import Quantity


@dataclass(frozen=True, slots=True)
class Moved:
    """What a pair would move.

    Attributes:
        country, stage: The weaker side and the stage.
        form: Scored form at that stage.
        score: Score of the form, 1..5.
        output, need: Base-year quantities in the unit of the form.
        gap: Need less output, never below zero.
    """

    country: str
    stage: str
    form: str
    score: Quantity
    output: Quantity
    need: Quantity
    gap: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give it as a JSON object."""
        return {
            "country": self.country,
            "stage": self.stage,
            "form": self.form,
            "score": self.score.to_dict(),
            "output": self.output.to_dict(),
            "need": self.need.to_dict(),
            "gap": self.gap.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class MatchPair:
    """Two organisations that could work together.

    Attributes:
        left, right: The two, one of each country.
        steps: Steps they share, or the steps beside each other, in words.
        stage: Stage that is the weaker of the two sides'.
        country: Country whose stage that is.
        score: Weight of the pair (unit ``ratio``), median over draws.
        frequency: Share of draws in which the matching chooses the pair; interval between sets
            of weights.
        chance: What a matching by lot would give it.
        firm: Whether the pair is chosen in half the draws.
        needed_left, needed_right: Lowest readiness level of one side, the other as it is, at
            which the pair is firm; value ``None`` where it is firm already, where the level is on
            record, or where no level makes it firm.
        why: The reason, in words.
        moves: What it would move; ``None`` where nothing at that stage is scored.
        unknown: What is not on record.
    """

    left: Organisation
    right: Organisation
    steps: str
    stage: str
    country: str
    score: Quantity
    frequency: Quantity
    chance: Quantity
    firm: bool
    needed_left: Quantity
    needed_right: Quantity
    why: str
    moves: Moved | None
    unknown: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the pair as the JSON object of the public interface."""
        return {
            "left": self.left.name,
            "right": self.right.name,
            "technology": self.steps,
            "stage": self.stage,
            "country": self.country,
            "score": self.score.to_dict(),
            "why": self.why,
            "frequency": self.frequency.to_dict(),
            "chance": self.chance.to_dict(),
            "firm": self.firm,
            "readiness_needed": {
                "left": self.needed_left.to_dict(),
                "right": self.needed_right.to_dict(),
            },
            "moves": None if self.moves is None else self.moves.to_dict(),
            "unknown": list(self.unknown),
            "left_capability": _capability(self.left),
            "right_capability": _capability(self.right),
        }


def _capability(one: Organisation) -> dict[str, Any]:
    return {
        "id": one.id,
        "country": one.country,
        "kind": one.kind,
        "technology": one.technology,
        "stage": one.stage,
        "level": one.level,
        "lineage": one.lineage,
    }


@dataclass(frozen=True, slots=True)
class Match:
    """A matching of two countries.

    Attributes:
        countries: The two.
        sector: Sector whose scores say which stage is weak; blank for the mean over sectors.
        pairs: Shortlist, the pair chosen most often first.
        unplaced: Organisations whose technology on record names no step.
        warnings: What the matching cannot say.
    """

    countries: tuple[str, str]
    sector: str
    pairs: tuple[MatchPair, ...]
    unplaced: tuple[Organisation, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transfer:
    """A technology that was handed on, beside what the matching says of it.

    Attributes:
        giver, taker: Who and to whom.
        frequency: Share of draws in which the matching of givers and takers chooses the pair.
        chance: What a matching by lot would give it.
        givers, takers: How many of each were matched.
        source: Sources of the transfer.
    """

    giver: Organisation
    taker: Organisation
    frequency: Quantity
    chance: Quantity
    givers: int
    takers: int
    source: tuple[str, ...]
