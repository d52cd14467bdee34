"""Probabilities with their uncertainty: one bar an outcome, an expert's number beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import NARROW, Scale, foot_axis
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.numbers import Sentence, Shown, show
from midstream.report.svg import Canvas, Type, wrap

_NAME = Type(size=15, weight=600, condensed=False)
_WORDS = Type(size=12.5, fill="muted")
_NUMBER = Type(size=22, weight=600, family="serif")
_LEAD, _BAR = 16.0, 16.0
#: Room left of the bars on a phone, where the first tick is centred on their start.
_INSET = 10.0


@dataclass(frozen=True, slots=True)
class Chance:
    """One outcome.

    Attributes:
        name: What it is called. meaning: what has to be so for it.
        probability: Share of draws with its interval.
        other: Somebody else's number for it (an expert's), or ``None``.
        told: The probability as the text prints it; in per cent where left out.
    """

    name: str
    meaning: Sentence
    probability: Quantity
    other: Quantity | None = None
    told: Shown | None = None


def chances(
    id: str,
    outcomes: Sequence[Chance],
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
) -> Figure:
    """Build probability bars from 0 to 100 %, each with its bracket.

    Args:
        id: Id of the figure.
        outcomes: Outcomes that exclude each other, in drawing order.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """

    def draw(canvas: Canvas, width: float) -> float:
        numbers = max((_NUMBER.width(printed(one).plain) for one in outcomes), default=0.0)
        left = _INSET if width < NARROW else max(74.0, numbers + 24)
        scale = Scale(0, 100, left, width - 18, 20)
        y = 0.0
        tops = []
        for outcome in outcomes:
            tops.append(y)
            lines = wrap(outcome.meaning, _WORDS, width - left - 10)
            y += 30 + _BAR + 10 + _LEAD * len(lines) + 12
        foot_axis(canvas, scale, (4, y), "%")
        for top, outcome in zip(tops, outcomes, strict=True):
            _draw(canvas, top, (left, width), outcome, scale)
        return y + 24

    columns = ("Outcome", "Probability", "interval", "Stated by experts", "Meaning")
    rows = tuple(_twin(outcome) for outcome in outcomes)
    spoken = ", ".join(f"{one.name} {printed(one).plain}" for one in outcomes)
    alt = f"{title.plain} {spoken}."
    return Figure(id, title, subtitle, alt, columns, rows, source_line, draw, width)


def _draw(
    canvas: Canvas, top: float, sides: tuple[float, float], outcome: Chance, scale: Scale
) -> None:
    left, width = sides
    canvas.rect((0, top), (width, 24), "paper")
    share = printed(outcome)
    if left > _INSET:
        canvas.number((left - 14, top + 26 + _BAR), share, Type(22, 600, "ink", "end", "serif"))
        canvas.text((left, top + 18), outcome.name, _NAME)
    else:
        canvas.number((0, top + 20), share, _NUMBER)
        canvas.text((_NUMBER.width(share.plain) + 12, top + 18), outcome.name, _NAME)
    y = top + 28
    value, low, high = (
        None if number is None else scale.at(100 * number)
        for number in (outcome.probability.value, outcome.probability.low, outcome.probability.high)
    )
    if value is not None:
        canvas.rect((left, y), (max(value - left, 1.5), _BAR), "teal", radius=1)
    if low is not None and high is not None:
        middle = y + _BAR / 2
        canvas.line((low, middle), (high, middle), "paper", 4.5)
        canvas.line((low, middle), (high, middle), "ink", 1.6)
        for end in (low, high):
            canvas.line((end, middle - 5), (end, middle + 5), "ink", 1.6)
    if outcome.other is not None and outcome.other.value is not None:
        x = scale.at(100 * outcome.other.value)
        canvas.circle((x, y + _BAR / 2), 6, "paper", "accent", 2)
    lines = len(wrap(outcome.meaning, _WORDS, width - left - 10))
    canvas.rect((left - 2, y + _BAR + 4), (width - left, _LEAD * lines + 20), "paper")
    under = (left, y + _BAR + 18)
    canvas.paragraph(under, outcome.meaning, _WORDS, width - left - 10, _LEAD)


def printed(outcome: Chance) -> Shown:
    """Print the probability as the text around the figure does, where that is given."""
    return outcome.told or show(outcome.probability, "percent")


def _twin(outcome: Chance) -> tuple[TwinCell, ...]:
    known = outcome.probability.low is not None
    spread: TwinCell = show(outcome.probability, "percents") if known else "none"
    other: TwinCell = "none" if outcome.other is None else show(outcome.other, "percent")
    return outcome.name, printed(outcome), spread, other, outcome.meaning
