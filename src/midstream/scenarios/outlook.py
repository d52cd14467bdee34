"""The outlook of a country: scenarios with their probabilities, and what moves them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext

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
from midstream.scenarios.reference import Classes
from midstream.scenarios.result import Outlook, State
from midstream.scenarios.scores import future_scores
from midstream.scenarios.scores_result import FutureScores

#: Draws above which memory counts more than the eighth digit, and threads help.
MANY = 4000


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
    workers: int | None = None,
) -> Outlook:
    """Look ahead to the last year.

    An outlook of more than `MANY` draws keeps its paths and needs as 32-bit numbers, so that
    10,000 of them fit into two gigabytes; they are the same to seven digits.

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
        workers: Threads; ``None`` takes one for few draws, else all cores. The result is the
            same with any number of them.

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
    with crew(settings.draws, workers) as executor:
        told, classes = _run(request, experts, executor, tick)
        book = Ledger(base=world.ledger) if ledger is None else ledger
        found = tell(told, classes, book, executor)
    tick(1.0)
    return found


def _run(
    request: Request,
    experts: Mapping[str, float],
    executor: Executor | None,
    tick: Callable[[float], None],
) -> tuple[Told, Classes]:
    """Run everything that is told, and the reference classes it rests on."""
    frame = request.frame(request.settings.draws)
    given = Given.of(request.setup.evidence, frame)
    single = frame.draws > MANY
    values = request.values(frame)
    future = run(request.setup, given, values, single=single, executor=executor)
    tick(0.3)
    weights, names = _weights(request, future, experts)
    state = State(frame, future.drivers, future.paths, future.needs, future.region, names, weights)
    groups = grouped(request)
    tick(0.5)
    flips, indices = repeated(request)
    tick(0.7)
    scores = _scores(request, future, executor)
    tick(0.95)
    told = Told(request, future, state, groups, flips, indices, scores, experts)
    return told, given.classes


def crew(draws: int, workers: int | None = None) -> AbstractContextManager[Executor | None]:
    """Threads for an outlook; none where one is enough.

    Few draws are over sooner than threads would take turns; ``workers`` overrides the choice.
    """
    if workers is None:
        workers = (os.cpu_count() or 1) if draws > MANY else 1
    return nullcontext() if workers < 2 else ThreadPoolExecutor(workers)


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
    found = run(request.setup, given, request.values(frame), single=frame.draws > MANY)
    weights, names = _weights(request, found, {})
    return State(frame, found.drivers, found.paths, found.needs, found.region, names, weights)


def _scores(request: Request, future: Future, executor: Executor | None) -> FutureScores | None:
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
        executor=executor,
    )


__all__ = ["Outlook", "OutlookSettings", "State", "outlook", "prepared", "record_only"]
