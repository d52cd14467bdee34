"""Laws of the scorecard: what must hold for any inputs of the ruler, any world, any study."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from midstream.chain.baseline import Scope, baseline
from midstream.chain.change import (
    CapacityChange,
    Change,
    CostChange,
    DemandChange,
    FlowRestriction,
    OutputChange,
    OwnershipChange,
    PriceSupport,
    ProbabilityChange,
)
from midstream.chain.estimate import Estimate
from midstream.chain.world import World
from midstream.evidence import Evidence
from midstream.scorecard.cells import CellInputs, Cells, evaluate
from midstream.scorecard.digits import verdict
from midstream.scorecard.draws import Draws, Parameters
from midstream.scorecard.ladder import Ruler
from midstream.scorecard.result import CellScore, Scorecard
from midstream.scorecard.run import Settings, score
from midstream.study import Study
from units.chain.toy import COUNTRIES, FORMS, SECTOR, central, chain_tables, toy, toy_world

DRAWS = 64
EXAMPLES = hypothesis_settings(max_examples=40)
FEW_EXAMPLES = hypothesis_settings(max_examples=8)

positive = st.floats(1e-3, 1e6)
ratios = st.floats(0, 1)
factors = st.floats(1.01, 5)


@pytest.fixture(scope="module")
def toy_evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return toy(tmp_path_factory.mktemp("toy"), chain_tables())


@pytest.fixture(scope="module")
def world(toy_evidence: Evidence) -> World:
    return toy_world(toy_evidence)


@pytest.fixture(scope="module")
def parameters(toy_evidence: Evidence) -> Parameters:
    return Parameters(toy_evidence, Draws(7, DRAWS))


@pytest.fixture(scope="module")
def ruler(parameters: Parameters) -> Ruler:
    """A drawn ruler: the laws hold draw by draw, not on average."""
    return Ruler.draw(parameters)


def run(evidence: Evidence, world: World, **changed: object) -> Scorecard:
    given_settings: dict[str, object] = {
        "countries": COUNTRIES,
        "sectors": (SECTOR,),
        "draws": DRAWS,
        "seed": 7,
        "lifts": frozenset(),
    }
    return score(evidence, world, Settings(**{**given_settings, **changed}))


def numbers(cells: Iterable[CellScore]) -> dict[tuple[str, str, str], object]:
    """Every number of some cells, to compare bit for bit."""
    return {
        (cell.country, cell.sector, cell.stage): (
            (cell.score.value, cell.score.low, cell.score.high, cell.score.label),
            (cell.digit, cell.digit_low, cell.digit_high, cell.p_digit),
            [(q.value, q.low, q.high) for q in cell.pillars.values()],
            [(f.form, f.score.value, f.probabilities, f.need.value) for f in cell.forms],
        )
        for cell in cells
    }


def drawn(
    world: World, parameters: Parameters, form: str = "ndfeb-magnet", country: str = "IND"
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of a cell draw by draw, at both ends of the box."""
    cells = Cells(world, parameters, 2030, COUNTRIES)
    made = evaluate(cells.inputs(form, country), cells.ruler)
    return made.low, made.high


# -- the ruler --------------------------------------------------------------------------------


@st.composite
def inputs(draw: st.DrawFn) -> CellInputs:
    """Inputs of a cell, the same in every draw."""

    def same(value: float) -> np.ndarray:
        return np.full(DRAWS, value)

    reference = draw(positive)
    low = draw(st.just(0.0) | positive)
    high = draw(st.none() | st.floats(0, 1e6))
    first = same(low)
    return CellInputs(
        low=first,
        high=first if high is None else same(low + high),
        need=same(draw(st.floats(0, 1e6) | st.just(float("nan")))),
        reference=same(reference),
        addition=same(draw(st.just(0.0) | positive)),
        retention=same(draw(st.floats(0.5, 1))),
        growth=same(draw(st.floats(0.5, 3))),
        components=np.stack([same(draw(ratios)) for _ in range(5)]),
        open=False,
    )


@EXAMPLES
@given(cell=inputs())
def test_a_score_lies_between_one_and_five(ruler: Ruler, cell: CellInputs) -> None:
    made = evaluate(cell, ruler)
    for scores in (made.low, made.high):
        assert ((scores >= 1) & (scores <= 5)).all()
    for pillars in (*made.installed, *made.trajectory, made.control):
        assert ((pillars >= 0) & (pillars <= 1 + 1e-12)).all()
    assert (made.low <= made.high + 1e-12).all()


