"""Own data: what a file would change, and the folder of a study that stands on it."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from midstream.answers.importing import DRAWS, LISTED, import_answer, template_answer
from midstream.app import address
from midstream.app.brought import RUN
from midstream.app.settings import StudyText
from midstream.app.tasks.desk import LivePen, QuickDesk
from midstream.app.tasks.edition import environment
from midstream.app.worker import Place
from midstream.evidence.exchange import runs
from midstream.evidence.importers import KINDS, Wish
from midstream.evidence.importers.registers import REGISTERS
from midstream.evidence.importers.templates import TEMPLATES
from midstream.report.workbook import template_workbook
from midstream.study import read_config

#: What each kind of file is called, and what to keep in mind.
WORDS: Mapping[str, tuple[str, str]] = {
    "usgs-mcs": (
        "USGS, Mineral Commodity Summaries",
        "The world table of a data release. Values in other units are turned into t or m3.",
    ),
    "baci": (
        "CEPII, BACI",
        "One year of HS17 or HS92, with the publisher's country_codes_V….csv below.",
    ),
    "comtrade": (
        "UN Comtrade",
        "Long CSV or JSON answer; the compact layout needs a year and a list of codes.",
    ),
    "wmd": ("World Mining Data", "Table 6.4: a workbook, or one CSV with a column Mineral."),
    "bgs": ("British Geological Survey", "World Mineral Statistics, the extract of 28 columns."),
    "wgi": ("World Bank, Governance Indicators", "Rows by country, year and indicator."),
    "facilities": ("Plants of your own", "A filled template."),
    "observations": ("Figures of your own", "A filled template; a figure needs a source."),
    "sources": ("Sources of your own", "A filled template."),
    "origins": ("Origins of your own", "A filled template."),
}
#: Kinds whose reader may need a list of country codes.
CODED = ("baci", "comtrade")

Asked = Mapping[str, Any]


def cleared(_place: Place, root: str) -> None:
    """Clear what servers that no longer run left of what readers brought."""
    for folder in Path(root).glob(f"{RUN}*"):
        process = folder.name.removeprefix(RUN)
        if process.isdigit() and not runs(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def choices(_place: Place, _study: StudyText) -> dict[str, Any]:
    """Say which kinds of files there are, and which templates."""
    return {
        "kinds": [
            {"id": one, "name": WORDS[one][0], "note": WORDS[one][1], "coded": one in CODED}
            for one in KINDS
        ],
        "templates": list(TEMPLATES),
        "registers": list(REGISTERS),
    }


def template(place: Place, study: StudyText, name: str, kind: str) -> bytes:
    """Give a template to fill in."""
    made = template_answer(name, place.evidence(study.data))["result"]
    return template_workbook(name, made) if kind == "xlsx" else str(made["text"]).encode()


def look(place: Place, base: StudyText, made: StudyText, wish: Asked) -> str:
    """Say what a file would change; nothing of it is kept.

    Raises:
        InputError: with file, line and column for what is wrong with the file.
    """
    answer = _answer(place, base, made, wish, accept=False, draws=DRAWS)
    _saved(made, wish).write_text(json.dumps(answer["result"]), encoding="utf-8")
    return _written(place, base, answer["result"], made, wish, accepted=False)


def accept(place: Place, base: StudyText, made: StudyText, wish: Asked) -> str:
    """Write the data of a study with a file's rows, in one step, and say what they changed.

    Raises:
        InputError: with file, line and column for what is wrong with the file.
    """
    saved = _saved(made, wish)
    # The scores were compared when the reader looked; they need not be run again.
    known = json.loads(saved.read_text("utf-8")) if saved.is_file() else None
    answer = _answer(place, base, made, wish, accept=True, draws=0 if known else DRAWS)
    result = {**answer["result"], **({"scores": known["scores"]} if known else {})}
    data = Path(made.data)
    _packed(data, place.evidence(base.data).folder.path, data.parent)
    return _written(place, base, result, made, wish, accepted=True)


def _saved(made: StudyText, wish: Asked) -> Path:
    return _beside(wish) / f"{made.id}.json"


def _beside(wish: Asked) -> Path:
    """The folder of a file that was sent: the file has one of its own in it."""
    return Path(wish["path"]).parent.parent


def _answer(
    place: Place, base: StudyText, made: StudyText, wish: Asked, *, accept: bool, draws: int
) -> Mapping[str, Any]:
    work = _beside(wish) / "work"
    work.mkdir(exist_ok=True)
    asked = Wish(
        wish["kind"],
        Path(wish["path"]),
        Path(made.data),
        accept,
        wish["year"],
        Path(wish["codes"]) if wish["codes"] else None,
        work,
    )
    config = read_config(base.text, base.id).model_copy(update={"id": base.id})
    return import_answer(asked, place.evidence(base.data), config, draws, progress=place.tell)


def _packed(data: Path, before: Path, to: Path) -> None:
    """Pack the folder, and of it the files that are not those of the data before."""
    files = sorted(path for path in data.rglob("*") if path.is_file())
    with (
        zipfile.ZipFile(to / "folder.zip", "w", zipfile.ZIP_DEFLATED) as whole,
        zipfile.ZipFile(to / "tables.zip", "w", zipfile.ZIP_DEFLATED) as tables,
    ):
        for path in files:
            name = path.relative_to(data)
            whole.write(path, f"local-data/{name.as_posix()}")
            held = before / name
            if not held.is_file() or held.read_bytes() != path.read_bytes():
                tables.write(path, name.as_posix())


def _written(
    place: Place, base: StudyText, result: Asked, made: StudyText, wish: Asked, *, accepted: bool
) -> str:
    shown = made if accepted else base
    desk = QuickDesk(place.study(shown))
    pen = LivePen(desk, "/import", [])
    evidence = desk.study.evidence
    text = (
        environment()
        .get_template("import_result.html")
        .render(
            pen=pen,
            desk=desk,
            found=result,
            study=shown,
            made=made,
            trace=lambda id: address.trace(id, shown.id),
            rows=evidence.observations_by_id,
            facts=set(evidence.fact_ids),
            plain=_plain,
            accepted=accepted,
            changes=list(_changes(result)),
            scores=[_score(desk, one) for one in result["scores"]],
            listed=LISTED,
            draws=DRAWS,
            command=_command(wish),
        )
    )
    return pen.turned(text)


def _changes(result: Asked) -> Iterator[Mapping[str, Any]]:
    """Changed figures; how a publisher wrote them changes with them and is not told twice."""
    return (one for one in result["changes"] if not one["field"].startswith("original_"))


def _score(desk: QuickDesk, one: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "country": one["country"],
        "where": desk.country(one["country"]),
        "sector": one["sector"],
        "name": desk.sector(one["sector"]),
        "stage": one["stage"],
        "cells": [_cell(one[when]) for when in ("old", "new")],
    }


def _cell(one: Mapping[str, Any]) -> Mapping[str, str]:
    """A score as its chip, its figure and its label."""
    if one["score"] is None:
        return {"kind": "open", "text": "?", "score": "no evidence", "label": ""}
    low, high = one["digits"]
    text = str(low) if low == high else f"{low}\u2013{high}"
    kind = f"d{low}" if low == high else "range"
    return {"kind": kind, "text": text, "score": f"{one['score']:.1f}", "label": one["label"] or ""}


def _plain(text: str) -> str:
    """A cell as a reader sees it: thousands parted, nothing said to be nothing."""
    whole = text.isascii() and text.isdigit() and not text.startswith("0")
    return f"{int(text):,}" if whole else text or "blank"


def _command(wish: Asked) -> str:
    """The command line that does the same."""
    parts = ["midstream import", wish["kind"], f'"{Path(wish["path"]).name}"']
    parts += ["--year", str(wish["year"])] if wish["year"] else []
    parts += ["--codes", f'"{Path(wish["codes"]).name}"'] if wish["codes"] else []
    return " ".join([*parts, "--accept"])
