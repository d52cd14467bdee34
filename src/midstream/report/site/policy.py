"""The page on policies: does it move the middle, what would, the best set and its road."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from midstream.report.marks import verdict_svg
from midstream.report.narrative.policy import size
from midstream.report.narrative.policy_figures import (
    frontier_figure,
    roadmap_figure,
    strips_figure,
)
from midstream.report.narrative.policy_rows import MIDDLE, Judged, Policies, milestones
from midstream.report.narrative.verdicts import flip_words
from midstream.report.narrative.words import capital, noun, traced
from midstream.report.numbers import Sentence
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page

if TYPE_CHECKING:
    from midstream.evidence.quantity import Quantity
    from midstream.policy.catalogue import EffectRow, LeverRow
    from midstream.policy.others import Other
    from midstream.policy.plan_result import Plan

PATH = "policy.html"
#: Width of the strips in px.
WIDE = 940
#: Width of a figure that stands beside a column.
BESIDE = 690
#: Rows of who else is touched, for each way.
MOST_OTHERS = 6


def policy_page(desk: Desk) -> Page:
    """Build the page on policies of a study that tests packages."""
    found, chapters = desk.narrative.policies, desk.narrative.chapters

    def source(lineages: Sequence[str]) -> Sentence:
        return desk.source_line(lineages, "Modelled.")

    opens = milestones(desk.study, found)
    context: dict[str, Any] = {
        "head": desk.narrative.openings["policy"],
        "first": _package(desk, found.tested[0]),
        "strips": strips_figure(found, source, WIDE),
        "packages": [_package(desk, one) for one in found.tested],
        "facts": chapters["policy/facts"],
        "plan_words": chapters["policy/plan"],
        "plan": None if found.plan is None else _plan(desk, found.plan),
        "frontier": frontier_figure(found, source),
        "roadmap": roadmap_figure(found, opens, source),
        "road": chapters["policy/road"],
        "others_words": chapters["policy/others"],
        "others": [row for one in found.tested for row in _others(desk, one)],
        "levers": [_lever(desk, row) for row in found.levers.values()],
    }
    return Page(PATH, PATH, "Policy", PATH, context)


def mark(verdict: str) -> dict[str, Any]:
    """A verdict as its sign, its word and its tone."""
    return {"sign": Markup(verdict_svg(verdict)), "word": verdict, "tone": verdict.lower()}


def _package(desk: Desk, one: Judged) -> dict[str, Any]:
    found, package = one.found, one.package
    flood = next((row.survival for row in found.stresses if row.id == "flood"), None)
    finals = desk.form(found.final) if found.final else "the final form"
    return {
        "id": package.id,
        "name": capital(one.called),
        "full": package.name,
        "status": package.status,
        "note": traced(capital(package.note), found.cost),
        "missing": list(package.missing),
        "announced": package.announced,
        "mark": mark(found.verdict),
        "found": found,
        "chances": [(stage, noun(stage), found.probabilities[stage]) for stage in MIDDLE],
        "coverage": [(stage, found.coverage[stage]) for stage in MIDDLE],
        "flows": [(name, found.flow[name]) for name in ("sovereign", "allied")],
        "final": finals,
        "flood": flood,
        "flips": [
            (flip_words(flip), mark(flip.verdict)) for flip in found.flips if _turns(flip.at)
        ],
        "still": not any(_turns(flip.at) for flip in found.flips),
        "stresses": [_stress(row) for row in found.stresses],
        "levers": [lever.id for lever in found.choice.levers],
        "sources": list(package.source),
        "words": next(
            finding.text
            for finding in desk.narrative.chapters["policy/verdicts"]
            if finding.id.endswith(f"/{package.id}")
        ),
    }


def _turns(at: Quantity) -> bool:
    return at.value is not None


def _stress(row: Any) -> dict[str, Any]:
    return {
        "row": row,
        "mark": mark(row.verdict),
        "how": traced(row.how, row.deliverable),
    }


def _plan(desk: Desk, plan: Plan) -> dict[str, Any]:
    """Levers of the best set, and those that other samples of the draws choose."""
    chosen = {one.id for one in plan.levers}
    ranked = sorted(plan.robust, key=lambda one: (-(plan.robust[one].value or 0.0), one))
    also = [one for one in ranked if one not in chosen and plan.robust[one].value]
    return {
        "rows": plan.levers,
        "also": [(desk.lever(one), plan.robust[one]) for one in also],
    }


def _others(desk: Desk, one: Judged) -> list[dict[str, Any]]:
    if one.others is None:
        return []
    rows = []
    for told in (one.others.winners, one.others.losers):
        ranked = sorted(told, key=lambda row: -abs(row.coverage.value or 0.0))
        rows += [_other(desk, one, row) for row in ranked[:MOST_OTHERS]]
    return rows


def _other(desk: Desk, one: Judged, row: Other) -> dict[str, Any]:
    return {
        "package": capital(one.called),
        "country": desk.country_or_rest(row.country),
        "form": desk.form(row.form),
        "effect": row.effect,
        "change": size(row.change),
        "row": row,
    }


def _lever(desk: Desk, row: LeverRow) -> dict[str, Any]:
    lever = row.lever
    return {
        "id": lever.id,
        "name": lever.name,
        "country": desk.country(lever.country),
        "payers": ", ".join(lever.payers) or "not on record",
        "start": str(round(lever.start)),
        "acts": str(round(lever.start + lever.lag)),
        "cost": row.cost,
        "standing": lever.cost_kind,
        "effects": [_effect(desk, one) for one in row.effects],
        "sources": [_source(desk, one) for one in lever.source],
    }


def _effect(desk: Desk, row: EffectRow) -> Mapping[str, Any]:
    return {
        "words": traced(row.words, row.size),
        "standing": row.effect.standing_of_fact,
        "sources": [_source(desk, one) for one in row.effect.source],
    }


def _source(desk: Desk, source: str) -> str:
    """Publisher of a source."""
    return str(desk.sources.get(source, {}).get("publisher") or source)


def answer_part(desk: Desk) -> dict[str, Any] | None:
    """What the answer page shows of the test: the verdict, and strips before and after."""
    found = desk.narrative.policies
    if found.title is None:
        return None
    few = Policies(_two(found))
    figure = strips_figure(few, lambda lineages: desk.source_line(lineages, "Modelled."), BESIDE)
    first = found.title
    return {"mark": mark(first.found.verdict), "figure": figure}


def _two(found: Policies) -> tuple[Judged, ...]:
    """The package of the title, and the one that does most where that is another."""
    assert found.title is not None
    leader = found.leader or found.title
    return (found.title,) if leader is found.title else (found.title, leader)
