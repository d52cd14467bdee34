"""Laws of the scores, the market and the export of later years."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.chain.world import World
from midstream.evidence import Evidence
from midstream.market import Measures, Network, solve
from midstream.scenarios.frame import Frame, Needs, Paths, Project
from midstream.scenarios.market_network import RouteRules, future_network
from midstream.scenarios.scores import future_scores
from midstream.scenarios.scores_result import FutureScores
from midstream.scorecard.cells import Cells, evaluate
from units.chain.toy import COUNTRIES, FORMS, SECTOR, chain_tables, toy, toy_world
from units.market.networks import drawn_network, drawn_parameters
from units.scenarios.still import cells_of, project, still_needs, still_paths

DRAWS = 40
EXAMPLES = settings(max_examples=15)
RULES = RouteRules(home=0.7, diagonal=0.05, mixing=1e-4)
#: Nothing that runs today is lost.
HELD = {"retention": 1.0}

sizes = st.floats(1, 500)
starts = st.floats(2024, 2036)
years = st.integers(2025, 2035)


@dataclass(frozen=True)
class Toy:
    evidence: Evidence
    world: World
    frame: Frame
    cells: Cells
    paths: Paths
    needs: Needs

    def score(
        self,
        paths: Paths | None = None,
        needs: Needs | None = None,
        when: tuple[int, ...] = (2030, 2035),
        **given: object,
    ) -> FutureScores:
        world = given.pop("world", self.world)
        return future_scores(
            self.evidence,
            world,
            self.frame,
            paths or self.paths,
            needs or self.needs,
            when,
            sectors=(SECTOR,),
            overrides=HELD,
            **given,
        )

    def with_projects(self, *plants: tuple[Project, float]) -> Paths:
        return still_paths(self.cells, self.frame, plants)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    evidence = toy(tmp_path_factory.mktemp("toy"), chain_tables())
    world = toy_world(evidence)
    frame = Frame(7, DRAWS, 2024)
    cells = cells_of(evidence, world, frame, HELD)
    return Toy(evidence, world, frame, cells, still_paths(cells, frame), still_needs(cells, frame))


def stage(scores: FutureScores, form: str, country: str = "IND", year: int = 2035) -> np.ndarray:
    """Draws of the stage that a form of the toy chain is, both ends stacked."""
    row, column = scores.years.index(year), scores.countries.index(country)
    at = 3 - tuple(reversed(FORMS)).index(form)
    return np.stack([scores.low[:, row, column, 0, at], scores.high[:, row, column, 0, at]])


@EXAMPLES
@given(year=years)
def test_where_nothing_moves_the_score_is_todays_without_trajectory(made: Toy, year: int) -> None:
    found = made.score(when=(year,))
    for form in FORMS:
        for country in COUNTRIES:
            today = made.cells.inputs(form, country, projects=False)
            flat = replace(today, growth=np.ones(DRAWS), retention=np.ones(DRAWS))
            drawn = evaluate(flat, made.cells.ruler)
            seen = stage(found, form, country, year)
            if np.isnan(seen).any():
                assert flat.open
                continue
            assert np.array_equal(seen[0], drawn.low.astype(np.float32))
            assert np.array_equal(seen[1], drawn.high.astype(np.float32))


@EXAMPLES
@given(form=st.sampled_from(FORMS[:3]), capacity=sizes, start=starts, year=years)
def test_an_own_plant_more_never_lowers_a_score(
    made: Toy, form: str, capacity: float, start: float, year: int
) -> None:
    # The country's plants on record are its own, so one more of them loosens no control.
    own = project("new", form, "IND", capacity)
    more = made.score(made.with_projects((own, start)), when=(year,))
    plain = made.score(when=(year,))
    assert (stage(more, form, year=year) >= stage(plain, form, year=year) - 1e-6).all()


@EXAMPLES
@given(capacity=sizes, start=starts, later=st.floats(0, 6), year=years)
def test_a_delay_never_raises_a_score(
    made: Toy, capacity: float, start: float, later: float, year: int
) -> None:
    own = project("new", "ndpr-oxide", "IND", capacity)
    soon = made.score(made.with_projects((own, start)), when=(year,))
    late = made.score(made.with_projects((own, start + later)), when=(year,))
    first, last = (stage(found, "ndpr-oxide", year=year) for found in (soon, late))
    assert (last <= first + 1e-6).all()


@EXAMPLES
@given(capacity=sizes, start=starts)
def test_a_plant_of_the_dominant_supplier_never_scores_above_an_own_one(
    made: Toy, capacity: float, start: float
) -> None:
    own = project("new", "ndpr-oxide", "IND", capacity)
    theirs = replace(own, owner="CHN", technology="CHN")
    first = stage(made.score(made.with_projects((own, start))), "ndpr-oxide")
    second = stage(made.score(made.with_projects((theirs, start))), "ndpr-oxide")
    assert (second <= first + 1e-6).all()


@EXAMPLES
@given(factor=st.floats(1, 10))
def test_more_own_need_never_raises_a_score(made: Toy, factor: float) -> None:
    needs = made.needs
    grown = needs.need.copy()
    grown[:, :, needs.places.index(("ndpr-oxide", "IND"))] *= factor
    found = made.score(needs=replace(needs, need=grown))
    assert (stage(found, "ndpr-oxide") <= stage(made.score(), "ndpr-oxide") + 1e-6).all()


@EXAMPLES
@given(factor=st.floats(0.01, 100))
def test_scaling_all_output_and_need_leaves_scores_on_record(made: Toy, factor: float) -> None:
    paths, needs = made.paths, made.needs
    scaled = made.score(
        replace(paths, output=paths.output * factor, base=paths.base * factor),
        replace(needs, need=needs.need * factor),
    )
    plain = made.score()
    for form, country in (("ree-ore", "USA"), ("ndpr-oxide", "JPN"), ("ndfeb-magnet", "CHN")):
        seen, told = stage(scaled, form, country), stage(plain, form, country)
        assert seen == pytest.approx(told, abs=1e-5)


@EXAMPLES
@given(order=st.permutations(COUNTRIES), few=st.integers(1, 4))
def test_countries_neither_order_nor_number_changes_a_score(
    made: Toy, order: list[str], few: int
) -> None:
    plain, some = made.score(), made.score(countries=tuple(order[:few]))
    for number, country in enumerate(order[:few]):
        column = plain.countries.index(country)
        assert np.array_equal(some.low[:, :, number], plain.low[:, :, column], equal_nan=True)
        assert np.array_equal(some.high[:, :, number], plain.high[:, :, column], equal_nan=True)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_workers_change_nothing(made: Toy, workers: int) -> None:
    paths = made.with_projects((project("new", "ndpr-oxide", "IND", 50), 2027.5))
    plain = made.score(paths)
    with ThreadPoolExecutor(workers) as executor:
        shared = made.score(paths, executor=executor)
    assert np.array_equal(shared.low, plain.low, equal_nan=True)
    assert np.array_equal(shared.high, plain.high, equal_nan=True)
    assert np.array_equal(shared.states.score, plain.states.score, equal_nan=True)


@EXAMPLES
@given(capacity=sizes, start=starts, growth=st.floats(0.9, 1.2))
def test_scores_stay_on_the_ruler_and_in_the_box(
    made: Toy, capacity: float, start: float, growth: float
) -> None:
    paths = made.with_projects((project("new", "ndfeb-magnet", "USA", capacity), start))
    found = made.score(paths, still_needs(made.cells, made.frame, growth))
    known = ~np.isnan(found.low)
    assert (found.low[known] >= 1).all()
    assert (found.high[known] <= 5).all()
    assert (found.low[known] <= found.high[known]).all()


# -- the market of a later year ----------------------------------------------------------------


def scaled(network: Network, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Possible output and growth of use at random, with makers where there are some today."""
    rng = np.random.default_rng(seed)
    return network.output * rng.lognormal(0, 0.5, network.output.shape), rng.lognormal(
        0, 0.5, network.output.shape
    )


