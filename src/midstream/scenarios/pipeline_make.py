"""Makes paths: what stands today, projects and later entrants, cell by cell.

What is drawn is parted from what moves it: a run under other drivers draws nothing anew. Cells do
not touch each other, so that any number of threads gives the same paths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.plants import Plant
from midstream.chain.world import World
from midstream.errors import ModelError
from midstream.evidence import Evidence
from midstream.scenarios.cellwise import Cellwise, Product
from midstream.scenarios.entrants import Entrants, Later, Multiples
from midstream.scenarios.frame import Bools, Frame, Paths, Place, Project
from midstream.scenarios.pipeline_starts import (
    Chances,
    Course,
    chances,
    installed,
    mean_ramp,
    year_of,
)
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
        entrant_rate: Form, or (form, country), -> multiple of the rate of later entrants, shape
            (draw,), or (year, draw) where it differs by year.
        slip: Months added to the start, shape (draw, project).
    """

    log_odds: Floats | None = None
    delay_factor: Floats | None = None
    alive: Floats | None = None
    entrant_rate: Multiples | None = None
    slip: Floats | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands today, by cell.

    Attributes:
        nameplate, made: Capacity and output, shape (place, draw).
        kept: Share of it that is kept to each year, shape (year, draw).
        counted: Whether the output is on record, shape (place,).
        running: Ids of running plants.
    """

    nameplate: Floats
    made: Floats
    kept: Floats
    counted: Bools
    running: frozenset[str]

    @classmethod
    def of(
        cls, frame: Frame, world: World, parameters: Parameters, places: Sequence[Place]
    ) -> Standing:
        """Draw what stands today as the scorecard draws it."""
        plants: dict[Place, list[Plant]] = {}
        for plant in world.plants:
            if plant.running:
                plants.setdefault((plant.form, plant.country), []).append(plant)
        nameplate, made = (np.empty((len(places), frame.draws)) for _ in range(2))
        counted = np.zeros(len(places), dtype=bool)
        used = parameters.value("utilisation")
        for number, place in enumerate(places):
            size, output = _plants(frame, parameters, plants.get(place, []))
            found = world.outputs.get(place)
            if found is not None and found.components:
                counted[number] = True
                output = parameters.draws.estimate(found, "output", "low")
                size = np.maximum(size, output / used)
            nameplate[number], made[number] = size, output
        passed = (np.array(frame.years, dtype=float) - world.base_year) / max(
            1, RETENTION_YEAR - world.base_year
        )
        kept = parameters.draw("retention") ** passed[:, None]
        running = frozenset(plant.id for plant in world.plants if plant.running)
        return cls(nameplate, made, kept, counted, running)


def _plants(frame: Frame, parameters: Parameters, plants: Sequence[Plant]) -> tuple[Floats, Floats]:
    """Nameplate of running plants and what they make, each of shape (draw,)."""
    nameplate, made = np.zeros(frame.draws), np.zeros(frame.draws)
    for plant in plants:
        if plant.capacity is None:
            continue
        size = _size(frame, plant.id, plant.capacity, plant.low, plant.high)
        part = parameters.draw("utilisation", f"utilisation/{plant.id}")
        if plant.status == "ramping":
            part = part * parameters.draw("ramping.share")
        nameplate += size
        made += size * part
    return nameplate, made


@dataclass(frozen=True, slots=True)
class Ready:
    """A pipeline in which everything is drawn that nothing moves.

    Attributes:
        frame: Draws and years.
        places: Cells.
        projects: Projects.
        chances: What is drawn of each project.
        sizes: Nameplate of each project in a cell, shape (draw,).
        standing: What stands today.
        entrants: Later entrants.
    """

    frame: Frame
    places: tuple[Place, ...]
    projects: tuple[Project, ...]
    chances: tuple[Chances, ...]
    sizes: Mapping[str, Floats]
    standing: Standing
    entrants: Entrants

    @classmethod
    def of(
        cls,
        frame: Frame,
        world: World,
        evidence: Evidence,
        projects: tuple[Project, ...],
        classes: Classes,
        places: tuple[Place, ...],
        overrides: Mapping[str, float],
        keep: bool,
    ) -> Ready:
        """Draw; see `midstream.scenarios.pipeline.ready`."""
        parameters = Parameters(evidence, Draws(frame.seed, frame.draws), overrides)
        release = year_of(evidence.release.date)
        here = set(places)
        sizes = {
            project.id: _size(frame, project.id, project.capacity, project.low, project.high)
            for project in projects
            if (project.form, project.country) in here
        }
        return cls(
            frame=frame,
            places=places,
            projects=projects,
            chances=tuple(
                chances(frame, parameters, classes, project, release) for project in projects
            ),
            sizes=sizes,
            standing=Standing.of(frame, world, parameters, places),
            entrants=Entrants.of(frame, parameters, classes, here, keep),
        )

    @property
    def counted(self) -> Bools:
        """Whether today's output of a cell is on record, shape (place,)."""
        return self.standing.counted

    def run(
        self,
        moves: Moves,
        *,
        spare: Sequence[Place] = (),
        single: bool = False,
        executor: Executor | None = None,
    ) -> Paths:
        """Simulate.

        Args:
            moves: What drivers, limits and counter-moves do.
            spare: Cells put behind the others with nothing in them, to be filled later.
            single: Whether capacity and output are kept as 32-bit numbers: half the memory, and
                the same to seven digits.
            executor: Threads that make cells; none makes them one after the other.

        Raises:
            ModelError: if an array has not the shape of the draws, years and projects.
        """
        _check_moves(self.frame, self.projects, moves)
        courses = [
            drawn.course(*_column(moves, number)) for number, drawn in enumerate(self.chances)
        ]
        places = (*self.places, *(place for place in spare if place not in self.places))
        shape = (len(self.frame.years), self.frame.draws, len(places))
        volumes = tuple(Cellwise(*shape, single) for _ in range(3))
        maker = _Maker(self, moves, courses, *volumes)
        numbers = range(len(self.places))
        # Exhausted, so that what goes wrong in a thread is raised here.
        list(map(maker.make, numbers) if executor is None else executor.map(maker.make, numbers))
        counted = np.zeros(len(places), dtype=bool)
        counted[: len(self.places)] = self.standing.counted
        return _paths(self, places, courses, volumes, counted)


