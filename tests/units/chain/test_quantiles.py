"""Quantiles without NumPy's masked arrays: the same to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from midstream.chain.estimate import median, quantile


@pytest.mark.parametrize("size", [1, 2, 3, 10, 2001, 2000])
def test_the_middle_is_numpys_to_the_last_bit(size: int) -> None:
    for seed in range(20):
        values = np.random.default_rng(seed).lognormal(0, 3, size)
        assert median(values) == float(np.median(values))


@pytest.mark.parametrize("size", [1, 2, 3, 10, 2001, 2000])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.1, 0.5, 0.9, 0.95, 1.0])
def test_a_quantile_is_numpys_to_the_last_bit(size: int, share: float) -> None:
    for seed in range(20):
        values = np.random.default_rng(seed).lognormal(0, 3, size)
        assert quantile(values, share) == float(np.quantile(values, share))


def test_the_middle_of_whole_numbers_and_ties() -> None:
    assert median(np.array([3, 1, 2, 2])) == 2.0
    assert median(np.array([1, 2])) == 1.5


def test_a_missing_number_leaves_no_middle() -> None:
    assert np.isnan(median(np.array([1.0, np.nan, 2.0])))
