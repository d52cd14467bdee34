"""The page on money: what it costs to build, who pays, what is missing, what others paid."""

from __future__ import annotations

from typing import Any

from midstream.capital.records import RealStack
from midstream.capital.result import PlantCapital, SourceRow
from midstream.report.figures import Figure, Group, Span, ranges, waterfall
from midstream.report.narrative.capital import capital_title
from midstream.report.narrative.capital_rows import instrument, layers_of, millions, payer
from midstream.report.narrative.context import Context
from midstream.report.narrative.reckon import Reckoner
from midstream.report.narrative.words import started, traced
from midstream.report.numbers import Sentence, say
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
        "has_counter": False,
        "record": record_figure(desk),
        "stacks": [_stack(desk, one) for one in told_stacks(desk)],
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
        "basis": traced(f"{found.price_basis} {found.money_basis}.", found.price),
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
            f"{desk.country(found.country)}; {found.money_basis}. Medians of the draws, so bars"
            " need not add up; brackets are 80 % intervals of needs and gap.",
        )
    )
    source = desk.source_line([layer.amount.lineage for layer in layers], "Modelled.")
    return waterfall(f"stack-{found.form}", layers, "USD million", title, subtitle, source, width)


def told_stacks(desk: Desk) -> list[RealStack]:
    """Stacks on record with a known sum, the largest first."""
    known = [one for one in desk.study.real_stacks() if one.known.value]
    return sorted(known, key=lambda one: -(one.known.value or 0.0))[:MOST_STACKS]


def record_figure(desk: Desk, width: int = 780) -> Figure | None:
    """Build the public share of the money on record by plant."""
    rows = [one for one in told_stacks(desk) if one.public_share.value is not None]
    if not rows:
        return None
    spans = tuple(Span(one.name, one.public_share, one.country == desk.focus) for one in rows)
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
            dict.fromkeys(f"{layer.instrument}: {layer.payer}" for layer in one.layers)
        ),
        "terms": ", ".join(
            dict.fromkeys(f"{layer.instrument}: {layer.payer}" for layer in one.terms)
        ) or "none on record",
        "conflicts": bool(one.conflicts),
    }  # fmt: skip
