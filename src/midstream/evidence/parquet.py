"""Rows as a Parquet file in memory; written by DuckDB, as the bulk tables are read by it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from midstream.rows import Cell

#: Rows handed over at a time.
BATCH = 200


def parquet_bytes(names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Write rows as Parquet.

    Args:
        names: Names of the columns.
        rows: Cells, a row as long as the names. A column whose cells are all numbers is written
            as double, one of truth values as boolean, any other as text.

    Returns:
        The bytes of the file.
    """
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        fill(connection, names, rows)
        path = Path(folder) / "answer.parquet"
        connection.execute(f"COPY answer TO '{path}' (FORMAT parquet)")
        return path.read_bytes()


def fill(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> None:
    """Make a table ``answer`` of rows; names and cells as in `parquet_bytes`."""
    kinds = [_kind([row[place] for row in rows]) for place in range(len(names))]
    columns = ", ".join(f"{_quoted(name)} {kind}" for name, kind in zip(names, kinds, strict=True))
    connection.execute(f"CREATE TABLE answer ({columns})")
    marks = f"({', '.join('?' for _ in names)})"
    for start in range(0, len(rows), BATCH):
        part = [_typed(row, kinds) for row in rows[start : start + BATCH]]
        values = ", ".join([marks] * len(part))
        connection.execute(f"INSERT INTO answer VALUES {values}", [c for r in part for c in r])


def _kind(cells: Sequence[Cell]) -> str:
    known = [cell for cell in cells if cell is not None]
    if known and all(isinstance(cell, bool) for cell in known):
        return "BOOLEAN"
    numbers = all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in known)
    return "DOUBLE" if known and numbers else "VARCHAR"


def _typed(row: Sequence[Cell], kinds: Sequence[str]) -> list[Cell]:
    return [
        str(cell) if kind == "VARCHAR" and cell is not None else cell
        for cell, kind in zip(row, kinds, strict=True)
    ]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
