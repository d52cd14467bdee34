"""Commands on what it costs to build."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from midstream.cli.options import Table, on_study
from midstream.errors import InputError

capital_app = typer.Typer(
    help="What a plant costs to build, who pays, and how much is missing.", no_args_is_help=True
)

Facility = Annotated[str, typer.Argument(help="Id of the facility register.")]
Country = Annotated[str, typer.Option(help="Country, ISO-3 code.")]
Form = Annotated[str, typer.Option(help="Form that is made, such as ndfeb-magnet.")]
Capacity = Annotated[float, typer.Option(help="Nameplate, in the unit of the form.")]
Year = Annotated[int, typer.Option(help="Year of the decision.")]
Variant = Annotated[str | None, typer.Option(help="Kind of plant, where the form has several.")]
Price = Annotated[float | None, typer.Option(help="Price, USD per kg; the record's by default.")]
Alone = Annotated[bool, typer.Option("--without-scheme", help="Leave public support out.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="NAME=VALUE of your own, such as opex=40; may be repeated."),
]
Draws = Annotated[int | None, typer.Option(min=1, help="Number of draws.")]


@capital_app.command("plant")
@on_study
def plant(
    opened: Any,
    facility: Facility,
    price: Price = None,
    without_scheme: Alone = False,
    own: Set = None,
    draws: Draws = None,
) -> tuple[Any, Table]:
    """Show uses, sources, gap and returns of a plant on record."""
    from midstream.answers import money
    from midstream.tables_text import capital as text

    answer = money.plant_answer(
        opened, facility, price, not without_scheme, draws, own_of(own or [])
    )
    return answer, text.capital


@capital_app.command("target")
@on_study
def target(
    opened: Any,
    country: Country,
    form: Form,
    capacity: Capacity,
    year: Year,
    variant: Variant = None,
    price: Price = None,
    without_scheme: Alone = False,
    own: Set = None,
    draws: Draws = None,
) -> tuple[Any, Table]:
    """Show uses, sources, gap and returns of a plant that is to be built."""
    from midstream.answers import money
    from midstream.tables_text import capital as text

    place = (country, form, capacity, year)
    answer = money.target_answer(
        opened, place, variant, price, not without_scheme, draws, own_of(own or [])
    )
    return answer, text.capital


@capital_app.command("gap")
@on_study
def gap(
    opened: Any, price: Price = None, without_scheme: Alone = False, draws: Draws = None
) -> tuple[Any, Table]:
    """Show what is missing to meet the need of the focus country, by stage, form and year."""
    from midstream.answers import money
    from midstream.tables_text import capital as text

    return money.gap_answer(opened, price, not without_scheme, draws), text.gap


@capital_app.command("record")
@on_study
def record(opened: Any) -> tuple[Any, Table]:
    """Show the stacks on record, who pays today, and published break-even prices."""
    from midstream.answers import money
    from midstream.tables_text import capital as text

    return money.record_answer(opened), text.record


def own_of(given: list[str]) -> dict[str, float]:
    """Read figures of the user, ``NAME=VALUE``.

    Raises:
        InputError: if one is not of that form.
    """
    found: dict[str, float] = {}
    for text in given:
        name, _, number = text.partition("=")
        try:
            found[name.strip()] = float(number)
        except ValueError:
            raise InputError(
                f"cannot read {text!r}",
                where="--set",
                why="it is not NAME=VALUE with a number",
                mend="write, for instance, --set opex=40",
            ) from None
    return found
