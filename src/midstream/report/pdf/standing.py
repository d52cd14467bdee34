"""Tables: ranks of the countries, what is missing."""

from __future__ import annotations

from midstream.report.figures import of_profile
from midstream.report.narrative import Gap
from midstream.report.narrative.lines import rank_shown
from midstream.report.narrative.words import probability
from midstream.report.numbers import Sentence, say
from midstream.report.pdf.back import checking
from midstream.report.pdf.press import Press
from midstream.report.pdf.shape import country_lines
from midstream.report.pdf.writer import Json, table, words
from midstream.scorecard.result import CountryProfile
from midstream.terms import STAGE_ORDER

#: Missing facts in the table; the rest is in ``tables/missing.csv``.
MOST_GAPS = 8

_VERDICTS = {"supported": "hollow", "refuted": "not hollow", "undetermined": "open"}

#: Sectors named beside a missing fact.
MOST_NAMES = 3


def peers(press: Press) -> Json:
    """Every country: digits and rank with range at each stage."""
    press.turn("peers")
    order = sorted(
        (press.context.card.profile(country) for country in press.context.countries),
        key=lambda one: -sum(one.stages[stage].value or 0.0 for stage in ("C2", "C3")),
    )
    rows = [_peer(press, profile) for profile in order]
    columns = [("Country", 1.6), ("C1 to C4", 0)]
    columns += [(f"Rank at {stage}", 1) for stage in STAGE_ORDER]
    columns += [("Middle", 0.85), ("Chance", 0)]
    source = press.basis(
        "Median rank on common draws with the range of nine draws in ten. Chance: share of draws in"
        " which both middle stages lie below both ends. Countries in the order of their middle."
    )
    ranks = table(columns, rows, press.writer.parts(source), size=9, inset=6)
    return press.page("peers", [ranks, press.prose(*country_lines(press))])


def _peer(press: Press, profile: CountryProfile) -> list[Json]:
    fill = "accent" if profile.country == press.context.focus else "ink"
    name = press.study.name("country", profile.country)
    cells = [press.writer.cell(of_profile(profile, stage)) for stage in STAGE_ORDER]
    return [
        {"kind": "name", "text": [name], "fill": fill},
        {"kind": "strip", "cells": cells},
        *(_rank(press, profile, stage) for stage in STAGE_ORDER),
        words(_VERDICTS[press.narrative.hollow[profile.country].verdict]),
        {"kind": "figure", "text": press.writer.parts(_chance(profile)), "label": None},
    ]


def _chance(profile: CountryProfile) -> Sentence:
    if profile.p_hollow.value is None:
        return Sentence(("none",))
    return Sentence((probability(profile.p_hollow),))


def _rank(press: Press, profile: CountryProfile, stage: str) -> Json:
    rank = profile.ranks.get(stage)
    if rank is None:
        return words("no rank")
    middle, spread = rank_shown(press.context, profile, stage, rank)
    sentence = say("{m} ({s})", m=middle, s=spread)
    return {"kind": "figure", "text": press.writer.parts(sentence), "label": None}


def missing(press: Press) -> Json:
    """The facts that would settle most open cells of the focus country, and how to check one."""
    press.turn("missing")
    own = [gap for gap in press.narrative.gaps if gap.country == press.context.focus]
    rows = [_gap(press, gap) for gap in own[: press.fewer(MOST_GAPS)]]
    columns = [
        ("Cells", 0),
        ("What is missing", 2.6),
        ("Stage", 0),
        ("Sectors that wait for it", 2.4),
    ]
    source = press.basis(
        "Cells: how many open cells of the country wait for the fact. The full list, for every"
        " country, is in missing.csv."
    )
    ask = Sentence(
        (
            "A figure counts when its source can be named: who says it, on what date, for which"
            " year and unit, and on which page or row. Two independent origins that agree raise a"
            " label to V; a press release printed ten times is one origin.",
        )
    )
    blocks: list[Json] = [table(columns, rows, press.writer.parts(source), size=9, inset=5.6)]
    if not rows:
        blocks = []
    blocks += [{"kind": "head", "text": ["What a useful figure looks like"]}, press.prose(ask)]
    return press.page("missing", [*blocks, *checking(press)])


def _gap(press: Press, gap: Gap) -> list[Json]:
    sectors = list(dict.fromkeys(cell[1] for cell in gap.cells))
    names = [press.study.name("sector", sector) for sector in sectors[:MOST_NAMES]]
    more = ", \u2026" if len(sectors) > MOST_NAMES else ""
    return [
        {"kind": "name", "text": [press.writer.number(gap.settles)], "fill": "accent"},
        {"kind": "text", "text": press.writer.parts(gap.what), "label": None, "face": "serif"},
        words(gap.stage),
        words(", ".join(names) + more),
    ]
