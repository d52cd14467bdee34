"""Conditions and rules as the tables have them, and what they are read from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.scenarios import regions_read
from midstream.scenarios.regions import Comparison, Condition, Rule, check_rules, definition
from midstream.scenarios.regions_met import Plants, holds, met
from midstream.study import Study
from units.scenarios.outcomes import FORM, HOME, outcome, project


def without(*forms: str) -> Callable[[str, str], bool]:
    """On record of every form but some."""
    return lambda form, country: bool(country) and form not in forms


ALL = regions_read.Record(without(), without())
ONE = Comparison("id", FORM, "output", "share-of-need", 0.25, "ratio")


def fab(value: float = 1.0, **parts: object) -> Comparison:
    return replace(ONE, metric="plants", threshold="absolute", value=value, unit="plant", **parts)


class TestTables:
    def test_every_variant_has_the_same_scenarios_in_the_same_order(
        self, evidence: Evidence
    ) -> None:
        found = {
            name: regions_read.rules(evidence, name) for name in ("base", "looser", "stricter")
        }
        names = {tuple(rule.scenario for rule in rules) for rules in found.values()}
        assert len(names) == 1
        for rules in found.values():
            check_rules(rules)

    def test_an_unknown_variant_is_refused(self, evidence: Evidence) -> None:
        with pytest.raises(InputError, match="unknown variant"):
            regions_read.rules(evidence, "laxer")

    def test_a_gap_in_the_ranks_is_refused(self) -> None:
        with pytest.raises(InputError, match="leave a gap"):
            check_rules([Rule("a", "A", 0, {}), Rule("b", "B", 2, {"scale": 1})])
        with pytest.raises(InputError, match="rule on the first"):
            check_rules([Rule("a", "A", 0, {"scale": 1})])

    def test_rows_of_a_country_stand_before_the_default(self, study: Study) -> None:
        own = regions_read.conditions(study.evidence, study.world, "IND", (), ALL)
        other = regions_read.conditions(study.evidence, study.world, "DEU", (), ALL)
        assert {one.id for one in own}.isdisjoint(one.id for one in other)
        cluster = next(one for one in own if one.id == "second-cluster")
        assert len(cluster.comparisons) == 2
        assert " or " in cluster.words

    def test_the_default_looks_at_the_forms_of_the_chains(self, study: Study) -> None:
        found = regions_read.conditions(study.evidence, study.world, "DEU", ("gallium",), ALL)
        assert {c.form for one in found for c in one.comparisons} == {
            "gallium-metal",
            "gaas-gan-wafer",
        }
        volume = {one.comparisons[0].form for one in found if one.role == "at-volume"}
        assert volume == {"gallium-metal", "gaas-gan-wafer"}

    def test_a_condition_without_a_maker_or_need_is_left_out_and_named(self, study: Study) -> None:
        record = regions_read.Record(without("li-ion-cell"), without("mature-node-chip"))
        found = regions_read.conditions(study.evidence, study.world, "IND", (), record)
        ids = {one.id for one in found}
        assert "volume-cell" not in ids
        assert "scale-cell" in ids
        assert "volume-chip" not in ids
        lines = regions_read.unread(study.evidence, study.world, "IND", record)
        assert any(line.startswith("volume-cell: need of") for line in lines)
        assert any(line.startswith("volume-chip: output of") for line in lines)

    def test_a_country_of_which_nothing_can_be_read_is_refused(self, study: Study) -> None:
        none = regions_read.Record(without(*study.world.forms), without(*study.world.forms))
        with pytest.raises(InputError, match="no scenario can be told apart"):
            regions_read.conditions(study.evidence, study.world, "DEU", (), none)

    def test_a_threshold_in_a_unit_of_plants_is_brought_to_that_of_the_form(
        self, study: Study
    ) -> None:
        found = regions_read.conditions(study.evidence, study.world, "IND", (), ALL)
        chip = next(one for one in found if one.id == "volume-chip").comparisons[0]
        factors = study.evidence.table("facility_factors").rows
        own = {(row["form"], row["unit"]): row["factor"] for row in factors}
        assert chip.factor == own["mature-node-chip", "wafers/month"]

    def test_thresholds_are_entered_with_their_sources(self, study: Study) -> None:
        found = regions_read.conditions(study.evidence, study.world, "IND", (), ALL)
        ledger = Ledger()
        regions_read.enter_conditions(ledger, found, 2035)
        node = ledger["sc-ind-scale-magnet"]
        assert node.kind == "assumption"
        assert node.quantity.value == 10_000
        assert node.source


class TestWords:
    def test_a_definition_names_thresholds_and_what_is_above(self) -> None:
        conditions = [
            Condition("v", "at-volume", (ONE,), "a quarter"),
            Condition("s", "scale", (ONE,), "much"),
        ]
        low = Rule("low", "Low", 1, {"at-volume": 1})
        high = Rule("high", "High", 2, {"scale": 3})
        assert definition(low, conditions, [high]) == "a quarter; and not high"
        assert definition(high, conditions, []) == "much"
        assert definition(Rule("none", "None", 0, {}), conditions, [low]) == (
            "none of the other scenarios"
        )


class TestMet:
    def test_a_share_of_need(self) -> None:
        found = outcome([24.0, 25.0, 26.0], [100.0] * 3)
        assert holds(ONE, found).tolist() == [False, True, True]

    def test_a_share_of_the_supply_outside_the_incumbents(self) -> None:
        tenth = replace(ONE, threshold="share-outside", value=0.1)
        found = outcome([9.0, 11.0], [100.0] * 2, away=80.0, leader=1e6, unnamed=10.0)
        # 9 of 99 and 11 of 101; the leader does not count.
        assert holds(tenth, found).tolist() == [False, True]
        counted = outcome([9.0, 11.0], [100.0] * 2, away=80.0, leader=1e6, incumbents=())
        assert not holds(tenth, counted).any()

    def test_an_amount_of_capacity_in_another_unit(self) -> None:
        found = outcome([40.0, 60.0], [100.0] * 2)
        amount = replace(ONE, metric="capacity", threshold="absolute", value=10.0, factor=10.0)
        assert holds(amount, found).tolist() == [False, True]

    def test_plants_are_counted_outside_a_region_and_parts_once(self) -> None:
        projects = [
            project("a", facility="first"),
            project("a2", facility="first"),
            project("b", facility="second"),
            project("c", facility="third"),
        ]
        complete = np.array([[1, 1, 1, 0], [1, 1, 1, 1], [0, 1, 0, 1]])
        start = np.array([[2030.0, 2031, 2032, 2033]] * 3)
        start[1, 3] = 2036.5
        plants = Plants({}, {"first": "IN-AS", "second": "IN-GJ", "third": "IN-UP"}, {})
        found = outcome(
            [0.0] * 3, [1.0] * 3, projects=projects, complete=complete, start=start, plants=plants
        )
        assert holds(fab(2.0), found).tolist() == [True, True, True]
        # Outside Gujarat: the first alone; the third comes too late; the first and the third.
        assert holds(fab(2.0, outside="IN-GJ"), found).tolist() == [False, False, True]

    def test_a_plant_whose_region_is_not_on_record_does_not_stand_elsewhere(self) -> None:
        found = outcome(
            [0.0], [1.0], plants=Plants({FORM: ("known", "unknown")}, {"known": "IN-AS"}, {})
        )
        assert holds(fab(1.0, outside="IN-GJ"), found).tolist() == [True]
        assert holds(fab(2.0, outside="IN-GJ"), found).tolist() == [False]

    def test_an_investment_has_to_be_reached_in_its_currency(self) -> None:
        plants = Plants({FORM: ("a", "b")}, {}, {"a": (60.0, "INR"), "b": (60.0, "USD")})
        found = outcome([0.0], [1.0], plants=plants)
        assert holds(fab(1.0, investment=60.0, currency="INR"), found).tolist() == [True]
        assert holds(fab(1.0, investment=100.0, currency="INR"), found).tolist() == [False]

    def test_alternatives(self) -> None:
        either = Condition("e", "scale", (ONE, replace(ONE, threshold="absolute", value=5.0)), "")
        found = outcome([4.0, 6.0], [100.0] * 2)
        assert met([either], found)[:, 0].tolist() == [False, True]
        assert found.amount("gallium-metal", "output").tolist() == [0.0, 0.0]
        assert found.focus == HOME
