"""World Mining Data, table 6.4: production by country, one table or sheet per mineral.

Columns ``Country``, perhaps ``Country_ISO`` and ``Country_Code``, one per year, ``unit`` and
``data_source``. Total rows are left out, lines of one country are added up, an empty cell is no
figure, and the flag of a row describes its newest year only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midstream.evidence.importers.batch import Batch, Task, country_finder
from midstream.evidence.importers.files import CsvFile, Record, require
from midstream.evidence.importers.production import Sum, production_batch
from midstream.evidence.importers.series import Series, before_bracket, mass
from midstream.evidence.importers.text import open_text
from midstream.evidence.importers.workbook import read_workbook
from midstream.evidence.tables import Row

KIND = "wmd"
#: An edition appears this many years after its newest year.
LAG = 2
_NO_FIGURE = ("-", "n.a.", "na", "NA")


def read(task: Task) -> Batch:
    """Read the table by mineral, as one CSV file or a workbook with a sheet per mineral.

    Raises:
        InputError: with ``file:line:column`` for the first thing that is wrong.
    """
    reader = _Reader(task)
    for mineral, record in _records(task):
        reader.take(mineral, record)
    edition = str(max(reader.years, default=0) + LAG)
    return production_batch(task, KIND, edition, edition, reader.sums)


def _records(task: Task) -> Iterator[tuple[str, Record]]:
    if task.path.suffix.casefold() in (".xlsx", ".xlsm"):
        series = Series(task.evidence, KIND)
        for sheet in read_workbook(task.path):
            if series.find(before_bracket(sheet.name)) is None:
                task.leave_out("lines of sheets of minerals that are not on file", len(sheet.rows))
                continue
            for record in sheet.records(task.file, ("Country", "unit")):
                yield sheet.name, record
        return
    file = CsvFile(open_text(task.path, task.work, "cp1252"), task.work)
    file.require(("Mineral", "Country", "unit"))
    for record in file.records():
        yield record["Mineral"], record


class _Reader:
    """Adds up the lines of the table."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.series = Series(task.evidence, KIND)
        self.country = country_finder(task.evidence)
        self.sums: dict[tuple[str, str, int], Sum] = {}
        self.years: set[int] = set()

    def take(self, mineral: str, record: Record) -> None:
        years = _years(record)
        if not years:
            place, _, line = record.place().rpartition(":")
            require(place, int(line), tuple(record.cells), ("2024",))
        self.years |= set(years)
        series = self.series.find(before_bracket(mineral))
        if series is None:
            self.task.leave_out("rows of minerals that are not on file")
        elif record["Country_Code"] == "DELETE" or _is_total(record["Country"]):
            self.task.leave_out("rows of totals")
        elif record["Country"] or record["Country_ISO"]:
            self._add(mineral, series, record, years)
        else:
            self.task.leave_out("rows without a country")

    def _add(self, mineral: str, series: Row, record: Record, years: Sequence[int]) -> None:
        factor, _ = mass(record, "unit")
        column = "Country_ISO" if record["Country_ISO"] else "Country"
        country = self.country(record, column)
        for year in years:
            value = record.number(str(year), _NO_FIGURE)
            if value is None or self.task.year not in (None, year):
                other = "figures that are blank" if value is None else "figures of other years"
                self.task.leave_out(other)
                continue
            if value < 0:
                raise record.refusal(
                    str(year), f"{value:g} is negative", "output is not", "correct the figure"
                )
            unit = "kg" if record["unit"] == "kg" else "t"
            made = Sum(series, unit, factor, f"table {mineral.strip()[:60]}")
            one = self.sums.setdefault((series["id"], country, year), made)
            one.add(value)
            if year == max(years):
                self._flag(one, record)

    @staticmethod
    def _flag(one: Sum, record: Record) -> None:
        flag = (record["data_source"] or record["data source"])[:1].casefold()
        if flag == "e":
            one.kind = "estimate"
        elif flag == "p":
            one.note = "provisional"


def _years(record: Record) -> list[int]:
    return [int(name) for name in record.cells if len(name) == 4 and name.isdecimal()]


def _is_total(name: str) -> bool:
    return name.casefold().startswith(("total", "world"))
