"""The mixed-integer programme of a portfolio, solved by HiGHS with cuts from the exact value.

Binaries ``x_ls`` say that lever l starts in year s. The value is concave in the activities, so that
slopes at any point bound it from above: mean coverage ``z <= m(p) + m'(p)(a - p)`` and tail
``r >= c(p) + c'(p)(a - p)``. The programme maximises ``z - w r`` under the cuts found so far, the
true value of its answer gives new cuts, and it ends when the two meet: the integer L-shaped method.
The cuts know nothing of the budget, so that one set serves every budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np

from midstream.chain.estimate import Floats
from midstream.errors import ModelError
from midstream.policy.portfolio import Aim, Budget, Chosen, Option, Reach, Worth, point_of, worth
from midstream.policy.portfolio_rows import INFINITE, Columns, Term, rows_of, solver_of
from midstream.policy.portfolio_search import SLACK, Finder

#: Bound less value at which an answer is taken for the best.
CLOSE = 1e-9
#: Least by which a cut has to cut.
CUTS = 1e-10
#: Rounds of cuts of one search, and nodes of one tree; the gap is told where they end it.
ROUNDS, NODES = 400, 20_000
#: The same where years have limits: staggered starts are close to each other, and hard to tell.
YEAR_ROUNDS, YEAR_NODES = 5, 300
#: Worth of the cost of all levers together: breaks ties in favour of the cheaper.
THRIFT = 1e-6


@dataclass(frozen=True, slots=True)
class Solution:
    """The best portfolio of a budget.

    Attributes:
        chosen: Levers and start years, by id.
        worth: What it is worth.
        gap: What no portfolio can be worth more than it, 0 or more.
        cost: USD million.
        relaxed: Value if parts of levers could be bought.
        dual: Its slope in the budget, per USD million: the dual of the budget row.
        rounds: Rounds of cuts.
    """

    chosen: Chosen
    worth: Worth
    gap: float
    cost: float
    relaxed: float
    dual: float
    rounds: int


@dataclass(slots=True)
class _Search:
    """Where a search stands: the bound, the best portfolio so far, its value, rounds."""

    bound: float
    best: Chosen
    value: float
    rounds: int = 0


class Master:
    """The programme of one set of options; solves any budget and keeps its cuts.

    Args:
        options: Levers on offer, by id.
        reach: What they do.
        aim: What is maximised.
        budget: Limits by payer and year, and the payments; the total is given to `solve`.
    """

    def __init__(self, options: Sequence[Option], reach: Reach, aim: Aim, budget: Budget) -> None:
        self.options, self.reach, self.aim, self.budget = tuple(options), reach, aim, budget
        self.terms = reach.terms
        self._seen: dict[Chosen, float] = {}
        self.columns = Columns(self.options, reach)
        rows = rows_of(self.columns, self.options, reach, budget)
        self.limits = (YEAR_ROUNDS, YEAR_NODES) if budget.by_year else (ROUNDS, NODES)
        self.solver = solver_of(self.columns, rows, self._goal(), self.limits[1])
        self.values = np.zeros(self.columns.count)
        self.values[self.columns.mean], self.values[self.columns.tail] = np.inf, -np.inf
        for level in (0.0, 1.0):
            point = np.full(len(self.terms.effects), level)
            self._cut(point, worth(reach, aim, point, self.terms))

    def solve(self, total: float, start: Chosen = ()) -> Solution:
        """Find the best portfolio; ties go to the cheaper, then the earlier, then by id.

        Args:
            total: USD million, 0 or more.
            start: An allowed portfolio to look from.

        Raises:
            ModelError: if the solver gives up.
        """
        finder = self.finder(total)
        self.solver.changeRowBounds(0, -INFINITE, total * (1 + SLACK))
        self._integral(False)
        relaxed = self._search(_Search(np.inf, (), -np.inf), integral=False)
        dual = abs(float(self.solver.getSolution().row_dual[0]))
        self._integral(True)
        first = finder.climb(start)
        found = self._search(_Search(np.inf, first, self._net(first)), integral=True)
        chosen = finder.tidied(found.best)
        held, cost = self._worth(chosen), finder.cost(chosen)
        gap, rounds = max(0.0, found.bound - found.value), relaxed.rounds + found.rounds
        return Solution(chosen, held, gap, cost, relaxed.bound, dual, rounds)

    def finder(self, total: float) -> Finder:
        """The quick search under a budget."""
        budget = replace(self.budget, total=total)
        return Finder(self.options, self.reach, self.aim, budget, self.terms, self._seen)

    def _search(self, state: _Search, integral: bool) -> _Search:
        """Cut until bound and value meet."""
        if integral:
            self._cut(*self._at(state.best))
        most = self.limits[0] if integral else ROUNDS
        while state.rounds < most:
            if integral:
                self._offer(state.best)
            bound, point = self._run()
            state.bound = min(state.bound, bound)
            state.rounds += 1
            chosen: Chosen = ()
            net = -float(self._thrift @ self.values)
            if integral:
                chosen = self._chosen()
                point = point_of(self.options, self.reach, chosen)
                net = -self._saved(chosen)
            found = worth(self.reach, self.aim, point, self.terms)
            if found.value + net > state.value:
                state.best, state.value = chosen, found.value + net
            if state.bound - state.value <= CLOSE or not self._cut(point, found):
                break
        return state

    @property
    def _thrift(self) -> Floats:
        """What the start of every option is charged for its cost, by column."""
        total = sum(one.cost for one in self.options) or 1.0
        found = np.zeros(self.columns.count)
        for one, row in zip(self.options, self.columns.start, strict=True):
            found[row] = THRIFT * one.cost / total
        return found

    def _goal(self) -> Floats:
        """The objective, by column."""
        found = -self._thrift
        found[self.columns.mean], found[self.columns.tail] = 1.0, -self.aim.tail_weight
        return found

    def _saved(self, chosen: Chosen) -> float:
        total, starts = sum(one.cost for one in self.options) or 1.0, dict(chosen)
        return THRIFT * sum(one.cost for one in self.options if one.id in starts) / total

    def _net(self, chosen: Chosen) -> float:
        return self._worth(chosen).value - self._saved(chosen)

    def _at(self, chosen: Chosen) -> tuple[Floats, Worth]:
        return point_of(self.options, self.reach, chosen), self._worth(chosen)

    def _offer(self, chosen: Chosen) -> None:
        """Give the solver a portfolio to start from; it fills in the rest."""
        starts = dict(chosen)
        index, values = [], []
        for one, row in zip(self.options, self.columns.start, strict=True):
            for year, column in zip(one.starts, row, strict=True):
                index.append(column)
                values.append(float(starts.get(one.id) == year))
        self.solver.setSolution(len(index), np.array(index, dtype=np.int32), np.array(values))

    def _run(self) -> tuple[float, Floats]:
        """Solve under the cuts so far: the bound, and the point of the answer."""
        self.solver.run()
        status, info = self.solver.getModelStatus(), self.solver.getInfo()
        short = status == highspy.HighsModelStatus.kSolutionLimit
        if not short and status != highspy.HighsModelStatus.kOptimal:
            raise ModelError(
                f"the portfolio was not solved: {self.solver.modelStatusToString(status)}",
                where="policy plan",
            )
        self.values = np.asarray(self.solver.getSolution().col_value)
        bound = info.mip_dual_bound if short else info.objective_function_value
        return float(bound), self.values[self.columns.terms]

    def _chosen(self) -> Chosen:
        return tuple(
            (one.id, year)
            for one, row in zip(self.options, self.columns.start, strict=True)
            for year, column in zip(one.starts, row, strict=True)
            if self.values[column] > 0.5
        )

    def _worth(self, chosen: Chosen) -> Worth:
        point = point_of(self.options, self.reach, chosen)
        return worth(self.reach, self.aim, point, self.terms)

    def _cut(self, point: Floats, found: Worth) -> bool:
        """Bound means and tail by their slopes at a point; whether that cuts off the answer."""
        columns, new = self.columns.terms, False
        here, mean, tail = self.values[columns], self.columns.mean, self.columns.tail
        for value, slope in zip(found.means, found.mean_slopes, strict=True):
            level = float(value - slope @ point)
            if self.values[mean] > level + float(slope @ here) + CUTS:
                self._row([(mean, 1.0), *zip(columns, -slope, strict=True)], -INFINITE, level)
                new = True
        slope = found.tail_slopes
        level = float(found.tail - slope @ point)
        if self.values[tail] < level + float(slope @ here) - CUTS:
            self._row([(tail, 1.0), *zip(columns, -slope, strict=True)], level, INFINITE)
            new = True
        return new

    def _row(self, row: Sequence[Term], low: float, high: float) -> None:
        kept = [(column, float(value)) for column, value in row if value]
        index = np.array([column for column, _ in kept], dtype=np.int32)
        self.solver.addRow(low, high, len(kept), index, np.array([one for _, one in kept]))

    def _integral(self, integral: bool) -> None:
        kind = highspy.HighsVarType.kInteger if integral else highspy.HighsVarType.kContinuous
        for column in self.columns.whole:
            self.solver.changeColIntegrality(column, kind)
