"""The hero strip: four vessels filled to their scores, with the interval as a bracket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midstream.report.figures.cells import Cell, binding, spoken
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.marks import draw_label
from midstream.report.numbers import EN_DASH, Sentence, Shown, number_text, say
from midstream.report.svg import Canvas, Type, document
from midstream.report.theme import LIVE, Theme

_HEAD = Type(size=14, weight=600, condensed=False)
_CODE = Type(size=14, weight=600, fill="muted", condensed=False)
_SMALL = Type(size=12.5, fill="muted")
_FACT = Type(size=13, fill="ink", condensed=True)


def draw_vessel(
    canvas: Canvas, at: tuple[float, float], size: tuple[float, float], cell: Cell
) -> None:
    """Draw one vessel: ticks at each score, fill to the score, bracket over the interval."""
    (x, y), (wide, high) = at, size
    canvas.rect((x, y), size, fill="fill1", stroke="outline", radius=3, width=1.4)
    _fill(canvas, (x + 2, y + 2), (wide - 4, high - 4), cell)
    for level in range(1, 5):
        tick = y + high - high * level / 5
        canvas.line((x + 1, tick), (x + 7, tick), "outline")
    if cell.ends:
        top, bottom = (y + high - high * end / 5 for end in reversed(cell.ends))
        middle = x + wide * 0.8
        canvas.line((middle, top - 1), (middle, bottom + 1), "paper", width=6)
        canvas.bracket(middle, top, bottom, "ink", cap=wide * 0.055)


def _fill(canvas: Canvas, at: tuple[float, float], size: tuple[float, float], cell: Cell) -> None:
    (x, y), (wide, high) = at, size
    if cell.digit is not None:
        depth = high * (cell.score.value or cell.digit) / 5
        canvas.rect((x, y + high - depth), (wide, depth), f"fill{max(cell.digit, 2)}", radius=1)
        return
    sure = 0.0 if cell.open else high * cell.low / 5
    top = high * cell.high / 5
    if sure:
        canvas.rect((x, y + high - sure), (wide, sure), f"fill{max(cell.low, 2)}", radius=1)
    canvas.hatch((x, y + high - top), (wide, top - sure), "outline", step=7)


def vessel_svg(cell: Cell, theme: Theme = LIVE) -> str:
    """Give one vessel as an image; its digit stands beside it in the page."""
    canvas = Canvas(theme)
    draw_vessel(canvas, (1, 1), (84, 150), cell)
    return document(canvas, 86, 152, f"{cell.stage}: {cell.word}", "vessel")


def interval_text(cell: Cell) -> Shown | None:
    """Give the interval of a cell as a shown range."""
    if cell.ends is None:
        return None
    low, high = (number_text(end, "score") for end in cell.ends)
    return Shown(cell.score, low if low == high else f"{low}{EN_DASH}{high}")


def hero_strip(
    cells: Sequence[Cell],
    names: Mapping[str, str],
    facts: Mapping[str, tuple[Sentence, Sentence]],
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    id: str = "strip",
) -> Figure:
    """Build the hero strip of a chain.

    Args:
        cells: C1 to C4.
        names: Stage -> display name.
        facts: Stage -> (fact for the country, fact for the holder); either may be empty.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        id: Id of the figure.
    """

    def draw(canvas: Canvas, width: float) -> float:
        column = (width + 24) / 4
        lows = binding(cells)
        heights = [
            _column(canvas, 24 * 0 + column * i, column - 24, cell, names[cell.stage], facts, lows)
            for i, cell in enumerate(cells)
        ]
        return max(heights)

    rows = tuple(_row(cell, names, facts) for cell in cells)
    alt = f"{title.plain} Scores {spoken(cells)}."
    columns = ("Stage", "Score", "Interval", "Word", "Country", "Holder")
    return Figure(id, title, subtitle, alt, columns, rows, source_line, draw, width=1176)


def _row(
    cell: Cell, names: Mapping[str, str], facts: Mapping[str, tuple[Sentence, Sentence]]
) -> tuple[TwinCell, ...]:
    country, holder = facts.get(cell.stage, (Sentence(()), Sentence(())))
    interval = interval_text(cell) or "no interval"
    stage = f"{cell.stage} {names[cell.stage]}"
    return stage, cell.shown, interval, cell.word, country, holder


def _column(
    canvas: Canvas,
    x: float,
    wide: float,
    cell: Cell,
    name: str,
    facts: Mapping[str, tuple[Sentence, Sentence]],
    lows: str | None,
) -> float:
    accent = "accent" if cell.stage == lows else "ink"
    vessel = min(84.0, wide * 0.4)
    high = vessel * 150 / 84
    canvas.text((x, 14), cell.stage, _CODE, structure=True)
    canvas.paragraph((x + 27, 14), say(name), _HEAD, wide - 27, 17)
    draw_vessel(canvas, (x + 1, 26), (vessel, high), cell)
    digit = Type(
        min(96, vessel * 1.05) if len(cell.text) == 1 else vessel * 0.62,
        600,
        accent,
        family="serif",
    )
    left = x + vessel + 16
    canvas.number((left, 26 + high * 0.56), cell.shown, digit)
    word = Type(13.5, 600, accent, condensed=wide < 200)
    canvas.paragraph((left, 26 + high * 0.72), say(cell.word), word, wide - vessel - 16, 16)
    interval = interval_text(cell)
    line = say("interval {ends}", ends=interval) if interval else say("no interval")
    canvas.sentence((left, 26 + high * 0.72 + 17), line, _SMALL)
    foot = (left, 26 + high * 0.72 + 34)
    if cell.score.label is None and not cell.open:
        canvas.text(foot, "range only", _SMALL)
    else:
        draw_label(canvas, foot, cell.score.label)
    y = 26 + high + 18
    canvas.line((x, y), (x + wide, y))
    country, holder = facts.get(cell.stage, (Sentence(()), Sentence(())))
    y = canvas.paragraph((x, y + 20), country, _FACT, wide, 17)
    return canvas.paragraph((x, y + 4), holder, _SMALL, wide, 16)
