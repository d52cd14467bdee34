"""Who is still there: probability of survival by year under each move, named at the line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import AXIS, NARROW, Scale, keep_apart, left_axis
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.figures.strokes import draw_band, draw_line
from midstream.report.numbers import Sentence, show
from midstream.report.svg import Canvas, Type

#: Colours of the lines: the one to notice first, then the others by their dash.
_INKS = (("teal", ""), ("ink", ""), ("ink2", "7 3"), ("grey", "2 3"), ("outline", "8 3 2 3"))
#: Years as words, for the table twin.
_WORDS = (
    "at the start", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen",
)  # fmt: skip
_UNIT = Type(size=13, weight=600)
_PLOT = 230.0


@dataclass(frozen=True, slots=True)
class Curve:
    """Survival of one group under one move: points by year, 0..1, with their interval."""

    name: str
    points: tuple[Quantity, ...]


def survival(
    id: str,
    curves: Sequence[Curve],
    years: Sequence[int],
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
) -> Figure:
    """Build survival curves; the first carries its 80 % band.

    Args:
        id: Id of the figure.
        curves: At most five, the one to notice first.
        years: Years since the move began, one a point.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """

    def draw(canvas: Canvas, width: float) -> float:
        left, right = 44.0, width - (118 if width < NARROW else 190)
        canvas.text((0, 14), "still there", _UNIT)
        top, bottom = 30.0, 30.0 + _PLOT
        across = Scale(years[0], years[-1], left, right)
        upright = Scale(0, 1, bottom, top, 0.25)
        left_axis(canvas, upright, (left, right), percent=True)
        _foot(canvas, across, years, bottom)
        places = [across.at(year) for year in years]
        if curves:
            draw_band(canvas, places, curves[0].points, upright, "band90")
        for curve, (ink, dash) in reversed(list(zip(curves, _INKS, strict=False))):
            _step(canvas, curve, places, upright, (ink, dash))
        _ends(canvas, curves, upright, (right + 10, width))
        return bottom + 44

    columns = ("Year", *(part for curve in curves for part in (curve.name, "interval")))
    rows = tuple(_twin(curves, place, year) for place, year in enumerate(years))
    spoken = ", ".join(f"{c.name} {show(c.points[-1], 'percent').plain}" for c in curves)
    alt = f"{title.plain} After {years[-1]} years: {spoken}."
    return Figure(id, title, subtitle, alt, columns, rows, source_line, draw, width)


def _foot(canvas: Canvas, across: Scale, years: Sequence[int], bottom: float) -> None:
    canvas.line((across.start, bottom), (across.end, bottom), "outline", 1.2)
    for year in years:
        x = across.at(year)
        canvas.line((x, bottom), (x, bottom + 5), "outline")
        canvas.text((x, bottom + 19), str(year), AXIS, structure=True)
    caption = Type(size=12, fill="muted", anchor="end")
    canvas.text((across.end, bottom + 36), "years after the move began", caption)


def _step(
    canvas: Canvas, curve: Curve, places: Sequence[float], scale: Scale, look: tuple[str, str]
) -> None:
    points = [
        None if q.value is None else (x, scale.at(q.value))
        for x, q in zip(places, curve.points, strict=True)
    ]
    draw_line(canvas, points, look[0], 2.2, look[1])


def _ends(
    canvas: Canvas, curves: Sequence[Curve], scale: Scale, sides: tuple[float, float]
) -> None:
    wanted = [scale.at(curve.points[-1].value or 0.0) for curve in curves]
    for y, curve, (ink, _) in zip(
        keep_apart(wanted, 32.0, scale.end + 4, scale.start - 4), curves, _INKS, strict=False
    ):
        style = Type(13, 600, "ink2" if ink in {"grey", "outline"} else ink)
        words = Sentence((show(curve.points[-1], "percent"), f" {curve.name}"))
        canvas.paragraph((sides[0], y), words, style, sides[1] - sides[0], 15)


def _twin(curves: Sequence[Curve], place: int, year: int) -> tuple[TwinCell, ...]:
    cells: list[TwinCell] = [_WORDS[year] if year < len(_WORDS) else "later"]
    for curve in curves:
        point = curve.points[place]
        cells.append(show(point, "percent"))
        cells.append("none" if point.low is None else show(point, "percents"))
    return tuple(cells)
