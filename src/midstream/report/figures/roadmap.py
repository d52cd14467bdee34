"""When what has to be seen: a lane for each lever, its milestones on a line of years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.report.figures.axes import AXIS, NARROW
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.numbers import Sentence
from midstream.report.svg import Canvas, Type

_NAME = Type(size=13.5, weight=600, condensed=False)
_KEY = Type(size=12, fill="muted")
_LANE, _TALL = 40.0, 54.0

#: Kinds of milestone in the order they come in.
KINDS = ("award", "start", "first output", "full output", "review")


@dataclass(frozen=True, slots=True)
class Stone:
    """A milestone: kind, year and day, what has to be seen, and whether a signal says so."""

    kind: str
    year: int
    by: str
    text: Sentence
    signal: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A lever with its milestones by day."""

    name: str
    stones: tuple[Stone, ...]


def roadmap(
    id: str,
    lanes: Sequence[Lane],
    years: tuple[int, int],
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
) -> Figure:
    """Build the lanes of a roadmap.

    Args:
        id: Id of the figure.
        lanes: In drawing order.
        years: First and last year.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """

    def draw(canvas: Canvas, width: float) -> float:
        narrow = width < NARROW
        left = 8.0 if narrow else width * 0.42
        lane = _TALL if narrow else _LANE
        step = (width - 14 - left) / (years[1] - years[0])
        foot = lane * len(lanes) + 4
        for year in range(years[0], years[1] + 1):
            x = left + step * (year - years[0])
            canvas.line((x, 0), (x, foot))
            if not narrow or not (year - years[0]) % 3:
                canvas.text((x, foot + 16), str(year), AXIS, structure=True)
        for place, one in enumerate(lanes):
            _lane(canvas, one, lane * place, (left, step, float(years[0])), narrow)
        return _key(canvas, foot + 40, narrow)

    columns = ("Lever", "By", "Kind", "What has to be seen", "Signal that says so")
    rows: tuple[tuple[TwinCell, ...], ...] = tuple(
        (one.name, stone.by, stone.kind, stone.text, stone.signal or "none yet")
        for one in lanes
        for stone in one.stones
    )
    told = "; ".join(
        f"{one.name} " + ", ".join(f"{stone.kind} {stone.year}" for stone in one.stones)
        for one in lanes
    )
    alt = f"{title.plain} {told}."
    return Figure(id, title, subtitle, alt, columns, rows, source_line, draw, width)


def _lane(
    canvas: Canvas, one: Lane, top: float, scale: tuple[float, float, float], narrow: bool
) -> None:
    left, step, first = scale
    width = 300.0 if narrow else left - 16
    y = top + (38 if narrow else 20)
    words = Sentence((one.name,))
    canvas.paragraph((0, top + (14 if narrow else 16)), words, _NAME, width, 16)
    places = [left + step * (stone.year - first) for stone in one.stones]
    if places:
        canvas.line((min(places), y), (max(places), y), "teal", 2)
    for stone, x in _apart(one.stones, places):
        draw_stone(canvas, (x, y), stone.kind, bool(stone.signal))


def _apart(stones: Sequence[Stone], places: Sequence[float]) -> list[tuple[Stone, float]]:
    """Milestones of one year stand side by side."""
    found, held = [], dict[float, int]()
    for stone, x in zip(stones, places, strict=True):
        count = held.get(x, 0)
        held[x] = count + 1
        found.append((stone, x + 11 * count))
    return found


def draw_stone(canvas: Canvas, at: tuple[float, float], kind: str, watched: bool = False) -> None:
    """Draw a milestone; a ring round it says that a signal on record can tell."""
    x, y = at
    if kind == "award":
        canvas.circle(at, 4.5, fill="paper", stroke="teal", width=1.8)
    elif kind == "start":
        canvas.circle(at, 4.5, fill="teal")
    elif kind in ("first output", "full output"):
        fill = "teal" if kind == "full output" else "paper"
        canvas.rect((x - 4.5, y - 4.5), (9, 9), fill, "teal", width=1.8)
    else:
        canvas.path(f"M{x} {y - 5}l5 5l-5 5l-5 -5z", "paper", "ink2", 1.4)
    if watched:
        canvas.circle(at, 8, stroke="accent", width=1.4)


def _key(canvas: Canvas, y: float, narrow: bool) -> float:
    """Say what the marks mean; they are too small for words of their own."""
    x = 6.0
    for kind in (*KINDS, "a signal says so"):
        if narrow and x > 200:
            x, y = 6.0, y + 20
        draw_stone(canvas, (x, y - 4), kind if kind in KINDS else "start", kind not in KINDS)
        canvas.text((x + 13, y), kind, _KEY)
        x += 13 + _KEY.width(kind) + 22
    return y + 12
