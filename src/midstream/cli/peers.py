"""Commands on others: peers on one ruler, organisations that could work together."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from midstream.cli.options import Table, on_study, progress_bar

Countries = Annotated[
    list[str] | None,
    typer.Argument(help="ISO-3 codes; focus, partners and peers of the study by default."),
]
Sectors = Annotated[
    list[str] | None,
    typer.Option("--sector", help="Sector; may be repeated. The mean over sectors by default."),
]
Stages = Annotated[
    list[str] | None, typer.Option("--stage", help="C1, C2, C3 or C4; may be repeated.")
]
Horizon = Annotated[int | None, typer.Option(help="Year of the trajectory.")]
Draws = Annotated[int | None, typer.Option(min=1, help="Number of draws.")]
Two = Annotated[
    tuple[str, str] | None,
    typer.Option("--countries", help="Two ISO-3 codes; by default the focus and a partner."),
]
Sector = Annotated[
    str | None, typer.Option("--sector", help="Sector whose scores say which stage is weak.")
]


@on_study
def peers(
    opened: Any,
    countries: Countries = None,
    sector: Sectors = None,
    stage: Stages = None,
    horizon: Horizon = None,
    draws: Draws = None,
) -> tuple[Any, Table]:
    """Compare countries on one ruler: rank, who is ahead, what would close the gap."""
    from midstream.answers.peers import peers_answer
    from midstream.tables_text import peers as text

    with progress_bar("comparing") as progress:
        answer = peers_answer(opened, countries, sector, stage, horizon, draws, progress)
    return answer, text.peers


@on_study
def match(
    opened: Any, countries: Two = None, sector: Sector = None, draws: Draws = None
) -> tuple[Any, Table]:
    """Match organisations of two countries by step, weak stage and readiness."""
    from midstream.answers.peers import match_answer
    from midstream.tables_text import peers as text

    with progress_bar("matching") as progress:
        answer = match_answer(opened, countries, sector, draws, progress)
    return answer, text.match
