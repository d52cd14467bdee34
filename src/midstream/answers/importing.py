"""Answers about imports: what a file would change, before anything of it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from midstream.answers import Envelope, envelope
from midstream.evidence import Evidence
from midstream.evidence.importers import Change, Prepared, Wish, prepared
from midstream.evidence.importers.templates import filled, template_columns, template_text
from midstream.study import Progress, Study, StudyConfig, load, open_on

#: Draws of the two scorecards that are compared, where nothing else is asked for.
DRAWS = 200
#: Labels, conflicts and scores that are listed; the others are counted.
LISTED = 40


def import_answer(
    wish: Wish,
    base: Evidence,
    study: str | StudyConfig = "india-us",
    draws: int = DRAWS,
    seed: int | None = None,
    progress: Progress | None = None,
) -> Envelope:
    """Read a file, say what it would change, and keep it if that was asked for.

    Args:
        wish: What is to be imported.
        base: The release, where the local data folder does not exist yet.
        study: Study whose focus country and partners are scored before and after: the name of one
            that ships, or one that has been read.
        draws: Draws of these scores; 0 leaves them out.
        seed: Seed of the draws in place of the study's.
        progress: Told the share of work done.

    Raises:
        InputError: with ``file:line:column`` for the first thing that is wrong; nothing is
            written then.
    """
    tell = progress or (lambda _share: None)
    with prepared(wish, base) as found:
        tell(0.3)
        labels, conflicts = _facts(found)
        scores = _scores(found, study, draws, seed, tell) if draws else []
        result = {
            "kind": wish.kind,
            "file": found.batch.file,
            "rows": found.batch.rows,
            "left_out": dict(found.batch.left_out),
            "added": found.merged.added,
            "changed": found.merged.changed,
            "unchanged": found.merged.unchanged,
            "removed": found.merged.removed,
            "changes": [_change(found, one) for one in found.merged.named],
            "conflicts": len(conflicts) + found.merged.rivals,
            "conflicting": [
                *conflicts[:LISTED],
                *(_rival(asdict(one)) for one in found.merged.rival_rows),
            ],
            "labels": labels,
            "scores": scores,
            "data_release": found.after.release.id,
            "written": str(found.accept()) if wish.accept else None,
        }
        tell(1.0)
        name = study if isinstance(study, str) else study.id
        return envelope("import", found.before, result, name, (), _warnings(found))


def _warnings(found: Prepared) -> list[str]:
    warnings = [f"left out: {reason} ({count:,})" for reason, count in found.batch.left_out.items()]
    if not found.wish.accept:
        warnings.append("nothing was written; accept it with --accept")
    return warnings


def _change(found: Prepared, change: Change) -> dict[str, object]:
    row = found.after.observations_by_id.get(change.id)
    what = change.id if row is None else found.after.describe(row)
    return {**asdict(change), "what": what}


def _rival(change: Mapping[str, str]) -> dict[str, object]:
    says = {change["field"]: change["old"], "import": change["new"]}
    return {"id": change["id"], "what": change["table"], "says": says}


def _facts(found: Prepared) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Labels that change, and facts of the import about which origins differ."""
    touched = set(found.merged.observations)
    if not touched:
        return [], []
    before, after = found.before, found.after
    held = set(before.fact_ids)
    labels: list[dict[str, object]] = []
    conflicts: list[dict[str, object]] = []
    for fact in after.facts():
        mine = any(row.id in touched for row in fact.observations)
        lineage = fact.quantity.lineage
        old = before.fact_by_id(lineage).quantity.label if lineage in held else None
        words = after.describe(fact.observations[0])
        if old is not None and old != fact.quantity.label:
            labels.append({"id": lineage, "what": words, "old": old, "new": fact.quantity.label})
        if mine and (fact.agreement == "conflict" or fact.disputed):
            says = {one.origin: one.value for one in fact.origins}
            conflicts.append({"id": lineage, "what": words, "says": says})
    return labels, conflicts


def _scores(
    found: Prepared, study: str | StudyConfig, draws: int, seed: int | None, tell: Progress
) -> list[dict[str, object]]:
    """Cells of the study's focus country and partners whose integer or label changes."""
    cells = []
    for share, evidence in ((0.6, found.before), (0.95, found.after)):
        opened = _opened(study, evidence, seed)
        countries = [opened.config.focus, *opened.config.partners]
        card = opened.scorecard(list(dict.fromkeys(countries)), draws=draws)
        cells.append({(one.country, one.sector, one.stage): one for one in card.cells})
        tell(share)
    before, after = cells
    pairs = ((place, before[place], after[place]) for place in before)
    return [
        {
            "country": country,
            "sector": sector,
            "stage": stage,
            "old": {"score": old.score.value, "digits": _digits(old), "label": old.score.label},
            "new": {"score": new.score.value, "digits": _digits(new), "label": new.score.label},
        }
        for (country, sector, stage), old, new in pairs
        if _shown(old) != _shown(new)
    ]


def _opened(study: str | StudyConfig, evidence: Evidence, seed: int | None) -> Study:
    if isinstance(study, str):
        return load(study, evidence=evidence, seed=seed)
    return open_on(study, evidence, study.id)


def _digits(cell: Any) -> list[int] | None:
    return None if cell.score.value is None else [cell.digit_low, cell.digit_high]


def _shown(cell: Any) -> tuple[object, ...]:
    """What a reader sees of a cell: integers, score to one digit, label."""
    value = cell.score.value
    return _digits(cell), None if value is None else round(value, 1), cell.score.label


def template_answer(name: str, evidence: Evidence, of: Path | None = None) -> Envelope:
    """A template with its columns; filled with the rows a local data folder adds, if one is named.

    Raises:
        InputError: if there is no such template.
    """
    rows: Sequence[Mapping[str, str]] = ()
    if of is not None:
        rows = filled(name, Evidence.load(of), evidence)
    result = {
        "template": name,
        "columns": template_columns(name, evidence),
        "rows": len(rows),
        "text": template_text(name, evidence, rows),
    }
    return envelope("template", evidence, result)
