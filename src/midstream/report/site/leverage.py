"""The page on leverage: where it sits, what a cut leaves, what is shared, who depends on whom."""

from __future__ import annotations

from typing import Any

from midstream.dependency.leverage import Leverage, Row
from midstream.dependency.shared import Shared
from midstream.report.figures import (
    Figure,
    leverage_by_stage,
    ranges,
    shared_matrix,
    what_is_left,
    yearly,
)
from midstream.report.narrative.context import Context
from midstream.report.narrative.leverage import chain_title
from midstream.report.narrative.leverage_rows import (
    METHODS,
    chain_rows,
    cut_rows,
    holders_of,
    main_chain,
    risk_groups,
    series_lines,
    shared_grid,
    whole_of,
)
from midstream.report.narrative.reckon import Reckoner
from midstream.report.numbers import Sentence, say
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page

#: Holders and plants listed in a table.
MOST_ROWS = 8

PATH = "leverage.html"


def leverage_page(desk: Desk) -> Page:
    """Build the page on leverage."""
    chain = main_chain(desk.study)
    chapters = desk.narrative.chapters
    context: dict[str, Any] = {
        "head": desk.narrative.openings["leverage"],
        "stages": stages_figure(desk),
        "thesis": chapters["thesis"],
        "chain": _chain(desk, chain),
        "shared": shared_figure(desk),
        "shared_words": chapters["shared"],
        "plants": _plants(desk, desk.study.shared()),
        "risk": risk_figures(desk),
        "risk_words": (*chapters["risk"], *chapters["hold"]),
        "held": _held(desk),
        "series": series_figure(desk, chain),
        "series_words": chapters["series"],
    }
    return Page(PATH, PATH, "Leverage", "shock.html", context)


def stages_figure(desk: Desk) -> Figure | None:
    """Build the leverage of the holder by chain and stage."""
    found = desk.study.thesis()
    rows = chain_rows(found) if found is not None else []
    if found is None or not rows:
        return None
    title = say("Leverage of {c} by chain and stage", c=desk.country(found.holder))
    subtitle = Sentence(
        (
            "Years of world need: part lost times years until it is made good. Red: the stage with"
            " most. Right: whether the middle exceeds both ends, and in which share of draws.",
        )
    )
    lineages = [q.lineage for row in rows for q in row.stages.values()]
    source = desk.source_line(lineages, "Modelled; bars are 80% intervals.")
    return leverage_by_stage("leverage", rows, title, subtitle, source)


def _chain(desk: Desk, chain: str | None) -> dict[str, Any] | None:
    """The chain shown in detail; ``None`` where the holder has no step in it."""
    tested = desk.study.thesis()
    if chain is None or tested is None:
        return None
    found, holder = desk.study.leverage(chain), tested.holder
    if whole_of(found, holder) is None:
        return None
    return {
        "name": found.route.name,
        "words": desk.narrative.chapters["chain"],
        "figure": left_figure(desk, found, holder),
        "holders": [_holder(desk, row) for row in holders_of(found)[:MOST_ROWS]],
    }


def left_figure(desk: Desk, found: Leverage, holder: str) -> Figure:
    """Build what is left of the final form when the holder withholds at each step."""
    rows = cut_rows(found, holder, desk.form, desk.country)
    subtitle = Sentence(
        ("Deliverable final form over world need when all output of one step is withheld.",)
    )
    source = desk.source_line(
        [row.left.lineage for row in rows], "Modelled; brackets are 80% intervals."
    )
    context = Context(desk.study, desk.card, Reckoner(desk.ledger))
    title = chain_title(context, found, holder)
    return what_is_left("left", rows, title, subtitle, source)


def _holder(desk: Desk, row: Row) -> dict[str, Any]:
    return {
        "name": desk.country(row.holder),
        "focus": row.holder == desk.focus,
        "row": row,
        "cut": desk.form(row.cut.form) if row.cut.form else "nothing is lost",
    }


def shared_figure(desk: Desk) -> Figure | None:
    """Build the matrix of forms that several sectors stand on."""
    grid = shared_grid(desk.study.shared(), desk.ledger, desk.form, desk.sector)
    if not grid.rows:
        return None
    title = Sentence(("One form, many sectors: where a single stop reaches furthest",))
    subtitle = Sentence(
        (
            "Part of a sector\u2019s chain that a form stands for (%), forms with three sectors or"
            " more. Weights are assumed in the stacks and passed on by recipes. Red: most sectors.",
        )
    )
    lineages = [q.lineage for q in grid.values.values()]
    source = desk.source_line(lineages, "Modelled, no interval: weights are not observed.")
    return shared_matrix("shared", grid, title, subtitle, source)


def _plants(desk: Desk, found: Shared) -> list[dict[str, Any]]:
    """Forms by the worth of one plant for all sectors."""
    return [
        {
            "form": desk.form(one.form),
            "sectors": ", ".join(desk.sector(name) for name in one.sectors[:3])
            + (" and others" if len(one.sectors) > 3 else ""),
            "one": one,
        }
        for one in found.build_once[:MOST_ROWS]
    ]


def risk_figures(desk: Desk) -> list[Figure]:
    """Build the supply risk of the importers, one figure for each method that tells forms apart."""
    figures = []
    for method in _MEANING:
        found = desk.narrative.risks.get(method, {})
        groups = risk_groups(found, desk.focus, desk.form, desk.country)
        if not groups:
            continue
        title = say("Supply risk by importer: {m}", m=METHODS[method])
        subtitle = Sentence((_MEANING[method],))
        lineages = [span.quantity.lineage for group in groups for span in group.spans]
        source = desk.source_line(lineages, "Modelled. A bar without a dot: only bounds are known.")
        figures.append(
            ranges(f"risk-{method}", groups, "Supply risk", title, subtitle, source, width=560)
        )
    return figures


_MEANING = {
    "stage-consistent": (
        "Concentration of output times governance-weighted imports over supply, within one form and"
        " one unit; zero is no risk."
    ),
    "eu": (
        "Concentration of world output and of the importer\u2019s own sourcing, weighed by import"
        " reliance and by what recycling leaves; zero is no risk."
    ),
}


def _held(desk: Desk) -> list[dict[str, Any]]:
    """Lock-in of the importers, form by form."""
    return [
        {
            "form": desk.form(one.form),
            "importer": desk.country(one.importer),
            "leader": desk.country(one.leader),
            "focus": one.importer == desk.focus,
            "one": one,
        }
        for one in desk.narrative.locked
    ]


def series_figure(desk: Desk, chain: str | None) -> Figure | None:
    """Build concentration by year for the forms of the main chain."""
    if chain is None:
        return None
    lines = series_lines(desk.study, chain, desk.form, lambda one: desk.study.name("material", one))
    if not lines:
        return None
    title = Sentence(("Concentration by year: what the statistics can say",))
    subtitle = Sentence(
        (
            "Herfindahl index of country shares: one is a single country. Exports stand in for"
            " output where no series of output exists, and count what is re-exported.",
        )
    )
    lineages = [q.lineage for line in lines for q in line.points.values()]
    source = desk.source_line(lineages, "Band and brackets: bounds of the unnamed rest.")
    return yearly("series", lines, title, subtitle, source)
