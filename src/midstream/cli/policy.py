"""Commands on policy."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from midstream.cli.options import Table, on_study, progress_bar
from midstream.cli.policy_plan import plan

policy_app = typer.Typer(
    help="Does it move the middle: levers and packages put to the test.", no_args_is_help=True
)

Names = Annotated[
    list[str], typer.Argument(help="Levers and packages; `midstream policy levers` lists them.")
]
Country = Annotated[
    str | None, typer.Option(help="Country whose middle is to move; that of the levers by default.")
]
Sector = Annotated[str | None, typer.Option(help="Sector that is scored.")]
Draws = Annotated[int | None, typer.Option(min=1, help="Number of draws.")]
Whose = Annotated[str | None, typer.Option("--country", help="Country whose levers; all else.")]


@policy_app.command("test")
@on_study
def middle(
    opened: Any,
    levers: Names,
    country: Country = None,
    sector: Sector = None,
    draws: Draws = None,
) -> tuple[Any, Table]:
    """Test whether levers or packages move C2 and C3 of a country."""
    from midstream.answers import policy
    from midstream.tables_text import policy as text

    with progress_bar("testing"):
        return policy.middle_answer(opened, levers, country, sector, draws), text.middle


policy_app.command("plan")(on_study(plan))


@policy_app.command("levers")
@on_study
def levers(opened: Any, country: Whose = None) -> tuple[Any, Table]:
    """List levers and packages with what they do, what they cost and who pays."""
    from midstream.answers import policy_levers
    from midstream.tables_text import policy_levers as text

    return policy_levers.levers_answer(opened, country or ""), text.levers
