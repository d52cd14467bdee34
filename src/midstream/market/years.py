"""A market year by year: capacities and demand move, each year starts from the years before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from midstream.market.compiled import Ready, with_release
from midstream.market.equilibrium import Equilibrium
from midstream.market.measures import Measures
from midstream.market.network import Floats, Network, Parameters


def solve_years(
    network: Network,
    years: Iterable[tuple[Parameters, Measures]],
    *,
    tolerance: float = 1e-10,
    method: str = "auto",
) -> Iterator[Equilibrium]:
    """Solve years one after the other, each started where the years before point to.

    Years do not depend on each other but through their parameters and measures: capacity and
    demand paths are the caller's. Starting well only saves time.

    Args:
        network: Balanced base.
        years: Parameters and measures of each year, all with the same draws.
        tolerance, method: As in `solve`.

    Yields:
        The equilibrium of each year; keep what is needed of it and let it go.
    """
    before: list[Floats] = []
    first: Ready | None = None
    for parameters, measures in years:
        start = extrapolated(before)
        given = with_release(parameters, measures)
        market = (
            Ready.of(network, given, measures)
            if first is None
            else first.following(given, measures)
        )
        first = market if market.before is None else first
        found = market.solve(tolerance=tolerance, start=start, method=method)
        before = [*before, found.unknowns][-3:]
        yield found


def extrapolated(before: list[Floats]) -> Floats | None:
    """Where up to three past solutions point to; None without any, or when their sizes differ."""
    same = [one for one in before if one.shape == before[-1].shape]
    if not same:
        return None
    if len(same) == 1:
        return same[0]
    if len(same) == 2:
        return 2 * same[1] - same[0]
    first, second, third = same
    return 3 * third - 3 * second + first
