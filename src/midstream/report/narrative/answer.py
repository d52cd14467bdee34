"""The answer page: headline, strip, key numbers, what would change it, how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from midstream.evidence.quantity import LABEL_ORDER, Label, Quantity
from midstream.report.narrative.amounts import amount, made
from midstream.report.narrative.context import Context, binding_form
from midstream.report.narrative.headline import answer_opening
from midstream.report.narrative.keys import key_numbers
from midstream.report.narrative.policy_rows import policies
from midstream.report.narrative.strip import strip_lines, strip_source
from midstream.report.narrative.types import (
    Answer,
    Change,
    KeyNumber,
    Opening,
    StageLine,
    Surety,
    Turn,
)
from midstream.report.narrative.verdicts import policy_answer, policy_basis, turns
from midstream.report.narrative.words import (
    a_year,
    digit_shown,
    joined,
    stage_name,
    started,
    worded,
)
from midstream.report.numbers import Sentence, Shown, say
from midstream.scorecard.result import CellScore

#: No sentence.
NOTHING = Sentence(())

_KINDS: dict[Label, tuple[str, str]] = {
    "V": ("rests on independent origins that agree", "rest on independent origins that agree"),
    "V1": ("rests on one origin", "rest on one origin"),
    "U": ("is disputed or weakly supported", "are disputed or weakly supported"),
    "modelled": ("is computed here", "are computed here"),
}


def answer(context: Context) -> Answer:
    """Write the answer page."""
    state = answer_opening(context)
    tested = policies(context.study)
    opening = policy_answer(context, tested) or state
    basis = policy_basis(context, tested)
    turning = turns(tested)
    strip = strip_lines(context)
    numbers = key_numbers(context)
    changes = tuple(change for line in strip for change in _changes(context, line.cell))
    return Answer(
        opening=opening,
        basis=basis,
        strip=strip,
        strip_title=state.title,
        strip_lede=state.lede,
        strip_source=strip_source(context),
        key_numbers=numbers,
        turns=turning,
        changes=changes,
        surety=surety(context, opening, strip, numbers, (*turning, *changes), basis),
    )


def _changes(context: Context, cell: CellScore) -> Iterator[Change]:
    """The first thing that would lift a cell by one, with the digit before and after."""
    if not cell.lift:
        return
    after = cell.lift[0].target
    moves = cell.score.value is not None and cell.lift[0].lever != "none"
    yield Change(
        stage=cell.stage,
        name=stage_name(cell.stage),
        what=_lift(context, cell),
        before=digit_shown(cell),
        after=Shown(cell.score, str(after)) if moves else None,
    )


def _lift(context: Context, cell: CellScore) -> Sentence:
    """What would lift a cell: for more output, how much and from how much."""
    first, form = cell.lift[0], binding_form(cell)
    if first.flips_at is None or form is None:
        return context.remark(first, cell)
    sentence = say(
        "{form}: {flips}" + a_year(first.flips_at.unit) + "; today {made}",
        flips=amount(first.flips_at),
        form=context.form_name(form.form),
        made=made(form),
    )
    return started(sentence)


def nearest_digit(cell: CellScore) -> int:
    """The integer of a cell, or the one its central score rounds to."""
    if cell.digit is not None:
        return cell.digit
    return int(cell.score.value + 0.5) if cell.score.value is not None else cell.digit_low


def surety(
    context: Context,
    opening: Opening,
    strip: Iterable[StageLine],
    numbers: Iterable[KeyNumber],
    changes: Iterable[Change | Turn],
    basis: Sentence = NOTHING,
) -> Surety:
    """Count the distinct figures of the page by label and say what that means."""
    strip = tuple(strip)
    figures = list(_figures(opening, strip, numbers, changes, basis))
    by_label = {label: [q for q in figures if q.label == label] for label in LABEL_ORDER}
    counts = {
        label: context.reckoner.count(
            f"answer-labels/{label}", found, f"Figures of the answer page labelled {label}",
            [quantity.lineage for quantity in found],
        )
        for label, found in by_label.items()
    }  # fmt: skip
    total = context.reckoner.count(
        "answer-figures", figures, "Figures of the answer page", [q.lineage for q in figures]
    )
    said = [_said(label, count) for label, count in counts.items() if count.value]
    text = say("Of the {n} figures on this page, ", n=worded(total)) + joined(said)
    shown = tuple((label, Shown(count, f"{count.value:.0f}")) for label, count in counts.items())
    return Surety(text + Sentence((". ",)) + _digits(context, strip), shown)


def _said(label: Label, count: Quantity) -> Sentence:
    one, many = _KINDS[label]
    return say("{n} " + (one if count.value == 1 else many), n=worded(count))


def _digits(context: Context, strip: tuple[StageLine, ...]) -> Sentence:
    """How many of the strip's digits the evidence fixes."""
    inputs = [line.cell.score.lineage for line in strip]
    fixed = [line for line in strip if line.cell.digit is not None]
    n = context.reckoner.count("answer-fixed", fixed, "Stages with a fixed digit", inputs)
    m = context.reckoner.count("answer-stages", strip, "Stages of the strip", inputs)
    tail = "" if len(fixed) == len(strip) else "; the rest stay a range"
    return say(
        "The evidence fixes {n} of the {m} digits" + tail + ".", n=worded(n), m=worded(m)
    )  # fmt: skip


def _figures(
    opening: Opening,
    strip: Iterable[StageLine],
    numbers: Iterable[KeyNumber],
    changes: Iterable[Change | Turn],
    basis: Sentence,
) -> Iterator[Quantity]:
    """Distinct quantities of the page that carry a label, in reading order."""
    seen: set[str] = set()
    for shown in _all_shown(opening, strip, numbers, changes, basis):
        quantity = shown.quantity
        if quantity.label is not None and quantity.lineage not in seen:
            seen.add(quantity.lineage)
            yield quantity


def _all_shown(
    opening: Opening,
    strip: Iterable[StageLine],
    numbers: Iterable[KeyNumber],
    changes: Iterable[Change | Turn],
    basis: Sentence,
) -> Iterator[Shown]:
    sentences = [opening.title, opening.lede, basis]
    for line in strip:
        yield line.digit
        sentences += [line.focus, line.holder]
    for number in numbers:
        yield number.shown
        sentences.append(number.text)
    sentences += [change.what for change in changes]
    for sentence in sentences:
        yield from (part for part in sentence.parts if isinstance(part, Shown))
