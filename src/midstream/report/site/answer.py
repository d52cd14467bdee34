"""The answer page: one sentence, the strip, three numbers, what would change it, how sure."""

from __future__ import annotations

from midstream.report.figures import Figure, hero_strip, holder_bars, label_bar, of_cell
from midstream.report.marks import VERDICT_INKS
from midstream.report.numbers import Sentence, say
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page
from midstream.report.site.policy import answer_part, mark


def answer_page(desk: Desk) -> Page:
    """Build the answer page."""
    answer = desk.narrative.answer
    context = {
        "answer": answer,
        "kicker": _kicker(desk),
        "hero": hero(desk),
        "test": answer_part(desk),
        "verdicts": {verdict: mark(verdict) for verdict in VERDICT_INKS},
        "stages": [(line, of_cell(line.cell)) for line in answer.strip],
        "sure": _sure(desk),
        "holders": chain_bars(desk, desk.example),
        "sectors_title": "Every sector, one ruler",
        "sector_rows": sector_rows(desk, desk.focus),
        "sector_note": "A range or a question mark: the evidence leaves several scores open.",
    }
    title = f"{desk.page_country}: the answer"
    question = desk.study.config.question
    return Page("index.html", "index.html", title, "index.html", context, description=question)


def _kicker(desk: Desk) -> str:
    """The question of the title where a package answers it, else country and sector."""
    if desk.narrative.policies.title is not None:
        return desk.study.config.title
    return f"{desk.page_country} · {desk.sector(desk.example)}"


def hero(desk: Desk) -> Figure:
    """Build the strip of the worked sector as a figure."""
    answer = desk.narrative.answer
    names = {line.stage: line.name for line in answer.strip}
    facts = {line.stage: (line.focus, line.holder) for line in answer.strip}
    cells = [of_cell(line.cell) for line in answer.strip]
    lineages = [line.cell.score.lineage for line in answer.strip]
    source = desk.source_line(lineages, "Scores are modelled from evidence.")
    subtitle = answer.strip_source
    return hero_strip(cells, names, facts, answer.strip_title, subtitle, source)


def _sure(desk: Desk) -> Figure:
    surety = desk.narrative.answer.surety
    counts = {label: shown.quantity for label, shown in surety.counts}
    return label_bar(counts, Sentence(("How sure we are",)), Sentence(()), surety.text)


def chain_bars(desk: Desk, sector: str) -> Figure | None:
    """Build the holder bars of a sector's chain; ``None`` where no share is on record."""
    rows = desk.chain_shares(sector)
    if not rows:
        return None
    title = say("Who holds each stage of {s}", s=desk.sector(sector).lower())
    subtitle = Sentence(
        ("Share of world output by form (%), latest year on record; pale: countries not named.",)
    )
    source = desk.source_line([one.leader_share.lineage for one in rows], "")
    return holder_bars(rows, desk.reader, title, subtitle, source)


def sector_rows(desk: Desk, country: str, root: str = "") -> list[dict[str, object]]:
    """List every sector of a country with its strip."""
    return [
        {
            "id": sector,
            "name": desk.sector(sector),
            "href": f"{root}sector/{sector}.html",
            "cells": desk.strip(country, sector),
            "focus": sector == desk.example,
        }
        for sector in desk.sectors
    ]
