"""Plants drawn from register and archetypes: what fills what, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from midstream.capital.archetypes import archetype_of, enter_archetype, price_form
from midstream.capital.case import Case
from midstream.capital.case_facility import case_of_facility
from midstream.capital.case_target import case_of_target
from midstream.capital.money import Money, to_dollars
from midstream.chain.baseline import Scope, baseline
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from units.capital.one_plant import one_plant
from units.scenarios.changed import with_rows

MAGNET, OXIDE, CELL, CHIP = "ndfeb-magnet", "ndpr-oxide", "li-ion-cell", "mature-node-chip"
DRAWS = 200


@pytest.fixture(scope="module")
def world(evidence: Evidence) -> World:
    return baseline(evidence, Scope(("IND", "JPN", "CHN"), 2024))


def target(evidence: Evidence, world: World, form: str = OXIDE, **given: Any) -> Case:
    asked: dict[str, Any] = {"country": "JPN", "capacity": 1000.0, "year": 2027, "price": 75.0}
    asked |= given
    place = [asked.pop("country"), form, asked.pop("capacity"), asked.pop("year")]
    return case_of_target(evidence, world, *place, draws=DRAWS, **asked)


def changed_archetype(evidence: Evidence, form: str, **cells: Any) -> Evidence:
    rows = [
        {**row, **cells} if row["form"] == form and row["preferred"] else row
        for row in evidence.table("archetypes").rows
    ]
    return with_rows(evidence, archetypes=rows)


def changed_facility(evidence: Evidence, facility: str, **cells: Any) -> Evidence:
    rows = [
        {**row, **cells} if row["id"] == facility else row
        for row in evidence.table("facilities").rows
    ]
    other = with_rows(evidence, facilities=rows)
    other.__dict__["facilities"] = {row["id"]: row for row in rows}
    return other


def plain_facility(evidence: Evidence, world: World) -> str:
    """A plant whose own capital cost counts."""
    scoped = {row["facility"] for row in evidence.table("capex_scopes").rows}
    for plant in world.plants:
        row = evidence.facilities[plant.id]
        costed = row["capex"] and plant.capacity and plant.id not in scoped
        if costed and plant.form in (OXIDE, MAGNET) and plant.status != "operating":
            return plant.id
    raise AssertionError("no plant with a cost of its own")


def test_figures_of_a_target_lie_in_the_ranges_of_its_archetype(
    evidence: Evidence, world: World
) -> None:
    case, row = target(evidence, world), archetype_of(evidence, OXIDE)
    per_unit = case.capex / 1000.0
    assert per_unit.min() >= row["capex_low"] * 0.999
    assert per_unit.max() <= row["capex_high"] * 1.001
    assert np.ptp(per_unit) > 0
    assert case.overrun.max() <= row["overrun_high"]
    assert np.median(case.ramp) == pytest.approx(row["ramp_years"], rel=0.02)
    mean_use = row["utilisation_alpha"] / (row["utilisation_alpha"] + row["utilisation_beta"])
    assert case.utilisation.mean() == pytest.approx(mean_use, rel=0.02)
    assert (case.price == 75).all()


def test_running_cost_at_mean_use_is_what_is_quoted(evidence: Evidence, world: World) -> None:
    case, row = target(evidence, world), archetype_of(evidence, OXIDE)
    mean_use = row["utilisation_alpha"] / (row["utilisation_alpha"] + row["utilisation_beta"])
    per_kg = case.opex + case.fixed / (case.capacity * case.kg_per_unit * mean_use)
    assert per_kg.min() >= row["opex_low"]
    assert per_kg.max() <= row["opex_high"]
    assert (case.fixed > 0).all()


def test_what_fills_unknowns_is_named_and_resolves(evidence: Evidence, world: World) -> None:
    ledger = Ledger(base=evidence.ledger)
    case = target(evidence, world, MAGNET, ledger=ledger)
    assert f"arch:{archetype_of(evidence, MAGNET)['id']}" in case.assumed
    assert "par:capital.magnet.margin" in case.assumed
    assert all(name in ledger for name in (*case.assumed, *case.lineage))


def test_a_figure_that_is_given_replaces_the_archetype(evidence: Evidence, world: World) -> None:
    figures: Mapping[str, float] = {
        "capex": 5e7,
        "overrun": 0.1,
        "build": 2.0,
        "ramp": 1.0,
        "utilisation": 0.9,
        "feed": 3.0,
        "opex": 20.0,
        "fixed": 1e6,
    }
    case = target(evidence, world, overrides=figures)
    for name, value in figures.items():
        found = getattr(case, name)
        if name == "opex":
            # The part that is fixed is taken out, here for the fixed cost that was given.
            most = evidence.parameters["capital.fixed-share"]["high"]
            assert (found < value).all()
            found = found / (1 - most)
        assert (found >= value).all() if name == "opex" else (found == value).all(), name
    later = target(evidence, world, overrides={"year": 2030, "capacity": 50})
    assert (later.year, later.capacity) == (2030, 50)


def test_giving_one_figure_shifts_no_other(evidence: Evidence, world: World) -> None:
    plain = target(evidence, world)
    given = target(evidence, world, overrides={"overrun": 0.0})
    for name in ("capex", "ramp", "utilisation", "opex"):
        assert np.array_equal(getattr(plain, name), getattr(given, name)), name


def test_the_seed_and_the_place_make_the_draws(evidence: Evidence, world: World) -> None:
    plain, again = target(evidence, world), target(evidence, world)
    assert np.array_equal(plain.capex, again.capex)
    assert not np.array_equal(plain.capex, target(evidence, world, seed=2).capex)
    assert not np.array_equal(plain.capex, target(evidence, world, country="IND").capex)


def test_capital_cost_follows_the_archetype_and_its_currency(
    evidence: Evidence, world: World
) -> None:
    flat = {"capex_low": 1e5, "capex_mode": 1e5, "capex_high": 1e5, "capex_year": 2024}
    found = target(changed_archetype(evidence, OXIDE, capex_currency="CAD", **flat), world)
    per_unit = to_dollars(evidence, Money(1e5, "CAD", 2024), found.price_year).real
    assert found.capex == pytest.approx(per_unit * 1000)
    with pytest.raises(InputError, match="no exchange rate"):
        target(changed_archetype(evidence, OXIDE, capex_currency="XAU", **flat), world)


def test_a_magnet_follows_the_price_of_its_oxide(evidence: Evidence, world: World) -> None:
    low = target(evidence, world, MAGNET, price=50.0)
    high = target(evidence, world, MAGNET, price=80.0)
    assert price_form(evidence, MAGNET) == low.price_form == OXIDE
    ratio = (high.feed - low.feed) / 30
    row = evidence.parameters["capital.magnet.feed-ratio"]
    assert row["low"] <= ratio.min() <= ratio.max() <= row["high"]
    assert (high.price - low.price > high.feed - low.feed).all()
    assert np.array_equal(high.opex, low.opex)


def test_premiums_are_for_plants_outside_the_leading_country(
    evidence: Evidence, world: World
) -> None:
    leader = world.leaders[MAGNET][0]
    home = target(evidence, world, MAGNET, country=leader)
    abroad = target(evidence, world, MAGNET)
    assert (home.price <= abroad.price).all()
    assert (home.opex < abroad.opex).all()
    assert "par:capital.price-premium" not in home.assumed
    led = replace(world, leaders={**world.leaders, MAGNET: ("JPN", 0.9)})
    assert np.array_equal(target(evidence, led, MAGNET).price, home.price)


def test_without_a_price_the_record_gives_the_base(evidence: Evidence, world: World) -> None:
    case = target(evidence, world, price=None)
    assert np.ptp(case.price) == 0
    assert case.price[0] > 0


def test_capacity_of_chips_is_read_in_wafers(evidence: Evidence, world: World) -> None:
    figures = {"opex": 500.0}
    case = target(evidence, world, CHIP, capacity=1.1, price=1500.0, overrides=figures)
    factor = next(
        row["factor"]
        for row in evidence.table("facility_factors").rows
        if row["scored_form"] == CHIP
    )
    assert case.capacity == pytest.approx(12 * 1.1 / factor)
    assert case.unit == "wafer/yr"
    assert case.kg_per_unit == 1


@pytest.mark.parametrize(
    ("form", "given", "words"),
    [
        (CELL, {}, "opex=VALUE"),
        ("dy-tb-oxide", {}, "opex=VALUE"),
        ("solar-wafer", {}, "how a GW/yr counts"),
        ("ree-ore", {}, "no archetype"),
        ("ndpr-oxyde", {}, "ndpr-oxide"),
        (OXIDE, {"variant": "blue"}, "greenfield"),
        (OXIDE, {"variant": "magnet scrap"}, "capex=VALUE"),
        (OXIDE, {"country": "JAP"}, "JPN"),
        (OXIDE, {"capacity": 0.0}, "capacity=VALUE"),
        (OXIDE, {"capacity": -5.0}, "capacity=VALUE"),
        (OXIDE, {"price": -1.0}, "above 0"),
        (OXIDE, {"overrides": {"capx": 1.0}}, "capex"),
        (OXIDE, {"overrides": {"build": -1.0}}, "cannot start before it is decided"),
        (OXIDE, {"overrides": {"utilisation": 1.5}}, "utilisation of 1.5"),
        (OXIDE, {"overrides": {"capex": 0.0}}, "capex of 0"),
        (OXIDE, {"overrides": {"opex": float("nan")}}, "opex of nan"),
        (OXIDE, {"overrides": {"year": float("inf")}}, "year of inf"),
        (OXIDE, {"seed": -1}, "seed -1"),
    ],
)
def test_what_is_not_known_is_refused_with_the_option_that_gives_it(
    evidence: Evidence, world: World, form: str, given: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError) as caught:
        target(evidence, world, form, **given)
    assert words in str(caught.value)


def test_no_draws_are_refused(evidence: Evidence, world: World) -> None:
    with pytest.raises(InputError, match="0 draws"):
        case_of_target(evidence, world, "JPN", OXIDE, 1000.0, 2027, draws=0)


def test_an_unknown_never_becomes_zero(evidence: Evidence, world: World) -> None:
    for column in ("build_years", "ramp_years", "overrun_mode", "utilisation_alpha"):
        lacking = changed_archetype(evidence, OXIDE, **{column: None})
        with pytest.raises(InputError, match="=VALUE"):
            target(lacking, world)


def test_a_form_without_running_cost_can_be_given_one(evidence: Evidence, world: World) -> None:
    figures = {"opex": 60e6, "feed": 0.0}
    case = target(evidence, world, CELL, capacity=10.0, price=80e6, overrides=figures)
    assert case.kg_per_unit == 1
    assert (case.price == 80e6).all()


def test_a_plant_on_record_has_its_own_cost_and_size(evidence: Evidence, world: World) -> None:
    facility = plain_facility(evidence, world)
    row = evidence.facilities[facility]
    case = case_of_facility(evidence, world, facility, draws=DRAWS)
    plant = next(one for one in world.plants if one.id == facility)
    assert case.capacity == plant.capacity
    year = int(row["status_date"][:4])
    own = to_dollars(evidence, Money(row["capex"], row["capex_currency"], year), case.price_year)
    assert case.capex == pytest.approx(own.real)
    assert f"fac:{facility}" in case.lineage
    assert np.ptp(case.overrun) > 0
    dearer = changed_facility(evidence, facility, capex=row["capex"] * 2)
    assert case_of_facility(dearer, world, facility, draws=DRAWS).capex == pytest.approx(
        own.real * 2
    )


def test_a_plant_that_runs_has_no_overrun_on_its_own_cost(evidence: Evidence, world: World) -> None:
    facility = plain_facility(evidence, world)
    plants = tuple(
        replace(one, status="operating") if one.id == facility else one for one in world.plants
    )
    case = case_of_facility(evidence, replace(world, plants=plants), facility, draws=DRAWS)
    assert (case.overrun == 0).all()
    assert any("taken as spent" in remark for remark in case.remarks)


def test_money_that_is_no_cost_of_the_plant_gives_way_to_the_archetype(
    evidence: Evidence, world: World
) -> None:
    scoped = {row["facility"] for row in evidence.table("capex_scopes").rows}
    facility = next(
        one.id for one in world.plants if one.id in scoped and one.form == MAGNET and one.capacity
    )
    case = case_of_facility(evidence, world, facility, draws=DRAWS)
    assert np.ptp(case.capex) > 0
    assert any("another scope" in remark for remark in case.remarks)
    own = with_rows(evidence, capex_scopes=[])
    assert np.ptp(case_of_facility(own, world, facility, draws=DRAWS).capex) == 0


def test_a_cost_far_from_others_is_remarked(evidence: Evidence, world: World) -> None:
    facility = plain_facility(evidence, world)
    row = evidence.facilities[facility]
    far = changed_facility(evidence, facility, capex=row["capex"] * 100)
    remarks = case_of_facility(far, world, facility, draws=DRAWS).remarks
    assert any("such plants are on record at" in remark for remark in remarks)


def test_a_late_start_moves_the_decision(evidence: Evidence, world: World) -> None:
    facility = plain_facility(evidence, world)
    now = int(evidence.release.date[:4])

    def decided(start: float | None) -> int:
        plants = tuple(
            replace(one, start=start) if one.id == facility else one for one in world.plants
        )
        moved = replace(world, plants=plants)
        return case_of_facility(evidence, moved, facility, draws=DRAWS).year

    assert decided(None) == decided(2010.0) == now
    assert decided(now + 10.0) > now + 5


@pytest.mark.parametrize(
    ("facility", "words"), [("mp-10-x", "mp-10x"), ("nothing-of-it", "unknown facility")]
)
def test_an_unknown_facility_is_refused(
    evidence: Evidence, world: World, facility: str, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        case_of_facility(evidence, world, facility, draws=DRAWS)


def test_a_plant_of_a_form_outside_the_study_is_refused(evidence: Evidence, world: World) -> None:
    inside = {one.id for one in world.plants}
    outside = next(name for name in evidence.facilities if name not in inside)
    with pytest.raises(InputError, match="no form of the study"):
        case_of_facility(evidence, world, outside, draws=DRAWS)


def test_a_plant_without_capacity_asks_for_it(evidence: Evidence, world: World) -> None:
    plant = next(one for one in world.plants if one.capacity is None and one.form == MAGNET)
    with pytest.raises(InputError, match="capacity=VALUE"):
        case_of_facility(evidence, world, plant.id, draws=DRAWS)
    given = {"capacity": 500.0}
    case = case_of_facility(evidence, world, plant.id, draws=DRAWS, overrides=given)
    assert case.capacity == 500


def test_every_archetype_is_whole_enough_to_be_used_or_refused(evidence: Evidence) -> None:
    rows = evidence.table("archetypes").rows
    for form in {row["form"] for row in rows}:
        preferred = [row for row in rows if row["form"] == form and row["preferred"]]
        assert len(preferred) == 1, form
    ledger = Ledger(base=evidence.ledger)
    for row in rows:
        node = ledger[enter_archetype(evidence, ledger, row)]
        assert (node.quantity.value is None) == (row["capex_mode"] is None)
        assert node.source or row["capex_mode"] is None


def test_arrays_of_one_length() -> None:
    case = one_plant(draws=3)
    assert case.draws == 3
    assert case.start == pytest.approx(case.year + case.build)
    with pytest.raises(ValueError, match="has shape"):
        replace(case, ramp=np.zeros(2))
