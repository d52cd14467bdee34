"""Reference classes: how often projects are completed, and how late, learnt from dated cases.

With completion probability ``p``, on-time share ``z`` and late delays of a lognormal law with
density ``f`` and survival ``S``, the likelihood of a case is

    cancelled                 1 - p
    on time                   p z
    late by x                 p (1 - z) f(x)
    started, late by >= x     p (1 - z) S(x)
    pending after x           (1 - p) + p (1 - z) S(x)

A group of countries shifts the log-odds of ``p`` and the log median of the delay. Money never makes
completion less likely: proposals in which a funded project is completed less often than an
announced one have no weight. The joint posterior is an importance sample: proposals from the
prior, weighted by the likelihood.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats
from midstream.chain.streams import generator, law_of, quantiles, stratified
from midstream.errors import InputError, ModelError
from midstream.evidence import Evidence, Ledger, Node
from midstream.scenarios.cases import (
    CLASSES,
    NO_GROUP,
    SAME_CLASS,
    Case,
    case_nodes,
    cases,
    groups,
)
from midstream.scenarios.reference_summary import ClassSummary, summaries

Pair = tuple[float, float]
#: Standings that no case speaks about; their law is the row ``completion.<standing>``.
BY_PARAMETER = ("ramping", "idle", "study", "cancelled")
#: Probabilities are kept this far from 0 and 1 before their log-odds are taken.
EDGE = 1e-9


@dataclass(frozen=True, slots=True)
class Priors:
    """What is held before any case is seen.

    Attributes:
        announced, funded, on_time: Numbers (a, b) of Beta laws.
        delay: Median months of a late project, and the sd of its log.
        spread: Median log-sd of late delays, and the sd of its log.
        completion_shift, delay_shift: Sd of what a group adds to the log-odds of completion and
            to the log median of the delay.
    """

    announced: Pair
    funded: Pair
    on_time: Pair
    delay: Pair
    spread: Pair
    completion_shift: float
    delay_shift: float

    @classmethod
    def of(cls, evidence: Evidence) -> Priors:
        """Read the priors from the parameter table.

        Raises:
            InputError: if a prior has not the law the model reads.
        """
        return cls(
            announced=_beta(evidence, "announced"),
            funded=_beta(evidence, "funded"),
            on_time=_beta(evidence, "on-time"),
            delay=_lognormal(evidence, "delay"),
            spread=_lognormal(evidence, "spread"),
            completion_shift=_value(evidence, "shift.completion"),
            delay_shift=_value(evidence, "shift.delay"),
        )


def _value(evidence: Evidence, name: str) -> float:
    return float(evidence.parameter(f"reference.{name}").value or 0.0)


def _numbers(evidence: Evidence, name: str, kind: str, count: int) -> tuple[float, ...]:
    text = evidence.parameters[f"reference.{name}"]["distribution"]
    found, numbers = law_of(text)
    if found != kind or len(numbers) != count:
        raise InputError(
            f"the prior reference.{name} follows {text!r}",
            where="parameters.csv:distribution",
            why=f"this prior has to follow {kind} with {count} numbers",
            mend="restore its law and change its numbers instead",
        )
    return numbers


def _beta(evidence: Evidence, name: str) -> Pair:
    first, second = _numbers(evidence, name, "beta", 2)
    return first, second


def _lognormal(evidence: Evidence, name: str) -> Pair:
    (spread,) = _numbers(evidence, name, "lognormal", 1)
    return _value(evidence, name), spread


@dataclass(frozen=True, slots=True)
class Sample:
    """Proposals from the prior with their weights; every array has the shape (proposal,).

    Attributes:
        completion: Class -> completion probability before the shift of a group.
        on_time: On-time share of what is completed.
        delay_mu, delay_sigma: Mean and sd of the log of a late delay in months.
        completion_shift, delay_shift: Group -> what it adds to the log-odds of completion, and
            to ``delay_mu``. The group `NO_GROUP` has no case of its own.
        weights: Weights, which sum to 1.
    """

    completion: Mapping[str, Floats]
    on_time: Floats
    delay_mu: Floats
    delay_sigma: Floats
    completion_shift: Mapping[str, Floats]
    delay_shift: Mapping[str, Floats]
    weights: Floats

    @property
    def effective(self) -> float:
        """Number of equal draws the weighted ones are worth, ``1 / sum of squared weights``."""
        return float(1 / np.square(self.weights).sum())

    def of(self, kind: str, group: str = NO_GROUP) -> Floats:
        """Completion probability of a class in a group, shape (proposal,)."""
        return shifted(self.completion[kind], self.completion_shift[group])

    def mean(self, values: Floats) -> float:
        """Weighted mean of some values, shape (proposal,)."""
        return float(self.weights @ values)

    def quantile(self, values: Floats, *points: float) -> tuple[float, ...]:
        """Weighted quantiles of some values, shape (proposal,)."""
        order = np.argsort(values)
        passed = np.cumsum(self.weights[order])
        at = np.searchsorted(passed, np.array(points) * passed[-1])
        return tuple(float(values[order[min(n, len(order) - 1)]]) for n in at)


def logit(probability: Floats) -> Floats:
    """Log-odds, ``ln p / (1 - p)``; probabilities within `EDGE` of 0 or 1 are moved there."""
    kept = np.clip(probability, EDGE, 1 - EDGE)
    return np.asarray(np.log(kept / (1 - kept)))


def logistic(log_odds: Floats) -> Floats:
    """Probability of some log-odds, ``1 / (1 + exp(-x))``."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -700, 700))))


