"""Signals: dated things to watch, each with its chance in every draw of an outlook.

A signal on the model reads the draws: capacity, output, the start of a plant. A signal on a driver
has a chance of its own, tilted along the driver: ``P(yes | z) = Phi(a + b z)`` with
``a = Phi^-1(p) sqrt(1 + b^2)``, so that its mean over a standard normal driver is ``p``. Before its
day only a part of that chance has accrued, at a constant hazard: ``1 - (1 - P)^s`` with the share
``s`` of its time gone by.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.normal import normal_quantile, normal_share
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.tables import Row
from midstream.scenarios.result import State
from midstream.terms import suggestion

TABLE = "signals"
#: Chances within a draw stay off 0 and 1 by this much, so that a surprise leaves some weight.
LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing to watch.

    Attributes:
        id, country, indicator: What, and whose outlook it speaks about.
        quantity: ``capacity``, ``output``, ``start``, ``plants`` or ``driver``.
        form, project, driver, outside: What of the model it reads.
        comparison: ``ge``, ``le`` or ``event``.
        threshold, unit: Threshold; ``None`` and blank for an event.
        by: Day by which it counts.
        chance: Chance over all draws of a signal on a driver, else ``None``.
        error: Log-sd of the report about the true figure.
        false_positive, false_negative: Chances of a wrong report.
        favours: Scenarios it speaks for.
        watch: Where to look.
        source: Sources.
        kind: ``modelled``, ``assumed`` or ``derived`` (made from the study's own projects).
        lineage: Id of its row, or of the number it was made from.
        since: Day from which it is watched; the first day of the outlook where ``None``.
    """

    id: str
    country: str
    indicator: str
    quantity: str
    form: str
    project: str
    driver: str
    outside: str
    comparison: str
    threshold: float | None
    unit: str
    by: date
    chance: float | None
    error: float
    false_positive: float
    false_negative: float
    favours: tuple[str, ...]
    watch: str
    source: tuple[str, ...]
    kind: str
    lineage: str
    since: date | None = None

    @property
    def numeric(self) -> bool:
        """Whether what is seen is a number, not a yes or no."""
        return self.comparison != "event"

    @property
    def words(self) -> str:
        """The threshold in words."""
        if self.threshold is None:
            return f"happens by {self.by.isoformat()}"
        sign = "at least" if self.comparison == "ge" else "at most"
        return f"{sign} {self.threshold:,g} {self.unit} by {self.by.isoformat()}"


def on_file(evidence: Evidence, country: str) -> tuple[Signal, ...]:
    """Give the signals on file for a country, watched from the day of the release on."""
    since = date.fromisoformat(evidence.release.date)
    rows = [row for row in evidence.table(TABLE).rows if row["country"] == country]
    return tuple(replace(_signal(row), since=since) for row in rows)


def _signal(row: Row) -> Signal:
    return Signal(
        id=row["id"],
        country=row["country"],
        indicator=row["indicator"],
        quantity=row["quantity"],
        form=row["form"],
        project=row["project"] or "",
        driver=row["driver"] or "",
        outside=row["outside"] or "",
        comparison=row["comparison"],
        threshold=row["threshold"],
        unit=row["unit"] or "",
        by=date.fromisoformat(str(row["by"])),
        chance=row["chance"],
        error=row["error"] or 0.0,
        false_positive=row["false_positive"] or 0.0,
        false_negative=row["false_negative"] or 0.0,
        favours=tuple(row["favours"]),
        watch=row["watch"],
        source=tuple(row["source"] or ()),
        kind=row["kind"],
        lineage=f"sig:{row['id']}",
    )


def derived(
    state: State,
    country: str,
    names: Mapping[str, str],
    forms: Mapping[str, tuple[str, str]],
    most: int,
) -> tuple[Signal, ...]:
    """Make signals of a country that has none on file.

    Its largest projects, that each starts by its median date; then the output of some forms
    half-way, that it reaches the median.

    Args:
        state: The outlook.
        country: Whose projects.
        names: Facility -> name.
        forms: Forms whose output is watched, each with its name and unit.
        most: Number of signals of each kind.
    """
    half = (state.paths.frame.years[0] + state.paths.frame.last) // 2
    made = [_reached(state, country, form, told, half) for form, told in forms.items()][:most]
    return (*_starts(state, country, names, most), *(one for one in made if one is not None))


