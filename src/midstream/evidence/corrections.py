"""Declared corrections: what was changed in the tables, visible under the rows it touched."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from midstream.evidence.lineage import Node
from midstream.evidence.quantity import Label, Quantity
from midstream.evidence.tables import Row

#: Fields whose corrected value is shown as a number.
NUMERIC_FIELDS = frozenset({"value", "low", "high", "capacity", "amount", "capex"})


class Corrections:
    """The corrections of a release.

    Args:
        rows: Rows of the corrections table.

    Attributes:
        by_id: Rows by id.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self.by_id: dict[str, Row] = {row["id"]: row for row in rows}
        self._of_row: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for row in self.by_id.values():
            if row["status"] == "applied":
                self._of_row[row["table"].removesuffix(".csv"), row["row"]].append(row["id"])

    def of_row(self, table: str, row_id: str) -> tuple[str, ...]:
        """Give the ids of the applied corrections of a row, in order."""
        return tuple(self._of_row.get((table, row_id), ()))

    @property
    def open(self) -> tuple[Row, ...]:
        """Corrections that are known to be needed and not yet made."""
        return tuple(row for row in self.by_id.values() if row["status"] == "open")


def correction_node(row: Row, unit: str = "") -> Node:
    """Give the node of one correction.

    Args:
        row: Row of the corrections table.
        unit: Unit of the corrected number.

    Returns:
        A node whose quantity is the new value, where the field is a number.
    """
    value = _number(row["now"]) if row["field"] in NUMERIC_FIELDS else None
    change = f"{row['field']}: {row['was'] or 'blank'} -> {row['now'] or 'blank'}"
    label: Label | None = None if value is None else "V1"
    return Node(
        id=row["id"],
        kind="correction",
        name=f"correction of {row['table']} {row['row']}, {change}",
        quantity=Quantity(value, None, None, unit, label, row["id"]),
        note=f"{row['why']}; found by {row['who']}; {row['status']}",
    )


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None
