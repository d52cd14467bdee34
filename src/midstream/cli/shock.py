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


@shock_app.command("run")
def run(
    actor: Annotated[str, typer.Option(help="Country that restricts, ISO-3 code.")],
    form: Annotated[str, typer.Option(help="Form that is cut, such as ndfeb-magnet.")],
    target: Annotated[
        list[str], typer.Option(help="Country cut off; may be repeated. WLD is everybody.")
    ],
    instrument: Annotated[
        str,
        typer.Option(help="export-ban, export-licence, export-quota, tariff, outage or threat."),
    ],
    depth: Annotated[float | None, typer.Option(help="Share that is cut, 0 to 1.")] = None,
    months: Annotated[int | None, typer.Option(help="Months in force.")] = None,
    notice_days: Annotated[float, typer.Option(help="Days between announcement and force.")] = 0.0,
    draws: Annotated[int | None, typer.Option(help="Number of draws.")] = None,
    bom: Annotated[
        Path | None, typer.Option(help="Bill of materials, CSV or XLSX; it stays here.")
    ] = None,
    bom_country: Annotated[
        str | None, typer.Option(help="Country whose buyers the bill belongs to.")
    ] = None,
    chain: Annotated[
        str | None, typer.Option(help="Chain, where the form stands in more than one.")
    ] = None,
    expected: Annotated[
        bool, typer.Option("--expected", help="Buyers saw it coming and stocked up.")
    ] = False,
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
        actor=actor,
        form=form,
        targets=tuple(target),
        instrument=instrument,
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
