"""What an outlook gives: rows of quantities, and the draws behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from midstream.chain.estimate import Floats
from midstream.evidence import Quantity
from midstream.scenarios.frame import DriverDraws, Frame, Needs, Paths
from midstream.scenarios.limits import BindingShare, NotChecked
from midstream.scenarios.regions import Ints
from midstream.scenarios.scores_result import FutureScores


@dataclass(frozen=True, slots=True)
class State:
    """The draws of an outlook, for what builds on them.

    Attributes:
        frame: Draws and years.
        drivers: Drivers of the focus country.
        paths: Capacity and output after secondary supply and limits.
        needs: Needs.
        region: Rank of the scenario of each draw, shape (draw,).
        names: Scenario ids by rank.
        weights: Weights that sum to 1, shape (draw,); equal unless experts override.
    """

    frame: Frame
    drivers: DriverDraws
    paths: Paths
    needs: Needs
    region: Ints
    names: tuple[str, ...]
    weights: Floats


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """One scenario.

    Attributes:
        id, name, rank: Names and order from the worst (0).
        definition: What has to hold, with its thresholds.
        probability: Share of draws; the interval is over parameters and the number of draws.
        among_named: The same among the named scenarios, the remainder (rank 0) left out; no
            value for the remainder itself.
        looser, stricter: The same under the other variants of the rules.
        expert: Experts' probability, where one is given; the model's stays beside it.
    """

    id: str
    name: str
    rank: int
    definition: str
    probability: Quantity
    among_named: Quantity
    looser: Quantity
    stricter: Quantity
    expert: Quantity | None

    def to_dict(self) -> dict[str, Any]:
        """Give the row as a JSON object."""
        return {
            "id": self.id,
            "name": self.name,
            "definition": self.definition,
            "probability": self.probability.to_dict(),
            "among_named": self.among_named.to_dict(),
            "looser": self.looser.to_dict(),
            "stricter": self.stricter.to_dict(),
            "expert": None if self.expert is None else self.expert.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """One condition: what it asks for and how often it holds."""

    id: str
    role: str
    words: str
    probability: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the row as a JSON object."""
        return {
            "id": self.id,
            "role": self.role,
            "words": self.words,
            "probability": self.probability.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class PathRow:
    """Capacity or output of a form in a country, year by year.

    Attributes:
        country, form, stage: Place.
        metric: ``capacity``, ``output`` or ``need``.
        unit: Unit.
        years: Years.
        points: P50 with P10 and P90 of each year.
        counted: Whether today's output of the place is on record.
    """

    country: str
    form: str
    stage: str
    metric: str
    unit: str
    years: tuple[int, ...]
    points: tuple[Quantity, ...]
    counted: bool

    @property
    def lineage(self) -> str:
        """Lineage of the last year."""
        return self.points[-1].lineage

    def to_dict(self) -> dict[str, Any]:
        """Give the row as a JSON object."""
        return {
            "country": self.country,
            "form": self.form,
            "stage": self.stage,
            "metric": self.metric,
            "unit": self.unit,
            "years": list(self.years),
            "p10": [point.low for point in self.points],
            "p50": [point.value for point in self.points],
            "p90": [point.high for point in self.points],
            "counted": self.counted,
            "lineage": self.lineage,
        }


@dataclass(frozen=True, slots=True)
class DriverRow:
    """What one driver does to the odds.

    Attributes:
        driver, name, centre: The driver and what its 0 stands for.
        effect: Change of P(the best two scenarios) from its bottom to its top third.
        bottom, top: That probability in the two thirds.
        stalled: Change of P(the worst scenario).
        first_order, total: Sobol indices of the best two; ``total`` has no value where it was
            not computed.
        cases: Dated cases behind the centre.
        acts_on: What it acts on.
        source: Ids of the source register.
    """

    driver: str
    name: str
    centre: str
    effect: Quantity
    bottom: Quantity
    top: Quantity
    stalled: Quantity
    first_order: Quantity
    total: Quantity
    cases: Quantity
    acts_on: tuple[str, ...]
    source: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the row as a JSON object."""
        return {
            "driver": self.driver,
            "name": self.name,
            "centre": self.centre,
            "effect_on_probability": self.effect.to_dict(),
            "bottom_third": self.bottom.to_dict(),
            "top_third": self.top.to_dict(),
            "effect_on_stalled": self.stalled.to_dict(),
            "first_order": self.first_order.to_dict(),
            "total": self.total.to_dict(),
            "cases": self.cases.to_dict(),
            "acts_on": list(self.acts_on),
            "source": list(self.source),
        }


@dataclass(frozen=True, slots=True)
class FlipRow:
    """Smallest shift of a driver that makes another scenario the most likely.

    Attributes:
        driver, name: The driver.
        shift: Shift in standard deviations; no value where none is seen within the limit.
        before, after: Scenarios; ``after`` is blank where none is seen.
        limit: Largest shift looked at.
        note: Why a driver was not shifted, if so.
    """

    driver: str
    name: str
    shift: Quantity
    before: str
    after: str
    limit: Quantity
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Give the row as a JSON object."""
        return {
            "driver": self.driver,
            "name": self.name,
            "shift": self.shift.to_dict(),
            "from": self.before,
            "to": self.after,
            "limit": self.limit.to_dict(),
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class BoundRow:
    """One bounded input of a box, its ends as quantities; ``None`` where it is open."""

    name: str
    low: Quantity | None
    high: Quantity | None

    def to_dict(self) -> dict[str, Any]:
        """Give the row as a JSON object."""
        return {
            "name": self.name,
            "low": None if self.low is None else self.low.to_dict(),
            "high": None if self.high is None else self.high.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class BoxRow:
    """What leads to an outcome.

    Attributes:
        id, outcome: The outcome, and in words.
        base: Its probability over all draws.
        bounds: Conditions of the box; empty where the outcome always or never happens.
        coverage, density, mass: Share of the outcome inside, of the inside with the outcome, and
            of all draws inside; no value where there is no box.
    """

    id: str
    outcome: str
    base: Quantity
    bounds: tuple[BoundRow, ...]
    coverage: Quantity
    density: Quantity
    mass: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the row as a JSON object."""
        return {
            "id": self.id,
            "outcome": self.outcome,
            "base": self.base.to_dict(),
            "bounds": [bound.to_dict() for bound in self.bounds],
            "coverage": self.coverage.to_dict(),
            "density": self.density.to_dict(),
            "mass": self.mass.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class WeightedRow:
    """One outcome, weighted by the probabilities, and by scenario.

    Attributes:
        id, name, year: What is measured and when.
        mean: Probability-weighted mean with P10 and P90 of all draws.
        median: P50 with the same ends.
        by_scenario: Scenario -> mean within it, with its P10 and P90; no value where no draw is
            in it. The weighted mean is the sum of probability times these.
        expert: Mean under experts' probabilities, where they are given.
    """

    id: str
    name: str
    year: int
    mean: Quantity
    median: Quantity
    by_scenario: Mapping[str, Quantity]
    expert: Quantity | None

    def to_dict(self) -> dict[str, Any]:
        """Give the row as a JSON object."""
        return {
            "id": self.id,
            "name": self.name,
            "year": self.year,
            "mean": self.mean.to_dict(),
            "median": self.median.to_dict(),
            "by_scenario": {name: one.to_dict() for name, one in self.by_scenario.items()},
            "expert": None if self.expert is None else self.expert.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Outlook:
    """An outlook of one country.

    Attributes:
        focus, first, last: Country and years.
        scenarios: From the worst to the best.
        conditions: What the scenarios are made of.
        paths: Capacity, output and need of all countries with plants.
        drivers: The one that moves the odds most first.
        flips: One a driver.
        discovery: What leads to outcomes.
        weighted: Probability-weighted outcomes.
        limits: How often resources hold the output of the country back, half way and at the end.
        not_checked: Resources of the country that limit nothing for want of a figure.
        scores: Scores by draw and year; ``None`` where no sector was asked for.
        state: Draws.
        warnings: What a reader has to know.
        assumptions: Ids of the assumed parameters and rows it rests on.
    """

    focus: str
    first: int
    last: int
    scenarios: tuple[ScenarioRow, ...]
    conditions: tuple[ConditionRow, ...]
    paths: tuple[PathRow, ...]
    drivers: tuple[DriverRow, ...]
    flips: tuple[FlipRow, ...]
    discovery: tuple[BoxRow, ...]
    weighted: tuple[WeightedRow, ...]
    limits: tuple[BindingShare, ...]
    not_checked: tuple[NotChecked, ...]
    scores: FutureScores | None
    state: State
    warnings: tuple[str, ...]
    assumptions: tuple[str, ...]

    def path(self, country: str, form: str, metric: str = "output") -> PathRow | None:
        """Give a path, or ``None`` where there is none."""
        wanted = (country, form, metric)
        found = (one for one in self.paths if (one.country, one.form, one.metric) == wanted)
        return next(found, None)

    def to_dict(self) -> dict[str, Any]:
        """Give the outlook as the JSON object of the public interface."""
        return {
            "focus": self.focus,
            "first": self.first,
            "last": self.last,
            "scenarios": [row.to_dict() for row in self.scenarios],
            "conditions": [row.to_dict() for row in self.conditions],
            "paths": [row.to_dict() for row in self.paths],
            "drivers": [row.to_dict() for row in self.drivers],
            "flips": [row.to_dict() for row in self.flips],
            "discovery": [row.to_dict() for row in self.discovery],
            "weighted": {row.id: row.to_dict() for row in self.weighted},
            "limits": [{**_words(row), "share": row.share.to_dict()} for row in self.limits],
            "not_checked": [_words(row) for row in self.not_checked],
            "warnings": list(self.warnings),
            "assumptions": list(self.assumptions),
        }


def _words(row: BindingShare | NotChecked) -> dict[str, Any]:
    """The fields of a row as they are."""
    return {part.name: getattr(row, part.name) for part in fields(row)}
