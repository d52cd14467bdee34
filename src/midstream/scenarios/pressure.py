"""The pressure of simulated counter-moves, in the place of the driver that stands for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.normal import normal_quantile
from midstream.scenarios.frame import DriverDraws


def with_pressure(
    values: DriverDraws, driver: str, alive: Floats, log_odds: Floats, own: Sequence[int]
) -> DriverDraws:
    """Put the pressure of counter-moves in the place of their driver.

    The pressure of a draw is what the moves take from the projects of the focus country: the
    share of years they are not alive, less the mean log-odds; its normal score by rank.

    Args:
        values: Drivers.
        driver: Driver that stands for counter-moves; without it nothing changes.
        alive: 1 where a project is still there, shape (draw, year, project).
        log_odds: Added to the log-odds of completion, shape (draw, project).
        own: Projects of the focus country; without any nothing changes.
    """
    if not own or driver not in values.names:
        return values
    lost = 1 - alive[:, :, own].mean(axis=(1, 2))
    pressure = lost - log_odds[:, own].mean(axis=1)
    mixed = values.values.copy()
    mixed[:, values.names.index(driver)] = normal_score(pressure)
    return DriverDraws(values.names, mixed)


def normal_score(values: Floats) -> Floats:
    """Standard normal numbers in the order of some values, equals in the order of the draws."""
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return normal_quantile((ranks + 0.5) / len(values))
