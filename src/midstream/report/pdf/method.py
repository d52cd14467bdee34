"""The method on one page: anchors, pillars, ladder and doubt, each number from the parameters."""

from __future__ import annotations

from midstream.report.numbers import Sentence, say
from midstream.report.pdf.press import Press
from midstream.report.pdf.writer import Json, table, words
from midstream.terms import SCORE_WORDS

#: Status of a project -> what it means, in the order of the table.
STATUSES = {
    "operating": "runs today",
    "commissioning": "being started up",
    "construction": "being built",
    "funded": "money committed",
    "slot": "policy slot without an awardee",
    "announced": "announced",
    "study": "study or exploration",
}


def method(press: Press) -> Json:
    """The method page."""
    press.turn("method")
    return press.page(
        "method",
        [
            {"kind": "head", "text": ["The ruler"]},
            _anchors(press),
            {"kind": "head", "text": ["Three pillars, one ladder"]},
            press.prose(_installed(), _trajectory(press), _control(press), _doubt(press)),
            {"kind": "head", "text": ["What a plan counts for"]},
            _pipeline(press),
        ],
    )


def _anchors(press: Press) -> Json:
    """The ordinal scale with the anchors of coverage and scale."""
    return {
        "kind": "scale",
        "levels": [
            {
                "level": level,
                "digit": press.writer.named(str(level)),
                "word": word,
                "reading": press.writer.parts(
                    say(
                        "{k} of own need, {s} of the world",
                        k=press.parameter(f"anchor.coverage.{level}", percent=True),
                        s=press.parameter(f"anchor.scale.{level}", percent=True),
                    )
                ),
            }
            for level, word in SCORE_WORDS.items()
        ],
    }


def _installed() -> Sentence:
    return Sentence(
        (
            "Installed: what plants make today, at the grade the sector needs, read on the ruler"
            " above. The need is the country\u2019s own industry at the end of the chain, rolled"
            " back to every stage; the world is what is needed outside the largest producer. Both"
            " count, the need less where it is tiny.",
        )
    )


def _trajectory(press: Press) -> Sentence:
    return say(
        "Trajectory: what funded projects will make by {year}, each with its chance of completion,"
        " its delay (median {delay} months) and a ramp of {ramp} years. Plans add at most {cap} of"
        " the ladder, one point.",
        year=str(press.study.config.horizon),
        delay=press.parameter("delay.months"),
        ramp=press.parameter("ramp.years"),
        cap=press.parameter("ladder.cap", percent=True),
    )


def _control(press: Press) -> Sentence:
    return say(
        "Control: who owns the plants ({own}), whose know-how they need ({tech}), where the feed"
        " comes from ({feed}), permits and governance. Without control, installed capability counts"
        " {floor}; with it, in full.",
        own=press.parameter("control.weight.ownership", percent=True),
        tech=press.parameter("control.weight.technology", percent=True),
        feed=press.parameter("control.weight.feed", percent=True),
        floor=press.parameter("ladder.m0", percent=True),
    )


def _doubt(press: Press) -> Sentence:
    return say(
        "Doubt: figures, anchors, weights and completions are drawn together, the same draws for"
        " every country. A digit is printed when it holds in {p} of the draws, at both ends of what"
        " the evidence allows; else a range. Of the forms of a stage the weakest rules.",
        p=press.parameter("digit.threshold", percent=True),
    )


def _pipeline(press: Press) -> Json:
    writer = press.writer
    cells = [
        [
            {"kind": "name", "text": [status.capitalize()], "fill": "ink"},
            words(meaning),
            {
                "kind": "figure",
                "text": [writer.number(press.parameter(f"completion.{status}", percent=True))],
                "label": press.study.evidence.parameter(f"completion.{status}").label,
            },
        ]
        for status, meaning in STATUSES.items()
    ]
    columns = [("Status", 1), ("Meaning", 2), ("Chance of completion by the horizon", 1.4)]
    source = press.basis("Chances are means of the distributions used in the draws.")
    return table(columns, cells, writer.parts(source), size=8.6, inset=3)