def shifted(probability: Floats, log_odds: Floats) -> Floats:
    """Probability after something was added to its log-odds.

    Where nothing is added it stays what it is, and 0 and 1 stay 0 and 1 whatever is added.
    """
    moved = logistic(logit(probability) + log_odds)
    fixed = (log_odds == 0) | (probability <= 0) | (probability >= 1)
    return np.where(fixed, probability, moved)


def posterior_from(found: Sequence[Case], priors: Priors, size: int, seed: int) -> Sample:
    """Joint posterior given some cases.

    The proposals depend on the priors, the size and the seed only, so that samples for different
    cases differ in their weights alone. A group draws from a stream of its own.

    Args:
        found: Cases; with none the posterior is the prior, as far as money helps in it.
        priors: Priors.
        size: Number of proposals, 1 or more.
        seed: Seed, 0 or more.

    Raises:
        ModelError: if no proposal can explain the cases.
    """
    proposals = _proposals(sorted({case.group for case in found} | {NO_GROUP}), priors, size, seed)
    helps = proposals.completion["funded"] >= proposals.completion["announced"]
    logs = np.where(helps, _log_likelihood(found, proposals), -np.inf)
    highest = logs.max()
    if not np.isfinite(highest):
        raise ModelError("no proposal explains the cases", where="reference_cases")
    weights = np.exp(logs - highest)
    return replace(proposals, weights=weights / weights.sum())


def _proposals(names: Sequence[str], priors: Priors, size: int, seed: int) -> Sample:
    """Draws from the prior with equal weights."""

    def normal(name: str) -> Floats:
        return generator(seed, f"reference/{name}").standard_normal(size)

    def beta(name: str, law: Pair) -> Floats:
        return generator(seed, f"reference/{name}").beta(*law, size)

    log_spread = np.log(priors.spread[0]) + priors.spread[1] * normal("spread")
    return Sample(
        completion={kind: beta(kind, getattr(priors, kind)) for kind in CLASSES},
        on_time=beta("on-time", priors.on_time),
        delay_mu=np.log(priors.delay[0]) + priors.delay[1] * normal("delay"),
        delay_sigma=np.exp(log_spread),
        completion_shift={n: priors.completion_shift * normal(f"completion/{n}") for n in names},
        delay_shift={n: priors.delay_shift * normal(f"months/{n}") for n in names},
        weights=np.full(size, 1 / size),
    )


def _log_likelihood(found: Sequence[Case], sample: Sample) -> Floats:
    """Log-likelihood of all cases, shape (proposal,); equal cases are computed once."""
    total = np.zeros(sample.weights.size)
    alike = Counter((case.kind, case.group, case.outcome, case.months) for case in found)
    late = 1 - sample.on_time
    done = {place: sample.of(*place) for place in {(kind, group) for kind, group, *_ in alike}}
    with np.errstate(divide="ignore"):
        for (kind, group, outcome, months), number in sorted(alike.items()):
            p = done[kind, group]
            if outcome == "cancelled":
                part = 1 - p
            elif outcome == "on-time":
                part = p * sample.on_time
            elif outcome == "late":
                part = p * late * _density(sample, group, months)
            elif outcome == "late-at-least":
                part = p * late * _survival(sample, group, months)
            else:
                part = 1 - p * (1 - late * _survival(sample, group, months))
            total += number * np.log(part)
    return total


def _score(sample: Sample, group: str, months: float) -> Floats:
    """Standard normal score of the log of a delay."""
    middle = sample.delay_mu + sample.delay_shift[group]
    return np.asarray((np.log(months) - middle) / sample.delay_sigma)


def _density(sample: Sample, group: str, months: float) -> Floats:
    """Density of the lognormal law, up to a constant that no weight depends on."""
    return np.asarray(
        np.exp(-0.5 * np.square(_score(sample, group, months))) / (months * sample.delay_sigma)
    )


