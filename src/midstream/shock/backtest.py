"""Does the model earn its place: every episode predicted without it and the shocks linked to it.

Shipped episodes are predicted cluster by cluster, each cluster left out of every fit. A file of
other episodes is predicted from a fit on the shipped ones. Errors are
``|predicted log peak - max(0, ln observed peak)|``, the observed peak of a null case is no change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from midstream.evidence import Evidence
from midstream.shock.engine_parameters import Floats, engine_parameters
from midstream.shock.episode import Episode, read_episodes, shipped_episodes
from midstream.shock.fit import Predicted, leave_out, predict, train
from midstream.shock.forms import PriorSample, exposures, prior_sample
from midstream.shock.peaks import PREDICTORS, Setting, engine_path, rivals_on
from midstream.shock.rivals import RIVALS, blocked_shares

#: Rivals that are refitted in the same folds as the model.
REFITTED = ("static", "refitted_share_rule", "capped_share_rule")


@dataclass(frozen=True, slots=True)
class Scored:
    """Predictions of one target for some episodes.

    Attributes:
        observed: Observed log peaks, shape (episode,).
        logs: Predicted log peaks by predictor, shape (episode,) each.
        low, high: 80 % band of the model, shape (episode,).
    """

    observed: Floats
    logs: Mapping[str, Floats]
    low: Floats
    high: Floats

    def errors(self, name: str) -> Floats:
        """Absolute errors of a predictor, shape (episode,)."""
        return np.abs(self.logs[name] - self.observed)


@dataclass(frozen=True, slots=True)
class Backtest:
    """Result of a backtest.

    Attributes:
        episodes: The episodes scored.
        main: Scores on the peak.
        short: Scores on the peak within six months, with the episodes that have one.
        adjusted: Scores on the peak over an index of commodity prices.
        engine: Log peak of the monthly engine in the window, and its month, shape (episode, 2).
        has_dose: Whether anything was cut, shape (episode,).
        seen: Names in a file that are shipped episodes, so that the fit has seen them.
    """

    episodes: tuple[Episode, ...]
    main: Scored
    short: Scored
    adjusted: Scored
    engine: Floats
    has_dose: np.ndarray
    seen: tuple[str, ...] = ()

    @property
    def covered(self) -> np.ndarray:
        """Whether the observed peak lies in the band, shape (episode,)."""
        inside: np.ndarray = (self.main.low <= self.main.observed) & (
            self.main.observed <= self.main.high
        )
        return inside

    @property
    def best_rival(self) -> str:
        """The refitted rival with the least mean error."""
        return min(REFITTED, key=lambda name: float(self.main.errors(name).mean()))

    def lead(self) -> tuple[float, float]:
        """Mean error of the best rival less the model's, with its standard error by cluster."""
        gain = self.main.errors(self.best_rival) - self.main.errors("model")
        return clustered_mean(gain, [episode.cluster for episode in self.episodes])

    def to_dict(self) -> dict[str, Any]:
        """Give the result as the JSON object of the public interface, with what stands beside."""
        lead, error = self.lead()
        return {
            "episodes": [self._row(index) for index in range(len(self.episodes))],
            "median_abs_log_error": _summary(self.main, np.median),
            "mean_abs_log_error": _summary(self.main, np.mean),
            "coverage_80": float(self.covered.mean()),
            "coverage_80_with_dose": _mean(self.covered[self.has_dose]),
            "mean_width_80": float((self.main.high - self.main.low).mean()),
            "best_refitted_rival": self.best_rival,
            "lead_over_best_rival": {
                "mean": lead,
                "standard_error": None if math.isnan(error) else error,
            },
            "six_month_peak": _target(self.short),
            "index_adjusted_peak": _target(self.adjusted),
            "groups": self._groups(),
            "engine": self._engine(),
            "seen_in_fit": list(self.seen),
        }

    def _row(self, index: int) -> dict[str, Any]:
        episode, main = self.episodes[index], self.main
        return {
            "episode": episode.name,
            "cluster": episode.cluster,
            "observed_log_ratio": float(main.observed[index]),
            "model": float(main.logs["model"][index]),
            "low": float(main.low[index]),
            "high": float(main.high[index]),
            **{name: float(main.logs[name][index]) for name in RIVALS},
            "null_case": episode.null_case,
            "confounded": episode.confounded,
            "engine": float(self.engine[index, 0]),
            "engine_peak_month": int(self.engine[index, 1]),
            "observed_peak_month": episode.peak_month,
        }

    def _groups(self) -> dict[str, Any]:
        """Mean errors with and without confounded episodes, and null cases apart."""
        tests: dict[str, Callable[[Episode], bool]] = {
            "confounded": lambda episode: episode.confounded,
            "not_confounded": lambda episode: not episode.confounded,
            "null_cases": lambda episode: episode.null_case,
            "with_effect": lambda episode: not episode.null_case,
        }
        groups = {}
        for name, test in tests.items():
            chosen = np.array([test(episode) for episode in self.episodes], dtype=bool)
            groups[name] = {
                "count": int(chosen.sum()),
                "mean_abs_log_error": {
                    key: _mean(self.main.errors(key)[chosen]) for key in PREDICTORS
                },
                "coverage_80": _mean(self.covered[chosen]),
            }
        return groups

    def _engine(self) -> dict[str, Any]:
        """Errors of the monthly engine at its priors: peak, and month of the peak."""
        errors = np.abs(self.engine[:, 0] - self.main.observed)
        off = [
            abs(self.engine[index, 1] - episode.peak_month)
            for index, episode in enumerate(self.episodes)
            if episode.peak_month is not None and self.main.observed[index] > 0
        ]
        return {
            "mean_abs_log_error": float(errors.mean()),
            "median_abs_log_error": float(np.median(errors)),
            "median_peak_time_error_months": float(np.median(off)) if off else None,
        }


