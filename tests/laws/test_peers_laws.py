"""Laws of the peers: ranks hold their median, pairs sum to one, others change nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.evidence import Ledger, Quantity
from midstream.peers.compare import Request, compare
from midstream.peers.differences import difference
from midstream.peers.distance import WITHIN, Between, goal_of
from midstream.peers.ranks import Ends, p_ahead, p_level, ranks, verdict
from midstream.peers.result import PeerPair, PeerRow, Peers
from midstream.scorecard.run import Run, Settings
from midstream.study import Study

DRAWS = 40
SECTOR = "rare-earth-magnets"
STAGES = ("C1", "C2", "C3", "C4")
SEEDS = st.integers(0, 2**16)
COUNTRIES = ("IND", "CHN", "JPN", "KOR", "VNM")


@st.composite
def boxes(draw: st.DrawFn) -> list[Ends]:
    """Two to six countries with boxes of their own; some are single draws."""
    rng = np.random.default_rng(draw(SEEDS))
    found = []
    for _ in range(draw(st.integers(2, 6))):
        low = np.round(rng.uniform(1, 5, DRAWS), draw(st.sampled_from([0, 3])))
        wide = rng.uniform(0, 1, DRAWS) if draw(st.booleans()) else np.zeros(DRAWS)
        found.append((low, np.minimum(5.0, low + wide)))
    return found


@given(boxes(), st.data())
def test_the_interval_of_a_rank_holds_its_median(scores: list[Ends], data: st.DataObject) -> None:
    known = data.draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores)))
    for one, seen in zip(ranks(scores, known), known, strict=True):
        assert 1 <= one.low <= one.high <= len(scores)
        assert (one.p50 is not None) == seen
        assert one.p50 is None or one.low <= one.p50 <= one.high


@given(boxes())
def test_ahead_behind_and_level_sum_to_one(scores: list[Ends]) -> None:
    one, other = scores[:2]
    ahead, behind = p_ahead(one, other), p_ahead(other, one)
    assert ahead.value is not None
    assert behind.value is not None
    assert ahead.value + behind.value + p_level(one, other) == pytest.approx(1.0)
    assert ahead.low <= ahead.value <= ahead.high
    assert ahead.low + behind.high <= 1.0 + 1e-12


@given(boxes(), SEEDS)
def test_another_order_of_countries_orders_ranks_alike(scores: list[Ends], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(scores)).tolist()
    before = ranks(scores, [True] * len(scores))
    after = ranks([scores[place] for place in order], [True] * len(scores))
    assert [before[place] for place in order] == list(after)


@given(boxes(), st.floats(0, 2))
def test_a_higher_score_never_ranks_lower(scores: list[Ends], more: float) -> None:
    known = [True] * len(scores)
    raised = [(scores[0][0] + more, scores[0][1] + more), *scores[1:]]
    before, after = ranks(scores, known)[0], ranks(raised, known)[0]
    assert before.p50 is not None
    assert after.p50 is not None
    assert (after.p50, after.low, after.high) <= (before.p50, before.low, before.high)
    assert after.low <= before.low
    assert after.high <= before.high


@given(boxes(), st.floats(0, 1), st.floats(0, 1))
def test_a_wider_box_never_narrows_a_rank_and_never_makes_anybody_ahead(
    scores: list[Ends], down: float, up: float
) -> None:
    known = [True] * len(scores)
    wider = [(scores[0][0] - down, scores[0][1] + up), *scores[1:]]
    before, after = ranks(scores, known), ranks(wider, known)
    assert after[0].low <= before[0].low
    assert after[0].high >= before[0].high
    for place in range(1, len(scores)):
        words = [
            verdict(p_ahead(one[0], one[place]), p_ahead(one[place], one[0]), 0.9)
            for one in (scores, wider)
        ]
        assert words[1] in (words[0], "not separable")


def run_of(study: Study, countries: tuple[str, ...]) -> Peers:
    settings = Settings(
        countries, (SECTOR,), 2030, draws=DRAWS * 5, seed=study.config.seed, lifts=frozenset()
    )
    run = Run(study.evidence, study.world, settings, lambda _: None)
    request = Request(countries, (SECTOR,), STAGES, "IND")
    return compare(run, run.result(), request, Ledger(base=study.world.ledger))


@pytest.fixture(scope="module")
def whole(study: Study) -> Peers:
    return run_of(study, COUNTRIES)


def of(pair: PeerPair) -> tuple[object, ...]:
    return pair.p_left, pair.p_right, pair.p_level, pair.verdict


@pytest.mark.parametrize("left_out", [one for one in COUNTRIES if one != "IND"])
def test_leaving_out_a_peer_changes_no_other_figure(
    study: Study, whole: Peers, left_out: str
) -> None:
    kept = tuple(one for one in COUNTRIES if one != left_out)
    fewer = run_of(study, kept)
    for row in fewer.rows:
        before = whole.row(row.country, row.stage, row.sector)
        assert row.score == before.score
        assert row.digit == before.digit
        if before.next is not None and before.next.to != left_out:
            assert row.next == before.next
    for pair in fewer.pairs:
        assert of(pair) == of(whole.pair(pair.left, pair.right, pair.stage, pair.sector))


def test_permuting_countries_permutes_rows(study: Study, whole: Peers) -> None:
    turned = run_of(study, tuple(reversed(COUNTRIES)))

    def figures(row: PeerRow) -> tuple[object, ...]:
        return row.score, row.rank.p50, row.rank.low, row.rank.high, set(row.ahead_of), row.next

    for row in turned.rows:
        assert figures(row) == figures(whole.row(row.country, row.stage, row.sector))


def test_verdicts_of_rows_mirror_each_other(whole: Peers) -> None:
    for row in whole.rows:
        for other in row.ahead_of:
            assert row.country in whole.row(other, row.stage, row.sector).behind
        seen = {*row.ahead_of, *row.behind, *row.not_separable}
        assert seen == set(COUNTRIES) - {row.country}


def test_the_output_named_closes_the_gap(study: Study) -> None:
    """Put the output into the cell: the median of the stage meets the country above."""
    settings = Settings(COUNTRIES, (SECTOR,), 2030, draws=200, seed=3, lifts=frozenset())
    run = Run(study.evidence, study.world, settings, lambda _: None)
    card = run.result()
    found = compare(run, card, Request(COUNTRIES, (SECTOR,), STAGES, "IND"), Ledger())
    named = [row for row in found.rows if row.next is not None and row.next.extra is not None]
    assert named
    for row in named:
        step = row.next
        assert step is not None
        assert step.extra is not None
        assert step.extra.value is not None
        inputs = run.inputs[step.form, row.country]
        ends = run.ends[row.country, SECTOR, row.stage], run.ends[step.to, SECTOR, row.stage]
        scores = row.score, found.row(step.to, row.stage, SECTOR).score
        goal = goal_of(Between(row.country, step.to, SECTOR, row.stage, ends, scores))
        stack = run.stacks[SECTOR, row.stage]
        target = run.target(row.country, stack, step.form, goal + WITHIN, 0.5)
        assert target.reached(inputs.with_output(step.extra.value * 1.001))
        assert not target.reached(inputs.with_output(step.extra.value * 0.9))
        assert step.plant is not None
        assert step.plant.value is not None
        assert step.plant.value > step.extra.value


def test_swapping_a_country_with_itself_gains_nothing(study: Study) -> None:
    settings = Settings(COUNTRIES[:2], (SECTOR,), 2030, draws=100, seed=3, lifts=frozenset())
    run = Run(study.evidence, study.world, settings, lambda _: None)
    run.result()
    found = difference(run, Ledger(), "IND", "IND", SECTOR, "C3", "ndfeb-magnet")
    points = [one.points for one in found.aspects if one.points is not None]
    assert len(points) == 7
    assert [one.value for one in points] == [0.0] * 7


def test_every_number_leads_to_its_inputs(study: Study) -> None:
    found = study.peers(("IND", "CHN", "JPN"), (SECTOR,))
    shown: list[Quantity] = [row.rank.quantity for row in found.rows]
    shown += [one.points for d in found.differences for one in d.aspects if one.points is not None]
    shown += [row.next.gap for row in found.rows if row.next is not None]
    for quantity in shown:
        assert study.ledger[quantity.lineage].quantity == quantity
        assert study.ledger[quantity.lineage].inputs
