"""Columns and rows of the programme of a portfolio."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count

import highspy
import numpy as np

from midstream.chain.estimate import Floats
from midstream.policy.portfolio import ACTS, Budget, Option, Reach
from midstream.policy.portfolio_search import SLACK

INFINITE = highspy.kHighsInf
#: What the options of the solver are, apart from those that depend on the search.
SETTINGS: Mapping[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 1,
    # A good portfolio is handed over from the start.
    "presolve": "off",
    "mip_heuristic_effort": 0.0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 5e-10,
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}

Term = tuple[int, float]


class Rows:
    """Rows of a programme as they are gathered."""

    def __init__(self) -> None:
        self.starts, self.columns = [0], list[int]()
        self.values, self.low, self.high = list[float](), list[float](), list[float]()

    def add(self, terms: Iterable[Term], low: float = -INFINITE, high: float = INFINITE) -> int:
        """Add ``low <= sum value x column <= high`` and give its number."""
        for column, value in terms:
            self.columns.append(column)
            self.values.append(value)
        self.starts.append(len(self.columns))
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1


class Columns:
    """Numbers of the columns of a programme.

    Args:
        options: Levers on offer.
        reach: What they do.

    Attributes:
        start: Whether an option starts in a year, by option and year.
        activity: Activity of each option.
        joint: Activity of each pair.
        seen: Whether the portfolio of a correction is chosen.
        mean, tail: Bound of the weaker mean coverage, and of the tail.
    """

    def __init__(self, options: Sequence[Option], reach: Reach) -> None:
        numbers = count()
        self.start = [[next(numbers) for _ in one.starts] for one in options]
        self.activity = [next(numbers) for _ in options]
        self.joint = [next(numbers) for _ in reach.pairs]
        self.seen = [next(numbers) for _ in reach.corrections]
        self.mean, self.tail = next(numbers), next(numbers)

    @property
    def count(self) -> int:
        """Number of columns."""
        return self.tail + 1

    @property
    def whole(self) -> list[int]:
        """Columns that are 0 or 1 and nothing between."""
        return [one for row in self.start for one in row]

    @property
    def terms(self) -> list[int]:
        """Columns of the terms of `Reach.effects`, in its order."""
        return [*self.activity, *self.joint, *self.seen]


def rows_of(columns: Columns, options: Sequence[Option], reach: Reach, budget: Budget) -> Rows:
    """Gather the rows; the first is the total budget, closed until it is given."""
    rows = Rows()
    rows.add(
        (
            (column, one.cost)
            for one, row in zip(options, columns.start, strict=True)
            for column in row
        ),
        high=0.0,
    )
    _choices(rows, columns, options)
    _orders(rows, columns, options)
    _pairs(rows, columns, options, reach)
    _seen(rows, columns, options, reach)
    _payers(rows, columns, options, budget)
    _years(rows, columns, options, budget)
    return rows


def _choices(rows: Rows, columns: Columns, options: Sequence[Option]) -> None:
    """One start at most, and the activity that goes with it."""
    for one, row, active in zip(options, columns.start, columns.activity, strict=True):
        rows.add(((column, 1.0) for column in row), high=1.0)
        parts = [(column, -part) for column, part in zip(row, one.activity, strict=True)]
        rows.add([(active, 1.0), *parts], 0.0, 0.0)


def _orders(rows: Rows, columns: Columns, options: Sequence[Option]) -> None:
    """No start before that of a prerequisite; one of an exclusive pair at most."""
    place = {one.id: number for number, one in enumerate(options)}
    for one, row in zip(options, columns.start, strict=True):
        for name in one.prerequisites:
            before, years = columns.start[place[name]], options[place[name]].starts
            for last, year in enumerate(one.starts):
                own = [(column, 1.0) for column in row[: last + 1]]
                earlier = zip(before, years, strict=True)
                rows.add([*own, *((at, -1.0) for at, when in earlier if when <= year)], high=0.0)
        for name in one.excludes:
            if name in place:
                both = [*row, *columns.start[place[name]]]
                rows.add(((column, 1.0) for column in both), high=1.0)


def _pairs(rows: Rows, columns: Columns, options: Sequence[Option], reach: Reach) -> None:
    """A pair acts where both do, whatever the sign of what it does.

    The product of two binaries lies between the smaller one and their sum less one.
    """
    for pair, joint in zip(reach.pairs, columns.joint, strict=True):
        both = [_early(columns, options, number) for number in pair]
        for own in both:
            rows.add([(joint, 1.0), *((column, -1.0) for column in own)], high=0.0)
        rows.add([(joint, 1.0), *((column, -1.0) for own in both for column in own)], low=-1.0)


def _early(columns: Columns, options: Sequence[Option], number: int) -> list[int]:
    """Starts early enough for an option to act in its pairs."""
    parts = zip(columns.start[number], options[number].activity, strict=True)
    return [column for column, active in parts if active >= ACTS]


def _seen(rows: Rows, columns: Columns, options: Sequence[Option], reach: Reach) -> None:
    """A correction counts where all of its portfolio is chosen, start by start."""
    place = {one.id: number for number, one in enumerate(options)}
    for correction, seen in zip(reach.corrections, columns.seen, strict=True):
        held = []
        for name, year in correction.chosen:
            number = place[name]
            column = columns.start[number][options[number].starts.index(year)]
            rows.add([(seen, 1.0), (column, -1.0)], high=0.0)
            held.append((column, -1.0))
        rows.add([(seen, 1.0), *held], low=1.0 - len(held))


def _payers(rows: Rows, columns: Columns, options: Sequence[Option], budget: Budget) -> None:
    for payer, limit in budget.payer.items():
        costs = [
            (column, one.cost * one.payers[payer])
            for one, row in zip(options, columns.start, strict=True)
            for column in row
            if payer in one.payers
        ]
        rows.add(costs, high=limit * (1 + SLACK))


def _years(rows: Rows, columns: Columns, options: Sequence[Option], budget: Budget) -> None:
    """What is paid in a year lies within its limit."""
    if not budget.by_year:
        return
    starts = [year for one in options for year in one.starts]
    for year in range(min(starts), max(starts) + len(budget.payments)):
        limit = budget.limit(year)
        costs = [
            (column, one.cost * budget.payments[year - begun])
            for one, row in zip(options, columns.start, strict=True)
            for column, begun in zip(row, one.starts, strict=True)
            if 0 <= year - begun < len(budget.payments)
        ]
        if np.isfinite(limit):
            rows.add(costs, high=limit * (1 + SLACK))


def solver_of(columns: Columns, rows: Rows, goal: Floats, nodes: int) -> highspy.Highs:
    """Hand a programme to the solver; the goal holds what is maximised, by column.

    The search of one tree ends after a number of nodes, not a time, so that answers repeat.
    """
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = columns.count, len(rows.low)
    low, high = np.zeros(columns.count), np.ones(columns.count)
    # Coverage may fall below nothing under a lever that harms, and the tail rise above all.
    low[columns.mean], high[columns.tail] = -INFINITE, INFINITE
    program.col_cost_, program.col_lower_, program.col_upper_ = goal, low, high
    program.row_lower_, program.row_upper_ = np.array(rows.low), np.array(rows.high)
    program.sense_ = highspy.ObjSense.kMaximize
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.array(rows.starts)
    program.a_matrix_.index_ = np.array(rows.columns)
    program.a_matrix_.value_ = np.array(rows.values, dtype=float)
    kinds = [highspy.HighsVarType.kContinuous] * columns.count
    for column in columns.whole:
        kinds[column] = highspy.HighsVarType.kInteger
    program.integrality_ = kinds
    solver = _quiet()
    for name, value in SETTINGS.items():
        solver.setOptionValue(name, value)
    solver.setOptionValue("mip_max_nodes", nodes)
    solver.passModel(program)
    return solver


def _quiet() -> highspy.Highs:
    """A solver whose banner, printed past Python, does not spoil an answer on standard output."""
    sys.stdout.flush()
    screen, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        # The stubs of the solver leave its constructor untyped.
        make: Callable[[], highspy.Highs] = highspy.Highs
        return make()
    finally:
        os.dup2(screen, 1)
        os.close(screen)
        os.close(nowhere)
