"""The typst run: a private folder, one fixed date, the vendored fonts and no others."""

from __future__ import annotations

import datetime
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typst

from midstream.errors import ModelError
from midstream.report.theme import FONT_FOLDER

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Setting:
    """A document as set: the PDF, its number of pages, and where each page of ours begins."""

    data: bytes
    pages: int
    starts: Mapping[str, int]


def compile_pdf(data: Mapping[str, Any], drawings: Mapping[str, str], date: str) -> Setting:
    """Set a document and give the PDF (tagged, PDF/UA-1).

    typst reads any file below its root, so the run gets a folder of its own that holds only
    the templates, the drawings and the data. Words reach the templates as data, never as code.

    Args:
        data: What the templates read, as plain JSON values.
        drawings: File name -> SVG.
        date: Day of the edition (YYYY-MM-DD), the only date in the file.

    Raises:
        ModelError: if typst refuses the document, with its message.
    """
    with tempfile.TemporaryDirectory(prefix="midstream-pdf-") as folder:
        root = Path(folder)
        for template in sorted(_TEMPLATES.glob("*.typ")):
            (root / template.name).write_bytes(template.read_bytes())
        for name, svg in drawings.items():
            (root / name).write_text(svg, encoding="utf-8")
        (root / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return _run(root, date)


def _run(root: Path, date: str) -> Setting:
    day = datetime.datetime.fromisoformat(date).replace(tzinfo=datetime.UTC)
    try:
        compiler = typst.Compiler(
            str(root / "condensed.typ"),
            root=str(root),
            font_paths=[str(FONT_FOLDER)],
            ignore_system_fonts=True,
        )
        pdf = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=day)
        starts = json.loads(compiler.query("<page-start>", field="value"))
        pages = json.loads(compiler.query("<page-count>", field="value", one=True))
    except typst.TypstError as error:
        raise _refused(error) from error
    if not isinstance(pdf, bytes):
        raise ModelError("typst gave no PDF", where="condensed.pdf")
    return Setting(pdf, int(pages), {one["id"]: int(one["page"]) for one in starts})


def _refused(error: typst.TypstError) -> ModelError:
    return ModelError(
        f"the PDF could not be set: {error.message}",
        where="condensed.pdf",
        why="; ".join(error.hints) or error.diagnostic,
        mend="report it with the study file; the other files of the edition are not affected",
    )
