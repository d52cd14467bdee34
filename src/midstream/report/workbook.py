"""The workbook of an edition: its tables as sheets to filter and sum, with units and sources.

Text is written as text, never as a formula, link or number, whatever it begins with. Dates come
from the edition, so the same edition gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from midstream.errors import ModelError
from midstream.report.tables import OWN_LICENCE, Column, Sheet, Value

if TYPE_CHECKING:
    from midstream.report.manifest import Stamp
    from midstream.study import Study

NAME = "workbook.xlsx"
#: Sheets that stay in the folder of tables: every number shown, and every node under one.
LEFT = frozenset({"numbers", "lineage", "facts"})
#: Tables with more rows stay there as well: a spreadsheet gets slow on them.
MOST_ROWS = 10_000
#: Widths of columns in characters, and the rows that are looked at for them.
NARROWEST, WIDEST, LOOKED_AT = 8, 48, 200
#: Width of leading columns up to which they stay in sight.
IN_SIGHT = 60
#: Characters a cell can hold, and a name of a sheet.
CELL, SHEET = 32_000, 31

#: Unit of a column to the format of its numbers; other units get `OTHER`.
FORMATS: Mapping[str, str] = {
    "%": "0.0",
    "score": "0.00",
    "probability": "0.00",
    "share": "0.000",
    "index": "0.000",
    "1": "0.000",
    "ratio": "0.000",
    "USD": "#,##0",
    "USD million": "#,##0.0",
    "million USD": "#,##0.0",
    "USD/kg": "#,##0.00",
    "t": "#,##0",
}
INTEGER, OTHER = "0", "[>=100]#,##0;General"
_UNIT_OF_ROW = "see unit"


@dataclass(frozen=True, slots=True)
class Styles:
    """Formats of a workbook."""

    title: Any
    text: Any
    wrapped: Any
    head: Any
    unit: Any
    numbers: Mapping[str, Any]

    def number(self, column: Column) -> Any:
        """Format of the numbers of a column."""
        return self.numbers[number_format(column)]


def number_format(column: Column) -> str:
    """Give the format of the numbers of a column, by its type and unit."""
    return INTEGER if column.type == "integer" else FORMATS.get(column.unit, OTHER)


def unit_word(column: Column, sheet: Sheet) -> str:
    """Give what stands in the units row: the unit, or where it stands if rows differ."""
    if column.unit or column.type != "number":
        return column.unit
    return _UNIT_OF_ROW if any(one.name == "unit" for one in sheet.columns) else ""


@dataclass(frozen=True, slots=True)
class Cover:
    """What the first sheet says.

    Attributes:
        title, question: Of the study.
        finding: What the edition found, in one sentence.
        data_release: Id of the data release.
        stamp: The edition.
    """

    title: str
    question: str
    finding: str
    data_release: str
    stamp: Stamp

    def properties(self) -> dict[str, Any]:
        """Give the properties of the file; its day is that of the edition."""
        return {
            "title": self.title,
            "subject": self.question,
            "author": "midstream",
            "comments": f"edition {self.stamp.number}, {self.stamp.hash}",
            "created": datetime.fromisoformat(self.stamp.date),
        }

    def lines(self) -> list[tuple[str, str]]:
        """Give its lines, name and text."""
        return [
            ("question", self.question),
            ("answer", self.finding),
            ("edition", f"{self.stamp.number}, {self.stamp.long_date}"),
            ("data release", self.data_release),
            ("version", self.stamp.version),
            ("hash", self.stamp.hash),
            ("licence", str(OWN_LICENCE["title"])),
            ("blank cell", "no evidence, never zero"),
            ("intervals", "low and high are the ends of the 80% interval"),
            ("labels", "V two origins agree, V1 one origin, U unverified or conflicting, modelled"),
            ("lineage", "names the node of tables/lineage.csv that a number comes from"),
        ]


def cover_of(study: Study, finding: str, stamp: Stamp) -> Cover:
    """Make the cover of a study's edition."""
    config = study.config
    return Cover(config.title, config.question, finding, study.data_release, stamp)


def build_workbook(cover: Cover, sheets: Iterable[Sheet], sources: Sheet) -> bytes:
    """Build the workbook.

    Args:
        cover: What its first sheet says.
        sheets: Its tables; those of `LEFT` and the longest are left out.
        sources: Sources under the numbers.

    Returns:
        The bytes of an XLSX file.
    """
    every = list(sheets)
    shown = [one for one in every if one.name not in LEFT and len(one.rows) <= MOST_ROWS]
    left = sorted(LEFT | {one.name for one in every if one not in shown})
    out = io.BytesIO()
    book, styles = _opened(out, cover.properties())
    lines = [*cover.lines(), ("in the tables only", ", ".join(left))]
    _cover(book, styles, lines, [*shown, sources])
    for sheet in (*shown, sources):
        _write(book, styles, sheet)
    book.close()
    return out.getvalue()


