"""The page behind 2035: prices and deliveries, what need is made of, waste, limits, schemes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from midstream.report.figures import Figure, Group, Span, ranges
from midstream.report.narrative.words import started, traced
from midstream.report.numbers import Sentence, say
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page
from midstream.scenarios.demand_sectors import SectorNeed
from midstream.scenarios.market_result import DeliveryRow, FutureMarket

PATH = "grounds.html"
#: Uses of a form shown, the largest first.
MOST_USES = 5


def grounds_page(desk: Desk) -> Page:
    """Build the page on what the years ahead rest on."""
    market = desk.study.market_ahead()
    context: dict[str, Any] = {
        "last": str(desk.narrative.outlook.last),
        "head": desk.narrative.openings["grounds"],
        "words": desk.narrative.chapters["outlook/grounds"],
        "market": None if market is None else market_figure(desk, market),
        "market_rows": [] if market is None else _market_rows(desk, market),
        "deliveries": [] if market is None else _deliveries(desk, market),
        "unconverged": [] if market is None else list(market.unconverged),
        "needs": _needs(desk),
        "secondary": _secondary(desk),
        "limits": _limits(desk),
        "not_checked": [
            {"cell": desk.form(one.form), "what": one.what, "missing": " and ".join(one.missing),
             "note": one.note}
            for one in desk.narrative.outlook.not_checked
        ],
        "schemes": _schemes(desk),
    }  # fmt: skip
    return Page(PATH, PATH, "Behind the outlook", "outlook.html", context)


def who_buys(desk: Desk) -> Sequence[str]:
    """The focus country and its partners, whose deliveries are told."""
    config = desk.study.config
    return tuple(dict.fromkeys((config.focus, *config.partners)))


def market_figure(desk: Desk, market: FutureMarket, width: int = 780) -> Figure:
    """Build deliveries of the form that is cut: then and now."""
    rows = [
        row
        for row in market.deliveries(desk.ledger, _buyers(desk, market))
        if row.form == market.cut.form
    ]
    groups = [
        Group(desk.country(row.country), "of what it wants", _spans(row, desk)) for row in rows
    ]
    title = say(
        "Deliveries of {f} if {c} cuts its exports",
        f=desk.form(market.cut.form),
        c=desk.country(market.cut.actor),
    )
    subtitle = Sentence(
        (
            "Share of what each country wants; the same cut today and in the last year."
            " Bars are 80% intervals of the draws.",
        )
    )
    lineages = [span.quantity.lineage for group in groups for span in group.spans]
    source = desk.source_line(lineages, "Modelled.")
    return ranges("then-and-now", groups, "Share delivered", title, subtitle, source, width)


def _buyers(desk: Desk, market: FutureMarket) -> list[str]:
    """Focus and partners, then the largest buyers of the study's peers."""
    peers = [one for one in desk.study.config.peers if one != market.cut.actor]
    return list(dict.fromkeys((*who_buys(desk), *peers)))


def _spans(row: DeliveryRow, desk: Desk) -> tuple[Span, ...]:
    own = row.country == desk.focus
    return (
        Span("cut today", row.now_delivered, False),
        Span(f"cut in {row.year}", row.cut_delivered, own),
        Span(f"{row.year} as it comes", row.delivered, False),
    )


def _market_rows(desk: Desk, market: FutureMarket) -> list[dict[str, Any]]:
    return [
        {
            "form": desk.form(row.form),
            "stage": row.stage,
            "leader": desk.country(row.leader) if row.leader else "–",
            "row": row,
        }
        for row in market.quantities(desk.ledger)
    ]


def _deliveries(desk: Desk, market: FutureMarket) -> list[dict[str, Any]]:
    return [
        {"form": desk.form(row.form), "country": desk.country(row.country), "row": row}
        for row in market.deliveries(desk.ledger, who_buys(desk))
    ]


def _needs(desk: Desk) -> list[dict[str, Any]]:
    """Uses of the forms the outlook tells about, the largest in the last year first."""
    told = [row.id.removeprefix("output/") for row in desk.narrative.outlook.weighted]
    found = []
    for form in dict.fromkeys(one for one in told if one in desk.study.world.forms):
        rows = [row for row in desk.study.sector_needs() if row.form == form]
        parts = sorted((row for row in rows if row.need and _largest(row)), key=_largest)
        found += [_use(desk, row) for row in parts[:MOST_USES]]
    return found


def _largest(row: SectorNeed) -> float:
    return -(row.need[-1].value or 0.0)


def _use(desk: Desk, row: SectorNeed) -> dict[str, Any]:
    use = desk.form(row.use) if row.use else "other uses"
    return {
        "form": desk.form(row.form),
        "use": f"{use}, {row.part}" if row.part else use,
        "basis": row.basis,
        "need": list(zip(map(str, row.years), row.need, strict=True)),
        "note": started(traced(row.note, row.need[-1])) if row.note else None,
    }


def _secondary(desk: Desk) -> list[dict[str, Any]]:
    return [
        {"kind": row.kind.capitalize(), "form": desk.form(row.form), "year": str(row.year),
         "row": row}
        for row in desk.study.secondary_supply()
        if row.supply.high and row.year == desk.narrative.outlook.last
    ]  # fmt: skip


def _limits(desk: Desk) -> list[dict[str, Any]]:
    return [
        {"form": desk.form(row.form), "what": row.what, "resource": row.resource,
         "year": str(row.year), "share": row.share}
        for row in desk.narrative.outlook.limits
    ]  # fmt: skip


def _schemes(desk: Desk) -> dict[str, Any] | None:
    view = desk.study.outside_view()
    if view is None:
        return None
    names = {row["id"]: row for row in desk.study.evidence.table("scheme_realisation").rows}
    rows = [
        {
            "country": desk.country(row["country"]),
            "what": str(row["form"] or row["unit"]).replace("-", " "),
            "share": share,
            "as_of": str(row["as_of"]),
        }
        for row, share in ((names[one], share) for one, share in view.shares)
    ]
    return {"rows": rows, "mean": view.mean}
