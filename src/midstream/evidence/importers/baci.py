"""CEPII, BACI: all flows of a year (``t,i,j,k,v,q``), of which the codes on file are kept.

A year has about eleven million rows. They pass through the database once, in parallel and in
little memory; only rows with a code of ``hs_concordance`` stay. Countries are numbers in the file,
which the publisher's own ``country_codes_V....csv`` beside it resolves.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midstream.errors import InputError
from midstream.evidence.bulk_rows import BACI
from midstream.evidence.importers.batch import Batch, StagedTable, Task
from midstream.evidence.importers.codes import country_codes
from midstream.evidence.importers.database import opened
from midstream.evidence.importers.files import CsvFile, Record
from midstream.evidence.importers.text import open_text

if TYPE_CHECKING:
    import duckdb

KIND = "baci"
COLUMNS = ("t", "i", "j", "k", "v", "q")
_NAME = re.compile(r"baci_(hs\d\d)_y(\d{4})_v(\d{4,8})", re.ASCII)
#: Nomenclatures the trade table holds, each complete on its own.
TABLES = ("hs17", "hs92")

_TAKEN = """
    CREATE TEMP TABLE taken AS
    SELECT {columns}, lpad(trim({k}), 6, '0') AS hs6, try_cast(trim({t}) AS SMALLINT) AS year,
           try_cast(trim({v}) AS DOUBLE) AS value, try_cast(trim({q}) AS DOUBLE) AS tonnes
    FROM {relation}
    WHERE lpad(trim({k}), 6, '0') IN (SELECT unnest($codes))
"""

_OTHER_YEARS = "DELETE FROM taken WHERE trim(t) IS DISTINCT FROM $year"

_PLACED = """
    CREATE TEMP VIEW placed AS
    SELECT taken.*, exporters.country AS exporter, importers.country AS importer
    FROM taken LEFT JOIN places AS exporters ON trim(taken.i) = exporters.code
               LEFT JOIN places AS importers ON trim(taken.j) = importers.code
