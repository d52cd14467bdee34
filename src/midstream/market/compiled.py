"""When and how the compiled kernel is used, and the plain solver in its place.

numba is imported, and the kernel compiled, only when many draws are asked for: a single what-if on
a cold machine is answered by the reference sooner than a compiler starts.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np

from midstream.errors import InputError
from midstream.market.equilibrium import Equilibrium, Solved
from midstream.market.layout import Found, lay_out, spread
from midstream.market.measures import Measures
from midstream.market.network import Floats, Network, Parameters
from midstream.market.problem import Problem, prepare
from midstream.market.reference import evaluate, solve_one
from midstream.market.slopes import newton_matrix

#: Largest number of mixed iterations; random networks need 25, nearly all fewer than 300.
LIMIT = 1000
#: From this many draws on the kernel is worth its compilation (about 20 s once a machine).
MANY = 64
#: Past differences the kernel keeps: fewer than the reference, as each costs time.
KERNEL_DEPTH = 4

# What the compiled code is made of, beside its own module.
_SOURCES = ("kernel", "layout", "leaks", "mixing", "vector", "anderson", "reference")
_ready: list[ModuleType] = []


def kernel_loaded() -> bool:
    """Say whether the compiled kernel has already run in this process."""
    return bool(_ready)


def load_kernel() -> ModuleType:
    """Import the kernel; its compiled code is kept in a folder named after its sources.

    numba recompiles a function when its own file changes, but not when a constant or a function
    that it takes from another file does. A folder for each state of the sources cannot be stale.

    Raises:
        InputError: numba is not installed.
    """
    if not kernel_can_load():
        raise InputError("numba is not installed", "market solve", "", "use the reference method")
    numba = importlib.import_module("numba")
    here = Path(__file__).parent
    digest = hashlib.sha256(b"".join((here / f"{name}.py").read_bytes() for name in _SOURCES))
    before = numba.config.CACHE_DIR
    base = Path(before) if before else here / "__pycache__"
    numba.config.CACHE_DIR = str(base / f"market-{digest.hexdigest()[:16]}")
    try:
        return importlib.import_module("midstream.market.kernel")
    finally:
        numba.config.CACHE_DIR = before


def kernel_can_load() -> bool:
    """Say whether numba is installed."""
    return importlib.util.find_spec("numba") is not None


def solve(
    network: Network,
    parameters: Parameters,
    measures: Measures | None = None,
    *,
    tolerance: float = 1e-10,
    start: Floats | None = None,
    limit: int = LIMIT,
    method: str = "auto",
) -> Equilibrium:
    """Find the equilibrium of a network under measures, for one or many sets of parameters.

    Args:
        network: Balanced base.
        parameters: One set, or many with a leading axis of draws.
        measures: What is done; none is the base.
        tolerance: Largest residual in logs of tonnes.
        start: `Equilibrium.unknowns` of a solve under measures of the same kind; ignored when it
            does not fit.
        limit: Largest number of iterations a draw.
        method: ``reference``, ``compiled``, or ``auto``: the compiled kernel when it is loaded or
            there are at least `MANY` draws, and numba is installed.

    Returns:
        The equilibrium. Draws that miss the tolerance are listed in `Equilibrium.unconverged`.

    Raises:
        InputError: Shapes that do not fit, or an unknown method.
    """
    if method not in ("auto", "reference", "compiled"):
        raise InputError(f"unknown method {method!r}", "market solve", "", "take auto")
    measures = Measures.none(network) if measures is None else measures
    if measures.release.any():
        parameters = replace(parameters, release=measures.release)
    parameters.check(network)
    leak = bool(np.any(np.asarray(parameters.leakage_share) > 0))
    problem = prepare(network, measures, leak)
    rows = _start_rows(problem, parameters, start)
    worth_it = kernel_loaded() or (parameters.draws or 1) >= MANY
    if method == "compiled" or (method == "auto" and worth_it and kernel_can_load()):
        return _compiled(problem, parameters, rows, tolerance, limit)
    return _reference(problem, parameters, rows, tolerance, limit)


def _start_rows(problem: Problem, parameters: Parameters, start: Floats | None) -> Floats:
    size = int(problem.producing.sum()) + len(problem.capped) + len(problem.quotas)
    rows = np.zeros((parameters.draws or 1, size))
    given = None if start is None else np.atleast_2d(np.asarray(start, dtype=np.float64))
    if given is not None and given.shape[1] == size and np.isfinite(given).all():
        rows[:] = given
    return rows


def _reference(
    problem: Problem, parameters: Parameters, rows: Floats, tolerance: float, limit: int
) -> Equilibrium:
    found = _empty(problem, rows)
    found.residual[:] = np.inf
    _rescue(problem, parameters, found, tolerance, limit)
    return Equilibrium(problem, parameters, found, tolerance)


def _rescue(
    problem: Problem, parameters: Parameters, found: Solved, tolerance: float, limit: int
) -> None:
    """Solve what is not solved yet by the reference, in place."""
    for draw in np.flatnonzero(~(found.residual <= tolerance)):
        one = parameters if parameters.draws is None else parameters.at(int(draw))
        rows = found.unknowns
        rows[draw], more, found.residual[draw] = solve_one(
            problem, one, tolerance=tolerance, limit=limit, start=rows[draw]
        )
        found.iterations[draw] += more
        state = evaluate(problem, one, rows[draw])
        found.log_effective[draw] = state.log_effective[problem.buying]
        found.purchases[draw] = state.purchases[problem.buying]
        found.output[draw] = state.output[problem.producing]


def _empty(problem: Problem, rows: Floats) -> Solved:
    count, makers, buyers = len(rows), problem.producing.sum(), problem.buying.sum()
    return Solved(
        unknowns=rows,
        log_effective=np.zeros((count, buyers)),
        output=np.zeros((count, makers)),
        purchases=np.zeros((count, buyers)),
        iterations=np.zeros(count, dtype=np.int64),
        residual=np.zeros(count),
    )


def _compiled(
    problem: Problem, parameters: Parameters, rows: Floats, tolerance: float, limit: int
) -> Equilibrium:
    kernel = _ready[0] if _ready else load_kernel()
    found = _empty(problem, rows)
    kernel.solve_block(
        lay_out(problem),
        spread(problem, parameters),
        rows,
        Found(found.iterations, found.residual, found.log_effective, found.output, found.purchases),
        newton_matrix(problem, parameters),
        tolerance,
        limit,
        KERNEL_DEPTH,
    )
    if not _ready:
        _ready.append(kernel)
    _rescue(problem, parameters, found, tolerance, limit)
    return Equilibrium(problem, parameters, found, tolerance)
