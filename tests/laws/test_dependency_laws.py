"""Laws of concentration, supply risk and N-1: what must hold for any production and trade."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from midstream.dependency.concentration import hhi_bounds, weighted_bounds
from midstream.dependency.eu_risk import EuInputs, eu_cells
from midstream.dependency.geopolrisk import PeerConstants, peer_cells, production_hhi
from midstream.dependency.redundancy import left_for_others, left_globally
from midstream.dependency.stage_risk import Range, production_range, stage_cells
from midstream.dependency.supply_arrays import Blocs, Floats, SupplyArrays
from midstream.dependency.supply_build import Graded, Made, Sent, build

EXAMPLES = hypothesis_settings(max_examples=25)
COUNTRIES = ("A", "B", "C", "D", "E")
PLACES = (("ore", 2023), ("tin", 2024))
CONSTANTS = PeerConstants(0.5, 0.4)
TOLERANCE = 0.05

amounts = st.floats(0.5, 1e6) | st.just(0.0)
fractions = st.floats(0, 1)
maybe = st.none() | amounts


def inputs(recycled: float = 0.0, substitution: float = 1.0) -> EuInputs:
    one = np.ones(len(COUNTRIES))
    return EuInputs(one, (recycled,) * 3, (substitution,) * 3, TOLERANCE)


@st.composite
def shares(draw: st.DrawFn) -> tuple[Floats, float]:
    weights = np.array(draw(st.lists(st.floats(0.01, 1), min_size=2, max_size=8)))
    rest = draw(st.floats(0, 0.9))
    return weights / weights.sum() * (1 - rest), rest


@st.composite
def supplies(draw: st.DrawFn, *, gaps: bool = True) -> SupplyArrays:
    """Production, trade and governance of five countries, with gaps where asked for."""
    figure = maybe if gaps else amounts
    graded = st.none() | fractions if gaps else fractions
    made = [
        Made(place, country, draw(figure), f"{country}/{place}")
        for place in PLACES
        for country in COUNTRIES
        if draw(st.booleans())
    ]
    pairs = st.tuples(st.sampled_from(COUNTRIES), st.sampled_from(COUNTRIES))
    sent = [
        Sent(place, one, other, draw(figure), draw(figure), f"{one}/{other}")
        for place in PLACES
        for one, other in draw(st.lists(pairs, max_size=8, unique=True))
    ]
    risk = [Graded(c, year, draw(graded), c) for c in COUNTRIES for year in (2023, 2024)]
    return build(made, sent, risk, extra=COUNTRIES)


def within(inner: Range, outer: Range) -> None:
    """Every value of one range lies inside the ends of the other."""
    held = np.isfinite(inner.value)
    slack = 1e-9 * (1 + np.abs(inner.value[held]))
    assert (outer.low[held] <= inner.value[held] + slack).all()
    assert (outer.high[held] >= inner.value[held] - slack).all()


def same(one: Floats, other: Floats) -> None:
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


# -- concentration ---------------------------------------------------------------------------------


@given(shares())
def test_index_lies_between_equal_shares_and_a_monopoly(case: tuple[Floats, float]) -> None:
    named, rest = case
    low, high = hhi_bounds(named, rest)
    holders = named.size + (rest > 0)
    assert low <= high <= 1 + 1e-12
    assert high >= 1 / holders - 1e-12


@given(shares(), st.data())
def test_merging_never_lowers_and_splitting_never_raises(
    case: tuple[Floats, float], data: st.DataObject
) -> None:
    named, rest = case
    merged = np.append(named[2:], named[0] + named[1])
    cut = data.draw(fractions)
    split = np.append(named[1:], [cut * named[0], (1 - cut) * named[0]])
    for before, after in ((named, merged), (split, named)):
        ends = zip(hhi_bounds(before, rest), hhi_bounds(after, rest), strict=True)
        assert all(one <= other + 1e-12 for one, other in ends)


@given(shares(), st.data())
def test_governance_never_raises_the_index(case: tuple[Floats, float], data: st.DataObject) -> None:
    named, rest = case
    grades = data.draw(
        st.lists(st.one_of(fractions, st.just(np.nan)), min_size=named.size, max_size=named.size)
    )
    value, low, high = weighted_bounds(named, np.array(grades), rest)
    ends = hhi_bounds(named, rest)
    assert low <= high <= ends[1] + 1e-12
    assert low <= ends[0] + 1e-12
    if value is None:
        assert np.isnan(grades).any()
    else:
        assert low <= value <= high


@given(shares(), st.data())
def test_a_grade_that_is_found_lies_inside_the_ends(
    case: tuple[Floats, float], data: st.DataObject
) -> None:
    named, rest = case
    whole = np.array(data.draw(st.lists(fractions, min_size=named.size, max_size=named.size)))
    gaps = whole.copy()
    gaps[0] = np.nan
    value, _, _ = weighted_bounds(named, whole, rest)
    _, low, high = weighted_bounds(named, gaps, rest)
    assert value is not None
    assert low - 1e-12 <= value <= high + 1e-12


@EXAMPLES
@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=8), st.integers(2, 1000))
def test_scaling_whole_tonnes_leaves_the_index(tonnes: list[int], factor: int) -> None:
    made = np.array([tonnes], dtype=float)
    same(production_hhi(made), production_hhi(made * factor))
    same(production_range(made).value, production_range(made * factor).value)


# -- supply risk -----------------------------------------------------------------------------------


def plain_peer(arrays: SupplyArrays, row: int, importer: int) -> tuple[float, float, float]:
    """The published formula for one cell, written as loops."""
    made = [0.0 if np.isnan(m) else m for m in arrays.production[row]]
    whole = [int(m) for m in made]
    if sum(whole) == 0:
        return np.nan, np.nan, np.nan
    hhi = sum(m * m for m in whole) / sum(whole) ** 2
    weighted = total = 0.0
    for at in range(arrays.flow_place.size):
        if (arrays.flow_place[at], arrays.importer[at]) != (row, importer):
            continue
        tonnes = 0.0 if np.isnan(arrays.quantity[at]) else float(arrays.quantity[at])
        risk = float(arrays.risk[row, arrays.exporter[at]])
        risk = 0.5 if np.isnan(risk) else risk
        weighted += 0.0 if arrays.exporter[at] == importer else tonnes * risk
        total += tonnes
    supply = total + made[importer]
    risky = weighted / supply if supply else 0.0
    return hhi, risky, hhi * risky


@EXAMPLES
@given(supplies())
def test_all_cells_at_once_equal_one_by_one(arrays: SupplyArrays) -> None:
    cells = peer_cells(arrays, CONSTANTS)
    for row in range(len(arrays.places)):
        for importer in range(len(COUNTRIES)):
            hhi, risky, score = plain_peer(arrays, row, importer)
            found = (cells.hhi[row], cells.import_risk[row, importer], cells.score[row, importer])
            assert found == pytest.approx((hhi, risky, score), nan_ok=True)


@EXAMPLES
@given(supplies())
def test_no_imports_no_import_risk(arrays: SupplyArrays) -> None:
    bare = replace(arrays, quantity=np.zeros_like(arrays.quantity))
    peer, stage = peer_cells(bare, CONSTANTS), stage_cells(bare, TOLERANCE)
    assert not np.nan_to_num(peer.import_risk).any()
    assert not np.nan_to_num(stage.import_risk.value).any()
    idle = (bare.production_high == 0) & np.isfinite(stage.import_risk.value)
    assert not idle.any(), "an importer without imports and output has no risk to speak of"


@EXAMPLES
@given(supplies(), st.permutations(COUNTRIES))
def test_permuting_countries_permutes_results(arrays: SupplyArrays, order: list[str]) -> None:
    where = np.array([COUNTRIES.index(country) for country in order])
    back = np.argsort(where)
    turned = replace(
        arrays,
        production=arrays.production[:, where],
        production_low=arrays.production_low[:, where],
        production_high=arrays.production_high[:, where],
        risk=arrays.risk[:, where],
        exporter=back[arrays.exporter],
        importer=back[arrays.importer],
    )
    same(peer_cells(arrays, CONSTANTS).score[:, where], peer_cells(turned, CONSTANTS).score)
    one, other = stage_cells(arrays, TOLERANCE), stage_cells(turned, TOLERANCE)
    same(one.score.high[:, where], other.score.high)
    same(eu_cells(arrays, inputs()).score.value[:, where], eu_cells(turned, inputs()).score.value)


@EXAMPLES
@given(supplies(), st.floats(0.01, 100))
def test_scaling_all_tonnages_leaves_stage_and_eu(arrays: SupplyArrays, factor: float) -> None:
    scaled = replace(
        arrays,
        production=arrays.production * factor,
        production_low=arrays.production_low * factor,
        production_high=arrays.production_high * factor,
        quantity=arrays.quantity * factor,
    )
    one, other = stage_cells(arrays, TOLERANCE), stage_cells(scaled, TOLERANCE)
    same(one.score.value, other.score.value)
    same(one.score.high, other.score.high)
    same(eu_cells(arrays, inputs()).score.value, eu_cells(scaled, inputs()).score.value)


@EXAMPLES
@given(supplies())
def test_values_lie_between_their_ends(arrays: SupplyArrays) -> None:
    stage, eu = stage_cells(arrays, TOLERANCE), eu_cells(arrays, inputs())
    for part in (stage.import_risk, stage.score, stage.mix, eu.sourcing, eu.reliance, eu.score):
        within(part, part)
        ends = np.isfinite(part.low) & np.isfinite(part.high)
        assert (part.low[ends] <= part.high[ends]).all()
        assert (np.isfinite(part.value) <= ends).all()


@EXAMPLES
@given(supplies(gaps=False), st.data())
def test_what_is_missing_lies_inside_the_ends_when_it_is_found(
    arrays: SupplyArrays, data: st.DataObject
) -> None:
    country = data.draw(st.integers(0, len(COUNTRIES) - 1))
    blank = np.full_like(arrays.risk[:, country], np.nan)
    risk, made = arrays.risk.copy(), arrays.production.copy()
    low, high = arrays.production_low.copy(), arrays.production_high.copy()
    if data.draw(st.booleans()):
        risk[:, country] = blank
    else:
        made[:, country], low[:, country], high[:, country] = blank, 0.0, np.inf
    gaps = replace(arrays, risk=risk, production=made, production_low=low, production_high=high)
    whole, part = stage_cells(arrays, TOLERANCE), stage_cells(gaps, TOLERANCE)
    within(whole.import_risk, part.import_risk)
    within(whole.score, part.score)
    whole_eu, part_eu = eu_cells(arrays, inputs()), eu_cells(gaps, inputs())
    used = np.isfinite(whole_eu.score.value)
    masked = replace(whole_eu.score, value=np.where(used, whole_eu.score.value, np.nan))
    within(masked, part_eu.score)


@EXAMPLES
@given(supplies(gaps=False), st.integers(0, len(COUNTRIES) - 1))
def test_risk_rises_with_the_risk_of_an_exporter(arrays: SupplyArrays, country: int) -> None:
    risk = arrays.risk.copy()
    risk[:, country] = 1.0
    worse = replace(arrays, risk=risk)
    for before, after in (
        (peer_cells(arrays, CONSTANTS).score, peer_cells(worse, CONSTANTS).score),
        (stage_cells(arrays, TOLERANCE).score.value, stage_cells(worse, TOLERANCE).score.value),
        (eu_cells(arrays, inputs()).score.value, eu_cells(worse, inputs()).score.value),
    ):
        held = np.isfinite(before)
        assert (before[held] <= after[held] + 1e-12).all()


@EXAMPLES
@given(supplies(), fractions, fractions, fractions)
def test_eu_score_falls_with_recycling_and_rises_with_substitution(
    arrays: SupplyArrays, one: float, other: float, index: float
) -> None:
    less, more = sorted((one, other))
    falls = [eu_cells(arrays, inputs(rate)).score.value for rate in (less, more)]
    rises = [eu_cells(arrays, inputs(0.0, i)).score.value for i in (index * less, index * more)]
    held = np.isfinite(falls[0])
    assert (falls[0][held] >= falls[1][held]).all()
    assert (rises[0][held] <= rises[1][held]).all()


@EXAMPLES
@given(supplies())
def test_a_group_of_one_is_its_country(arrays: SupplyArrays) -> None:
    every = peer_cells(arrays, CONSTANTS)
    stage = stage_cells(arrays, TOLERANCE)
    eu = eu_cells(arrays, inputs())
    for column, country in enumerate(COUNTRIES):
        alone = Blocs.of(arrays, {"group": [country]})
        same(peer_cells(arrays, CONSTANTS, alone).score[:, 0], every.score[:, column])
        found = stage_cells(arrays, TOLERANCE, alone).score
        same(found.value[:, 0], stage.score.value[:, column])
        same(found.high[:, 0], stage.score.high[:, column])
        same(eu_cells(arrays, inputs(), alone).score.value[:, 0], eu.score.value[:, column])


@EXAMPLES
@given(supplies())
def test_trade_inside_a_group_does_not_raise_its_peer_risk(arrays: SupplyArrays) -> None:
    assume(arrays.flow_place.size > 0)
    group = Blocs.of(arrays, {"all": COUNTRIES})
    assert not np.nan_to_num(peer_cells(arrays, CONSTANTS, group).score).any()
    assert not np.nan_to_num(stage_cells(arrays, TOLERANCE, group).score.value).any()


# -- N-1 -------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(fractions, st.floats(0, 1)), min_size=1, max_size=20))
def test_others_are_never_worse_off_than_the_world(pairs: list[tuple[float, float]]) -> None:
    share, need = np.array(pairs).T
    everyone, others = left_globally(share), left_for_others(share, need)
    held = np.isfinite(others)
    assert (everyone[held] <= others[held] + 1e-12).all()
    assert (held == (need < 1)).all()
