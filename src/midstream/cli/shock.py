"""Commands on what an export control does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from midstream.cli.options import (
    DEFAULT_STUDY,
    Data,
    Json,
    Seed,
    StudyName,
    Without,
    emit,
    open_study,
    progress_bar,
)

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
Expected = Annotated[bool, typer.Option("--expected", help="Buyers saw it coming.")]


@shock_app.command("run")
def run(
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
    as_json: Json = False,
    study: StudyName = DEFAULT_STUDY,
    seed: Seed = None,
    data: Data = None,
    without_licence: Without = None,
) -> None:
    """Run an export control: prices, deliveries, cover, output lost, who gains."""
    from midstream import answers
    from midstream.shock.instruments import ShockRequest
    from midstream.tables_text import shock as text

    opened = open_study(study, data, without_licence, seed)
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
    with progress_bar("running", as_json) as progress:
        answer = answers.shock_answer(opened, request, bom, bom_country, progress)
    emit(answer, as_json, text.shock)


@shock_app.command("backtest")
def backtest(
    episodes: Annotated[
        Path | None, typer.Option(help="CSV with the columns of episode_inputs.csv.")
    ] = None,
    as_json: Json = False,
    study: StudyName = DEFAULT_STUDY,
    data: Data = None,
    without_licence: Without = None,
) -> None:
    """Score the model and its rivals on episodes they were not fitted on."""
    from midstream import answers
    from midstream.tables_text import shock as text

    opened = open_study(study, data, without_licence)
    emit(answers.backtest_answer(opened, episodes), as_json, text.backtest)
