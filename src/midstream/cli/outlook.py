"""Commands on the years ahead: the outlook, and what the incumbent may do."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from midstream.cli.options import Table, on_study, progress_bar
from midstream.errors import InputError

Draws = Annotated[int | None, typer.Option(min=1, help="Number of draws.")]
Experts = Annotated[
    list[str] | None,
    typer.Option("--expert", help="SCENARIO=PROBABILITY of an expert; name every scenario."),
]
Form = Annotated[str, typer.Option(help="Form the entrants make, such as ndpr-oxide.")]
Entrants = Annotated[
    list[str] | None, typer.Option("--entrants", help="Facility; may be repeated. All by default.")
]
Incumbent = Annotated[str, typer.Option(help="Country that moves; the largest maker by default.")]
Price = Annotated[float | None, typer.Option(help="Reference price, USD per kg.")]


@on_study
def outlook(opened: Any, draws: Draws = None, expert: Experts = None) -> tuple[Any, Table]:
    """Look ahead to 2035: scenarios with their probabilities, paths, what moves the odds."""
    from midstream.answers import ahead
    from midstream.tables_text import outlook as text

    with progress_bar("looking ahead") as progress:
        answer = ahead.outlook_answer(opened, draws, experts_of(expert or []), progress)
    return answer, text.outlook


@on_study
def counter(
    opened: Any,
    form: Form,
    entrants: Entrants = None,
    incumbent: Incumbent = "",
    price: Price = None,
    draws: Draws = None,
) -> tuple[Any, Table]:
    """Play the incumbent's moves: cost, gain, who survives, what would deter them."""
    from midstream.answers import ahead
    from midstream.tables_text import outlook as text

    answer = ahead.counter_answer(opened, form, entrants, incumbent, price, draws)
    return answer, text.counter


def experts_of(given: list[str]) -> dict[str, float] | None:
    """Read ``SCENARIO=PROBABILITY``; nothing given is ``None``.

    Raises:
        InputError: if one is not of that form, or a scenario is named twice.
    """
    found: dict[str, float] = {}
    for text in given:
        name, _, number = text.partition("=")
        try:
            value = float(number)
        except ValueError:
            raise _unread(text, "it is not SCENARIO=PROBABILITY") from None
        if name in found:
            raise _unread(text, f"{name} is named twice")
        found[name] = value
    return found or None


def _unread(text: str, why: str) -> InputError:
    return InputError(
        f"cannot read {text!r}",
        where="--expert",
        why=why,
        mend="write, for instance, --expert stalled=0.4, once for each scenario",
    )