def _starts(state: State, country: str, names: Mapping[str, str], most: int) -> tuple[Signal, ...]:
    paths = state.paths
    found = []
    for column, project in enumerate(paths.projects):
        starts = paths.start[:, column]
        reached = np.isfinite(starts)
        if project.country != country or not project.facility or not 0 < reached.mean() < 1:
            continue
        year = float(np.median(starts[reached]))
        if year < paths.frame.last:
            place = (project.form, country)
            size = (
                paths.capacity[:, :, paths.place(*place)].mean() if place in paths.places else 0.0
            )
            weight = project.capacity / max(float(size), 1e-12)
            found.append((weight, project.facility, project.form, year))
    ranked = sorted(found, key=lambda one: (-one[0], one[1]))
    unique = {facility: (form, year) for _, facility, form, year in reversed(ranked)}
    order = list(dict.fromkeys(facility for _, facility, *_ in ranked))[:most]
    return tuple(
        _made(
            f"start-{one}",
            country,
            f"{names.get(one, one)} starts",
            date(int(np.ceil(unique[one][1])), 12, 31),
            state.names[1:],
            quantity="start",
            form=unique[one][0],
            project=one,
            lineage=f"fac:{one}",
        )
        for one in order
    )


def _reached(
    state: State, country: str, form: str, told: tuple[str, str], year: int
) -> Signal | None:
    """That output of a form reaches its median in a year; ``None`` where nothing is made."""
    paths = state.paths
    if (form, country) not in paths.places or year not in paths.frame.years:
        return None
    middle = float(np.median(paths.output[:, paths.year(year), paths.place(form, country)]))
    if middle <= 0:
        return None
    rounded = float(f"{middle:.2g}")
    return _made(
        f"output-{form}",
        country,
        f"Output of {told[0]} half-way",
        date(year, 12, 31),
        state.names[1:],
        quantity="output",
        form=form,
        comparison="ge",
        threshold=rounded,
        unit=told[1],
        error=0.1,
        lineage=f"f:scenarios.median/{country}/{form}/{year}",
    )


def _made(
    id: str, country: str, indicator: str, by: date, favours: Sequence[str], **own: Any
) -> Signal:
    """A signal made here; what is not given is blank."""
    blank: dict[str, Any] = {
        "quantity": "start", "form": "", "project": "", "driver": "", "outside": "",
        "comparison": "event", "threshold": None, "unit": "", "chance": None, "error": 0.0,
        "false_positive": 0.0, "false_negative": 0.0, "watch": "statistics and company filings",
        "source": (), "kind": "derived", "lineage": "",
    }  # fmt: skip
    return Signal(
        id=id, country=country, indicator=indicator, by=by, favours=tuple(favours),
        **{**blank, **own},
    )  # fmt: skip


def chances(signal: Signal, state: State, slope: float, until: date | None = None) -> Floats:
    """Chance that a signal is reported, in every draw, shape (draw,).

    Args:
        signal: The signal.
        state: The outlook.
        slope: Tilt of an elicited signal along its driver, per standard deviation.
        until: Day by which; that of the signal by default.

    Raises:
        InputError: if the outlook does not hold what the signal is about.
    """
    true = _true(signal, state, slope, until or signal.by)
    told = signal.false_positive + (1 - signal.false_positive - signal.false_negative) * true
    return np.asarray(np.clip(told, LEAST, 1 - LEAST))


def _true(signal: Signal, state: State, slope: float, until: date) -> Floats:
    if signal.quantity == "driver":
        if signal.driver not in state.drivers.names:
            raise _unseen(signal, f"it holds no driver {signal.driver}")
        whole = tilted(signal.chance or 0.0, state.drivers.of(signal.driver), slope)
        return np.asarray(1 - (1 - whole) ** accrued(signal, state, until))
    values = figure(signal, state, until)
    if signal.threshold is None:
        return values
    above = _above(values, signal.threshold, signal.error)
    return above if signal.comparison == "ge" else 1 - above


