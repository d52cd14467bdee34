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
from midstream.scenarios.odds import effect, first_order
from midstream.scenarios.outlook_rows import Book
from midstream.scenarios.regions import Ints, Rule, shares
from midstream.scenarios.result import BoundRow, BoxRow, DriverRow, FlipRow

#: Rank from which a scenario counts among the better ones.
BETTER = 2
THIRDS = "mean over the third of the draws in which the driver stands highest less lowest"
NO_COUNTER = "counter-moves are simulated one by one and have no mean to shift"

Totals = Mapping[str, float | None]


def driver_rows(
    book: Book, known: Sequence[Driver], values: DriverDraws, found: Ints, totals: Totals
) -> tuple[DriverRow, ...]:
    """What every driver does to the odds, the strongest first."""
    rows = [_driver_row(book, one, values.of(one.id), found, totals) for one in known]
    return tuple(sorted(rows, key=lambda row: (-abs(row.effect.value or 0.0), row.driver)))


def _driver_row(
    book: Book, driver: Driver, value: Floats, found: Ints, totals: Totals
) -> DriverRow:
    better = (found >= BETTER).astype(float)
    moved = effect(value, better)
    worse = effect(value, (found == 0).astype(float))
    stem, inputs = f"driver/{driver.id}", (f"driver:{driver.id}", *_below(book))
    name = f"{driver.name}: the better scenarios"
    total = totals.get(driver.id)

    def share(place: str, title: str, number: float | None) -> Quantity:
        return book.probability(f"{stem}/{place}", title, (number, None, None), inputs, THIRDS)

    def index(place: str, title: str, number: float | None, formula: str) -> Quantity:
        values = (number, None, None)
        return book.quantity(f"{stem}/{place}", title, values, "ratio", formula, inputs)

    cases = book.ledger[f"driver:{driver.id}"].quantity
    first = first_order(value, better)
    return DriverRow(
        driver=driver.id,
        name=driver.name,
        centre=driver.centre,
        effect=book.probability(
            f"{stem}/effect",
            f"{name}, top less bottom third",
            (None, None, None) if moved is None else (moved.change, moved.low, moved.high),
            inputs,
            THIRDS,
        ),
        bottom=share("bottom", f"{name}, bottom third", None if moved is None else moved.bottom),
        top=share("top", f"{name}, top third", None if moved is None else moved.top),
        stalled=book.probability(
            f"{stem}/stalled",
            f"{driver.name}: the worst scenario, top less bottom third",
            (None, None, None) if worse is None else (worse.change, worse.low, worse.high),
            inputs,
            THIRDS,
        ),
        first_order=index("first", f"{name}, first order", first, "Var(E[y | x]) / Var(y)"),
        total=index("total", f"{name}, total", total, "mean((y - y_redrawn)^2) / (2 Var(y))"),
        cases=cases,
        acts_on=driver.targets,
        source=driver.source,
    )


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
    limit = evidence.parameter("outlook.flip.limit")
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
                    (f"driver:{driver.id}", limit.lineage, *_below(book)),
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
    names = ("share", "mass", "coverage", "given-back", "lift")
    return Peeling(*(float(evidence.parameter(f"outlook.peel.{n}").value or 0.0) for n in names))


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
        coverage=share("coverage", "share inside the box", found and found.coverage),
        density=share("density", "probability inside the box", found and found.density),
        mass=share("mass", "share of all draws inside", found and found.mass),
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
