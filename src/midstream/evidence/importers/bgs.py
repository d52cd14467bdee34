"""British Geological Survey, World Mineral Statistics: the extract of 28 columns.

Only figures of production are taken. Rows with a part of a commodity are on another basis and not
additive, so they are left out; countries with two lines are added up; a figure that is "not
significant" is 0 with an upper end of one half; a missing figure stays missing.
"""

from __future__ import annotations

from midstream.evidence.importers.batch import Batch, Task, country_finder
from midstream.evidence.importers.files import CsvFile, Record
from midstream.evidence.importers.production import Sum, production_batch
from midstream.evidence.importers.series import Series, mass, name_of
from midstream.evidence.importers.text import open_text
from midstream.evidence.tables import Row

KIND = "bgs"
COLUMNS = (
    "country_iso3_code",
    "bgs_commodity_trans",
    "bgs_sub_commodity_trans",
    "bgs_statistic_type_trans",
    "year",
    "units",
    "quantity",
    "sdmx_code",
)
#: Upper end of a figure that is published as not significant, in its unit.
INSIGNIFICANT = 0.5


def read(task: Task) -> Batch:
    """Read an extract of the World Mineral Statistics.

    Raises:
        InputError: with ``file:line:column`` for the first thing that is wrong.
    """
    file = CsvFile(open_text(task.path, task.work, "cp1252"), task.work)
    file.require(COLUMNS)
    series = Series(task.evidence, KIND)
    country = country_finder(task.evidence)
    sums: dict[tuple[str, str, int], Sum] = {}
    newest = 0
    for record in file.records():
        found = _series(task, series, record)
        if found is None:
            continue
        year = record.year("year")
        newest = max(newest, year)
        if task.year not in (None, year):
            task.leave_out("rows of other years")
            continue
        _add(sums, found, record, country(record, "country_iso3_code"), year)
    return production_batch(task, KIND, "", str(newest + 2), sums)


def _series(task: Task, series: Series, record: Record) -> Row | None:
    """The series of a row; ``None``, counted with its reason, where the row is not taken."""
    reason = ""
    if record["bgs_statistic_type_trans"] != "Production":
        reason = "rows on other than production"
    elif record["bgs_sub_commodity_trans"]:
        reason = "rows on parts of a commodity"
    elif record["sdmx_code"] == "O" or not record["quantity"]:
        reason = "rows without a figure"
    found = None
    if not reason:
        found = series.find(name_of(record["bgs_commodity_trans"]))
        reason = "" if found else "rows of commodities that are not on file"
    if reason:
        task.leave_out(reason)
    return found


def _add(
    sums: dict[tuple[str, str, int], Sum], series: Row, record: Record, country: str, year: int
) -> None:
    factor, _ = mass(record, "units")
    value = record.number("quantity") or 0.0
    if value < 0:
        raise record.refusal(
            "quantity", f"{value:g} is negative", "output is not", "correct the figure"
        )
    unit = "kg" if record["units"].startswith("kilo") else "t"
    place = f"{record['bgs_commodity_trans'][:60]}, production"
    one = sums.setdefault((series["id"], country, year), Sum(series, unit, factor, place))
    one.add(value, INSIGNIFICANT if record["sdmx_code"] == "N" else None)
