"""Secondary supply: recyclers on record, what is added to paths, and rows that cannot be read."""

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
from midstream.scenarios.recyclers import recycled
from midstream.scenarios.secondary import added, enter, secondary
from midstream.scenarios.secondary_streams import check_row
from units.scenarios.changed import ends, flat_needs, flat_paths, row_of, with_rows
from units.scenarios.still import cells_of, project, still_paths

FRAME = Frame(2, 50, 2024)
MAGNET, OXIDE = "ndfeb-magnet", "ndpr-oxide"


@pytest.fixture(scope="module")
def world(evidence: Evidence) -> World:
    return baseline(evidence, Scope(("IND", "CHN", "JPN"), 2024))


def test_recyclers_stand_for_supply_before_any_is_added(evidence: Evidence, world: World) -> None:
    paths = flat_paths(FRAME, {(OXIDE, "IND"): 1000.0})
    held = recycled(evidence, world, paths)[OXIDE, "IND"]
    plant = next(plant for plant in world.plants if plant.id == "attero-roorkee")
    used = evidence.parameter("utilisation").value or 0.0
    assert held == pytest.approx((plant.capacity or 0.0) * used)
    few = flat_needs(FRAME, {(MAGNET, "IND"): 10.0})
    many = flat_needs(FRAME, {(MAGNET, "IND"): 1e6})
    little = secondary(evidence, world, FRAME, few, paths)
    much = secondary(evidence, world, FRAME, many, paths)
    at = little.places.index((OXIDE, "IND"))
    assert (little.added[:, :, at] == 0).all()
    np.testing.assert_allclose(much.added[:, -1, at], much.total[:, -1, at] - held[:, -1])


def test_a_recycling_project_counts_from_its_start_on(evidence: Evidence, world: World) -> None:
    cells = cells_of(evidence, world, FRAME)
    plant = project("p", OXIDE, "IND", 500.0, facility="lohum-ree")
    paths = still_paths(cells, FRAME, [(plant, 2030.0)])
    held = recycled(evidence, world, paths)[OXIDE, "IND"]
    before, after = held[:, FRAME.years.index(2029)], held[:, -1]
    used = evidence.parameter("utilisation").value or 0.0
    assert (after >= before).all()
    assert np.median(after - before) == pytest.approx(500 * used, rel=0.05)


def test_recyclers_make_no_more_than_arises(evidence: Evidence, world: World) -> None:
    paths = flat_paths(FRAME, {(OXIDE, "IND"): 1000.0, (MAGNET, "IND"): 0.0})
    none = flat_needs(FRAME, {(MAGNET, "IND"): 0.0})
    bare = with_rows(
        evidence,
        secondary_sources=[
            row
            for row in evidence.table("secondary_sources").rows
            if row["kind"] == "spent magnets"
        ],
    )
    found = secondary(bare, world, FRAME, none, paths)
    held = recycled(evidence, world, paths)[OXIDE, "IND"]
    np.testing.assert_allclose(added(paths, found).output[:, :, 0], 1000.0 - held)


def test_magnets_made_anew_are_not_also_oxide(evidence: Evidence, world: World) -> None:
    plants = [{**row, "facility": "maker"} for row in evidence.table("recycling_plants").rows[:1]]
    changed = with_rows(evidence, recycling_plants=plants)
    cells = cells_of(evidence, world, FRAME)
    maker = project("m", MAGNET, "JPN", 2000.0, facility="maker")
    need = flat_needs(FRAME, {(MAGNET, "JPN"): 30000.0})
    alone = secondary(changed, world, FRAME, need, still_paths(cells, FRAME))
    beside = secondary(changed, world, FRAME, need, still_paths(cells, FRAME, [(maker, 2026.0)]))
    assert beside.recycled[:, -1, beside.places.index((OXIDE, "JPN"))].min() > 0
    one, other = (f.added[:, -1, f.places.index((OXIDE, "JPN"))] for f in (alone, beside))
    assert (other <= one).all()
    assert (other < one).any()


