"""UN Comtrade: flows reported by one country, in the long layout, as JSON, or in the compact one.

Rows become observations of the value and the weight of imports or exports of a code. The line for
the world has no partner and is never added to the partners. Imports are valued with freight and
insurance, exports without, so the two sides of a flow differ. An exact repetition is dropped; two
different figures for one flow are refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from midstream.errors import InputError
from midstream.evidence.importers.batch import Batch, Cells, Task, country_finder
from midstream.evidence.importers.codes import country_codes
from midstream.evidence.importers.files import CsvFile, Record, require
from midstream.evidence.importers.rows import observation
from midstream.evidence.importers.text import open_text, size_of
from midstream.evidence.tables import Row

KIND = "comtrade"
LONG = ("period", "reporterISO", "partnerISO", "flowCode", "cmdCode", "primaryValue")
COMPACT = ("reporter", "partner", "cmd", "flow", "value")
#: JSON documents above this size are refused (bytes), and so are more rows than these.
MAX_JSON, MAX_ROWS = 64_000_000, 100_000
#: Columns that split a flow further, with the code of their total.
_SPLIT = {"partner2Code": "0", "customsCode": "C00", "motCode": "0"}
_FLOWS = {"M": "import", "X": "export", "Import": "import", "Export": "export"}
_WORLD = ("0", "W00", "")
_USD_MILLION, _KG_PER_T = 1e6, 1e3


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column holds what.

    Attributes:
        reporter, partner, code, flow, value, weight, period: Columns; `period` may be blank.
        per_tonne: Units of weight per tonne.
    """

    reporter: str
    partner: str
    code: str
    flow: str
    value: str
    weight: str
    period: str
    per_tonne: float


_LONG = Layout(
    "reporterISO", "partnerISO", "cmdCode", "flowCode", "primaryValue", "netWgt", "period",
    _KG_PER_T,
)  # fmt: skip
_COMPACT = Layout("reporter", "partner", "cmd", "flow", "value", "netwgt", "", 1.0)


def read(task: Task) -> Batch:
    """Read a file of UN Comtrade.

    Raises:
        InputError: with ``file:line:column`` for the first thing that is wrong.
    """
    layout, records = _opened(task)
    reader = _Reader(task, layout)
    for record in records:
        reader.take(record)
    rows = reader.rows()
    source, register = task.source(KIND, "", reader.newest[:4])
    _, origins = task.origin(KIND)
    found: list[Cells] = [observation(**{**row, "source": source}) for row in rows]
    registers = {"sources": register, "origins": origins, "observations": found}
    return task.batch(KIND, len(found), registers)


def _opened(task: Task) -> tuple[Layout, Iterator[Record]]:
    size_of(task.path)
    with task.path.open("rb") as stream:
        first = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first in (b"{", b"["):
        return _LONG, _from_json(task)
    file = CsvFile(open_text(task.path, task.work), task.work)
    if "reporter" in file.header:
        file.require(COMPACT)
        if task.year is None:
            raise InputError(
                "the compact layout names no year",
                where=f"{task.file}:1:reporter",
                why="a flow belongs to a year",
                mend="say which with --year",
            )
        return _COMPACT, file.records()
    file.require(LONG)
    return _LONG, file.records()


