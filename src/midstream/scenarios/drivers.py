"""Drivers: the few things that move many projects at once, and what they do to them.

A driver is a standard normal number around the record so far (0): one that stands at +1 does
better, by one standard deviation, than the cases behind the reference classes. Its effects are
rows of ``driver_effects``; their sizes are drawn once a draw by a triangular law.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats, triangular
from midstream.chain.normal import normal_quantile
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.scenarios.frame import DriverDraws, Frame, Place, Project
from midstream.terms import suggestion

#: Standard normal quantile of the elicited 5 % and 95 % points.
Z90 = float(normal_quantile(np.array(0.95)))
#: How far into the tails a driver is drawn.
TAIL = 1e-9


@dataclass(frozen=True, slots=True)
class Effect:
    """What a driver does to some projects.

    Attributes:
        id: Row of ``driver_effects``.
        driver: Driver.
        target: completion, award, delay, entrants, feed, demand or survival.
        forms: Forms it acts on; empty for all.
        standings: Standings of projects it acts on; empty for all.
        low, mode, high: Triangular law of its size per standard deviation, in log-odds
            (completion, award, survival) or in logs (delay, entrants); ``None`` where the driver
            is handed on as it stands (feed, demand).
        source: Ids of the source register.
        kind: assumed or sourced.
    """

    id: str
    driver: str
    target: str
    forms: frozenset[str]
    standings: frozenset[str]
    low: float | None
    mode: float | None
    high: float | None
    source: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Driver:
    """One driver.

    Attributes:
        id, name: Names.
        scope: ``each`` (every country has one of its own), ``outside`` (one for all countries
            but the incumbents) or ``all`` (one for the world).
        centre: What 0 stands for, in words.
        cases: Number of dated cases behind the centre.
        source: Ids of the source register.
        kind: Standing of the row.
        effects: What it does.
    """

    id: str
    name: str
    scope: str
    centre: str
    cases: int
    source: tuple[str, ...]
    kind: str
    effects: tuple[Effect, ...]

    @property
    def targets(self) -> tuple[str, ...]:
        """What it acts on, in the order of its rows."""
        return tuple(dict.fromkeys(effect.target for effect in self.effects))


def drivers(evidence: Evidence) -> tuple[Driver, ...]:
    """Read the drivers in the order of their table."""
    effects = [_effect(row) for row in evidence.table("driver_effects").rows]
    return tuple(
        Driver(
            id=row["id"],
            name=row["name"],
            scope=row["scope"],
            centre=row["centre"],
            cases=row["cases"],
            source=tuple(row["source"] or ()),
            kind=row["kind"],
            effects=tuple(effect for effect in effects if effect.driver == row["id"]),
        )
        for row in evidence.table("drivers").rows
    )


def _effect(row: Mapping[str, object]) -> Effect:
    def listed(name: str) -> tuple[str, ...]:
        cell = row[name]
        return tuple(str(part) for part in cell) if isinstance(cell, (list, tuple)) else ()

    def number(name: str) -> float | None:
        cell = row[name]
        return float(cell) if isinstance(cell, (int, float)) else None

    return Effect(
        id=str(row["id"]),
        driver=str(row["driver"]),
        target=str(row["target"]),
        forms=frozenset(listed("form")),
        standings=frozenset(listed("standing")),
        low=number("low"),
        mode=number("mode"),
        high=number("high"),
        source=listed("source"),
        kind=str(row["kind"]),
    )


def check_drivers(names: Iterable[str], known: Sequence[Driver], where: str) -> None:
    """Check that drivers exist.

    Raises:
        InputError: naming the first that does not, with the nearest.
    """
    ids = [driver.id for driver in known]
    for name in names:
        if name not in ids:
            raise InputError(
                f"unknown driver {name!r}",
                where=where,
                why="no driver of that name is on file",
                mend=suggestion(name, ids) or f"use one of {', '.join(ids)}",
            )


def draw(
    evidence: Evidence,
    frame: Frame,
    focus: str,
    means: Mapping[str, float] | None = None,
    quantiles: Mapping[str, tuple[float, float, float]] | None = None,
    normals: Mapping[str, Floats] | None = None,
) -> DriverDraws:
    """Draw the drivers of the focus country.

    Args:
        evidence: Evidence.
        frame: Draws.
        focus: Country; its stream of a driver is the same whichever country a study is about.
        means: Driver -> shift of its centre, in standard deviations of its law.
        quantiles: Driver -> elicited 5, 50 and 95 % points, in standard deviations around the
            record; they replace the standard normal law.
        normals: Driver -> numbers that take the place of its standard normal ones, shape (draw,).

    Raises:
        InputError: if a driver is unknown, a shift is not finite, or points are out of order.
    """
    known = drivers(evidence)
    means, quantiles = means or {}, quantiles or {}
    check_drivers((*means, *quantiles), known, "drivers")
    for name, shift in means.items():
        _check_finite(name, (shift,))
    columns = []
    for driver in known:
        given = (normals or {}).get(driver.id)
        normal = standard(frame, driver, focus) if given is None else given
        normal = normal + means.get(driver.id, 0.0)
        if driver.id in quantiles:
            normal = elicited(normal, quantiles[driver.id], driver.id)
        columns.append(normal)
    return DriverDraws(tuple(driver.id for driver in known), np.stack(columns, axis=1))


def standard(frame: Frame, driver: Driver, country: str) -> Floats:
    """A driver's standard normal numbers for a country, shape (draw,)."""
    name = f"driver/{driver.id}/{country}" if driver.scope == "each" else f"driver/{driver.id}"
    return normal_quantile(np.clip(frame.uniform(name), TAIL, 1 - TAIL))


