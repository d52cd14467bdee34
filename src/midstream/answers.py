"""Answers as the public interface gives them: one envelope around one result.

The command line prints these, Python and REST return them: one implementation serves all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypedDict

from midstream import __version__
from midstream.evidence import Evidence, Finding
from midstream.evidence.checks import counts
from midstream.evidence.query import show
from midstream.evidence.reconcile import check_evidence
from midstream.report.compare import diff
from midstream.report.manifest import hint, read_manifest, verify
from midstream.study import Progress, Study


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


def evidence_check(evidence: Evidence) -> Envelope:
    """Findings of all checks with their counts."""
    return findings_answer(evidence, check_evidence(evidence))


def findings_answer(evidence: Evidence, findings: Sequence[Finding]) -> Envelope:
    """Wrap findings that have been made already."""
    result = {"findings": [f.to_dict() for f in findings], "counts": counts(findings)}
    return envelope("evidence check", evidence, result)


def evidence_show(evidence: Evidence, **filters: str | None) -> Envelope:
    """Facts that match the filters, each with its observations and agreement."""
    return envelope("evidence show", evidence, show(evidence, **filters))


def evidence_trace(study: Study, lineage: str, progress: Progress | None = None) -> Envelope:
    """Tree under a lineage id: evidence first, else the results of the study."""
    if lineage not in study.ledger:
        study.holders()
    if lineage.startswith("f:balance"):
        _ = study.balances
    if lineage not in study.ledger and lineage.startswith("f:score"):
        named = [part for part in lineage.split("/") if part in study.config.countries]
        study.scorecard(named or None, progress=progress)
    tree = study.ledger.trace(lineage)
    return envelope("evidence trace", study.evidence, tree, study.config.id)


def score_answer(
    study: Study,
    countries: Sequence[str] | None = None,
    sectors: Sequence[str] | None = None,
    horizon: int | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
) -> Envelope:
    """Scores of some countries and sectors."""
    card = study.scorecard(countries, sectors, horizon, seed=seed, progress=progress)
    open_cells = sum(cell.score.missing for cell in card.cells)
    warnings = [f"{open_cells} of {len(card.cells)} cells have no evidence"] if open_cells else []
    result = [cell.to_dict() for cell in card.cells]
    return envelope("score", study.evidence, result, study.config.id, card.assumptions, warnings)


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
