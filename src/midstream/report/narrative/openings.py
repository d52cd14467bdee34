"""Heads of the pages that explain: framework, method, sources, evidence, assumptions."""

from __future__ import annotations

from collections.abc import Mapping

from midstream.evidence.quantity import Quantity
from midstream.report.bibliography import entries
from midstream.report.narrative.context import Context
from midstream.report.narrative.types import Opening
from midstream.report.numbers import Sentence, Shown, say


def explaining(context: Context) -> Mapping[str, Opening]:
    """Give the heads of the explaining pages by page id."""
    return {
        "framework": _framework(),
        "method": _method(context),
        "sources": _sources(context),
        "evidence": _evidence(context),
        "assumptions": _assumptions(context),
    }


def _framework() -> Opening:
    return Opening(
        "The framework",
        Sentence(("Four stages from ore to product, and each can stop the next",)),
        Sentence(
            (
                "A product needs every stage before it. Each stage is scored on the same ruler,"
                " for every country and sector, so that the weakest one shows.",
            )
        ),
    )


def _method(context: Context) -> Opening:
    draws = context.reckoner.number(
        "draws", context.card.draws, "draws", "Draws of the scorecard", [], "setting of the study"
    )
    return Opening(
        "The method on one page",
        Sentence(("A score asks what a country makes, will make and controls",)),
        say(
            "Output is held against the country\u2019s own need and against the world. {n} draws"
            " carry the doubt of the evidence and of our assumptions into every interval.",
            n=Shown(draws, f"{draws.value:,.0f}"),
        ),
    )


def _sources(context: Context) -> Opening:
    lineages = [cell.score.lineage for cell in context.card.cells]
    found = entries(context.rows("sources"), context.reckoner.ledger, lineages)
    primary = [entry for entry in found if entry.layer == "1"]
    n = context.reckoner.count("documents", found, "Documents under the scores", lineages[:1])
    k = context.reckoner.count("primary", primary, "Primary documents", lineages[:1])
    return Opening(
        "Sources in three layers",
        say("{n} documents carry the scores, {k} of them primary", n=_digits(n), k=_digits(k)),
        Sentence(
            (
                "Primary sources made the figure, secondary ones carried it, tertiary ones only"
                " point to it. The count is how many numbers of this edition rest on each.",
            )
        ),
    )


def _evidence(context: Context) -> Opening:
    observations, sources = context.rows("observations"), context.rows("sources")
    n = context.reckoner.count("observations", observations, "Rows of observations", [])
    m = context.reckoner.count("register", sources, "Rows of the source register", [])
    return Opening(
        "The evidence",
        say("{n} observations from {m} documents stand behind it", n=_digits(n), m=_digits(m)),
        Sentence(("Each number opens to its formula, its inputs and the place in its source.",)),
    )


def _assumptions(context: Context) -> Opening:
    rows = context.rows("parameters")
    assumed = [row for row in rows if row["kind"] == "assumed"]
    n = context.reckoner.count("assumed", assumed, "Assumed parameters", [])
    m = context.reckoner.count("parameters", rows, "Parameters of the model", [])
    return Opening(
        "The assumptions",
        say("{n} of {m} parameters are our own judgement", n=_digits(n), m=_digits(m)),
        Sentence(("None was tuned to a result; where one has a range, every run draws from it.",)),
    )


def _digits(quantity: Quantity) -> Shown:
    return Shown(quantity, f"{quantity.value:,.0f}")
