"""Limits: rows of the release, order of the chain, and rows that are not in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from midstream.chain.baseline import Scope, baseline
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.scenarios.frame import Frame
from midstream.scenarios.limits import enter, limited
from midstream.scenarios.limits_rows import available, check_row
from midstream.scenarios.secondary import added, secondary
from units.scenarios.changed import flat_needs, flat_paths, with_rows

FRAME = Frame(2, 500, 2024)
OXIDE, ORE, MAGNET = "ndpr-oxide", "ree-ore", "ndfeb-magnet"


@pytest.fixture(scope="module")
def world(evidence: Evidence) -> World:
    return baseline(evidence, Scope(("IND", "JPN"), 2024))


def rule(evidence: Evidence, name: str) -> Mapping[str, Any]:
    row = evidence.row_by_id("capacity_limits", name)
    assert row is not None
    return row


def test_the_share_of_permits_follows_the_driver(evidence: Evidence) -> None:
    row = rule(evidence, "cl-ind-ndpr-feed")
    for driver in (-2.0, 0.0, 2.0):
        last = available(row, FRAME, np.full(FRAME.draws, driver))[:, -1]
        share = (last == row["cleared"]).mean()
        expected = 1 / (1 + np.exp(-(row["cleared_odds"] + driver)))
        assert share == pytest.approx(expected, abs=2 / FRAME.draws)


def test_no_permit_before_its_first_year(evidence: Evidence) -> None:
    row = rule(evidence, "cl-ind-ndpr-feed")
    found = available(row, FRAME, np.full(FRAME.draws, 50.0))
    first = FRAME.years.index(row["cleared_from"])
    assert (found[:, : first + 1] <= row["available_high"]).all()
    assert (found[:, FRAME.years.index(row["cleared_by"] + 1) :] == row["cleared"]).all()


def test_ore_and_oxide_wait_for_the_same_permit(evidence: Evidence) -> None:
    driver = np.zeros(FRAME.draws)
    both = [
        available(rule(evidence, name), FRAME, driver)[:, -1] > 5000
        for name in ("cl-ind-ndpr-feed", "cl-ind-ree-ore-feed")
    ]
    np.testing.assert_array_equal(*both)


def test_what_is_not_checked_is_listed_and_holds_nothing_back(
    evidence: Evidence, world: World
) -> None:
    paths = flat_paths(FRAME, {(MAGNET, "IND"): 1e6, ("osat-packaged-chip", "IND"): 50.0})
    found = limited(evidence, world, paths)
    assert found.applied == ()
    np.testing.assert_array_equal(found.paths.output, paths.output)
    listed = {(row.form, row.resource): row.missing for row in found.not_checked}
    assert listed["osat-packaged-chip", "water"] == ("available", "need")
    assert listed[MAGNET, "feed"] == ("available",)


def test_a_country_without_rows_is_left_alone(evidence: Evidence, world: World) -> None:
    paths = flat_paths(FRAME, {(OXIDE, "JPN"): 1e6})
    found = limited(evidence, world, paths)
    np.testing.assert_array_equal(found.paths.output, paths.output)
    assert found.binding(OXIDE, "JPN", 2035) == {}


def test_recyclers_take_no_feed(evidence: Evidence, world: World) -> None:
    paths = flat_paths(FRAME, {(OXIDE, "IND"): 1e5})
    with_them = limited(evidence, world, paths).paths.output
    without = limited(with_rows(evidence, recycling_plants=[]), world, paths).paths.output
    plant = next(plant for plant in world.plants if plant.id == "attero-roorkee")
    used = evidence.parameter("utilisation").value or 0.0
    np.testing.assert_allclose(with_them - without, (plant.capacity or 0.0) * used)


def test_secondary_supply_may_come_before_or_after(evidence: Evidence, world: World) -> None:
    paths = flat_paths(FRAME, {(OXIDE, "IND"): 1e5})
    need = flat_needs(FRAME, {(MAGNET, "IND"): 1e5})
    held = limited(evidence, world, paths).paths
    after = added(held, secondary(evidence, world, FRAME, need, held))
    more = secondary(evidence, world, FRAME, need, paths)
    before = limited(evidence, world, added(paths, more), secondary=more).paths
    place = (OXIDE, "IND")
    np.testing.assert_allclose(
        before.output[:, :, before.place(*place)], after.output[:, :, after.place(*place)]
    )


def test_feed_of_a_chain_is_seen_after_its_own_limit(evidence: Evidence, world: World) -> None:
    magnet = {
        **rule(evidence, "cl-jpn-magnet-feed"),
        "country": "IND",
        "available": 0.0,
        "available_low": None,
        "available_high": None,
    }
    rows = [magnet, rule(evidence, "cl-ind-ndpr-feed")]
    changed = with_rows(evidence, capacity_limits=rows, recycling_plants=[])
    paths = flat_paths(FRAME, {(MAGNET, "IND"): 1e6, (OXIDE, "IND"): 1e6})
    found = limited(changed, world, paths)
    oxide, magnets = (found.paths.output[:, :, paths.place(f, "IND")] for f in (OXIDE, MAGNET))
    assert oxide.max() < 1e4
    assert (magnets * magnet["need_low"] <= oxide * (1 + 1e-9)).all()
    assert found.binding(MAGNET, "IND", 2035) == {"feed": 1.0}


def test_shares_for_display_have_lineage(evidence: Evidence, world: World) -> None:
    paths = flat_paths(FRAME, {(OXIDE, "IND"): 1e5, (ORE, "IND"): 1.0})
    ledger = Ledger(base=world.ledger)
    rows = enter(evidence, world, limited(evidence, world, paths), ledger, (2030, 2035))
    shares = {(row.form, row.year): row.share.value for row in rows}
    assert shares[OXIDE, 2035] == 100.0
    assert shares[ORE, 2035] == 0.0
    for node in ledger.nodes.values():
        assert all(part in ledger for part in node.inputs)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"cleared": None}, "cleared"),
        ({"cleared_from": 2040}, "cleared_by"),
        ({"driver": None}, "driver"),
        ({"need": 0.0, "need_low": None, "need_high": None}, "need"),
        ({"available_low": 1e9}, "available"),
        ({"imported_low": -1.0}, "imported"),
    ],
)
def test_a_row_that_is_not_in_order_is_named(
    evidence: Evidence, change: Mapping[str, Any], column: str
) -> None:
    row = rule(evidence, "cl-ind-ndpr-feed")
    check_row(row)
    with pytest.raises(InputError, match="cannot be read") as caught:
        check_row({**row, **change})
    assert str(caught.value.where).endswith(f":{column}")


def test_a_driver_of_other_draws_is_refused(evidence: Evidence, world: World) -> None:
    with pytest.raises(InputError, match="a driver of permits of shape"):
        limited(evidence, world, flat_paths(FRAME, {(OXIDE, "IND"): 1.0}), feed=np.zeros(3))
