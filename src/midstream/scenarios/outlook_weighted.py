"""Rows of probability-weighted outcomes of the focus country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Quantity
from midstream.scenarios.outlook_future import Future, Setup
from midstream.scenarios.outlook_moves import Values
from midstream.scenarios.outlook_rows import Book
from midstream.scenarios.result import State, WeightedRow
from midstream.scenarios.scores_result import FutureScores
from midstream.scenarios.weighted import Spread, by_scenario, spread

MEAN = "sum over scenarios of probability times mean within the scenario; ends are P10 and P90"
EXPERTS = "mean of the draws weighted by experts over model probability; ends are P10 and P90"
WITHIN = "mean of the draws of the scenario; ends are P10 and P90"


@dataclass(frozen=True, slots=True)
class Measured:
    """One outcome by draw.

    Attributes:
        id, name, year, unit: What it is.
        values: Shape (draw,).
        inputs: Ids it rests on.
    """

    id: str
    name: str
    year: int
    unit: str
    values: Floats
    inputs: tuple[str, ...]


def weighted_rows(
    book: Book,
    setup: Setup,
    future: Future,
    state: State,
    scores: FutureScores | None,
    shared: tuple[str, ...],
    experts: Mapping[str, float],
) -> tuple[WeightedRow, ...]:
    """Capacity, output and coverage of the forms of the conditions, and scores by stage."""
    found = [*_amounts(setup, future), *_scores(setup, scores, shared)]
    return tuple(_row(book, one, state, bool(experts)) for one in found)


def _amounts(setup: Setup, future: Future) -> list[Measured]:
    outcome, year, rows = future.outcome, future.frame.last, []
    compared = [one for condition in setup.conditions for one in condition.comparisons]
    for form in dict.fromkeys(one.form for one in compared if one.metric != "plants"):
        cell, unit = setup.world.names.cell(form, setup.focus), setup.world.units[form]
        stem = f"{form}/{setup.focus}/{year}"
        for metric in ("capacity", "output"):
            inputs = (f"f:scenarios.path/{metric}/{stem}",)
            values = outcome.amount(form, metric)
            name = f"{metric.capitalize()}: {cell}"
            rows.append(Measured(f"{metric}/{form}", name, year, unit, values, inputs))
        need = outcome.need(form)
        if not np.isnan(need).any() and (need > 0).all():
            both = (f"f:scenarios.path/output/{stem}", f"f:scenarios.path/need/{stem}")
            name, values = f"Output over own need: {cell}", outcome.coverage(form)
            rows.append(Measured(f"coverage/{form}", name, year, "ratio", values, both))
    return rows


def _scores(setup: Setup, scores: FutureScores | None, shared: tuple[str, ...]) -> list[Measured]:
    """National scores: the mean over the sectors, by stage and year."""
    if scores is None or setup.focus not in scores.countries:
        return []
    profile, country = scores.profile, scores.countries.index(setup.focus)
    rows = []
    for row, year in enumerate(scores.years):
        for column, stage in enumerate(scores.stages):
            values = profile[:, row, country, column].astype(float)
            if not np.isnan(values).any():
                name = f"{stage}, mean over the sectors: {setup.world.names.country(setup.focus)}"
                rows.append(Measured(f"score/{stage}/{year}", name, year, "score", values, shared))
    return rows


def _row(book: Book, one: Measured, state: State, expert: bool) -> WeightedRow:
    draws, stem = len(one.values), f"weighted/{one.id}"
    even = np.full(draws, 1 / draws)
    whole = spread(one.values, even)
    parts = by_scenario(one.values, state.region, even, len(state.names))

    def enter(
        place: str, title: str, values: Values, formula: str, more: tuple[str, ...] = ()
    ) -> Quantity:
        name, inputs = f"{one.name}, {title}", (*one.inputs, *more)
        return book.quantity(f"{stem}/{place}", name, values, one.unit, formula, inputs)

    given = {
        name: enter(name, name, _mean(part), WITHIN)
        for name, (_, part) in zip(state.names, parts, strict=True)
    }
    below = (*_probabilities(book, state), *(part.lineage for part in given.values()))
    middle = (None, None, None) if whole is None else (whole.middle, whole.low, whole.high)
    own = _mean(spread(one.values, state.weights))
    return WeightedRow(
        id=one.id,
        name=one.name,
        year=one.year,
        mean=enter("mean", "probability-weighted", _mean(whole), MEAN, below),
        median=enter("median", "median", middle, "P50 of all draws with P10 and P90"),
        by_scenario=given,
        expert=enter("expert", "experts' weights", own, EXPERTS) if expert else None,
    )


def _mean(part: Spread | None) -> Values:
    return (None, None, None) if part is None else (part.mean, part.low, part.high)


def _probabilities(book: Book, state: State) -> tuple[str, ...]:
    tail = f"{book.focus}/{book.last}"
    return tuple(f"f:scenarios.probability/{name}/{tail}" for name in state.names)
