"""The reference classes in numbers: completion, on-time share and delay with their lineage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Ledger, Node, Quantity
from midstream.scenarios.cases import CLASSES, NO_GROUP, Case

if TYPE_CHECKING:
    from midstream.scenarios.reference import Classes

#: Ends of the intervals and their middle.
POINTS = (0.5, 0.05, 0.95)
#: Parameters that completion and delays are learnt with.
_COMPLETION = ("shift.completion", "on-time", "delay", "spread", "shift.delay")
_DELAY = ("on-time", "on-time.months", "delay", "spread", "shift.delay")


@dataclass(frozen=True, slots=True)
class ClassSummary:
    """One learnt law.

    Attributes:
        measure: completion, on-time, delay (median months of a late project) or spread (log-sd).
        standing: Class; blank for a measure all classes share.
        group: Group of countries; blank for a measure all groups share.
        quantity: Median with the 5 and 95 % points (an interval of 90 %).
        beta: Beta law with the mean and variance of a probability; blank for months.
        cases: Number of cases of the class and group; for a shared measure of all.
    """

    measure: str
    standing: str
    group: str
    quantity: Quantity
    beta: tuple[float, float] | None
    cases: int


def summaries(classes: Classes, ledger: Ledger) -> tuple[ClassSummary, ...]:
    """Enter every learnt law; cases and priors are their inputs."""
    for node in classes.nodes:
        ledger.add(node)
    return tuple(_entered(classes, ledger))


def _entered(classes: Classes, ledger: Ledger) -> Iterator[ClassSummary]:
    sample = classes.sample
    for standing in CLASSES:
        for group in sorted(sample.completion_shift):
            values = sample.of(standing, group)
            place = ("completion", standing, group)
            yield _summary(classes, ledger, place, values, (standing, *_COMPLETION))
    for group in sorted(sample.delay_shift):
        months = np.exp(sample.delay_mu + sample.delay_shift[group])
        yield _summary(classes, ledger, ("delay", "", group), months, _DELAY)
    yield _summary(classes, ledger, ("on-time", "", ""), sample.on_time, _DELAY)
    yield _summary(classes, ledger, ("spread", "", ""), sample.delay_sigma, _DELAY)


_UNITS = {"completion": "probability", "on-time": "ratio", "delay": "month", "spread": "log-sd"}
_NAMES = {
    "completion": "Completion of projects",
    "on-time": "Share of completed projects that are on time",
    "delay": "Median delay of late projects",
    "spread": "Log-sd of late delays",
}


def _summary(
    classes: Classes,
    ledger: Ledger,
    place: tuple[str, str, str],
    values: Floats,
    priors: tuple[str, ...],
) -> ClassSummary:
    measure, standing, group = place
    lineage = "/".join(("f:reference", *filter(None, place)))
    middle, low, high = classes.sample.quantile(values, *POINTS)
    quantity = Quantity(middle, low, high, _UNITS[measure], "modelled", lineage)
    words = [standing, "no group" if group == NO_GROUP else group]
    inputs = (
        *(node.id for node in classes.nodes),
        *(f"par:reference.{name}" for name in priors),
    )
    ledger.add(
        Node(
            lineage,
            "formula",
            ", ".join((_NAMES[measure], *filter(None, words))),
            quantity,
            inputs=tuple(dict.fromkeys(inputs)),
            formula="prior x likelihood of the dated cases; P50 with P5 and P95",
            note=f"worth {classes.effective_sample:,.0f} equal draws",
        )
    )
    fit = None if measure in ("delay", "spread") else beta_fit(classes.sample.weights, values)
    number = sum(_speaks(case, standing, group) for case in classes.cases)
    return ClassSummary(measure, standing, group, quantity, fit, number)


def _speaks(case: Case, standing: str, group: str) -> bool:
    return standing in ("", case.kind) and group in ("", case.group)


def beta_fit(weights: Floats, values: Floats) -> tuple[float, float]:
    """Beta law with the mean and variance of weighted probabilities, each of shape (draw,).

    ``a = m (m (1 - m) / v - 1), b = (1 - m) (m (1 - m) / v - 1)``.
    """
    mean = float(weights @ values)
    spread = float(weights @ np.square(values - mean))
    scale = mean * (1 - mean) / spread - 1
    return mean * scale, (1 - mean) * scale