@EXAMPLES
@given(cell=inputs(), extra=positive)
def test_a_score_rises_with_output(ruler: Ruler, cell: CellInputs, extra: float) -> None:
    more = replace(cell, low=cell.low + extra, high=cell.high + extra)
    before, after = evaluate(cell, ruler), evaluate(more, ruler)
    assert (after.low >= before.low - 1e-9).all()
    assert (after.high >= before.high - 1e-9).all()


@EXAMPLES
@given(cell=inputs(), extra=positive)
def test_output_that_is_shown_closes_the_box(ruler: Ruler, cell: CellInputs, extra: float) -> None:
    made = evaluate(cell.with_output(extra), ruler)
    if not cell.counted:
        assert (made.low == made.high).all()


@EXAMPLES
@given(cell=inputs(), extra=positive)
def test_a_score_rises_with_what_is_completed(ruler: Ruler, cell: CellInputs, extra: float) -> None:
    more = replace(cell, addition=cell.addition + extra)
    before, after = evaluate(cell, ruler), evaluate(more, ruler)
    assert (after.low >= before.low - 1e-9).all()
    assert (after.low <= before.low + 1 + 1e-9).all(), "plans add at most one point"


@EXAMPLES
@given(cell=inputs(), component=st.integers(0, 4), rise=ratios)
def test_a_score_rises_with_control(
    ruler: Ruler, cell: CellInputs, component: int, rise: float
) -> None:
    components = cell.components.copy()
    components[component] = np.minimum(1.0, components[component] + rise)
    before, after = evaluate(cell, ruler), evaluate(replace(cell, components=components), ruler)
    assert (after.low >= before.low - 1e-9).all()


@EXAMPLES
@given(cell=inputs(), share=st.floats(0.011, 10), factor=factors)
def test_a_score_falls_with_own_need_above_the_fade(
    ruler: Ruler, cell: CellInputs, share: float, factor: float
) -> None:
    need = share * cell.reference
    little, much = replace(cell, need=need), replace(cell, need=need * factor)
    before, after = evaluate(little, ruler), evaluate(much, ruler)
    assert (after.installed[0] <= before.installed[0] + 1e-9).all()
    steady = replace(little, addition=np.zeros(DRAWS)), replace(much, addition=np.zeros(DRAWS))
    low = [evaluate(part, ruler).low for part in steady]
    assert (low[1] <= low[0] + 1e-9).all()


@EXAMPLES
@given(cell=inputs())
def test_no_output_and_no_project_is_one(ruler: Ruler, cell: CellInputs) -> None:
    none = replace(cell, low=np.zeros(DRAWS), high=np.zeros(DRAWS), addition=np.zeros(DRAWS))
    made = evaluate(none, ruler)
    assert (made.low == 1).all()
    assert (made.high == 1).all()


@EXAMPLES
@given(cell=inputs())
def test_no_output_is_two_at_most_whatever_is_planned(ruler: Ruler, cell: CellInputs) -> None:
    none = replace(cell, low=np.zeros(DRAWS), high=np.zeros(DRAWS))
    assert (evaluate(none, ruler).high <= 2).all()


@EXAMPLES
@given(cell=inputs(), scale=st.floats(1e-3, 1e3))
def test_scaling_all_tonnages_leaves_the_score(
    ruler: Ruler, cell: CellInputs, scale: float
) -> None:
    names = ("low", "high", "need", "reference", "addition")
    bigger = replace(cell, **{name: getattr(cell, name) * scale for name in names})
    before, after = evaluate(cell, ruler), evaluate(bigger, ruler)
    assert after.low == pytest.approx(before.low, abs=1e-9)
    assert after.high == pytest.approx(before.high, abs=1e-9)


@EXAMPLES
@given(scores=st.lists(st.floats(1, 5), min_size=1, max_size=6), data=st.data())
def test_a_stage_lies_between_its_forms(
    ruler: Ruler, scores: list[float], data: st.DataObject
) -> None:
    raw = data.draw(
        st.lists(st.floats(0.01, 1), min_size=len(scores), max_size=len(scores)), "weights"
    )
    weights = np.tile(np.array(raw) / sum(raw), (DRAWS, 1))
    stage = ruler.mean(np.tile(np.array(scores)[:, None], (1, DRAWS)), weights)
    assert (stage >= min(scores) - 1e-9).all()
    assert (stage <= max(scores) + 1e-9).all()


