"""Answer that lists the levers and packages on file."""

from __future__ import annotations

from midstream.answers import Envelope, of_study
from midstream.policy.catalogue import catalogue
from midstream.scenarios.frame import Frame
from midstream.study import Study


def levers_answer(study: Study, country: str = "") -> Envelope:
    """Levers and packages with what they do, what they cost, who pays and their sources.

    Args:
        study: Its seed and draws give the intervals of the costs.
        country: Whose levers; blank takes all.

    Raises:
        InputError: if the country is unknown.
    """
    config = study.config
    frame = Frame(config.seed, config.draws, config.base_year)
    found = catalogue(study.evidence, frame, study.ledger, country)
    warnings = []
    if country and not (found.levers or found.packages):
        warnings.append(f"no lever of {country} is on file")
    return of_study("policy levers", study, found.to_dict(), warnings)
