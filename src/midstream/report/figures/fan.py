"""What happened and what may happen: a median with its bands by month, the record on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import (
    NARROW,
    Months,
    Scale,
    keep_apart,
    left_axis,
    month_axis,
)
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.figures.strokes import draw_band, draw_line, values_of
from midstream.report.numbers import Sentence, say, show
from midstream.report.svg import Canvas, Type

_NUMBER = Type(size=13.5, weight=600, anchor="middle")
_EVENT = Type(size=12.5, weight=600, fill="accent")
_DATE = Type(size=12.5, fill="accent")
_UNIT = Type(size=13, weight=600)

#: Height of the plot, and of one row of event names above it.
_PLOT, _ROW = 250.0, 32.0


@dataclass(frozen=True, slots=True)
class Track:
    """One path by month.

    Attributes:
        name: What it is; stands at the end of the line.
        points: Median of each month, low and high the 80% interval.
        inner: The same with the 50 % interval; empty where it is not known.
    """

    name: str
    points: tuple[Quantity, ...]
    inner: tuple[Quantity, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """A dated rule: what happens, in which month, and the date in words where there is one."""

    name: str
    month: float
    date: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """An observed value in a month."""

    month: float
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class FanData:
    """What a fan shows.

    Attributes:
        months: The months along the foot.
        subject: The path with its bands.
        other: A second path without bands (the price inside), or ``None``.
        events: Dated rules. records: observed values.
        measure: What is measured, with its unit, over the axis.
        caption: What the months count, where they are no calendar.
    """

    months: Months
    subject: Track
    other: Track | None = None
    events: tuple[Event, ...] = ()
    records: tuple[Record, ...] = ()
    measure: str = ""
    caption: str = "months after the measure takes force"


def fan(
    id: str,
    data: FanData,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
) -> Figure:
    """Build a fan: bands and median of the path, the record on top, misses marked.

    Args:
        id: Id of the figure.
        data: What it shows.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """

    def draw(canvas: Canvas, width: float) -> float:
        return _Fan(canvas, width, data).draw()

    return Figure(
        id,
        title,
        subtitle,
        _alt(title, data),
        _columns(data),
        _rows(data),
        source_line,
        draw,
        width,
    )


def missed(data: FanData, record: Record) -> bool:
    """Whether an observed value lies outside the 80 % band of its month."""
    index = round(record.month) - data.months.first
    value = record.quantity.value
    if value is None or not 0 <= index < len(data.subject.points):
        return False
    point = data.subject.points[index]
    if point.low is None or point.high is None:
        return False
    return not point.low <= value <= point.high


@dataclass(slots=True)
class _Fan:
    """One drawing of a fan."""

    canvas: Canvas
    width: float
    data: FanData
    left: float = 0.0
    right: float = 0.0
    across: Scale = field(init=False)
    upright: Scale = field(init=False)

    def draw(self) -> float:
        data, narrow = self.data, self.width < NARROW
        self.left, self.right = (34.0, self.width - 82) if narrow else (44.0, self.width - 138)
        self.across = Scale(data.months.first, data.months.last, self.left, self.right)
        if data.measure:
            self.canvas.text((0, 14), data.measure, _UNIT, structure=True)
        top = (26.0 if data.measure else 6.0) + _ROW * self._event_rows()
        bottom = top + (200.0 if narrow else _PLOT)
        tracks = [q for track in self._tracks() for q in track.points]
        seen = [record.quantity for record in data.records]
        self.upright = Scale.linear(values_of([*tracks, *seen]), bottom, top + 14)
        left_axis(self.canvas, self.upright, (self.left, self.right))
        self._bands()
        self._events(26.0 if data.measure else 6.0, bottom)
        self._lines()
        self._records()
        self._names()
        return bottom + month_axis(self.canvas, data.months, self.across, bottom, data.caption)

    def _tracks(self) -> list[Track]:
        return [self.data.subject, *([self.data.other] if self.data.other else [])]

    def _places(self, track: Track) -> list[float]:
        return [self.across.at(self.data.months.first + i) for i in range(len(track.points))]

    def _bands(self) -> None:
        subject = self.data.subject
        places = self._places(subject)
        draw_band(self.canvas, places, subject.points, self.upright, "band90")
        if subject.inner:
            draw_band(self.canvas, places, subject.inner, self.upright, "band50")

    def _lines(self) -> None:
        if self.data.other is not None:
            self._line(self.data.other, "ink2", 1.8, "")
        self._line(self.data.subject, "teal", 2.4, "7 3")
        best = _peak(self.data.subject.points)
        if best is None or any(abs(r.month - self._month(best)) < 2 for r in self.data.records):
            return
        quantity = self.data.subject.points[best]
        x, y = self.across.at(self._month(best)), self.upright.at(quantity.value or 0.0)
        self.canvas.circle((x, y), 4.5, fill="teal", stroke="paper", width=1.5)
        place = min(max(x, self.left + 16), self.right - 16)
        style = Type(13.5, 600, "teal", "middle")
        self.canvas.number((place, y - 10), show(quantity, "bare"), style)

    def _month(self, index: int) -> int:
        return self.data.months.first + index

    def _line(self, track: Track, stroke: str, width: float, dash: str) -> None:
        points = [
            None if q.value is None else (x, self.upright.at(q.value))
            for x, q in zip(self._places(track), track.points, strict=True)
        ]
        draw_line(self.canvas, points, stroke, width, dash)

    def _records(self) -> None:
        known = [r for r in self.data.records if r.quantity.value is not None]
        points = [
            (self.across.at(r.month), self.upright.at(r.quantity.value or 0.0)) for r in known
        ]
        draw_line(self.canvas, points, "ink", 1, "1.5 3")
        for (x, y), record in zip(points, known, strict=True):
            miss = missed(self.data, record)
            if miss:
                self.canvas.circle((x, y), 10, stroke="accent", width=1.8)
            self.canvas.circle((x, y), 5, fill="ink", stroke="paper", width=1.5)
            above = y > self.upright.end + 34
            place = min(max(x, self.left + 14), self.width - 14)
            shift = (-14 if miss else -11) if above else (26 if miss else 22)
            self.canvas.number((place, y + shift), show(record.quantity, "bare"), _NUMBER)
            if miss:
                spot = (min(max(x, self.left + 20), self.width - 22), y + (24 if above else -15))
                self.canvas.text(spot, "missed", Type(12.5, 600, "accent", "middle"))

    def _names(self) -> None:
        """Name the lines and bands at their ends, kept apart."""
        labels = [
            (self._end(track), track.name, ink, 600)
            for track, ink in zip(self._tracks(), ("teal", "ink2"), strict=False)
        ]
        last = self.data.subject.points[-1]
        if last.high is not None and last.high != last.low:
            labels.append((self.upright.at(last.high), "80% interval", "teal", 400))
        gap = 32.0 if self.width < NARROW else 19.0
        wanted = [label[0] for label in labels]
        placed = keep_apart(wanted, gap, self.upright.end + 4, self.upright.start - 6)
        for y, (_, name, ink, weight) in zip(placed, labels, strict=True):
            self._name((self.right + 10, y + 4), name, Type(12.5, weight, ink))

    def _name(self, at: tuple[float, float], name: str, style: Type) -> None:
        room = self.width - at[0]
        if style.width(name) <= room:
            self.canvas.text(at, name, style)
        else:
            self.canvas.paragraph(at, Sentence((name,)), style, room, 14)

    def _end(self, track: Track) -> float:
        known = [q.value for q in track.points if q.value is not None]
        return self.upright.at(known[-1]) if known else self.upright.start

    def _event_rows(self) -> int:
        return 1 + max((row for *_, row in self._event_places()), default=-1)

    def _event_places(self) -> list[tuple[Event, float, str, int]]:
        """Choose side and row of each event's name: no name on a name, no rule through one."""
        out: list[tuple[Event, float, str, int]] = []
        for event in self.data.events:
            x = self.across.at(event.month)
            spots = [(row, side) for row in range(4) for side in ("end", "start")]
            row, side = next(
                (spot for spot in spots if self._free((event, x, spot[1], spot[0]), out)),
                (0, "start"),
            )
            out.append((event, x, side, row))
        return out

    def _free(
        self,
        spot: tuple[Event, float, str, int],
        placed: Sequence[tuple[Event, float, str, int]],
    ) -> bool:
        """Whether an event can stand there; a rule runs from its own row downwards."""
        low, high = _reach(spot)
        if low < 0 or high > self.width:
            return False
        for other in placed:
            left, right = _reach(other)
            if spot[3] == other[3] and not (high <= left or right <= low):
                return False
            if other[3] <= spot[3] and low < other[1] < high:
                return False
            if spot[3] <= other[3] and left < spot[1] < right:
                return False
        return True

    def _events(self, top: float, bottom: float) -> None:
        for event, x, side, row in self._event_places():
            y = top + _ROW * row
            self.canvas.line((x, y), (x, bottom), "accent", 1.4, "3 2.5")
            place = x - 6 if side == "end" else x + 6
            style = Type(12.5, 600, "accent", side)
            self.canvas.text((place, y + 11), event.name, style)
            if event.date:
                self.canvas.text(
                    (place, y + 25), event.date, Type(12.5, fill="accent", anchor=side), True
                )


