"""A batch merged into a copy of a data folder, and what that changed."""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from midstream.evidence.importers.batch import Batch, Cells, StagedTable, digest
from midstream.evidence.importers.database import opened
from midstream.evidence.observations import KEY_COLUMNS
from midstream.evidence.store import Evidence
from midstream.evidence.tables import RawTable, read_csv

#: Changes and conflicts that are named one by one; the others are counted.
NAMED = 40
#: Two figures for one thing differ by more than this share of their mean.
RIVAL = 0.05
#: Stands in the id of a release between that of the shipped one and the hash of what was added.
LOCAL = "-local-"


@dataclass(frozen=True, slots=True)
class Change:
    """One row that a batch changes, or about which it differs from another source.

    Attributes:
        table: Table of the row.
        id: Id of the row, or the values of its key.
        field: What differs.
        old: Value before, or of the other source.
        new: Value that is imported.
    """

    table: str
    id: str
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What a batch did to a folder.

    Attributes:
        added, changed, unchanged, removed: Numbers of rows.
        named: Changed rows, the first `NAMED`.
        rivals: Rows of other editions or nomenclatures that differ: their number.
        rival_rows: The first `NAMED` of them.
        observations: Ids of the observations that were added or changed.
    """

    added: int
    changed: int
    unchanged: int
    removed: int
    named: tuple[Change, ...]
    rivals: int
    rival_rows: tuple[Change, ...]
    observations: tuple[str, ...]


def merge(batch: Batch, folder: Path, work: Path, evidence: Evidence) -> Merged:
    """Merge a batch into a folder, in place.

    Args:
        batch: What an importer handed over.
        folder: A whole data folder, which nobody else reads.
        work: Folder for drafts.
        evidence: The release the folder is a copy of.
    """
    counts = [0, 0, 0, 0]
    named: list[Change] = []
    touched: list[str] = []
    rival: tuple[int, tuple[Change, ...]] = (0, ())
    for name, rows in batch.registers.items():
        part = _merge_register(name, rows, folder, evidence)
        if name not in ("sources", "origins") or name == batch.kind:
            counts = [held + new for held, new in zip(counts, (*part.counts, 0), strict=True)]
            named += part.changes
        if name == "observations":
            touched += part.touched
    if batch.staged is not None:
        found, changes, rival = _merge_table(batch.staged, folder, work)
        counts = [held + new for held, new in zip(counts, found, strict=True)]
        named += changes
        _list_table(batch.staged, folder)
    _name_release(folder, batch)
    added, changed, unchanged, removed = counts
    return Merged(added, changed, unchanged, removed, tuple(named[:NAMED]), *rival, tuple(touched))


@dataclass(frozen=True, slots=True)
class _Part:
    counts: tuple[int, int, int]
    changes: list[Change]
    touched: list[str]


def _merge_register(name: str, rows: Iterable[Cells], folder: Path, evidence: Evidence) -> _Part:
    path = folder / f"{name}.csv"
    raw = read_csv(path)
    held = {cells[raw.header.index("id")]: cells for cells in raw.rows}
    known = _known_observations(raw, evidence) if name == "observations" else {}
    added = changed = unchanged = 0
    changes: list[Change] = []
    touched = []
    for row in rows:
        row_id = known.get(_claim(row, evidence), row["id"]) if known else row["id"]
        cells = [row_id if column == "id" else row.get(column, "") for column in raw.header]
        before = held.get(row_id)
        if before is None:
            added += 1
        elif before == cells:
            unchanged += 1
            continue
        else:
            changed += 1
            changes += _differences(name, row_id, raw.header, before, cells)
        touched.append(row_id)
        held[row_id] = cells
    _write(path, raw, held)
    return _Part((added, changed, unchanged), changes, touched)


def _claim(row: Mapping[str, str], evidence: Evidence) -> tuple[str, ...]:
    """What an observation is about and who says so; aliases of a source are the source."""
    source = evidence.sources.get(row["source"])
    name = row["source"] if source is None else source["id"]
    return (*(row[column] for column in KEY_COLUMNS), name, row["origin"])


def _known_observations(raw: RawTable, evidence: Evidence) -> dict[tuple[str, ...], str]:
    rows = (dict(zip(raw.header, cells, strict=True)) for cells in raw.rows)
    return {_claim(row, evidence): row["id"] for row in rows}


def _differences(
    table: str, row_id: str, header: Iterable[str], before: list[str], after: list[str]
) -> list[Change]:
    return [
        Change(table, row_id, column, old, new)
        for column, old, new in zip(header, before, after, strict=True)
        if old != new
    ]


def _write(path: Path, raw: RawTable, held: Mapping[str, list[str]]) -> None:
    """Write a register; a register that was sorted by id stays so."""
    before = [cells[raw.header.index("id")] for cells in raw.rows]
    order = sorted(held) if before == sorted(before) else list(held)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(raw.header)
    writer.writerows(held[row_id] for row_id in order)
    path.write_text(out.getvalue(), encoding="utf-8")


def _merge_table(
    staged: StagedTable, folder: Path, work: Path
) -> tuple[tuple[int, int, int, int], list[Change], tuple[int, tuple[Change, ...]]]:
    path = folder / "bulk" / f"{staged.name}.parquet"
    draft = work / "merged.parquet"
    with opened(work, path) as connection:
        connection.execute(f"CREATE VIEW staged AS FROM read_parquet('{_literal(staged.path)}')")
        connection.execute(f"CREATE VIEW held AS FROM read_parquet('{_literal(path)}')")
        connection.execute(f"CREATE VIEW old AS FROM held WHERE {staged.replaced}")
        counts, changes = _compared(connection, staged)
        rival = _rivals(connection, staged)
        order = ", ".join(f'"{name}"' for name in staged.order)
        connection.execute(
            f"COPY (SELECT * FROM (SELECT * FROM held WHERE NOT coalesce(({staged.replaced}), "
            f"false) UNION ALL BY NAME SELECT * FROM staged) ORDER BY {order}) "
            f"TO '{_literal(draft)}' (FORMAT parquet, COMPRESSION zstd)"
        )
    draft.replace(path)
    return counts, changes, rival


def _compared(
    connection: Any, staged: StagedTable
) -> tuple[tuple[int, int, int, int], list[Change]]:
    """Count added, changed, unchanged and removed keys; gives the first that changed."""
    key = ", ".join(f'"{name}"' for name in staged.key)
    kept = ", ".join(f'list("{name}" ORDER BY "{name}") AS "{name}"' for name in staged.values)
    differs = " OR ".join(f'o."{name}" IS DISTINCT FROM n."{name}"' for name in staged.values)
    grouped = f"SELECT {key}, count(*) AS n, {kept} FROM {{}} GROUP BY {key}"
    connection.execute(
        f"CREATE TEMP TABLE pairs AS SELECT {key}, o.n AS before, n.n AS after, "
        f'({differs}) AS differs, o."{staged.values[0]}" AS old_value, '
        f'n."{staged.values[0]}" AS new_value FROM ({grouped.format("old")}) AS o '
        f"FULL JOIN ({grouped.format('staged')}) AS n USING ({key})"
    )
    counts = connection.execute(
        "SELECT count(*) FILTER (before IS NULL), "
        "count(*) FILTER (before IS NOT NULL AND after IS NOT NULL AND differs), "
        "count(*) FILTER (before IS NOT NULL AND after IS NOT NULL AND NOT differs), "
        "count(*) FILTER (after IS NULL) FROM pairs"
    ).fetchone()
    rows = connection.execute(
        f"SELECT {key}, old_value, new_value FROM pairs WHERE before IS NOT NULL AND "
        f"after IS NOT NULL AND differs ORDER BY ALL LIMIT {NAMED}"
    ).fetchall()
    return counts, [_named(staged, row) for row in rows]


def _named(staged: StagedTable, row: tuple[Any, ...]) -> Change:
    place = "/".join(str(part) for part in row[: len(staged.key)])
    old, new = (_shown(values) for values in row[len(staged.key) :][:2])
    return Change(staged.name, place, staged.values[0], old, new)


def _shown(values: object) -> str:
    parts = values if isinstance(values, list) else [values]
    return ";".join("" if part is None else f"{part:.10g}" for part in parts)


#: What else says the same thing: columns that tell things apart, columns that tell sources apart.
_RIVALS = {
    "production": (
        ("material", "stage", "step", "metric", "country", "year"),
        "edition",
        "headline AND year IS NOT NULL",
    ),
    "trade": (("exporter", "importer", "hs6", "year"), '"table"', "\"table\" <> 'leading'"),
}


def _rivals(connection: Any, staged: StagedTable) -> tuple[int, tuple[Change, ...]]:
    """Rows of the newest other edition, or the other nomenclature, that differ."""
    if staged.name not in _RIVALS:
        return 0, ()
    key, teller, wanted = _RIVALS[staged.name]
    value, columns = staged.values[0], ", ".join(key)
    found = connection.execute(
        f"WITH mine AS (SELECT {columns}, sum({value}) AS v FROM staged WHERE {wanted} "
        f"GROUP BY {columns}), others AS (SELECT {columns}, {teller} AS who, sum({value}) AS v "
        f"FROM held WHERE {wanted} AND {teller} NOT IN (SELECT {teller} FROM staged) "
        f"GROUP BY {columns}, {teller}), newest AS (SELECT * FROM others QUALIFY row_number() OVER "
        f"(PARTITION BY {columns} ORDER BY who DESC) = 1) "
        f"SELECT {columns}, who, newest.v, mine.v, count(*) OVER () FROM mine JOIN newest "
        f"USING ({columns}) WHERE abs(newest.v - mine.v) > $rival * (newest.v + mine.v) / 2 "
        f"ORDER BY abs(newest.v - mine.v) DESC, {columns} LIMIT {NAMED}",
        {"rival": RIVAL},
    ).fetchall()
    rows = tuple(
        Change(
            staged.name,
            "/".join(str(part) for part in row[: len(key)]),
            f"{value} ({row[-4]})",
            f"{row[-3]:.10g}",
            f"{row[-2]:.10g}",
        )
        for row in found
    )
    return (found[0][-1] if found else 0), rows


def _list_table(staged: StagedTable, folder: Path) -> None:
    """Bring the list of bulk tables into step: rows, checksum, source and edition."""
    path = folder / "bulk_tables.csv"
    raw = read_csv(path)
    data = folder / "bulk" / f"{staged.name}.parquet"
    for cells in raw.rows:
        row = dict(zip(raw.header, cells, strict=True))
        if row["table"] != staged.name:
            continue
        row["rows"] = str(count_rows(data, folder))
        row["sha256"] = digest(data)
        row["source"] = _joined(row["source"], staged.source)
        row["vintage"] = _joined(row["vintage"], staged.edition, "; ")
        cells[:] = [row[name] for name in raw.header]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([raw.header, *raw.rows])
    path.write_text(out.getvalue(), encoding="utf-8")


def count_rows(path: Path, work: Path) -> int:
    """Count the rows of a Parquet file."""
    with opened(work, path) as connection:
        found = connection.execute(
            "SELECT count(*) FROM read_parquet($path)", {"path": str(path)}
        ).fetchone()
    return int(found[0]) if found else 0


def _joined(held: str, new: str, mark: str = ";") -> str:
    return held if new in held.split(mark) else f"{held}{mark}{new}"


def _name_release(folder: Path, batch: Batch) -> None:
    """Give the folder an id of its own, which follows from its tables, and count their rows."""
    path = folder / "release.toml"
    release = tomllib.loads(path.read_text("utf-8"))
    rows = dict(release.get("rows", {}))
    for name in {*batch.registers, *(["bulk_tables"] if batch.staged else [])} & set(rows):
        rows[name] = len(read_csv(folder / f"{name}.csv").rows)
    bulk = dict(release.get("bulk_rows", {}))
    if batch.staged is not None and batch.staged.name in bulk:
        table = folder / "bulk" / f"{batch.staged.name}.parquet"
        bulk[batch.staged.name] = count_rows(table, folder)
    base = str(release["id"]).partition(LOCAL)[0]
    lines = [
        f'id = "{base}{LOCAL}{_content(folder)}"',
        f'date = "{release["date"]}"',
        f'closing_date = "{release.get("closing_date", release["date"])}"',
    ]
    for head, counts in (("rows", rows), ("bulk_rows", bulk)):
        lines += ["", f"[{head}]", *(f"{name} = {count}" for name, count in counts.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _content(folder: Path) -> str:
    """Eight hex digits over every table of a folder."""
    found = hashlib.sha256()
    for path in sorted([*folder.glob("*.csv"), *(folder / "bulk").glob("*.parquet")]):
        found.update(f"{path.name} {digest(path)}\n".encode())
    return found.hexdigest()[:8]


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")
