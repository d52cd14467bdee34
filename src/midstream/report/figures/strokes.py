"""Marks the charts share: lines with gaps, bands, interval bars, rings, turned text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import Scale, runs
from midstream.report.svg import Canvas, f

#: A point of a line; ``None`` where there is no value.
Point = tuple[float, float] | None


def values_of(quantities: Sequence[Quantity]) -> list[float]:
    """Give every number of some quantities: values and both ends."""
    return [
        number
        for quantity in quantities
        for number in (quantity.low, quantity.value, quantity.high)
        if number is not None
    ]


def draw_line(
    canvas: Canvas, points: Sequence[Point], stroke: str, width: float = 2, dash: str = ""
) -> None:
    """Draw a line through points; it breaks where one is missing, a lone point becomes a dot."""
    known = [point is not None for point in points]
    for run in runs(known):
        held = [points[i] or (0.0, 0.0) for i in run]
        if len(held) == 1:
            canvas.circle(held[0], width, fill=stroke)
            continue
        path = "L".join(f"{f(x)} {f(y)}" for x, y in held)
        canvas.path(f"M{path}", stroke=stroke, width=width, dash=dash)


def draw_band(
    canvas: Canvas, places: Sequence[float], spans: Sequence[Quantity], scale: Scale, fill: str
) -> None:
    """Fill the area between both ends of quantities along a line; it breaks where one has none.

    Args:
        canvas: Where to draw.
        places: Place of each quantity along the line, in px.
        spans: Quantities whose low and high are the edges.
        scale: Upright scale. fill: colour token.
    """
    for run in runs([q.low is not None and q.high is not None for q in spans]):
        high = [(places[i], scale.at(spans[i].high or 0.0)) for i in run]
        low = [(places[i], scale.at(spans[i].low or 0.0)) for i in reversed(run)]
        if len(high) == 1:
            x = high[0][0]
            canvas.line((x, high[0][1]), (x, low[0][1]), fill, 6)
            continue
        path = "L".join(f"{f(x)} {f(y)}" for x, y in (*high, *low))
        canvas.path(f"M{path}Z", fill=fill)


def draw_interval(
    canvas: Canvas,
    y: float,
    scale: Scale,
    quantity: Quantity,
    ink: str,
    band: str,
    radius: float = 4.5,
) -> None:
    """Draw a level interval bar with a dot at its value; nothing where there is no number."""
    if quantity.low is not None and quantity.high is not None:
        left, right = scale.at(quantity.low), scale.at(quantity.high)
        canvas.rect((left, y - 3.5), (max(right - left, 2), 7), band, radius=1)
    if quantity.value is not None:
        canvas.circle((scale.at(quantity.value), y), radius, fill=ink, stroke="paper", width=1.2)


def turned(
    canvas: Canvas, at: tuple[float, float], angle: float, draw: Callable[[Canvas], None]
) -> None:
    """Draw something turned round a point; its numbers are entered as if it were level."""
    inner = Canvas(canvas.theme)
    draw(inner)
    place = f"translate({f(at[0])} {f(at[1])}) rotate({f(angle)})"
    canvas.parts.append(f'<g transform="{place}">{"".join(inner.parts)}</g>')
    canvas.numbers.extend(inner.numbers)
