"""The worked example: our row beside the published one, then each difference explained."""

from __future__ import annotations

from midstream.report.figures import holder_bars, of_cell, of_score, worked_example
from midstream.report.narrative import Comparison, Opening
from midstream.report.narrative.words import capital, noun, possessive, stage_short
from midstream.report.numbers import Sentence, say, show
from midstream.report.pdf.press import Press, in_one
from midstream.report.pdf.writer import Json, table
from midstream.terms import STAGES

#: Pillars in the order of the scorecard table, with the head of their column.
PILLARS = {"installed": "Installed", "trajectory": "Trajectory", "control": "Control"}


def example(press: Press) -> Json:
    """The figure and the scorecard of the worked sector."""
    press.turn("example")
    blocks = []
    drawing = _figure(press)
    if drawing is not None:
        blocks.append(drawing)
    blocks += [{"kind": "head", "text": ["Scorecard"]}, _scorecard(press)]
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


def differences(press: Press) -> Json:
    """Each stage: what we read, what the published row reads, and why they differ."""
    press.turn("differences")
    blocks: list[Json] = []
    for row in press.narrative.example:
        blocks.append({"kind": "head", "text": press.writer.parts(_heading(row))})
        groups = (row.why[:3], row.why[3 : 3 + press.fewer(3)])
        blocks.append(press.prose(*[in_one(group) for group in groups if group]))
    return press.page("differences", blocks, _opening(press))


def _heading(row: Comparison) -> Sentence:
    head = say("{stage} {name}: {ours}", stage=row.stage, name=row.name, ours=row.ours)
    if row.published is None:
        return head
    return head + say(" beside {published}", published=row.published)


def _opening(press: Press) -> Opening:
    """Name the stage with the widest gap to the published row."""
    rows = [
        row
        for row in press.narrative.example
        if row.published is not None and row.cell.score.value is not None
    ]
    kicker = f"Worked example: {press.context.sector_name(press.context.sector)}"
    lede = Sentence(
        (
            "For each stage: the two readings, the output and need behind ours, the pillar that"
            " holds it down, and what would settle a range.",
        )
    )
    if not rows:
        who = capital(possessive(press.context.country))
        return Opening(kicker, Sentence((f"What stands behind {who} digits",)), lede)

    def gap(row: Comparison) -> float:
        published = row.published.quantity.value if row.published is not None else None
        return abs((row.cell.score.value or 0.0) - (published or 0.0))

    widest = max(rows, key=gap)
    title = say(
        "We differ most in {stage}: {ours} where the published row has {theirs}",
        stage=noun(widest.stage),
        ours=widest.cell.score,
        theirs=widest.published or "none",
    )
    return Opening(kicker, title, lede)
