"""The incumbent's answer in words: what it costs, whom it hits, what would deter it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midstream.counterstrategy.result import (
    Counter,
    DeterrentRow,
    EntrantRow,
    MoveRow,
    ThresholdRow,
)
from midstream.evidence.quantity import Quantity
from midstream.report.narrative.context import Context, clear_above
from midstream.report.narrative.counter_rows import (
    KINDS,
    STANDINGS,
    deepest,
    group_curve,
    group_series,
    half_shut,
    label,
    left,
    net_of,
    owner,
    short,
    standing,
    tempting,
    there,
)
from midstream.report.narrative.types import Finding, Opening
from midstream.report.narrative.words import (
    chance,
    counted,
    joined,
    listed,
    lower,
    shortest_fit,
    started,
    traced,
)
from midstream.report.numbers import Sentence, say, show

#: Plants named of a group, past moves named.
MOST_NAMES, MOST_PAST = 2, 3

#: What a dose of an instrument is, and the instrument where no dose is enough.
_DOSES = {
    "floor": ("a floor of {d} for all that entrants sell", "floor up to {d}"),
    "cover": (
        "the highest floor on record for {d} of each entrant\u2019s output",
        "cover up to {d}",
    ),
    "buffer": ("cash for {d} in every entrant", "buffer of cash up to {d}"),
    "stock": ("a stock for {d} of use abroad", "stock up to {d}"),
}


def counter_opening(context: Context, found: Sequence[Counter]) -> Opening:
    """Head of the chapter: what a price attack costs and what it leaves, of the first form."""
    if not found:
        title = Sentence(("This study finds no answer of an incumbent to look at",))
        lede = Sentence(("No form in the middle of its chain has a price, output and entrants.",))
        return Opening("The counterstrategy", title, lede)
    one = found[0]
    return Opening("The counterstrategy", started(counter_title(context, one)), _lede(context, one))


def counter_title(context: Context, one: Counter) -> Sentence:
    """One form in at most twenty words: what the deepest price attack costs, and what it leaves."""
    flood = deepest(one)
    who, form = context.country_name(one.incumbent), context.form_name(one.form)
    if flood is None:
        return say("{who} has no price attack to make on {form}", who=who, form=form)
    after, without = left(context, one, flood)
    whose = say("{whose} capacity for {form}", whose=owner(context, flood), form=form)
    head = say(
        "a price attack {verb} {who} {n:bare} million USD net and leaves {a:percent} of {whose}",
        verb="costs" if (flood.payoff.value or 0.0) < 0 else "pays", who=who,
        n=net_of(context, one, flood), a=after, whose=whose,
    )  # fmt: skip
    bare = say("a price attack leaves {a:percent} of {whose}", a=after, whose=whose)
    if show(after, "percent").text == show(without, "percent").text:
        tail = say(", as without it")
    else:
        tail = say(", not {b:percent}", b=without)
    return shortest_fit((head + tail, head, bare + tail, bare), 20)


def _lede(context: Context, one: Counter) -> Sentence:
    """What the title counts, which move tempts most, and how to read it."""
    parts: tuple[Sentence, ...] = ()
    row, best = deepest(one), tempting(one)
    if row is not None:
        parts = (say("the attack: {m}. ", m=label(row)),)
    if (best.payoff.value or 0.0) > 0:
        parts += (
            say(
                "What tempts {c} most under the same aim: {m}, which pays in {p} of the draws. ",
                c=context.country_name(one.incumbent), m=label(best),
                p=chance(best.pays, best.pays.value),
            ),
        )  # fmt: skip
    tail = Sentence(("Plans count with their chance. A sensitivity over aims nobody knows, never"
                     " a forecast.",))  # fmt: skip
    return started(joined((*parts, tail), "", ""))


def counter_findings(context: Context, one: Counter) -> tuple[Finding, ...]:
    """What the moves against one form come to, in the order a reader asks."""
    made = {
        "moves": _moves(context, one),
        "flood": _flood(context, one),
        "survivors": _survivors(context, one),
        "threshold": _threshold(context, one),
        "squeeze": _squeeze(context, one),
        "deter": _deterrence(context, one),
        "past": _past(one),
        "route": _route(one),
    }
    return tuple(
        Finding(f"counter/{one.form}/{name}", started(text))
        for name, text in made.items()
        if text.parts
    )


def _moves(context: Context, one: Counter) -> Sentence:
    """The most tempting move and the cheapest one."""
    best, cheap = tempting(one), min(one.moves, key=lambda row: row.incumbent_cost.value or 0.0)
    who = context.country_name(one.incumbent)
    if (best.payoff.value or 0.0) <= 0:
        head = say("under the middle of the aims no move pays {who}", who=who)
    else:
        head = say(
            "under the middle of the aims {who} gains most from this: {m}, which brings it {g:bare}"
            " million USD and costs {c:bare}",
            m=label(best), who=who, g=best.incumbent_gain, c=best.incumbent_cost,
        )  # fmt: skip
    if cheap is best:
        return head + say(", and no move is cheaper.")
    return head + say(
        "; the cheapest move ({m}) costs {c:bare} million USD and brings {g:bare}.",
        m=label(cheap), c=cheap.incumbent_cost, g=cheap.incumbent_gain,
    )  # fmt: skip


def _flood(context: Context, one: Counter) -> Sentence:
    """What the deepest price attack costs, and how much of what it takes comes back."""
    row = deepest(one)
    if row is None:
        return Sentence(())
    after, without = left(context, one, row)
    head = say(
        "{m} costs {who} {c:bare} million USD and brings {g:bare}; at its end {a:percent} of"
        " {whose} nameplate is there, where {b:percent} would be without it.",
        m=label(row), who=context.country_name(one.incumbent), c=row.incumbent_cost,
        g=row.incumbent_gain, a=after, b=without, whose=owner(context, row),
    )  # fmt: skip
    return head + _back(context, one, without)


def _back(context: Context, one: Counter, without: Quantity) -> Sentence:
    """Whether an attack puts off or puts out: the curve at its lowest and at its end."""
    curve = group_curve(one)
    back, low = curve.survival[-1], min(curve.survival, key=lambda q: q.value or 0.0)
    lost = (without.value or 0.0) - (low.value or 0.0)
    regained = (back.value or 0.0) - (low.value or 0.0)
    if lost <= 0:
        return Sentence(())
    years = context.reckoner.number(
        f"counter/{one.form}/back", curve.years[-1], "year", "Last year of the curve",
        [back.lineage], "years from the start of the move",
    )  # fmt: skip
    return say(
        " {how}: under the attack that tempts most, {l} is there at worst and {e} {y} years after"
        " its start.",
        how="Much of it is delay" if regained >= lost / 2 else "Little of it comes back",
        l=chance(low, low.value), e=chance(back, back.value), y=counted(years)[0],
    )  # fmt: skip


def _survivors(context: Context, one: Counter) -> Sentence:
    """Who stands after the deepest flood by what it leans on, and who falls first."""
    row = deepest(one)
    if row is None:
        return Sentence(())
    groups = {key: [e for e in one.entrants if standing(e) == key] for key in STANDINGS}
    parts = [_group(context, one, row, key, members) for key, members in groups.items() if members]
    return (
        say("what an entrant leans on decides who is there at its end: ")
        + joined(parts, "; ", "; ")
        + Sentence((".",))
        + _first(context, one, groups["bare"])
    )


def _group(
    context: Context, one: Counter, row: MoveRow, key: str, members: Sequence[EntrantRow]
) -> Sentence:
    """One group, its chance by nameplate, and its largest plants."""
    place = f"{row.move.id}/{key}"
    found = there(context, one, members, row, f"{place}/after")
    text = say("{g} {p}", g=STANDINGS[key], p=chance(found, found.value))
    if key == "plan":
        without = there(context, one, members, row, f"{place}/without", without=True)
        return text + say(", where {p} would be without it", p=chance(without, without.value))
    largest = sorted(members, key=lambda entrant: -(entrant.capacity.value or 0.0))
    names = [traced(short(entrant.name), entrant.capacity) for entrant in largest[:MOST_NAMES]]
    tail = " and others)" if len(members) > MOST_NAMES else ")"
    return text + say(" (") + joined(names, ", " if tail != ")" else " and ") + say(tail)


def _first(context: Context, one: Counter, members: Sequence[EntrantRow]) -> Sentence:
    """When half of the plants without floor and public money is shut, and on how much cash."""
    if not members:
        return Sentence(())
    cash = context.reckoner.median(
        f"counter/{one.form}/cash", [entrant.buffer for entrant in members], "Cash of such a plant"
    )
    series = group_series(context, one, "bare", members)
    year = half_shut(series, one.curves[0].years) if series else None
    if year is None:
        return say(" Those with neither hold cash for {c}.", c=cash)
    years = context.reckoner.number(
        f"counter/{one.form}/half", year, "year", "Year by whose end half of them is shut",
        [share.lineage for share in series], "first year with a share below one half",
    )  # fmt: skip
    return say(
        " Those with neither fall first: on cash for {c}, half of their nameplate is shut by the"
        " end of year {y}.",
        c=cash, y=counted(years)[0],
    )  # fmt: skip


def _threshold(context: Context, one: Counter) -> Sentence:
    """From which strategic value a flood pays, and what is best over all aims."""
    who = context.country_name(one.incumbent)
    known = sorted(
        (r for r in one.thresholds if r.kind == "flood" and r.strategic_value.value is not None),
        key=lambda row: row.strategic_value.value or 0.0,
    )
    if not known:
        head = Sentence(("at no value of a year without entrants does a price attack pay",))
    elif known[0].strategic_value.value == 0:
        head = say("a price attack can pay {who} in money alone", who=who)
    else:
        head = say("in money alone a price attack never pays {who}; it does once a year", who=who)
        head += say(" without entrants is worth ") + _worth(known[0])
        if len(known) > 1:
            head += say(", or ") + _worth(known[-1])
    return head + Sentence((". ",)) + started(_aims(context, one))


def _worth(row: ThresholdRow) -> Sentence:
    """A strategic value beside the sales of the incumbent, and the weight it holds for."""
    weight = row.home_weight.value
    counts: Sentence | str = {0.0: "not at all", 1.0: "in full"}.get(weight or 0.0, "")
    return say(
        "{v:bare} million USD to it ({s} of its sales) if what its own users save counts {w}",
        v=row.strategic_value, s=row.of_sales, w=counts or say("by {w:percent}", w=row.home_weight),
    )  # fmt: skip


def _aims(context: Context, one: Counter) -> Sentence:
    """Under how many aims each kind of move is the best."""
    aims = {(row.home_weight.value, row.strategic_value.value) for row in one.payoffs}
    best = [row for row in one.payoffs if row.best]
    kinds: Mapping[str, list[str]] = {
        kind: [row.payoff.lineage for row in best if row.kind == kind] for kind in KINDS
    }
    roots = [row.payoff.lineage for row in one.payoffs]
    place = f"counter/{one.form}/aims"
    total = context.reckoner.count(place, sorted(map(str, aims)), "Aims looked at", roots)
    numbers = {
        KINDS[kind]: context.reckoner.count(f"{place}/{kind}", found, "Aims it is best for", found)
        for kind, found in kinds.items()
        if found
    }
    if len(best) < len(aims):
        idle = ["nothing"] * (len(aims) - len(best))
        numbers["doing nothing"] = context.reckoner.count(
            f"{place}/none", idle, "Aims under which no move pays", roots
        )
    shown = counted(total, *numbers.values())
    parts = [say("{k} under {n}", k=kind, n=n) for kind, n in zip(numbers, shown[1:], strict=True)]
    return say("of {n} aims looked at, best are ", n=shown[0]) + joined(parts) + say(".")


def _squeeze(context: Context, one: Counter) -> Sentence:
    """What a cut of exports brings at once, and whom it lets in."""
    rows = [row for row in one.moves if row.move.kind in ("squeeze", "licence-queue")]
    if not rows:
        return Sentence(())
    best = max(rows, key=lambda row: row.payoff.value or 0.0)
    after, without = left(context, one, best, all_of_them=True)
    pays = (best.payoff.value or 0.0) > 0
    lets = (after.value or 0.0) > (without.value or 0.0)
    turn = f"{'But it' if pays else 'It'} lets entrants in:" if lets else "It lets nobody in:"
    return say(
        "withholding {pays} ({m}): {g:bare} million USD against {c:bare}. {turn} {a:percent} of all"
        " entrants\u2019 nameplate is there at its end, where {b:percent} would be without it.",
        m=label(best), pays="pays at once" if pays else "does not pay", g=best.incumbent_gain,
        c=best.incumbent_cost, a=after, b=without, turn=turn,
    )  # fmt: skip


def _deterrence(context: Context, one: Counter) -> Sentence:
    """The smallest dose of each instrument, and the moves none of them acts on."""
    enough = [row for row in one.deterrence if row.enough and row.smallest.value is not None]
    lacking = [row for row in one.deterrence if not row.enough]
    if enough:
        text = say("under the aim that tempts most, each of these alone is enough: ")
        text += joined([_dose(row) for row in enough], "; ", "; ")
    else:
        text = say("under the aim that tempts most, no single instrument is enough")
    if enough and lacking:
        nots = [say(f"no {_DOSES[row.instrument][1]}", d=row.limit) for row in lacking]
        text += say("; ") + joined(nots) + say(" is")
    acted = {kind for row in one.deterrence for kind in row.against}
    made = {row.move.kind for row in one.moves}
    others = [words for kind, words in KINDS.items() if kind in made - acted]
    if others:
        text += say("; none acts on {k}", k=listed(others))
    return text + say(".") + _needless(context, one)


def _dose(row: DeterrentRow) -> Sentence:
    against = listed([KINDS[kind] for kind in row.against])
    return say(_DOSES[row.instrument][0], d=row.smallest) + say(" (against {k})", k=against)


def _needless(context: Context, one: Counter) -> Sentence:
    """Under how many aims no floor is needed, for no price attack pays."""
    rows = [row for row in one.sensitivity if row.instrument == "floor"]
    idle = [row for row in rows if row.enough and row.smallest.value == 0]
    if not idle:
        return Sentence(())
    place = f"counter/{one.form}/needless"
    roots = [row.smallest.lineage for row in rows]
    n = context.reckoner.count(place, idle, "Aims under which no price attack pays", roots)
    total = context.reckoner.count(f"{place}/all", rows, "Aims looked at", roots)
    a, b = counted(n, total)
    return say(" Under {a} of {b} aims no floor is needed, for no price attack pays.", a=a, b=b)


def _past(one: Counter) -> Sentence:
    """The newest moves on record with a figure, and what the record says on survival."""
    told = [row for row in reversed(one.history) if row.depth.value is not None][:MOST_PAST]
    parts = [
        say(
            "{what} down {d} from {y} on (intent {i})",
            what="prices" if row.kind == "flood" else "exports",
            y=row.start[:4], d=row.depth, i=row.intent,
        )
        for row in told
    ]  # fmt: skip
    text = Sentence(())
    if parts:
        text = say("on record: ") + joined(parts) + say(". A fall of prices is no proof of intent.")
    if one.survivors.value is None:
        return text
    return text + say(
        "{gap}The model stands beside the record: of plants that met a collapse of prices,"
        " {v:percent} ({r:percents}) lived on.",
        gap=" " if text.parts else "", v=one.survivors, r=one.survivors,
    )  # fmt: skip


def _route(one: Counter) -> Sentence:
    """The price of a squeeze by both routes, and whether they agree."""
    route = one.second_route
    if route is None or route.market is None:
        return Sentence(())
    simple, market = route.closed_form, route.market
    if clear_above(market, simple):
        verdict = "the market engine gives clearly more"
    elif clear_above(simple, market):
        verdict = "the market engine gives clearly less"
    else:
        verdict = "the intervals overlap"
    return say(
        "the price by a second route ({m}): times {a} by elasticity, on which the payoffs rest, and"
        " times {b} in the market engine; {verdict}.",
        m=traced(lower(route.label), simple), a=_times(simple), b=_times(market), verdict=verdict,
    )  # fmt: skip


def _times(quantity: Quantity) -> Sentence:
    """A ratio with its interval."""
    value = Sentence((show(quantity, "bare"),))
    if quantity.low is None:
        return value
    return value + say(" ({r})", r=show(quantity, "range"))
