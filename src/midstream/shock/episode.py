"""Supply shocks of the past: one record type for the shipped tables and for a user's file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, cast

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.tables import RawTable, read_csv
from midstream.shock.engine import INSTRUMENTS, Instrument

#: Months over which the peak of a null case is looked for.
NULL_WINDOW = 18
#: Months of the shorter peak.
SHORT_WINDOW = 6
REQUIRED = ("episode", "material", "stage", "instrument_class", "supply_share", "pass_ratio")
STAGES = ("C1", "C2", "C3", "C4")
_ALIASES = {
    "export-ban": "ban",
    "export-licence": "licence",
    "license": "licence",
    "export-quota": "quota",
    "outage": "physical",
}
_FLAGS = {"": False, "0": False, "no": False, "false": False, "1": True, "yes": True, "true": True}


@dataclass(frozen=True, slots=True)
class Episode:
    """One supply shock: what was known as it unfolded, and what prices did.

    Attributes:
        id, name: Slug and readable name.
        cluster: Linked shocks share one and are left out together.
        material, stage: What was cut.
        instrument: Class of the measure.
        month_of_force: First month in force, from month 0, the announcement.
        supply_share: Share of outside supply that came from the actor, 0..1.
        stock_cover: Stocks outside in months of use, ``None`` if not stated.
        spare_capacity: Spare outside capacity over outside output, ``None`` if not stated.
        announced_length: Announced length in months, if any.
        pass_ratio: Exports over base exports by month.
        peak_month, peak_ratio: Observed peak over the level before; ``None`` if not stated.
        prices: Observed (month, ratio).
        null_case: Whether the observed peak counts as no change.
        exchange: Whether the material has a metals exchange with delivery.
        confounded: Whether another shock moved the price too.
        peak_short: Peak within six months, if known.
        peak_adjusted: Peak over an index of commodity prices, if known.
    """

    id: str
    name: str
    cluster: str
    material: str
    stage: str
    instrument: Instrument
    month_of_force: int
    supply_share: float
    stock_cover: float | None
    spare_capacity: float | None
    announced_length: float | None
    pass_ratio: tuple[float, ...]
    peak_month: int | None
    peak_ratio: float | None
    prices: tuple[tuple[int, float], ...]
    null_case: bool
    exchange: bool
    confounded: bool = False
    peak_short: float | None = None
    peak_adjusted: float | None = None

    @property
    def window(self) -> int:
        """Last month of the window the peak is taken in; 18 for a null case."""
        if self.null_case or self.peak_month is None:
            return NULL_WINDOW
        return self.peak_month

    @property
    def observed(self) -> float:
        """Observed log peak ratio ``max(0, ln ratio)``; 0 for a null case."""
        return self.log_of(self.peak_ratio)

    def log_of(self, ratio: float | None) -> float:
        """``max(0, ln ratio)``, 0 for a null case; not a number where nothing is known."""
        if self.null_case:
            return 0.0
        return math.nan if ratio is None else max(0.0, math.log(ratio))


def shipped_episodes(evidence: Evidence) -> tuple[Episode, ...]:
    """Give the episodes of the release that are used to fit, in the order of their ids."""
    records = {row["id"]: row for row in evidence.table("episodes").rows}
    checks = {row["id"]: row for row in evidence.table("episode_checks").rows}
    listed = exchange_listed(evidence)
    table = evidence.table("episode_inputs")
    episodes = []
    for index, row in enumerate(table.rows):
        if row["id"] not in records:  # left out with its licence
            continue
        cells = {name: _text(value) for name, value in row.items()}
        cells["cluster"] = records[row["id"]]["cluster"]
        check = checks.get(row["id"], {})
        cells["peak_short"] = _text(check.get("peak_ratio_0_6"))
        cells["peak_adjusted"] = _text(check.get("index_adjusted_peak_ratio"))
        cells["confounded"] = "1" if check.get("confounded") else ""
        episodes.append(_episode(_Cells(cells, table.file, table.lines[index]), listed))
    return tuple(episodes)


def read_episodes(path: Path, evidence: Evidence) -> tuple[Episode, ...]:
    """Read a user's file of episodes with the columns of ``episode_inputs.csv``.

    Columns that are not known are passed over. Blank are allowed: everything but the name, the
    material, the stage, the class, the share and the pass ratio; a peak may be left to the
    observed prices. A column ``cluster`` links shocks.

    Raises:
        InputError: naming file, line and column of the first thing that is wrong.
    """
    if not path.is_file():
        raise InputError(
            "is no file that can be read",
            where=str(path),
            why="episodes come from a CSV file",
            mend="name a file with the columns of episode_inputs.csv",
        )
    raw = read_csv(path)
    _check_header(raw)
    listed = exchange_listed(evidence)
    episodes = tuple(
        _episode(_Cells(dict(zip(raw.header, cells, strict=True)), raw.file, line), listed)
        for cells, line in zip(raw.rows, raw.lines, strict=True)
    )
    _check_unique(episodes, raw)
    return episodes


def exchange_listed(evidence: Evidence) -> frozenset[str]:
    """Materials with a metals exchange that delivers."""
    return frozenset(row["id"] for row in evidence.table("exchange_listed").rows)


def _check_header(raw: RawTable) -> None:
    missing = [name for name in REQUIRED if name not in raw.header]
    if missing or not raw.rows:
        raise InputError(
            f"no column {', '.join(missing)}" if missing else "no rows",
            where=f"{raw.file}:1",
            why="an episode needs these columns" if missing else "there is nothing to score",
            mend=f"the columns needed are {', '.join(REQUIRED)}",
        )


def _check_unique(episodes: Iterable[Episode], raw: RawTable) -> None:
    seen: set[str] = set()
    for episode, line in zip(episodes, raw.lines, strict=True):
        if episode.name in seen:
            raise InputError(
                f"{episode.name!r} stands twice",
                where=f"{raw.file}:{line}:episode",
                why="results are listed by name",
                mend="give each episode a name of its own",
            )
        seen.add(episode.name)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class _Cells:
    """Text cells of one row, read one by one with the place in every error."""

    cells: Mapping[str, str]
    file: str
    line: int

    def text(self, name: str) -> str:
        return (self.cells.get(name) or "").strip()

    def wrong(self, name: str, why: str, mend: str) -> InputError:
        shown = self.text(name)
        what = f"{shown[:60]!r} cannot be used" if shown else "the cell is empty"
        return InputError(what, where=f"{self.file}:{self.line}:{name}", why=why, mend=mend)

    def number(self, name: str, low: float, high: float) -> float | None:
        """A number in a range, or ``None`` for a blank cell."""
        text = self.text(name)
        return self._parsed(name, text, low, high) if text else None

    def needed(self, name: str, low: float, high: float) -> float:
        """A number that must be there."""
        value = self.number(name, low, high)
        if value is None:
            raise self.wrong(name, "an episode needs it", "fill the cell")
        return value

    def month(self, name: str) -> int | None:
        """A whole month from 0, or ``None`` for a blank cell."""
        value = self.number(name, 0, 600)
        if value is not None and value != int(value):
            raise self.wrong(name, "months are whole numbers", "write 0, 1, 2 ...")
        return None if value is None else int(value)

    def numbers(self, name: str, low: float, high: float) -> tuple[float, ...]:
        """Numbers joined by semicolons, at least one."""
        parts = [part.strip() for part in self.text(name).split(";") if part.strip()]
        if not parts:
            raise self.wrong(name, "it needs one number a month", "write e.g. 1;0.4;0.4")
        return tuple(self._parsed(name, part, low, high) for part in parts)

    def prices(self, name: str) -> tuple[tuple[int, float], ...]:
        """Pairs month:ratio joined by semicolons; none in a blank cell."""
        pairs = []
        for part in filter(None, (piece.strip() for piece in self.text(name).split(";"))):
            month, colon, ratio = part.partition(":")
            if not colon or not month.strip().isdigit():
                raise self.wrong(
                    name, f"{part[:30]!r} is no month:ratio", "write e.g. 3:1.25;6:1.4"
                )
            pairs.append((int(month), self._parsed(name, ratio, 1e-6, 1e6)))
        return tuple(pairs)

    def word(self, name: str, words: Sequence[str]) -> str:
        """One of some words."""
        text = self.text(name)
        if text not in words:
            raise self.wrong(name, f"it must be one of {', '.join(words)}", "take one of them")
        return text

    def flag(self, name: str) -> bool:
        """0 or 1, blank for 0."""
        text = self.text(name).lower().removesuffix(".0")
        if text not in _FLAGS:
            raise self.wrong(name, "it must be 0 or 1", "write 1 for a null case")
        return _FLAGS[text]

    def _parsed(self, name: str, text: str, low: float, high: float) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise self.wrong(
                name, f"it must be a number in {low:g}..{high:g}", "write shares as 0.25, not 25 %"
            )
        return value


def _episode(row: _Cells, listed: frozenset[str]) -> Episode:
    """Give one row as an episode."""
    name, material = row.text("episode"), row.text("material")
    for column, text in (("episode", name), ("material", material)):
        if not text:
            raise row.wrong(column, "an episode needs it", "fill the cell")
    null_case = row.flag("null_case")
    prices = row.prices("observed_prices")
    month, ratio = _peak(row, prices, null_case)
    word = row.text("instrument_class").lower()
    known = word in _ALIASES
    instrument = _ALIASES[word] if known else row.word("instrument_class", INSTRUMENTS)
    confounded = "confounded" in row.text("note").lower() or row.text("confounded") not in ("", "0")
    return Episode(
        id=row.text("id") or name,
        name=name,
        cluster=row.text("cluster") or name,
        material=material,
        stage=row.word("stage", STAGES),
        instrument=cast(Instrument, instrument),
        month_of_force=row.month("month_of_force") or 0,
        supply_share=row.needed("supply_share", 0, 1),
        stock_cover=row.number("stock_cover_months", 0, 600),
        spare_capacity=row.number("spare_capacity", 0, 100),
        announced_length=row.number("announced_length_months", 0, 600),
        pass_ratio=row.numbers("pass_ratio", 0, 1000),
        peak_month=month,
        peak_ratio=ratio,
        prices=prices,
        null_case=null_case,
        exchange=material in listed,
        confounded=confounded,
        peak_short=row.number("peak_short", 0, 1e6) or _short_peak(month, ratio, prices),
        peak_adjusted=row.number("peak_adjusted", 0, 1e6),
    )


def _peak(
    row: _Cells, prices: Sequence[tuple[int, float]], null_case: bool
) -> tuple[int | None, float | None]:
    """Observed peak as stated, else the largest observed price."""
    month, ratio = row.month("observed_peak_month"), row.number("observed_peak_ratio", 1e-6, 1e6)
    if prices:
        at, largest = max(prices, key=itemgetter(1))
        month = at if month is None else month
        ratio = largest if ratio is None else ratio
    if ratio is None and not null_case:
        raise row.wrong(
            "observed_peak_ratio", "there is no observed price either", "fill one of the two"
        )
    return month, ratio


def _short_peak(
    month: int | None, ratio: float | None, prices: Sequence[tuple[int, float]]
) -> float | None:
    """Largest observed price up to month 6, if there is one."""
    early = [value for at, value in prices if at <= SHORT_WINDOW]
    if ratio is not None and month is not None and month <= SHORT_WINDOW:
        early.append(ratio)
    return max(early, default=None)
