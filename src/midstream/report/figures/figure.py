"""The figure: a drawing with its finding, its table twin and its source line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from midstream.report.numbers import Sentence, Shown
from midstream.report.svg import Canvas, Type, document, f, wrap
from midstream.report.theme import PRINT, Theme

#: A cell of a table twin: words, a shown number, or a sentence with numbers in it.
TwinCell = str | Shown | Sentence

#: Draws into a canvas in the given width and gives the height used.
Draw = Callable[[Canvas, float], float]

#: Columns a number brings beside its printed text.
_EXTRA = ("value", "low", "high", "unit", "label", "lineage")

_MARGIN = 28
_TITLE = Type(size=22, weight=600, family="serif")
_SUBTITLE = Type(size=13.5, fill="ink2", condensed=False)
_SOURCE = Type(size=12, fill="muted")


@dataclass(frozen=True)
class Figure:
    """A drawing that knows what it shows.

    Attributes:
        id: Short name, used in addresses and file names.
        title: The finding. subtitle: what, unit, place, year.
        alt: Text alternative with the finding and its key values.
        columns, rows: The table twin; cells are words, numbers or sentences.
        source_line: Who, edition, year, basis, label.
        draw: Draws the marks in a given width and gives the height.
        width: Natural width in px.
    """

    id: str
    title: Sentence
    subtitle: Sentence
    alt: str
    columns: tuple[str, ...]
    rows: tuple[tuple[TwinCell, ...], ...]
    source_line: Sentence
    draw: Draw
    width: int = 720

    @property
    def height(self) -> int:
        """Height in px at the natural width, without title and source line."""
        return round(self.draw(Canvas(PRINT), self.width))

    @cached_property
    def numbers(self) -> tuple[Shown, ...]:
        """Every number the drawing shows, in drawing order."""
        canvas = Canvas(PRINT)
        self.draw(canvas, self.width)
        return tuple(canvas.numbers)

    def svg(self, theme: Theme, standalone: bool = False, width: int | None = None) -> str:
        """Give the drawing as SVG.

        Args:
            theme: Colours; `midstream.report.theme.LIVE` follows the page it stands in.
            standalone: Burn in title, subtitle and source line (downloads, README).
            width: Width to lay the figure out in; the natural width if left out.
        """
        wide = width or self.width
        if standalone:
            return self._standalone(theme, wide)
        canvas = Canvas(theme)
        height = self.draw(canvas, wide)
        return document(canvas, wide, height, self.alt)

    def _standalone(self, theme: Theme, wide: int) -> str:
        inner = Canvas(theme)
        height = self.draw(inner, wide)
        canvas = Canvas(theme)
        y = _heading(canvas, self, wide)
        canvas.parts.append(
            f'<g transform="translate({_MARGIN} {f(y)})">{"".join(inner.parts)}</g>'
        )
        y += height + 18
        canvas.line((_MARGIN, y), (_MARGIN + wide, y))
        y = canvas.paragraph((_MARGIN, y + 18), self.source_line, _SOURCE, wide, 16)
        total = y + 8
        canvas.parts.insert(0, _page(theme, wide + 2 * _MARGIN, total))
        return document(canvas, wide + 2 * _MARGIN, total, self.alt)

    def csv(self) -> str:
        """Give the table twin as CSV; a number also brings unit, interval, label and lineage."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(_csv_head(self))
        wide = _numeric(self)
        for row in self.rows:
            cells = zip(row, wide, strict=True)
            writer.writerow([part for cell, many in cells for part in _csv_cell(cell, many)])
        return out.getvalue()


def _heading(canvas: Canvas, figure: Figure, wide: int) -> float:
    canvas.rect((_MARGIN, 22), (44, 5), fill="accent")
    y = canvas.paragraph((_MARGIN, 56), figure.title, _TITLE, wide, 28)
    lines = wrap(figure.subtitle, _SUBTITLE, wide)
    return (
        canvas.paragraph((_MARGIN, y), figure.subtitle, _SUBTITLE, wide, 20) if lines else y
    ) + 4


def _page(theme: Theme, wide: float, high: float) -> str:
    canvas = Canvas(theme)
    canvas.rect((0, 0), (wide, high), fill="paper")
    return canvas.parts[0]


def _numeric(figure: Figure) -> list[bool]:
    """Say of each column whether a number stands in it, so that it takes the extra columns."""
    return [
        any(isinstance(row[i], Shown) for row in figure.rows) for i in range(len(figure.columns))
    ]


def _csv_head(figure: Figure) -> list[str]:
    head: list[str] = []
    for name, many in zip(figure.columns, _numeric(figure), strict=True):
        head.append(name)
        head += [f"{name} {extra}" for extra in _EXTRA] if many else []
    return head


def _csv_cell(cell: TwinCell, many: bool) -> list[str]:
    if not isinstance(cell, Shown):
        return [cell if isinstance(cell, str) else cell.plain, *([""] * len(_EXTRA) * many)]
    q = cell.quantity
    numbers = ["" if x is None else repr(x) for x in (q.value, q.low, q.high)]
    return [cell.plain, *numbers, q.unit, q.label or "", q.lineage]
