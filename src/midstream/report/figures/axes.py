"""Scales and axes the charts share: linear and logarithmic scales, months, labels kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log, log10

from midstream.report.numbers import number_text
from midstream.report.svg import Canvas, Type

#: Below this width a chart is laid out for a phone.
NARROW = 520

AXIS = Type(size=12, fill="muted", anchor="middle")
_LEFT_AXIS = Type(size=12, fill="muted", anchor="end")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

#: A scale that would waste more than this share of its length below the data starts above zero.
_WASTE = 0.6


def nice_step(step: float) -> float:
    """Give the smallest of 1, 2, 5 times a power of ten that is not below a step."""
    power = 10 ** floor(log10(step))
    return float(next(m for m in (1, 2, 5, 10) if m * power >= step * 0.999) * power)


@dataclass(frozen=True, slots=True)
class Scale:
    """Places values along a line.

    Attributes:
        low, high: Values at the ends. start, end: their places in px.
        step: Distance of the ticks of a linear scale, as a value.
        log: Whether equal ratios take equal length.
    """

    low: float
    high: float
    start: float
    end: float
    step: float = 1.0
    log: bool = False

    @classmethod
    def linear(
        cls, values: Iterable[float], start: float, end: float, zero: bool = False, ticks: int = 4
    ) -> Scale:
        """Give a scale with round ends over some values.

        It starts at zero where a bar stands on it (``zero``), and otherwise wherever zero lies
        not too far below the data.
        """
        known = list(values) or [0.0, 1.0]
        low, high = min(known), max(known)
        if zero or 0 <= low < _WASTE * high:
            low, high = min(low, 0.0), max(high, 0.0)
        spread = (high - low) or abs(high) or 1.0
        step = nice_step(spread / ticks)
        bottom, top = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
        return cls(bottom, top if top > bottom else bottom + step, start, end, step)

    @classmethod
    def logarithmic(cls, values: Iterable[float], start: float, end: float) -> Scale:
        """Give a logarithmic scale over the positive ones of some values."""
        known = [value for value in values if value > 0] or [1.0, 10.0]
        low, high = min(known), max(known)
        if high <= low * 1.2:
            low, high = low / 1.5, high * 1.5
        return cls(low, high, start, end, log=True)

    def at(self, value: float) -> float:
        """Give the place of a value in px; values beyond the ends stand at them."""
        held = min(max(value, self.low), self.high)
        if self.log:
            part = log(held / self.low) / log(self.high / self.low)
        else:
            part = (held - self.low) / (self.high - self.low)
        return self.start + (self.end - self.start) * part

    def ticks(self) -> list[float]:
        """Give the values that carry a tick."""
        if self.log:
            return _log_ticks(self.low, self.high)
        count = int((self.high - self.low) / self.step + 1e-9)
        return [self.low + self.step * i for i in range(count + 1)]


def _log_ticks(low: float, high: float) -> list[float]:
    """Round numbers between two ends: finer where the span is short."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    span = log10(high / low)
    steps = (1, 1.5, 2, 3, 5, 7) if span < 0.8 else (1, 2, 5) if span < 2.5 else (1,)
    every = max(1, ceil(span / 6)) if span >= 2.5 else 1
    kept = [power for power in powers if power % every == 0]
    ticks = [step * 10.0**power for power in kept for step in steps]
    return [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]


def tick_text(value: float) -> str:
    """Write a tick: plain digits, thousands by commas, no needless decimals."""
    rounded = float(f"{value:.6g}")
    return number_text(rounded, "") if rounded else "0"


def left_axis(
    canvas: Canvas, scale: Scale, ends: tuple[float, float], percent: bool = False
) -> None:
    """Draw hairlines across and the ticks of an upright scale left of them."""
    for tick in scale.ticks():
        y = scale.at(tick)
        canvas.line((ends[0], y), (ends[1], y), "outline" if tick == 0 else "hairline")
        text = f"{tick_text(100 * tick)}%" if percent else tick_text(tick)
        canvas.text((ends[0] - 8, y + 4), text, _LEFT_AXIS, structure=True)


