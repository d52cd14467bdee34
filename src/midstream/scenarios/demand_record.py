"""Needs for display: quantities of some years with their lineage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.chain.world import World
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.scenarios.demand_mix import WORLD
from midstream.scenarios.demand_sectors import spread_quantity
from midstream.scenarios.frame import Needs, Place

_FORMULA = "need of the base year x growth of its uses; the projection where a source has one"


@dataclass(frozen=True, slots=True)
class NeedAhead:
    """Need of a place in a year: P50 with P10 and P90.

    Attributes:
        form, country: Place; `WLD-<leader>` is the world without the leader of the form.
        year: Year.
        projected: Whether a source projects it (for this or another year).
        need: Need at grade, in the unit of the form.
    """

    form: str
    country: str
    year: int
    projected: bool
    need: Quantity


def enter(
    evidence: Evidence,
    world: World,
    needs: Needs,
    ledger: Ledger,
    years: Sequence[int],
    places: Sequence[Place] | None = None,
) -> tuple[NeedAhead, ...]:
    """Enter needs into a ledger, with the rows they rest on.

    Args:
        evidence: The release.
        world: The world, for names and units.
        needs: The needs.
        ledger: Where lineage goes.
        years: Years of the frame.
        places: Places wanted; ``None`` takes all.
    """
    enter_rows(evidence, ledger)
    projected = {row["id"] for row in evidence.table("demand_projections").rows}
    found = []
    for place in needs.places if places is None else places:
        inputs = needs.lineage[needs.places.index(place)]
        drawn = needs.of(*place)
        for year in years:
            column = needs.frame.years.index(year)
            lineage = f"f:outlook.need/{place[1]}/{place[0]}/{year}"
            need = spread_quantity(drawn[:, column], world.units[place[0]], lineage)
            name = f"Need: {cell(world, place)}, {year}"
            ledger.add(Node(lineage, "formula", name, need, inputs=inputs, formula=_FORMULA))
            found.append(NeedAhead(*place, year, not projected.isdisjoint(inputs), need))
    return tuple(found)


def enter_rows(evidence: Evidence, ledger: Ledger) -> None:
    """Enter the projections and assumed growths that needs may rest on."""
    for row in evidence.table("demand_projections").rows:
        label = (
            "modelled" if row["kind"] != "observed" else evidence.label_of_sources(row["source"])
        )
        quantity = Quantity(row["mid"], row["low"], row["high"], row["unit"], label, row["id"])
        where = evidence.countries[row["country"]]["name"]
        scope = f", {row['scope']}" if row["scope"] else ""
        name = f"Projected need of {evidence.forms[row['form']]['name']}: {where}{scope}, "
        source, note = ";".join(row["source"]), row["method"] or ""
        ledger.add(Node(row["id"], "observation", name + row["year"], quantity, source, note=note))
    for row in evidence.table("scored_forms").rows:
        ends = (row["growth"], row["growth_low"], row["growth_high"])
        quantity = Quantity(*ends, "ratio", "modelled", row["id"])
        name = f"World need at 2030 over the base year: {row['name']}"
        ledger.add(Node(row["id"], "assumption", name, quantity, note=row["growth_kind"]))


def cell(world: World, place: Place) -> str:
    """Name of a place, the world without a leader among them."""
    form, country = place
    head, _, leader = country.partition("-")
    if head == WORLD and leader:
        return f"{world.names.form(form)}, world without {world.names.country(leader)}"
    return world.names.cell(form, country)
