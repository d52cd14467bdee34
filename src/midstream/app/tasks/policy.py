"""The policy bench: levers put to the test, a first look within a moment, then in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from markupsafe import Markup

from midstream.app.settings import StudyText
from midstream.app.tasks.desk import LivePen, QuickDesk
from midstream.app.tasks.edition import environment
from midstream.app.worker import Place
from midstream.evidence import Quantity
from midstream.evidence.lineage import Ledger
from midstream.policy.bench import Bench
from midstream.policy.catalogue import LeverRow, catalogue
from midstream.policy.frame import Choice
from midstream.policy.lever_words import words
from midstream.policy.middle import middle_test
from midstream.policy.middle_result import Both, Middle
from midstream.report.figures import Figure, Group, Span, ranges
from midstream.report.marks import verdict_svg
from midstream.report.narrative.words import chance, traced
from midstream.report.numbers import Sentence, say, show
from midstream.report.theme import LIGHT, LIVE
from midstream.scenarios.frame import Frame
from midstream.study import Study
from midstream.terms import STAGE_ORDER

#: Draws of a first look.
FIRST = 60
#: Levers told apart in the figure.
APART = 10

Asked = Mapping[str, Any]


def choices(place: Place, study: StudyText) -> dict[str, Any]:
    """Say what can be tested: levers and packages of the countries of the study."""
    opened = place.study(study)
    config = opened.config
    frame = Frame(config.seed, 100, config.base_year)
    desk = QuickDesk(opened)
    found = catalogue(opened.evidence, frame, Ledger(base=opened.ledger))
    own = {one.lever.country for one in found.levers} & set(config.countries)
    order = sorted(own, key=lambda one: (one != config.focus, one))
    return {
        "countries": [
            {
                "id": country,
                "name": desk.country(country),
                "levers": [
                    _lever(one, opened) for one in found.levers if one.lever.country == country
                ],
                "packages": [
                    {
                        "id": one.package.id,
                        "name": one.package.name,
                        "announced": one.package.announced,
                    }
                    for one in found.packages
                    if one.package.country == country
                ],
            }
            for country in order
        ],
        "focus": config.focus,
    }


def _lever(row: LeverRow, study: Study) -> dict[str, Any]:
    one = row.lever
    return {
        "id": one.id,
        "name": one.name,
        "in_base": one.in_base,
        "effects": [words(study.evidence, effect) for effect in one.effects],
        "start": one.start,
        "payers": list(one.payers),
    }


@contextmanager
def apart(bench: Bench) -> Iterator[None]:
    """Write what is worked out into a ledger of its own, which is dropped at the end."""
    own = bench.ledger
    bench.ledger = Ledger(base=own)
    try:
        yield
    finally:
        bench.ledger = own


def first(place: Place, study: StudyText, asked: Asked) -> str:
    """Give a first look: the verdict and both worlds, from few draws."""
    return _page(place, study, asked, FIRST)


def warm(place: Place, study: StudyText) -> None:
    """Make the bench of the first country that has a lever, and put that lever to the test."""
    for country in choices(place, study)["countries"][:1]:
        levers = [one["id"] for one in country["levers"][:1]]
        first(place, study, {"lever": levers, "subject": "", "delay": 0.0, "sizes": {}})


def full(place: Place, study: StudyText, asked: Asked) -> str:
    """Give the test with all draws, and what would turn it."""
    return _page(place, study, asked, None)


def figure(place: Place, study: StudyText, asked: Asked, name: str, kind: str) -> str:
    """Draw a figure of the full test again, to be kept: as SVG, or its table as CSV."""
    opened, bench, choice = _opened(place, study, asked, None)
    with apart(bench):
        found = _tested(bench, choice, asked, full=False)
        figures = [
            _scores_figure(QuickDesk(opened), bench, found),
            *_levers_figure(opened, bench, choice),
        ]
        drawn = {one.id: one for one in figures}.get(name, figures[0])
        return drawn.csv() if kind == "csv" else drawn.svg(LIGHT, standalone=True)


def _opened(
    place: Place, study: StudyText, asked: Asked, draws: int | None
) -> tuple[Study, Bench, Choice]:
    opened = place.study(study)
    choice = opened.policy_choice(asked["lever"], asked["subject"] or None)
    return opened, opened.policy_bench(choice.subject, None, draws), choice


def _tested(bench: Bench, choice: Choice, asked: Asked, *, full: bool) -> Middle:
    later = asked["delay"]
    starts = {one.id: one.start + later for one in choice.levers} if later else None
    sizes = {name: size for name, size in asked["sizes"].items() if size != 1}
    known = {one.id for one in choice.levers}
    scale = {name: size for name, size in sizes.items() if name in known} or None
    return middle_test(bench, choice, full=full, scale=scale, starts=starts)


def _page(place: Place, study: StudyText, asked: Asked, draws: int | None) -> str:
    opened, bench, choice = _opened(place, study, asked, draws)
    place.tell(0.3)
    with apart(bench):
        found = _tested(bench, choice, asked, full=draws is None)
        place.tell(0.8)
        desk = QuickDesk(opened)
        # What the pen shows is looked up in the ledger of this test.
        ledger, opened.ledger = opened.ledger, bench.ledger
        try:
            return _written(opened, desk, bench, choice, found, asked, draws)
        finally:
            opened.ledger = ledger


def _written(
    study: Study,
    desk: QuickDesk,
    bench: Bench,
    choice: Choice,
    found: Middle,
    asked: Asked,
    draws: int | None,
) -> str:
    state = [("study", study.config.id), *_state(asked)]
    pen = LivePen(desk, "/policy/figure", state)
    figures = [_scores_figure(desk, bench, found)]
    if draws is None:
        figures += _levers_figure(study, bench, choice)
    text = (
        environment()
        .get_template("policy_result.html")
        .render(
            pen=pen,
            desk=desk,
            found=found,
            draws=draws,
            spoken=_spoken(desk, found),
            mark=Markup(verdict_svg(found.verdict, LIVE)) if found.verdict in _MARKED else "",
            tone=found.verdict.lower(),
            strips=_strips(found),
            figures=figures,
            form=desk.form(found.final) if found.final else "",
            lines=_lines(found),
            flips=[traced(one.words, one.at) for one in found.flips],
            warnings=[traced(desk.named(one), found.cost) for one in found.warnings],
            scaled=bool(asked["delay"] or any(size != 1 for size in asked["sizes"].values())),
            stresses=[(one, traced(one.how, one.deliverable)) for one in found.stresses],
        )
    )
    return pen.turned(text)


_MARKED = ("PASS", "PARTIAL", "FAIL")


def _state(asked: Asked) -> Iterator[tuple[str, str]]:
    for lever in asked["lever"]:
        yield "lever", lever
    for name, size in asked["sizes"].items():
        yield f"size.{name}", f"{size:g}"
    if asked["delay"]:
        yield "delay", f"{asked['delay']:g}"
    if asked["subject"]:
        yield "subject", asked["subject"]


def _spoken(desk: QuickDesk, found: Middle) -> Sentence:
    """Say what the test finds in one sentence."""
    country = desk.country(found.choice.subject)
    c2, c3 = found.probabilities["C2"], found.probabilities["C3"]
    if c2.value is None and c3.value is None:
        return say(
            "Whether this moves the middle of {c} cannot be told from the record.", c=country
        )
    return say(
        "{c}\u2019s refining gains enough in {a} of runs, its advanced materials in {b}.",
        c=country, a=chance(c2, c2.value), b=chance(c3, c3.value),
    )  # fmt: skip


def _strips(found: Middle) -> list[dict[str, Any]]:
    """Both worlds at the horizon as strips, with the stages that change marked."""
    rows = {row.stage: row.figures for row in found.scores if row.year == found.horizon}
    kept = [(stage, rows[stage]) for stage in STAGE_ORDER if stage in rows]
    return [
        {
            "name": name,
            "cells": [_cell(stage, figures, planned=planned) for stage, figures in kept],
        }
        for name, planned in (("Without", False), ("With these levers", True))
    ]


def _cell(stage: str, figures: Both, *, planned: bool) -> dict[str, Any]:
    quantity = figures.planned if planned else figures.without
    digit = show(quantity, "digit")
    before = show(figures.without, "digit")
    known = quantity.value is not None
    return {
        "stage": stage,
        "quantity": quantity,
        "digit": digit,
        "kind": f"d{digit.text}" if known else "open",
        "changed": planned and known and digit.text != before.text,
    }


def _lines(found: Middle) -> list[dict[str, Any]]:
    """The test line by line: what the rule asks, what was found."""
    return [
        {"stage": stage, "gain": found.delta[stage], "chance": found.probabilities[stage]}
        for stage in ("C2", "C3")
        if stage in found.delta and stage in found.probabilities
    ]


def _scores_figure(desk: QuickDesk, bench: Bench, found: Middle) -> Figure:
    """Build the change of each stage, with intervals."""
    spans = tuple(
        Span(f"{stage}", quantity, stage in ("C2", "C3")) for stage, quantity in found.delta.items()
    )
    groups = [Group(f"Change by {found.horizon}", "points of the score", spans)]
    title = say("What these levers add at each stage of {c}", c=desk.country(bench.subject))
    subtitle = Sentence(
        ("Score with the levers less score without, on the same draws; bars are 80% intervals.",)
    )
    source = desk.source_line([one.quantity.lineage for one in spans], "Modelled.")
    return ranges("change", groups, "Points", title, subtitle, source, 780)


def _levers_figure(study: Study, bench: Bench, choice: Choice) -> list[Figure]:
    """Build what each lever does alone; nothing where there is only one."""
    if len(choice.levers) < 2:
        return []
    desk = QuickDesk(study)
    found = [(one.name, _alone(bench, choice, place)) for place, one in enumerate(choice.levers)]
    groups = [
        Group(stage, "points", tuple(Span(name, delta[stage]) for name, delta in found[:APART]))
        for stage in ("C2", "C3")
        if all(stage in delta for _, delta in found)
    ]
    if not groups:
        return []
    lineages = [span.quantity.lineage for group in groups for span in group.spans]
    title = Sentence(("Which lever does the work",))
    subtitle = Sentence(("Each lever alone, points of the score; bars are 80% intervals.",))
    source = desk.source_line(lineages, "Modelled.")
    return [ranges("levers", groups, "Points", title, subtitle, source, 780)]


def _alone(bench: Bench, choice: Choice, place: int) -> Mapping[str, Quantity]:
    alone = Choice(choice.levers[place : place + 1], choice.without, choice.subject)
    return middle_test(bench, alone, full=False).delta