def test_a_place_without_output_is_added_as_not_on_record(evidence: Evidence, world: World) -> None:
    paths = flat_paths(FRAME, {(MAGNET, "JPN"): 10.0})
    found = secondary(evidence, world, FRAME, flat_needs(FRAME, {(MAGNET, "JPN"): 20000.0}), paths)
    after = added(paths, found)
    assert after.output[:, -1, after.place(OXIDE, "JPN")].min() > 0
    assert not after.counted[after.place(OXIDE, "JPN")]
    assert after.counted[after.place(MAGNET, "JPN")]
    np.testing.assert_array_equal(after.capacity[:, :, after.place(OXIDE, "JPN")], 0)
    np.testing.assert_array_equal(paths.output, 10.0)


def test_unknown_need_and_output_leave_no_stream(evidence: Evidence, world: World) -> None:
    paths = flat_paths(FRAME, {(OXIDE, "JPN"): 10.0})
    found = secondary(evidence, world, FRAME, flat_needs(FRAME, {(MAGNET, "JPN"): np.nan}), paths)
    assert all(stream.place[1] != "JPN" for stream in found.streams)
    # Amounts on record have a place of their own.
    assert {stream.kind for stream in found.streams} == {"tailings", "coal ash"}


def test_forms_can_be_named(evidence: Evidence, world: World) -> None:
    need = flat_needs(FRAME, {(MAGNET, "JPN"): 100.0})
    paths = flat_paths(FRAME, {(MAGNET, "JPN"): 10.0})
    found = secondary(evidence, world, FRAME, need, paths, forms=("dy-tb-oxide",))
    assert {stream.place[0] for stream in found.streams} == {"dy-tb-oxide"}


def test_rows_for_display_have_lineage(evidence: Evidence, world: World) -> None:
    need = flat_needs(FRAME, {(MAGNET, "JPN"): 20000.0, (OXIDE, "JPN"): 7000.0})
    paths = flat_paths(FRAME, {(MAGNET, "JPN"): 10.0})
    found = secondary(evidence, world, FRAME, need, paths)
    ledger = Ledger(base=world.ledger)
    rows = enter(evidence, world, found, need, ledger, (2035,))
    assert len(rows) == len(found.streams)
    magnets = next(row for row in rows if row.row == "ss-magnets-ndpr" and row.country == "JPN")
    assert 0 < (magnets.share.low or 0) < (magnets.share.high or 0) < 100
    assert magnets.row in ledger[magnets.supply.lineage].inputs
    for node in ledger.nodes.values():
        assert all(part in ledger for part in node.inputs)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"origin": None}, "origin"),
        ({"basis": "amount", "country": None}, "country"),
        ({"lifetime": None}, "lifetime"),
        ({"yield_low": 2.0}, "arising"),
        ({"chance": 1.5}, "chance"),
        ({"collection_high": 1.2}, "collection"),
        ({"lead": 0.0}, "lead"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(
    evidence: Evidence, change: Mapping[str, Any], column: str
) -> None:
    spread = {}
    for name, value in {"arising": 1.0, "collection": 0.5, "yield": 0.3, "lifetime": 9.0}.items():
        spread |= ends(name, value)
    fixed = {"id": "row", "form": OXIDE, "origin": MAGNET, "basis": "need", "past_growth": 0.1}
    good = row_of(
        evidence, "secondary_sources", **fixed, **spread, chance=1.0, lead=2.0, start=2020
    )
    check_row(good)
    with pytest.raises(InputError, match="row cannot be read") as caught:
        check_row({**good, **change})
    assert str(caught.value.where).endswith(f":{column}")


def test_other_draws_are_refused(evidence: Evidence, world: World) -> None:
    other = Frame(2, 10, 2024)
    paths = flat_paths(FRAME, {(MAGNET, "JPN"): 10.0})
    with pytest.raises(InputError, match="needs of 10 draws"):
        secondary(evidence, world, FRAME, flat_needs(other, {(MAGNET, "JPN"): 1.0}), paths)
