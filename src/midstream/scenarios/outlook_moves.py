"""Rows on what moves the odds: drivers, flips, and the boxes of scenario discovery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Evidence, Quantity
from midstream.scenarios.discovery import Bound, Peeling, box
from midstream.scenarios.drivers import Driver
from midstream.scenarios.flip import FlipPoint, leading
from midstream.scenarios.frame import Bools, DriverDraws
from midstream.scenarios.odds import Effect, effect, first_order
from midstream.scenarios.outlook_rows import Book
from midstream.scenarios.regions import Ints, Rule, shares
from midstream.scenarios.result import BoundRow, BoxRow, DriverRow, FlipRow

#: Rank from which a scenario counts among the better ones.
BETTER = 2
THIRDS = "mean over the third of the draws in which the driver stands highest less lowest"
NO_COUNTER = "counter-moves are simulated one by one and have no mean to shift"

Totals = Mapping[str, float | None]
Values = tuple[float | None, float | None, float | None]


def driver_rows(
    book: Book, known: Sequence[Driver], values: DriverDraws, found: Ints, totals: Totals
) -> tuple[DriverRow, ...]:
    """What every driver does to the odds, the strongest first."""
    below = _below(book)
    rows = [
        _driver_row(_Entry(book, one, below), values.of(one.id), found, totals) for one in known
    ]
    return tuple(sorted(rows, key=lambda row: (-abs(row.effect.value or 0.0), row.driver)))


def _driver_row(entry: _Entry, value: Floats, found: Ints, totals: Totals) -> DriverRow:
    driver = entry.driver
    better, worst = ((found >= BETTER).astype(float), (found == 0).astype(float))
    moved, worse = effect(value, better), effect(value, worst)
    return DriverRow(
        driver=driver.id,
        name=driver.name,
        centre=driver.centre,
        effect=entry.change("effect", "the better scenarios, top less bottom third", moved),
        bottom=entry.share("bottom", "bottom third", None if moved is None else moved.bottom),
        top=entry.share("top", "top third", None if moved is None else moved.top),
        stalled=entry.change("stalled", "the worst scenario, top less bottom third", worse),
        first_order=entry.index("first", first_order(value, better), "Var(E[y | x]) / Var(y)"),
        total=entry.index("total", totals.get(driver.id), "mean((y - y_redrawn)^2) / (2 Var(y))"),
        cases=entry.book.ledger[f"driver:{driver.id}"].quantity,
        acts_on=driver.targets,
        source=driver.source,
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """Enters what one driver does; ``below`` are the ids of the probabilities it rests on."""

    book: Book
    driver: Driver
    below: tuple[str, ...]

    def change(self, place: str, title: str, moved: Effect | None) -> Quantity:
        """A difference between thirds with its interval."""
        values = (None, None, None) if moved is None else (moved.change, moved.low, moved.high)
        return self._probability(place, title, values)

    def share(self, place: str, title: str, number: float | None) -> Quantity:
        """Probability of the better scenarios in a third."""
        return self._probability(place, f"the better scenarios, {title}", (number, None, None))

    def index(self, place: str, number: float | None, formula: str) -> Quantity:
        """A Sobol index of the better scenarios."""
        title = f"{self.driver.name}: the better scenarios, {place} index"
        values = (number, None, None)
        return self.book.quantity(
            self._place(place), title, values, "ratio", formula, self._inputs()
        )

    def _probability(self, place: str, title: str, values: Values) -> Quantity:
        name = f"{self.driver.name}: {title}"
        return self.book.probability(self._place(place), name, values, self._inputs(), THIRDS)

    def _place(self, place: str) -> str:
        return f"driver/{self.driver.id}/{place}"

    def _inputs(self) -> tuple[str, ...]:
        return (f"driver:{self.driver.id}", *self.below)


def _below(book: Book) -> tuple[str, ...]:
    """Ids of the probabilities of the scenarios, which are in the ledger already."""
    stem, tail = "f:scenarios.probability/", f"/{book.focus}/{book.last}"
    ends = (one for one in book.ledger.nodes if one.startswith(stem) and one.endswith(tail))
    return tuple(one for one in ends if one.count("/") == stem.count("/") + 2)


def flip_rows(
    book: Book,
    evidence: Evidence,
    known: Sequence[Driver],
    rules: Sequence[Rule],
    base: int,
    points: Mapping[str, FlipPoint | None],
    skipped: frozenset[str],
) -> tuple[FlipRow, ...]:
    """The smallest shift of every driver that makes another scenario the most likely."""
    limit, below = evidence.parameter("outlook.flip.limit"), _below(book)
    rows = []
    for driver in known:
        point = points.get(driver.id)
        after = "" if point is None else rules[point.leader].scenario
        number = None if point is None else point.shift
        name = f"{driver.name}: shift that makes {after or 'another scenario'} the most likely"
        rows.append(
            FlipRow(
                driver=driver.id,
                name=driver.name,
                shift=book.quantity(
                    f"flip/{driver.id}",
                    name,
                    (number, None, None),
                    "sd",
                    "smallest shift of the driver's mean, by bisection on reweighted runs",
                    (f"driver:{driver.id}", limit.lineage, *below),
                ),
                before=rules[base if point is None else point.base].scenario,
                after=after,
                limit=limit,
                note=NO_COUNTER if driver.id in skipped else "",
            )
        )
    return tuple(rows)


def base_leader(found: Ints, rules: Sequence[Rule]) -> int:
    """Rank of the most likely scenario."""
    return leading(shares(found, len(rules)))


@dataclass(frozen=True, slots=True)
class Causes:
    """Inputs that scenario discovery looks at.

    Attributes:
        values: Shape (draw, input).
        names: Their names.
        inputs: Ids they rest on.
    """

    values: Floats
    names: tuple[str, ...]
    inputs: tuple[str, ...]


def peeling(evidence: Evidence) -> Peeling:
    """Read how patiently to peel."""
    share, mass, coverage, back, lift = (
        float(evidence.parameter(f"outlook.peel.{name}").value or 0.0)
        for name in ("share", "mass", "coverage", "given-back", "lift")
    )
    return Peeling(share, mass, coverage, back, lift)


def box_row(
    book: Book, causes: Causes, outcome: tuple[str, str, Bools], patience: Peeling
) -> BoxRow:
    """What leads to an outcome.

    Args:
        book: Where to enter it.
        causes: Inputs.
        outcome: Its id, what it is in words, and whether a draw has it, shape (draw,).
        patience: How patiently to peel.
    """
    name, words, happens = outcome
    found = box(causes.values, causes.names, happens, patience)
    stem = f"box/{name}"

    def share(place: str, title: str, number: float | None) -> Quantity:
        values = (number, None, None)
        formula = "patient rule induction on drivers and projects"
        return book.probability(
            f"{stem}/{place}", f"{words}: {title}", values, causes.inputs, formula
        )

    bounds = () if found is None else found.bounds
    return BoxRow(
        id=name,
        outcome=words,
        base=share("base", "all draws", float(np.mean(happens))),
        bounds=tuple(_bound_row(book, stem, causes, one) for one in bounds),
        coverage=share("coverage", "share inside the box", found.coverage if found else None),
        density=share("density", "probability inside the box", found.density if found else None),
        mass=share("mass", "share of all draws inside", found.mass if found else None),
    )


def _bound_row(book: Book, stem: str, causes: Causes, bound: Bound) -> BoundRow:
    unit = "probability" if _is_event(causes, bound.name) else "sd"

    def end(side: str, number: float | None) -> Quantity | None:
        if number is None:
            return None
        place = f"{stem}/{causes.names.index(bound.name)}/{side}"
        values = (number, None, None)
        title = f"{bound.name}: {side} end of the box"
        return book.quantity(place, title, values, unit, "peeled off", causes.inputs)

    return BoundRow(bound.name, end("low", bound.low), end("high", bound.high))


def _is_event(causes: Causes, name: str) -> bool:
    column = causes.values[:, causes.names.index(name)]
    return bool(np.isin(column, (0.0, 1.0)).all())
