"""The room of policy that a lineage id may come from: which levers were tested, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from midstream.study.opened import Study

Entry = Callable[[], object]
#: Parts of the place of a test: subject, sector, year, draws, levers.
TEST = 5
#: Parts of the place of a cost: levers, seed, draws.
COST = 3


def rooms_policy(study: Study, head: str, place: list[str]) -> Iterator[Entry]:
    """Rooms to enter for an id of policy, cheapest first.

    Args:
        study: The study.
        head, place: Its parts: what precedes the first stroke, and what follows.
    """
    if head.startswith("lever:"):
        yield partial(_listed, study)
    elif head.startswith("f:policy.cost") and len(place) == COST and place[-1].isdigit():
        yield from _tests(study, place[0], None, None, int(place[-1]))
    elif len(place) >= TEST and place[-2].isdigit():
        subject, sector, year, draws, key = place[-TEST:]
        if key.startswith("plan~"):
            yield from _plans(study, key, subject, sector, int(year), int(draws))
            return
        yield from _tests(study, key, subject, sector, int(draws))


def _tests(
    study: Study, key: str, subject: str | None, sector: str | None, draws: int
) -> Iterator[Entry]:
    names = names_of(study, key)
    if names:
        for full in (False, True):
            yield partial(
                study.policy_test, names, country=subject, sector=sector, draws=draws, full=full
            )


def _plans(
    study: Study, key: str, subject: str, sector: str, year: int, draws: int
) -> Iterator[Entry]:
    """The plan behind a key; one that was solved again cannot be told from its key."""
    from midstream.policy.plan_request import request_of

    asked = request_of(key)
    if asked is not None:
        limits = ("payer", "year", "years", "measure", "without")
        yield partial(
            study.policy_plan,
            asked.budget,
            asked.currency,
            year,
            country=subject,
            sector=sector,
            draws=draws,
            **{name: getattr(asked, name) for name in limits},
        )


def names_of(study: Study, key: str) -> tuple[str, ...]:
    """Levers or the package behind the key of a choice; empty where it names none."""
    from midstream.policy.choose import resolve
    from midstream.policy.levers import levers
    from midstream.policy.packages import packages
    from midstream.policy.stress_telling import key_of

    names = tuple(key.partition("-without-")[0].split("+"))
    held = levers(study.evidence)
    if all(name in held for name in names):
        return names
    for package in packages(study.evidence, held):
        if key_of(resolve(study.evidence, [package])) == key:
            return (package,)
    return ()


def _listed(study: Study) -> None:
    """Enter the levers on file as the record has them."""
    from midstream.policy.catalogue import catalogue
    from midstream.scenarios.frame import Frame

    config = study.config
    catalogue(study.evidence, Frame(config.seed, config.draws, config.base_year), study.ledger)
