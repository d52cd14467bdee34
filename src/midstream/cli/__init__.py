"""The command line: parse, call, print. No calculation happens here."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from midstream import __version__
from midstream.cli.capital import capital_app
from midstream.cli.capture import capture_app
from midstream.cli.dependency import dependency_app
from midstream.cli.importing import import_file, template
from midstream.cli.options import (
    DEFAULT_STUDY,
    Data,
    Json,
    Seed,
    StudyName,
    Table,
    Unused,
    Without,
    emit,
    on_study,
    open_study,
    progress_bar,
)
from midstream.cli.outlook import counter, outlook, watch_app
from midstream.cli.peers import match, peers
from midstream.cli.policy import policy_app
from midstream.cli.serve import serve
from midstream.cli.shock import shock_app
from midstream.errors import InputError, MidstreamError, ModelError

app = typer.Typer(
    help="Who holds which step between ore and machine, and what would move it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
evidence_app = typer.Typer(help="What we know, how well, from whom.", no_args_is_help=True)
app.add_typer(evidence_app, name="evidence")
app.add_typer(dependency_app, name="dependency")
app.add_typer(shock_app, name="shock")
app.command("outlook")(outlook)
app.command("serve")(serve)
app.command("counter")(counter)
app.add_typer(watch_app, name="watch")
app.add_typer(capital_app, name="capital")
app.add_typer(policy_app, name="policy")
app.add_typer(capture_app, name="capture")
app.command("import")(import_file)
app.command("template")(template)
app.command("peers")(peers)
app.command("match")(match)


@evidence_app.command("check")
def evidence_check(
    as_json: Json = False,
    data: Data = None,
    without_licence: Without = None,
    _seed: Unused = None,
) -> None:
    """Check every table, key, unit, label and sum of the release."""
    from midstream import answers, tables_text
    from midstream.evidence import Evidence
    from midstream.evidence.reconcile import check_evidence as run

    evidence = Evidence.load(data, without_licences=frozenset(without_licence or ()))
    findings = run(evidence)
    answer = answers.findings_answer(evidence, findings)
    emit(answer, as_json, tables_text.findings)
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


@evidence_app.command("show")
def evidence_show(
    metric: Annotated[str | None, typer.Option(help="Metric id.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO-3 code, WLD for the world.")] = None,
    material: Annotated[str | None, typer.Option(help="Material id.")] = None,
    form: Annotated[str | None, typer.Option(help="Form id.")] = None,
    stage: Annotated[str | None, typer.Option(help="C1, C2, C3 or C4.")] = None,
    period: Annotated[str | None, typer.Option(help="Year or month.")] = None,
    as_json: Json = False,
    data: Data = None,
    without_licence: Without = None,
    _seed: Unused = None,
) -> None:
    """Show the facts of some keys with every source behind them."""
    from midstream import answers, tables_text
    from midstream.evidence import Evidence

    filters = {
        "metric": metric,
        "country": country,
        "material": material,
        "form": form,
        "stage": stage,
        "period": period,
    }
    evidence = Evidence.load(
        data, without_licences=frozenset(without_licence or ()), check=data is not None
    )
    emit(answers.evidence_show(evidence, **filters), as_json, tables_text.facts)


Lineage = Annotated[str, typer.Argument(help="The lineage field of a quantity.")]
Countries = Annotated[list[str] | None, typer.Argument(help="ISO-3 codes; all by default.")]
Sectors = Annotated[list[str] | None, typer.Option(help="Sector; may be repeated.")]
Horizon = Annotated[int | None, typer.Option(help="Year of the trajectory.")]


@evidence_app.command("trace")
@on_study
def evidence_trace(opened: Any, lineage: Lineage) -> tuple[Any, Table]:
    """Open one number: formula, inputs, sources."""
    from midstream import answers, tables_text

    with progress_bar("working it out") as progress:
        return answers.evidence_trace(opened, lineage, progress), tables_text.tree


@app.command("score")
@on_study
def score(
    opened: Any, countries: Countries = None, sector: Sectors = None, horizon: Horizon = None
) -> tuple[Any, Table]:
    """Score countries from 1 to 5 at C1 to C4, sector by sector."""
    from midstream import answers, tables_text

    with progress_bar("scoring") as progress:
        answer = answers.score_answer(opened, countries, sector, horizon, progress)
        return answer, tables_text.scores


@app.command("studies")
def studies_list(as_json: Json = False) -> None:
    """List the studies that ship with the package."""
    from midstream import answers, tables_text

    emit(answers.studies_answer(), as_json, tables_text.studies)


@app.command("build")
def build(
    study: Annotated[str, typer.Argument(help="A shipped study or a study file.")] = DEFAULT_STUDY,
    out: Annotated[Path | None, typer.Option(help="Folder; build/STUDY by default.")] = None,
    only: Annotated[str | None, typer.Option(help="Parts, joined by commas.")] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, max=2, help="Processes; 2 where there are two cores.")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Work everything out, whatever earlier runs kept.")
    ] = False,
    as_json: Json = False,
    seed: Seed = None,
    data: Data = None,
    without_licence: Without = None,
) -> None:
    """Build an edition: site, condensed PDF, tables, manifest."""
    from midstream import answers, tables_text
    from midstream.report.edition import build as make

    again = partial(open_study, study, data, without_licence, seed, keep=not fresh)
    opened = again()
    two = (processes or os.cpu_count() or 1) > 1
    parts = frozenset(part.strip() for part in only.split(",")) if only else None
    folder = out or Path("build") / opened.config.id
    with progress_bar("building") as progress:
        edition = make(
            opened, folder, parts, lambda what, share: progress(share, what), again if two else None
        )
    emit(answers.build_answer(opened, edition), as_json, tables_text.built)
    typer.echo(f"{len(edition.files)} files, edition {edition.hash}", err=True)


@app.command("bench")
def bench(
    name: Annotated[str | None, typer.Argument(help="What to time; everything by default.")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="How often each is timed.")] = 3,
    listed: Annotated[
        bool, typer.Option("--list", help="Name what can be timed, and stop.")
    ] = False,
    as_json: Json = False,
    study: StudyName = DEFAULT_STUDY,
    seed: Seed = None,
    data: Data = None,
    without_licence: Without = None,
) -> None:
    """Time what a reader waits for, as ratios to one yardstick in the same run."""
    from midstream import tables_text
    from midstream.answers.bench import bench_answer, names

    if listed:
        typer.echo(tables_text.table(("name", "what"), list(names().items())))
        return
    opens = partial(open_study, study, data, without_licence, seed, keep=False)
    with progress_bar("timing") as progress:
        answer = bench_answer(opens, name, repeats, progress)
    emit(answer, as_json, tables_text.timed)


@app.command("verify")
def verify(
    folder: Annotated[Path, typer.Argument(help="Folder of an edition.")],
    as_json: Json = False,
) -> None:
    """Recompute the manifest of an edition; exit 1 and name the files that differ."""
    from midstream import answers, tables_text

    answer = answers.verify_answer(folder)
    emit(answer, as_json, tables_text.differences)
    if answer["result"]["differences"]:
        raise typer.Exit(1)


@app.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="Folder of the older edition.")],
    new: Annotated[Path, typer.Argument(help="Folder of the newer edition.")],
    as_json: Json = False,
) -> None:
    """Show the figures that changed between two editions, with causes."""
    from midstream import answers, tables_text

    emit(answers.diff_answer(old, new), as_json, tables_text.changes)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Print the version and stop, if asked."""
    if version:
        typer.echo(f"midstream {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; errors of the program are sentences, not tracebacks."""
    try:
        app()
    except InputError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except (ModelError, MidstreamError) as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("Stopped. Nothing was overwritten.", err=True)
        sys.exit(130)
