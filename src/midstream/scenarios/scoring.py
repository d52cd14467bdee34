"""Scores of forecasts that have come due: Brier and logarithmic score, and skill.

Brier score ``(p - o)^2`` and logarithmic score ``-ln`` of the probability given to what happened,
lower is better; skill ``1 - score / score of another forecast``, which is that of the record alone,
or one half for everything.

What counts: the first forecast of a statement, if it was made no later than what settles it. A
statement that comes true is scored from that day on, one that does not from its own day on.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from math import log
from pathlib import Path
from statistics import fmean

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.scenarios.forecasts import Forecast, day, first, rows_of
from midstream.scenarios.observe import interval, met
from midstream.scenarios.signals import Signal

NAME = "resolutions.csv"
#: Probabilities are kept off 0 and 1 by this much in the logarithmic score.
LEAST = 1e-6
#: Table of what a release knows of its signals.
TABLE = "forecast_resolutions"
#: Classes of probability in the calibration table, and the settled forecasts it takes: fewer than
#: four a class on average say nothing about calibration.
CLASSES, ENOUGH = 5, 20


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
    logarithmic_record: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Forecasts of one class of probability: what they said and what became of them.

    Attributes:
        low, high: Ends of the class; the last one holds its upper end.
        count: Settled forecasts in it.
        said: Mean probability.
        happened: Share that came true, with its 80 % interval (Wilson) `happened_low` and
            `happened_high`.
    """

    low: float
    high: float
    count: int
    said: float
    happened: float
    happened_low: float
    happened_high: float


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """How the forecasts have done.

    Attributes:
        scored: Settled forecasts.
        open: Forecasts that are due and not settled.
        late: Forecasts made after what settles them, which are not scored.
        brier, logarithmic: Means; ``None`` where nothing is settled.
        skill: ``1 - brier / brier of the record alone``; ``None`` where that is 0 or unknown.
        skill_logarithmic: The same of the logarithmic score.
        skill_even: ``1 - brier / 0.25``, against one half for everything.
        calibration: Classes of probability; empty below `ENOUGH` settled forecasts.
    """

    scored: tuple[Scored, ...]
    open: tuple[Forecast, ...]
    late: tuple[Forecast, ...]
    brier: float | None
    logarithmic: float | None
    skill: float | None
    skill_logarithmic: float | None
    skill_even: float | None
    calibration: tuple[Calibration, ...]


def brier(probability: float, happened: bool) -> float:
    """Brier score of one forecast, 0 (best) to 1."""
    return (probability - happened) ** 2


def logarithmic(probability: float, happened: bool) -> float:
    """Logarithmic score of one forecast, 0 (best) upwards."""
    given = probability if happened else 1 - probability
    return -log(min(max(given, LEAST), 1.0))


def settled(signal: Signal, value: float | bool, seen_on: date) -> Resolution | None:
    """Say what an observation settles; ``None`` where it leaves the statement open.

    A statement is settled before its day only by coming true; what comes true after it is a miss.
    A figure that is to stay at or below a threshold is settled by that of its very day.
    """
    reached = value if isinstance(value, bool) else met(signal, value)
    if signal.comparison == "le" and seen_on != signal.by:
        return None
    happened = reached and seen_on <= signal.by
    if not happened and seen_on < signal.by:
        return None
    text = ("yes" if value else "no") if isinstance(value, bool) else f"{value:.12g}"
    return Resolution(signal.id, text, happened, seen_on.isoformat())


def shipped(evidence: Evidence) -> tuple[Resolution, ...]:
    """Give what a release knows of its own signals."""
    return tuple(
        Resolution(row["signal"], row["value"], bool(row["happened"]), str(row["seen_on"]))
        for row in evidence.table(TABLE).rows
    )


def outcome(one: Forecast, found: Resolution) -> bool | None:
    """Whether a statement came true; ``None`` while a resolution leaves it open.

    A signal whose day moves between editions has a statement of each day: what came true between
    the two is a miss of the earlier one.
    """
    seen_on, last = date.fromisoformat(found.seen_on), date.fromisoformat(one.resolves_on)
    if found.happened and seen_on <= last:
        return True
    return False if found.happened or seen_on >= last else None


def score(ledger: Iterable[Forecast], resolutions: Sequence[Resolution], today: date) -> ScoreCard:
    """Score the first forecast of every statement that is settled.

    Args:
        ledger: Forecasts, revisions included.
        resolutions: What became of signals; the last one of a signal counts.
        today: Day of scoring; a resolution of a later day shows that this day has come.
    """
    now = max([today, *(date.fromisoformat(one.seen_on) for one in resolutions)])
    found = {one.signal: one for one in resolutions}
    scored, late, due = [], [], []
    for one in first(ledger):
        known = found.get(one.signal)
        happened = None if known is None else outcome(one, known)
        if known is not None and happened is not None:
            if one.made_on > known.seen_on:
                late.append(one)
            else:
                scored.append(_scored(one, happened))
        elif date.fromisoformat(one.resolves_on) < now:
            due.append(one)
    return _card(tuple(scored), tuple(due), tuple(late))


def _card(
    scored: tuple[Scored, ...], due: tuple[Forecast, ...], late: tuple[Forecast, ...]
) -> ScoreCard:
    if not scored:
        return ScoreCard((), due, late, None, None, None, None, None, ())
    mean = fmean(one.brier for one in scored)
    logs = fmean(one.logarithmic for one in scored)
    return ScoreCard(
        scored=scored,
        open=due,
        late=late,
        brier=mean,
        logarithmic=logs,
        skill=skill(mean, fmean(one.brier_record for one in scored)),
        skill_logarithmic=skill(logs, fmean(one.logarithmic_record for one in scored)),
        skill_even=skill(mean, brier(0.5, True)),
        calibration=calibration(scored) if len(scored) >= ENOUGH else (),
    )


def skill(score: float, other: float) -> float | None:
    """Skill of a mean score over another, ``1 - score / other``; ``None`` where that is 0."""
    return 1 - score / other if other > 0 else None


def calibration(scored: Sequence[Scored]) -> tuple[Calibration, ...]:
    """Put settled forecasts into classes of probability; classes without any are left out."""
    classes: dict[int, list[Scored]] = {}
    for one in scored:
        rank = min(int(one.forecast.probability * CLASSES), CLASSES - 1)
        classes.setdefault(rank, []).append(one)
    rows = []
    for rank in sorted(classes):
        inside = classes[rank]
        share = fmean(one.happened for one in inside)
        said = fmean(one.forecast.probability for one in inside)
        ends = interval(share, len(inside))
        low, high = rank / CLASSES, (rank + 1) / CLASSES
        rows.append(Calibration(low, high, len(inside), said, share, *ends))
    return tuple(rows)


def _scored(one: Forecast, happened: bool) -> Scored:
    return Scored(
        one,
        happened,
        brier(one.probability, happened),
        logarithmic(one.probability, happened),
        brier(one.record_only, happened),
        logarithmic(one.record_only, happened),
    )


def read(path: Path) -> tuple[Resolution, ...]:
    """Read resolutions; a file that is not there holds none.

    Raises:
        InputError: if a row cannot be read, naming file, line and column.
    """
    return tuple(
        Resolution(
            row["signal"],
            row["value"],
            _happened(path, number, row["happened"]),
            day(path, number, row, "seen_on"),
        )
        for number, row in rows_of(path, COLUMNS, "a file of resolutions")
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
