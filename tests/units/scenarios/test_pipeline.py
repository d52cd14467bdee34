"""Projects on record, the reference classes of the release, and what paths say of today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from midstream.chain.change import CapacityChange, ProbabilityChange
from midstream.errors import InputError, ModelError
from midstream.evidence import Evidence, Ledger, Row
from midstream.scenarios import reference
from midstream.scenarios.cases import Case, cases, outside_view
from midstream.scenarios.entrants import enter_rates
from midstream.scenarios.frame import Frame, Paths
from midstream.scenarios.pipeline import cells_of, simulate
from midstream.scenarios.pipeline_starts import year_of
from midstream.scenarios.pipeline_sums import paths_quantiles, stage_sums, with_output
from midstream.scenarios.projects import enter_parts, projects, unread
from midstream.scenarios.reference import Classes
from midstream.scenarios.reference_summary import beta_fit
from midstream.scorecard.draws import Draws, Parameters
from midstream.study import Study
from units.scenarios.changed import with_rows

DRAWS = 200
FRAME = Frame(5, DRAWS, 2024)


@pytest.fixture(scope="module")
def classes(evidence: Evidence) -> Classes:
    return reference.posterior(evidence, DRAWS, FRAME.seed)


@pytest.fixture(scope="module")
def paths(study: Study, classes: Classes) -> Paths:
    found = projects(study.evidence, study.world)
    return simulate(FRAME, study.world, study.evidence, found, classes)


def edited(evidence: Evidence, table: str, change: Callable[[Row], Row]) -> Evidence:
    """The release with every row of a table put through a function."""
    other = with_rows(evidence, **{table: map(change, evidence.table(table).rows)})
    other.__dict__.pop("parameters", None)
    return other


class TestProjects:
    def test_every_plant_under_way_is_a_project_or_named_as_unread(self, study: Study) -> None:
        found = projects(study.evidence, study.world)
        left = unread(study.evidence, study.world)
        parts = study.evidence.table("project_parts").rows
        known = {one.id for one in (*found, *left)} | {row["replaces"] for row in parts}
        for plant in study.world.plants:
            if plant.status not in ("operating", "cancelled"):
                assert plant.id in known, plant.id
        for name, row in study.evidence.facilities.items():
            if row["status"] not in ("operating", "cancelled"):
                assert name in known, name
        assert not {one.id for one in found} & {one.id for one in left}
        assert all(one.reason for one in left)

    def test_parts_hold_the_capacity_of_the_row_they_stand_for(self, study: Study) -> None:
        found = {one.id: one for one in projects(study.evidence, study.world)}
        slots = [one for name, one in found.items() if name.startswith("repm-slot-")]
        row = next(plant for plant in study.world.plants if plant.id == "repm-slots")
        assert sum(one.capacity for one in slots) == row.capacity
        assert "repm-slots" not in found

    def test_no_plant_is_counted_twice(self, study: Study) -> None:
        found = projects(study.evidence, study.world)
        ids = [one.id for one in found]
        assert len(ids) == len(set(ids))
        running = {plant.id for plant in study.world.plants if plant.status == "operating"}
        assert not running & set(ids)

    def test_a_plant_of_a_change_is_a_project_with_the_probability_it_names(
        self, study: Study
    ) -> None:
        world = study.world.apply(
            CapacityChange("new-line", "ndfeb-magnet", "IND", 1000, 2029.25),
            ProbabilityChange("new-line", 0.9),
        )
        new = next(one for one in projects(study.evidence, world) if one.id == "new-line")
        assert (new.standing, new.plan, new.completion) == ("funded", 2029.25, 0.9)

    def test_a_year_of_the_register_is_read_as_its_middle(self, study: Study) -> None:
        found = {one.id: one for one in projects(study.evidence, study.world)}
        plant = next(plant for plant in study.world.plants if plant.id == "metlen-ga")
        assert plant.start is not None
        assert found["metlen-ga"].plan == plant.start + 0.5

    def test_the_start_of_a_plant_that_ramps_is_no_promise(self, study: Study) -> None:
        found = {one.id: one for one in projects(study.evidence, study.world)}
        assert found["neo-narva"].plan is None
        assert found["neo-narva"].standing == "ramping"

    def test_a_capacity_off_the_record_is_listed_and_not_zero(self, study: Study) -> None:
        def lose(row: Row) -> Row:
            return row | {"capacity": None} if row["id"] == "agratas" else row

        evidence = edited(study.evidence, "project_parts", lose)
        assert "agratas" in {one.id for one in projects(study.evidence, study.world)}
        assert "agratas" not in {one.id for one in projects(evidence, study.world)}
        assert "agratas" in {one.id for one in unread(evidence, study.world)}

    @pytest.mark.parametrize(
        ("cells", "words"),
        [
            ({"capacity": -5.0}, "capacity is -5"),
            ({"role": "part"}, "role part"),
            ({"form": "ndfeb-alloy"}, "form 'ndfeb-alloy'"),
        ],
    )
    def test_a_part_that_cannot_be_is_refused(self, study: Study, cells: Row, words: str) -> None:
        def spoil(row: Row) -> Row:
            return row | cells if row["id"] == "agratas" else row

        with pytest.raises(InputError, match=words):
            projects(edited(study.evidence, "project_parts", spoil), study.world)

    def test_lineage_of_every_project_leads_to_a_node(self, study: Study) -> None:
        ledger = Ledger(base=study.ledger)
        enter_parts(study.evidence, ledger)
        for one in projects(study.evidence, study.world):
            assert one.lineage
            assert all(name in ledger for name in one.lineage), one.id
        assert all(name in ledger for name in enter_rates(study.evidence, ledger))


class TestReference:
    def test_it_depends_on_data_and_seed_alone(self, evidence: Evidence, classes: Classes) -> None:
        again = reference.posterior(evidence, DRAWS, FRAME.seed)
        other = reference.posterior(evidence, DRAWS, FRAME.seed + 1)
        assert np.array_equal(again.completion["slot"], classes.completion["slot"])
        assert not np.array_equal(other.completion["funded"], classes.completion["funded"])

    def test_a_case_that_changes_moves_completion(self, study: Study, classes: Classes) -> None:
        def cancel(row: Row) -> Row:
            changed = {"outcome": "cancelled", "delay_months": None, "delay_kind": "none"}
            return row | changed if row["outcome"] == "on-time" else row

        changed = reference.posterior(
            edited(study.evidence, "reference_cases", cancel), DRAWS, FRAME.seed
        )
        before, after = classes.sample, changed.sample
        assert after.mean(after.of("funded")) < before.mean(before.of("funded")) - 0.05
        assert after.mean(after.on_time) < before.mean(before.on_time) - 0.05

    def test_a_slot_needs_an_award_before_it_is_funded(self, classes: Classes) -> None:
        slot, funded = (classes.of(name, "IND") for name in ("slot", "funded"))
        assert np.allclose(slot, classes.award * funded)
        assert (classes.of("construction", "IND") == funded).all()

    def test_money_helps_in_every_draw_and_country(self, classes: Classes) -> None:
        for country in ("IND", "USA", "CHN"):
            announced, funded = (classes.of(name, country) for name in ("announced", "funded"))
            assert (funded >= announced).all()

    def test_a_country_without_a_group_is_wider_than_one_with(self, classes: Classes) -> None:
        assert classes.group("CHN") == "other"
        shifts = classes.sample.completion_shift
        sample = classes.sample
        spread = {name: sample.mean(shift**2) for name, shift in shifts.items()}
        assert spread["other"] > max(spread["emerging"], spread["established"])

    def test_an_unknown_class_is_refused(self, classes: Classes) -> None:
        with pytest.raises(InputError, match="no class 'rumoured'"):
            classes.of("rumoured", "IND")

    def test_summaries_rest_on_cases_and_priors(self, study: Study, classes: Classes) -> None:
        ledger = Ledger(base=study.ledger)
        found = classes.enter(ledger)
        for summary in found:
            node = ledger[summary.quantity.lineage]
            assert all(name in ledger for name in node.inputs)
            assert any(name.startswith("case:") for name in node.inputs)
            assert summary.quantity.label == "modelled"
        count = sum(s.cases for s in found if s.measure == "completion")
        assert count == len(cases(study.evidence))
        assert classes.effective_sample > 1000

    def test_a_late_case_without_a_delay_is_refused(self) -> None:
        with pytest.raises(InputError, match="late by nothing"):
            Case("odd", "funded", "emerging", "late", 0.0)
        with pytest.raises(InputError, match="no such class"):
            Case("odd", "rumoured", "emerging", "late", 1.0)

    def test_a_prior_of_another_law_is_refused(self, study: Study) -> None:
        def flat(row: Row) -> Row:
            return row | {"distribution": "uniform"} if row["id"] == "reference.funded" else row

        with pytest.raises(InputError, match=r"reference\.funded follows 'uniform'"):
            reference.posterior(edited(study.evidence, "parameters", flat), 10, 1)

    def test_schemes_give_an_outside_view(self, study: Study) -> None:
        ledger = Ledger(base=study.ledger)
        view = outside_view(study.evidence, ledger)
        assert view is not None
        values = [share.value or 0.0 for _, share in view.shares]
        assert view.mean.value == pytest.approx(sum(values) / len(values))
        assert view.alpha.value is not None
        assert view.beta.value is not None
        fitted = view.alpha.value / (view.alpha.value + view.beta.value)
        assert fitted == pytest.approx(view.mean.value)

    def test_a_beta_law_has_mean_and_variance_of_what_it_is_fitted_to(self) -> None:
        values = np.random.default_rng(1).beta(4, 2, 50_000)
        first, second = beta_fit(np.full(values.size, 1 / values.size), values)
        assert (first, second) == pytest.approx((4, 2), rel=0.03)


class TestToday:
    def test_both_rooms_agree_on_what_is_counted_today(self, study: Study, paths: Paths) -> None:
        parameters = Parameters(study.evidence, Draws(FRAME.seed, DRAWS))
        kept = parameters.draw("retention") ** (1 / 6)
        seen = 0
        for number, place in enumerate(paths.places):
            found = study.world.outputs.get(place)
            if found is not None and found.components:
                assert paths.counted[number]
                today = parameters.draws.estimate(found, "output", "low")
                np.testing.assert_allclose(paths.base[:, 0, number], today * kept)
                seen += 1
        assert seen > 100

    def test_capacity_is_never_below_output(self, paths: Paths) -> None:
        assert (paths.capacity >= paths.output * (1 - 1e-9)).all()
        assert (paths.output >= paths.base * (1 - 1e-9)).all()

    def test_where_nothing_is_on_record_running_plants_are_counted(
        self, study: Study, paths: Paths
    ) -> None:
        number = paths.place("ndfeb-magnet", "USA")
        assert not paths.counted[number]
        running = [p for p in study.world.plants if p.form == "ndfeb-magnet" and p.running]
        sizes = [p.high for p in running if p.country == "USA" and p.capacity is not None]
        assert 0 < paths.base[:, 0, number].max() <= sum(sizes)

    def test_countries_with_plants_have_paths_though_the_study_does_not_name_them(
        self, study: Study, paths: Paths
    ) -> None:
        assert "KAZ" not in study.world.countries
        assert ("gallium-metal", "KAZ") in paths.places

    def test_a_nameplate_that_changes_moves_the_path(
        self, study: Study, classes: Classes, paths: Paths
    ) -> None:
        found = tuple(
            replace(one, capacity=2 * one.capacity, low=2 * one.low, high=2 * one.high)
            if one.id == "metlen-ga"
            else one
            for one in projects(study.evidence, study.world)
        )
        place = ("gallium-metal", "GRC")
        after = simulate(FRAME, study.world, study.evidence, found, classes, places=[place])
        last = paths.output[:, -1, paths.place(*place)]
        np.testing.assert_allclose(after.output[:, -1, 0], 2 * last)

    def test_fewer_cells_hold_the_same_numbers(
        self, study: Study, classes: Classes, paths: Paths
    ) -> None:
        some = [("ndfeb-magnet", "IND"), ("ndpr-oxide", "AUS")]
        found = projects(study.evidence, study.world)
        few = simulate(FRAME, study.world, study.evidence, found, classes, places=some)
        for place in some:
            one, other = (p.output[:, :, p.place(*place)] for p in (few, paths))
            assert np.array_equal(one, other)

    def test_cells_need_a_form_and_a_country_of_the_study(self, study: Study) -> None:
        cells = cells_of(study.evidence, study.world, ())
        assert len(cells) == len(set(cells))
        assert {form for form, _ in cells} <= set(study.world.forms)

    def test_another_focus_has_a_pipeline_too(self, japan: Study, classes: Classes) -> None:
        found = projects(japan.evidence, japan.world)
        paths = simulate(FRAME, japan.world, japan.evidence, found, classes)
        number = paths.place("ndfeb-magnet", "JPN")
        assert (paths.output[:, -1, number] > 0).all()


class TestSums:
    def test_quantiles_are_in_order(self, paths: Paths) -> None:
        fan = paths_quantiles(paths, "output")
        assert fan.low.shape == (len(paths.frame.years), len(paths.places))
        assert (fan.low <= fan.middle).all()
        assert (fan.middle <= fan.high).all()

    def test_stages_add_up_what_shares_a_unit(self, study: Study, paths: Paths) -> None:
        sums = {(s.country, s.stage, s.unit): s for s in stage_sums(paths, study.world)}
        assert not any(unit.startswith("%") for _, _, unit in sums)
        found = sums["IND", "C3", "t"]
        total = sum(paths.capacity[:, :, paths.place(form, "IND")] for form in found.forms)
        np.testing.assert_allclose(found.values, total)
        assert {study.world.units[form] for form in found.forms} == {"t"}

    def test_a_cut_output_cuts_today_with_it(self, paths: Paths) -> None:
        cut = with_output(paths, paths.output * 0.5)
        assert (cut.base <= cut.output + 1e-9).all()
        assert cut.capacity is paths.capacity

    def test_bad_questions_are_refused(self, paths: Paths) -> None:
        with pytest.raises(InputError, match="no metric 'tonnes'"):
            paths_quantiles(paths, "tonnes")
        with pytest.raises(InputError, match="points"):
            paths_quantiles(paths, low=0.9, high=0.1)
        with pytest.raises(ModelError, match="another shape"):
            with_output(paths, paths.output[:1])


class TestBadInput:
    def test_two_projects_of_one_name(self, study: Study, classes: Classes) -> None:
        one = projects(study.evidence, study.world)[0]
        with pytest.raises(InputError, match="two projects"):
            simulate(FRAME, study.world, study.evidence, (one, one), classes)

    def test_arrays_of_another_shape(self, study: Study, classes: Classes) -> None:
        one = projects(study.evidence, study.world)[:1]
        with pytest.raises(ModelError, match="log_odds"):
            simulate(
                FRAME, study.world, study.evidence, one, classes, log_odds=np.zeros((DRAWS, 2))
            )

    def test_an_entrant_in_a_unit_nobody_reads(self, study: Study, classes: Classes) -> None:
        def spoil(row: Row) -> Row:
            return row | {"unit": "bushels"}

        evidence = edited(study.evidence, "entrant_rates", spoil)
        with pytest.raises(InputError, match="bushels"):
            simulate(FRAME, study.world, evidence, (), classes)

    @pytest.mark.parametrize(
        ("date", "year"), [("2026", 2026.0), ("2026-07", 2026.5), ("2026-07-01", 2026.5)]
    )
    def test_dates_are_years(self, date: str, year: float) -> None:
        assert year_of(date) == pytest.approx(year)

    def test_a_word_is_no_date(self) -> None:
        with pytest.raises(InputError, match="no date"):
            year_of("soon")
