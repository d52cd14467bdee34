"""Who captures the value, in words: by step, place and owner, beside leverage, now and later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from midstream.beneficiaries.beside import BesideRow
from midstream.beneficiaries.domestic import Domestic
from midstream.beneficiaries.result import ChainValue, PlaceRow, StageRow
from midstream.evidence.quantity import Quantity
from midstream.report.narrative.context import Context, clear_above
from midstream.report.narrative.types import Finding, Opening
from midstream.report.narrative.value_rows import (
    LeverGains,
    beside_of,
    lever_gains,
    main_capture,
    place_of,
    top_stage,
)
from midstream.report.narrative.words import (
    counted,
    joined,
    plural,
    shortest_fit,
    started,
    traced,
)
from midstream.report.numbers import Sentence, Shown, say, show

if TYPE_CHECKING:
    from midstream.study.value import Capture

KICKER = "Who captures the value"
#: Probability from which on a step may be said to add most without "most likely".
SURE = 0.9
#: Places named in a sentence beside the focus country.
MOST_PLACES = 3


def value_openings(context: Context) -> dict[str, Opening]:
    """Head of the page on value by its id; none without a chain that has prices."""
    found = main_capture(context.study)
    return {} if found is None else {"value": value_opening(context, found)}


def value_chapters(context: Context) -> dict[str, tuple[Finding, ...]]:
    """Findings on who captures the value; empty without a chain that has prices."""
    found = main_capture(context.study)
    if found is None:
        return {"value/words": (), "value/companies": ()}
    words = value_findings(context, found)
    return {"value/words": words, "value/companies": company_findings(context)}


def value_opening(context: Context, found: Capture) -> Opening:
    """Head of the page: which step holds most value, and what the focus country captures."""
    return Opening(KICKER, started(value_title(context, found)), _lede(context, found.value))


def value_title(context: Context, found: Capture) -> Sentence:
    """One chain in at most twenty words: most value, its part of the leverage, the focus."""
    top = top_stage(found.value)
    held = beside_of(found, top.forms[-1]) if len(top.forms) == 1 else None
    lead = say(
        "{step} {holds} {s} of the value of {what}",
        step=steps(context, top), holds="holds" if _sure(held) else "most likely holds",
        s=top.share, what=context.form_name(found.value.unit_form),
    )  # fmt: skip
    tail = _captures(context, found.value)
    if held is None or held.leverage_share.value is None:
        return shortest_fit([lead + say("; ") + tail, lead], 20)
    less = held.leverage_share.value < (top.share.value or 0.0)
    middle = say(" {but} {h} of the leverage", but="but" if less else "and", h=held.leverage_share)
    return shortest_fit(
        [lead + middle + say("; ") + tail, lead + say("; ") + tail, lead + middle, lead], 20
    )


def steps(context: Context, row: StageRow) -> str:
    """The step of a row, or the steps that are known only together."""
    return " and ".join(context.form_name(form) for form in row.forms)


def _sure(held: BesideRow | None) -> bool:
    return held is not None and (held.most_value.value or 0.0) >= SURE


def _captures(context: Context, found: ChainValue) -> Sentence:
    """What the plants in the focus country add."""
    row = place_of(found.locations, context.focus)
    if row is None:
        return say("{c} captures nothing on record", c=context.country)
    if row.share.value is None:
        return say("{c} captures {s:range}", c=context.country, s=row.share)
    return say("{c} captures {s}", c=context.country, s=row.share)


def _lede(context: Context, found: ChainValue) -> Sentence:
    basis = found.basis
    priced = f"Prices: {basis.name}{', ' + basis.tax if basis.tax else ''}."
    return (
        say(
            "Value added in a {u} of {f}, sold at {p}. ",
            u=found.unit,
            f=context.form_name(found.unit_form),
            p=found.final,
        )
        + traced(priced, found.final)
        + say(" Value and leverage are two measures: they stand side by side, never as one.")
    )


def value_findings(context: Context, found: Capture) -> tuple[Finding, ...]:
    """What stands behind it, in the order a reader asks."""
    texts = {
        "stages": _stages(context, found.value),
        "beside": _beside(context, found),
        "places": _places(context, found.value),
        "owners": _owners(context, found.value),
        "domestic": _domestic(context, found.domestic),
        "units": _units(found),
    }
    return _made(found.value.route.id, texts)


def company_findings(context: Context) -> tuple[Finding, ...]:
    """How many levers bring a figure to a company, and to how many."""
    levers = lever_gains(context.study)
    if not levers:
        return ()
    return _made("companies", {"levers": _levers(context, levers)})


def _made(place: str, texts: dict[str, Sentence]) -> tuple[Finding, ...]:
    return tuple(
        Finding(f"value/{place}/{name}", started(text))
        for name, text in texts.items()
        if text.parts
    )


def _stages(context: Context, found: ChainValue) -> Sentence:
    ranked = sorted(found.stages, key=lambda row: -(row.share.value or 0.0))
    parts = [
        say("{s} ({r:range}) at {f}", s=row.share, r=row.share, f=steps(context, row))
        for row in ranked
    ]
    last = found.stages[-1]
    text = say("of the price of {f}, {p}, ", f=context.form_name(last.forms[-1]), p=found.final)
    text += say("this is added: ") + joined(parts) + say(".")
    return text + say(" By-products and energy are not taken off or added.")


def _beside(context: Context, found: Capture) -> Sentence:
    """Whose leverage the largest step of it is, and whether others can be told from it."""
    best = _strongest(found)
    if not best:
        return Sentence(())
    strongest, *level = best
    text = say(
        "most leverage sits at {f}, where {c} holds {l} of world need ({r:range})",
        f=context.form_name(strongest.form), c=context.country_name(strongest.holder),
        l=_leverage(strongest), r=_leverage(strongest),
    )  # fmt: skip
    if level:
        names = joined([context.form_name(row.form) for row in level])
        text += say("; the intervals do not tell it from ") + names
    apart = None if found.beside is None else found.beside.apart
    if apart is None or apart.value is None:
        return text + say(".")
    return text + say(
        ". To match the shares of leverage, {a:percent} of the value would have to sit at other"
        " steps.",
        a=apart,
    )


def beside_title(context: Context, found: Capture) -> Sentence:
    """Where most value lies and where most leverage does, in one line."""
    best, top = _strongest(found), top_stage(found.value)
    lead = say("most value lies at {f}", f=steps(context, top))
    others = [context.form_name(row.form) for row in best if (row.form,) != top.forms]
    if not best:
        return started(lead)
    if 1 < len(best) == len(_held(found)):
        return started(lead + say("; no step stands out by leverage"))
    if len(others) == len(best):
        return started(lead + say(", most leverage at ") + joined(others, " or "))
    if not others:
        return started(lead + say(", and most leverage too"))
    return started(lead + say("; most leverage there, or at ") + joined(others, " or "))


def _strongest(found: Capture) -> list[BesideRow]:
    """The step with most leverage, then those its interval does not tell it from."""
    held = _held(found)
    if len(held) < 2:
        return []
    strongest = max(held, key=_years)
    level = [row for row in held if row is not strongest and not _clear(strongest, row)]
    return [strongest, *level]


def _held(found: Capture) -> list[BesideRow]:
    """Steps whose leverage has a value."""
    rows = () if found.beside is None else found.beside.rows
    return [row for row in rows if row.leverage is not None and row.leverage.value is not None]


def _leverage(row: BesideRow) -> Quantity:
    return row.leverage or row.leverage_share


def _years(row: BesideRow) -> float:
    return _leverage(row).value or 0.0


def _clear(one: BesideRow, other: BesideRow) -> bool:
    return clear_above(_leverage(one), _leverage(other))


def _places(context: Context, found: ChainValue) -> Sentence:
    parts = _named(context, found.locations)
    if not parts:
        return Sentence(())
    return say("by where the plants stand: ") + joined(parts) + say(".")


def _owners(context: Context, found: ChainValue) -> Sentence:
    parts = _named(context, found.owners)
    if not parts:
        return Sentence(())
    return say("by the country of the owners: ") + joined(parts) + say(".")


def _named(context: Context, rows: Sequence[PlaceRow]) -> list[Sentence]:
    """Largest places, then the focus country, each with its interval."""
    kept = list(rows[:MOST_PLACES])
    own = place_of(rows, context.focus)
    if own is not None and own not in kept:
        kept.append(own)
    known = context.study.evidence.countries
    names = [context.country_name(r.place) if r.place in known else r.name for r in kept]
    found = [say("{c} {s}", c=name, s=_share(row)) for name, row in zip(names, kept, strict=True)]
    if own is None:
        found.append(say("{c} nothing on record", c=context.country))
    return found


def _share(row: PlaceRow) -> Sentence:
    if row.share.value is None:
        return say("{r:range}", r=row.share)
    return say("{s} ({r:range})", s=row.share, r=row.share)


def _domestic(context: Context, rows: Sequence[Domestic]) -> Sentence:
    own = next((row for row in rows if row.country == context.focus), None)
    if own is None or own.now.value is None:
        return Sentence(())
    text = say(
        "{c} captures {a:bare} million USD a year ({r:range}) as of {year}",
        c=context.country, a=own.now, r=_plain(own.now), year=str(own.year),
    )  # fmt: skip
    if own.then.value is not None:
        apart = clear_above(own.then, own.now) or clear_above(own.now, own.then)
        text += say(
            " and {b:bare} ({r:range}) in {year}, at the same prices{overlap}",
            b=own.then, r=_plain(own.then), year=str(own.later),
            overlap="" if apart else "; the intervals overlap",
        )  # fmt: skip
    if own.missing:
        names = joined([context.form_name(form) for form in own.missing])
        text += say(". A year without a figure for ") + names + say(" leaves that step out")
    return text + say(".")


def _plain(quantity: Quantity) -> Shown:
    return Shown(quantity, show(quantity, "range").text)


def _units(found: Capture) -> Sentence:
    known = [row for row in found.units if row.value.value is not None]
    if not known:
        return Sentence(())
    row = known[0]
    return say(
        "the value in {n}: {v} ({r:range}), without value-added tax where the prices hold it.",
        n=row.name, v=Shown(row.value, show(row.value, "bare").text, "USD"), r=_plain(row.value),
    )  # fmt: skip


def _levers(context: Context, levers: Sequence[LeverGains]) -> Sentence:
    told = [one for one in levers if one.told]
    inputs = [gain.supply.lineage for one in told for gain in one.told]
    total = context.reckoner.count("value/levers", levers, "Levers looked at", inputs)
    some = context.reckoner.count("value/told", told, "Levers with a figure", inputs)
    names = {gain.company for one in told for gain in one.told if gain.company}
    who = context.reckoner.count("value/companies", sorted(names), "Companies", inputs)
    shown = counted(total, some, who)
    return say(
        "of {n} {levers} looked at, {s} {bring} a figure to a company; {w} {companies} and plants"
        " of others share in them.",
        n=shown[0], levers=plural(total, "lever"), s=shown[1],
        bring=plural(some, "brings", "bring"), w=shown[2],
        companies=plural(who, "company", "companies"),
    )  # fmt: skip
