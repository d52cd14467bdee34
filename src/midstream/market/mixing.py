"""Anderson mixing for the compiled kernel: the arithmetic of `anderson`, without allocation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from midstream.market.anderson import CLIP, RIDGE
from midstream.market.network import Floats
from midstream.market.vector import FAST


class Memory(NamedTuple):
    """Past differences of Anderson mixing: rings of `depth` rows, their products, and vectors."""

    moves: Floats
    changes: Floats
    square: Floats
    matrix: Floats
    norms: Floats
    weights: Floats
    step: Floats
    move: Floats
    last_move: Floats
    last_unknowns: Floats
    residual: Floats
    best: Floats


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def remember(memory: Memory, unknowns: Floats, slot: int, kept: int) -> None:
    """Put the last differences into a slot and bring the products up to date."""
    size = unknowns.size
    past, change = memory.moves[slot], memory.changes[slot]
    for index in range(size):
        past[index] = unknowns[index] - memory.last_unknowns[index]
        change[index] = memory.move[index] - memory.last_move[index]
    for other in range(kept):
        beside, total = memory.changes[other], 0.0
        for index in range(size):
            total += change[index] * beside[index]
        memory.square[slot, other] = total
        memory.square[other, slot] = total


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def mixing_weights(memory: Memory, kept: int) -> None:
    """Weights of past differences: a small ridge system, by elimination."""
    matrix, norms = memory.matrix, memory.norms
    for row in range(kept):
        norms[row] = np.sqrt(memory.square[row, row])
        if norms[row] == 0:
            norms[row] = 1.0
    for row in range(kept):
        total = 0.0
        change = memory.changes[row]
        for index in range(memory.move.size):
            total += change[index] * memory.move[index]
        matrix[row, kept] = total / norms[row]
        for column in range(kept):
            matrix[row, column] = memory.square[row, column] / (norms[row] * norms[column])
        matrix[row, row] += RIDGE
    solve_small(matrix, memory.weights, kept)
    for row in range(kept):
        memory.weights[row] /= norms[row]


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def solve_small(matrix: Floats, solution: Floats, kept: int) -> None:
    """Solve a small positive definite system by elimination; the last column is its right side."""
    for pivot in range(kept):
        for row in range(pivot + 1, kept):
            factor = matrix[row, pivot] / matrix[pivot, pivot]
            for column in range(pivot, kept + 1):
                matrix[row, column] -= factor * matrix[pivot, column]
    for row in range(kept - 1, -1, -1):
        total = matrix[row, kept]
        for column in range(row + 1, kept):
            total -= matrix[row, column] * solution[column]
        solution[row] = total / matrix[row, row]


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST, inline="always")
def advance(memory: Memory, unknowns: Floats, kept: int) -> None:
    """Move the unknowns by the mixed step, clipped; keep where they were."""
    step = memory.step
    memory.last_unknowns[:] = unknowns
    memory.last_move[:] = memory.move
    step[:] = memory.move
    if kept > 0:
        mixing_weights(memory, kept)
    for row in range(kept):
        weight = memory.weights[row]
        past, change = memory.moves[row], memory.changes[row]
        for index in range(unknowns.size):
            step[index] -= weight * (past[index] + change[index])
    for index in range(unknowns.size):
        unknowns[index] += min(max(step[index], -CLIP), CLIP)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def fresh_memory(depth: int, size: int) -> Memory:
    """Room for some past differences of some unknowns."""
    return Memory(
        np.empty((depth, size)),
        np.empty((depth, size)),
        np.empty((depth, depth)),
        np.empty((depth, depth + 1)),
        np.empty(depth),
        np.empty(depth),
        np.empty(size),
        np.empty(size),
        np.empty(size),
        np.empty(size),
        np.empty(size),
        np.empty(size),
    )
