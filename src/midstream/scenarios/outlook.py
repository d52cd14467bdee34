"""The outlook of a country: scenarios with their probabilities, and what moves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.evidence import Evidence, Ledger
from midstream.scenarios import override
from midstream.scenarios.outlook_future import Counter, Future, Given, run
from midstream.scenarios.outlook_repeat import grouped, repeated
from midstream.scenarios.outlook_request import (
    OutlookSettings,
    Quantiles,
    Request,
    check_settings,
    prepared,
)
from midstream.scenarios.outlook_tell import Told, tell
from midstream.scenarios.result import Outlook, State
from midstream.scenarios.scores import future_scores
from midstream.scenarios.scores_result import FutureScores


def outlook(
    evidence: Evidence,
    world: World,
    settings: OutlookSettings,
    *,
    ledger: Ledger | None = None,
    means: Mapping[str, float] | None = None,
    quantiles: Quantiles | None = None,
    overrides: Mapping[str, float] | None = None,
    counter: Counter | None = None,
    progress: Callable[[float], None] | None = None,
) -> Outlook:
    """Look ahead to the last year.

    Args:
        evidence: Release.
        world: World of the base year.
        settings: What it is about.
        ledger: Where quantities are entered; a new one on top of the world's where left out.
        means: Driver -> shift of its centre, in standard deviations.
        quantiles: Driver -> elicited 5, 50 and 95 % points.
        overrides: Scenario -> experts' probability; left out, the shipped table is looked at.
        counter: Counter-moves, as `midstream.counterstrategy.driver.effects` gives them.
        progress: Called with the share of work done; may raise to stop.

    Raises:
        InputError: if a setting cannot be, a driver is unknown, experts' probabilities do not
            sum to 1, or no scenario can be told apart for the country.
    """
    check_settings(evidence, world, settings)
    tick = progress or _silent
    request = prepared(evidence, world, settings, means, quantiles, counter)
    experts = dict(overrides or override.on_file(evidence, settings.focus, settings.last))
    if experts:
        # Before the long part, so that a slip is told at once.
        override.check_override(experts, [rule.scenario for rule in request.variants["base"]])
    frame = request.frame(settings.draws)
    given = Given.of(evidence, frame)
    future = run(request.setup, given, request.values(frame))
    tick(0.3)
    weights, names = _weights(request, future, experts)
    state = State(frame, future.drivers, future.paths, future.needs, future.region, names, weights)
    groups = grouped(request)
    tick(0.5)
    flips, indices = repeated(request)
    tick(0.7)
    scores = _scores(request, future)
    tick(0.95)
    book = Ledger(base=world.ledger) if ledger is None else ledger
    told = Told(request, future, state, groups, flips, indices, scores, experts)
    found = tell(told, given.classes, book)
    tick(1.0)
    return found


def _silent(share: float) -> None:
    """No progress is shown."""


def _weights(
    request: Request, future: Future, experts: Mapping[str, float]
) -> tuple[Floats, tuple[str, ...]]:
    names = tuple(rule.scenario for rule in request.variants["base"])
    if not experts:
        draws = future.frame.draws
        return np.full(draws, 1 / draws), names
    least = float(request.setup.evidence.parameter("outlook.override.least").value or 0.0)
    return override.overridden(future.region, names, experts, least), names


def record_only(request: Request) -> State:
    """The same outlook where no driver does anything: the record alone, to be compared with."""
    frame = request.frame(request.settings.draws)
    given = Given.of(request.setup.evidence, frame).still()
    found = run(request.setup, given, request.values(frame))
    weights, names = _weights(request, found, {})
    return State(frame, found.drivers, found.paths, found.needs, found.region, names, weights)


def _scores(request: Request, future: Future) -> FutureScores | None:
    settings = request.settings
    if not settings.sectors:
        return None
    return future_scores(
        request.setup.evidence,
        request.setup.world,
        future.frame,
        future.paths,
        future.needs,
        settings.score_years,
        settings.countries,
        settings.sectors,
    )


__all__ = ["Outlook", "OutlookSettings", "State", "outlook", "prepared", "record_only"]
