"""Figures on policies, for the site and the condensed edition alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from midstream.report.figures import (
    Bought,
    Figure,
    Lane,
    Stone,
    Tried,
    before_after,
    frontier,
    of_score,
    roadmap,
)
from midstream.report.narrative.policy_rows import MIDDLE, Policies, moved
from midstream.report.narrative.words import capital, traced
from midstream.report.numbers import Sentence, say

if TYPE_CHECKING:
    from midstream.evidence.quantity import Quantity
    from midstream.policy.middle_result import Middle
    from midstream.policy.roadmap import Milestone

#: What a plan raises, in words, and on the axis of its frontier.
RAISED: Mapping[str, tuple[str, str]] = {
    "coverage": (
        "share of need that the weaker of C2 and C3 covers",
        "covered need less tail",
    ),
    "score": ("score of the weaker of C2 and C3", "score less tail"),
}

#: Gives the line under a figure from the lineages it shows.
Source = Callable[[Sequence[str]], Sentence]


def tried(name: str, found: Middle) -> Tried:
    """A policy as strips before and after: scores of the last year in both worlds."""
    rows = [row for row in found.scores if row.year == found.horizon]
    return Tried(
        name=capital(name),
        before=tuple(of_score(row.stage, row.figures.without) for row in rows),
        after=tuple(of_score(row.stage, row.figures.planned) for row in rows),
        lifted=frozenset(moved(found)),
        gains={stage: found.delta[stage] for stage in MIDDLE},
        verdict=found.verdict,
    )


def strips_figure(
    found: Policies, source: Source, width: int = 780, *, dense: bool = False
) -> Figure | None:
    """Strips before and after of every package, and of the best set of levers."""
    if found.title is None:
        return None
    rows = [tried(one.called, one.found) for one in found.tested]
    if found.best is not None:
        rows.append(tried("best set for the budget", found.best))
    year = str(found.title.found.horizon)
    title = say("Before and after, {year}", year=year)
    subtitle = Sentence(
        (
            f"Scores in {year}, from one to five, without and with each package. Red frame: the"
            " stage gains enough in half of the draws. Bar: four draws in five.",
        )
    )
    lineages = [row.figures.planned.lineage for one in found.tested for row in one.found.scores]
    return before_after("before-after", rows, title, subtitle, source(lineages), width, dense=dense)


def frontier_figure(found: Policies, source: Source, width: int = 780) -> Figure | None:
    """What more money buys; ``None`` without a plan."""
    plan = found.plan
    if plan is None:
        return None
    names = {row.lever.id: row.lever.name for row in found.levers.values()}
    rows = [
        Bought(
            row.budget, row.cost, row.value,
            tuple(names.get(lever, lever) for lever in row.levers), row.asked,
        )
        for row in plan.frontier
    ]  # fmt: skip
    title = Sentence(("What more money buys",))
    raised, measure = RAISED[plan.request.measure]
    subtitle = Sentence(
        (
            f"Each dot is the best set of levers of one budget: {raised}, less a price on the"
            " worst draws, by what the set costs.",
        )
    )
    lineages = [row.value.lineage for row in plan.frontier]
    return frontier(
        "frontier", rows, plan.before, measure, title, subtitle, source(lineages), width
    )


def roadmap_figure(
    found: Policies, opens: Mapping[str, Quantity], source: Source, width: int = 780
) -> Figure | None:
    """When what has to be seen; `opens` says what the numbers of each milestone open."""
    plan = found.plan
    if plan is None or not plan.roadmap:
        return None
    lanes = [
        Lane(one.name, tuple(_stone(row, opens) for row in plan.roadmap if row.lever == one.id))
        for one in plan.levers
    ]
    title = say("The road to {year}", year=str(plan.horizon))
    subtitle = Sentence(
        (
            "One lane a lever of the best set; each mark is something that has to be seen by the"
            " end of that year.",
        )
    )
    years = (plan.first, plan.horizon)
    lineages = [one.cost.lineage for one in plan.levers]
    return roadmap("roadmap", lanes, years, title, subtitle, source(lineages), width)


def _stone(row: Milestone, opens: Mapping[str, Quantity]) -> Stone:
    text = traced(row.text, opens[row.id])
    return Stone(row.kind, row.by.year, row.by.isoformat(), text, row.signal)
