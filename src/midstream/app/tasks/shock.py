"""The shock lab: what can be asked, a first look within a moment, the full run, an own bill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from midstream.app.settings import StudyText
from midstream.app.tasks.desk import LivePen, QuickDesk
from midstream.app.tasks.edition import environment
from midstream.app.worker import Place
from midstream.market.compiled import MANY
from midstream.report.figures import Figure
from midstream.report.narrative.shock import times, times_span
from midstream.report.narrative.shock_rows import INSTRUMENTS as SPOKEN
from midstream.report.narrative.shock_rows import Case, gains, losses
from midstream.report.narrative.words import traced
from midstream.report.numbers import amount_text, number_text, say
from midstream.report.site.shock import deliveries_figure, price_figure, similar
from midstream.report.theme import LIGHT
from midstream.shock.instruments import INSTRUMENTS, WORLD, ShockRequest
from midstream.shock.result import ShockResult
from midstream.study import Study
from midstream.study.config import ShockConfig

#: Draws of a first look: the central values on the central network, without an interval.
FIRST = 1
#: Makers of a form that can be named as who restricts, and groups that can be cut.
MAKERS = 12

Asked = Mapping[str, Any]


def choices(place: Place, study: StudyText) -> dict[str, Any]:
    """Say what the lab can ask: forms with their makers, targets, instruments, limits."""
    opened = place.study(study)
    desk = QuickDesk(opened)
    forms = list(_forms(opened, desk))
    targets = [{"id": WORLD, "name": "everyone else"}]
    targets += [{"id": one, "name": desk.country(one)} for one in desk.countries]
    parameter = opened.evidence.parameter
    known = opened.evidence.parameters
    return {
        "forms": forms,
        "targets": targets,
        "instruments": [
            {
                "id": one,
                "name": one.replace("export-", "").replace("-", " "),
                "depth": parameter(f"shock.depth.{one}").value,
                "means": INSTRUMENTS[one],
            }
            for one in INSTRUMENTS
            if f"shock.depth.{one}" in known
        ],
        "months": int(parameter("shock.months").value or 12),
        "months_most": int(parameter("shock.months.most").value or 36),
        "notice_most": int(parameter("shock.notice.most").value or 180),
        "draws": int(parameter("shock.draws").value or 200),
        "cases": [_case(one, desk) for one in opened.config.shocks],
        "focus": opened.config.focus,
    }


def _case(one: ShockConfig, desk: QuickDesk) -> dict[str, Any]:
    """A shock of the study, as a setting of the lab."""
    spoken = SPOKEN.get(one.instrument, one.instrument)
    return {
        "name": f"{desk.country(one.actor)}: {spoken} on {desk.form(one.form)}",
        "actor": one.actor,
        "form": one.form,
        "target": list(one.targets),
        "instrument": one.instrument,
        "depth": one.depth,
        "months": one.months,
        "notice": one.notice_days,
    }


def _forms(study: Study, desk: QuickDesk) -> Iterator[dict[str, Any]]:
    """Forms of the chains a shock can run on, those of the study's chains first."""
    seen: set[str] = set()
    outputs = study.world.outputs
    for line in study.routes.values():
        if len(line.counted) < 2:
            continue
        for step in line.counted:
            makers = [
                (estimate.value or 0.0, country)
                for (form, country), estimate in outputs.items()
                if form == step.form and country != WORLD and (estimate.value or 0.0) > 0
            ]
            if step.form in seen or not makers:
                continue
            seen.add(step.form)
            named = [country for _, country in sorted(makers, reverse=True)[:MAKERS]]
            yield {
                "id": step.form,
                "name": desk.form(step.form),
                "stage": step.stage,
                "chain": line.id,
                "makers": [{"id": one, "name": desk.country_or_rest(one)} for one in named],
            }


def request_of(asked: Asked, study: Study, draws: int | None) -> ShockRequest:
    """Make the request of what was asked in the lab."""
    return ShockRequest(
        asked["actor"],
        asked["form"],
        tuple(asked["target"]),
        asked["instrument"],
        depth=asked["depth"],
        months=asked["months"],
        notice_days=asked["notice"],
        surprise=not asked["expected"],
        draws=draws,
        seed=study.config.seed,
    )


def first(place: Place, study: StudyText, asked: Asked, layout: str = "") -> str:
    """Give a first look: the central draw of the full run, told in brief, in one layout or all."""
    opened = place.study(study)
    with opened.apart():
        found = opened.shock(request_of(asked, opened, FIRST), progress=place.tell, brief=True)
        return _written(opened, asked, found, "first", layout)


