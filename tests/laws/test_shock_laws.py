"""Laws of the shock engine, of the form for peaks, of its rivals and of the backtest."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.evidence import Evidence
from midstream.shock.backtest import Backtest, score
from midstream.shock.engine import INSTRUMENTS, ShockInputs, central, licence_curve, simulate
from midstream.shock.engine_parameters import EngineParameters, engine_parameters
from midstream.shock.episode import Episode, shipped_episodes
from midstream.shock.forms import doses
from midstream.shock.peaks import forecast
from midstream.shock.rivals import fit_rivals, least_absolute_slope, mean_cut, static_gap
from midstream.shock.similar import similar_episodes

MEASURES = [name for name in INSTRUMENTS if name != "threat"]
shares = st.floats(0, 1)
stocks = st.floats(0, 12)
depths = st.floats(0, 1)
measures = st.sampled_from(MEASURES)
#: Rounding of the halving of the forward price.
SLACK = 1e-6


@pytest.fixture(scope="module")
def parameters(evidence: Evidence) -> EngineParameters:
    return engine_parameters(evidence)


@pytest.fixture(scope="module")
def episodes(evidence: Evidence) -> tuple[Episode, ...]:
    return shipped_episodes(evidence)


@pytest.fixture(scope="module")
def few(episodes: tuple[Episode, ...]) -> tuple[Episode, ...]:
    """Fourteen episodes of ten clusters, linked ones among them."""
    linked = [one for one in episodes if one.cluster in ("idn14", "chn21", "gage23")]
    return (*linked, *[one for one in episodes if one.id in SINGLES])


@pytest.fixture(scope="module")
def result(few: tuple[Episode, ...], evidence: Evidence) -> Backtest:
    return score(few, (), evidence)


SINGLES = ("antimony-2024", "cobalt-2025", "graphite-2023", "ree-threat-2019", "fe-vale-2019")


def cut(depth: float, length: int, months: int = 18, start: int = 0) -> np.ndarray:
    passed = np.ones(months)
    passed[start : start + length] = 1 - depth
    return passed


def peak(parameters: EngineParameters, *inputs: object, **more: object) -> float:
    return float(central(ShockInputs(*inputs, **more), parameters).effect.max())


class TestEngine:
    @settings(max_examples=30)
    @given(share=shares, stock=stocks, spare=st.floats(0, 0.5), instrument=measures)
    def test_no_cut_and_no_threat_changes_nothing(
        self,
        parameters: EngineParameters,
        share: float,
        stock: float,
        spare: float,
        instrument: str,
    ) -> None:
        path = simulate(
            ShockInputs(instrument, share, stock, spare, np.ones(12)),
            parameters,
            20,
            3,
        )
        assert np.all(path.effect == 0)
        assert np.all(path.price_outside == 1)
        assert np.all(path.price_inside == 1)
        assert path.stock == pytest.approx(np.full((20, 12), stock), abs=1e-9)
        assert path.unmet == pytest.approx(0, abs=1e-9)

    @settings(max_examples=40)
    @given(
        low=shares,
        more=shares,
        depth=depths,
        length=st.integers(1, 18),
        stock=stocks,
        name=measures,
    )
    def test_more_share_never_lowers_the_peak(
        self,
        parameters: EngineParameters,
        low: float,
        more: float,
        depth: float,
        length: int,
        stock: float,
        name: str,
    ) -> None:
        small, large = sorted((low, more))
        path = cut(depth, length)
        assert peak(parameters, name, large, stock, 0.1, path) >= (
            peak(parameters, name, small, stock, 0.1, path) - SLACK
        )

    @settings(max_examples=40)
    @given(
        share=shares,
        first=depths,
        second=depths,
        length=st.integers(1, 18),
        stock=stocks,
        name=measures,
    )
    def test_a_deeper_cut_never_lowers_the_peak(
        self,
        parameters: EngineParameters,
        share: float,
        first: float,
        second: float,
        length: int,
        stock: float,
        name: str,
    ) -> None:
        shallow, deep = sorted((first, second))
        assert peak(parameters, name, share, stock, 0.1, cut(deep, length)) >= (
            peak(parameters, name, share, stock, 0.1, cut(shallow, length)) - SLACK
        )

    @settings(max_examples=40)
    @given(
        share=shares,
        depth=depths,
        first=st.integers(0, 18),
        second=st.integers(0, 18),
        stock=stocks,
        name=measures,
    )
    def test_a_longer_cut_never_lowers_the_peak(
        self,
        parameters: EngineParameters,
        share: float,
        depth: float,
        first: int,
        second: int,
        stock: float,
        name: str,
    ) -> None:
        short, long = sorted((first, second))
        assert peak(parameters, name, share, stock, 0.1, cut(depth, long)) >= (
            peak(parameters, name, share, stock, 0.1, cut(depth, short)) - SLACK
        )

    @settings(max_examples=40)
    @given(share=shares, depth=depths, first=stocks, second=stocks, name=measures)
    def test_less_stock_never_lowers_the_peak(
        self,
        parameters: EngineParameters,
        share: float,
        depth: float,
        first: float,
        second: float,
        name: str,
    ) -> None:
        little, much = sorted((first, second))
        path = cut(depth, 12)
        assert peak(parameters, name, share, little, 0.1, path) >= (
            peak(parameters, name, share, much, 0.1, path) - SLACK
        )

    @settings(max_examples=30)
    @given(share=shares, depth=st.floats(0, 0.999), stock=stocks, name=measures)
    def test_the_path_is_continuous_in_depth(
        self, parameters: EngineParameters, share: float, depth: float, stock: float, name: str
    ) -> None:
        paths = [
            central(
                ShockInputs(name, share, stock, 0.1, cut(value, 12)),
                parameters,
            ).effect
            for value in (depth, depth + 1e-6)
        ]
        assert paths[1] == pytest.approx(paths[0], abs=1e-3)

    @settings(max_examples=15)
    @given(seed=st.integers(0, 9999), draws=st.integers(1, 30), name=st.sampled_from(INSTRUMENTS))
    def test_more_draws_begin_with_the_fewer(
        self, parameters: EngineParameters, seed: int, draws: int, name: str
    ) -> None:
        shock = ShockInputs(name, 0.7, 2.0, 0.1, cut(0.8, 6, 10, 1), 1)
        few, many = (simulate(shock, parameters, size, seed) for size in (draws, draws + 17))
        for field in ("effect", "residual", "price_inside", "stock", "delivered"):
            assert getattr(many, field)[:draws] == pytest.approx(getattr(few, field))

    @settings(max_examples=20)
    @given(share=shares, depth=depths, stock=stocks, name=st.sampled_from(INSTRUMENTS))
    def test_stock_use_and_arrivals_balance(
        self, parameters: EngineParameters, share: float, depth: float, stock: float, name: str
    ) -> None:
        path = simulate(
            ShockInputs(name, share, stock, 0.1, cut(depth, 8, 12, 2), 2),
            parameters,
            10,
            1,
        )
        before = np.concatenate([np.full((10, 1), stock), path.stock[:, :-1]], axis=1)
        assert before + path.delivered - path.use == pytest.approx(path.stock, abs=1e-9)
        assert np.all(path.stock >= 0)
        low, middle, high = path.fan("price_outside")
        assert np.all((low <= middle) & (middle <= high))

    @given(
        lag=st.floats(0, 6),
        delay=st.floats(0.1, 10),
        low=st.floats(0, 1),
        rise=st.floats(0, 1),
        force=st.integers(0, 6),
    )
    def test_a_licence_regime_rises_to_its_level(
        self, lag: float, delay: float, low: float, rise: float, force: int
    ) -> None:
        arrays = [np.array([value]) for value in (lag, delay, low, low + rise)]
        curve = licence_curve(24, force, *arrays)[0]
        assert np.all(curve[:force] == 1)
        assert np.all(np.diff(curve[force:]) >= -1e-12)
        assert np.all((curve[force:] >= low - 1e-12) & (curve[force:] <= low + rise + 1e-12))


class TestRivals:
    @given(
        st.lists(st.tuples(st.floats(0, 1), st.floats(0, 4)), min_size=1, max_size=12),
        st.floats(0, 20),
    )
    def test_no_other_slope_has_a_smaller_error(
        self, pairs: list[tuple[float, float]], other: float
    ) -> None:
        feature, observed = (np.array(values) for values in zip(*pairs, strict=True))
        slope = least_absolute_slope(feature, observed)
        best = np.abs(slope * feature - observed).sum()
        assert best <= np.abs(other * feature - observed).sum() + 1e-9

    @given(
        st.lists(st.tuples(st.floats(0, 0.99), st.floats(0, 4)), min_size=2, max_size=12),
        st.floats(0, 0.99),
        st.floats(0, 0.99),
    )
    def test_rivals_rise_with_the_blocked_share_from_nothing(
        self, pairs: list[tuple[float, float]], first: float, second: float
    ) -> None:
        blocked, observed = (np.array(values) for values in zip(*pairs, strict=True))
        rivals = fit_rivals(blocked, observed, 0.7)
        small, large = sorted((first, second))
        logs = rivals.predict(np.array([0.0, small, large]))
        for values in logs.values():
            assert values[0] == 0
            assert values[1] <= values[2] + 1e-12
        assert np.all(logs["capped_share_rule"] <= max(observed) + 1e-12)
        assert np.all(static_gap(np.array([small])) >= small - 1e-12)

    @given(st.lists(st.floats(0, 3), min_size=1, max_size=24), st.integers(0, 30))
    def test_the_mean_cut_lies_between_nothing_and_all(
        self, episodes: tuple[Episode, ...], passed: list[float], force: int
    ) -> None:
        episode = replace(episodes[0], pass_ratio=tuple(passed), month_of_force=force)
        assert 0 <= mean_cut(episode) <= 1


class TestForm:
    @settings(max_examples=25)
    @given(
        passed=st.lists(st.floats(0, 3), min_size=1, max_size=24),
        force=st.integers(0, 4),
        peak=st.floats(0.5, 50),
        month=st.integers(0, 18),
        null=st.booleans(),
    )
    def test_the_dose_looks_at_no_outcome(
        self,
        episodes: tuple[Episode, ...],
        passed: list[float],
        force: int,
        peak: float,
        month: int,
        null: bool,
    ) -> None:
        episode = replace(episodes[0], pass_ratio=tuple(passed), month_of_force=force)
        other = replace(
            episode, peak_ratio=peak, peak_month=month, null_case=null, prices=((1, peak),)
        )
        assert np.array_equal(doses(episode, 12), doses(other, 12))
        assert np.all(doses(episode, 12) <= episode.supply_share + 1e-12)
        assert np.all(doses(episode, 12) >= 0)

    def test_a_larger_dose_never_lowers_the_prediction(
        self, evidence: Evidence, episodes: tuple[Episode, ...]
    ) -> None:
        base = next(one for one in episodes if one.id == "antimony-2024")
        targets = [
            replace(base, id=f"t{share}", name=f"t{share}", cluster="t", supply_share=share)
            for share in np.linspace(0, 1, 11)
        ]
        peaks = [one.model for one in forecast(evidence, targets)]
        assert peaks[0] == 0
        assert all(later >= earlier for earlier, later in pairwise(peaks))
        assert all(one.low <= one.model <= one.high for one in forecast(evidence, targets[:3]))

    def test_a_threat_and_an_empty_measure_raise_no_alarm(
        self, evidence: Evidence, episodes: tuple[Episode, ...]
    ) -> None:
        base = episodes[0]
        targets = [
            replace(base, id="threat", name="threat", instrument="threat", supply_share=0.95),
            replace(base, id="open", name="open", pass_ratio=(1.0,) * 12, supply_share=0.95),
        ]
        for one in forecast(evidence, targets):
            assert (one.low, one.model, one.high) == (0, 0, 0)


class TestBacktest:
    @settings(max_examples=3)
    @given(seed=st.integers(0, 999))
    def test_the_order_of_episodes_does_not_matter(
        self, few: tuple[Episode, ...], result: Backtest, evidence: Evidence, seed: int
    ) -> None:
        order = np.random.default_rng(seed).permutation(len(few))
        shuffled = score([few[index] for index in order], (), evidence)
        for name, values in result.main.logs.items():
            assert shuffled.main.logs[name] == pytest.approx(values[order], abs=1e-6)
        assert shuffled.main.low == pytest.approx(result.main.low[order], abs=1e-6)
        assert shuffled.main.high == pytest.approx(result.main.high[order], abs=1e-6)

    @settings(max_examples=4)
    @given(index=st.integers(0, len(SINGLES) + 7), ratio=st.floats(1.5, 30))
    def test_what_is_left_out_is_never_looked_at(
        self,
        few: tuple[Episode, ...],
        result: Backtest,
        evidence: Evidence,
        index: int,
        ratio: float,
    ) -> None:
        index = index % len(few)
        cluster = few[index].cluster
        moved = [
            replace(one, peak_ratio=ratio * 1.7, null_case=False, prices=((1, ratio),))
            if one.cluster == cluster
            else one
            for one in few
        ]
        # The window of a null case is a matter of definition, so it keeps its months.
        moved = [replace(one, peak_month=old.window) for one, old in zip(moved, few, strict=True)]
        other = score(moved, (), evidence)
        inside = [place for place, one in enumerate(few) if one.cluster == cluster]
        for name, values in result.main.logs.items():
            assert np.array_equal(other.main.logs[name][inside], values[inside]), name
        assert np.array_equal(other.main.low[inside], result.main.low[inside])
        assert np.array_equal(other.main.high[inside], result.main.high[inside])
        assert not np.array_equal(other.main.high, result.main.high)

    def test_a_file_is_scored_without_its_outcomes(
        self, few: tuple[Episode, ...], evidence: Evidence
    ) -> None:
        known, others = few[:10], few[10:]
        changed = [replace(one, peak_ratio=7.0) for one in others]
        first, second = (score(known, group, evidence) for group in (others, changed))
        assert np.array_equal(first.main.logs["model"], second.main.logs["model"])
        assert np.array_equal(first.main.high, second.main.high)
        assert not np.array_equal(first.main.errors("model"), second.main.errors("model"))


class TestSimilar:
    @settings(max_examples=15)
    @given(index=st.integers(0, 45))
    def test_a_shock_is_nearest_to_its_twin(
        self, evidence: Evidence, episodes: tuple[Episode, ...], index: int
    ) -> None:
        twin = replace(episodes[index], id="twin", name="twin")
        near = similar_episodes(evidence, twin)
        assert near[0].distance == 0
        assert [one.distance for one in near] == sorted(one.distance for one in near)
        assert all(
            sum(part for _, part in one.parts) == pytest.approx(one.distance**2) for one in near
        )
        assert episodes[index].id not in {
            one.episode.id for one in similar_episodes(evidence, episodes[index])
        }
