"""Commands on what an export control does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from midstream.cli.options import Table, on_study, progress_bar

shock_app = typer.Typer(
    help="What an export control does, and how often the model has been right.",
    no_args_is_help=True,
)


Actor = Annotated[str, typer.Option(help="Country that restricts, ISO-3 code.")]
Form = Annotated[str, typer.Option(help="Form that is cut, such as ndfeb-magnet.")]
Targets = Annotated[
    list[str], typer.Option(help="Country cut off; may be repeated. WLD is everybody.")
]
Instrument = Annotated[
    str,
    typer.Option(help="export-ban, export-licence, export-quota, tariff, outage or threat."),
]
Depth = Annotated[float | None, typer.Option(help="Share that is cut, 0 to 1.")]
Months = Annotated[int | None, typer.Option(help="Months in force.")]
Notice = Annotated[float, typer.Option(help="Days between announcement and force.")]
Draws = Annotated[int | None, typer.Option(help="Number of draws.")]
Bom = Annotated[Path | None, typer.Option(help="Bill of materials, CSV or XLSX; it stays here.")]
Buyers = Annotated[str | None, typer.Option(help="Country whose buyers the bill belongs to.")]
Chain = Annotated[str | None, typer.Option(help="Chain, where the form stands in several.")]
Episodes = Annotated[Path | None, typer.Option(help="CSV with the columns of episode_inputs.csv.")]
Expected = Annotated[bool, typer.Option("--expected", help="Buyers saw it coming.")]


@shock_app.command("run")
@on_study
def run(
    opened: Any,
    actor: Actor,
    form: Form,
    target: Targets,
    instrument: Instrument,
    depth: Depth = None,
    months: Months = None,
    notice_days: Notice = 0.0,
    draws: Draws = None,
    bom: Bom = None,
    bom_country: Buyers = None,
    chain: Chain = None,
    expected: Expected = False,
) -> tuple[Any, Table]:
    """Run an export control: prices, deliveries, cover, output lost, who gains."""
    from midstream import answers
    from midstream.shock.instruments import ShockRequest
    from midstream.tables_text import shock as text

    request = ShockRequest(
        actor,
        form,
        tuple(target),
        instrument,
        depth=depth,
        months=months,
        notice_days=notice_days,
        surprise=not expected,
        draws=draws,
        seed=opened.config.seed,
        chain=chain,
    )
    with progress_bar("running") as progress:
        return answers.shock_answer(opened, request, bom, bom_country, progress), text.shock


@shock_app.command("backtest")
@on_study
def backtest(opened: Any, episodes: Episodes = None) -> tuple[Any, Table]:
    """Score the model and its rivals on episodes they were not fitted on."""
    from midstream import answers
    from midstream.tables_text import shock as text

    return answers.backtest_answer(opened, episodes), text.backtest
