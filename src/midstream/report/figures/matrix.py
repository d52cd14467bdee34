"""What sectors share: a matrix of forms and sectors, by lightness and number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from midstream.evidence.quantity import Quantity
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.figures.strokes import turned
from midstream.report.numbers import Sentence, Shown, say, show
from midstream.report.svg import Canvas, Type

_CODE = Type(size=12.5, weight=600, fill="muted")
_NAME = Type(size=13, condensed=True)
_HEAD = Type(size=12.5, fill="ink2")
_SMALL = Type(size=12.5, fill="muted")

#: Height of a row; width below which a cell cannot hold its number.
_ROW, _LEAST = 24.0, 34.0

#: Lower ends of the five steps of lightness, as parts of the largest value.
_STEPS = (0.02, 0.1, 0.3, 0.6)


@dataclass(frozen=True, slots=True)
class GridRow:
    """One form: its stage, its name, and whether the finding is about it.

    Attributes:
        id, stage, name: The form.
        total: Number at the end of the row; ``None`` leaves it out.
        shared: Whether it is marked as shared.
    """

    id: str
    stage: str
    name: str
    total: Quantity | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """The matrix.

    Attributes:
        rows: Forms in drawing order.
        columns: Sectors in drawing order: id and name.
        values: (form, sector) -> value; pairs that have nothing in common are left out.
        column_totals: Sector -> number under its column; left out where empty.
        total_name: What the number at the end of a row is.
        column_total_name: What the number under a column is.
        style: How a value is printed (`midstream.report.numbers.show`).
    """

    rows: tuple[GridRow, ...]
    columns: tuple[tuple[str, str], ...]
    values: Mapping[tuple[str, str], Quantity]
    column_totals: Mapping[str, Quantity]
    total_name: str
    column_total_name: str
    style: str = "percent"


def shared_matrix(
    id: str,
    grid: Grid,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 860,
) -> Figure:
    """Build the matrix; where it does not fit it becomes a list by form.

    Args:
        id: Id of the figure.
        grid: Rows, columns, values and totals.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """

    def draw(canvas: Canvas, width: float) -> float:
        left = min(236.0, width * 0.3)
        part = (width - left - 54) / max(len(grid.columns), 1)
        if part < _LEAST:
            return _listed(canvas, width, grid)
        return _gridded(canvas, (left, part, width), grid)

    names = [name for _, name in grid.columns]
    columns = ("Form", "Stage", *names, grid.total_name)
    return Figure(
        id, title, subtitle, _alt(title, grid), columns, _twin(grid), source_line, draw, width
    )


def _level(grid: Grid, quantity: Quantity) -> int:
    """Give the step of lightness, 1 to 5, of a value against the largest."""
    most = max((q.value or 0.0 for q in grid.values.values()), default=0.0)
    part = (quantity.value or 0.0) / most if most else 0.0
    return 1 + sum(part >= step for step in _STEPS)


def _gridded(canvas: Canvas, across: tuple[float, float, float], grid: Grid) -> float:
    left, part, width = across
    head = max((_HEAD.width(name) for _, name in grid.columns), default=0.0) * 0.82 + 16
    for i, (_, name) in enumerate(grid.columns):
        _turned_name(canvas, (left + part * (i + 0.5), head - 8), name)
    canvas.paragraph((width - 46, head - 22), say("{n}", n=grid.total_name), _SMALL, 50, 13)
    y = head
    for row in grid.rows:
        _grid_row(canvas, y, across, grid, row)
        y += _ROW
    if grid.column_totals:
        canvas.line((0, y + 3), (width, y + 3), "outline")
        canvas.text((0, y + 20), grid.column_total_name, _SMALL)
        for i, (sector, _) in enumerate(grid.columns):
            total = grid.column_totals.get(sector)
            if total is not None and total.value is not None:
                spot = (left + part * (i + 0.5), y + 20)
                canvas.number(spot, show(total, "bare"), Type(12.5, 600, "ink2", "middle"))
        y += 28
    return y + 2


def _turned_name(canvas: Canvas, at: tuple[float, float], name: str) -> None:
    turned(canvas, at, -55, lambda inner: inner.text((0, 0), name, _HEAD))


def _grid_row(
    canvas: Canvas, y: float, across: tuple[float, float, float], grid: Grid, row: GridRow
) -> None:
    left, part, width = across
    canvas.text((0, y + 16), row.stage, _CODE, structure=True)
    fill = "accent" if row.shared else "ink"
    style = Type(13, 600 if row.shared else 400, fill)
    canvas.text((25, y + 16), _fitted(row.name, style, left - 34), style)
    for i, (sector, _) in enumerate(grid.columns):
        quantity = grid.values.get((row.id, sector))
        spot, size = (left + part * i + 1, y + 1), (part - 2, _ROW - 2)
        if quantity is None or quantity.value is None:
            canvas.circle((spot[0] + size[0] / 2, spot[1] + size[1] / 2), 1.2, fill="hairline")
            continue
        _grid_cell(canvas, spot, size, quantity, grid)
    if row.total is not None and row.total.value is not None:
        ink = "accent" if row.shared else "ink2"
        canvas.number((width - 2, y + 16), show(row.total, "bare"), Type(13, 600, ink, "end"))


def _grid_cell(
    canvas: Canvas,
    at: tuple[float, float],
    size: tuple[float, float],
    quantity: Quantity,
    grid: Grid,
) -> None:
    level = _level(grid, quantity)
    stroke = "outline" if level < 4 else "none"
    place = (at[0] + 0.5, at[1] + 0.5)
    canvas.rect(place, (size[0] - 1, size[1] - 1), f"fill{level}", stroke, radius=2)
    style = Type(12, 600, f"digit{level}", "middle")
    spot = (at[0] + size[0] / 2, at[1] + size[1] / 2 + 4.3)
    canvas.number(spot, _printed(quantity, grid), style)


def _printed(quantity: Quantity, grid: Grid) -> Shown:
    """Print a value without its unit: the subtitle names it."""
    shown = show(quantity, grid.style)
    return Shown(shown.quantity, shown.text)


def _fitted(name: str, style: Type, room: float) -> str:
    """Cut a name that does not fit; the table twin holds it whole."""
    if style.width(name) <= room:
        return name
    while name and style.width(f"{name}\u2026") > room:
        name = name[:-1]
    return f"{name.rstrip()}\u2026"


def _listed(canvas: Canvas, width: float, grid: Grid) -> float:
    """Write the matrix as a list: each form with the sectors that use it, the largest first."""
    y = 0.0
    for row in grid.rows:
        canvas.text((0, y + 15), row.stage, _CODE, structure=True)
        style = Type(14, 600, "accent" if row.shared else "ink", condensed=False)
        y = canvas.paragraph((27, y + 15), say("{n}", n=row.name), style, width - 76, 17)
        if row.total is not None and row.total.value is not None:
            spot = (width - 2, y - 17)
            canvas.number(spot, show(row.total, "bare"), Type(13, 600, "ink2", "end"))
        y = _listed_cells(canvas, (27, y - 6), width, grid, row) + 14
        canvas.line((0, y - 6), (width, y - 6))
    return y


def _listed_cells(
    canvas: Canvas, at: tuple[float, float], width: float, grid: Grid, row: GridRow
) -> float:
    held = [
        (name, grid.values[row.id, sector])
        for sector, name in grid.columns
        if (row.id, sector) in grid.values
    ]
    held.sort(key=lambda pair: (-(pair[1].value or 0.0), pair[0]))
    x, y = at
    for name, quantity in held:
        wide = 40 + _SMALL.width(name) + 16
        if x + wide > width and x > at[0]:
            x, y = at[0], y + 24
        _grid_cell(canvas, (x, y), (34, 20), quantity, grid)
        canvas.text((x + 40, y + 15), name, _SMALL)
        x += wide
    return y + 22 if held else y


def _twin(grid: Grid) -> tuple[tuple[TwinCell, ...], ...]:
    rows: list[tuple[TwinCell, ...]] = []
    for row in grid.rows:
        cells: list[TwinCell] = []
        for sector, _ in grid.columns:
            quantity = grid.values.get((row.id, sector))
            cells.append(show(quantity, grid.style) if quantity is not None else "none")
        total: TwinCell = show(row.total, "bare") if row.total is not None else "none"
        rows.append((row.name, row.stage, *cells, total))
    return tuple(rows)


def _alt(title: Sentence, grid: Grid) -> str:
    said = [
        f"{row.name}: {grid.total_name} {show(row.total).plain}."
        for row in grid.rows
        if row.shared and row.total is not None
    ]
    return " ".join([title.plain, *said])
