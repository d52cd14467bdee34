"""The page on 2035: which future, what is made, what moves the odds, scores, what to watch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from midstream.report.figures import Cell, Figure, chances, of_digits, pathways, ranges, tornado
from midstream.report.narrative.context import Context
from midstream.report.narrative.outlook_rows import (
    capacity_groups,
    chances_of,
    middle_of,
    pathways_of,
    scores_ahead,
    swings_of,
)
from midstream.report.narrative.reckon import Reckoner
from midstream.report.narrative.words import started, traced
from midstream.report.numbers import Sentence, say
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page
from midstream.scenarios.result import Outlook
from midstream.scenarios.scores_result import ScoreRow
from midstream.scenarios.watching import WatchRow
from midstream.terms import STAGE_ORDER

PATH = "outlook.html"


def outlook_page(desk: Desk) -> Page:
    """Build the page on the years ahead."""
    found, chapters = desk.narrative.outlook, desk.narrative.chapters
    context: dict[str, Any] = {
        "head": desk.narrative.openings["outlook"],
        "last": str(found.last),
        "chances": chances_figure(desk),
        "paths": paths_figure(desk),
        "tornado": tornado_figure(desk),
        "capacities": capacities_figure(desk),
        "words": {name: chapters[f"outlook/{name}"] for name in ("odds", "made", "moves", "leads")},
        "scores_words": chapters["outlook/scores"],
        "futures": [{"row": row} for row in found.scenarios],
        "outcomes": _outcomes(desk, found),
        "watched": [_watched(row, found) for row in desk.study.watch()],
        "ahead": _ahead(desk, found),
        "notes": [
            started(traced(desk.named(note), found.scenarios[0].probability))
            for note in found.warnings
        ],
    }
    return Page(PATH, PATH, "Outlook", PATH, context)


def chances_figure(desk: Desk, width: int = 780) -> Figure:
    """Build the probabilities of the futures."""
    found = desk.narrative.outlook
    title = say("Probability of each future of {c}", c=desk.page_country)
    stated = any(row.expert is not None for row in found.scenarios)
    subtitle = Sentence(
        (
            "Share of draws; the bracket is the 80% interval over parameters and draws."
            + (" A ring is what experts state." if stated else ""),
        )
    )
    lineages = [row.probability.lineage for row in found.scenarios]
    source = desk.source_line(lineages, "Modelled from the record of projects.")
    return chances("chances", chances_of(found), title, subtitle, source, width)


def paths_figure(desk: Desk, width: int = 780) -> Figure:
    """Build output against need for the forms the futures are told by."""
    context = Context(desk.study, desk.card, Reckoner(desk.ledger))
    paths = pathways_of(context, desk.narrative.outlook, desk.form)
    title = say("What {c} makes against what it needs", c=desk.page_country)
    subtitle = Sentence(
        (
            "Output by year: dashed median, band 80% interval. Black: median need. Projects count"
            " by the record of such projects; none is taken at its word.",
        )
    )
    lineages = [path.points[-1].lineage for path in paths]
    source = desk.source_line(lineages, "Modelled.")
    return pathways("pathways", paths, "Output", title, subtitle, source, width)


def tornado_figure(desk: Desk, width: int = 780) -> Figure | None:
    """Build what each driver does to the odds of the two best futures."""
    found = desk.narrative.outlook
    middle, swings = middle_of(found), swings_of(found)
    if middle is None or not swings:
        return None
    title = Sentence(("What moves the odds of the two best futures",))
    subtitle = Sentence(
        ("Their probability where one driver is in its lowest or its highest third of draws.",)
    )
    source = desk.source_line([row.high.lineage for row in swings], "Modelled; no interval.")
    return tornado("odds", swings, middle, "Probability", title, subtitle, source, width)


def capacities_figure(desk: Desk, width: int = 780) -> Figure:
    """Build capacity in the last year by country."""
    found = desk.narrative.outlook
    groups = capacity_groups(desk.study, found, desk.form, desk.country)
    title = say("Who has the capacity in {year}", year=str(found.last))
    subtitle = Sentence(
        ("Plants on record that run or get built; bars are 80% intervals. A scale for each form.",)
    )
    lineages = [span.quantity.lineage for group in groups for span in group.spans]
    source = desk.source_line(lineages[:12], "Modelled.")
    return ranges("capacities", groups, "Capacity", title, subtitle, source, width, apart=True)


def _outcomes(desk: Desk, found: Outlook) -> list[dict[str, Any]]:
    """Outcomes of the last year by future, and weighted over all."""
    kept = [
        row
        for row in found.weighted
        if row.year == found.last and not row.id.startswith("capacity/")
    ]
    return [
        {
            "name": desk.named(row.name),
            "mean": row.mean,
            "cells": [
                {"future": one.name, "quantity": row.by_scenario[one.id]} for one in found.scenarios
            ],
        }
        for row in kept
    ]


def _watched(row: WatchRow, found: Outlook) -> dict[str, Any]:
    """One signal: chance, ratio, and the odds of the most likely future either way."""
    signal = row.signal
    names = {one.id: one.name.lower() for one in found.scenarios}
    return {
        "row": row,
        "name": traced(signal.indicator, row.chance),
        "words": traced(signal.words, row.chance),
        "by": signal.by.isoformat(),
        "favours": ", ".join(names.get(one, one) for one in signal.favours),
        "seen": row.if_seen[0],
        "missed": row.if_missed[0],
    }


def _ahead(desk: Desk, found: Outlook) -> list[dict[str, Any]]:
    """Scores of the focus country by sector: today, and in the years ahead."""
    rows = {
        (row.sector, row.stage, row.year): row
        for row in scores_ahead(desk.study)
        if row.country == found.focus
    }
    if not rows:
        return []
    years = sorted({year for *_, year in rows})
    made = []
    for sector in desk.sectors:
        strips = [(str(year), _strip(rows, sector, year)) for year in years]
        if all(strip for _, strip in strips):
            now = desk.strip(found.focus, sector)
            made.append({"id": sector, "name": desk.sector(sector), "now": now, "later": strips})
    return made


def _strip(
    rows: Mapping[tuple[str, str, int], ScoreRow], sector: str, year: int
) -> tuple[Cell, ...]:
    found = [rows.get((sector, stage, year)) for stage in STAGE_ORDER]
    return tuple(
        of_digits(row.stage, row.score, row.digit, (row.digit_low, row.digit_high))
        for row in found
        if row is not None
    )
