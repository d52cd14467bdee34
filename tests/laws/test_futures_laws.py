"""Laws of scenarios, their odds and what moves them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from midstream.chain.normal import normal_quantile
from midstream.scenarios import drivers as driving
from midstream.scenarios.discovery import Peeling, box
from midstream.scenarios.drivers import Pusher, elicited
from midstream.scenarios.flip import Runs, flip
from midstream.scenarios.frame import DriverDraws, Frame
from midstream.scenarios.odds import effect, first_order
from midstream.scenarios.outlook_future import Given, run
from midstream.scenarios.outlook_interval import widened
from midstream.scenarios.outlook_request import OutlookSettings, Request, prepared
from midstream.scenarios.override import effective, overridden
from midstream.scenarios.regions import ROLES, Comparison, Condition, Rule, region, shares
from midstream.scenarios.regions_met import met
from midstream.scenarios.sobol import total
from midstream.scenarios.weighted import by_scenario, conditional_sum, spread
from units.scenarios.outcomes import FORM, outcome, project

if TYPE_CHECKING:
    from midstream.study import Study

few = settings(max_examples=40, deadline=None)
ONE = Comparison("id", FORM, "output", "absolute", 1.0, "t")
CONDITIONS = tuple(Condition(f"c{n}", ROLES[n % 4], (ONE,), f"c{n}") for n in range(9))
holding = arrays(bool, st.tuples(st.integers(1, 30), st.just(len(CONDITIONS))))
counts = st.dictionaries(st.sampled_from(ROLES[:3]), st.integers(1, 3), min_size=1)
ladders = st.lists(st.tuples(counts, st.booleans()), min_size=1, max_size=4)
numbers = st.floats(-5, 5)
samples = arrays(float, st.integers(60, 200), elements=numbers)


def rules_of(ladder: list[tuple[dict[str, int], bool]]) -> list[Rule]:
    higher = [
        Rule(f"s{rank}", f"s{rank}", rank, least, must)
        for rank, (least, must) in enumerate(ladder, start=1)
    ]
    return [Rule("s0", "s0", 0, {}), *higher]


class TestRegions:
    @few
    @given(holding, ladders)
    def test_every_draw_is_in_one_region_and_probabilities_sum_to_one(
        self, held: np.ndarray, ladder: list[tuple[dict[str, int], bool]]
    ) -> None:
        rules = rules_of(ladder)
        found = region(held, CONDITIONS, rules)
        assert set(found) <= set(range(len(rules)))
        assert sum(shares(found, len(rules))) == pytest.approx(1)

    @few
    @given(holding, ladders, st.integers(0, len(CONDITIONS) - 1))
    def test_a_condition_that_fails_never_lifts_a_draw(
        self, held: np.ndarray, ladder: list[tuple[dict[str, int], bool]], column: int
    ) -> None:
        harder = held.copy()
        harder[:, column] = False
        rules = rules_of(ladder)
        assert (region(harder, CONDITIONS, rules) <= region(held, CONDITIONS, rules)).all()

    @few
    @given(
        st.lists(st.floats(0, 1e4), min_size=1, max_size=20),
        st.floats(0, 1e4),
        st.floats(0, 1e4),
        st.sampled_from(["share-of-need", "absolute", "share-outside"]),
        st.sampled_from(["output", "capacity"]),
    )
    def test_a_higher_threshold_never_holds_more_often(
        self, home: list[float], low: float, more: float, threshold: str, metric: str
    ) -> None:
        found = outcome(home, [100.0] * len(home), away=50.0)
        easy = replace(ONE, threshold=threshold, metric=metric, value=low / 1e3)
        hard = replace(easy, value=(low + more) / 1e3)
        held = met(
            [Condition("e", "scale", (easy,), ""), Condition("h", "scale", (hard,), "")], found
        )
        assert (held[:, 1] <= held[:, 0]).all()

    @few
    @given(holding, ladders, st.randoms(use_true_random=False))
    def test_the_order_of_conditions_does_not_matter(self, held, ladder, random) -> None:  # type: ignore[no-untyped-def]
        order = list(range(len(CONDITIONS)))
        random.shuffle(order)
        moved = [CONDITIONS[column] for column in order]
        rules = rules_of(ladder)
        assert (region(held[:, order], moved, rules) == region(held, CONDITIONS, rules)).all()

    @few
    @given(st.lists(st.floats(0, 1e4), min_size=1, max_size=20), st.floats(0.01, 100))
    def test_doubling_output_need_and_supply_leaves_shares(
        self, home: list[float], factor: float
    ) -> None:
        shared = ("share-of-need", "share-outside")
        asked = [Condition(n, "scale", (replace(ONE, threshold=n, value=0.3),), "") for n in shared]
        once = outcome(home, [90.0] * len(home), away=50.0)
        more = outcome(
            [factor * part for part in home], [factor * 90.0] * len(home), away=factor * 50.0
        )
        # A draw on the threshold itself may fall to either side by rounding.
        near = np.abs(np.array(home) - 27.0) < 1e-6
        near |= np.abs(np.array(home) * 0.7 - 15.0) < 1e-6
        assert (met(asked, once)[~near] == met(asked, more)[~near]).all()


class TestWeights:
    @few
    @given(st.lists(st.integers(1, 50), min_size=2, max_size=5))
    def test_experts_who_agree_with_the_model_change_nothing(self, sizes: list[int]) -> None:
        found = np.repeat(np.arange(len(sizes)), sizes)
        names = tuple(f"s{rank}" for rank in range(len(sizes)))
        experts = dict(zip(names, shares(found, len(sizes)), strict=True))
        weights = overridden(found, names, experts, least=1)
        assert weights == pytest.approx(np.full(len(found), 1 / len(found)))
        assert effective(weights) == pytest.approx(len(found))

    @few
    @given(samples, st.integers(1, 4), st.integers(0, 1000))
    def test_the_weighted_mean_is_the_sum_of_probability_times_mean(
        self, values: np.ndarray, count: int, seed: int
    ) -> None:
        rng = np.random.default_rng(seed)
        found = rng.integers(0, count, len(values))
        weights = rng.dirichlet(np.ones(len(values)))
        whole = spread(values, weights)
        assert whole is not None
        parts = by_scenario(values, found, weights, count)
        assert conditional_sum(parts) == pytest.approx(whole.mean)
        assert sum(probability for probability, _ in parts) == pytest.approx(1)
        assert whole.low <= whole.middle <= whole.high

    @few
    @given(
        st.floats(0, 1),
        st.integers(1, 10_000),
        st.lists(st.floats(0, 1), max_size=30),
        st.integers(2, 500),
    )
    def test_an_interval_holds_its_probability(
        self, share: float, draws: int, groups: list[float], size: int
    ) -> None:
        low, high = widened(share, draws, np.array(groups), size)
        assert 0 <= low <= share <= high <= 1


class TestOdds:
    @few
    @given(samples, st.integers(0, 1000))
    def test_indices_lie_between_nothing_and_all(self, outcome: np.ndarray, seed: int) -> None:
        rng = np.random.default_rng(seed)
        driver, redrawn = rng.standard_normal(len(outcome)), rng.permutation(outcome)
        for index in (first_order(driver, outcome), total(outcome, redrawn)):
            assert index is None or 0 <= index <= 1

    @few
    @given(samples)
    def test_a_driver_carries_itself_upwards(self, driver: np.ndarray) -> None:
        found = effect(driver, driver)
        if found is None:
            assert np.ptp(driver) == 0
        else:
            assert found.change >= 0
            assert found.low <= found.change <= found.high

    @few
    @given(st.floats(0.1, 1.8), st.floats(0.05, 0.9))
    def test_an_easier_threshold_is_passed_by_a_smaller_shift(
        self, threshold: float, part: float
    ) -> None:
        levels = (np.arange(4000) + 0.5) / 4000
        values = np.stack([normal_quantile(levels), 2 * normal_quantile(levels)])
        found = [
            flip(Runs((1.0, 2.0), values, (values > level).astype(np.int64), 2).odds, 2.0)
            for level in (threshold, threshold * part)
        ]
        assert found[0] is not None
        assert found[1] is not None
        assert 0 < found[1].shift <= found[0].shift

    @few
    @given(arrays(float, (200, 2), elements=st.floats(0, 1)), st.floats(0, 1))
    def test_a_box_lies_within_all_draws(self, inputs: np.ndarray, edge: float) -> None:
        peeling = Peeling(0.1, 0.05, 0.3, 0.05)
        found = box(inputs, ("x", "z"), inputs[:, 0] > edge, peeling)
        if found is not None:
            assert 0 <= found.coverage <= 1
            assert 0 <= found.density <= 1
            assert found.base <= found.density
            # Coverage, density and mass are bound together by Bayes' rule.
            assert found.coverage * found.base == pytest.approx(found.density * found.mass)


class TestDrivers:
    @few
    @given(
        st.lists(numbers, min_size=3, max_size=3),
        st.lists(st.floats(-4, 4), min_size=2, max_size=20),
    )
    def test_an_elicited_law_keeps_the_order(self, points: list[float], at: list[float]) -> None:
        low, middle, high = sorted(points)
        mapped = elicited(np.array(sorted(at)), (low, middle, high))
        assert (np.diff(mapped) >= -1e-12).all()

    @few
    @given(numbers, st.floats(0, 3))
    def test_more_delivery_never_lowers_the_odds_of_a_project(
        self,
        evidence,
        value: float,
        more: float,  # type: ignore[no-untyped-def]
    ) -> None:
        frame = Frame(3, 5, 2024)
        known = driving.drivers(evidence)
        pusher = Pusher(known, driving.sizes(evidence, frame), frame, "IND", ("CHN",))
        projects = [project("a"), project("b", standing="slot"), project("c", country="USA")]
        values = np.zeros((5, len(known)))
        column = [one.id for one in known].index("policy-delivery")
        pushes = []
        for level in (value, value + more):
            values[:, column] = level
            draws = DriverDraws(tuple(one.id for one in known), values.copy())
            pushes.append(pusher.push(draws, projects, [(FORM, "IND")]))
        assert (pushes[1].log_odds >= pushes[0].log_odds).all()
        assert (pushes[1].delay_factor <= pushes[0].delay_factor).all()
        # The projects of another country follow drivers of their own.
        assert (pushes[1].log_odds[:, 2] == pushes[0].log_odds[:, 2]).all()

    def test_a_project_more_and_another_order_shift_no_other(self, evidence) -> None:  # type: ignore[no-untyped-def]
        frame = Frame(3, 50, 2024)
        values = driving.draw(evidence, frame, "IND")
        projects = [project("a"), project("b", country="USA"), project("c", standing="slot")]
        whole = driving.log_odds(evidence, frame, values, projects, "IND")
        fewer = driving.log_odds(evidence, frame, values, projects[:2], "IND")
        turned = driving.log_odds(evidence, frame, values, projects[::-1], "IND")
        assert (whole[:, :2] == fewer).all()
        assert (whole == turned[:, ::-1]).all()


@pytest.fixture(scope="module")
def request_of_india(study: Study) -> Request:
    config = study.config
    asked = OutlookSettings(
        config.focus, config.incumbents, config.chains, (), config.countries, 200, config.seed
    )
    return prepared(study.evidence, study.world, asked)


class TestRuns:
    @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.floats(-2, 1.5), st.floats(0.1, 1.5))
    def test_better_delivery_never_lowers_the_odds_of_the_better_scenarios(
        self, request_of_india: Request, mean: float, more: float
    ) -> None:
        setup = request_of_india.setup.narrowed()
        given_draws = Given.of(setup.evidence, request_of_india.frame(200))
        found = []
        for shift in (mean, mean + more):
            asked = replace(request_of_india, means={"policy-delivery": shift})
            future = run(setup, given_draws, asked.values(given_draws.frame))
            found.append([np.mean(future.region >= rank) for rank in (1, 2, 3)])
        assert np.array(found[1]) == pytest.approx(np.maximum(found[0], found[1]))

    def test_the_odds_move_when_a_drivers_prior_moves(self, request_of_india: Request) -> None:
        setup = request_of_india.setup.narrowed()
        given_draws = Given.of(setup.evidence, request_of_india.frame(200))
        found = []
        for shift in (-1.5, 1.5):
            asked = replace(request_of_india, means={"policy-delivery": shift})
            found.append(run(setup, given_draws, asked.values(given_draws.frame)).region.mean())
        assert found[1] > found[0]

    def test_a_narrowed_run_gives_the_scenarios_of_the_whole(
        self, request_of_india: Request
    ) -> None:
        setup = request_of_india.setup
        given_draws = Given.of(setup.evidence, request_of_india.frame(60))
        values = request_of_india.values(given_draws.frame)
        whole = run(setup, given_draws, values)
        narrow = run(setup.narrowed(), given_draws, values)
        assert (whole.met == narrow.met).all()
