"""Attribute tables: one CSV per record type that says what each column may hold."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from midstream.errors import InputError
from midstream.evidence.findings import Finding
from midstream.evidence.tables import RawTable, Row, Table, read_csv
from midstream.terms import suggestion

Convert = Callable[[str], Any]

_ID = re.compile(r"[A-Za-z0-9][\w.:+&/-]*", re.ASCII)
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_YEAR = r"(1[5-9]|20|21)\d\d"
_PERIOD = re.compile(rf"{_YEAR}(-({_YEAR}|0[1-9]|1[0-2]|Q[1-4]|H[12]))?", re.ASCII)
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_FIELDS = ("field", "type", "unit", "default", "required", "refers", "description")


def to_float(cell: str) -> float:
    """Read a plain decimal number; thousands separators, ``nan`` and ``inf`` are refused."""
    if not _NUMBER.fullmatch(cell):
        raise ValueError("is not a number; write it with digits and a point, like 1234.5")
    number = float(cell)
    if not math.isfinite(number):
        raise ValueError("is too large for a number")
    return number


def to_int(cell: str) -> int:
    """Read a whole number."""
    if not _WHOLE.fullmatch(cell):
        raise ValueError("is not a whole number; write digits only")
    return int(cell)


def to_bool(cell: str) -> bool:
    """Read yes/no, true/false or 1/0."""
    try:
        return _YES_NO[cell.casefold()]
    except KeyError:
        raise ValueError("is neither yes nor no") from None


def to_date(cell: str) -> str:
    """Read YYYY, YYYY-MM or YYYY-MM-DD; kept as text, which sorts rightly."""
    if not _DATE.fullmatch(cell):
        raise ValueError("is not a date; write YYYY, YYYY-MM or YYYY-MM-DD")
    return cell


def to_period(cell: str) -> str:
    """Read YYYY, YYYY-MM, YYYY-YYYY, YYYY-Qn or YYYY-Hn; kept as text."""
    if not _PERIOD.fullmatch(cell):
        raise ValueError("is not a period; write YYYY, YYYY-MM, YYYY-YYYY, YYYY-Qn or YYYY-Hn")
    return cell


def to_id(cell: str) -> str:
    """Read an id: letters, digits and ``. : + & / _ -``, no spaces."""
    if not _ID.fullmatch(cell):
        raise ValueError("is not an id; use letters, digits and . : + & / _ - without spaces")
    return cell


def to_text(cell: str) -> str:
    """Keep the cell as it is."""
    return cell


CONVERTERS: dict[str, Convert] = {
    "id": to_id,
    "ref": to_text,
    "str": to_text,
    "text": to_text,
    "float": to_float,
    "int": to_int,
    "bool": to_bool,
    "date": to_date,
    "period": to_period,
}


@dataclass(frozen=True, slots=True)
class Attribute:
    """One column of a record type.

    Attributes:
        field: Column name.
        type: Type as written in the attribute table.
        convert: From text to value; raises ValueError with half a sentence.
        required: Whether a blank is refused.
        is_list: Whether the cell holds several values joined by ``;``.
        refers: ``(table, column)`` that must hold the value, or ``None``.
        default: Value of a blank cell.
        unit: Unit in words.
        description: What the column means.
    """

    field: str
    type: str
    convert: Convert
    required: bool
    is_list: bool
    refers: tuple[str, str] | None
    default: str
    unit: str
    description: str


@dataclass(frozen=True, slots=True)
class Schema:
    """The attribute table of one record type."""

    table: str
    attributes: tuple[Attribute, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(attribute.field for attribute in self.attributes)

    def attribute(self, field: str) -> Attribute | None:
        """Give the attribute of a column, or ``None``."""
        return next((item for item in self.attributes if item.field == field), None)


def _choice(choices: tuple[str, ...]) -> Convert:
    known = {choice: choice for choice in choices}

    def convert(cell: str) -> str:
        try:
            return known[cell]
        except KeyError:
            hint = suggestion(cell, choices)
            raise ValueError(f"is none of {', '.join(choices)}; {hint}".rstrip("; ")) from None

    return convert


@cache
def converter(type_: str) -> tuple[Convert, bool]:
    """Give the converter of a type and whether it is a list.

    Raises:
        ValueError: if the type is unknown.
    """
    if type_.startswith("enum(") and type_.endswith(")"):
        return _choice(tuple(part.strip() for part in type_[5:-1].split("|"))), False
    if type_.startswith("list(") and type_.endswith(")"):
        inner, nested = converter(type_[5:-1])
        if nested:
            raise ValueError("is a list of lists")
        return _listed(inner), True
    if type_ not in CONVERTERS:
        raise ValueError(f"is no known type; {suggestion(type_, CONVERTERS)}".rstrip("; "))
    return CONVERTERS[type_], False


def _listed(inner: Convert) -> Convert:
    def convert(cell: str) -> tuple[Any, ...]:
        parts = [part.strip() for part in cell.split(";")]
        return tuple(inner(part) for part in parts if part)

    return convert


def read_schema(path: Path) -> Schema:
    """Read an attribute table.

    Raises:
        InputError: with the place, if a column is missing or a type is unknown.
    """
    raw = read_csv(path)
    file = f"schema/{raw.file}"
    missing = [name for name in _FIELDS if name not in raw.header]
    if missing:
        raise InputError(
            f"column {missing[0]!r} is missing",
            where=f"{file}:1",
            why="attribute tables have the columns " + ", ".join(_FIELDS),
            mend="add the column",
        )
    attributes = [
        _attribute(dict(zip(raw.header, cells, strict=True)), f"{file}:{line}")
        for cells, line in zip(raw.rows, raw.lines, strict=True)
    ]
    return Schema(path.stem, tuple(attributes))


def _attribute(cells: dict[str, str], place: str) -> Attribute:
    try:
        convert, is_list = converter(cells["type"])
        required = to_bool(cells["required"] or "no")
    except ValueError as error:
        raise InputError(
            f"{cells['field']}: {cells['type']!r} {error}",
            where=f"{place}:type",
            mend="use one of " + ", ".join(CONVERTERS) + ", enum(a|b) or list(type)",
        ) from None
    table, _, column = cells["refers"].partition(".")
    return Attribute(
        field=cells["field"],
        type=cells["type"],
        convert=convert,
        required=required,
        is_list=is_list,
        refers=(table, column or "id") if table else None,
        default=cells["default"],
        unit=cells["unit"],
        description=cells["description"],
    )


def type_table(raw: RawTable, schema: Schema) -> tuple[Table, list[Finding]]:
    """Turn text cells into typed rows.

    Args:
        raw: Cells as read.
        schema: Attribute table of the record type.

    Returns:
        The table and every problem: unknown or missing columns, wrong types, blanks in
        required columns. A cell with a problem stands as ``None``.
    """
    problems = _header_problems(raw, schema)
    columns = list(zip(*raw.rows, strict=True)) if raw.rows else [()] * len(raw.header)
    place = {name: index for index, name in enumerate(raw.header)}
    typed: list[list[Any]] = []
    for attribute in schema.attributes:
        if attribute.field in place:
            cells = columns[place[attribute.field]]
            typed.append(_column(attribute, cells, raw, problems))
        else:
            typed.append([() if attribute.is_list else None] * len(raw.rows))
    fields = schema.fields
    rows: tuple[Row, ...] = tuple(
        dict(zip(fields, cells, strict=True)) for cells in zip(*typed, strict=True)
    )
    name = raw.file.removesuffix(".csv")
    return Table(name, raw.file, rows, tuple(raw.lines)), problems


def _header_problems(raw: RawTable, schema: Schema) -> list[Finding]:
    problems = []
    for name in raw.header:
        if name not in schema.fields:
            hint = suggestion(name, schema.fields)
            text = f"column {name!r} is not in the attribute table; {hint}".rstrip("; ")
            problems.append(Finding("schema", "error", raw.file, 1, None, text, name))
    for attribute in schema.attributes:
        if attribute.field not in raw.header and attribute.required:
            text = f"the column is missing ({attribute.description.rstrip('.')}); add it"
            problems.append(Finding("schema", "error", raw.file, 1, None, text, attribute.field))
    return problems


def _column(
    attribute: Attribute, cells: tuple[str, ...], raw: RawTable, problems: list[Finding]
) -> list[Any]:
    """Type one column; the slow path that collects problems runs only if there are some."""
    blank: Any = () if attribute.is_list else None
    convert = attribute.convert
    if attribute.default:
        blank = convert(attribute.default)
    try:
        values = [convert(cell) if cell else blank for cell in map(str.strip, cells)]
    except ValueError:
        values = _column_with_problems(attribute, cells, raw, problems, blank)
    if attribute.required and not attribute.default and not all(map(str.strip, cells)):
        _blank_problems(attribute, cells, raw, problems)
    return values


def _column_with_problems(
    attribute: Attribute,
    cells: tuple[str, ...],
    raw: RawTable,
    problems: list[Finding],
    blank: Any,
) -> list[Any]:
    values: list[Any] = []
    for index, cell in enumerate(cells):
        text = cell.strip()
        try:
            values.append(attribute.convert(text) if text else blank)
        except ValueError as error:
            values.append(blank)
            problems.append(_problem(attribute, raw, index, f"{text[:60]!r} {error}"))
    return values


def _blank_problems(
    attribute: Attribute, cells: tuple[str, ...], raw: RawTable, problems: list[Finding]
) -> None:
    meaning = attribute.description.rstrip(".")
    for index, cell in enumerate(cells):
        if not cell.strip():
            message = f"the cell is blank but required ({meaning}); fill it"
            problems.append(_problem(attribute, raw, index, message))


def _problem(attribute: Attribute, raw: RawTable, index: int, message: str) -> Finding:
    row_id = None
    if "id" in raw.header:
        row_id = raw.rows[index][raw.header.index("id")] or None
    return Finding("schema", "error", raw.file, raw.lines[index], row_id, message, attribute.field)
