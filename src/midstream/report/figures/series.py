"""How concentration moved: one line per form and year, with the bounds of the unnamed rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import AXIS, NARROW, Scale, keep_apart, left_axis
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.figures.strokes import draw_band, draw_line, values_of
from midstream.report.numbers import Sentence, Shown, say, show
from midstream.report.svg import Canvas, Type

#: Line colours and dashes in order; the first line is the subject, shape tells the rest apart.
_STROKES = (("teal", "", 2.6), ("ink", "", 1.8), ("outline", "", 1.8), ("grey", "", 1.5))
_DASHES = ("", "6 3", "2 2.5")


@dataclass(frozen=True, slots=True)
class Line:
    """One line by year.

    Attributes:
        id, name: What it is.
        points: Year -> value, low and high the bounds.
        note: What kind of series it is (output, or trade as a proxy).
    """

    id: str
    name: str
    points: Mapping[int, Quantity]
    note: str = ""

    @property
    def last(self) -> Quantity | None:
        """Value of the last year that has one."""
        known = [year for year, q in self.points.items() if q.value is not None]
        return self.points[max(known)] if known else None


def yearly(
    id: str,
    lines: Sequence[Line],
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
    zero: bool = True,
) -> Figure:
    """Build the lines by year with direct labels at their ends.

    Args:
        id: Id of the figure.
        lines: In order of weight; the first is drawn as the subject, at most about six.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px. zero: whether the axis starts at zero.
    """
    years = sorted({year for line in lines for year in line.points})

    def draw(canvas: Canvas, width: float) -> float:
        narrow = width < NARROW
        left, right = 40.0, width - (104 if narrow else 210)
        across = Scale(years[0], max(years[-1], years[0] + 1), left, right)
        every = values_of([q for line in lines for q in line.points.values()])
        upright = Scale.linear(every, 300.0 if not narrow else 250.0, 12.0, zero)
        left_axis(canvas, upright, (left, right))
        _bounds(canvas, lines, (across, upright))
        for i, line in reversed(list(enumerate(lines))):
            _draw(canvas, line, years, (across, upright), i)
        _names(canvas, lines, (right, width), upright)
        return _years(canvas, years, across, upright.start)

    columns = ("Series", "Year", "Value", "bounds", "Kind")
    twin = tuple(row for line in lines for row in _twin(line))
    alt = f"{title.plain} " + " ".join(_spoken(line) for line in lines)
    return Figure(id, title, subtitle, alt, columns, twin, source_line, draw, width)


def _stroke(place: int) -> tuple[str, str, float]:
    ink, _, width = _STROKES[min(place, len(_STROKES) - 1)]
    return ink, _DASHES[max(0, place - 1) % len(_DASHES)] if place > 1 else "", width


def _bounds(canvas: Canvas, lines: Sequence[Line], scales: tuple[Scale, Scale]) -> None:
    """Fill the bounds of the subject; those of the others are brackets at their last year."""
    across, upright = scales
    for line in lines[:1]:
        held = sorted(line.points)
        spans = [line.points[year] for year in held]
        draw_band(canvas, [across.at(year) for year in held], spans, upright, "band90")
    for line in lines[1:]:
        last = line.last
        if last is not None and last.low is not None and last.high is not None:
            x = across.at(max(year for year, q in line.points.items() if q is last))
            canvas.bracket(x, upright.at(last.high), upright.at(last.low), "grey")


def _draw(
    canvas: Canvas, line: Line, years: Sequence[int], scales: tuple[Scale, Scale], place: int
) -> None:
    across, upright = scales
    held = [year for year in years if year in line.points]
    ink, dash, width = _stroke(place)
    points = [
        None if line.points[year].value is None
        else (across.at(year), upright.at(line.points[year].value or 0.0))
        for year in held
    ]  # fmt: skip
    draw_line(canvas, points, ink, width, dash)
    ends = [point for point in points if point is not None]
    if ends:
        canvas.circle(ends[-1], 3.4, fill=ink, stroke="paper", width=1)


def _names(
    canvas: Canvas, lines: Sequence[Line], ends: tuple[float, float], upright: Scale
) -> None:
    right, width = ends
    known = [(i, line) for i, line in enumerate(lines) if line.last is not None]
    wanted = [upright.at(line.last.value or 0.0) if line.last else 0.0 for _, line in known]
    gap = 33.0 if width < NARROW else 19.0
    placed = keep_apart(wanted, gap, upright.end, upright.start)
    for (i, line), wanted_y, y in zip(known, wanted, placed, strict=True):
        ink = _stroke(i)[0]
        if line.last is None:
            continue
        canvas.line((right + 2, wanted_y), (right + 12, y), ink, 1)
        words = say("{v} {n}", v=show(line.last, "bare"), n=line.name)
        style = Type(12.5, 600 if i == 0 else 400, "teal" if i == 0 else "ink2")
        canvas.paragraph((right + 16, y + 4), words, style, width - right - 16, 14)


def _years(canvas: Canvas, years: Sequence[int], across: Scale, base: float) -> float:
    span = years[-1] - years[0]
    room = max(2, int((across.end - across.start) // 46))
    step = next(step for step in (1, 2, 5, 10, 20, 50) if span / step <= room or step == 50)
    for year in range(years[0], years[-1] + 1):
        if year % step == 0 or span == 0:
            x = across.at(year)
            canvas.line((x, base), (x, base + 5), "outline")
            canvas.text((x, base + 19), str(year), AXIS, structure=True)
    return base + 26


def _twin(line: Line) -> list[tuple[TwinCell, ...]]:
    rows: list[tuple[TwinCell, ...]] = []
    for year in sorted(line.points):
        quantity = line.points[year]
        span: str | Shown = show(quantity, "range") if quantity.low is not None else "none"
        rows.append((line.name, str(year), show(quantity), span, line.note or "not stated"))
    return rows


def _spoken(line: Line) -> str:
    known = sorted(year for year, q in line.points.items() if q.value is not None)
    if not known:
        return f"{line.name}: no value."
    first, last = line.points[known[0]], line.points[known[-1]]
    return f"{line.name}: {show(first).plain} in {known[0]}, {show(last).plain} in {known[-1]}."
