"""The bibliography: which sources the numbers rest on, in three layers, as text, BibTeX and CSL."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from midstream.evidence.lineage import Ledger, Node

#: Layer -> name and what belongs to it.
LAYERS: Mapping[str, tuple[str, str]] = {
    "1": ("Primary", "first to publish the figure: statistics, law, filings"),
    "2": ("Secondary", "reputable carriers: press, analysts"),
    "3": ("Tertiary", "aggregators and digests: leads only, never proof"),
}

_CSL_TYPES = {
    "peer-reviewed": "article-journal",
    "working-paper": "report",
    "press": "article-newspaper",
    "statistics": "dataset",
    "official": "report",
    "thinktank": "report",
    "analyst": "report",
    "filing": "report",
}
_CARRIERS = {"article": "journal", "techreport": "institution"}
_BIBTEX_TYPES = {"article-journal": "article", "report": "techreport"}

#: Characters BibTeX reads as commands.
_BIBTEX_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$",
    "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One source as it is printed.

    Attributes:
        id: Id in the source register.
        layer: ``1`` primary, ``2`` secondary, ``3`` tertiary.
        publisher, title, date, url, licence, kind: As registered; empty where unknown.
        uses: How many numbers of the edition rest on it.
        lineages: The lineage ids of those numbers.
    """

    id: str
    layer: str
    publisher: str
    title: str
    date: str
    url: str
    licence: str
    kind: str
    uses: int
    lineages: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        """Publisher, title, date, id."""
        head = ". ".join(part for part in (self.publisher, self.title, self.date) if part)
        return f"{head}. {self.id}"


def sources_below(ledger: Ledger, lineage: str, known: dict[str, frozenset[str]]) -> frozenset[str]:
    """Ids of all sources a lineage rests on; `known` keeps what was already walked."""
    if lineage in known:
        return known[lineage]
    known[lineage] = frozenset()  # a cycle, which no ledger should hold, ends here
    node = ledger.get(lineage)
    if node is not None:
        below = {
            known[one] if one in known else sources_below(ledger, one, known) for one in node.inputs
        }
        named = frozenset(_named(node)) if node.source else frozenset()
        # Most nodes name no source and rest on what one other rests on: that set is passed on.
        known[lineage] = named.union(*below) if named or len(below) != 1 else below.pop()
    return known[lineage]


def _named(node: Node) -> list[str]:
    return [part.strip() for part in (node.source or "").split(";") if part.strip()]


def entries(
    sources: Iterable[Mapping[str, Any]], ledger: Ledger, lineages: Iterable[str]
) -> tuple[Entry, ...]:
    """List the sources under some numbers: by layer, then most used, then id.

    Args:
        sources: Rows of the source register.
        ledger: Where the lineages resolve.
        lineages: Lineage ids of the numbers shown, each counted once.
    """
    known: dict[str, frozenset[str]] = {}
    where: defaultdict[str, list[str]] = defaultdict(list)
    for lineage in dict.fromkeys(lineages):
        for source in sources_below(ledger, lineage, known):
            where[source].append(lineage)
    found = [
        _entry(row, tuple(where[str(row["id"])])) for row in sources if str(row["id"]) in where
    ]
    return tuple(sorted(found, key=lambda entry: (entry.layer, -entry.uses, entry.id)))


def licences(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Attribution that goes with a source, by source id, from the licence register."""
    return {
        str(source): str(row["attribution"])
        for row in rows
        if row["attribution"]
        for source in row["sources"] or ()
    }


def _entry(row: Mapping[str, Any], lineages: tuple[str, ...]) -> Entry:
    def text(field: str) -> str:
        return str(row[field]) if row.get(field) not in (None, "") else ""

    return Entry(
        id=text("id"),
        layer=text("layer"),
        publisher=text("publisher"),
        title=text("title"),
        date=text("date"),
        url=text("url"),
        licence=text("licence"),
        kind=text("kind"),
        uses=len(lineages),
        lineages=lineages,
    )


def by_layer(found: Sequence[Entry]) -> dict[str, tuple[Entry, ...]]:
    """Group entries by layer, primary first; a layer without entries is left out."""
    groups = {layer: tuple(one for one in found if one.layer == layer) for layer in LAYERS}
    return {layer: group for layer, group in groups.items() if group}


def csl_json(found: Sequence[Entry]) -> str:
    """Give entries as CSL-JSON (institutions as literal names)."""
    return json.dumps([_csl(entry) for entry in found], ensure_ascii=False, indent=1) + "\n"


def _csl(entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id,
        "type": _CSL_TYPES.get(entry.kind, "webpage"),
        "title": entry.title,
        "author": [{"literal": entry.publisher}],
        "publisher": entry.publisher,
        "keyword": LAYERS[entry.layer][0].lower(),
    }
    parts = _date_parts(entry.date)
    if parts:
        item["issued"] = {"date-parts": [parts]}
    elif entry.date:
        item["issued"] = {"literal": entry.date}
    if entry.url:
        item["URL"] = entry.url
    return item


def _date_parts(date: str) -> list[int]:
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", date):
        return []
    return [int(part) for part in date.split("-")]


def bibtex(found: Sequence[Entry]) -> str:
    """Give entries as BibTeX; names of institutions are braced so that they stay whole."""
    return "\n".join(_bibtex(entry) for entry in found)


def _bibtex(entry: Entry) -> str:
    kind = _BIBTEX_TYPES.get(_CSL_TYPES.get(entry.kind, ""), "misc")
    carrier = _CARRIERS.get(kind, "publisher")
    parts = _date_parts(entry.date)
    fields = {
        "author": f"{{{_escaped(entry.publisher)}}}",
        "title": f"{{{_escaped(entry.title)}}}",
        carrier: _escaped(entry.publisher),
        "year": str(parts[0]) if parts else _escaped(entry.date),
        "month": str(parts[1]) if len(parts) > 1 else "",
        "url": entry.url.replace("{", "%7B").replace("}", "%7D"),
        "keywords": LAYERS[entry.layer][0].lower(),
    }
    lines = [f"  {name} = {{{text}}}," for name, text in fields.items() if text]
    return "\n".join([f"@{kind}{{{entry.id},", *lines, "}", ""])


def _escaped(text: str) -> str:
    return "".join(_BIBTEX_ESCAPES.get(letter, letter) for letter in text)
