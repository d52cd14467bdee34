"""What the scorecard reads of a path: output, need and reference of a cell in a later year."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from midstream.chain.estimate import Floats
from midstream.scenarios.control_ahead import Arrivals
from midstream.scenarios.frame import Needs, Paths, Place, Project
from midstream.scorecard.cells import CellInputs, Cells, Point
from midstream.scorecard.profiles import Ends

#: The world as a place of need.
WORLD = "WLD"


@dataclass(slots=True)
class Ahead:
    """Paths and needs by place, beside the cells of the scorecard.

    Attributes:
        cells: Cells of the scorecard on the same seed and number of draws; they say what holds
            today, and what is missing.
        paths, needs: The outlook.
        years_ahead: How far the trajectory looks.
        ramp: Years from start to full output.
        utilisation: Mean output over nameplate at full output.
    """

    cells: Cells
    paths: Paths
    needs: Needs
    years_ahead: int
    ramp: float = field(init=False)
    utilisation: float = field(init=False)
    _places: dict[Place, int] = field(init=False)
    _needs: dict[Place, int] = field(init=False)
    _projects: dict[Place, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.ramp = self.cells.parameters.value("ramp.years")
        self.utilisation = self.cells.parameters.value("utilisation")
        self._places = {place: number for number, place in enumerate(self.paths.places)}
        self._needs = {place: number for number, place in enumerate(self.needs.places)}
        self._projects = {}
        for number, project in enumerate(self.paths.projects):
            self._projects.setdefault((project.form, project.country), []).append(number)

    def cell(self, form: str, country: str) -> CellAhead:
        """One cell, ready for questions about its years."""
        place = (form, country)
        numbers = self._projects.get(place, [])
        return CellAhead(
            ahead=self,
            place=place,
            inputs=self.cells.inputs(form, country, projects=False),
            grade=self.cells.grade(form, country),
            number=self._places.get(place),
            projects=tuple(self.paths.projects[number] for number in numbers),
            start=self.paths.start[:, numbers],
        )

    def need(self, place: Place, year: int) -> Floats | None:
        """Need of a place in a year, shape (draw,); ``None`` where the outlook has none."""
        number = self._needs.get(place)
        if number is None:
            return None
        return np.asarray(self.needs.need[:, self.needs.frame.years.index(year), number])

    def rests_on(self, place: Place) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Ids that the output of a cell and its need rest on."""
        found = [self._needs.get(key) for key in (place, (place[0], WORLD))]
        needs = [self.needs.lineage[number] for number in found if number is not None]
        numbers = self._projects.get(place, ())
        projects = [self.paths.projects[number].lineage for number in numbers]
        made = (self.cells.world.outputs[place].lineage, *sum(projects, ()))
        return tuple(dict.fromkeys(made)), tuple(dict.fromkeys(sum(needs, ())))


