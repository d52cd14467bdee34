"""Interval bars in groups: the same measure for several countries, side by side by form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import NARROW, Scale, foot_axis
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.figures.strokes import draw_interval, values_of
from midstream.report.numbers import Sentence, Shown, show
from midstream.report.svg import Canvas, Type

#: Nothing a reader has to know.
NO_NOTE = Sentence(())

_GROUP = Type(size=13.5, weight=600, condensed=False)
_SMALL = Type(size=12.5, fill="muted")
_ROW = 22.0
#: Units of a part of a whole, which is printed in per cent.
_PARTS = frozenset({"share", "probability"})


@dataclass(frozen=True, slots=True)
class Span:
    """One bar.

    Attributes:
        name: Whose it is. quantity: value and interval; a missing value leaves only the interval.
        focus: Whether it is the country the study is about.
        note: What a reader has to know, for the table twin.
    """

    name: str
    quantity: Quantity
    focus: bool = False
    note: Sentence = NO_NOTE


@dataclass(frozen=True, slots=True)
class Group:
    """Bars that belong together: a heading, what it counts, and its bars."""

    name: str
    note: str
    spans: tuple[Span, ...]


def ranges(
    id: str,
    groups: Sequence[Group],
    measure: str,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
    *,
    apart: bool = False,
) -> Figure:
    """Build groups of interval bars on one scale from zero.

    Args:
        id: Id of the figure.
        groups: In drawing order; bars within a group keep their order.
        measure: What is measured, for the table twin.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
        apart: Whether each group has a scale of its own, as groups in different units need.
    """
    every = [span for group in groups for span in group.spans]

    def draw(canvas: Canvas, width: float) -> float:
        left = _left(every, width)
        scales = [
            _scale([span.quantity for span in (group.spans if apart else every)], left, width - 84)
            for group in groups
        ]
        tops, y = [], 0.0
        for group in groups:
            tops.append(y)
            y += 44 + _ROW * len(group.spans)
        if scales and not apart:
            parts = all(span.quantity.unit in _PARTS for span in every)
            foot_axis(canvas, scales[0], (30, y), percent=parts)
        for top, group, scale in zip(tops, groups, scales, strict=True):
            if apart:
                canvas.line((left, top + 30), (left, top + 34 + _ROW * len(group.spans)), "outline")
            _draw(canvas, top, width, group, scale)
        return y + (0 if apart else 24)

    columns = ("Form", "Country", measure, "interval", "Note")
    rows = tuple(_twin(group, span) for group in groups for span in group.spans)
    alt = f"{title.plain} " + " ".join(_spoken(group) for group in groups)
    return Figure(id, title, subtitle, alt, columns, rows, source_line, draw, width)


def _left(spans: Sequence[Span], width: float) -> float:
    """Where the bars start: beside the longest name, which may take two fifths of the width."""
    least = 108.0 if width < NARROW else min(190.0, width * 0.26)
    names = max((Type(13, 600).width(span.name) for span in spans), default=0.0)
    return min(max(least, names + 14), width * 0.4)


def _scale(quantities: Sequence[Quantity], start: float, end: float) -> Scale:
    """The scale of some bars: the ruler of the scores from one to five, else from zero."""
    values = values_of(quantities)
    if values and min(values) >= 1 and all(one.unit == "score" for one in quantities):
        return Scale(1, 5, start, end)
    return Scale.linear(values, start, end, zero=True)


def printed(quantity: Quantity) -> Shown:
    """Print the value, or the interval where the evidence gives no value."""
    if quantity.unit in _PARTS:
        return show(quantity, "percent" if quantity.value is not None else "percents")
    return show(quantity, "bare" if quantity.value is not None else "range")


def _draw(canvas: Canvas, top: float, width: float, group: Group, scale: Scale) -> None:
    canvas.rect((0, top + 2), (width, 24), "paper")
    canvas.text((0, top + 19), group.name, _GROUP)
    end = _GROUP.width(group.name) + 12
    if end + _SMALL.width(group.note) < width:
        canvas.text((end, top + 19), group.note, _SMALL)
    for place, span in enumerate(group.spans):
        y = top + 30 + _ROW * place
        ink = "teal" if span.focus else "ink"
        canvas.text((0, y + 15), span.name, Type(13, 600 if span.focus else 400, ink))
        band = "band50" if span.focus else "rest"
        draw_interval(canvas, y + 11, scale, span.quantity, ink, band)
        _ends(canvas, y + 11, scale, span.quantity)
        style = Type(13, 600, "teal" if span.focus else "ink2", "end")
        canvas.number((width - 2, y + 15), printed(span.quantity), style)


def _ends(canvas: Canvas, y: float, scale: Scale, quantity: Quantity) -> None:
    """Close both ends of an interval without a value, so that it is seen as one."""
    if quantity.value is None and quantity.low is not None and quantity.high is not None:
        for end in (quantity.low, quantity.high):
            x = scale.at(end)
            canvas.line((x, y - 5), (x, y + 5), "ink2", 1.4)


def _twin(group: Group, span: Span) -> tuple[TwinCell, ...]:
    known = span.quantity.low is not None
    part = span.quantity.unit in _PARTS
    spread: TwinCell = show(span.quantity, "percents" if part else "range") if known else "none"
    return (
        group.name,
        span.name,
        show(span.quantity, "percent" if part else "value"),
        spread,
        span.note if span.note.parts else "none",
    )


def _spoken(group: Group) -> str:
    parts = ", ".join(f"{span.name} {printed(span.quantity).plain}" for span in group.spans)
    return f"{group.name}: {parts}."
