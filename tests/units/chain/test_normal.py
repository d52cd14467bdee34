"""The normal law: as exact as the libraries that own it."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from midstream.chain.normal import LEAST, normal_quantile, normal_share
from midstream.errors import ModelError

#: The middle, both tails down to the last probability covered, and the seams between them.
POINTS = np.concatenate(
    [
        np.linspace(0.001, 0.999, 4999),
        np.geomspace(LEAST, 0.075, 2000),
        1 - np.geomspace(LEAST, 0.075, 2000),
        [0.075, 0.925, np.nextafter(0.075, 0), np.nextafter(0.925, 1)],
    ]
)


def test_quantiles_agree_with_scipy() -> None:
    assert normal_quantile(POINTS) == pytest.approx(ndtri(POINTS), rel=1e-13, abs=1e-15)


def test_shares_agree_with_scipy_from_end_to_end() -> None:
    z = np.concatenate([np.linspace(-37, 37, 5000), [-np.inf, np.inf]])
    assert normal_share(z) == pytest.approx(ndtr(z), rel=1e-11, abs=1e-300)


@given(st.floats(1e-10, 1 - 1e-10))
def test_a_quantile_is_the_one_of_the_standard_library(probability: float) -> None:
    found = float(normal_quantile(np.array(probability)))
    assert found == pytest.approx(NormalDist().inv_cdf(probability), rel=1e-13, abs=1e-15)
    assert normal_share(np.array([found]))[0] == pytest.approx(probability, rel=1e-9)


def test_the_shape_stays() -> None:
    assert normal_quantile(np.full((3, 4), 0.9)).shape == (3, 4)
    assert normal_quantile(np.array([])).shape == (0,)


@pytest.mark.parametrize("probability", [0.0, 1.0, LEAST / 2, -0.1, 1.1, float("nan")])
def test_what_lies_outside_is_refused(probability: float) -> None:
    with pytest.raises(ModelError, match="lies outside"):
        normal_quantile(np.array([0.5, probability]))