def accrued(signal: Signal, state: State, until: date) -> float:
    """Share of the time of a signal that is gone by a day, 0 to 1."""
    since = signal.since or date(state.paths.frame.years[0], 1, 1)
    if until >= signal.by:
        return 1.0
    return max(0.0, (until - since).days / max(1, (signal.by - since).days))


def tilted(chance: float, driver: Floats, slope: float) -> Floats:
    """Chance along a driver: ``Phi(a + b z)``, with the given mean over a standard normal."""
    if not 0 < chance < 1:
        return np.full(driver.shape, chance)
    start = normal_quantile(np.array(chance)) * np.sqrt(1 + slope**2)
    return np.asarray(normal_share(start + slope * driver))


def _above(values: Floats, threshold: float, error: float) -> Floats:
    """Chance that a figure, reported with a log error, is at or above a threshold."""
    if error <= 0 or threshold <= 0:
        return np.asarray(values >= threshold, dtype=float)
    with np.errstate(divide="ignore"):
        gap = np.log(np.maximum(values, 0.0) / threshold)
    return np.asarray(normal_share(gap / error))


def figure(signal: Signal, state: State, on: date | None = None) -> Floats:
    """What the model has for a signal in every draw: its figure, or 1 where a plant runs.

    Args:
        signal: The signal.
        state: The outlook.
        on: Day the figure is about; that of the signal by default. Capacity is read between the
            ends of two years, output is that of the year.

    Raises:
        InputError: if the outlook does not hold what the signal is about.
    """
    day = on or signal.by
    if signal.quantity in ("capacity", "output"):
        return _level(signal, state, day)
    paths = state.paths
    if signal.quantity == "start":
        own = [n for n, one in enumerate(paths.projects) if one.facility == signal.project]
        if not own:
            raise _unseen(signal, f"it holds no project {signal.project}")
        return np.asarray((paths.start[:, own] <= moment(day)).any(axis=1), dtype=float)
    own = [
        n
        for n, one in enumerate(paths.projects)
        if one.form == signal.form and one.country == signal.country
        if not signal.outside or one.region != signal.outside
    ]
    return np.asarray((paths.start[:, own] <= moment(day)).sum(axis=1), dtype=float)


def _level(signal: Signal, state: State, day: date) -> Floats:
    """Capacity on a day, or output of its year, in every draw."""
    paths = state.paths
    place = (signal.form, signal.country)
    years = paths.frame.years
    if place not in paths.places:
        raise _unseen(signal, f"it holds no {signal.form} in {signal.country}")
    if day.year not in years:
        raise _unseen(signal, f"{day.isoformat()} lies outside its years {years[0]} to {years[-1]}")
    at, column = paths.year(day.year), paths.places.index(place)
    if signal.quantity == "output":
        return np.asarray(paths.output[:, at, column])
    end = paths.capacity[:, at, column]
    # The end of the base year is not on the year axis: within the first year its own end stands.
    before = paths.capacity[:, max(0, at - 1), column]
    return np.asarray(before + (moment(day) - day.year) * (end - before))


def moment(day: date) -> float:
    """Time in years at the end of a day: the last day of a year is the next whole number."""
    return day.year + day.timetuple().tm_yday / (366 if isleap(day.year) else 365)


def _unseen(signal: Signal, why: str) -> InputError:
    return InputError(
        f"the outlook cannot speak about signal {signal.id}",
        where=f"signals.csv:{signal.id}",
        why=why,
        mend="name a form, a plant and a date the outlook covers",
    )


def one_of(signals: Sequence[Signal], name: str) -> Signal:
    """Give a signal by its id.

    Raises:
        InputError: if there is none of that name.
    """
    known = {signal.id: signal for signal in signals}
    if name not in known:
        raise InputError(
            f"no signal {name!r}",
            where="SIGNAL",
            why=f"the signals of this study are {', '.join(known) or 'none'}",
            mend=suggestion(name, known) or "run 'midstream watch' for the list",
        )
    return known[name]
