"""The best portfolio of a budget, checked by the engine, and that of other budgets beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from midstream.policy.portfolio import Budget, Chosen, Worth
from midstream.policy.portfolio_master import Master, Solution
from midstream.policy.portfolio_search import broken
from midstream.policy.programme import Programme

#: Difference of value at which linear model and engine agree.
AGREE = 1e-6


@dataclass(frozen=True, slots=True)
class Tried:
    """A portfolio that the engine has run.

    Attributes:
        chosen: The portfolio.
        cost: USD million.
        linear: Value by the linear model when it was first chosen.
        worth: What it is worth by the engine.
    """

    chosen: Chosen
    cost: float
    linear: float
    worth: Worth


@dataclass(frozen=True, slots=True)
class Point:
    """The best portfolio of one budget.

    Attributes:
        budget: USD million.
        best: The best of the portfolios the engine has run.
        solution: Last answer of the programme.
        rounds: Runs of the engine it took until the order was stable.
        stable: Whether the programme and the engine agree in the end.
    """

    budget: float
    best: Tried
    solution: Solution
    rounds: int
    stable: bool


@dataclass(slots=True)
class Settler:
    """Solves budgets one after the other; what the engine has found is kept for the next.

    Attributes:
        programme: With the corrections so far.
        budget: Limits by payer and year.
        rounds: Most engine runs of one budget.
        tried: Portfolios that were run.
    """

    programme: Programme
    budget: Budget
    rounds: int
    tried: dict[Chosen, Tried] = field(default_factory=dict)
    _master: Master | None = None

    def solve(self, total: float) -> Solution:
        """Solve one budget under the corrections so far."""
        held = self.programme
        if self._master is None:
            self._master = Master(held.options, held.reach, held.aim, self.budget)
        start = self.known(total)
        return self._master.solve(total, start.chosen if start else ())

    def settle(self, total: float) -> Point:
        """Solve a budget, run the answer, correct the model, until the order is stable.

        Args:
            total: USD million.
        """
        self._try((), 0.0)
        solution, stable = self.solve(total), False
        rounds = 0
        while rounds < self.rounds:
            rounds += 1
            known = solution.chosen in self.tried
            found = self._try(solution.chosen, solution.worth.value)
            if known or abs(found.worth.value - solution.worth.value) <= AGREE:
                stable = True
                break
            self.programme = self.programme.corrected(solution.chosen)
            self._master = None
            solution = self.solve(total)
        best = self.known(total) or self.tried[()]
        return Point(total, best, solution, rounds, stable)

    def _try(self, chosen: Chosen, linear: float) -> Tried:
        if chosen not in self.tried:
            costs = self.programme.menu.costs
            cost = sum(costs[name] for name, _ in chosen)
            self.tried[chosen] = Tried(chosen, cost, linear, self.programme.engine(chosen))
        return self.tried[chosen]

    def known(self, total: float) -> Tried | None:
        """The best allowed portfolio so far by the engine; ties go to the cheaper, then by id."""
        budget, options = replace(self.budget, total=total), self.programme.options
        held = [one for one in self.tried.values() if not broken(options, budget, one.chosen)]
        order = sorted(held, key=lambda one: (-round(one.worth.value, 9), one.cost, one.chosen))
        return order[0] if order else None


def frontier(settler: Settler, budgets: Sequence[float]) -> tuple[Point, ...]:
    """Best portfolio of each budget, from the smallest up; none is worth less than one before.

    Args:
        settler: Solves and runs.
        budgets: USD million.
    """
    points = [settler.settle(budget) for budget in sorted(set(budgets))]
    # What a later budget has tried may be the best of an earlier one as well.
    return tuple(replace(point, best=settler.known(point.budget) or point.best) for point in points)


@dataclass(frozen=True, slots=True)
class Shadow:
    """What one more USD million is worth.

    Attributes:
        up, down: By finite difference between the best portfolios of this and of the next larger
            and smaller budget; ``None`` where there is none.
        relaxed: Dual of the budget row, if parts of levers could be bought.
    """

    up: float | None
    down: float | None
    relaxed: float


def shadow(points: Sequence[Point], budget: float) -> Shadow:
    """Read the shadow price of a budget off its neighbours.

    Args:
        points: Frontier, ascending.
        budget: One of its budgets.
    """
    place = next(n for n, one in enumerate(points) if one.budget == budget)

    def slope(one: Point, other: Point) -> float:
        rise = other.best.worth.value - one.best.worth.value
        return rise / (other.budget - one.budget)

    return Shadow(
        up=slope(points[place], points[place + 1]) if place + 1 < len(points) else None,
        down=slope(points[place - 1], points[place]) if place else None,
        relaxed=points[place].solution.dual,
    )
