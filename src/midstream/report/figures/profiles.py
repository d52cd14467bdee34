"""Small multiples: one profile of four bars per sector or per country."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from midstream.report.figures.cells import Cell, binding, of_cell, of_profile, spoken
from midstream.report.figures.figure import Figure
from midstream.report.figures.vessels import interval_text
from midstream.report.numbers import Sentence, Shown, say
from midstream.report.svg import Canvas, Type, document
from midstream.report.theme import LIVE, Theme
from midstream.scorecard.result import Scorecard
from midstream.terms import STAGE_ORDER

_NAME = Type(size=13.5, weight=600, condensed=False)
_AXIS = Type(size=12, fill="muted", anchor="middle")
_NOTE = Type(size=12.5, fill="ink2")

#: Nothing to say under a profile.
NO_NOTE = Sentence(())

#: Height of a score of 5, and of one profile with its name and axis.
BARS = 136.0
PROFILE_HEIGHT = 208.0


@dataclass(frozen=True, slots=True)
class Profile:
    """A named strip for small multiples.

    Attributes:
        id: Sector or country. name: its display name. cells: C1 to C4.
        note: One line under the bars, or empty.
    """

    id: str
    name: str
    cells: tuple[Cell, ...]
    note: Sentence = NO_NOTE

    @property
    def hollow(self) -> float:
        """How far the middle lies below the ends, from the scores; 0 where one is open."""
        c1, c2, c3, c4 = (cell.score.value for cell in self.cells)
        if c1 is None or c2 is None or c3 is None or c4 is None:
            return -9.0
        return (c1 + c4) / 2 - (c2 + c3) / 2


def sector_profiles(
    scorecard: Scorecard, country: str, names: Callable[[str], str]
) -> list[Profile]:
    """Give one profile per sector of a country, the hollowest first."""
    by_sector: dict[str, list[Cell]] = {}
    for cell in scorecard.cells:
        if cell.country == country:
            by_sector.setdefault(cell.sector, []).append(of_cell(cell))
    profiles = [Profile(s, names(s), tuple(cells)) for s, cells in by_sector.items()]
    return sorted(profiles, key=lambda profile: (-round(profile.hollow, 6), profile.name))


def country_profiles(scorecard: Scorecard, names: Callable[[str], str]) -> list[Profile]:
    """Give one national profile per country, the hollowest first."""
    profiles = [
        Profile(p.country, names(p.country), tuple(of_profile(p, stage) for stage in STAGE_ORDER))
        for p in scorecard.profiles
    ]
    return sorted(profiles, key=lambda profile: (-round(profile.hollow, 6), profile.name))


def draw_profile(canvas: Canvas, at: tuple[float, float], wide: float, profile: Profile) -> float:
    """Draw one profile: name, four bars with digit and bracket, stage codes; gives the height."""
    x, y = at
    name = _NAME if _NAME.width(profile.name) <= wide else Type(size=13, weight=600)
    canvas.paragraph((x, y + 12), say(profile.name), name, wide, 15)
    base = y + 52 + BARS
    for level in range(1, 6):
        canvas.line(
            (x, base - BARS * level / 5), (x + wide, base - BARS * level / 5), "hairline", 0.7
        )
    step = wide / 4
    lows = binding(profile.cells)
    for i, cell in enumerate(profile.cells):
        _bar(canvas, (x + step * i + 1, base), step - 11, cell, cell.stage == lows)
        canvas.text((x + step * i + (step - 9) / 2, base + 15), cell.stage, _AXIS, structure=True)
    canvas.line((x - 2, base), (x + wide, base), "outline", 1.2)
    return canvas.paragraph((x, base + 36), profile.note, _NOTE, wide, 15) - y


def _bar(canvas: Canvas, at: tuple[float, float], wide: float, cell: Cell, lowest: bool) -> None:
    x, base = at
    top = BARS * (cell.score.value or cell.digit or 0) / 5
    if cell.digit is not None:
        stroke = "outline" if cell.digit < 4 else f"fill{cell.digit}"
        canvas.rect((x, base - top), (wide, top), f"fill{cell.digit}", stroke, radius=2)
    else:
        top = _draw_range(canvas, at, wide, cell)
    ink = "accent" if lowest else "ink"
    shift = top + 7
    if cell.ends:
        ends = [base - BARS * end / 5 for end in cell.ends]
        canvas.bracket(x + wide + 4.5, ends[1], ends[0], cap=2)
    canvas.number((x + wide / 2, base - shift), cell.shown, Type(13.5, 600, ink, "middle"))


def _draw_range(canvas: Canvas, at: tuple[float, float], wide: float, cell: Cell) -> float:
    (x, base), sure, top = at, 0.0, BARS * cell.high / 5
    if not cell.open:
        sure = BARS * cell.low / 5
        canvas.rect((x, base - sure), (wide, sure), f"fill{cell.low}", "outline", radius=2)
    canvas.hatch((x, base - top), (wide, top - sure), "hairline", step=5, width=1.4)
    canvas.rect((x, base - top), (wide, top), "none", "outline", radius=2, dash="3 2")
    return top


def profile_svg(profile: Profile, theme: Theme = LIVE) -> str:
    """Give one profile as an image of its own, for pages that reflow."""
    canvas = Canvas(theme)
    height = draw_profile(canvas, (3, 0), 126, profile)
    return document(
        canvas,
        132,
        max(PROFILE_HEIGHT, height - 30),
        f"{profile.name}: {spoken(profile.cells)}",
        "profile",
    )


def small_multiples(
    id: str,
    profiles: Sequence[Profile],
    heading: str,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
) -> Figure:
    """Build small multiples of profiles.

    Args:
        id: Id of the figure.
        profiles: In drawing order.
        heading: What one profile is (``Sector`` or ``Country``), for the table twin.
        title, subtitle, source_line: The finding, what is shown, and from whom.
    """

    def draw(canvas: Canvas, width: float) -> float:
        columns = _columns(len(profiles), int((width + 26) // 138))
        wide = (width + 26) / columns - 26
        y = 0.0
        for start in range(0, len(profiles), columns):
            row = profiles[start : start + columns]
            used = [
                draw_profile(canvas, (i * (wide + 26) + 2, y), wide, p) for i, p in enumerate(row)
            ]
            y += max(PROFILE_HEIGHT, *used) + (14 if any(p.note.parts for p in row) else 10)
        return y

    rows = tuple(_row(profile) for profile in profiles)
    columns = (heading, *(x for s in STAGE_ORDER for x in (s, f"{s} interval")))
    alt = f"{title.plain} " + "; ".join(f"{p.name} {spoken(p.cells)}" for p in profiles) + "."
    return Figure(id, title, subtitle, alt, columns, rows, source_line, draw, width=1176)


def _columns(count: int, most: int) -> int:
    """Choose the columns, at most ``most``, that leave the fewest gaps in the last row."""
    choices = range(max(2, most - 2), max(2, most) + 1)
    return min(choices, key=lambda columns: (-count % columns, -columns))


def _row(profile: Profile) -> tuple[str | Shown, ...]:
    out: list[str | Shown] = [profile.name]
    for cell in profile.cells:
        out += [cell.shown, interval_text(cell) or "none"]
    return tuple(out)


def hollow_sectors(
    scorecard: Scorecard,
    country: str,
    names: Callable[[str], str],
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
) -> Figure:
    """Build the small multiples of every sector of a country."""
    profiles = sector_profiles(scorecard, country, names)
    return small_multiples("hollow-sectors", profiles, "Sector", title, subtitle, source_line)


def hollow_countries(
    scorecard: Scorecard,
    names: Callable[[str], str],
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
) -> Figure:
    """Build the small multiples of every country's national profile."""
    profiles = country_profiles(scorecard, names)
    return small_multiples("hollow-countries", profiles, "Country", title, subtitle, source_line)
