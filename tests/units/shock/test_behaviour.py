"""Parameters of a market drawn from the parameter table."""

from __future__ import annotations

import numpy as np

from midstream.shock.behaviour import Sampler, market_parameters, stocked
from units.shock.real_chain import opened


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
