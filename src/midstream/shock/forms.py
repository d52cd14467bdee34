"""The form that predicts a peak: a saturating dose response, fitted by a weighted prior sample.

    log peak = amplitude exp(stage + exchange) (1 - exp(-dose / scale))

`dose` is the part of outside supply that is missing over a window of the first months in force,
less what was shipped ahead; the window is uncertain like everything else. Errors are taken as
Laplace with a spread of its own that is integrated out, so the weight of a prior point is
``(sum |error|)^-n`` and the prediction is the weighted median. Nothing is searched: leaving
episodes out changes weights only. Effects are shrunk to none by their prior.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from midstream.evidence import Evidence
from midstream.shock.engine_parameters import Floats
from midstream.shock.episode import Episode

#: Seed of the fixed points of the prior; another one moves errors by about .005.
_SEED = 7


@dataclass(frozen=True, slots=True)
class FormPrior:
    """Prior of the form, from the parameter table.

    Attributes:
        amplitude, amplitude_spread: Median and log sd of the log peak of a full cut.
        scale, scale_spread: Median and log sd of the dose at which 63 % of it is reached.
        stage_spread, exchange_spread: Sd of the effects around none.
        months: Longest window in force over which the dose is taken.
        points: Points of the prior sample.
        kept: Points a fit keeps, those of the largest weight on the episodes it may see.
    """

    amplitude: float
    amplitude_spread: float
    scale: float
    scale_spread: float
    stage_spread: float
    exchange_spread: float
    months: int
    points: int
    kept: int


def form_prior(evidence: Evidence) -> FormPrior:
    """Read the prior from the parameter table."""

    def value(name: str) -> float:
        return float(evidence.parameter(f"shock.peak.{name}").value or 0.0)

    return FormPrior(
        value("amplitude"),
        value("amplitude.spread"),
        value("scale"),
        value("scale.spread"),
        value("stage.spread"),
        value("exchange.spread"),
        int(value("months")),
        int(value("points")),
        int(value("kept")),
    )


def doses(episode: Episode, longest: int) -> Floats:
    """Part of outside supply missing over the first months in force, shape (longest,).

    Entry ``m - 1`` is ``share max(0, (sum of cuts in force - surplus shipped up to force) / m)``
    over ``m`` months, fewer where fewer are on record; a threat has none. Known as the measure
    unfolds: it looks at no price and at no peak month.
    """
    if episode.instrument == "threat":
        return np.zeros(longest)
    passed = np.asarray(episode.pass_ratio)
    cuts = np.clip(1 - passed[episode.month_of_force :][:longest], 0.0, 1.0)
    if cuts.size == 0:
        return np.zeros(longest)
    ahead = 0.0
    if episode.month_of_force > 0:
        ahead = float(np.maximum(0.0, passed[: episode.month_of_force + 1] - 1).sum())
    means = np.maximum(0.0, (cuts.cumsum() - ahead) / np.arange(1, cuts.size + 1))
    short = np.full(longest - cuts.size, means[-1])
    missing: Floats = episode.supply_share * np.concatenate([means, short])
    return missing


@dataclass(frozen=True)
class PriorSample:
    """Predictions of prior points for every episode.

    Attributes:
        predictions: Log peaks, shape (point, episode).
    """

    predictions: Floats

    def log_weights(self, errors: Floats, count: int) -> Floats:
        """Log weights of the points from their summed absolute errors over `count` episodes."""
        tiny = np.finfo(float).tiny
        logs: Floats = -count * np.log(np.maximum(errors, tiny))
        return logs

    @cached_property
    def _order(self) -> npt.NDArray[np.intp]:
        # Ties hold equal predictions, so their order does not matter.
        return np.argsort(self.predictions, axis=0)

    def medians(self, log_weights: Floats, chosen: Sequence[int]) -> Floats:
        """Weighted median of the predictions of some episodes, shape (len(chosen),)."""
        weights = np.exp(log_weights - log_weights.max())
        columns = list(chosen)
        order = self._order[:, columns]
        mass = weights[order].cumsum(axis=0)
        at = (mass >= mass[-1] / 2).argmax(axis=0)
        rows = order[at, np.arange(len(columns))]
        middle: Floats = self.predictions[rows, columns]
        return middle


def prior_sample(episodes: Sequence[Episode], prior: FormPrior) -> PriorSample:
    """Evaluate the form at every point of the prior for every episode."""
    points, windows = _points(prior.points, prior.months)
    amplitude = np.log(prior.amplitude) + prior.amplitude_spread * points[:, :1]
    scale = prior.scale * np.exp(prior.scale_spread * points[:, 1:2])
    spreads = np.array([prior.stage_spread, prior.exchange_spread])
    logs = amplitude + points[:, 2:] * spreads @ contrasts(episodes)
    missing = np.stack([doses(episode, prior.months) for episode in episodes], axis=1)
    predictions: Floats = np.exp(logs) * (1 - np.exp(-missing[windows - 1] / scale))
    return PriorSample(predictions)


def fitted_constants(
    episodes: Sequence[Episode], prior: FormPrior
) -> dict[str, tuple[float, float, float]]:
    """Constants of the form after the fit on some episodes: 10th, 50th and 90th percentile.

    ``amplitude`` and ``scale`` as in the formula, ``stage`` and ``exchange`` as factors of the log
    peak (after the mine over mined, listed over not), ``window`` in months.
    """
    points, windows = _points(prior.points, prior.months)
    observed = np.array([episode.observed for episode in episodes])
    sample = prior_sample(episodes, prior)
    errors = np.abs(sample.predictions - observed).sum(axis=1)
    logs = sample.log_weights(errors, len(episodes))
    weights = np.exp(logs - logs.max())
    constants = {
        "amplitude": prior.amplitude * np.exp(prior.amplitude_spread * points[:, 0]),
        "scale": prior.scale * np.exp(prior.scale_spread * points[:, 1]),
        "stage": np.exp(prior.stage_spread * points[:, 2]),
        "exchange": np.exp(prior.exchange_spread * points[:, 3]),
        "window": windows.astype(float),
    }
    return {name: _percentiles(values, weights) for name, values in constants.items()}


def _percentiles(values: Floats, weights: Floats) -> tuple[float, float, float]:
    order = np.argsort(values, kind="stable")
    mass = weights[order].cumsum() / weights.sum()
    low, middle, high = (float(values[order][(mass >= part).argmax()]) for part in (0.1, 0.5, 0.9))
    return low, middle, high


def contrasts(episodes: Sequence[Episode]) -> Floats:
    """What the log amplitude depends on, shape (effect, episode).

    Half a unit up or down for a stage after the mine and for a material listed on an exchange.
    """
    refined = [0.5 if episode.stage != "C1" else -0.5 for episode in episodes]
    listed = [0.5 if episode.exchange else -0.5 for episode in episodes]
    return np.array([refined, listed])


def exposures(episodes: Sequence[Episode], prior: FormPrior, scale: float) -> Floats:
    """How much of an error an episode carries, 0 without a dose, shape (episode,).

    ``1 - exp(-dose / scale)`` with the mean dose over all windows.
    """
    means = np.array([doses(episode, prior.months).mean() for episode in episodes])
    carried: Floats = 1 - np.exp(-means / scale)
    return carried


@lru_cache(maxsize=2)
def _points(count: int, longest: int) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Fixed standard normal points, shape (point, 4), and windows in months, shape (point,)."""
    rng = np.random.Generator(np.random.SFC64(_SEED))
    windows = np.rint(float(longest) ** rng.random(count)).astype(np.int64)
    return rng.standard_normal((count, 4)), windows
