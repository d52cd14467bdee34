"""The strip: four cells in a row, digit and colour together, in the sizes inline, dense and row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.evidence.quantity import Label, Quantity, worst_label
from midstream.report.marks import draw_label
from midstream.report.numbers import EN_DASH, Shown
from midstream.report.svg import Canvas, Type, document
from midstream.report.theme import LIVE, Theme
from midstream.scorecard.result import CellScore, CountryProfile
from midstream.terms import SCORE_WORDS


@dataclass(frozen=True, slots=True)
class Cell:
    """One stage of a strip.

    Attributes:
        stage: C1 to C4.
        score: The score, 1..5; value ``None`` where the evidence leaves it open.
        digit: The integer, or ``None`` where the evidence allows several.
        low, high: Range of integers the evidence allows.
    """

    stage: str
    score: Quantity
    digit: int | None
    low: int
    high: int

    @property
    def open(self) -> bool:
        """Whether nothing is known: no digit and the range is the whole scale."""
        return self.digit is None and (self.low, self.high) == (1, 5)

    @property
    def text(self) -> str:
        """The digit, the range of digits, or a question mark."""
        if self.open:
            return "?"
        return str(self.digit) if self.digit is not None else f"{self.low}{EN_DASH}{self.high}"

    @property
    def shown(self) -> Shown:
        """The digit as a shown number."""
        return Shown(self.score, self.text)

    @property
    def word(self) -> str:
        """What the digit means, in words."""
        if self.open:
            return "no evidence"
        if self.digit is not None:
            return SCORE_WORDS[self.digit]
        return f"{SCORE_WORDS[self.low]} to {SCORE_WORDS[self.high]}"

    @property
    def ends(self) -> tuple[float, float] | None:
        """Ends of the interval, or ``None`` where there is none."""
        if self.score.low is not None and self.score.high is not None:
            return self.score.low, self.score.high
        return None

    @property
    def spoken(self) -> str:
        """How a screen reader says it."""
        return f"{self.stage} {'not known' if self.open else self.text.replace(EN_DASH, ' to ')}"


def of_cell(cell: CellScore) -> Cell:
    """Give the cell of a sector and stage."""
    return of_digits(cell.stage, cell.score, cell.digit, (cell.digit_low, cell.digit_high))


def of_digits(stage: str, score: Quantity, digit: int | None, span: tuple[int, int]) -> Cell:
    """Give the cell of a score with its digit, or the range of digits the evidence allows."""
    low, high = (digit, digit) if digit else span
    return _settled(Cell(stage, score, digit, low, high))


def of_profile(profile: CountryProfile, stage: str) -> Cell:
    """Give the cell of a national profile; without a digit the range is the rounded interval."""
    score, digit = profile.stages[stage], profile.digits[stage]
    if digit is not None:
        return Cell(stage, score, digit, digit, digit)
    if score.low is None or score.high is None:
        return Cell(stage, score, None, 1, 5)
    return _settled(Cell(stage, score, None, _rounded(score.low), _rounded(score.high)))


def of_score(stage: str, score: Quantity) -> Cell:
    """Give the cell of a published score."""
    if score.value is None:
        return Cell(stage, score, None, 1, 5)
    digit = _rounded(score.value)
    return Cell(stage, score, digit, digit, digit)


def _settled(cell: Cell) -> Cell:
    if cell.digit is None and cell.low == cell.high:
        return Cell(cell.stage, cell.score, cell.low, cell.low, cell.high)
    return cell


def _rounded(number: float) -> int:
    return min(5, max(1, int(number + 0.5)))


def binding(cells: Sequence[Cell]) -> str | None:
    """Give the stage that binds: the one with the lowest settled digit, if it stands alone below.

    Where two stages share the lowest digit the lower score decides; ``None`` if all are equal.
    """
    known = [cell for cell in cells if cell.digit is not None and cell.score.value is not None]
    if len(known) < 2 or len({cell.digit for cell in known}) == 1:
        return None
    return min(known, key=lambda cell: (cell.digit or 0, cell.score.value or 0.0)).stage


def spoken(cells: Sequence[Cell]) -> str:
    """Say a strip: ``C1 2, C2 1, C3 2, C4 4 of 5``."""
    return ", ".join(cell.spoken for cell in cells) + " of 5"


def draw_cell(
    canvas: Canvas, at: tuple[float, float], size: tuple[float, float], cell: Cell, digit: float
) -> None:
    """Draw one cell: filled by its digit, banded for a range, hatched where nothing is known."""
    (x, y), (wide, high) = at, size
    if cell.digit is not None:
        stroke = "outline" if cell.digit < 4 else f"fill{cell.digit}"
        canvas.rect((x + 0.5, y + 0.5), (wide - 1, high - 1), f"fill{cell.digit}", stroke, radius=2)
        ink = f"digit{cell.digit}"
    else:
        _draw_unsettled(canvas, at, size, cell)
        ink = "ink"
    base = y + high / 2 + digit * 0.355 - (2 if cell.digit is None and not cell.open else 0)
    if cell.digit is None:
        digit = min(digit, 12) if not cell.open else digit
    canvas.number((x + wide / 2, base), cell.shown, Type(digit, 600, ink, "middle"))


def _draw_unsettled(
    canvas: Canvas, at: tuple[float, float], size: tuple[float, float], cell: Cell
) -> None:
    (x, y), (wide, high) = at, size
    if cell.open:
        canvas.hatch((x + 1, y + 1), (wide - 2, high - 2), "hairline", step=5, width=1.4)
    else:
        steps = cell.high - cell.low + 1
        part = (wide - 4) / steps
        for i in range(steps):
            canvas.rect((x + 2 + part * i, y + high - 6), (part, 4), f"fill{cell.low + i}")
    canvas.rect((x + 0.5, y + 0.5), (wide - 1, high - 1), "none", "outline", radius=2, dash="3 2")


def draw_ruler(canvas: Canvas, at: tuple[float, float], wide: float, cell: Cell) -> None:
    """Draw the five-tick ruler under a cell: bar for the interval, dot for the score."""
    x, y = at
    step = (wide - 10) / 4
    for i in range(5):
        canvas.line((x + 5 + step * i, y), (x + 5 + step * i, y + 4), "grey")
    if cell.ends:
        low, high = (x + 5 + step * (min(5, max(1, end)) - 1) for end in cell.ends)
        canvas.line((low, y + 2), (high, y + 2), "ink", width=2)
    if cell.score.value is not None:
        canvas.circle((x + 5 + step * (cell.score.value - 1), y + 2), 2.6, fill="ink")


def draw_row(
    canvas: Canvas,
    at: tuple[float, float],
    cells: Sequence[Cell],
    size: tuple[float, float] = (26, 24),
    gap: float = 2,
    ruler: bool = False,
) -> float:
    """Draw a strip as a row of cells; gives its width."""
    x, y = at
    digit = 13.5 if size[1] >= 22 else 12.5
    for cell in cells:
        draw_cell(canvas, (x, y), size, cell, digit)
        if ruler:
            draw_ruler(canvas, (x, y + size[1] + 5), size[0], cell)
        x += size[0] + gap
    return x - gap - at[0]


def strip_svg(cells: Sequence[Cell], style: str = "dense", theme: Theme = LIVE) -> str:
    """Give a strip as an SVG image of its own.

    Args:
        cells: Four cells, C1 to C4.
        style: ``inline`` (in a sentence), ``dense`` (in a list) or ``row`` (with rulers and label).
        theme: Colours.
    """
    canvas = Canvas(theme)
    if style == "row":
        width = draw_row(canvas, (0, 0), cells, (56, 26), 6, ruler=True)
        label = strip_label(cells)
        width += 14 + draw_label(canvas, (width + 14, 18), label)
        return document(canvas, width, 38, spoken(cells), "strip strip-row")
    wide = 15 if all(cell.digit is not None or cell.open for cell in cells) else 25
    size = (wide, 18) if style == "inline" else (30, 24)
    width = draw_row(canvas, (0, 0), cells, size, 2 if style == "inline" else 3)
    return document(canvas, width, size[1], spoken(cells), f"strip strip-{style}")


def strip_label(cells: Sequence[Cell]) -> Label | None:
    """Give the label of a strip: the weakest of its parts."""
    return worst_label(cell.score.label for cell in cells)
