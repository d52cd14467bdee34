"""Scores C1..C4 in later years, draw by draw, through the code of the scorecard.

Every draw is one future: its output stands against its need and reference, its plants carry their
owners and technology, and the ruler, the weights and the evidence box are those of the scorecard
on the same seed. Results do not depend on how many workers run it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.scenarios.control_ahead import components
from midstream.scenarios.frame import Frame, Needs, Paths
from midstream.scenarios.scores_paths import Ahead
from midstream.scenarios.scores_result import FormStates, FutureScores, Singles
from midstream.scorecard.cells import Cells, judged
from midstream.scorecard.digits import box
from midstream.scorecard.draws import Draws, Parameters
from midstream.scorecard.profiles import STAGES, Ends
from midstream.scorecard.stages import Stack, drawn_weights, rolled_up, stacks


@dataclass(frozen=True, slots=True)
class CountryScores:
    """Scores of one country.

    Attributes:
        low, high: Stages at both ends of the evidence box, shape (draw, year, sector, stage);
            ``nan`` where nothing is on record.
        forms: P10, P50 and P90 of the forms, shape (3, year, form); ``nan`` where open.
        output, need: P10, P50 and P90 at grade, same shape.
    """

    low: Singles
    high: Singles
    forms: Floats
    output: Floats
    need: Floats


@dataclass(frozen=True, slots=True)
class ScoreJob:
    """All it takes to score a country anywhere.

    Attributes:
        ahead: Reads paths and needs.
        years, sectors, forms: What is scored.
        stacks: Stacks of the sectors, in the order sector, stage.
        weights: Drawn weights of each.
    """

    ahead: Ahead
    years: tuple[int, ...]
    sectors: tuple[str, ...]
    forms: tuple[str, ...]
    stacks: tuple[tuple[Stack, ...], ...]
    weights: tuple[tuple[Floats, ...], ...]

    def country(self, country: str) -> CountryScores:
        """Score one country in all years, sectors and stages."""
        draws = self.ahead.cells.draws.size
        shape = (draws, len(self.years), len(self.sectors), len(STAGES))
        low, high = np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32)
        spreads = [np.full((3, len(self.years), len(self.forms)), np.nan) for _ in range(3)]
        drawn: list[dict[str, Ends]] = [{} for _ in self.years]
        known = set()
        for column, form in enumerate(self.forms):
            states = _states(self.ahead, form, country, self.years)
            for row, state in enumerate(states):
                drawn[row][form] = (state.low, state.high)
                if not state.open:
                    known.add(form)
                    spreads[0][:, row, column] = _spread(state.low, state.high)
                    spreads[1][:, row, column] = _spread(*state.output)
                spreads[2][:, row, column] = _spread(state.need, state.need)
        for row, ends in enumerate(drawn):
            self._stages(ends, known, low[:, row], high[:, row])
        return CountryScores(low, high, *spreads)

    def _stages(
        self, drawn: Mapping[str, Ends], known: set[str], low: Singles, high: Singles
    ) -> None:
        """Roll the forms of a year up to stages, in place; stages without evidence stay blank."""
        ruler = self.ahead.cells.ruler
        for sector, found in enumerate(self.stacks):
            for stage, stack in enumerate(found):
                if known.isdisjoint(stack.forms):
                    continue
                weights = self.weights[sector][stage]
                parts = [drawn[form] for form in stack.forms]
                first = rolled_up(ruler, weights, [part[0] for part in parts])
                low[:, sector, stage] = first
                one = all(part[0] is part[1] for part in parts)
                high[:, sector, stage] = (
                    first if one else rolled_up(ruler, weights, [part[1] for part in parts])
                )


@dataclass(frozen=True, slots=True)
class _State:
    """Score of one form in one year, with what it stands on, at both ends of the box."""

    low: Floats
    high: Floats
    output: Ends
    need: Floats
    open: bool


def _states(ahead: Ahead, form: str, country: str, years: Sequence[int]) -> list[_State]:
    """Score one form of one country in some years."""
    cells, cell, found = ahead.cells, ahead.cell(form, country), []
    blank = cell.inputs.open
    for year in years:
        now, later = cell.points(year)
        made: Ends = (now.low, now.high)
        if not (now.high.any() or later.high.any() or blank):
            # No output and nothing under way reads 1 whatever the need and the control.
            ones = np.ones(cells.draws.size)
            found.append(_State(ones, ones, made, now.need, open=False))
            continue
        arrivals = cell.arrivals(year, made)
        parts = components(cells, form, country, cell.inputs.components, arrivals)
        drawn = judged(now, later, cells.ruler.control(parts), cells.ruler, blank)
        found.append(_State(drawn.low, drawn.high, made, now.need, blank))
    return found


def _spread(low: Floats, high: Floats) -> Floats:
    """P10 of the low end, P50 over both ends, P90 of the high end."""
    if np.isnan(low).any():
        return np.full(3, np.nan)
    middle, bottom, top = box(low, high)
    return np.array([bottom, middle, top])


def future_scores(
    evidence: Evidence,
    world: World,
    frame: Frame,
    paths: Paths,
    needs: Needs,
    years: Sequence[int] = (2030, 2035),
    countries: Sequence[str] = (),
    sectors: Sequence[str] = (),
    *,
    overrides: Mapping[str, float] | None = None,
    executor: Executor | None = None,
    progress: Callable[[float], None] | None = None,
) -> FutureScores:
    """Score countries, sectors and stages in later years, per draw.

    Args:
        evidence: Release with the parameter and stack tables.
        world: The world of the base year.
        frame: Draws and years of the outlook; its seed is the seed of the scorecard's draws.
        paths: Output per draw.
        needs: Need per draw.
        years: Years to score, after the base year and not after the last of the frame.
        countries: Countries to score, in order; empty takes those of the world.
        sectors: Sectors to score, in order; empty takes all of the stack table.
        overrides: Parameters held at a value instead of drawn.
        executor: Threads that run countries; none runs them one after the other. Evidence does
            not travel to other processes.
        progress: Called with the share of work done; may raise to stop.

    Raises:
        InputError: if a year lies outside the frame, or paths and needs have other draws.
    """
    _check(frame, paths, needs, years)
    job = prepared(evidence, world, frame, paths, needs, years, countries, sectors, overrides)
    names = tuple(countries) or tuple(world.countries)
    run = map(job.country, names) if executor is None else executor.map(job.country, names)
    gathered = _Gathered(job, names)
    for number, found in enumerate(run):
        gathered.take(number, found)
        if progress is not None:
            progress((number + 1) / len(names))
    return gathered.result(evidence, world, frame)


def prepared(
    evidence: Evidence,
    world: World,
    frame: Frame,
    paths: Paths,
    needs: Needs,
    years: Sequence[int],
    countries: Sequence[str] = (),
    sectors: Sequence[str] = (),
    overrides: Mapping[str, float] | None = None,
) -> ScoreJob:
    """Draw the ruler, the weights and today's cells for a run of `future_scores`."""
    parameters = Parameters(evidence, Draws(frame.seed, frame.draws), overrides or {})
    table = stacks(evidence)
    chosen = tuple(sectors) or tuple(dict.fromkeys(sector for sector, _ in table))
    rows = tuple(tuple(table[sector, stage] for stage in STAGES) for sector in chosen)
    weights = tuple(tuple(drawn_weights(parameters, stack) for stack in row) for row in rows)
    used = {form for row in rows for stack in row for form in stack.forms}
    names = tuple(countries) or tuple(world.countries)
    cells = Cells(world, parameters, min(years), names)
    ahead = Ahead(cells, paths, needs, int(parameters.value("outlook.score.ahead")))
    forms = tuple(form for form in reversed(world.forms) if form in used)
    return ScoreJob(ahead, tuple(years), chosen, forms, rows, weights)


