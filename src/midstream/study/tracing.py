"""From a lineage id to the room that made it, so that a number can be opened on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from midstream.study.tracing_ahead import rooms_ahead

if TYPE_CHECKING:
    from midstream.chain.routes import Route
    from midstream.shock.instruments import ShockRequest
    from midstream.study.opened import Study

#: Countries of a matching.
PAIR = 2
#: Parts of the place of a flow of the base: exporter, importer, form.
ARC = 3


def work_out(study: Study, lineage: str, progress: Callable[[float], None] | None = None) -> None:
    """Enter the rooms a lineage id may come from, cheapest first, until the ledger holds it.

    Ids name what they stand for (``f:room.formula/place``), so only the rooms of that place are
    entered. A lineage that nobody can make stays unknown; the ledger then says so.
    """
    if lineage in study.ledger:
        return
    for room in _rooms(study, lineage, progress):
        room()
        if lineage in study.ledger:
            return


def _rooms(
    study: Study, lineage: str, progress: Callable[[float], None] | None
) -> Iterator[Callable[[], object]]:
    yield study.holders
    head, *place = lineage.split("/")
    if head.startswith("f:balance"):
        yield lambda: study.balances
    if head.startswith("f:score"):
        named = [part for part in place if part in study.config.countries]
        yield partial(study.scorecard, named or None, progress=progress)
    if head.startswith("f:dependency"):
        yield from _dependency(study, place)
    if head.startswith("f:shock"):
        yield from _shock(study, place, progress)
    if head.startswith("f:value"):
        yield from _value(study, place)
    if head.startswith(("f:peers", "f:match", "cap:")):
        yield from _others(study, head, place)
    yield from rooms_ahead(study, lineage, head, place, progress)


def _dependency(study: Study, place: list[str]) -> Iterator[Callable[[], object]]:
    countries = [part for part in place if part in study.evidence.countries]
    for chain in (part for part in place if part in study.routes):
        yield partial(study.leverage, chain)
        for holder in countries:
            yield partial(study.leverage, chain, holder)
    holders: list[str | None] = [*countries, None]
    for who in holders:
        yield partial(study.thesis, who)
    yield study.shared
    yield study.redundancy
    for method in (part for part in place if part in ("geopolrisk", "stage-consistent", "eu")):
        for importer in countries:
            yield partial(study.supply_risk, method, importer)
    for form in (part for part in place if study.world.flows.get(part)):
        yield partial(study.lock_ins, form)
    yield partial(study.concentration, series=True)


def _value(study: Study, place: list[str]) -> Iterator[Callable[[], object]]:
    for chain in (part for part in place if part in study.routes):
        sets = [row["id"] for row in study.evidence.table("value_sets").rows]
        named = place[-1] if place[-1] in (*sets, str(study.world.base_year)) else None
        for basis in dict.fromkeys((None, named)):
            yield partial(study.chain_value, chain, basis)
            yield partial(study.capture, chain, basis)
    yield study.capture_units
    yield study.capture_companies
    for lever in study.evidence.table("levers").rows:
        if any(part.startswith(lever["id"]) for part in place):
            yield partial(study.capture_companies, (lever["id"],))


def _others(study: Study, head: str, place: list[str]) -> Iterator[Callable[[], object]]:
    """Peers by the countries, sector and year of the place; matchings by their two countries."""
    words = [word for part in place for word in part.split("+")]
    named = tuple(dict.fromkeys(word for word in words if word in study.config.countries))
    sectors = [word for word in words if word in study.config.sectors]
    year = int(place[-1]) if place and place[-1].isdigit() else None
    if head.startswith("f:peers"):
        if len(named) > 1:
            yield partial(study.peers, named, sectors or None, horizon=year)
        yield partial(study.peers, None, sectors or study.config.sectors, horizon=year)
        return
    if len(named) == PAIR:
        yield partial(study.match, (named[0], named[1]), next(iter(sectors), None))
    for country in named or (study.config.focus,):
        yield partial(study.transfers, country)
    if study.config.partners:
        yield study.match


def _shock(
    study: Study, place: list[str], progress: Callable[[float], None] | None
) -> Iterator[Callable[[], object]]:
    chains = [one.id for one in study.routes.values() if _holds(one, place[-1:])]
    for chain in chains if len(place) == ARC else ():
        yield partial(_arcs, study, chain)
    request = request_of(place)
    if request is not None:
        yield partial(study.shock, request, progress=progress)
    for case in study.config.shocks:
        yield partial(study.shock, case.id, progress=progress)


def _holds(line: Route, forms: list[str]) -> bool:
    return any(step.form in forms for step in line.steps)


def _arcs(study: Study, chain: str) -> None:
    study.base(chain).arcs(study.ledger)


def request_of(place: list[str]) -> ShockRequest | None:
    """Read the request back from the parts of a lineage id.

    The key of a run is ``chain/actor/form/targets/instrument/depth/months/notice/surprise or
    expected/drawn/seed/draws``; runs with pass rates of their own cannot be read back.
    """
    from midstream.shock.instruments import INSTRUMENTS, ShockRequest

    at = next((i for i, part in enumerate(place) if part in INSTRUMENTS), None)
    if at is None or at < 4 or len(place) < at + 8:
        return None
    chain, actor, form, targets, instrument = place[at - 4 : at + 1]
    depth, months, notice, mood, rates, seed, draws = place[at + 1 : at + 8]
    if rates != "drawn":
        return None
    try:
        return ShockRequest(
            actor,
            form,
            tuple(targets.split("+")),
            instrument,
            depth=float(depth),
            months=int(months),
            notice_days=float(notice),
            surprise=mood == "surprise",
            draws=int(draws),
            seed=int(seed),
            chain=chain,
        )
    except ValueError:
        return None
