"""Laws of how an outlook is run: threads, memory and shared work change no number."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.chain.estimate import Floats
from midstream.evidence import Ledger, Quantity
from midstream.scenarios import limits, secondary
from midstream.scenarios.cellwise import Cellwise
from midstream.scenarios.demand import needs
from midstream.scenarios.demand_roll import Ground
from midstream.scenarios.frame import Frame, Needs, Paths, Volume
from midstream.scenarios.outlook import OutlookSettings, outlook, prepared
from midstream.scenarios.outlook_counter import counter_moves
from midstream.scenarios.outlook_future import Future, Given, counter_effects, run
from midstream.scenarios.outlook_future import ready as made_ready
from midstream.scenarios.outlook_paths import quantiles
from midstream.scenarios.outlook_repeat import Again
from midstream.scenarios.outlook_request import Request
from midstream.scenarios.pipeline import Moves, Ready
from midstream.scenarios.secondary_streams import Stream
from midstream.study import Study

DRAWS = 60
#: A 32-bit number keeps seven digits.
DIGITS = 2e-7
FEW = settings(max_examples=5, deadline=None)


@contextmanager
def threads(count: int) -> Iterator[ThreadPoolExecutor | None]:
    """Some threads; none at all for 0."""
    if count == 0:
        yield None
        return
    with ThreadPoolExecutor(count) as executor:
        yield executor


def asked(study: Study) -> OutlookSettings:
    config = study.config
    return OutlookSettings(
        focus=config.focus,
        incumbents=config.incumbents,
        chains=("magnets-light",),
        sectors=("rare-earth-magnets",),
        countries=config.countries[:3],
        draws=DRAWS,
        seed=config.seed,
        score_years=(2035,),
        groups=2,
        reruns=30,
    )


@pytest.fixture(scope="module")
def request_(study: Study) -> Request:
    moves = counter_moves(study.evidence, study.world)
    return prepared(study.evidence, study.world, asked(study), counter=moves)


@pytest.fixture(scope="module")
def given_(request_: Request) -> Given:
    return Given.of(request_.setup.evidence, request_.frame(DRAWS))


@pytest.fixture(scope="module")
def ready(request_: Request, given_: Given) -> Ready:
    return made_ready(request_.setup, given_, keep=True)


@pytest.fixture(scope="module")
def future(request_: Request, given_: Given) -> Future:
    return run(request_.setup, given_, request_.values(given_.frame))


def same(one: Paths, other: Paths) -> None:
    assert one.places == other.places
    for name in ("capacity", "output", "base", "complete", "start", "counted"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def moves(ready: Ready, seed: int) -> Moves:
    """Pushes on every project, some of them large."""
    rng = np.random.default_rng(seed)
    wide = (DRAWS, len(ready.projects))
    deep = (DRAWS, len(ready.frame.years), len(ready.projects))
    return Moves(
        log_odds=rng.normal(0, 1, wide),
        delay_factor=rng.lognormal(0, 0.5, wide),
        alive=(rng.random(deep) < 0.9).astype(float),
        entrant_rate={place: rng.lognormal(0, 0.5, DRAWS) for place in ready.entrants.kinds},
    )


@FEW
@given(seed=st.integers(0, 99), count=st.integers(1, 4))
def test_paths_are_the_same_with_any_number_of_threads(ready: Ready, seed: int, count: int) -> None:
    pushed = moves(ready, seed)
    with threads(count) as executor:
        same(ready.run(pushed, executor=executor), ready.run(pushed))


@FEW
@given(seed=st.integers(0, 99), other=st.integers(100, 199))
def test_a_run_leaves_no_trace_in_the_next(ready: Ready, seed: int, other: int) -> None:
    first = ready.run(moves(ready, seed))
    between = ready.run(moves(ready, other))
    same(ready.run(moves(ready, seed)), first)
    assert not np.array_equal(between.output, first.output)


@FEW
@given(seed=st.integers(0, 99))
def test_numbers_that_are_kept_are_those_drawn_anew(
    request_: Request, given_: Given, ready: Ready, seed: int
) -> None:
    pushed = moves(ready, seed)
    same(ready.run(pushed), made_ready(request_.setup, given_).run(pushed))


@FEW
@given(seed=st.integers(0, 99))
def test_single_precision_keeps_seven_digits(ready: Ready, seed: int) -> None:
    pushed = moves(ready, seed)
    small, whole = ready.run(pushed, single=True), ready.run(pushed)
    assert small.output.dtype == np.float32
    for name in ("capacity", "output", "base"):
        np.testing.assert_allclose(getattr(small, name), getattr(whole, name), rtol=DIGITS)
    np.testing.assert_array_equal(small.start, whole.start)


def test_a_run_in_single_precision_tells_the_same(
    request_: Request, given_: Given, future: Future
) -> None:
    small = run(request_.setup, given_, request_.values(given_.frame), single=True)
    assert small.needs.need.dtype == np.float32
    assert small.paths.output.dtype == np.float32
    np.testing.assert_array_equal(small.region, future.region)
    np.testing.assert_allclose(small.needs.need, future.needs.need, rtol=DIGITS)
    most = np.abs(future.paths.output).max()
    np.testing.assert_allclose(
        small.paths.output, future.paths.output, rtol=1e-5, atol=most * DIGITS
    )


@FEW
@given(count=st.integers(1, 4), draws=st.integers(1, 40), seed=st.integers(0, 99))
def test_quantiles_are_draws_of_their_rank_and_leave_the_draws_alone(
    count: int, draws: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values: Floats = rng.normal(size=(6, 3, draws)).transpose(2, 1, 0)
    values[:, 1, 2] = np.nan
    before = values.copy()
    with threads(count) as executor:
        found = quantiles(values, executor)
    np.testing.assert_array_equal(values, before)
    ranks = [round(end * (draws - 1)) for end in (0.1, 0.5, 0.9)]
    np.testing.assert_array_equal(found, np.sort(before, axis=0)[ranks])
    np.testing.assert_array_equal(quantiles(values, None, [4, 1]), found[:, :, [4, 1]])


def test_paths_that_are_added_to_or_held_back_are_left_as_they_were(
    study: Study, given_: Given, future: Future
) -> None:
    evidence, world = study.evidence, study.world
    drawn = made_ready(prepared(evidence, world, asked(study)).setup, given_)

    raw = drawn.run(Moves())
    more = secondary.secondary(evidence, world, given_.frame, future.needs, raw)
    fuller = secondary.added(raw, more)
    before = replace(fuller, output=np.array(fuller.output), base=np.array(fuller.base))
    held = limits.limited(evidence, world, fuller).paths
    same(fuller, before)
    same(raw, drawn.run(Moves()))
    first, second, third = (np.sum(paths.output) for paths in (raw, fuller, held))
    assert first < second > third


def held(*volumes: Volume) -> int:
    """Bytes in memory behind some volumes; what they share counts once."""
    arrays = [part for one in volumes for part in Cellwise.of(one).arrays() if any(part.strides)]
    return sum({part.ctypes.data: part.nbytes for part in arrays}.values())


def test_the_draws_of_an_outlook_take_less_than_two_fifths_of_their_arrays(future: Future) -> None:
    """In full they were two gigabytes of 10,000 draws."""
    paths, needs = future.paths, future.needs
    every = (paths.capacity, paths.output, paths.base, needs.need)
    whole = 8 * sum(int(np.prod(one.shape)) for one in every)
    assert held(*every) < 0.4 * whole
    # The count is that of the arrays where nothing is kept as factors.
    assert held(np.array(needs.need)) == 8 * int(np.prod(needs.need.shape))
    # What stands today takes no more than its share that is kept, apart from what is held back.
    assert held(paths.base) < 0.2 * 8 * int(np.prod(paths.base.shape))


def test_streams_are_let_go_as_they_are_summed(
    study: Study, given_: Given, future: Future, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[weakref.ref[Floats]] = []
    alive: list[int] = []
    every = secondary.streams

    def watched(*args: Any) -> Iterator[Stream]:
        for stream in every(*args):
            alive.append(sum(one() is not None for one in made))
            made.append(weakref.ref(stream.arising))
            yield stream

    monkeypatch.setattr(secondary, "streams", watched)
    asked = (study.evidence, study.world, given_.frame, future.needs, ready.run(Moves()))
    sums = secondary.secondary(*asked, apart=False)
    assert len(made) > 50
    assert max(alive) <= 2
    whole = secondary.secondary(*asked)
    assert sums.streams == ()
    assert sum(one() is not None for one in made) == len(whole.streams) == len(made) / 2
    for name in ("total", "recycled", "added", "short"):
        np.testing.assert_array_equal(getattr(sums, name), getattr(whole, name))


def test_a_narrow_run_tells_what_the_whole_one_tells(
    request_: Request, given_: Given, future: Future
) -> None:
    setup = request_.setup.narrowed()
    found = run(setup, given_, request_.values(given_.frame))
    np.testing.assert_array_equal(found.met, future.met)
    assert len(found.paths.places) < len(future.paths.places) / 2
    for number, place in enumerate(found.paths.places):
        if setup.narrow is not None and setup.narrow.reads(*place):
            np.testing.assert_allclose(
                found.paths.output[:, :, number],
                future.paths.output[:, :, future.paths.place(*place)],
                rtol=1e-12,
                err_msg=str(place),
            )


def test_needs_of_some_places_are_those_of_all(study: Study, future: Future) -> None:
    frame, wanted = future.frame, future.needs.places[::7]
    ground = Ground.of(study.evidence, study.world, Frame(0, 1, frame.first, frame.last))
    found: Needs = needs(
        study.evidence,
        study.world,
        frame,
        future.drivers.of("demand"),
        places=frozenset(wanted),
        ground=ground,
    )
    assert found.places == wanted
    for place in wanted:
        np.testing.assert_array_equal(found.of(*place), future.needs.of(*place))


def test_a_repeated_run_without_a_change_is_the_first(request_: Request) -> None:
    again = Again.of(request_, 30)
    same(again.run({}).paths, again.first.paths)
    moved = again.run({"offtake": np.full(30, 3.0)})
    assert not np.array_equal(moved.paths.output, again.first.paths.output)
    fresh = request_.frame(30)
    alone = counter_effects(again.setup, fresh)
    assert alone is not None
    assert again.given.effects is not None
    np.testing.assert_array_equal(alone.alive, again.given.effects.alive)


def numbers(value: object) -> list[object]:
    """All numbers, words and arrays of a result, in order."""
    if isinstance(value, np.ndarray):
        return [value.tobytes()]
    if isinstance(value, Quantity) or not is_dataclass(value):
        items = value if isinstance(value, tuple) else None
        return [repr(value)] if items is None else [n for item in items for n in numbers(item)]
    parts = (getattr(value, field.name) for field in fields(value) if field.name != "scores")
    return [n for part in parts for n in numbers(part)]


def test_an_outlook_is_the_same_with_any_number_of_threads(study: Study) -> None:
    def looked(workers: int) -> tuple[list[object], Floats]:
        found = outlook(
            study.evidence,
            study.world,
            asked(study),
            ledger=Ledger(base=study.world.ledger),
            counter=counter_moves(study.evidence, study.world),
            workers=workers,
        )
        assert found.scores is not None
        return numbers(replace(found, state=None)), np.asarray(found.scores.low)  # type: ignore[arg-type]

    (one, low), (three, other) = looked(1), looked(3)
    assert one == three
    np.testing.assert_array_equal(low, other)
