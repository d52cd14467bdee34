"""The one sentence of at most twenty words, and the lede under it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from midstream.evidence.quantity import Quantity
from midstream.report.narrative.context import Context, weakest
from midstream.report.narrative.hollow import national_clause
from midstream.report.narrative.types import Opening
from midstream.report.narrative.words import (
    digit_shown,
    joined,
    listed,
    noun,
    shortest_fit,
    started,
)
from midstream.report.numbers import Sentence, say
from midstream.scorecard.result import CellScore

#: Length of the headline.
MOST_WORDS = 20

#: A chain whose weakest stage reaches this score is called strong throughout.
STRONG = 3.5


def answer_opening(context: Context) -> Opening:
    """Kicker, headline and lede of the answer page."""
    return Opening("The answer", headline(context), lede(context))


def headline(context: Context) -> Sentence:
    """State where the chain of the worked sector is weakest and who holds that stage.

    The form is chosen by how many stages the evidence cannot tell from the weakest one:
    none scored, all, strong throughout, one, or several; and the fullest wording that keeps
    to twenty words is taken.
    """
    cells = context.strip(context.focus, context.sector)
    weak = weakest(cells)
    scored = [cell for cell in cells if cell.score.value is not None]
    candidates = _form(weak, len(scored))(context, weak)
    return started(shortest_fit(candidates, MOST_WORDS))


Candidates = tuple[Sentence, ...]
Form = Callable[[Context, Sequence[CellScore]], Candidates]


def _form(weak: Sequence[CellScore], stages: int) -> Form:
    if not weak:
        return _unscored
    if min(cell.score.value or 0 for cell in weak) >= STRONG:
        return _strong
    if len(weak) == stages:
        return _level if stages > 1 else _lone
    return _single if len(weak) == 1 else _several


def _slots(context: Context) -> dict[str, str]:
    return {"country": context.country, "sector": context.sector_name(context.sector)}


def _unscored(context: Context, _weak: Sequence[CellScore]) -> Candidates:
    template = "In {sector} no stage of {country} can be scored on the evidence so far"
    return (say(template, **_slots(context)),)


def _lone(context: Context, weak: Sequence[CellScore]) -> Candidates:
    template = "In {sector} only {stage} can be scored for {country} so far, at {score}"
    cell = weak[0]
    return (say(template, **_slots(context), stage=noun(cell.stage), score=cell.score),)


def _strong(context: Context, weak: Sequence[CellScore]) -> Candidates:
    low = min(weak, key=lambda cell: cell.score.value or 0)
    head = say("In {sector} {country} is strong at every scored stage", **_slots(context))
    tail = say("; its lowest score is {score}, in {stage}", score=low.score, stage=noun(low.stage))
    return (head + tail, head)


def _level(context: Context, weak: Sequence[CellScore]) -> Candidates:
    low = min(weak, key=lambda cell: cell.score.value or 0)
    template = "In {sector} no scored stage of {country} stands clear of the weakest"
    head = say(template, **_slots(context))
    return (head + say(", most likely {stage}", stage=noun(low.stage)), head)


def _single(context: Context, weak: Sequence[CellScore]) -> Candidates:
    cell = weak[0]
    shares = context.holder(cell)
    slots = {**_slots(context), "stage": noun(cell.stage)}
    if shares is None:
        return (
            say("In {sector}, {country} is held back by {stage} more than by any other", **slots),
        )
    form = context.form_name(shares.form)
    if shares.leader == context.focus:
        template = (
            "In {sector} {country} is weakest in {stage}, yet leads the world there with {share}"
        )
        return (say(template, **slots, share=shares.leader_share),)
    held: dict[str, Quantity | str] = {
        "leader": context.country_name(shares.leader),
        "share": shares.leader_share,
    }
    head = "In {sector} {country} is held back at {stage}, "
    return (
        say(
            head + "where {leader} makes {share} of the world\u2019s {form}",
            **slots,
            **held,
            form=form,
        ),
        say(head + "the step where {leader} holds {share}", **slots, **held),
        say(head + "where {leader} holds {share}", **slots, **held),
    )


def _several(context: Context, weak: Sequence[CellScore]) -> Candidates:
    stages = [cell.stage for cell in weak]
    middle = "the middle, " if stages == ["C2", "C3"] else ""
    slots = {**_slots(context), "where": middle + listed([noun(stage) for stage in stages])}
    plain = say("In {sector} {country} is weakest in {where}", **slots)
    leader = _common_leader(context, weak)
    if leader is None or leader == context.focus:
        return (plain,)
    found = [shares for cell in weak if (shares := context.holder(cell)) is not None]
    top = max(found, key=lambda shares: shares.leader_share.value or 0)
    held: dict[str, Quantity | str] = {
        "leader": context.country_name(leader),
        "share": top.leader_share,
    }
    return (
        say(
            "In {sector} {country} is weakest in {where}, where {leader} holds up to {share}",
            **slots,
            **held,
        ),
        plain,
    )


def _common_leader(context: Context, weak: Sequence[CellScore]) -> str | None:
    leaders = {shares.leader for cell in weak if (shares := context.holder(cell)) is not None}
    return leaders.pop() if len(leaders) == 1 else None


def lede(context: Context) -> Sentence:
    """Read the strip aloud, then give the verdict on the hollow middle across sectors."""
    cells = context.strip(context.focus, context.sector)
    read = joined([_reading(cell) for cell in cells])
    return Sentence(
        (
            *say("On one ruler from one to five, {c} has ", c=context.country).parts,
            *read.parts,
            ". ",
            *national_clause(context).parts,
        )
    )


def _reading(cell: CellScore) -> Sentence:
    digit = digit_shown(cell)
    if digit.text == "?":
        return say("no score in {stage}", stage=noun(cell.stage))
    return say("{digit} in {stage}", digit=digit, stage=noun(cell.stage))
