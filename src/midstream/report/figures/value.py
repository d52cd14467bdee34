"""Who captures the value: value and leverage of each step side by side; places and owners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import NARROW, Scale, foot_axis
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.figures.strokes import draw_interval, values_of
from midstream.report.numbers import Sentence, Shown, say, show
from midstream.report.svg import Canvas, Type

_NAME = Type(size=13.5, weight=600, condensed=False)
_CODE = Type(size=12.5, weight=600, fill="muted")
_HEAD = Type(size=12.5, weight=600, fill="ink2")
_SMALL = Type(size=12.5, fill="muted")
_NUMBER = Type(size=13, weight=600, fill="ink2", anchor="end")
_MOST = Type(size=13, weight=600, fill="accent", anchor="end")
_FULL = 100.0


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step, or steps that share one price.

    Attributes:
        stage, name: Stage code and name.
        share: Share of the final price, %; ``None`` where it has no value of its own.
        added: The same in money.
        leverage: Leverage of the strongest holder; ``None`` where none is known.
        holder: Who that is, in words.
    """

    stage: str
    name: str
    share: Quantity | None
    added: Quantity | None
    leverage: Quantity | None
    holder: str


def value_beside(
    id: str,
    lines: Sequence[StepLine],
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 820,
) -> Figure:
    """Build two columns that are never merged: share of the value, and leverage in years.

    Args:
        id: Id of the figure.
        lines: Steps from the ore on.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """
    columns = ("Stage", "Step", "Share of the value", "interval", "Value added", "Leverage",
               "Leverage, interval", "Holder")  # fmt: skip
    rows = tuple(_twin(line) for line in lines)
    alt = f"{title.plain} " + "; ".join(_spoken(line) for line in lines) + "."

    def draw(canvas: Canvas, width: float) -> float:
        return _stacked(canvas, width, lines) if width < NARROW else _wide(canvas, width, lines)

    return Figure(id, title, subtitle, alt, columns, rows, source_line, draw, width)


def _wide(canvas: Canvas, width: float, lines: Sequence[StepLine]) -> float:
    left = min(200.0, width * 0.26)
    middle = left + (width - left) * 0.52
    ends = ((left, middle - 62), (middle + 14, width - 40))
    canvas.text((left, 13), "Share of the value", _HEAD)
    canvas.text((ends[1][0], 13), "Leverage, years of world need", _HEAD)
    y = 22.0
    for line in lines:
        canvas.line((0, y), (width, y))
        canvas.text((0, y + 23), line.stage, _CODE, structure=True)
        end = canvas.paragraph((27, y + 23), say("{n}", n=line.name), _NAME, left - 40, 16)
        _value(canvas, y + 9, _shares(lines, ends[0]), line, lines, middle - 16)
        _leverage(canvas, y + 9, _years(lines, ends[1]), line, lines, width - 2)
        y = max(y + 52, end + 2)
    for scale, suffix in ((_shares(lines, ends[0]), "%"), (_years(lines, ends[1]), "")):
        foot_axis(canvas, scale, (y, y), suffix)
    canvas.line((0, y), (width, y))
    return y + 24


def _stacked(canvas: Canvas, width: float, lines: Sequence[StepLine]) -> float:
    ends = (8.0, width - 52)
    y = 0.0
    for line in lines:
        canvas.text((0, y + 16), line.stage, _CODE, structure=True)
        y = canvas.paragraph((27, y + 16), say("{n}", n=line.name), _NAME, width - 30, 17)
        canvas.text((0, y + 3), "Share of the value", _HEAD)
        _value(canvas, y + 9, _shares(lines, ends), line, lines, width - 2)
        canvas.text((0, y + 63), "Leverage, years of world need", _HEAD)
        _leverage(canvas, y + 69, _years(lines, ends), line, lines, width - 2)
        y += 118
        canvas.line((0, y), (width, y))
        y += 8
    return y


def _shares(lines: Sequence[StepLine], ends: tuple[float, float]) -> Scale:
    known = values_of([line.share for line in lines if line.share is not None])
    return Scale.linear([*known, 0.0, _FULL], *ends, zero=True)


def _years(lines: Sequence[StepLine], ends: tuple[float, float]) -> Scale:
    known = values_of([line.leverage for line in lines if line.leverage is not None])
    return Scale.linear(known, *ends, zero=True)


def _value(
    canvas: Canvas, y: float, scale: Scale, line: StepLine, lines: Sequence[StepLine], right: float
) -> None:
    """Draw the bar of one step on a 100 % bar, its interval as a bracket, the money below."""
    canvas.rect((scale.start, y), (scale.end - scale.start, 18), "none", "hairline")
    share = line.share
    if share is None or share.value is None:
        canvas.hatch((scale.start, y), (scale.end - scale.start, 18), "hairline")
        canvas.text((scale.start, y + 34), "no value of its own", _SMALL)
        return
    most = share.value == max(_central([one.share for one in lines]))
    ends = sorted((scale.at(0.0), scale.at(share.value)))
    canvas.rect((ends[0], y), (max(ends[1] - ends[0], 1.5), 18), "accent" if most else "teal")
    if share.low is not None and share.high is not None:
        low, high = scale.at(share.low), scale.at(share.high)
        path = f"M{low:.1f} {y + 5}v8M{high:.1f} {y + 5}v8M{low:.1f} {y + 9}H{high:.1f}"
        canvas.path(path, stroke="paper", width=3.6)
        canvas.path(path, stroke="ink", width=1.4)
    canvas.number((right, y + 14), show(share), _MOST if most else _NUMBER)
    if line.added is not None:
        canvas.sentence(
            (scale.start, y + 34), say("{a} ({r})", a=line.added, r=_ends(line.added)), _SMALL
        )


