"""Fit with clusters left out, and bands from the errors on them.

A cluster is left out by taking its errors off the sums the weights are made of, so every
prediction of an episode is made by a fit that has not seen it nor the shocks linked to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from midstream.shock.engine_parameters import Floats
from midstream.shock.forms import PriorSample

#: Part of the predictive mass outside the band on each side.
TAIL = 0.1
#: Weights are sums of fractions: a mass this close to a level has reached it.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Trained:
    """A prior sample with the errors of the episodes it is fitted on, by cluster.

    Attributes:
        sample: Predictions for all episodes, those to predict included.
        observed: Observed log peaks; only those of `members` are looked at.
        members: Positions of the training episodes by cluster, in order of first appearance.
        errors: Summed absolute errors, shape (point, cluster).
        points: Positions of the points in the sample they were kept from.
    """

    sample: PriorSample
    observed: Floats
    members: tuple[tuple[int, ...], ...]
    errors: Floats
    points: npt.NDArray[np.intp]

    def log_weights(self, without: int | None = None) -> Floats:
        """Log weights of the points, with one cluster left out or none, shape (point,)."""
        count = sum(len(group) for group in self.members)
        errors = self.errors.sum(axis=1)
        if without is not None:
            count -= len(self.members[without])
            errors = errors - self.errors[:, without]
        return self.sample.log_weights(errors, count)

    def medians(self, chosen: Sequence[int], without: int | None = None) -> Floats:
        """Predictions of some episodes, with one cluster left out or none."""
        return self.sample.medians(self.log_weights(without), chosen)


def train(
    sample: PriorSample, observed: Floats, clusters: Sequence[str], used: Sequence[int], kept: int
) -> Trained:
    """Fit a sample on the episodes at the positions `used`.

    Args:
        sample: Prior sample over all episodes.
        observed: Observed log peaks over all episodes; only those of `used` are looked at.
        clusters: Cluster of each episode.
        used: Positions of the training episodes.
        kept: Points to keep: those with the least error on the training episodes.
    """
    groups: dict[str, list[int]] = {}
    for position in used:
        groups.setdefault(clusters[position], []).append(position)
    members = tuple(tuple(group) for group in groups.values())
    columns = [
        np.abs(sample.predictions[:, group] - observed[group]).sum(axis=1)
        for group in groups.values()
    ]
    errors = np.stack(columns, axis=1)
    best = np.argsort(errors.sum(axis=1), kind="stable")[:kept]
    return Trained(PriorSample(sample.predictions[best]), observed, members, errors[best], best)


@dataclass(frozen=True, slots=True)
class Predicted:
    """Predictions of some episodes, each of shape (episode,).

    Attributes:
        middle: Weighted median of the log peak.
        low, high: 80 % band from left-out errors.
    """

    middle: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Fits without one training cluster each, and their errors on it.

    Attributes:
        log_weights: Log weights of the points, one array a cluster with a dose.
        errors: Observed less predicted log peaks of the cluster's episodes with a dose.
    """

    log_weights: tuple[Floats, ...]
    errors: tuple[Floats, ...]


def leave_out(trained: Trained, exposure: Floats) -> LeftOut:
    """Refit without every training cluster that has a dose."""
    logs, errors = [], []
    for index, group in enumerate(trained.members):
        active = [position for position in group if exposure[position] > 0]
        if not active:
            continue
        logs.append(trained.log_weights(without=index))
        errors.append(trained.observed[active] - trained.sample.medians(logs[-1], active))
    return LeftOut(tuple(logs), tuple(errors))


def predict(
    trained: Trained, left: LeftOut, sample: PriorSample, targets: Sequence[int], exposure: Floats
) -> Predicted:
    """Predict some episodes from a fit that has not seen them, with a band.

    The band is the jackknife+ by cluster: the errors of every training cluster, under the fit
    without it, are laid on the prediction that fit makes for the target. The 10th and 90th
    percentile of these, each cluster of weight one, are the ends. The errors are those of
    episodes with a dose and shrink with the exposure of the target.

    Args:
        trained: The fit.
        left: Its refits, from `leave_out`.
        sample: The points of the fit, evaluated for the targets.
        targets: Positions in `sample` to predict.
        exposure: How much of an error a target carries, 0 with no dose, shape (target,).
    """
    middle = sample.medians(trained.log_weights(), targets)
    values, weights = [], []
    for logs, errors in zip(left.log_weights, left.errors, strict=True):
        medians = sample.medians(logs, targets)
        values.append(medians[None, :] + errors[:, None] * exposure)
        weights += [1 / len(errors)] * len(errors)
    low, high = _ends(np.concatenate(values), np.asarray(weights))
    return Predicted(middle, np.minimum(low, middle), np.maximum(high, middle))


def _ends(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Ends of the band, never below no change, shape (target,).

    With ``n`` clusters the tails hold ``TAIL (n + 1) / n`` of the weight less, which is what
    keeps the promise for the next cluster and not only for those that were seen.
    """
    order = np.argsort(values, axis=0, kind="stable")
    ranked = np.take_along_axis(values, order, axis=0)
    mass = weights[order].cumsum(axis=0)
    total = mass[-1]
    floor = TAIL * (total + 1)
    lower = np.take_along_axis(ranked, (mass >= floor - _ROUNDING).argmax(axis=0)[None], axis=0)[0]
    reach = np.minimum((1 - TAIL) * (total + 1), total)
    upper = np.take_along_axis(ranked, (mass >= reach - _ROUNDING).argmax(axis=0)[None], axis=0)[0]
    return np.maximum(lower, 0.0), np.maximum(upper, 0.0)
