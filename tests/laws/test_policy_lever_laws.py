"""Laws of levers: order and repetition change nothing, costs add up, circles are always found."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.policy.choose import resolve
from midstream.policy.costs import drawn_cost, ends, total_cost
from midstream.policy.frame import Choice
from midstream.policy.lever_checks import circle_of
from midstream.policy.levers import levers
from midstream.scenarios.frame import Frame
from units.scenarios.changed import with_rows

EVIDENCE = Evidence.load(check=False)
HELD = levers(EVIDENCE)
INDIAN = sorted(name for name, lever in HELD.items() if lever.country == "IND")
FRAME = Frame(7, 64, 2024)

some = st.lists(st.sampled_from(INDIAN), min_size=1, max_size=6)


def choice_of(names: list[str]) -> Choice | None:
    """What some names stand for; nothing where two exclude each other."""
    try:
        return resolve(EVIDENCE, names)
    except InputError:
        return None


@given(some, st.data())
@settings(max_examples=30)
def test_order_and_repetition_of_names_change_nothing(
    names: list[str], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations([*names, names[0]]))
    first = choice_of(names)
    if first is None:
        assert choice_of(shuffled) is None
        return
    assert choice_of(shuffled) == first
    assert [lever.id for lever in first.levers] == sorted(set(names))


@given(some)
@settings(max_examples=30)
def test_a_choice_never_holds_two_that_exclude_each_other(names: list[str]) -> None:
    clash = {(one, other) for one in names for other in names if other in HELD[one].excludes}
    found = choice_of(names)
    if found is None:
        assert clash
        return
    assert not clash
    missing = [
        name
        for lever in found.levers
        for name in lever.prerequisites
        if name not in names and (not HELD[name].in_base or HELD[name] in found.without)
    ]
    assert bool(missing) == any("first" in warning for warning in found.warnings)


@given(st.sets(st.sampled_from(INDIAN), min_size=1, max_size=6), st.sampled_from(INDIAN))
@settings(max_examples=20)
def test_one_lever_more_never_costs_less(names: set[str], more: str) -> None:
    ledger = Ledger(base=EVIDENCE.ledger)
    before = total_cost(EVIDENCE, FRAME, [HELD[name] for name in names], ledger)
    after = total_cost(EVIDENCE, FRAME, [HELD[name] for name in names | {more}], ledger)
    assert (after.cost.value or 0.0) >= (before.cost.value or 0.0)
    assert set(before.missing) <= set(after.missing)
    assert after.cost.lineage in ledger


@given(st.floats(0.1, 10.0), st.sampled_from(INDIAN))
@settings(max_examples=20)
def test_costs_move_with_the_money(factor: float, name: str) -> None:
    columns = ("cost_low", "cost_mode", "cost_high")
    rows = [
        {**row, **{one: row[one] * factor for one in columns if row[one] is not None}}
        if row["id"] == name
        else row
        for row in EVIDENCE.table("levers").rows
    ]
    dearer = with_rows(EVIDENCE, levers=rows)
    before = drawn_cost(EVIDENCE, FRAME, HELD[name])
    after = drawn_cost(dearer, FRAME, levers(dearer)[name])
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        np.testing.assert_allclose(after, factor * before, rtol=1e-9)
        low, _, high = ends(EVIDENCE, HELD[name]) or (0.0, 0.0, 0.0)
        assert (before >= low * (1 - 1e-12)).all()
        assert (before <= high * (1 + 1e-12)).all()


@given(st.data())
@settings(max_examples=60)
def test_a_circle_is_found_exactly_where_there_is_one(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 8))
    names = [f"l{number}" for number in range(count)]
    needs = {
        name: data.draw(st.lists(st.sampled_from(names[:place] or ["l0"]), max_size=3))
        if place
        else []
        for place, name in enumerate(names)
    }
    assert circle_of(needs) == ()
    last = data.draw(st.integers(1, count - 1))
    first = data.draw(st.integers(0, last - 1))
    closed = {**needs, names[first]: [*needs[names[first]], names[last]]}
    closed[names[last]] = [*needs[names[last]], names[first]]
    circle = circle_of(closed)
    assert circle[0] == circle[-1]
    assert len(circle) > 1
    for one, other in pairwise(circle):
        assert other in closed[one]
