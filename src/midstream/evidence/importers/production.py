"""Production by country as observations: what World Mining Data and BGS have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from midstream.evidence.importers.batch import Batch, Cells, Task
from midstream.evidence.importers.rows import observation
from midstream.evidence.importers.series import content
from midstream.evidence.tables import Row


@dataclass(slots=True)
class Sum:
    """Lines of one series, country and year, added up.

    Attributes:
        series: Row of ``publisher_series``.
        unit: Unit as published.
        factor: From the published unit to t.
        published: Sum as published.
        high: Sum of upper ends as published, where a line has only an upper end.
        kind: ``reported`` or ``estimate``.
        note: Remark.
        table: Place in the source.
    """

    series: Row
    unit: str
    factor: float
    table: str
    published: float = 0.0
    high: float | None = None
    kind: str = "reported"
    note: str = ""

    def add(self, value: float, high: float | None = None) -> None:
        """Add a line."""
        self.published += value
        if high is not None:
            self.high = (self.high or 0.0) + high


def production_batch(
    task: Task,
    kind: str,
    edition: str,
    date: str,
    sums: dict[tuple[str, str, int], Sum],
) -> Batch:
    """Make observations of sums by series, country and year."""
    source, register = task.source(kind, edition, date)
    origin, origins = task.origin(kind)
    about = {"source": source, "origin": origin, "vintage": date}
    rows = [_row(about, country, year, one) for (_, country, year), one in sums.items()]
    registers = {"sources": register, "origins": origins, "observations": rows}
    return task.batch(kind, len(rows), registers)


def _row(about: dict[str, str], country: str, year: int, one: Sum) -> Cells:
    series = one.series
    converted = content(series)
    factor = one.factor * converted
    oxide = series["basis_published"]
    published = f"{one.unit} {oxide}/yr" if oxide else f"{one.unit}/yr"
    note = one.note if converted == 1 else f"converted from {oxide} with {converted:.5f}"
    cells: dict[str, Any] = {
        "metric": "production",
        "value": _rounded(one.published * factor),
        "high": None if one.high is None else _rounded((one.published + one.high) * factor),
        "unit": "t",
        "original_value": f"{one.published:.12g}",
        "original_unit": published,
        "period": str(year),
        "country": country,
        "material": series["material"],
        "stage": series["stage"],
        "basis": series["basis"],
        "kind": one.kind,
        "locator": one.table,
        "note": note,
        **about,
    }
    return observation(**cells)


def _rounded(value: float) -> float:
    return float(f"{value:.10g}")