def test_an_open_cell_runs_over_the_whole_ruler(
    world: World, parameters: Parameters, ruler: Ruler
) -> None:
    cells = Cells(world, parameters, 2030, COUNTRIES)
    made = evaluate(replace(cells.inputs("ev", "IND"), open=True), ruler)
    assert (made.low == 1).all()
    assert (made.high == 5).all()


# -- digits and boxes -------------------------------------------------------------------------

scores = st.lists(st.floats(1, 5), min_size=1, max_size=60)


@given(low=scores, rises=st.data(), threshold=st.floats(0.5, 1))
def test_a_digit_needs_the_threshold_at_both_ends(
    low: list[float], rises: st.DataObject, threshold: float
) -> None:
    first = np.array(low)
    up = rises.draw(st.lists(st.floats(0, 4), min_size=len(low), max_size=len(low)))
    last = np.minimum(5, first + np.array(up))
    found = verdict(first, last, threshold)
    assert sum(found.probabilities) <= 1 + 1e-9
    assert all(0 <= share <= 1 for share in found.probabilities)
    assert found.low <= found.value <= found.high
    assert found.digit_low <= found.digit_high
    if found.digit is not None:
        for end in (first, last):
            share = (np.clip(np.floor(end + 0.5), 1, 5) == found.digit).mean()
            assert share >= threshold - 1e-9
    else:
        assert max(found.probabilities) < threshold


@given(low=scores, data=st.data())
def test_wider_ends_never_narrow_the_box(low: list[float], data: st.DataObject) -> None:
    first = np.array(low)
    steps = st.lists(st.floats(0, 2), min_size=len(low), max_size=len(low))
    high = np.minimum(5, first + np.array(data.draw(steps)))
    lower = np.maximum(1, first - np.array(data.draw(steps)))
    higher = np.minimum(5, high + np.array(data.draw(steps)))
    narrow, wide = verdict(first, high, 0.6), verdict(lower, higher, 0.6)
    assert wide.low <= narrow.low + 1e-12
    assert wide.high >= narrow.high - 1e-12


@FEW_EXAMPLES
@given(top=st.floats(0, 400), more=st.floats(0, 400))
def test_wider_bounds_on_an_output_never_narrow_a_score(
    toy_evidence: Evidence, world: World, top: float, more: float
) -> None:
    def bounded(high: float) -> World:
        estimate = Estimate("t", "bounded", (), 0.0, high, None, "x/bounded")
        return world.with_parts(outputs={**world.outputs, ("ree-ore", "JPN"): estimate})

    narrow, wide = (
        run(toy_evidence, bounded(high)).cell("JPN", SECTOR, "C1").score
        for high in (top, top + more)
    )
    assert wide.low <= narrow.low + 1e-12
    assert wide.high >= narrow.high - 1e-12


# -- draws ------------------------------------------------------------------------------------


@given(name=st.text(min_size=1, max_size=30), others=st.lists(st.text(max_size=10), max_size=5))
def test_a_name_draws_the_same_whatever_else_is_drawn(name: str, others: list[str]) -> None:
    alone, after = Draws(3, 50), Draws(3, 50)
    for other in others:
        after.uniform(other)
    assert (alone.uniform(name) == after.uniform(name)).all()


@given(seed=st.integers(0, 2**31), size=st.integers(1, 300))
def test_uniform_draws_have_one_in_every_slice(seed: int, size: int) -> None:
    drawn_numbers = np.sort(Draws(seed, size).uniform("x")) * size
    assert (np.floor(np.minimum(drawn_numbers, size - 1e-9)) == np.arange(size)).all()


def test_streams_of_two_names_and_of_two_seeds_differ() -> None:
    assert (Draws(1, 50).uniform("a") != Draws(1, 50).uniform("b")).any()
    assert (Draws(1, 50).uniform("a") != Draws(2, 50).uniform("a")).any()


