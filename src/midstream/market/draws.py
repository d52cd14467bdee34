"""Many draws of a market in blocks, over any executor, with the same result however they run."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np

from midstream.errors import InputError
from midstream.market.compiled import MANY, kernel_can_load, solve
from midstream.market.equilibrium import Equilibrium
from midstream.market.measures import Measures
from midstream.market.network import Floats, Indices, Network, Parameters

#: Draws in a block: large enough that its set-up does not count, small enough to report progress.
BLOCK = 500

Sampler = Callable[[np.random.Generator, int], Parameters]
Keep = Callable[[Equilibrium], Mapping[str, Floats]]


@dataclass(frozen=True)
class Draws:
    """What was kept of all draws.

    Attributes:
        values: Arrays by name, each with a leading axis of draws.
        iterations, residual: Shape (draw,).
        unconverged: Ids of draws that missed the tolerance; they stay in all arrays.
    """

    values: Mapping[str, Floats]
    iterations: Indices
    residual: Floats
    unconverged: tuple[int, ...]


@dataclass(frozen=True)
class Block:
    """One block of draws: all it takes to run it anywhere.

    Attributes:
        network, measures, sample, keep, tolerance, method: As given to `solve_draws`.
        seed: The seed of this block alone.
        size: Draws in it.
    """

    network: Network
    measures: Measures
    sample: Sampler
    keep: Keep
    tolerance: float
    method: str
    seed: np.random.SeedSequence
    size: int


def prices_and_tonnes(equilibrium: Equilibrium) -> dict[str, Floats]:
    """Keep log prices, outputs, purchases and effective prices; the default of `solve_draws`."""
    names = ("log_price", "output", "purchases", "effective_price")
    return {name: getattr(equilibrium, name) for name in names}


def solve_draws(
    network: Network,
    sample: Sampler,
    measures: Measures | None = None,
    *,
    draws: int,
    seed: int,
    block: int = BLOCK,
    keep: Keep = prices_and_tonnes,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    tolerance: float = 1e-10,
) -> Draws:
    """Solve a market for many drawn parameter sets.

    Every block draws from a seed of its own, spawned from `seed`, so the result depends on the
    seed and the block size, not on workers, their order or the executor. The same seed under two
    measures gives the same parameters: differences are then those of the measures.

    Args:
        network: Balanced base.
        sample: Gives `Parameters` with an axis of draws from a generator and a number. It must be
            a plain function of a module when blocks run in other processes.
        measures: What is done; none is the base.
        draws, seed, block: Number of draws, their seed, and draws in a block.
        keep: What to keep of a block: arrays by name with a leading axis of draws.
        executor: Any `concurrent.futures.Executor`, such as a process pool or a Dask client's
            `get_executor()`; none takes threads, which the compiled kernel keeps busy.
        progress: Called with draws done and all draws after each block. What it raises stops the
            run: blocks not begun are dropped, and the error goes to the caller.
        tolerance: Largest residual of a draw.

    Raises:
        InputError: No draws, or a block size below 1.
    """
    if draws < 1 or block < 1:
        raise InputError(
            f"{draws} draws in blocks of {block}",
            where="market draws",
            why="there has to be something to draw",
            mend="take numbers of 1 or more",
        )
    measures = Measures.none(network) if measures is None else measures
    # Settled once for all blocks: what is already loaded somewhere must not change a result.
    method = "compiled" if draws >= MANY and kernel_can_load() else "reference"
    sizes = [min(block, draws - first) for first in range(0, draws, block)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    blocks = [
        Block(network, measures, sample, keep, tolerance, method, part, size)
        for part, size in zip(seeds, sizes, strict=True)
    ]
    if executor is not None:
        return _joined(_gathered(blocks, executor, progress))
    workers = min(len(blocks), os.cpu_count() or 1)
    with ThreadPoolExecutor(workers, thread_name_prefix="market") as own:
        return _joined(_gathered(blocks, own, progress))


def run_block(block: Block) -> Draws:
    """Draw and solve one block."""
    parameters = block.sample(np.random.default_rng(block.seed), block.size)
    if parameters.draws != block.size:
        raise InputError(
            f"the sampler gave {parameters.draws} draws instead of {block.size}",
            where="market draws",
            why="every block needs a row of parameters for each of its draws",
            mend="return arrays with a leading axis of the size asked for",
        )
    found = solve(
        block.network,
        parameters,
        block.measures,
        tolerance=block.tolerance,
        method=block.method,
    )
    return Draws(
        dict(block.keep(found)),
        found.iterations,
        found.residual,
        found.unconverged,
    )


def _gathered(
    blocks: list[Block],
    executor: Executor,
    progress: Callable[[int, int], None] | None,
) -> list[Draws]:
    """Run all blocks and give their results in order; on any error, drop what has not begun."""
    futures: dict[Future[Draws], int] = {
        executor.submit(run_block, block): number for number, block in enumerate(blocks)
    }
    total, done = sum(block.size for block in blocks), 0
    try:
        for future in as_completed(futures):
            future.result()
            done += blocks[futures[future]].size
            if progress is not None:
                progress(done, total)
    finally:
        for future in futures:
            future.cancel()
    return [future.result() for future in futures]


def _joined(parts: list[Draws]) -> Draws:
    firsts = np.cumsum([0, *(len(part.residual) for part in parts)])
    return Draws(
        values={
            name: np.concatenate([part.values[name] for part in parts]) for name in parts[0].values
        },
        iterations=np.concatenate([part.iterations for part in parts]),
        residual=np.concatenate([part.residual for part in parts]),
        unconverged=tuple(
            int(first) + draw
            for first, part in zip(firsts, parts, strict=False)
            for draw in part.unconverged
        ),
    )