def foot_axis(
    canvas: Canvas,
    scale: Scale,
    ends: tuple[float, float],
    suffix: str = "",
    percent: bool = False,
) -> None:
    """Draw upright hairlines and the ticks of a level scale below them; shares as per cent."""
    used = -1e9
    for tick in scale.ticks():
        text = f"{tick_text(100 * tick)}%" if percent else tick_text(tick) + suffix
        x = scale.at(tick)
        canvas.line((x, ends[0]), (x, ends[1]))
        wide = AXIS.width(text)
        if x - wide / 2 > used + 6:
            canvas.text((x, ends[1] + 16), text, AXIS, structure=True)
            used = x + wide / 2


@dataclass(frozen=True, slots=True)
class Months:
    """The months a chart runs over.

    Attributes:
        first: Number of the first month; month 0 is the one in which the measure takes force.
        count: How many months.
        start: Year and month of the calendar at month 0; ``None`` counts months instead.
    """

    first: int
    count: int
    start: tuple[int, int] | None = None

    @property
    def last(self) -> int:
        """Number of the last month."""
        return self.first + self.count - 1

    def numbers(self) -> range:
        """Give the number of every month."""
        return range(self.first, self.first + self.count)

    def name(self, month: int) -> str:
        """Name a month: ``Jul 2023``, or ``M3`` where months are only counted."""
        if self.start is None:
            return f"M{month}"
        years, index = divmod(self.start[0] * 12 + self.start[1] - 1 + month, 12)
        return f"{_MONTHS[index]} {years}"

    def ticks(self, wide: float) -> list[tuple[int, str]]:
        """Give the months that carry a tick in a width, each with its text."""
        room = max(2, int(wide // (34 if self.start is None else 62)))
        step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120) if self.count / s <= room or s == 120)
        shown = [m for m in self.numbers() if (m + self._shift()) % step == 0]
        return [(month, self._short(month, i)) for i, month in enumerate(shown)]

    def _shift(self) -> int:
        return 0 if self.start is None else self.start[1] - 1

    def _short(self, month: int, place: int) -> str:
        name = self.name(month)
        if self.start is None:
            return tick_text(month)
        return name if place == 0 or name.startswith("Jan") else name[:3]


def month_axis(canvas: Canvas, months: Months, scale: Scale, y: float, caption: str = "") -> float:
    """Draw the months under a chart; gives the height used.

    Args:
        canvas: Where to draw.
        months: The months. scale: their places. y: base line.
        caption: What is counted, written under the ticks where they are mere numbers.
    """
    canvas.line((scale.start, y), (scale.end, y), "outline", 1.2)
    ticks = months.ticks(abs(scale.end - scale.start))
    for month, text in ticks:
        x = scale.at(month)
        canvas.line((x, y), (x, y + 5), "outline")
        canvas.text((x, y + 19), text, AXIS, structure=True)
    if months.start is None and caption:
        style = Type(size=12, fill="muted", anchor="end")
        canvas.text((scale.end, y + 36), caption, style)
        return 42
    return 26


def keep_apart(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels as little as needed so that they stand at least a gap apart, in their order.

    Args:
        places: Wanted places. gap: smallest distance. low, high: ends the labels stay between.
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    out = [min(max(places[i], low), high) for i in order]
    for _ in range(3):
        for i in range(1, len(out)):
            out[i] = max(out[i], out[i - 1] + gap)
        for i in range(len(out) - 1, -1, -1):
            limit = high if i == len(out) - 1 else out[i + 1] - gap
            out[i] = min(out[i], limit)
    moved = dict(zip(order, out, strict=True))
    return [moved[i] for i in range(len(places))]


def runs(known: Sequence[bool]) -> list[range]:
    """Give the unbroken runs of known places in a series, as ranges of indices."""
    edges = [i for i, (a, b) in enumerate(pairwise([False, *known, False])) if a != b]
    return [range(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
