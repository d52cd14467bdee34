"""Tells an outlook: from arrays to rows of quantities with their lineage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from midstream.evidence import Evidence, Ledger
from midstream.scenarios import drivers as driving
from midstream.scenarios import limits, regions_read
from midstream.scenarios.flip import FlipPoint
from midstream.scenarios.frame import Bools, Project
from midstream.scenarios.outlook_future import Future
from midstream.scenarios.outlook_interval import Groups
from midstream.scenarios.outlook_moves import (
    BETTER,
    Causes,
    base_leader,
    box_row,
    driver_rows,
    flip_rows,
    peeling,
)
from midstream.scenarios.outlook_paths import PathBook, path_rows
from midstream.scenarios.outlook_request import Request
from midstream.scenarios.outlook_rows import (
    Book,
    Odds,
    condition_rows,
    enter_drivers,
    scenario_rows,
)
from midstream.scenarios.outlook_weighted import weighted_rows
from midstream.scenarios.override import effective
from midstream.scenarios.projects import unread
from midstream.scenarios.reference import Classes
from midstream.scenarios.regions import region
from midstream.scenarios.regions_met import met
from midstream.scenarios.result import BoxRow, Outlook, State
from midstream.scenarios.scores_result import FutureScores
from midstream.terms import SECTORS, with_article

#: Groups of the parameter table that outlooks rest on.
GROUPS = ("outlook", "reference", "pipeline", "limits", "secondary", "needs")
#: Stage whose capability scenario discovery asks about.
MIDDLE = "C2"
#: Shares of draws within which an outcome is uncertain enough to ask what leads to it.
OPEN = (0.02, 0.98)
UNCOUNTED = "today's output is not on record; plants and secondary supply alone are counted"
#: Year half way, for what is told of two years.
HALF_WAY = 2030
#: Where the highest tenth begins.
TOP = 0.9


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that was run.

    Attributes:
        request: What was asked for.
        future: The run.
        state: Its draws with their weights.
        groups: Grouped draws.
        flips, totals: What repeated runs gave.
        scores: Scores.
        experts: Experts' probabilities; empty where none are given.
    """

    request: Request
    future: Future
    state: State
    groups: Groups | None
    flips: Mapping[str, FlipPoint | None]
    totals: Mapping[str, float | None]
    scores: FutureScores | None
    experts: Mapping[str, float]

    @property
    def evidence(self) -> Evidence:
        """The release."""
        return self.request.setup.evidence


def tell(told: Told, classes: Classes, ledger: Ledger, executor: Executor | None = None) -> Outlook:
    """Enter all rows and give the outlook; threads take the quantiles of paths."""
    request, future = told.request, told.future
    settings, setup = request.settings, request.setup
    book = Book(ledger, settings.focus, settings.last)
    known = driving.drivers(told.evidence)
    shared = (*enter_drivers(told.evidence, ledger, known), *enter_classes(classes, ledger))
    regions_read.enter_conditions(ledger, setup.conditions, settings.last)
    odds = Odds(future.met, setup.conditions, told.groups, shared)
    paths = PathBook.of(ledger, setup.world, shared, setup.projects, future.needs)
    base = request.variants["base"]
    conditions = condition_rows(book, odds)
    return Outlook(
        focus=settings.focus,
        first=setup.world.base_year,
        last=settings.last,
        scenarios=scenario_rows(book, odds, dict(request.variants), dict(told.experts)),
        conditions=conditions,
        paths=path_rows(paths, future.paths, future.needs, executor),
        drivers=driver_rows(book, known, future.drivers, future.region, told.totals),
        flips=flip_rows(
            book,
            told.evidence,
            known,
            base,
            base_leader(future.region, base),
            told.flips,
            frozenset(one.id for one in known if one.id not in told.totals),
        )
        if told.totals
        else (),
        discovery=_discovery(told, book, shared),
        weighted=weighted_rows(book, setup, future, told.state, told.scores, shared, told.experts),
        limits=_limits(told, ledger),
        not_checked=_not_checked(told),
        scores=told.scores,
        state=told.state,
        warnings=_warnings(told),
        assumptions=_assumptions(told, known),
    )


