"""The page on peers: scores side by side, ranks, what closes the gap, what the leader does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from midstream.peers.result import Aspect, Difference, Distance, PeerRow, Peers
from midstream.report.figures import Figure, Group, Span, ranges
from midstream.report.narrative.context import Context
from midstream.report.narrative.peers import ASPECTS, articles, compared, in_sector, rank_range
from midstream.report.narrative.reckon import Reckoner
from midstream.report.narrative.words import capital, noun, remark, stage_name
from midstream.report.numbers import Sentence, Shown, say
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page
from midstream.terms import STAGE_ORDER

PATH = "peers.html"


def peers_page(desk: Desk) -> Page:
    """Build the page on the country against its peers."""
    context = Context(desk.study, desk.card, Reckoner(desk.ledger))
    found, one = compared(context), in_sector(context)
    chapters = desk.narrative.chapters
    page: dict[str, Any] = {
        "head": desk.narrative.openings["standing"],
        "words": chapters["peers/standing"],
        "figure": None if found is None else scores_figure(desk, found),
        "stages": [] if found is None else _stages(desk, found, ""),
        "sector": desk.sector(desk.example),
        "next_words": chapters["peers/next"],
        "leader_words": chapters["peers/leader"],
        "sector_stages": [] if one is None else _stages(desk, one, desk.example),
        "differences": [] if one is None else [_difference(desk, row) for row in one.differences],
    }
    return Page(PATH, PATH, "Peers", "sectors.html", page)


def scores_figure(desk: Desk, found: Peers, width: int = 780) -> Figure:
    """Build national scores by stage, the highest first."""
    groups = [
        Group(
            f"{stage} {stage_name(stage)}",
            "mean over sectors",
            tuple(
                Span(desk.country(row.country), row.score, row.country == desk.focus)
                for row in _ranked(found, stage, "")
            ),
        )
        for stage in STAGE_ORDER
    ]
    title = say("{c} beside its peers, stage by stage", c=desk.country(desk.focus))
    subtitle = Sentence(
        ("National score. Bars are 80% intervals: where they are wide, output is not counted.",)
    )
    lineages = [span.quantity.lineage for group in groups for span in group.spans]
    source = desk.source_line(lineages, "Modelled.")
    return ranges("peers", groups, "Score", title, subtitle, source, width)


def _ranked(found: Peers, stage: str, sector: str) -> list[PeerRow]:
    """Rows of a stage, the highest score first; those without evidence last."""
    rows = [row for row in found.rows if (row.stage, row.sector) == (stage, sector)]
    return sorted(rows, key=lambda row: (row.score.missing, -(row.score.value or 0.0)))


def _by_rank(found: Peers, stage: str, sector: str) -> list[PeerRow]:
    """Rows of a stage by rank, then by score."""
    last = len(found.countries) + 1
    return sorted(_ranked(found, stage, sector), key=lambda row: row.rank.p50 or last)


def _stages(desk: Desk, found: Peers, sector: str) -> list[dict[str, Any]]:
    return [
        {
            "id": stage,
            "name": stage_name(stage),
            "rows": [_row(desk, row) for row in _by_rank(found, stage, sector)],
        }
        for stage in STAGE_ORDER
    ]


def _row(desk: Desk, row: PeerRow) -> dict[str, Any]:
    rank = row.rank
    return {
        "name": desk.country(row.country),
        "focus": row.country == desk.focus,
        "row": row,
        "rank": None if rank.p50 is None else Shown(rank.quantity, str(rank.p50)),
        "range": rank_range(row),
        "ahead": _names(desk, row.ahead_of, row.rank.among),
        "behind": _names(desk, row.behind, row.rank.among),
        "next": None if row.next is None else _next(desk, row.next),
    }


def _names(desk: Desk, countries: Sequence[str], among: int) -> str:
    if len(countries) == among - 1:
        return "all others"
    return ", ".join(desk.country(one) for one in countries) or "–"


def _next(desk: Desk, step: Distance) -> Sentence:
    if not step.form:
        return say("{gap} points to {to}", gap=step.gap, to=desk.country(step.to))
    return remark(step.words, step.gap, articles([desk.country(step.to)]))


def _difference(desk: Desk, one: Difference) -> dict[str, Any]:
    return {
        "stage": one.stage,
        "title": say(
            "{s}: {leader} and {c}, {form}",
            s=capital(noun(one.stage)),
            leader=desk.country(one.leader),
            c=desk.country(one.country),
            form=desk.form(one.form),
        ),
        "own": desk.country(one.country),
        "leader": desk.country(one.leader),
        "rows": [_aspect(aspect) for aspect in one.aspects],
    }


def _aspect(one: Aspect) -> dict[str, Any]:
    return {"name": capital(ASPECTS[one.aspect]), "one": one, "count": one.points is None}
