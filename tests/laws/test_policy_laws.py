"""Laws of the middle test: what must hold whatever the levers and the numbers."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from midstream.chain.estimate import Floats
from midstream.chain.routes import Step
from midstream.policy.adjusted import adjusted
from midstream.policy.bench import Bench
from midstream.policy.flow import Flows, Line, flows
from midstream.policy.frame import STAGES, Choice, Outcome, Stress
from midstream.policy.levers import levers
from midstream.policy.verdict import FAIL, Rule, classified, judged
from midstream.scenarios.entrants import Entrants
from midstream.scenarios.frame import Place
from midstream.scenarios.nudge import Nudge
from midstream.scenarios.simulated import simulated
from midstream.study import Study
from units.policy.one_lever import bench_of, lever_of

FEW = settings(max_examples=15, deadline=None)
MANY = settings(max_examples=60, deadline=None)
#: Whole numbers, so that the maximum flow of a graph is exact.
AMOUNTS = st.integers(0, 1000).map(float)
LINES = {"kind": "project", "form": "ndpr-oxide", "standing": "funded", "unit": "t/yr"}
MAGNETS = {"kind": "project", "form": "ndfeb-magnet", "standing": "funded", "unit": "t/yr"}


@pytest.fixture(scope="module")
def bench(study: Study) -> Bench:
    return bench_of(study)


@pytest.fixture(scope="module")
def calm(bench: Bench) -> Bench:
    """The same where the incumbent's moves are left to their driver."""
    return Bench(bench.evidence, bench.world, bench.asked)


def same(one: Outcome, other: Outcome) -> None:
    """The same to the last digit; only the names of the levers may differ."""
    for field in fields(Outcome):
        if field.name != "levers":
            first, second = (getattr(world, field.name) for world in (one, other))
            np.testing.assert_array_equal(first, second, err_msg=field.name)


# -- flow --------------------------------------------------------------------------------------


def columns(rows: int) -> st.SearchStrategy[Floats]:
    return arrays(np.float64, (rows, 1), elements=AMOUNTS)


def line_of(rows: int) -> Line:
    steps = tuple(Step(f"form-{n}", "C1", "t", None, None, ()) for n in range(rows))
    return Line("made-up", steps, np.ones((rows, 1)), {})


def on_a_graph(own: Floats, back: Floats, more: Floats) -> float:
    """The same flow on the node-split graph: source, in and out of each step, sink."""
    rows = len(own)
    source, sink = 2 * rows, 2 * rows + 1
    table = np.zeros((2 * rows + 2, 2 * rows + 2), dtype=np.int32)
    most = 10**6
    table[source, 0] = most
    for step in range(rows):
        table[2 * step, 2 * step + 1] = int(own[step, 0])
        if step:
            table[2 * step - 1, 2 * step] = most
            table[source, 2 * step] = int(back[step, 0] + more[step - 1, 0])
    table[2 * rows - 1, sink] = most
    return float(maximum_flow(csr_array(table), source, sink).flow_value)


@MANY
@given(data=st.data(), rows=st.integers(2, 5))
def test_the_recursion_is_the_maximum_flow(data: st.DataObject, rows: int) -> None:
    own, back, more = (data.draw(columns(rows)) for _ in range(3))
    back = np.minimum(back, own)
    unheld = own[-1] + data.draw(columns(1))[0]
    found = flows(line_of(rows), own, unheld, more, back)
    assert found.sovereign[0] == on_a_graph(own, back, np.zeros_like(more))
    top = np.concatenate([own[:-1], unheld[None]])
    assert found.allied[0] == max(on_a_graph(top, back, more), found.sovereign[0])


@MANY
@given(data=st.data(), rows=st.integers(2, 5))
def test_own_feed_delivers_no_more_than_allied_feed_than_capacity(
    data: st.DataObject, rows: int
) -> None:
    own, back, more = (data.draw(columns(rows)) for _ in range(3))
    found = flows(line_of(rows), own, own[-1], more, np.minimum(back, own))
    assert 0 <= found.sovereign[0] <= found.allied[0] <= found.capacity[0]


@MANY
@given(data=st.data(), rows=st.integers(2, 5), more=st.integers(1, 500))
def test_only_more_of_the_step_that_cuts_helps(data: st.DataObject, rows: int, more: int) -> None:
    own = data.draw(columns(rows))
    nothing = np.zeros_like(own)
    before = flows(line_of(rows), own, own[-1], nothing, nothing)
    for step in range(rows):
        grown = own.copy()
        grown[step] += more
        after = flows(line_of(rows), grown, grown[-1], nothing, nothing)
        assert after.sovereign[0] >= before.sovereign[0]
        if own[step, 0] > before.sovereign[0]:
            assert after.sovereign[0] == before.sovereign[0]


