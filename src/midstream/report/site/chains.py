"""Pages of the chain: the worked example, and who holds each stage."""

from __future__ import annotations

from typing import Any

from midstream.chain.shares import StageShares
from midstream.evidence.quantity import Quantity
from midstream.report.figures import (
    Cell,
    Figure,
    concentration,
    holder_bars,
    of_cell,
    of_score,
    worked_example,
)
from midstream.report.narrative import Comparison
from midstream.report.numbers import Sentence, say
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page

#: Forms per holder figure; more would not fit a screen.
_BARS = 12


def chain_pages(desk: Desk) -> list[Page]:
    """Build the worked example, where the study has one, and the concentration page."""
    pages = [example_page(desk)] if desk.narrative.example else []
    return [*pages, concentration_page(desk)]


def example_page(desk: Desk) -> Page:
    """Build the worked example."""
    rows: list[dict[str, Any]] = [
        {
            "stage": row.stage,
            "name": row.name,
            "mark": of_cell(row.cell),
            "ours": row.ours,
            "published": row.published,
            "agrees": row.agrees,
            "why": row.why,
        }
        for row in desk.narrative.example
    ]
    head = desk.narrative.openings["example"]
    context = {"head": head, "worked": example_figure(desk), "rows": rows}
    return Page("example.html", "example.html", "Worked example", "sectors.html", context)


def example_figure(desk: Desk) -> Figure:
    """Build the figure of the worked example."""
    rows = desk.narrative.example
    cells = [of_cell(row.cell) for row in rows]
    published = [_published(row) for row in rows]
    found = {row.stage: desk.holder_of(row.cell) for row in rows}
    holders = {stage: shares for stage, shares in found.items() if shares is not None}
    facts = {line.stage: line.focus for line in desk.narrative.answer.strip}
    names = {row.stage: row.name for row in rows}
    title = say("{s}: our scores beside the published ones", s=desk.sector(desk.example))
    subtitle = Sentence(("Score by stage, who holds the stage, and the country today.",))
    lineages = [row.cell.score.lineage for row in rows]
    source = desk.source_line(lineages, "Our scores are modelled from evidence.")
    return worked_example(
        cells, published, holders, facts, names, desk.reader, title, subtitle, source
    )


def _published(row: Comparison) -> Cell:
    """Give the published cell; where the study states none it is open."""
    if row.published is not None:
        return of_score(row.stage, row.published.quantity)
    return of_score(row.stage, Quantity(None, None, None, "score", None, row.cell.score.lineage))


def concentration_page(desk: Desk) -> Page:
    """Build the page on who holds each stage."""
    rows = sorted(desk.shares.values(), key=lambda one: (one.stage, desk.form(one.form)))
    context = {
        "head": desk.narrative.openings["holders"],
        "findings": desk.narrative.concentration,
        "bars": _bars(desk, rows),
        "index": index_figure(desk, rows),
    }
    path = "concentration.html"
    return Page(path, path, "Concentration", "shock.html", context)


def _bars(desk: Desk, rows: list[StageShares]) -> list[Figure]:
    figures = []
    for stage in desk.stages:
        here = [one for one in rows if one.stage == stage.id]
        here.sort(key=lambda one: (-(one.leader_share.value or 0.0), one.form))
        if here:
            title = say("{code} {name}: who makes what", code=stage.id, name=stage.name)
            subtitle = Sentence(("Share of world output (%), the most concentrated form first.",))
            source = desk.source_line([one.leader_share.lineage for one in here], "")
            here = here[:_BARS]
            name = f"holders-{stage.id}"
            bars = holder_bars(here, desk.reader, title, subtitle, source, name, width=560)
            figures.append(bars)
    return figures


def index_figure(desk: Desk, rows: list[StageShares]) -> Figure:
    """Build the ranked concentration index."""
    title = Sentence(("Concentration by form, from spread to a single holder",))
    subtitle = Sentence(
        (
            "Herfindahl index of country shares: zero is evenly spread, one is a single country."
            " The bar spans what the unnamed rest of the world allows.",
        )
    )
    source = desk.source_line([one.hhi.lineage for one in rows], "")
    return concentration(rows, desk.reader, title, subtitle, source)
