"""Commands on who captures the value."""

from __future__ import annotations

from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any

import typer

from midstream.cli.options import Table, on_study, progress_bar
from midstream.errors import InputError

capture_app = typer.Typer(invoke_without_command=True)

Chain = Annotated[str, typer.Option(help="Chain id, such as magnets-light.")]
Basis = Annotated[
    str | None, typer.Option(help="Price set of the chain, or the base year; the set by default.")
]
Levers = Annotated[
    list[str] | None, typer.Option("--lever", help="Lever or package; may be repeated.")
]
Folder = Annotated[
    Path, typer.Option("--table", help="Folder of an input-output table: Z.csv, Y.csv, VA.csv.")
]
Product = Annotated[str, typer.Option(help="Sector whose final demand is looked into.")]
Country = Annotated[str | None, typer.Option(help="Only the product of this country.")]
Draws = Annotated[int | None, typer.Option(min=1, help="Number of draws.")]


@on_study
def capture(
    opened: Any, chain: Chain = "", basis: Basis = None, draws: Draws = None
) -> tuple[Any, Table]:
    """Show who captures the value of a chain: by stage, place and owner, beside leverage."""
    from midstream.answers import value
    from midstream.tables_text import value as text

    if not chain:
        raise InputError(
            "no chain is named",
            where="--chain",
            why=f"the chains on file are {', '.join(opened.routes)}",
            mend="name one, such as --chain magnets-light",
        )
    with progress_bar("following the value"):
        return value.capture_answer(opened, chain, basis, draws), text.capture


def _alone(ctx: typer.Context, **options: Any) -> None:
    if ctx.invoked_subcommand is None:
        capture(**options)


def _as_callback(function: Any) -> Any:
    """Give the callback of the group the options of the chain."""
    context = Parameter("ctx", Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    own = list(signature(capture).parameters.values())
    function.__signature__ = Signature([context, *own])
    function.__annotations__ = {one.name: one.annotation for one in (context, *own)}
    function.__doc__ = capture.__doc__
    return function


capture_app.callback()(_as_callback(_alone))


@capture_app.command("units")
@on_study
def units(opened: Any, draws: Draws = None) -> tuple[Any, Table]:
    """Show the value of each chain in one electric car and one wafer."""
    from midstream.answers import value
    from midstream.tables_text import value as text

    return value.units_answer(opened, draws), text.units


@capture_app.command("companies")
@on_study
def companies(opened: Any, lever: Levers = None) -> tuple[Any, Table]:
    """Show the companies on file and what a lever brings to each: supply, margin, security."""
    from midstream.answers import value
    from midstream.tables_text import value as text

    return value.companies_answer(opened, lever or ()), text.companies


@capture_app.command("input-output")
@on_study
def input_output(
    opened: Any, table: Folder, product: Product, country: Country = None
) -> tuple[Any, Table]:
    """Show who adds value to the final demand for a product, from a table of your own."""
    from midstream.answers import value
    from midstream.tables_text import value as text

    return value.embodied_answer(opened, table, product, country), text.embodied