def _from_json(task: Task) -> Iterator[Record]:
    size_of(task.path, MAX_JSON)
    try:
        document = json.loads(task.path.read_bytes().decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise _no_json(f"{task.file}:{error.lineno}:{error.colno}", error.msg) from None
    except (ValueError, RecursionError) as error:
        raise _no_json(f"{task.file}:1:1", str(error)[:80]) from None
    rows = document.get("data") if isinstance(document, dict) else document
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _no_json(f"{task.file}:1:data", "there is no list of rows")
    for number, row in enumerate(rows):
        cells = {str(key): _text(value) for key, value in row.items()}
        place = f"{task.file}:data[{number}]"
        require(place, number, tuple(cells), LONG)
        yield Record(cells, _placed(place))


def _placed(place: str) -> Any:
    return lambda: place


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _no_json(where: str, what: str) -> InputError:
    return InputError(
        f"the document cannot be read ({what})",
        where=where,
        why="an answer of UN Comtrade is a JSON document with a list under data",
        mend="download it again, or take the CSV",
    )


class _Reader:
    """Collects flows, and checks that no two figures stand for one."""

    def __init__(self, task: Task, layout: Layout) -> None:
        self.task, self.layout = task, layout
        self.country = country_finder(task.evidence)
        self.numbers = country_codes(task) if layout is _COMPACT else {}
        self.codes = {row["hs6"]: row for row in task.evidence.table("hs_concordance").rows}
        self.flows: dict[tuple[str, ...], tuple[float, float | None]] = {}
        self.newest = ""

    def take(self, record: Record) -> None:
        reason = self._reason(record)
        if reason:
            self.task.leave_out(reason)
            return
        layout = self.layout
        key = (
            self._place(record, layout.reporter),
            self._partner(record),
            record[layout.code],
            _FLOWS[record[layout.flow]],
            self._period(record),
        )
        figures = (self._value(record), self._weight(record))
        if self.flows.setdefault(key, figures) != figures:
            raise record.refusal(
                layout.value,
                f"{' '.join(key)}: a second figure for one flow",
                "it is not known which to take",
                "leave out one of the rows, or the columns that split the flow",
            )
        self.newest = max(self.newest, key[-1])
        if len(self.flows) > MAX_ROWS:
            raise record.refusal(
                layout.value,
                f"more than {MAX_ROWS:,} flows",
                "observations are single figures; whole trade tables come from BACI",
                "take one year with --year, or fewer codes",
            )

    def _reason(self, record: Record) -> str:
        """Why a row is not taken; blank if it is."""
        if record[self.layout.code] not in self.codes:
            return "rows of codes that are not on file"
        if record[self.layout.flow] not in _FLOWS:
            return "rows on re-exports and other flows"
        if any(record[column] not in ("", total) for column, total in _SPLIT.items()):
            return "rows that split a flow"
        year = self.task.year
        if self.layout.period and year and record[self.layout.period][:4] != str(year):
            return "rows of other years"
        return ""

    def _place(self, record: Record, column: str) -> str:
        if not self.numbers:
            return self.country(record, column)
        code = record[column]
        if code in self.numbers:
            return self.numbers[code]
        raise record.refusal(
            column,
            f"unknown country code {code[:40]!r}",
            "flows are filed by country",
            "take the country codes of the same publisher",
        )

    def _partner(self, record: Record) -> str:
        code = record[self.layout.partner]
        return "" if code in _WORLD else self._place(record, self.layout.partner)

    def _period(self, record: Record) -> str:
        if not self.layout.period:
            return str(self.task.year)
        text = record[self.layout.period]
        year = record.year(self.layout.period)
        month = text[4:].lstrip("-")
        if not month:
            return str(year)
        if month.isdecimal() and len(month) == 2 and 1 <= int(month) <= 12:
            return f"{year}-{month}"
        raise record.refusal(
            self.layout.period,
            f"{text[:40]!r} is no period",
            "a flow belongs to a year or a month",
            "write YYYY or YYYYMM",
        )

    def _value(self, record: Record) -> float:
        value = record.number(self.layout.value)
        if value is None or value < 0:
            raise record.refusal(
                self.layout.value,
                "a flow without a value" if value is None else f"{value:g} is negative",
                "a value is a number of USD",
                "leave the row out, or correct it",
            )
        return value

    def _weight(self, record: Record) -> float | None:
        weight = record.number(self.layout.weight)
        return weight / self.layout.per_tonne if weight and weight > 0 else None

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give the observations of the flows: value, and weight where it is reported."""
        for (country, partner, code, flow, period), (value, weight) in self.flows.items():
            about = {
                "country": country,
                "partner": partner,
                "period": period,
                "basis": f"HS {code}",
                "kind": "reported",
                "origin": "un-comtrade",
                "vintage": self.newest[:4],
                "note": "CIF" if flow == "import" else "FOB",
                "locator": f"HS {code}, reporter {country}",
                **_goods(self.codes[code]),
            }
            yield {
                **about,
                "metric": f"{flow}_value",
                "value": float(f"{value / _USD_MILLION:.10g}"),
                "unit": "USD million",
                "original_value": f"{value:.12g}",
                "original_unit": "USD",
            }
            if weight is not None:
                yield {
                    **about,
                    "metric": f"{flow}_quantity",
                    "value": float(f"{weight:.10g}"),
                    "unit": "t",
                    "original_value": f"{weight * self.layout.per_tonne:.12g}",
                    "original_unit": "kg" if self.layout.period else "t",
                }


def _goods(row: Row) -> Mapping[str, object]:
    material = row["material"]
    return {
        "material": material[0] if len(material) == 1 else "",
        "form": row["form"],
        "stage": row["stage"],
    }
