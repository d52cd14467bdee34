"""U.S. Geological Survey, Mineral Commodity Summaries: the world tables of the data releases.

Two layouts are read: one column per year (``PROD_2023``, ``PROD_EST_ 2024``, ``CAP_...``,
``RESERVES_2024``; editions up to 2025), and one row per figure (edition 2026). The editions revise
each other, so every row carries its edition, and a new edition never overwrites an older one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from midstream.errors import InputError
from midstream.evidence.importers.batch import Batch, StagedTable, Task, country_finder
from midstream.evidence.importers.files import CsvFile, Record, as_number, require
from midstream.evidence.importers.rows import write_parquet
from midstream.evidence.importers.series import Series, mass, name_of
from midstream.evidence.importers.text import open_text
from midstream.evidence.tables import Row

KIND = "usgs-mcs"
#: Encoding of the publisher's files that are not UTF-8.
ENCODING = "cp1252"
#: The largest release so far has three; every figure is held until the edition is known (bytes).
MAX_BYTES = 20_000_000

TYPES = {
    "source": "VARCHAR",
    "edition": "SMALLINT",
    "material": "VARCHAR",
    "stage": "VARCHAR",
    "step": "VARCHAR",
    "form_published": "VARCHAR",
    "headline": "BOOLEAN",
    "country": "VARCHAR",
    "year": "SMALLINT",
    "metric": "VARCHAR",
    "value_si": "DOUBLE",
    "unit_si": "VARCHAR",
    "flag": "VARCHAR",
}
_WIDE = re.compile(r"(PROD|CAP|RESERVES)(_EST)?_\s*(\d{4})")
_METRICS = {"PROD": "production", "CAP": "capacity", "RESERVES": "reserves"}
_LONG = ("MCS chapter", "Section", "Commodity", "Country", "Statistics", "Unit", "Year", "Value")
_SHORT = ("COMMODITY", "COUNTRY", "TYPE", "UNIT_MEAS")
#: What the publisher prints for zero.
_ZERO = ("\N{EM DASH}", "\N{EN DASH}", "--", "-")
_NONE, _WITHHELD = "not available", "withheld"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the file, not yet read: where it stands and what it is about."""

    record: Record
    commodity: str
    detail: str
    country: str
    unit: str
    value: str
    metric: str
    year: int | None
    estimated: bool


def read(task: Task) -> Batch:
    """Read a world table of the Mineral Commodity Summaries.

    Raises:
        InputError: with ``file:line:column`` for the first thing that is wrong.
    """
    file = CsvFile(open_text(task.path, task.work, ENCODING, MAX_BYTES), task.work)
    figures = list(_long(file, task) if "Statistics" in file.header else _wide(file))
    edition = _edition(task.file, [one.year for one in figures if one.year])
    source, register = task.source(KIND, str(edition), str(edition))
    rows = list(_Reader(task, source, edition).rows(figures))
    staged = StagedTable(
        name="production",
        path=write_parquet(task.work, "staged", TYPES, rows),
        key=("source", "material", "stage", "step", "metric", "form_published", "country", "year"),
        values=("value_si", "flag"),
        replaced="source = '" + source + "' AND material IN (SELECT material FROM staged)",
        order=(
            *("material", "metric", "step", "form_published", "source", "year", "country"),
            *("value_si", "flag"),
        ),
        edition=str(edition),
        source=source,
    )
    return task.batch(KIND, len(rows), {"sources": register}, staged)


def _wide(file: CsvFile) -> Iterator[Figure]:
    upper = {name.upper(): name for name in file.header}
    require(file.file, 1, tuple(upper), _SHORT)
    commodity, country, detail, unit = (upper[name] for name in _SHORT)
    places = {name: _WIDE.fullmatch(name.upper()) for name in file.header}
    found = {name: match for name, match in places.items() if match}
    if not found:
        require(file.file, 1, file.header, ("PROD_2024",))
    for record in file.records():
        for name, match in found.items():
            if record[name]:
                yield Figure(
                    record=record,
                    commodity=record[commodity],
                    detail=record[detail],
                    country=country,
                    unit=unit,
                    value=name,
                    metric=_METRICS[match[1]],
                    year=int(match[3]),
                    estimated=bool(match[2]),
                )