def _opened(out: io.BytesIO, properties: Mapping[str, Any]) -> tuple[Any, Styles]:
    import xlsxwriter

    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    book = xlsxwriter.Workbook(out, options)
    book.set_properties(dict(properties))
    formats = {INTEGER, OTHER, *FORMATS.values()}
    styles = Styles(
        title=book.add_format({"bold": True, "font_size": 14}),
        text=book.add_format({"num_format": "@", "valign": "top"}),
        wrapped=book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
        head=book.add_format({"bold": True, "bottom": 1, "num_format": "@"}),
        unit=book.add_format({"italic": True, "font_color": "#666666", "num_format": "@"}),
        numbers={one: book.add_format({"num_format": one}) for one in sorted(formats)},
    )
    return book, styles


def _cover(
    book: Any, styles: Styles, lines: Sequence[tuple[str, str]], sheets: Sequence[Sheet]
) -> None:
    page = book.add_worksheet("cover")
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 90)
    page.set_column(2, 2, 10)
    page.write_string(0, 0, "midstream", styles.title)
    row = 2
    for name, text in lines:
        page.write_string(row, 0, name, styles.head)
        page.write_string(row, 1, _cut(text), styles.wrapped)
        row += 1
    row += 1
    for column, name in enumerate(("sheet", "what it holds", "rows")):
        page.write_string(row, column, name, styles.head)
    for sheet in sheets:
        row += 1
        page.write_url(row, 0, f"internal:'{_name(sheet)}'!A1", string=_name(sheet))
        page.write_string(row, 1, _cut(sheet.title), styles.text)
        page.write_number(row, 2, len(sheet.rows), styles.numbers[INTEGER])


def _write(book: Any, styles: Styles, sheet: Sheet) -> None:
    """Write one table: names, units under them, rows; both stay in sight and can be filtered."""
    page = book.add_worksheet(_name(sheet))
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, _width(column, sheet, index))
        page.write_string(0, index, column.name, styles.head)
        word = unit_word(column, sheet)
        if word:
            page.write_string(1, index, word, styles.unit)
        _write_column(page, styles, sheet, index)
    page.freeze_panes(2, _keys(sheet))
    if sheet.columns:
        page.autofilter(1, 0, max(1, len(sheet.rows) + 1), len(sheet.columns) - 1)


def _keys(sheet: Sheet) -> int:
    """How many leading columns say what a row is about and stay in sight beside its numbers."""
    used = 0
    for index, column in enumerate(sheet.columns):
        used += _width(column, sheet, index)
        if column.type != "string" or used > IN_SIGHT:
            return index
    return 0


def _write_column(page: Any, styles: Styles, sheet: Sheet, index: int) -> None:
    column = sheet.columns[index]
    if column.type == "string":
        for row, cells in enumerate(sheet.rows, 2):
            value = cells[index]
            if isinstance(value, str):
                page.write_string(row, index, _cut(value))
            elif value is not None:
                raise _mistyped(value, column, sheet)
        return
    style = styles.number(column)
    for row, cells in enumerate(sheet.rows, 2):
        number = cells[index]
        if isinstance(number, bool | str):
            raise _mistyped(number, column, sheet)
        if number is not None:
            page.write_number(row, index, number, style)


def _mistyped(value: Value, column: Column, sheet: Sheet) -> ModelError:
    return ModelError(
        f"{value!r} is not of type {column.type}",
        where=f"{NAME}:{sheet.name}:{column.name}",
        why="a column holds one type",
    )


def _cut(text: str) -> str:
    return text if len(text) <= CELL else f"{text[:CELL]} ..."


def _name(sheet: Sheet) -> str:
    return sheet.name[:SHEET]


def _width(column: Column, sheet: Sheet, index: int) -> int:
    cells = [row[index] for row in sheet.rows[:LOOKED_AT]]
    shown = [len(cell) if isinstance(cell, str) else 10 for cell in cells if cell is not None]
    return max(NARROWEST, min(WIDEST, max([len(column.name), *shown]) + 2))


def template_workbook(name: str, template: Mapping[str, Any]) -> bytes:
    """Build a template as a workbook: a sheet to fill in, and one on its columns.

    Args:
        name: Name of the template.
        template: Its columns, as the command ``template`` gives them.
    """
    out = io.BytesIO()
    book, styles = _opened(out, {"created": datetime.fromisoformat("2000-01-01")})
    page, notes = book.add_worksheet(name), book.add_worksheet("columns")
    for index, one in enumerate(template["columns"]):
        page.write_string(0, index, one["column"], styles.head)
        page.set_column(index, index, max(12, len(one["column"]) + 2))
    page.freeze_panes(1, 0)
    for row, one in enumerate(template["columns"]):
        notes.write_string(row, 0, one["column"], styles.head)
        notes.write_string(row, 1, "needed" if one["needed"] else "")
        notes.write_string(row, 2, one["meaning"])
    notes.set_column(0, 0, 22)
    notes.set_column(2, 2, 90)
    book.close()
    return out.getvalue()
