"""Derive the shipped data tables from a folder of collected evidence.

    python tools/derive/main.py --from FOLDER [--out DATA]

FOLDER holds `evidence/` (CSV registers) and `tables/` (statistical tables). DATA
is the package's data folder. A second run on the same input writes the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from bulk import write_bulk
from capital import add_capital
from checks import check_tables
from corrections import apply_corrections, load_corrections
from episodes import add_episodes
from futures import add_futures
from levers import add_levers
from pipeline import add_pipeline
from registers import (
    Tables,
    add_area_codes,
    describe_events,
    fill_licences,
    load_collected,
    name_projections,
    replace_wording,
    resolve_aliases,
    shorten_notes,
    sort_tables,
    split_feed,
    unify_lists,
)
from research import add_research
from signals import add_signals
from tables import DerivationError, Row, by_columns, columns_of, read_rows, write_rows

HERE = Path(__file__).resolve().parent
DECLARED = HERE / "declared"
DATA = HERE.parents[1] / "src" / "midstream" / "data"
RELEASE = "2026.11"
CLOSED = "2026-11-22"
RELEASED = "2026-11-24"


def build_tables(folder: Path) -> Tables:
    """All CSV tables of the release, corrected and in order."""
    tables = load_collected(folder)
    name_projections(tables)
    add_area_codes(tables, folder)
    add_rows(tables)
    add_research(tables, DECLARED / "research")
    add_episodes(tables, folder, DECLARED)
    add_futures(tables, folder, DECLARED)
    add_pipeline(tables, folder, DECLARED)
    add_capital(tables, folder, DECLARED)
    add_signals(tables, folder, DECLARED)
    add_levers(tables, folder, DECLARED)
    corrections = load_corrections(DECLARED / "corrections.csv")
    apply_corrections(corrections, tables)
    resolve_aliases(tables)
    fill_licences(tables)
    split_feed(tables)
    shorten_notes(tables)
    replace_wording(tables, read_rows(DECLARED / "wording.csv"))
    unify_lists(tables)
    describe_events(tables)
    tables["corrections"] = corrections
    tables["licences"] = read_rows(DECLARED / "licences.csv")
    sort_tables(tables)
    return tables


def add_rows(tables: Tables) -> None:
    """Append the declared extra rows; columns they do not name stay empty."""
    for entry in read_rows(DECLARED / "added_rows.csv"):
        rows = tables[entry["table"]]
        rows.append(dict.fromkeys(rows[0], "") | {"id": entry["id"]} | parse_cells(entry["cells"]))


def parse_cells(text: str) -> Row:
    """'a=b | c=d' to a row."""
    pairs = (cell.partition("=") for cell in text.split(" | "))
    return {name.strip(): value for name, _, value in pairs}


def write_tables(tables: Tables, out: Path) -> dict[str, int]:
    """Write every table in the column order of its schema; returns rows per table."""
    for name, rows in tables.items():
        write_rows(out / f"{name}.csv", columns_of(out / "schema" / f"{name}.csv"), rows)
    return {name: len(rows) for name, rows in tables.items()}


def write_bulk_index(counts: dict[str, int], out: Path) -> int:
    """bulk_tables.csv: publisher, licence and checksum of each Parquet file."""
    rows = read_rows(DECLARED / "bulk_tables.csv")
    for row in rows:
        row["rows"] = str(counts[row["table"]])
        file = out / "bulk" / f"{row['table']}.parquet"
        row["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    columns = columns_of(out / "schema" / "bulk_tables.csv")
    write_rows(out / "bulk_tables.csv", columns, by_columns(rows, "table"))
    return len(rows)


def write_release(counts: dict[str, int], bulk: dict[str, int], out: Path) -> None:
    """release.toml: id, closing date and the number of rows of each table."""
    named = {"id": RELEASE, "date": RELEASED, "closing_date": CLOSED}
    lines = [f'{key} = "{value}"' for key, value in named.items()]
    lines += ["", "[rows]"] + [f"{name} = {counts[name]}" for name in sorted(counts)]
    lines += ["", "[bulk_rows]"] + [f"{name} = {bulk[name]}" for name in sorted(bulk)]
    draft = out / "release.toml.part"
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    draft.replace(out / "release.toml")


def derive(folder: Path, out: Path) -> dict[str, int]:
    """Run the whole derivation; returns rows per table."""
    tables = build_tables(folder)
    findings = check_tables(tables, out / "schema")
    if findings:
        raise DerivationError("the derived tables break their schema:\n" + "\n".join(findings))
    counts = write_tables(tables, out)
    bulk = write_bulk(folder / "tables", out / "bulk")
    counts["bulk_tables"] = write_bulk_index(bulk, out)
    write_release(counts, bulk, out)
    return counts | {f"bulk/{name}": rows for name, rows in bulk.items()}


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns 0, or 2 with one line on what is wrong."""
    parser = argparse.ArgumentParser(description="Derive the shipped data tables.")
    parser.add_argument(
        "--from", dest="folder", type=Path, required=True, help="folder with evidence/ and tables/"
    )
    parser.add_argument("--out", type=Path, default=DATA, help="data folder of the package")
    options = parser.parse_args(arguments)
    try:
        counts = derive(options.folder, options.out)
    except DerivationError as problem:
        print(f"derivation stopped: {problem}", file=sys.stderr)
        return 2
    for name, rows in counts.items():
        print(f"{name:24} {rows:>8}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
