"""Projects under way and dated projects of the past.

Figures, dates and codes are carried over; prose is not. Which collected project stands in place
of a register row, beside it, or only dates it, is declared, so that nothing is counted twice.
"""

from __future__ import annotations

from pathlib import Path

from registers import Tables
from tables import DerivationError, Row, by_columns, read_rows

#: Cells of a declared row that are blank take those of the collected one; this leaves them blank.
BLANK = "-"
#: Shipped column -> collected column of the dated cases.
RENAMED = {"promised_on": "promise_date", "latest": "actual_or_latest"}
UNITS = {"wspm": "wafers/month"}


def add_pipeline(tables: Tables, folder: Path, declared: Path) -> None:
    """Add dated cases, what schemes have reached, and parts of projects."""
    evidence = folder / "evidence"
    tables["reference_cases"] = by_columns(
        map(_case, read_rows(evidence / "reference_cases.csv")), "id"
    )
    tables["scheme_realisation"] = by_columns(
        ({**row, "note": ""} for row in read_rows(evidence / "scheme_realisation.csv")), "id"
    )
    collected = {row["id"]: row for row in read_rows(evidence / "pipeline_projects.csv")}
    parts = read_rows(declared / "project_parts.csv")
    tables["project_parts"] = by_columns((_part(row, collected) for row in parts), "id")


def _case(row: Row) -> Row:
    """A dated case under our column names, without prose."""
    return row | {new: row[old] for new, old in RENAMED.items()} | {"note": ""}


def _part(declared: Row, collected: dict[str, Row]) -> Row:
    """Fill a declared row from the collected project it names."""
    found = collected.get(declared["collected"])
    if found is None:
        raise DerivationError(f"project_parts {declared['id']}: no {declared['collected']!r}")
    known = found | {"note": "", "unit": UNITS.get(found["unit"], found["unit"])}
    row = {name: _cell(cell, known.get(name, "")) for name, cell in declared.items()}
    row["region"] = row["region"] if row["region"][:2].isupper() else ""
    # A plan has no capacity; its unit is that of the row it dates.
    return row | {"unit": row["unit"] or known["unit"]}


def _cell(cell: str, collected: str) -> str:
    return "" if cell == BLANK else cell or collected
