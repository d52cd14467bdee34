"""The incumbent's answer in words: what it costs, whom it hits, what would deter it."""

from __future__ import annotations

from collections.abc import Sequence

from midstream.counterstrategy.result import (
    Counter,
    DeterrentRow,
    EntrantRow,
    MoveRow,
    SurvivalRow,
)
from midstream.evidence.quantity import Quantity
from midstream.report.narrative.context import Context
from midstream.report.narrative.types import Finding, Opening
from midstream.report.narrative.words import (
    chance,
    joined,
    lower,
    possessive,
    shortest_fit,
    started,
    traced,
)
from midstream.report.numbers import Sentence, say

#: Entrants named on either side, past moves named.
MOST_NAMES, MOST_PAST = 3, 3


def counter_opening(context: Context, found: Sequence[Counter]) -> Opening:
    """Head of the chapter: what a price attack would leave, and what it would cost."""
    if not found:
        title = Sentence(("Nobody holds the middle of this study's chain",))
        lede = Sentence(("Without an incumbent there is no answer to look at.",))
        return Opening("The counterstrategy", title, lede)
    one = found[0]
    return Opening("The counterstrategy", started(counter_title(context, one)), _lede(context, one))


def counter_title(context: Context, one: Counter) -> Sentence:
    """One form in at most twenty words: whom the deepest flood removes, and its price."""
    flood = deepest(one)
    who = possessive(context.country_name(one.incumbent))
    form = context.form_name(one.form)
    if flood is None:
        return say("{who} moves against new {form} come without a price attack", who=who, form=form)
    after, without = left(context, one, flood)
    whose = context.country if flood.out_focus.value is not None else "outside"
    capacity = say("{whose} {form} capacity", whose=possessive(whose), form=form)
    if whose == "outside":
        capacity = say("{form} capacity outside", form=form)
    head = say("a price attack would leave {a:percent} of {what} there", a=after, what=capacity)
    tail = say(", where {b:percent} would be without it", b=without)
    return shortest_fit((head + tail, head), 20)


def left(context: Context, one: Counter, row: MoveRow) -> tuple[Quantity, Quantity]:
    """Nameplate that is there at the end of a move, and without it: of the focus, else of all."""
    own = row.out_focus.value is not None
    sizes = {
        entrant.facility: entrant.capacity.value or 0.0
        for entrant in one.entrants
        if not own or entrant.country == one.focus
    }
    found = []
    for name, words in (("survival", "after a move"), ("without", "without it")):
        chances = {entrant.facility: getattr(entrant, name) for entrant in row.entrants}
        there = sum(size * (chances[id].value or 0.0) for id, size in sizes.items())
        found.append(
            context.reckoner.number(
                f"counter/{one.form}/{row.move.id}/{name}", there / (sum(sizes.values()) or 1.0),
                "share", f"Nameplate of entrants that is there {words}",
                [chances[id].lineage for id in sizes], "sum of nameplate x chance / nameplate",
            )
        )  # fmt: skip
    return found[0], found[1]


def _bare(row: MoveRow) -> Sentence:
    return say("{c:bare}", c=row.incumbent_cost)


def deepest(one: Counter) -> MoveRow | None:
    """The flood with the lowest price."""
    floods = [row for row in one.moves if row.move.kind == "flood"]
    return min(floods, key=lambda row: row.move.price or 0.0) if floods else None


def _lede(context: Context, one: Counter) -> Sentence:
    tempting = max(one.moves, key=lambda row: row.payoff.value or 0.0)
    head = say(
        "of the moves looked at, this one pays {c} most: {m}, in {p} of the draws. ",
        c=context.country_name(one.incumbent),
        m=traced(lower(tempting.label), tempting.payoff),
        p=chance(tempting.pays, tempting.pays.value),
    )
    return started(head) + Sentence(("A sensitivity over aims nobody knows, never a forecast.",))


def counter_findings(context: Context, one: Counter) -> tuple[Finding, ...]:
    """What the moves against one form come to, in the order a reader asks."""
    made = {
        "flood": _flood(context, one),
        "threshold": _threshold(context, one),
        "survivors": _survivors(one),
        "squeeze": _squeeze(one),
        "deter": _deterrence(one),
        "past": _past(one),
        "route": _route(one),
    }
    return tuple(
        Finding(f"counter/{one.form}/{name}", started(text))
        for name, text in made.items()
        if text.parts
    )


