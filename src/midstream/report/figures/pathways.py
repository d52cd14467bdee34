"""Capacity against need: one small fan a form, by year, with need and plans as lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import AXIS, NARROW, Scale, keep_apart, left_axis
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.figures.strokes import draw_band, draw_line, values_of
from midstream.report.numbers import Sentence, show
from midstream.report.svg import Canvas, Type

_HEAD = Type(size=13.5, weight=600, condensed=False)
_UNIT = Type(size=12.5, fill="muted")
_END = Type(size=13, weight=600, fill="teal")
_NEED = Type(size=12.5, weight=600, fill="ink")
_LEVEL = Type(size=12.5, weight=600, fill="accent")
_PLOT, _GAP = 170.0, 30.0


@dataclass(frozen=True, slots=True)
class Level:
    """A level to compare with: a plan, a threshold."""

    name: str
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Pathway:
    """One form by year.

    Attributes:
        name: The form. unit: what is counted.
        years: Years along the foot.
        points: Median with the 80% interval of each year.
        need: Need of each year likewise; empty where it is unknown.
        level: A level to compare with, if any.
    """

    name: str
    unit: str
    years: tuple[int, ...]
    points: tuple[Quantity, ...]
    need: tuple[Quantity, ...] = ()
    level: Level | None = None


def pathways(
    id: str,
    paths: Sequence[Pathway],
    measure: str,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
) -> Figure:
    """Build small fans side by side, each on its own scale from zero.

    Args:
        id: Id of the figure.
        paths: In drawing order.
        measure: What the bands show, for the table twin.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """

    def draw(canvas: Canvas, width: float) -> float:
        columns = 1 if width < NARROW or len(paths) == 1 else 2
        wide = (width - _GAP * (columns - 1)) / columns
        high = _PLOT + 74
        for place, path in enumerate(paths):
            row, column = divmod(place, columns)
            _Panel(canvas, path, (column * (wide + _GAP), row * high), wide).draw()
        return high * -(-len(paths) // columns)

    columns = ("Form", "Year", measure, "interval", "Need", "interval of need")
    rows = tuple(row for path in paths for row in _twin(path))
    alt = f"{title.plain} " + " ".join(_spoken(path) for path in paths)
    return Figure(id, title, subtitle, alt, columns, rows, source_line, draw, width)


@dataclass(slots=True)
class _Panel:
    """One small fan."""

    canvas: Canvas
    path: Pathway
    at: tuple[float, float]
    width: float

    def draw(self) -> None:
        path, (x, y) = self.path, self.at
        self.canvas.text((x, y + 14), path.name, _HEAD)
        self.canvas.text((x, y + 31), path.unit, _UNIT)
        top, bottom = y + 44, y + 44 + _PLOT
        left, right = x + 44, x + self.width - 74
        across = Scale(path.years[0], path.years[-1], left, right)
        levels = [path.level.quantity] if path.level else []
        values = values_of([*path.points, *levels, *_medians(path.need)])
        upright = Scale.linear(values, bottom, top, zero=True)
        left_axis(self.canvas, upright, (left, right))
        self._years(across, bottom)
        places = [across.at(year) for year in path.years]
        draw_band(self.canvas, places, path.points, upright, "band90")
        self._line(path.need, places, upright, "ink", 1.8, "")
        self._line(path.points, places, upright, "teal", 2.4, "7 3")
        self._level(upright, (left, right))
        self._ends(upright, right)

    def _years(self, across: Scale, bottom: float) -> None:
        self.canvas.line((across.start, bottom), (across.end, bottom), "outline", 1.2)
        step = 2 if across.end - across.start > 150 else 5
        for year in self.path.years:
            if (self.path.years[-1] - year) % step == 0:
                x = across.at(year)
                self.canvas.line((x, bottom), (x, bottom + 5), "outline")
                self.canvas.text((x, bottom + 19), str(year), AXIS, structure=True)

    def _line(
        self,
        points: Sequence[Quantity],
        places: Sequence[float],
        scale: Scale,
        ink: str,
        width: float,
        dash: str,
    ) -> None:
        marks = [
            None if q.value is None else (x, scale.at(q.value))
            for x, q in zip(places, points, strict=False)
        ]
        draw_line(self.canvas, marks, ink, width, dash)

    def _level(self, scale: Scale, ends: tuple[float, float]) -> None:
        level = self.path.level
        if level is None or level.quantity.value is None:
            return
        y = scale.at(level.quantity.value)
        self.canvas.line((ends[0], y), (ends[1], y), "accent", 1.4, "2 3")
        words = Sentence((f"{level.name} ", show(level.quantity, "bare")))
        wide = _LEVEL.width(words.plain)
        starts = (ends[0] + 5, ends[1] - wide - 3)
        spots = [(x, foot) for x in starts for foot in (y - 5, y + 15)]
        x, foot = next((one for one in spots if self._free(one, wide, scale, ends)), spots[0])
        self.canvas.rect((x - 3, foot - 12), (wide + 6, 14), "paper")
        self.canvas.sentence((x, foot), words, _LEVEL)

    def _free(
        self, at: tuple[float, float], wide: float, scale: Scale, ends: tuple[float, float]
    ) -> bool:
        """Whether words with this foot cover neither the need nor the median."""
        years = self.path.years
        across = Scale(years[0], years[-1], *ends)
        step = (ends[1] - ends[0]) / max(years[-1] - years[0], 1)
        return (
            not any(
                at[0] - step < across.at(year) < at[0] + wide + step
                and at[1] - 17 < scale.at(point.value) < at[1] + 7
                for points in (self.path.need, self.path.points)
                for year, point in zip(years, points, strict=False)
                if point.value is not None
            )
            and at[1] < scale.start - 2
        )

    def _ends(self, scale: Scale, right: float) -> None:
        """Name the last year's median and need at the end of their lines."""
        lasts = [
            (q, style, word)
            for points, style, word in (
                (self.path.points, _END, "made"),
                (self.path.need, _NEED, "need"),
            )
            for q in points[-1:]
            if q.value is not None
        ]
        wanted = [scale.at(q.value or 0.0) for q, *_ in lasts]
        placed = keep_apart(wanted, 30.0, scale.end + 6, scale.start - 14)
        for y, (quantity, style, word) in zip(placed, lasts, strict=True):
            self.canvas.number((right + 8, y + 2), show(quantity, "bare"), style)
            self.canvas.text((right + 8, y + 16), word, Type(12, 400, style.fill))


def _medians(points: Sequence[Quantity]) -> list[Quantity]:
    """Medians alone: the band of need may run far above the plot and is told in the table."""
    return [Quantity(q.value, None, None, q.unit, q.label, q.lineage) for q in points]


def _twin(path: Pathway) -> list[tuple[TwinCell, ...]]:
    rows: list[tuple[TwinCell, ...]] = []
    for place, (year, point) in enumerate(zip(path.years, path.points, strict=True)):
        need = path.need[place] if place < len(path.need) else None
        rows.append((path.name, str(year), *_both(point), *_both(need)))
    return rows


def _both(quantity: Quantity | None) -> tuple[TwinCell, TwinCell]:
    if quantity is None:
        return "not known", "none"
    spread: TwinCell = "none" if quantity.low is None else show(quantity, "range")
    return show(quantity), spread


def _spoken(path: Pathway) -> str:
    last = show(path.points[-1]).plain
    need = f" against a need of {show(path.need[-1]).plain}" if path.need else ""
    return f"{path.name}: {last} in {path.years[-1]}{need}."