@dataclass(slots=True)
class _Gathered:
    """Puts the scores of countries together."""

    job: ScoreJob
    countries: tuple[str, ...]
    low: Singles = field(init=False)
    high: Singles = field(init=False)
    parts: list[CountryScores] = field(default_factory=list)

    def __post_init__(self) -> None:
        job = self.job
        draws, count = job.ahead.cells.draws.size, len(self.countries)
        shape = (draws, len(job.years), count, len(job.sectors), len(STAGES))
        self.low, self.high = np.empty(shape, np.float32), np.empty(shape, np.float32)

    def take(self, number: int, found: CountryScores) -> None:
        """Take the scores of the country with that number."""
        self.low[:, :, number], self.high[:, :, number] = found.low, found.high
        blank = np.empty((0, 0, 0, 0), np.float32)
        self.parts.append(CountryScores(blank, blank, found.forms, found.output, found.need))

    def result(self, evidence: Evidence, world: World, frame: Frame) -> FutureScores:
        """Give all of them."""
        job = self.job
        return FutureScores(
            frame=frame,
            years=job.years,
            countries=self.countries,
            sectors=job.sectors,
            low=self.low,
            high=self.high,
            stacks=tuple(stack for row in job.stacks for stack in row),
            states=FormStates(
                forms=job.forms,
                score=_stacked(part.forms for part in self.parts),
                output=_stacked(part.output for part in self.parts),
                need=_stacked(part.need for part in self.parts),
                inputs={
                    (form, country): job.ahead.rests_on((form, country))
                    for form in job.forms
                    for country in self.countries
                },
            ),
            threshold=float(evidence.parameter("digit.threshold").value or 0.0),
            world=world,
        )


def _stacked(parts: Iterable[Floats]) -> Floats:
    """Stack the spreads of countries, shape (3, year, country, form)."""
    return np.stack(list(parts), axis=2)


def _check(frame: Frame, paths: Paths, needs: Needs, years: Sequence[int]) -> None:
    for year in years or (0,):
        if year not in frame.years:
            raise InputError(
                f"no score for {year or 'no year'}",
                where="years of the scores ahead",
                why=f"the outlook runs from {frame.first + 1} to {frame.last}",
                mend="name years of the outlook",
            )
    for name, other in (("paths", paths.frame), ("needs", needs.frame)):
        if (other.draws, other.seed, other.first) != (frame.draws, frame.seed, frame.first):
            raise InputError(
                f"the {name} have other draws than the scores",
                where=f"{name} of the scores ahead",
                why="draw number n has to be the same future everywhere",
                mend="simulate them on one frame",
            )
