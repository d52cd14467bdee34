"""Answers about value: who captures it along a chain, and what a lever brings to companies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from midstream.answers import Envelope, of_study
from midstream.study import Study


def capture_answer(
    study: Study, chain: str, basis: str | None = None, draws: int | None = None
) -> Envelope:
    """Value added along a chain by stage, location and ownership, beside its leverage."""
    found = study.capture(chain, basis, draws)
    return of_study("capture", study, found.to_dict(), found.warnings)


def units_answer(study: Study, draws: int | None = None) -> Envelope:
    """Value of each chain in one vehicle and one wafer."""
    rows = [row.to_dict() for row in study.capture_units(draws)]
    notes = [f"{row['chain']}: {row['note']}" for row in rows if row["value"]["value"] is None]
    return of_study("capture units", study, rows, notes)


def companies_answer(study: Study, levers: Sequence[str] = ()) -> Envelope:
    """Companies on file with what they are expected to make, and what levers bring to each."""
    found = study.capture_companies(levers)
    return of_study("capture companies", study, found.to_dict(), found.warnings)


def embodied_answer(
    study: Study, table: Path, product: str, country: str | None = None
) -> Envelope:
    """Value added by sector in the final demand for a product, from a table of the user."""
    from midstream.beneficiaries.mrio import by_country

    found = study.embodied(table, product, country)
    result = {
        "product": product,
        "country": country,
        "rows": [row.to_dict() for row in found],
        "by_country": dict(by_country(found)),
    }
    return of_study("capture input-output", study, result)
