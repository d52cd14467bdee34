"""Who pays, what is missing: money needed, each layer that meets it, the gap hatched in red."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import NARROW, Scale
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.figures.strokes import values_of
from midstream.report.numbers import Sentence, Shown, show
from midstream.report.svg import Canvas, Type

_NAME = Type(size=13, weight=600)
_RED = Type(size=13, weight=600, fill="accent")
_SMALL = Type(size=12, fill="muted")
_ROW, _BAR = 40.0, 22.0


@dataclass(frozen=True, slots=True)
class Layer:
    """One step of the waterfall.

    Attributes:
        name: What it is (an instrument). by: who pays it.
        amount: How much, with its interval.
        kind: ``need`` (starts at zero), ``source`` (taken off) or ``gap`` (what is left).
    """

    name: str
    by: str
    amount: Quantity
    kind: str = "source"


def waterfall(
    id: str,
    layers: Sequence[Layer],
    measure: str,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
) -> Figure:
    """Build a level waterfall: needs first, sources taken off one by one, then the gap.

    The gap stands at zero; where the amounts are means it ends where the last source began.

    Args:
        id: Id of the figure.
        layers: In drawing order.
        measure: What is counted, with its unit, for axis and table twin.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """

    def draw(canvas: Canvas, width: float) -> float:
        left = 118.0 if width < NARROW else 190.0
        totals = values_of([one.amount for one in layers if one.kind != "source"])
        scale = Scale.linear(totals, left, width - 86, zero=True)
        standing = 0.0
        for place, layer in enumerate(layers):
            y = _ROW * place
            standing = _draw(canvas, y, width, layer, scale, standing)
        foot = _ROW * len(layers) + 2
        canvas.line((scale.start, 0), (scale.start, foot), "outline", 1.2)
        canvas.text((scale.start, foot + 14), measure, _SMALL, structure=True)
        return foot + 22

    columns = ("Item", "Payer", measure, "interval")
    rows = tuple(_twin(layer) for layer in layers)
    alt = f"{title.plain} " + ", ".join(
        f"{layer.name} {printed(layer.amount).plain}" for layer in layers
    )
    return Figure(id, title, subtitle, f"{alt}.", columns, rows, source_line, draw, width)


def printed(quantity: Quantity) -> Shown:
    """Print an amount without its unit, which stands on the axis."""
    return show(quantity, "bare")


def _draw(
    canvas: Canvas, y: float, width: float, layer: Layer, scale: Scale, standing: float
) -> float:
    """Draw one bar; gives the level at which the next one starts."""
    value = layer.amount.value or 0.0
    start, end = (max(standing - value, 0.0), standing) if layer.kind == "source" else (0.0, value)
    x, wide = scale.at(start), scale.at(end) - scale.at(start)
    style = _RED if layer.kind == "gap" else _NAME
    canvas.text((0, y + 15), layer.name, style)
    if layer.by:
        canvas.text((0, y + 30), layer.by, _SMALL)
    if layer.kind == "gap":
        canvas.rect((x, y + 5), (max(wide, 2), _BAR), "paper", "accent", width=1.6)
        canvas.hatch((x, y + 5), (max(wide, 2), _BAR), "accent", 6)
    else:
        canvas.rect((x, y + 5), (max(wide, 2), _BAR), "band50" if layer.kind == "need" else "teal")
    if layer.kind != "source":
        _bracket(canvas, y + 5 + _BAR / 2, scale, layer.amount)
    after = value if layer.kind == "need" else start
    if layer.kind == "source":
        canvas.line((x, y + 5 + _BAR), (x, y + _ROW + 5), "outline", 1, "2 2")
    number = Type(13.5, 600, "accent" if layer.kind == "gap" else "ink", "end")
    canvas.number((width - 2, y + 21), printed(layer.amount), number)
    return after


def _bracket(canvas: Canvas, y: float, scale: Scale, quantity: Quantity) -> None:
    if quantity.low is None or quantity.high is None:
        return
    low, high = scale.at(quantity.low), scale.at(quantity.high)
    canvas.line((low, y), (high, y), "ink", 1.6)
    for end in (low, high):
        canvas.line((end, y - 6), (end, y + 6), "ink", 1.6)


def _twin(layer: Layer) -> tuple[TwinCell, ...]:
    known = layer.amount.low is not None
    spread: TwinCell = show(layer.amount, "range") if known else "none"
    return layer.name, layer.by or "none", show(layer.amount), spread
