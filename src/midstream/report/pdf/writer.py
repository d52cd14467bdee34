"""From sentences to what the templates read; every number enters the register on the way."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from midstream.evidence.quantity import Label, worst_label
from midstream.report.figures import Cell, Figure
from midstream.report.numbers import Register, Sentence, Shown
from midstream.report.theme import PRINT

#: What the templates read: strings, numbers, lists and dictionaries.
Json = dict[str, Any]

#: Texts of a drawing that are structure: ticks of its axes, codes, years.
_STRUCTURE = re.compile(r'data-structure="">([^<]*)<')

_HARD_SPACE = "\u00a0"


@dataclass(slots=True)
class Writer:
    """Writes one page.

    Attributes:
        register: Numbers shown, with the page they stand on.
        structure: Words whose digits are names (ids, dates, codes), with their page.
        page: Id of the page.
        drawings: File name -> SVG of the figures used.
    """

    register: Register
    structure: list[tuple[str, str]]
    page: str = ""
    drawings: dict[str, str] = field(default_factory=dict)

    def parts(self, sentence: Sentence | str) -> list[Any]:
        """Give a sentence as a list of strings and numbers."""
        if isinstance(sentence, str):
            return [sentence]
        return [part if isinstance(part, str) else self.number(part) for part in sentence.parts]

    def number(self, shown: Shown) -> Json:
        """Give a shown number: digits that stay on one line, and the unit."""
        self.register.add(shown, self.page)
        text, unit = shown.text, shown.unit
        if unit.startswith("%"):
            text, unit = f"{text}%", unit[1:].strip()
        return {"n": text.replace(" ", _HARD_SPACE), "u": unit}

    def text(self, shown: Shown) -> str:
        """Give a shown number as bare text."""
        self.register.add(shown, self.page)
        return shown.plain

    def named(self, text: str) -> str:
        """Give words whose digits are names, and note them as structure."""
        self.structure.append((self.page, text))
        return text

    def fact(self, sentence: Sentence) -> Json:
        """Give a sentence with the weakest label of its numbers."""
        return {"text": self.parts(sentence), "label": sentence_label(sentence)}

    def cell(self, cell: Cell) -> Json:
        """Give one cell of a strip."""
        self.register.add(cell.shown, self.page)
        settled = cell.digit is not None
        return {"text": cell.text, "level": cell.digit if settled else None}

    def figure(self, figure: Figure, number: str, width: int) -> Json:
        """Give a figure block; its numbers are registered, its drawing is kept."""
        name = f"{figure.id}.svg"
        self.drawings[name] = figure.svg(PRINT, width=width)
        for shown in figure.numbers:
            self.register.add(shown, self.page)
        for text in _STRUCTURE.findall(self.drawings[name]):
            self.named(html.unescape(text))
        return {
            "kind": "figure",
            "path": name,
            "alt": figure.alt,
            "number": number,
            "title": self.parts(figure.title),
            "subtitle": self.parts(figure.subtitle),
            "source": self.parts(figure.source_line),
        }


def sentence_label(sentence: Sentence) -> Label | None:
    """The weakest label of the numbers of a sentence; ``None`` where it has none."""
    return worst_label(part.quantity.label for part in sentence.parts if isinstance(part, Shown))


def words(text: str, label: Label | None = None, face: str = "sans") -> Json:
    """A table cell of plain words."""
    return {"kind": "text", "text": [text], "label": label, "face": face}


def table(
    columns: Sequence[tuple[str, float]],
    rows: Sequence[Sequence[Json]],
    source: list[Any] | None = None,
    size: float = 8.6,
    inset: float = 4.5,
) -> Json:
    """A table block.

    Args:
        columns: Heads with their share of the width; 0 fits the content.
        rows: Cells as the templates read them.
        source: Line under the table.
        size: Type size in points.
        inset: Space above and below a cell in points.
    """
    return {
        "kind": "table",
        "columns": [{"head": head, "width": width, "align": "left"} for head, width in columns],
        "rows": [list(row) for row in rows],
        "source": source,
        "size": size,
        "inset": inset,
    }
