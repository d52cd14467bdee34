"""The backtest: keys, bands, groups, a file of other episodes, forecasts, similar episodes."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from midstream.evidence import Evidence, Ledger
from midstream.shock.backtest import Backtest, backtest, clustered_mean
from midstream.shock.episode import Episode, shipped_episodes
from midstream.shock.fit import _ends
from midstream.shock.forms import fitted_constants, form_prior, prior_sample
from midstream.shock.peaks import PREDICTORS, forecast, scenario_episode
from midstream.shock.similar import similar_episodes

ROW = {
    "episode",
    "cluster",
    "observed_log_ratio",
    "model",
    "low",
    "high",
    "no_change",
    "static",
    "share_rule",
    "refitted_share_rule",
    "capped_share_rule",
}


@pytest.fixture(scope="module")
def shipped(evidence: Evidence) -> tuple[Episode, ...]:
    return shipped_episodes(evidence)


@pytest.fixture(scope="module")
def result(evidence: Evidence) -> Backtest:
    return backtest(evidence)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three made-up episodes."""
    path = tmp_path_factory.mktemp("file") / "others.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        handle.write(
            "episode,material,stage,instrument_class,supply_share,pass_ratio,observed_peak_month,"
            "observed_peak_ratio,null_case\n"
        )
        writer.writerow(["A", "tungsten", "C2", "licence", 0.8, "0.2;0.2;0.3", 2, 2.1, 0])
        writer.writerow(["B", "copper", "C1", "physical", 0.05, "0;0;0", "", "", 1])
        writer.writerow(["C", "tin", "C1", "threat", 0.5, "1", "", "", 1])
    return path


class TestShipped:
    def test_the_keys_of_the_interface(self, result: Backtest) -> None:
        found = json.loads(json.dumps(result.to_dict(), allow_nan=False))
        assert all(set(row) >= ROW for row in found["episodes"])
        for name in ("median_abs_log_error", "mean_abs_log_error"):
            assert set(found[name]) == set(PREDICTORS)
        assert 0 <= found["coverage_80"] <= 1
        assert len(found["episodes"]) == len(result.episodes)

    def test_errors_follow_from_the_rows(self, result: Backtest) -> None:
        found = result.to_dict()
        for name in PREDICTORS:
            errors = [abs(row[name] - row["observed_log_ratio"]) for row in found["episodes"]]
            assert found["mean_abs_log_error"][name] == pytest.approx(np.mean(errors))
            assert found["median_abs_log_error"][name] == pytest.approx(np.median(errors))
        inside = [
            row["low"] <= row["observed_log_ratio"] <= row["high"] for row in found["episodes"]
        ]
        assert found["coverage_80"] == pytest.approx(np.mean(inside))

    def test_bands_hold_the_prediction(self, result: Backtest) -> None:
        main = result.main
        assert np.all((main.low <= main.logs["model"]) & (main.logs["model"] <= main.high))
        assert np.all(main.low >= 0)

    def test_the_best_rival_is_the_best_refitted_one(self, result: Backtest) -> None:
        found = result.to_dict()
        errors = found["mean_abs_log_error"]
        best = found["best_refitted_rival"]
        assert errors[best] == min(
            errors[name] for name in ("static", "refitted_share_rule", "capped_share_rule")
        )
        lead = found["lead_over_best_rival"]
        assert lead["mean"] == pytest.approx(errors[best] - errors["model"])
        assert lead["standard_error"] > 0

    def test_groups_add_up(self, result: Backtest) -> None:
        groups = result.to_dict()["groups"]
        total = len(result.episodes)
        assert groups["confounded"]["count"] + groups["not_confounded"]["count"] == total
        assert groups["null_cases"]["count"] + groups["with_effect"]["count"] == total
        assert groups["null_cases"]["mean_abs_log_error"]["no_change"] == 0

    def test_other_targets_hold_only_what_is_on_record(
        self, result: Backtest, shipped: tuple[Episode, ...]
    ) -> None:
        assert len(result.short.observed) == sum(one.peak_short is not None for one in shipped)
        assert len(result.adjusted.observed) == sum(
            one.peak_adjusted is not None for one in shipped
        )

    def test_threats_raise_no_alarm(self, result: Backtest) -> None:
        for row, one in zip(result.to_dict()["episodes"], result.episodes, strict=True):
            if one.instrument == "threat":
                assert row["model"] == row["high"] == 0
                assert row["engine"] < 0.1