@EXAMPLES
@given(seed=st.integers(0, 10_000))
def test_a_year_like_today_is_today(seed: int) -> None:
    today = drawn_network(seed)
    # One amount of feed per unit, as all networks of the evidence have it.
    today = future_network(today, today.output, np.ones(today.output.shape), RULES).network
    again = future_network(today, today.output, np.ones(today.output.shape), RULES)
    assert again.factor == pytest.approx(np.ones(3))
    assert again.network.output == pytest.approx(today.output, rel=1e-7, abs=1e-9)
    none = Measures.none(again.network)
    measures = replace(none, output_factor=none.output_factor * again.factor[:, None])
    found = solve(again.network, drawn_parameters(again.network, seed), measures)
    assert np.nan_to_num(found.log_price) == pytest.approx(np.zeros(today.output.shape), abs=1e-6)
    assert found.purchases == pytest.approx(again.network.purchases, rel=1e-6, abs=1e-9)


@EXAMPLES
@given(seed=st.integers(0, 10_000))
def test_what_can_be_made_is_wanted_times_the_factor(seed: int) -> None:
    today = drawn_network(seed)
    possible, growth = scaled(today, seed)
    found = future_network(today, possible, growth, RULES)
    assert found.network.output * found.factor[:, None] == pytest.approx(possible)
    wanted = today.final_use * growth[:, None, :]
    assert found.network.final_use == pytest.approx(wanted)


@EXAMPLES
@given(seed=st.integers(0, 10_000), factor=st.floats(0.1, 10))
def test_making_and_wanting_more_of_everything_leaves_prices(seed: int, factor: float) -> None:
    today = drawn_network(seed)
    possible, growth = scaled(today, seed)
    one = future_network(today, possible, growth, RULES)
    more = future_network(today, possible * factor, growth * factor, RULES)
    assert more.factor == pytest.approx(one.factor)
    assert more.network.flow == pytest.approx(one.network.flow * factor, rel=1e-6, abs=1e-9)


@settings(max_examples=8)
@given(seed=st.integers(0, 1000), more=st.floats(1.05, 2))
def test_more_possible_output_of_a_one_step_chain_lowers_its_price(seed: int, more: float) -> None:
    today = drawn_network(seed, steps=1)
    possible, growth = scaled(today, seed)
    parameters = drawn_parameters(today, seed)

    def price(output: np.ndarray) -> float:
        found = future_network(today, output, growth, RULES)
        none = Measures.none(found.network)
        measures = replace(none, output_factor=none.output_factor * found.factor[:, None])
        state = solve(found.network, parameters, measures)
        weight = found.network.output[0] / found.network.output[0].sum()
        return float((weight * np.nan_to_num(state.log_price[0])).sum())

    assert price(possible * more) < price(possible)