def warm(place: Place, study: StudyText) -> None:
    """Run a shock once, so that its chain is balanced and the compiled kernel is loaded.

    A loaded kernel is used for few draws too; it is loaded by a run that is worth it.
    """
    opened = place.study(study)
    case = next(iter(opened.config.shocks), None)
    if case is not None:
        request = replace(opened.case(case.id), draws=MANY, months=1, notice_days=0.0)
        with opened.apart():
            opened.shock(request, brief=True)


def full(place: Place, study: StudyText, asked: Asked) -> str:
    """Give the run with all draws and networks."""
    opened = place.study(study)
    with opened.apart():
        found = _run(place, opened, asked)
        return _written(opened, asked, found, "full")


def figure(place: Place, study: StudyText, asked: Asked, name: str, kind: str) -> str:
    """Draw a figure of the full run again, to be kept: as SVG, or its table as CSV."""
    opened = place.study(study)
    with opened.apart():
        case = _as_case(asked, _run(place, opened, asked))
        figures = {one.id: one for one in _figures(QuickDesk(opened), case)}
        found = figures[name] if name in figures else next(iter(figures.values()))
        return found.csv() if kind == "csv" else found.svg(LIGHT, standalone=True)


def bill(place: Place, study: StudyText, asked: Asked, data: bytes, file: str, country: str) -> str:
    """Hold a bill of materials against the run; it is read in memory and not kept.

    Raises:
        InputError: one error with ``file:line:column`` for the first thing that is wrong.
    """
    from midstream.shock.bill_reader import parse_bill
    from midstream.shock.bill_run import bill_on_run

    opened = place.study(study)
    read = parse_bill(data, file, opened.evidence)
    with opened.apart():
        own = bill_on_run(read, country, opened.evidence, opened.ledger, opened.config.seed)
        request = request_of(asked, opened, None)
        found = opened.shock(request, bill=own, progress=place.tell)
        desk = QuickDesk(opened)
        return (
            environment()
            .get_template("shock_bill.html")
            .render(
                bill=found.bill or {},
                desk=desk,
                notes=read.notes,
                country=desk.country(country),
                amount_text=amount_text,
                number_text=number_text,
            )
        )


def _run(place: Place, study: Study, asked: Asked) -> ShockResult:
    return study.shock(request_of(asked, study, None), progress=place.tell, keep=False)


def _as_case(asked: Asked, found: ShockResult) -> Case:
    config = ShockConfig(
        id="lab",
        actor=asked["actor"],
        form=asked["form"],
        targets=list(asked["target"]),
        instrument=asked["instrument"],
        depth=float(found.depth.value or 0.0),
        months=max(1, asked["months"]),
        notice_days=int(asked["notice"]),
    )
    return Case(config, found)


def _figures(desk: QuickDesk, case: Case) -> list[Figure]:
    drawn = [price_figure(desk, case), deliveries_figure(desk, case)]
    return [one for one in drawn if one is not None]


def _written(study: Study, asked: Asked, found: ShockResult, look: str, layout: str = "") -> str:
    """Write the answer of a run for the page."""
    desk = QuickDesk(study)
    case = _as_case(asked, found)
    state = [("study", study.config.id), *_state(asked)]
    pen = LivePen(desk, "/shock/figure", state, layout)
    peak = max(found.price_outside, key=lambda one: one.value or 0.0, default=None)
    text = (
        environment()
        .get_template("shock_result.html")
        .render(
            pen=pen,
            desk=desk,
            case=case,
            found=found,
            look=look,
            peak=peak,
            spoken=_spoken(desk, case, found),
            figures=_figures(desk, case),
            losses=losses(found, desk.focus),
            gains=gains(found)[:6],
            similar=similar(desk, case),
            notes=[traced(note, found.depth) for note in found.notes],
        )
    )
    return pen.turned(text)


def _state(asked: Asked) -> Iterator[tuple[str, str]]:
    for name, value in asked.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            if one is not None and one is not False:
                yield name, "1" if one is True else str(one)


def _spoken(desk: QuickDesk, case: Case, found: ShockResult) -> Any:
    """Say what the run finds in one sentence."""
    known = [one for one in found.price_outside if one.value is not None]
    actor, form = desk.country(found.actor), desk.form(found.form)
    if not known:
        return say("{a} cuts {f}; no price can be told.", a=actor, f=form)
    peak = max(known, key=lambda one: one.value or 0.0)
    month = found.price_outside.index(peak)
    when = f"in month {month}" if month else "at once"
    measure = SPOKEN.get(case.asked.instrument, "a measure")
    span = "" if peak.low is None else " ({r})"
    return say(
        "After {m} by {a}, the price of {f} outside peaks at {p} times the level before"
        f"{span}, {{n}}.",
        m=measure, a=actor, f=form, p=times(peak), r=times_span(peak), n=when,
    )  # fmt: skip
