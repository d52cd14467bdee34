"""Which driver matters: the odds where each driver is low and where it is high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import NARROW, Scale, foot_axis
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.figures.strokes import values_of
from midstream.report.numbers import Sentence, show
from midstream.report.svg import Canvas, Type

_NAME = Type(size=13.5, weight=600, condensed=False)
_NUMBER = 13.0
_ROW, _BAR = 46.0, 14.0
#: Height of a row whose name stands beside its bar.
_SIDE_ROW = 30.0


@dataclass(frozen=True, slots=True)
class Swing:
    """One driver: the outcome where it is low and where it is high."""

    name: str
    low: Quantity
    high: Quantity


def tornado(
    id: str,
    swings: Sequence[Swing],
    middle: Quantity,
    measure: str,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
) -> Figure:
    """Build a tornado of shares: bars from low to high around the middle, ends labelled.

    Args:
        id: Id of the figure.
        swings: In drawing order, widest first.
        middle: The outcome over all draws.
        measure: What is measured, for the table twin.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """

    def draw(canvas: Canvas, width: float) -> float:
        ends = values_of([_alone(q) for swing in swings for q in (swing.low, swing.high)])
        beside = width >= NARROW
        names = max((_NAME.width(swing.name) for swing in swings), default=0.0)
        left, right = (names + 64.0, width - 60) if beside else (44.0, width - 50)
        row = _SIDE_ROW if beside else _ROW
        high = min(max([*ends, middle.value or 0.0]) * 100, 100.0)
        scale = Scale.linear([0.0, high], left, right, zero=True)
        foot = row * len(swings) + 4
        foot_axis(canvas, scale, (4, foot), "%")
        x = scale.at(100 * (middle.value or 0.0))
        canvas.line((x, 2), (x, foot), "ink", 1.4)
        for place, swing in enumerate(swings):
            _draw(canvas, row * place, swing, scale, beside)
        words = Sentence(("all draws ", show(middle, "percent")))
        canvas.sentence((x, foot + 34), words, Type(13, 600, "ink", "middle"))
        return foot + 42

    columns = ("Driver", f"{measure}, driver low", f"{measure}, driver high")
    rows = tuple(_twin(swing) for swing in swings)
    spoken = ", ".join(
        f"{s.name} {show(s.low, 'percent').plain} to {show(s.high, 'percent').plain}"
        for s in swings
    )
    return Figure(
        id, title, subtitle, f"{title.plain} {spoken}.", columns, rows, source_line, draw, width
    )


def _alone(quantity: Quantity) -> Quantity:
    return Quantity(quantity.value, None, None, quantity.unit, quantity.label, quantity.lineage)


def _draw(canvas: Canvas, top: float, swing: Swing, scale: Scale, beside: bool) -> None:
    """Draw one driver: its name left of the bar, on a phone above it."""
    low, high = (scale.at(100 * (q.value or 0.0)) for q in (swing.low, swing.high))
    left, right = min(low, high), max(low, high)
    if not beside:
        canvas.rect((0, top + 2), (_NAME.width(swing.name) + 6, 18), "paper")
    canvas.text((0, top + (20 if beside else 16)), swing.name, _NAME)
    y = top + (9 if beside else 24)
    canvas.rect((left, y), (max(right - left, 2), _BAR), "teal", radius=1)
    for quantity, x, side in ((swing.low, low, low <= high), (swing.high, high, low > high)):
        anchor = "end" if side else "start"
        place, shown = (x - 6 if side else x + 6, y + 12), show(quantity, "percent")
        style = Type(_NUMBER, 600, "ink2", anchor)
        wide = style.width(shown.plain) + 4
        canvas.rect((place[0] - wide + 2 if side else place[0] - 2, y), (wide, _BAR), "paper")
        canvas.number(place, shown, style)


def _twin(swing: Swing) -> tuple[TwinCell, ...]:
    return swing.name, show(swing.low, "percent"), show(swing.high, "percent")