def _paths(
    ready: Ready,
    places: tuple[Place, ...],
    courses: Sequence[Course],
    volumes: Sequence[Cellwise],
    counted: Bools,
) -> Paths:
    """Put paths together."""
    capacity, output, base = volumes
    blank = np.empty((ready.frame.draws, 0))
    complete = [found.complete for found in courses]
    return Paths(
        frame=ready.frame,
        places=places,
        projects=ready.projects,
        capacity=capacity,
        output=output,
        base=base,
        complete=np.stack(complete, axis=1) if complete else blank.astype(bool),
        start=np.stack([found.start for found in courses], axis=1) if courses else blank,
        counted=counted,
    )


class _Maker:
    """Fills the cells of paths."""

    def __init__(
        self,
        ready: Ready,
        moves: Moves,
        courses: Sequence[Course],
        capacity: Cellwise,
        output: Cellwise,
        base: Cellwise,
    ) -> None:
        self.ready, self.moves, self.courses = ready, moves, courses
        self.capacity, self.output, self.base = capacity, output, base
        self.years = np.array(ready.frame.years, dtype=float)[:, None]
        # In the order of ids, so that rounding does not depend on the order they are given in.
        self.members: dict[Place, list[int]] = {}
        for number in sorted(range(len(courses)), key=lambda number: ready.projects[number].id):
            project = ready.projects[number]
            self.members.setdefault((project.form, project.country), []).append(number)

    def make(self, number: int) -> None:
        """Make a cell: what stands, then projects, then later entrants."""
        place, standing = self.ready.places[number], self.ready.standing
        made, stands = (
            Product(level[number], (standing.kept,))
            for level in (standing.made, standing.nameplate)
        )
        self.base.put(number, made)
        members = self.members.get(place, ())
        later = self.ready.entrants.at(place, self.moves.entrant_rate)
        if members or later is not None:
            output, capacity = self._more(made.values(), stands.values(), members, later)
            self.output.put(number, output)
            self.capacity.put(number, stands if capacity is None else capacity)
        else:
            self.output.put(number, made)
            self.capacity.put(number, stands)

    def _more(
        self, today: Floats, stands: Floats, members: Sequence[int], later: Later | None
    ) -> tuple[Floats, Floats | None]:
        """Output and capacity of a cell in which more comes than stands today.

        Capacity is ``None`` where what comes stands already.
        """
        output, capacity, rising = today, stands, None
        for member in members:
            made, built = self._project(member)
            if built is None:
                # The lines of a plant that ramps stand already, and its nameplate is in today's.
                rising = made if rising is None else rising + made
            else:
                output, capacity = output + made, capacity + built
        if rising is not None:
            # Today's output is drawn on its own: part of what they gain may be in it already.
            output = output + np.minimum(rising, stands - today)
        if later is not None:
            output, capacity = output + later.output, capacity + later.capacity
        return output, None if capacity is stands else capacity

    def _project(self, number: int) -> tuple[Floats, Floats | None]:
        """What a project makes, and its nameplate; ``None`` where that stands today already."""
        ready, found = self.ready, self.courses[number]
        project, alive = ready.projects[number], self.moves.alive
        share: Floats | float = 1.0 if alive is None else alive[:, :, number].T
        size = ready.sizes[project.id]
        made = size * found.used * mean_ramp(self.years, found.rise, found.ramp) * share
        if project.standing == "ramping" and project.facility in ready.standing.running:
            return made, None
        return made, size * installed(self.years, found.rise) * share


def _column(moves: Moves, number: int) -> tuple[Floats | None, Floats | None, Floats | None]:
    """Log-odds, delay factor and slip of one project."""
    parts = (moves.log_odds, moves.delay_factor, moves.slip)
    odds, factor, slip = (None if part is None else part[:, number] for part in parts)
    return odds, factor, slip


def _size(frame: Frame, name: str, capacity: float, low: float, high: float) -> Floats:
    return drawn_size(frame, name, min(low, capacity), max(high, capacity))


def drawn_size(frame: Frame, name: str, low: float, high: float) -> Floats:
    """Nameplate drawn between its ends, shape (draw,); the stream is that of the scorecard."""
    uniform = frame.uniform(f"capacity/{name}") if low < high else np.zeros(frame.draws)
    if low <= 0 or low == high:
        return np.asarray(low + (high - low) * uniform)
    return np.asarray(low * (high / low) ** uniform)


def _check_moves(frame: Frame, projects: Sequence[Project], moves: Moves) -> None:
    """Check the shapes of what moves projects."""
    wide = (frame.draws, len(projects))
    deep = (frame.draws, len(frame.years), len(projects))
    shapes = {
        "log_odds": (moves.log_odds, wide),
        "delay_factor": (moves.delay_factor, wide),
        "alive": (moves.alive, deep),
        "slip": (moves.slip, wide),
    }
    for name, (array, shape) in shapes.items():
        if array is not None and array.shape != shape:
            raise ModelError(f"{name} has the shape {array.shape}, not {shape}", where="pipeline")
