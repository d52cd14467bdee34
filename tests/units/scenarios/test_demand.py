"""Needs to the last year: what they rest on, and that they follow it."""

from __future__ import annotations

import numpy as np
import pytest

from midstream.chain.baseline import Scope, baseline
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.scenarios.demand import by_sector, enter, needs
from midstream.scenarios.demand_growth import GrowthReader
from midstream.scenarios.demand_mix import REST, mixes
from midstream.scenarios.demand_projected import projections
from midstream.scenarios.demand_roll import Roller
from midstream.scenarios.frame import Frame
from midstream.scorecard.cells import Cells
from midstream.scorecard.draws import Draws, Parameters
from units.scenarios.changed import with_rows

FRAME = Frame(5, 200, 2024)
COUNTRIES = ("IND", "CHN", "USA", "JPN")
MAGNET, OXIDE, CELL = "ndfeb-magnet", "ndpr-oxide", "li-ion-cell"


@pytest.fixture(scope="module")
def world(evidence: Evidence) -> World:
    return baseline(evidence, Scope(COUNTRIES, 2024))


def test_the_world_stays_within_the_published_scenarios(evidence: Evidence, world: World) -> None:
    rows = evidence.bulk.iea_demand(material="magnet-rare-earths", kind="total demand")
    held = {(row.basis or "").rpartition(", ")[2] + row.period: row.value for row in rows}
    found = needs(evidence, world, FRAME, forms=(MAGNET,)).of(MAGNET, "WLD")
    base = Cells(world, Parameters(evidence, Draws(5, 200)), 2035, COUNTRIES).need(MAGNET, "WLD")
    growth = found[:, FRAME.years.index(2035)] / base
    ratios = [held[f"{name}2035"] / held["base2024"] for name in ("STEPS", "APS", "NZE")]
    assert min(ratios) <= growth.min() < growth.max() <= max(ratios)


def test_a_release_without_the_series_falls_back_on_the_assumed_growth(
    evidence: Evidence, world: World
) -> None:
    bare = with_rows(evidence, growth_series=[])
    growth = GrowthReader(bare, world, FRAME).of(MAGNET)
    assert growth.uses == {}
    assert growth.lineage == ("sf-ndfeb-magnet",)
    assumed = world.growth[MAGNET]
    drawn = growth.total.drawn(np.array([0.0, 1.0]), (2030,), 2024)
    assert drawn[:, 0] == pytest.approx([assumed.low, assumed.high])


def test_uses_split_the_need_of_the_world(evidence: Evidence, world: World) -> None:
    reader = GrowthReader(evidence, world, FRAME)
    growths = {form: reader.of(form) for form in world.forms}
    found = mixes(world, COUNTRIES, growths)
    for weights in (*found.world.values(), *found.places.values()):
        assert sum(weights.values()) == pytest.approx(1.0)
        assert min(weights.values()) >= 0
    series = growths[MAGNET]
    share = series.uses["wind-turbine"].amount / series.total.amount
    assert found.of(MAGNET, "WLD")["wind-turbine"] == pytest.approx(share)
    assert set(found.of(MAGNET, "IND")) == set(found.of(MAGNET, "WLD"))


def test_a_country_that_makes_the_growing_use_grows_faster(
    evidence: Evidence, world: World
) -> None:
    """Electric vehicles grow fastest: who makes many of them needs more magnets later."""
    reader = GrowthReader(evidence, world, FRAME)
    mix = mixes(world, COUNTRIES, {form: reader.of(form) for form in world.forms})
    found = needs(evidence, world, FRAME, forms=(MAGNET,))
    base = Cells(world, Parameters(evidence, Draws(5, 200)), 2035, COUNTRIES)
    growth = {
        c: np.median(found.of(MAGNET, c)[:, -1] / base.need(MAGNET, c)) for c in ("CHN", "JPN")
    }
    use = "traction-motor"
    assert mix.of(MAGNET, "CHN")[use] > mix.of(MAGNET, "JPN")[use]
    assert growth["CHN"] > growth["JPN"]


def test_a_projection_takes_the_place_of_growth_and_is_handed_on(
    evidence: Evidence, world: World
) -> None:
    found = needs(evidence, world, FRAME, forms=(MAGNET, OXIDE))
    row = next(
        r for r in evidence.table("demand_projections").rows if r["id"].endswith("magnet-2035")
    )
    last = found.of(row["form"], row["country"])[:, -1]
    assert row["low"] <= last.min() < np.median(last) < last.max() <= row["high"]
    more = [
        {**r, **{name: r[name] * 3 for name in ("low", "mid", "high")}}
        if r["form"] == MAGNET
        else r
        for r in evidence.table("demand_projections").rows
        if not (r["form"] == OXIDE and r["country"] == row["country"])
    ]
    tripled = needs(
        with_rows(evidence, demand_projections=more), world, FRAME, forms=(MAGNET, OXIDE)
    )
    np.testing.assert_allclose(tripled.of(MAGNET, row["country"])[:, -1], 3 * last)
    oxide = tripled.of(OXIDE, row["country"])[:, -1] / found.of(OXIDE, row["country"])[:, -1]
    assert np.median(oxide) > 1.5
    assert tripled.of(OXIDE, "JPN") == pytest.approx(found.of(OXIDE, "JPN"))


