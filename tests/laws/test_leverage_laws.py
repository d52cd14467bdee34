"""Laws of leverage: what must hold for any graph, game, loss and world."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from midstream.chain.change import OutputChange
from midstream.chain.routes import route
from midstream.chain.world import World
from midstream.dependency.buildonce import worth
from midstream.dependency.cofailure import co_failure, sector_losses
from midstream.dependency.extraction import chain_loss, chain_requirements, extraction_loss
from midstream.dependency.graph import stage_graph
from midstream.dependency.leverage import leverage
from midstream.dependency.lockin import lock_in_index
from midstream.dependency.maxflow import complete_flow, left_at_all, left_at_step, maximum
from midstream.dependency.node_values import GRID, node_values
from midstream.dependency.replace import Additions, loss_years
from midstream.dependency.shapley import coalition_values, exact, sampled
from midstream.dependency.shared import column_herfindahl, row_cosine
from midstream.dependency.streams import Streams
from midstream.dependency.thesis import exceeds, thesis, verdict
from midstream.evidence import Evidence
from units.chain.toy import COUNTRIES, FORMS
from units.dependency.chains_toy import CHAIN, chain_evidence, exact_evidence, opened

EXAMPLES = hypothesis_settings(max_examples=30)
FEW = hypothesis_settings(max_examples=8)
#: Shares to the millionth: what is smaller is rounding, no capacity.
part = st.floats(0, 1).map(lambda number: round(number, 6))


@st.composite
def layers(
    draw: st.DrawFn, steps: tuple[int, int] = (1, 4), countries: tuple[int, int] = (2, 5)
) -> np.ndarray:
    shape = (draw(st.integers(*steps)), draw(st.integers(*countries)))
    return draw(arrays(float, shape, elements=part))


@st.composite
def networks(draw: st.DrawFn) -> tuple[np.ndarray, list[np.ndarray]]:
    capacity = draw(layers())
    size = capacity.shape[1]
    arcs = [draw(arrays(bool, (size, size))) for _ in range(len(capacity) - 1)]
    return capacity, arcs


def complete(capacity: np.ndarray) -> list[np.ndarray]:
    size = capacity.shape[1]
    return [np.ones((size, size), dtype=bool)] * (len(capacity) - 1)


@st.composite
def games(draw: st.DrawFn) -> np.ndarray:
    shape = (2, draw(st.integers(1, 3)), draw(st.integers(2, 6)))
    return draw(arrays(float, shape, elements=part))


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return chain_evidence(tmp_path_factory.mktemp("leverage") / "data")


@pytest.fixture(scope="module")
def world(toy: Evidence) -> World:
    return opened(toy)


# -- flow -----------------------------------------------------------------------------------------


@EXAMPLES
@given(networks())
def test_the_maximum_flow_is_the_capacity_of_the_cut_it_names(
    network: tuple[np.ndarray, list[np.ndarray]],
) -> None:
    capacity, arcs = network
    found = maximum(capacity, arcs)
    inside = [
        1.0 if step == len(capacity) else min(1.0, capacity[step, c]) for step, c in found.cut
    ]
    assert found.value == pytest.approx(sum(inside), abs=1e-6)


@EXAMPLES
@given(networks())
def test_taking_the_named_cut_out_stops_all_delivery(
    network: tuple[np.ndarray, list[np.ndarray]],
) -> None:
    capacity, arcs = network
    cut = [(step, country) for step, country in maximum(capacity, arcs).cut]
    assume(all(step < len(capacity) for step, _ in cut))
    for step, country in cut:
        capacity[step, country] = 0.0
    assert maximum(capacity, arcs).value == pytest.approx(0, abs=1e-6)


@EXAMPLES
@given(layers())
def test_the_closed_form_agrees_with_the_general_flow(capacity: np.ndarray) -> None:
    general = maximum(capacity, complete(capacity)).value
    assert float(complete_flow(capacity)) == pytest.approx(general, abs=1e-6)


@EXAMPLES
@given(networks(), st.data())
def test_a_wider_withholding_never_raises_the_flow(
    network: tuple[np.ndarray, list[np.ndarray]], data: st.DataObject
) -> None:
    capacity, arcs = network
    before = maximum(capacity, arcs).value
    kept = data.draw(arrays(bool, capacity.shape))
    some = maximum(capacity * kept, arcs).value
    fewer = kept & data.draw(arrays(bool, capacity.shape))
    assert maximum(capacity * fewer, arcs).value <= some + 1e-6 <= before + 2e-6


@EXAMPLES
@given(networks(), st.data())
def test_a_missing_arc_never_raises_the_flow(
    network: tuple[np.ndarray, list[np.ndarray]], data: st.DataObject
) -> None:
    capacity, arcs = network
    kept = [arc & data.draw(arrays(bool, arc.shape)) for arc in arcs]
    assert maximum(capacity, kept).value <= maximum(capacity, arcs).value + 1e-6


@EXAMPLES
@given(layers())
def test_withholding_everywhere_leaves_no_more_than_withholding_at_one_step(
    capacity: np.ndarray,
) -> None:
    at_step, at_all = left_at_step(capacity[None]), left_at_all(capacity[None])
    assert (at_all[:, None] <= at_step + 1e-12).all()
    assert (at_step <= complete_flow(capacity) + 1e-12).all()


@EXAMPLES
@given(layers(), st.data())
def test_capacity_added_elsewhere_never_raises_a_loss(
    capacity: np.ndarray, data: st.DataObject
) -> None:
    more = capacity + data.draw(arrays(float, capacity.shape, elements=part))
    more[:, 0] = capacity[:, 0]
    assert (
        left_at_step(more[None])[:, :, 0] >= left_at_step(capacity[None])[:, :, 0] - 1e-12
    ).all()
    assert (left_at_all(more[None])[:, 0] >= left_at_all(capacity[None])[:, 0] - 1e-12).all()


@EXAMPLES
@given(layers(), st.randoms(use_true_random=False))
def test_permuting_countries_permutes_what_is_left(capacity: np.ndarray, random: Random) -> None:
    order = np.arange(capacity.shape[1])
    random.shuffle(order)
    permuted = capacity[:, order][None]
    assert left_at_step(permuted) == pytest.approx(left_at_step(capacity[None])[:, :, order])
    assert exact(permuted) == pytest.approx(exact(capacity[None])[:, order])


# -- Shapley --------------------------------------------------------------------------------------


@EXAMPLES
@given(games())
def test_shapley_values_sum_to_the_flow_of_all(capacity: np.ndarray) -> None:
    assert exact(capacity).sum(axis=1) == pytest.approx(coalition_values(capacity)[:, -1])
    values = sampled(capacity, np.random.default_rng(1), 8).values
    assert values.sum(axis=1) == pytest.approx(coalition_values(capacity)[:, -1])


@EXAMPLES
@given(games())
def test_a_player_without_capacity_has_no_shapley_value(capacity: np.ndarray) -> None:
    capacity[:, :, 0] = 0.0
    assert exact(capacity)[:, 0] == pytest.approx(0.0, abs=1e-12)


@EXAMPLES
@given(games())
def test_players_alike_have_equal_shapley_values(capacity: np.ndarray) -> None:
    capacity[:, :, 0] = capacity[:, :, -1]
    values = exact(capacity)
    assert values[:, 0] == pytest.approx(values[:, -1])


@FEW
@given(games(), st.integers(0, 100))
def test_sampled_shapley_values_agree_with_the_exact_ones(capacity: np.ndarray, seed: int) -> None:
    found = sampled(capacity[:1], np.random.default_rng(seed), 600)
    # Six standard errors; the floor is for players whose samples never differed.
    assert (np.abs(found.values - exact(capacity[:1])) <= 6 * found.error + 0.01).all()


@FEW
@given(st.lists(arrays(float, (2, 3), elements=part), min_size=1, max_size=3))
def test_values_of_nodes_are_shapley_values_of_the_flow_on_a_grid(
    parts: list[np.ndarray],
) -> None:
    players = sum(layer.shape[1] for layer in parts)
    capacity = np.zeros((2, len(parts), players))
    for step, layer in enumerate(parts):
        capacity[:, step, 3 * step : 3 * step + 3] = layer
    values = np.concatenate(node_values(parts), axis=1)
    assert values == pytest.approx(exact(capacity), abs=1.0 / GRID)
    held = np.floor(coalition_values(capacity)[:, -1] * GRID + 0.5) / GRID
    assert values.sum(axis=1) == pytest.approx(held, abs=1e-6)


# -- extraction, lock-in --------------------------------------------------------------------------


@EXAMPLES
@given(layers((2, 4), (2, 3)), st.lists(st.floats(0.01, 100), min_size=3, max_size=3), st.data())
def test_extraction_in_closed_form_is_leontief_whatever_the_units(
    share: np.ndarray, per_next: list[float], data: st.DataObject
) -> None:
    share = (share + 0.01) / (share + 0.01).sum(axis=1, keepdims=True)
    steps, countries = share.shape
    taken = data.draw(arrays(bool, steps))
    matrix, worth_of = chain_requirements(share, per_next[: steps - 1])
    demand = np.concatenate([np.zeros((steps - 1) * countries), share[-1]])
    nodes = [step * countries for step in np.flatnonzero(taken)]
    loss = extraction_loss(matrix, demand, nodes, worth_of)
    assert chain_loss(share[None], taken)[0, 0] == pytest.approx(loss)


@EXAMPLES
@given(layers((2, 4), (2, 3)))
def test_nothing_is_extracted_where_nothing_flows(share: np.ndarray) -> None:
    share[:, 0] = 0.0
    taken = np.ones(len(share), dtype=bool)
    assert chain_loss(share[None], taken)[0, 0] == 0.0
    matrix, _ = chain_requirements(share, [1.0] * (len(share) - 1))
    assert extraction_loss(matrix, np.zeros(share.size), [1]) == 0.0


@EXAMPLES
@given(part, part, part)
def test_lock_in_rises_with_share_and_concentration(one: float, other: float, more: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= lock_in_index(low, more) <= lock_in_index(high, more) <= 1
    assert lock_in_index(more, low) <= lock_in_index(more, high)


# -- time -----------------------------------------------------------------------------------------


@st.composite
def comings(draw: st.DrawFn, projects: int = 3) -> Additions:
    times = st.floats(0, 20)
    return Additions(
        arrival=draw(arrays(float, (2, projects), elements=times)),
        amount=draw(arrays(float, (2, projects), elements=part)),
        country=("CHN", "USA", "JPN"),
        plants=("a", "b", "c"),
        unsized=(),
        expansion=draw(arrays(float, 2, elements=part)),
        expansion_lead=draw(arrays(float, 2, elements=times)),
        new_lead=draw(arrays(float, 2, elements=times)),
        new_rate=draw(arrays(float, 2, elements=part)),
        horizon=25.0,
    )


losses = arrays(float, (2, 2), elements=part)


@EXAMPLES
@given(comings(), losses, losses)
def test_a_larger_loss_lasts_at_least_as_long(
    coming: Additions, one: np.ndarray, other: np.ndarray
) -> None:
    outside = np.full((2, 2), 0.3)
    small, large = np.minimum(one, other), np.maximum(one, other)
    few, many = (loss_years(part, outside, coming, ("CHN", "KOR")) for part in (small, large))
    assert (few >= 0).all()
    assert (many >= few - 1e-9).all()
    assert (many <= 25 * large + 1e-9).all()


@EXAMPLES
@given(comings(), losses, st.floats(1, 3))
def test_more_and_earlier_additions_never_lengthen_a_loss(
    coming: Additions, loss: np.ndarray, factor: float
) -> None:
    outside = np.full((2, 2), 0.3)
    more = replace(
        coming,
        arrival=coming.arrival / factor,
        amount=coming.amount * factor,
        new_lead=coming.new_lead / factor,
        new_rate=coming.new_rate * factor,
    )
    holders = ("CHN", "KOR")
    before = loss_years(loss, outside, coming, holders)
    assert (loss_years(loss, outside, more, holders) <= before + 1e-9).all()


@EXAMPLES
@given(comings(), losses)
def test_the_exact_integral_agrees_with_small_steps_of_time(
    coming: Additions, loss: np.ndarray
) -> None:
    outside = np.full((2, 2), 0.3)
    times = (np.arange(25_000) + 0.5) / 1000
    total = np.zeros_like(loss)
    for draw in range(2):
        for place, holder in enumerate(("CHN", "KOR")):
            left = np.full(times.shape, loss[draw, place])
            for project, country in enumerate(coming.country):
                if country != holder:
                    arrived = times >= coming.arrival[draw, project]
                    left -= arrived * coming.amount[draw, project]
            left -= (times >= coming.expansion_lead[draw]) * coming.expansion[draw] * 0.3
            running = np.maximum(0.0, times - coming.new_lead[draw])
            left -= coming.new_rate[draw] * running
            total[draw, place] = np.maximum(left, 0.0).sum() / 1000
    assert loss_years(loss, outside, coming, ("CHN", "KOR")) == pytest.approx(total, abs=0.01)


# -- sectors --------------------------------------------------------------------------------------


@EXAMPLES
@given(layers((2, 4), (2, 5)))
def test_splitting_a_sector_pro_rata_leaves_the_columns(matrix: np.ndarray) -> None:
    whole = np.ones(len(matrix))
    halves = np.concatenate([[0.5, 0.5], whole[1:]])
    split = np.concatenate([matrix[:1], matrix])
    assert (split * halves[:, None]).sum(axis=0) == pytest.approx(matrix.sum(axis=0))
    concentration = column_herfindahl(matrix, whole)
    finer = column_herfindahl(split, halves)
    seen = ~np.isnan(concentration)
    assert (finer[seen] <= concentration[seen] + 1e-12).all()


@EXAMPLES
@given(layers((2, 4), (2, 5)))
def test_likeness_lies_between_none_and_all_and_scale_does_not_matter(matrix: np.ndarray) -> None:
    likeness = row_cosine(matrix + 0.01)
    assert np.diag(likeness) == pytest.approx(1.0)
    assert ((likeness >= 0) & (likeness <= 1 + 1e-9)).all()
    assert row_cosine(7 * (matrix + 0.01)) == pytest.approx(likeness)


@EXAMPLES
@given(arrays(float, 4, elements=part), arrays(float, 5, elements=part), st.floats(0.001, 1))
def test_a_plant_for_all_is_worth_at_least_the_best_single_sector(
    weights: np.ndarray, loss: np.ndarray, size: float
) -> None:
    everyone, alone = worth(weights, loss, size)
    assert (everyone >= alone.max(axis=1) - 1e-12).all()
    more, _ = worth(weights, loss, 2 * size)
    assert (more >= everyone).all()


@EXAMPLES
@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.integers(0, 50))
def test_sectors_that_fail_independently_have_a_ratio_of_one(
    one: float, other: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    fails = [(rng.random(40_000) < odds).astype(float) for odds in (one, other)]
    _, (ratio, low, high) = co_failure(*fails)
    assert low is not None
    assert high is not None
    # Four times the half width of the 80 % interval: five standard errors.
    assert abs(np.log(ratio)) <= 4 * np.log(high / ratio)


@EXAMPLES
@given(layers((2, 2), (3, 3)), arrays(float, (3, 3), elements=part), st.floats(0, 1))
def test_a_deeper_restriction_never_lowers_the_loss_of_a_sector(
    matrix: np.ndarray, losses: np.ndarray, depth: float
) -> None:
    stages = ("C1", "C2", "C2")
    less = sector_losses(matrix, stages, depth * losses)
    assert (less <= sector_losses(matrix, stages, losses) + 1e-12).all()


# -- worlds ---------------------------------------------------------------------------------------


def numbers(evidence: Evidence, world: World, seed: int = 1) -> dict[tuple[str, ...], list[float]]:
    found = leverage(evidence, world, CHAIN, draws=60, seed=seed)
    return {
        (row.holder, row.form): [
            getattr(row, name).value
            for name in ("loss", "leverage", "shapley", "extraction_loss", "n_minus_1_rest")
        ]
        for row in found.rows
    }


@FEW
@given(st.floats(0.01, 100))
def test_scaling_all_tonnages_changes_nothing(toy: Evidence, world: World, factor: float) -> None:
    scaled = world.with_parts(
        outputs={c: e.scaled(factor, e.lineage) for c, e in world.outputs.items()},
        world_output={f: e.scaled(factor, e.lineage) for f, e in world.world_output.items()},
        direct_need={c: e.scaled(factor, e.lineage) for c, e in world.direct_need.items()},
        plants=tuple(
            replace(p, capacity=None if p.capacity is None else p.capacity * factor)
            for p in world.plants
        ),
    )
    before, after = numbers(toy, world), numbers(toy, scaled)
    assert before.keys() == after.keys()
    for place, values in before.items():
        assert after[place] == pytest.approx(values, rel=1e-9, abs=1e-9)


@FEW
@given(st.sampled_from(FORMS), st.sampled_from(("USA", "JPN", "IND")), st.floats(1, 5))
def test_output_added_elsewhere_never_raises_a_loss(
    exact_toy: tuple[Evidence, World], form: str, country: str, factor: float
) -> None:
    # On figures without spread: what nobody names moves with the draw of what is named.
    evidence, made = exact_toy
    assume(made.outputs[form, country].value)
    changed = made.apply(OutputChange(form, country, factor))
    before, after = (leverage(evidence, world, CHAIN, "CHN", draws=2) for world in (made, changed))
    for one, other in zip(before.rows, after.rows, strict=True):
        higher = (other.loss.value or 0.0) > (one.loss.value or 0.0) + 1e-9
        assert not higher, f"{one.form}: {one.loss.value} to {other.loss.value}"


@pytest.fixture(scope="module")
def exact_toy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Evidence, World]:
    evidence = exact_evidence(tmp_path_factory.mktemp("exact") / "data")
    return evidence, opened(evidence)


def test_shares_of_a_step_sum_to_one_at_both_ends(toy: Evidence, world: World) -> None:
    line = route(toy, world, CHAIN)
    for end in ("low", "high"):
        graph = stage_graph(world, line, Streams(toy, 50, 1), end)
        assert graph.share.sum(axis=2) == pytest.approx(np.ones((50, 4)))
        assert (graph.share >= 0).all()
        assert set(graph.countries[:-1]) == set(COUNTRIES)


@FEW
@given(st.permutations(("long", "short", "middle")), st.integers(0, 3))
def test_the_order_of_the_chains_does_not_matter_to_the_thesis(
    several: tuple[Evidence, World], order: list[str], seed: int
) -> None:
    evidence, made = several
    one = thesis(evidence, made, chains=order, draws=40, seed=seed).to_dict()
    other = thesis(evidence, made, chains=("long", "short", "middle"), draws=40, seed=seed)
    assert one == other.to_dict()


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> tuple[Evidence, World]:
    chains = {"long": FORMS, "short": FORMS[:2], "middle": FORMS[1:]}
    evidence = chain_evidence(tmp_path_factory.mktemp("several") / "data", chains=chains)
    return evidence, opened(evidence)


@EXAMPLES
@given(part, part, st.floats(0.51, 0.99))
def test_a_stricter_threshold_never_turns_an_open_answer_into_one(
    low: float, high: float, threshold: float
) -> None:
    loose, strict = verdict(low, high, threshold), verdict(low, high, (1 + threshold) / 2)
    assert strict in (loose, "undetermined")


@EXAMPLES
@given(st.lists(arrays(float, 20, elements=part), min_size=4, max_size=4))
def test_either_side_exceeds_or_ties(values: list[np.ndarray]) -> None:
    stages = dict(zip(("C1", "C2", "C3", "C4"), values, strict=True))
    over = exceeds(stages, ("C2", "C3"), ("C1", "C4"))
    under = exceeds(stages, ("C1", "C4"), ("C2", "C3"))
    assert over is not None
    assert under is not None
    ties = np.mean(np.maximum(values[1], values[2]) == np.maximum(values[0], values[3]))
    assert over + under + ties == pytest.approx(1.0)