def _leverage(
    canvas: Canvas, y: float, scale: Scale, line: StepLine, lines: Sequence[StepLine], right: float
) -> None:
    """Draw leverage as a bar of its interval with a dot, the holder below."""
    held = line.leverage
    canvas.line((scale.start, y + 9), (scale.end, y + 9))
    if held is None or (held.value is None and held.low is None):
        canvas.hatch((scale.start, y + 3), (scale.end - scale.start, 12), "hairline")
        canvas.text((scale.start, y + 34), "no leverage is known", _SMALL)
        return
    most = held.value is not None and held.value == max(_central([one.leverage for one in lines]))
    draw_interval(canvas, y + 9, scale, held, "ink", "rest")
    shown = show(held, "bare" if held.value is not None else "range")
    style = Type(size=13, weight=600, fill="ink" if most else "ink2", anchor="end")
    canvas.number((right, y + 14), shown, style)
    canvas.text((scale.start, y + 34), line.holder or "holder not on record", _SMALL)


def _central(found: Sequence[Quantity | None]) -> list[float]:
    return [one.value for one in found if one is not None and one.value is not None]


def _ends(quantity: Quantity) -> Shown:
    return Shown(quantity, show(quantity, "range").text)


def _twin(line: StepLine) -> tuple[TwinCell, ...]:
    def cell(quantity: Quantity | None, style: str = "value") -> TwinCell:
        return "none" if quantity is None else show(quantity, style)

    return (
        line.stage, line.name, cell(line.share), cell(line.share, "range"), cell(line.added),
        cell(line.leverage), cell(line.leverage, "range"), line.holder or "none",
    )  # fmt: skip


def _spoken(line: StepLine) -> str:
    value = "no value of its own" if line.share is None else show(line.share).plain
    held = "no leverage" if line.leverage is None else show(line.leverage).plain
    return f"{line.stage} {line.name}: {value} of the value, {held}"


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One country, or a row that names nobody.

    Attributes:
        name: In words.
        located, owned: Share by where the plants stand and by whose they are, %; ``None`` for none.
        ink: Colour of its marks.
    """

    name: str
    located: Quantity | None
    owned: Quantity | None
    ink: str = "grey"


def value_places(
    id: str,
    lines: Sequence[PlaceLine],
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
) -> Figure:
    """Build a row per country: a dot for where the plants stand, a ring for whose they are.

    Args:
        id: Id of the figure.
        lines: Countries, the largest first.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """
    columns = ("Country", "Where the plants stand", "interval", "Whose they are",
               "Owners, interval")  # fmt: skip
    rows = tuple(_place_twin(line) for line in lines)
    alt = f"{title.plain} " + "; ".join(_place_spoken(line) for line in lines) + "."

    def draw(canvas: Canvas, width: float) -> float:
        return _places(canvas, width, lines)

    return Figure(id, title, subtitle, alt, columns, rows, source_line, draw, width)


def _places(canvas: Canvas, width: float, lines: Sequence[PlaceLine]) -> float:
    narrow = width < NARROW
    left = 10.0 if narrow else min(190.0, width * 0.26)
    known = values_of([q for line in lines for q in (line.located, line.owned) if q is not None])
    scale = Scale.linear(known, left, width - 52, zero=True)
    canvas.circle((6, 9), 4.5, fill="ink")
    canvas.text((16, 13), "where the plants stand", _HEAD)
    start = 34 + _HEAD.width("where the plants stand")
    canvas.circle((start, 9), 4, fill="paper", stroke="ink", width=1.8)
    canvas.text((start + 10, 13), "whose they are", _HEAD)
    y, step = 26.0, 58.0 if narrow else 40.0
    foot_axis(canvas, scale, (y, y + step * len(lines)), "%")
    for line in lines:
        focus = line.ink == "teal"
        name = "teal" if focus else "ink"
        canvas.text((0, y + 15), line.name, Type(13, 600 if focus else 400, name))
        top = y + (28 if narrow else 10)
        _mark(canvas, top, scale, line.located, line.ink, width)
        _mark(canvas, top + 17, scale, line.owned, line.ink, width, ring=True)
        y += step
    return y + 24


def _mark(
    canvas: Canvas,
    y: float,
    scale: Scale,
    share: Quantity | None,
    ink: str,
    width: float,
    *,
    ring: bool = False,
) -> None:
    """Draw the interval of a share and its value; the number stands at the right end."""
    style = Type(13, 600, "teal" if ink == "teal" else "ink2", "end")
    if share is None:
        canvas.text((width - 2, y + 4.5), "none", Type(12.5, fill="muted", anchor="end"))
        return
    draw_interval(canvas, y, scale, share, ink, "band50" if ink == "teal" else "rest")
    if ring and share.value is not None:
        canvas.circle((scale.at(share.value), y), 2.4, fill="paper")
    canvas.number((width - 2, y + 4.5), show(share) if share.value is not None else
                  show(share, "range"), style)  # fmt: skip


def _place_twin(line: PlaceLine) -> tuple[TwinCell, ...]:
    cells: list[TwinCell] = [line.name]
    for share in (line.located, line.owned):
        cells += ["none", "none"] if share is None else [show(share), show(share, "range")]
    return tuple(cells)


def _place_spoken(line: PlaceLine) -> str:
    parts = [
        f"{words} {show(share).plain}"
        for words, share in (("plants", line.located), ("owners", line.owned))
        if share is not None
    ]
    return f"{line.name}: {', '.join(parts) or 'none'}"
