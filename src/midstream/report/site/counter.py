"""The page on the counterstrategy: moves, survival, payoffs, what deters, history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from midstream.counterstrategy.history import PastMove
from midstream.counterstrategy.result import Counter, DeterrentRow, EntrantRow, MoveRow
from midstream.evidence.quantity import Quantity
from midstream.report.figures import Curve, Figure, Group, Span, ranges, survival
from midstream.report.narrative.context import Context
from midstream.report.narrative.counter import counter_title
from midstream.report.narrative.counter_rows import (
    KINDS,
    STANDINGS,
    deepest,
    group_curve,
    group_series,
    standing,
    tempting,
)
from midstream.report.narrative.reckon import Reckoner
from midstream.report.narrative.words import capital, chance, counted, listed, started, traced
from midstream.report.numbers import Sentence, Shown, number_text, say, show
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page

PATH = "counter.html"

#: Past moves and entrants in the tables.
MOST_ROWS = 24

#: Groups of entrants as the chart calls them.
_GROUPS = {
    "floor": "under a floor",
    "support": "built, public money only",
    "bare": "built, with neither",
    "plan": "not built yet",
}

#: What an entrant leans on, for the table.
_LEANS = {
    "floor": "a floor or a guarantee",
    "support": "public money",
    "bare": "nothing on record",
}

#: Kinds of moves as headings of the chart and the table.
_HEADS = {
    "flood": "Price attack",
    "squeeze": "Export squeeze",
    "licence-queue": "Licence queue",
    "technology-ban": "Ban on equipment",
    "talent-limit": "Limit on experts",
}

#: Depths of price attacks in words, for a chart without their figures.
_DEPTHS = ("slight", "mild", "medium", "deep", "deepest")

#: What an instrument is, for the table.
_INSTRUMENTS = {
    "floor": "Floor for all that entrants sell",
    "cover": "Highest floor on record, for a part of each entrant\u2019s output",
    "buffer": "Cash in every entrant",
    "stock": "Stock abroad, in months of use",
}


def counter_page(desk: Desk) -> Page:
    """Build the page on the incumbent's answer."""
    found = desk.narrative.counters
    context: dict[str, Any] = {
        "head": desk.narrative.openings["counter"],
        "cases": [_case(desk, one, first=place == 0) for place, one in enumerate(found)],
    }
    return Page(PATH, PATH, "Counterstrategy", "money.html", context)


def _context(desk: Desk) -> Context:
    return Context(desk.study, desk.card, Reckoner(desk.ledger))


def _case(desk: Desk, one: Counter, *, first: bool) -> dict[str, Any]:
    kinds = [kind for kind in _HEADS if any(row.kind == kind for row in one.payoffs)]
    return {
        "id": one.form,
        "name": desk.form(one.form),
        "incumbent": desk.country(one.incumbent),
        "one": one,
        "title": None if first else started(counter_title(_context(desk), one)),
        "words": desk.narrative.chapters[f"counter/{one.form}"],
        "curves": curves_figure(desk, one),
        "payoff": payoff_figure(desk, one),
        "moves": _moves(one),
        "kinds": [_HEADS[kind] for kind in kinds],
        "aims": _aims(one, kinds),
        "deterrence": [_deterrent(row) for row in one.deterrence],
        "entrants": _entrants(desk, one),
        "history": [_past(desk, row) for row in one.history[-MOST_ROWS:]],
        "notes": [_readable(desk, note) for note in one.warnings],
    }


def curves_figure(desk: Desk, one: Counter, width: int = 780) -> Figure:
    """Build survival under the flood that tempts most: the whole, then what each leans on."""
    context, whole = _context(desk), group_curve(one)
    name = whole.name.split(",")[0]
    curves = [Curve(name, whole.survival)]
    for key, words in _GROUPS.items():
        members = [entrant for entrant in one.entrants if standing(entrant) == key]
        points = group_series(context, one, key, members)
        if points:
            curves.append(Curve(words, points))
    low = min(whole.survival, key=lambda q: q.value or 0.0)
    last, place = whole.survival[-1], f"counter/{one.form}/page/years"
    years = context.reckoner.number(
        place, whole.years[-1], "year", "Last year of the curve", [last.lineage], "as computed"
    )
    title = say(
        "{name}: {low} still there at worst, {end} {y} years on",
        name=name, low=chance(low, low.value), end=chance(last, last.value), y=counted(years)[0],
    )  # fmt: skip
    subtitle = (
        say(
            "Capacity for {f} that is there under the attack that tempts most: ", f=_form(desk, one)
        )
        + _lower(one.flood, whole)
        + say(
            ". By nameplate; what is not built counts as not there. The thin lines are all"
            " entrants by what they lean on. Band: 80% interval over assumptions."
        )
    )
    source = desk.source_line([last.lineage], "Modelled; a sensitivity, no forecast.")
    return survival(f"survival-{one.form}", curves, whole.years, title, subtitle, source, width)


def _form(desk: Desk, one: Counter) -> str:
    return desk.form(one.form)


def _lower(text: str, whole: Any) -> Sentence:
    """A move inside a sentence, its figures traced to the curve it is about."""
    return traced(text[:1].lower() + text[1:], whole.survival[0])


