"""How firmly each lever is chosen: the programme solved again on other samples of the draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from midstream.chain.streams import generator
from midstream.policy.portfolio import Budget
from midstream.policy.portfolio_master import Master
from midstream.policy.programme import Programme


@dataclass(frozen=True, slots=True)
class Robustness:
    """How often levers are chosen.

    Attributes:
        samples: Number of samples.
        share: Lever -> share of the samples in which it is chosen, 0..1.
        values: Lowest and highest tenth of the value over the samples.
    """

    samples: int
    share: Mapping[str, float]
    values: tuple[float, float] | None


def robustness(programme: Programme, budget: Budget, samples: int, seed: int) -> Robustness:
    """Solve the programme on samples of the groups, drawn with replacement.

    Limits by year are left out, since they move starts more than choices.

    Args:
        programme: With its corrections.
        budget: Limits.
        samples: Number of samples, 0 or more.
        seed: Names the streams.
    """
    free = replace(budget, year=np.inf, years={})
    weights, counts = programme.reach.weights, Counter[str]()
    values = []
    for number in range(samples):
        drawn = generator(seed, f"plan/sample/{number}").multinomial(len(weights), weights)
        held = programme.weighted(drawn / len(weights))
        master = Master(held.options, held.reach, held.aim, free)
        found = master.solve(budget.total)
        values.append(found.worth.value)
        counts.update(name for name, _ in found.chosen)
    names = [one.id for one in programme.options]
    share = {name: counts[name] / samples for name in names} if samples else {}
    low, high = np.quantile(values, (0.1, 0.9)) if values else (0.0, 0.0)
    return Robustness(samples, share, (float(low), float(high)) if values else None)
