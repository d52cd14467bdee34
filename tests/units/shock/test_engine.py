"""The monthly engine: classes of measure, notice, inside price, residual, refused inputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from midstream.errors import InputError, ModelError
from midstream.evidence import Evidence
from midstream.shock.engine import ShockInputs, central, simulate
from midstream.shock.engine_parameters import (
    NAMES,
    EngineParameters,
    Law,
    _law,
    engine_parameters,
    parameter_id,
    stream,
)

BAN = ShockInputs("ban", 0.8, 2.0, 0.1, np.array([0.1] * 12))


@pytest.fixture(scope="module")
def parameters(evidence: Evidence) -> EngineParameters:
    return engine_parameters(evidence)


class TestParameters:
    def test_all_come_from_the_table(
        self, evidence: Evidence, parameters: EngineParameters
    ) -> None:
        for name in NAMES:
            assert parameters.laws[name].value == evidence.parameter(parameter_id(name)).value

    def test_a_triangle_stays_inside(self) -> None:
        drawn = Law(0.4, "triangular", -0.4, 1.0).sample(stream(1, "test"), 4000)
        assert drawn.min() >= -0.4
        assert drawn.max() <= 1.0
        assert drawn.mean() == pytest.approx(1 / 3, abs=0.02)

    def test_a_lognormal_has_its_median(self) -> None:
        drawn = Law(2.0, "lognormal", spread=0.5).sample(stream(1, "test"), 4000)
        assert np.median(drawn) == pytest.approx(2.0, rel=0.05)
        assert np.log(drawn).std() == pytest.approx(0.5, rel=0.05)

    def test_an_unknown_law_is_refused(self, evidence: Evidence) -> None:
        with pytest.raises(ModelError, match="none the engine draws"):
            _law(evidence, "eu.recycling")

    def test_streams_differ_by_name_and_seed(self) -> None:
        numbers = {stream(*key).random() for key in ((1, "a"), (1, "b"), (2, "a"))}
        assert len(numbers) == 3


class TestPath:
    @pytest.mark.parametrize(
        ("name", "value"), [("elasticity_short", 1.5), ("jump", 0.0), ("supply_elasticity", 2.0)]
    )
    def test_parameters_move_the_price(
        self, parameters: EngineParameters, name: str, value: float
    ) -> None:
        before = central(BAN, parameters).effect.sum()
        assert central(BAN, parameters.changed(**{name: value})).effect.sum() < before

    def test_notice_moves_the_price_before_force(self, parameters: EngineParameters) -> None:
        passed = np.array([1.0, 1.0, 0.1, 0.1, 0.1, 0.1])
        announced = central(replace(BAN, pass_ratio=passed, month_of_force=2), parameters)
        sudden = central(replace(BAN, pass_ratio=np.array([0.1] * 6)), parameters)
        assert announced.effect[0, 0] > 0
        assert sudden.expected_pass[0, 0] == pytest.approx(0.55)
        licence = central(
            replace(BAN, instrument="licence", pass_ratio=passed, month_of_force=2), parameters
        )
        assert licence.effect[0, 0] < announced.effect[0, 0]

    def test_a_small_announced_cut_is_feared_less(self, parameters: EngineParameters) -> None:
        passed = np.array([1.0, 1.0, 0.9, 0.9])
        shock = replace(BAN, pass_ratio=passed, month_of_force=2)
        feared = central(shock, parameters).effect[0, 0]
        assert central(replace(shock, announced_cut=0.1), parameters).effect[0, 0] < feared
        assert central(replace(shock, announced_cut=0.0), parameters).effect[0, 0] == 0

    def test_an_announced_end_calms(self, parameters: EngineParameters) -> None:
        long = central(BAN, parameters).effect.max()
        assert central(replace(BAN, announced_length=4), parameters).effect[:, :5].max() <= long

    def test_inputs_may_differ_by_draw(self, parameters: EngineParameters) -> None:
        share = np.array([0.1, 0.9])
        passed = np.array([[0.1] * 6, [0.1] * 6])
        path = simulate(replace(BAN, outside_share=share, pass_ratio=passed), parameters, 2, 1)
        assert path.effect[1].max() > path.effect[0].max()

    def test_the_inside_price_is_centred_on_no_change_at_first(
        self, parameters: EngineParameters
    ) -> None:
        path = central(BAN, parameters)
        assert path.price_inside[0, :4] == pytest.approx(1.0)
        assert np.log(path.price_inside[0, 5]) == pytest.approx(0.4 * path.effect[0, 5])

    def test_a_cut_carries_noise_and_its_centre_none(self, parameters: EngineParameters) -> None:
        path = simulate(BAN, parameters, 200, 1)
        assert path.residual.std(axis=0)[-1] > path.residual.std(axis=0)[0] > 0.1
        assert np.all(central(BAN, parameters).residual == 0)
        assert np.log(path.price_outside) == pytest.approx(path.effect + path.residual)

    def test_unmet_use_appears_when_the_store_is_empty(self, parameters: EngineParameters) -> None:
        path = simulate(
            replace(BAN, outside_share=1.0, stock_cover=0.0, spare_capacity=0.0), parameters, 50, 1
        )
        assert path.unmet[:, 0].max() > 0
        assert np.all(path.unmet[path.stock > 1e-9] == 0)


class TestRefused:
    @pytest.mark.parametrize(
        "change",
        [
            {"outside_share": 1.2},
            {"outside_share": float("nan")},
            {"stock_cover": -1.0},
            {"spare_capacity": -0.1},
            {"pass_ratio": np.array([-0.5])},
            {"pass_ratio": np.array([])},
            {"announced_cut": 2.0},
            {"month_of_force": -1},
            {"instrument": "tariff"},
        ],
        ids=str,
    )
    def test_out_of_range(self, parameters: EngineParameters, change: dict[str, object]) -> None:
        with pytest.raises(InputError):
            central(replace(BAN, **change), parameters)
