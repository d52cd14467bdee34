"""A small SVG writer: the one chart path of site, PDF and downloads.

Drawing code names colours by token; the theme turns them into colours, or into references to the
style sheet when the drawing must follow light and dark. Digits are written with `Canvas.number`
or inside a sentence, so each keeps its lineage; axis ticks and stage codes are `structure`.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import lru_cache

from midstream.report.numbers import Sentence, Shown
from midstream.report.theme import MONO, SANS, SERIF, Theme

#: Advance widths of IBM Plex Sans Regular, space to tilde, in hundredths of an em.
_ADVANCE = (
    (24, 28, 42, 71, 60, 93, 69, 24, 34, 34, 45, 60, 27, 40, 27, 38)
    + (60,) * 10
    + (29, 29, 60, 60, 60, 48, 89, 64, 65, 62, 67, 58, 56, 70, 71, 40, 51, 63, 50, 81, 71, 71)
    + (61, 71, 64, 58, 57, 68, 61, 89, 61, 59, 58, 32, 38, 32, 60, 56, 60, 53, 58, 50, 58, 55)
    + (32, 53, 57, 25, 25, 53, 27, 87, 57, 56, 58, 58, 37, 49, 35, 57, 49, 77, 51, 50, 46, 34)
    + (31, 34, 60)
)

_FAMILY = {"sans": SANS, "serif": SERIF, "mono": MONO}

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)

#: Digits that are structure inside a sentence: stage codes, years and dates, customs and product
#: codes, and the fixed width of the intervals.
STRUCTURE = re.compile(
    rf"\bC[1-4]\b|\bHS ?\d+\b|\b80%(?= interval)|\b\d{{1,2}} (?:{'|'.join(MONTHS)})\b|\b\d+[A-Z]\b"
    r"|\bPhase \d+\b"
    r"|\b(?:19|20)\d\d(?:[-/.]\d\d(?:[-/]\d\d)?)?\b|\b[A-Za-z]+[-_]?\d\w*"
)


def f(number: float) -> str:
    """Write a coordinate with at most two decimals, without a trailing zero."""
    return f"{number:.2f}".rstrip("0").rstrip(".") if number else "0"


def text_width(text: str, size: float, weight: int = 400, condensed: bool = True) -> float:
    """Estimate the width of a line of IBM Plex Sans in px."""
    advance = sum(_ADVANCE[ord(char) - 32] if 32 <= ord(char) < 127 else 58 for char in text)
    return advance / 100 * size * (0.9 if condensed else 1) * (1.04 if weight >= 600 else 1)


@dataclass(frozen=True, slots=True)
class Type:
    """How a piece of text is set: size in px, weight, colour token, anchor, family, width."""

    size: float = 12
    weight: int = 400
    fill: str = "ink"
    anchor: str = "start"
    family: str = "sans"
    condensed: bool = True

    def attributes(self, theme: Theme) -> str:
        """Write the SVG presentation attributes."""
        out = f'font-family="{_FAMILY[self.family]}" font-size="{f(self.size)}"'
        if self.weight != 400:
            out += f' font-weight="{self.weight}"'
        if self.condensed and self.family == "sans":
            out += ' font-stretch="condensed"'
        if self.anchor != "start":
            out += f' text-anchor="{self.anchor}"'
        return f'{out} fill="{theme.colour(self.fill)}"'

    def width(self, text: str) -> float:
        """Estimate the width of a line set this way."""
        return text_width(text, self.size, self.weight, self.condensed)


@dataclass(slots=True)
class Canvas:
    """Collects the marks of one drawing.

    Attributes:
        theme: Colours.
        parts: SVG elements in drawing order.
        numbers: Every number drawn, in drawing order.
    """

    theme: Theme
    parts: list[str] = field(default_factory=list)
    numbers: list[Shown] = field(default_factory=list)

    def rect(
        self,
        at: tuple[float, float],
        size: tuple[float, float],
        fill: str = "none",
        stroke: str = "none",
        radius: float = 0,
        dash: str = "",
        width: float = 1,
    ) -> None:
        """Draw a rectangle from its upper left corner."""
        self.parts.append(
            f'<rect x="{f(at[0])}" y="{f(at[1])}" width="{f(max(size[0], 0))}" '
            f'height="{f(max(size[1], 0))}"{_radius(radius)}'
            f"{self._paint(fill, stroke, width, dash)}/>"
        )

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        stroke: str = "hairline",
        width: float = 1,
        dash: str = "",
    ) -> None:
        """Draw a straight line."""
        self.parts.append(
            f'<line x1="{f(start[0])}" y1="{f(start[1])}" x2="{f(end[0])}" y2="{f(end[1])}"'
            f"{self._paint('none', stroke, width, dash)}/>"
        )

    def circle(
        self,
        at: tuple[float, float],
        radius: float,
        fill: str = "none",
        stroke: str = "none",
        width: float = 1.5,
        dash: str = "",
    ) -> None:
        """Draw a circle round its centre."""
        self.parts.append(
            f'<circle cx="{f(at[0])}" cy="{f(at[1])}" r="{f(radius)}"'
            f"{self._paint(fill, stroke, width, dash)}/>"
        )

    def path(
        self, d: str, fill: str = "none", stroke: str = "none", width: float = 1, dash: str = ""
    ) -> None:
        """Draw a path given in SVG path syntax."""
        self.parts.append(f'<path d="{d}"{self._paint(fill, stroke, width, dash)}/>')

    def bracket(
        self, x: float, top: float, bottom: float, stroke: str = "ink2", cap: float = 2.5
    ) -> None:
        """Draw an upright interval bracket: a line with a cap at each end."""
        left, right = f(x - cap), f(x + cap)
        stem = f"M{f(x)} {f(top)}V{f(bottom)}"
        self.path(
            f"M{left} {f(top)}H{right}{stem}M{left} {f(bottom)}H{right}", stroke=stroke, width=1.2
        )

    def hatch(
        self,
        at: tuple[float, float],
        size: tuple[float, float],
        stroke: str = "grey",
        step: float = 5,
        width: float = 1,
    ) -> None:
        """Fill a rectangle with rising diagonals, cut at its edges (no pattern ids to collide)."""
        lines = _diagonals(round(size[0], 1), round(size[1], 1), step)
        paint = self._paint("none", stroke, width, "")
        place = f"translate({f(at[0])} {f(at[1])})"
        self.parts.append(f'<path transform="{place}" d="{lines}"{paint}/>')

    def text(
        self, at: tuple[float, float], content: str, style: Type, structure: bool = False
    ) -> None:
        """Write words; digits are allowed only where they are structure."""
        mark = ' data-structure=""' if structure else ""
        body = html.escape(content) if structure else structured(content, "tspan")
        self.parts.append(
            f'<text x="{f(at[0])}" y="{f(at[1])}" {style.attributes(self.theme)}{mark}>'
            f"{body}</text>"
        )

    def number(self, at: tuple[float, float], shown: Shown, style: Type) -> None:
        """Write a number with its lineage."""
        self.sentence(at, Sentence((shown,)), style)

    def sentence(self, at: tuple[float, float], sentence: Sentence, style: Type) -> None:
        """Write words and numbers on one line."""
        body = "".join(self._run(part) for part in sentence.parts)
        self.parts.append(
            f'<text x="{f(at[0])}" y="{f(at[1])}" {style.attributes(self.theme)}>{body}</text>'
        )

    def paragraph(
        self, at: tuple[float, float], sentence: Sentence, style: Type, width: float, lead: float
    ) -> float:
        """Write a sentence in lines of at most ``width`` px; gives the baseline after the last."""
        x, y = at
        for line in wrap(sentence, style, width):
            self.sentence((x, y), line, style)
            y += lead
        return y

    def _run(self, part: str | Shown) -> str:
        if isinstance(part, str):
            return structured(part, "tspan")
        self.numbers.append(part)
        lineage = html.escape(part.quantity.lineage, quote=True)
        return f'<tspan class="num" data-lineage="{lineage}">{html.escape(part.plain)}</tspan>'

    def _paint(self, fill: str, stroke: str, width: float, dash: str) -> str:
        out = f' fill="{self.theme.colour(fill)}"'
        if stroke != "none":
            out += f' stroke="{self.theme.colour(stroke)}" stroke-width="{f(width)}"'
            out += f' stroke-dasharray="{dash}"' if dash else ""
        return out


@lru_cache(maxsize=512)
def _diagonals(wide: float, high: float, step: float) -> str:
    """Write the path of rising diagonals that fill a rectangle at the origin."""
    lines, offset = [], step
    while offset < wide + high:
        start, end = max(0.0, offset - wide), min(offset, high)
        lines.append(f"M{f(offset - start)} {f(start)}L{f(offset - end)} {f(end)}")
        offset += step
    return "".join(lines)


def structured(text: str, tag: str = "span") -> str:
    """Escape words and mark the digits in them that are structure (stage codes, years, codes)."""
    out, end = [], 0
    for found in STRUCTURE.finditer(text):
        out.append(html.escape(text[end : found.start()]))
        out.append(f'<{tag} data-structure="">{html.escape(found.group())}</{tag}>')
        end = found.end()
    out.append(html.escape(text[end:]))
    return "".join(out)


def wrap(sentence: Sentence, style: Type, width: float) -> list[Sentence]:
    """Break a sentence into lines at spaces; a number is never broken."""
    lines: list[list[str | Shown]] = [[]]
    used = 0.0
    for piece in _pieces(sentence):
        plain = piece if isinstance(piece, str) else piece.plain
        size = style.width(plain)
        if used and used + style.width(plain.rstrip()) > width and plain.strip():
            lines.append([])
            used = 0.0
            piece = piece.lstrip() if isinstance(piece, str) else piece
        lines[-1].append(piece)
        used += size
    return [Sentence(tuple(line)) for line in lines if line]


def _pieces(sentence: Sentence) -> list[str | Shown]:
    out: list[str | Shown] = []
    for part in sentence.parts:
        out.extend(re.findall(r"\S+\s*|\s+", part) if isinstance(part, str) else [part])
    return out


def _radius(radius: float) -> str:
    return f' rx="{f(radius)}"' if radius else ""


def document(canvas: Canvas, width: float, height: float, alt: str, classes: str = "figure") -> str:
    """Wrap the marks of a canvas as an SVG image with a text alternative."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{classes}" role="img" '
        f'aria-label="{html.escape(alt, quote=True)}" width="{f(width)}" height="{f(height)}" '
        f'viewBox="0 0 {f(width)} {f(height)}">{"".join(canvas.parts)}</svg>'
    )