def backtest(evidence: Evidence, file: Path | None = None) -> Backtest:
    """Score the model and its rivals on episodes they have not seen.

    Args:
        evidence: Data release with the shipped episodes.
        file: Other episodes, a CSV file with the columns of ``episode_inputs.csv``; ``None``
            leaves out the shipped ones cluster by cluster.

    Raises:
        InputError: if the file cannot be used, with file, line and column.
    """
    known = shipped_episodes(evidence)
    others = () if file is None else read_episodes(file, evidence)
    return score(known, others, evidence)


def score(known: Sequence[Episode], others: Sequence[Episode], evidence: Evidence) -> Backtest:
    """Score episodes: `others` from a fit on `known`, or `known` by left-out cluster."""
    setting = Setting.read(evidence)
    episodes = (*known, *others)
    scored = tuple(others or known)
    folds = _folds(known, others)
    sample = prior_sample(episodes, setting.prior)
    targets: tuple[Callable[[Episode], float], ...] = (
        lambda episode: episode.observed,
        lambda episode: _on_record(episode, episode.peak_short),
        lambda episode: _on_record(episode, episode.peak_adjusted),
    )
    main, short, adjusted = (
        _score_target(episodes, folds, target, sample, setting, banded=index == 0)
        for index, target in enumerate(targets)
    )
    names = {episode.name for episode in known}
    return Backtest(
        scored,
        main,
        short,
        adjusted,
        _engine_peaks(scored, evidence, setting),
        exposures(scored, setting.prior, setting.dose_scale) > 0,
        tuple(episode.name for episode in others if episode.name in names),
    )


def _on_record(episode: Episode, ratio: float | None) -> float:
    """Log of another peak; not a number where it is not on record, null case or not."""
    return math.nan if ratio is None else episode.log_of(ratio)


#: Positions to train on and positions to predict.
Fold = tuple[list[int], list[int]]


