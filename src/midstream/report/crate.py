"""Metadata of an edition as an RO-Crate, so that repositories can file it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midstream.report.tables import OWN_LICENCE

if TYPE_CHECKING:
    from midstream.report.manifest import Stamp
    from midstream.study import Study

NAME = "ro-crate-metadata.json"

_TYPES = {
    ".bib": "application/x-bibtex", ".css": "text/css", ".csv": "text/csv", ".html": "text/html",
    ".js": "text/javascript", ".json": "application/json", ".pdf": "application/pdf",
    ".svg": "image/svg+xml", ".txt": "text/plain", ".woff2": "font/woff2",
}  # fmt: skip


def write_crate(folder: Path, study: Study, stamp: Stamp, description: str) -> Path:
    """Write the RO-Crate 1.1 metadata of a folder; every file in it becomes a part.

    Args:
        folder: The edition, complete but for manifest and metadata.
        study: The study.
        stamp: The edition.
        description: One sentence that says what the edition finds.
    """
    names = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    files = [_file(folder, name) for name in names if name not in {NAME, "manifest.json"}]
    graph = [_descriptor(), _root(study, stamp, description, files), _author(), _terms(), *files]
    crate = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    path = folder / NAME
    path.write_text(json.dumps(crate, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def _descriptor() -> dict[str, Any]:
    return {
        "@id": NAME,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }


def _root(
    study: Study, stamp: Stamp, description: str, files: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": study.config.title,
        "description": description,
        "identifier": stamp.hash,
        "version": stamp.number,
        "datePublished": stamp.date,
        "license": {"@id": OWN_LICENCE["path"]},
        "author": {"@id": "#midstream"},
        "hasPart": [{"@id": file["@id"]} for file in files],
    }


def _author() -> dict[str, Any]:
    return {"@id": "#midstream", "@type": "Organization", "name": "The midstream contributors"}


def _terms() -> dict[str, Any]:
    return {"@id": OWN_LICENCE["path"], "@type": "CreativeWork", "name": OWN_LICENCE["title"]}


def _file(folder: Path, name: str) -> dict[str, Any]:
    path = folder / name
    return {
        "@id": name,
        "@type": "File",
        "name": path.name,
        "contentSize": str(path.stat().st_size),
        "encodingFormat": _TYPES.get(path.suffix, "application/octet-stream"),
    }
