"""The command that plans."""

from __future__ import annotations

import math
from typing import Annotated, Any

import typer

from midstream.cli.options import Table, progress_bar
from midstream.errors import InputError

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
) -> tuple[Any, Table]:
    """Choose levers and start years under a budget, with frontier and roadmap."""
    from midstream.answers import policy_plan
    from midstream.tables_text import policy_plan as text

    years = {_year(name): one for name, one in _amounts(in_year, "--in-year").items()}
    limits = {"payer": _amounts(payer, "--payer"), "year": per_year, "years": years}
    asked = {"country": country, "sector": sector, "draws": draws, "measure": measure}
    with progress_bar("planning"):
        answer = policy_plan.plan_answer(opened, budget, currency, by, limits, **asked)
        return answer, text.plan


def _amounts(given: list[str] | None, where: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in given or ():
        name, _, amount = text.rpartition("=")
        try:
            found[name.strip()] = float(amount)
        except ValueError:
            found[name] = math.nan
        if not name.strip() or math.isnan(found[name.strip()]):
            raise _unread(text, where)
    return found


def _year(text: str) -> int:
    if not text.isdigit():
        raise _unread(text, "--in-year")
    return int(text)


def _unread(text: str, where: str) -> InputError:
    return InputError(
        f"cannot read {text!r}",
        where=where,
        why="it is not a name, or a year, with an amount",
        mend="write, for instance, --in-year 2027=300 or --payer 'Government of India=500'",
    )
