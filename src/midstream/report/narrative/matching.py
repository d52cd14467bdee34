"""Who should work with whom, in words."""

from __future__ import annotations

from collections.abc import Sequence

from midstream.collaboration.result import Match, MatchPair, Transfer
from midstream.report.narrative.context import Context
from midstream.report.narrative.types import Finding, Opening
from midstream.report.narrative.words import counted, listed, plural, started
from midstream.report.numbers import Sentence, say, show

KICKER = "Who should work together"


def match_opening(context: Context) -> Opening:
    """Head of the page: how many pairs are firm, and the firmest."""
    found = context.study.matches
    lede = Sentence(
        (
            "Organisations of two countries are matched by step, weak stage and readiness, in"
            " every draw anew. Readiness is hardly ever on record, so most choices stay open.",
        )
    )
    pairs = next((one.pairs for one in found if one.pairs), ())
    if not pairs:
        title = say("no organisation of {c} can be matched on record", c=context.country)
        return Opening(KICKER, started(title), lede)
    best = pairs[0]
    text = say(
        "{one} with {other}, on {step}, is chosen most often: in {f:percent} of draws",
        one=best.left.name.split(" (")[0],
        other=best.right.name.split(" (")[0],
        step=best.steps,
        f=best.frequency,
    )
    return Opening(KICKER, started(text), lede)


def match_findings(context: Context) -> tuple[Finding, ...]:
    """One finding a pair of countries, and one on the transfers on record."""
    study = context.study
    made = [
        Finding(f"match/{'-'.join(one.countries)}", _countries(context, one))
        for one in study.matches
    ]
    handed = study.transfers() if study.matches else ()
    if handed:
        made.append(Finding("match/transfers", _transfers(context, handed)))
    return tuple(made)


def _countries(context: Context, found: Match) -> Sentence:
    names = listed([context.country_name(one) for one in found.countries])
    if not found.pairs:
        return started(say("{n}: no pair is chosen often enough to be named.", n=names))
    firm = [pair for pair in found.pairs if pair.firm]
    inputs = [pair.frequency.lineage for pair in found.pairs]
    n, m = (
        context.reckoner.count(f"match/{'-'.join(found.countries)}/{name}", rows, words, inputs)
        for name, rows, words in (
            ("firm", firm, "Pairs chosen in half the draws"),
            ("short", found.pairs, "Pairs of the shortlist"),
        )
    )
    first, second = counted(n, m)
    if len(found.pairs) == 1:
        only = found.pairs[0]
        head = say(
            "{names}: {left} with {right} is the only pair on the shortlist, {f:percent} of draws",
            names=names,
            left=only.left.name,
            right=only.right.name,
            f=only.frequency,
        )
        return started(head + _next(found.pairs) + Sentence((".",)))
    head = say(
        "{names}: {n} of {m} {pairs} on the shortlist {verb} firm",
        names=names,
        n=first,
        m=second,
        pairs=plural(m, "pair"),
        verb=plural(n, "is", "are"),
    )
    return started(head + _next(found.pairs) + Sentence((".",)))


def _next(pairs: Sequence[MatchPair]) -> Sentence:
    """What would firm up the first pair that is not."""
    for pair in pairs:
        for one, needed in ((pair.left, pair.needed_left), (pair.right, pair.needed_right)):
            if not pair.firm and needed.value is not None:
                return say(
                    "; {name} with {other} would be if {who} were at readiness level {n:bare}",
                    name=pair.left.name,
                    other=pair.right.name,
                    n=needed,
                    who=one.name,
                )
    return Sentence(())


def _transfers(context: Context, handed: Sequence[Transfer]) -> Sentence:
    above = [one for one in handed if (one.frequency.low or 0.0) > (one.chance.value or 0.0)]
    inputs = [one.frequency.lineage for one in handed]
    n, m = (
        context.reckoner.count(f"match/transfers/{name}", rows, words, inputs)
        for name, rows, words in (
            ("above", above, "Transfers found more often than by lot"),
            ("all", handed, "Transfers on record"),
        )
    )
    first, second = counted(n, m)
    return started(
        say(
            "held to the record, {n} of {m} {t} in {c} {verb} found more often than by lot, at"
            " {low:percent} against {lot:percent} at worst; the register was written knowing them.",
            n=first,
            m=second,
            t=plural(m, "transfer"),
            c=context.country,
            verb=plural(n, "is", "are"),
            low=show(_worst(handed).frequency, "percent"),
            lot=show(_worst(handed).chance, "percent"),
        )
    )


def _worst(handed: Sequence[Transfer]) -> Transfer:
    return min(handed, key=lambda one: one.frequency.value or 0.0)
