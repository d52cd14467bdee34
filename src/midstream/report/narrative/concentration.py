"""Who holds the stages: findings on shares and concentration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from midstream.evidence.quantity import Quantity
from midstream.report.narrative.context import Context
from midstream.report.narrative.types import Finding, Opening
from midstream.report.narrative.words import (
    counted,
    joined,
    listed,
    noun,
    stage_name,
    started,
)
from midstream.report.numbers import Sentence, say
from midstream.terms import STAGE_ORDER

if TYPE_CHECKING:
    from midstream.chain.shares import StageShares

#: A leader above this share of a form holds more than all others together (per cent).
HALF = 50.0
#: A stage is called more concentrated than another from this gap of medians (points).
GAP = 5.0


def concentration(context: Context) -> tuple[Finding, ...]:
    """Findings on concentration: by stage, by leader, then the most concentrated forms."""
    held = [one for one in context.study.holders() if one.leader_share.value is not None]
    if not held:
        return ()
    findings = [
        Finding("stage-medians", _medians_sentence(medians(context, held))),
        Finding("majorities", _majorities(context, held)),
    ]
    top = sorted(held, key=lambda one: -(one.leader_share.value or 0.0))[:3]
    findings += [Finding(f"form/{one.form}", holding_line(context, one)) for one in top]
    return tuple(findings)


def holding_line(context: Context, shares: StageShares) -> Sentence:
    """Leader, runner-up and concentration of one form."""
    head = say(
        "{leader} holds {share} of world {form} ({year})",
        leader=context.country_name(shares.leader),
        share=shares.leader_share,
        form=context.form_name(shares.form),
        year=str(shares.year),
    )
    others = [(name, share) for name, share in shares.shares if name != shares.leader]
    if not others:
        return started(head + Sentence((".",)))
    name, share = others[0]
    return started(head) + say(
        "; next {other} with {s}.", other=context.country_name(name), s=share
    )


def medians(context: Context, held: Sequence[StageShares]) -> dict[str, Quantity]:
    """Median share of the leader over the forms of each stage."""
    out: dict[str, Quantity] = {}
    for stage in STAGE_ORDER:
        shares = [one.leader_share for one in held if one.stage == stage]
        if shares:
            name = f"Median share of the leader over the forms of {stage_name(stage).lower()}"
            out[stage] = context.reckoner.median(f"leader-median/{stage}", shares, name)
    return out


def _medians_sentence(found: Mapping[str, Quantity]) -> Sentence:
    parts = [say("{q} in {stage}", q=found[stage], stage=noun(stage)) for stage in found]
    return say("The median leader holds ") + joined(parts) + Sentence((".",))


def _majorities(context: Context, held: Sequence[StageShares]) -> Sentence:
    major = [one for one in held if (one.leader_share.value or 0.0) > HALF]
    inputs = [one.leader_share.lineage for one in held]
    n = context.reckoner.count("majorities", major, "Forms with a majority holder", inputs)
    m = context.reckoner.count("forms-held", held, "Forms with world shares on record", inputs)
    head = say(
        "In {n} of {m} forms one country makes more than all others together",
        n=counted(n, m)[0],
        m=counted(n, m)[1],
    )
    leaders = Counter(one.leader for one in major)
    if not leaders:
        return head + Sentence((".",))
    country, times = leaders.most_common(1)[0]
    mine = [one for one in major if one.leader == country]
    k = context.reckoner.count(
        "majorities-top", mine, f"Forms in which {context.country_name(country)} has the majority",
        [one.leader_share.lineage for one in mine],
    )  # fmt: skip
    which = "it is {c} each time" if times == len(major) else "in {k} of them it is {c}"
    return head + say(f"; {which}.", c=context.country_name(country), k=counted(k, m)[0])


def holders_opening(context: Context) -> Opening:
    """Head of the page on who holds each stage: whether the middle is the most concentrated."""
    held = [one for one in context.study.holders() if one.leader_share.value is not None]
    found = medians(context, held)
    if not found:
        title = Sentence(("World shares are not on record for any stage",))
        return Opening("Who holds each stage", title, Sentence(("See what is missing.",)))
    return Opening("Who holds each stage", stage_title(found), _lede(context, held, found))


def stage_title(found: Mapping[str, Quantity]) -> Sentence:
    """Say which stage is held most tightly, given the median leader of each."""
    values = {stage: quantity.value or 0.0 for stage, quantity in found.items()}
    ends = [values[stage] for stage in ("C1", "C4") if stage in values]
    middle = [values[stage] for stage in ("C2", "C3") if stage in values]
    top = max(values, key=lambda stage: values[stage])
    slots: dict[str, Quantity | str] = {"top": noun(top), "share": found[top]}
    if ends and len(middle) == 2 and min(middle) >= max(ends) + GAP:
        return say(
            "Concentration peaks in the middle: the median leader holds {share} in {top}", **slots
        )
    if max(values.values()) - min(values.values()) < GAP:
        return say("No stage stands out: leaders hold much the same share at each")
    if top in {"C2", "C3"}:
        return say("The tightest grip is on {top}: its median leader holds {share}", **slots)
    return say("The tightest grip is not on the middle but on {top}: {share}", **slots)


def _lede(context: Context, held: Sequence[StageShares], found: Mapping[str, Quantity]) -> Sentence:
    missing = [noun(stage) for stage in STAGE_ORDER if stage not in found]
    tail = f" No shares are on record for {listed(missing)}." if missing else ""
    return _majorities(context, held) + Sentence((tail,) if tail else ())
