"""Signals: what is on file, what is made, what an observation may be, rows to watch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from laws.test_signal_laws import FRAME, STATE, made_signal
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.scenarios.observe import Observation, check_day, observe, read_value
from midstream.scenarios.signals import chances, derived, figure, moment, on_file, one_of
from midstream.scenarios.watching import ratio
from midstream.study import Study


class TestOnFile:
    def test_every_signal_reads_what_its_kind_needs(self, evidence: Evidence) -> None:
        rows = evidence.table("signals").rows
        assert rows
        for row in rows:
            elicited = row["quantity"] == "driver"
            assert (row["chance"] is not None) == (row["driver"] is not None) == elicited
            assert (row["project"] is not None) == (row["quantity"] == "start")
            assert (row["threshold"] is None) == (row["comparison"] == "event")
            assert (row["kind"] == "assumed") == elicited

    def test_they_are_watched_from_the_release_on(self, evidence: Evidence) -> None:
        country = str(evidence.table("signals").rows[0]["country"])
        since = {one.since for one in on_file(evidence, country)}
        assert since == {date.fromisoformat(evidence.release.date)}
        assert on_file(evidence, "DEU") == ()

    def test_a_resolution_names_a_signal_on_file(self, evidence: Evidence) -> None:
        known = {row["id"] for row in evidence.table("signals").rows}
        assert {row["signal"] for row in evidence.table("forecast_resolutions").rows} <= known

    def test_an_unknown_signal_is_refused_with_a_suggestion(self) -> None:
        with pytest.raises(InputError, match="no signal 'stat'") as caught:
            one_of([made_signal("start")], "stat")
        assert "did you mean start" in str(caught.value)


class TestRows:
    def test_rows_come_by_day_with_the_days_left(self, india: Study) -> None:
        rows = india.watch()
        today = date.fromisoformat(india.evidence.release.date)
        assert all(one.signal.by <= other.signal.by for one, other in pairwise(rows))
        for row in rows:
            assert today + timedelta(days=row.days_left) == row.signal.by
            assert row.due == (row.days_left < 0 and row.settled is None)

    def test_every_ratio_has_an_interval(self, india: Study) -> None:
        known = [row.likelihood_ratio for row in india.watch()]
        known = [one for one in known if one.value is not None]
        assert known
        for one in known:
            assert None not in (one.low, one.high)
            assert one.low < one.value < one.high

    def test_few_draws_that_agree_are_not_taken_for_certain(self) -> None:
        rare = replace(STATE, region=np.where(np.arange(FRAME.draws) < 3, 2, 0))
        yes = np.where(rare.region == 2, 1 - 1e-6, 0.5)
        few = ratio(made_signal(), rare, yes)
        many = ratio(
            made_signal(),
            replace(rare, region=np.repeat([2, 0], 200)),
            np.repeat([1 - 1e-6, 0.5], 200),
        )
        assert few[0] == pytest.approx(2.0, abs=1e-4)
        assert few[2] / few[1] > 1.4 * many[2] / many[1]
        nowhere = ratio(
            made_signal(favours=("accelerated",)), replace(STATE, region=0 * STATE.region), yes
        )
        assert nowhere == (None, None, None)

    def test_odds_of_a_row_are_those_of_the_same_observation_on_its_day(self, india: Study) -> None:
        row = next(one for one in india.watch() if one.signal.id == "s02")
        seen = india.observe([Observation("s02", False, row.signal.by)])
        assert seen.probabilities == pytest.approx([one.value for one in row.if_missed])

    def test_a_country_without_signals_gets_its_own(self, japan: Study) -> None:
        rows = japan.watch()
        assert rows
        assert {row.signal.kind for row in rows} == {"derived"}
        assert {row.signal.country for row in rows} == {japan.config.focus}
        for row in rows:
            assert row.signal.lineage in japan.ledger
            assert row.chance.value is not None
            assert 0 < row.chance.value < 1

    def test_made_signals_start_the_largest_plants_first(self) -> None:
        made = derived(STATE, "IND", {"plant": "Plant A"}, {"oxide": ("Oxide", "t")}, 3)
        assert [one.id for one in made] == ["start-plant", "output-oxide"]
        assert made[0].indicator == "Plant A starts"
        half = STATE.paths.output[:, STATE.paths.year(2030), 0]
        assert made[1].threshold == pytest.approx(np.median(half), rel=0.05)
        assert derived(STATE, "DEU", {}, {}, 3) == ()


class TestFigures:
    def test_the_end_of_a_year_is_the_next_whole_number(self) -> None:
        assert moment(date(2027, 12, 31)) == moment(date(2028, 12, 31)) - 1 == 2028
        assert 2028.49 < moment(date(2028, 6, 30)) < 2028.51

    def test_output_is_that_of_the_year_whatever_the_day(self) -> None:
        signal = replace(made_signal(), quantity="output")
        column = STATE.paths.output[:, STATE.paths.year(2028), 0]
        for day in (date(2028, 1, 1), date(2028, 12, 31)):
            np.testing.assert_array_equal(figure(signal, STATE, day), column)

    def test_plants_of_a_left_out_region_do_not_count(self) -> None:
        signal = replace(made_signal("start"), quantity="plants", comparison="ge", threshold=1.0)
        inside = replace(STATE.paths.projects[0], region="IN-GJ")
        state = replace(STATE, paths=replace(STATE.paths, projects=(inside,)))
        assert figure(signal, state).max() == 1
        assert figure(replace(signal, outside="IN-GJ"), state).max() == 0

    @pytest.mark.parametrize(
        ("own", "why"),
        [
            ({"form": "magnet"}, "holds no magnet in IND"),
            ({"by": date(2040, 1, 1)}, "lies outside its years"),
            ({"quantity": "start", "project": "none"}, "holds no project none"),
            ({"quantity": "driver", "driver": "luck"}, "holds no driver luck"),
        ],
    )
    def test_what_the_outlook_does_not_hold_is_named(self, own: dict[str, Any], why: str) -> None:
        with pytest.raises(InputError, match="cannot speak about signal") as caught:
            chances(replace(made_signal(), **own), STATE, 1.0)
        assert why in str(caught.value)


class TestObservations:
    @pytest.mark.parametrize(
        ("kind", "text", "value"),
        [
            ("capacity", "2,400", 2400.0),
            ("capacity", " 1 ", 1.0),
            ("capacity", "yes", True),
            ("capacity", "No", False),
            ("start", "TRUE", True),
            ("start", "0", False),
        ],
    )
    def test_values_are_read(self, kind: str, text: str, value: float | bool) -> None:
        found = read_value(made_signal(kind), text)
        assert found == value
        assert isinstance(found, type(value))

    @pytest.mark.parametrize(
        ("kind", "text"),
        [("capacity", "-3"), ("capacity", "nan"), ("capacity", "inf"), ("start", "maybe")],
    )
    def test_values_that_cannot_be_are_refused(self, kind: str, text: str) -> None:
        with pytest.raises(InputError, match="cannot read"):
            read_value(made_signal(kind), text)

    @pytest.mark.parametrize(
        ("kind", "value"), [("start", 3.0), ("capacity", -1.0), ("capacity", float("nan"))]
    )
    def test_a_value_of_the_wrong_kind_is_refused(self, kind: str, value: float) -> None:
        with pytest.raises(InputError, match="cannot read"):
            observe([made_signal(kind)], STATE, [Observation(kind, value, date(2029, 1, 1))], 1.0)

    def test_a_day_before_the_outlook_is_refused(self) -> None:
        check_day(made_signal(), date(2025, 1, 1), 2025)
        with pytest.raises(InputError, match="before the outlook"):
            check_day(made_signal(), date(2024, 12, 31), 2025)

    def test_a_signal_seen_twice_is_refused(self) -> None:
        seen = [Observation("start", True, date(2029, 1, 1))] * 2
        with pytest.raises(InputError, match="seen twice"):
            observe([made_signal("start")], STATE, seen, 1.0)

    def test_a_report_of_nothing_favours_the_draws_with_least(self) -> None:
        found = observe([made_signal()], STATE, [Observation("capacity", 0.0, date(2030, 1, 1))], 1)
        assert found.probabilities[0] > found.steps[0].before[0]

    def test_a_figure_is_compared_with_its_own_year(self) -> None:
        early, late = (
            observe([made_signal()], STATE, [Observation("capacity", 500.0, day)], 1.0)
            for day in (date(2027, 12, 31), date(2033, 12, 31))
        )
        assert early.probabilities[2] > late.probabilities[2]

    def test_a_threshold_may_be_reported_as_reached_or_not(self) -> None:
        day = date(2030, 12, 31)
        yes, no = (
            observe([made_signal()], STATE, [Observation("capacity", value, day)], 1.0)
            for value in (True, False)
        )
        assert yes.probabilities[2] > STATE.weights[STATE.region == 2].sum()
        assert no.probabilities[2] < yes.probabilities[2]

    def test_few_draws_are_said_with_their_intervals(self) -> None:
        signal = made_signal(error=0.01)
        found = observe([signal], STATE, [Observation("capacity", 500.0, signal.by)], 1.0)
        assert found.thin
        (told,) = found.warnings
        assert "of 400 draws" in told
        for name, (low, high) in zip(found.names, found.ranges, strict=True):
            assert f"{name} {low:.2f} to {high:.2f}" in told
            assert 0 <= low <= found.probabilities[found.names.index(name)] <= high <= 1

    def test_many_draws_need_no_warning(self) -> None:
        found = observe([made_signal("driver")], STATE, [], 1.0)
        assert found.warnings == ()
        assert not found.thin
        found = observe([made_signal("driver")], STATE,
                        [Observation("driver", True, date(2029, 1, 1))], 0.5)  # fmt: skip
        assert found.warnings == ()

    def test_at_most_is_about_the_figure_of_the_day(self) -> None:
        signal = made_signal(comparison="le", error=0.0)
        below = observe([signal], STATE, [Observation("capacity", 100.0, date(2027, 12, 31))], 1.0)
        reached = STATE.paths.capacity[:, STATE.paths.year(2027), 0] <= 500
        assert below.weights[reached].sum() == pytest.approx(1.0, abs=1e-3)
