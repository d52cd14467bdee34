"""Answers about policy: the best set and timing of levers under a budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from midstream.answers import Envelope, envelope
from midstream.study import Study


def plan_answer(
    study: Study,
    budget: float,
    currency: str = "USD",
    by: int | None = None,
    limits: Mapping[str, Any] | None = None,
    **asked: Any,
) -> Envelope:
    """Levers with start and cost, scores, frontier, shadow prices, robustness and roadmap.

    Args:
        study: The study.
        budget, currency: Of all levers, in money of the price year.
        by: Year the outcome is read in; the study's by default.
        limits: ``payer``, ``year``, ``years`` and ``without`` of
            `midstream.policy.plan_request.Request`.
        asked: ``country``, ``sector``, ``draws`` and ``measure``.
    """
    found = study.policy_plan(budget, currency, by, **asked, **(limits or {}))
    return envelope(
        "policy plan",
        study.evidence,
        found.to_dict(),
        study.config.id,
        found.assumptions,
        found.warnings,
    )
