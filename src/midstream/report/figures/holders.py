"""Who holds each stage: one 100 % bar per form, ore at the top."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from midstream.chain.shares import StageShares
from midstream.evidence.quantity import Quantity
from midstream.report.figures.figure import Figure
from midstream.report.marks import draw_label, label_width
from midstream.report.numbers import Sentence, Shown, say, show
from midstream.report.svg import Canvas, Type, text_width

_FORM = Type(size=13.5, weight=600, condensed=False)
_SMALL = Type(size=12.5, fill="muted")
_IN_BAR = Type(size=13, weight=600)

#: Shares below this many per cent are not drawn as segments of their own.
SMALLEST = 0.5


@dataclass(frozen=True, slots=True)
class Reader:
    """How a holder figure names and colours things.

    Attributes:
        country: ISO-3 -> display name. form: form id -> display name.
        focus: Country drawn in teal. incumbents: countries drawn in ink.
    """

    country: Callable[[str], str]
    form: Callable[[str], str]
    focus: str
    incumbents: Collection[str]

    def fill(self, country: str) -> tuple[str, str]:
        """Give the fill of a country's segment and the colour of text on it."""
        if country in self.incumbents:
            return "ink", "paper"
        return ("teal", "paper") if country == self.focus else ("grey", "ongrey")


def segments(shares: StageShares) -> list[tuple[str, Quantity]]:
    """Give the shares large enough to draw, largest first."""
    return [
        (country, share)
        for country, share in shares.shares
        if share.value is not None and share.value >= SMALLEST
    ]


def draw_bar(
    canvas: Canvas,
    at: tuple[float, float],
    size: tuple[float, float],
    shares: StageShares,
    reader: Reader,
) -> list[tuple[str, Quantity]]:
    """Draw one 100 % bar; gives the countries whose segment was too small for a name."""
    (x, y), (wide, high) = at, size
    canvas.rect(at, size, fill="rest")
    left, unnamed = x, []
    for country, share in segments(shares):
        part = min(wide * (share.value or 0.0) / 100, x + wide - left)
        fill, ink = reader.fill(country)
        canvas.rect((left, y), (max(part - 1, 0.8), high), fill)
        name, shown = reader.country(country), show(share, "bare")
        if part > text_width(f"{name} {shown.text}", 13, 600) + 12:
            style = Type(13, 600, ink)
            canvas.sentence((left + 7, y + high / 2 + 4.6), say("{c} {s}", c=name, s=shown), style)
        else:
            unnamed.append((country, share))
        left += part
    return unnamed


def _caption(
    shares: StageShares, unnamed: Sequence[tuple[str, Quantity]], reader: Reader
) -> Sentence:
    """Name the next holders and the focus country's share under a bar."""
    listed = list(unnamed[:3])
    focus = [pair for pair in shares.shares if pair[0] == reader.focus]
    if focus and focus[0] not in listed and focus[0] in unnamed:
        listed.append(focus[0])
    parts: list[str | Shown] = []
    for country, share in listed:
        parts += [", " if parts else "next: ", f"{reader.country(country)} ", show(share, "bare")]
    if not focus:
        parts += [". " if parts else "", f"{reader.country(reader.focus)}: none reported"]
    return Sentence(tuple(part for part in parts if part != ""))


def holder_bars(
    rows: Sequence[StageShares],
    reader: Reader,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    id: str = "holders",
    width: int = 720,
) -> Figure:
    """Build 100 % bars, one per form, ordered by stage.

    Args:
        rows: Shares of each form, in drawing order.
        reader: Names and colours.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        id: Id of the figure. width: its natural width in px.
    """

    def draw(canvas: Canvas, width: float) -> float:
        y = 2.0
        for shares in rows:
            y = _draw_row(canvas, y, width, shares, reader)
        return y

    table = tuple(line for shares in rows for line in _rows(shares, reader))
    alt = f"{title.plain} " + "; ".join(_spoken(shares, reader) for shares in rows) + "."
    columns = ("Stage", "Form", "Year", "Country", "Share of world")
    return Figure(id, title, subtitle, alt, columns, table, source_line, draw, width)


def _draw_row(canvas: Canvas, y: float, width: float, shares: StageShares, reader: Reader) -> float:
    narrow = width < 520
    left = 0.0 if narrow else min(230.0, width * 0.32)
    name = reader.form(shares.form)
    canvas.text(
        (0, y + 13), shares.stage, Type(13.5, 600, "muted", condensed=False), structure=True
    )
    end = canvas.paragraph((27, y + 13), say(name), _FORM, (width if narrow else left) - 35, 16)
    canvas.text((27, end), str(shares.year), _SMALL, structure=True)
    top = end + 8 if narrow else y
    unnamed = draw_bar(canvas, (left, top), (width - left, 26), shares, reader)
    mark = draw_label(canvas, (left, top + 43), shares.leader_share.label)
    caption = _caption(shares, unnamed, reader)
    used = canvas.paragraph(
        (left + mark + 10, top + 43), caption, _SMALL, width - left - mark - 10, 15
    )
    return max(used, top + 58, 0 if narrow else end + 16) + 4


