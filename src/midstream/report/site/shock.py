"""The page on shocks: price, deliveries and cover, losses and gains, the record, the base."""

from __future__ import annotations

from typing import Any

from midstream.report.figures import (
    Arc,
    Axes,
    Figure,
    Months,
    arcs,
    backtest,
    deliveries,
    fan,
    rivals,
)
from midstream.report.narrative.backtest import record_title
from midstream.report.narrative.context import Context
from midstream.report.narrative.reckon import Reckoner
from midstream.report.narrative.shock import case_name, case_title
from midstream.report.narrative.shock_rows import (
    Case,
    episode_name,
    fan_data,
    gains,
    losses,
    panels,
)
from midstream.report.narrative.words import started, traced
from midstream.report.numbers import Sentence, say
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page

#: Flows in a drawing of the base, excluded flows in a table.
MOST_ARCS, MOST_DROPPED = 60, 8

PATH = "shock.html"


def shock_page(desk: Desk) -> Page:
    """Build the page on shocks."""
    found = desk.narrative.cases
    context: dict[str, Any] = {
        "head": desk.narrative.openings["shock"],
        "record": record_figure(desk),
        "record_words": desk.narrative.chapters["record"],
        "rivals": rivals_figure(desk),
        "cases": [_case(desk, case, first=place == 0) for place, case in enumerate(found)],
    }
    return Page(PATH, PATH, "Shock", PATH, context)


def _case(desk: Desk, case: Case, *, first: bool) -> dict[str, Any]:
    return {
        "id": case.id,
        "name": case_name(case, desk.country, desk.form),
        "title": None if first else started(case_title(_context(desk), case)),
        "words": desk.narrative.chapters[f"shock/{case.id}"],
        "price": price_figure(desk, case),
        "deliveries": deliveries_figure(desk, case),
        "losses": [
            {"country": desk.country(one.country), "sector": desk.sector(one.sector), "one": one,
             "focus": one.country == desk.focus}
            for one in losses(case.found, desk.focus)
        ],
        "gains": [
            {"country": desk.country(one.country), "form": desk.form(one.form), "one": one,
             "focus": one.country == desk.focus}
            for one in gains(case.found)
        ],
        "similar": similar(desk, case),
        "base": base_figure(desk, case),
        "dropped": dropped(desk, case),
        "notes": [traced(note, case.found.depth) for note in case.found.notes],
    }  # fmt: skip


def _context(desk: Desk) -> Context:
    return Context(desk.study, desk.card, Reckoner(desk.ledger))


def record_figure(desk: Desk) -> Figure:
    """Build every episode beside the model and its best rival."""
    past = desk.narrative.record
    subtitle = Sentence(
        (
            "Peak price over the level before. Band: 80% interval of the model, fitted without"
            " the episode and those linked to it. Red: what was seen lies outside.",
        )
    )
    lineages = [one.observed.lineage for one in past.trials]
    source = desk.source_line(lineages, "Predictions are modelled.")
    return backtest("record", past.trials, past.best, record_title(past), subtitle, source)


def rivals_figure(desk: Desk) -> Figure:
    """Build the mean error of each predictor."""
    past = desk.narrative.record
    title = Sentence(("Mean error of each predictor on episodes it has not seen",))
    subtitle = Sentence(
        ("Mean distance between the logarithms of predicted and observed peak; zero is exact.",)
    )
    source = desk.source_line([one.mean.lineage for one in past.rivals], "No interval; modelled.")
    return rivals("rivals", past.rivals, title, subtitle, source)


def similar(desk: Desk, case: Case) -> list[dict[str, Any]]:
    """The nearest episodes on record, with what happened."""
    found = []
    for one in case.found.similar_episodes:
        peak = desk.ledger[one["peak"]["lineage"]].quantity
        found.append(
            {
                "name": episode_name(one),
                "measure": traced(str(one["measure"] or "not stated"), peak),
                "announced": str(one["announced"] or "not stated"),
                "alike": ", ".join(one["alike"]) or "nothing",
                "differs": ", ".join(one["differs"]) or "nothing",
                "peak": peak,
                "outcome": traced(str(one["outcome"] or "not on record"), peak),
            }
        )
    return found


def price_figure(desk: Desk, case: Case, width: int = 780) -> Figure:
    """Build the fan of the price outside, with the price inside."""
    data = fan_data(case, desk.country)
    title = say(
        "Price of {form} outside and inside {actor}",
        form=desk.form(case.found.form),
        actor=desk.country(case.found.actor),
    )
    subtitle = Sentence(
        (
            "Ratio to the months before the announcement; dashed: median of the draws, band: 80%"
            " interval. Modelled, no forecast.",
        )
    )
    lineages = [case.found.depth.lineage]
    source = desk.source_line(lineages, "Draws over shares, stocks and responses.")
    return fan(f"price-{case.id}", data, title, subtitle, source, width)


def deliveries_figure(desk: Desk, case: Case) -> Figure | None:
    """Build deliveries and cover of each country shown."""
    found = panels(case, desk.focus, desk.country)
    if not found:
        return None
    axes = Axes(
        Months(0, len(case.found.months)),
        "Deliveries, % of normal",
        "Cover, months of use",
        "months after the announcement",
    )
    title = say("Deliveries of {form} and what stock covers", form=desk.form(case.found.form))
    subtitle = Sentence(
        ("Median of the draws with 80% interval; red: the worst month. Hatched: not known.",)
    )
    source = desk.source_line([case.found.depth.lineage], "Modelled on the balanced base.")
    return deliveries(f"deliveries-{case.id}", found, axes, title, subtitle, source)


def base_figure(desk: Desk, case: Case) -> Figure | None:
    """Build the balanced base of the cut form against reported trade."""
    base = desk.study.base(case.found.chain)
    form = case.found.form
    found = [
        Arc(
            desk.country_or_rest(one.exporter),
            desk.country_or_rest(one.importer),
            desk.form(form),
            one.reported,
            one.balanced,
        )
        for one in base.arcs(desk.ledger)
        if one.form == form
    ][:MOST_ARCS]
    if not any(one.reported.value is not None for one in found):
        return None
    title = say("The base a shock runs on, beside reported trade of {f}", f=desk.form(form))
    unit = found[0].balanced.unit
    subtitle = Sentence(
        (f"Each dot is one flow in {unit}; on the dashed line trade was taken as it is reported.",)
    )
    source = desk.source_line(
        [one.reported.lineage for one in found], "Fitted to output and use; modelled."
    )
    return arcs(f"base-{case.id}", found, title, subtitle, source)


def dropped(desk: Desk, case: Case) -> list[dict[str, Any]]:
    """Reported flows of the cut form that are declared errors, the largest first."""
    base = desk.study.base(case.found.chain)
    rows = [one for one in base.dropped if one.form == case.found.form and one.declared]
    rows.sort(key=lambda one: (-one.value_kusd, one.exporter, one.importer))
    return [
        {
            "exporter": desk.country_or_rest(one.exporter),
            "importer": desk.country_or_rest(one.importer),
            # The row of the table that says so comes first; a reader wants the reason.
            "why": one.why.partition(": ")[2] or one.why,
            "lineage": one.lineage,
        }
        for one in rows[:MOST_DROPPED]
    ]
