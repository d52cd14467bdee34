"""Laws of the parameter table, and parameters of a market drawn from them."""

from __future__ import annotations

import numpy as np
import pytest

from midstream.errors import ModelError
from midstream.shock.behaviour import Sampler, market_parameters, quantiles, stocked
from units.shock.real_chain import opened

MIDDLE = np.array([0.1, 0.5, 0.9])


@pytest.mark.parametrize(
    ("law", "low", "high", "expected"),
    [
        ("fixed", None, None, [2, 2, 2]),
        ("lognormal(0.4)", None, None, [2 * np.exp(-0.51262), 2, 2 * np.exp(0.51262)]),
        ("uniform", 1.0, 3.0, [1.2, 2, 2.8]),
        # One corner at the mode, sides of equal length: 1 + sqrt(.1 x 2 x 1).
        ("triangular", 1.0, 3.0, [1 + np.sqrt(0.2), 2, 3 - np.sqrt(0.2)]),
        # beta(2,1) has the distribution x^2.
        ("beta(2,1)", None, None, [np.sqrt(0.1), np.sqrt(0.5), np.sqrt(0.9)]),
    ],
)
def test_quantiles(law: str, low: float | None, high: float | None, expected: list[float]) -> None:
    assert quantiles(law, 2.0, low, high, MIDDLE).tolist() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("law", ["uniform", "triangular", "cauchy(1)"])
def test_a_law_that_cannot_be_drawn_is_refused(law: str) -> None:
    with pytest.raises(ModelError):
        quantiles(law, 2.0, None if law != "cauchy(1)" else 1.0, 3.0, MIDDLE)


def test_every_market_parameter_can_be_drawn() -> None:
    evidence = opened().evidence
    sampler = Sampler(evidence, 1, 50)
    for name, row in evidence.parameters.items():
        if row["group"] == "market":
            drawn = sampler.draw(name)
            assert drawn[0] == evidence.parameter(name).value
            assert (drawn >= 0).all()
            assert (np.ptp(drawn) > 0) == (row["distribution"] != "fixed"), name


def test_streams_of_places_differ_and_names_are_kept() -> None:
    sampler = Sampler(opened().evidence, 1, 20)
    one, other = sampler.draw("market.demand", "1"), sampler.draw("market.demand", "2")
    assert not np.allclose(one[1:], other[1:])
    assert list(sampler.used) == ["par:market.demand"]


def test_extra_stocks_are_those_of_one_step() -> None:
    parameters = market_parameters(Sampler(opened().evidence, 1, 3), 2, 1, 4)
    more = stocked(parameters, 1, np.full((3, 4), 0.5))
    assert np.array_equal(more.stock_months[:, 0], parameters.stock_months[:, 0])
    np.testing.assert_allclose(more.stock_months[:, 1] - parameters.stock_months[:, 1], 0.5)
