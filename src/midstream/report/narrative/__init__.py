"""All words of an edition, computed from the scores: they change when the scores change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from midstream.dependency.lockin import LockIn
from midstream.report.narrative.answer import answer
from midstream.report.narrative.backtest import record, record_findings
from midstream.report.narrative.capital import capital_findings, capital_opening
from midstream.report.narrative.concentration import concentration, holders_opening
from midstream.report.narrative.context import Context
from midstream.report.narrative.counter import counter_findings, counter_opening
from midstream.report.narrative.gaps import gaps, missing_opening
from midstream.report.narrative.grounds import grounds_findings, grounds_opening
from midstream.report.narrative.hollow import countries_opening, hollow, sectors_opening
from midstream.report.narrative.leverage import (
    chain_findings,
    leverage_opening,
    thesis_findings,
)
from midstream.report.narrative.leverage_rows import Risks
from midstream.report.narrative.lines import (
    country_line,
    peers_opening,
    rank_line,
    sector_line,
)
from midstream.report.narrative.matching import match_findings, match_opening
from midstream.report.narrative.openings import explaining
from midstream.report.narrative.outlook import outlook_findings, outlook_opening
from midstream.report.narrative.patterns import sector_findings
from midstream.report.narrative.peers import (
    leader_findings,
    next_findings,
    standing_findings,
    standing_opening,
)
from midstream.report.narrative.policy import policy_chapters, policy_opening
from midstream.report.narrative.policy_rows import policies
from midstream.report.narrative.risk import (
    found_risks,
    hold_findings,
    locked,
    risk_findings,
    series_findings,
    shared_findings,
)
from midstream.report.narrative.shock import case_findings, shock_opening
from midstream.report.narrative.shock_rows import Case, cases
from midstream.report.narrative.types import (
    Answer,
    Change,
    Comparison,
    Finding,
    Gap,
    Hollow,
    KeyNumber,
    Narrative,
    Opening,
    StageLine,
    Surety,
    Turn,
)
from midstream.report.narrative.value import value_chapters, value_openings
from midstream.report.narrative.worked import comparisons, example_opening
from midstream.scorecard.result import Scorecard
from midstream.terms import STAGE_ORDER

if TYPE_CHECKING:
    from midstream.study import Study

__all__ = [
    "Answer",
    "Change",
    "Comparison",
    "Finding",
    "Gap",
    "Hollow",
    "KeyNumber",
    "Narrative",
    "Opening",
    "StageLine",
    "Surety",
    "Turn",
    "narrate",
]


def narrate(study: Study, card: Scorecard | None = None) -> Narrative:
    """Write the words of a study.

    Args:
        study: The study to write about.
        card: Scores to use in place of the study's own, e.g. of another run.

    Returns:
        Sentences in which every number is a quantity, and the ledger that traces them.

    Raises:
        InputError: if the study declares a key number that cannot be found.
    """
    context = Context.of(study, card)
    rows = comparisons(context)
    every_gap = gaps(context)
    own = tuple(gap for gap in every_gap if gap.country == context.focus)
    held, dependence, shocks = locked(context), found_risks(context), cases(study)
    past = record(context, study.backtest())
    return Narrative(
        ledger=context.reckoner.ledger,
        answer=answer(context),
        openings={
            **_openings(context),
            "shock": shock_opening(context, shocks),
            **_ahead_openings(context),
            "example": example_opening(context, rows),
            "missing": missing_opening(context, own),
        },
        sectors={one: sector_line(context, context.focus, one) for one in context.sectors},
        sector_findings=sector_findings(context),
        countries={one: country_line(context, one) for one in context.countries},
        hollow={one: hollow(context, one) for one in context.countries},
        concentration=concentration(context),
        ranks={stage: rank_line(context, stage) for stage in STAGE_ORDER},
        example=rows,
        gaps=every_gap,
        chapters={
            **_chapters(context, held, dependence),
            **_shocks(context, shocks),
            **_ahead(context),
            "record": record_findings(context, past),
        },
        risks=dependence,
        locked=held,
        cases=shocks,
        record=past,
        outlook=study.outlook(),
        capital=study.capital_cases,
        counters=study.counters,
        policies=policies(study),
    )


def _shocks(context: Context, found: Sequence[Case]) -> dict[str, tuple[Finding, ...]]:
    """Findings on each shock of the study."""
    return {f"shock/{case.id}": case_findings(context, case) for case in found}


def _ahead_openings(context: Context) -> dict[str, Opening]:
    """Heads of the pages on the years ahead and the money."""
    study = context.study
    return {
        "outlook": outlook_opening(context, study.outlook()),
        "grounds": grounds_opening(context, study.outlook()),
        "money": capital_opening(context, study.capital_cases),
        "counter": counter_opening(context, study.counters),
        "policy": policy_opening(context, policies(study)),
        **value_openings(context),
    }


def _ahead(context: Context) -> dict[str, tuple[Finding, ...]]:
    """Findings on the years ahead and on each plant to come."""
    study = context.study
    money = {f"capital/{one.form}": capital_findings(context, one) for one in study.capital_cases}
    counter = {f"counter/{one.form}": counter_findings(context, one) for one in study.counters}
    found = study.outlook()
    grounds = {"outlook/grounds": grounds_findings(context, found)}
    value = value_chapters(context)
    policy = policy_chapters(context, policies(study))
    return {**outlook_findings(context, found), **grounds, **money, **counter, **value, **policy}


def _openings(context: Context) -> dict[str, Opening]:
    """Heads of the pages that need the scores alone, or a room of their own."""
    return {
        **explaining(context),
        "sectors": sectors_opening(context),
        "countries": countries_opening(context),
        "holders": holders_opening(context),
        "leverage": leverage_opening(context),
        "peers": peers_opening(context),
        "standing": standing_opening(context),
        "match": match_opening(context),
    }


def _chapters(
    context: Context, held: Sequence[LockIn], dependence: Risks
) -> dict[str, tuple[Finding, ...]]:
    """Findings on who holds the chain and who depends on whom."""
    return {
        "thesis": thesis_findings(context),
        "chain": chain_findings(context),
        "hold": hold_findings(context, held),
        "shared": shared_findings(context),
        "risk": risk_findings(context, dependence),
        "series": series_findings(context),
        "peers/standing": standing_findings(context),
        "peers/next": next_findings(context),
        "peers/leader": leader_findings(context),
        "match/words": match_findings(context),
    }
