"""Reading and writing the CSV tables, with one spelling for every file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

Row = dict[str, str]


class DerivationError(Exception):
    """A source table is not what the derivation was written for."""


def read_rows(path: Path) -> list[Row]:
    """Read a CSV file as text cells; an empty cell stays an empty string."""
    if not path.is_file():
        raise DerivationError(f"{path.name} is missing in {path.parent}")
    with path.open(encoding="utf-8", newline="") as handle:
        return [dict(row) for row in csv.DictReader(handle)]


def columns_of(schema: Path) -> list[str]:
    """The column order of a table is the row order of its schema file."""
    return [row["field"] for row in read_rows(schema)]


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write UTF-8 with LF line ends, through a temporary file."""
    draft = path.with_name(path.name + ".part")
    with draft.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: row.get(name, "") for name in columns})
    draft.replace(path)


def by_columns(rows: Iterable[Row], *names: str) -> list[Row]:
    """Rows in the plain order of the named columns."""
    return sorted(rows, key=lambda row: tuple(row[name] for name in names))
