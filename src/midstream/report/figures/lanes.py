"""Do the sources agree? Dots in lanes by kind of origin, with the tolerance band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import nice_step
from midstream.report.figures.figure import Figure
from midstream.report.numbers import Sentence, Shown, number_text, say, show
from midstream.report.svg import Canvas, Type, f

LANES = ("Official", "Analysts, firms", "Press, digests")
_NAME = Type(size=12.5, fill="ink2")
_SMALL = Type(size=12, fill="ink2", anchor="middle")
_AXIS = Type(size=12, fill="muted", anchor="middle")


@dataclass(frozen=True, slots=True)
class Dot:
    """One source's number.

    Attributes:
        lane: Index into `LANES`.
        quantity: The number.
        name: Source and year.
        agrees: Whether it lies in the tolerance of the value used.
    """

    lane: int
    quantity: Quantity
    name: str
    agrees: bool


def lanes(
    used: Quantity,
    dots: Sequence[Dot],
    band: tuple[float, float] | None,
    title: Sentence,
    source_line: Sentence,
) -> Figure:
    """Build the lanes of one number.

    Args:
        used: The value used.
        dots: One per observation.
        band: Tolerance band round the value used, or ``None``.
        title, source_line: The finding and from whom.
    """

    def draw(canvas: Canvas, width: float) -> float:
        left = 0.0 if width < 420 else 104.0
        scale = _Scale.over(used, dots, band, left + 16, width - 40)
        height = 30 + 62 * len(LANES)
        _frame(canvas, scale, (left, width), height, band)
        for lane, name in enumerate(LANES):
            canvas.text((0, 24 + 62 * lane + (8 if not left else 38)), name, _NAME)
            _lane(
                canvas,
                scale,
                24 + 62 * lane + (34 if left else 38),
                [dot for dot in dots if dot.lane == lane],
            )
        return _marker(canvas, scale, height, used)

    rows = tuple(
        (LANES[dot.lane], dot.name, show(dot.quantity), "agrees" if dot.agrees else "differs")
        for dot in dots
    )
    alt = f"{title.plain} Used: {show(used).plain}. " + "; ".join(
        f"{dot.name} {show(dot.quantity).plain} {'agrees' if dot.agrees else 'differs'}"
        for dot in dots
    )
    columns = ("Kind of origin", "Source", "Value", "Verdict")
    subtitle = say("Filled: official. Ring: analysts and firms. Dashed: press and digests.")
    return Figure("lanes", title, subtitle, alt, columns, rows, source_line, draw, width=460)


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    start: float
    end: float
    step: float

    @classmethod
    def over(
        cls,
        used: Quantity,
        dots: Sequence[Dot],
        band: tuple[float, float] | None,
        start: float,
        end: float,
    ) -> _Scale:
        values = [q.value for q in (used, *(dot.quantity for dot in dots)) if q.value is not None]
        low, high = min([*values, *(band or ())]), max([*values, *(band or ())])
        spread = (high - low) or abs(high) or 1.0
        step = nice_step(spread / 3)
        bottom = floor((low - spread * 0.08) / step) * step
        bottom = max(0.0, bottom) if low >= 0 else bottom
        return cls(bottom, high + spread * 0.12, start, end, step)

    def at(self, value: float) -> float:
        return self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        count = int((self.high - self.low) / self.step + 1e-9)
        return [self.low + self.step * i for i in range(count + 1)]


def _frame(
    canvas: Canvas,
    scale: _Scale,
    ends: tuple[float, float],
    height: float,
    band: tuple[float, float] | None,
) -> None:
    if band is not None:
        left, right = (scale.at(end) for end in band)
        canvas.rect((left, 18), (max(right - left, 2), height - 18), "band90")
        anchor = "end" if left > ends[1] * 0.6 else "start"
        x = right if anchor == "end" else left
        canvas.text((x, 12), "tolerance of the measure", Type(12, fill="teal", anchor=anchor))
    for tick in scale.ticks():
        x = scale.at(tick)
        canvas.line((x, 18), (x, height), "hairline")
        canvas.text((x, height + 16), number_text(tick, ""), _AXIS, structure=True)
    canvas.line((ends[0], height), (ends[1], height), "outline", 1.2)


def _lane(canvas: Canvas, scale: _Scale, y: float, dots: Sequence[Dot]) -> None:
    taken = {-14.0: -99.0, 22.0: -99.0}
    for dot in sorted(dots, key=lambda item: (item.quantity.value or 0.0, item.name)):
        x = scale.at(dot.quantity.value or 0.0)
        ink = "teal" if dot.agrees else "accent"
        if dot.quantity.low is not None and dot.quantity.high is not None:
            canvas.line((scale.at(dot.quantity.low), y), (scale.at(dot.quantity.high), y), ink, 1.5)
        fill, dash = (ink, "") if dot.lane == 0 else ("paper", "" if dot.lane == 1 else "2 2")
        canvas.circle((x, y), 5, fill=fill, stroke=ink, width=1.8, dash=dash)
        for shift, end in taken.items():
            wide = _SMALL.width(dot.name)
            middle = min(max(x, scale.start + wide / 2 - 20), scale.end + 38 - wide / 2)
            if middle - wide / 2 > end + 6:
                canvas.text((middle, y + shift), dot.name, _SMALL, structure=True)
                taken[shift] = middle + wide / 2
                break


def _marker(canvas: Canvas, scale: _Scale, height: float, used: Quantity) -> float:
    x = scale.at(used.value or 0.0)
    canvas.path(f"M{f(x)} {f(height + 3)}l5 8h-10z", fill="ink")
    shown: Shown = show(used)
    style = Type(12.5, 600, anchor="middle")
    wide = style.width(f"{shown.plain} used")
    middle = min(max(x, wide / 2), scale.end + 38 - wide / 2)
    canvas.sentence((middle, height + 36), say("{v} used", v=shown), style)
    return height + 44
