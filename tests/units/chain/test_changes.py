"""Changes refuse what does not fit the world, and say what, where and how to mend it."""

from __future__ import annotations

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
from midstream.chain.world import World
from midstream.errors import InputError
from units.chain.toy import chain_tables, toy, toy_world


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