@given(weights=st.lists(st.floats(0.05, 1), min_size=2, max_size=5))
def test_drawn_weights_sum_to_one(parameters: Parameters, weights: list[float]) -> None:
    names = tuple(f"w{n}" for n in range(len(weights)))
    made = parameters.dirichlet(names, np.array(weights) / sum(weights), "law")
    assert made.sum(axis=1) == pytest.approx(1)
    assert (made >= 0).all()


# -- worlds -----------------------------------------------------------------------------------


def test_two_runs_of_one_world_are_the_same(toy_evidence: Evidence, world: World) -> None:
    assert numbers(run(toy_evidence, world).cells) == numbers(run(toy_evidence, world).cells)


def test_the_seed_is_the_only_source_of_chance(toy_evidence: Evidence, world: World) -> None:
    one, other = run(toy_evidence, world, seed=1), run(toy_evidence, world, seed=2)
    assert numbers(one.cells) != numbers(other.cells)


@pytest.mark.parametrize(
    "change",
    [
        OutputChange("ndfeb-magnet", "IND", 1),
        OutputChange("ev", "IND", 1),
        DemandChange("ev", "IND", 1),
        CostChange("ree-ore", "IND", 1),
        PriceSupport("ree-ore", 0),
        FlowRestriction("ree-ore", "CHN", (), 0),
        CapacityChange("empty", "ndfeb-magnet", "USA", 0, 2027),
    ],
    ids=repr,
)
def test_a_change_that_changes_nothing_leaves_every_score(
    toy_evidence: Evidence, world: World, change: Change
) -> None:
    before, after = run(toy_evidence, world), run(toy_evidence, world.apply(change))
    assert numbers(after.cells) == numbers(before.cells)


@FEW_EXAMPLES
@given(order=st.permutations(COUNTRIES))
def test_permuting_countries_permutes_results(
    toy_evidence: Evidence, world: World, order: list[str]
) -> None:
    wanted = tuple(order)
    one = run(toy_evidence, world, ranked=COUNTRIES)
    other = run(toy_evidence, toy_world(toy_evidence, wanted), countries=wanted, ranked=wanted)
    assert numbers(one.cells) == numbers(other.cells)
    for country in COUNTRIES:
        assert one.profile(country).ranks == other.profile(country).ranks
        assert one.profile(country).hollow_index.value == other.profile(country).hollow_index.value


@FEW_EXAMPLES
@given(factor=factors)
def test_more_output_never_lowers_a_score_draw_by_draw(
    world: World, parameters: Parameters, factor: float
) -> None:
    low, high = drawn(world, parameters)
    more_low, more_high = drawn(
        world.apply(OutputChange("ndfeb-magnet", "IND", factor)), parameters
    )
    assert (more_low >= low - 1e-9).all()
    assert (more_high >= high - 1e-9).all()
    assert more_low.mean() > low.mean()


@FEW_EXAMPLES
@given(one=ratios, other=ratios)
def test_a_likelier_project_never_lowers_a_score(
    world: World, parameters: Parameters, one: float, other: float
) -> None:
    less, more = sorted((one, other))
    before, _ = drawn(world.apply(ProbabilityChange("line", less)), parameters)
    after, _ = drawn(world.apply(ProbabilityChange("line", more)), parameters)
    assert (after >= before - 1e-9).all()


def test_ownership_by_the_dominant_supplier_never_raises_a_score(
    world: World, parameters: Parameters
) -> None:
    ranked = ["domestic", "joint", "allied", "dominant"]
    made = [
        drawn(world.apply(OwnershipChange("ndfeb-magnet", "IND", category)), parameters)[0]
        for category in ranked
    ]
    for better, worse in pairwise(made):
        assert (better >= worse - 1e-9).all()


def test_money_that_is_not_tied_to_a_plant_adds_nothing(toy_evidence: Evidence) -> None:
    tables = chain_tables()
    paid = {"id": "budget", "country": "USA", "form": "ndfeb-magnet", "stage": "C3"}
    funded = {**paid, "status": "funded", "capex": 1e10, "capex_currency": "USD"}
    before = run(toy_evidence, toy_world(toy_evidence))
    folder = toy_evidence.folder.path.with_name("money")
    with_money = toy(folder, {**tables, "facilities": [*tables["facilities"], funded]})
    after = run(with_money, toy_world(with_money))
    one, other = (card.cell("USA", SECTOR, "C3").pillars for card in (before, after))
    for pillar in ("installed", "trajectory"):
        assert one[pillar].value == other[pillar].value


