"""The outlook of a country from end to end, on few draws."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from midstream.errors import InputError
from midstream.evidence import Ledger
from midstream.scenarios.frame import Frame, Project
from midstream.scenarios.outlook import Outlook, OutlookSettings, outlook, prepared, record_only
from midstream.scenarios.pressure import normal_score
from midstream.study import Study

CHAINS = ("magnets-light",)


def asked(study: Study, **parts: Any) -> OutlookSettings:
    config = study.config
    base = OutlookSettings(
        focus=config.focus,
        incumbents=config.incumbents,
        chains=CHAINS,
        sectors=("rare-earth-magnets",),
        countries=(config.focus,),
        draws=300,
        seed=config.seed,
        score_years=(2035,),
        groups=0,
        reruns=0,
    )
    return replace(base, **parts)


def looked(study: Study, ledger: Ledger | None = None, **parts: Any) -> Outlook:
    given = {name: parts.pop(name) for name in ("means", "overrides", "counter") if name in parts}
    return outlook(study.evidence, study.world, asked(study, **parts), ledger=ledger, **given)


@pytest.fixture(scope="module")
def whole(study: Study) -> tuple[Outlook, Ledger]:
    """One with everything in it."""
    ledger = Ledger(base=study.world.ledger)
    return looked(study, ledger, groups=10, reruns=150), ledger


@pytest.fixture(scope="module")
def plain(study: Study) -> Outlook:
    """One without repeated runs."""
    return looked(study)


def probabilities(found: Outlook) -> list[float]:
    return [row.probability.value or 0.0 for row in found.scenarios]


class TestWhole:
    def test_scenarios(self, whole: tuple[Outlook, Ledger]) -> None:
        found, _ = whole
        assert sum(probabilities(found)) == pytest.approx(1)
        named = [row.among_named.value for row in found.scenarios]
        assert named[0] is None
        assert sum(value or 0.0 for value in named) == pytest.approx(1)
        for kind in ("looser", "stricter"):
            assert sum(getattr(row, kind).value for row in found.scenarios) == pytest.approx(1)
        for row in found.scenarios:
            assert row.definition
            assert row.probability.label == "modelled"
        loose, base = (
            sum(getattr(row, kind).value for row in found.scenarios[2:])
            for kind in ("looser", "probability")
        )
        assert loose >= base

    def test_every_quantity_is_traced_to_leaves(self, whole: tuple[Outlook, Ledger]) -> None:
        found, ledger = whole

        def lineages(value: object) -> list[str]:
            if isinstance(value, Mapping):
                own = [str(value["lineage"])] if value.get("lineage") else []
                return own + [name for part in value.values() for name in lineages(part)]
            if isinstance(value, list):
                return [name for part in value for name in lineages(part)]
            return []

        names = set(lineages(found.to_dict()))
        assert len(names) > 500
        missing = [name for name in names if name not in ledger]
        assert missing == []
        node = ledger["f:scenarios.probability/accelerated/IND/2035"]
        reached = {one.id for one in ledger.reached([node.id])}
        assert {"sc-ind-scale-magnet", "driver:policy-delivery"} <= reached
        assert "effect:policy-delivery-completion" in reached

    def test_it_is_plain_json(self, whole: tuple[Outlook, Ledger]) -> None:
        found, _ = whole
        text = json.dumps(found.to_dict(), allow_nan=False)
        assert json.loads(text)["weighted"]["coverage/ndpr-oxide"]["year"] == 2035

    def test_paths_of_all_countries_with_plants(
        self, whole: tuple[Outlook, Ledger], study: Study
    ) -> None:
        found, _ = whole
        places = {(row.form, row.country) for row in found.paths}
        for plant in study.world.plants:
            if plant.capacity:
                assert (plant.form, plant.country) in places
        for row in found.paths:
            assert len(row.points) == len(row.years) == 11
            for point in row.points:
                assert point.value is None or point.low <= point.value <= point.high  # type: ignore[operator]

    def test_drivers_and_flips(self, whole: tuple[Outlook, Ledger]) -> None:
        found, _ = whole
        sizes = [abs(row.effect.value or 0.0) for row in found.drivers]
        assert sizes == sorted(sizes, reverse=True)
        assert {row.driver for row in found.drivers} == {row.driver for row in found.flips}
        for row in found.drivers:
            for index in (row.first_order.value, row.total.value):
                assert index is None or 0 <= index <= 1
        for flip in found.flips:
            assert (flip.shift.value is None) == (flip.after == "")

    def test_weighted_outcomes_are_sums_over_scenarios(self, whole: tuple[Outlook, Ledger]) -> None:
        found, _ = whole
        for row in found.weighted:
            parts = [
                (scenario.probability.value or 0.0) * (row.by_scenario[scenario.id].value or 0.0)
                for scenario in found.scenarios
            ]
            assert row.mean.value == pytest.approx(sum(parts))

    def test_intervals_are_wider_than_the_number_of_draws_alone(
        self, whole: tuple[Outlook, Ledger], plain: Outlook
    ) -> None:
        found, alone = whole[0], plain
        assert probabilities(found) == probabilities(alone)
        wide, narrow = (
            sum((row.probability.high or 0) - (row.probability.low or 0) for row in one.scenarios)
            for one in (found, alone)
        )
        assert wide > narrow

    def test_the_state_carries_the_draws(self, whole: tuple[Outlook, Ledger]) -> None:
        found, _ = whole
        state = found.state
        assert state.names == ("stalled", "conservative", "accelerated", "breakthrough")
        assert state.weights.sum() == pytest.approx(1)
        shares = [float(np.mean(state.region == rank)) for rank in range(4)]
        assert shares == pytest.approx(probabilities(found))


class TestMoves:
    def test_the_same_seed_gives_the_same_and_a_moved_driver_another(
        self, study: Study, plain: Outlook
    ) -> None:
        assert looked(study).to_dict() == plain.to_dict()
        better = looked(study, sectors=(), means={"policy-delivery": 1.5})
        assert probabilities(better)[0] < probabilities(plain)[0]

    def test_the_record_alone_is_narrower(self, study: Study, plain: Outlook) -> None:
        state = record_only(prepared(study.evidence, study.world, asked(study)))
        assert (state.region >= 2).mean() <= (plain.state.region >= 2).mean()

    def test_experts_stand_beside_the_model(self, study: Study, plain: Outlook) -> None:
        experts = {"stalled": 0.4, "conservative": 0.5, "accelerated": 0.1, "breakthrough": 0.0}
        found = looked(study, overrides=experts)
        assert probabilities(found) == probabilities(plain)
        assert [row.expert.value for row in found.scenarios if row.expert] == [0.4, 0.5, 0.1, 0.0]
        state = found.state
        carried = [state.weights[state.region == rank].sum() for rank in range(4)]
        assert carried == pytest.approx(list(experts.values()))
        moved = [row for row in found.weighted if row.id == "output/ndfeb-magnet"]
        assert moved[0].expert is not None
        assert moved[0].expert.value != pytest.approx(moved[0].mean.value)
        assert any("effective draws" in line for line in found.warnings)

    def test_a_future_that_is_here_already_is_called_so(self, study: Study) -> None:
        """Indonesia refines far more nickel than it uses: no odds say that anything happens."""
        parts = {"focus": "IDN", "countries": ("IDN",), "chains": ("nickel",)}
        found = looked(study, **parts, sectors=("batteries",))
        best = found.scenarios[-1]
        assert best.probability.value == 1
        assert any(best.name in line and "first year already" in line for line in found.warnings)
        assert any("no condition of the futures is written" in line for line in found.warnings)

    def test_a_future_ahead_and_conditions_of_its_own_are_not_warned_of(
        self, plain: Outlook
    ) -> None:
        assert not any("already" in line or "is written" in line for line in plain.warnings)

    def test_counter_moves_take_the_place_of_their_driver(
        self, study: Study, plain: Outlook
    ) -> None:
        class Ruin:
            def __init__(self, frame: Frame, projects: tuple[Project, ...]) -> None:
                self.alive = np.zeros((frame.draws, len(frame.years), len(projects)))
                self.log_odds = np.zeros((frame.draws, len(projects)))
                self.delay_factor = np.ones((frame.draws, len(projects)))
                self.assumptions = ("par:counter.rate.floods",)

        found = looked(study, sectors=(), counter=Ruin)
        assert probabilities(found)[2:] == [0.0, 0.0]
        assert "counter.rate.floods" in found.assumptions
        # Only recyclers that run already and later entrants are left.
        magnets = found.path("IND", "ndfeb-magnet")
        before = plain.path("IND", "ndfeb-magnet")
        assert magnets is not None
        assert before is not None
        assert (magnets.points[-1].high or 0) < (before.points[-1].high or 0)

    def test_another_focus_country_and_one_without_rows(self, study: Study) -> None:
        for focus in ("JPN", "DEU"):
            found = looked(study, focus=focus, sectors=(), chains=(), draws=100)
            assert found.focus == focus
            assert sum(probabilities(found)) == pytest.approx(1)
            assert found.conditions


class TestRefusals:
    @pytest.mark.parametrize(
        ("parts", "words"),
        [
            ({"draws": 0}, "0 draws"),
            ({"draws": 100_001}, "100,001 draws"),
            ({"last": 2024}, "last year 2024"),
            ({"score_years": (2036,)}, "no score for 2036"),
            ({"focus": "NAM"}, "no outlook for 'NAM'"),
            ({"means": {"policy-deliverance": 1.0}}, "policy-delivery"),
            ({"means": {"capital": float("nan")}}, "driver 'capital' is given nan"),
            ({"overrides": {"stalled": 1.0}}, "without conservative"),
            (
                {
                    "overrides": {
                        "stalled": 0.5,
                        "conservative": 0.5,
                        "accelerated": 0.5,
                        "breakthrough": 0.0,
                    }
                },
                "sum to 1.5",
            ),
        ],
    )
    def test_bad_input(self, study: Study, parts: dict[str, Any], words: str) -> None:
        with pytest.raises(InputError) as caught:
            looked(study, **parts)
        assert words in str(caught.value)


def test_a_normal_score_keeps_the_order() -> None:
    values = np.array([3.0, -1.0, 8.0, 3.0])
    score = normal_score(values)
    assert score.mean() == pytest.approx(0, abs=1e-9)
    assert score[1] < score[0] < score[2]
