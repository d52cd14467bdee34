"""The page on matching: pairs of organisations by country, transfers on record."""

from __future__ import annotations

from typing import Any

from midstream.collaboration.result import Match, MatchPair, Transfer
from midstream.report.numbers import Sentence, Shown, show
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page
from midstream.terms import with_article

PATH = "matching.html"


def matching_page(desk: Desk) -> Page:
    """Build the page on who should work together."""
    study = desk.study
    found = study.matches
    page: dict[str, Any] = {
        "head": desk.narrative.openings["match"],
        "words": desk.narrative.chapters["match/words"],
        "cases": [_case(desk, one) for one in found],
        "transfers": [_transfer(one) for one in study.transfers()] if found else [],
        "unplaced": sorted({row.name for one in found for row in one.unplaced}),
    }
    return Page(PATH, PATH, "Matching", "outlook.html", page)


def _case(desk: Desk, one: Match) -> dict[str, Any]:
    left, right = (desk.country(country) for country in one.countries)
    return {
        "id": "-".join(one.countries),
        "name": f"{left} and {right}",
        "left": left,
        "right": right,
        "pairs": [_pair(desk, pair) for pair in one.pairs],
    }


def _pair(desk: Desk, pair: MatchPair) -> dict[str, Any]:
    return {
        "one": pair,
        "needed": _needed(pair),
        "form": None if pair.moves is None else desk.form(pair.moves.form),
        "place": None if pair.moves is None else with_article(desk.country(pair.moves.country)),
        "gap": None if pair.moves is None else show_gap(pair),
        "unknown": "; ".join(desk.named(one) for one in pair.unknown),
    }


def show_gap(pair: MatchPair) -> Shown | None:
    """Need less output as printed; the bounds where there is no value between them."""
    if pair.moves is None:
        return None
    gap = pair.moves.gap
    return show(gap, "range" if gap.value is None else "value")


def _needed(pair: MatchPair) -> Sentence:
    if pair.firm:
        return Sentence(("firm as it is",))
    parts: list[str | Shown] = []
    for one, level in ((pair.left, pair.needed_left), (pair.right, pair.needed_right)):
        if level.value is not None:
            parts += [" or " if parts else "", show(level, "bare"), f" of {one.name}"]
    return Sentence(tuple(parts)) if parts else Sentence(("no level is enough",))


def _transfer(one: Transfer) -> dict[str, Any]:
    return {"one": one, "giver": one.giver.name, "taker": one.taker.name}
