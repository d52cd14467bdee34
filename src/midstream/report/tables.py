"""The tables of an edition: CSV files with a Frictionless data package that describes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal

from midstream.errors import ModelError
from midstream.evidence.quantity import Quantity
from midstream.report.bibliography import Entry, licences

if TYPE_CHECKING:
    from midstream.report.manifest import Stamp
    from midstream.study import Study

Type = Literal["string", "integer", "number"]
Value = str | int | float | None

#: First characters a spreadsheet may read as a formula or a command.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

#: Terms of the tables themselves; the facts in them keep the terms of their sources.
OWN_LICENCE = {
    "name": "Apache-2.0",
    "title": "Apache Licence 2.0 (the tables; facts keep the terms of their sources)",
    "path": "https://www.apache.org/licenses/LICENSE-2.0",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: name, type, meaning, and unit where it has a fixed one."""

    name: str
    type: Type
    description: str
    unit: str = ""

    def schema(self) -> dict[str, Any]:
        """Give the column as a field of a table schema."""
        field: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "description": self.description,
        }
        if self.unit:
            field["unit"] = self.unit
        return field


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table.

    Attributes:
        name: File name without ending.
        title: What it holds, in words.
        columns: Its columns.
        rows: Cells in the order of the columns.
        key: Columns that tell rows apart.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    key: tuple[str, ...] = ()

    def csv(self) -> str:
        """Give the table as CSV (UTF-8, comma, one header row, blank = no evidence)."""
        lines = [",".join(quoted(column.name) for column in self.columns)]
        if self.rows:
            # Column by column: what a type asks for is settled once, not for every cell.
            pairs = zip(self.columns, zip(*self.rows, strict=True), strict=True)
            cells = [written(values, column, self.name) for column, values in pairs]
            # The blank cell of a lone column is quoted: an empty line would be passed over.
            lines += [line or '""' for line in map(",".join, zip(*cells, strict=True))]
        return "\n".join([*lines, ""])


def quantity_columns(prefix: str, what: str, unit: str = "") -> tuple[Column, ...]:
    """Columns of a quantity: value, ends of its interval, label and lineage.

    Args:
        prefix: Name of the value column; the others carry it in front, except for a lone
            ``value``.
        what: What the number is.
        unit: Its unit where every row has the same.
    """
    head = "" if prefix == "value" else f"{prefix}_"
    return (
        Column(prefix, "number", what, unit),
        Column(f"{head}low", "number", f"{what}: lower end of the interval", unit),
        Column(f"{head}high", "number", f"{what}: upper end of the interval", unit),
        Column(f"{head}label", "string", f"{what}: V, V1, U or modelled"),
        Column(f"{head}lineage", "string", f"{what}: lineage id, see lineage.csv"),
    )


def quantity_cells(quantity: Quantity) -> tuple[Value, ...]:
    """Cells of a quantity in the order of `quantity_columns`."""
    return (quantity.value, quantity.low, quantity.high, quantity.label, quantity.lineage)


def written(values: Iterable[Value], column: Column, table: str) -> list[str]:
    """Write the cells of a column as they stand in the file; blank where there is no value.

    Numbers are written so that they read back exactly. Text that a spreadsheet would take for a
    formula gets an apostrophe in front; text that would end its cell is quoted.

    Raises:
        ModelError: if a value is not of the type of the column.
    """
    held = list(values)
    # Types are looked at once for the column: a cell is only looked for where one is wrong.
    fits = {kind: _fits(kind, column.type) for kind in set(map(type, held))}
    if not all(fits.values()):
        raise _mistyped(next(one for one in held if not fits[type(one)]), column, table)
    if column.type == "string":
        # Most texts stand in many rows: each is written once.
        words = {one: "" if one is None else quoted(safe_text(str(one))) for one in set(held)}
        return [words[one] for one in held]
    if column.type == "number":
        return ["" if one is None else repr(float(one)) for one in held]
    for one in held:
        if one is not None and one != int(one):
            raise _mistyped(one, column, table)
    return ["" if one is None else str(int(one)) for one in held]


def _fits(kind: type, wanted: Type) -> bool:
    """Whether values of a Python type may stand in a column; a truth value is no number."""
    if issubclass(kind, NoneType):
        return True
    if wanted == "string":
        return issubclass(kind, str)
    return issubclass(kind, int | float) and not issubclass(kind, bool)


def safe_text(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def quoted(text: str) -> str:
    """Put a cell into quotation marks where it holds a comma, a mark or the end of a line."""
    if "," in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def _mistyped(value: object, column: Column, table: str) -> ModelError:
    return ModelError(
        f"{value!r} is not of type {column.type}",
        where=f"tables/{table}.csv:{column.name}",
        why="the data package promises one type per column",
    )


def write_tables(
    folder: Path, sheets: Iterable[Sheet], study: Study, stamp: Stamp, entries: Sequence[Entry]
) -> list[Path]:
    """Write the tables and their data package.

    Args:
        folder: Where they go; made if it is not there.
        sheets: The tables.
        study: The study they come from.
        stamp: The edition.
        entries: Sources under the numbers, listed with their licences.

    Returns:
        The files written, in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written, resources = [], []
    for sheet in sheets:
        data = sheet.csv().encode("utf-8")
        path = folder / f"{sheet.name}.csv"
        path.write_bytes(data)
        written.append(path)
        resources.append(_resource(sheet, data))
    package = _package(resources, study, stamp, entries)
    path = folder / "datapackage.json"
    path.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [*written, path]


def _resource(sheet: Sheet, data: bytes) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [column.schema() for column in sheet.columns],
        "missingValues": [""],
    }
    if sheet.key:
        schema["primaryKey"] = list(sheet.key)
    return {
        "name": sheet.name.replace("_", "-"),
        "title": sheet.title,
        "path": f"{sheet.name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "doubleQuote": True, "header": True},
        "schema": schema,
    }


def _package(
    resources: list[dict[str, Any]], study: Study, stamp: Stamp, entries: Sequence[Entry]
) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": f"midstream-{study.config.id}",
        "id": stamp.hash,
        "title": study.config.title,
        "description": study.config.question,
        "version": stamp.number,
        "licenses": [OWN_LICENCE],
        "sources": list(_sources(study, entries)),
        "resources": resources,
    }


def _sources(study: Study, entries: Sequence[Entry]) -> Iterator[dict[str, str]]:
    """Every source under the numbers, with its licence and the attribution it asks for."""
    terms = licences(study.evidence.table("licences").rows)
    for entry in entries:
        source = {"title": f"{entry.publisher}: {entry.title}", "id": entry.id}
        if entry.url:
            source["path"] = entry.url
        source["licence"] = entry.licence or "unclear"
        if entry.id in terms:
            source["attribution"] = terms[entry.id]
        yield source
