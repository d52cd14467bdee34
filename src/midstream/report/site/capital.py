"""The page on money: what it costs to build, who pays, what is missing, what others paid."""

from __future__ import annotations

from typing import Any

from midstream.capital.records import RealStack
from midstream.capital.result import PlantCapital, SourceRow
from midstream.report.figures import Figure, Group, Span, ranges, waterfall
from midstream.report.narrative.capital import capital_title
from midstream.report.narrative.capital_rows import called, instrument, layers_of, millions, payer
from midstream.report.narrative.context import Context
from midstream.report.narrative.reckon import Reckoner
from midstream.report.narrative.words import started, traced
from midstream.report.numbers import Sentence, say
from midstream.report.site.capital_record import (
    beside_rows,
    company_rows,
    floor_rows,
    without_model,
)
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page

PATH = "money.html"

#: Stacks on record in the figure and the table.
MOST_STACKS = 14


def capital_page(desk: Desk) -> Page:
    """Build the page on money."""
    narrative = desk.narrative
    context: dict[str, Any] = {
        "head": narrative.openings["money"],
        "cases": [
            _case(desk, one, first=place == 0)
            for place, one in enumerate(reversed(narrative.capital))
        ],
        "lacking": [
            {"form": desk.form(form), "why": why}
            for form, why in desk.study.capital_lacking.items()
        ],
        "has_counter": bool(narrative.counters),
        "gap": gap_figure(desk),
        "gap_rows": _gap_rows(desk),
        "unpriced": [
            {"form": desk.form(one.form), "why": f"{one.what}: {one.why}"}
            for one in desk.study.capital_gap().unpriced
        ],
        "payers": _payers(desk),
        "breakeven": _breakeven(desk),
        "record": record_figure(desk),
        "stacks": [_stack(desk, one) for one in told_stacks(desk)],
        "beside": beside_rows(desk, _context(desk)),
        "without_model": without_model(desk),
        "floors": floor_rows(desk, _context(desk)),
        "companies": company_rows(desk, _context(desk)),
    }
    return Page(PATH, PATH, "Money", PATH, context)


def _context(desk: Desk) -> Context:
    return Context(desk.study, desk.card, Reckoner(desk.ledger))


def _case(desk: Desk, found: PlantCapital, *, first: bool) -> dict[str, Any]:
    context = _context(desk)
    return {
        "id": found.form,
        "name": desk.form(found.form),
        "title": None if first else started(capital_title(context, found)),
        "figure": waterfall_figure(desk, found),
        "words": desk.narrative.chapters[f"capital/{found.form}"],
        "sources": [_source(context, row) for row in found.sources],
        "prices": [
            {
                "one": one,
                "gap": millions(context, one.gap),
                "without": millions(context, one.gap_without),
            }
            for one in found.price_cases
        ],
        "price_form": desk.form(found.price_form),
        "basis": traced(f"{found.price_basis}.", found.price),
        "notes": [started(traced(desk.named(note), found.total)) for note in found.warnings],
    }


def _source(context: Context, row: SourceRow) -> dict[str, Any]:
    def scaled(quantity: Any) -> Any:
        return None if quantity is None else millions(context, quantity)

    return {
        "name": instrument(row).capitalize(),
        "payer": payer(row),
        "row": row,
        "amount": millions(context, row.amount),
        "additionality": scaled(row.additionality),
        "displaced": scaled(row.displaced),
    }


def waterfall_figure(desk: Desk, found: PlantCapital, width: int = 780) -> Figure:
    """Build the waterfall of one plant."""
    layers = layers_of(_context(desk), found)
    title = say("Money to build {f}, and who brings it", f=desk.form(found.form))
    subtitle = Sentence(
        (
            f"{desk.country(found.country)}; {found.money_basis}. Means of the draws, which"
            " add up; title and text give medians, which do not. Brackets: 80% intervals.",
        )
    )
    source = desk.source_line([layer.amount.lineage for layer in layers], "Modelled.")
    return waterfall(f"stack-{found.form}", layers, "USD million", title, subtitle, source, width)


