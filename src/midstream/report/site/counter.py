"""The page on the counterstrategy: moves, survival, payoffs, what deters, history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from midstream.counterstrategy.result import Counter
from midstream.report.figures import Curve, Figure, Group, Span, ranges, survival
from midstream.report.narrative.context import Context
from midstream.report.narrative.counter import counter_title
from midstream.report.narrative.reckon import Reckoner
from midstream.report.narrative.words import lower, started, traced
from midstream.report.numbers import Sentence, say
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page

PATH = "counter.html"

#: Curves in the figure; past moves and entrants in the tables.
MOST_CURVES, MOST_ROWS = 4, 24


def counter_page(desk: Desk) -> Page:
    """Build the page on the incumbent's answer."""
    found = desk.narrative.counters
    context: dict[str, Any] = {
        "head": desk.narrative.openings["counter"],
        "cases": [_case(desk, one, first=place == 0) for place, one in enumerate(found)],
    }
    return Page(PATH, PATH, "Counterstrategy", "money.html", context)


def _case(desk: Desk, one: Counter, *, first: bool) -> dict[str, Any]:
    context = Context(desk.study, desk.card, Reckoner(desk.ledger))
    return {
        "id": one.form,
        "name": desk.form(one.form),
        "title": None if first else started(counter_title(context, one)),
        "words": desk.narrative.chapters[f"counter/{one.form}"],
        "curves": curves_figure(desk, one),
        "payoff": payoff_figure(desk, one),
        "entrants": _entrants(desk, one),
        "objectives": _objectives(one),
        "deterrence": one.deterrence,
        "history": [
            {"row": row, "kind": row.kind.replace("-", " ").capitalize(),
             "outcome": traced(row.outcome, row.depth),
             "actor": desk.country(row.actor),
             "when": f"{row.start} to {row.end or 'today'}"}
            for row in one.history[-MOST_ROWS:]
        ],
        "notes": [started(traced(desk.named(note), one.price)) for note in one.warnings],
    }  # fmt: skip


def curves_figure(desk: Desk, one: Counter, width: int = 780) -> Figure:
    """Build survival under the flood that tempts most: groups, then single plants."""
    groups = [curve for curve in one.curves if not curve.facility]
    ranked = sorted(groups, key=lambda curve: not curve.name.startswith(desk.page_country))
    plants = [curve for curve in one.curves if curve.facility]
    spread = sorted(plants, key=lambda curve: -(curve.survival[-1].value or 0.0))
    picked = [*ranked, *(spread[:1] + spread[-1:] if len(spread) > 1 else spread)][:MOST_CURVES]
    shown = [Curve(desk.called(curve.name), curve.survival) for curve in picked]
    flood = one.curves[0].survival[0]
    title = say("Who is still there under this move: ") + traced(lower(one.flood), flood)
    subtitle = Sentence(
        (
            "Share of nameplate, or chance of one plant, by year since the move began. What is not"
            " built counts as not there. Band: 80 % interval over assumptions.",
        )
    )
    lineages = [curve.points[-1].lineage for curve in shown]
    source = desk.source_line(lineages, "Modelled; a sensitivity, no forecast.")
    years = one.curves[0].years
    return survival(f"survival-{one.form}", shown, years, title, subtitle, source, width)


def payoff_figure(desk: Desk, one: Counter, width: int = 780) -> Figure:
    """Build cost, gain and payoff of each move."""
    groups = [
        Group(
            row.label, "",
            (
                Span("cost", row.incumbent_cost),
                Span("gain", row.incumbent_gain),
                Span("payoff", row.payoff, True),
            ),
        )
        for row in one.moves
    ]  # fmt: skip
    names = move_names([row.label for row in one.moves])
    shown = [
        Group(name, group.note, group.spans) for name, group in zip(names, groups, strict=True)
    ]
    title = say("What each move costs and gains {c}", c=desk.country(one.incumbent))
    subtitle = Sentence(
        (
            "Present value, million USD, under the middle of the aims looked at. Bars are 80 %"
            " intervals.",
        )
    )
    lineages = [row.payoff.lineage for row in one.moves]
    source = desk.source_line(lineages, "Modelled; a sensitivity, no forecast.")
    return ranges(f"payoff-{one.form}", shown, "Million USD", title, subtitle, source, width)


#: Kinds of moves as a chart calls them; the figures stand in the tables.
_KINDS = {
    "Price at": "Price attack",
    "Exports cut": "Export squeeze",
    "Licences for": "Licence queue",
    "Equipment": "Equipment and know-how withheld",
    "Experts": "Experts withheld",
}
_DEPTHS = ("slight", "mild", "medium", "deep", "deepest")


def move_names(labels: Sequence[str]) -> list[str]:
    """Names of moves without their figures; price attacks by how deep they go."""
    floods = [label for label in labels if label.startswith("Price at")]
    depths = _DEPTHS[-len(floods) :] if len(floods) <= len(_DEPTHS) else ()
    out = []
    for label in labels:
        name = next((words for head, words in _KINDS.items() if label.startswith(head)), label)
        if label in floods and depths:
            name += f", {depths[floods.index(label)]}"
        out.append(name)
    return out


def _entrants(desk: Desk, one: Counter) -> list[dict[str, Any]]:
    floods = [row for row in one.moves if row.move.kind == "flood"]
    last = min(floods, key=lambda row: row.move.price or 0.0) if floods else one.moves[0]
    chances = {row.facility: row for row in last.entrants}
    ranked = sorted(one.entrants, key=lambda row: (row.country != desk.focus, row.name))
    return [
        {
            "row": row,
            "name": traced(row.name, row.capacity),
            "country": desk.country(row.country),
            "focus": row.country == desk.focus,
            "chance": chances[row.facility],
            "support": "yes" if row.supported else "none on record",
        }
        for row in ranked[:MOST_ROWS]
        if row.facility in chances
    ]


def _objectives(one: Counter) -> list[dict[str, Any]]:
    """The best move under every aim."""
    return [{"row": row, "label": traced(row.label, row.payoff)} for row in one.payoffs if row.best]
