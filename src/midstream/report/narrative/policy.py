"""Words about policies: verdicts, what would turn them, the best set, who else is touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from midstream.evidence.quantity import Quantity
from midstream.report.narrative.amounts import amount, rounded
from midstream.report.narrative.context import Context
from midstream.report.narrative.policy_rows import MIDDLE, Judged, Policies, milestones
from midstream.report.narrative.types import Finding, Opening
from midstream.report.narrative.verdicts import does, turn_words
from midstream.report.narrative.words import (
    capital,
    chance,
    day,
    joined,
    lower,
    noun,
    plural,
    shortest_fit,
    started,
    traced,
    worded,
)
from midstream.report.numbers import Sentence, Shown, say, show

if TYPE_CHECKING:
    from midstream.policy.middle_result import Middle
    from midstream.policy.others import Other
    from midstream.policy.worth import Fact

MOST_WORDS = 20
#: Flips and facts told of a package, and countries named as gaining or losing.
MOST_FLIPS, MOST_FACTS, MOST_NAMES = 2, 1, 3
#: Share of draws from which another country is said to gain or lose.
LIKELY = 0.5
#: Millions a shadow price is told for, and parts of a whole.
HUNDRED = 100


def policy_opening(context: Context, found: Policies) -> Opening:
    """Head of the page: the verdict on the package of the title, and what does more."""
    kicker, first = "Does it move the middle?", found.title
    if first is None:
        title = say("No package is tested in this study")
        return Opening(kicker, title, Sentence(("The study names no deal or scheme.",)))
    text, leader = does(first.called, first.found), found.leader
    candidates = [Sentence((text,))]
    if leader is not None and leader is not first:
        candidates.insert(0, Sentence((text, f"; {does(leader.called, leader.found)}")))
    title = started(shortest_fit(candidates, MOST_WORDS))
    return Opening(kicker, title, _rule(context, first))


def _rule(context: Context, first: Judged) -> Sentence:
    """The published rule, with its thresholds."""
    parameter = context.study.evidence.parameter
    draws, delta = parameter("policy.draws"), parameter("policy.delta")
    return say(
        "Two worlds on the same {draws} draws, with the policy and without. It passes if"
        " both C2 and C3 gain {delta} points by {year} in at least {share} of the draws and more"
        " {final} come from own feed; it fails if neither gains that in more than {fail}.",
        draws=show(draws, "digit"),
        final=context.form_name(first.found.final) if first.found.final else "final goods",
        delta=Shown(delta, f"{delta.value:g}"),
        year=str(first.found.horizon),
        share=show(parameter("policy.pass"), "percent"),
        fail=show(parameter("policy.fail"), "percent"),
    )


def verdict_findings(found: Policies) -> tuple[Finding, ...]:
    """One sentence a package: what it does, how surely, and to the need."""
    return tuple(Finding(f"policy/verdict/{one.package.id}", _verdict(one)) for one in found.tested)


def _verdict(one: Judged) -> Sentence:
    found = one.found
    text = capital(does(one.called, found))
    head = Sentence((text, "; "))
    return head + chances(found) + _need(one) + Sentence((".",))


def chances(found: Middle) -> Sentence:
    """How often each stage of the middle gains enough."""
    parts = []
    for stage in MIDDLE:
        quantity = found.probabilities[stage]
        if quantity.value is None:
            parts.append(say("{stage} cannot be told", stage=noun(stage)))
            continue
        told = chance(quantity, quantity.value)
        verb, tail = ("", "") if parts else (" gains enough", " of draws")
        parts.append(
            say("{stage}{verb} in {c}{tail}", stage=noun(stage), verb=verb, c=told, tail=tail)
        )
    return joined(parts, ", ")


def _need(one: Judged) -> Sentence:
    """Change of own output over own need, where it is known and there is any."""
    changes = [(stage, one.found.coverage[stage].change) for stage in MIDDLE]
    known = [(stage, change) for stage, change in changes if (change.value or 0.0) >= 0.005]
    if not known:
        return Sentence(("; own output covers no more of the need",))
    parts = [
        say("{change} of the need at {stage}", change=show(change, "percent"), stage=stage)
        for stage, change in known
    ]
    return Sentence(("; own output covers a further ",)) + joined(parts)


def flip_findings(context: Context, found: Policies) -> tuple[Finding, ...]:
    """What turns each verdict, solved; or that nothing that was tried does."""
    return tuple(
        Finding(f"policy/flip/{one.package.id}", _flips(context, one)) for one in found.tested
    )


def _flips(context: Context, one: Judged) -> Sentence:
    """Flips of one package, the first of them, and what is not public."""
    turning = [flip for flip in one.found.flips if flip.at.value is not None]
    head = Sentence((f"{capital(one.called)}: ",))
    hidden = _hidden(context, one)
    if not turning:
        tried = f"no size, start or odds that were tried change the verdict {one.found.verdict}"
        return head + Sentence((tried,)) + hidden + Sentence((".",))
    parts = [turn_words(flip) for flip in turning[:MOST_FLIPS]]
    return head + joined(parts, "; ", "; ") + hidden + Sentence((".",))


def _hidden(context: Context, one: Judged) -> Sentence:
    """How many terms of a package are not public; nothing where all are."""
    missing = one.package.missing
    if not missing:
        return Sentence(())
    n = context.reckoner.count(
        f"policy/missing/{one.package.id}",
        missing,
        f"Terms that are not public: {one.package.name}",
        [one.found.probabilities["both"].lineage],
    )
    return say("; {n} of its terms {are} not public", n=worded(n), are=plural(n, "is", "are"))


def fact_findings(found: Policies) -> tuple[Finding, ...]:
    """The fact most worth checking next, package by package."""
    return tuple(
        Finding(f"policy/fact/{one.package.id}", _fact(one, fact))
        for one in found.tested
        for fact in one.found.facts[:MOST_FACTS]
    )


def _fact(one: Judged, fact: Fact) -> Sentence:
    name = fact.name[:1].lower() + fact.name[1:].replace(": ", ", ")
    head = Sentence((f"{capital(one.called)}: ",)) + traced(name, fact.worth)
    tail = say("; to know it would remove {worth} of the doubt", worth=show(fact.worth, "percent"))
    if fact.if_low != fact.if_high:
        turn = (
            f", and the verdict is {fact.if_low} where it is low, {fact.if_high} where it is high"
        )
        tail = tail + Sentence((turn,))
    return head + tail + Sentence((".",))


def plan_findings(context: Context, found: Policies) -> tuple[Finding, ...]:
    """What the budget of the study buys, what more would add, how firm the choice is."""
    plan = found.plan
    if plan is None:
        why = found.why_none
        return (
            (Finding("policy/plan/none", traced(f"No plan: {why}", _no_plan(context))),)
            if why
            else ()
        )
    firm = [one for one in plan.levers if (one.chosen.value or 0.0) >= 1.0]
    inputs = [one.chosen.lineage for one in plan.levers]
    n = context.reckoner.count("plan/levers", plan.levers, "Levers of the plan", inputs)
    m = context.reckoner.count("plan/firm", firm, "Levers chosen in every sample", inputs)
    text = say(
        "Under {budget} {n} {levers} chosen, for {cost}; {m} of the draws.",
        budget=plan.budget,
        n=worded(n),
        levers=plural(n, "lever is", "levers are"),
        cost=show(plan.cost),
        m=say("all of them in every sample")
        if n.value == m.value
        else say("{m} of them in every sample", m=worded(m)),
    )
    more = [Finding("policy/plan/stages", _stages(found))] if found.best is not None else []
    return (
        Finding("policy/plan/set", text),
        *more,
        Finding("policy/plan/shadow", _shadow(context, found)),
    )


def _no_plan(context: Context) -> Quantity:
    return context.study.evidence.parameter("policy.plan.tail.weight")


def _stages(found: Policies) -> Sentence:
    assert found.best is not None
    text = does("the set together", found.best)
    head = say("{verdict}: {text}; ", verdict=found.best.verdict, text=text)
    return head + chances(found.best) + Sentence((".",))


def _shadow(context: Context, found: Policies) -> Sentence:
    """What a hundred million more would add, and what the last hundred added."""
    assert found.plan is not None
    up, down = (_hundred(context, name, found.plan.shadow.get(name)) for name in ("up", "down"))
    if up is None:
        return Sentence(("No larger budget was looked at.",))
    if not up.quantity.value:
        return Sentence(("A larger budget buys nothing more that is counted here.",))
    head = say("A hundred million USD more lifts the weaker stage by {up} of its need", up=up)
    return head + (say(", the last hundred by {down}.", down=down) if down else Sentence((".",)))


def _hundred(context: Context, name: str, price: Quantity | None) -> Shown | None:
    """A shadow price of a million as that of a hundred, in per cent of need."""
    if price is None or price.value is None:
        return None
    value = price.value * HUNDRED * HUNDRED
    made = context.reckoner.number(
        f"plan/hundred/{name}", value, "%", "Worth of a hundred million USD, of the weaker need",
        [price.lineage], "shadow price of a million, times a hundred, in per cent",
    )  # fmt: skip
    return Shown(made, rounded(value, 2), "%")


def other_findings(context: Context, found: Policies) -> tuple[Finding, ...]:
    """Who else gains or loses, package by package."""
    return tuple(
        Finding(f"policy/others/{one.package.id}", _others(context, one))
        for one in found.tested
        if one.others is not None
    )


def _others(context: Context, one: Judged) -> Sentence:
    assert one.others is not None
    head = Sentence((f"{capital(one.called)}: ",))
    if not one.others.rows:
        return head + Sentence(("the two worlds are the same, so nobody else is touched.",))
    parts = []
    for verb, rows in (("gain", one.others.winners), ("lose", one.others.losers)):
        told = list(_largest(context, rows))
        if told:
            parts.append(Sentence((f"{verb}: ",)) + joined(told))
    return head + joined(parts, "; ", "; ") + Sentence((".",))


def _largest(context: Context, rows: Sequence[Other]) -> Iterator[Sentence]:
    """Who is touched most by the need it can meet, a country once."""
    forms, seen = context.study.evidence.forms, set[str]()
    likely = [row for row in rows if (row.chance.value or 0.0) >= LIKELY]
    for row in sorted(likely, key=lambda row: -abs(row.coverage.value or 0.0)):
        if row.country in seen or len(seen) == MOST_NAMES:
            continue
        seen.add(row.country)
        ore = forms[row.form]["stage"] == "C1"
        yield say(
            "{who} {change}{form}",
            who=context.country_name(row.country),
            change=amount(size(row.change)),
            form=f" as {context.form_name(row.form)}" if ore else "",
        )


def size(change: Quantity) -> Quantity:
    """A change without its sign, which the verb says."""
    if change.value is None or change.value >= 0:
        return change
    ends = [None if end is None else 0.0 - end for end in (change.high, change.low)]
    return Quantity(-change.value, ends[0], ends[1], change.unit, change.label, change.lineage)


def road_findings(context: Context, found: Policies) -> tuple[Finding, ...]:
    """Milestones that a signal on record will say, in one sentence."""
    if found.plan is None:
        return ()
    stones = [row for row in found.plan.roadmap if row.signal]
    opens = milestones(context.study, found)
    if not stones:
        return ()
    told = [
        Sentence((f"by {day(row.by)} ",)) + traced(lower(row.indicator), opens[row.id])
        for row in sorted(stones, key=lambda row: row.by)
    ]
    text = Sentence(("On this road, what will be seen first: ",)) + joined(told, "; ", "; ")
    return (Finding("policy/road", text + Sentence((".",))),)


def policy_chapters(context: Context, found: Policies) -> dict[str, tuple[Finding, ...]]:
    """Every finding on policies, by part of the chapter; none without packages."""
    if not found.tested:
        return {}
    return {
        "policy/verdicts": verdict_findings(found),
        "policy/flips": flip_findings(context, found),
        "policy/facts": fact_findings(found),
        "policy/plan": plan_findings(context, found),
        "policy/road": road_findings(context, found),
        "policy/others": other_findings(context, found),
    }
