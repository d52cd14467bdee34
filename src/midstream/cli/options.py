"""What every command shares: options, opening a study, printing, progress."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from midstream.study import Study

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
StudyName = Annotated[str, typer.Option("--study", help="A shipped study or a study file.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the draws.")]
Unused = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="Taken as every command does; nothing is drawn here."),
]
Data = Annotated[Path | None, typer.Option("--data", help="A data folder of your own.")]
Without = Annotated[
    list[str] | None,
    typer.Option("--without-licence", help="Leave out sources of a licence; may be repeated."),
]
DEFAULT_STUDY = "india-us"

#: Objects made between two looks of the garbage collector: most of what an answer is made of lives
#: as long as the answer, so looking often finds nothing.
COLLECT_EVERY = 100_000

#: Lays an answer out as text.
Table = Callable[[Any], str]


def open_study(
    study: str,
    data: Path | None,
    without: list[str] | None,
    seed: int | None = None,
    keep: bool = True,
) -> Study:
    """Open a study as the options ask for it; answers of earlier runs are given again."""
    from midstream import study as studies

    gc.set_threshold(COLLECT_EVERY)
    without_licences = frozenset(without or ())
    return studies.load(study, data=data, without_licences=without_licences, seed=seed, keep=keep)


def on_study(command: Callable[..., tuple[Any, Table]]) -> Callable[..., None]:
    """Make a command of a function of a study.

    The function takes the opened study first, then its own options, and gives an answer with the
    function that lays it out as text. The options that every command on a study takes are added.
    """

    def run(
        as_json: Json = False,
        study: StudyName = DEFAULT_STUDY,
        seed: Seed = None,
        data: Data = None,
        without_licence: Without = None,
        **own: Any,
    ) -> None:
        answer, text = command(open_study(study, data, without_licence, seed), **own)
        emit(answer, as_json, text)

    def parameters(function: Callable[..., Any]) -> list[Parameter]:
        return list(signature(function, eval_str=True).parameters.values())

    own, common = parameters(command)[1:], parameters(run)[:-1]
    # Typer reads the options of a command from its signature.
    made: Any = run
    made.__signature__ = Signature([*own, *common])
    made.__annotations__ = {one.name: one.annotation for one in (*own, *common)}
    made.__doc__ = command.__doc__
    return run


def emit(answer: Any, as_json: bool, table: Table) -> None:
    """Print an answer as JSON, its warnings on standard error as well, or as a table."""
    if as_json:
        sys.stderr.writelines(f"Warning: {warning}\n" for warning in answer["warnings"])
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        sys.stdout.write(table(answer) + "\n")


@contextmanager
def progress_bar(words: str) -> Iterator[Callable[..., None]]:
    """A progress bar on standard error for people; nothing where output is piped."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=1.0)
        yield lambda share, what=words: bar.update(task, completed=share, description=what)


def _silent(_share: float, _what: str = "") -> None:
    """No progress is shown where nobody watches."""
