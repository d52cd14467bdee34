"""What the years ahead rest on, in words: the market then, waste, limits, schemes so far."""

from __future__ import annotations

from collections.abc import Sequence

from midstream.report.narrative.context import Context
from midstream.report.narrative.types import Finding, Opening
from midstream.report.narrative.words import started, traced
from midstream.report.numbers import Sentence, say, show
from midstream.scenarios.market_result import DeliveryRow, FutureMarket
from midstream.scenarios.result import Outlook

#: Limits told, the one that binds most first.
MOST_LIMITS = 3
_LEDE = Sentence(
    (
        "The futures hang on what is wanted, what is recovered, what feed and permits allow, and"
        " on a market that shares out what there is. Here is each of them.",
    )
)


def grounds_opening(context: Context, found: Outlook) -> Opening:
    """Head of the page: deliveries to the focus country under the incumbent's cut, then and now."""
    told = _told(context)
    if told is None:
        title = say("What {year} rests on", year=str(found.last))
        return Opening(f"Behind {found.last}", title, _LEDE)
    market, row = told
    title = say(
        "A cut by {who} would leave {c} {then} of the {form} it wants in {year}, {now} today",
        who=context.study.name("country", market.cut.actor),
        c=context.study.name("country", row.country),
        then=show(row.cut_delivered, "percent"),
        now=show(row.now_delivered, "percent"),
        form=context.form_name(row.form),
        year=str(row.year),
    )
    return Opening(f"Behind {found.last}", started(title), _LEDE)


def _told(context: Context) -> tuple[FutureMarket, DeliveryRow] | None:
    """The market of the main chain, and the delivery of what is cut to the focus country."""
    market = context.study.market_ahead()
    if market is None:
        return None
    rows = market.deliveries(context.reckoner.ledger, (context.focus,))
    return next(((market, row) for row in rows if row.form == market.cut.form), None)


def grounds_findings(context: Context, found: Outlook) -> tuple[Finding, ...]:
    """Findings of the page."""
    texts = {
        "market": _market(context),
        "gain": _gain(context),
        "limits": _limits(context, found),
        "schemes": _schemes(context),
    }
    return tuple(
        Finding(f"grounds/{name}/{found.last}", started(text))
        for name, text in texts.items()
        if text.parts
    )


def _market(context: Context) -> Sentence:
    told = _told(context)
    if told is None:
        return Sentence(())
    market, _ = told
    rows = market.quantities(context.reckoner.ledger)
    row = next(row for row in rows if row.form == market.cut.form)
    if row.price_outside.value is None or row.unmet.value is None:
        return Sentence(())
    return say(
        "as {year} comes, the price of {form} outside {who} is {p:bare} times today\u2019s"
        " ({r:range}), and {u:percent} of what is wanted there is not served.",
        year=str(row.year), form=context.form_name(row.form),
        who=context.study.name("country", market.cut.actor), p=row.price_outside,
        r=row.price_outside, u=row.unmet,
    )  # fmt: skip


def _gain(context: Context) -> Sentence:
    told = _told(context)
    if told is None or told[1].gain.value is None:
        return Sentence(())
    gain = told[1].gain
    settled = (gain.low or 0.0) > 0 or (gain.high or 0.0) < 0
    words = "the interval excludes nil" if settled else "the interval includes nil"
    return say(
        "what {c} gets under the cut then, less what it gets today, is {g:percent} of its need"
        " ({r:percents}); {words}.",
        c=context.country, g=gain, r=gain, words=words,
    )  # fmt: skip


def _limits(context: Context, found: Outlook) -> Sentence:
    last = [row for row in found.limits if row.year == found.last and (row.share.value or 0) > 0]
    ranked = sorted(last, key=lambda row: -(row.share.value or 0.0))[:MOST_LIMITS]
    if not ranked:
        return Sentence(())
    parts = [
        traced(f"{row.what} holds back {context.form_name(row.form)} in ", row.share)
        + Sentence((show(row.share), " of draws"))
        for row in ranked
    ]  # fmt: skip
    return _listed(parts)


def _listed(parts: Sequence[Sentence]) -> Sentence:
    made = parts[0]
    for part in parts[1:]:
        made = made + Sentence(("; ",)) + part
    return made + Sentence((".",))


def _schemes(context: Context) -> Sentence:
    view = context.study.outside_view()
    if view is None:
        return Sentence(())
    return say(
        "schemes on record reached {m:percent} of their target by their date ({r:percents}); the"
        " outlook works from plants, and this stands beside it.",
        m=view.mean, r=view.mean,
    )  # fmt: skip
