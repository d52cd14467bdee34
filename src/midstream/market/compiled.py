"""When and how the compiled kernel is used, and the plain solver in its place.

numba is imported, and the kernel compiled, only when many draws are asked for: a single what-if on
a cold machine is answered by the reference sooner than a compiler starts.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from types import ModuleType

import numpy as np

from midstream.errors import InputError
from midstream.market.equilibrium import Equilibrium, Solved
from midstream.market.layout import (
    Behaviour,
    Found,
    Layout,
    final_use_of,
    lay_out,
    same_in,
    spread,
)
from midstream.market.measures import Measures
from midstream.market.network import Floats, Network, Parameters
from midstream.market.problem import Problem, prepare
from midstream.market.reference import solve_one
from midstream.market.slopes import STEERING, Middle, newton_matrix

#: Largest number of mixed iterations; random networks need 25, nearly all fewer than 300. A few
#: need thousands, which the kernel does a hundred times as fast as the reference after it.
LIMIT = 4000
#: From this many draws on the kernel is worth its compilation (about 20 s once a machine).
MANY = 64
#: Past differences the kernel keeps: fewer than the reference, as each costs time.
KERNEL_DEPTH = 4

# What the compiled code is made of, beside its own module.
_SOURCES = ("kernel", "layout", "leaks", "mixing", "vector", "anderson", "reference")
_ready: list[ModuleType] = []
_LOADING = Lock()


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
    # Blocks of draws may come here from several threads at once, and the folder is a global.
    with _LOADING:
        before = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(kernel_folder())
        try:
            return importlib.import_module("midstream.market.kernel")
        finally:
            numba.config.CACHE_DIR = before


def kernel_folder() -> Path:
    """Where the compiled code of these sources is kept; there once it has been compiled."""
    here, given = Path(__file__).parent, os.environ.get("NUMBA_CACHE_DIR")
    digest = hashlib.sha256(b"".join((here / f"{name}.py").read_bytes() for name in _SOURCES))
    base = Path(given) if given else here / "__pycache__"
    return base / f"market-{digest.hexdigest()[:16]}"


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
    measures = Measures.none(network) if measures is None else measures
    ready = Ready.of(network, with_release(parameters, measures), measures)
    return ready.solve(tolerance=tolerance, start=start, limit=limit, method=method)


def with_release(parameters: Parameters, measures: Measures) -> Parameters:
    """Parameters with what buyers take from stock under measures."""
    return replace(parameters, release=measures.release) if measures.release.any() else parameters


@dataclass(frozen=True)
class Ready:
    """A network under measures and its parameters, with what many solves share worked out once.

    Attributes:
        problem, parameters: What is solved.
        before: A market of the same makers and buyers, from which it takes what both share.
    """

    problem: Problem
    parameters: Parameters
    before: Ready | None = None

    @classmethod
    def of(cls, network: Network, parameters: Parameters, measures: Measures) -> Ready:
        """Make a market ready; raises InputError where shapes do not fit."""
        parameters.check(network)
        leak = bool(np.any(np.asarray(parameters.leakage_share) > 0))
        return cls(prepare(network, measures, leak), parameters)

    def moved(self, substitution: Floats, release: Floats | None) -> Ready:
        """The same with what changes from month to month."""
        return Ready(self.problem, self.parameters.moved(substitution, release), self)

    def following(self, parameters: Parameters, measures: Measures) -> Ready:
        """The same network with other parameters and measures; shares what it can."""
        problem = self.problem.following(measures)
        if problem is None or not same_in(self.parameters, parameters, ("leakage_share",)):
            return Ready.of(self.problem.network, parameters, measures)
        parameters.check(problem.network)
        return Ready(problem, parameters, self)

    @cached_property
    def layout(self) -> Layout:
        """Flat arrays of the problem."""
        if self.before is None:
            return lay_out(self.problem)
        if self.before.problem is self.problem:
            return self.before.layout
        return self.before.layout._replace(
            final_use=final_use_of(self.problem),
            log_cap=self.problem.log_cap,
            log_quota=self.problem.log_quota,
        )

    @cached_property
    def behaviour(self) -> Behaviour:
        """Flat arrays of the parameters."""
        if self.before is None:
            return spread(self.problem, self.parameters)
        known = self.before.parameters, self.before.behaviour
        return spread(self.problem, self.parameters, known)

    @cached_property
    def middle(self) -> Middle:
        """What the slopes at the base are made of."""
        others = [name for name in STEERING if name != "substitution"]
        if self.before is None or not self._steers_as_before(others):
            return Middle.of(self.problem, self.parameters)
        return self.before.middle.moved(self.behaviour.substitution)

    @cached_property
    def newton(self) -> Floats:
        """The matrix of first steps; final use that grows changes it little and shares it.

        So does all else that moves from month to month: for one draw a few more steps cost less
        than another matrix.
        """
        single = self.parameters.draws in (None, 1)
        if self.before is not None and (single or self._steers_as_before(STEERING)):
            return self.before.newton
        return newton_matrix(self.middle)

    def newton_of(self, draw: int) -> Floats:
        """The same for one draw, whatever the others are."""
        if self.parameters.draws in (None, 1):
            return self.newton
        return newton_matrix(Middle.of(self.problem, self.parameters.at(draw)))

    @property
    def unknowns(self) -> int:
        """Number of unknowns of a draw."""
        problem = self.problem
        return int(problem.producing.sum()) + len(problem.capped) + len(problem.quotas)

    def _steers_as_before(self, names: Iterable[str]) -> bool:
        return self.before is not None and same_in(self.before.parameters, self.parameters, names)

    def solve(
        self,
        *,
        tolerance: float,
        start: Floats | None,
        limit: int = LIMIT,
        method: str = "auto",
    ) -> Equilibrium:
        """Find the equilibrium; arguments as in the function `solve`."""
        if method not in ("auto", "reference", "compiled"):
            raise InputError(f"unknown method {method!r}", "market solve", "", "take auto")
        rows = _start_rows(self.unknowns, self.parameters, start)
        worth_it = kernel_loaded() or (self.parameters.draws or 1) >= MANY
        found = _empty(self.problem, rows)
        if method == "compiled" or (method == "auto" and worth_it and kernel_can_load()):
            _compiled(self, found, tolerance, limit)
            _rescue(self, found, tolerance, limit)
        else:
            found.residual[:] = np.inf
            _rescue(self, found, tolerance, limit, steered=True)
        return Equilibrium(self.problem, self.parameters, found, tolerance)


def _start_rows(size: int, parameters: Parameters, start: Floats | None) -> Floats:
    rows = np.zeros((parameters.draws or 1, size))
    given = None if start is None else np.atleast_2d(np.asarray(start, dtype=np.float64))
    if given is not None and given.shape[1] == size and np.isfinite(given).all():
        rows[:] = given
    return rows


def _rescue(
    ready: Ready, found: Solved, tolerance: float, limit: int, steered: bool = False
) -> None:
    """Solve what is not solved yet by the reference, in place; steered by the slopes or not."""
    problem, parameters = ready.problem, ready.parameters
    for draw in np.flatnonzero(~(found.residual <= tolerance)):
        one = parameters if parameters.draws is None else parameters.at(int(draw))
        rows = found.unknowns
        newton = ready.newton_of(int(draw)) if steered else None
        rows[draw], more, found.residual[draw], state = solve_one(
            problem, one, tolerance=tolerance, limit=limit, start=rows[draw], newton=newton
        )
        found.iterations[draw] += more
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


def _compiled(ready: Ready, found: Solved, tolerance: float, limit: int) -> None:
    """Solve all draws by the kernel, in place."""
    kernel = _ready[0] if _ready else load_kernel()
    kernel.solve_block(
        ready.layout,
        ready.behaviour,
        found.unknowns,
        Found(found.iterations, found.residual, found.log_effective, found.output, found.purchases),
        ready.newton,
        tolerance,
        limit,
        KERNEL_DEPTH,
    )
    if not _ready:
        _ready.append(kernel)
