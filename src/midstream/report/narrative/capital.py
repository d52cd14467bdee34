"""The money in words: what it costs to build, who pays, what is missing, what would close it."""

from __future__ import annotations

from collections.abc import Sequence

from midstream.capital.result import PlantCapital
from midstream.evidence.quantity import Quantity
from midstream.report.narrative.capital_rows import building, instrument, millions, running
from midstream.report.narrative.context import Context
from midstream.report.narrative.types import Finding, Opening
from midstream.report.narrative.words import (
    a_year,
    chance,
    joined,
    possessive,
    shortest_fit,
    started,
)
from midstream.report.numbers import Sentence, Shown, say, show


def capital_opening(context: Context, found: Sequence[PlantCapital]) -> Opening:
    """Head of the chapter: what is missing for the plant of the last middle stage."""
    if not found:
        title = Sentence(("No plant of this study has the prices a stack needs",))
        lede = Sentence(("Give a price on the command line, or add quotes to the price record.",))
        return Opening("Money", title, lede)
    told = found[-1]
    return Opening("Money", started(capital_title(context, told)), _lede(context, told))


def capital_title(context: Context, found: PlantCapital) -> Sentence:
    """One plant in at most twenty words: what is still to be raised."""
    gap, total = millions(context, found.gap), millions(context, found.total)
    who = possessive(context.country_name(found.country))
    form, size = context.form_name(found.form), _size(context, found)
    sized = say("{who} {size} of {form}", who=who, size=size, form=form)
    plain = say("{who} {form}", who=who, form=form)
    if (gap.value or 0.0) <= 0:
        head, tail = "money on offer would build {what}, all {t} of it", {"t": total}
        return shortest_fit([say(head, what=one, **tail) for one in (sized, plain)], 20)
    head = "{g} of the {t} to build {what} is still to be raised"
    return shortest_fit([say(head, g=_bare(gap), t=total, what=one) for one in (sized, plain)], 20)


def _size(context: Context, found: PlantCapital) -> Sentence:
    size = context.reckoner.number(
        f"capital/size/{found.form}", found.capacity, found.unit.split(" ")[0],
        "Size of the plant looked at", [found.total.lineage],
        "target of the scheme, or what is missing in the last year",
    )  # fmt: skip
    return Sentence((show(size), a_year(size.unit)))


def _bare(quantity: Quantity) -> Shown:
    return show(quantity, "bare")


def _lede(context: Context, found: PlantCapital) -> Sentence:
    without = millions(context, found.gap_without_scheme)
    head = say("without public support it would be {w}. ", w=without)
    closes = found.incentive_price
    if closes.value is None:
        tail = Sentence(("In most draws no price within the limit closes it.",))
    else:
        tail = say(
            "It closes where a kg sells at {p}; this page reckons with {q}, and {now} for {form}.",
            p=closes, q=found.product_price, form=context.form_name(found.price_form),
            now=found.price,
        )  # fmt: skip
    return started(head) + tail


def capital_findings(context: Context, found: PlantCapital) -> tuple[Finding, ...]:
    """What stands behind one stack, in the order a reader asks."""
    made = {
        "uses": _uses(context, found),
        "before": _before(context, found),
        "later": _later(context, found),
        "gap": _gap(context, found),
        "prices": _prices(context, found),
        "returns": _returns(found),
    }
    return tuple(
        Finding(f"capital/{found.form}/{name}", started(text))
        for name, text in made.items()
        if text.parts
    )


def _uses(context: Context, found: PlantCapital) -> Sentence:
    parts = [
        say("{n} {a}", n=row.name.lower(), a=millions(context, row.amount))
        for row in found.uses
        if row.amount.value
    ]
    total = millions(context, found.total)
    head = say("money needed before the start, {t} ({r}): ", t=total, r=_range(total))
    return head + joined(parts) + say(".")


def _range(quantity: Quantity) -> Shown:
    return Shown(quantity, show(quantity, "range").text)


def _before(context: Context, found: PlantCapital) -> Sentence:
    rows = building(found)
    if not rows:
        return Sentence(("nobody is on record to pay before the start.",))
    parts = [say("{n} {a}", n=instrument(row), a=millions(context, row.amount)) for row in rows]
    return Sentence(("paid before the start: ",)) + joined(parts) + say(".")


def _later(context: Context, found: PlantCapital) -> Sentence:
    """Aid that comes with the output, and what it does to the gap."""
    rows = running(found)
    if not rows:
        return Sentence(())
    parts = []
    for row in rows:
        text = say("{n} worth {a} today", n=instrument(row), a=millions(context, row.amount))
        if row.additionality is not None and row.additionality.value is not None:
            text += say(", which lowers the gap by {d}", d=millions(context, row.additionality))
        parts.append(text)
    return (
        Sentence(("paid with the output, so it builds nothing by itself: ",))
        + joined(parts)
        + say(".")
    )


def _gap(context: Context, found: PlantCapital) -> Sentence:
    gap = millions(context, found.gap)
    without = millions(context, found.gap_without_scheme)
    return say(
        "still to be raised: {g} ({r}); without public support {w} ({s}).",
        g=gap, r=_range(gap), w=without, s=_range(without),
    )  # fmt: skip


def _prices(context: Context, found: PlantCapital) -> Sentence:
    """The gap at the prices of the record."""
    parts = [
        say("{g} at {p}", g=millions(context, one.gap), p=one.price)
        for one in found.price_cases
        if one.name in ("low", "base", "high")
    ]
    if len(parts) < 2:
        return Sentence(())
    head = say("the gap by the price of {f}: ", f=context.form_name(found.price_form))
    return head + joined(parts) + say(".")


def _returns(found: PlantCapital) -> Sentence:
    if found.irr.value is None:
        return Sentence(("most draws give no return at all.",))
    text = say("return of the project {i} ({r})", i=found.irr, r=_range(found.irr))
    if found.equity_irr.value is not None:
        text += say(", of the equity {e}", e=found.equity_irr)
    closed = next((one.closed for one in found.price_cases if one.name == "base"), None)
    if closed is not None and closed.value is not None:
        text += say("; {c} of the draws leave no gap", c=chance(closed, closed.value))
    return text + say(".")