def _reach(spot: tuple[Event, float, str, int]) -> tuple[float, float]:
    """Left and right end of an event's name."""
    event, x, side, _ = spot
    wide = max(_EVENT.width(event.name), _DATE.width(event.date)) + 8
    return (x - wide, x) if side == "end" else (x, x + wide)


def _peak(points: Sequence[Quantity]) -> int | None:
    known = [i for i, q in enumerate(points) if q.value is not None]
    return max(known, key=lambda i: (points[i].value or 0.0, -i)) if known else None


def _columns(data: FanData) -> tuple[str, ...]:
    tracks = [data.subject.name, "interval", *([data.other.name] if data.other else [])]
    return ("Month", *tracks, *(["Observed"] if data.records else []))


def _rows(data: FanData) -> tuple[tuple[TwinCell, ...], ...]:
    seen = {round(r.month): r for r in data.records}
    rows: list[tuple[TwinCell, ...]] = []
    for i, month in enumerate(data.months.numbers()):
        point = data.subject.points[i]
        row: list[TwinCell] = [data.months.name(month), show(point)]
        row.append(show(point, "range") if point.low is not None else "none")
        if data.other is not None:
            row.append(show(data.other.points[i]))
        if data.records:
            row.append(_observed(data, seen.get(month)))
        rows.append(tuple(row))
    return tuple(rows)


def _observed(data: FanData, record: Record | None) -> TwinCell:
    if record is None or record.quantity.value is None:
        return "not observed"
    verdict = "missed" if missed(data, record) else "inside"
    return say("{v} ({verdict})", v=show(record.quantity), verdict=verdict)


def _alt(title: Sentence, data: FanData) -> str:
    points = data.subject.points
    said = [title.plain, f"{data.measure}." if data.measure else ""]
    best = _peak(points)
    if best is not None:
        span = show(points[best], "range").plain
        month = data.months.name(data.months.first + best)
        said.append(f"{data.subject.name} peaks at {show(points[best]).plain} ({span}) in {month}.")
    said += [
        f"{event.name}: {event.date or data.months.name(round(event.month))}."
        for event in data.events
    ]
    for record in data.records:
        verdict = ", missed by the model" if missed(data, record) else ""
        month = data.months.name(round(record.month))
        said.append(f"Observed {show(record.quantity).plain} in {month}{verdict}.")
    return " ".join(part for part in said if part)
