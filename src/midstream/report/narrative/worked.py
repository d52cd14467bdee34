"""The worked example: our row beside the published one, each difference explained."""

from __future__ import annotations

from midstream.evidence.quantity import Quantity
from midstream.report.narrative.amounts import made_and_needed, percents
from midstream.report.narrative.answer import nearest_digit
from midstream.report.narrative.context import Context, binding_form
from midstream.report.narrative.types import Comparison, Opening
from midstream.report.narrative.words import counted, digit_shown, lower, noun, stage_name, started
from midstream.report.numbers import Sentence, Shown, say, show
from midstream.scorecard.result import CellScore

#: A coverage below this reads as nothing.
LITTLE = 0.01

#: Levers named for one stage.
MOST_LEVERS = 3


def comparisons(context: Context) -> tuple[Comparison, ...]:
    """Compare the strip of the worked sector with the published row, stage by stage."""
    example = context.study.config.worked_example
    published = dict(example.published) if example is not None else {}
    cells = context.strip(context.focus, context.sector)
    return tuple(_compare(context, cell, published.get(cell.stage)) for cell in cells)


def _compare(context: Context, cell: CellScore, published: Quantity | None) -> Comparison:
    return Comparison(
        stage=cell.stage,
        name=stage_name(cell.stage),
        cell=cell,
        ours=digit_shown(cell),
        published=show(published, "digit") if published is not None else None,
        agrees=published is not None and agrees(cell, published),
        why=tuple(_why(context, cell, published)),
    )


def agrees(cell: CellScore, published: Quantity) -> bool:
    """Whether the published digit lies in the range of integers the evidence allows."""
    if published.value is None:
        return False
    if cell.digit is not None:
        return cell.digit == round(published.value)
    return cell.digit_low <= round(published.value) <= cell.digit_high


def _why(context: Context, cell: CellScore, published: Quantity | None) -> list[Sentence]:
    sentences = [_stance(cell, published)] if published is not None else []
    form = binding_form(cell)
    if form is not None:
        sentences.append(_evidence(context, cell))
    sentences += [_stop(context.remark(reason, cell)) for reason in cell.reasons[-1:]]
    sentences += [_lifted(context, cell)] if cell.lift else []
    if cell.digit is None and cell.missing:
        sentences.append(_stop(context.remark(f"Missing: {cell.missing[0]}", cell)))
    return sentences


def _stance(cell: CellScore, published: Quantity) -> Sentence:
    """Which way we differ and whether our interval reaches the published digit."""
    score, low, high = cell.score.value, cell.score.low, cell.score.high
    if score is None or published.value is None:
        return say(
            "The evidence leaves {a} to {b} open; the published row has {p:digit}.",
            a=Shown(cell.score, str(cell.digit_low)), b=Shown(cell.score, str(cell.digit_high)),
            p=published,
        )  # fmt: skip
    if agrees(cell, published):
        tail = "the same digit" if cell.digit is not None else "inside the range we leave open"
        return say(
            "We read {s}; the published {p:digit} is " + tail + ".", s=cell.score, p=published
        )
    way = "above" if nearest_digit(cell) > published.value else "below"
    reach = low is not None and high is not None and low <= published.value <= high
    tail = "though our interval reaches it" if reach else "and our interval does not reach it"
    return say(
        "We read {s}, {way} the published {p:digit}, {tail}.", s=cell.score, p=published, way=way,
        tail=tail,
    )  # fmt: skip


def _evidence(context: Context, cell: CellScore) -> Sentence:
    """Output, need and coverage of the form that binds the stage."""
    form = cell.forms[0]
    facts = started(made_and_needed(form, context.form_name(form.form)))
    if form.coverage.value is None or form.need.value is None:
        return facts + Sentence((".",))
    return facts + say(", of which {k} met.", k=_met(form.coverage))


def _met(coverage: Quantity) -> Sentence:
    """How much of a need is met, in words that stop at all of it."""
    low = coverage.low if coverage.low is not None else coverage.value or 0.0
    high = coverage.high if coverage.high is not None else coverage.value or 0.0
    if low >= 1:
        return say("all is")
    if high <= 1:
        return say("{k} is", k=percents(coverage))
    if low < LITTLE:
        return say("anything from nothing to all may be")
    return say("{k} or more is", k=Shown(coverage, f"{100 * low:.0f}", "%"))


def _lifted(context: Context, cell: CellScore) -> Sentence:
    """What would lift the stage: each lever found, the first first."""
    found = cell.lift[:MOST_LEVERS]
    if found[0].lever == "none":
        return Sentence(("No single lever lifts it by one.",))
    parts: list[str | Shown] = ["To lift it by one: "]
    for place, one in enumerate(found):
        parts += ["; or " if place else "", *_bare(context, context.remark(one, cell), cell).parts]
    return _stop(Sentence(tuple(part for part in parts if part != "")))


def _bare(context: Context, sentence: Sentence, cell: CellScore) -> Sentence:
    """A lever without the name of the form in front, which the paragraph has given."""
    first, *rest = sentence.parts
    if not isinstance(first, str):
        return sentence
    for form in cell.forms:
        head = f"{context.form_name(form.form)}: "
        if first.casefold().startswith(head.casefold()):
            return Sentence((first[len(head) :], *rest))
    return Sentence((lower(first), *rest))


def _stop(sentence: Sentence) -> Sentence:
    return sentence if sentence.plain.endswith(".") else sentence + Sentence((".",))


def example_opening(context: Context, rows: tuple[Comparison, ...]) -> Opening:
    """Head of the worked example: how many stages agree with the published row."""
    kicker = f"Worked example: {context.sector_name(context.sector)}"
    shared = [row for row in rows if row.published is not None]
    if not shared:
        return Opening(kicker, _own_title(context, rows), _own_lede(context))
    same = [row for row in shared if row.agrees]
    inputs = [row.cell.score.lineage for row in shared]
    n = context.reckoner.count("agreeing", same, "Stages that agree with the published row", inputs)
    m = context.reckoner.count("compared", shared, "Stages compared", inputs)
    title = say(
        "The published row fits our evidence at {n} of {m} stages{where}",
        n=counted(n, m)[0],
        m=counted(n, m)[1],
        where=_where(shared),
    )
    lede = say(
        "The digits of the published row were not used in scoring. Where we differ, the reason is"
        " named: output, need, money or control."
    )
    return Opening(kicker, title, lede)


def _where(shared: list[Comparison]) -> str:
    apart = [noun(row.stage) for row in shared if not row.agrees]
    return f", not in {' and '.join(apart)}" if 0 < len(apart) <= 2 else ""


def _own_title(context: Context, rows: tuple[Comparison, ...]) -> Sentence:
    parts = [say("{d} in {s}", d=row.ours, s=noun(row.stage)) for row in rows]
    read: list[str | Shown] = []
    for place, part in enumerate(parts):
        read += [", " if place else "", *part.parts]
    return Sentence((f"{context.country}: ", *read))


def _own_lede(context: Context) -> Sentence:
    return say(
        "One sector of {c} read from ore to product, with the evidence that fixes each digit.",
        c=context.country,
    )
