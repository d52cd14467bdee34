"""What all parts of an outlook share: draws by name, years, and the arrays they pass on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats
from midstream.chain.streams import check_seed, generator, stratified
from midstream.scenarios.cellwise import Cellwise

Bools = NDArray[np.bool_]
#: A form in a country.
Place = tuple[str, str]
#: Numbers of shape (draw, year, place): an array, or what stands in for it.
Volume = Floats | Cellwise


@dataclass(frozen=True, slots=True)
class Frame:
    """Draws and years of an outlook.

    Attributes:
        seed: Seed of all streams, 0 or more.
        draws: Number of draws.
        first: Base year of the world.
        last: Last year looked at.
    """

    seed: int
    draws: int
    first: int
    last: int = 2035

    def __post_init__(self) -> None:
        check_seed(self.seed)

    @property
    def years(self) -> tuple[int, ...]:
        """Years after the base year, up to the last."""
        return tuple(range(self.first + 1, self.last + 1))

    def uniform(self, name: str) -> Floats:
        """Uniform numbers on 0..1 for a name, stratified over the draws, shape (draw,)."""
        return stratified(self.seed, name, self.draws)

    def generator(self, name: str) -> np.random.Generator:
        """A generator of its own for a name."""
        return generator(self.seed, name)


@dataclass(frozen=True, slots=True)
class Project:
    """A plant that is not yet at full output, or a part of one.

    Attributes:
        id: Id of its own; its random streams are named by it.
        facility: Row of the facility register it belongs to; blank if it is not in one.
        form, country: Where.
        region: State or province (ISO 3166-2), blank where not on record.
        capacity: Nameplate in the unit of the form, >= 0.
        low, high: Ends of the nameplate.
        standing: Reference class: announced, funded, slot, ramping, idle, study or cancelled.
        plan: Year (with fraction) it is announced to start, or for a ramping plant to be at full
            output; ``None`` where no source names one.
        owner, technology: Countries; blank where not on record.
        completion: Probability that replaces the one of its class, if any.
        lineage: Ids it rests on.
    """

    id: str
    facility: str
    form: str
    country: str
    region: str
    capacity: float
    low: float
    high: float
    standing: str
    plan: float | None
    owner: str
    technology: str
    completion: float | None
    lineage: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paths:
    """Capacity and output to the last year.

    Attributes:
        frame: Draws and years.
        places: Cells, the third axis of the arrays.
        projects: Projects, the second axis of ``complete`` and ``start``.
        capacity: Installed nameplate at the end of the year, shape (draw, year, place).
        output: Output of the year, shape (draw, year, place).
        base: Output of plants that run today, kept to the year, same shape; ``output - base`` is
            what projects and later entrants add.
        complete: Whether a project is ever completed, shape (draw, project).
        start: Time of its start in years; ``inf`` where it is never completed, (draw, project).
        counted: Whether today's output of the place is on record, shape (place,); where it is
            not, the arrays hold only what plants and projects on record make.
    """

    frame: Frame
    places: tuple[Place, ...]
    projects: tuple[Project, ...]
    capacity: Volume
    output: Volume
    base: Volume
    complete: Bools
    start: Floats
    counted: Bools

    def place(self, form: str, country: str) -> int:
        """Number of a cell on the place axis."""
        return self.places.index((form, country))

    def year(self, year: int) -> int:
        """Number of a year on the year axis."""
        return self.frame.years.index(year)


@dataclass(frozen=True, slots=True)
class Needs:
    """Need to the last year.

    Attributes:
        frame: Draws and years.
        places: Cells; country ``WLD`` is the world and ``WLD-<leader>`` the world without the
            leader of the form.
        need: In the unit of the form, shape (draw, year, place); ``nan`` where unknown.
        lineage: Ids each place rests on.
    """

    frame: Frame
    places: tuple[Place, ...]
    need: Volume
    lineage: tuple[tuple[str, ...], ...]

    def of(self, form: str, country: str) -> Floats:
        """Need of a cell, shape (draw, year)."""
        return np.asarray(self.need[:, :, self.places.index((form, country))])


@dataclass(frozen=True, slots=True)
class DriverDraws:
    """Drawn drivers, in standard deviations around the record so far (0).

    Attributes:
        names: Ids of the drivers.
        values: Shape (draw, driver).
    """

    names: tuple[str, ...]
    values: Floats

    def of(self, name: str) -> Floats:
        """One driver, shape (draw,)."""
        return np.asarray(self.values[:, self.names.index(name)])