def _rows(shares: StageShares, reader: Reader) -> list[tuple[str | Shown, ...]]:
    head = (shares.stage, reader.form(shares.form), str(shares.year))
    lines: list[tuple[str | Shown, ...]] = [
        (*head, reader.country(country), show(share)) for country, share in segments(shares)
    ]
    return [*lines, (*head, "rest of the world", show(shares.rest))]


def _spoken(shares: StageShares, reader: Reader) -> str:
    first = ", ".join(
        f"{reader.country(country)} {show(share).plain}" for country, share in segments(shares)[:3]
    )
    return f"{shares.stage} {reader.form(shares.form)}: {first or 'no shares reported'}"


def concentration(
    rows: Sequence[StageShares],
    reader: Reader,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
) -> Figure:
    """Build ranked range bars of the Herfindahl index, one per form.

    The bar runs from the index with the rest of the world split finely to the index with the
    rest in one hand; the dot is the central value, the name at the right end is the leader.
    """
    known = [shares for shares in rows if shares.hhi.value is not None]
    ranked = sorted(known, key=lambda shares: (-(shares.hhi.value or 0.0), shares.form))

    def draw(canvas: Canvas, width: float) -> float:
        narrow = width < 520
        left = 0.0 if narrow else min(250.0, width * 0.36)
        right = width - (0 if narrow else 190)
        step = 46 if narrow else 25
        bottom = 24 + step * len(ranked)
        _axis(canvas, (left, right), bottom)
        for i, shares in enumerate(ranked):
            _range(canvas, 24 + step * i, (left, right, width), shares, reader)
        return bottom + 6

    table = tuple(
        (s.stage, reader.form(s.form), str(s.year), show(s.hhi), show(s.hhi, "range"),
         reader.country(s.leader), show(s.leader_share))
        for s in ranked
    )  # fmt: skip
    alt = f"{title.plain} " + "; ".join(
        f"{s.stage} {reader.form(s.form)} {show(s.hhi).plain}, led by {reader.country(s.leader)}"
        for s in ranked[:8]
    )
    columns = ("Stage", "Form", "Year", "Index", "Bounds", "Leader", "Leader's share")
    return Figure(
        "concentration", title, subtitle, f"{alt}.", columns, table, source_line, draw, 860
    )


def _axis(canvas: Canvas, ends: tuple[float, float], bottom: float) -> None:
    left, right = ends
    for tick in ("0", "0.25", "0.5", "0.75", "1"):
        x = left + (right - left) * float(tick)
        canvas.line((x, 20), (x, bottom), "hairline")
        anchor = "start" if tick == "0" else "end" if tick == "1" else "middle"
        canvas.text((x, 12), tick, Type(12, fill="muted", anchor=anchor), structure=True)


def _range(
    canvas: Canvas,
    y: float,
    across: tuple[float, float, float],
    shares: StageShares,
    reader: Reader,
) -> None:
    left, right, width = across
    hhi, narrow = shares.hhi, left == 0
    fill, _ = reader.fill(shares.leader)
    name = reader.form(shares.form)
    middle = y + (29 if narrow else 12)
    canvas.text((0, y + 16), shares.stage, Type(13, 600, "muted"), structure=True)
    canvas.paragraph(
        (24, y + 16), say(name), Type(13, condensed=text_width(name, 13) > 140), 400, 14
    )
    low, value, high = (
        left + (right - left) * (end if end is not None else hhi.value or 0.0)
        for end in (hhi.low, hhi.value, hhi.high)
    )
    canvas.line((left, middle), (low, middle), "hairline", width=1)
    canvas.line((low, middle), (high, middle), fill, width=4)
    canvas.circle((value, middle), 5, fill=fill, stroke="paper", width=1.5)
    leader = say("{c} {s}", c=reader.country(shares.leader), s=show(shares.leader_share))
    place = (width, y + 16) if narrow else (right + 12, y + 16)
    anchor = "end" if narrow else "start"
    canvas.sentence(place, leader, Type(12.5, fill="ink2", anchor=anchor))
    if not narrow:
        mark = label_width(hhi.label)
        if _SMALL.width(leader.plain) + mark + 14 < width - right:
            draw_label(canvas, (width - mark, y + 16), hhi.label, Type(12, 600, "muted"))
