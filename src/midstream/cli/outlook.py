"""Commands on the years ahead: the outlook, and what the incumbent may do."""

from __future__ import annotations

from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any

import typer

from midstream.cli.options import Table, on_study, progress_bar
from midstream.errors import InputError

Draws = Annotated[int | None, typer.Option(min=1, help="Number of draws.")]
Experts = Annotated[
    list[str] | None,
    typer.Option("--expert", help="SCENARIO=PROBABILITY of an expert; name every scenario."),
]
Behind = Annotated[
    bool, typer.Option("--behind", help="Add need by use, waste, schemes, prices and deliveries.")
]
Form = Annotated[str, typer.Option(help="Form the entrants make, such as ndpr-oxide.")]
Entrants = Annotated[
    list[str] | None, typer.Option("--entrants", help="Facility; may be repeated. All by default.")
]
Incumbent = Annotated[str, typer.Option(help="Country that moves; the largest maker by default.")]
Signal = Annotated[str, typer.Argument(help="Id of a signal, as 'midstream watch' lists it.")]
Value = Annotated[str, typer.Option("--value", help="What was seen: a figure, or yes or no.")]
On = Annotated[str | None, typer.Option("--on", help="Day it was seen, YYYY-MM-DD.")]
LedgerFolder = Annotated[
    Path | None, typer.Option("--ledger", help="Folder of your ledger of forecasts.")
]
Ledger = Annotated[Path, typer.Option("--ledger", help="Folder of your ledger of forecasts.")]
Price = Annotated[float | None, typer.Option(help="Reference price, USD per kg.")]


watch_app = typer.Typer(invoke_without_command=True)


@on_study
def outlook(
    opened: Any, draws: Draws = None, expert: Experts = None, behind: Behind = False
) -> tuple[Any, Table]:
    """Look ahead to 2035: scenarios with their probabilities, paths, what moves the odds."""
    from midstream.answers import ahead
    from midstream.tables_text import outlook as text

    with progress_bar("looking ahead") as progress:
        experts = experts_of(expert or [])
        answer = ahead.outlook_answer(opened, draws, experts, progress, behind=behind)
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


@on_study
def watch(opened: Any, draws: Draws = None) -> tuple[Any, Table]:
    """List the signals: chance, threshold, day, and what they would change."""
    from midstream.answers import ahead
    from midstream.tables_text import outlook as text

    return ahead.watch_answer(opened, draws), text.watch


def _listed(ctx: typer.Context, **options: Any) -> None:
    if ctx.invoked_subcommand is None:
        watch(**options)


def _as_callback(function: Any) -> Any:
    """Give the callback of the group the options of listing."""
    context = Parameter("ctx", Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    own = list(signature(watch).parameters.values())
    function.__signature__ = Signature([context, *own])
    function.__annotations__ = {one.name: one.annotation for one in (context, *own)}
    function.__doc__ = watch.__doc__
    return function


watch_app.callback()(_as_callback(_listed))


@watch_app.command("observe")
@on_study
def observe(
    opened: Any,
    signal: Signal,
    value: Value,
    on: On = None,
    ledger: LedgerFolder = None,
    draws: Draws = None,
) -> tuple[Any, Table]:
    """Enter what was seen of a signal: the odds before and after, and what it settles."""
    from midstream.answers import ahead
    from midstream.tables_text import outlook as text

    return ahead.observe_answer(opened, signal, value, on, ledger, draws), text.observed


@watch_app.command("score")
@on_study
def watch_score(opened: Any, ledger: Ledger, draws: Draws = None) -> tuple[Any, Table]:
    """Score the forecasts of a ledger that have come due."""
    from midstream.answers import ahead
    from midstream.tables_text import outlook as text

    return ahead.score_ledger_answer(opened, ledger, draws), text.scored


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
