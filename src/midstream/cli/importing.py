"""Commands that bring own files in: imports and templates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from midstream.cli.options import DEFAULT_STUDY, Data, Json, Seed, StudyName, emit, progress_bar
from midstream.errors import InputError

Kind = Annotated[
    str,
    typer.Argument(
        help="usgs-mcs, baci, comtrade, wmd, bgs, wgi, facilities, observations, sources, origins."
    ),
]
File = Annotated[Path, typer.Argument(help="The publisher's own file, or a filled template.")]
To = Annotated[Path, typer.Option(help="Local data folder; made from the release if missing.")]
Accept = Annotated[bool, typer.Option("--accept", help="Write the result to the folder.")]
Year = Annotated[int | None, typer.Option(help="Only this year.")]
Codes = Annotated[Path | None, typer.Option(help="List of country codes of the publisher.")]
Draws = Annotated[int, typer.Option(min=0, help="Draws of the compared scores; 0 for none.")]
Name = Annotated[str, typer.Argument(help="facilities, observations, sources, origins or bill.")]
Out = Annotated[Path | None, typer.Option(help="File to write; .xlsx for a workbook.")]
Filled = Annotated[Path | None, typer.Option(help="Local data folder whose own rows to fill in.")]


def import_file(
    kind: Kind,
    path: File,
    to: To = Path("local-data"),
    accept: Accept = False,
    year: Year = None,
    codes: Codes = None,
    draws: Draws = 200,
    as_json: Json = False,
    study: StudyName = DEFAULT_STUDY,
    seed: Seed = None,
    data: Data = None,
) -> None:
    """Show what a file would change in the evidence; keep it with --accept."""
    from midstream.answers import importing
    from midstream.evidence import Evidence
    from midstream.evidence.importers import Wish
    from midstream.tables_text import importing as text

    wish = Wish(kind, path, to, accept, year, codes)
    base = Evidence.load(data, check=data is not None)
    with progress_bar("importing") as progress:
        answer = importing.import_answer(wish, base, study, draws, seed, progress)
    emit(answer, as_json, text.imported)


def template(
    name: Name,
    out: Out = None,
    filled: Filled = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Print a template to fill in, or the rows of your own in its shape."""
    from midstream.answers import importing
    from midstream.evidence import Evidence
    from midstream.tables_text import importing as text

    base = Evidence.load(data, check=data is not None)
    answer = importing.template_answer(name, base, filled)
    if out is None:
        emit(answer, as_json, text.template)
        return
    try:
        if out.suffix.casefold() == ".xlsx":
            from midstream.report.workbook import template_workbook

            out.write_bytes(template_workbook(name, answer["result"]))
        else:
            out.write_text(answer["result"]["text"], encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"the file cannot be written ({error.strerror})",
            where=str(out),
            why="the template goes there",
            mend="name another file with --out",
        ) from None
    typer.echo(str(out))
