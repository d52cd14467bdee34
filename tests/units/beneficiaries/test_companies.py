"""Companies: what they are expected to make, what levers bring them, what has no figure."""

from __future__ import annotations

import json

import pytest

from midstream.answers import value as answers
from midstream.beneficiaries.companies import NO_CAPACITY, companies, expected
from midstream.beneficiaries.entries import Entries
from midstream.errors import InputError
from midstream.evidence import Ledger
from midstream.study import Study
from midstream.tables_text import value as text
from units.beneficiaries.test_value import quantities
from units.scenarios.changed import with_rows


def by_id(study: Study) -> dict[str, object]:
    return {one.id: one for one in study.capture_companies().companies}


class TestRegister:
    def test_every_company_on_file_is_listed_once(self, study: Study) -> None:
        found = study.capture_companies().companies
        on_file = [row["id"] for row in study.evidence.table("companies").rows]
        assert [one.id for one in found] == on_file
        assert all(one.source for one in found)

    def test_expected_output_is_capacity_times_odds(self, study: Study) -> None:
        (midwest,) = (
            one
            for one in study.capture_companies().companies
            if one.id == "co-midwest-advanced-materials"
        )
        (held,) = midwest.holdings
        (each,) = held.plants
        assert each.plant.capacity is not None
        assert held.value == pytest.approx(each.plant.capacity * each.probability)
        assert 0 < each.probability < 1

    def test_a_company_without_capacity_is_named_and_no_zero(self, study: Study) -> None:
        (tsmc,) = (one for one in study.capture_companies().companies if one.id == "co-tsmc")
        assert tsmc.holdings == ()
        assert tsmc.why == NO_CAPACITY
        assert tsmc.to_dict()["holdings"] == []

    def test_a_plant_without_capacity_is_not_counted(self, study: Study) -> None:
        (plant,) = (one for one in study.world.plants if one.id == "proterial-kumagaya")
        assert expected(study.evidence, plant) is None

    def test_a_plant_taken_out_of_a_company_leaves_it(self, study: Study) -> None:
        rows = [
            {**row, "facilities": None} if row["id"] == "co-irel-india-ltd" else row
            for row in study.evidence.table("companies").rows
        ]
        entries = Entries(with_rows(study.evidence, companies=rows), Ledger(base=study.ledger))
        (irel,) = (o for o in companies(entries, study.world) if o.id == "co-irel-india-ltd")
        assert irel.holdings == ()


class TestLevers:
    def test_recycled_oxide_brings_supply_and_feed(self, study: Study) -> None:
        found = study.capture_companies(["recycling"])
        makers = {one.company for one in found.gains if one.supply.value}
        users = {one.company for one in found.gains if one.security.value}
        assert {"co-irel-india-ltd", "co-attero-recycling"} <= makers
        assert "co-midwest-advanced-materials" in users
        assert makers.isdisjoint(users)
        money = sum(one.money.value or 0.0 for one in found.gains)
        row = study.evidence.row_by_id("levers", "recycling") or {}
        assert money == pytest.approx(row["cost_mode"] / 1e6)

    def test_a_lever_on_one_plant_moves_that_plant_only(self, study: Study) -> None:
        found = study.capture_companies(["gallium"])
        moved = {one.company for one in found.gains if one.supply.value}
        assert moved == {"co-nalco"}

    def test_a_new_plant_is_nobody_on_file(self, study: Study) -> None:
        found = study.capture_companies(["tech-lines"])
        made = [one for one in found.gains if one.supply.value]
        assert made
        assert all(one.company.startswith("new:") for one in made)

    def test_what_has_no_figure_says_why(self, study: Study) -> None:
        found = study.capture_companies(["delivery-unit"])
        told = {one.id for one in found.pushes if one.kind == "other"}
        assert told
        assert told <= set(found.silent)

    def test_an_unknown_lever_is_one_clear_error(self, study: Study) -> None:
        with pytest.raises(InputError, match="recycling"):
            study.capture_companies(["recyclin"])

    @pytest.mark.parametrize("lever", ["recycling", "us-floor", "jp-recycling", "feed-import"])
    def test_figures_can_be_traced(self, study: Study, lever: str) -> None:
        answer = answers.companies_answer(study, [lever])
        found = quantities(answer["result"])
        assert found
        assert all(one["lineage"] in study.ledger for one in found)
        assert "not quantifiable" in text.companies(answer)
        json.dumps(answer, allow_nan=False)

    def test_companies_alone_are_answered(self, study: Study) -> None:
        answer = answers.companies_answer(study)
        assert answer["result"]["gains"] == []
        assert "IREL" in text.companies(answer)
