"""Noise of the monthly engine: neither more draws nor more months shift what was drawn."""

from __future__ import annotations

import numpy as np

from midstream.evidence import Evidence
from midstream.shock.engine_parameters import engine_parameters


def test_noise_of_the_first_months_is_that_of_a_shorter_path(evidence: Evidence) -> None:
    laws = engine_parameters(evidence)
    few, many = laws.sample(5, 3), laws.sample(9, 3)
    short, long, wide = few.residual_path(4), few.residual_path(12), many.residual_path(4)
    assert np.array_equal(short, long[:, :4])
    assert np.allclose(short, wide[:5])
    assert np.std(long[:, -1] - long[:, 0]) > 0
