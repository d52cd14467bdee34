"""A copy of the shipped data folder in which a test may change facts."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from midstream.evidence.folder import SHIPPED

Row = dict[str, str]


def copy_data(path: Path) -> Path:
    """Copy the shipped folder; bulk tables are linked where the disk allows it."""
    shutil.copytree(SHIPPED, path, ignore=shutil.ignore_patterns("bulk"))
    (path / "bulk").mkdir()
    for file in (SHIPPED / "bulk").iterdir():
        try:
            os.link(file, path / "bulk" / file.name)
        except OSError:
            shutil.copy(file, path / "bulk")
    return path


def rewrite(folder: Path, table: str, change: Callable[[Row], Row | None]) -> None:
    """Rewrite a table row by row; ``None`` takes a row out."""
    file = folder / f"{table}.csv"
    with file.open(encoding="utf-8", newline="") as text:
        reader = csv.DictReader(text)
        columns, rows = list(reader.fieldnames or ()), [change(row) for row in reader]
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if row is not None)


def append(folder: Path, table: str, **cells: str) -> None:
    """Add one row to a table."""
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as text:
        columns = next(csv.reader(text))
    with (folder / f"{table}.csv").open("a", encoding="utf-8", newline="") as text:
        csv.DictWriter(text, columns, lineterminator="\n").writerow(cells)
