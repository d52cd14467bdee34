"""Tables of policies: tests, counter-moves, the plan, its frontier, its road, the levers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from midstream.evidence.quantity import Quantity
from midstream.report.narrative.policy_rows import Judged, Policies
from midstream.report.tables import Column, Sheet, Value, quantity_cells, quantity_columns

if TYPE_CHECKING:
    from midstream.policy.plan_result import Plan

_PACKAGE = Column("package", "string", "Package on file")
_LEVER = Column("lever", "string", "Lever on file")
_MONEY = "USD million"
_STAGES = ("C1", "C2", "C3", "C4")


def policy_sheets(found: Policies) -> list[Sheet]:
    """Every table of policies; none for a study that tests no package."""
    if not found.tested:
        return []
    made = [policy_tests(found), policy_stress(found), policy_levers(found)]
    if found.plan is not None:
        made += [policy_plan(found.plan), policy_frontier(found.plan), policy_roadmap(found.plan)]
    return made


def policy_tests(found: Policies) -> Sheet:
    """One row per package and measure; the verdict and its rule stand in every row."""
    columns = (
        _PACKAGE,
        Column("country", "string", "Whose middle it is to move, ISO 3166-1 alpha-3"),
        Column("verdict", "string", "PASS, PARTIAL, FAIL or UNDETERMINED"),
        Column(
            "measure",
            "string",
            "gain (of the score), probability (of a gain of delta), score, coverage, dependence,"
            " flow, value, cost, cost_per_point, flip",
        ),
        Column("place", "string", "Stage, flow or what turns the verdict"),
        Column("world", "string", "without, with or change; blank where there is one figure"),
        *quantity_columns("value", "Figure of the row"),
        Column("unit", "string", "Unit of the row"),
        Column("verdict_then", "string", "Verdict behind a flip; blank else"),
    )
    rows = tuple(row for one in found.tested for row in _tests(one))
    key = ("package", "measure", "place", "world")
    return Sheet("policy_tests", "Does it move the middle: packages tested", columns, rows, key)


def _tests(one: Judged) -> Iterator[tuple[Value, ...]]:
    head = (one.package.id, one.found.choice.subject, one.found.verdict)
    for measure, place, world, quantity in _figures(one):
        yield (*head, measure, place, world, *quantity_cells(quantity), quantity.unit, "")
    for flip in one.found.flips:
        then = flip.verdict if flip.at.value is not None else ""
        cells = (*quantity_cells(flip.at), flip.at.unit, then)
        yield (*head, "flip", flip.words, "", *cells)


def _figures(one: Judged) -> Iterator[tuple[str, str, str, Quantity]]:
    found = one.found
    for stage, quantity in found.delta.items():
        yield "gain", stage, "", quantity
    for place, quantity in found.probabilities.items():
        yield "probability", place, "", quantity
    told = {
        "score": {row.stage: row.figures for row in found.scores if row.year == found.horizon},
        "coverage": found.coverage,
        "dependence": found.dependence,
        "flow": found.flow,
        "value": {"domestic": found.value},
    }
    for measure, places in told.items():
        for place, both in places.items():
            yield measure, place, "without", both.without
            yield measure, place, "with", both.planned
            yield measure, place, "change", both.change
    yield "cost", "", "", found.cost
    yield "cost_per_point", "C2 and C3", "", found.cost_per_point.cost


def policy_stress(found: Policies) -> Sheet:
    """One row per package and counter-move."""
    columns = (
        _PACKAGE,
        Column("move", "string", "Counter-move"),
        Column("verdict", "string", "Verdict where the move is laid over both worlds"),
        *quantity_columns("gain_c2", "Change of the C2 score under the move", "score"),
        *quantity_columns("gain_c3", "Change of the C3 score under the move", "score"),
        *quantity_columns("survival", "Share of the funded tonnage that stands", "share"),
        *quantity_columns("deliverable", "Final form from own feed all the way, t a year", "t/yr"),
        Column("assumed", "string", "What is assumed"),
    )
    rows = tuple(
        (
            one.package.id, row.id, row.verdict, *quantity_cells(row.delta["C2"]),
            *quantity_cells(row.delta["C3"]), *quantity_cells(row.survival),
            *quantity_cells(row.deliverable), row.how,
        )
        for one in found.tested
        for row in one.found.stresses
    )  # fmt: skip
    key = ("package", "move")
    return Sheet("policy_stress", "Packages under counter-moves", columns, rows, key)


def policy_levers(found: Policies) -> Sheet:
    """One row per lever and effect of the packages and the plan."""
    columns = (
        _LEVER,
        Column("effect", "string", "Effect on file"),
        Column("kind", "string", "What kind of effect it is"),
        Column("words", "string", "What it does"),
        *quantity_columns("size", "Size as stated, with its lowest and highest value"),
        Column("unit", "string", "Unit of the size"),
        Column("standing", "string", "sourced, derived or assumed"),
        Column("sources", "string", "Ids of the source register, by semicolon"),
        *quantity_columns("cost", "Cost of the lever", _MONEY),
    )
    rows = tuple(
        (
            row.lever.id, one.effect.id, one.effect.kind, one.words, *quantity_cells(one.size),
            one.size.unit, one.effect.standing_of_fact, ";".join(one.effect.source),
            *quantity_cells(row.cost),
        )
        for row in found.levers.values()
        for one in row.effects
    )  # fmt: skip
    key = ("lever", "effect")
    return Sheet("policy_levers", "Levers with what they do", columns, rows, key)


def policy_plan(plan: Plan) -> Sheet:
    """One row per lever on offer: whether it is chosen, from when, how firmly, or why not."""
    columns = (
        _LEVER,
        Column("chosen", "string", "yes or no"),
        Column("start", "integer", "Year it starts in"),
        *quantity_columns("cost", "Cost", _MONEY),
        *quantity_columns("robust", "Share of samples of the draws in which it is chosen", "share"),
        Column("why_not", "string", "Why it is not chosen"),
    )
    chosen = {one.id: one for one in plan.levers}
    why = {one.id: one.why for one in plan.left}
    blank: tuple[Value, ...] = tuple(None for _ in quantity_columns("cost", "", ""))
    rows = []
    for lever in sorted({*chosen, *why, *plan.robust}):
        one, firm = chosen.get(lever), plan.robust.get(lever)
        rows.append(
            (
                lever,
                "yes" if one else "no",
                one.start if one else None,
                *(quantity_cells(one.cost) if one else blank),
                *(quantity_cells(firm) if firm else blank),
                why.get(lever, ""),
            )
        )
    title = "The best set of levers for the budget of the study"
    return Sheet("policy_plan", title, columns, tuple(rows), ("lever",))


def policy_frontier(plan: Plan) -> Sheet:
    """One row per budget."""
    columns = (
        *quantity_columns("budget", "Budget", _MONEY),
        *quantity_columns("cost", "Cost of the best set", _MONEY),
        *quantity_columns("objective", "What it is worth by the engine", "ratio"),
        *quantity_columns("gap", "Bound of the programme less its answer", "ratio"),
        Column("levers", "string", "Levers of the set, by semicolon"),
    )
    rows = tuple(
        (
            *quantity_cells(row.budget), *quantity_cells(row.cost), *quantity_cells(row.value),
            *quantity_cells(row.gap), ";".join(row.levers),
        )
        for row in plan.frontier
    )  # fmt: skip
    return Sheet("policy_frontier", "What more money buys", columns, rows, ("budget",))


def policy_roadmap(plan: Plan) -> Sheet:
    """One row per milestone."""
    columns = (
        Column("id", "string", "Milestone"),
        Column("by", "string", "Last day on which it counts, ISO 8601"),
        _LEVER,
        Column("kind", "string", "award, start, first output, full output or review"),
        Column("milestone", "string", "What has to be seen"),
        Column("signal", "string", "Signal on record that says so; blank where none does"),
        Column("comparison", "string", "event, ge or another comparison"),
        Column("threshold", "number", "Figure to reach; blank for an event"),
        Column("unit", "string", "Unit of the threshold"),
    )
    rows = tuple(
        (
            row.id, row.by.isoformat(), row.lever, row.kind, row.text, row.signal,
            row.comparison, row.threshold, row.unit,
        )
        for row in plan.roadmap
    )  # fmt: skip
    return Sheet("policy_roadmap", "Milestones of the best set", columns, rows, ("id",))
