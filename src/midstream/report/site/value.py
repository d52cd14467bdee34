"""The page on value: who captures it, step by step, by place and owner, now and later, by lever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from midstream.beneficiaries.domestic import Domestic, StepShare
from midstream.beneficiaries.gains import Gain
from midstream.beneficiaries.result import ChainValue, PlaceRow, StageRow
from midstream.beneficiaries.units import UnitRow
from midstream.evidence.quantity import Quantity
from midstream.report.figures import Figure
from midstream.report.figures.value import PlaceLine, StepLine, value_beside, value_places
from midstream.report.narrative.context import Context
from midstream.report.narrative.reckon import Reckoner
from midstream.report.narrative.value import beside_title
from midstream.report.narrative.value_rows import (
    MOST_LEVERS,
    LeverGains,
    beside_of,
    lever_gains,
    main_capture,
    named_only,
    place_of,
    told_chains,
    told_places,
    top_stage,
)
from midstream.report.narrative.words import capital, started, traced
from midstream.report.numbers import Sentence, Shown, say, show
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page
from midstream.study.value import Capture
from midstream.terms import with_article

PATH = "value.html"
#: What a lever can bring; columns of a table, never added up.
MEASURES = ("More output", "More profit", "Feed covered", "Money")
#: Stands where a measure has no figure.
NONE = "\u2013"


def value_pages(desk: Desk) -> list[Page]:
    """Build the page on who captures the value; none without a chain or without a price."""
    found = main_capture(desk.study)
    return [] if found is None else [_page(desk, found)]


def _page(desk: Desk, found: Capture) -> Page:
    value, chapters = found.value, desk.narrative.chapters
    levers = lever_gains(desk.study)
    context: dict[str, Any] = {
        "head": desk.narrative.openings["value"],
        "words": chapters["value/words"],
        "company_words": chapters["value/companies"],
        "unit": f"{value.unit} of {desk.form(value.unit_form)}",
        "beside": beside_figure(desk, found),
        "places": places_figure(desk, value),
        "stages": [_stage(desk, row) for row in value.stages],
        "open": [{"form": desk.form(one.form), "why": desk.named(one.why)} for one in value.open],
        "chains": [_chain(desk, one) for one in told_chains(desk.study)],
        "units": [_unit(desk, row) for row in desk.study.capture_units()],
        "domestic": [_domestic(desk, row) for row in found.domestic],
        "levers": [_lever(desk, one) for one in levers if one.told][:MOST_LEVERS],
        "silent": _silent(levers),
        "named_only": _named_only(desk, levers),
        "notes": _notes(desk, found),
    }
    return Page(PATH, PATH, "Value", "money.html", context)


def beside_figure(desk: Desk, found: Capture, width: int = 820) -> Figure:
    """Build value and leverage of each step, in two columns."""
    lines = _step_lines(desk, found)
    title = beside_title(Context(desk.study, desk.card, Reckoner(desk.ledger)), found)
    subtitle = traced(
        f"Value added over the price of a {found.value.unit} of {desk.form(found.value.unit_form)},"
        f" {found.value.basis.name}; leverage of whoever holds most of the step. Brackets and bars"
        " are 80% intervals. Red: the step with most value.",
        found.value.final,
    )
    lineages = [one.added.lineage for one in lines if one.added is not None]
    source = desk.source_line(lineages, "Modelled.")
    return value_beside("value-leverage", lines, title, subtitle, source, width)


def _step_lines(desk: Desk, found: Capture) -> list[StepLine]:
    """Every step of the chain; those that share one price come without a value of their own."""
    lines = []
    for step in found.value.route.steps:
        row, held = found.value.stage_of(step.form), beside_of(found, step.form)
        lines.append(
            StepLine(
                step.stage,
                desk.form(step.form),
                None if row is None else row.share,
                None if row is None else row.added,
                None if held is None else held.leverage,
                desk.country(held.holder) if held is not None and held.holder else "",
            )
        )
    return lines


def places_figure(desk: Desk, found: ChainValue, width: int = 780) -> Figure | None:
    """Build shares of the value by place and by owner."""
    shown = told_places(desk.study, found)
    lines = [_place_line(desk, found, place) for place in shown]
    if not lines:
        return None
    title = _places_title(desk, found)
    subtitle = Sentence(
        (
            "Share of the final price by country. Bars are 80% intervals of the draws; where steps"
            " share one price, a country has bounds only.",
        )
    )
    known = [q for line in lines for q in (line.located, line.owned) if q is not None]
    source = desk.source_line([q.lineage for q in known[:6]], "Modelled.")
    return value_places("value-places", lines, title, subtitle, source, width)


def _places_title(desk: Desk, found: ChainValue) -> Sentence:
    """Who adds most and whose plants that makes it, where both are countries with a figure."""
    tops = [rows[0] for rows in (found.locations, found.owners) if rows]
    known = [
        row for row in tops
        if row.place in desk.study.evidence.countries and row.share.value is not None
    ]  # fmt: skip
    if len(known) < 2:
        return say("Where the value of {c} is added, and for whom", c=found.route.name)
    return say(
        "Plants in {a} add {s} of the value; {t} goes to owners in {b}",
        a=with_article(desk.country(known[0].place)), s=known[0].share,
        t=known[1].share, b=with_article(desk.country(known[1].place)),
    )  # fmt: skip


def _place_line(desk: Desk, found: ChainValue, place: str) -> PlaceLine:
    located, owned = place_of(found.locations, place), place_of(found.owners, place)
    row = located or owned
    known = place in desk.study.evidence.countries
    name = desk.country(place) if known or row is None else capital(row.name)
    ink = "grey"
    if place == desk.focus:
        ink = "teal"
    elif place in desk.study.config.incumbents:
        ink = "ink"
    return PlaceLine(name, _share(located), _share(owned), ink)


def _share(row: PlaceRow | None) -> Quantity | None:
    return None if row is None else row.share


def _stage(desk: Desk, row: StageRow) -> dict[str, Any]:
    return {
        "name": " and ".join(desk.form(form) for form in row.forms),
        "stage": "\u2013".join(dict.fromkeys((row.stages[0], row.stages[-1]))),
        "product": traced(row.product, row.price),
        "unpriced": ", ".join(desk.form(form) for form in row.unpriced),
        "row": row,
    }


def _chain(desk: Desk, found: ChainValue) -> dict[str, Any]:
    top, own = top_stage(found), place_of(found.locations, desk.focus)
    return {
        "name": found.route.name,
        "unit": f"{found.unit} of {desk.form(found.unit_form)}",
        "final": found.final,
        "top": " and ".join(desk.form(form) for form in top.forms),
        "share": top.share if len(found.stages) > 1 else None,
        "own": None if own is None else own.share,
        "open": ", ".join(desk.form(one.form) for one in found.open) or "none",
        "basis": traced(found.basis.name, found.final),
    }


def _unit(desk: Desk, row: UnitRow) -> dict[str, Any]:
    return {
        "name": traced(row.name, row.per),
        "chain": desk.study.routes[row.chain].name,
        "row": row,
        "ends": _ends(row.value),
        "open": ", ".join(desk.form(form) for form in row.open) or "none",
        "note": traced(row.note, row.value),
    }


def _domestic(desk: Desk, row: Domestic) -> dict[str, Any]:
    return {
        "country": desk.country(row.country),
        "where": with_article(desk.country(row.country)),
        "focus": row.country == desk.focus,
        "row": row,
        "years": (str(row.year), str(row.later)),
        "steps": [
            {"name": _step_name(desk, one), "cells": [(q, _ends(q)) for q in (one.now, one.then)]}
            for one in row.steps
        ],
        "total": [(q, _ends(q)) for q in (row.now, row.then)],
        "missing": ", ".join(desk.form(form) for form in row.missing),
        "note": started(traced(row.note, row.now)),
    }


def _ends(quantity: Quantity) -> Sentence:
    """The interval without its unit; a dash where there is none."""
    if quantity.low is None or quantity.high is None:
        return Sentence((NONE,))
    return Sentence((Shown(quantity, show(quantity, "range").text),))


def _step_name(desk: Desk, one: StepShare) -> str:
    return " and ".join(desk.form(form) for form in one.forms)


def _lever(desk: Desk, lever: LeverGains) -> dict[str, Any]:
    """Table of one lever: columns without a figure are left out, like rows stand once."""
    names = {one.id: one.name for one in lever.effects.companies}
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for gain in lever.told:
        row = _gain(desk, gain, names.get(gain.company, ""))
        key = (row["who"], row["form"], *(cell.plain for cell in row["cells"]))
        if key in found:
            found[key]["often"] = True
        found.setdefault(key, row)
    rows = list(found.values())
    kept = [i for i in range(len(MEASURES)) if any(row["cells"][i].plain != NONE for row in rows)]
    for row in rows:
        row["cells"] = [(MEASURES[i], row["cells"][i]) for i in kept]
    return {
        "id": lever.id,
        "name": traced(lever.name, lever.told[0].supply),
        "measures": [MEASURES[i] for i in kept],
        "rows": rows,
    }


def _gain(desk: Desk, gain: Gain, name: str) -> dict[str, Any]:
    other = "a new plant" if gain.company else "plants of others"
    return {
        "who": name or capital(other),
        "country": desk.country(gain.country),
        "form": desk.form(gain.form),
        "cells": [
            _number(gain.supply),
            _number(gain.profit),
            _number(gain.security, share=True),
            _number(gain.money),
        ],
        "note": capital(gain.note),
        "often": False,
    }


def _number(quantity: Quantity, *, share: bool = False) -> Sentence:
    """A gain with its interval; a dash where it has none."""
    if quantity.value is None and quantity.high is None:
        return Sentence((NONE,))
    if quantity.value is None:
        return say("{r:range}", r=quantity)
    if share and quantity.low == quantity.high:
        return say("{s:percent}", s=quantity)
    if share:
        return say("{s:percent} ({r:percents})", s=quantity, r=quantity)
    if quantity.low == quantity.high:
        return say("{s}", s=quantity)
    return say("{s} ({r})", s=quantity, r=Shown(quantity, show(quantity, "range").text))


def _silent(levers: Sequence[LeverGains]) -> list[str]:
    """Levers without a figure for any company, each with the reasons."""
    found = []
    for lever in levers:
        why = list(dict.fromkeys(lever.effects.silent.values()))
        if why and not lever.told:
            found.append(f"{lever.name}: {'; '.join(why)}.")
    return found


def _named_only(desk: Desk, levers: Sequence[LeverGains]) -> list[dict[str, str]]:
    """Companies on file without a capacity on record."""
    if not levers:
        return []
    return [
        {
            "name": one.name,
            "country": desk.country(one.country),
            "stage": one.stage or NONE,
            "role": one.role or "not on record",
        }
        for one in named_only(levers[0].effects)
    ]


def _notes(desk: Desk, found: Capture) -> list[Sentence]:
    return [started(traced(desk.named(note), found.value.final)) for note in found.warnings]
