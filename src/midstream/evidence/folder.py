"""A data folder: which tables it holds, read and typed by their attribute tables."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from midstream.errors import EvidenceError, InputError
from midstream.evidence.exchange import recovered
from midstream.evidence.findings import Finding
from midstream.evidence.schema import Schema, read_schema, type_table
from midstream.evidence.tables import Table, read_bytes, read_csv
from midstream.terms import suggestion

#: The release that ships with the package.
SHIPPED = Path(__file__).resolve().parent.parent / "data"

#: Endings of the files that make up a release.
RELEASE_FILES = (".csv", ".toml", ".parquet")

#: Tables without which nothing can be said.
CORE_TABLES = (
    "countries",
    "forms",
    "materials",
    "metrics",
    "observations",
    "origins",
    "sources",
)

#: Attribute tables with this prefix describe Parquet files of the folder ``bulk``.
BULK_PREFIX = "bulk_"


@dataclass(frozen=True, slots=True)
class Release:
    """Name of a data release.

    Attributes:
        id: E.g. ``"2026.11"``.
        date: Day of the release.
        closing_date: Day on which collection was closed.
        rows: Rows per table as the release declares them.
        bulk_rows: Rows per bulk table as the release declares them.
    """

    id: str
    date: str
    closing_date: str
    rows: Mapping[str, int]
    bulk_rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Folder:
    """The tables of a data folder.

    Attributes:
        path: Where it is.
        release: Its release.
        tables: Typed tables by name.
        schemas: Attribute tables by table name, those of bulk tables included.
        problems: What went wrong while reading.
    """

    path: Path
    release: Release
    tables: Mapping[str, Table]
    schemas: Mapping[str, Schema]
    problems: tuple[Finding, ...]

    def table(self, name: str) -> Table:
        """Give a table by name.

        Raises:
            InputError: if there is none, with the nearest names.
        """
        try:
            return self.tables[name]
        except KeyError:
            raise InputError(
                f"no table {name!r}",
                where="evidence",
                why="a table needs a CSV file and an attribute table of the same name",
                mend=suggestion(name, self.tables) or "see the folder schema for the names",
            ) from None

    def vocabulary(self, table: str, column: str = "id") -> Mapping[str, str]:
        """Give the values of a column with the names of their rows, for look-ups and hints."""
        rows = self.tables[table].rows if table in self.tables else ()
        return {row[column]: row.get("name") or "" for row in rows if row.get(column)}


def read_folder(path: Path) -> Folder:
    """Read every table of a folder that has an attribute table.

    Args:
        path: Data folder; its own ``schema`` folder is used if it has one, else the
            shipped attribute tables.

    Returns:
        The folder with all problems found on the way; cells with a problem are ``None``.

    Raises:
        EvidenceError: if the folder is missing.
    """
    if not path.is_dir():
        # An import that was killed between its two moves left the folder under another name.
        recovered(path.absolute())
    if not path.is_dir():
        raise EvidenceError([f"{path.name}: no such data folder; give the path of one"])
    problems: list[Finding] = []
    schemas = _schemas(path, problems)
    tables: dict[str, Table] = {}
    for name, schema in schemas.items():
        file = path / f"{name}.csv"
        if not file.is_file():
            continue
        try:
            tables[name], found = type_table(read_csv(file), schema)
            problems += found
        except InputError as error:
            problems.append(_unreadable(error, file.name))
    problems += [_missing(name) for name in CORE_TABLES if not (path / f"{name}.csv").is_file()]
    release = _release(path / "release.toml", problems)
    return Folder(path, release, tables, schemas, tuple(problems))


def _schemas(path: Path, problems: list[Finding]) -> dict[str, Schema]:
    place = path / "schema"
    schemas = {}
    for file in sorted((place if place.is_dir() else SHIPPED / "schema").glob("*.csv")):
        try:
            schemas[file.stem] = read_schema(file)
        except InputError as error:
            problems.append(_unreadable(error, f"schema/{file.name}"))
    return schemas


def _unreadable(error: InputError, file: str) -> Finding:
    """Turn a typed error into a finding; its place is split back into row and column."""
    _, row, column = [*error.where.removeprefix(file).split(":"), "", ""][:3]
    text = ". ".join(part for part in (error.what, error.why, error.mend) if part)
    return Finding("schema", "error", file, int(row) if row.isdigit() else None, None, text, column)


def _missing(name: str) -> Finding:
    text = "the table is missing; copy the whole data folder, not single files"
    return Finding("schema", "error", f"{name}.csv", None, None, text)


def _release(path: Path, problems: list[Finding]) -> Release:
    content: dict[str, Any] = {}
    try:
        content = tomllib.loads(read_bytes(path).decode("utf-8"))
    except InputError as error:
        problems.append(_unreadable(error, path.name))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        text = f"is not valid TOML ({error}); mend the file"
        problems.append(Finding("schema", "error", path.name, None, None, text))
    for name in ("id", "date"):
        if content and not isinstance(content.get(name), str):
            text = f'{name} is missing; write {name} = "..."'
            problems.append(Finding("schema", "error", path.name, 1, None, text, name))
    date = str(content.get("date", ""))
    return Release(
        id=str(content.get("id", "")),
        date=date,
        closing_date=str(content.get("closing_date", date)),
        rows=content.get("rows", {}),
        bulk_rows=content.get("bulk_rows", {}),
    )


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a data release, by path in its folder."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in RELEASE_FILES)
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(read_bytes(path)).hexdigest()
        for path in files
    }
