"""From chosen levers to dated milestones that can be checked, and to signals that are watched."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from midstream.evidence import Evidence
from midstream.evidence.tables import Row
from midstream.policy.frame import Lever

#: Kinds of milestone in the order they come in.
KINDS = ("award", "start", "first output", "full output", "review")
#: Effects that end in a plant or in tonnes.
MAKES = frozenset({"project", "entrants", "completion", "feed", "recycled"})
#: Signals by what they say.
GROWS = frozenset({"capacity", "output", "start", "plants"})
#: Last day of a year.
MONTH, DAY = 12, 31


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take.

    Attributes:
        delay: Years a plant comes late, median.
        ramp: Years from first to full output.
        payments: Years over which a lever is paid.
        last: Year the roadmap ends in.
        near: Days that a signal and a milestone may lie apart and still say the same.
    """

    delay: float
    ramp: float
    payments: int
    last: int
    near: int


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that has to be seen by a day.

    Attributes:
        id: Lever and kind.
        lever: Lever.
        kind: One of `KINDS`.
        due: Year it is due in by what levers and plants take.
        by: Last day on which it counts; that of its signal, where it has one.
        text: What has to be seen, in words.
        signal: Signal of the record that says it; blank where none does.
        indicator, comparison, threshold, unit: What is checked; threshold ``None`` for an event.
    """

    id: str
    lever: str
    kind: str
    due: int
    by: date
    text: str
    signal: str
    indicator: str
    comparison: str
    threshold: float | None
    unit: str

    def to_dict(self) -> dict[str, Any]:
        """Give the milestone as a JSON object."""
        return {
            "id": self.id,
            "year": self.by.year,
            "by": self.by.isoformat(),
            "lever": self.lever,
            "kind": self.kind,
            "milestone": self.text,
            "signal": self.signal or None,
            "indicator": self.indicator,
            "comparison": self.comparison,
            "threshold": self.threshold,
            "unit": self.unit or None,
        }


def pace_of(evidence: Evidence, payments: int, last: int) -> Pace:
    """Read how long plants take from the parameters of the pipeline."""
    months = float(evidence.parameter("delay.months").value or 0.0)
    ramp = float(evidence.parameter("ramp.years").value or 0.0)
    near = int(evidence.parameter("policy.plan.near").value or 0)
    return Pace(months / MONTH, ramp, payments, last, near)


def roadmap(
    levers: Sequence[tuple[Lever, int]], signals: Sequence[Row], country: str, pace: Pace
) -> tuple[Milestone, ...]:
    """Date the milestones of chosen levers, in order of their day.

    award = start; start of effect = start + lag; first output = that + the median delay; full
    output = first output + ramp; review = the year before payments end. What lies beyond the last
    year of the roadmap is left out. A milestone that a signal of the record says takes its name,
    and its threshold where it is a figure; each signal is used once, by the nearest date.

    Args:
        levers: Chosen levers with their start years.
        signals: Rows of ``signals``.
        country: Subject.
        pace: How long things take.
    """
    plain = [
        stone
        for lever, start in sorted(levers, key=lambda pair: pair[0].id)
        for stone in _stones(lever, start, pace)
    ]
    plain.sort(key=_order)
    held = {lever.id: lever for lever, _ in levers}
    own = [row for row in signals if row["country"] == country]
    taken = _matched(plain, own, held, pace.near)
    told = [_signalled(one, taken[one.id]) if one.id in taken else one for one in plain]
    return tuple(sorted(told, key=_order))


def _order(stone: Milestone) -> tuple[date, str, int]:
    return stone.by, stone.lever, KINDS.index(stone.kind)


def _stones(lever: Lever, start: int, pace: Pace) -> list[Milestone]:
    makes = any(effect.kind in MAKES for effect in lever.effects)
    acts = start + lever.lag
    dates = {"award": float(start), "start": acts}
    if makes:
        dates["first output"] = acts + pace.delay
        dates["full output"] = acts + pace.delay + pace.ramp
    dates["review"] = start + max(pace.payments - 1, 1)
    return [
        _stone(lever, kind, math.floor(when))
        for kind, when in dates.items()
        if math.floor(when) <= pace.last
    ]


def _stone(lever: Lever, kind: str, year: int) -> Milestone:
    amount, unit = _amount(lever) if kind in ("first output", "full output") else (None, "")
    if kind == "first output":
        amount = None if amount is None else 0.0
    what = {
        "award": f"{lever.name}: decided, signed and funded",
        "start": f"{lever.name}: in force",
        "first output": f"{lever.name}: first output sold",
        "full output": f"{lever.name}: full output",
        "review": f"{lever.name}: reviewed before its payments end",
    }[kind]
    told = f", {amount:g} {unit} or more" if amount else ""
    return Milestone(
        id=f"{lever.id}:{kind.replace(' ', '-')}",
        lever=lever.id,
        kind=kind,
        due=year,
        by=date(year, MONTH, DAY),
        text=what + told,
        signal="",
        indicator=what,
        comparison="event" if not amount else "ge",
        threshold=amount or None,
        unit=unit if amount else "",
    )


def _amount(lever: Lever) -> tuple[float | None, str]:
    """Low end of the tonnes a lever is to bring, where its effects say so."""
    for effect in lever.effects:
        if effect.kind in ("project", "feed", "recycled") and effect.low is not None:
            return effect.low, effect.unit
    return None, ""


def _matched(
    stones: Sequence[Milestone], signals: Sequence[Row], levers: dict[str, Lever], near: int
) -> dict[str, Row]:
    """Milestone -> signal that says it; nearest pairs first, each signal and milestone once."""
    pairs = []
    for stone in stones:
        for row in signals:
            apart = abs((_day(row) - stone.by).days)
            if apart <= near and _says(row, stone, levers[stone.lever]):
                pairs.append((apart, row["id"], stone.id, row))
    found: dict[str, Row] = {}
    used: set[str] = set()
    for _, signal, stone_id, row in sorted(pairs, key=lambda pair: pair[:3]):
        if signal not in used and stone_id not in found:
            found[stone_id] = row
            used.add(signal)
    return found


def _day(row: Row) -> date:
    return date.fromisoformat(str(row["by"]))


def _says(row: Row, stone: Milestone, lever: Lever) -> bool:
    """Whether a signal is about the driver a lever moves, or about what its plants make."""
    drivers = {effect.target for effect in lever.effects if effect.kind == "driver"}
    if row["quantity"] in GROWS:
        made = {effect.form for effect in lever.effects if effect.kind in MAKES} & set(lever.forms)
        return stone.kind in ("first output", "full output") and row["form"] in made
    named = row["driver"] in drivers and (not lever.forms or row["form"] in lever.forms)
    return stone.kind == "start" and bool(row["driver"]) and named


def _signalled(stone: Milestone, row: Row) -> Milestone:
    return Milestone(
        id=stone.id,
        lever=stone.lever,
        kind=stone.kind,
        due=stone.due,
        by=_day(row),
        text=f"{stone.text.partition(':')[0]}: {row['indicator']}",
        signal=row["id"],
        indicator=row["indicator"],
        comparison=row["comparison"],
        threshold=row["threshold"],
        unit=row["unit"] or "",
    )