def _limits(told: Told, ledger: Ledger) -> tuple[limits.BindingShare, ...]:
    """How often the limits of the country bind, half way and in the last year."""
    frame, setup = told.future.frame, told.request.setup
    years = sorted({HALF_WAY, frame.last} & set(frame.years))
    own = [one for one in told.future.limited.applied if one.country == setup.focus]
    kept = replace(told.future.limited, applied=tuple(own))
    return limits.enter(told.evidence, setup.world, kept, ledger, years)


def _not_checked(told: Told) -> tuple[limits.NotChecked, ...]:
    focus = told.request.settings.focus
    return tuple(one for one in told.future.limited.not_checked if one.country == focus)


def enter_classes(classes: Classes, ledger: Ledger) -> tuple[str, ...]:
    """Enter the reference classes; gives their ids."""
    return tuple(summary.quantity.lineage for summary in classes.enter(ledger))


def _causes(told: Told, shared: tuple[str, ...]) -> Causes:
    """Drivers, and whether the largest projects of the country run by the last year."""
    drivers = driving.drivers(told.evidence)
    names = [one.name for one in drivers]
    columns = [told.future.drivers.of(one.id) for one in drivers]
    inputs = list(shared)
    for number, project in _largest(told):
        started = told.future.paths.start[:, number] < told.request.settings.last
        columns.append((told.future.paths.complete[:, number] & started).astype(float))
        names.append(f"{_title(told.evidence, project)} runs")
        inputs += project.lineage
    return Causes(np.stack(columns, axis=1), tuple(names), tuple(dict.fromkeys(inputs)))


def _title(evidence: Evidence, project: Project) -> str:
    """Name of the register, with the id of a part behind it."""
    row = evidence.facilities.get(project.facility)
    if row is None:
        return project.id
    return str(row["name"]) if project.id == project.facility else f"{row['name']} ({project.id})"


def _largest(told: Told) -> list[tuple[int, Project]]:
    """Projects of the country that carry most of its need, in the forms of the conditions.

    By expected share of need in the last year: completion in the draws times nameplate over need.
    """
    setup, outcome = told.request.setup, told.future.outcome
    forms = {one.form for condition in setup.conditions for one in condition.comparisons}
    sizes = []
    for number, project in enumerate(setup.projects):
        if project.country == setup.focus and project.form in forms and project.capacity > 0:
            need = float(np.median(outcome.need(project.form)))
            share = float(told.future.paths.complete[:, number].mean()) * project.capacity
            sizes.append((-share / need if need > 0 else 0.0, project.id, number, project))
    most = int(told.evidence.parameter("outlook.peel.projects").value or 0)
    return [(number, project) for _, _, number, project in sorted(sizes, key=_first)[:most]]


def _first(entry: tuple[float, str, int, Project]) -> tuple[float, str]:
    return entry[0], entry[1]


def _discovery(told: Told, book: Book, shared: tuple[str, ...]) -> tuple[BoxRow, ...]:
    """What leads to the better scenarios, to the worst, and to partial capability at C2."""
    causes, patience = _causes(told, shared), peeling(told.evidence)
    found = told.future.region
    base = told.request.variants["base"]
    better = " or ".join(rule.name.lower() for rule in base if rule.rank >= BETTER)
    outcomes: list[tuple[str, str, Bools]] = [
        ("better", better.capitalize(), np.asarray(found >= BETTER)),
        ("stalled", base[0].name, np.asarray(found == 0)),
    ]
    return tuple(
        box_row(book, causes, outcome, patience) for outcome in (*outcomes, *_capable(told))
    )


