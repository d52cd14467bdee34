"""What a plan says: levers with start and cost, scores, frontier, roadmap, and how firm it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from midstream.evidence import Quantity
from midstream.policy.plan_request import Request
from midstream.policy.portfolio import Chosen
from midstream.policy.programme_menu import Left
from midstream.policy.roadmap import Milestone


@dataclass(frozen=True, slots=True)
class LeverChosen:
    """A lever of the plan.

    Attributes:
        id, name: Lever.
        start: Year it starts in.
        cost: USD million of the price year.
        payers: Payer -> part of the cost it bears.
        chosen: Share of samples of the draws in which it is chosen.
    """

    id: str
    name: str
    start: int
    cost: Quantity
    payers: Mapping[str, float]
    chosen: Quantity


@dataclass(frozen=True, slots=True)
class StageSaid:
    """A stage without and with the plan.

    Attributes:
        score, score_before, gain: Points.
        coverage, coverage_before: Own output over own need.
    """

    score: Quantity
    score_before: Quantity
    gain: Quantity
    coverage: Quantity
    coverage_before: Quantity


@dataclass(frozen=True, slots=True)
class FrontierRow:
    """The best portfolio of one budget.

    Attributes:
        budget, cost: USD million.
        value: The objective by the engine, and by the linear model when it was first chosen.
        levers: Portfolio.
        gap: Bound of the programme less its answer.
        asked: Whether it is the budget that was asked for.
    """

    budget: Quantity
    cost: Quantity
    value: Quantity
    linear: Quantity
    levers: tuple[str, ...]
    gap: Quantity
    asked: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan.

    Attributes:
        subject, sector, horizon, first: Country, sector, year the outcome is read in, first year.
        request: What was asked.
        chosen: Levers and start years.
        levers: The same with cost and robustness.
        scores: By stage.
        frontier: By budget.
        roadmap: Milestones by day.
        objective, linear, before: Value by the engine, by the linear model, and without levers.
        gap: Of the programme.
        stable: Whether linear model and engine agree in the end.
        shadow: Worth of one more USD million: up, down, relaxed.
        cost, budget, unspent: USD million.
        payments: Year -> USD million.
        left: Levers not on offer, and those on offer but not chosen.
        robust: Lever -> share of samples, of all levers on offer.
        warnings, assumptions: As in every answer.
    """

    subject: str
    sector: str
    horizon: int
    first: int
    request: Request
    chosen: Chosen
    levers: tuple[LeverChosen, ...]
    scores: Mapping[str, StageSaid]
    frontier: tuple[FrontierRow, ...]
    roadmap: tuple[Milestone, ...]
    objective: Quantity
    linear: Quantity
    before: Quantity
    gap: Quantity
    stable: bool
    shadow: Mapping[str, Quantity]
    cost: Quantity
    budget: Quantity
    unspent: Quantity
    payments: Mapping[int, Quantity]
    left: tuple[Left, ...]
    robust: Mapping[str, Quantity]
    warnings: tuple[str, ...]
    assumptions: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the plan as a JSON object."""
        return {
            "country": self.subject,
            "sector": self.sector,
            "first_year": self.first,
            "by": self.horizon,
            "measure": self.request.measure,
            "levers": [_lever(one) for one in self.levers],
            "scores": {stage: _stage(one) for stage, one in self.scores.items()},
            "frontier": [_row(one) for one in self.frontier],
            "roadmap": [one.to_dict() for one in self.roadmap],
            "objective": {
                "engine": self.objective.to_dict(),
                "linear": self.linear.to_dict(),
                "without": self.before.to_dict(),
                "stable": self.stable,
            },
            "gap": self.gap.to_dict(),
            "shadow_price": {name: one.to_dict() for name, one in self.shadow.items()},
            "budget": self.budget.to_dict(),
            "cost": self.cost.to_dict(),
            "unspent": self.unspent.to_dict(),
            "payments": [
                {"year": year, "amount": one.to_dict()} for year, one in self.payments.items()
            ],
            "robustness": {name: one.to_dict() for name, one in self.robust.items()},
            "excluded": [{"id": one.id, "why": one.why} for one in self.left],
        }


def _lever(one: LeverChosen) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "start": one.start,
        "cost": one.cost.to_dict(),
        "payers": dict(one.payers),
        "chosen": one.chosen.to_dict(),
    }


def _stage(one: StageSaid) -> dict[str, Any]:
    return {
        "score": one.score.to_dict(),
        "score_without": one.score_before.to_dict(),
        "gain": one.gain.to_dict(),
        "coverage": one.coverage.to_dict(),
        "coverage_without": one.coverage_before.to_dict(),
    }


def _row(one: FrontierRow) -> dict[str, Any]:
    return {
        "budget": one.budget.to_dict(),
        "cost": one.cost.to_dict(),
        "value": one.value.to_dict(),
        "linear": one.linear.to_dict(),
        "levers": list(one.levers),
        "gap": one.gap.to_dict(),
        "asked": one.asked,
    }
