"""The balanced base against reported trade, flow by flow, on logarithmic scales."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import NARROW, Scale, tick_text
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.numbers import Sentence, say, show
from midstream.report.svg import Canvas, Type

_AXIS = Type(size=12, fill="muted", anchor="middle")
_LEFT = Type(size=12, fill="muted", anchor="end")
_NAME = Type(size=12.5, weight=600, fill="ink2")

#: How many of the widest adjustments are named in the drawing.
NAMED = 6

#: Width of the lane for flows that no trade report shows.
_LANE = 26.0


@dataclass(frozen=True, slots=True)
class Arc:
    """One flow between two countries.

    Attributes:
        exporter, importer: Names. form: name of what flows.
        reported: Reported trade; value ``None`` where none is on record.
        balanced: Flow of the balanced base.
        excluded: Why the report was set aside; empty where it was used.
    """

    exporter: str
    importer: str
    form: str
    reported: Quantity
    balanced: Quantity
    excluded: str = ""

    @property
    def name(self) -> str:
        """The flow in words."""
        return f"{self.exporter} to {self.importer}"

    @property
    def distance(self) -> float | None:
        """How far both numbers lie apart, as a log ratio; ``None`` where one is missing or 0."""
        reported, balanced = self.reported.value, self.balanced.value
        if not reported or not balanced or reported < 0 or balanced < 0:
            return None
        return abs(log(balanced / reported))


def arcs(
    id: str,
    found: Sequence[Arc],
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 620,
) -> Figure:
    """Build dots of balanced flow over reported trade; the diagonal is no adjustment.

    Args:
        id: Id of the figure.
        found: Flows, all in one unit.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """

    def draw(canvas: Canvas, width: float) -> float:
        return _Plot(canvas, width, found).draw()

    order = sorted(found, key=lambda arc: (-(arc.distance or 0.0), arc.name, arc.form))
    columns = ("Flow", "Form", "Reported", "Balanced", "Excluded because")
    twin = tuple(_twin(arc) for arc in order)
    alt = f"{title.plain} " + "; ".join(
        f"{arc.name} reported {show(arc.reported).plain}, balanced {show(arc.balanced).plain}"
        for arc in order[:NAMED]
    )
    return Figure(id, title, subtitle, f"{alt}.", columns, twin, source_line, draw, width)


@dataclass(slots=True)
class _Plot:
    """One drawing of the dots."""

    canvas: Canvas
    width: float
    found: Sequence[Arc]

    def draw(self) -> float:
        left, top = 54.0, 34.0
        side = min(self.width - left - 14, 470.0)
        values = [
            q.value
            for arc in self.found
            for q in (arc.reported, arc.balanced)
            if q.value is not None and q.value > 0
        ]
        across = Scale.logarithmic(values, left + _LANE + 8, left + side)
        upright = Scale.logarithmic(values, top + side - 8, top)
        self._frame((left, top, side), across, upright)
        for arc in self.found:
            self._dot(arc, across, upright, left)
        self._names(across, upright)
        return top + side + 44

    def _frame(self, box: tuple[float, float, float], across: Scale, upright: Scale) -> None:
        left, top, side = box
        bottom = top + side
        self.canvas.text((0, 13), "Balanced flow", Type(13, 600))
        self.canvas.rect((left, top), (_LANE, side), "panel")
        self.canvas.line(
            (across.start, upright.start), (across.end, upright.end), "outline", 1, "4 3"
        )
        used = -99.0
        for tick in across.ticks():
            x, text = across.at(tick), tick_text(tick)
            if x - _AXIS.width(text) / 2 > used + 6:
                self.canvas.text((x, bottom + 17), text, _AXIS, structure=True)
                used = x + _AXIS.width(text) / 2
            self.canvas.line((x, top), (x, bottom))
        for tick in upright.ticks():
            y = upright.at(tick)
            self.canvas.line((left, y), (left + side, y))
            self.canvas.text((left - 7, y + 4), tick_text(tick), _LEFT, structure=True)
        self.canvas.text((left + side, bottom + 37), "Reported trade", Type(13, 600, anchor="end"))
        words = Type(12, fill="muted")
        self.canvas.text((left, bottom + 37), "pale lane: no trade on record", words)

    def _dot(self, arc: Arc, across: Scale, upright: Scale, left: float) -> None:
        balanced, reported = arc.balanced.value, arc.reported.value
        if balanced is None or balanced <= 0:
            return
        y = upright.at(balanced)
        if reported is None or reported <= 0:
            self.canvas.circle((left + _LANE / 2, y), 3.2, stroke="grey", width=1.3)
            return
        x = across.at(reported)
        if arc.excluded:
            self.canvas.path(
                f"M{x - 4:.1f} {y - 4:.1f}l8 8M{x + 4:.1f} {y - 4:.1f}l-8 8",
                stroke="accent",
                width=1.8,
            )
            return
        self.canvas.circle((x, y), 4, fill="teal", stroke="paper", width=1)

    def _names(self, across: Scale, upright: Scale) -> None:
        """Name the excluded and the widest adjustments where there is room."""
        order = sorted(
            (arc for arc in self.found if arc.distance is not None),
            key=lambda arc: (not arc.excluded, -(arc.distance or 0.0), arc.name),
        )
        taken = [
            (across.at(arc.reported.value or 1.0) - 4, across.at(arc.reported.value or 1.0) + 4,
             upright.at(arc.balanced.value or 1.0) + 4)
            for arc in order
        ]  # fmt: skip
        most = 3 if self.width < NARROW else NAMED
        for arc in order[:most]:
            spot = across.at(arc.reported.value or 1.0), upright.at(arc.balanced.value or 1.0)
            words = arc.name + (" (excluded)" if arc.excluded else "")
            self._name(spot, words, "accent" if arc.excluded else "ink2", taken, upright.start)

    def _name(
        self,
        spot: tuple[float, float],
        words: str,
        ink: str,
        taken: list[tuple[float, float, float]],
        bottom: float,
    ) -> None:
        x, y = spot
        wide = _NAME.width(words)
        for shift in (4.0, -10.0, 18.0, -24.0, 32.0):
            for low in (x + 8, x - 8 - wide):
                fits = low >= 56 and low + wide <= self.width and y + shift <= bottom + 4
                free = all(
                    abs(y + shift - b) > 14 or low + wide < a or c < low for a, c, b in taken
                )
                if fits and free:
                    taken.append((low, low + wide, y + shift))
                    self.canvas.text((low, y + shift), words, Type(12.5, 600, ink))
                    return


def _twin(arc: Arc) -> tuple[TwinCell, ...]:
    reported: TwinCell = show(arc.reported) if arc.reported.value is not None else "not on record"
    reason = say("{w}", w=arc.excluded or "used")
    return arc.name, arc.form, reported, show(arc.balanced), reason
