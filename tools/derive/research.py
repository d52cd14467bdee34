"""Facts read by the project itself: whole tables of declared rows beside the collected ones."""

from __future__ import annotations

from pathlib import Path

from registers import Tables
from tables import DerivationError, read_rows

#: Tables that may hold researched rows, those that others refer to first.
RESEARCHED = ("metrics", "origins", "sources", "observations")


def add_research(tables: Tables, folder: Path) -> None:
    """Append the researched rows; an id that is already there stops the derivation."""
    for name in RESEARCHED:
        rows = tables[name]
        known = {row["id"] for row in rows}
        for row in read_rows(folder / f"{name}.csv"):
            if row["id"] in known:
                raise DerivationError(f"research/{name}.csv: {row['id']} is already in {name}")
            known.add(row["id"])
            rows.append(dict.fromkeys(rows[0], "") | row)
