"""What the figures and tables of the outlook show, taken from its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from midstream.evidence.quantity import Quantity
from midstream.report.figures import Chance, Group, Level, Pathway, Span, Swing
from midstream.report.narrative.context import Context
from midstream.report.narrative.money import target
from midstream.report.narrative.words import chance, started, traced
from midstream.report.numbers import Sentence
from midstream.scenarios.result import BoxRow, FlipRow, Outlook, PathRow
from midstream.scenarios.scores_result import ScoreRow
from midstream.terms import STAGE_ORDER

if TYPE_CHECKING:
    from midstream.study import Study

#: Names a thing for a reader.
Names = Callable[[str], str]

#: Small fans on the page, countries of a form in the ranking, boxes in the list.
MOST_PATHS, MOST_COUNTRIES, MOST_BOXES = 6, 6, 3


def scores_ahead(study: Study) -> tuple[ScoreRow, ...]:
    """Scores in the years ahead, their lineage in the ledger of the study; worked out once."""
    found = study.outlook().scores
    if found is None:
        return ()
    return study.once(("scores ahead",), lambda: found.quantities(study.ledger))


def looked_at(study: Study, found: Outlook) -> list[str]:
    """Forms the outlook tells about: those its conditions name, in the order of the chain."""
    stages = {path.form: path.stage for path in found.paths}
    named = {row.id.removeprefix("output/") for row in found.weighted if row.id.startswith("out")}
    kept = [form for form in named if found.path(found.focus, form) is not None]
    order = {form: place for place, form in enumerate(study.world.forms)}
    return sorted(kept, key=lambda one: (STAGE_ORDER.index(stages[one]), -order.get(one, 0)))


def pathways_of(context: Context, found: Outlook, form_name: Names) -> list[Pathway]:
    """Output against need of the forms looked at."""
    made = []
    for form in looked_at(context.study, found)[:MOST_PATHS]:
        path = found.path(found.focus, form)
        if path is None:
            continue
        need = found.path(found.focus, form, "need")
        points = need.points if need is not None else ()
        level = scheme_level(context, found.focus, path)
        made.append(Pathway(form_name(form), path.unit, path.years, path.points, points, level))
    return made


def scheme_level(context: Context, country: str, path: PathRow) -> Level | None:
    """Target of a scheme for a form, where it is counted as the form is."""
    for row in context.rows("schemes"):
        same = row["country"] == country and path.form in (row["forms"] or ())
        counted = str(row["target_unit"] or "").split("/")[0] == path.unit.split("/")[0]
        if same and counted and row["target_quantity"]:
            return Level("target of the scheme", target(context, row))
    return None


def chances_of(found: Outlook) -> list[Chance]:
    """The scenarios from the worst to the best."""
    return [
        Chance(row.name, started(traced(row.definition, row.probability)), row.probability,
               row.expert, chance(row.probability, row.probability.value))
        for row in found.scenarios
    ]  # fmt: skip


def swings_of(found: Outlook) -> list[Swing]:
    """Drivers that move the odds of the two best scenarios."""
    return [Swing(row.name, row.bottom, row.top) for row in found.drivers]


def middle_of(found: Outlook) -> Quantity | None:
    """Probability of the two best scenarios together, as the drivers' boxes have it."""
    return next((box.base for box in found.discovery if box.id == "better"), None)


def capacity_groups(study: Study, found: Outlook, form_name: Names, country: Names) -> list[Group]:
    """Capacity in the last year by country, for the forms looked at."""
    groups = []
    for form in looked_at(study, found):
        rows = [p for p in found.paths if p.form == form and p.metric == "capacity"]
        ranked = sorted(rows, key=_size)[:MOST_COUNTRIES]
        own = [p for p in rows if p.country == found.focus and p not in ranked]
        spans = tuple(
            Span(country(p.country), p.points[-1], p.country == found.focus)
            for p in [*ranked, *own]
        )
        if spans:
            groups.append(Group(form_name(form), rows[0].unit, spans))
    return groups


def _size(path: PathRow) -> tuple[float, str]:
    return -(path.points[-1].value or 0.0), path.country


def told_flips(found: Outlook) -> Sequence[FlipRow]:
    """Drivers that alone make another scenario the most likely, the smallest shift first."""
    known = [row for row in found.flips if row.shift.value is not None]
    return sorted(known, key=lambda row: abs(row.shift.value or 0.0))


def told_boxes(found: Outlook) -> Sequence[BoxRow]:
    """Outcomes with conditions that lead to them."""
    return [box for box in found.discovery if box.bounds][:MOST_BOXES]


def scenario_name(found: Outlook, id: str) -> str:
    """A scenario as it reads inside a sentence."""
    return next((row.name for row in found.scenarios if row.id == id), id).lower()


def meaning(found: Outlook, id: str, most: int = 0) -> Sentence:
    """What has to hold for a scenario, cut to so many characters if a limit is given."""
    row = next(row for row in found.scenarios if row.id == id)
    words = row.definition
    if most and len(words) > most:
        words = words[:most].rsplit(" ", 1)[0] + " \u2026"
    return started(traced(words, row.probability))
