"""Answers as the public interface gives them: one envelope around one result.

The command line prints these, Python and REST return them: one implementation serves all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from midstream import __version__
from midstream.errors import InputError
from midstream.evidence import Evidence, Finding
from midstream.evidence.checks import counts
from midstream.evidence.query import show
from midstream.report.compare import diff
from midstream.report.manifest import hint, read_manifest, verify
from midstream.study import Progress, Study, shipped
from midstream.study.tracing import work_out

if TYPE_CHECKING:
    from midstream.report.edition import Edition
    from midstream.shock.instruments import ShockRequest

#: Parameters of the peak form, its rivals and the engine, which the backtest reads.
BACKTEST = ("shock.peak.", "shock.rule.", "shock.engine.", "shock.unknown.")


class Envelope(TypedDict):
    """What every command gives back with ``--json``."""

    command: str
    study: str | None
    data_release: str
    version: str
    assumptions: list[str]
    warnings: list[str]
    result: Any


def envelope(
    command: str,
    evidence: Evidence,
    result: Any,
    study: str | None = None,
    assumptions: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> Envelope:
    """Wrap a result."""
    return {
        "command": command,
        "study": study,
        "data_release": evidence.release.id,
        "version": __version__,
        "assumptions": list(assumptions),
        "warnings": list(warnings),
        "result": result,
    }


def findings_answer(evidence: Evidence, findings: Sequence[Finding]) -> Envelope:
    """Wrap findings that have been made already."""
    result = {"findings": [f.to_dict() for f in findings], "counts": counts(findings)}
    return envelope("evidence check", evidence, result)


def evidence_show(evidence: Evidence, **filters: str | None) -> Envelope:
    """Facts that match the filters, each with its observations and agreement."""
    return envelope("evidence show", evidence, show(evidence, **filters))


def evidence_trace(study: Study, lineage: str, progress: Progress | None = None) -> Envelope:
    """Tree under a lineage id; what the id names is worked out first."""
    work_out(study, lineage, progress)
    tree = study.ledger.trace(lineage)
    return envelope("evidence trace", study.evidence, tree, study.config.id)


def score_answer(
    study: Study,
    countries: Sequence[str] | None = None,
    sectors: Sequence[str] | None = None,
    horizon: int | None = None,
    progress: Progress | None = None,
) -> Envelope:
    """Scores of some countries and sectors."""
    card = study.scorecard(countries, sectors, horizon, progress=progress)
    open_cells = sum(cell.score.missing for cell in card.cells)
    warnings = [f"{open_cells} of {len(card.cells)} cells have no evidence"] if open_cells else []
    result = [cell.to_dict() for cell in card.cells]
    return envelope("score", study.evidence, result, study.config.id, card.assumptions, warnings)


def concentration_answer(study: Study, material: str | None = None) -> Envelope:
    """Concentration by form; with a material also by year."""
    found = study.concentration(material)
    result = [one.to_dict() for one in found]
    return of_study("dependency concentration", study, result)


def leverage_answer(study: Study, chain: str, holder: str | None = None) -> Envelope:
    """Leverage of the holders of a chain, a row a holder and step with the cut it meets."""
    found = study.leverage(chain, holder).to_dict()
    warnings = [f"no evidence on {form}" for form in found["missing"]]
    warnings += [f"no capacity on record: {plant}" for plant in found["unsized"]]
    return of_study("dependency leverage", study, found["rows"], warnings)


def shared_answer(study: Study) -> Envelope:
    """What the sectors need in common."""
    return of_study("dependency shared", study, study.shared().to_dict())


def thesis_answer(study: Study, holder: str | None = None) -> Envelope:
    """Whether a holder's leverage sits in the middle two stages.

    Raises:
        InputError: if the study names no incumbent and no holder is given.
    """
    found = study.thesis(holder)
    if found is None:
        raise InputError(
            "nobody to test",
            where="--holder",
            why=f"the study {study.config.id} names no incumbent",
            mend="give a country, such as --holder CHN",
        )
    return of_study("dependency thesis", study, found.to_dict())


def supply_risk_answer(
    study: Study,
    method: str,
    importer: str,
    material: str | None = None,
    year: int | None = None,
    paths: tuple[Path | None, Path | None, Path | None] = (None, None, None),
) -> Envelope:
    """Supply risk of an importer; with three files (production, trade, governance) from these."""
    from midstream.dependency.supply_risk import files_of

    files = files_of(*paths)
    found = study.supply_risk(method, importer, material, year, files=files)
    stated = dict.fromkeys(sentence for one in found for sentence in one.stated)
    return of_study("dependency supply-risk", study, [one.to_dict() for one in found], list(stated))


def shock_answer(
    study: Study,
    request: ShockRequest,
    bom: Path | None = None,
    bom_country: str | None = None,
    progress: Progress | None = None,
    keep: bool = True,
) -> Envelope:
    """Run an export control, with a bill of materials where one is given; kept or not."""
    from midstream.shock.bill_reader import read_bill
    from midstream.shock.bill_run import bill_on_run

    bill = None
    if bom is not None:
        read = read_bill(bom, study.evidence)
        country = bom_country or _buyers(study, request)
        bill = bill_on_run(read, country, study.evidence, study.ledger, request.seed)
    found = study.shock(request, bill=bill, progress=progress, keep=keep)
    assumptions = [one.lineage.removeprefix("par:") for one in found.assumptions]
    return envelope(
        "shock run", study.evidence, found.to_dict(), study.config.id, assumptions, found.notes
    )


def _buyers(study: Study, request: ShockRequest) -> str:
    """Whose buyers a bill belongs to: the focus country if it is cut off, else the first target."""
    named = [target for target in request.targets if target != "WLD"]
    focus = study.config.focus
    return focus if not named or focus in named else named[0]


def backtest_answer(study: Study, episodes: Path | None = None) -> Envelope:
    """Score the shock model and its rivals."""
    rows = study.evidence.table("parameters").rows
    read = [row["id"] for row in rows if row["id"].startswith(BACKTEST) and _assumed(row)]
    found = study.backtest(episodes).to_dict()
    return envelope("shock backtest", study.evidence, found, study.config.id, read)


def of_study(command: str, study: Study, result: Any, warnings: Sequence[str] = ()) -> Envelope:
    """Wrap a result with the assumed parameters its numbers rest on."""
    rows = {f"par:{row['id']}": row for row in study.evidence.table("parameters").rows}
    nodes = study.ledger.reached(_lineages(result))
    assumed = [rows[n.id]["id"] for n in nodes if n.id in rows and _assumed(rows[n.id])]
    return envelope(command, study.evidence, result, study.config.id, assumed, warnings)


def _assumed(row: Mapping[str, Any]) -> bool:
    return bool(row["kind"] == "assumed")


def _lineages(value: Any) -> Iterator[str]:
    """Lineage of every quantity in a result."""
    if isinstance(value, Mapping):
        if isinstance(value.get("lineage"), str):
            yield value["lineage"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _lineages(part)


def verify_answer(folder: Path) -> Envelope:
    """Differences between a folder and its manifest, and how to make the files again."""
    manifest = read_manifest(folder)
    differences = [{**asdict(found), "line": found.line()} for found in verify(folder)]
    result = {"differences": differences, "hint": hint(folder)}
    return _of_edition("verify", manifest, result)


def diff_answer(old: Path, new: Path) -> Envelope:
    """Figures that changed between two editions, with the inputs that moved them."""
    result = [change.to_dict() for change in diff(old, new)]
    return _of_edition("diff", read_manifest(new), result)


def build_answer(study: Study, edition: Edition) -> Envelope:
    """What was built: its folder, its files, the hash of its inputs and that of its manifest."""
    result = {
        "folder": str(edition.folder),
        "files": list(edition.files),
        "edition": edition.hash,
        "manifest": edition.manifest_hash,
    }
    return envelope("build", study.evidence, result, study.config.id)


def studies_answer() -> Envelope:
    """Studies that ship with the package."""
    result = [{"id": name, "title": title} for name, title in shipped().items()]
    return envelope("studies", Evidence.load(check=False), result)


def _of_edition(command: str, manifest: Mapping[str, Any], result: Any) -> Envelope:
    return {
        "command": command,
        "study": str(manifest["study"]),
        "data_release": str(manifest["data_release"]),
        "version": __version__,
        "assumptions": [],
        "warnings": [],
        "result": result,
    }
