"""Scores of forecasts that have come due: Brier and logarithmic score, and skill.

Brier score ``(p - o)^2`` and logarithmic score ``-ln`` of the probability given to what happened,
lower is better; skill ``1 - score / score of the record alone``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from math import log
from pathlib import Path

from midstream.errors import InputError
from midstream.scenarios.forecasts import Forecast, day, first
from midstream.scenarios.signals import Signal

NAME = "resolutions.csv"
#: Probabilities are kept off 0 and 1 by this much in the logarithmic score.
LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of a signal: seen as a value, and whether the statement came true."""

    signal: str
    value: str
    happened: bool
    seen_on: str


COLUMNS = tuple(field.name for field in fields(Resolution))


@dataclass(frozen=True, slots=True)
class Scored:
    """One forecast that is settled."""

    forecast: Forecast
    happened: bool
    brier: float
    logarithmic: float
    brier_record: float


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """How the forecasts have done.

    Attributes:
        scored: Settled forecasts.
        open: Forecasts that are due and not settled.
        brier, logarithmic: Means; ``None`` where nothing is settled.
        skill: ``1 - brier / brier of the record alone``; ``None`` where that is 0 or unknown.
    """

    scored: tuple[Scored, ...]
    open: tuple[Forecast, ...]
    brier: float | None
    logarithmic: float | None
    skill: float | None


def brier(probability: float, happened: bool) -> float:
    """Brier score of one forecast, 0 (best) to 1."""
    return (probability - happened) ** 2


def logarithmic(probability: float, happened: bool) -> float:
    """Logarithmic score of one forecast, 0 (best) upwards."""
    given = probability if happened else 1 - probability
    return -log(min(max(given, LEAST), 1.0))


def settled(signal: Signal, value: float | bool, seen_on: date) -> Resolution | None:
    """Say what an observation settles; ``None`` where it leaves the statement open.

    A statement is settled before its day only by coming true; what is seen after it is a miss.
    """
    if isinstance(value, bool):
        met = value
    elif signal.comparison == "ge":
        met = value >= (signal.threshold or 0.0)
    else:
        met = value <= (signal.threshold or 0.0)
    happened = met and seen_on <= signal.by
    if not happened and seen_on < signal.by:
        return None
    text = ("yes" if value else "no") if isinstance(value, bool) else f"{value:g}"
    return Resolution(signal.id, text, happened, seen_on.isoformat())


def score(ledger: Iterable[Forecast], resolutions: Sequence[Resolution], today: date) -> ScoreCard:
    """Score the first forecast of every statement that is settled."""
    found = {one.signal: one for one in resolutions}
    kept = first(ledger)
    scored = tuple(_scored(one, found[one.signal].happened) for one in kept if one.signal in found)
    due = tuple(
        one
        for one in kept
        if one.signal not in found and date.fromisoformat(one.resolves_on) < today
    )
    if not scored:
        return ScoreCard((), due, None, None, None)
    mean = sum(one.brier for one in scored) / len(scored)
    base = sum(one.brier_record for one in scored) / len(scored)
    logs = sum(one.logarithmic for one in scored) / len(scored)
    return ScoreCard(scored, due, mean, logs, 1 - mean / base if base > 0 else None)


def _scored(one: Forecast, happened: bool) -> Scored:
    return Scored(
        one,
        happened,
        brier(one.probability, happened),
        logarithmic(one.probability, happened),
        brier(one.record_only, happened),
    )


def read(path: Path) -> tuple[Resolution, ...]:
    """Read resolutions; a file that is not there holds none.

    Raises:
        InputError: if a row cannot be read, naming file, line and column.
    """
    if not path.exists():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise InputError(
                "this is not a file of resolutions",
                where=f"{path}:1",
                why=f"its columns are not {', '.join(COLUMNS)}",
                mend="give the folder of a ledger that midstream wrote",
            )
        return tuple(
            Resolution(
                row["signal"],
                row["value"],
                _happened(path, number, row["happened"]),
                day(path, number, row, "seen_on"),
            )
            for number, row in enumerate(rows, 2)
        )


def _happened(path: Path, number: int, text: str) -> bool:
    if text not in ("True", "False"):
        raise InputError(
            f"cannot read {text!r}",
            where=f"{path}:{number}:happened",
            why="it is True or False",
            mend="correct the cell",
        )
    return text == "True"


def append(path: Path, one: Resolution) -> tuple[Resolution, ...]:
    """Add a resolution to a file, replaced as a whole.

    Raises:
        InputError: if the signal is settled already otherwise.
    """
    held = read(path)
    before = next((old for old in held if old.signal == one.signal), None)
    if before is not None and before.happened != one.happened:
        raise InputError(
            f"{one.signal} is settled already",
            where=str(path),
            why=f"it was entered as {before.value} on {before.seen_on}",
            mend="remove that row if it was wrong",
        )
    if before is not None:
        return held
    now = (*held, one)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(astuple(row) for row in now)
    part.replace(path)
    return now
