"""Laws of the chain: what must hold for any figures, worlds and changes."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from midstream.chain.balance import form_balances
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
    TechnologyChange,
)
from midstream.chain.estimate import Component, Estimate, agreeing
from midstream.chain.needs import NeedRanges, need_shares
from midstream.chain.shares import holders
from midstream.chain.world import Flow, World
from midstream.evidence import Ledger
from units.chain.toy import COUNTRIES, FORMS, chain_tables, toy, toy_world

ONE = Component(1.0, 1.0, 1.0)
EXAMPLES = hypothesis_settings(max_examples=40)

amounts = st.floats(0.01, 1e6)
factors = st.floats(0, 10)
depths = st.floats(0, 1)
forms = st.sampled_from(FORMS)
countries = st.sampled_from(COUNTRIES)


@st.composite
def components(draw: st.DrawFn) -> Component:
    low, value, high = sorted(draw(st.tuples(amounts, amounts, amounts)))
    return Component(low=low, value=value, high=high, weight=draw(st.floats(0.1, 5)))


@st.composite
def flows(draw: st.DrawFn) -> tuple[Flow, ...]:
    pairs = draw(
        st.lists(
            st.tuples(countries, countries).filter(lambda pair: pair[0] != pair[1]),
            max_size=8,
            unique=True,
        )
    )
    tonnes = st.none() | amounts
    return tuple(Flow(a, b, draw(amounts), draw(tonnes), f"{a}/{b}") for a, b in pairs)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Any change that two worlds may get in any order: on cells, by factors."""
    form, country = draw(forms), draw(countries)
    kind = draw(st.sampled_from(["output", "demand", "cost", "price", "flow"]))
    if kind == "output":
        return OutputChange(form, country, draw(factors))
    if kind == "demand":
        return DemandChange(form, country, draw(factors))
    if kind == "cost":
        return CostChange(form, country, draw(st.floats(0.1, 10)))
    if kind == "price":
        return PriceSupport(form, draw(amounts))
    importers = tuple(sorted(draw(st.sets(countries, max_size=3))))
    return FlowRestriction(form, country, importers, draw(depths))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = toy_world(toy(tmp_path_factory.mktemp("toy"), chain_tables()))
    every = tuple(
        Flow(a, b, 100.0 * (n + 1), 10.0 * (n + 1), f"{a}/{b}")
        for n, (a, b) in enumerate((a, b) for a in COUNTRIES for b in COUNTRIES if a != b)
    )
    return made.with_parts(flows=dict.fromkeys(FORMS, every))


def state(world: World) -> dict[str, object]:
    """Everything of a world that is a number or a name; lineage ids count versions."""
    estimates = {
        name: {
            cell: (e.standing, e.components, e.low, e.high, e.label)
            for cell, e in getattr(world, name).items()
        }
        for name in ("outputs", "activity")
    }
    parts = ("plants", "flows", "price_floor", "cost_scale", "need_scale", "ownership")
    return {**estimates, **{name: getattr(world, name) for name in (*parts, "technology")}}


def rounded(world: World) -> dict[str, object]:
    """The same to twelve digits: products of factors may differ in the last bit."""

    def short(value: object) -> object:
        if isinstance(value, float):
            return float(f"{value:.10e}")
        if isinstance(value, dict):
            return {key: short(part) for key, part in value.items()}
        if isinstance(value, tuple | list):
            return tuple(short(part) for part in value)
        if isinstance(value, Component):
            return tuple(short(n) for n in (value.value, value.low, value.high, value.weight))
        if isinstance(value, Flow):
            return (
                value.exporter,
                value.importer,
                short(value.value_kusd),
                short(value.quantity_t),
            )
        return value

    result = short(state(world))
    assert isinstance(result, dict)
    return result


# -- changes ----------------------------------------------------------------------------------


@EXAMPLES
@given(change=changes())
def test_applying_a_change_leaves_the_world_as_it_was(world: World, change: Change) -> None:
    before, nodes = state(world), dict(world.ledger.nodes)
    after = world.apply(change)
    assert state(world) == before
    assert world.ledger.nodes == nodes
    assert after is not world


@EXAMPLES
@given(one=changes(), other=changes())
def test_factors_floors_and_cuts_commute(world: World, one: Change, other: Change) -> None:
    assert rounded(world.apply(one, other)) == rounded(world.apply(other, one))


