"""The ledger of forecasts: dated statements with their probabilities, kept as first made.

A ledger is a CSV file. Merging keeps the first forecast of a statement and adds later ones as
revisions with their day; it is idempotent and associative, and never changes what stands.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path

from midstream.errors import InputError
from midstream.scenarios.observe import odds
from midstream.scenarios.result import State
from midstream.scenarios.signals import Signal, chances

Row = dict[str, str]

NAME = "forecasts.csv"
#: Statements about scenarios bear this before the name of the scenario.
FUTURE = "future-"


@dataclass(frozen=True, slots=True)
class Forecast:
    """One dated, checkable statement.

    Attributes:
        id: Study, signal and day, which tell statements apart.
        signal: Signal it is about, or ``future-`` and the scenario it is about.
        statement: What is said to happen.
        resolves_on: Day on which it is settled at the latest.
        rule: How it is settled.
        probability: Chance in this edition.
        record_only: Chance by the record alone, where no driver does anything.
        made_on: Day it was made.
        data_release, version: What made it.
    """

    id: str
    signal: str
    statement: str
    resolves_on: str
    rule: str
    probability: float
    record_only: float
    made_on: str
    data_release: str
    version: str


COLUMNS = tuple(field.name for field in fields(Forecast))


def forecasts(
    study: str,
    signals: Sequence[Signal],
    state: State,
    record: State,
    slope: float,
    made: tuple[str, str, str],
) -> tuple[Forecast, ...]:
    """Write down what an outlook says about its signals.

    Args:
        study: Id of the study.
        signals: Signals of the study.
        state: The outlook.
        record: The same outlook by the record alone.
        slope: Tilt of elicited signals along their driver.
        made: Day, data release, version.

    Returns:
        Forecasts of signals whose day has not passed when they are made, then one of each
        scenario of the last year; those of all scenarios sum to 1.
    """
    today = date.fromisoformat(made[0])
    seen = (
        _forecast(
            study,
            (one.id, one.indicator, one.by.isoformat(), f"{one.words}; {one.watch}"),
            (_mean(one, state, slope), _mean(one, record, slope)),
            made,
        )
        for one in signals
        if one.by >= today
    )
    return (*seen, *_futures(study, state, record, made))


def _futures(
    study: str, state: State, record: State, made: tuple[str, str, str]
) -> tuple[Forecast, ...]:
    """One statement a scenario: that the last year meets its conditions and no better one's."""
    last = state.frame.last
    pairs = zip(odds(state, state.weights), odds(record, record.weights), strict=True)
    return tuple(
        _forecast(
            study,
            (
                f"{FUTURE}{name}",
                f"The future of {last} is {name}",
                f"{last}-12-31",
                f"conditions of the futures on figures of {last}",
            ),
            pair,
            made,
        )
        for name, pair in zip(state.names, pairs, strict=True)
    )


def _forecast(
    study: str,
    told: tuple[str, str, str, str],
    chance: tuple[float, float],
    made: tuple[str, str, str],
) -> Forecast:
    signal, statement, resolves_on, rule = told
    return Forecast(
        id=f"{study}/{signal}/{resolves_on}",
        signal=signal,
        statement=statement,
        resolves_on=resolves_on,
        rule=rule,
        probability=round(chance[0], 6),
        record_only=round(chance[1], 6),
        made_on=made[0],
        data_release=made[1],
        version=made[2],
    )


def _mean(signal: Signal, state: State, slope: float) -> float:
    return float((state.weights * chances(signal, state, slope)).sum())


def merge(*ledgers: Iterable[Forecast]) -> tuple[Forecast, ...]:
    """Join ledgers: each forecast of a day stands once, the earliest of a statement first."""
    known: dict[tuple[str, str, str, str], Forecast] = {}
    for ledger in ledgers:
        for one in ledger:
            key = (one.id, one.made_on, one.data_release, one.version)
            kept = known.get(key)
            known[key] = one if kept is None else min(kept, one, key=astuple)
    return tuple(known[key] for key in sorted(known))


