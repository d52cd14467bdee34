"""Projects: every plant on record that is not yet at full output, and what cannot be counted.

The register of the world gives the plants. The table ``project_parts`` splits a row into parts
with dates of their own, adds what the register does not hold, or dates a row; a row that has parts
is left out itself, so that no capacity is counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from midstream.chain.plants import Plant
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Label, Ledger, Node, Quantity
from midstream.evidence.tables import Row
from midstream.scenarios.cases import SAME_CLASS
from midstream.scenarios.frame import Project
from midstream.terms import suggestion

#: Standing of a plant that is no project.
AT_OUTPUT = "operating"


@dataclass(frozen=True, slots=True)
class Unread:
    """A plant not yet at full output whose capacity cannot be counted. It is listed, never zero.

    Attributes:
        id: Facility, or part of one.
        name: In words.
        form, country: Where.
        standing: As on record.
        reason: Why it is not counted.
        lineage: Id it rests on; blank for a part without a register row.
    """

    id: str
    name: str
    form: str
    country: str
    standing: str
    reason: str
    lineage: str


def projects(evidence: Evidence, world: World) -> tuple[Project, ...]:
    """All projects with a capacity in the unit of a scored form, in the order of their ids.

    Plants that a change has added to the world are among them; their completion stands in place
    of that of their class where the change names one.

    Raises:
        InputError: if a part names a row, form or class that cannot be, or has no capacity left
            to stand in place of.
    """
    parts = _rows(evidence)
    _check_parts(parts, world)
    replaced = {row["replaces"] for row in parts if row["role"] == "part"}
    plans = {(row["facility"], row["form"]): row for row in parts if row["role"] == "plan"}
    within = float(evidence.parameter("pipeline.plan.within").value or 0.0)
    held = evidence.facilities
    regions = {row["facility"]: row["region"] for row in evidence.table("plant_regions").rows}
    found = [
        _of_plant(
            plant,
            plans.get((plant.id, plant.form)),
            within if plant.id in held else None,
            regions.get(plant.id, ""),
        )
        for plant in world.plants
        if plant.status != AT_OUTPUT and plant.capacity is not None and plant.id not in replaced
    ]
    plants = {plant.id: plant for plant in world.plants}
    factors = _factors(evidence)
    for row in parts:
        factor = factors.get((row["unit"], row["form"]))
        if row["role"] != "plan" and row["capacity"] is not None and factor is not None:
            found.append(_of_part(row, factor, plants))
    return tuple(sorted(found, key=lambda project: project.id))


def unread(evidence: Evidence, world: World) -> tuple[Unread, ...]:
    """Plants and parts not yet at full output that cannot be counted, with the reason."""
    counted = {plant.id: plant for plant in world.plants}
    replaced = {row["replaces"] for row in _rows(evidence) if row["role"] == "part"}
    found = [
        _unread_plant(row, counted.get(name))
        for name, row in evidence.facilities.items()
        if row["status"] not in (AT_OUTPUT, "cancelled") and name not in replaced
        if name not in counted or counted[name].capacity is None
    ]
    factors = _factors(evidence)
    for row in _rows(evidence):
        if row["role"] == "plan" or (
            row["capacity"] is not None and (row["unit"], row["form"]) in factors
        ):
            continue
        standing, reason = row["class"] or "", f"no capacity in a unit of the form ({row['unit']})"
        form, country = row["form"], row["country"]
        found.append(Unread(row["id"], row["id"], form, country, standing, reason, ""))
    return tuple(sorted(found, key=lambda item: item.id))


def _unread_plant(row: Row, plant: Plant | None) -> Unread:
    reason = "no capacity on record"
    if plant is None:
        reason = "its form is not one of the scored forms"
    elif row["capacity"] is not None:
        reason = f"its capacity in {row['unit']} cannot be brought to the unit of the form"
    return Unread(
        id=row["id"],
        name=row["name"],
        form=plant.form if plant else row["form"],
        country=row["country"],
        standing=plant.status if plant else row["status"],
        reason=reason,
        lineage=f"fac:{row['id']}",
    )


def _rows(evidence: Evidence) -> tuple[Row, ...]:
    return evidence.table("project_parts").rows


def _factors(evidence: Evidence) -> dict[tuple[str, str], Row]:
    """(unit, scored form) -> how a capacity in the unit reads in the form."""
    rows = evidence.table("facility_factors").rows
    # A form of its own name comes last, so that its factor stands before that of a forerunner.
    ordered = sorted(rows, key=lambda row: row["form"] == row["scored_form"])
    return {(row["unit"], row["scored_form"]): row for row in ordered}


def _of_plant(plant: Plant, plan: Row | None, within: float | None, region: str) -> Project:
    """A project of a plant.

    The register names years: a promise for a year falls a part of the year after it began. The
    start of a ramping plant of the register lies behind it and says nothing on its full output.
    A plant that is not in the register (``within`` is ``None``) names its start itself.
    """
    start = plant.start
    if within is not None:
        start = None if start is None or plant.status == "ramping" else start + within
    if plan is not None:
        start = start if plan["plan"] is None else float(plan["plan"])
        region = plan["region"] or region
    capacity = plant.capacity or 0.0
    return Project(
        id=plant.id,
        facility=plant.id,
        form=plant.form,
        country=plant.country,
        region=region,
        capacity=capacity,
        low=min(plant.low, capacity),
        high=max(plant.high, capacity),
        standing=SAME_CLASS.get(plant.status, plant.status),
        plan=start,
        owner=plant.owner,
        technology=plant.technology,
        completion=plant.completion,
        lineage=plant.lineage,
    )


def _of_part(row: Row, factor: Row, plants: Mapping[str, Plant]) -> Project:
    """A project of a row of parts; owner and technology are those of its plant."""
    plant = plants.get(row["facility"] or "")
    replaced = plants.get(row["replaces"] or "")
    named = plant or replaced
    standing = row["class"] or (named.status if named else "")
    return Project(
        id=row["id"],
        facility=row["facility"] or "",
        form=row["form"],
        country=row["country"],
        region=row["region"] or "",
        capacity=row["capacity"] * factor["factor"],
        low=row["capacity"] * factor["factor_low"],
        high=row["capacity"] * factor["factor_high"],
        standing=SAME_CLASS.get(standing, standing),
        plan=row["plan"],
        owner=named.owner if named else "",
        technology=named.technology if named else "",
        completion=replaced.completion if replaced else None,
        lineage=(
            f"part:{row['id']}",
            *(f"fac:{row[name]}" for name in ("facility", "replaces") if row[name]),
            factor["id"],
        ),
    )


def _check_parts(parts: tuple[Row, ...], world: World) -> None:
    """Each part stands somewhere, and only parts stand in place of a row."""
    for row in parts:
        where = f"project_parts.csv:{row['id']}"
        if row["form"] not in world.forms:
            mend = suggestion(row["form"], world.forms)
            raise InputError(f"form {row['form']!r}", where, "it is not a scored form", mend)
        if (row["role"] == "part") != bool(row["replaces"]):
            raise InputError(
                f"role {row['role']} and row replaced {row['replaces'] or 'blank'!r}",
                where=where,
                why="a part stands in place of a register row, and nothing else does",
                mend="name the row it replaces, or make it beyond or plan",
            )
        if row["capacity"] is not None and row["capacity"] < 0:
            raise InputError(
                f"capacity is {row['capacity']:g}",
                where=where,
                why="a nameplate is 0 or more",
                mend="correct the number",
            )


def enter_parts(evidence: Evidence, ledger: Ledger) -> tuple[str, ...]:
    """Enter the parts as leaves of the lineage, ``part:<id>``; gives their ids."""
    for row in _rows(evidence):
        label: Label = "modelled"
        if row["kind"] == "sourced":
            label = evidence.label_of_sources(row["source"])
        lineage, known = f"part:{row['id']}", row["capacity"] is not None
        words = (row["role"], row["class"], f"plan {row['plan']:g}" if row["plan"] else None)
        ledger.add(
            Node(
                lineage,
                "assumption" if row["kind"] == "assumed" else "observation",
                f"Part of a project: {row['id']}, {row['form']}, {row['country']}",
                Quantity(
                    row["capacity"], None, None, row["unit"], label if known else None, lineage
                ),
                source=";".join(row["source"]),
                note="; ".join(filter(None, (*words, row["note"]))),
            )
        )
    return tuple(f"part:{row['id']}" for row in _rows(evidence))
