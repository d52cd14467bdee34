"""Pages of the scores: all sectors, one sector, one country."""

from __future__ import annotations

from typing import Any

from midstream.report.figures import (
    Figure,
    hollow_countries,
    hollow_sectors,
    of_profile,
)
from midstream.report.narrative.words import lowered
from midstream.report.numbers import EN_DASH, Sentence, Shown, say
from midstream.report.site.answer import chain_bars, sector_rows
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page
from midstream.scorecard.result import CountryProfile, Rank


def score_pages(desk: Desk) -> list[Page]:
    """Build the overview, one page per sector and one per country."""
    return [
        sectors_page(desk),
        *(sector_page(desk, sector) for sector in desk.sectors),
        *(country_page(desk, country) for country in desk.countries),
    ]


def multiples(desk: Desk, country: str) -> Figure:
    """Build the small multiples of a country's sectors."""
    title = say("{c} sector by sector, the hollowest first", c=desk.country(country))
    lineages = [cell.score.lineage for cell in desk.card.cells if cell.country == country]
    source = desk.source_line(lineages, "Scores are modelled from evidence.")
    return hollow_sectors(desk.card, country, desk.sector, title, _subtitle(), source)


def _subtitle() -> Sentence:
    return Sentence(
        (
            "Score at each stage, near zero at the bottom, leading at the top. The thin line is"
            " the 80% interval; hatched: the evidence allows a range.",
        )
    )


def country_multiples(desk: Desk) -> Figure:
    """Build the small multiples of all countries."""
    lineages = [q.lineage for profile in desk.card.profiles for q in profile.stages.values()]
    source = desk.source_line(lineages, "Mean over sectors, modelled from evidence.")
    title = desk.narrative.openings["countries"].title
    return hollow_countries(desk.card, desk.country, title, _subtitle(), source)


def sectors_page(desk: Desk) -> Page:
    """Build the overview of all sectors and countries."""
    rows = [
        {**row, "line": desk.narrative.sectors[str(row["id"])]}
        for row in sector_rows(desk, desk.focus)
    ]
    context = {
        "head": desk.narrative.openings["sectors"],
        "multiples": multiples(desk, desk.focus),
        "countries": country_multiples(desk),
        "rows": rows,
        "stage_names": desk.stages,
    }
    return Page("sectors.html", "sectors.html", "Sectors", "sectors.html", context)


def sector_page(desk: Desk, sector: str) -> Page:
    """Build the page of one sector."""
    cells = desk.cells(desk.focus, sector)
    context = {
        "id": sector,
        "name": desk.sector(sector),
        "line": lowered(desk.narrative.sectors[sector]),
        "stage_names": desk.stages,
        "countries": _country_rows(desk, sector),
        "missing": _missing(desk, sector),
        "stages": list(zip(desk.stages, cells, desk.strip(desk.focus, sector), strict=True)),
        "holders": chain_bars(desk, sector),
    }
    path = f"sector/{sector}.html"
    return Page(path, "sector.html", desk.sector(sector), "sectors.html", context)


def _missing(desk: Desk, sector: str) -> list[dict[str, Any]]:
    """List what is missing in a sector, by country; a country without gaps is left out."""
    found = []
    for country in desk.countries:
        cells = desk.cells(country, sector)
        texts = [(cell.stage, text) for cell in cells for text in cell.missing]
        if texts:
            name = desk.country(country)
            found.append({"name": name, "focus": country == desk.focus, "texts": texts})
    return found


def _country_rows(desk: Desk, sector: str) -> list[dict[str, Any]]:
    return [
        {
            "id": country,
            "name": desk.country(country),
            "cells": desk.strip(country, sector),
            "focus": country == desk.focus,
        }
        for country in desk.countries
    ]


def country_page(desk: Desk, country: str) -> Page:
    """Build the page of one country."""
    profile = desk.card.profile(country)
    marks = [of_profile(profile, stage.id) for stage in desk.stages]
    ranks = [_rank(profile, stage.id) for stage in desk.stages]
    context = {
        "line": desk.narrative.countries[country],
        "profile": profile,
        "hollow": desk.narrative.hollow[country],
        "stages": list(zip(desk.stages, marks, ranks, strict=True)),
        "multiples": multiples(desk, country),
        "rows": sector_rows(desk, country, "../"),
        "stage_names": desk.stages,
        "gaps": [gap for gap in desk.narrative.gaps if gap.country == country],
    }
    path, name = f"country/{country}.html", desk.country(country)
    return Page(path, "country.html", name, "sectors.html", context, country)


def _rank(profile: CountryProfile, stage: str) -> Shown | None:
    """Print a rank with its range; it comes from the draws of the stage score.

    A country that is scored alone has none.
    """
    rank: Rank | None = profile.ranks.get(stage)
    if rank is None:
        return None
    ends = "" if rank.low == rank.high else f" ({rank.low}{EN_DASH}{rank.high})"
    return Shown(profile.stages[stage], f"{rank.p50}{ends}")
