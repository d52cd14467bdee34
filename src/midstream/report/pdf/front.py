"""The first pages: cover, answer, framework."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midstream.evidence.quantity import Quantity
from midstream.report.figures import Cell, of_profile
from midstream.report.marks import VERDICT_INKS
from midstream.report.narrative import Change, KeyNumber, StageLine, Turn
from midstream.report.narrative.answer import nearest_digit
from midstream.report.narrative.concentration import medians
from midstream.report.narrative.words import (
    capital,
    possessive,
    stage_meaning,
    stage_name,
    stage_short,
)
from midstream.report.numbers import Sentence, Shown, say, show
from midstream.report.pdf.back import label_panel
from midstream.report.pdf.press import Press, share_of
from midstream.report.pdf.writer import Json, sentence_label, table, words
from midstream.report.theme import DARK
from midstream.terms import SCORE_WORDS, STAGE_ORDER

_TOP = 5.0
#: Rows of what would change the answer.
MOST_TURNS = 3


def cover(press: Press) -> Json:
    """The cover: title, finding, four vessels."""
    press.turn("cover")
    writer, answer = press.writer, press.narrative.answer
    foot = say(
        "{who} score from one to five at each stage of the chain for {sector} \u00b7 {date} \u00b7"
        " edition {kind}",
        who=capital(possessive(press.context.country)),
        sector=press.context.sector_name(press.context.sector),
        date=writer.named(press.stamp.long_date),
        kind=writer.named("sha256"),
    )
    return {
        "edition": writer.named(
            f"Condensed edition {press.stamp.number} \u00b7 v{press.stamp.version}"
        ),
        "title": writer.named(press.study.config.title),
        "subtitle": writer.parts(answer.opening.title),
        "vessels": [_vessel(press, line, short=True) for line in answer.strip],
        "foot": writer.parts(foot),
        "hash": writer.named(press.stamp.hash),
        "accent": DARK.accent,
        "bright": DARK.fill5,
    }


def _vessel(press: Press, line: StageLine, short: bool = False) -> Json:
    score = line.cell.score
    return {
        "stage": line.stage,
        "name": stage_short(line.stage) if short else line.name,
        "digit": press.writer.text(line.digit),
        "word": line.word,
        "fill": share_of(score),
        "level": nearest_digit(line.cell),
        "binds": line.binds,
        "low": score.low / _TOP if score.low is not None and score.value is not None else None,
        "high": score.high / _TOP if score.high is not None and score.value is not None else None,
    }


def answer(press: Press) -> Json:
    """The answer page."""
    press.turn("answer")
    found = press.narrative.answer
    blocks: list[Json] = [
        *_verdict_line(press),
        *([{"kind": "head", "text": press.writer.parts(found.strip_title)}] if found.turns else []),
        {
            "kind": "hero",
            "stages": [_stage(press, line) for line in found.strip],
            "source": press.writer.parts(found.strip_source),
        },
        {"kind": "keys", "items": [_key(press, number) for number in found.key_numbers]},
    ]
    if found.turns:
        blocks += [_head("What would change the answer"), _turns(press, found.turns)]
    if found.changes and (not found.turns or press.fewer(MOST_TURNS) == MOST_TURNS):
        blocks += [_head("What would lift each stage"), _changes(press, found.changes)]
    blocks += [_head("How sure we are"), _surety(press)]
    return press.page("answer", blocks, found.opening)


def _turns(press: Press, found: Sequence[Turn]) -> Json:
    """What would turn the verdict on the package of the title, and on the one that does most."""
    columns = [("With", 2.2), ("Verdict on", 1.3), ("Now", 1), ("Then", 1)]
    rows = [
        [
            {"kind": "text", "text": press.writer.parts(turn.what), "label": None, "face": "serif"},
            words(turn.whose),
            _verdict(turn.before),
            _verdict(turn.after) if turn.after else words("cannot be told"),
        ]
        for turn in found[: press.fewer(MOST_TURNS)]
    ]
    return table(columns, rows, None, size=8.8, inset=3.4)


def _verdict_line(press: Press) -> list[Json]:
    """The verdict on the package of the title, and how sure the title is."""
    first, basis = press.narrative.policies.title, press.narrative.answer.basis
    if first is None:
        return []
    return [
        {
            "kind": "verdict",
            "word": first.found.verdict,
            "fill": VERDICT_INKS.get(first.found.verdict, "ink2"),
            **press.writer.fact(basis),
        }
    ]


def _verdict(verdict: str) -> Json:
    return {"kind": "name", "text": [verdict], "fill": VERDICT_INKS.get(verdict, "ink2")}


def _head(text: str) -> Json:
    return {"kind": "head", "text": [text]}


def _stage(press: Press, line: StageLine) -> Json:
    interval = f"interval {press.writer.text(line.interval)}" if line.interval else "no interval"
    return {
        **_vessel(press, line),
        "interval": interval,
        "label": line.cell.score.label,
        "focus": press.writer.fact(line.focus),
        "holder": press.writer.fact(line.holder),
    }


def _key(press: Press, number: KeyNumber) -> Json:
    press.writer.number(number.shown)
    return {
        "number": number.shown.text,
        "unit": number.shown.unit,
        "text": press.writer.parts(number.text),
        "label": number.shown.quantity.label,
    }


def _changes(press: Press, changes: tuple[Change, ...]) -> Json:
    writer = press.writer
    rows: list[list[Json]] = [
        [
            {"kind": "name", "text": [f"{change.stage} {change.name}"], "fill": "ink"},
            {"kind": "text", "text": writer.parts(change.what), "label": None, "face": "serif"},
            {
                "kind": "step",
                "before": _digit(press, change.before),
                "after": _digit(press, change.after) if change.after is not None else None,
            },
        ]
        for change in changes
    ]
    columns = [
        ("Stage", 1.25),
        ("The smallest change found that lifts the score by one", 3),
        ("Effect", 0),
    ]
    return table(columns, rows, size=9, inset=4.2)


def _digit(press: Press, shown: Shown) -> Json:
    press.writer.number(shown)
    return {"text": shown.text, "level": int(shown.text) if shown.text in "12345" else None}


def _surety(press: Press) -> Json:
    found = press.narrative.answer.surety
    return {
        "kind": "surety",
        "text": press.writer.parts(found.text),
        "counts": [
            {"label": label, "text": press.writer.text(shown), "value": shown.quantity.value or 0}
            for label, shown in found.counts
        ],
    }


def framework(press: Press) -> Json:
    """The four stages: what belongs to each, who leads, how the focus country stands."""
    press.turn("framework")
    held = [one for one in press.study.holders() if one.leader_share.value is not None]
    middle = medians(press.context, held)
    profile = press.context.card.profile(press.context.focus)
    rows = [_stage_row(press, of_profile(profile, stage), middle) for stage in STAGE_ORDER]
    columns = [
        ("", 0), ("Stage", 1.3), ("What belongs to it", 2.1), ("Median leader holds", 0.95),
        (press.study.name("country", press.context.focus), 0.6), ("Interval", 0.7),
    ]  # fmt: skip
    source = press.basis("National score: mean over the sectors of the study.")
    national = press.narrative.hollow[press.context.focus].text + Sentence((".",))
    return press.page(
        "framework",
        [
            table(columns, rows, press.writer.parts(source), size=9, inset=7),
            _head("The claim under test"),
            press.prose(_claim(), national),
            _head("How to read a strip"),
            press.prose(*_reading()),
            _scale_of_words(press),
            label_panel(),
        ],
    )


def _stage_row(press: Press, cell: Cell, middle: Mapping[str, Quantity]) -> list[Json]:
    """One stage: what belongs to it, its median leader, the national score."""
    writer, stage = press.writer, cell.stage
    leader = Sentence((show(middle[stage]),)) if stage in middle else Sentence(("no shares",))
    return [
        {"kind": "name", "text": [stage], "fill": "muted"},
        {"kind": "name", "text": [stage_name(stage)], "fill": "ink"},
        words(stage_meaning(stage)),
        {"kind": "figure", "text": writer.parts(leader), "label": sentence_label(leader)},
        {"kind": "strip", "cells": [writer.cell(cell)]},
        {"kind": "text", "text": writer.parts(_interval(cell)), "label": None, "face": "sans"},
    ]


def _interval(cell: Cell) -> Sentence:
    if cell.score.low is None or cell.score.high is None:
        return Sentence(("none",))
    return Sentence((show(cell.score, "range"),))


def _claim() -> Sentence:
    return Sentence(
        (
            "It is often said that a country can hold the ore and the factory and still lack what"
            " lies between. We put that as a test: in how many of the draws do both middle stages"
            " score below both ends? From nine draws in ten we call it shown, from one in ten or"
            " fewer we call it wrong, and in between we say that the evidence does not tell.",
        )
    )


def _reading() -> tuple[Sentence, ...]:
    return (
        Sentence(
            (
                "Four cells stand for the four stages, always in the same order. Digit and colour"
                " say the same thing. A dashed cell holds a range: the evidence allows each digit"
                " in it. A hatched cell with a question mark has no evidence at all.",
            )
        ),
    )


def _scale_of_words(press: Press) -> Json:
    readings = {
        1: "nothing or a pilot", 2: "a line buyers know", 3: "a qualified second source",
        4: "one of a few equal nodes", 5: "exports, or leads outside the leader",
    }  # fmt: skip
    return {
        "kind": "scale",
        "levels": [
            {
                "level": level,
                "digit": press.writer.named(str(level)),
                "word": word,
                "reading": [readings[level]],
            }
            for level, word in SCORE_WORDS.items()
        ],
    }
