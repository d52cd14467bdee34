"""Leverage in words: the answer of the thesis test, what lies behind it, the main chain."""

from __future__ import annotations

from collections.abc import Sequence

from midstream.dependency.leverage import Leverage, Row
from midstream.dependency.thesis import ChainThesis, Thesis
from midstream.evidence.quantity import Quantity
from midstream.report.narrative.context import Context, clear_above
from midstream.report.narrative.leverage_rows import (
    MIDDLE,
    holders_of,
    main_chain,
    steps_of,
    whole_of,
)
from midstream.report.narrative.types import Finding, Opening
from midstream.report.narrative.words import (
    counted,
    joined,
    listed,
    lower,
    noun,
    possessive,
    started,
)
from midstream.report.numbers import Sentence, Shown, say, show

#: Chains named in one sentence before "and others".
MOST_NAMES = 4


def leverage_opening(context: Context) -> Opening:
    """Head of the chapter: where leverage sits, by the rule set beforehand."""
    found = context.study.thesis()
    if found is None or not found.chains:
        title = Sentence(("No chain has the evidence to say where leverage sits",))
        return Opening("Leverage", title, Sentence(("See what is missing.",)))
    return Opening("Leverage", started(_title(context, found)), _lede(found))


def _title(context: Context, found: Thesis) -> Sentence:
    m = context.reckoner.count(
        "thesis-chains", found.chains, "Chains tested", _chances(found.chains)
    )
    yes, no, tested = counted(found.counts["yes"], found.counts["no"], m)
    whose = possessive(context.country_name(found.holder))
    slots: dict[str, Shown | str] = {"whose": whose, "n": yes, "m": tested, "k": no}
    if found.verdict == "yes":
        return say("{whose} leverage sits in the middle: so say {n} of {m} chains", **slots)
    if found.verdict == "no":
        return say(
            "{whose} leverage does not sit in the middle: an end outweighs it in {k} of {m} chains",
            **slots,
        )
    return say(
        "undetermined: the middle holds {whose} leverage in {n} of {m} chains, an end in {k}",
        **slots,
    )


def _lede(found: Thesis) -> Sentence:
    threshold = show(found.threshold, "percent")
    head = say(
        "Leverage is the part of world need that is lost times the years until it is made good. A"
        " chain says yes where refining or materials exceed both of its ends in at least {t} of"
        " the draws, and so must {t} of the chains.",
        t=threshold,
    )
    if found.by_loss == found.verdict:
        return head
    tail = f" Counting only what is lost, the answer would be {found.by_loss}."
    return head + Sentence((tail,))


def _chances(chains: Sequence[ChainThesis]) -> list[str]:
    known = [one.probabilities.get(MIDDLE) for one in chains]
    return [one.lineage for one in known if one is not None]


def thesis_findings(context: Context) -> tuple[Finding, ...]:
    """What stands behind the answer: the strongest hold, the open chains, those that say no."""
    found = context.study.thesis()
    if found is None or not found.chains:
        return ()
    findings = [Finding("strongest", _strongest(context, found))]
    open_ones = [one for one in found.chains if one.verdict == "undetermined"]
    if open_ones:
        findings.append(Finding("open", _open(context, open_ones)))
    against = [one for one in found.chains if one.verdict == "no"]
    if against:
        findings.append(Finding("against", _against(context, against)))
    findings.append(Finding("strict", _strict(found)))
    if found.untested:
        findings.append(Finding("untested", _untested(context, found)))
    return tuple(findings)


def _strongest(context: Context, found: Thesis) -> Sentence:
    pairs = [
        (quantity.value or 0.0, one, stage)
        for one in found.chains
        for stage, quantity in one.stages.items()
    ]
    _, chain, stage = max(pairs, key=lambda pair: (pair[0], pair[1].chain, pair[2]))
    return started(
        say(
            "{whose} hold is longest in {stage} of {chain}: withholding would cost the world {v} of"
            " its need ({r}).",
            whose=possessive(context.country_name(found.holder)),
            stage=noun(stage),
            chain=lower(chain.name),
            v=show(chain.stages[stage]),
            r=show(chain.stages[stage], "range"),
        )
    )


def _open(context: Context, chains: Sequence[ChainThesis]) -> Sentence:
    """Why chains stay open: whether loss alone would settle them."""
    settled = [one for one in chains if one.by_loss == "yes"]
    n = context.reckoner.count("thesis-open", chains, "Chains that stay open", _chances(chains))
    head = say("{n} {chains} open: {names}.", n=counted(n)[0],
               chains="chain stays" if len(chains) == 1 else "chains stay",
               names=_names(chains))  # fmt: skip
    if not settled:
        return started(head)
    k = context.reckoner.count(
        "thesis-by-loss", settled, "Open chains that loss alone would settle", _chances(settled)
    )
    tail = say(
        " In {k} of them more is lost in the middle; in years of need, until it is made good,"
        " the order stays open.",
        k=counted(k)[0],
    )
    return started(head + tail)


def _against(context: Context, chains: Sequence[ChainThesis]) -> Sentence:
    n = context.reckoner.count("thesis-no", chains, "Chains that say no", _chances(chains))
    verb = "chain says" if len(chains) == 1 else "chains say"
    tops = {_top(one) for one in chains}
    where = f"; the weight lies in {listed(sorted(noun(s) for s in tops))}"
    return started(
        say(
            "{n} {verb} no: {names}{where}.",
            n=counted(n)[0],
            verb=verb,
            names=_names(chains),
            where=where,
        )
    )