def scaled_tables(factor: float) -> dict[str, object]:
    tables: dict[str, object] = dict(chain_tables())
    tables["observations"] = [
        {**row, **{name: row[name] * factor for name in ("value", "low", "high")}}
        for row in chain_tables()["observations"]
    ]
    tables["facilities"] = [
        {**row, "capacity": row["capacity"] * factor} if "capacity" in row else row
        for row in chain_tables()["facilities"]
    ]
    return tables


@pytest.mark.parametrize("factor", [0.01, 2, 1000])
def test_scaling_every_figure_of_the_evidence_leaves_every_score(
    toy_evidence: Evidence, world: World, tmp_path_factory: pytest.TempPathFactory, factor: float
) -> None:
    bigger = toy(tmp_path_factory.mktemp("scaled"), scaled_tables(factor))
    before, after = run(toy_evidence, world), run(bigger, toy_world(bigger))
    for one, other in zip(before.cells, after.cells, strict=True):
        assert other.score.value == pytest.approx(one.score.value, abs=1e-9)
        assert other.digit == one.digit


@FEW_EXAMPLES
@given(part=st.floats(0.05, 0.95))
def test_halving_a_plant_changes_nothing_at_fixed_completion_and_use(
    toy_evidence: Evidence, world: World, part: float
) -> None:
    """Each plant draws for itself, so the law is exact only where nothing is drawn for it."""
    held = central(toy_evidence)
    whole = CapacityChange("whole", "ndfeb-magnet", "IND", 100.0, 2026)
    parts = [
        CapacityChange("one", "ndfeb-magnet", "IND", 100 * part, 2026),
        CapacityChange("other", "ndfeb-magnet", "IND", 100 * (1 - part), 2026),
    ]
    one = run(toy_evidence, world.apply(whole), overrides=held)
    other = run(toy_evidence, world.apply(*parts), overrides=held)
    for first, second in zip(one.cells, other.cells, strict=True):
        assert second.score.value == pytest.approx(first.score.value, abs=1e-9)


def test_halving_a_plant_keeps_the_expected_addition(toy_evidence: Evidence, world: World) -> None:
    parameters = Parameters(toy_evidence, Draws(7, 4000))
    bare = world.with_parts(plants=())
    whole = CapacityChange("whole", "ndfeb-magnet", "IND", 100.0, 2026)
    parts = [CapacityChange(n, "ndfeb-magnet", "IND", 50.0, 2026) for n in ("one", "other")]
    made = [
        Cells(changed, parameters, 2030, COUNTRIES).inputs("ndfeb-magnet", "IND").addition
        for changed in (bare.apply(whole), bare.apply(*parts))
    ]
    assert made[1].mean() == pytest.approx(made[0].mean(), rel=0.02)
    assert made[1].std() < made[0].std(), "two plants are less of a gamble than one"


@FEW_EXAMPLES
@given(tonnes=st.floats(1, 1e6))
def test_a_third_of_the_need_and_a_twentieth_of_the_world_is_three(
    toy_evidence: Evidence, tonnes: float
) -> None:
    parameters = Parameters(toy_evidence, Draws(7, 4), central(toy_evidence))
    ruler = Ruler.draw(parameters)
    output = np.full(4, 0.05 * tonnes)
    cell = CellInputs(
        low=output,
        high=output,
        need=output / 0.33,
        reference=np.full(4, tonnes),
        addition=np.zeros(4),
        retention=np.ones(4),
        growth=np.ones(4),
        components=np.ones((5, 4)),
        open=False,
    )
    assert evaluate(cell, ruler).low == pytest.approx(np.full(4, 3.0))


def test_every_stage_of_a_run_lies_between_its_forms(study: Study) -> None:
    card = study.scorecard()
    for cell in card.cells:
        if cell.score.missing or any(form.score.missing for form in cell.forms):
            continue
        middles = [form.score.value for form in cell.forms]
        lows = [form.score.low for form in cell.forms]
        highs = [form.score.high for form in cell.forms]
        assert min(lows) - 1e-9 <= cell.score.low
        assert cell.score.high <= max(highs) + 1e-9
        if len(middles) == 1:
            assert cell.score.value == middles[0]


