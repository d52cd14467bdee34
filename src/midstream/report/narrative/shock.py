"""A shock in words: who is short, what the price does, who loses and who gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from midstream.evidence.quantity import Quantity
from midstream.report.narrative.context import Context
from midstream.report.narrative.shock_rows import (
    INSTRUMENTS,
    Case,
    Names,
    episode_name,
    exposure,
    extreme,
    gains,
    losses,
    worst_target,
)
from midstream.report.narrative.types import Finding, Opening
from midstream.report.narrative.words import (
    counted,
    joined,
    listed,
    plural,
    possessive,
    shortest_fit,
    started,
)
from midstream.report.numbers import EN_DASH, Sentence, Shown, say, show

#: Predictors of the price outside as a whole. The simple rule is the default for peaks as long as
#: no form beats it beyond doubt on episodes it has not seen.
_PREDICTORS = {
    "rule": "by the share rule with a cap",
    "model": "by the form fitted to the record",
    "engine": "by the engine",
}

#: Deliveries from this share of normal up are called unharmed, prices up to this ratio unmoved.
UNHARMED, UNMOVED = 0.97, 1.03


def shock_opening(context: Context, found: Sequence[Case]) -> Opening:
    """Head of the chapter: what the first shock of the study does to the focus country."""
    if not found:
        title = Sentence(("This study looks at no export control",))
        lede = Sentence(("Name one in the study file, or run one from the command line.",))
        return Opening("Shock", title, lede)
    return Opening("Shock", started(case_title(context, found[0])), _lede(context, found[0]))


def case_title(context: Context, case: Case) -> Sentence:
    """One shock in at most twenty words: deliveries at worst and the price at its peak."""
    who = worst_target(case, context.focus)
    actor = possessive(context.country_name(case.found.actor))
    what = f"{actor} {_bare(case)} on {context.form_name(case.found.form)}"
    peak = peak_of(case)
    if who is None:
        return say("{what}: no deliveries can be told", what=what)
    series = case.deliveries[who]
    low = extreme(series, lowest=True)
    if low is None or (series[low].value or 0.0) >= UNHARMED:
        head = say("{what}: {who} is hardly short", what=what, who=context.country_name(who))
    else:
        head = say(
            "{what}: {who} is down to {v:percent} of normal", what=what,
            who=context.country_name(who), v=series[low],
        )  # fmt: skip
    if peak is None:
        return head
    short = head + say(", the price outside at {p} times", p=times(peak))
    return shortest_fit((short + Sentence((" the old one",)), short), 20)


def case_name(case: Case, country: Names, form: Names) -> str:
    """A shock as a heading: who, how, what."""
    return f"{country(case.found.actor)}, {_bare(case)}: {form(case.found.form)}"


def _bare(case: Case) -> str:
    """The instrument without its article."""
    words = INSTRUMENTS.get(case.found.instrument, case.found.instrument)
    return words.removeprefix("an ").removeprefix("a ")


def times(quantity: Quantity) -> Shown:
    """Print a ratio as it reads before "times": two digits."""
    value = quantity.value or 0.0
    return Shown(quantity, f"{value:.1f}" if value < 10 else f"{value:.0f}")


def times_span(quantity: Quantity) -> Shown:
    """Print the interval of a ratio with the digits of the ratio itself."""
    if quantity.low is None or quantity.high is None:
        return times(quantity)
    ends = [replace(quantity, value=end) for end in (quantity.low, quantity.high)]
    return Shown(quantity, EN_DASH.join(times(end).text for end in ends))


def peak_of(case: Case) -> Quantity | None:
    """The price outside at its peak, by the first predictor there is."""
    peaks = case.found.peaks
    known = [peaks[one] for one in _PREDICTORS if one in peaks and peaks[one].value is not None]
    return known[0] if known else None


def _lede(context: Context, case: Case) -> Sentence:
    reckoner, place = context.reckoner, f"shock/{case.id}"
    root = [case.found.depth.lineage]
    months = reckoner.number(
        f"{place}/months", case.asked.months, "month", "Months in force", root, "as the study asks"
    )
    targets = [context.country_name(one) for one in case.found.targets if one != "WLD"]
    head = say(
        "{instrument} by {actor} on {form} against {targets}: {depth:percent} of the flow, in force"
        " for {months}",
        instrument=INSTRUMENTS.get(case.found.instrument, case.found.instrument),
        actor=context.country_name(case.found.actor),
        form=context.form_name(case.found.form),
        targets=listed(targets) or "everyone",
        depth=case.found.depth,
        months=months,
    )
    if case.asked.notice_days:
        days = reckoner.number(
            f"{place}/notice", case.asked.notice_days, "day", "Notice", root, "as the study asks"
        )
        head += say(", after {days} of notice", days=days)
    return started(head) + Sentence((". Modelled, no forecast: what follows if it happens.",))


def case_findings(context: Context, case: Case) -> tuple[Finding, ...]:
    """What a shock does, in the order a reader asks."""
    made = {
        "deliveries": _deliveries(context, case),
        "exposure": _exposure(context, case),
        "price": _price(case),
        "timing": _timing(context, case),
        "final": _final(context, case),
        "lost": _lost(context, case),
        "winners": _winners(context, case),
        "round": _round(case),
        "past": _past(context, case),
        "basis": _basis(context, case),
    }
    return tuple(
        Finding(f"{case.id}/{name}", started(text)) for name, text in made.items() if text.parts
    )


def _deliveries(context: Context, case: Case) -> Sentence:
    """At the worst month, country by country."""
    parts: list[Sentence] = []
    for country, series in case.deliveries.items():
        low = extreme(series, lowest=True)
        if low is not None and country != case.found.actor:
            q = series[low]
            parts.append(
                say("{c} {v:percent} ({r:percents})", c=context.country_name(country), v=q, r=q)
            )
    if not parts:
        return Sentence(())
    form = context.form_name(case.found.form)
    return say("at worst, deliveries of {form} over normal: ", form=form) + joined(parts) + say(".")


def _exposure(context: Context, case: Case) -> Sentence:
    """What the actor supplies to each country, and whether deliveries fall in that order."""
    shares = exposure(context.study, case)
    if len(shares) < 2:
        return Sentence(())
    entered = {
        country: context.reckoner.number(
            f"shock/{case.id}/exposure/{country}", share, "share",
            f"Share of {context.study.name('country', case.found.actor)} in what"
            f" {context.study.name('country', country)} buys",
            [case.found.depth.lineage], "flow of the base from it / all purchases",
        )
        for country, share in shares.items()
    }  # fmt: skip
    order = sorted(shares, key=lambda country: -shares[country])
    lows = {one: extreme(case.deliveries[one], lowest=True) for one in order}
    depths = [case.deliveries[one][i].value or 0.0 for one, i in lows.items() if i is not None]
    tail = ", and in this order deliveries fall" if depths == sorted(depths) else ""
    parts = [say("{c} {v:percent}", c=context.country_name(one), v=entered[one]) for one in order]
    head = say("{actor} supplies of what each buys: ", actor=context.country_name(case.found.actor))
    return head + joined(parts) + Sentence((f"{tail}.",))


def _past(context: Context, case: Case) -> Sentence:
    """The nearest episodes on record, and where the peak stands among theirs."""
    ledger, near = context.reckoner.ledger, case.found.similar_episodes
    peaks = [ledger[one["peak"]["lineage"]].quantity for one in near]
    parts = [
        say("{name} {p} times", name=episode_name(one), p=times(q))
        for one, q in zip(near, peaks, strict=True)
        if q.value is not None
    ]
    here = peak_of(case)
    if not parts or here is None:
        return Sentence(())
    values, peak = [q.value for q in peaks if q.value is not None], here.value or 0.0
    place = "above" if peak > max(values) else "below" if peak < min(values) else "among"
    head = say("the nearest episodes on record peaked at: ") + joined(parts)
    return head + say("; the {p} times expected here lie {place} them.", p=times(here), place=place)


def _price(case: Case) -> Sentence:
    """Every predictor of the peak outside, then what those cut off pay."""
    peaks = {name: q for name, q in case.found.peaks.items() if q.value is not None}
    parts: list[Sentence] = []
    wide = [
        say("{p} times {how}", p=times(peaks[name]), how=how) + _spread(peaks[name])
        for name, how in _PREDICTORS.items()
        if name in peaks
    ]
    if wide:
        parts.append(say("the price outside as a whole peaks at ") + joined(wide))
    if "market" in peaks:
        q = peaks["market"]
        parts.append(say("to those cut off it is worth up to {p} times as much in the worst month"
                         " ({r})", p=times(q), r=times_span(q)))  # fmt: skip
    if not parts:
        return Sentence(("no price can be told.",))
    if len(wide) > 1:
        parts.append(Sentence(("how far each can be trusted is in the record",)))
    return joined(parts, "; ", "; ") + say(".")


def _spread(quantity: Quantity) -> Sentence:
    """The interval in brackets; nothing where there is none."""
    if quantity.low is None:
        return Sentence(())
    return say(" ({r})", r=times_span(quantity))


def _timing(context: Context, case: Case) -> Sentence:
    """Whether the price or the shortage comes first."""
    who = worst_target(case, context.focus)
    top = extreme(case.found.price_outside, lowest=False)
    low = extreme(case.deliveries[who], lowest=True) if who is not None else None
    if who is None or top is None or low is None:
        return Sentence(())
    price, short = case.found.price_outside[top], case.deliveries[who][low]
    if (price.value or 0.0) <= UNMOVED or (short.value or 0.0) >= UNHARMED:
        return Sentence(())
    if top == low:
        return Sentence(("price and shortage reach their worst in the same month.",))
    gap = context.reckoner.number(
        f"shock/{case.id}/gap", abs(top - low), "month", "Between peak price and worst deliveries",
        [price.lineage, short.lineage], "difference of the months",
    )  # fmt: skip
    span = say("{n} {months}", n=counted(gap)[0], months=plural(gap, "month"))
    if top < low:
        return (
            say("the price moves first: it peaks ")
            + span
            + say(" before deliveries to {c} are lowest.", c=context.country_name(who))
        )
    return say("the shortage comes first: deliveries to {c} are lowest ",
               c=context.country_name(who)) + span + say(" before the price peaks.")  # fmt: skip


def _final(context: Context, case: Case) -> Sentence:
    """What reaches the end of the chain, where the cut is not its end."""
    found = case.found
    who = worst_target(case, context.focus)
    if who is None or found.form == found.final_form or who not in found.final_deliveries:
        return Sentence(())
    series = found.final_deliveries[who]
    low = extreme(series, lowest=True)
    if low is None:
        return Sentence(())
    return say(
        "at the end of the chain, {form}, {c} keeps {v:percent} at worst.",
        form=context.form_name(found.final_form), c=context.country_name(who), v=series[low],
    )  # fmt: skip


def _lost(context: Context, case: Case) -> Sentence:
    """Sectors that lose most, the focus country's own, and what it is worth where on record."""
    order = losses(case.found, context.focus)
    if not order:
        return _uncounted(context, case) or Sentence(("no sector loses output that counts.",))
    parts = [
        say(
            "{sector} in {c} {v}",
            sector=context.sector_name(one.sector),
            c=context.country_name(one.country),
            v=show(one.months),
        )
        for one in order[:3]
    ]
    own = any(one.country == context.focus for one in case.found.output_lost)
    spared = say("{c} loses no output that counts; ", c=context.country)
    uncounted = _uncounted(context, case)
    if uncounted is not None:
        spared = uncounted + Sentence((" ",))
    head = Sentence(()) if own else spared
    head += say("lost over the path: ") + joined(parts)
    valued = [one for one in order if one.value_added.value is not None]
    if not valued:
        return head + Sentence(("; no value added of these sectors is on record.",))
    most = max(valued, key=lambda one: (one.value_added.value or 0.0, one.country))
    return head + say(
        "; value added at risk is {v} in {sector} of {c}.", v=show(most.value_added),
        sector=context.sector_name(most.sector), c=context.country_name(most.country),
    )  # fmt: skip


