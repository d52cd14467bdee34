"""Rows of your own for the registers: filled templates of facilities, observations, sources."""

from __future__ import annotations

from midstream.errors import EvidenceError
from midstream.evidence.findings import Finding
from midstream.evidence.folder import Folder
from midstream.evidence.importers.batch import Batch, Cells, Task
from midstream.evidence.importers.rows import observation_id
from midstream.evidence.observations import KEY_COLUMNS
from midstream.evidence.relations import check_relations
from midstream.evidence.schema import Schema, type_table
from midstream.evidence.tables import RawTable, Table, read_csv

#: Registers that take rows of your own.
REGISTERS = ("facilities", "observations", "origins", "sources")


def read(task: Task, register: str) -> Batch:
    """Read a filled template.

    The rows are typed and checked against the registers they refer to. An observation without an
    id gets one that follows from what it is about and who says so.

    Args:
        task: The import.
        register: One of `REGISTERS`.

    Raises:
        EvidenceError: naming every problem with file, line, column and how to mend it.
        InputError: if the file is no CSV in UTF-8, or has no rows.
    """
    schema = task.evidence.schemas[register]
    raw = read_csv(task.path)
    if register == "observations":
        raw = _with_ids(raw, schema)
    table, problems = type_table(raw, schema)
    if not problems:
        problems = _relations(task.evidence.folder, register, table)
    if problems:
        raise EvidenceError([finding.line() for finding in problems])
    rows = [_cells(schema, raw, cells) for cells in raw.rows]
    return task.batch(register, len(rows), {register: rows})


def _cells(schema: Schema, raw: RawTable, cells: list[str]) -> Cells:
    """The cells of a row in the columns of the register, as they were written."""
    held = dict(zip(raw.header, (cell.strip() for cell in cells), strict=True))
    return {name: held.get(name, "") for name in schema.fields}


def _with_ids(raw: RawTable, schema: Schema) -> RawTable:
    """Fill in the ids that are blank; a table that lacks other columns is left as it is."""
    header = raw.header if "id" in raw.header else ("id", *raw.header)
    if not {*KEY_COLUMNS, "source", "origin"} <= set(header):
        return raw
    place, rows = header.index("id"), []
    for cells in raw.rows:
        filled = list(cells) if "id" in raw.header else ["", *cells]
        if not filled[place].strip():
            held = RawTable(raw.file, header, [filled], [1])
            filled[place] = observation_id(_cells(schema, held, filled))
        rows.append(filled)
    return RawTable(raw.file, header, rows, raw.lines)


def _relations(folder: Folder, register: str, table: Table) -> list[Finding]:
    """Check rows as if they stood in the register; gives the findings about them alone."""
    ids = {row["id"] for row in table.rows}
    held = folder.tables[register]
    rest = [row for row in held.rows if row["id"] not in ids]
    # Rows of the release carry line 0, so that findings about them can be told apart.
    joined = Table(register, table.file, (*rest, *table.rows), (*[0] * len(rest), *table.lines))
    tables = {**folder.tables, register: joined}
    whole = Folder(folder.path, folder.release, tables, folder.schemas, ())
    return [one for one in check_relations(whole) if one.file == table.file and one.row]
