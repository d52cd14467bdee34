"""Laws of projects and reference classes: what must hold for any cases, projects and moves."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.chain.estimate import Floats
from midstream.evidence import Evidence
from midstream.scenarios import reference
from midstream.scenarios.cases import CLASSES, NO_GROUP, Case
from midstream.scenarios.frame import Frame, Paths, Project
from midstream.scenarios.pipeline import simulate
from midstream.scenarios.pipeline_starts import mean_ramp
from midstream.scenarios.reference import Classes, Priors, Sample, posterior_from
from midstream.study import Study

EXAMPLES = settings(max_examples=20, deadline=None)
DRAWS = 64
PLACES = (("ndfeb-magnet", "IND"), ("ndpr-oxide", "USA"), ("gallium-metal", "KAZ"))
PRIORS = Priors((1.5, 3), (3, 1.5), (1.5, 3), (18, 0.5), (0.8, 0.3), 0.5, 0.3)
SIZE = 3000
TOLERANCE = 1e-9

groups = st.sampled_from(("emerging", "established"))
kinds = st.sampled_from(CLASSES)
months = st.floats(1, 90)


@st.composite
def dated(draw: st.DrawFn) -> Case:
    outcome = draw(st.sampled_from(("cancelled", "on-time", "late", "late-at-least", "pending")))
    return Case("case", draw(kinds), draw(groups), outcome, draw(months))


@st.composite
def project(draw: st.DrawFn, number: int) -> Project:
    form, country = draw(st.sampled_from(PLACES))
    capacity = draw(st.floats(1, 1e5))
    return Project(
        id=f"project-{number}",
        facility="",
        form=form,
        country=country,
        region="",
        capacity=capacity,
        low=capacity * draw(st.floats(0.3, 1)),
        high=capacity * draw(st.floats(1, 2)),
        standing=draw(st.sampled_from(("announced", "funded", "slot", "ramping", "idle", "study"))),
        plan=draw(st.none() | st.floats(2024, 2034)),
        owner="",
        technology="",
        completion=draw(st.none() | st.floats(0, 1)),
        lineage=(),
    )


@st.composite
def some(draw: st.DrawFn) -> tuple[Project, ...]:
    count = draw(st.integers(1, 4))
    return tuple(draw(project(number)) for number in range(count))


@lru_cache(maxsize=1)
def frame() -> Frame:
    return Frame(11, DRAWS, 2024)


@pytest.fixture(scope="module")
def classes(evidence: Evidence) -> Classes:
    return reference.posterior(evidence, DRAWS, frame().seed)


class Run:
    """Simulates projects in a few cells of a study."""

    def __init__(self, study: Study, classes: Classes) -> None:
        self.study, self.classes = study, classes

    def __call__(self, projects: tuple[Project, ...], **moves: Floats) -> Paths:
        world, evidence = self.study.world, self.study.evidence
        return simulate(frame(), world, evidence, projects, self.classes, places=PLACES, **moves)


@pytest.fixture(scope="module")
def run(study: Study, classes: Classes) -> Run:
    return Run(study, classes)


def not_below(more: Floats, less: Floats) -> None:
    assert (more >= less - TOLERANCE * (1 + np.abs(less))).all()


# -- reference classes -----------------------------------------------------------------------------


def order(sample: Sample, values: Floats) -> Floats:
    return np.array(sample.quantile(values, 0.05, 0.25, 0.5, 0.75, 0.95))


@EXAMPLES
@given(st.lists(dated(), max_size=10), kinds, groups)
def test_a_cancelled_case_never_raises_completion(cases: list[Case], kind: str, group: str) -> None:
    known = [*cases, Case("known", kind, group, "on-time")]
    before = posterior_from(known, PRIORS, SIZE, 3)
    after = posterior_from([*known, Case("new", kind, group, "cancelled")], PRIORS, SIZE, 3)
    assert after.mean(after.of(kind, group)) <= before.mean(before.of(kind, group)) + TOLERANCE
    not_below(order(before, before.of(kind, group)), order(after, after.of(kind, group)))


@EXAMPLES
@given(st.lists(dated(), max_size=8), kinds, groups)
def test_an_on_time_case_never_lowers_completion_nor_the_on_time_share(
    cases: list[Case], kind: str, group: str
) -> None:
    known = [*cases, Case("known", kind, group, "cancelled")]
    before = posterior_from(known, PRIORS, SIZE, 3)
    after = posterior_from([*known, Case("new", kind, group, "on-time")], PRIORS, SIZE, 3)
    assert after.mean(after.of(kind, group)) >= before.mean(before.of(kind, group)) - TOLERANCE
    assert after.mean(after.on_time) >= before.mean(before.on_time) - TOLERANCE


@EXAMPLES
@given(st.lists(dated(), max_size=10), st.integers(0, 100))
def test_the_order_of_cases_changes_nothing(cases: list[Case], seed: int) -> None:
    shuffled = [cases[n] for n in np.random.default_rng(seed).permutation(len(cases))]
    one, other = (posterior_from(found, PRIORS, SIZE, 3) for found in (cases, shuffled))
    np.testing.assert_allclose(one.weights, other.weights, rtol=1e-9, atol=1e-300)


@EXAMPLES
@given(st.integers(0, 50))
def test_without_cases_the_posterior_is_the_prior(seed: int) -> None:
    sample = posterior_from([], PRIORS, SIZE, seed)
    funded, announced = sample.completion["funded"], sample.completion["announced"]
    allowed = funded >= announced
    assert sample.weights[~allowed].sum() == 0
    assert np.ptp(sample.weights[allowed]) == pytest.approx(0, abs=1e-15)
    assert sample.mean(sample.on_time) == pytest.approx(1 / 3, abs=0.03)


@EXAMPLES
@given(kinds, groups, st.integers(1, 6), st.integers(1, 6))
def test_more_of_the_same_cases_narrow_completion(
    kind: str, group: str, done: int, cancelled: int
) -> None:
    found = [Case("a", kind, group, "on-time")] * done
    found += [Case("b", kind, group, "cancelled")] * cancelled

    def width(times: int) -> float:
        sample = posterior_from(found * times, PRIORS, 20_000, 3)
        low, high = sample.quantile(sample.of(kind, group), 0.1, 0.9)
        return high - low

    assert width(4) < width(1)


@EXAMPLES
@given(st.lists(dated(), max_size=10))
def test_money_never_lowers_completion(cases: list[Case]) -> None:
    sample = posterior_from(cases, PRIORS, SIZE, 3)
    for group in sample.completion_shift:
        likely = sample.weights > 0
        not_below(sample.of("funded", group)[likely], sample.of("announced", group)[likely])


@EXAMPLES
@given(st.lists(dated(), min_size=1, max_size=10))
def test_a_group_nobody_has_seen_is_wider_than_none(cases: list[Case]) -> None:
    sample = posterior_from(cases, PRIORS, SIZE, 3)
    shift = sample.completion_shift[NO_GROUP]
    spread = np.sqrt(sample.mean(shift**2))
    # Nothing is learnt on it: its shift keeps the spread of the prior.
    assert spread == pytest.approx(PRIORS.completion_shift, rel=6 / np.sqrt(sample.effective))


# -- projects --------------------------------------------------------------------------------------


@EXAMPLES
@given(some(), project(99))
def test_a_project_more_never_lowers_output(
    run: Run, projects: tuple[Project, ...], more: Project
) -> None:
    before, after = run(projects), run((*projects, more))
    not_below(after.output, before.output)
    not_below(after.capacity, before.capacity)
    place = before.place(more.form, more.country)
    others = [n for n in range(len(PLACES)) if n != place]
    assert np.array_equal(after.output[:, :, others], before.output[:, :, others])
    assert np.array_equal(after.start[:, :-1], before.start)


@EXAMPLES
@given(some(), st.floats(0, 3))
def test_higher_odds_never_lower_output(
    run: Run, projects: tuple[Project, ...], odds: float
) -> None:
    before = run(projects)
    after = run(projects, log_odds=np.full((DRAWS, len(projects)), odds))
    assert (after.complete >= before.complete).all()
    not_below(after.output, before.output)
    not_below(after.capacity, before.capacity)


@EXAMPLES
@given(some(), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_probability_never_lowers_output(
    run: Run, projects: tuple[Project, ...], one: float, other: float
) -> None:
    low, high = sorted((one, other))
    before, after = (
        run(tuple(replace(project, completion=chance) for project in projects))
        for chance in (low, high)
    )
    not_below(after.output, before.output)


@EXAMPLES
@given(some(), st.floats(1, 3))
def test_a_longer_delay_never_brings_a_start_forward(
    run: Run, projects: tuple[Project, ...], factor: float
) -> None:
    before = run(projects)
    after = run(projects, delay_factor=np.full((DRAWS, len(projects)), factor))
    assert (after.start >= before.start - TOLERANCE).all()
    not_below(before.output, after.output)
    not_below(before.capacity, after.capacity)


@EXAMPLES
@given(some())
def test_nothing_new_starts_before_the_release(run: Run, projects: tuple[Project, ...]) -> None:
    paths = run(projects)
    year, month, _ = (int(part) for part in run.study.evidence.release.date.split("-"))
    for number, one in enumerate(projects):
        if one.standing != "ramping":
            assert paths.start[:, number].min() >= year + (month - 1) / 12 - TOLERANCE
    early = [n for n, one in enumerate(paths.frame.years) if one < year]
    np.testing.assert_allclose(paths.output[:, early], paths.base[:, early])


@EXAMPLES
@given(some(), st.integers(0, 100))
def test_the_order_of_projects_changes_nothing(
    run: Run, projects: tuple[Project, ...], seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(len(projects))
    before, after = run(projects), run(tuple(projects[n] for n in order))
    assert np.array_equal(after.output, before.output)
    assert np.array_equal(after.capacity, before.capacity)
    assert np.array_equal(after.start, before.start[:, order])


@EXAMPLES
@given(some())
def test_double_nameplates_double_what_projects_add(
    run: Run, projects: tuple[Project, ...]
) -> None:
    without = run(())
    double = tuple(
        replace(one, capacity=2 * one.capacity, low=2 * one.low, high=2 * one.high)
        for one in projects
    )
    before, after = run(projects), run(double)
    for metric in ("output", "capacity"):
        base, once, twice = (getattr(found, metric) for found in (without, before, after))
        np.testing.assert_allclose(twice - base, 2 * (once - base), rtol=1e-7, atol=1e-6)


@EXAMPLES
@given(some(), st.floats(0, 1))
def test_a_plant_that_dies_never_adds(
    run: Run, projects: tuple[Project, ...], share: float
) -> None:
    before = run(projects)
    alive = np.full((DRAWS, len(frame().years), len(projects)), share)
    after = run(projects, alive=alive)
    not_below(before.output, after.output)
    not_below(after.output, after.base)


@EXAMPLES
@given(st.floats(0, 1), st.floats(1, 3))
def test_more_entrants_never_lower_output(run: Run, low: float, more: float) -> None:
    rates = [{"ndfeb-magnet": np.full(DRAWS, rate)} for rate in (low, low * more)]
    before, after = (run((), entrant_rate=rate) for rate in rates)
    not_below(after.output, before.output)
    none = run((), entrant_rate={PLACES[0]: np.zeros(DRAWS)})
    assert np.array_equal(none.output[:, :, 0], none.base[:, :, 0])


@EXAMPLES
@given(st.floats(2024, 2036), st.floats(0.01, 6), st.integers(2025, 2035))
def test_the_mean_ramp_lies_between_the_ends_of_the_year(
    start: float, length: float, year: int
) -> None:
    found = mean_ramp(np.array([float(year)]), np.array([start]), np.array([length]))
    first, last = (np.clip((time - start) / length, 0, 1) for time in (year, year + 1))
    assert first - TOLERANCE <= found[0] <= last + TOLERANCE
    # The mean of a fine grid is the same number.
    grid = year + (np.arange(4000) + 0.5) / 4000
    fine = np.clip((grid - start) / length, 0, 1).mean()
    assert found[0] == pytest.approx(fine, abs=1e-3)
