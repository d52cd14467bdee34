"""Answers about others: peers on one ruler, organisations that could work together."""

from __future__ import annotations

from collections.abc import Sequence

from midstream.answers import Envelope, of_study
from midstream.study import Progress, Study


def peers_answer(
    study: Study,
    countries: Sequence[str] | None = None,
    sectors: Sequence[str] | None = None,
    stages: Sequence[str] | None = None,
    horizon: int | None = None,
    draws: int | None = None,
    progress: Progress | None = None,
) -> Envelope:
    """Countries beside each other: ranks, pairs, what closes the gap."""
    found = study.peers(countries, sectors, stages, horizon=horizon, draws=draws, progress=progress)
    return of_study("peers", study, found.to_dict(), found.warnings)


def match_answer(
    study: Study,
    countries: tuple[str, str] | None = None,
    sector: str | None = None,
    draws: int | None = None,
    progress: Progress | None = None,
) -> Envelope:
    """Pairs of organisations of two countries, the most often chosen first."""
    found = study.match(countries, sector, draws=draws, progress=progress)
    return of_study("match", study, [one.to_dict() for one in found.pairs], found.warnings)
