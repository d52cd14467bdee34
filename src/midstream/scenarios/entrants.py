"""Later entrants: projects that nobody has named yet, announced in the coming years.

Their number a year is Poisson; each has a nameplate, a promised start and the odds and delays of
its class. Without them every long horizon would look poorer than it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats, triangular
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row
from midstream.scenarios.frame import Bools, Frame, Place
from midstream.scenarios.pipeline_starts import MONTHS, delay_at, installed, mean_ramp, utilised
from midstream.scenarios.reference import Classes
from midstream.scorecard.draws import Parameters

#: Form, or form and country, -> multiple of the rate, shape (draw,).
Multiples = Mapping[str | Place, Floats]
#: More entrants a year than this are not drawn.
MOST = 50


@dataclass(slots=True)
class Later:
    """What later entrants add to a cell, shape (year, draw)."""

    capacity: Floats
    output: Floats


def entrants(
    frame: Frame,
    parameters: Parameters,
    classes: Classes,
    places: Collection[Place],
    multiples: Multiples | None = None,
) -> dict[Place, Later]:
    """Draw what later entrants add, by cell.

    Args:
        frame: Draws and years.
        parameters: Drawn parameters.
        classes: Drawn laws of completion and delay.
        places: Cells to look at.
        multiples: Multiples of the rates; a form and country stands before the form alone.

    Raises:
        InputError: if a nameplate is in a unit that no row reads in the form.
    """
    given = multiples or {}
    level = parameters.draw("pipeline.entrants.level")
    found: dict[Place, Later] = {}
    factors = {
        (row["unit"], row["scored_form"]): float(row["factor"])
        for row in parameters.evidence.table("facility_factors").rows
    }
    for row in parameters.evidence.table("entrant_rates").rows:
        place = (row["form"], row["country"])
        if place not in places:
            continue
        factor = factors.get((row["unit"], row["form"]))
        if factor is None:
            raise _unread(row)
        multiple = given.get(place, given.get(row["form"]))
        rate = row["rate"] * level * (1.0 if multiple is None else multiple)
        shape = (len(frame.years), frame.draws)
        later = found.setdefault(place, Later(np.zeros(shape), np.zeros(shape)))
        kind = _Kind.of(frame, parameters, classes, row, factor)
        for year in range(row["first"], row["last"] + 1):
            for name, there in _arrivals(frame, row, year, rate):
                _add(later, frame, kind, (name, year, there))
    return found


def _unread(row: Row) -> InputError:
    return InputError(
        f"a nameplate in {row['unit']}",
        where=f"entrant_rates.csv:{row['id']}",
        why=f"no row of facility_factors reads it in {row['form']}",
        mend="give it in a unit of the form",
    )


def _arrivals(frame: Frame, row: Row, year: int, rate: Floats) -> Iterator[tuple[str, Bools]]:
    """Names of the entrants of a year, and in which draws each is there.

    The nth is there where a uniform number lies below ``P(N >= n)``, so a higher rate never takes
    one away.
    """
    stem = f"entrant/{row['id']}/{year}"
    uniform = frame.uniform(f"{stem}/number")
    term = np.exp(-rate)
    below = term.copy()
    for number in range(1, MOST + 1):
        there = uniform < 1 - below
        if not there.any():
            return
        yield f"{stem}/{number}", there
        term = term * rate / number
        below = below + term


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the entrants of a row share, arrays of shape (draw,)."""

    row: Row
    factor: float
    chance: Floats
    length: Floats
    used: Floats
    classes: Classes

    @classmethod
    def of(
        cls, frame: Frame, parameters: Parameters, classes: Classes, row: Row, factor: float
    ) -> _Kind:
        stem = f"entrant/{row['id']}"
        return cls(
            row,
            factor,
            classes.of(row["class"], row["country"]),
            parameters.draw("pipeline.ramp", f"{stem}/ramp"),
            utilised(frame, parameters, stem),
            classes,
        )


def _add(later: Later, frame: Frame, kind: _Kind, entrant: tuple[str, int, Bools]) -> None:
    """Add one entrant in the draws in which it is there and is completed.

    Four numbers of its stream decide completion, nameplate, date of the announcement and delay;
    ramp and utilisation are those of its row.
    """
    name, year, there = entrant
    lucky, size, announced, late = frame.generator(name).random((4, frame.draws))
    done = np.flatnonzero(there & (lucky < kind.chance))
    if not done.size:
        return
    row = kind.row
    ends = row["capacity_low"], row["capacity"], row["capacity_high"]
    nameplate = kind.factor * triangular(size[done], *ends)
    months = delay_at(kind.classes, row["country"], late[done], done)
    start = year + announced[done] + row["lead"] + months / MONTHS
    years = np.array(frame.years, dtype=float)[:, None]
    later.capacity[:, done] += nameplate * installed(years, start)
    made = nameplate * kind.used[done] * mean_ramp(years, start, kind.length[done])
    later.output[:, done] += made


def enter_rates(evidence: Evidence, ledger: Ledger) -> tuple[str, ...]:
    """Enter the rates of later entrants as assumptions of the lineage; gives their ids."""
    for row in evidence.table("entrant_rates").rows:
        rate = Quantity(row["rate"], None, None, "1/yr", "modelled", row["id"])
        note = f"{row['first']} to {row['last']}, {row['capacity']:g} {row['unit']} each"
        name = f"Later entrants: {row['form']}, {row['country']}"
        source = ";".join(row["source"] or ()) or None
        ledger.add(Node(row["id"], "assumption", name, rate, source, note=note))
    return tuple(row["id"] for row in evidence.table("entrant_rates").rows)
