"""What an importer hands over: rows for registers and tables, with the source they come from."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from midstream.errors import InputError
from midstream.evidence.importers.files import Record
from midstream.evidence.store import Evidence
from midstream.evidence.tables import Row
from midstream.terms import suggestion

#: Columns and cells of a row of a register, as text; a blank cell is an empty text.
Cells = Mapping[str, str]

#: Reads the country of a record from one of its columns.
Finder = Callable[[Record, str], str]


@dataclass(frozen=True, slots=True)
class StagedTable:
    """Rows for a bulk table, in a Parquet file of the work folder.

    Attributes:
        name: Name of the table.
        path: The file; its columns are those of the table.
        key: Columns that tell rows apart in the comparison of old and new.
        values: Columns that are compared.
        replaced: Condition of SQL on the old rows that the new ones take the place of; the
            new rows are the relation ``staged``.
        order: Columns by which the table is sorted.
        edition: Edition, for the list of bulk tables.
        source: Id of the source.
    """

    name: str
    path: Path
    key: tuple[str, ...]
    values: tuple[str, ...]
    replaced: str
    order: tuple[str, ...]
    edition: str
    source: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one file holds for the evidence.

    Attributes:
        kind: Kind of file.
        file: Its name.
        registers: Rows by register: ``sources``, ``origins``, ``observations``, ``facilities``.
        staged: Rows for a bulk table, or ``None``.
        rows: Rows that were taken.
        left_out: Rows that were not, by reason.
    """

    kind: str
    file: str
    registers: Mapping[str, list[Cells]]
    staged: StagedTable | None
    rows: int
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Task:
    """One import while it is worked on.

    Attributes:
        path: The file.
        work: Folder for copies and results.
        evidence: The release the rows are for.
        year: Only this year, or all.
        codes: File of country codes, or ``None`` to look beside the file.
        left_out: Counts rows that are not taken, by reason.
    """

    path: Path
    work: Path
    evidence: Evidence
    year: int | None = None
    codes: Path | None = None
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def file(self) -> str:
        """Name for messages."""
        return self.path.name

    def leave_out(self, reason: str, count: int = 1) -> None:
        """Count rows or figures that are not taken; a reason that meets none is not told."""
        if count:
            self.left_out[reason] += count

    def publisher(self, kind: str) -> Row:
        """Give what is known about the publisher of a kind of file."""
        return next(row for row in self.evidence.table("publishers").rows if row["kind"] == kind)

    def source(self, kind: str, edition: str, date: str) -> tuple[str, list[Cells]]:
        """Give the id of the source of a file, and its row for the register.

        Args:
            kind: Kind of file.
            edition: Edition, for publishers that number theirs.
            date: Year or day of publication.
        """
        row = self.publisher(kind)
        name = row["source_pattern"].format(edition=edition)
        known = self.evidence.sources.get(name)
        if known is not None:
            cells = {key: as_cell(value) for key, value in known.items()}
            noted = f"rows imported from {self.file[:60]}"
            if noted not in cells["note"]:
                cells["note"] = "; ".join(part for part in (cells["note"], noted) if part)
            return known["id"], [cells]
        terms = "" if row["redistribution"] else "; rows not to be passed on"
        cells = {
            "id": name,
            "title": row["title"].format(edition=edition),
            "publisher": row["publisher"],
            "origin_class": row["origin_class"],
            "date": date,
            "url": row["url"],
            "kind": row["source_kind"],
            "layer": row["layer"],
            "licence": row["licence"],
            "retrieved": self.evidence.release.closing_date,
            "note": f"rows imported from {self.file[:60]}{terms}",
            "aliases": "",
        }
        return name, [cells]

    def origin(self, kind: str) -> tuple[str, list[Cells]]:
        """Give the id of the origin of a kind of file, and its row if the register lacks it."""
        row = self.publisher(kind)
        name = row["origin"]
        if name in self.evidence.origins:
            return name, []
        cells = {
            "id": name,
            "name": row["origin_name"],
            "class": row["origin_class"],
            "independent": "yes",
        }
        return name, [cells]

    def batch(
        self,
        kind: str,
        rows: int,
        registers: Mapping[str, list[Cells]],
        staged: StagedTable | None = None,
    ) -> Batch:
        """Hand over what was taken.

        Raises:
            InputError: if that is nothing.
        """
        if not rows:
            left = "; ".join(f"{count:,} {reason}" for reason, count in self.left_out.items())
            raise InputError(
                "no row could be taken",
                where=self.file,
                why=f"left out were {left}" if left else "the file has no rows",
                mend="check that the file is of this kind and year",
            )
        filled = {name: found for name, found in registers.items() if found}
        return Batch(kind, self.file, filled, staged, rows, dict(self.left_out))


def as_cell(value: object) -> str:
    """Write a typed value back as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ";".join(as_cell(part) for part in value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def country_finder(evidence: Evidence) -> Finder:
    """Give a function that reads the country of a record, by code or name.

    The function raises `InputError` with the place and the nearest name where it is unknown.
    """
    known = {plain(key): key for key in evidence.countries}
    known |= {plain(row["name"]): key for key, row in evidence.countries.items()}
    if "country_names" in evidence.folder.tables:
        rows = evidence.table("country_names").rows
        known |= {plain(row["name"]): row["country"] for row in rows}

    def find(record: Record, column: str) -> str:
        text = record[column]
        # Publishers hang the number of a footnote on a name, or one letter for "estimated".
        for name in (plain(text), plain(re.sub(r"\s*\d+$|(?<=[a-z])e$", "", text))):
            if name in known:
                return known[name]
        names = {row["name"]: "" for row in evidence.countries.values()}
        raise record.refusal(
            column,
            f"unknown country {text[:40]!r}",
            "figures are filed by country",
            suggestion(text, names) or "add the name to country_names.csv of the data folder",
        )

    return find


def plain(text: str) -> str:
    """Write a name in small letters, with straight quotes and single blanks."""
    text = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("\xa0", " ")
    return " ".join(text.casefold().split())


def digest(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