def payoff_figure(desk: Desk, one: Counter, width: int = 780) -> Figure:
    """Build the payoff of each move, the one that tempts most marked."""
    best = tempting(one)
    floods = [row for row in one.moves if row.move.kind == "flood"]
    others = [row for row in one.moves if row.move.kind != "flood"]
    named = (
        (_HEADS["flood"], floods, _depths(floods)),
        ("Other moves, the best of each kind", others, [_HEADS[r.move.kind] for r in others]),
    )
    groups = [
        Group(head, "", tuple(
            Span(name, row.payoff, row is best, traced(row.label, row.payoff))
            for name, row in zip(names, rows, strict=True)
        ))
        for head, rows, names in named
        if rows
    ]  # fmt: skip
    subtitle = Sentence(
        (
            "Gain less cost, present value in million USD, under the middle of the aims looked at."
            " Bars are 80% intervals; the move that tempts most is marked.",
        )
    )
    source = desk.source_line(
        [row.payoff.lineage for row in one.moves], "Modelled; a sensitivity, no forecast."
    )
    title = _payoff_title(desk, one)
    figure = ranges(f"payoff-{one.form}", groups, "Million USD", title, subtitle, source, width)
    return replace(figure, columns=("Move", "Depth", "Payoff", "Interval", "What it is"))


def _payoff_title(desk: Desk, one: Counter) -> Sentence:
    """Which of the two weapons pays the incumbent: price or withholding."""
    who = desk.country(one.incumbent)

    def pays(*kinds: str) -> bool:
        return any(r.move.kind in kinds and (r.payoff.value or 0.0) > 0 for r in one.moves)

    attack, squeeze = pays("flood"), pays("squeeze", "licence-queue")
    if squeeze and not attack:
        return say("Withholding exports pays {c}; no price attack does", c=who)
    if attack and not squeeze:
        return say("A price attack pays {c}; withholding exports does not", c=who)
    if attack:
        return say("Both a price attack and withholding exports pay {c}", c=who)
    return say("Neither a price attack nor withholding exports pays {c}", c=who)


def _depths(moves: Sequence[MoveRow]) -> list[str]:
    """What tells price attacks apart, without figures."""
    if len(moves) <= len(_DEPTHS):
        return list(_DEPTHS[-len(moves) :])
    return ["slightest", *[""] * (len(moves) - 2), "deepest"]


def _moves(one: Counter) -> list[dict[str, Any]]:
    best = tempting(one)
    return [
        {
            "row": row,
            "label": traced(row.label, row.payoff),
            "best": row is best,
            "spread": spread(row.payoff),
            "pays": chance(row.pays, row.pays.value),
        }
        for row in one.moves
    ]


def _aims(one: Counter, kinds: Sequence[str]) -> list[dict[str, Any]]:
    """One row per aim: the payoff of the best move of each kind, the best of all marked."""
    found: dict[tuple[float | None, float | None], dict[str, Any]] = {}
    for row in one.payoffs:
        aim = (row.home_weight.value, row.strategic_value.value)
        entry = found.setdefault(aim, {"row": row, "cells": {}, "best": None})
        entry["cells"][row.kind] = row
        if row.best:
            entry["best"] = traced(row.label, row.payoff)
    return [
        {**entry, "cells": [(_HEADS[kind], entry["cells"].get(kind)) for kind in kinds]}
        for entry in found.values()
    ]


def _deterrent(row: DeterrentRow) -> dict[str, Any]:
    return {
        "row": row,
        "name": _INSTRUMENTS[row.instrument],
        "against": listed([KINDS[kind] for kind in row.against]),
    }


def _entrants(desk: Desk, one: Counter) -> list[dict[str, Any]]:
    """Entrants, those of the focus country first, then by what they lean on and by size."""
    row = deepest(one) or one.moves[0]
    chances = {found.facility: found for found in row.entrants}
    order = list(STANDINGS)

    def rank(entrant: EntrantRow) -> tuple[bool, int, float]:
        size = entrant.capacity.value or 0.0
        return entrant.country != desk.focus, order.index(standing(entrant)), -size

    return [
        {
            "row": entrant,
            "country": desk.country(entrant.country),
            "focus": entrant.country == desk.focus,
            "found": chances[entrant.facility],
            "without": _sure(chances[entrant.facility].without),
            "after": _sure(chances[entrant.facility].survival),
            "leans": _LEANS[_leans(entrant)],
        }
        for entrant in sorted(one.entrants, key=rank)[:MOST_ROWS]
        if entrant.facility in chances
    ]


def _sure(quantity: Quantity) -> Shown:
    return chance(quantity, quantity.value)


def spread(quantity: Quantity) -> Shown:
    """An interval in words where an end is below zero: a dash beside a minus is hard to read."""
    low, high = quantity.low, quantity.high
    if low is None or high is None or low >= 0:
        return Shown(quantity, show(quantity, "range").text)
    ends = [number_text(end, quantity.unit) for end in (low, high)]
    return Shown(quantity, " to ".join(ends))


def _leans(entrant: EntrantRow) -> str:
    """What stands behind a plant, built or not."""
    if entrant.covered.value:
        return "floor"
    return "support" if entrant.supported else "bare"


def _past(desk: Desk, row: PastMove) -> dict[str, Any]:
    names = [str(desk.sources.get(one, {}).get("publisher") or "") for one in row.source]
    return {
        "row": row,
        "kind": capital(_HEADS.get(row.kind, row.kind).lower()),
        "what": "price" if row.kind == "flood" else "exports",
        "actor": desk.country(row.actor),
        "when": f"{row.start} to {row.end}" if row.end else f"from {row.start}",
        "outcome": capital(row.outcome),
        "publishers": ", ".join(dict.fromkeys(name for name in names if name)),
    }


def _readable(desk: Desk, note: str) -> str:
    """Put names in place of the ids of plants and assumptions in a note."""
    names = {str(row["id"]): desk.called(str(row["name"])) for row in desk.rows("facilities")}
    names |= {f"par:{row['id']}": str(row["name"]).lower() for row in desk.rows("parameters")}
    words = [
        names.get(word.rstrip(",."), word.rstrip(",.")) + word[len(word.rstrip(",.")) :]
        for word in note.split(" ")
    ]
    return desk.named(" ".join(words))
