"""Findings: what a check has to say about one row of one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of a check.

    Attributes:
        check: Name of the check that found it, e.g. ``"orphans"``.
        severity: ``error`` blocks a release; ``warning`` is shown and counted.
        file: File name inside the data folder.
        row: Line of the file (the header is line 1); ``None`` where no single row is meant.
        id: Id of the row, where it has one.
        message: What is wrong, why, and how to mend it.
        column: Column, where one is meant.
    """

    check: str
    severity: Severity
    file: str
    row: int | None
    id: str | None
    message: str
    column: str = ""

    @property
    def place(self) -> str:
        """The place as ``file:row:column``, as far as it is known."""
        parts = [self.file, str(self.row) if self.row is not None else "", self.column]
        return ":".join(part for part in parts if part)

    def line(self) -> str:
        """The finding as one line of an error message."""
        owner = f" [{self.id}]" if self.id else ""
        return f"{self.place}{owner}: {self.message}"

    def to_dict(self) -> dict[str, Any]:
        """Give the finding as the JSON object of the public interface."""
        return {
            "check": self.check,
            "severity": self.severity,
            "file": self.file,
            "row": self.row,
            "id": self.id,
            "message": self.message,
            "column": self.column,
        }
