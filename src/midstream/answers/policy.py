"""Answers about policy: does it move the middle."""

from __future__ import annotations

from collections.abc import Sequence

from midstream.answers import Envelope, envelope
from midstream.study import Study


def middle_answer(
    study: Study,
    names: Sequence[str],
    country: str | None = None,
    sector: str | None = None,
    draws: int | None = None,
) -> Envelope:
    """Two worlds on the same draws, verdict, flips, stress tests and the fact to check next."""
    found = study.policy_test(names, country=country, sector=sector, draws=draws)
    return envelope(
        "policy test",
        study.evidence,
        found.to_dict(),
        study.config.id,
        found.assumptions,
        found.warnings,
    )
