"""Small portfolios with round numbers, and the answer by trying every one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from midstream.chain.estimate import Floats
from midstream.policy.portfolio import Aim, Budget, Chosen, Option, Reach, point_of, worth
from midstream.policy.portfolio_search import broken

#: C2 and C3 on the axis of C1, C2, C3.
AIMED = (1, 2)


def option(id: str, cost: float, **changed: Any) -> Option:
    """A lever that can start in 2026 alone."""
    return replace(Option(id, (2026,), (1.0,), cost), **changed)


def reach(
    options: Sequence[Option],
    effects: dict[str, Sequence[float]],
    pairs: dict[tuple[str, str], Sequence[float]] | None = None,
    base: Sequence[float] = (0.0, 0.2, 0.2),
    imported: Sequence[float] = (np.inf, np.inf, np.inf),
    groups: int = 1,
) -> Reach:
    """Every group of draws alike; effects on C1, C2, C3 by lever."""
    place = {one.id: number for number, one in enumerate(options)}

    def alike(row: Sequence[float]) -> Floats:
        return np.tile(np.asarray(row, dtype=float), (groups, 1))

    nothing = (0.0, 0.0, 0.0)
    single = np.stack([alike(effects.get(one.id, nothing)) for one in options])
    held = pairs or {}
    joint = [alike(row) for row in held.values()]
    return Reach(
        base=alike(base),
        single=single,
        pairs=tuple((place[one], place[other]) for one, other in held),
        joint=np.stack(joint) if joint else np.zeros((0, groups, 3)),
        imported=alike(imported),
        opened=np.zeros_like(single),
        weights=np.full(groups, 1 / groups),
    )


def allowed(options: Sequence[Option], budget: Budget) -> Iterator[Chosen]:
    """Every portfolio that breaks no limit."""
    for years in product(*((None, *one.starts) for one in options)):
        pairs = zip(options, years, strict=True)
        chosen = tuple((one.id, year) for one, year in pairs if year is not None)
        if not broken(options, budget, chosen):
            yield chosen


def value_of(options: Sequence[Option], made: Reach, aim: Aim, chosen: Chosen) -> float:
    return worth(made, aim, point_of(options, made, chosen), made.terms).value


def best_value(options: Sequence[Option], made: Reach, aim: Aim, budget: Budget) -> float:
    """Value of the best portfolio, found by trying all."""
    return max(value_of(options, made, aim, one) for one in allowed(options, budget))
