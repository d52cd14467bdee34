"""Laws of the counterstrategy: what holds for all entrants, moves and objectives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.chain.estimate import Floats
from midstream.counterstrategy.deterrence import Limits, deterrence, treated
from midstream.counterstrategy.field import Field
from midstream.counterstrategy.game import Game, climate_of, outside_price
from midstream.counterstrategy.moves import Move, flood, licence_queue, squeeze, technology_ban
from midstream.counterstrategy.payoff import Exits, outcome
from midstream.counterstrategy.response import best_response
from midstream.counterstrategy.survival import alive, effective_price
from units.counterstrategy.made import column, entrant, field, game, wider

DRAWS = 12
YEARS = 10
prices = st.floats(1, 120)
lengths = st.floats(0.25, 6)
shares = st.floats(0, 1)
months = st.floats(0, 60)


@st.composite
def fields(draw: st.DrawFn) -> Field:
    """One to four entrants, running and planned, with costs spread over draws."""
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    found = []
    for number in range(draw(st.integers(1, 4))):
        floor = draw(st.one_of(st.none(), st.floats(20, 130)))
        one = entrant(
            f"plant-{number}",
            built=draw(st.booleans()),
            covered=0.0 if floor is None else draw(shares),
            floor=floor or 0.0,
            exposed=draw(shares),
            relief=draw(st.floats(0, 0.6)),
            cash=draw(st.floats(15, 60)),
            incentive=draw(st.floats(50, 120)),
        )
        found.append(wider(one, DRAWS, rng))
    return field(*found)


def playing(**changed: object) -> Game:
    return game(DRAWS, **changed)


def living(entrants: Field, move: Move, play: Game) -> Floats:
    return alive(entrants, move, climate_of(move, play), play.before, play.behaviour, YEARS)


@given(fields(), prices, lengths, shares, shares, st.floats(20, 130))
def test_more_cover_never_lowers_survival(
    entrants: Field, price: float, length: float, one: float, two: float, floor: float
) -> None:
    low, high = sorted((one, two))
    move, play = flood(price, length), playing()
    less = living(entrants.with_cover(low, floor), move, play)
    more = living(entrants.with_cover(high, floor), move, play)
    assert (more >= less - 1e-12).all()


@given(fields(), prices, lengths, months, months)
def test_more_cash_never_lowers_survival(
    entrants: Field, price: float, length: float, one: float, two: float
) -> None:
    low, high = sorted((one, two))
    move, play = flood(price, length), playing()
    less, more = (living(entrants.with_buffer(dose), move, play) for dose in (low, high))
    assert (more >= less - 1e-12).all()


@given(fields(), prices, prices, lengths)
def test_deeper_flood_never_raises_survival(
    entrants: Field, one: float, two: float, length: float
) -> None:
    deep, mild = sorted((one, two))
    play = playing()
    harder = living(entrants, flood(deep, length), play)
    assert (harder <= living(entrants, flood(mild, length), play) + 1e-12).all()


@given(fields(), prices, lengths, lengths)
def test_longer_flood_never_raises_survival(
    entrants: Field, price: float, one: float, two: float
) -> None:
    short, long = sorted((one, two))
    play = playing()
    longer = living(entrants, flood(price, long), play)
    assert (longer <= living(entrants, flood(price, short), play) + 1e-12).all()


@given(fields(), prices, lengths)
def test_chances_are_chances(entrants: Field, price: float, length: float) -> None:
    found = living(entrants, flood(price, length), playing())
    assert ((found >= 0) & (found <= 1)).all()


@given(fields(), prices, lengths)
def test_whole_output_above_the_incentive_price_keeps_everybody(
    entrants: Field, price: float, length: float
) -> None:
    floor = 1 + max(float(entrants.incentive.max()), float((entrants.cash + entrants.fixed).max()))
    covered = entrants.with_cover(1.0, floor)
    assert living(covered, flood(price, length), playing()).min() == 1.0


@given(fields(), prices, lengths, shares, shares, st.floats(0, 5000), st.floats(0, 5000))
def test_weight_and_value_never_lower_the_payoff_of_a_flood(
    entrants: Field,
    price: float,
    length: float,
    weight: float,
    heavier: float,
    value: float,
    higher: float,
) -> None:
    one = outcome(flood(price, length), entrants, playing())
    low, high = sorted((weight, heavier)), sorted((value, higher))
    assert (one.payoff(low[1], value) >= one.payoff(low[0], value) - 1e-6).all()
    assert (one.payoff(weight, high[1]) >= one.payoff(weight, high[0]) - 1e-6).all()


@given(fields(), shares, lengths, shares, st.floats(0, 5000))
def test_value_of_keeping_out_never_raises_the_payoff_of_a_squeeze_without_feed(
    entrants: Field, depth: float, length: float, weight: float, value: float
) -> None:
    one = outcome(squeeze(depth, length), entrants, playing())
    assert (one.payoff(weight, value) <= one.payoff(weight, 0.0) + 1e-6).all()


@given(fields(), st.lists(prices, min_size=1, max_size=5), lengths, shares, st.floats(0, 5000))
def test_best_response_beats_every_move_and_doing_nothing(
    entrants: Field, levels: list[float], length: float, weight: float, value: float
) -> None:
    moves = [flood(price, length) for price in levels]
    moves += [squeeze(0.3, length), licence_queue(0.25, 1), technology_ban(2)]
    found = best_response(entrants, playing(), moves, [(weight, value)])
    best = found.best(0)
    top = 0.0 if best is None else found.expected[0, best]
    assert (found.expected[0] <= top).all()
    assert top >= 0
    alone = outcome(moves[0], entrants, playing()).payoff(weight, value).mean()
    assert found.expected[0, 0] == pytest.approx(alone)


@given(fields(), prices, lengths, st.randoms())
def test_order_of_entrants_changes_nothing(
    entrants: Field, price: float, length: float, random: np.random.Generator
) -> None:
    order = list(range(len(entrants.entrants)))
    random.shuffle(order)
    move, play = flood(price, length), playing()
    moved = entrants.only(order)
    assert living(moved, move, play) == pytest.approx(living(entrants, move, play)[:, :, order])
    one, two = (outcome(move, each, play) for each in (entrants, moved))
    assert one.payoff(0.8, 500) == pytest.approx(two.payoff(0.8, 500))


@settings(max_examples=40)
@given(fields(), st.floats(0, 1), st.floats(0, 20_000))
def test_what_deters_removes_the_incentive_and_a_little_less_does_not(
    entrants: Field, weight: float, value: float
) -> None:
    play, limits = playing(), Limits(floor=200, cover_floor=120, buffer=60, stock=12)
    moves = [flood(price, length) for price in (40, 60) for length in (1.0, 3.0)]
    for found in deterrence(entrants, play, moves, [(weight, value)], limits):
        assert found.instrument != "stock"
        if found.smallest is None:
            assert top(entrants, found.instrument, found.limit, limits, moves, found) > 0
            continue
        assert top(entrants, found.instrument, found.smallest, limits, moves, found) <= 1e-9
        if found.smallest > 0:
            less = found.smallest - found.limit / 256
            assert top(entrants, found.instrument, less, limits, moves, found) > 0


def top(entrants, instrument, dose, limits, moves, found):  # type: ignore[no-untyped-def]
    play = playing()
    exits = Exits(treated(instrument, dose, entrants, limits), play)
    pair = (found.home_weight, found.strategic_value)
    return max(outcome(move, exits.field, play, exits=exits).payoff(*pair).mean() for move in moves)


@given(fields(), st.floats(1, 2), shares, st.floats(0, 2000))
def test_scale_of_tonnes_scales_money(
    entrants: Field, factor: float, weight: float, value: float
) -> None:
    play = playing()
    leader = play.incumbent
    doubled = replace(
        leader,
        output=replace(leader.output, value=leader.sales * factor),
        outside_output=replace(leader.outside_output, value=5_750 * factor),
    )
    larger = replace(entrants, expected=entrants.expected * factor)
    one = outcome(flood(50, 2), entrants, play)
    two = outcome(flood(50, 2), larger, replace(play, incumbent=doubled))
    assert two.payoff(weight, value * factor) == pytest.approx(
        one.payoff(weight, value) * factor, rel=1e-9, abs=1e-6
    )


@given(shares, shares, shares, st.floats(0.1, 2))
def test_deeper_cut_never_lowers_the_price_abroad(
    one: float, two: float, share: float, elasticity: float
) -> None:
    low, high = sorted((one, two))
    ratio = [
        outside_price(depth, column(share, 1), column(elasticity, 1), 8.0)[0]
        for depth in (low, high)
    ]
    assert 1 <= ratio[0] <= ratio[1] <= 8


@given(prices, st.lists(st.tuples(shares, prices), max_size=3), shares, prices)
def test_effective_price_lies_between_price_and_floor_and_rises_with_covers(
    price: float, covers: list[tuple[float, float]], share: float, floor: float
) -> None:
    def paid(layers: list[tuple[float, float]]) -> float:
        given = np.array(layers).reshape(-1, 2)
        return float(effective_price(column(price, 1)[:, None], given[:, 1:], given[:, :1])[0, 0])

    found = paid(covers)
    assert price - 1e-9 <= found <= max([price, *(level for _, level in covers)]) + 1e-9
    assert paid([*covers, (share, floor)]) >= found - 1e-9
    assert paid(covers[::-1]) == pytest.approx(found)


@given(fields(), prices, lengths)
def test_a_flood_above_the_usual_price_does_nothing(
    entrants: Field, above: float, length: float
) -> None:
    one = outcome(flood(85 + above, length), entrants, playing())
    assert one.payoff(0.5, 1000) == pytest.approx(0, abs=1e-9)