def gap_figure(desk: Desk, width: int = 780) -> Figure | None:
    """Build the gap of the middle stages by year."""
    found = desk.study.capital_gap()
    context = _context(desk)
    groups = [
        Group(
            f"{stage}, by {year}", "million USD",
            tuple(
                Span(name, millions(context, quantity), name == "still to be raised")
                for one in found.stages
                if (one.stage, one.year) == (stage, year)
                for name, quantity in (("needed", one.uses), ("still to be raised", one.gap))
            ),
        )
        for stage in ("C2", "C3")
        for year in found.years
    ]  # fmt: skip
    kept = [group for group in groups if group.spans]
    if not kept:
        return None
    title = say("What {c} would have to build to meet its own need", c=desk.page_country)
    subtitle = Sentence(
        (
            "Capital for what projects on record leave missing; the later year holds the earlier."
            " Bars are 80% intervals; medians.",
        )
    )
    lineages = [span.quantity.lineage for group in kept for span in group.spans]
    source = desk.source_line(lineages, "Modelled.")
    return ranges("gap-by-stage", kept, "Million USD", title, subtitle, source, width)


def _gap_rows(desk: Desk) -> list[dict[str, Any]]:
    context = _context(desk)
    return [
        {
            "form": desk.form(row.form),
            "stage": row.stage,
            "year": str(row.year),
            "row": row,
            "uses": millions(context, row.uses),
            "gap": millions(context, row.gap),
        }
        for row in desk.study.capital_gap().rows
    ]


def _payers(desk: Desk) -> list[dict[str, Any]]:
    """Who pays today, the largest sums first."""
    context = _context(desk)
    cells = sorted(desk.study.payers().plants, key=lambda one: -(one.total.value or 0.0))
    return [
        {
            "kind": cell.to_dict()["payer_kind_name"],
            "country": desk.country(cell.country) if cell.country in desk.study.evidence.countries
            else cell.country or "not on record",
            "instrument": called(cell.instrument),
            "total": millions(context, cell.total),
            "names": ", ".join(cell.payers[:3]),
        }
        for cell in cells[:MOST_STACKS]
    ]  # fmt: skip


def _breakeven(desk: Desk) -> list[dict[str, Any]]:
    return [
        {
            "what": traced(row.published.what, row.published.real),
            "form": desk.form(row.published.form),
            "country": desk.country(row.country),
            "row": row,
        }
        for row in desk.study.breakeven().rows
    ]


def told_stacks(desk: Desk) -> list[RealStack]:
    """Stacks on record with a known sum, the largest first."""
    known = [one for one in desk.study.real_stacks() if one.known.value]
    return sorted(known, key=lambda one: -(one.known.value or 0.0))[:MOST_STACKS]


def record_figure(desk: Desk, width: int = 780) -> Figure | None:
    """Build the public share of the money on record by plant."""
    rows = [one for one in told_stacks(desk) if one.public_share.value is not None]
    if not rows:
        return None
    spans = tuple(
        Span(desk.called(one.name), one.public_share, one.country == desk.focus) for one in rows
    )
    group = Group("Public money, % of the money on record", "", spans)
    title = Sentence(("What others put in: public share of the money on record",))
    subtitle = Sentence(
        (
            "Plants with money of their own on record before the start. Bars: a layer that mixes"
            " public and private money.",
        )
    )
    source = desk.source_line([one.public_share.lineage for one in rows], "As on record.")
    return ranges("public-share", [group], "Public share", title, subtitle, source, width)


def _stack(desk: Desk, one: RealStack) -> dict[str, Any]:
    context = _context(desk)
    return {
        "one": one,
        "name": one.name,
        "country": desk.country(one.country),
        "form": desk.form(one.form),
        "known": millions(context, one.known),
        "capex": millions(context, one.capex_real),
        "layers": ", ".join(
            dict.fromkeys(f"{called(layer.instrument)}: {layer.payer}" for layer in one.layers)
        ),
        "terms": ", ".join(
            dict.fromkeys(f"{called(layer.instrument)}: {layer.payer}" for layer in one.terms)
        ) or "none on record",
        "conflicts": bool(one.conflicts),
    }  # fmt: skip