@dataclass(frozen=True, slots=True)
class CellAhead:
    """One cell in later years.

    Attributes:
        ahead: Where it is read from.
        place: Form and country.
        inputs: The cell today, without its projects.
        grade: Share of its output that meets the grade, shape (draw,).
        number: Its number on the place axis of the paths, if it is there.
        projects: Its projects.
        start: Their starts, shape (draw, project).
    """

    ahead: Ahead
    place: Place
    inputs: CellInputs
    grade: Floats
    number: int | None
    projects: tuple[Project, ...]
    start: Floats

    def points(self, year: int) -> tuple[Point, Point]:
        """What stands in a year and what the trajectory then leads to.

        The trajectory is the output of the year and what `gain` adds, at most what the draw makes
        `years_ahead` later, against need and reference of that later year. Where the frame does
        not reach so far it is the state of the year itself: nothing is credited beyond the draws.
        """
        now = Point(*self.output(year), *self.need(year))
        later = year + self.ahead.years_ahead
        if later > self.ahead.paths.frame.last:
            return now, now
        need, reference = self.need(later)
        gain = self.gain(year, later) * self.grade
        end = self.output(later)
        low = np.minimum(now.low + gain, end[0])
        one = now.low is now.high
        high = low if one else np.minimum(now.high + gain, end[1])
        return now, Point(low, high, need, reference)

    def output(self, year: int) -> Ends:
        """Output at grade at both ends of the evidence box, each of shape (draw,).

        Where today's output is on record, that of the path. Where it is not, today's box as far
        as it is kept to the year, and what the path adds. The two ends are one array where the
        output is counted.
        """
        paths, inputs = self.ahead.paths, self.inputs
        if self.number is not None and inputs.counted and paths.counted[self.number]:
            made = paths.output[:, paths.year(year), self.number] * self.grade
            return made, made
        kept, added = inputs.retention ** self._time(year), self.added(year) * self.grade
        low = inputs.low * kept + added
        return low, low if inputs.high is inputs.low else inputs.high * kept + added

    def added(self, year: int) -> Floats:
        """What projects and later entrants make in a year, before grade, shape (draw,)."""
        paths = self.ahead.paths
        if self.number is None:
            return np.zeros(paths.frame.draws)
        at = paths.year(year)
        added = paths.output[:, at, self.number] - paths.base[:, at, self.number]
        return np.asarray(np.maximum(0.0, added))

    def gain(self, year: int, later: int) -> Floats:
        """What plants that have started by the end of a year still gain until later, (draw,).

        ``sum of capacity x (ramp(later) - ramp(year)) x mean utilisation``.
        """
        rise = self._ramps(later) - self._ramps(year)
        started = self.start <= year + 1
        gains = np.where(started, self._sizes() * self.ahead.utilisation * rise, 0.0)
        return np.asarray(gains.sum(axis=1))

    def arrivals(self, year: int, made: Ends) -> Arrivals:
        """What has come on line in a cell by a year, for its control.

        The added output goes to the projects in proportion to capacity and ramp, at most at full
        nameplate; what is left was made by entrants nobody names yet.

        Args:
            year: The year.
            made: Output of the year at both ends of the box.
        """
        added = self.added(year)
        ramped = self._ramps(year) * self._sizes()
        total = ramped.sum(axis=1)
        used = np.minimum(1.0, np.divide(added, total, out=np.zeros_like(added), where=total > 0))
        output = used[:, None] * ramped
        grade = np.maximum(self.grade, np.finfo(float).tiny)
        standing = np.maximum(0.0, (made[0] + made[1]) / 2 / grade - added)
        others = np.maximum(0.0, added - output.sum(axis=1))
        return Arrivals(self.projects, output, others, standing)

    def need(self, year: int) -> Ends:
        """Need of a cell and its reference in a year, each of shape (draw,).

        Where the outlook has no need of the cell or the world, today's grows as the scorecard
        lets it grow.
        """
        ahead, inputs, (form, country) = self.ahead, self.inputs, self.place
        own = self._filled(ahead.need(self.place, year), inputs.need, year)
        total = ahead.need((form, WORLD), year)
        if total is None:
            return own, self._grown(inputs.reference, year)
        total = np.maximum(total, np.finfo(float).tiny)
        leader = ahead.cells.world.leaders.get(form, ("", 0.0))[0]
        if country != leader:
            without = ahead.need((form, f"{WORLD}-{leader}"), year)
            held = np.full_like(total, np.nan) if without is None else total - without
            total = ahead.cells.reference(form, total, held)
        return own, self._filled(total, inputs.reference, year)

    def _filled(self, found: Floats | None, today: Floats, year: int) -> Floats:
        """What was found, and where that is not known today's as it grows to the year."""
        if found is None:
            return self._grown(today, year)
        unknown = np.isnan(found)
        return np.where(unknown, self._grown(today, year), found) if unknown.any() else found

    def _grown(self, today: Floats, year: int) -> Floats:
        return np.asarray(today * self.inputs.growth ** self._time(year))

    def _sizes(self) -> Floats:
        return np.array([project.capacity for project in self.projects], dtype=float)

    def _ramps(self, year: int) -> Floats:
        """Share of full output in the middle of a year, 0..1, shape (draw, project)."""
        share = (year + 0.5 - self.start) / self.ahead.ramp
        return np.minimum(np.maximum(share, 0.0), 1.0)

    def _time(self, year: int) -> float:
        """Years since the base over the years that retention and growth are drawn for."""
        cells = self.ahead.cells
        base = cells.world.base_year
        return (year - base) / (cells.horizon - base)
