"""The plan: levers and starts under a budget, tested together, with road and frontier."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from midstream.app.queries import PlanQuery
from midstream.app.settings import StudyText
from midstream.app.tasks.desk import LivePen, QuickDesk
from midstream.app.tasks.edition import environment
from midstream.app.tasks.policy import apart
from midstream.app.worker import Place
from midstream.capital.money import USD
from midstream.errors import InputError
from midstream.evidence import Quantity
from midstream.policy.catalogue import catalogue
from midstream.policy.frame import Lever
from midstream.policy.ground import YEARS
from midstream.policy.levers import levers
from midstream.policy.middle import middle_test
from midstream.policy.middle_result import Middle
from midstream.policy.plan_request import LAST
from midstream.policy.plan_result import Plan
from midstream.report.figures import Figure, before_after
from midstream.report.marks import verdict_svg
from midstream.report.narrative.amounts import rounded
from midstream.report.narrative.policy_figures import (
    RAISED,
    frontier_figure,
    roadmap_figure,
    tried,
)
from midstream.report.narrative.policy_rows import MIDDLE, Policies, sized
from midstream.report.narrative.words import noun, plural, worded
from midstream.report.numbers import Sentence, Shown, say
from midstream.report.theme import LIGHT, LIVE
from midstream.scenarios.frame import Frame
from midstream.study import Study

#: Way of the figures.
WAY = "/policy/plan/figure"
#: Width of a figure beside the controls, px.
WIDE = 780
#: A gap below this is the rounding of the solver.
NO_GAP = 1e-9
#: Parts of a whole, and USD million in the worth that is told.
HUNDRED = 100

Asked = Mapping[str, Any]


def choices(place: Place, study: StudyText) -> dict[str, Any]:
    """Say what a plan can be asked: levers and payers, currencies, years."""
    opened = place.study(study)
    config, desk = opened.config, QuickDesk(opened)
    held = [one for one in levers(opened.evidence).values() if one.country in config.countries]
    order = sorted({one.country for one in held}, key=lambda one: (one != config.focus, one))
    first = int(opened.evidence.release.date[:4])
    codes = sorted({str(row["currency"]) for row in opened.evidence.table("fx").rows})
    wanted = config.plan
    return {
        "countries": [
            {
                "id": country,
                "name": desk.country(country),
                "levers": [_lever(one) for one in held if one.country == country],
            }
            for country in order
        ],
        "sectors": [{"id": one, "name": desk.sector(one)} for one in config.sectors],
        "currencies": [f"{USD} million", "INR crore", *(f"{code} million" for code in codes)],
        "years": list(range(first + 1, max(config.horizon, LAST) + 1)),
        "first": first,
        "payers": sorted({name for one in held for name in one.payers}),
        "focus": config.focus,
        "horizon": (wanted.by if wanted else None) or max(YEARS),
        "start": {
            **({"budget": f"{wanted.budget:.12g}"} if wanted else {}),
            "currency": wanted.currency if wanted else f"{USD} million",
            **({"by": str(wanted.by)} if wanted and wanted.by else {}),
        },
    }


def _lever(one: Lever) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "in_base": one.in_base}


def plan(place: Place, study: StudyText, asked: Asked) -> str:
    """Work a plan out and tell it."""
    opened = place.study(study)
    place.tell(0.05)
    made = _planned(opened, asked)
    place.tell(0.8)
    with _tested(opened, made) as (tested, late):
        return _written(opened, made, tested, asked, late)


def figure(place: Place, study: StudyText, asked: Asked, name: str, kind: str) -> str:
    """Draw a figure of a plan again, to be kept: as SVG, or its table as CSV.

    Raises:
        InputError: if the plan has no such figure.
    """
    opened = place.study(study)
    made = _planned(opened, asked)
    with _tested(opened, made) as (tested, _):
        drawn = {one.id: one for one in _figures(opened, QuickDesk(opened), made, tested)}
    if name not in drawn:
        raise InputError(
            f"no figure {name!r}",
            where="figure",
            why=f"the plan has {', '.join(drawn)}",
            mend="take the links under the figures of the page",
        )
    return drawn[name].csv() if kind == "csv" else drawn[name].svg(LIGHT, standalone=True)


def _planned(study: Study, asked: Asked) -> Plan:
    query = PlanQuery.model_validate(asked)
    made = study.policy_plan(
        query.budget,
        query.currency,
        query.by,
        country=query.country,
        sector=query.sector,
        draws=query.draws,
        measure=query.measure,
        **query.limits(),
    )
    if not made.chosen:
        raise InputError(
            "nothing is bought",
            where="limits",
            why="under this budget and these limits no set of levers does better than none",
            mend="raise a limit or take it away, or give a larger budget",
        )
    return made


@contextmanager
def _tested(study: Study, made: Plan) -> Iterator[tuple[Middle, Mapping[str, float]]]:
    """Put the set to the middle test; gives it with the levers that start later than on record.

    The test is written into a ledger of its own, dropped after the block: ids name levers, so that
    those of a set with other starts would stand for what the record says.
    """
    bench = study.policy_bench(made.subject, made.sector, None, made.horizon)
    choice = study.policy_choice([name for name, _ in made.chosen], made.subject)
    late = _late(made, choice.levers)
    with apart(bench):
        tested = middle_test(bench, choice, full=False, starts=late or None)
        ledger, study.ledger = study.ledger, bench.ledger
        try:
            yield tested, late
        finally:
            study.ledger = ledger


def _late(made: Plan, chosen: Sequence[Lever]) -> dict[str, float]:
    """Levers that the plan starts in a later year than the record does."""
    starts = dict(made.chosen)
    return {
        one.id: float(starts[one.id])
        for one in chosen
        if starts[one.id] > max(made.first, math.ceil(one.start))
    }


def _written(
    study: Study, made: Plan, tested: Middle, asked: Asked, late: Mapping[str, float]
) -> str:
    desk = QuickDesk(study)
    pen = LivePen(desk, WAY, [("study", study.config.id), *_state(asked)])
    names = {one.id: one.name for one in levers(study.evidence).values()}
    text = (
        environment()
        .get_template("plan_result.html")
        .render(
            pen=pen,
            spoken=_spoken(desk, made),
            plan=made,
            tested=tested,
            mark=Markup(verdict_svg(tested.verdict, LIVE)) if tested.verdict in _MARKED else "",
            tone=tested.verdict.lower(),
            gap=_gap(made),
            raised=RAISED[made.request.measure][0],
            figures={one.id: one for one in _figures(study, desk, made, tested)},
            worth=_worth(made),
            stages=[(stage, noun(stage), made.scores[stage]) for stage in MIDDLE],
            also=_also(made, names),
            left=[(names[one.id], one.why) for one in made.left if not _abroad(one.why)],
            abroad=sum(_abroad(one.why) for one in made.left),
            late=late,
            bench=_bench(study, made),
        )
    )
    return pen.turned(text)


_MARKED = ("PASS", "PARTIAL", "FAIL")
_STRIPS = Sentence(
    ("Scores without and with the set. Red frame: the stage gains enough in half of the draws.",)
)


def _state(asked: Asked) -> Iterator[tuple[str, str]]:
    for name, value in asked.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, f"{one:.12g}" if isinstance(one, float) else str(one)


def _abroad(why: str) -> bool:
    return why.startswith("it is a lever of")


def _spoken(desk: QuickDesk, made: Plan) -> Sentence:
    """Say what the money buys in one sentence."""
    count = Quantity(len(made.levers), None, None, "count", "modelled", made.cost.lineage)
    known: dict[str, Quantity | Shown | str] = {
        "cost": made.cost,
        "n": worded(count),
        "levers": plural(count, "lever"),
        "c": desk.country(made.subject),
        "year": str(made.horizon),
    }
    gains = [made.scores[stage].gain for stage in MIDDLE]
    if any(one.value is None for one in gains):
        text = "{cost} buys {n} {levers} in {c}; what they add cannot be told from the record."
        return say(text, **known)
    text = (
        "{cost} buys {n} {levers}: by {year} {c}\u2019s refining gains {a} of a point, advanced"
        " materials {b}."
    )
    return say(text, a=_points(gains[0]), b=_points(gains[1]), **known)


def _points(gain: Quantity) -> Shown:
    """A gain with two digits: a tenth of a point would hide what a plan does."""
    return Shown(gain, rounded(gain.value or 0.0, 2))


def _gap(made: Plan) -> Sentence:
    """Say how far the set may be from the best one, and whether engine and programme agree."""
    value = made.gap.value or 0.0
    if value > NO_GAP:
        head = say("At most {gap} from the best there is", gap=Shown(made.gap, rounded(value, 2)))
    else:
        head = say("No better set: the programme leaves {gap}", gap=Shown(made.gap, "no gap"))
    agree = "; the engine agrees with it." if made.stable else "; the engine does not agree."
    return head + Sentence((agree,))


def _worth(made: Plan) -> Sentence:
    """Say what a hundred million more would add, and what the last hundred added."""
    share = made.request.measure == "coverage"
    up, down = (_hundred(made.shadow.get(name), share) for name in ("up", "down"))
    if up is None:
        return Sentence(("No larger budget was looked at.",))
    if not up.quantity.value:
        return Sentence(("A larger budget buys nothing more that is counted here.",))
    unit = "of its need" if share else "of a point"
    head = say("A hundred million USD more lifts the weaker stage by {up} {unit}", up=up, unit=unit)
    return head + (say(", the last hundred by {down}.", down=down) if down else Sentence((".",)))


def _hundred(price: Quantity | None, share: bool) -> Shown | None:
    """The worth of a million as that of a hundred, a share in per cent; it opens as it stands."""
    if price is None or price.value is None:
        return None
    value = price.value * HUNDRED
    return (
        Shown(price, rounded(value * HUNDRED, 2), "%") if share else Shown(price, rounded(value, 2))
    )


def _figures(study: Study, desk: QuickDesk, made: Plan, tested: Middle) -> list[Figure]:
    """The road, the frontier, and both worlds."""
    frame = Frame(study.config.seed, study.config.draws, study.config.base_year)
    rows = {row.lever.id: row for row in catalogue(study.evidence, frame, study.ledger).levers}
    found = Policies(plan=made, levers=rows)

    def source(lineages: Sequence[str]) -> Sentence:
        return desk.source_line(lineages, "Modelled.")

    costs = {one.id: one.cost for one in made.levers}
    opens = {row.id: sized(rows[row.lever], costs[row.lever]) for row in made.roadmap}
    title = say("The set together, before and after, {year}", year=str(tested.horizon))
    strip = tried("This plan", tested)
    lineages = [row.figures.planned.lineage for row in tested.scores]
    drawn = (
        roadmap_figure(found, opens, source, WIDE),
        frontier_figure(found, source, WIDE),
        before_after("before-after", [strip], title, _STRIPS, source(lineages), WIDE),
    )
    return [one for one in drawn if one is not None]


def _also(made: Plan, names: Mapping[str, str]) -> list[tuple[str, str, Quantity]]:
    """Levers that other samples of the draws choose, the most often chosen first."""
    chosen = {one.id for one in made.levers}
    ranked = sorted(made.robust, key=lambda one: (-(made.robust[one].value or 0.0), one))
    return [
        (one, names[one], made.robust[one])
        for one in ranked
        if one not in chosen and made.robust[one].value
    ]


def _bench(study: Study, made: Plan) -> str:
    """Address at which the set is tested lever by lever."""
    state = [("study", study.config.id), ("subject", made.subject)]
    return f"/policy?{urlencode([*state, *(('lever', one.id) for one in made.levers)])}"
