"""Which material, stage and basis a publisher's series stands for: table ``publisher_series``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from midstream.errors import InputError
from midstream.evidence import units
from midstream.evidence.importers.files import Record
from midstream.evidence.store import Evidence
from midstream.evidence.tables import Row

_BRACKETS = re.compile(r"\([^)]*\)")


def name_of(text: str) -> str:
    """Name of a commodity in small letters, without brackets, commas, hyphens and footnotes."""
    bare = re.sub(r"[,\-]|\d+$", " ", text)
    return " ".join(re.sub(r"[()]", " ", bare).casefold().split())


def before_bracket(text: str) -> str:
    """Name of a commodity up to its first bracket."""
    return name_of(_BRACKETS.sub(" ", text.partition("(")[0]))


class Series:
    """Looks up the series of one publisher.

    Args:
        evidence: The release.
        publisher: Kind of file.
    """

    def __init__(self, evidence: Evidence, publisher: str) -> None:
        self._rows: defaultdict[str, list[Row]] = defaultdict(list)
        for row in evidence.table("publisher_series").rows:
            if row["publisher"] == publisher:
                self._rows[row["published"]].append(row)

    def find(self, published: str, detail: str = "") -> Row | None:
        """Give the first row of a commodity that a description fits; ``None`` if none does.

        Args:
            published: Name as `name_of` writes it.
            detail: Description of the row.
        """
        text = detail.casefold()
        for row in self._rows.get(published, ()):
            if not row["words"] or any(word in text for word in row["words"]):
                return row
        return None


#: Unit as published, in small letters without brackets and commas, to its factor and unit.
MASSES: Mapping[str, tuple[float, str]] = {
    "metric tons": (1.0, "t"),
    "metric ton": (1.0, "t"),
    "metr. t": (1.0, "t"),
    "t": (1.0, "t"),
    "tonnes": (1.0, "t"),
    "tonnes metric": (1.0, "t"),
    "tonnes metal content": (1.0, "t"),
    "thousand metric tons": (1e3, "t"),
    "kt": (1e3, "t"),
    "thousand metric tons dry": (1e3, "t"),
    "million metric tons": (1e6, "t"),
    "mt": (1e6, "t"),
    "kilograms": (1e-3, "t"),
    "kilograms metal content": (1e-3, "t"),
    "kg": (1e-3, "t"),
    "million cubic meters": (1e6, "m3"),
    "mcm": (1e6, "m3"),
    "million liters": (1e3, "m3"),
}


def mass(record: Record, column: str) -> tuple[float, str]:
    """Read the unit of a record: its factor to t or m3, and which of the two.

    Raises:
        InputError: if the unit is unknown.
    """
    text = " ".join(re.sub(r"[(),]", " ", record[column].casefold()).split())
    if text in MASSES:
        return MASSES[text]
    raise record.refusal(
        column,
        f"unknown unit {record[column][:40]!r}",
        "a figure without a known unit cannot stand beside others",
        f"write one of {', '.join(list(MASSES)[:5])}, kg",
    )


def content(row: Row) -> float:
    """Factor from what the publisher weighs to the basis of the series, by stoichiometry.

    Raises:
        InputError: if no factor is fixed.
    """
    published = row["basis_published"]
    if not published or published == row["basis"]:
        return 1.0
    factor = units.BASIS_FACTORS.get((published, row["basis"]))
    if factor is None:
        raise InputError(
            f"no factor from {published} to {row['basis']}",
            where=f"publisher_series.csv:{row['id']}",
            why="stoichiometry fixes only the factors that are on file",
            mend="leave basis_published blank, or name a pair on file",
        )
    return factor