def ordered(found: Flows | Outcome) -> bool:
    slack = 1e-9 * (1 + found.capacity)
    below = found.sovereign <= found.allied + slack
    return bool((below & (found.allied <= found.capacity + slack)).all())


# -- worlds ------------------------------------------------------------------------------------


def test_a_lever_without_effect_changes_nothing(bench: Bench) -> None:
    same(bench.outcome((lever_of(),)), bench.outcome(()))


@pytest.mark.parametrize("effect", [LINES, MAGNETS])
def test_a_lever_of_no_size_changes_nothing(bench: Bench, effect: dict[str, str]) -> None:
    lever = lever_of([{**effect, "size": (500, 1000, 2000)}])
    assert bench.outcome((lever,)).capacity.mean() >= bench.outcome(()).capacity.mean()
    same(bench.outcome((lever,), scale={lever.id: 0.0}), bench.outcome(()))


def test_what_the_record_holds_adds_nothing(bench: Bench) -> None:
    held = levers(bench.evidence)["repm"]
    assert held.in_base
    same(bench.outcome((held,)), bench.outcome(()))
    same(bench.outcome((held,), (held,)), bench.outcome(()))
    assert bench.outcome((), (held,)).capacity.mean() < bench.outcome(()).capacity.mean()
    same(bench.outcome((held,), (held,), scale={"repm": 0.0}), bench.outcome((), (held,)))


def test_the_order_of_levers_changes_nothing(bench: Bench) -> None:
    table = levers(bench.evidence)
    chosen = [table[name] for name in ("tech-jv", "recycling", "tech-lines", "delivery-unit")]
    fresh = bench_of_again(bench)
    same(bench.outcome(chosen), fresh.outcome(chosen[::-1]))


def bench_of_again(bench: Bench) -> Bench:
    """Another bench that has run nothing yet."""
    return Bench(bench.evidence, bench.world, bench.asked, counter=bench.ground.counter)


def test_a_run_leaves_no_trace_in_the_next(bench: Bench) -> None:
    fresh = bench_of_again(bench)
    first = fresh.outcome(())
    fresh.outcome((lever_of([{**LINES, "size": (500, 1000, 2000)}]),))
    fresh.outcome((), tuple(one for one in levers(bench.evidence).values() if one.in_base))
    # Kept as it was, and run anew: a start of a lever that is not there moves nothing.
    same(fresh.reader.read((), fresh.future(())), first)
    same(fresh.reader.read((), fresh.future((), starts={"none": 2030.0})), first)


def test_a_stress_is_told_by_what_it_touches(bench: Bench) -> None:
    held = next(one.id for one in bench.projects(()) if one.form == bench.final)
    worse, elsewhere = (
        {held: np.full(bench.draws, size), "nowhere": np.full(bench.draws, size)}
        for size in (-3.0, 3.0)
    )
    mild = Stress("other", "The same project", log_odds={held: worse[held]})
    hard, soft = (Stress("odds", "Odds", log_odds=one) for one in (worse, elsewhere))
    assert hard.mark({held}) == mild.mark({held, "lever/none"})
    assert len({stress.mark({held}) for stress in (hard, soft)}) == 2
    assert Stress("odds", "Odds", log_odds={"nowhere": worse["nowhere"]}).mark({held}) == ()
    same(bench.outcome((), stress=hard), bench_of_again(bench).outcome((), stress=mild))
    low, high = (bench.outcome((), stress=one).capacity.mean() for one in (hard, soft))
    assert low < bench.outcome(()).capacity.mean() < high


def test_later_entrants_follow_their_rates(bench: Bench) -> None:
    kept = bench.ground.own.given.ready
    assert kept is not None
    drawn = kept.entrants
    plain = Entrants(drawn.frame, drawn.kinds)
    for place in drawn.kinds:
        for factor in (1.0, 0.0, 2.0, 1.0):
            rates: dict[str | Place, Floats] = {place: np.full(bench.draws, factor)}
            found, again = drawn.at(place, rates), plain.at(place, rates)
            assert found is not None
            assert again is not None
            np.testing.assert_array_equal(found.output, again.output)
            np.testing.assert_array_equal(found.capacity, again.capacity)


@pytest.mark.parametrize("name", ["tech-jv", "separation-jv", "tech-lines", "recycling", "repm-2"])
@pytest.mark.parametrize("factor", [0.0, 0.4, 1.7])
def test_a_scaled_run_is_the_run_of_a_scaled_lever(bench: Bench, name: str, factor: float) -> None:
    lever = levers(bench.evidence)[name]
    stated = Choice((lever,), (), "IND")
    (changed,) = adjusted(stated, {name: factor}, {name: 2028.0}).levers
    scaled = bench.outcome((lever,), scale={name: factor}, starts={name: 2028.0})
    resized = bench.outcome((changed,))
    for one in ("low", "high", "sovereign", "capacity"):
        np.testing.assert_allclose(getattr(scaled, one), getattr(resized, one), rtol=1e-9)