def _uncounted(context: Context, case: Case) -> Sentence | None:
    """Why no loss of the focus country can be told; ``None`` where it can."""
    series, form = (
        case.found.deliveries.get(context.focus),
        context.form_name(case.found.form),
    )
    if context.focus in case.found.uncounted:
        return say(
            "what {c} makes of {form} is counted by nobody, so its loss is not known.",
            c=context.country, form=form,
        )  # fmt: skip
    if series is not None and all(one.value is None for one in series):
        return say("{c} buys no {form} on record, so nothing of it is cut.",
                   c=context.country, form=form)  # fmt: skip
    return None


def _winners(context: Context, case: Case) -> Sentence:
    order = gains(case.found)
    if not order:
        return Sentence(("nobody gains that counts.",))
    parts = [
        say("{c} ({way}) {v}", c=context.country_name(one.country), way=one.way, v=show(one.share))
        for one in order[:3]
    ]
    return say("gains over the world\u2019s yearly sales: ") + joined(parts) + say(".")


def _round(case: Case) -> Sentence:
    """What comes round and what others make instead."""
    parts = []
    if case.found.leaked.value is not None:
        parts.append(say("{v} of what is blocked comes round through third countries",
                         v=show(case.found.leaked)))  # fmt: skip
    if case.found.relocation.value is not None:
        parts.append(
            say("other makers make good {v} of what is held back", v=show(case.found.relocation))
        )
    return joined(parts, "; ") + say(".") if parts else Sentence(())


def _basis(context: Context, case: Case) -> Sentence:
    """Where trade is assumed because no customs code counts a form."""
    guessed = [form for form, kind in case.found.priors.items() if kind == "gravity"]
    if not guessed:
        return Sentence(("trade of every step of the chain is on record.",))
    names = listed([context.form_name(form) for form in guessed])
    return Sentence((f"no customs code counts {names}: who ships to whom is assumed there.",))
