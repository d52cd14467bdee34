"""The middle of numbers without NumPy's masked arrays: the same to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from midstream.chain.estimate import median


@pytest.mark.parametrize("size", [1, 2, 3, 10, 2001, 2000])
def test_the_middle_is_numpys_to_the_last_bit(size: int) -> None:
    for seed in range(20):
        values = np.random.default_rng(seed).lognormal(0, 3, size)
        assert median(values) == float(np.median(values))


def test_the_middle_of_whole_numbers_and_ties() -> None:
    assert median(np.array([3, 1, 2, 2])) == 2.0
    assert median(np.array([1, 2])) == 1.5


def test_a_missing_number_leaves_no_middle() -> None:
    assert np.isnan(median(np.array([1.0, np.nan, 2.0])))
