"""The worked example: our row beside the published one, and where the two part."""

from __future__ import annotations

from midstream.report.figures import holder_bars, of_cell, of_score, worked_example
from midstream.report.narrative import Comparison
from midstream.report.narrative.words import stage_short
from midstream.report.numbers import Sentence, say, show
from midstream.report.pdf.press import Press, in_one
from midstream.report.pdf.writer import Json, table
from midstream.terms import STAGES

#: Sentences on a stage that the published row reads otherwise.
MOST_REASONS = 3

#: Pillars in the order of the scorecard table, with the head of their column.
PILLARS = {"installed": "Installed", "trajectory": "Trajectory", "control": "Control"}


def example(press: Press) -> Json:
    """The figure and the scorecard of the worked sector, and where the published row differs."""
    press.turn("example")
    blocks = []
    drawing = _figure(press)
    if drawing is not None:
        blocks.append(drawing)
    blocks += [{"kind": "head", "text": ["Scorecard"]}, _scorecard(press), *_differences(press)]
    return press.page("example", blocks)


def _figure(press: Press) -> Json | None:
    """Who holds each step, with the published row beside ours where there is one."""
    study, rows = press.study, press.narrative.example
    worked = study.config.worked_example
    shares = {row.stage: press.context.holder(row.cell) for row in rows}
    held = {stage: one for stage, one in shares.items() if one is not None}
    title = Sentence(("Who holds each step",))
    source = press.basis("Shares are those of the form that binds the stage.")
    if worked is None or any(row.published is None for row in rows):
        subtitle = Sentence(("Shares of world output.",))
        bars = holder_bars(list(held.values()), press.reader, title, subtitle, source)
        return press.figure(bars) if held else None
    lines = {line.stage: line for line in press.narrative.answer.strip}
    figure = worked_example(
        [of_cell(row.cell) for row in rows],
        [of_score(row.stage, worked.published[row.stage]) for row in rows],
        held,
        {stage: line.focus for stage, line in lines.items()},
        {code: stage.name for code, stage in STAGES.items()},
        press.reader,
        title,
        Sentence(("Score of the focus country, ours and published; shares of world output.",)),
        source,
    )
    return press.figure(figure)


def _scorecard(press: Press) -> Json:
    writer = press.writer
    rows: list[list[Json]] = []
    for row in press.narrative.example:
        pillars = [_pillar(press, row, name) for name in PILLARS]
        interval = Sentence((show(row.cell.score, "range"),))
        if row.cell.score.low is None or row.cell.score.high is None:
            interval = Sentence(("none",))
        rows.append(
            [
                {
                    "kind": "name",
                    "text": [f"{row.stage} {stage_short(row.stage)}"],
                    "fill": "ink",
                },
                {"kind": "strip", "cells": [writer.cell(of_cell(row.cell))]},
                {"kind": "figure", "text": writer.parts(interval), "label": row.cell.score.label},
                *pillars,
                _lift(press, row),
            ]
        )
    columns = [("Stage", 1.3), ("Score", 0), ("Interval", 1.35)]
    columns += [(head, 0.9) for head in PILLARS.values()]
    columns.append(("What would raise it by one", 3.4))
    source = press.basis("Pillars from zero to one, for the form that binds the stage.")
    return table(columns, rows, writer.parts(source), size=8.4, inset=4)


def _pillar(press: Press, row: Comparison, name: str) -> Json:
    quantity = row.cell.pillars.get(name)
    known = quantity is not None and quantity.value is not None
    text = press.writer.parts(Sentence((show(quantity),))) if known and quantity else ["none"]
    return {"kind": "figure", "text": text, "label": None}


def _lift(press: Press, row: Comparison) -> Json:
    if not row.cell.lift:
        return {
            "kind": "text",
            "text": ["not computed without a score"],
            "label": None,
            "face": "serif",
        }
    sentence = press.context.remark(row.cell.lift[0], row.cell)
    return {"kind": "text", "text": press.writer.parts(sentence), "label": None, "face": "serif"}


def _differences(press: Press) -> list[Json]:
    """Where the published row reads otherwise: the output and need behind our digits."""
    rows = [row for row in press.narrative.example if row.published is not None]
    texts = [
        in_one([_heading(row), *row.why[: press.fewer(MOST_REASONS)]])
        for row in rows
        if not row.agrees
    ]
    if not texts:
        return []
    return [{"kind": "head", "text": ["Where the readings part"]}, press.prose(*texts)]


def _heading(row: Comparison) -> Sentence:
    return say(
        "{stage}, {ours} beside {published}.",
        stage=row.stage,
        ours=row.ours,
        published=row.published or "none",
    )
