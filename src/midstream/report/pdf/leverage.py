"""Leverage on one page: where it sits, chain by chain, and what the main chain shows."""

from __future__ import annotations

from midstream.report.figures import leverage_by_stage
from midstream.report.narrative.leverage_rows import chain_rows
from midstream.report.numbers import Sentence, say
from midstream.report.pdf.press import Press, in_one
from midstream.report.pdf.writer import Json

#: Chains in the figure.
MOST_CHAINS = 6

#: Findings in the two paragraphs.
MOST_FINDINGS = 3


def leverage(press: Press) -> Json:
    """Leverage by chain and stage, then the reasons."""
    press.turn("leverage")
    found = press.study.thesis()
    rows = chain_rows(found)[: press.fewer(MOST_CHAINS)] if found is not None else []
    blocks: list[Json] = []
    if found is not None and rows:
        title = say(
            "Leverage of {c}: the chains with most",
            c=press.study.name("country", found.holder),
        )
        subtitle = Sentence(
            (
                "Years of world need: part lost times years until it is made good. Red: the stage"
                " with most. Right: whether the middle exceeds both ends.",
            )
        )
        source = press.basis("Bars hold four draws in five.")
        blocks.append(press.figure(leverage_by_stage("leverage", rows, title, subtitle, source)))
    blocks += _words(press)
    return press.page("leverage", blocks)


def _words(press: Press) -> list[Json]:
    chapters = press.narrative.chapters
    groups = {"What stands behind it": "thesis", "The main chain": "chain"}
    blocks: list[Json] = []
    for head, name in groups.items():
        texts = [one.text for one in chapters[name][: press.fewer(MOST_FINDINGS)]]
        value = press.narrative.openings.get("value")
        if texts and name == "chain" and value is not None:
            texts.append(value.title + Sentence((".",)))
        if texts:
            blocks += [{"kind": "head", "text": [head]}, press.prose(in_one(texts))]
    return blocks