def first(ledger: Iterable[Forecast]) -> tuple[Forecast, ...]:
    """The first forecast of each statement, which is the one that is scored."""
    found: dict[str, Forecast] = {}
    for one in merge(ledger):
        found.setdefault(one.id, one)
    return tuple(found.values())


def text_of(ledger: Iterable[Forecast]) -> str:
    """Write a ledger as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(one) for one in ledger)
    return out.getvalue()


def write(path: Path, ledger: Iterable[Forecast]) -> None:
    """Write a ledger; the file is replaced as a whole, so that nothing is lost half-way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(text_of(ledger), encoding="utf-8")
    part.replace(path)


def read(path: Path) -> tuple[Forecast, ...]:
    """Read a ledger; a file that is not there is an empty one.

    Raises:
        InputError: if a row cannot be read, naming file, line and column.
    """
    rows = rows_of(path, COLUMNS, "a ledger of forecasts")
    return tuple(_row(path, number, row) for number, row in rows)


def rows_of(path: Path, columns: tuple[str, ...], what: str) -> tuple[tuple[int, Row], ...]:
    """Give the rows of a file of a ledger with their lines; no file is no rows.

    Raises:
        InputError: if it is no text, lacks the columns, or a row has more or fewer cells.
    """
    if not path.exists():
        return ()
    try:
        text = path.read_text(encoding="utf-8")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        lines = [(reader.line_num, cells) for cells in reader if cells]
    except UnicodeDecodeError as error:
        raise _other(f"{path}", f"byte {error.start} is no UTF-8 text", what) from error
    except csv.Error as error:
        raise _other(f"{path}:{reader.line_num}", f"it is no sound CSV: {error}", what) from error
    if not lines or tuple(lines[0][1]) != columns:
        raise _other(f"{path}:1", f"its columns are not {', '.join(columns)}", what)
    for line, cells in lines[1:]:
        if len(cells) != len(columns):
            raise _other(f"{path}:{line}", f"it has {len(cells)} cells, not {len(columns)}", what)
    return tuple((line, dict(zip(columns, cells, strict=True))) for line, cells in lines[1:])


def _other(where: str, why: str, what: str) -> InputError:
    return InputError(
        f"this is not {what}",
        where=where,
        why=why,
        mend="give the folder of a ledger that midstream wrote, or mend the line",
    )


def _row(path: Path, number: int, row: Row) -> Forecast:
    return Forecast(
        id=row["id"],
        signal=row["signal"],
        statement=row["statement"],
        resolves_on=day(path, number, row, "resolves_on"),
        rule=row["rule"],
        probability=chance(path, number, row, "probability"),
        record_only=chance(path, number, row, "record_only"),
        made_on=day(path, number, row, "made_on"),
        data_release=row["data_release"],
        version=row["version"],
    )


def chance(path: Path, number: int, row: Row, column: str) -> float:
    """Read a probability of a row.

    Raises:
        InputError: if it is none.
    """
    try:
        value = float(row[column])
    except (TypeError, ValueError):
        value = -1.0
    if not 0 <= value <= 1:
        raise _bad(path, number, column, row[column], "a probability lies between 0 and 1")
    return value


def day(path: Path, number: int, row: Row, column: str) -> str:
    """Read a day of a row.

    Raises:
        InputError: if it is none.
    """
    try:
        return date.fromisoformat(row[column]).isoformat()
    except (TypeError, ValueError):
        raise _bad(path, number, column, row[column], "a day is written 2031-12-31") from None


def _bad(path: Path, number: int, column: str, value: object, why: str) -> InputError:
    return InputError(
        f"cannot read {value!r}",
        where=f"{path}:{number}:{column}",
        why=why,
        mend="correct the cell or remove the row",
    )
