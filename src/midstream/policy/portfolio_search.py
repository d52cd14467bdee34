"""Whether a portfolio is allowed, and a quick search for a good one to start the programme from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from midstream.policy.portfolio import (
    Aim,
    Budget,
    Chosen,
    Option,
    Reach,
    Terms,
    fed_at,
    paid,
    point_of,
    prized,
)

#: Money under a limit is kept to this part of it.
SLACK = 1e-9
#: Values closer than this are the same.
SAME = 1e-9


def broken(options: Sequence[Option], budget: Budget, chosen: Chosen) -> str:
    """Say which limit a portfolio breaks; blank where it is allowed."""
    held = {one.id: one for one in options}
    starts = dict(chosen)
    for name, year in chosen:
        for other in held[name].prerequisites:
            if starts.get(other, np.inf) > year:
                return f"{name} starts before {other}, which it needs"
        for other in held[name].excludes:
            if other in starts:
                return f"{name} excludes {other}"
    return _overspent([held[name] for name, _ in chosen], chosen, budget)


def _overspent(bought: Sequence[Option], chosen: Chosen, budget: Budget) -> str:
    if sum(one.cost for one in bought) > budget.total * (1 + SLACK):
        return "the whole budget is exceeded"
    if not budget.payer and not budget.by_year:
        return ""
    payments = paid(bought, chosen, budget.payments)
    for payer, limit in budget.payer.items():
        if payments.of_payer(payer) > limit * (1 + SLACK):
            return f"{payer} pays more than its limit"
    for year in sorted({when for _, when in payments.amounts}):
        if payments.of_year(year) > budget.limit(year) * (1 + SLACK):
            return f"more than the limit is paid in {year}"
    return ""


@dataclass(frozen=True, slots=True)
class Finder:
    """Moves from portfolio to portfolio.

    Attributes:
        options, reach, aim, budget: As in `midstream.policy.portfolio_master.Master`.
        terms: ``reach.terms``.
        values: Values of portfolios that were looked at; they hold under every budget.
    """

    options: tuple[Option, ...]
    reach: Reach
    aim: Aim
    budget: Budget
    terms: Terms
    values: dict[Chosen, float] = field(default_factory=dict)

    def value(self, chosen: Chosen) -> float:
        """Value of a portfolio, worked out once."""
        if chosen not in self.values:
            point = point_of(self.options, self.reach, chosen)
            after = fed_at(self.reach, point, self.terms).after
            self.values[chosen] = prized(after, self.aim, self.reach.weights).value
        return self.values[chosen]

    def cost(self, chosen: Chosen) -> float:
        """Cost of a portfolio, USD million."""
        starts = dict(chosen)
        return sum(one.cost for one in self.options if one.id in starts)

    def allowed(self, chosen: Chosen) -> bool:
        """Whether a portfolio breaks no limit."""
        return not broken(self.options, self.budget, chosen)

    def climb(self, chosen: Chosen = ()) -> Chosen:
        """Take the best move until none helps."""
        here, value = chosen, self.value(chosen)
        while True:
            found = [(self.value(one), one) for one in self.moves(here)]
            best = max(found, key=lambda pair: pair[0], default=(value, here))
            if best[0] <= value + SAME:
                return here
            value, here = best

    def tidied(self, chosen: Chosen) -> Chosen:
        """Go to neighbours of the same value that are cheaper, earlier or first by id."""
        here, value = chosen, self.value(chosen)
        while True:
            order = self._order(here)
            same = [
                one
                for one in self.moves(here)
                if self._order(one) < order and self.value(one) >= value - SAME
            ]
            if not same:
                return here
            here = min(same, key=self._order)

    def _order(self, chosen: Chosen) -> tuple[float, int, Chosen]:
        first = {one.id: one.starts[0] for one in self.options}
        late = sum(year - first[name] for name, year in chosen)
        return round(self.cost(chosen), 9), late, chosen

    def moves(self, chosen: Chosen) -> Iterator[Chosen]:
        """Allowed neighbours: one lever less, one more with what it needs, moved, or swapped."""
        held = dict(chosen)
        for name in held:
            less = {one: year for one, year in held.items() if one != name}
            yield from self._if_allowed(less)
            for option in self.options:
                if option.id not in held:
                    yield from self._with(less, option)
            for year in self._option(name).starts:
                if year < held[name]:
                    yield from self._if_allowed({**held, name: year})
        for option in self.options:
            if option.id not in held:
                yield from self._with(held, option)

    def _option(self, name: str) -> Option:
        return next(one for one in self.options if one.id == name)

    def _with(self, held: dict[str, int], option: Option) -> Iterator[Chosen]:
        """The portfolio with one more lever, and what it needs, at the earliest allowed start."""
        needed = self._needed(option, held)
        for year in option.starts:
            more = {name: self._option(name).starts[0] for name in needed}
            found = tuple(self._if_allowed({**held, **more, option.id: year}))
            if found:
                yield from found
                return

    def _needed(self, option: Option, held: dict[str, int]) -> list[str]:
        found: list[str] = []
        waiting = list(option.prerequisites)
        while waiting:
            name = waiting.pop()
            if name not in held and name not in found:
                found.append(name)
                waiting.extend(self._option(name).prerequisites)
        return found

    def _if_allowed(self, held: dict[str, int]) -> Iterator[Chosen]:
        chosen = tuple(sorted(held.items()))
        if self.allowed(chosen):
            yield chosen