"""

#: A problem of a row: condition, column, what and why it is wrong, how to mend it.
PROBLEMS = (
    ("year IS NULL OR year NOT BETWEEN 1900 AND 2199", "t", "{} is not a year",
     "a flow belongs to a year", "take the file as the publisher offers it"),
    ("exporter IS NULL", "i", "unknown country code {}",
     "flows are filed by country", "take the country codes of the same release"),
    ("importer IS NULL", "j", "unknown country code {}",
     "flows are filed by country", "take the country codes of the same release"),
    ("value IS NULL OR NOT isfinite(value) OR value < 0", "v", "{} is no value",
     "a value is a number of thousand USD", "take the file as the publisher offers it"),
    ("trim(coalesce(q, '')) NOT IN ('', 'NA') AND "
     "(tonnes IS NULL OR NOT isfinite(tonnes) OR tonnes < 0)", "q", "{} is no quantity",
     "a quantity is a number of tonnes", "write NA where there is none"),
    ("count(*) OVER (PARTITION BY year, exporter, importer, hs6) > 1", "k",
     "the flow of code {} stands twice", "it would be counted twice", "leave one of the rows out"),
)  # fmt: skip


def read(task: Task) -> Batch:
    """Read one or more years of BACI.

    Raises:
        InputError: with ``file:line:column`` for the first thing that is wrong.
    """
    import duckdb

    table, release = _names(task)
    text = open_text(task.path, task.work)
    file = CsvFile(text, task.work)
    file.require(COLUMNS)
    codes = country_codes(task)
    kept = [
        row["hs6"] for row in task.evidence.table("hs_concordance").rows if table in row["tables"]
    ]
    with opened(task.work, text.path) as connection:
        try:
            taken = _take(connection, file, kept)
            other = _leave_years(connection, task.year)
        except duckdb.Error as error:
            raise file.broken(str(error)) from None
        _place(connection, codes)
        _check(connection, file)
        rows = _staged(connection, table, task.work / "staged.parquet")
    # Lines that are blank count as well: only the codes on file are read one by one.
    task.leave_out("rows of codes that are not on file", max(0, text.lines - 1 - taken))
    task.leave_out("rows of other years", other)
    source, register = task.source(KIND, release, release[:4])
    if source != BACI:
        # Flows carry the id of the release that ships; its entry says what came from another.
        register += task.source(KIND, BACI.rpartition("-")[2], "")[1]
    staged = StagedTable(
        name="trade",
        path=task.work / "staged.parquet",
        key=("table", "year", "exporter", "importer", "hs6"),
        values=("value_kusd", "qty_t"),
        # Leading flows of a code and year give way to complete ones.
        replaced='"table" IN (\'' + table + "', 'leading') AND "
        "(hs6, year) IN (SELECT (hs6, year) FROM staged)",
        order=("table", "hs6", "exporter", "importer", "year"),
        edition=f"release {release}",
        source=source,
    )
    return task.batch(KIND, rows, {"sources": register}, staged)


def _names(task: Task) -> tuple[str, str]:
    """Nomenclature and release, which stand only in the name of the file."""
    found = _NAME.match(task.file.casefold())
    if found and found[1] in TABLES:
        return found[1], found[3]
    what = f"nomenclature {found[1].upper()} is not held" if found else "the name says no release"
    raise InputError(
        what,
        where=f"{task.file}:1:1",
        why=f"the nomenclature ({' or '.join(TABLES).upper()}), year and release of BACI stand "
        "in the name of its file",
        mend="keep the publisher's name, such as BACI_HS17_Y2024_V202601.csv",
    )


def _take(connection: duckdb.DuckDBPyConnection, file: CsvFile, kept: list[str]) -> int:
    """Take the rows of the codes on file; gives their number."""
    places = {name: file.column(name) for name in COLUMNS}
    columns = ", ".join(f"{place} AS {name}" for name, place in places.items())
    connection.execute(
        _TAKEN.format(columns=columns, relation=file.relation(), **places),
        {"path": str(file.text.path), "codes": kept},
    )
    return _counted(connection)


def _leave_years(connection: duckdb.DuckDBPyConnection, year: int | None) -> int:
    """Leave out what is of another year, if one is asked for; gives the number of rows."""
    before = _counted(connection)
    if year is not None:
        connection.execute(_OTHER_YEARS, {"year": str(year)})
    return before - _counted(connection)


def _counted(connection: duckdb.DuckDBPyConnection) -> int:
    found = connection.execute("SELECT count(*) FROM taken").fetchone()
    return int(found[0]) if found else 0


def _place(connection: duckdb.DuckDBPyConnection, codes: dict[str, str]) -> None:
    connection.execute(
        "CREATE TEMP TABLE places AS SELECT unnest($codes) AS code, unnest($ids) AS country",
        {"codes": list(codes), "ids": list(codes.values())},
    )
    connection.execute(_PLACED)


def _check(connection: duckdb.DuckDBPyConnection, file: CsvFile) -> None:
    """Refuse the first row with a problem."""
    for condition, column, what, why, mend in PROBLEMS:
        found = connection.execute(
            f"SELECT {', '.join(COLUMNS)} FROM placed QUALIFY {condition} LIMIT 1"
            if "OVER" in condition
            else f"SELECT {', '.join(COLUMNS)} FROM placed WHERE {condition} LIMIT 1"
        ).fetchone()
        if found:
            raise _refusal(file, found, column, (what, why, mend))


def _refusal(
    file: CsvFile, found: tuple[Any, ...], column: str, words: tuple[str, str, str]
) -> InputError:
    cells = dict(zip(COLUMNS, found, strict=True))
    record = Record(cells, lambda: f"{file.file}:{_line(file, cells)}")
    what, why, mend = words
    return record.refusal(column, what.format(repr(cells[column])), why, mend)


def _line(file: CsvFile, cells: dict[str, Any]) -> int:
    wanted = {file.header.index(name): value or "" for name, value in cells.items()}
    for line, row in file.rows():
        if all(row[index] == value for index, value in wanted.items()):
            return line
    return 1


def _staged(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> int:
    literal = str(path).replace("'", "''")
    connection.execute(
        f"COPY (SELECT '{table}' AS \"table\", year, exporter, importer, hs6, "
        "round(value, 3)::DOUBLE AS value_kusd, round(tonnes, 3)::DOUBLE AS qty_t "
        f"FROM placed ORDER BY ALL) TO '{literal}' (FORMAT parquet)"
    )
    return _counted(connection)
