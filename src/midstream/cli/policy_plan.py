"""The command that plans."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from midstream.cli.options import Table, progress_bar

Budget = Annotated[float, typer.Option(help="Of all levers, in money of the price year.")]
Currency = Annotated[str, typer.Option(help='Such as USD, "USD million" or "INR crore".')]
By = Annotated[int | None, typer.Option(help="Year the outcome is read in.")]
Country = Annotated[str | None, typer.Option(help="Country; the study's focus by default.")]
Sector = Annotated[str | None, typer.Option(help="Sector that is scored.")]
Draws = Annotated[int | None, typer.Option(min=1, help="Number of draws.")]
Measure = Annotated[str, typer.Option(help="What is raised: coverage of need, or score.")]
Payer = Annotated[
    list[str] | None, typer.Option(help="NAME=AMOUNT one payer pays at most; may be repeated.")
]
PerYear = Annotated[float | None, typer.Option(help="Most that is paid in any year.")]
Year = Annotated[
    list[str] | None, typer.Option("--in-year", help="YEAR=AMOUNT for one year; may be repeated.")
]
Without = Annotated[
    list[str] | None, typer.Option(help="Lever that is not to be chosen; may be repeated.")
]


def plan(
    opened: Any,
    budget: Budget,
    currency: Currency = "USD",
    by: By = None,
    country: Country = None,
    sector: Sector = None,
    draws: Draws = None,
    measure: Measure = "coverage",
    payer: Payer = None,
    per_year: PerYear = None,
    in_year: Year = None,
    without: Without = None,
) -> tuple[Any, Table]:
    """Choose levers and start years under a budget, with frontier and roadmap."""
    from midstream.answers import policy_plan
    from midstream.policy.plan_request import amounts, yearly
    from midstream.tables_text import policy_plan as text

    limits = {
        "payer": amounts(payer or (), "--payer"),
        "year": per_year,
        "years": yearly(in_year or (), "--in-year"),
        "without": tuple(without or ()),
    }
    asked = {"country": country, "sector": sector, "draws": draws, "measure": measure}
    with progress_bar("planning"):
        answer = policy_plan.plan_answer(opened, budget, currency, by, limits, **asked)
        return answer, text.plan