def _capable(told: Told) -> list[tuple[str, str, Bools]]:
    """Draws with partial capability at C2: on the mean of the sectors, and in each sector.

    A sector in which nearly no draw or nearly every draw has it is left out. Where the mean
    hardly ever has it, the highest tenth of the draws is asked about as well.
    """
    scores, settings = told.scores, told.request.settings
    if scores is None or settings.focus not in scores.countries:
        return []
    year = scores.years[-1]
    least = float(told.evidence.parameter("outlook.score.partial").value or 0.0)
    words = f"{MIDDLE} of {least:g} or more in {year}"
    found = []
    for sector in scores.sectors:
        drawn = scores.of(settings.focus, sector, MIDDLE, year)
        happens = np.asarray(drawn >= least)
        if not np.isnan(drawn).any() and OPEN[0] <= float(happens.mean()) <= OPEN[1]:
            found.append((f"{MIDDLE}/{sector}", f"{words}: {SECTORS[sector]}", happens))
    place = (scores.years.index(year), scores.countries.index(settings.focus))
    mean = scores.profile[:, place[0], place[1], scores.stages.index(MIDDLE)].astype(float)
    if np.isnan(mean).any():
        return found
    rare = float((mean >= least).mean()) < OPEN[0]
    whole = (f"{MIDDLE}/mean", f"{words}: mean of the sectors", np.asarray(mean >= least))
    top = (
        f"{MIDDLE}/highest",
        f"{MIDDLE} in {year} in the highest tenth of draws: mean of the sectors",
        np.asarray(mean >= np.quantile(mean, TOP)),
    )
    return [whole, *((top,) if rare else ()), *found]


def _warnings(told: Told) -> tuple[str, ...]:
    """What a reader has to know before the numbers."""
    setup, settings = told.request.setup, told.request.settings
    warnings = list(
        regions_read.unread(told.evidence, setup.world, settings.focus, told.request.record)
    )
    warnings += [*_borrowed(told), *_already(told)]
    forms = {one.form for condition in setup.conditions for one in condition.comparisons}
    for place, counted in zip(told.future.paths.places, told.future.paths.counted, strict=True):
        if place[1] == settings.focus and place[0] in forms and not counted:
            cell = setup.world.names.cell(*place)
            warnings.append(f"{cell}: {UNCOUNTED}")
    left = [one for one in unread(told.evidence, setup.world) if one.country == settings.focus]
    if left:
        names = ", ".join(one.id for one in left)
        warnings.append(f"not counted for want of a capacity in a usable unit: {names}")
    if told.experts:
        size = effective(told.state.weights)
        warnings.append(f"experts' probabilities leave {size:,.0f} effective draws")
    return tuple(warnings)


def _borrowed(told: Told) -> tuple[str, ...]:
    """Says so where no condition is written for the country."""
    setup, settings = told.request.setup, told.request.settings
    if regions_read.has_own(told.evidence, settings.focus):
        return ()
    name = with_article(setup.world.names.country(settings.focus))
    head = f"no condition of the futures is written for {name}"
    chosen = set(regions_read.forms_of(told.evidence, setup.world, settings.chains))
    used = {one.form for condition in setup.conditions for one in condition.comparisons}
    if used & chosen:
        where = "every form of the study's chains"
    else:
        where = "every form on file, for no form of the study's chains has a maker there on record"
    return (f"{head}: those any country gets are held against {where}",)


def _already(told: Told) -> tuple[str, ...]:
    """Says so where nearly every draw has reached its future in the first year already."""
    future, setup = told.future, told.request.setup
    first = replace(future.outcome, year=future.frame.years[0])
    now = region(met(setup.conditions, first), setup.conditions, setup.rules)
    names = [
        rule.name
        for rule in setup.rules
        if rule.rank
        and float(((now == rule.rank) & (future.region == rule.rank)).mean()) >= OPEN[1]
    ]
    name = with_article(setup.world.names.country(told.request.settings.focus))
    return tuple(
        f"{name} meets the conditions of {one} in the first year already: the odds say that it "
        "stays there, not that anything has to happen first"
        for one in names
    )


def _assumptions(told: Told, known: Sequence[driving.Driver]) -> tuple[str, ...]:
    """Ids of the assumed parameters and rows the outlook rests on."""
    rows = told.evidence.parameters.values()
    ids = [row["id"] for row in rows if row["kind"] == "assumed" and row["group"] in GROUPS]
    ids += [effect.id for driver in known for effect in driver.effects if effect.kind == "assumed"]
    conditions = told.request.setup.conditions
    ids += [one.id for condition in conditions for one in condition.comparisons]
    ids += [name.removeprefix("par:") for name in told.future.assumptions]
    return tuple(sorted(set(ids)))
