"""A plant of the register: its own capacity and capital cost, the rest from the archetype."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from midstream.capital.archetypes import Drawing, archetype_of, enter_archetype, missing
from midstream.capital.case import Case
from midstream.capital.case_target import (
    DRAWS,
    Plan,
    capacity_of_plant,
    draw_case,
    drawing_of,
    given_capex,
)
from midstream.capital.money import Money, to_dollars
from midstream.chain.estimate import Floats
from midstream.chain.plants import Plant
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.evidence.tables import Row
from midstream.evidence.vocabulary import known

#: Standing of a plant whose capital cost is what was spent.
BUILT = "operating"


def case_of_facility(
    evidence: Evidence,
    world: World,
    facility_id: str,
    *,
    variant: str | None = None,
    price: float | None = None,
    draws: int = DRAWS,
    seed: int = 1,
    overrides: Mapping[str, float] | None = None,
    ledger: Ledger | None = None,
) -> Case:
    """Draw a plant of the register as if it were decided now, or as late as its start allows.

    Its capital cost is that on record, unless that is a sum of money found or covers more than
    the plant (table ``capex_scopes``); then, or where none is on record, it is the archetype's.

    Args:
        evidence, world: Release and base year.
        facility_id: Id of the register.
        variant, price, draws, seed, overrides, ledger: As of
            `midstream.capital.case_target.case_of_target`; streams are named by the facility.

    Raises:
        InputError: if the facility is unknown, makes no form of the study, or a figure is missing
            and none is given.
    """
    row, plant = _found(evidence, world, facility_id)
    archetype = archetype_of(evidence, plant.form, variant)
    given = dict(overrides or {})
    drawing = drawing_of(evidence, archetype, facility_id, draws, seed, given)
    if ledger is not None:
        enter_archetype(evidence, ledger, archetype)
    return draw_case(drawing, world, _plan(drawing, row, plant), price)


def _plan(drawing: Drawing, row: Row, plant: Plant) -> Plan:
    """Size, year and capital cost of a plant of the register."""
    size = drawing.given.get("capacity", plant.capacity)
    if size is None:
        raise missing("capacity", plant.id)
    capacity = capacity_of_plant(drawing.evidence, drawing.row, size)
    plan = Plan(
        country=plant.country,
        facility=plant.id,
        capacity=capacity,
        year=_decided(plant, drawing),
        capex=drawing.flat(0.0),
        lineage=(f"fac:{plant.id}",),
    )
    own = given_capex(drawing)
    if own is not None:
        return replace(plan, capex=own)
    recorded = _recorded_capex(drawing, row)
    if recorded is None:
        return replace(plan, capex=drawing.capex_per_unit() * max(capacity, 0.0))
    _compare(drawing, recorded, capacity)
    if plant.status != BUILT:
        return replace(plan, capex=recorded)
    drawing.remarks.append("the plant runs: its capital cost is taken as spent, no overrun")
    return replace(plan, capex=recorded, overrun=drawing.flat(0.0))


def _found(evidence: Evidence, world: World, facility_id: str) -> tuple[Row, Plant]:
    names = {key: row["name"] or "" for key, row in evidence.facilities.items()}
    known(facility_id, names, "facility")
    for plant in world.plants:
        if plant.id == facility_id:
            return evidence.facilities[facility_id], plant
    form = evidence.facilities[facility_id]["form"]
    raise InputError(
        f"{facility_id} makes {form}, which is no form of the study",
        where="facility",
        why="its capacity cannot be read in a unit that has a cost and a price",
        mend="take a plant of a form that is scored",
    )


def _recorded_capex(drawing: Drawing, row: Row) -> Floats | None:
    """Capital cost on record in USD of the price year; ``None`` where it is not the plant's own."""
    evidence = drawing.evidence
    scopes = {one["facility"]: one["scope"] for one in evidence.table("capex_scopes").rows}
    if row["capex"] is None:
        return None
    if row["id"] in scopes:
        drawing.remarks.append(
            f"the capital cost on record is of another scope ({scopes[row['id']]}); "
            "that of the archetype is taken"
        )
        return None
    latest = max(int(one["year"]) for one in evidence.table("fx").rows)
    year = min(int(str(row["status_date"])[:4]), latest)
    amount = Money(row["capex"], row["capex_currency"] or "", year)
    found = to_dollars(evidence, amount, drawing.price_year)
    drawing.remarks += [found.remark] if found.remark else []
    return drawing.flat(found.real)


def _compare(drawing: Drawing, capex: Floats, capacity: float) -> None:
    """Say so where the cost on record lies outside the range of the archetype."""
    row = drawing.row
    if row["capex_low"] is None or row["capex_high"] is None or not capacity > 0:
        return
    rate = drawing.dollars_per_unit()
    low, high, own = row["capex_low"] * rate, row["capex_high"] * rate, capex[0] / capacity
    if not low <= own <= high:
        drawing.remarks.append(
            f"its capital cost on record is {own:,.0f} USD per {row['unit']}; such plants are on "
            f"record at {low:,.0f} to {high:,.0f}"
        )


def _decided(plant: Plant, drawing: Drawing) -> int:
    """Year of the decision: that of the release, or the last in which the start is still met."""
    if "year" in drawing.given:
        return int(drawing.given["year"])
    now = int(drawing.evidence.release.date[:4])
    if plant.start is None:
        return now
    return max(now, math.floor(plant.start - float(drawing.build()[0])))