@FEW
@given(scales=st.lists(st.floats(0, 2), min_size=2, max_size=2, unique=True))
def test_a_larger_line_never_delivers_less(bench: Bench, scales: list[float]) -> None:
    lever = lever_of([{**LINES, "size": (500, 1000, 2000)}])
    small, large = (bench.outcome((lever,), scale={lever.id: one}) for one in sorted(scales))
    assert (large.sovereign >= small.sovereign - 1e-6).all()
    assert (large.coverage[:, 1] >= small.coverage[:, 1] - 1e-9).all()


@FEW
@given(years=st.lists(st.floats(2026, 2040), min_size=2, max_size=2, unique=True))
def test_a_later_start_never_delivers_more(calm: Bench, years: list[float]) -> None:
    """Where the incumbent leaves it alone: a plant that is not there yet escapes a flood."""
    lever = lever_of([{**MAGNETS, "size": (3000, 3000, 3000)}])
    early, late = (calm.outcome((lever,), starts={lever.id: one}) for one in sorted(years))
    assert (late.capacity <= early.capacity + 1e-6).all()


@FEW
@given(
    names=st.sets(
        st.sampled_from(("tech-jv", "recycling", "tech-lines", "delivery-unit", "feed-import")),
        max_size=3,
    )
)
def test_worlds_stay_within_their_bounds(bench: Bench, names: set[str]) -> None:
    table = levers(bench.evidence)
    found = bench.outcome([table[name] for name in sorted(names)])
    assert ordered(found)
    for end in (found.low, found.high):
        assert ((end >= 1) & (end <= 5)).all()
    assert ((found.dependence >= 0) & (found.dependence <= 1)).all()
    assert (found.low <= found.high + 1e-9).all()


def test_identical_worlds_move_nothing_and_fail(bench: Bench) -> None:
    base = bench.outcome(())
    found = judged(base, base, Rule.of(bench.evidence))
    assert found.verdict == FAIL
    assert not found.rises
    assert (found.low.both, found.low.c2, found.low.c3) == (0.0, 0.0, 0.0)


# -- verdict -----------------------------------------------------------------------------------


@MANY
@given(
    gain=arrays(np.float64, (12, len(STAGES)), elements=st.floats(-1, 2, width=32)),
    deltas=st.lists(st.floats(0.05, 1.5), min_size=2, max_size=2, unique=True),
    rises=st.booleans(),
)
def test_a_higher_threshold_never_helps(gain: Floats, deltas: list[float], rises: bool) -> None:
    low, high = sorted(deltas)
    easy, hard = (classified(gain, rises, Rule(delta, 0.5, 0.2)) for delta in (low, high))
    assert hard.both <= easy.both
    assert (hard.c2, hard.c3) <= (easy.c2, easy.c3)
    assert easy.verdict != FAIL or hard.verdict == FAIL
    assert hard.verdict != "PASS" or easy.verdict == "PASS"


@MANY
@given(
    gain=arrays(np.float64, (12, len(STAGES)), elements=st.floats(-1, 2, width=32)),
    order=st.permutations(range(12)),
)
def test_the_order_of_draws_changes_no_verdict(gain: Floats, order: list[int]) -> None:
    rule = Rule(0.25, 0.5, 0.2)
    assert classified(gain, True, rule) == classified(gain[order], True, rule)


# -- nudges ------------------------------------------------------------------------------------


def test_an_empty_nudge_is_the_run_itself(bench: Bench) -> None:
    scene, values = bench.ground.own, bench.ground.values
    effects = scene.given.effects
    bare = simulated(scene.setup, scene.given, values, effects=effects)
    nudged = simulated(scene.setup, scene.given, values, effects=effects, nudge=Nudge())
    np.testing.assert_array_equal(bare.paths.output, nudged.paths.output)
    np.testing.assert_array_equal(bare.needs.need, nudged.needs.need)


@FEW
@given(multiple=st.floats(0, 4))
def test_a_rate_that_is_the_same_every_year_is_one_rate(bench: Bench, multiple: float) -> None:
    scene, values, frame = bench.ground.own, bench.ground.values, bench.frame
    place: Place = ("ndfeb-magnet", "IND")
    flat = np.full(frame.draws, multiple)
    by_year = np.full((len(frame.years), frame.draws), multiple)
    runs = [
        simulated(scene.setup, scene.given, values, nudge=Nudge(entrants={place: rate}))
        for rate in (flat, by_year)
    ]
    np.testing.assert_array_equal(runs[0].paths.output, runs[1].paths.output)


def test_a_choice_is_judged_on_its_own_base(bench: Bench) -> None:
    held = levers(bench.evidence)["repm"]
    alone = bench.judge(Choice((held,), (held,), "IND"))
    nothing = bench.judge(Choice((held,), (), "IND"))
    assert nothing.verdict == FAIL
    assert alone.low.c3 > nothing.low.c3
