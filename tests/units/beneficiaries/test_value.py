"""Value of chains: what is given, what stays open, and what an answer holds."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from midstream.answers import value as answers
from midstream.beneficiaries.beside import Hold, beside
from midstream.beneficiaries.chain_value import chain_value
from midstream.beneficiaries.domestic import Ahead, domestic
from midstream.beneficiaries.entries import Draws, Entries
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Quantity
from midstream.study import Study, load
from midstream.study.tracing import work_out
from midstream.tables_text import value as text
from units.scenarios.changed import with_rows

QUANTITY = {"value", "low", "high", "unit", "label", "lineage"}


@pytest.fixture(scope="module")
def tokyo() -> Study:
    return load("japan")


def quantities(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        if set(value) == QUANTITY:
            return [value]
        return [one for part in value.values() for one in quantities(part)]
    if isinstance(value, list):
        return [one for part in value for one in quantities(part)]
    return []


class TestChain:
    def test_the_magnet_chain_is_told_step_by_step(self, study: Study) -> None:
        found = study.chain_value("magnets-light")
        assert [row.forms for row in found.stages] == [
            ("ree-ore",), ("ndpr-oxide",), ("ree-metal-alloy",), ("ndfeb-magnet",),
        ]  # fmt: skip
        assert found.open == ()
        assert (found.unit, found.unit_form) == ("kg", "ndfeb-magnet")
        assert found.stages[-1].unpriced == ("dy-tb-oxide",)
        assert any("at most" in one for one in found.warnings)

    def test_another_day_has_no_magnet_and_says_so(self, study: Study) -> None:
        found = study.chain_value("magnets-light", "vs-smm-20250911")
        (missing,) = found.open
        assert (missing.form, missing.added.value) == ("ndfeb-magnet", None)
        assert any("the steps after it are open" in one for one in found.warnings)

    def test_a_chain_without_prices_is_open_and_never_zero(self, study: Study) -> None:
        found = study.chain_value("tungsten")
        assert found.stages == ()
        assert found.locations == ()
        assert len(found.open) == len(found.route.steps)
        assert all(one.added.value is None and one.added.high is None for one in found.open)

    def test_steps_that_share_a_price_are_told_together(self, study: Study) -> None:
        found = study.chain_value("lithium")
        assert found.stages[0].forms == ("lithium-spodumene", "lithium-carbonate")
        together = [one for one in found.open if "together" in one.why]
        assert {one.form for one in together} == set(found.stages[0].forms)
        china = next(row for row in found.locations if row.place == "CHN")
        assert china.value.value is None
        assert 0 <= (china.value.low or 0) < (china.value.high or 0) < (found.final.high or 0)

    def test_a_by_product_without_a_recipe_takes_no_ore_off(self, study: Study) -> None:
        found = study.chain_value("gallium")
        assert found.stages[0].forms == ("bauxite", "gallium-metal")
        assert found.stages[0].added.value == found.final.value
        assert "no recipe" in next(one.why for one in found.open if one.form == "bauxite")

    def test_a_price_input_from_outside_is_taken_off(
        self, evidence: Evidence, study: Study
    ) -> None:
        rows = list(evidence.table("value_prices").rows)
        oxide = next(row for row in rows if row["id"] == "vp-dytb-1")
        added = {**oxide, "id": "vp-x", "set": "vs-smm-20250508", "share": 1.0}
        changed = with_rows(evidence, value_prices=[*rows, added])
        place = (changed, study.world, "magnets-light")
        found = chain_value(*place, draws=20, seed=1, ledger=Ledger(base=study.ledger))
        before = study.chain_value("magnets-light")
        cost = found.stages[-1].outside["dy-tb-oxide"].value or 0.0
        assert cost > 0
        assert found.outside.value == pytest.approx(cost)
        was = before.stages[-1].added.value or 0.0
        assert found.stages[-1].added.value == pytest.approx(was - cost)
        assert found.stages[-1].unpriced == ()

    def test_a_larger_input_without_a_price_opens_the_step(self, study: Study) -> None:
        found = study.chain_value("magnets-heavy", "2024")
        assert "ndfeb-magnet" in [one.form for one in found.open]
        (why,) = (one.why for one in found.open if one.form == "ndfeb-magnet")
        assert "a larger input" in why

    def test_an_unknown_chain_is_one_clear_error(self, study: Study) -> None:
        with pytest.raises(InputError, match="did you mean magnets-light"):
            study.chain_value("magnets-lite")

    def test_every_study_has_it(self, tokyo: Study, small: Study) -> None:
        one = tokyo.chain_value("magnets-light", draws=20)
        assert one.stages
        other = small.chain_value("magnets-light", draws=20)
        assert [row.added.value for row in other.stages] == [row.added.value for row in one.stages]


class TestUnits:
    def test_a_car_holds_the_magnet_value_times_its_magnets(self, study: Study) -> None:
        rows = {row.chain: row for row in study.capture_units()}
        magnet = rows["magnets-light"]
        assert magnet.value.value == pytest.approx(
            sum(one.value or 0.0 for _, one in magnet.stages)
        )
        assert magnet.per.unit == "kg/vehicle"
        assert rows["graphite"].value.value is None
        assert "reaches" in rows["graphite"].note
        assert rows["lithium"].per.unit == "kWh/vehicle"
        assert rows["gallium"].value.unit == "USD/wafer"

    def test_a_larger_battery_holds_more(self, study: Study, evidence: Evidence) -> None:
        from midstream.beneficiaries.units import rows_of, unit_row

        params = [
            {**row, "value": row["value"] * 2, "low": row["low"] * 2, "high": row["high"] * 2}
            if row["id"] == "ev.kwh.car"
            else row
            for row in evidence.table("parameters").rows
        ]
        changed = with_rows(evidence, parameters=params)
        for cached in ("parameters",):
            changed.__dict__.pop(cached, None)
        found = study.chain_value("lithium")
        (row,) = rows_of(evidence, "lithium")
        ledger = Ledger(base=study.ledger)
        one, other = (
            unit_row(Entries(each, ledger), row, found, Draws(100, 1))
            for each in (evidence, changed)
        )
        assert other.value.value == pytest.approx(2 * (one.value.value or 0.0))

    def test_no_figure_per_car_is_no_value(self, study: Study, evidence: Evidence) -> None:
        from midstream.beneficiaries.units import rows_of, unit_row

        found = study.chain_value("magnets-light")
        (row,) = rows_of(evidence, "magnets-light")
        changed = with_rows(evidence, intensities=[])
        told = unit_row(Entries(changed, Ledger(base=study.ledger)), row, found, Draws(100, 1))
        assert (told.per.value, told.value.value, told.stages) == (None, None, ())
        assert "on record" in told.note


class TestBeside:
    def hold(self, form: str, years: float) -> Hold:
        part = Quantity(years, years, years, "year", "modelled", f"f:x/{form}")
        return Hold(form, "CHN", part, part)

    def test_most_value_and_most_leverage_are_named_apart(self, study: Study) -> None:
        found = study.chain_value("magnets-light")
        holds = [self.hold("ree-ore", 1.0), self.hold("ndfeb-magnet", 3.0)]
        told = beside(Entries(study.evidence, Ledger(base=study.ledger)), found, holds)
        assert "most leverage at" in told.words
        assert told.apart.value is None
        assert [row.leverage_share.value for row in told.rows] == [25.0, None, None, 75.0]

    def test_the_same_shares_are_not_apart(self, study: Study) -> None:
        found = study.chain_value("magnets-light")
        holds = [self.hold(row.forms[0], row.share.value or 0.0) for row in found.stages]
        told = beside(Entries(study.evidence, Ledger(base=study.ledger)), found, holds)
        assert told.apart.value == pytest.approx(0.0, abs=1e-12)
        assert "both lie at" in told.words


class TestDomestic:
    def test_value_follows_output(self, study: Study) -> None:
        found = study.chain_value("magnets-light")
        entries = Entries(study.evidence, Ledger(base=study.ledger))
        draws = Draws(study.config.draws, 1)
        totals = []
        for output in (100.0, 200.0):
            array = np.full(draws.size, output)
            ahead = {("ndfeb-magnet", "IND"): Ahead(array, "f:x")}
            told = domestic(entries, study.world, found, "IND", ahead, 2035, draws)
            totals.append(told.then.value or 0.0)
            assert "ndfeb-magnet" in told.missing
        assert totals[1] == pytest.approx(2 * totals[0])

    def test_a_country_without_figures_has_no_value(self, study: Study) -> None:
        found = study.chain_value("magnets-light")
        entries = Entries(study.evidence, Ledger(base=study.ledger))
        told = domestic(entries, study.world, found, "FIN", {}, 2035, Draws(100, 1))
        assert told.then.value is None
        assert all(step.then.value is None for step in told.steps)

    def test_shared_prices_give_an_upper_bound_only(self, study: Study) -> None:
        found = study.chain_value("lithium")
        entries = Entries(study.evidence, Ledger(base=study.ledger))
        draws = Draws(study.config.draws, 1)
        ahead = {("lithium-carbonate", "IND"): Ahead(np.full(draws.size, 10.0), "f:x")}
        told = domestic(entries, study.world, found, "IND", ahead, 2035, draws)
        assert told.then.value is None
        assert told.steps[0].then.low == 0
        assert (told.steps[0].then.high or 0) > 0

    def test_ore_alone_may_hold_all_of_a_shared_price(self, study: Study) -> None:
        """The DR Congo mines most cobalt and refines none on record: its bound is not next to 0."""
        found = study.chain_value("cobalt")
        entries = Entries(study.evidence, Ledger(base=study.ledger))
        draws = Draws(study.config.draws, 1)

        def most(ore: float, refined: float) -> float:
            made = {"cobalt-ore": ore, "cobalt-sulphate": refined}
            ahead = {
                (form, "COD"): Ahead(np.full(draws.size, output), "f:x")
                for form, output in made.items()
            }
            told = domestic(entries, study.world, found, "COD", ahead, 2035, draws)
            return told.steps[0].then.high or 0.0

        assert most(200_000.0, 14.0) > 1_000 > most(0.0, 14.0)
        assert most(200_000.0, 14.0) == pytest.approx(most(200_000.0, 0.0))
        assert most(0.0, 2_000.0) == pytest.approx(2 * most(0.0, 1_000.0), rel=0.01)

    def test_a_metal_in_ore_is_at_least_that_of_the_refinery(self, study: Study) -> None:
        """No recipe says how much copper goes lost, so a tonne in ore counts as one refined."""
        found = study.chain_value("copper")
        entries = Entries(study.evidence, Ledger(base=study.ledger))
        draws = Draws(study.config.draws, 1)
        ahead = {
            (form, "CHL"): Ahead(np.full(draws.size, output), "f:x")
            for form, output in (("copper-ore", 3e6), ("copper-cathode", 1e6))
        }
        told = domestic(entries, study.world, found, "CHL", ahead, 2035, draws)
        cathode = {("copper-cathode", "CHL"): ahead["copper-cathode", "CHL"]}
        ore = {("copper-ore", "CHL"): ahead["copper-cathode", "CHL"]}
        less = domestic(entries, study.world, found, "CHL", {**cathode, **ore}, 2035, draws)
        assert told.steps[0].then.high == pytest.approx(3 * (less.steps[0].then.high or 0))


class TestAnswers:
    def test_capture_answers_with_traceable_figures(self, study: Study) -> None:
        answer = answers.capture_answer(study, "magnets-light")
        result = answer["result"]
        keys = {"chain", "stages", "locations", "owners", "open", "units", "beside", "domestic"}
        assert keys <= set(result)
        found = quantities(result)
        assert len(found) > 60
        assert all(one["lineage"] in study.ledger for one in found)
        assert "capital.price.tax" in answer["assumptions"]
        shown = text.capture(answer)
        assert "never merged" in shown
        assert "monazite concentrate" in shown
        json.dumps(answer, allow_nan=False)

    def test_an_open_chain_is_answered_too(self, study: Study) -> None:
        answer = answers.capture_answer(study, "tungsten")
        assert answer["result"]["stages"] == []
        assert answer["result"]["domestic"] == []
        assert answer["result"]["beside"] is None
        assert any("no leverage" in one for one in answer["warnings"])
        assert all(one["lineage"] in study.ledger for one in quantities(answer["result"]))
        assert "?" in text.capture(answer)

    def test_units_say_what_is_open(self, study: Study) -> None:
        answer = answers.units_answer(study)
        assert any("graphite" in one for one in answer["warnings"])
        assert "one electric car" in text.units(answer)

    @pytest.mark.parametrize(
        "lineage",
        [
            "f:value.added/ndpr-oxide/magnets-light/vs-smm-20250508",
            "f:value.unit/vu-vehicle-lithium/2024",
            "f:value.gain.supply/co-irel-india-ltd/IND/ndpr-oxide/recycling-supply",
        ],
    )
    def test_a_figure_can_be_opened_on_its_own(self, tokyo: Study, lineage: str) -> None:
        work_out(tokyo, lineage)
        assert tokyo.ledger.trace(lineage)["inputs"]
