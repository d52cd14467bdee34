"""Later entrants: projects that nobody has named yet, announced in the coming years.

Their number a year is Poisson; each has a nameplate, a promised start and the odds and delays of
its class. Without them every long horizon would look poorer than it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from midstream.chain.estimate import Floats, triangular
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row
from midstream.scenarios.frame import Bools, Frame, Place
from midstream.scenarios.pipeline_starts import (
    MONTHS,
    Ints,
    delay_at,
    installed,
    mean_ramp,
    utilised,
)
from midstream.scenarios.reference import Classes
from midstream.scorecard.draws import Parameters

#: Form, or form and country, -> multiple of the rate, shape (draw,), or (year, draw) by year.
Multiples = Mapping[str | Place, Floats]
#: More entrants a year than this are not drawn.
MOST = 50


@dataclass(frozen=True, slots=True)
class Later:
    """What later entrants add to a cell, shape (year, draw)."""

    capacity: Floats
    output: Floats


@dataclass(frozen=True, slots=True)
class Entrants:
    """Rates of later entrants with what all entrants of a row share.

    Attributes:
        frame: Draws and years.
        kinds: Rows by cell.
        keep: Whether numbers that were drawn are kept for another run.
    """

    frame: Frame
    kinds: Mapping[Place, tuple[_Kind, ...]]
    keep: bool = False
    _kept: dict[str, Floats] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        frame: Frame,
        parameters: Parameters,
        classes: Classes,
        places: Collection[Place],
        keep: bool = False,
    ) -> Entrants:
        """Read the rates of some cells.

        Raises:
            InputError: if a nameplate is in a unit that no row reads in the form.
        """
        level = parameters.draw("pipeline.entrants.level")
        factors = {
            (row["unit"], row["scored_form"]): float(row["factor"])
            for row in parameters.evidence.table("facility_factors").rows
        }
        found: dict[Place, tuple[_Kind, ...]] = {}
        for row in parameters.evidence.table("entrant_rates").rows:
            place = (row["form"], row["country"])
            if place not in places:
                continue
            factor = factors.get((row["unit"], row["form"]))
            if factor is None:
                raise _unread(row)
            kind = _Kind.of(frame, parameters, classes, row, factor, level)
            found[place] = (*found.get(place, ()), kind)
        return cls(frame, found, keep)

    def at(self, place: Place, multiples: Multiples | None = None) -> Later | None:
        """Draw what later entrants add to a cell; ``None`` where none may come.

        Args:
            place: The cell.
            multiples: Multiples of the rates; a form and country stands before the form alone.
        """
        given = multiples or {}
        multiple = given.get(place, given.get(place[0]))
        parts = [self._added(kind, multiple) for kind in self.kinds.get(place, ())]
        if not parts:
            return None
        capacity, output = (np.sum([part[end] for part in parts], axis=0) for end in (0, 1))
        return Later(capacity, output)

    def _added(self, kind: _Kind, multiple: Floats | None) -> tuple[Floats, Floats]:
        """Capacity and output of the entrants of a row, shape (year, draw) each."""
        rate = kind.rate if multiple is None else kind.rate * multiple
        found = [self._entrant(kind, *arrival) for arrival in self._arrivals(kind.row, rate)]
        shape = (len(self.frame.years), self.frame.draws)
        if not found:
            return np.zeros(shape), np.zeros(shape)
        draws = np.concatenate([part.draws for part in found])
        size, announced, late = (
            np.concatenate([getattr(part, name) for part in found])
            for name in ("size", "announced", "late")
        )
        row = kind.row
        ends = row["capacity_low"], row["capacity"], row["capacity_high"]
        nameplate = kind.factor * triangular(size, *ends)
        months = delay_at(kind.classes, row["country"], late, draws)
        start = announced + row["lead"] + months / MONTHS
        years = np.array(self.frame.years, dtype=float)[:, None]
        made = nameplate * kind.used[draws] * mean_ramp(years, start, kind.length[draws])
        cells = (np.arange(shape[0])[:, None] * shape[1] + draws).ravel()

        def by_draw(values: Floats) -> Floats:
            found: Floats = np.zeros(shape)
            np.add.at(found.ravel(), cells, values.ravel())
            return found

        return by_draw(nameplate * installed(years, start)), by_draw(made)

    def _arrivals(self, row: Row, rate: Floats) -> Iterator[tuple[str, int, Bools]]:
        """Names of the entrants of all years, with their year and the draws each is there in.

        The nth of a year is there where a uniform number lies below ``P(N >= n)``, so a higher
        rate never takes one away.
        """
        for year in range(row["first"], row["last"] + 1):
            here = rate if rate.ndim == 1 else rate[self._row(year)]
            stem = f"entrant/{row['id']}/{year}"
            uniform = self._numbers(f"{stem}/number", 1)
            term = below = np.exp(-here)
            for number in range(1, MOST + 1):
                there = uniform < 1 - below
                if not there.any():
                    break
                yield f"{stem}/{number}", year, there
                term = term * here / number
                below = below + term

    def _row(self, year: int) -> int:
        """Number of a year of the frame; the nearest where it lies outside."""
        return min(max(year - self.frame.years[0], 0), len(self.frame.years) - 1)

    def _entrant(self, kind: _Kind, name: str, year: int, there: Bools) -> _Entrant:
        """One entrant in the draws in which it is there and is completed.

        Four numbers of its stream decide completion, nameplate, date of the announcement and
        delay; ramp and utilisation are those of its row.
        """
        lucky, size, announced, late = self._numbers(name, 4)
        done = np.flatnonzero(there & (lucky < kind.chance))
        return _Entrant(done, size[done], year + announced[done], late[done])

    def _numbers(self, name: str, rows: int) -> Floats:
        """Uniform numbers of a stream: stratified where it is one row, else (row, draw)."""
        if name in self._kept:
            return self._kept[name]
        if rows == 1:
            found = self.frame.uniform(name)
        else:
            found = self.frame.generator(name).random((rows, self.frame.draws))
        if self.keep:
            self._kept[name] = found
        return found


@dataclass(frozen=True, slots=True)
class _Entrant:
    """An entrant in the draws it comes in, every array of shape (draw of them,)."""

    draws: Ints
    size: Floats
    announced: Floats
    late: Floats


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the entrants of a row share, arrays of shape (draw,)."""

    row: Row
    factor: float
    rate: Floats
    chance: Floats
    length: Floats
    used: Floats
    classes: Classes

    @classmethod
    def of(
        cls,
        frame: Frame,
        parameters: Parameters,
        classes: Classes,
        row: Row,
        factor: float,
        level: Floats,
    ) -> _Kind:
        stem = f"entrant/{row['id']}"
        return cls(
            row=row,
            factor=factor,
            rate=row["rate"] * level,
            chance=classes.of(row["class"], row["country"]),
            length=parameters.draw("pipeline.ramp", f"{stem}/ramp"),
            used=utilised(frame, parameters, stem),
            classes=classes,
        )


def _unread(row: Row) -> InputError:
    return InputError(
        f"a nameplate in {row['unit']}",
        where=f"entrant_rates.csv:{row['id']}",
        why=f"no row of facility_factors reads it in {row['form']}",
        mend="give it in a unit of the form",
    )


def enter_rates(evidence: Evidence, ledger: Ledger) -> tuple[str, ...]:
    """Enter the rates of later entrants as assumptions of the lineage; gives their ids."""
    for row in evidence.table("entrant_rates").rows:
        rate = Quantity(row["rate"], None, None, "1/yr", "modelled", row["id"])
        note = f"{row['first']} to {row['last']}, {row['capacity']:g} {row['unit']} each"
        name = f"Later entrants: {row['form']}, {row['country']}"
        source = ";".join(row["source"] or ()) or None
        ledger.add(Node(row["id"], "assumption", name, rate, source, note=note))
    return tuple(row["id"] for row in evidence.table("entrant_rates").rows)