def test_every_score_of_a_run_is_on_the_ruler_or_missing(study: Study) -> None:
    card = study.scorecard()
    threshold = study.evidence.parameter("digit.threshold").value
    for cell in card.cells:
        if cell.score.missing:
            assert cell.digit is None
            assert cell.missing
            assert cell.score.label is None
            continue
        assert 1 <= cell.score.low <= cell.score.value <= cell.score.high <= 5
        assert cell.score.label is not None
        if cell.digit is not None:
            assert cell.p_digit >= threshold
    for form in card.form_scores:
        assert sum(form.probabilities) <= 1 + 1e-9


def test_every_rank_interval_holds_its_rank(study: Study) -> None:
    card = study.scorecard()
    for profile in card.profiles:
        assert set(profile.ranks) == {"C1", "C2", "C3", "C4"}
        for rank in profile.ranks.values():
            assert 1 <= rank.low <= rank.p50 <= rank.high <= len(study.config.countries)


# -- the shipped release: adding countries and sectors ----------------------------------------


@pytest.fixture(scope="module")
def three(evidence: Evidence) -> Scorecard:
    names = ("IND", "CHN", "USA")
    made = baseline(evidence, Scope(names, 2024))
    return run(evidence, made, countries=names, sectors=("rare-earth-magnets", "batteries"))


def test_adding_countries_moves_no_other_score(evidence: Evidence, three: Scorecard) -> None:
    names = ("ZAF", "IND", "JPN", "CHN", "USA", "CHL")
    made = baseline(evidence, Scope(names, 2024))
    more = run(evidence, made, countries=names, sectors=("rare-earth-magnets", "batteries"))
    kept = [cell for cell in more.cells if cell.country in ("IND", "CHN", "USA")]
    assert numbers(kept) == numbers(three.cells)


def test_leaving_countries_out_moves_no_other_score(evidence: Evidence, three: Scorecard) -> None:
    made = baseline(evidence, Scope(("IND",), 2024))
    less = run(evidence, made, countries=("IND",), sectors=("rare-earth-magnets", "batteries"))
    kept = [cell for cell in three.cells if cell.country == "IND"]
    assert numbers(kept) == numbers(less.cells)


def test_adding_sectors_moves_no_other_score(evidence: Evidence, three: Scorecard) -> None:
    names = ("IND", "CHN", "USA")
    made = baseline(evidence, Scope(names, 2024))
    sectors = ("wind", "batteries", "defence", "rare-earth-magnets")
    more = run(evidence, made, countries=names, sectors=sectors)
    kept = [c for c in more.cells if c.sector in ("rare-earth-magnets", "batteries")]
    assert numbers(kept) == numbers(three.cells)


def test_scoring_a_part_gives_the_scores_of_the_whole(study: Study) -> None:
    whole = study.scorecard()
    part = study.scorecard(["IND"], ["rare-earth-magnets"])
    kept = [c for c in whole.cells if (c.country, c.sector) == ("IND", "rare-earth-magnets")]
    assert numbers(kept) == numbers(part.cells)


def test_a_change_elsewhere_leaves_the_scores_of_a_form_alone(
    toy_evidence: Evidence, world: World
) -> None:
    """Common random numbers: what a change does not touch keeps its draws."""
    before = run(toy_evidence, world)
    after = run(toy_evidence, world.apply(CapacityChange("new", "ev", "USA", 50.0, 2027)))
    moved = {
        place
        for place, value in numbers(after.cells).items()
        if numbers(before.cells)[place] != value
    }
    assert moved == {("USA", SECTOR, "C4")}
    assert set(FORMS) == set(world.forms)


def test_deleting_a_source_that_agrees_never_raises_a_label(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    order = ["V", "V1", "U", "modelled"]
    rows = [
        {"country": "IND", "value": 100, "low": 95, "high": 105},
        {"country": "IND", "value": 101, "low": 96, "high": 106, "origin": "b", "source": "second"},
        {"country": "IND", "value": 102, "low": 97, "high": 107, "origin": "c", "source": "forum"},
    ]

    def label(kept: list[dict[str, object]]) -> int:
        tables = {"observations": kept, "form_statistics": [{}]}
        made = toy_world(toy(tmp_path_factory.mktemp("labels"), tables))
        return order.index(str(made.outputs["ree-ore", "IND"].label))

    whole = label(rows)
    for left in range(3):
        kept = [row for number, row in enumerate(rows) if number != left]
        assert label(kept) >= whole
