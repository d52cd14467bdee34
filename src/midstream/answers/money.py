"""Answers about capital: what a plant costs to build, who pays, what is missing."""

from __future__ import annotations

from collections.abc import Mapping

from midstream.answers import Envelope, envelope, of_study
from midstream.capital.result import PlantCapital
from midstream.study import Study


def plant_answer(
    study: Study,
    facility: str,
    price: float | None = None,
    with_scheme: bool = True,
    draws: int | None = None,
    overrides: Mapping[str, float] | None = None,
) -> Envelope:
    """Capital stack of a plant on record."""
    found = study.capital_plant(
        facility, price=price, with_scheme=with_scheme, overrides=overrides, draws=draws
    )
    return _answer("capital plant", study, found)


def target_answer(
    study: Study,
    place: tuple[str, str, float, int],
    variant: str | None = None,
    price: float | None = None,
    with_scheme: bool = True,
    draws: int | None = None,
    overrides: Mapping[str, float] | None = None,
) -> Envelope:
    """Capital stack of a plant to be built: country, form, capacity, year of the decision."""
    found = study.capital_target(
        *place,
        variant=variant,
        price=price,
        with_scheme=with_scheme,
        overrides=overrides,
        draws=draws,
    )
    return _answer("capital target", study, found)


def gap_answer(
    study: Study, price: float | None = None, with_scheme: bool = True, draws: int | None = None
) -> Envelope:
    """What is missing to meet the need of the focus country, by stage, form and year."""
    found = study.capital_gap(price=price, with_scheme=with_scheme, draws=draws)
    result = found.to_dict()
    assumptions = [one.removeprefix("par:") for one in result.pop("assumptions")]
    warnings = result.pop("warnings")
    return envelope("capital gap", study.evidence, result, study.config.id, assumptions, warnings)


def record_answer(study: Study) -> Envelope:
    """Stacks on record, payers by instrument, and published break-even prices beside the model."""
    result = {
        "stacks": [one.to_dict() for one in study.real_stacks()],
        "payers": study.payers().to_dict(),
        "breakeven": study.breakeven().to_dict(),
    }
    return of_study("capital record", study, result)


def _answer(command: str, study: Study, found: PlantCapital) -> Envelope:
    result = found.to_dict()
    assumptions = [one.removeprefix("par:") for one in found.assumptions]
    warnings = result.pop("warnings")
    return envelope(command, study.evidence, result, study.config.id, assumptions, warnings)
