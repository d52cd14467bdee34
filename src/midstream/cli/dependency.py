"""Commands on who holds the chain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from midstream.cli.options import Table, on_study

dependency_app = typer.Typer(
    help="Who holds the chain, how concentrated it is, what a holder can stop.",
    no_args_is_help=True,
)

Material = Annotated[str | None, typer.Option(help="Material id, with what belongs to it.")]
Chain = Annotated[str, typer.Option(help="Chain id, such as magnets-light.")]
Holder = Annotated[str | None, typer.Option(help="ISO-3 code; all larger holders by default.")]
Tested = Annotated[
    str | None, typer.Option(help="ISO-3 code; the study's first incumbent by default.")
]
Method = Annotated[str, typer.Option(help="geopolrisk, stage-consistent or eu.")]
Importer = Annotated[str, typer.Option(help="ISO-3 code, or EU.")]
Year = Annotated[int | None, typer.Option(help="Year; all on record by default.")]
Production = Annotated[Path | None, typer.Option(help="CSV: country,material,year,quantity_t.")]
Trade = Annotated[
    Path | None,
    typer.Option(help="CSV: exporter,importer,material,year,quantity_t,value_kusd."),
]
Governance = Annotated[Path | None, typer.Option(help="CSV: country,year,risk.")]


@dependency_app.command("concentration")
@on_study
def concentration(opened: Any, material: Material = None) -> tuple[Any, Table]:
    """Show how concentrated each form is; with a material also year by year."""
    from midstream import answers
    from midstream.tables_text import dependency as text

    return answers.concentration_answer(opened, material), text.concentrations


@dependency_app.command("leverage")
@on_study
def leverage(opened: Any, chain: Chain, holder: Holder = None) -> tuple[Any, Table]:
    """Show what the holders of a chain can stop, and for how long."""
    from midstream import answers
    from midstream.tables_text import dependency as text

    return answers.leverage_answer(opened, chain, holder), text.leverages


@dependency_app.command("shared")
@on_study
def shared(opened: Any) -> tuple[Any, Table]:
    """Show what the sectors need in common, and what one more plant is worth to all."""
    from midstream import answers
    from midstream.tables_text import dependency as text

    return answers.shared_answer(opened), text.shared


@dependency_app.command("thesis")
@on_study
def thesis(opened: Any, holder: Tested = None) -> tuple[Any, Table]:
    """Test, chain by chain, whether a holder's leverage sits in the middle two stages."""
    from midstream import answers
    from midstream.tables_text import dependency as text

    return answers.thesis_answer(opened, holder), text.thesis


@dependency_app.command("supply-risk")
@on_study
def supply_risk(
    opened: Any,
    method: Method,
    importer: Importer,
    material: Material = None,
    year: Year = None,
    production: Production = None,
    trade: Trade = None,
    governance: Governance = None,
) -> tuple[Any, Table]:
    """Show the supply risk of an importer, from the release or from three files of your own."""
    from midstream import answers
    from midstream.tables_text import dependency as text

    files = (production, trade, governance)
    found = answers.supply_risk_answer(opened, method, importer, material, year, files)
    return found, text.supply_risks