def elicited(normal: Floats, points: tuple[float, float, float], name: str = "") -> Floats:
    """Map standard normal numbers to a law with given 5, 50 and 95 % points, shape (draw,).

    Two halves of normal laws that meet at the median.

    Raises:
        InputError: if the points are not finite or not in ascending order.
    """
    _check_finite(name, points)
    low, middle, high = points
    if not low <= middle <= high:
        raise InputError(
            f"quantiles {low}, {middle}, {high} of driver {name!r} are out of order",
            where="drivers",
            why="they are read as the 5, 50 and 95 % points",
            mend="give them from the lowest to the highest",
        )
    below, above = (middle - low) / Z90, (high - middle) / Z90
    return np.asarray(middle + normal * np.where(normal < 0, below, above))


def _check_finite(name: str, numbers: Sequence[float]) -> None:
    if not all(np.isfinite(number) for number in numbers):
        raise InputError(
            f"driver {name!r} is given {', '.join(map(str, numbers))}",
            where="drivers",
            why="a driver is counted in standard deviations around the record",
            mend="give finite numbers",
        )


@dataclass(frozen=True, slots=True)
class Push:
    """What drivers do to projects.

    Attributes:
        log_odds: Added to the log-odds of completion, shape (draw, project).
        delay_factor: Multiplies the delay, shape (draw, project).
        entrant_rate: (form, country) -> multiple of the rate of later entrants, shape (draw,).
    """

    log_odds: Floats
    delay_factor: Floats
    entrant_rate: Mapping[str | Place, Floats]


def sizes(evidence: Evidence, frame: Frame) -> dict[str, Floats]:
    """Draw the size of every effect that has one, by its triangular law: effect -> (draw,)."""
    drawn = {}
    for driver in drivers(evidence):
        for effect in driver.effects:
            if effect.low is not None and effect.mode is not None and effect.high is not None:
                uniform = frame.uniform(f"effect/{effect.id}")
                drawn[effect.id] = triangular(uniform, effect.low, effect.mode, effect.high)
    return drawn


#: Targets whose effects add up in the log-odds of completion.
ODDS = ("completion", "award", "survival")


@dataclass(frozen=True, slots=True)
class Pusher:
    """Turns drivers into pushes on projects.

    Attributes:
        known: Drivers.
        sizes: Effect -> drawn size, shape (draw,).
        frame: Draws.
        focus: Country whose drivers are given; others with scope ``each`` have their own.
        incumbents: Countries a driver with scope ``outside`` leaves alone.
        silent: Drivers whose effects on projects are left out, as something else brings them.
    """

    known: tuple[Driver, ...]
    sizes: Mapping[str, Floats]
    frame: Frame
    focus: str
    incumbents: tuple[str, ...] = ()
    silent: frozenset[str] = frozenset()

    def push(
        self, values: DriverDraws, projects: Sequence[Project], places: Sequence[Place]
    ) -> Push:
        """Give the push of the drivers on projects and on later entrants.

        Args:
            values: Drivers of the focus country.
            projects: Projects, the second axis of the result.
            places: Forms and countries in which later entrants may come.
        """
        log_odds = np.zeros((self.frame.draws, len(projects)))
        delay = np.zeros((self.frame.draws, len(projects)))
        rates: dict[str | Place, Floats] = {p: np.zeros(self.frame.draws) for p in places}
        for driver, effect in self._effects():
            if effect.target == "entrants":
                for form, country in places:
                    if self._acts(driver, effect, form, country):
                        rates[form, country] += self._pushed(driver, effect, values, country)
            else:
                into = delay if effect.target == "delay" else log_odds
                self._add(into, driver, effect, values, projects)
        multiples = {place: np.exp(rate) for place, rate in rates.items()}
        return Push(log_odds, np.exp(delay), multiples)

    def _effects(self) -> list[tuple[Driver, Effect]]:
        return [
            (driver, effect)
            for driver in self.known
            for effect in driver.effects
            if effect.id in self.sizes and driver.id not in self.silent
        ]

    def _add(
        self,
        into: Floats,
        driver: Driver,
        effect: Effect,
        values: DriverDraws,
        projects: Sequence[Project],
    ) -> None:
        by_country: dict[str, list[int]] = {}
        for number, project in enumerate(projects):
            fits = not effect.standings or project.standing in effect.standings
            if fits and self._acts(driver, effect, project.form, project.country):
                by_country.setdefault(project.country, []).append(number)
        for country, numbers in by_country.items():
            into[:, numbers] += self._pushed(driver, effect, values, country)[:, None]

    def _pushed(self, driver: Driver, effect: Effect, values: DriverDraws, country: str) -> Floats:
        """Size times the driver of a country, shape (draw,)."""
        own = driver.scope == "each" and country != self.focus
        value = standard(self.frame, driver, country) if own else values.of(driver.id)
        return np.asarray(self.sizes[effect.id] * value)

    def _acts(self, driver: Driver, effect: Effect, form: str, country: str) -> bool:
        if driver.scope == "outside" and country in self.incumbents:
            return False
        return not effect.forms or form in effect.forms


def log_odds(
    evidence: Evidence,
    frame: Frame,
    values: DriverDraws,
    projects: Sequence[Project],
    focus: str,
    incumbents: tuple[str, ...] = (),
) -> Floats:
    """What the drivers add to the log-odds of completion, shape (draw, project).

    ``sum over drivers of size x value``; see `Pusher` for delay and entrants.
    """
    pusher = Pusher(drivers(evidence), sizes(evidence, frame), frame, focus, incumbents)
    return pusher.push(values, projects, ()).log_odds
