"""Cells that are kept as factors are read as the array they stand in for."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from midstream.errors import ModelError
from midstream.scenarios.cellwise import Cellwise, Product

YEARS, DRAWS = 3, 7
RNG = np.random.default_rng(1)
LEVEL, OTHER = RNG.random(DRAWS), RNG.random(DRAWS)
SHARED, OWN, FULL = (RNG.random((YEARS, DRAWS)) for _ in range(3))
KEYS = [
    (slice(None), slice(None), 0),
    (slice(None), 1, 2),
    (slice(None), -1, np.int64(1)),
    (0, slice(None), 1),
    (2, 1, 0),
    (slice(2, 5), [0, 2], 0),
    (slice(None), 1, [2, 0]),
    (slice(None), 0, []),
    (slice(None), slice(None), [0, 3]),
    slice(2),
    (slice(None), 1),
]


def made(single: bool = False) -> tuple[Cellwise, np.ndarray]:
    """Four cells, the last one never filled, and the array they stand in for."""
    cells = Cellwise(YEARS, DRAWS, 4, single)
    cells.put(0, Product(LEVEL, (SHARED, OWN)))
    cells.put(1, FULL)
    cells.put(2, Product(OTHER, (SHARED,)))
    whole = np.zeros((4, YEARS, DRAWS), np.float32 if single else np.float64)
    whole[:3] = LEVEL * SHARED * OWN, FULL, OTHER * SHARED
    return cells, whole.transpose(2, 1, 0)


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("key", KEYS, ids=str)
def test_what_is_read_is_what_the_array_holds(key: object, single: bool) -> None:
    cells, whole = made(single)
    found = cells[key]
    np.testing.assert_array_equal(found, whole[key])
    assert found.dtype == whole.dtype
    # Sums run along memory: another order of it would change their last digits.
    assert np.argsort(found.strides).tolist() == np.argsort(whole[key].strides).tolist()


def test_it_stands_for_the_array_in_arithmetic() -> None:
    cells, whole = made()
    np.testing.assert_array_equal(cells * 2.0 - whole, whole)
    np.testing.assert_array_equal(np.sum(cells, axis=0), whole.sum(axis=0))
    assert cells.shape == whole.shape
    np.testing.assert_array_equal(Cellwise.of(whole), whole)
    np.testing.assert_array_equal(cells.wider(2)[:, :, 5], np.zeros((DRAWS, YEARS)))


def test_what_is_read_cannot_be_written_to() -> None:
    cells, whole = made()
    for place in range(4):
        with pytest.raises(ValueError, match="read-only"):
            cells[:, :, place][0, 0] = 1.0
    for key, values in (((0, 0, 0), np.ones(())), ((slice(None),) * 2 + (0,), np.ones((2, 2)))):
        with pytest.raises(ModelError, match="written whole"):
            cells[key] = values
    np.testing.assert_array_equal(cells, whole)


def test_a_copy_is_written_to_apart() -> None:
    cells, whole = made()
    other = Cellwise.of(cells)
    other[:, :, 0] = other[:, :, 0] + 1.0
    other.hold(1, np.full((DRAWS, YEARS), 0.5))
    np.testing.assert_array_equal(cells, whole)
    np.testing.assert_array_equal(other[:, :, 0], whole[:, :, 0] + 1.0)
    np.testing.assert_array_equal(other[:, :, 1], np.minimum(whole[:, :, 1], 0.5))


def test_cells_that_stay_as_they_are_stay_factors() -> None:
    cells, whole = made()
    cells[:, :, 0] = whole[:, :, 0].copy()
    cells.hold(2, whole[:, :, 2] + 1.0)
    assert [isinstance(cell, Product) for cell in cells.cells] == [True, False, True, False]
    cells.hold(2, whole[:, :, 2] / 2)
    np.testing.assert_array_equal(cells[:, :, 2], whole[:, :, 2] / 2)


def test_what_cells_share_travels_once() -> None:
    cells, whole = made()
    arrays: list[pickle.PickleBuffer] = []
    text = pickle.dumps(cells, protocol=5, buffer_callback=arrays.append)
    # Two levels, the factors of both, the full cell; what was never filled is in the text.
    assert len(arrays) == 5
    again = pickle.loads(text, buffers=arrays)
    np.testing.assert_array_equal(again, whole)
    assert again.cells[0].factors[0] is again.cells[2].factors[0]
