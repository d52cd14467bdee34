"""The first shock of the study on one page: the price, and what follows from it."""

from __future__ import annotations

from midstream.report.figures import fan, rivals
from midstream.report.narrative.backtest import record_title
from midstream.report.narrative.shock import case_title
from midstream.report.narrative.shock_rows import Case, fan_data
from midstream.report.narrative.words import started
from midstream.report.numbers import Sentence, say
from midstream.report.pdf.press import Press, in_one
from midstream.report.pdf.writer import Json

#: Findings of the case, further cases, and findings of the record, on the page.
MOST_FINDINGS, MOST_OTHERS, MOST_RECORD = 5, 1, 3


def shock(press: Press) -> Json:
    """Price fan, findings, the other cases in a sentence each, and the record."""
    press.turn("shock")
    found = press.narrative.cases
    blocks = [_price(press, found[0]), *_findings(press, found[0])] if found else []
    others = found[1 : 1 + press.fewer(MOST_OTHERS)]
    if others:
        titles = [started(case_title(press.context, case)) + say(".") for case in others]
        blocks += [{"kind": "head", "text": ["Other shocks"]}, press.prose(in_one(titles))]
    return press.page("shock", [*blocks, *_record(press, alone=not found)])


def _record(press: Press, *, alone: bool) -> list[Json]:
    """How the model does on the record; with its figure where the page has no shock."""
    past = press.narrative.record
    texts = [one.text for one in press.narrative.chapters["record"]]
    head = {"kind": "head", "text": ["How far to trust it"]}
    words = [head, press.prose(in_one(texts[: max(1, press.fewer(MOST_RECORD))]))]
    if not alone:
        return words
    subtitle = Sentence(("Mean distance between predicted and observed peak, in logarithms.",))
    source = press.basis("Each episode is predicted by a fit that has not seen it.")
    figure = rivals("rivals", past.rivals, record_title(past), subtitle, source)
    return [press.figure(figure), *words]


def _price(press: Press, case: Case) -> Json:
    actor = press.study.name("country", case.found.actor)
    title = say(
        "Price of {form} outside and inside {actor}",
        form=press.study.name("form", case.found.form).split(" (")[0],
        actor=actor,
    )
    subtitle = Sentence(
        ("Ratio to the months before; dashed: median of the draws. Modelled, no forecast.",)
    )
    data = fan_data(case, lambda one: press.study.name("country", one))
    source = press.basis("The band holds four draws in five.")
    return press.figure(fan(f"price-{case.id}", data, title, subtitle, source))


def _findings(press: Press, case: Case) -> list[Json]:
    texts = [one.text for one in press.narrative.chapters[f"shock/{case.id}"]]
    kept = texts[: press.fewer(MOST_FINDINGS)]
    groups = (kept[:2], kept[2:])
    return [press.prose(*[in_one(group) for group in groups if group])] if kept else []
