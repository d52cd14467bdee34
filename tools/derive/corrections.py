"""Declared corrections: each has a guard, and a repaired source stops the derivation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tables import DerivationError, Row, read_rows

ROW = "(row)"


def load_corrections(path: Path) -> list[Row]:
    """Read the declared corrections in file order; ids must be unique."""
    rows = read_rows(path)
    seen: set[str] = set()
    for number, row in enumerate(rows, start=2):
        if row["id"] in seen:
            raise DerivationError(f"{path.name}:{number}: correction {row['id']} is given twice")
        seen.add(row["id"])
        if row["status"] not in ("applied", "open"):
            raise DerivationError(f"{path.name}:{number}: status must be applied or open")
    return rows


def names_one_cell(correction: Row, tables: Mapping[str, list[Row]]) -> bool:
    """True if the correction is about one cell of one row of a collected table."""
    return (
        correction["table"] in tables
        and correction["field"] != ROW
        and not any(mark in correction["row"] for mark in "*;= ")
    )


def key_of(row: Row) -> str:
    """The id of a row; the trade code where a table has no ids."""
    return row.get("id") or row.get("hs6", "")


def _cell_row(correction: Row, rows: list[Row]) -> Row:
    found = [row for row in rows if key_of(row) == correction["row"]]
    if len(found) != 1:
        raise DerivationError(
            f"correction {correction['id']}: {correction['table']} has {len(found)} rows "
            f"with id {correction['row']}; the collected table has changed, so check whether "
            "the correction is still needed"
        )
    return found[0]


def check_guard(correction: Row, row: Row) -> None:
    """Raise if the collected cell is no longer what the correction was written for."""
    present = row[correction["field"]]
    if present != correction["guard"]:
        raise DerivationError(
            f"correction {correction['id']}: {correction['table']}, row {correction['row']}, "
            f"field {correction['field']} now reads {present!r}, but the correction was written "
            f"for {correction['guard']!r}. The source has been repaired or changed: read it again "
            "and remove or renew the correction"
        )


def apply_corrections(corrections: list[Row], tables: Mapping[str, list[Row]]) -> int:
    """Check all guards and write the new values into the rows; returns the cells changed.

    A correction whose guard equals its new value was made before the tables were
    collected; it is checked and kept for the record.
    """
    changed = 0
    for correction in corrections:
        if not names_one_cell(correction, tables):
            continue
        row = _cell_row(correction, tables[correction["table"]])
        check_guard(correction, row)
        if correction["status"] == "applied" and row[correction["field"]] != correction["now"]:
            row[correction["field"]] = correction["now"]
            changed += 1
    return changed
