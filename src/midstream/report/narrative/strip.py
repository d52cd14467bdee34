"""The hero strip: a digit, one fact for the focus country and one for the holder, by stage."""

from __future__ import annotations

from midstream.report.narrative.amounts import made_and_needed
from midstream.report.narrative.context import Context, binding_form, weakest
from midstream.report.narrative.types import StageLine
from midstream.report.narrative.words import (
    capital,
    digit_shown,
    digit_word,
    noun,
    possessive,
    stage_name,
    started,
)
from midstream.report.numbers import Sentence, Shown, say, show
from midstream.scorecard.result import CellScore, FormScore
from midstream.scorecard.words import strongest


def strip_lines(context: Context) -> tuple[StageLine, ...]:
    """The four stages of the worked sector for the focus country."""
    cells = context.strip(context.focus, context.sector)
    binding = weakest(cells)
    lowest = min(binding, key=lambda cell: cell.score.value or 0.0) if binding else None
    return tuple(_line(context, cell, cell is lowest) for cell in cells)


def _line(context: Context, cell: CellScore, binds: bool) -> StageLine:
    return StageLine(
        stage=cell.stage,
        name=stage_name(cell.stage),
        cell=cell,
        digit=digit_shown(cell),
        word=digit_word(cell),
        interval=interval(cell),
        binds=binds,
        focus=focus_fact(context, cell),
        holder=holder_fact(context, cell),
    )


def interval(cell: CellScore) -> Shown | None:
    """The interval of a score, ``None`` where there is none."""
    if cell.score.low is None or cell.score.high is None:
        return None
    return show(cell.score, "range") if cell.score.value is not None else None


def focus_fact(context: Context, cell: CellScore) -> Sentence:
    """What the focus country makes of the binding form, against what its industry needs."""
    form = binding_form(cell)
    if form is None:
        return Sentence(("no form of this stage is on record",))
    return started(made_and_needed(form, context.form_name(form.form)))


def holder_fact(context: Context, cell: CellScore) -> Sentence:
    """Who holds the stage, of which form and in which year."""
    shares = context.holder(cell)
    if shares is None:
        return Sentence(("no world shares on record",))
    return say(
        "{leader} {share} of world {form}, {year}",
        leader=context.country_name(shares.leader),
        share=shares.leader_share,
        form=context.form_name(shares.form),
        year=str(shares.year),
    )


def strip_source(context: Context) -> Sentence:
    """What the strip shows, for the line under it."""
    year = str(context.study.config.base_year)
    head = say(
        "{who} chain for {sector}, scored from one to five; the bracket holds four draws in five."
        " Output and need in {year} are those of the form that binds each stage; shares are of"
        " world output.",
        who=capital(possessive(context.country)),
        sector=context.sector_name(context.sector),
        year=year,
    )
    return head + _stronger(context)


def _apart(cell: CellScore, best: FormScore) -> float:
    """Points between a stage and a form of it."""
    return (best.score.value or 0.0) - (cell.score.value or 0.0)


def _stronger(context: Context) -> Sentence:
    """The strand that stands highest above its stage, where one stands well above it."""
    cells = context.strip(context.focus, context.sector)
    found = [(one, best) for one in cells if (best := strongest(one.forms)) is not None]
    if not found:
        return Sentence(())
    cell, best = max(found, key=lambda pair: _apart(*pair))
    return say(
        " A stage is about as strong as its weakest strand: in {stage} {form} alone would score"
        " {v}.",
        stage=noun(cell.stage),
        form=context.form_name(best.form),
        v=show(best.score, "bare"),
    )
