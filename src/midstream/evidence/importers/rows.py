"""Rows for registers and tables, as text cells and as Parquet files."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from midstream.evidence.importers.batch import Cells, as_cell
from midstream.evidence.importers.database import opened
from midstream.evidence.observations import KEY_COLUMNS, Observation

#: Columns of the observations, in the order of the table.
OBSERVATION_COLUMNS = tuple(
    name
    for name in Observation.__dataclass_fields__
    if name not in ("layer", "licence", "counting")
)


def observation(**cells: object) -> Cells:
    """Make a row of the observations; its id follows from what it is about and who says so."""
    row = {name: as_cell(cells.get(name)) for name in OBSERVATION_COLUMNS}
    row["id"] = row["id"] or observation_id(row)
    return row


def observation_id(row: Cells) -> str:
    """Give ``i-`` and ten hex digits for the key, source and origin of an observation."""
    parts = [row[name] for name in (*KEY_COLUMNS, "source", "origin")]
    return "i-" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:10]


def write_parquet(
    work: Path, name: str, types: Mapping[str, str], rows: Iterable[Sequence[Any]]
) -> Path:
    """Write rows to a Parquet file of the work folder.

    Args:
        work: The folder.
        name: Name of the file without ending.
        types: Columns with their types in SQL.
        rows: Cells in the order of the columns; ``None`` is no value.
    """
    draft, target = work / f"{name}.csv", work / f"{name}.parquet"
    with draft.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_MINIMAL).writerows(
            [("" if cell is None else cell) for cell in row] for row in rows
        )
    columns = ", ".join(f"'{column}': '{kind}'" for column, kind in types.items())
    with opened(work) as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_csv($draft, header = false, auto_detect = false, "
            f"delim = ',', quote = '\"', escape = '\"', nullstr = '', columns = {{{columns}}})) "
            f"TO '{_literal(target)}' (FORMAT parquet)",
            {"draft": str(draft)},
        )
    draft.unlink()
    return target


def _literal(path: Path) -> str:
    """A path inside a literal of SQL, where no parameter can stand."""
    return str(path).replace("'", "''")
