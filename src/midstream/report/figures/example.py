"""The worked example: strip, who holds each stage, and the published score beside ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midstream.chain.shares import StageShares
from midstream.report.figures.cells import Cell, draw_cell, draw_ruler
from midstream.report.figures.figure import Figure
from midstream.report.figures.holders import Reader, draw_bar, segments
from midstream.report.figures.vessels import interval_text
from midstream.report.marks import draw_label
from midstream.report.numbers import Sentence, Shown, say, show
from midstream.report.svg import Canvas, Type

_HEAD = Type(size=12.5, fill="muted")
_NAME = Type(size=14, weight=600, condensed=False)
_SMALL = Type(size=12.5, fill="muted")
_FACT = Type(size=13)


def worked_example(
    cells: Sequence[Cell],
    published: Sequence[Cell],
    holders: Mapping[str, StageShares],
    facts: Mapping[str, Sentence],
    names: Mapping[str, str],
    reader: Reader,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
) -> Figure:
    """Build the worked example, one row per stage.

    Args:
        cells, published: Our scores and the published ones, C1 to C4.
        holders: Stage -> shares of the form that stands for it; a stage may be left out.
        facts: Stage -> one fact for the country today; a stage may be left out.
        names: Stage -> display name.
        reader: Names and colours of the bars.
        title, subtitle, source_line: The finding, what is shown, and from whom.
    """

    def draw(canvas: Canvas, width: float) -> float:
        narrow = width < 620
        _heads(canvas, width, narrow, reader)
        y = 26.0
        for ours, other in zip(cells, published, strict=True):
            row = _Row(
                ours, other, holders.get(ours.stage), facts.get(ours.stage), names[ours.stage]
            )
            y = row.draw(canvas, y, width, narrow, reader)
        return y

    rows = tuple(
        _table_row(ours, other, holders.get(ours.stage), names[ours.stage], reader)
        for ours, other in zip(cells, published, strict=True)
    )
    alt = f"{title.plain} " + "; ".join(
        f"{ours.spoken}, published {other.text}"
        for ours, other in zip(cells, published, strict=True)
    )
    columns = ("Stage", "Ours", "Interval", "Published", "Leader", "Leader's share")
    return Figure(
        "worked-example", title, subtitle, f"{alt}.", columns, rows, source_line, draw, 1080
    )


def _heads(canvas: Canvas, width: float, narrow: bool, reader: Reader) -> None:
    canvas.text((0, 13), "Ours", _HEAD)
    canvas.text((66, 13), "Published", _HEAD)
    if not narrow:
        canvas.text((width * 0.37, 13), "Who holds the stage, share of world (%)", _HEAD)
        canvas.text((width * 0.76, 13), f"{reader.country(reader.focus)} today", _HEAD)
    canvas.line((0, 20), (width, 20), "outline")


class _Row:
    """One stage of the worked example."""

    def __init__(
        self, ours: Cell, other: Cell, shares: StageShares | None, fact: Sentence | None, name: str
    ) -> None:
        self.ours, self.other, self.shares, self.fact, self.name = ours, other, shares, fact, name

    def draw(self, canvas: Canvas, y: float, width: float, narrow: bool, reader: Reader) -> float:
        draw_cell(canvas, (0, y + 8), (48, 38), self.ours, 20)
        draw_ruler(canvas, (0, y + 52), 48, self.ours)
        draw_cell(canvas, (66, y + 8), (34, 30), self.other, 15)
        left = 128.0
        wide = width - left if narrow else width * 0.37 - left - 14
        end = canvas.paragraph((left, y + 22), say(self.name), _NAME, wide, 17)
        line = say("{stage} {word}", stage=self.ours.stage, word=self.ours.word)
        canvas.sentence((left, end + 1), line, _SMALL)
        if self.ours.score.label is None and not self.ours.open:
            canvas.text((left, end + 19), "range only", _SMALL)
        else:
            draw_label(canvas, (left, end + 19), self.ours.score.label)
        y_bar = end + 34 if narrow else y + 9
        place = (0.0, width) if narrow else (width * 0.37, width * 0.36)
        bottom = max(self._bar(canvas, place, y_bar, reader), end + 30)
        if self.fact is not None:
            at = (0.0, bottom + 2) if narrow else (width * 0.76, y + 22)
            room = width if narrow else width * 0.24
            bottom = max(bottom, canvas.paragraph(at, self.fact, _FACT, room, 17))
        canvas.line((0, bottom + 4), (width, bottom + 4))
        return bottom + 6

    def _bar(self, canvas: Canvas, place: tuple[float, float], y: float, reader: Reader) -> float:
        x, wide = place
        if self.shares is None:
            canvas.hatch((x, y), (wide, 28), "hairline", step=6, width=1.4)
            canvas.text((x, y + 46), "no world shares on record", _SMALL)
            return y + 60
        unnamed = draw_bar(canvas, (x, y), (wide, 28), self.shares, reader)
        mark = draw_label(canvas, (x, y + 46), self.shares.leader_share.label)
        parts: list[str | Shown] = [reader.form(self.shares.form), f", {self.shares.year}"]
        for country, share in unnamed[:2]:
            parts += [f"; {reader.country(country)} ", show(share, "bare")]
        room = wide - mark - 10
        return canvas.paragraph((x + mark + 10, y + 46), Sentence(tuple(parts)), _SMALL, room, 15)


def _table_row(
    ours: Cell, other: Cell, shares: StageShares | None, name: str, reader: Reader
) -> tuple[str | Shown, ...]:
    head = (f"{ours.stage} {name}", ours.shown, interval_text(ours) or "no interval", other.shown)
    if shares is None or not segments(shares):
        return (*head, "no evidence", "no evidence")
    return (*head, reader.country(shares.leader), show(shares.leader_share))