def _survival(sample: Sample, group: str, months: float) -> Floats:
    """Probability that a late project is later than some months."""
    if months <= 0:
        return np.ones(sample.weights.size)
    # Loading scipy is slow, and most answers do not need it.
    from scipy.special import ndtr

    return np.asarray(ndtr(-_score(sample, group, months)))


@dataclass(frozen=True, slots=True)
class Classes:
    """Laws of completion and delay, drawn; arrays have the shape (draw,).

    Attributes:
        completion: Standing -> completion probability before the shift of a group. Announced and
            funded are learnt from cases; slot is award times funded; the others are rows
            ``completion.<standing>`` of the parameter table.
        on_time, delay_mu, delay_sigma: As in `Sample`.
        completion_shift, delay_shift: Group -> shift; `NO_GROUP` stands for countries no case
            speaks about and is wider than the others.
        groups: Country -> group.
        sample: The weighted sample behind the draws.
        award: Probability that a slot of a scheme is awarded.
        cases: The cases.
        nodes: Their leaves in the lineage.
    """

    completion: Mapping[str, Floats]
    on_time: Floats
    delay_mu: Floats
    delay_sigma: Floats
    completion_shift: Mapping[str, Floats]
    delay_shift: Mapping[str, Floats]
    groups: Mapping[str, str]
    sample: Sample
    award: Floats
    cases: tuple[Case, ...]
    nodes: tuple[Node, ...] = ()

    @property
    def evidence_count(self) -> dict[str, int]:
        """Number of cases of each class that has one."""
        return dict(Counter(case.kind for case in self.cases))

    @property
    def effective_sample(self) -> float:
        """Number of equal draws the weighted proposals are worth."""
        return self.sample.effective

    def enter(self, ledger: Ledger) -> tuple[ClassSummary, ...]:
        """Enter the laws of completion and delay with their lineage; gives them by class."""
        return summaries(self, ledger)

    def group(self, country: str) -> str:
        """Group of a country; `NO_GROUP` where no case of its group is on record."""
        found = self.groups.get(country, NO_GROUP)
        return found if found in self.completion_shift else NO_GROUP

    def of(self, standing: str, country: str) -> Floats:
        """Completion probability of a standing in a country, shape (draw,).

        Raises:
            InputError: if no class is of that name.
        """
        if standing not in self.completion:
            raise InputError(
                f"no class {standing!r}",
                where="standing",
                why=f"the classes are {', '.join(sorted(self.completion))}",
                mend="take one of these",
            )
        shift = self.completion_shift[self.group(country)]
        if standing in BY_PARAMETER:
            return self.completion[standing]
        if standing == "slot":
            return self.award * shifted(self.completion["funded"], shift)
        return shifted(self.completion[standing], shift)


def posterior(evidence: Evidence, draws: int, seed: int) -> Classes:
    """Joint posterior of completion and delay, resampled to some draws.

    Depends on the evidence and the seed only. The weighted sample is kept for the process.

    Args:
        evidence: Release with the cases, the groups and the priors.
        draws: Number of draws.
        seed: Seed, 0 or more.
    """
    found, size = cases(evidence), int(_value(evidence, "proposals"))
    sample = _kept(found, Priors.of(evidence), size, seed)
    rows = _resampled(sample.weights, draws, seed)
    completion = {kind: values[rows] for kind, values in sample.completion.items()}
    award = _drawn(evidence, "reference.award", draws, seed)
    completion["slot"] = award * completion["funded"]
    for standing in BY_PARAMETER:
        completion[standing] = _drawn(evidence, f"completion.{standing}", draws, seed)
    for other, same in SAME_CLASS.items():
        completion[other] = completion[same]
    return Classes(
        completion=completion,
        on_time=sample.on_time[rows],
        delay_mu=sample.delay_mu[rows],
        delay_sigma=sample.delay_sigma[rows],
        completion_shift={name: part[rows] for name, part in sample.completion_shift.items()},
        delay_shift={name: part[rows] for name, part in sample.delay_shift.items()},
        groups=groups(evidence),
        sample=sample,
        award=award,
        cases=found,
        nodes=case_nodes(evidence),
    )


_kept = lru_cache(maxsize=4)(posterior_from)


def _resampled(weights: Floats, draws: int, seed: int) -> NDArray[np.intp]:
    """Rows of a systematic resample in random order, shape (draw,)."""
    rng = generator(seed, "reference/resample")
    points = (np.arange(draws) + rng.random()) / draws
    rows = np.searchsorted(np.cumsum(weights), points * weights.sum(), side="right")
    return rng.permutation(np.minimum(rows, weights.size - 1))


def _drawn(evidence: Evidence, name: str, draws: int, seed: int) -> Floats:
    """Draw a parameter from the stream of its name, stratified over the draws."""
    row = evidence.parameters[name]
    uniform = stratified(seed, f"par/{name}", draws)
    return quantiles(row["distribution"], row["value"], row["low"], row["high"], uniform)
