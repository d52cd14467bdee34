"""Laws of signals, updates, ledgers and scores."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from math import isclose
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.chain.estimate import Floats
from midstream.scenarios.forecasts import Forecast, first, forecasts, merge
from midstream.scenarios.frame import DriverDraws, Frame, Needs, Paths, Project
from midstream.scenarios.observe import Observation, interval, likelihood, observe, odds
from midstream.scenarios.result import State
from midstream.scenarios.scoring import Resolution, brier, logarithmic, score
from midstream.scenarios.signals import Signal, chances, tilted
from midstream.scenarios.watching import ratio

FRAME = Frame(3, 400, 2024)
NAMES = ("stalled", "conservative", "accelerated")


def made_state(seed: int = 1) -> State:
    """Draws in which capacity, a driver and the future hang together."""
    rng = np.random.default_rng(seed)
    pull = rng.standard_normal(FRAME.draws)
    years = len(FRAME.years)
    level = np.exp(pull + 0.3 * rng.standard_normal(FRAME.draws))[:, None]
    capacity = (level * np.linspace(0, 1, years))[:, :, None] * 1000
    project = Project(
        "p", "plant", "oxide", "IND", "", 10.0, 10.0, 10.0, "funded", 2028.0, "", "", None, ()
    )
    start = np.where(pull > 0, 2027 + rng.random(FRAME.draws), np.inf)[:, None]
    paths = Paths(
        FRAME, (("oxide", "IND"),), (project,), capacity, capacity, 0 * capacity,
        np.isfinite(start), start, np.array([True]),
    )  # fmt: skip
    region = np.digitize(pull, [-0.4, 1.0]).astype(np.int64)
    weights = np.full(FRAME.draws, 1 / FRAME.draws)
    needs = Needs(FRAME, (), np.zeros((FRAME.draws, years, 0)), ())
    drivers = DriverDraws(("offtake",), pull[:, None])
    return State(FRAME, drivers, paths, needs, region, NAMES, weights)


STATE = made_state()


def made_signal(quantity: str = "capacity", **own: Any) -> Signal:
    """A signal on capacity in 2030, or another one."""
    numeric = quantity == "capacity"
    signal = Signal(
        id=quantity,
        country="IND",
        indicator="x",
        quantity=quantity,
        form="oxide",
        project="plant",
        driver="offtake",
        outside="",
        comparison="ge" if numeric else "event",
        threshold=500.0 if numeric else None,
        unit="t" if numeric else "",
        by=date(2030, 12, 31),
        chance=0.3,
        error=0.2 if numeric else 0.0,
        false_positive=0.0,
        false_negative=0.0,
        favours=("accelerated",),
        watch="",
        source=(),
        kind="modelled",
        lineage="sig:x",
    )
    return replace(signal, **own)


SIGNALS = (made_signal(), made_signal("start"), made_signal("driver"))
KINDS = st.sampled_from(SIGNALS)
SLOPES = st.floats(0.0, 3.0)
CHANCES = st.floats(0.01, 0.99)


def sums_to_one(values: tuple[float, ...]) -> bool:
    return isclose(sum(values), 1.0, abs_tol=1e-9)


@given(KINDS, SLOPES)
def test_posteriors_weighted_by_the_chance_give_the_prior(signal: Signal, slope: float) -> None:
    yes = chances(signal, STATE, slope)
    p = float((STATE.weights * yes).sum())
    parts = [odds(STATE, STATE.weights * part / (STATE.weights * part).sum())
             for part in (yes, 1 - yes)]  # fmt: skip
    for seen, missed, prior in zip(*parts, odds(STATE, STATE.weights), strict=True):
        assert isclose(p * seen + (1 - p) * missed, prior, abs_tol=1e-9)


@given(st.permutations(range(3)), st.floats(100, 3000), st.booleans(), st.booleans())
def test_the_order_of_observations_does_not_matter(
    order: list[int], figure: float, started: bool, signed: bool
) -> None:
    day = date(2029, 6, 1)
    seen = [Observation("capacity", figure, day), Observation("start", started, day),
            Observation("driver", signed, day)]  # fmt: skip
    one = observe(SIGNALS, STATE, seen, 1.0)
    other = observe(SIGNALS, STATE, [seen[i] for i in order], 1.0)
    np.testing.assert_allclose(one.weights, other.weights, atol=1e-12)
    assert sums_to_one(one.probabilities)


@given(st.floats(100, 3000), st.booleans())
def test_two_updates_are_one_update_with_both(figure: float, started: bool) -> None:
    day = date(2029, 6, 1)
    a, b = Observation("capacity", figure, day), Observation("start", started, day)
    first_step = observe(SIGNALS, STATE, [a], 1.0)
    second = observe(SIGNALS, STATE, [b], 1.0, first_step.weights)
    both = observe(SIGNALS, STATE, [a, b], 1.0)
    np.testing.assert_allclose(second.weights, both.weights, atol=1e-12)


@given(CHANCES)
def test_a_signal_that_says_nothing_changes_nothing(chance: float) -> None:
    signal = made_signal("driver", chance=chance)
    seen = [Observation("driver", True, date(2028, 1, 1))]
    found = observe([signal], STATE, seen, 0.0)
    np.testing.assert_allclose(found.weights, STATE.weights, atol=1e-12)


@given(CHANCES, SLOPES)
def test_the_chance_over_a_standard_normal_driver_is_the_one_stated(
    chance: float, slope: float
) -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    mean = (tilted(chance, nodes, slope) * weights).sum() / weights.sum()
    assert isclose(mean, chance, abs_tol=2e-3)


@given(SLOPES, st.floats(0, 0.4), st.floats(0, 0.4))
def test_wrong_reports_never_sharpen_a_signal(slope: float, false: float, missed: float) -> None:
    def spread(signal: Signal) -> float:
        found: Floats = chances(signal, STATE, slope)
        return float(found.max() - found.min())

    noisy = made_signal("driver", false_positive=false, false_negative=missed)
    assert spread(noisy) <= spread(made_signal("driver")) + 1e-9


@given(st.floats(50, 5000), st.floats(50, 5000))
def test_a_higher_threshold_is_never_likelier(low: float, high: float) -> None:
    low, high = sorted((low, high))
    under = chances(made_signal(threshold=low), STATE, 1.0)
    over = chances(made_signal(threshold=high), STATE, 1.0)
    assert (over <= under + 1e-12).all()


def made_forecast(name: str, day: int, p: float) -> Forecast:
    return Forecast(
        f"study/{name}", name, "x", "2030-12-31", "rule", p, 0.5, f"2026-11-{day:02d}", "r", "0"
    )


TOLD = st.sampled_from([0.2, 0.7])
LEDGERS = st.lists(
    st.builds(made_forecast, st.sampled_from("abc"), st.integers(1, 3), TOLD),
    max_size=5,
)  # fmt: skip


@given(LEDGERS, LEDGERS, LEDGERS)
def test_merging_ledgers_is_associative_and_idempotent(
    a: list[Forecast], b: list[Forecast], c: list[Forecast]
) -> None:
    assert merge(merge(a, b), c) == merge(a, merge(b, c)) == merge(c, b, a)
    assert merge(a, a) == merge(a)


@given(LEDGERS, LEDGERS)
def test_the_first_forecast_of_a_statement_stands(a: list[Forecast], b: list[Forecast]) -> None:
    kept = {one.id: one.made_on for one in first(merge(a, b))}
    for one in (*a, *b):
        assert kept[one.id] <= one.made_on


@given(CHANCES, st.floats(0.0, 1.0))
def test_telling_the_truth_scores_best_on_average(truth: float, told: float) -> None:
    for rule in (brier, logarithmic):
        means = [truth * rule(p, True) + (1 - truth) * rule(p, False) for p in (truth, told)]
        assert means[0] <= means[1] + 1e-9


def test_a_perfect_forecast_scores_nothing() -> None:
    assert brier(1.0, True) == brier(0.0, False) == logarithmic(1.0, True) == 0


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda one: one.quantity)
def test_draws_in_another_order_give_the_same_odds(signal: Signal) -> None:
    turned = np.arange(FRAME.draws)[::-1]
    paths = STATE.paths
    other = replace(
        STATE,
        drivers=DriverDraws(STATE.drivers.names, STATE.drivers.values[turned]),
        paths=replace(paths, capacity=paths.capacity[turned], output=paths.output[turned],
                      start=paths.start[turned]),
        region=STATE.region[turned],
    )  # fmt: skip
    value: float | bool = 900.0 if signal.numeric else True
    seen = [Observation(signal.id, value, date(2029, 1, 1))]
    one, two = (observe([signal], state, seen, 1.0) for state in (STATE, other))
    np.testing.assert_allclose(one.probabilities, two.probabilities, atol=1e-12)


DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))


@given(st.sampled_from(("start", "driver")), SLOPES, DAYS, DAYS)
def test_the_longer_a_thing_is_waited_for_the_more_its_absence_says(
    kind: str, slope: float, one: date, other: date
) -> None:
    signal = made_signal(kind, since=date(2026, 1, 1))
    early, late = (
        likelihood(signal, STATE, Observation(kind, False, day), slope)
        for day in sorted((one, other))
    )
    assert (late <= early + 1e-12).all()


@given(SLOPES)
def test_what_has_not_come_on_the_first_day_says_nothing(slope: float) -> None:
    signal = made_signal("driver", since=date(2026, 11, 24))
    seen = [Observation("driver", False, date(2026, 11, 24))]
    found = observe([signal], STATE, seen, slope)
    np.testing.assert_allclose(found.weights, STATE.weights, atol=1e-12)


@given(KINDS, SLOPES, st.booleans())
def test_on_its_day_a_report_and_its_absence_share_the_draw(
    signal: Signal, slope: float, early: bool
) -> None:
    day = signal.by - timedelta(days=400 * early)
    yes, no = (
        likelihood(signal, STATE, Observation(signal.id, value, day), slope)
        for value in (True, False)
    )
    total = yes + no
    assert (total >= 1 - 1e-9).all() if early else np.allclose(total, 1.0)


@given(st.floats(1, 5000))
def test_a_figure_favours_the_draws_near_it(seen: float) -> None:
    signal = made_signal()
    like = likelihood(signal, STATE, Observation("capacity", seen, signal.by), 1.0)
    gap = np.abs(np.log(STATE.paths.capacity[:, STATE.paths.year(2030), 0] / seen))
    order = np.argsort(gap)
    assert (np.diff(like[order]) <= 1e-12).all()


@given(KINDS, SLOPES)
def test_the_ratio_lies_within_its_interval_and_turns_with_what_it_favours(
    signal: Signal, slope: float
) -> None:
    yes = chances(signal, STATE, slope)
    found, low, high = ratio(signal, STATE, yes)
    assert None not in (found, low, high)
    assert low <= found <= high
    others = tuple(name for name in NAMES if name not in signal.favours)
    turned = ratio(replace(signal, favours=others), STATE, yes)
    np.testing.assert_allclose(turned, (1 / found, 1 / high, 1 / low))


@given(st.floats(0, 1), st.floats(1, 1e4), st.floats(1, 1e4))
def test_more_draws_narrow_an_interval_that_holds_its_share(
    share: float, one: float, other: float
) -> None:
    few, many = sorted((one, other))
    wide, narrow = interval(share, few), interval(share, many)
    for low, high in (wide, narrow):
        assert 0 <= low <= share + 1e-12
        assert share - 1e-12 <= high <= 1
    assert narrow[1] - narrow[0] <= wide[1] - wide[0] + 1e-12


@given(st.lists(KINDS, unique=True), SLOPES)
def test_chances_of_all_futures_in_a_ledger_sum_to_one(signals: list[Signal], slope: float) -> None:
    made = ("2026-11-24", "2026.11", "0")
    record = replace(STATE, region=np.zeros_like(STATE.region))
    told = forecasts("study", signals, STATE, record, slope, made)
    futures = [one for one in told if one.signal.startswith("future-")]
    assert len(told) == len(signals) + len(NAMES)
    for column in ("probability", "record_only"):
        assert isclose(sum(getattr(one, column) for one in futures), 1.0, abs_tol=1e-5)
    assert all(0 <= one.probability <= 1 for one in told)


RESULTS = st.builds(
    Resolution,
    st.sampled_from("abc"),
    st.just("yes"),
    st.booleans(),
    st.dates(date(2026, 11, 1), date(2032, 1, 1)).map(date.isoformat),
)


@given(LEDGERS, st.lists(RESULTS, max_size=3, unique_by=lambda one: one.signal), DAYS)
def test_every_statement_is_scored_open_late_or_still_ahead(
    ledger: list[Forecast], results: list[Resolution], today: date
) -> None:
    card = score(ledger, results, today)
    kept = [one.forecast.id for one in card.scored]
    kept += [one.id for one in (*card.open, *card.late)]
    assert len(kept) == len(set(kept))
    assert set(kept) <= {one.id for one in ledger}
    assert card == score(merge(ledger, ledger), results, today)
    if card.brier is not None:
        assert card.brier == pytest.approx(np.mean([one.brier for one in card.scored]))
        assert 0 <= card.brier <= 1


@given(LEDGERS, st.lists(RESULTS, max_size=3, unique_by=lambda one: one.signal), DAYS)
def test_a_later_day_never_takes_a_score_back(
    ledger: list[Forecast], results: list[Resolution], today: date
) -> None:
    now, later = (score(ledger, results, day) for day in (today, today + timedelta(days=700)))
    assert set(now.scored) <= set(later.scored)
