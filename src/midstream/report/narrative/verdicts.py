"""The answer to the title question: who captures the value, what moves the middle, what would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from midstream.evidence.quantity import Quantity
from midstream.report.narrative.context import Context
from midstream.report.narrative.policy_rows import MIDDLE, Judged, Policies, moved, open_stages
from midstream.report.narrative.types import Opening, Turn
from midstream.report.narrative.words import (
    chance,
    counted,
    joined,
    listed,
    lower,
    noun,
    possessive,
    shortest_fit,
    started,
    traced,
    worded,
)
from midstream.report.numbers import Sentence, say, show

if TYPE_CHECKING:
    from midstream.beneficiaries.result import PlaceRow
    from midstream.policy.flip import Flip
    from midstream.policy.middle_result import Middle

#: Length of the headline.
MOST_WORDS = 20
#: Places of value that are no country.
_NOWHERE = frozenset({"ROW", "?", "open"})
#: Turns told on the answer page.
MOST_TURNS = 4


def policy_answer(context: Context, found: Policies) -> Opening | None:
    """Kicker, headline and lede that answer the title; ``None`` for a study without packages."""
    first = found.title
    if first is None:
        return None
    candidates = [
        head + tail
        for head in (*_captured(context, first.found), Sentence(()))
        for tail in _clauses(context, first)
    ]
    title = started(shortest_fit(candidates, MOST_WORDS))
    return Opening("The answer", title, _lede(context, found, first))


def policy_basis(context: Context, found: Policies) -> Sentence:
    """How sure the title is: the chances of the test, and the interval of the share it names."""
    first = found.title
    if first is None:
        return Sentence(())
    whole = say("With it, ") + _chances(first.found, " gains enough") + Sentence((".",))
    top = _holder(context, first.found)
    if top is None or top[0].share.low is None or top[0].share.high is None:
        return whole
    tail = say(
        " {whose} share of the value lies at {range} in four draws of five.",
        whose=possessive(context.country_name(top[0].place)),
        range=show(top[0].share, "range"),
    )
    return whole + tail


def _holder(context: Context, found: Middle) -> tuple[PlaceRow, str] | None:
    """The country with most of the value of the chain, and the form the chain ends in."""
    chain = found.chain or next(iter(context.study.config.chains), "")
    if not chain:
        return None
    value = context.study.chain_value(chain)
    placed = [row for row in value.locations if row.place not in _NOWHERE]
    known = [row for row in placed if row.share.value is not None]
    if not known:
        return None
    return max(known, key=lambda row: row.share.value or 0.0), value.unit_form


def _captured(context: Context, found: Middle) -> tuple[Sentence, ...]:
    """Who captures most of the value of the chain, at full length and short."""
    top = _holder(context, found)
    if top is None:
        return ()
    slots: dict[str, Quantity | str] = {
        "who": context.country_name(top[0].place),
        "share": top[0].share,
        "good": context.form_name(top[1]),
    }
    return (
        say("{who} captures {share} of the value in {good}; ", **slots),
        say("{who} captures {share} of the value; ", **slots),
    )


def _clauses(context: Context, one: Judged) -> tuple[Sentence, ...]:
    country = context.country_name(one.found.choice.subject)
    texts = (does(one.called, one.found, f" in {country}"), does(one.called, one.found))
    return tuple(Sentence((text,)) for text in texts)


def does(name: str, found: Middle, where: str = "") -> str:
    """Say in words what a policy does to the middle.

    Args:
        name: What it is called.
        found: Its test.
        where: Words behind the stages, such as " in India".
    """
    stages, nouns = moved(found), {stage: noun(stage) for stage in MIDDLE}
    both = [nouns[stage] for stage in MIDDLE]
    if found.verdict == "PASS":
        return f"{name} lifts both {listed(both)}{where}"
    if stages:
        rest = [nouns[stage] for stage in MIDDLE if stage not in stages]
        left = f" but not {listed(rest)}" if rest else ""
        return f"{name} lifts {listed([nouns[stage] for stage in stages])}{left}{where}"
    if found.verdict == "FAIL":
        return f"{name} moves neither {listed(both, 'nor')}{where}"
    doubt = [nouns[stage] for stage in open_stages(found)] or both
    return f"whether {name} lifts {listed(doubt, 'or')}{where} stays open"


def _lede(context: Context, found: Policies, first: Judged) -> Sentence:
    parts = [_what_moves(context, found), *_what_changes(context, first), *_best(found)]
    whole = Sentence(())
    for place, part in enumerate(parts):
        whole = whole + (Sentence((" ",)) if place else Sentence(())) + started(part)
    return whole


def _what_moves(context: Context, found: Policies) -> Sentence:
    """Which of the packages on file lift a stage, and how surely."""
    inputs = [one.found.probabilities["both"].lineage for one in found.tested]
    lifting = [one for one in found.tested if moved(one.found)]
    n = context.reckoner.count("policy/tested", found.tested, "Packages tested", inputs)
    m = context.reckoner.count(
        "policy/lifting", lifting, "Packages that lift a stage of the middle", inputs
    )
    of_all, some = counted(n, m)
    if not lifting:
        if len(found.tested) == 1:
            return Sentence(("No stage of the middle gains enough in half of the draws.",))
        return say("None of the {n} packages tested lifts a stage of the middle.", n=of_all)
    leader = found.leader or lifting[0]
    told = _chances(leader.found)
    name = leader.called
    if len(found.tested) == 1:
        return say("{name} lifts ", name=name) + told + Sentence((".",))
    if len(lifting) == 1:
        head = say(
            "of {n} packages tested only {name} lifts a stage of the middle: ", n=of_all, name=name
        )
        return head + told + Sentence((".",))
    head = say(
        "of {n} packages tested {m} lift a stage of the middle, {name} most: ",
        n=of_all, m=some, name=name,
    )  # fmt: skip
    return head + told + Sentence((".",))


def _chances(found: Middle, verb: str = "") -> Sentence:
    parts: list[Sentence] = []
    for stage in MIDDLE:
        quantity = found.probabilities[stage]
        told = chance(quantity, quantity.value)
        done, tail = ("", "") if parts else (verb, " of draws")
        parts.append(say("{s}{v} in {chance}{tail}", s=noun(stage), v=done, chance=told, tail=tail))
    return joined(parts, ", ")


def _what_changes(context: Context, first: Judged) -> tuple[Sentence, ...]:
    """What would change the verdict on the package of the title."""
    missing, found = first.package.missing, first.found
    turns = [flip for flip in found.flips if flip.at.value is not None]
    parts = []
    if missing:
        n = context.reckoner.count(
            "policy/missing", missing, "Terms of the package that are not public",
            [found.probabilities["both"].lineage],
        )  # fmt: skip
        parts.append(
            say(
                "what could change the answer is not public: {n} terms, {names} among them.",
                n=worded(n),
                names=listed(list(missing[:2])),
            )
        )
    if turns:
        parts.append(say("the verdict turns to {flip}.", flip=turn_words(turns[0])))
    elif not missing:
        parts.append(Sentence(("no size or start of its levers that was tried changes that.",)))
    return tuple(parts)


def turn_words(flip: Flip) -> Sentence:
    """A flip as ``VERDICT with what``."""
    return Sentence((f"{flip.verdict} with ",)) + flip_words(flip)


def flip_words(flip: Flip) -> Sentence:
    """What a flip takes, without the id of its lever and the verdict behind it."""
    head = flip.words.rpartition(": ")[0].replace(f" ({flip.lever})", "")
    return traced(lower(head), flip.at)


def _best(found: Policies) -> tuple[Sentence, ...]:
    """What the best set of levers for the budget of the study does."""
    if found.plan is None or found.best is None:
        return ()
    text = does("the best set of levers", found.best)
    return (say("for {budget} {text}.", budget=found.plan.budget, text=text),)


def turns(found: Policies) -> tuple[Turn, ...]:
    """What would change the answer: flips of the title's package, then of the one that leads."""
    first = found.title
    if first is None:
        return ()
    rows = [_missing(first)] if first.package.missing else []
    leader = found.leader or first
    for one in (first, *(() if leader is first else (leader,))):
        rows += [
            Turn(one.called, started(flip_words(flip)), flip.before, flip.verdict)
            for flip in one.found.flips
            if flip.at.value is not None
        ]
    return tuple(rows[:MOST_TURNS])


def _missing(first: Judged) -> Turn:
    what = Sentence((f"Terms that are not public: {listed(list(first.package.missing))}",))
    return Turn(first.called, what, first.found.verdict, "")
