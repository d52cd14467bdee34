"""Changes refuse what does not fit the world, and say what, where and how to mend it."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import pytest

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
from midstream.chain.estimate import Component, Floats
from midstream.chain.needs import NeedRanges, Shares, need_shares
from midstream.chain.world import World
from midstream.errors import InputError
from units.chain.toy import COUNTRIES, FORMS, chain_tables, toy, toy_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return toy_world(toy(tmp_path_factory.mktemp("toy"), chain_tables()))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (OutputChange("ree-or", "IND", 2), "did you mean ree-ore"),
        (OutputChange("ree-ore", "INDIA", 2), "unknown 'INDIA'"),
        (OutputChange("ree-ore", "IND", -1), "factor is -1"),
        (OutputChange("ree-ore", "IND", float("nan")), "factor is nan"),
        (DemandChange("ev", "IND", -0.5), "factor is -0.5"),
        (CostChange("ev", "IND", 0), "factor is 0"),
        (FlowRestriction("ree-ore", "CHN", (), 1.5), "depth is 1.5"),
        (FlowRestriction("nothing", "CHN", (), 0.5), "FlowRestriction.form"),
        (PriceSupport("ree-ore", -3), "floor is -3"),
        (ProbabilityChange("line", 2), "completion is 2"),
        (ProbabilityChange("lin", 0.5), "did you mean line"),
        (OwnershipChange("ev", "IND", "foreign"), "OwnershipChange.category"),
        (TechnologyChange("ev", "IND", "alied"), "did you mean allied"),
        (CapacityChange("line", "ev", "IND", 5, 2027), "already in the world"),
        (CapacityChange("new", "ev", "IND", -5, 2027), "capacity is -5"),
    ],
    ids=str,
)
def test_a_change_that_does_not_fit_is_refused(world: World, change: Change, says: str) -> None:
    with pytest.raises(InputError) as caught:
        world.apply(change)
    assert says in str(caught.value)
    assert caught.value.where


def test_changes_run_in_their_order(world: World) -> None:
    first = OwnershipChange("ev", "IND", "allied")
    last = OwnershipChange("ev", "IND", "domestic")
    assert world.apply(first, last).ownership["ev", "IND"] == {"domestic": 1.0}
    assert world.apply(last, first).ownership["ev", "IND"] == {"allied": 1.0}


def named(name: str) -> Floats:
    """Uniform numbers of a name: another name, other numbers."""
    return np.random.default_rng(zlib.crc32(name.encode())).random(50)


def needs(world: World) -> dict[str, Floats]:
    """Need by form as shares of world need, shape (draw, country), every range drawn."""
    ranges = NeedRanges(Component(1, 0.4, 2), 0.5, Component(1, 0.6, 1.6))
    return need_shares(world, COUNTRIES, named, ranges, world.need_scale)


@pytest.mark.parametrize("factor", [0, 0.5, 3])
def test_output_of_a_device_moves_the_need_of_its_own_country_one_stage_up(
    world: World, factor: float
) -> None:
    (use,) = world.uses["ndfeb-magnet"]
    known = replace(use, share=Component(0.8, 0.8, 0.8))
    world = world.with_parts(uses={**world.uses, "ndfeb-magnet": (known,)})
    before, after = needs(world), needs(world.apply(OutputChange("ev", "IND", factor)))
    column = COUNTRIES.index("IND")
    drawn = world.activity["ev", "IND"].sample(
        named("activity/f:world.activity/IND/ev/pick"),
        named("activity/f:world.activity/IND/ev/spread"),
        "low",
    )
    moved = after["ndfeb-magnet"] - before["ndfeb-magnet"]
    assert moved[:, column] == pytest.approx(0.8 * drawn * (factor - 1), rel=1e-9)
    for form in FORMS:
        others = np.delete(after[form], column, axis=1)
        assert np.array_equal(others, np.delete(before[form], column, axis=1))


def test_output_times_one_moves_no_need(world: World) -> None:
    before = needs(world)
    for form in FORMS:
        after = needs(world.apply(OutputChange(form, "IND", 1)))
        for each in FORMS:
            assert np.array_equal(after[each], before[each]), (form, each)


@pytest.mark.parametrize("form", ["ree-ore", "ndpr-oxide", "ndfeb-magnet"])
def test_output_above_the_device_moves_no_need(world: World, form: str) -> None:
    changed = world.apply(OutputChange(form, "IND", 5))
    before, after = needs(world), needs(changed)
    assert all(np.array_equal(after[each], before[each]) for each in FORMS)
    assert changed.activity == world.activity


def test_a_changed_activity_leads_back_to_the_old_one(world: World) -> None:
    twice = world.apply(OutputChange("ev", "IND", 2), OutputChange("ev", "IND", 3))
    old, new = world.activity["ev", "IND"], twice.activity["ev", "IND"]
    assert new.value == pytest.approx(6 * (old.value or 0))
    first = twice.ledger[twice.ledger[new.lineage].inputs[0]]
    assert twice.ledger[new.lineage].quantity.value == new.value
    assert first.quantity.value == pytest.approx(2 * (old.value or 0))
    assert first.inputs == (old.lineage,)
    assert world.ledger[old.lineage].quantity.value == old.value


def test_a_plant_added_is_in_the_world_and_its_lineage(world: World) -> None:
    after = world.apply(CapacityChange("new", "ndpr-oxide", "USA", 40, 2027, owner="JPN"))
    plant = next(plant for plant in after.plants if plant.id == "new")
    assert (plant.capacity, plant.owner, plant.technology) == (40, "JPN", "USA")
    assert plant.lineage[0] in after.ledger
    assert plant.lineage[0] not in world.ledger


def test_capacity_on_record_is_the_sum_of_running_plants(world: World) -> None:
    row, column = world.forms.index("ndfeb-magnet"), world.countries.index("USA")
    built = CapacityChange("one", "ndfeb-magnet", "USA", 30, 2020, status="operating")
    later = CapacityChange("two", "ndfeb-magnet", "USA", 50, 2028)
    assert world.apply(built, later).array("capacity")[row, column] == 30


def test_what_is_drawn_from_a_world_is_shared_while_held_and_no_change_sees_it(
    world: World,
) -> None:
    def draw(of: World) -> Shares:
        ranges = NeedRanges(Component(1, 1, 1), 0.0, Component(1, 1, 1))
        return need_shares(of, COUNTRIES, lambda _: np.array([0.5]), ranges, of.need_scale)

    first = world.drawn("half", lambda: draw(world))
    assert world.drawn("half", lambda: draw(world)) is first
    assert world.drawn("other", lambda: draw(world)) is not first
    changed = world.apply(DemandChange("ndfeb-magnet", "IND", 2.0))
    assert changed.drawn("half", lambda: draw(changed)) is not first
    del first
    made: list[Shares] = []

    def again() -> Shares:
        made.append(draw(world))
        return made[-1]

    assert world.drawn("half", again) is made[0]
