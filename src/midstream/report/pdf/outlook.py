"""The years ahead on one page: output against need, which future, what moves the odds."""

from __future__ import annotations

from midstream.evidence.quantity import Quantity
from midstream.report.figures import pathways
from midstream.report.narrative.outlook_rows import meaning, pathways_of
from midstream.report.narrative.words import chance
from midstream.report.numbers import Sentence, say, show
from midstream.report.pdf.press import Press, in_one
from midstream.report.pdf.writer import Json, table
from midstream.scenarios.result import Outlook, ScenarioRow

#: Forms in the figure.
MOST_PATHS = 4

#: Characters of what has to hold for a future; the site has it in full.
LONGEST = 640


def outlook(press: Press) -> Json:
    """Small fans, the futures with their odds, what moves them, what to watch."""
    press.turn("outlook")
    found, chapters = press.narrative.outlook, press.narrative.chapters
    moves = [one.text for one in chapters["outlook/moves"]][:2]
    blocks = [
        _paths(press),
        {"kind": "head", "text": ["Which future"]},
        _futures(press, found),
        press.prose(in_one(moves)),
    ]
    return press.page("outlook", blocks)


def _paths(press: Press) -> Json:
    name = press.study.name
    paths = pathways_of(
        press.context, press.narrative.outlook, lambda one: name("form", one).split(" (")[0]
    )
    title = say("What {c} makes against what it needs", c=name("country", press.context.focus))
    subtitle = Sentence(
        ("Output by year: dashed median, band four draws in five. Black line: median need.",)
    )
    source = press.basis("Projects count by the record of such projects.")
    shown = paths[: max(2, press.fewer(MOST_PATHS) // 2 * 2)]
    return press.figure(pathways("pathways", shown, "Output", title, subtitle, source))


def _futures(press: Press, found: Outlook) -> Json:
    columns = [("Future", 1), ("Odds", 0.6), ("Interval", 0.8), ("What has to hold", 4)]
    rows = [_future(press, found, row) for row in found.scenarios]
    source = press.basis("Shares of draws; intervals over parameters and draws.")
    return table(columns, rows, press.writer.parts(source), size=8.2, inset=3.6)


def _future(press: Press, found: Outlook, row: ScenarioRow) -> list[Json]:
    parts = press.writer.parts
    return [
        {"kind": "name", "text": [row.name], "fill": "ink"},
        {"kind": "figure", "text": parts(_odds(row.probability)), "label": None},
        {
            "kind": "figure",
            "text": parts(Sentence((show(row.probability, "percents"),))),
            "label": row.probability.label,
        },
        {
            "kind": "text",
            "text": parts(meaning(found, row.id, LONGEST)),
            "label": None,
            "face": "sans",
        },
    ]


def _odds(quantity: Quantity) -> Sentence:
    return Sentence((chance(quantity, quantity.value),))
