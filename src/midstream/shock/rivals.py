"""Naive rivals of the peak: closed forms, each refitted on the episodes it may see.

All but `no_change` use the share of outside supply and the mean cut in force up to the month of
the observed peak. A refit minimises the mean absolute error of the log peak.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.shock.engine_parameters import Floats
from midstream.shock.episode import Episode

#: Names of the rivals in the order they are shown.
RIVALS = ("no_change", "static", "share_rule", "refitted_share_rule", "capped_share_rule")
#: Least part of supply that is left in the static rule, so that its logarithm stays finite.
_LEAST = 1e-3
#: Blocked shares below it are none: a slope through them would be without bound.
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class FittedRivals:
    """Rivals with their fitted constants.

    Attributes:
        inverse_elasticity: ``1 / eta`` of the static rule.
        given_slope: Slope of the share rule as published.
        slope: Slope of the refitted share rule.
        capped_slope, cap: Slope and cap of the capped rule.
    """

    inverse_elasticity: float
    given_slope: float
    slope: float
    capped_slope: float
    cap: float

    def predict(self, blocked: Floats) -> dict[str, Floats]:
        """Log peaks by rival from blocked shares, shape (episode,) each."""
        return {
            "no_change": np.zeros_like(blocked),
            "static": self.inverse_elasticity * static_gap(blocked),
            "share_rule": self.given_slope * blocked,
            "refitted_share_rule": self.slope * blocked,
            "capped_share_rule": np.minimum(self.cap, self.capped_slope * blocked),
        }


def mean_cut(episode: Episode) -> float:
    """Mean cut from force to the last month of the window, each month's cut in 0..1.

    Force after the window: the cut of the window's last month.
    """
    passed = np.asarray(episode.pass_ratio)
    last = min(episode.window, passed.size - 1)
    first = min(episode.month_of_force, last)
    return float(np.clip(1 - passed[first : last + 1], 0.0, 1.0).mean())


def blocked_shares(episodes: Sequence[Episode]) -> Floats:
    """Share of outside supply times mean cut, shape (episode,); 0 for a threat."""
    return np.array(
        [
            0.0 if episode.instrument == "threat" else episode.supply_share * mean_cut(episode)
            for episode in episodes
        ]
    )


def static_gap(blocked: Floats) -> Floats:
    """Log gap a price has to close: ``-ln(1 - blocked)``; over the elasticity it is a price."""
    gap: Floats = -np.log(np.maximum(_LEAST, 1 - blocked))
    return gap


def fit_rivals(blocked: Floats, observed: Floats, given_slope: float) -> FittedRivals:
    """Refit the rivals on some episodes, shape (episode,) each."""
    capped_slope, cap = _fit_capped(blocked, observed)
    return FittedRivals(
        least_absolute_slope(static_gap(blocked), observed),
        given_slope,
        least_absolute_slope(blocked, observed),
        capped_slope,
        cap,
    )


def least_absolute_slope(feature: Floats, observed: Floats) -> float:
    """Slope ``k >= 0`` that minimises ``sum |k feature - observed|``.

    The median of ``observed / feature`` with the weights ``feature``; 0 without any feature.
    """
    used = feature > _NOTHING
    if not used.any():
        return 0.0
    ratios, weights = observed[used] / feature[used], feature[used]
    order = np.argsort(ratios, kind="stable")
    mass = weights[order].cumsum()
    return float(ratios[order][(mass >= mass[-1] / 2 * (1 - 1e-12)).argmax()])


def _fit_capped(blocked: Floats, observed: Floats) -> tuple[float, float]:
    """Slope and cap of ``min(cap, slope blocked)`` with the least mean absolute error.

    The error is piecewise linear, so slopes are tried where it bends: at ``observed / blocked``,
    and caps at the observed values. The first of equals is taken, slopes and caps in order.
    """
    used = blocked > _NOTHING
    slopes = np.unique(observed[used] / blocked[used]) if used.any() else np.zeros(1)
    caps = np.unique(observed)
    lines = np.minimum(caps[None, :, None], slopes[:, None, None] * blocked[None, None, :])
    errors = np.abs(lines - observed).mean(axis=2)
    # Rounded, so that the order of the episodes does not choose between equals.
    at = np.unravel_index(int(errors.round(12).argmin()), errors.shape)
    return float(slopes[at[0]]), float(caps[at[1]])
