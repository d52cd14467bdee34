"""The outlook in words: what is made in the last year, which future, what would change it."""

from __future__ import annotations

from midstream.evidence.quantity import Quantity
from midstream.report.narrative.context import Context
from midstream.report.narrative.outlook_rows import (
    looked_at,
    middle_of,
    scenario_name,
    told_boxes,
    told_flips,
)
from midstream.report.narrative.types import Finding, Opening
from midstream.report.narrative.words import (
    chance,
    joined,
    listed,
    lower,
    shortest_fit,
    started,
    traced,
)
from midstream.report.numbers import EN_DASH, MINUS, Sentence, Shown, say, show
from midstream.scenarios.result import BoundRow, BoxRow, FlipRow, Outlook, ScenarioRow

#: Drivers named in the prose, flips named, stages of the scores.
MOST_DRIVERS, MOST_FLIPS = 3, 3


def outlook_opening(context: Context, found: Outlook) -> Opening:
    """Head of the chapter: what the middle of the chain makes, and the most likely future."""
    return Opening(f"Outlook {found.last}", started(_title(context, found)), _lede(found))


def _title(context: Context, found: Outlook) -> Sentence:
    likely = most_likely(found)
    form = _told_form(context, found)
    if form is None:
        return say(
            "{name} is the most likely future of {c} in {year}, in {p} of the draws",
            name=likely.name.lower(), c=context.country, year=str(found.last),
            p=chance(likely.probability, likely.probability.value),
        )  # fmt: skip
    path = found.path(found.focus, form)
    output = path.points[-1] if path is not None else None
    covered = coverage(found, form)
    slots = {
        "year": str(found.last),
        "c": context.country,
        "form": context.form_name(form),
        "made": amount(output) if output is not None else "no evidence",
        "k": covered if covered is not None else "no evidence",
    }
    return shortest_fit(
        (
            say("by {year} {c} most likely makes {made} of {form}, about {k:percent} of its need",
                **slots),
            say("by {year} {c} most likely makes {k:percent} of the {form} it needs", **slots),
        ),
        20,
    )  # fmt: skip


def _told_form(context: Context, found: Outlook) -> str | None:
    """The form the title speaks about: the last of the middle stages with a need on record."""
    middle = [form for form in context.study.middle_forms if coverage(found, form) is not None]
    return middle[-1] if middle else None


def coverage(found: Outlook, form: str) -> Quantity | None:
    """Output over own need in the last year, the median."""
    for row in found.weighted:
        if row.id == f"coverage/{form}" and row.median.value is not None:
            return row.median
    return None


def most_likely(found: Outlook) -> ScenarioRow:
    """The scenario with the highest probability."""
    return max(found.scenarios, key=lambda row: (row.probability.value or 0.0, -row.rank))


def _lede(found: Outlook) -> Sentence:
    likely = most_likely(found)
    others = [row for row in reversed(found.scenarios) if row is not likely]
    head = say(
        "{name} is the most likely future, in {p} of the draws ({r}): ",
        name=likely.name, p=chance(likely.probability, likely.probability.value),
        r=show(likely.probability, "percents"),
    )  # fmt: skip
    rest = joined(
        [say("{n} {p}", n=row.name.lower(), p=chance(row.probability, row.probability.value))
         for row in others]
    )  # fmt: skip
    return head + rest + Sentence((". Shares of draws from the record of projects, no forecast.",))


def outlook_findings(context: Context, found: Outlook) -> dict[str, tuple[Finding, ...]]:
    """Findings by part of the chapter."""
    return {
        "outlook/odds": _kept(found, {"rules": _rules(found), "expert": _expert(found)}),
        "outlook/made": _made(context, found),
        "outlook/moves": _kept(
            found, {"drivers": _drivers(found), "flips": _flips(found), "none": _unmoved(found)}
        ),
        "outlook/leads": tuple(
            Finding(f"outlook/{box.id}", started(_box(box))) for box in told_boxes(found)
        ),
        "outlook/scores": _kept(found, {"scores": _scores(context, found)}),
    }


def _kept(found: Outlook, texts: dict[str, Sentence]) -> tuple[Finding, ...]:
    return tuple(
        Finding(f"outlook/{name}/{found.last}", started(text))
        for name, text in texts.items()
        if text.parts
    )


def _rules(found: Outlook) -> Sentence:
    """How far the answer hangs on where the lines are drawn."""
    worst, best = found.scenarios[0], found.scenarios[-2:]
    parts = [
        say("with a looser rule {n} would be {p}", n=row.name.lower(),
            p=chance(row.looser, row.looser.value))
        for row in best[:1]
    ]  # fmt: skip
    parts.append(
        say("with a stricter one {n} would be {p}", n=worst.name.lower(),
            p=chance(worst.stricter, worst.stricter.value))
    )  # fmt: skip
    head = Sentence(("the lines between futures are our own, drawn with trial runs seen: ",))
    return head + joined(parts) + say(".")


