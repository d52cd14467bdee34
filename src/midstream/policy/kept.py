"""What is worked out once and read by every run of a bench: streams, cells, entrants, moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from midstream.chain.estimate import Floats
from midstream.scenarios.entrants import Entrants, Later, Multiples
from midstream.scenarios.frame import Frame, Place, Project
from midstream.scenarios.outlook_future import Counter, CounterEffects
from midstream.scorecard.cells import CellInputs, Cells

#: Rates of later entrants of a cell for which what comes is kept; the oldest are dropped.
RATES = 16


class KeptFrame(Frame):
    """A frame whose streams are drawn once; what is kept cannot be written over."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame.seed, frame.draws, frame.first, frame.last)
        object.__setattr__(self, "_kept", {})

    def uniform(self, name: str) -> Floats:
        """Uniform numbers on 0..1 for a name, stratified over the draws, shape (draw,)."""
        kept: dict[str, Floats] = self.__dict__["_kept"]
        if name not in kept:
            kept[name] = super().uniform(name)
            kept[name].setflags(write=False)
        return kept[name]


class KeptCells(Cells):
    """Cells whose inputs, grades and categories are kept: what holds today is in every run."""

    def __init__(self, cells: Cells) -> None:
        # What the other has drawn is taken over, not drawn again.
        for field in fields(cells):
            setattr(self, field.name, getattr(cells, field.name))
        self._inputs: dict[tuple[str, str, bool], CellInputs] = {}
        self._grades: dict[tuple[str, str], Floats] = {}
        self._categories: dict[tuple[str, str, str, str], Floats] = {}

    def inputs(self, form: str, country: str, projects: bool = True) -> CellInputs:
        """Drawn inputs of one cell."""
        key = (form, country, projects)
        if key not in self._inputs:
            self._inputs[key] = super().inputs(form, country, projects)
        return self._inputs[key]

    def grade(self, form: str, country: str) -> Floats:
        """Share of the output of a cell that meets the grade of the sectors, shape (draw,)."""
        key = (form, country)
        if key not in self._grades:
            self._grades[key] = super().grade(form, country)
        return self._grades[key]

    def category(self, category: str, form: str, country: str, name: str) -> Floats:
        """Value of a category of control in a cell, shape (draw,)."""
        key = (category, form, country, name)
        if key not in self._categories:
            self._categories[key] = super().category(category, form, country, name)
        return self._categories[key]


class KeptEntrants(Entrants):
    """Later entrants that come once for the same rates; what is kept cannot be written over."""

    def __init__(self, entrants: Entrants) -> None:
        super().__init__(entrants.frame, entrants.kinds, keep=True)
        object.__setattr__(self, "_later", {})

    def at(self, place: Place, multiples: Multiples | None = None) -> Later | None:
        """Draw what later entrants add to a cell; ``None`` where none may come."""
        kept: dict[Place, dict[bytes, Later | None]] = self.__dict__["_later"]
        given = multiples or {}
        multiple = given.get(place, given.get(place[0]))
        rates = b"" if multiple is None else multiple.tobytes()
        found = kept.setdefault(place, {})
        if rates not in found:
            later = super().at(place, multiples)
            if later is not None:
                later.capacity.setflags(write=False)
                later.output.setflags(write=False)
            if len(found) >= RATES:
                del found[next(iter(found))]
            found[rates] = later
        return found[rates]


class KeptCounter:
    """Counter-moves that are simulated once for the same projects."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._kept: dict[tuple[Project, ...], CounterEffects] = {}

    def __call__(self, frame: Frame, projects: Sequence[Project]) -> CounterEffects:
        """What the incumbents' moves do to some projects."""
        key = tuple(projects)
        if key not in self._kept:
            self._kept[key] = self._counter(frame, key)
        return self._kept[key]
