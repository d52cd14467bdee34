"""Deliveries by month: bars per country with their interval, months of cover below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import NARROW, Months, Scale, left_axis, month_axis
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.figures.strokes import draw_band, draw_line, values_of
from midstream.report.numbers import Sentence, Shown, say, show
from midstream.report.svg import Canvas, Type

_NAME = Type(size=14, weight=600, condensed=False)
_NOTE = Type(size=12.5, fill="ink2")
_PART = Type(size=12, fill="muted")

#: A worst month from this share of normal up is not marked.
UNHARMED = 0.97

#: Heights of the bars and of the cover below them.
_BARS, _COVER = 112.0, 64.0
#: Bars from this width up have room for a halo around their bracket.
_HALO = 8.0


@dataclass(frozen=True, slots=True)
class Panel:
    """One country.

    Attributes:
        name: Its name.
        bars: Deliveries of each month over normal ones; value ``None`` where not known.
        cover: Months of use the stock covers; empty where not computed.
        focus: Whether it is the country the study is about.
    """

    name: str
    bars: tuple[Quantity, ...]
    cover: tuple[Quantity, ...] = ()
    focus: bool = False


@dataclass(frozen=True, slots=True)
class Axes:
    """What the panels share: months, scales over all of them, names of what is drawn."""

    months: Months
    bars: str
    cover: str
    caption: str


def deliveries(
    id: str,
    panels: Sequence[Panel],
    axes: Axes,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
) -> Figure:
    """Build small multiples of deliveries by month, all on the same scales.

    Args:
        id: Id of the figure.
        panels: Countries in drawing order.
        axes: Months and the names of bars and line.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """
    bars = values_of([q for panel in panels for q in panel.bars])
    cover = values_of([q for panel in panels for q in panel.cover])

    def draw(canvas: Canvas, width: float) -> float:
        columns = _columns(len(panels), width)
        wide = (width - 28 * (columns - 1)) / columns
        y = 0.0
        for start in range(0, len(panels), columns):
            row = panels[start : start + columns]
            used = [
                _Panel(canvas, (i * (wide + 28), y), wide, panel, axes, bars, cover).draw()
                for i, panel in enumerate(row)
            ]
            y = max(used) + 22
        return y - 16

    columns = ("Country", "Month", "Deliveries", "interval", "Cover")
    return Figure(
        id, title, subtitle, _alt(title, panels, axes), columns, _rows(panels, axes),
        source_line, draw, width,
    )  # fmt: skip


def _columns(count: int, width: float) -> int:
    """Choose one column on a phone, else the number that leaves no panel alone."""
    if width < NARROW:
        return 1
    most = 2 if width < 700 else 4 if count == 4 else 3
    return min(count, most)


def lowest(bars: Sequence[Quantity]) -> int | None:
    """Give the first month with the lowest value; ``None`` where none is known."""
    known = [i for i, q in enumerate(bars) if q.value is not None]
    return min(known, key=lambda i: (bars[i].value or 0.0, i)) if known else None


@dataclass(slots=True)
class _Panel:
    """One drawing of one country.

    Attributes:
        canvas, at, wide: Where it is drawn.
        panel, axes: What is drawn.
        bars, cover: Values of all countries, which share their scales.
        ends: Left and right end of the plots.
        across: Places of the months; half a month of room at both ends.
    """

    canvas: Canvas
    at: tuple[float, float]
    wide: float
    panel: Panel
    axes: Axes
    bars: Sequence[float]
    cover: Sequence[float]
    ends: tuple[float, float] = field(init=False)
    across: Scale = field(init=False)

    def __post_init__(self) -> None:
        months = self.axes.months
        left, right = self.ends = self.at[0] + 38, self.at[0] + self.wide
        half = (right - left) / months.count / 2
        self.across = Scale(months.first, months.last, left + half, right - half)

    def draw(self) -> float:
        x, y = self.at
        ink = "teal" if self.panel.focus else "ink"
        self.canvas.text((x, y + 15), self.panel.name, Type(14, 600, ink, condensed=False))
        y = self.canvas.paragraph((x, y + 33), self._note(), _NOTE, self.wide, 16)
        self.canvas.text((x, y + 8), self.axes.bars, _PART, structure=True)
        top = y + 22
        base = self._bars(top)
        if self.panel.cover:
            self.canvas.text((x, base + 22), self.axes.cover, _PART, structure=True)
            base = self._cover(base + 34)
        return base + month_axis(
            self.canvas, self.axes.months, self.across, base, self.axes.caption
        )

    def _note(self) -> Sentence:
        low = lowest(self.panel.bars)
        if low is None:
            return Sentence(("deliveries not known",))
        return say("lowest {v:percent}", v=self.panel.bars[low])

    def _bars(self, top: float) -> float:
        base = top + _BARS
        scale = Scale.linear([1.0, *self.bars], base, top, zero=True, ticks=3)
        left_axis(self.canvas, scale, self.ends, percent=True)
        part = (self.ends[1] - self.ends[0]) / self.axes.months.count
        wide = max(part * 0.66, 1.5)
        low = lowest(self.panel.bars)
        short = low is not None and (self.panel.bars[low].value or 0.0) < UNHARMED
        for i, quantity in enumerate(self.panel.bars):
            x = self.across.at(self.axes.months.first + i)
            self._bar(quantity, (x, wide), scale, "accent" if short and i == low else "ink")
        return base

    def _bar(self, quantity: Quantity, place: tuple[float, float], scale: Scale, fill: str) -> None:
        x, wide = place
        if quantity.value is None:
            self.canvas.hatch((x - wide / 2, scale.at(0) - 26), (wide, 26), "grey", step=4)
            return
        fill = fill if fill == "accent" else "teal" if self.panel.focus else "grey"
        top = scale.at(quantity.value)
        self.canvas.rect((x - wide / 2, top), (wide, max(scale.at(0) - top, 1)), fill)
        if quantity.low is not None and quantity.high is not None:
            ends = (x, scale.at(quantity.high)), (x, scale.at(quantity.low))
            # Around a bracket on a thin bar a halo would cut the bar off.
            if wide >= _HALO:
                self.canvas.line(*ends, "paper", 2.6)
            self.canvas.line(*ends, "ink", 1.1)

    def _cover(self, top: float) -> float:
        base = top + _COVER
        scale = Scale.linear(self.cover, base, top, zero=True, ticks=2)
        left_axis(self.canvas, scale, self.ends)
        places = [self.across.at(self.axes.months.first + i) for i in range(len(self.panel.cover))]
        draw_band(self.canvas, places, self.panel.cover, scale, "band90")
        points = [
            None if q.value is None else (x, scale.at(q.value))
            for x, q in zip(places, self.panel.cover, strict=True)
        ]
        draw_line(self.canvas, points, "teal" if self.panel.focus else "ink2", 2)
        return base


def _rows(panels: Sequence[Panel], axes: Axes) -> tuple[tuple[TwinCell, ...], ...]:
    rows: list[tuple[TwinCell, ...]] = []
    for panel in panels:
        for i, month in enumerate(axes.months.numbers()):
            bar = panel.bars[i]
            span: str | Shown = show(bar, "percents") if bar.low is not None else "none"
            cover: TwinCell = show(panel.cover[i]) if panel.cover else "not computed"
            rows.append((panel.name, axes.months.name(month), show(bar, "percent"), span, cover))
    return tuple(rows)


def _alt(title: Sentence, panels: Sequence[Panel], axes: Axes) -> str:
    said = [title.plain, f"{axes.bars}."]
    for panel in panels:
        low = lowest(panel.bars)
        if low is None:
            said.append(f"{panel.name}: not known.")
            continue
        month = axes.months.name(axes.months.first + low)
        said.append(f"{panel.name}: lowest {show(panel.bars[low], 'percent').plain} in {month}.")
    return " ".join(said)