def _flood(context: Context, one: Counter) -> Sentence:
    row = deepest(one)
    if row is None:
        return Sentence(())
    after, without = left(context, one, row)
    return say(
        "{m} costs {who} {c} million USD and gains it {g}; at its end {a:percent} of {whose}"
        " nameplate is there, where {b:percent} would be without it.",
        m=traced(lower(row.label), row.payoff), who=context.country_name(one.incumbent),
        c=_bare(row), g=say("{g:bare}", g=row.incumbent_gain), a=after, b=without,
        whose=possessive(context.country) if row.out_focus.value is not None else "all entrants'",
    )  # fmt: skip


def _threshold(context: Context, one: Counter) -> Sentence:
    """From which strategic value a flood pays."""
    rows = [r for r in one.thresholds if r.kind == "flood" and r.strategic_value.value is not None]
    if not rows:
        return Sentence(("no strategic value looked at makes a price attack pay.",))
    easiest = min(rows, key=lambda row: row.strategic_value.value or 0.0)
    return say(
        "a price attack pays {c} only if a year without entrants is worth {v} million USD to it,"
        " {s} of its sales, and money that moves at home counts for little.",
        c=context.country_name(one.incumbent),
        v=say("{v:bare}", v=easiest.strategic_value), s=easiest.of_sales,
    )  # fmt: skip


def _survivors(one: Counter) -> Sentence:
    """Who is likeliest to be there after the deepest flood, and who least."""
    row = deepest(one)
    names = {entrant.facility: entrant for entrant in one.entrants}
    if row is None or not row.entrants:
        return Sentence(())
    built = [s for s in row.entrants if names[s.facility].built]
    ranked = sorted(built or row.entrants, key=lambda s: -(s.survival.value or 0.0))
    best, worst = ranked[:MOST_NAMES], ranked[-1]
    parts = [_told(names[s.facility], s) for s in best]
    head = Sentence(("likeliest to outlast it among those built: ",)) + joined(parts)
    return head + say("; least likely ") + _told(names[worst.facility], worst) + say(".")


def _told(entrant: EntrantRow, row: SurvivalRow) -> Sentence:
    name = traced(entrant.name.split(",")[0], row.survival)
    return name + say(" {p}", p=chance(row.survival, row.survival.value))


def _squeeze(one: Counter) -> Sentence:
    rows = [row for row in one.moves if row.move.kind in ("squeeze", "licence-queue")]
    if not rows:
        return Sentence(())
    best = max(rows, key=lambda row: row.payoff.value or 0.0)
    return say(
        "{m} brings {g} million USD against {c}, and leaves {o} of entrants' nameplate out: it pays"
        " at once and lets them in.",
        m=traced(lower(best.label), best.payoff), g=say("{g:bare}", g=best.incumbent_gain),
        c=_bare(best), o=best.out,
    )  # fmt: skip


#: What a dose of an instrument is.
_DOSES = {
    "floor": "a price floor at {d}",
    "cover": "floors over {d} of every entrant's output",
    "buffer": "cash for {d}",
    "stock": "a stock of {d}",
}


def _deterrence(one: Counter) -> Sentence:
    enough = [row for row in one.deterrence if row.enough and row.smallest.value is not None]
    none = [row.instrument for row in one.deterrence if not row.enough]
    if not enough:
        return Sentence(("no single instrument within the limits removes the temptation.",))
    parts = [_dose(row) for row in enough]
    text = Sentence(("under the aim that tempts most, this is enough: ",)) + joined(parts)
    if none:
        text += Sentence((f"; no {' and no '.join(none)} within the limit is",))
    return text + say(".")


def _dose(row: DeterrentRow) -> Sentence:
    against = " and ".join(kind.replace("-", " ") for kind in row.against)
    return say(_DOSES[row.instrument], d=row.smallest) + Sentence((f" against {against}",))


def _past(one: Counter) -> Sentence:
    """The newest moves on record."""
    told = [row for row in reversed(one.history) if row.depth.value is not None][:MOST_PAST]
    if not told:
        return Sentence(())
    parts = [
        say("{k} of {y} ({d})", k=row.kind.replace("-", " "), y=row.start[:4], d=row.depth)
        for row in told
    ]
    return Sentence(("on record: ",)) + joined(parts) + say(".")


def _route(one: Counter) -> Sentence:
    route = one.second_route
    if route is None or route.market is None:
        return Sentence(())
    return say(
        "{m}: the price outside rises {a} times by elasticity and {b} times in the market engine;"
        " the two routes do not agree, and both are shown.",
        m=traced(lower(route.label), route.closed_form),
        a=say("{q:bare}", q=route.closed_form), b=say("{q:bare}", q=route.market),
    )  # fmt: skip
