"""Words about policies: verdicts, what would turn them, the best set, who else is touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from midstream.evidence.quantity import Quantity
from midstream.report.narrative.amounts import amount
from midstream.report.narrative.context import Context
from midstream.report.narrative.policy_rows import MIDDLE, Policies, Tested
from midstream.report.narrative.types import Finding, Opening
from midstream.report.narrative.verdicts import does
from midstream.report.narrative.words import (
    capital,
    chance,
    joined,
    listed,
    noun,
    shortest_fit,
    started,
    traced,
    worded,
)
from midstream.report.numbers import Sentence, say, show

if TYPE_CHECKING:
    from midstream.policy.flip import Flip
    from midstream.policy.others import Other
    from midstream.policy.worth import Fact

MOST_WORDS = 20
#: Flips and facts told of a package, and countries named as gaining or losing.
MOST_FLIPS, MOST_FACTS, MOST_NAMES = 3, 1, 3


def policy_opening(context: Context, found: Policies) -> Opening:
    """Head of the page: the verdict on the package of the title, and what does more."""
    kicker, first = "Does it move the middle?", found.title
    if first is None:
        title = say("No package is tested in this study")
        return Opening(kicker, title, Sentence(("The study names no deal or scheme.",)))
    country = context.country_name(first.found.choice.subject)
    own = does(first.called, first.found, f" in {country}")
    short, leader = does(first.called, first.found), found.leader
    candidates = [Sentence((own,)), Sentence((short,))]
    if leader is not None and leader is not first:
        more = f"; {does(leader.called, leader.found)}"
        candidates = [Sentence((head, more)) for head in (own, short)] + candidates
    title = started(shortest_fit(candidates, MOST_WORDS))
    return Opening(kicker, title, _rule(context, first))


def _rule(context: Context, first: Tested) -> Sentence:
    """The published rule, with its thresholds."""
    parameter = context.study.evidence.parameter
    draws = parameter("policy.draws")
    return say(
        "Two worlds on the same {draws} draws, with the policy and without. It passes if"
        " both C2 and C3 gain {delta} points by {year} in at least {share} of the draws and more"
        " magnets come from own feed; it fails if neither gains that in more than {fail}.",
        draws=show(draws, "digit"),
        delta=show(parameter("policy.delta")),
        year=str(first.found.horizon),
        share=show(parameter("policy.pass"), "percent"),
        fail=show(parameter("policy.fail"), "percent"),
    )


def verdict_findings(context: Context, found: Policies) -> tuple[Finding, ...]:
    """One sentence a package: what it does, how surely, and to the need."""
    return tuple(
        Finding(f"policy/verdict/{one.package.id}", _verdict(context, one)) for one in found.tested
    )


def _verdict(context: Context, one: Tested) -> Sentence:
    found = one.found
    told = joined([_chance(found.probabilities[stage], stage) for stage in MIDDLE])
    head = say("{verdict}: {text}; ", verdict=found.verdict, text=does(one.called, found))
    return head + told + _need(one) + Sentence((".",))


def _chance(quantity: Quantity, stage: str) -> Sentence:
    if quantity.value is None:
        return say("{stage} cannot be told", stage=noun(stage))
    return say(
        "{stage} gains enough in {chance} of draws",
        stage=noun(stage),
        chance=chance(quantity, quantity.value),
    )


def _need(one: Tested) -> Sentence:
    """Change of own output over own need, where it is known and there is any."""
    changes = [(stage, one.found.coverage[stage].change) for stage in MIDDLE]
    known = [(stage, change) for stage, change in changes if (change.value or 0.0) >= 0.005]
    if not known:
        return Sentence(("; own output covers no more of the need",))
    parts = [
        say("{change} more of the need at {stage}", change=show(change, "percent"), stage=stage)
        for stage, change in known
    ]
    return Sentence(("; own output covers ",)) + joined(parts)


def flip_findings(found: Policies) -> tuple[Finding, ...]:
    """What turns each verdict, solved; or that nothing that was tried does."""
    return tuple(Finding(f"policy/flip/{one.package.id}", _flips(one)) for one in found.tested)


def _flips(one: Tested) -> Sentence:
    turning = [flip for flip in one.found.flips if flip.at.value is not None]
    head = Sentence((f"{capital(one.called)}: ",))
    missing = one.package.missing
    unpublished = f"; its terms {listed(list(missing))} are not public" if missing else ""
    if not turning:
        tried = "no size, start or odds that were tried change"
        return head + Sentence((f"{tried} the verdict {one.found.verdict}{unpublished}.",))
    parts = [_flip(flip) for flip in turning[:MOST_FLIPS]]
    return head + joined(parts, "; ", "; ") + Sentence((f"{unpublished}.",))


def _flip(flip: Flip) -> Sentence:
    text, _, verdict = flip.words.rpartition(": ")
    return Sentence((f"{verdict} with ",)) + traced(text, flip.at)


def fact_findings(found: Policies) -> tuple[Finding, ...]:
    """The fact most worth checking next, package by package."""
    return tuple(
        Finding(f"policy/fact/{one.package.id}", _fact(one, fact))
        for one in found.tested
        for fact in one.found.facts[:MOST_FACTS]
    )


def _fact(one: Tested, fact: Fact) -> Sentence:
    head = Sentence((f"{capital(one.called)}: ",)) + traced(
        fact.name[:1].lower() + fact.name[1:], fact.worth
    )
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
        "Under {budget} {n} levers are chosen, for {cost}; {m} of them in every sample of the"
        " draws.",
        budget=plan.budget, n=worded(n), cost=show(plan.cost), m=worded(m),
    )  # fmt: skip
    more = [Finding("policy/plan/stages", _stages(found))] if found.best is not None else []
    return (Finding("policy/plan/set", text), *more, Finding("policy/plan/shadow", _shadow(found)))


def _no_plan(context: Context) -> Quantity:
    return context.study.evidence.parameter("policy.plan.tail.weight")


def _stages(found: Policies) -> Sentence:
    assert found.best is not None
    told = joined([_chance(found.best.probabilities[stage], stage) for stage in MIDDLE])
    text = does("the set together", found.best)
    head = say("{verdict}: {text}; ", verdict=found.best.verdict, text=text)
    return head + told + Sentence((".",))


def _shadow(found: Policies) -> Sentence:
    """What one more part of the budget would add."""
    assert found.plan is not None
    up, down = found.plan.shadow.get("up"), found.plan.shadow.get("down")
    if up is None or up.value is None:
        return Sentence(("No larger budget was looked at.",))
    if not up.value:
        return Sentence(("A larger budget buys nothing more that is counted here.",))
    if down is None or not down.value:
        return say("One million USD more is worth {up} of the objective.", up=show(up))
    return say(
        "One million USD more is worth {up} of the objective, against {down} for the last one"
        " spent.", up=show(up), down=show(down),
    )  # fmt: skip


def other_findings(context: Context, found: Policies) -> tuple[Finding, ...]:
    """Who else gains or loses, package by package."""
    return tuple(
        Finding(f"policy/others/{one.package.id}", _others(context, one))
        for one in found.tested
        if one.others is not None
    )


def _others(context: Context, one: Tested) -> Sentence:
    assert one.others is not None
    head = Sentence((f"{capital(one.called)}: ",))
    if not one.others.rows:
        return head + Sentence(("the two worlds are the same, so nobody else is touched.",))
    parts = []
    for verb, rows in (("gains", one.others.winners), ("loses", one.others.losers)):
        told = list(_largest(context, rows))
        if told:
            parts.append(joined(told) + Sentence((f" ({verb})",)))
    return head + joined(parts, "; ", "; ") + Sentence((".",))


def _largest(context: Context, rows: Sequence[Other]) -> Iterator[Sentence]:
    """The largest change of each form that many are touched in, one country each."""
    seen: set[str] = set()
    for row in sorted(rows, key=lambda row: -abs(row.coverage.value or 0.0)):
        if row.country in seen or len(seen) == MOST_NAMES:
            continue
        seen.add(row.country)
        yield say(
            "{who} {change} of {form}",
            who=context.country_name(row.country),
            change=amount(_size(row.change)),
            form=context.form_name(row.form),
        )


def _size(change: Quantity) -> Quantity:
    """A change without its sign, which the verb says."""
    if change.value is None or change.value >= 0:
        return change
    ends = [None if end is None else -end for end in (change.high, change.low)]
    return Quantity(-change.value, ends[0], ends[1], change.unit, change.label, change.lineage)


def policy_chapters(context: Context, found: Policies) -> dict[str, tuple[Finding, ...]]:
    """Every finding on policies, by part of the chapter; none without packages."""
    if not found.tested:
        return {}
    return {
        "policy/verdicts": verdict_findings(context, found),
        "policy/flips": flip_findings(found),
        "policy/facts": fact_findings(found),
        "policy/plan": plan_findings(context, found),
        "policy/others": other_findings(context, found),
    }