@EXAMPLES
@given(one=forms, other=forms, places=st.permutations(COUNTRIES))
def test_changes_of_independent_cells_commute(
    world: World, one: str, other: str, places: list[str]
) -> None:
    here, there = places[:2]
    first = OwnershipChange(one, here, "allied")
    second = TechnologyChange(other, there, "dominant")
    third = CapacityChange("new", other, there, 100.0, 2027)
    assert state(world.apply(first, second, third)) == state(world.apply(third, second, first))


@pytest.mark.parametrize(
    "change",
    [
        OutputChange("ree-ore", "IND", 1),
        OutputChange("ev", "IND", 1),
        DemandChange("ev", "IND", 1),
        CostChange("ree-ore", "IND", 1),
        PriceSupport("ree-ore", 0),
        FlowRestriction("ree-ore", "CHN", (), 0),
        FlowRestriction("ree-ore", "CHN", ("IND",), 0),
    ],
    ids=repr,
)
def test_a_change_that_changes_nothing_leaves_every_number(world: World, change: Change) -> None:
    before, after = state(world), state(world.apply(change))
    for name in ("price_floor", "cost_scale", "need_scale"):
        blank = {None: 1.0} if name != "price_floor" else {None: 0.0}
        assert set(after.pop(name).values()) <= set(blank.values())
        before.pop(name)
    assert after == before


@EXAMPLES
@given(given_flows=flows(), first=depths, second=depths, exporter=countries, importer=countries)
def test_a_deeper_cut_never_raises_a_flow(
    world: World,
    given_flows: tuple[Flow, ...],
    first: float,
    second: float,
    exporter: str,
    importer: str,
) -> None:
    shallow, deep = sorted((first, second))
    base = world.with_parts(flows={"ree-ore": given_flows})
    cut = [
        base.apply(FlowRestriction("ree-ore", exporter, (importer,), depth)).flows["ree-ore"]
        for depth in (0.0, shallow, deep)
    ]
    for none, less, more in zip(*cut, strict=True):
        assert none.value_kusd >= less.value_kusd >= more.value_kusd
        assert (none.quantity_t is None) == (more.quantity_t is None)
        if (none.exporter, none.importer) != (exporter, importer):
            assert none == more


def test_a_ban_with_no_importer_named_stops_all_exports(world: World) -> None:
    after = world.apply(FlowRestriction("ree-ore", "CHN", (), 1)).flows["ree-ore"]
    assert {flow.value_kusd for flow in after if flow.exporter == "CHN"} == {0.0}
    assert all(flow.value_kusd > 0 for flow in after if flow.exporter != "CHN")


@EXAMPLES
@given(floors=st.lists(amounts, min_size=1, max_size=5))
def test_the_highest_price_floor_stands(world: World, floors: list[float]) -> None:
    after = world.apply(*(PriceSupport("ree-ore", floor) for floor in floors))
    assert after.price_floor == {"ree-ore": max(floors)}


@EXAMPLES
@given(one=factors, other=factors)
def test_factors_multiply(world: World, one: float, other: float) -> None:
    demand = world.apply(DemandChange("ev", "IND", one), DemandChange("ev", "IND", other))
    assert demand.need_scale["ev", "IND"] == pytest.approx(one * other)
    output = world.apply(OutputChange("ev", "IND", one), OutputChange("ev", "IND", other))
    before, after = world.outputs["ev", "IND"], output.outputs["ev", "IND"]
    assert after.value == pytest.approx((before.value or 0) * one * other)


@EXAMPLES
@given(factor=factors, form=forms, country=countries)
def test_a_change_never_turns_a_gap_into_a_number(
    world: World, factor: float, form: str, country: str
) -> None:
    before = world.outputs[form, country]
    after = world.apply(OutputChange(form, country, factor)).outputs[form, country]
    assert (after.value is None) == (before.value is None)
    assert after.standing == before.standing


@EXAMPLES
@given(probability=st.floats(0, 1))
def test_a_probability_touches_one_project_only(world: World, probability: float) -> None:
    after = world.apply(ProbabilityChange("line", probability))
    changed = [new for new, old in zip(after.plants, world.plants, strict=True) if new != old]
    assert [plant.id for plant in changed] == ["line"]
    assert changed[0].completion == probability


@EXAMPLES
@given(change=changes())
def test_every_changed_output_can_be_traced_to_the_one_before(world: World, change: Change) -> None:
    after = world.apply(change)
    for cell, estimate in after.outputs.items():
        assert estimate.lineage in after.ledger
        if estimate.lineage != world.outputs[cell].lineage:
            assert world.outputs[cell].lineage in after.ledger[estimate.lineage].inputs


# -- estimates --------------------------------------------------------------------------------