def _strict(found: Thesis) -> Sentence:
    if found.strict == found.verdict:
        return Sentence(
            ("The answer is the same if no feed of other uses could be turned to these chains.",)
        )
    return Sentence(
        (f"If no feed of other uses could be turned to these chains it would be {found.strict}.",)
    )


def _untested(context: Context, found: Thesis) -> Sentence:
    rows = context.rows("chains")
    names = {str(row["id"]): str(row["name"]) for row in rows}
    parts = [f"{names.get(one, one)} ({why})" for one, why in found.untested.items()]
    return Sentence((f"Not tested: {'; '.join(parts)}.",))


def _names(chains: Sequence[ChainThesis]) -> str:
    names = [lower(one.name) for one in chains]
    if len(names) > MOST_NAMES:
        names = [*names[:MOST_NAMES], "others"]
    return listed(names)


def _top(chain: ChainThesis) -> str:
    return max(chain.stages, key=lambda stage: chain.stages[stage].value or 0.0)


def chain_findings(context: Context) -> tuple[Finding, ...]:
    """The main chain: what a cut leaves, why time matters, who else counts, without the holder."""
    chain, tested = main_chain(context.study), context.study.thesis()
    if chain is None or tested is None:
        return ()
    found, holder = context.study.leverage(chain), tested.holder
    steps = steps_of(found, holder)
    whole = whole_of(found, holder)
    if not steps or whole is None:
        return ()
    return (
        Finding("cut", _cut(context, steps)),
        Finding("time", _time(context, steps)),
        Finding("without", _without(context, holder, steps)),
        Finding("holders", _holders(context, found, whole)),
    )


def chain_title(context: Context, found: Leverage, holder: str) -> Sentence:
    """Title of the figure of cuts: the step at which least is left."""
    worst = _tightest(steps_of(found, holder))
    return started(
        say(
            "{chain}: least is left when {country} withholds {form}",
            chain=found.route.name,
            country=context.country_name(holder),
            form=context.form_name(worst.form),
        )
    )


def _tightest(steps: Sequence[Row]) -> Row:
    return min(steps, key=lambda row: (_or(row.min_cut_share, 1.0), row.stage))


def _or(quantity: Quantity, default: float) -> float:
    return quantity.value if quantity.value is not None else default


def _cut(context: Context, steps: Sequence[Row]) -> Sentence:
    worst = _tightest(steps)
    left = [context.country_name(one) for one in worst.cut.countries if one != "ROW"]
    who = f"; what remains comes from {listed(left[:3])}" if left else ""
    return started(
        say(
            "{country} withholding {form} would leave {v:percent} of world need"
            " ({r:percents}){who}.",
            country=context.country_name(worst.holder),
            form=context.form_name(worst.form),
            v=worst.min_cut_share,
            r=worst.min_cut_share,
            who=who,
        )
    )


def _time(context: Context, steps: Sequence[Row]) -> Sentence:
    """Compare the step that loses most with the one that stays lost longest."""
    known = [row for row in steps if row.replace_years.value is not None]
    if len(known) < 2:
        return Sentence(("How long a lost unit stays lost is not on record for these steps.",))
    longest = max(known, key=lambda row: (row.replace_years.value or 0.0, row.stage))
    shortest = min(known, key=lambda row: (row.replace_years.value or 0.0, row.stage))
    head = say(
        "A lost tonne of {long} stays lost for {a}, one of {short} for {b}",
        long=context.form_name(longest.form),
        a=show(longest.replace_years),
        short=context.form_name(shortest.form),
        b=show(shortest.replace_years),
    )
    return head + _order(context, steps)


def _order(context: Context, steps: Sequence[Row]) -> Sentence:
    """Say whether the largest leverage stands clear of the next."""
    ranked = sorted(steps, key=lambda row: -(row.leverage.value or 0.0))
    first, second = ranked[0], ranked[1]
    verb = "is clear of" if clear_above(first.leverage, second.leverage) else "is not clear of"
    return say(
        ": in years of need {one} ({a}) {verb} {other} ({b}).",
        one=context.form_name(first.form),
        a=show(first.leverage, "range"),
        verb=verb,
        other=context.form_name(second.form),
        b=show(second.leverage, "range"),
    )


def _without(context: Context, holder: str, steps: Sequence[Row]) -> Sentence:
    worst = _tightest(steps)
    parts = [say("{v:percent} of the world\u2019s need of {form}", v=worst.n_minus_1_global,
                 form=context.form_name(worst.form))]  # fmt: skip
    if worst.n_minus_1_rest.value is not None:
        parts.append(say("{v:percent} of the need outside it", v=worst.n_minus_1_rest))
    name = context.country_name(holder)
    return started(say("without {c}, all others together make ", c=name) + joined(parts)) + say(".")


def _holders(context: Context, found: Leverage, whole: Row) -> Sentence:
    others = [row for row in holders_of(found) if row.holder != whole.holder]
    head = say(
        "Shared out over all orders of joining (Shapley value), {c} accounts for {v:percent} of the"
        " flow",
        c=context.country_name(whole.holder),
        v=whole.shapley,
    )
    known = [row for row in others if row.shapley.value is not None]
    if not known:
        return head + Sentence((".",))
    return head + say(
        "; next {c} with {v:percent}.", c=context.country_name(known[0].holder), v=known[0].shapley
    )
