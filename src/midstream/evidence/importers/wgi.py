"""World Bank, Worldwide Governance Indicators: political stability by country and year.

Two layouts are read, as CSV or as a workbook: one row per country, year and indicator
(``code, year, indicator, estimate, stddev``), and the export of the World Bank's data bank (one
column per year, ``2023 [YR2023]``). The rank is worked out again from the estimates of a year,
since the publisher's own changed its meaning between editions. A missing estimate stays missing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from midstream.evidence.importers.batch import Batch, StagedTable, Task, country_finder
from midstream.evidence.importers.files import CsvFile, Record, require
from midstream.evidence.importers.rows import write_parquet
from midstream.evidence.importers.text import open_text
from midstream.evidence.importers.workbook import read_workbook

KIND = "wgi"
TYPES = {
    "country": "VARCHAR",
    "year": "SMALLINT",
    "estimate": "DOUBLE",
    "stderr": "DOUBLE",
    "percentile": "DOUBLE",
    "risk": "DOUBLE",
}
LONG = ("code", "year", "indicator", "estimate")
WIDE = ("Country Code", "Series Code")
#: Indicator, by layout: political stability and absence of violence.
_LONG_NAME, _WIDE_NAMES = "pv", {"PV.EST": "estimate", "PV.STD.ERR": "stderr"}
_BLANK = ("..", "#N/A", "NA", "")
_YEAR = re.compile(r"((?:19|20)\d\d)(?: \[YR\d{4}\])?")
#: Estimates lie within this of zero; others are on another scale.
WIDEST = 5.0
_TOP, _RANGE = 2.5, 5.0

#: Country, year, what it is, figure, record.
Figure = tuple[str, int, str, float, Record]


def read(task: Task) -> Batch:
    """Read estimates of political stability.

    Raises:
        InputError: with ``file:line:column`` for the first thing that is wrong.
    """
    found: defaultdict[tuple[str, int], dict[str, float]] = defaultdict(dict)
    for country, year, what, figure, record in _figures(task):
        if task.year not in (None, year):
            task.leave_out("figures of other years")
        elif what in found[country, year]:
            raise record.refusal(
                what, f"{country} {year} stands twice", "one of them is wrong", "leave one out"
            )
        else:
            found[country, year][what] = figure
    whole = {key: one for key, one in found.items() if "estimate" in one}
    task.leave_out("standard errors without an estimate", len(found) - len(whole))
    rows = _rows(whole)
    newest = max((row[1] for row in rows), default=0)
    source, register = task.source(KIND, "", str(newest + 1))
    staged = StagedTable(
        name="governance",
        path=write_parquet(task.work, "staged", TYPES, rows),
        key=("country", "year"),
        values=("estimate", "stderr"),
        replaced="(country, year) IN (SELECT (country, year) FROM staged)",
        order=("country", "year"),
        edition=f"to {newest}",
        source=source,
    )
    return task.batch(KIND, len(rows), {"sources": register}, staged)


def _rows(
    found: dict[tuple[str, int], dict[str, float]],
) -> list[tuple[str, int, float, float | None, float, float]]:
    """Rows of the table: estimate, standard error, rank among the year's countries in %, risk."""
    by_year: defaultdict[int, list[float]] = defaultdict(list)
    for (_, year), one in found.items():
        by_year[year].append(one["estimate"])
    rows = []
    for (country, year), one in sorted(found.items()):
        estimate, others = one["estimate"], by_year[year]
        below = sum(other < estimate for other in others)
        rank = 100 * below / max(1, len(others) - 1)
        risk = (_TOP - estimate) / _RANGE
        rows.append(
            (country, year, estimate, one.get("stderr"), round(min(rank, 100.0), 1), round(risk, 4))
        )
    return rows


def _figures(task: Task) -> Iterator[Figure]:
    country = country_finder(task.evidence)
    for record in _records(task):
        if WIDE[0] in record.cells:
            what = _WIDE_NAMES.get(record["Series Code"].removeprefix("GOV_WGI_"))
            if what is None or not record[WIDE[0]]:
                other = "rows of other indicators" if record[WIDE[0]] else "rows without a country"
                task.leave_out(other)
                continue
            place = country(record, WIDE[0])
            for name in record.cells:
                year = _YEAR.fullmatch(name)
                if year:
                    yield from _figure(task, record, name, place, int(year[1]), what)
        elif record["indicator"] != _LONG_NAME:
            task.leave_out("rows of other indicators")
        else:
            place, year_ = country(record, "code"), record.year("year")
            yield from _figure(task, record, "estimate", place, year_, "estimate")
            error = "stddev" if "stddev" in record.cells else "stderr"
            yield from _figure(task, record, error, place, year_, "stderr")


def _figure(
    task: Task, record: Record, column: str, country: str, year: int, what: str
) -> Iterator[Figure]:
    figure = record.number(column, _BLANK)
    if figure is None:
        task.leave_out("figures that are blank")
        return
    if abs(figure) > WIDEST or (what == "stderr" and figure < 0):
        raise record.refusal(
            column,
            f"{figure:g} is not on the scale of the {what}s",
            "estimates run from about -2.5 to 2.5; ranks and scores of 0 to 100 are others",
            "take the column of estimates",
        )
    yield country, year, what, figure, record


def _records(task: Task) -> Iterator[Record]:
    if task.path.suffix.casefold() in (".xlsx", ".xlsm"):
        sheets = list(read_workbook(task.path))
        for needed in (LONG, WIDE):
            for sheet in sheets:
                if any(needed[0] in [c.strip() for c in row] for _, row in sheet.rows[:20]):
                    yield from sheet.records(task.file, needed)
                    return
        header = sheets[0].rows[0][1] if sheets and sheets[0].rows else ()
        require(task.file, 1, header, LONG)
        return
    file = CsvFile(open_text(task.path, task.work, "cp1252"), task.work)
    file.require(WIDE if WIDE[0] in file.header else LONG)
    yield from file.records()