@given(st.lists(components(), min_size=1, max_size=6), st.floats(0, 0.5))
def test_merging_keeps_weight_and_span(parts: list[Component], tolerance: float) -> None:
    merged = agreeing(parts, tolerance)
    assert sum(p.weight for p in merged) == pytest.approx(sum(p.weight for p in parts))
    assert min(p.low for p in merged) == min(p.low for p in parts)
    assert max(p.high for p in merged) == max(p.high for p in parts)
    assert {p.value for p in merged} <= {p.value for p in parts}


@given(st.lists(components(), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_merging_does_not_depend_on_the_order(parts: list[Component], random: Random) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)
    once, again = agreeing(parts, 0.05), agreeing(shuffled, 0.05)
    assert [(p.value, p.low, p.high) for p in once] == [(p.value, p.low, p.high) for p in again]


@given(components())
def test_a_reading_is_drawn_with_its_ends_as_ten_and_ninety_per_cent(part: Component) -> None:
    estimate = Estimate("t", "observed", (part,), part.low, part.high, "V1", "x")
    points = np.array([0.1, 0.5, 0.9])
    drawn = estimate.sample(np.full(3, 0.5), points, "low")
    assert drawn == pytest.approx([part.low, part.value, part.high], rel=1e-6)


@given(components(), components(), st.floats(0.05, 0.95))
def test_a_mixture_draws_each_reading_by_its_weight(
    one: Component, other: Component, share: float
) -> None:
    parts = (replace(one, weight=share), replace(other, weight=1 - share))
    estimate = Estimate("t", "observed", parts, 0, 1, "U", "x")
    size = 2000
    pick = (np.arange(size) + 0.5) / size
    drawn = estimate.sample(pick, np.full(size, 0.5), "low")
    first = np.isclose(drawn, one.value)
    if not np.isclose(one.value, other.value):
        assert first.mean() == pytest.approx(share, abs=1 / size)
    assert np.isclose(drawn[~first], other.value).all()


@given(components(), st.floats(0.01, 100))
def test_scaling_an_estimate_scales_its_draws(part: Component, factor: float) -> None:
    estimate = Estimate("t", "observed", (part,), part.low, part.high, "V1", "x")
    points = np.linspace(0.01, 0.99, 9)
    before = estimate.sample(np.full(9, 0.5), points, "low")
    after = estimate.scaled(factor, "y").sample(np.full(9, 0.5), points, "low")
    assert after == pytest.approx(before * factor, rel=1e-9)


# -- need -------------------------------------------------------------------------------------


def needs(world: World, **scale: float) -> dict[str, np.ndarray]:
    factors_by_cell = {(form, "IND"): factor for form, factor in scale.items()}
    return need_shares(
        world, COUNTRIES, lambda _: np.array([0.5]), NeedRanges(ONE, 0.0, ONE), factors_by_cell
    )


def with_use(world: World, share: float) -> World:
    use = replace(world.uses["ndfeb-magnet"][0], share=Component(share, share, share))
    return world.with_parts(uses={**world.uses, "ndfeb-magnet": (use,)})


@EXAMPLES
@given(share=st.floats(0, 1))
def test_need_is_the_sum_over_its_uses(world: World, share: float) -> None:
    shares = needs(with_use(world, share))
    gdp = np.array([world.gdp_share[country] for country in COUNTRIES])
    cars = np.array([(world.activity["ev", country].value or 0.0) for country in COUNTRIES])
    assert shares["ndfeb-magnet"][0] == pytest.approx(share * cars + (1 - share) * gdp)


@EXAMPLES
@given(one=st.floats(0, 1), other=st.floats(0, 1), mix=st.floats(0, 1))
def test_need_is_linear_in_a_use_share(world: World, one: float, other: float, mix: float) -> None:
    first, second = needs(with_use(world, one)), needs(with_use(world, other))
    between = needs(with_use(world, mix * one + (1 - mix) * other))
    for form in FORMS:
        assert between[form] == pytest.approx(mix * first[form] + (1 - mix) * second[form])


@EXAMPLES
@given(less=factors, more=factors)
def test_more_demand_downstream_never_lowers_need_upstream(
    world: World, less: float, more: float
) -> None:
    less, more = sorted((less, more))
    low, high = needs(world, ev=less), needs(world, ev=more)
    for form in FORMS:
        assert (low[form] <= high[form] + 1e-12).all()
        assert low[form][0, 1:] == pytest.approx(high[form][0, 1:])


def test_every_form_comes_after_all_it_goes_into(study_world: World) -> None:
    place = {form: number for number, form in enumerate(study_world.forms)}
    for form, uses in study_world.uses.items():
        assert all(place[use.output] < place[form] for use in uses)


def test_use_shares_never_exceed_the_whole(study_world: World) -> None:
    for uses in study_world.uses.values():
        assert sum(use.share.value for use in uses) <= 1 + 1e-9
        assert all(0 <= use.share.low <= use.share.high <= 1 for use in uses)


# -- holders and balances ---------------------------------------------------------------------


def with_outputs(world: World, amounts_by_country: dict[str, float], total: float) -> World:
    def known(value: float) -> Estimate:
        part = Component(value, value, value)
        return Estimate("t", "observed", (part,), value, value, "V1", f"x/{value}")

    cells = {("ree-ore", c): known(v) for c, v in amounts_by_country.items()}
    return world.with_parts(
        outputs=cells, world_output={"ree-ore": known(total)}, forms=("ree-ore",)
    )


@EXAMPLES
@given(values=st.lists(amounts, min_size=2, max_size=4), rest=st.floats(0, 1e6))
def test_concentration_lies_between_its_bounds_and_merging_never_lowers_it(
    world: World, values: list[float], rest: float
) -> None:
    named = dict(zip(COUNTRIES, values, strict=False))
    total = sum(values) + rest
    (apart,) = holders(with_outputs(world, named, total), Ledger())
    first, second, *others = named.items()
    together = dict([(first[0], first[1] + second[1]), *others])
    (merged,) = holders(with_outputs(world, together, total), Ledger())
    for found in (apart, merged):
        assert 0 < found.hhi.low <= found.hhi.high <= 1 + 1e-9
        shares = [share.value or 0.0 for _, share in found.shares]
        assert sum(shares) + (found.rest.value or 0.0) == pytest.approx(100)
    assert (merged.hhi.low or 0) >= (apart.hhi.low or 0) - 1e-12


@EXAMPLES
@given(values=st.lists(amounts, min_size=2, max_size=4), scale=st.floats(0.001, 1000))
def test_scaling_all_tonnages_leaves_shares(
    world: World, values: list[float], scale: float
) -> None:
    named = dict(zip(COUNTRIES, values, strict=False))
    bigger = {country: value * scale for country, value in named.items()}
    (one,) = holders(with_outputs(world, named, sum(values)), Ledger())
    (other,) = holders(with_outputs(world, bigger, sum(values) * scale), Ledger())
    assert one.hhi.value == pytest.approx(other.hhi.value)
    before = {country: share.value for country, share in one.shares}
    assert {country: share.value for country, share in other.shares} == pytest.approx(before)


def test_every_balance_closes_with_its_residuals(study_world: World) -> None:
    found = form_balances(study_world, Ledger(base=study_world.ledger))
    assert found
    for balance in found:
        world, named, unnamed = (q.value for q in (balance.world, balance.named, balance.unnamed))
        assert world is not None
        assert named is not None
        assert unnamed is not None
        assert named + unnamed == pytest.approx(world)
        if balance.recipe_use is not None and balance.unexplained is not None:
            total = (balance.recipe_use.value or 0) + (balance.unexplained.value or 0)
            assert total == pytest.approx(world)


# -- the shipped world ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def study_world(study: object) -> World:
    return study.world


def test_the_mask_says_where_nobody_counts(study_world: World) -> None:
    values = study_world.array("output")
    assert values.shape == (len(study_world.forms), len(study_world.countries))
    assert (np.isnan(values) == study_world.missing).all()
    assert study_world.missing.any()
    assert not study_world.missing.all()


def test_a_cell_without_evidence_has_no_value_and_no_label(study_world: World) -> None:
    unknown = [e for e in study_world.outputs.values() if not e.known]
    assert unknown
    for estimate in unknown:
        quantity = estimate.quantity()
        assert quantity.value is None
        assert quantity.label is None
        assert not estimate.components


def test_control_mixes_sum_to_one(study_world: World) -> None:
    for mix in (*study_world.ownership.values(), *study_world.technology.values()):
        assert sum(mix.values()) == pytest.approx(1)


def test_every_number_of_the_world_has_a_lineage(study_world: World) -> None:
    for estimates in (
        study_world.world_output,
        study_world.outputs,
        study_world.activity,
        study_world.direct_need,
        study_world.throttle,
        study_world.feed,
        study_world.governance,
        study_world.prices,
    ):
        for estimate in estimates.values():
            assert estimate.lineage in study_world.ledger, estimate.lineage