def _folds(known: Sequence[Episode], others: Sequence[Episode]) -> list[Fold]:
    """One fold a cluster, or one fold that predicts the other episodes."""
    if others:
        return [(list(range(len(known))), list(range(len(known), len(known) + len(others))))]
    clusters = dict.fromkeys(episode.cluster for episode in known)
    folds = []
    for cluster in clusters:
        inside = [index for index, episode in enumerate(known) if episode.cluster == cluster]
        outside = [index for index in range(len(known)) if index not in inside]
        folds.append((outside, inside))
    return folds


def _score_target(
    episodes: Sequence[Episode],
    folds: Sequence[Fold],
    target: Callable[[Episode], float],
    sample: PriorSample,
    setting: Setting,
    banded: bool,
) -> Scored:
    """Predict one target in every fold; the target of the predicted ones is looked at last."""
    observed = np.array([target(episode) for episode in episodes])
    blocked = blocked_shares(episodes)
    logs = {name: np.full(len(episodes), np.nan) for name in PREDICTORS}
    ends = np.full((2, len(episodes)), np.nan)
    for outside, inside in folds:
        used = [index for index in outside if math.isfinite(observed[index])]
        predicted = _predict_fold(episodes, observed, (used, inside), sample, setting, banded)
        logs["model"][inside], ends[:, inside] = predicted.middle, [predicted.low, predicted.high]
        rivals = rivals_on(episodes, observed, used, setting)
        for name, values in rivals.predict(blocked[inside]).items():
            logs[name][inside] = values
    order = sorted(index for _, inside in folds for index in inside)
    kept = [index for index in order if math.isfinite(observed[index])]
    return Scored(
        observed[kept], {name: values[kept] for name, values in logs.items()}, *ends[:, kept]
    )


def _predict_fold(
    episodes: Sequence[Episode],
    observed: Floats,
    fold: Fold,
    sample: PriorSample,
    setting: Setting,
    banded: bool,
) -> Predicted:
    used, inside = fold
    clusters = [episode.cluster for episode in episodes]
    trained = train(sample, observed, clusters, used, setting.prior.kept)
    if not banded:
        middle = trained.medians(inside)
        return Predicted(middle, middle, middle)
    exposure = exposures(episodes, setting.prior, setting.dose_scale)
    left = leave_out(trained, exposure)
    return predict(trained, left, trained.sample, inside, exposure[inside])


def _engine_peaks(episodes: Sequence[Episode], evidence: Evidence, setting: Setting) -> Floats:
    """Log peak of the engine in the window and its month, shape (episode, 2)."""
    parameters = engine_parameters(evidence)
    peaks = np.zeros((len(episodes), 2))
    for index, episode in enumerate(episodes):
        effect = engine_path(episode, parameters, setting).effect[0, : episode.window + 1]
        peaks[index] = effect.max(), effect.argmax()
    return peaks


def clustered_mean(values: Floats, clusters: Sequence[str]) -> tuple[float, float]:
    """Mean over episodes and its standard error with clusters as the independent units.

    ``se^2 = C / (C - 1) sum_c (sum_i in c (x_i - mean))^2 / n^2``; not a number for one cluster.
    """
    mean = float(values.mean())
    sums = [
        float((values[[name == cluster for name in clusters]] - mean).sum())
        for cluster in dict.fromkeys(clusters)
    ]
    count = len(sums)
    if count < 2:
        return mean, math.nan
    squares = sum(part**2 for part in sums)
    return mean, math.sqrt(count / (count - 1) * squares) / len(values)


def _summary(scored: Scored, of: Callable[[Floats], Any]) -> dict[str, float]:
    return {name: float(of(scored.errors(name))) for name in PREDICTORS}


def _target(scored: Scored) -> dict[str, Any]:
    """Count, median and mean errors on another target; blank where no episode has it."""
    if len(scored.observed) == 0:
        return {"count": 0}
    return {
        "count": len(scored.observed),
        "median_abs_log_error": _summary(scored, np.median),
        "mean_abs_log_error": _summary(scored, np.mean),
    }


def _mean(values: Any) -> float | None:
    return float(np.mean(values)) if len(values) else None