def test_projections_of_today_and_of_a_part_are_left_out(evidence: Evidence, world: World) -> None:
    found = projections(evidence, world)
    assert all(row.year > 2026 for rows in found.values() for row in rows)
    assert (MAGNET, "USA") not in found
    assert (MAGNET, "WLD-CHN") in found


def test_the_world_without_the_leader_is_never_more_than_the_world(
    evidence: Evidence, world: World
) -> None:
    found = needs(evidence, world, FRAME)
    outside = [place for place in found.places if place[1].startswith("WLD-")]
    assert len(outside) == len(world.leaders)
    for form, country in outside:
        assert (found.of(form, country) <= found.of(form, "WLD") * (1 + 1e-12)).all()
        assert (found.of(form, country) > 0).all()


def test_levels_are_those_of_the_scorecard(evidence: Evidence, world: World) -> None:
    roller = Roller(evidence, world, FRAME)
    cells = Cells(world, Parameters(evidence, Draws(FRAME.seed, FRAME.draws)), 2030, COUNTRIES)
    for part in roller.forms((OXIDE,)):
        for country in COUNTRIES:
            np.testing.assert_array_equal(part.base[country], cells.need(part.form, country))


def test_a_shorter_frame_gives_the_same_early_years(evidence: Evidence, world: World) -> None:
    long = needs(evidence, world, FRAME, forms=(MAGNET,))
    short = needs(evidence, world, Frame(5, 200, 2024, 2030), forms=(MAGNET,))
    for place in (MAGNET, "JPN"), (MAGNET, "WLD"):
        np.testing.assert_allclose(short.of(*place), long.of(*place)[:, :6], rtol=1e-12)


def test_activity_times_content_stands_beside_the_parts(evidence: Evidence, world: World) -> None:
    rows = by_sector(evidence, world, FRAME, "IND")
    checks = [row for row in rows if row.basis == "activity x intensity"]
    cars = next(row for row in checks if row.use == "ev")
    sold = evidence.observations_by_id["o-dfa74cc7"].value
    low, high = sold * 1e6 * 1.0 / 1000, sold * 1e6 * 2.0 / 1000
    first = cars.need[0]
    assert low <= first.low < first.value < first.high <= high  # type: ignore[operator]
    assert cars.need[-1].value > first.value  # type: ignore[operator]
    missing = [row for row in rows if row.basis == "missing"]
    assert missing
    assert all(row.need == () for row in missing)


def test_lineage_reaches_sources(evidence: Evidence, world: World) -> None:
    ledger = Ledger(base=world.ledger)
    found = needs(evidence, world, FRAME)
    rows = enter(evidence, world, found, ledger, (2030, 2035))
    assert len(rows) == 2 * len(found.places)
    for row in by_sector(evidence, world, FRAME, "IND"):
        row.enter(ledger)
    entered = [node for node in ledger.nodes.values() if node.kind == "formula"]
    for node in entered:
        assert node.inputs
        assert all(part in ledger for part in node.inputs), node.id
    assert any(row.projected for row in rows if row.country == "IND")


def test_errors_name_what_is_wrong(evidence: Evidence, world: World) -> None:
    with pytest.raises(InputError, match="demand driver of shape"):
        needs(evidence, world, FRAME, np.zeros(3))
    with pytest.raises(InputError, match="no needs of 'nonsense'"):
        needs(evidence, world, FRAME, forms=("nonsense",))
    with pytest.raises(InputError, match="a frame from 2025 on"):
        needs(evidence, world, Frame(1, 4, 2025))
    with pytest.raises(InputError, match="no needs of 'FRA'"):
        by_sector(evidence, world, FRAME, "FRA")
    rows = [{**row, "unit": "GWh/yr"} for row in evidence.table("demand_projections").rows]
    with pytest.raises(InputError, match="is in GWh/yr"):
        needs(with_rows(evidence, demand_projections=rows), world, FRAME)


def test_mix_of_a_country_nobody_knows_is_that_of_the_world(
    evidence: Evidence, world: World
) -> None:
    reader = GrowthReader(evidence, world, FRAME)
    found = mixes(world, COUNTRIES, {form: reader.of(form) for form in world.forms})
    assert found.of(MAGNET, "XXX") == found.world[MAGNET]
    assert REST in found.world[MAGNET]
