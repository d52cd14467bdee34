"""The best set and timing of levers under a budget, and the roadmap that follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.errors import InputError
from midstream.policy.bench import Bench
from midstream.policy.costs import ends
from midstream.policy.frame import STAGES, Lever, OpenBench
from midstream.policy.frontier import Settler, frontier, shadow
from midstream.policy.plan_request import (
    Request,
    budget_of,
    check_buys,
    check_levers,
    check_request,
    shape_of,
)
from midstream.policy.plan_result import Plan
from midstream.policy.plan_telling import Found, PlanTeller
from midstream.policy.portfolio import Budget, paid
from midstream.policy.programme import Programme, programme
from midstream.policy.programme_menu import check_circles, menu
from midstream.policy.roadmap import pace_of, roadmap
from midstream.policy.robust import robustness
from midstream.terms import suggestion

#: Budgets of the frontier, as multiples of the budget that is asked for.
STEPS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
#: The same where years have limits, which take longer to solve.
FEW_STEPS = (0.5, 1.0, 1.5)


def plan(bench: OpenBench, levers: Sequence[Lever], request: Request) -> Plan:
    """Choose levers and start years that raise the weaker of C2 and C3 the most.

    Args:
        bench: Runs worlds; its horizon is the year the outcome is read in.
        levers: Levers, in any order; those of other countries are left out.
        request: Budget, limits and what is maximised.

    Raises:
        InputError: if the request cannot be, prerequisites run in a circle, or the budget buys
            no lever that does anything.
    """
    held = {one.id: one for one in sorted(levers, key=lambda one: one.id)}
    first = int(bench.evidence.release.date[:4])
    check_request(request, held, (first, bench.horizon))
    check_circles(held)
    check_levers(held.values(), bench.subject)
    budget = budget_of(bench.evidence, request)
    costs = planned_costs(bench, held.values())
    span = (first, bench.horizon)
    offered = menu(
        tuple(held.values()),
        costs,
        bench.subject,
        span,
        budget.by_year,
        request.waits,
        frozenset(request.without),
    )
    made = programme(bench, offered, shape_of(bench.evidence, request), imported(bench))
    if request.weights:
        made = made.weighted(_weights(request.weights, made))
    check_buys(budget, _useful(made), f"{request.budget:,g} {request.currency}")
    return PlanTeller.of(_found(bench, made, budget, request), request, first).plan()


def _found(bench: OpenBench, made: Programme, budget: Budget, request: Request) -> Found:
    steps = FEW_STEPS if budget.by_year else STEPS
    rounds = int(bench.evidence.parameter("policy.plan.rounds").value or 1)
    samples = int(bench.evidence.parameter("policy.plan.samples").value or 0)
    settler = Settler(made, budget, rounds)
    points = frontier(settler, [budget.total * step for step in steps])
    point = next(one for one in points if one.budget == budget.total)
    firm = robustness(settler.programme, budget, samples * request.firm, bench.frame.seed)
    chosen = point.best.chosen
    pace = pace_of(bench.evidence, len(budget.payments), bench.horizon)
    starting = [(made.menu.lever(name), year) for name, year in chosen]
    stones = roadmap(starting, bench.evidence.table("signals").rows, bench.subject, pace)
    return Found(
        bench=bench,
        menu=made.menu,
        programme=settler.programme,
        budget=budget,
        points=points,
        point=point,
        shadow=shadow(points, budget.total),
        robust=firm,
        roadmap=stones,
        payments=paid(made.options, chosen, budget.payments),
    )


def planned_costs(bench: OpenBench, levers: Iterable[Lever]) -> dict[str, float | None]:
    """Mean of the cost law of each lever, USD million; ``None`` where no cost is on record."""
    laws = {one.id: ends(bench.evidence, one) for one in levers if one.country == bench.subject}
    return {name: None if law is None else sum(law) / len(law) for name, law in laws.items()}


def imported(bench: OpenBench) -> Floats | None:
    """Feed that can be had outside the dominant supplier, as coverage of the stage it feeds.

    Least over the chains of the sector, shape (draw, stage); infinite where no chain leads into a
    stage. ``None`` where the bench does not tell.
    """
    if not isinstance(bench, Bench) or not bench.ground.lines:
        return None
    found = np.full((bench.draws, len(STAGES)), np.inf)
    record = bench.ground.own_record
    for line, abroad in zip(bench.ground.lines, bench.reader.abroad, strict=True):
        for number in range(1, len(line.steps)):
            before, step = line.steps[number - 1], line.steps[number]
            if before.stage == step.stage or step.stage not in STAGES:
                continue
            need = bench.ground.need(record, (before.form, bench.subject))
            share = np.full(need.shape, np.inf)
            np.divide(abroad[number - 1], need, out=share, where=need > 0)
            column = STAGES.index(step.stage)
            found[:, column] = np.minimum(found[:, column], np.nan_to_num(share, nan=np.inf))
    return found


def _weights(given: Sequence[float], made: Programme) -> Floats:
    """Weights of the draws as weights of the groups."""
    weights = np.asarray(given, dtype=float)
    if weights.shape != made.members.shape or (weights < 0).any() or weights.sum() <= 0:
        raise InputError(
            f"{len(weights)} weights for {len(made.members)} draws",
            where="weights",
            why="each draw takes one weight of 0 or more, not all of them 0",
            mend="take the weights of an update made on the same draws",
        )
    sums = np.bincount(made.members.astype(int), weights=weights)
    return np.asarray(sums / weights.sum())


def _useful(made: Programme) -> dict[str, float]:
    """Lever that does something -> what it costs together with all it needs."""
    found = {}
    for one, moves in zip(made.options, made.moves, strict=True):
        if moves:
            needed, waiting = {one.id}, list(one.prerequisites)
            while waiting:
                name = waiting.pop()
                if name not in needed:
                    needed.add(name)
                    waiting.extend(made.menu.needs[name])
            found[one.id] = sum(made.menu.costs[name] for name in needed)
    return found


def replan(
    bench: OpenBench,
    levers: Sequence[Lever],
    before: Plan,
    missed: Sequence[str],
    weights: Sequence[float] = (),
) -> Plan:
    """Solve a plan again after milestones were missed.

    A lever with a missed milestone is late by a year at least, and by as many as lie between the
    year the milestone was due in and the day it was missed. Draws are weighted by what has been
    seen, where weights are given.

    Args:
        bench, levers: As for the plan.
        before: The plan.
        missed: Ids of milestones of its roadmap.
        weights: Weight of each draw after what was seen, such as those of a signal update.

    Raises:
        InputError: if a milestone is not one of the plan.
    """
    stones = {one.id: one for one in before.roadmap}
    starts, waits = dict(before.chosen), dict(before.request.waits)
    for name in missed:
        if name not in stones:
            raise InputError(
                f"no milestone {name!r}",
                where="missed",
                why="the roadmap of the plan does not hold it",
                mend=suggestion(name, stones) or f"name one of {', '.join(stones)}",
            )
        stone = stones[name]
        later = starts[stone.lever] + max(1, stone.by.year + 1 - stone.due)
        waits[stone.lever] = max(waits.get(stone.lever, 0), later)
    request = replace(before.request, waits=waits, weights=tuple(weights))
    return plan(bench, levers, request)
