"""The rooms of the years ahead, of money and of counter-moves that a lineage id may come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from midstream.errors import InputError
from midstream.study.tracing_policy import rooms_policy

if TYPE_CHECKING:
    from midstream.study.opened import Study

#: What a room is entered by.
Entry = Callable[[], object]
#: Ids of rows that the outlook and what stands behind it enter as they are.
OUTLOOK_ROWS = ("case:", "driver:", "effect:", "part:", "er-", "dp-", "rc-", "sc-", "cl-", "ss-")
#: Ids of rows that the rooms of money enter.
MONEY_ROWS = ("arch:", "fin:", "fx:", "index:", "price:", "scheme:", "term:")


def rooms_ahead(
    study: Study,
    lineage: str,
    head: str,
    place: list[str],
    progress: Callable[[float], None] | None,
) -> Iterator[Entry]:
    """Rooms to enter for an id of the years ahead, cheapest first.

    Args:
        study: The study.
        lineage: The id.
        head, place: Its parts: what precedes the first stroke, and what follows.
        progress: Called with the share of work done.
    """
    if head.startswith(("f:scenarios", "f:outlook", "f:reference")) or head == "sig:":
        yield from _outlook(study, head, place, progress)
    elif head.startswith("f:capital"):
        yield from _money(study, head, place)
    elif head.startswith("f:counter"):
        yield from _counter(study, place)
    elif head.startswith(("f:policy", "lever:")):
        yield from rooms_policy(study, head, place)
    elif lineage.startswith(OUTLOOK_ROWS):
        yield from _outlook(study, "f:outlook", place, progress)
    elif lineage.startswith(MONEY_ROWS):
        yield from _money(study, "f:capital.record", place)
        yield lambda: study.capital_cases
    elif lineage.startswith("scheme-share:"):
        yield study.outside_view
    elif lineage.startswith(("sig:", "s0", "s1")):
        yield study.watch


def _outlook(
    study: Study, head: str, place: list[str], progress: Callable[[float], None] | None
) -> Iterator[Entry]:
    if head == "f:reference.schemes":
        yield study.outside_view
        return
    yield partial(study.outlook, progress=progress)
    if head.startswith("f:scenarios.signal"):
        yield study.watch
    if head in ("f:outlook", "f:outlook.use-need"):
        countries = [part for part in place if part in study.config.countries]
        for country in countries or [study.config.focus]:
            yield partial(study.sector_needs, country)
    if head in ("f:outlook", "f:outlook.secondary", "f:outlook.secondary-share"):
        yield study.secondary_supply
    if head.startswith("f:outlook"):
        yield partial(_scores, study)
    if head == "f:outlook.market":
        yield partial(_market, study, place[0] if place else "")


def _scores(study: Study) -> None:
    found = study.outlook()
    if found.scores is not None:
        found.scores.quantities(study.ledger)


def _market(study: Study, chain: str) -> None:
    found = study.market_ahead(chain if chain in study.routes else None)
    if found is not None:
        found.quantities(study.ledger)
        found.deliveries(study.ledger, study.config.countries)


def _money(study: Study, head: str, place: list[str]) -> Iterator[Entry]:
    parts = head.split(".")
    room = parts[1] if len(parts) > 1 else ""
    if room == "record":
        yield study.company_stacks
        yield study.payers
    elif room == "payers":
        yield study.payers
    elif room == "breakeven":
        yield study.breakeven
    elif room == "floor":
        yield study.floors
    elif room == "beside":
        yield study.stacks_beside
    elif head.startswith("f:capital.gap."):
        yield study.capital_gap
    else:
        yield from _plants(study, place[-1] if place else "")


def _plants(study: Study, place: str) -> Iterator[Entry]:
    """The plant or the plant to come that a place names; its name ends every id of a stack."""
    if place in study.evidence.facilities:
        yield partial(study.capital_plant, place)
        return
    country, _, rest = place.partition("-")
    words = rest.split("-")
    try:
        form, capacity, year = "-".join(words[:-2]), float(words[-2]), int(words[-1])
    except (IndexError, ValueError):
        yield lambda: study.capital_cases
        return
    yield partial(study.capital_target, country, form, capacity, year)


def _counter(study: Study, place: list[str]) -> Iterator[Entry]:
    for form in (part for part in place if part in study.world.forms):
        yield partial(_tried, study, form)
    yield lambda: study.counters


def _tried(study: Study, form: str) -> None:
    """Play the moves at a form; one that lacks what it needs made no number."""
    try:
        study.counter(form)
    except InputError:
        return