class TestFile:
    def test_scores_the_file_alone(self, evidence: Evidence, other: Path) -> None:
        result = backtest(evidence, other)
        found = json.loads(json.dumps(result.to_dict(), allow_nan=False))
        assert [row["episode"] for row in found["episodes"]] == ["A", "B", "C"]
        assert found["seen_in_fit"] == []
        assert found["index_adjusted_peak"] == {"count": 0}
        assert found["episodes"][2]["model"] == 0
        assert found["episodes"][0]["model"] > found["episodes"][1]["model"] > 0

    def test_names_that_the_fit_has_seen(
        self, evidence: Evidence, other: Path, tmp_path: Path, shipped: tuple[Episode, ...]
    ) -> None:
        path = tmp_path / "seen.csv"
        text = other.read_text(encoding="utf-8").replace("\nA,", f"\n{shipped[0].name},")
        path.write_text(text, encoding="utf-8")
        assert backtest(evidence, path).seen == (shipped[0].name,)


class TestForecast:
    def test_stage_and_exchange_move_the_prediction(self, evidence: Evidence) -> None:
        made = [
            scenario_episode(evidence, name, material, stage, "ban", 0.6, [0.1] * 12)
            for name, material, stage in (
                ("refined", "tungsten", "C2"),
                ("mined", "tungsten", "C1"),
                ("listed", "copper", "C2"),
            )
        ]
        refined, mined, listed = (one.model for one in forecast(evidence, made))
        assert len({refined, mined, listed}) == 3

    def test_quantities_are_modelled_and_traced(self, evidence: Evidence) -> None:
        shock = scenario_episode(evidence, "made-up", "gallium", "C2", "ban", 0.8, [0.1] * 9)
        ledger = Ledger(base=evidence.ledger)
        (found,) = forecast(evidence, [shock])
        quantities = found.quantities(ledger)
        assert set(quantities) == set(PREDICTORS)
        model = quantities["model"]
        assert model.label == "modelled"
        assert model.value == pytest.approx(math.exp(found.model))
        assert ledger.trace(model.lineage)["inputs"]


class TestSimilar:
    def test_three_with_what_happened(self, evidence: Evidence) -> None:
        shock = scenario_episode(evidence, "made-up", "gallium", "C2", "licence", 0.85, [0.1] * 9)
        ledger = Ledger(base=evidence.ledger)
        near = similar_episodes(evidence, shock)
        assert len(near) == 3
        for one in near:
            found = json.loads(json.dumps(one.to_dict(ledger)))
            assert found["source"]
            assert set(found["alike"]) | set(found["differs"]) == {
                "material",
                "stage",
                "class of measure",
                "missing supply",
                "notice",
                "stock cover",
            }
            assert found["peak"]["value"] == one.episode.peak_ratio
            assert ledger.trace(found["peak"]["lineage"])["source"]

    def test_an_unknown_stock_adds_nothing(
        self, evidence: Evidence, shipped: tuple[Episode, ...]
    ) -> None:
        shock = replace(shipped[3], id="copy", stock_cover=None)
        near = similar_episodes(evidence, shock, 46)
        assert all(dict(one.parts)["stock"] == 0 for one in near)


class TestPieces:
    def test_clustered_mean(self) -> None:
        mean, error = clustered_mean(np.array([1.0, 1.0, 4.0]), ["a", "a", "b"])
        assert mean == 2
        # sums of deviations -2 and 2: sqrt(2 / 1 x 8) / 3
        assert error == pytest.approx(4 / 3)
        assert math.isnan(clustered_mean(np.array([1.0, 2.0]), ["a", "a"])[1])

    def test_ends_of_nine_even_weights(self) -> None:
        values = np.arange(1.0, 10.0)[:, None]
        low, high = _ends(values, np.ones(9))
        assert (low[0], high[0]) == (1, 9)

    def test_points_do_not_depend_on_the_episodes(
        self, evidence: Evidence, shipped: tuple[Episode, ...]
    ) -> None:
        prior = form_prior(evidence)
        both = prior_sample(shipped[:4], prior).predictions
        assert np.array_equal(prior_sample(shipped[2:4], prior).predictions, both[:, 2:])

    def test_constants_follow_the_episodes(
        self, evidence: Evidence, shipped: tuple[Episode, ...]
    ) -> None:
        prior = form_prior(evidence)
        before = fitted_constants(shipped, prior)
        assert all(low <= middle <= high for low, middle, high in before.values())
        higher = [
            replace(one, peak_ratio=(one.peak_ratio or 1.0) * 2, null_case=False) for one in shipped
        ]
        assert fitted_constants(higher, prior)["amplitude"][1] > before["amplitude"][1]
