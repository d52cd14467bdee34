"""The plan on the shipped studies: what is bought, what is refused, what follows from a miss."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from midstream.cli import app
from midstream.errors import InputError
from midstream.evidence import Quantity
from midstream.policy.levers import levers
from midstream.policy.plan import replan
from midstream.policy.plan_request import Request, request_of
from midstream.policy.plan_result import Plan
from midstream.policy.programme_menu import check_circles, menu
from midstream.study import Study
from units.policy.stress_made import effect, lever

DRAWS = 60


def planned(study: Study, budget: float = 1200, **asked: Any) -> Plan:
    given = {"draws": DRAWS, "firm": False} | asked
    return study.policy_plan(budget, given.pop("currency", "USD million"), **given)


def value(one: Quantity) -> float:
    assert one.value is not None
    return one.value


class TestKeys:
    @given(
        st.floats(1, 1e6).map(lambda one: float(f"{one:.12g}")),
        st.sampled_from(["USD", "INR crore"]),
        st.dictionaries(
            st.text(min_size=1).filter(lambda one: one == one.strip()), st.floats(0, 9)
        ),
        st.dictionaries(st.integers(2026, 2035), st.floats(0, 9)),
        st.none() | st.floats(0, 1e6),
        st.lists(st.text(min_size=1), unique=True).map(sorted),
    )
    def test_a_request_is_read_again_from_its_key(
        self,
        budget: float,
        currency: str,
        payer: dict[str, float],
        years: dict[int, float],
        year: float | None,
        without: list[str],
    ) -> None:
        asked = Request(budget, currency, payer, year, years, "score", without=tuple(without))
        assert request_of(asked.key) == asked
        assert "/" not in asked.key
        assert " " not in asked.key

    def test_what_was_solved_again_is_not(self) -> None:
        asked = Request(5, "USD", waits={"recycling": 2028})
        assert request_of(asked.key) is None
        assert asked.key != Request(5, "USD", waits={"recycling": 2029}).key


class TestPlan:
    def test_it_keeps_to_the_budget_and_says_what_is_left(self, india: Study) -> None:
        found = planned(india)
        assert found.levers
        assert value(found.unspent) >= 0
        assert value(found.gap) < 1e-6
        spent = sum(value(one) for one in found.payments.values())
        assert spent == pytest.approx(value(found.budget) - value(found.unspent))
        assert value(found.objective) > value(found.before)

    def test_the_scores_are_those_of_the_middle_test(self, india: Study) -> None:
        found = planned(india)
        bench = india.policy_bench(draws=DRAWS)
        held = levers(india.evidence)
        starts = {name: float(year) for name, year in found.chosen}
        run = bench.outcome([held[name] for name in starts], starts=starts)
        mean = float((run.low[:, 1] + run.high[:, 1]).mean() / 2)
        assert value(found.scores["C2"].score) == pytest.approx(mean)
        assert value(found.scores["C2"].gain) > 0

    def test_the_frontier_rises_and_holds_the_budget(self, india: Study) -> None:
        rows = planned(india).frontier
        worth = [value(row.value) for row in rows]
        assert worth == sorted(worth)
        assert [row.asked for row in rows].count(True) == 1
        assert all(value(row.cost) <= value(row.budget) + 1e-9 for row in rows)

    def test_rupees_are_turned_at_the_rate_of_the_price_year(self, india: Study) -> None:
        found = planned(india, 10_000, currency="INR crore")
        again = planned(india, value(found.budget))
        assert 1000 < value(found.budget) < 1300
        assert found.chosen == again.chosen

    def test_a_limit_by_year_holds_and_may_delay(self, india: Study) -> None:
        found = planned(india, 1200, year=200.0)
        assert all(value(one) <= 200 + 1e-6 for one in found.payments.values())
        assert found.chosen != planned(india).chosen

    def test_a_payer_at_nothing_pays_nothing(self, india: Study) -> None:
        found = planned(india, 1200, payer={"Government of Japan": 0.0})
        assert all("Government of Japan" not in one.payers for one in found.levers)

    def test_scores_can_be_the_aim(self, india: Study) -> None:
        assert value(planned(india, measure="score").scores["C2"].gain) > 0

    def test_robustness_is_a_share_of_samples(self, india: Study) -> None:
        found = planned(india, firm=True)
        shares = [value(one) for one in found.robust.values()]
        assert all(0 <= share <= 1 for share in shares)
        assert max(shares) > 0

    def test_every_lever_is_chosen_or_left_out_with_a_reason(self, india: Study) -> None:
        found = planned(india)
        named = {one.id for one in found.left} | {name for name, _ in found.chosen}
        assert named == set(levers(india.evidence))
        assert all(one.why for one in found.left)

    def test_japan_plans_with_its_own_levers(self, japan: Study) -> None:
        found = planned(japan)
        assert {levers(japan.evidence)[name].country for name, _ in found.chosen} == {"JPN"}

    def test_a_lever_can_be_left_out(self, india: Study) -> None:
        first = planned(india).levers[0].id
        found = planned(india, without=(first,))
        assert first not in dict(found.chosen)
        told = {one.id: one.why for one in found.left}
        assert told[first] == "it was left out by the request"

    def test_numbers_stand_in_the_ledger(self, india: Study) -> None:
        found = planned(india)
        for one in (found.objective, found.cost, found.unspent, *found.shadow.values()):
            assert one.lineage in india.ledger
        assert india.ledger.trace(found.objective.lineage)["inputs"]


class TestRefused:
    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            ({"budget": -1}, "nothing can be bought"),
            ({"budget": float("nan")}, "nothing can be bought"),
            ({"budget": 1}, "buys no lever that does anything"),
            ({"currency": "XYZ"}, "rates are on record for"),
            ({"currency": "INR crores"}, "did you mean crore"),
            ({"by": 2020}, "first decisions fall in"),
            ({"by": 2060}, "worked out to"),
            ({"measure": "scores"}, "did you mean score"),
            ({"payer": {"Government of Indian": 1.0}}, "did you mean Government of India"),
            ({"weights": (1.0, 2.0)}, "each draw takes one weight"),
        ],
    )
    def test_with_one_clear_error(self, india: Study, asked: dict[str, Any], words: str) -> None:
        with pytest.raises(InputError, match=words):
            planned(india, **{"budget": 1200, **asked})

    def test_circles_are_named(self) -> None:
        names = {"a": ("b",), "b": ("c",), "c": ("a",)}
        held = {name: lever(name, prerequisites=needs) for name, needs in names.items()}
        with pytest.raises(InputError, match="a needs b needs c needs a"):
            check_circles(held)

    def test_an_unknown_prerequisite_is(self) -> None:
        with pytest.raises(InputError, match="which is no lever"):
            check_circles({"a": lever("a", prerequisites=("b",))})

    def test_a_country_without_levers(self, small: Study) -> None:
        with pytest.raises(InputError):
            planned(small)


class TestMenu:
    def offered(self, *held: Any, **costs: float | None) -> Any:
        return menu(held, costs, "IND", (2026, 2035), staggered=False)

    def test_what_needs_a_lever_without_cost_is_left_out_too(self) -> None:
        one, other = lever("a", effect("x")), lever("b", effect("y"), prerequisites=("a",))
        found = self.offered(one, other, a=None, b=5.0)
        assert [left.id for left in found.left] == ["a", "b"]
        assert "it needs a" in found.left[1].why

    def test_nothing_starts_before_what_it_needs(self) -> None:
        one = lever("a", effect("x"), start=2029.0)
        other = lever("b", effect("y"), prerequisites=("a",))
        assert self.offered(one, other, a=5.0, b=5.0).starts["b"] == (2029,)

    def test_what_acts_too_late_is_left_out(self) -> None:
        found = self.offered(lever("a", effect("x"), start=2033.0, lag=2.0), a=5.0)
        assert found.left[0].why.startswith("it would act too late")

    def test_years_before_the_horizon_are_on_offer_where_starts_are_staggered(self) -> None:
        held = (lever("a", effect("x"), lag=2.0),)
        found = menu(held, {"a": 5.0}, "IND", (2026, 2035), staggered=True)
        assert found.starts["a"] == tuple(range(2026, 2033))


class TestReplan:
    def test_a_miss_delays_the_lever(self, india: Study) -> None:
        before = planned(india)
        bench, held = india.policy_bench(draws=DRAWS), tuple(levers(india.evidence).values())
        stone = before.roadmap[0]
        after = replan(bench, held, before, [stone.id])
        old, new = dict(before.chosen), dict(after.chosen)
        assert new.get(stone.lever, 9999) > old[stone.lever]
        assert value(after.objective) <= value(before.objective) + 1e-9

    def test_draws_that_were_seen_weigh_more(self, india: Study) -> None:
        bench, held = india.policy_bench(draws=DRAWS), tuple(levers(india.evidence).values())
        before = planned(india)
        cover = np.nan_to_num(bench.outcome(()).coverage[:, 2])
        after = replan(bench, held, before, [], tuple(float(one > 0) for one in cover))
        assert value(after.before) > value(before.before)

    def test_an_unknown_milestone_is_named(self, india: Study) -> None:
        bench, held = india.policy_bench(draws=DRAWS), tuple(levers(india.evidence).values())
        with pytest.raises(InputError, match="no milestone"):
            replan(bench, held, planned(india), ["nothing:award"])


def test_the_command_answers_with_one_document() -> None:
    told = ["policy", "plan", "--budget", "400", "--currency", "USD million", "--draws", "40"]
    found = CliRunner().invoke(app, [*told, "--json", "--per-year", "200"])
    assert found.exit_code == 0, found.output
    result = json.loads(found.stdout)["result"]
    assert {"levers", "scores", "frontier", "roadmap", "gap", "shadow_price"} <= set(result)
    assert all({"year", "milestone"} <= set(one) for one in result["roadmap"])
    assert all({"id", "start", "cost"} <= set(one) for one in result["levers"])