def _long(file: CsvFile, task: Task) -> Iterator[Figure]:
    require(file.file, 1, file.header, _LONG)
    for record in file.records():
        statistics = f"{record['Statistics']} {record['Statistics_detail']}".casefold()
        metric = next((one for one in ("reserves", "capacity", "production") if one in statistics),
                      "")  # fmt: skip
        reason = _reason(record, metric)
        if reason:
            task.leave_out(reason)
            continue
        span = record["Year"]
        yield Figure(
            record=record,
            commodity=record["Commodity"] or record["MCS chapter"],
            detail=record["Statistics_detail"] or record["Statistics"],
            country="Country",
            unit="Unit",
            value="Value",
            metric=metric,
            year=record.year("Year") if span else None,
            estimated="estimated" in record["Notes"].casefold(),
        )


def _reason(record: Record, metric: str) -> str:
    """Why a row of a figure is not taken; blank if it is."""
    span = record["Year"]
    if not record["Section"].casefold().startswith("world"):
        return "rows outside the world tables"
    if not metric:
        return "rows of other statistics"
    if not record["Value"]:
        return "rows without a figure"
    return "rows on spans of years" if span and not span.isdigit() else ""


def _edition(file: str, years: list[int]) -> int:
    """Year of the edition: from the name of the file, else the year after the newest figure."""
    named = re.search(r"mcs[-_ ]?(20\d\d)", file.casefold())
    if named:
        return int(named[1])
    if not years:
        raise InputError(
            "no figure of a year in the file",
            where=f"{file}:1:1",
            why="the edition is told from the name of the file or its newest year",
            mend="take the world table of a data release, such as MCS2025_World_Data.csv",
        )
    return max(years) + 1


class _Reader:
    """Turns figures into rows of the production table."""

    def __init__(self, task: Task, source: str, edition: int) -> None:
        self.task, self.source, self.edition = task, source, edition
        self.series = Series(task.evidence, KIND)
        self.country = country_finder(task.evidence)
        self.seen: set[tuple[Any, ...]] = set()

    def rows(self, figures: list[Figure]) -> Iterator[tuple[Any, ...]]:
        for figure in figures:
            series = self.series.find(name_of(figure.commodity), figure.detail)
            if series is None:
                self.task.leave_out("figures of commodities that are not on file")
            elif self.task.year not in (None, figure.year):
                self.task.leave_out("figures of other years")
            else:
                row = self._row(figure, series)
                if row in self.seen:
                    self.task.leave_out("figures that stand twice")
                else:
                    self.seen.add(row)
                    yield row

    def _row(self, figure: Figure, series: Row) -> tuple[Any, ...]:
        record, reserves = figure.record, figure.metric == "reserves"
        value, flag = _value(record, figure.value)
        factor, unit = mass(record, figure.unit) if record[figure.unit] else (None, None)
        if value is not None and figure.estimated and flag is None:
            flag = "estimated"
        return (
            self.source,
            self.edition,
            series["material"],
            "C1" if reserves else series["stage"],
            "reserves" if reserves else series["step"],
            figure.detail[:200] or "production",
            series["headline"],
            self._place(record, figure.country),
            figure.year or self.edition - 1,
            figure.metric,
            None if value is None or factor is None else float(f"{value * factor:.12g}"),
            unit,
            flag,
        )

    def _place(self, record: Record, column: str) -> str:
        text = record[column].casefold()
        if text.startswith("world"):
            return "WLD"
        return "ROW" if text.startswith("other") else self.country(record, column)


def _value(record: Record, column: str) -> tuple[float | None, str | None]:
    """Read a figure with its flag: ``W`` is withheld, ``>95`` more than, a dash zero.

    Words without digits ("Large", "NA", "See text") say that there is no figure.
    """
    text = record[column]
    if text in _ZERO:
        return 0.0, None
    if not any(sign.isdigit() for sign in text):
        return None, _WITHHELD if text == "W" else _NONE
    flag = {">": "more than", "<": "less than"}.get(text[0])
    bare = text.lstrip("><").strip()
    number = as_number(re.sub(r"(?<=\d)e$", "", bare))
    if number is None or number < 0:
        return record.number(column) if number is None else _negative(record, column), flag
    return number, flag or ("estimated" if bare.endswith("e") else None)


def _negative(record: Record, column: str) -> float:
    raise record.refusal(
        column,
        f"{record[column][:40]} is negative",
        "output, capacity and reserves are not",
        "correct the figure",
    )
