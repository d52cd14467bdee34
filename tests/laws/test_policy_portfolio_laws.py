"""Laws of the portfolio, on random levers, limits and effects."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.policy.portfolio import Aim, Budget, Option, Reach, paid
from midstream.policy.portfolio_master import Master, Solution
from midstream.policy.portfolio_search import broken
from units.policy.portfolio_made import allowed, best_value, value_of

#: What ties and the thrift term may cost.
TINY = 2e-6
GROUPS = 5
few = settings(max_examples=25, deadline=None)
PAYERS = ("one", "two")


@dataclass(frozen=True)
class Case:
    """A random problem."""

    options: tuple[Option, ...]
    reach: Reach
    aim: Aim
    budget: Budget

    def solve(self, total: float | None = None) -> Solution:
        master = Master(self.options, self.reach, self.aim, self.budget)
        return master.solve(self.budget.total if total is None else total)


@st.composite
def cases(draw: st.DrawFn, most: int = 5, staggered: bool = True) -> Case:
    count = draw(st.integers(2, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    years = (2026, 2027, 2028) if staggered and draw(st.booleans()) else (2026,)
    active = (1.0, 0.6, 0.3)[: len(years)]
    names = [f"lever-{number}" for number in range(count)]
    options = tuple(
        Option(
            id=name,
            starts=years,
            activity=active,
            cost=float(rng.uniform(1, 10)),
            payers={PAYERS[0]: 0.5, PAYERS[1]: 0.5} if number % 2 else {PAYERS[0]: 1.0},
            prerequisites=(names[number - 1],) if number == 2 else (),
            excludes=(names[0],) if number == 3 else (),
        )
        for number, name in enumerate(names)
    )
    pairs = ((0, 1),)
    made = Reach(
        base=rng.uniform(0, 0.4, (GROUPS, 3)),
        single=rng.uniform(-0.05, 0.4, (count, GROUPS, 3)),
        pairs=pairs,
        joint=rng.uniform(-0.2, 0.2, (len(pairs), GROUPS, 3)),
        imported=rng.uniform(0.1, 0.5, (GROUPS, 3)),
        opened=rng.uniform(0, 0.1, (count, GROUPS, 3)),
        weights=np.full(GROUPS, 1 / GROUPS),
    )
    total = float(rng.uniform(0, sum(one.cost for one in options)))
    payer = {PAYERS[1]: 4.0} if draw(st.booleans()) else {}
    budget = Budget(total, payer=payer, payments=(0.5, 0.5))
    if len(years) > 1:
        budget = replace(budget, year=float(rng.uniform(1, 10)))
    return Case(options, made, Aim((1, 2), draw(st.sampled_from((0.0, 0.3, 1.0))), 0.6), budget)


@few
@given(cases())
def test_the_programme_finds_what_trying_all_finds(case: Case) -> None:
    found = case.solve()
    best = best_value(case.options, case.reach, case.aim, case.budget)
    assert abs(found.worth.value - best) < TINY
    assert found.gap < TINY


@few
@given(cases())
def test_no_limit_is_broken(case: Case) -> None:
    chosen = case.solve().chosen
    assert broken(case.options, case.budget, chosen) == ""
    payments = paid(case.options, chosen, case.budget.payments)
    assert payments.total <= case.budget.total * (1 + TINY)
    for payer, limit in case.budget.payer.items():
        assert payments.of_payer(payer) <= limit * (1 + TINY)
    for year in range(2026, 2032):
        assert payments.of_year(year) <= case.budget.limit(year) * (1 + TINY)


@few
@given(cases(staggered=False), st.floats(0.1, 0.9))
def test_more_budget_never_lowers_the_objective(case: Case, part: float) -> None:
    master = Master(case.options, case.reach, case.aim, case.budget)
    less, more = master.solve(case.budget.total * part), master.solve(case.budget.total)
    assert more.worth.value >= less.worth.value - TINY
    assert more.relaxed >= more.worth.value - TINY


@few
@given(cases(most=4, staggered=False), st.floats(0.1, 5))
def test_a_lever_without_effect_that_costs_is_never_chosen(case: Case, cost: float) -> None:
    idle = Option("idle", (2026,), (1.0,), cost)
    nothing = np.zeros((1, GROUPS, 3))
    made = replace(
        case.reach,
        single=np.concatenate([nothing, case.reach.single]),
        opened=np.concatenate([nothing, case.reach.opened]),
        pairs=tuple((one + 1, other + 1) for one, other in case.reach.pairs),
    )
    wider = replace(case, options=(idle, *case.options), reach=made)
    found = wider.solve()
    assert "idle" not in dict(found.chosen)
    assert found.chosen == case.solve().chosen


@few
@given(cases(most=4))
def test_no_other_portfolio_is_better_and_cheaper(case: Case) -> None:
    found = case.solve()
    for other in allowed(case.options, case.budget):
        cost = sum(one.cost for one in case.options if one.id in dict(other))
        better = value_of(case.options, case.reach, case.aim, other) > found.worth.value + TINY
        assert not (better and cost <= found.cost)


@few
@given(cases(most=4))
def test_the_order_of_levers_changes_nothing(case: Case) -> None:
    order = list(range(len(case.options)))[::-1]
    place = {old: new for new, old in enumerate(order)}
    made = replace(
        case.reach,
        single=case.reach.single[order],
        opened=case.reach.opened[order],
        pairs=tuple((place[one], place[other]) for one, other in case.reach.pairs),
    )
    turned = replace(case, options=tuple(case.options[n] for n in order), reach=made)
    assert dict(turned.solve().chosen) == dict(case.solve().chosen)


@few
@given(cases(most=4))
def test_the_dearer_of_two_that_do_the_same_is_never_chosen(case: Case) -> None:
    first = case.options[0]
    twin = replace(first, id="twin", cost=first.cost + 1, excludes=(first.id,))
    made = replace(
        case.reach,
        single=np.concatenate([case.reach.single, case.reach.single[:1]]),
        opened=np.concatenate([case.reach.opened, case.reach.opened[:1]]),
        pairs=(),
        joint=np.zeros((0, GROUPS, 3)),
    )
    options = tuple(replace(one, prerequisites=(), excludes=()) for one in case.options)
    found = replace(case, options=(*options, twin), reach=made).solve()
    assert "twin" not in dict(found.chosen)


@few
@given(cases(most=4))
def test_doubling_costs_and_budget_changes_nothing(case: Case) -> None:
    options = tuple(replace(one, cost=2 * one.cost) for one in case.options)
    budget = replace(
        case.budget,
        total=2 * case.budget.total,
        year=2 * case.budget.year,
        payer={name: 2 * limit for name, limit in case.budget.payer.items()},
    )
    twice = replace(case, options=options, budget=budget)
    assert twice.solve().chosen == case.solve().chosen
