"""Commands on who holds the chain."""

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
)

dependency_app = typer.Typer(
    help="Who holds the chain, how concentrated it is, what a holder can stop.",
    no_args_is_help=True,
)

Material = Annotated[str | None, typer.Option(help="Material id, with what belongs to it.")]


@dependency_app.command("concentration")
def concentration(
    material: Material = None,
    as_json: Json = False,
    study: StudyName = DEFAULT_STUDY,
    data: Data = None,
    without_licence: Without = None,
) -> None:
    """Show how concentrated each form is; with a material also year by year."""
    from midstream import answers
    from midstream.tables_text import dependency as text

    opened = open_study(study, data, without_licence)
    emit(answers.concentration_answer(opened, material), as_json, text.concentrations)


@dependency_app.command("leverage")
def leverage(
    chain: Annotated[str, typer.Option(help="Chain id, such as magnets-light.")],
    holder: Annotated[
        str | None, typer.Option(help="ISO-3 code; all larger holders by default.")
    ] = None,
    as_json: Json = False,
    study: StudyName = DEFAULT_STUDY,
    seed: Seed = None,
    data: Data = None,
    without_licence: Without = None,
) -> None:
    """Show what the holders of a chain can stop, and for how long."""
    from midstream import answers
    from midstream.tables_text import dependency as text

    opened = open_study(study, data, without_licence, seed)
    emit(answers.leverage_answer(opened, chain, holder), as_json, text.leverages)


@dependency_app.command("shared")
def shared(
    as_json: Json = False,
    study: StudyName = DEFAULT_STUDY,
    seed: Seed = None,
    data: Data = None,
    without_licence: Without = None,
) -> None:
    """Show what the sectors need in common, and what one more plant is worth to all."""
    from midstream import answers
    from midstream.tables_text import dependency as text

    opened = open_study(study, data, without_licence, seed)
    emit(answers.shared_answer(opened), as_json, text.shared)


@dependency_app.command("thesis")
def thesis(
    holder: Annotated[
        str | None, typer.Option(help="ISO-3 code; the study's first incumbent by default.")
    ] = None,
    as_json: Json = False,
    study: StudyName = DEFAULT_STUDY,
    seed: Seed = None,
    data: Data = None,
    without_licence: Without = None,
) -> None:
    """Test, chain by chain, whether a holder's leverage sits in the middle two stages."""
    from midstream import answers
    from midstream.tables_text import dependency as text

    opened = open_study(study, data, without_licence, seed)
    emit(answers.thesis_answer(opened, holder), as_json, text.thesis)


@dependency_app.command("supply-risk")
def supply_risk(
    method: Annotated[str, typer.Option(help="geopolrisk, stage-consistent or eu.")],
    importer: Annotated[str, typer.Option(help="ISO-3 code, or EU.")],
    material: Material = None,
    year: Annotated[int | None, typer.Option(help="Year; all on record by default.")] = None,
    production: Annotated[
        Path | None, typer.Option(help="CSV: country,material,year,quantity_t.")
    ] = None,
    trade: Annotated[
        Path | None,
        typer.Option(help="CSV: exporter,importer,material,year,quantity_t,value_kusd."),
    ] = None,
    governance: Annotated[Path | None, typer.Option(help="CSV: country,year,risk.")] = None,
    as_json: Json = False,
    study: StudyName = DEFAULT_STUDY,
    data: Data = None,
    without_licence: Without = None,
) -> None:
    """Show the supply risk of an importer, from the release or from three files of your own."""
    from midstream import answers
    from midstream.tables_text import dependency as text

    opened = open_study(study, data, without_licence)
    answer = answers.supply_risk_answer(
        opened, method, importer, material, year, (production, trade, governance)
    )
    emit(answer, as_json, text.supply_risks)
