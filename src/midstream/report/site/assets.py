"""Files the pages share: style sheets, scripts, typefaces, the fact list and the find index."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from midstream.evidence.labels import Fact
from midstream.report.marks import wordmark_svg
from midstream.report.numbers import show
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page
from midstream.report.theme import DARK, FONT_FOLDER, LIGHT, css_properties

_STATIC = Path(__file__).parent / "static"
_FACES = ("SourceSerif4.woff2", "IBMPlexSans.woff2", "IBMPlexMono-Regular.woff2")
_LICENCES = ("OFL-SourceSerif4.txt", "OFL-IBMPlexSans.txt", "OFL-IBMPlexMono.txt")


def theme_css() -> str:
    """Write the colours of both appearances, and those a forced palette asks for."""
    light, dark = css_properties(LIGHT), css_properties(DARK)
    canvas = "".join(f"--{name}:{_forced(name)};" for name, _ in LIGHT.tokens())
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media (prefers-color-scheme: dark){{:root:not([data-theme=light])"
        f"{{color-scheme:dark;{dark}}}}}\n"
        f":root[data-theme=dark]{{color-scheme:dark;{dark}}}\n"
        f"@media (forced-colors: active){{:root:root{{{canvas}}}}}\n"
    )


def _forced(name: str) -> str:
    if name in {"link"}:
        return "LinkText"
    hollow = name.startswith(("paper", "fill", "band", "panel", "rest", "ongrey"))
    return "Canvas" if hollow else "CanvasText"


def write_assets(folder: Path) -> list[Path]:
    """Copy style sheets, scripts and typefaces; gives the paths written."""
    static = folder / "static"
    static.mkdir(parents=True, exist_ok=True)
    fonts = [FONT_FOLDER / name for name in (*_FACES, *_LICENCES)]
    sources = [*sorted(_STATIC.iterdir()), *fonts]
    written = [Path(shutil.copyfile(source, static / source.name)) for source in sources]
    written.append(_write(static / "theme.css", theme_css()))
    written.append(_write(static / "icon.svg", wordmark_svg(LIGHT, word=False)))
    return written


def facts_script(desk: Desk) -> str:
    """Write the list of facts of the evidence page."""
    columns = ("metric", "country", "material", "form")
    names = {column: _names(desk, column) for column in columns}
    used: dict[str, dict[str, str]] = {column: {} for column in columns}
    rows = []
    for fact in desk.study.evidence.facts():
        for column in columns:
            word = fact.key[column]
            if word:
                used[column][word] = names[column].get(word) or _spelled(word)
        rows.append(_fact_row(fact, names["country"]))
    return f"window.midstreamFacts = {_json({'names': used, 'facts': rows})};\n"


def _fact_row(fact: Fact, countries: Mapping[str, str]) -> list[str]:
    key, quantity = fact.key, fact.quantity
    partner = str(key["partner"] or "")
    more = [countries.get(partner, partner)]
    more += [str(key[name] or "") for name in ("entity", "per_unit", "basis")]
    more += [] if key["kind_group"] == "observed" else [str(key["kind_group"])]
    place = [str(key[c] or "") for c in ("metric", "country", "material", "form", "stage")]
    shown = show(quantity).plain
    words = " · ".join(part for part in more if part)
    return [quantity.lineage, *place, str(key["period"] or ""), shown, quantity.label or "", words]


def _names(desk: Desk, column: str) -> dict[str, str]:
    """Names of a column's words, without the remark in brackets some carry."""
    vocabulary = desk.study.evidence.vocabulary(column) or {}
    return {word: name.split(" (")[0] for word, name in vocabulary.items()}


def _spelled(word: str) -> str:
    return word.replace("-", " ").replace("_", " ")


def find_script(desk: Desk, pages: Sequence[Page]) -> str:
    """Write the index of the find box: name, kind, address, more words."""
    rows: list[list[str]] = [
        [page.title, "page", page.path] for page in pages if "/" not in page.path
    ]
    rows = [row for row in rows if row[2] != "number.html"]
    rows += [[desk.country(c), "country", f"country/{c}.html", c] for c in desk.countries]
    rows += [[desk.sector(s), "sector", f"sector/{s}.html"] for s in desk.sectors]
    kinds = {"form": "product", "material": "material", "metric": "measure"}
    keys = [fact.key for fact in desk.study.evidence.facts()]
    for column, kind in kinds.items():
        names = _names(desk, column)
        held = {str(key[column]) for key in keys if key[column]}
        rows += [
            [names.get(word) or word, kind, f"evidence.html#{column}={word}", word]
            for word in sorted(held)
        ]
    rows += [
        [str(row["name"]), "assumption", f"assumptions.html#{row['id']}"]
        for row in desk.rows("parameters")
    ]
    return f"window.midstreamFind = {_json(rows)};\n"


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("</", "<\\/")


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
