"""Laws of the matching: symmetric, best, and no pair lost by being worth more."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.chain.estimate import Floats
from midstream.collaboration.drawing import draw, with_readiness
from midstream.collaboration.match import Matcher
from midstream.collaboration.matching import best_pairs, frequencies
from midstream.collaboration.weights import weights
from midstream.study import Study
from units.collaboration.matching_made import CENTRAL, DRAWS, ground, organisation, sides

SIZES = st.integers(1, 5)


@st.composite
def grids(draw_: st.DrawFn) -> Floats:
    """Weights of up to five and five without ties."""
    rng = np.random.default_rng(draw_(st.integers(0, 2**16)))
    return rng.uniform(0.01, 1, (draw_(SIZES), draw_(SIZES)))


@given(grids())
def test_matching_is_symmetric_in_its_two_sides(grid: Floats) -> None:
    assert (best_pairs(grid.T[None])[0] == best_pairs(grid[None])[0].T).all()


@given(grids(), st.data())
def test_raising_a_weight_never_drops_its_pair(grid: Floats, data: st.DataObject) -> None:
    chosen = np.argwhere(best_pairs(grid[None])[0])
    row, column = data.draw(st.sampled_from(chosen.tolist()))
    raised = grid.copy()
    raised[row, column] += data.draw(st.floats(0, 2))
    assert best_pairs(raised[None])[0][row, column]


@given(grids())
def test_no_other_pairs_are_worth_more(grid: Floats) -> None:
    small = grid if grid.shape[0] <= grid.shape[1] else grid.T
    best = max(
        sum(small[row, column] for row, column in enumerate(order))
        for order in permutations(range(small.shape[1]), small.shape[0])
    )
    assert grid[best_pairs(grid[None])[0]].sum() == pytest.approx(best)


@given(grids(), st.floats(0.01, 100))
def test_the_scale_of_weights_does_not_matter(grid: Floats, scale: float) -> None:
    assert (best_pairs(grid[None] * scale) == best_pairs(grid[None])).all()


@given(st.integers(0, 2**16))
def test_nobody_stands_in_two_pairs(seed: int) -> None:
    found = frequencies(np.random.default_rng(seed).uniform(0, 1, (20, 4, 3)))
    assert (found.sum(axis=0) <= 1 + 1e-12).all()
    assert (found.sum(axis=1) <= 1 + 1e-12).all()
    assert found.sum() == pytest.approx(3)


def test_the_order_of_organisations_does_not_matter() -> None:
    left, right = sides()
    before = Matcher(ground(), left, right).frequencies()
    after = Matcher(ground(), left[::-1], right[::-1]).frequencies()
    assert after[:, ::-1, ::-1] == pytest.approx(before)


def test_changing_sides_turns_the_table() -> None:
    left, right = sides()
    before = Matcher(ground(), left, right).frequencies()
    after = Matcher(ground(), right, left).frequencies()
    assert np.swapaxes(after, 1, 2) == pytest.approx(before)


def test_names_do_not_matter() -> None:
    left, right = sides()
    renamed = [replace(one, name=one.name[::-1]) for one in left]
    before = Matcher(ground(), left, right).frequencies()
    assert (Matcher(ground(), renamed, right).frequencies() == before).all()


def test_organisations_on_the_same_record_are_chosen_alike() -> None:
    left = [organisation(name, "AAA", "oxide") for name in ("one", "two")]
    found = Matcher(ground(), left, [organisation("five", "BBB", "oxide")]).frequencies()[0]
    assert found.sum() == pytest.approx(1)
    assert found[:, 0] == pytest.approx([0.5, 0.5], abs=0.2)


def test_a_lower_score_of_the_weaker_stage_never_lowers_a_weight() -> None:
    left, right = sides()
    values = []
    for score in (4.5, 3.0, 1.5, 1.0):
        scores = {("AAA", stage): np.full(DRAWS, score) for stage in ("C1", "C2", "C3")}
        values.append(weights(draw(ground(scores), left, right), CENTRAL))
    for higher, lower in pairwise(values):
        assert (lower >= higher).all()
    assert values[-1].sum() > values[0].sum()


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_readiness_of_the_readier_never_lowers_a_weight(one: float, two: float) -> None:
    less, more = sorted((one, two))
    left, right = sides()
    drawn = with_readiness(draw(ground(), left[:1], right[:1]), "right", 0, 0.0)
    worth = [weights(with_readiness(drawn, "left", 0, value), CENTRAL) for value in (less, more)]
    assert (worth[1] >= worth[0]).all()


def test_an_organisation_without_a_common_step_changes_nothing() -> None:
    left, right = sides()
    alone = organisation("alone", "AAA", level=9)
    before = Matcher(ground(), left, right).frequencies()
    after = Matcher(ground(), [*left, alone], right).frequencies()
    assert after[:, :-1] == pytest.approx(before)
    assert not after[:, -1].any()


def test_at_the_readiness_needed_a_pair_is_firm_and_below_it_is_not() -> None:
    left, right = sides()
    matcher = Matcher(ground(), left, right)
    solved = 0
    for row in range(len(left)):
        for column in range(len(right)):
            level, _ = matcher.needed(row, column, 0.5)
            if level is None:
                continue
            solved += 1
            shares = [
                frequencies(
                    weights(with_readiness(matcher.drawn, "left", row, one / 9), CENTRAL)
                    * matcher.tie
                )[row, column]
                for one in range(1, 10)
            ]
            assert min(shares[level - 1 :]) >= 0.5
            assert level == 1 or shares[level - 2] < 0.5
    assert solved > 1


@pytest.mark.parametrize("two", [("IND", "USA"), ("IND", "JPN"), ("TWN", "USA")])
def test_two_countries_match_alike_from_both_sides(study: Study, two: tuple[str, str]) -> None:
    there, back = study.match(two), study.match((two[1], two[0]))
    turned = [(one.right.id, one.left.id, one.frequency, one.score) for one in back.pairs]
    assert [(one.left.id, one.right.id, one.frequency, one.score) for one in there.pairs] == turned
    assert there.pairs


def test_transfers_on_record_are_found_above_chance(study: Study) -> None:
    found = study.transfers("IND")
    names = {(one.giver.name, one.taker.id) for one in found}
    assert {("BARC", "irel-repm-vizag"), ("NFTDC", "midwest-hyderabad")} <= names
    for one in found:
        assert one.frequency.low is not None
        assert one.chance.value is not None
        assert one.frequency.low > one.chance.value, one.taker.name
