"""What more money buys: worth of the best set of levers by its cost, the budget marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import NARROW, Scale, foot_axis, left_axis
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.figures.strokes import draw_line
from midstream.report.numbers import Sentence, show
from midstream.report.svg import Canvas, Type

_UNIT = Type(size=13, weight=600)
_PLOT = 220.0


@dataclass(frozen=True, slots=True)
class Bought:
    """The best set of one budget.

    Attributes:
        budget, cost: Money.
        value: What it is worth.
        levers: Their names.
        asked: Whether it is the budget of the study.
    """

    budget: Quantity
    cost: Quantity
    value: Quantity
    levers: tuple[str, ...]
    asked: bool


def frontier(
    id: str,
    bought: Sequence[Bought],
    before: Quantity,
    measure: str,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
) -> Figure:
    """Build the frontier: dots at the budgets that were solved, a straight line between them.

    Args:
        id: Id of the figure.
        bought: By budget, ascending.
        before: Worth without any lever.
        measure: What is measured, over the upright axis.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """

    def draw(canvas: Canvas, width: float) -> float:
        canvas.text((0, 14), measure, _UNIT)
        top, bottom = 30.0, 30.0 + _PLOT
        left, right = 52.0, width - (24 if width < NARROW else 60)
        values = [before.value or 0.0, *(one.value.value or 0.0 for one in bought)]
        spent = [0.0, *(one.cost.value or 0.0 for one in bought)]
        limits = [one.budget.value or 0.0 for one in bought if one.asked]
        upright = Scale.linear(values, bottom, top)
        across = Scale.linear(
            [*spent, *limits], left, right, zero=True, ticks=3 if width < NARROW else 6
        )
        left_axis(canvas, upright, (left, right))
        foot_axis(canvas, across, (top, bottom))
        points = [(across.at(x), upright.at(y)) for x, y in zip(spent, values, strict=True)]
        _dots(canvas, points, bought, across, (top, bottom))
        canvas.text((right, bottom + 36), "cost, USD million", Type(12, fill="muted", anchor="end"))
        return bottom + 44

    columns = ("Budget", "Cost", measure, "Levers")
    rows = tuple(_twin(one) for one in bought)
    told = ", ".join(f"{show(one.value).plain} at {show(one.cost).plain}" for one in bought)
    alt = f"{title.plain} Without levers {show(before).plain}; {told}."
    return Figure(id, title, subtitle, alt, columns, rows, source_line, draw, width)


def _dots(
    canvas: Canvas,
    points: Sequence[tuple[float, float]],
    bought: Sequence[Bought],
    across: Scale,
    ends: tuple[float, float],
) -> None:
    """Draw the line, its dots and the budget of the study; the first point has no lever."""
    for one in bought:
        if one.asked:
            _limit(canvas, across.at(one.budget.value or 0.0), one, ends)
    draw_line(canvas, points, "teal", 2.2)
    canvas.circle(points[0], 4.5, fill="paper", stroke="teal", width=1.8)
    for point, one in zip(points[1:], bought, strict=True):
        fill, radius = ("accent", 6.0) if one.asked else ("teal", 4.5)
        canvas.circle(point, radius, fill=fill, stroke="paper", width=1.3)


def _limit(canvas: Canvas, x: float, one: Bought, ends: tuple[float, float]) -> None:
    """Draw the budget of the study as a dashed rule."""
    canvas.line((x, ends[0]), (x, ends[1]), "accent", 1.2, "4 3")
    words = Sentence(("budget ", show(one.budget)))
    canvas.sentence((x - 8, ends[1] - 10), words, Type(13, 600, "accent", "end"))


def _twin(one: Bought) -> tuple[TwinCell, ...]:
    return show(one.budget), show(one.cost), show(one.value), "; ".join(one.levers)
