"""What if? Strips before and after, the cells a policy lifts framed, its verdict behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import NARROW
from midstream.report.figures.cells import Cell, draw_cell, draw_ruler, spoken
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.marks import VERDICT_INKS, draw_verdict
from midstream.report.numbers import Sentence, show
from midstream.report.svg import Canvas, Type

_NAME = Type(size=14, weight=600, condensed=False)
_NOTE = Type(size=12.5, fill="muted")
_CODE = Type(size=12, fill="muted", anchor="middle")
_HEAD = Type(size=12, fill="muted")
_GAIN = Type(size=12, weight=600, fill="accent", anchor="middle")

#: Height of a row: on a screen, on paper and on a phone.
_ROW, _DENSE, _TALL = 66.0, 52.0, 112.0
#: Share of a wide figure that the names take.
_NAMES = 0.3
_HEIGHT, _GAP = 26.0, 4.0


@dataclass(frozen=True, slots=True)
class Tried:
    """One policy.

    Attributes:
        name: What it is called.
        before, after: Cells C1 to C4 without and with it.
        lifted: Stages it lifts, whose cells are framed.
        gains: Stage -> change of its score.
        verdict: PASS, PARTIAL, FAIL or UNDETERMINED.
    """

    name: str
    before: tuple[Cell, ...]
    after: tuple[Cell, ...]
    lifted: frozenset[str]
    gains: dict[str, Quantity]
    verdict: str


def before_after(
    id: str,
    tried: Sequence[Tried],
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
    *,
    dense: bool = False,
) -> Figure:
    """Build strips before and after, one row a policy.

    Args:
        id: Id of the figure.
        tried: In drawing order.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
        dense: Whether rows stand as close as they can.
    """

    def draw(canvas: Canvas, width: float) -> float:
        narrow = width < NARROW
        row = _TALL if narrow else _DENSE if dense else _ROW
        if not narrow:
            _heads(canvas, width)
        for place, one in enumerate(tried):
            top = row * place + (0 if narrow else 22)
            (_stacked if narrow else _level)(canvas, top, width, one)
            foot = top + row - 4
            if place + 1 < len(tried):
                canvas.line((0, foot), (width, foot))
        return row * len(tried) + (0 if narrow else 18)

    columns = ("Policy", "Verdict", *(
        f"{stage} {when}" for stage in ("C1", "C2", "C3", "C4") for when in ("without", "with")
    ))  # fmt: skip
    alt = f"{title.plain} " + "; ".join(
        f"{one.name}: {one.verdict}, {spoken(one.before)} before, {spoken(one.after)} after"
        for one in tried
    )
    rows = tuple(_twin(one) for one in tried)
    return Figure(id, title, subtitle, f"{alt}.", columns, rows, source_line, draw, width)


def _places(width: float) -> tuple[float, float, float, float]:
    """Left edges of both strips and of the verdict, and the width of a cell."""
    first = width * _NAMES
    wide = (width - first - 28 - 134) / 8 - _GAP
    strip = 4 * (wide + _GAP)
    return first, first + strip + 24, first + 2 * strip + 36, wide


def _heads(canvas: Canvas, width: float) -> None:
    first, second, last, wide = _places(width)
    for left, word in ((first, "without"), (second, "with")):
        for place, stage in enumerate(("C1", "C2", "C3", "C4")):
            x = left + place * (wide + _GAP) + wide / 2
            canvas.text((x, 12), f"{stage} {word}" if place == 0 else stage, _CODE)
    canvas.text((last, 12), "verdict", _HEAD)


def _level(canvas: Canvas, top: float, width: float, one: Tried) -> None:
    first, second, last, wide = _places(width)
    words = Sentence((one.name,))
    canvas.paragraph((0, top + 18), words, _NAME, first - 14, 17)
    size = (wide, _HEIGHT)
    _strip(canvas, (first, top), one.before, size, one, framed=False)
    _arrow(canvas, (second - 20, top + _HEIGHT / 2))
    _strip(canvas, (second, top), one.after, size, one, framed=True)
    _verdict(canvas, (last, top + 4), one.verdict)


def _stacked(canvas: Canvas, top: float, width: float, one: Tried) -> None:
    words = Sentence((one.name,))
    canvas.paragraph((0, top + 14), words, _NAME, width, 16)
    wide = (width - 22) / 8 - _GAP
    second = 4 * (wide + _GAP) + 18
    size, at = (wide, 24.0), top + 40
    _strip(canvas, (0, at), one.before, size, one, framed=False)
    _arrow(canvas, (second - 16, at + 12))
    _strip(canvas, (second, at), one.after, size, one, framed=True)
    _verdict(canvas, (0, at + 40), one.verdict)


def _strip(
    canvas: Canvas,
    at: tuple[float, float],
    cells: Sequence[Cell],
    size: tuple[float, float],
    one: Tried,
    *,
    framed: bool,
) -> None:
    x, y = at
    for cell in cells:
        draw_cell(canvas, (x, y), size, cell, 14)
        if framed and cell.stage in one.lifted:
            frame = (size[0] + 4, size[1] + 4)
            canvas.rect((x - 2, y - 2), frame, "none", "accent", radius=3, width=2)
        draw_ruler(canvas, (x, y + size[1] + 5), size[0], cell)
        if framed and cell.stage in one.lifted:
            words = Sentence(("+", show(one.gains[cell.stage], "bare")))
            canvas.sentence((x + size[0] / 2, y + size[1] + 20), words, _GAIN)
        x += size[0] + _GAP


def _arrow(canvas: Canvas, at: tuple[float, float]) -> None:
    x, y = at
    canvas.path(f"M{x} {y}h11m-4 -4l4 4l-4 4", stroke="muted", width=1.4)


def _verdict(canvas: Canvas, at: tuple[float, float], verdict: str) -> None:
    draw_verdict(canvas, at, verdict)
    ink = VERDICT_INKS.get(verdict, "ink2")
    canvas.text((at[0] + 22, at[1] + 13), verdict, Type(13, 600, ink))


def _twin(one: Tried) -> tuple[TwinCell, ...]:
    cells: list[TwinCell] = [one.name, one.verdict]
    for before, after in zip(one.before, one.after, strict=True):
        cells += [show(before.score), show(after.score)]
    return tuple(cells)
