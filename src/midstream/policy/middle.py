"""The middle test: two worlds on the same draws, and what the policy moves between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from midstream.policy.adjusted import adjusted
from midstream.policy.bench import Bench
from midstream.policy.comparing import Comparison
from midstream.policy.costs import total_cost
from midstream.policy.flip import flips
from midstream.policy.frame import Choice
from midstream.policy.lever_words import size_quantity, words
from midstream.policy.middle_result import LeverSaid, Middle
from midstream.policy.stress import stresses
from midstream.policy.verdict import Judgement, Rule, judged
from midstream.policy.worth import next_fact

#: Parameters of the rule.
RULE = ("policy.delta", "policy.fail", "policy.pass")


def middle_test(
    bench: Bench,
    choice: Choice,
    *,
    full: bool = True,
    scale: Mapping[str, float] | None = None,
    starts: Mapping[str, float] | None = None,
) -> Middle:
    """Test whether a choice moves the middle.

    The ids of a test at other sizes or starts are those of the stated one: give it a ledger of
    its own.

    Args:
        bench: Runs worlds.
        choice: Levers, base and subject.
        full: Whether flips, stress tests and the next fact are worked out as well.
        scale: Lever -> multiple of its stated effect, 0 or more.
        starts: Lever -> year it starts in place of its own.
    """
    choice = adjusted(choice, scale, starts)
    held = {one.id for one in choice.levers if one.in_base}
    odds = {name: factor for name, factor in (scale or {}).items() if name in held}
    _enter(bench, choice)
    base = bench.outcome((), choice.without)
    plan = bench.outcome(choice.levers, choice.without, scale=odds)
    rule = Rule.of(bench.evidence)
    seen = Comparison.of(bench, choice, base, plan, odds)
    found = _compared(seen, judged(base, plan, rule), rule)
    if not full:
        return found
    return replace(
        found,
        flips=flips(bench, choice),
        stresses=stresses(bench, choice),
        facts=next_fact(bench, choice),
    )


def _compared(seen: Comparison, found: Judgement, rule: Rule) -> Middle:
    """The test without flips, stress tests and facts."""
    bench, choice = seen.bench, seen.choice
    cost = total_cost(bench.evidence, bench.frame, choice.levers, bench.ledger)
    return Middle(
        choice=choice,
        sector=bench.sector,
        chain=bench.chain,
        final=bench.final,
        horizon=bench.horizon,
        draws=bench.draws,
        rule=rule,
        verdict=found.verdict,
        rises=found.rises,
        delta=seen.deltas(),
        probabilities=seen.probabilities(found),
        scores=seen.scores(),
        coverage=seen.stages("coverage", "own output over own need"),
        dependence=seen.stages("dependence", "share of need met from abroad"),
        flow=seen.flows(),
        chains=seen.chains(),
        cut=seen.cut(),
        value=seen.value(),
        cost=cost.cost,
        cost_missing=cost.missing,
        cost_per_point=seen.per_point(cost.cost),
        stage_costs={stage: seen.per_point(cost.cost, stage) for stage in ("C2", "C3")},
        cost_per_unit=seen.per_unit(cost.cost),
        levers=_said(bench, choice),
        warnings=(*choice.warnings, *seen.warnings(cost.missing)),
        assumptions=RULE,
    )


def _enter(bench: Bench, choice: Choice) -> None:
    """Enter the effects of the levers into the lineage."""
    for lever in (*choice.levers, *choice.without):
        for effect in lever.effects:
            size_quantity(bench.evidence, effect, bench.ledger)


def _said(bench: Bench, choice: Choice) -> tuple[LeverSaid, ...]:
    """The levers in words."""
    return tuple(
        LeverSaid(
            id=lever.id,
            name=lever.name,
            start=lever.start,
            acts_from=lever.start + lever.lag,
            in_base=lever.in_base,
            effects=tuple(words(bench.evidence, effect) for effect in lever.effects),
        )
        for lever in choice.levers
    )