def _expert(found: Outlook) -> Sentence:
    named = [row for row in found.scenarios if row.expert is not None]
    if not named:
        return Sentence(("no expert has stated odds of their own; the table for them is empty.",))
    parts = [say("{n} {p:percent}", n=row.name.lower(), p=row.expert or row.probability)
             for row in named]  # fmt: skip
    return Sentence(("experts state instead: ",)) + joined(parts) + say(".")


def _made(context: Context, found: Outlook) -> tuple[Finding, ...]:
    """Each form: output and need in the last year."""
    texts = []
    for form in looked_at(context.study, found):
        path, need = found.path(found.focus, form), found.path(found.focus, form, "need")
        if path is None:
            continue
        made = path.points[-1]
        text = say("{f}: {made} ({r})", f=context.form_name(form), made=amount(made), r=_ends(made))
        text += Sentence((f" in {found.last}",))
        if need is not None and need.points[-1].value is not None:
            text += say(", against a need of {n}", n=amount(need.points[-1]))
        texts.append(Finding(f"outlook/made/{form}", started(text + say("."))))
    return tuple(texts)


def amount(quantity: Quantity) -> Shown:
    """Print an amount; a tonne of a form is a tonne where the form is named beside it."""
    shown = show(quantity)
    tonnes = shown.unit.startswith("t ")
    return Shown(quantity, shown.text, "t" if tonnes else shown.unit)


def _ends(quantity: Quantity) -> Shown:
    """The interval without its unit, which stands before it."""
    shown = show(quantity, "range")
    return Shown(quantity, shown.text)


def _drivers(found: Outlook) -> Sentence:
    middle = middle_of(found)
    told = [row for row in found.drivers if abs(row.effect.value or 0.0) >= 0.01][:MOST_DRIVERS]
    if not told:
        return Sentence(("no driver moves the odds of the two best futures.",))
    parts = [
        say("{n} ({a} where it is low, {b} where it is high)", n=lower(row.name),
            a=chance(row.bottom, row.bottom.value), b=chance(row.top, row.top.value))
        for row in told
    ]  # fmt: skip
    head = say("the odds of the two best futures, ")
    if middle is not None:
        head += say("{p} over all draws, ", p=chance(middle, middle.value))
    return head + say("hang most on ") + joined(parts) + say(".")


def _flips(found: Outlook) -> Sentence:
    told = told_flips(found)[:MOST_FLIPS]
    if not told:
        return Sentence(("no shift of one driver alone makes another future the most likely.",))
    parts = [
        say("{n} by {s} standard deviations ({to})", n=lower(row.name), s=_signed(row),
            to=scenario_name(found, row.after))
        for row in told
    ]  # fmt: skip
    head = say("one driver alone would make another future the most likely: ")
    return head + joined(parts, " or ") + say(".")


def _signed(row: FlipRow) -> Shown:
    value = row.shift.value or 0.0
    sign = MINUS if value < 0 else "+"
    return Shown(row.shift, f"{sign}{abs(value):.1f}")


def _unmoved(found: Outlook) -> Sentence:
    moved = {row.driver for row in told_flips(found)}
    names = [lower(row.name) for row in found.flips if row.driver not in moved]
    if not names or not moved:
        return Sentence(())
    return say("no shift within the limit does it for {names}.", names=listed(names))


def _box(box: BoxRow) -> Sentence:
    """What leads to an outcome: the conditions, and how often it then happens."""
    conditions = [_bound(bound) for bound in box.bounds]
    return (
        say("{what}: {d} of the draws where ", what=traced(lower(box.outcome), box.density),
            d=chance(box.density, box.density.value))
        + joined(conditions)
        + say(", against {b} of all", b=chance(box.base, box.base.value))
        + say(".")
    )  # fmt: skip


def _bound(bound: BoundRow) -> Sentence:
    ends = [end for end in (bound.low, bound.high) if end is not None]
    if ends and ends[0].unit == "probability":
        plant = bound.name.removesuffix(" runs")
        return traced(f"{plant} {'runs' if bound.low is not None else 'does not run'}", ends[0])
    name = Sentence((lower(bound.name),))
    if bound.low is not None and bound.high is not None:
        span = f"{_sd(bound.low)}{EN_DASH}{_sd(bound.high)}"
        return name + say(" lies at {s} sd", s=Shown(bound.low, span))
    if bound.low is not None:
        return name + say(" is above {s} sd", s=Shown(bound.low, _sd(bound.low)))
    if bound.high is not None:
        return name + say(" is below {s} sd", s=Shown(bound.high, _sd(bound.high)))
    return name


def _sd(quantity: Quantity) -> str:
    return f"{quantity.value or 0.0:+.1f}".replace("-", MINUS)


def _scores(context: Context, found: Outlook) -> Sentence:
    rows = {row.id: row for row in found.weighted}
    parts = []
    for stage in ("C1", "C2", "C3", "C4"):
        row = rows.get(f"score/{stage}/{found.last}")
        if row is not None and row.median.value is not None:
            parts.append(say("{s} {v} ({r})", s=stage, v=row.median, r=show(row.median, "range")))
    if not parts:
        return Sentence(())
    head = say("{c} scores in {year}, over the sectors: ", c=context.country, year=str(found.last))
    return head + joined(parts) + say(".")
