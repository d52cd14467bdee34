"""Where leverage sits: one row per chain, one column per stage; and what a cut leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import NARROW, Scale, tick_text
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.figures.strokes import draw_interval, values_of
from midstream.report.marks import draw_label
from midstream.report.numbers import Sentence, say, show
from midstream.report.svg import Canvas, Type
from midstream.terms import STAGE_ORDER, STAGES

#: Answer of the thesis test for one chain.
Answer = Literal["yes", "no", "undetermined"]

_CHAIN = Type(size=14, weight=600, condensed=False)
_HEAD = Type(size=12.5, fill="muted")
_CODE = Type(size=12.5, weight=600, fill="muted")
_VALUE = Type(size=13, weight=600, fill="ink2")
_MOST = Type(size=13, weight=600, fill="accent")
_SMALL = Type(size=12.5, fill="muted")


@dataclass(frozen=True, slots=True)
class ChainRow:
    """One chain.

    Attributes:
        id, name: The chain and its name.
        stages: Stage -> leverage of the holder there; stages without evidence are left out.
        answer: Whether the largest leverage sits in the middle two stages.
        chance: Probability behind the answer; ``None`` where the test was not made.
    """

    id: str
    name: str
    stages: Mapping[str, Quantity]
    answer: Answer | None = None
    chance: Quantity | None = None

    @property
    def most(self) -> str | None:
        """Stage with the largest leverage; ``None`` where fewer than two stages are known."""
        known = {s: q.value for s, q in self.stages.items() if q.value is not None}
        if len(known) < 2:
            return None
        return max(known, key=lambda stage: (known[stage], -STAGE_ORDER.index(stage)))


def draw_answer(canvas: Canvas, at: tuple[float, float], answer: Answer | None) -> None:
    """Draw the sign of an answer: disc with tick, half disc, ring with cross, dashed ring.

    Shape and word carry it; red stays free for the stage that holds the leverage.
    """
    x, y = at
    if answer == "yes":
        canvas.circle(at, 7, fill="teal")
        canvas.path(f"M{x - 3.5} {y + 0.2}l2.5 2.5l4.6 -5", stroke="paper", width=1.8)
    elif answer == "no":
        canvas.circle(at, 6.4, stroke="ink2", width=1.6)
        canvas.path(
            f"M{x - 2.6} {y - 2.6}l5.2 5.2M{x + 2.6} {y - 2.6}l-5.2 5.2", stroke="ink2", width=1.6
        )
    elif answer == "undetermined":
        canvas.circle(at, 6.4, stroke="outline", width=1.4)
        canvas.path(f"M{x} {y - 7}a7 7 0 0 0 0 14z", fill="outline")
    else:
        canvas.circle(at, 6.4, stroke="outline", width=1.2, dash="2 2")


def leverage_by_stage(
    id: str,
    chains: Sequence[ChainRow],
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 860,
) -> Figure:
    """Build the rows of chains with an interval bar per stage, all on one scale.

    Args:
        id: Id of the figure.
        chains: Chains in drawing order.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """
    every = values_of([q for row in chains for q in row.stages.values()])

    def draw(canvas: Canvas, width: float) -> float:
        if width < NARROW:
            return _stacked(canvas, width, chains, every)
        return _wide(canvas, width, chains, every)

    columns = ("Chain", "Stage", "Leverage", "interval", "Largest", "In the middle", "Probability")
    rows = tuple(line for row in chains for line in _twin(row))
    alt = f"{title.plain} " + "; ".join(_spoken(row) for row in chains) + "."
    return Figure(id, title, subtitle, alt, columns, rows, source_line, draw, width)


def _wide(
    canvas: Canvas, width: float, chains: Sequence[ChainRow], every: Sequence[float]
) -> float:
    left, tail = min(190.0, width * 0.24), 128.0
    part = (width - left - tail) / 4
    for i, stage in enumerate(STAGE_ORDER):
        x = left + part * i
        canvas.text((x, 13), stage, _CODE, structure=True)
        canvas.text((x + 24, 13), STAGES[stage].short, _HEAD)
    canvas.text((width - tail + 14, 13), "in the middle?", _HEAD)
    y = 22.0
    for row in chains:
        canvas.line((0, y), (width, y))
        end = canvas.paragraph((0, y + 23), say("{n}", n=row.name), _CHAIN, left - 14, 17)
        high = max(48.0, end - y - 4)
        for i, stage in enumerate(STAGE_ORDER):
            x = left + part * i
            scale = Scale.linear(every, x, x + part - 16, zero=True)
            _cell(canvas, (x, y + 18, y + 35), scale, row, stage)
        _answer(canvas, (width - tail + 14, y + 21), row)
        y += high
    return _foot(canvas, y, [left + part * i for i in range(4)], part - 16, every)


def _foot(
    canvas: Canvas, y: float, lefts: Sequence[float], wide: float, every: Sequence[float]
) -> float:
    """Draw the ends of the scale under each column."""
    canvas.line((0, y), (lefts[-1] + wide, y))
    for left in lefts:
        _ends(canvas, Scale.linear(every, left, left + wide, zero=True), y + 15)
    return y + 22


def _ends(canvas: Canvas, scale: Scale, y: float) -> None:
    """Write the ends of a scale."""
    for value, anchor in ((scale.low, "start"), (scale.high, "end")):
        style = Type(12, fill="muted", anchor=anchor)
        canvas.text((scale.at(value), y), tick_text(value), style, structure=True)


def _stacked(
    canvas: Canvas, width: float, chains: Sequence[ChainRow], every: Sequence[float]
) -> float:
    y = 0.0
    for row in chains:
        y = canvas.paragraph((0, y + 16), say("{n}", n=row.name), _CHAIN, width, 18) + 4
        for stage in STAGE_ORDER:
            canvas.text((0, y + 8), stage, _CODE, structure=True)
            scale = Scale.linear(every, 28, width - 50, zero=True)
            _cell(canvas, (width - 42, y + 8, y + 4), scale, row, stage)
            y += 22
        if row is chains[-1]:
            _ends(canvas, Scale.linear(every, 28, width - 50, zero=True), y + 2)
            y += 14
        _answer(canvas, (0, y + 9), row)
        y += 26
        canvas.line((0, y), (width, y))
        y += 10
    return y


def _cell(
    canvas: Canvas,
    place: tuple[float, float, float],
    scale: Scale,
    row: ChainRow,
    stage: str,
) -> None:
    """Draw one stage: the number at (x, y) and its bar on its own line."""
    x, y, middle = place
    most = stage == row.most
    canvas.line((scale.start, middle), (scale.end, middle))
    quantity = row.stages.get(stage)
    if quantity is None or (quantity.value is None and quantity.low is None):
        canvas.hatch((scale.start, middle - 5), (scale.end - scale.start, 10), "hairline")
        canvas.text((x, y), "?", _SMALL)
        return
    ink = "accent" if most else "teal"
    draw_interval(canvas, middle, scale, quantity, ink, "band50")
    shown = show(quantity, "bare" if quantity.value is not None else "range")
    canvas.number((x, y), shown, _MOST if most else _VALUE)


def _answer(canvas: Canvas, at: tuple[float, float], row: ChainRow) -> None:
    x, y = at
    draw_answer(canvas, (x + 7, y - 4), row.answer)
    words = row.answer or "not tested"
    canvas.text((x + 20, y), words, Type(13, 600, "ink2"))
    if row.chance is not None and row.chance.value is not None:
        wide = Type(13, 600).width(words)
        spot = (x + 20, y + 17) if wide > 60 and x > 100 else (x + 26 + wide, y)
        canvas.number(spot, show(row.chance, "percent"), _SMALL)


def _twin(row: ChainRow) -> list[tuple[TwinCell, ...]]:
    lines: list[tuple[TwinCell, ...]] = []
    chance: TwinCell = show(row.chance, "percent") if row.chance else "not tested"
    for stage in STAGE_ORDER:
        quantity = row.stages.get(stage)
        value: TwinCell = show(quantity) if quantity else "no evidence"
        has = quantity is not None and quantity.low is not None
        span: TwinCell = show(quantity, "range") if quantity and has else "none"
        largest = "largest" if stage == row.most else ""
        lines.append((row.name, stage, value, span, largest, row.answer or "not tested", chance))
    return lines


def _spoken(row: ChainRow) -> str:
    stages = ", ".join(
        f"{stage} {show(q).plain}" for stage, q in row.stages.items() if q.value is not None
    )
    return f"{row.name}: {stages or 'no evidence'}; in the middle: {row.answer or 'not tested'}"


@dataclass(frozen=True, slots=True)
class CutRow:
    """What the world still gets when the holder withholds at one stage.

    Attributes:
        stage, form: Where it withholds; the form as it is named.
        left: What is left of the final form over need, 0..1.
        cut: What stops delivery, in words.
    """

    stage: str
    form: str
    left: Quantity
    cut: str = ""


def what_is_left(
    id: str,
    rows: Sequence[CutRow],
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
) -> Figure:
    """Build bars from 100 %: the part left is solid, the part lost is hatched.

    Args:
        id: Id of the figure.
        rows: One per stage, ore at the top.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """
    known = [row for row in rows if row.left.value is not None]
    worst = min(known, key=lambda row: row.left.value or 0.0) if known else None

    def draw(canvas: Canvas, width: float) -> float:
        y = 2.0
        for row in rows:
            y = _cut_row(canvas, y, width, row, row is worst)
        return y

    twin = tuple(
        (row.stage, row.form, show(row.left, "percent"),
         show(row.left, "percents") if row.left.low is not None else "none", row.cut or "not named")
        for row in rows
    )  # fmt: skip
    alt = f"{title.plain} " + "; ".join(
        f"withheld at {row.stage} {row.form}: {show(row.left, 'percent').plain} left"
        for row in rows
    )
    columns = ("Withheld at", "Form", "Left", "interval", "What stops delivery")
    return Figure(id, title, subtitle, f"{alt}.", columns, twin, source_line, draw, width)


def _cut_row(canvas: Canvas, y: float, width: float, row: CutRow, worst: bool) -> float:
    narrow = width < NARROW
    left = 0.0 if narrow else min(230.0, width * 0.32)
    canvas.text((0, y + 14), row.stage, _CODE, structure=True)
    style = Type(13.5, 600, condensed=False)
    end = canvas.paragraph(
        (27, y + 14), say("{n}", n=row.form), style, (width if narrow else left) - 35, 16
    )
    top = end - 6 if narrow else y
    _left_bar(canvas, (left, top), width - left - 4, row.left, worst)
    used = top + 40
    if row.cut:
        mark = draw_label(canvas, (left, top + 42), row.left.label)
        words = Sentence((row.cut,))
        used = canvas.paragraph(
            (left + mark + 10, top + 42), words, _SMALL, width - left - mark - 10, 15
        )
    return max(used, top + 54, 0 if narrow else end) + 6


def _left_bar(
    canvas: Canvas, at: tuple[float, float], wide: float, left: Quantity, worst: bool
) -> None:
    x, y = at
    canvas.hatch((x, y + 1), (wide, 24), "hairline", step=5, width=1.2)
    canvas.rect((x + 0.5, y + 1), (wide - 1, 24), "none", "hairline")
    if left.value is None:
        canvas.text((x + 8, y + 18), "no evidence", _SMALL)
        return
    part = wide * min(max(left.value, 0.0), 1.0)
    canvas.rect((x, y + 1), (max(part, 1.5), 24), "accent" if worst else "teal")
    ends = [
        x + wide * min(max(end, 0.0), 1.0)
        for end in (left.low or left.value, left.high or left.value)
    ]
    if left.low is not None and left.high is not None:
        path = (
            f"M{ends[0]:.1f} {y + 9}v8M{ends[1]:.1f} {y + 9}v8M{ends[0]:.1f} {y + 13}H{ends[1]:.1f}"
        )
        canvas.path(path, stroke="paper", width=3.6)
        canvas.path(path, stroke="ink", width=1.4)
    shown, style = show(left, "percent"), Type(13.5, 600, "accent" if worst else "ink")
    clear = max(part, ends[1] - x) + 8
    if clear + style.width(shown.plain) < wide - 4:
        canvas.rect((x + clear - 3, y + 4), (style.width(shown.plain) + 8, 18), "paper")
        canvas.number((x + clear, y + 18), shown, style)
        return
    ink = Type(13.5, 600, "paper")
    canvas.number((x + 8, y + 18), shown, ink)
