"""Laws of needs, secondary supply and limits: properties that hold for every input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.chain.baseline import Scope, baseline
from midstream.chain.change import DemandChange
from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.evidence import Evidence, Row
from midstream.scenarios.demand import by_sector, needs
from midstream.scenarios.demand_growth import Series
from midstream.scenarios.demand_projected import Projection, along
from midstream.scenarios.frame import Frame, Needs, Paths
from midstream.scenarios.limits import Limited, feed_balance, limited
from midstream.scenarios.secondary import added, secondary
from units.scenarios.changed import ends, flat_paths, row_of, scaled_paths, with_rows

COUNTRIES = ("IND", "CHN", "JPN")
FRAME = Frame(3, 64, 2024)
OXIDE, MAGNET, ORE = "ndpr-oxide", "ndfeb-magnet", "ree-ore"
QUICK = settings(max_examples=25, deadline=None)
amounts = st.floats(0.0, 1e6, allow_nan=False)
positive = st.floats(1e-3, 1e3, allow_nan=False)


@pytest.fixture(scope="module")
def world(evidence: Evidence) -> World:
    return baseline(evidence, Scope(COUNTRIES, 2024))


@pytest.fixture(scope="module")
def rolled(evidence: Evidence, world: World) -> Needs:
    return needs(evidence, world, FRAME)


@pytest.fixture(scope="module")
def paths() -> Paths:
    """Output of magnets and oxide that differs from draw to draw."""
    spread = np.linspace(0.5, 2.0, FRAME.draws)[:, None] * np.ones(len(FRAME.years))
    made = {(MAGNET, c): 1000.0 * spread for c in COUNTRIES}
    made |= {(OXIDE, c): 700.0 * spread for c in COUNTRIES}
    return flat_paths(FRAME, made, {(OXIDE, "IND"): 20.0})


def driver(at: float) -> Floats:
    return np.full(FRAME.draws, at)


@QUICK
@given(
    ratios=st.lists(st.tuples(positive, positive, positive), min_size=1, max_size=3),
    one=st.floats(0, 1),
    other=st.floats(0, 1),
)
def test_growth_rises_with_the_position_in_the_range(
    ratios: list[tuple[float, float, float]], one: float, other: float
) -> None:
    years = tuple(range(2030, 2030 + len(ratios)))
    series = Series(2024, years, np.sort(np.array(ratios), axis=1), 1.0, ())
    low, high = series.drawn(np.array(sorted((one, other))), years, 2024)
    assert (high >= low * (1 - 1e-12)).all()


@settings(max_examples=6, deadline=None)
@given(low=st.floats(-3, 3), step=st.floats(0, 2))
def test_need_rises_with_the_driver(
    evidence: Evidence, world: World, low: float, step: float
) -> None:
    wanted = (OXIDE, MAGNET, "li-ion-cell", "gallium-metal")
    weak = needs(evidence, world, FRAME, driver(low), forms=wanted)
    strong = needs(evidence, world, FRAME, driver(low + step), forms=wanted)
    places = [n for n, (_, country) in enumerate(weak.places) if not country.startswith("WLD-")]
    assert (strong.need[:, :, places] >= weak.need[:, :, places] * (1 - 1e-9)).all()


def test_the_order_of_countries_changes_nothing(evidence: Evidence, rolled: Needs) -> None:
    turned = baseline(evidence, Scope(COUNTRIES[::-1], 2024))
    other = needs(evidence, turned, FRAME)
    assert set(other.places) == set(rolled.places)
    for place in rolled.places:
        np.testing.assert_allclose(other.of(*place), rolled.of(*place), rtol=1e-12)


def test_one_country_more_changes_no_other(evidence: Evidence, rolled: Needs) -> None:
    wider = needs(evidence, baseline(evidence, Scope((*COUNTRIES, "DEU"), 2024)), FRAME)
    for place in rolled.places:
        np.testing.assert_allclose(wider.of(*place), rolled.of(*place), rtol=1e-12)


def test_fewer_forms_give_the_same_numbers(evidence: Evidence, world: World, rolled: Needs) -> None:
    few = needs(evidence, world, FRAME, forms=(ORE, "cathode-material"))
    assert {form for form, _ in few.places} == {ORE, "cathode-material"}
    for place in few.places:
        np.testing.assert_array_equal(few.of(*place), rolled.of(*place))


def test_parts_of_a_need_sum_to_it(evidence: Evidence, world: World) -> None:
    frame = Frame(3, 1, 2024)
    whole = needs(evidence, world, frame)
    parts = [row for row in by_sector(evidence, world, frame, "IND") if row.basis != "missing"]
    forms = {row.form for row in parts}
    assert {MAGNET, OXIDE, "lithium-carbonate"} <= forms
    for form in forms:
        rows = [row for row in parts if row.form == form and row.basis == "part of the need"]
        for column, year in enumerate((2024, 2030, 2035)):
            total = sum(row.need[column].value or 0.0 for row in rows)
            if year in frame.years:
                expected = whole.of(form, "IND")[0, frame.years.index(year)]
                assert total == pytest.approx(expected, rel=1e-9)


@QUICK
@given(factor=st.floats(0.1, 5))
def test_a_change_of_demand_scales_the_need_of_the_place(
    evidence: Evidence, world: World, rolled: Needs, factor: float
) -> None:
    changed = world.apply(DemandChange("dy-tb-oxide", "JPN", factor))
    found = needs(evidence, changed, FRAME, forms=("dy-tb-oxide",))
    np.testing.assert_allclose(
        found.of("dy-tb-oxide", "JPN"), factor * rolled.of("dy-tb-oxide", "JPN"), rtol=1e-9
    )


@QUICK
@given(low=positive, width=st.floats(0, 10), base=st.one_of(st.just(np.nan), positive), up=positive)
def test_a_projected_year_gives_its_projection(
    low: float, width: float, base: float, up: float
) -> None:
    rows = [Projection("p", 2030, low, low + width / 2, low + width)]
    grown = np.full((1, len(FRAME.years)), up)
    found = along(rows, np.array([base]), grown, FRAME.years, 2024, np.array([0.5]))
    expected = rows[0].drawn(np.array([0.5]))
    assert found[0, FRAME.years.index(2030)] == pytest.approx(expected[0])
    assert np.isfinite(found).all()


@QUICK
@given(output=amounts, per_unit=positive, made=amounts, importable=amounts)
def test_feed_used_is_at_most_made_and_imported(
    output: float, per_unit: float, made: float, importable: float
) -> None:
    found = feed_balance(*(np.array([x]) for x in (output, per_unit, made, importable)))
    assert found.used[0] <= (made + found.imported[0]) * (1 + 1e-12)
    assert 0 <= found.imported[0] <= importable * (1 + 1e-9) + 1e-9
    assert 0 <= found.output[0] <= output


def feed_row(evidence: Evidence, available: float, **more: Any) -> Row:
    spread = {**ends("available", available), **ends("need", 8.0), **ends("imported", None)}
    fixed = {"id": "row", "form": OXIDE, "country": "IND", "resource": "feed", "what": "it"}
    return row_of(evidence, "capacity_limits", **{**fixed, "unit": "t", **spread, **more})


def under(evidence: Evidence, world: World, paths: Paths, rows: list[Row], feed: float) -> Limited:
    changed = with_rows(evidence, capacity_limits=rows, recycling_plants=[])
    return limited(changed, world, paths, feed=driver(feed))


@QUICK
@given(available=amounts)
def test_limits_never_add_and_keep_today(
    evidence: Evidence, world: World, paths: Paths, available: float
) -> None:
    found = under(evidence, world, paths, [feed_row(evidence, available)], 0.0).paths
    assert (found.output <= paths.output).all()
    assert (found.output >= np.minimum(paths.base, paths.output)).all()
    others = [n for n, place in enumerate(paths.places) if place != (OXIDE, "IND")]
    np.testing.assert_array_equal(found.output[:, :, others], paths.output[:, :, others])


@QUICK
@given(available=amounts, more=amounts)
def test_more_of_a_resource_never_lowers_output(
    evidence: Evidence, world: World, paths: Paths, available: float, more: float
) -> None:
    tight = under(evidence, world, paths, [feed_row(evidence, available)], 0.0)
    loose = under(evidence, world, paths, [feed_row(evidence, available + more)], 0.0)
    assert (loose.paths.output >= tight.paths.output).all()


@QUICK
@given(low=st.floats(-4, 4), step=st.floats(0, 4))
def test_a_likelier_permit_never_lowers_output(
    evidence: Evidence, world: World, paths: Paths, low: float, step: float
) -> None:
    permit = {"cleared": 9000.0, "cleared_odds": -1.0, "cleared_from": 2026, "cleared_by": 2031}
    rows = [feed_row(evidence, 500.0, driver="permit", **permit)]
    weak, strong = (under(evidence, world, paths, rows, at) for at in (low, low + step))
    assert (strong.paths.output >= weak.paths.output).all()


@QUICK
@given(available=amounts, water=amounts)
def test_one_resource_binds_at_a_time(
    evidence: Evidence, world: World, paths: Paths, available: float, water: float
) -> None:
    rows = [
        feed_row(evidence, available),
        feed_row(evidence, water, id="other", resource="water"),
    ]
    found = under(evidence, world, paths, rows, 0.0)
    binds = np.stack([limit.binds for limit in found.applied])
    assert (binds.sum(axis=0) <= 1).all()
    at = paths.place(OXIDE, "IND")
    held = found.paths.output[:, :, at] < paths.output[:, :, at] * (1 - 1e-9)
    np.testing.assert_array_equal(binds.any(axis=0), held)


@pytest.mark.parametrize("factor", [2.0, 7.0])
def test_more_of_everything_leaves_coverage(
    evidence: Evidence, world: World, paths: Paths, rolled: Needs, factor: float
) -> None:
    """Capacities, resources and needs some times as large: the same part of need is covered."""
    large = {
        name: [_scaled(row, columns, factor) for row in evidence.table(name).rows]
        for name, columns in {
            "capacity_limits": ("available", "imported", "cleared"),
            "secondary_sources": (),
        }.items()
    }
    large["secondary_sources"] = [
        _scaled(row, ("arising",), factor) if row["basis"] == "amount" else row
        for row in large["secondary_sources"]
    ]
    plants = tuple(
        replace(p, capacity=None if p.capacity is None else factor * p.capacity)
        for p in world.plants
    )
    wide = replace(rolled, need=rolled.need * factor)
    small = _after(evidence, world, paths, rolled)
    grown = _after(
        with_rows(evidence, **large),
        world.with_parts(plants=plants),
        scaled_paths(paths, factor),
        wide,
    )
    np.testing.assert_allclose(grown, factor * small, rtol=1e-9, atol=1e-9)


def _scaled(row: Row, columns: tuple[str, ...], factor: float) -> Row:
    names = [name for column in columns for name in (column, f"{column}_low", f"{column}_high")]
    return {**row, **{n: row[n] * factor for n in names if row.get(n) is not None}}


def _after(evidence: Evidence, world: World, paths: Paths, need: Needs) -> Floats:
    held = limited(evidence, world, paths).paths
    return added(held, secondary(evidence, world, FRAME, need, held)).output


def test_secondary_supply_is_at_most_what_arises(
    evidence: Evidence, world: World, paths: Paths, rolled: Needs
) -> None:
    found = secondary(evidence, world, FRAME, rolled, paths)
    assert {stream.kind for stream in found.streams} >= {"spent magnets", "process scrap"}
    for stream in found.streams:
        assert (stream.supply >= 0).all()
        assert (stream.supply <= stream.most * (1 + 1e-12)).all()


@QUICK
@given(factor=st.floats(1, 5))
def test_more_past_need_never_lowers_secondary_supply(
    evidence: Evidence, world: World, paths: Paths, rolled: Needs, factor: float
) -> None:
    few = secondary(evidence, world, FRAME, rolled, paths, forms=(OXIDE,))
    wide = replace(rolled, need=rolled.need * factor)
    many = secondary(evidence, world, FRAME, wide, paths, forms=(OXIDE,))
    assert (many.total >= few.total).all()
    assert (added(paths, many).output >= added(paths, few).output - 1e-9).all()
