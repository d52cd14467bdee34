"""The pipeline: capacity and output of every cell to the last year, draw by draw.

    complete ~ Bernoulli(logistic(logit p + log_odds))
    start    = max(plan + delay, date of the release)
    output   = nameplate x ramp x top x utilisation x alive
    ramp     = mean over the year of min(1, (t - start) / T), 0 before the start

Today's output is drawn as the scorecard draws it and kept by its retention; projects and later
entrants come on top. Every random number has a stream of its own, named by project and purpose,
so that a project more, or a lever on one, never shifts the numbers of another. A draw depends on
its own row alone once streams are drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.plants import Plant
from midstream.chain.world import World
from midstream.errors import InputError, ModelError
from midstream.evidence import Evidence
from midstream.scenarios.entrants import Multiples, entrants
from midstream.scenarios.frame import Frame, Paths, Place, Project
from midstream.scenarios.pipeline_starts import Course, course, installed, mean_ramp, year_of
from midstream.scenarios.reference import Classes
from midstream.scorecard.draws import Draws, Parameters

#: The retention of the parameter table is that to this year from the base year.
RETENTION_YEAR = 2030


@dataclass(frozen=True, slots=True)
class Moves:
    """What drivers, limits and counter-moves do to projects; ``None`` is nothing.

    Attributes:
        log_odds: Added to the log-odds of completion, shape (draw, project).
        delay_factor: Multiplies delays, >= 0, shape (draw, project).
        alive: Share of its output a project keeps, 0..1, shape (draw, year, project).
        entrant_rate: Form, or (form, country), -> multiple of the rate of later entrants, (draw,).
    """

    log_odds: Floats | None = None
    delay_factor: Floats | None = None
    alive: Floats | None = None
    entrant_rate: Multiples | None = None


def simulate(
    frame: Frame,
    world: World,
    evidence: Evidence,
    projects: Sequence[Project],
    classes: Classes,
    *,
    log_odds: Floats | None = None,
    delay_factor: Floats | None = None,
    alive: Floats | None = None,
    entrant_rate: Multiples | None = None,
    overrides: Mapping[str, float] | None = None,
    places: Collection[Place] | None = None,
) -> Paths:
    """Simulate capacity and output from the year after the base year to the last.

    Args:
        frame: Draws and years.
        world: World of the base year; its outputs and running plants are today.
        evidence: Release with the parameters and the rates of later entrants.
        projects: Projects, in any order.
        classes: Drawn laws of completion and delay, of as many draws as the frame.
        log_odds, delay_factor, alive, entrant_rate: As in `Moves`, in the order of ``projects``.
        overrides: Parameters held at a value instead of drawn.
        places: Cells to simulate; ``None`` takes those of `cells_of`.

    Returns:
        Paths; its arrays are views whose draws lie next to each other in memory.

    Raises:
        InputError: if two projects share an id, or a project has no such class.
        ModelError: if an array has not the shape of the draws, years and projects.
    """
    moves = Moves(log_odds, delay_factor, alive, entrant_rate)
    _check(frame, projects, classes, moves)
    draws = Draws(frame.seed, frame.draws)
    parameters = Parameters(evidence, draws, overrides or {})
    release = year_of(evidence.release.date)
    made = _Maker(frame, world, parameters, release)
    if places is None:
        places = cells_of(evidence, world, projects)
    made.stand(sorted(places))
    courses = [
        course(frame, parameters, classes, project, release, _column(moves, number))
        for number, project in enumerate(projects)
    ]
    # In the order of ids, so that rounding does not depend on the order they are given in.
    for number in sorted(range(len(projects)), key=lambda number: projects[number].id):
        share = None if alive is None else alive[:, :, number]
        made.add(projects[number], courses[number], share)
    made.close()
    for place, added in entrants(frame, parameters, classes, made.numbers, entrant_rate).items():
        made.capacity[made.numbers[place]] += added.capacity
        made.output[made.numbers[place]] += added.output
    return made.paths(tuple(projects), courses)


def cells_of(evidence: Evidence, world: World, projects: Sequence[Project]) -> tuple[Place, ...]:
    """Cells with a plant, a project, entrants or a known output, in order.

    Countries are those of the world's study and those in which a plant or project stands.
    """
    plants = {(plant.form, plant.country) for plant in world.plants}
    plants |= {(project.form, project.country) for project in projects}
    countries = {*world.countries, *(country for _, country in plants)}
    known = {place for place, found in world.outputs.items() if found.components}
    later = {(row["form"], row["country"]) for row in evidence.table("entrant_rates").rows}
    forms = set(world.forms)
    return tuple(
        sorted(
            place for place in plants | known | later if place[0] in forms and place[1] in countries
        )
    )


def _column(moves: Moves, number: int) -> tuple[Floats | None, Floats | None]:
    """Log-odds and delay factor of one project."""
    parts = (moves.log_odds, moves.delay_factor)
    odds, factor = (None if part is None else part[:, number] for part in parts)
    return odds, factor


class _Maker:
    """Fills the arrays of a path, shape (place, year, draw)."""

    def __init__(self, frame: Frame, world: World, parameters: Parameters, release: float) -> None:
        self.frame, self.world, self.parameters = frame, world, parameters
        self.release = release
        self.numbers: dict[Place, int] = {}
        self.room: dict[int, Floats] = {}
        self.rising: dict[int, Floats] = {}
        self.years = np.array(frame.years, dtype=float)
        self.running = {plant.id for plant in world.plants if plant.running}
        span = RETENTION_YEAR - world.base_year
        passed = (self.years - world.base_year) / max(1, span)
        self.kept = parameters.draw("retention") ** passed[:, None]

    def stand(self, places: Sequence[Place]) -> None:
        """Enter what stands today, kept to every year."""
        self.numbers = {place: number for number, place in enumerate(places)}
        shape = (len(places), self.years.size, self.frame.draws)
        self.capacity, self.output = np.empty(shape), np.empty(shape)
        self.counted = np.zeros(len(places), dtype=bool)
        plants: dict[Place, list[Plant]] = {}
        for plant in self.world.plants:
            if plant.running:
                plants.setdefault((plant.form, plant.country), []).append(plant)
        used = self.parameters.value("utilisation")
        for place, number in self.numbers.items():
            nameplate, made = self._plants(plants.get(place, []))
            found = self.world.outputs.get(place)
            if found is not None and found.components:
                self.counted[number] = True
                made = self.parameters.draws.estimate(found, "output", "low")
                nameplate = np.maximum(nameplate, made / used)
            self.capacity[number] = nameplate * self.kept
            self.output[number] = made * self.kept
        self.base = self.output.copy()
        self.room = {
            number: self.capacity[number] - self.base[number]
            for place, number in self.numbers.items()
            if place in plants
        }

    def _plants(self, plants: Sequence[Plant]) -> tuple[Floats, Floats]:
        """Nameplate of running plants and what they make, each of shape (draw,)."""
        nameplate, made = np.zeros(self.frame.draws), np.zeros(self.frame.draws)
        for plant in plants:
            if plant.capacity is None:
                continue
            size = self._size(plant.id, plant.capacity, plant.low, plant.high)
            part = self.parameters.draw("utilisation", f"utilisation/{plant.id}")
            if plant.status == "ramping":
                part = part * self.parameters.draw("ramping.share")
            nameplate += size
            made += size * part
        return nameplate, made

    def _size(self, name: str, capacity: float, low: float, high: float) -> Floats:
        return drawn_size(self.frame, name, min(low, capacity), max(high, capacity))

    def add(self, project: Project, found: Course, alive: Floats | None) -> None:
        """Add a project to its cell."""
        place = self.numbers.get((project.form, project.country))
        if place is None:
            return
        share: Floats | float = 1.0 if alive is None else alive.T
        size = self._size(project.id, project.capacity, project.low, project.high)
        ramp = mean_ramp(self.years[:, None], found.rise, found.ramp)
        made = size * found.used * ramp * share
        if project.standing == "ramping" and project.facility in self.running:
            # The lines of a plant that ramps stand already, and its nameplate is in that of today.
            self.rising[place] = self.rising.get(place, np.zeros_like(made)) + made
            return
        self.output[place] += made
        self.capacity[place] += size * installed(self.years[:, None], found.rise) * share

    def close(self) -> None:
        """Add what plants that ramp gain, as far as today's nameplate has room for it.

        Today's output is drawn on its own, so part of what they gain may be in it already.
        """
        for place, made in self.rising.items():
            self.output[place] += np.minimum(made, self.room[place])

    def paths(self, projects: tuple[Project, ...], courses: Sequence[Course]) -> Paths:
        """Give the paths."""
        blank = np.empty((self.frame.draws, 0))
        complete = [found.complete for found in courses]
        return Paths(
            frame=self.frame,
            places=tuple(self.numbers),
            projects=projects,
            capacity=self.capacity.transpose(2, 1, 0),
            output=self.output.transpose(2, 1, 0),
            base=self.base.transpose(2, 1, 0),
            complete=np.stack(complete, axis=1) if complete else blank.astype(bool),
            start=np.stack([found.start for found in courses], axis=1) if courses else blank,
            counted=self.counted,
        )


def drawn_size(frame: Frame, name: str, low: float, high: float) -> Floats:
    """Nameplate drawn between its ends, shape (draw,); the stream is that of the scorecard."""
    uniform = frame.uniform(f"capacity/{name}") if low < high else np.zeros(frame.draws)
    if low <= 0 or low == high:
        return np.asarray(low + (high - low) * uniform)
    return np.asarray(low * (high / low) ** uniform)


def _check(frame: Frame, projects: Sequence[Project], classes: Classes, moves: Moves) -> None:
    """Check ids and shapes before anything is drawn."""
    names = [project.id for project in projects]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InputError(
            f"two projects are called {twice[0]!r}",
            where="projects",
            why="they would share their draws",
            mend="give each an id of its own",
        )
    wide = (frame.draws, len(projects))
    deep = (frame.draws, len(frame.years), len(projects))
    shapes = {
        "log_odds": (moves.log_odds, wide),
        "delay_factor": (moves.delay_factor, wide),
        "alive": (moves.alive, deep),
        "classes": (classes.on_time, (frame.draws,)),
    }
    for name, (array, shape) in shapes.items():
        if array is not None and array.shape != shape:
            raise ModelError(f"{name} has the shape {array.shape}, not {shape}", where="pipeline")
