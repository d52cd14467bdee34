"""A plant to come: capacity of a form in a country, from the archetype of its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from midstream.capital.archetypes import Drawing, archetype_of, enter_archetype
from midstream.capital.case import Case
from midstream.capital.costing import costing
from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.evidence.tables import Row
from midstream.evidence.vocabulary import known

#: Kg per unit of output of products that are counted by mass.
TONNE = 1000.0
DRAWS = 2000


def case_of_target(
    evidence: Evidence,
    world: World,
    country: str,
    form: str,
    capacity: float,
    year: int,
    *,
    variant: str | None = None,
    price: float | None = None,
    draws: int = DRAWS,
    seed: int = 1,
    overrides: Mapping[str, float] | None = None,
    ledger: Ledger | None = None,
) -> Case:
    """Draw a plant to come.

    Args:
        evidence, world: Release and base year.
        country, form: Where and what.
        capacity: Nameplate in the unit of the form (`World.units`), a year.
        year: Year of the decision.
        variant: Variant of the archetype; ``None`` takes the preferred one.
        price: Price of the form that moves its price, USD per kg; ``None`` takes the base case of
            the price record.
        draws, seed: Of the streams, which are named by form and country.
        overrides: Figures that replace those of the archetype: capacity, year, capex (USD),
            overrun, build, ramp, utilisation, feed and opex (USD per kg), fixed (USD a year).
        ledger: Where the archetype is entered, if anywhere.

    Raises:
        InputError: if a name is unknown, or a figure is missing and none is given.
    """
    known(country, {key: row["name"] or "" for key, row in evidence.countries.items()}, "country")
    row = archetype_of(evidence, form, variant)
    given = dict(overrides or {})
    drawing = drawing_of(evidence, row, f"{form}/{country}", draws, seed, given)
    size = given.get("capacity", capacity)
    decided = int(given.get("year", year))
    plant = capacity_of_plant(evidence, row, size)
    capex = given_capex(drawing)
    if capex is None:
        capex = drawing.capex_per_unit() * max(plant, 0.0)
    if ledger is not None:
        enter_archetype(evidence, ledger, row)
    return draw_case(drawing, world, Plan(country, "", plant, decided, capex), price)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of a plant before the rest is drawn.

    Attributes:
        country: Where it stands.
        facility: Row of the facility register; blank for a plant to come.
        capacity: In the unit of the archetype.
        year: Year of the decision.
        capex: Planned capital cost, USD, shape (draw,).
        overrun: Where it is known; ``None`` where it is to be drawn.
        lineage: Ids of the record.
    """

    country: str
    facility: str
    capacity: float
    year: int
    capex: Floats
    overrun: Floats | None = None
    lineage: tuple[str, ...] = ()


def drawing_of(
    evidence: Evidence, row: Row, place: str, draws: int, seed: int, given: Mapping[str, float]
) -> Drawing:
    """A drawing in USD of the price year of the parameter table."""
    price_year = int(evidence.parameter("capital.price-year").value or 0)
    return Drawing(evidence, row, place, draws, seed, price_year, given)


def given_capex(drawing: Drawing) -> Floats | None:
    """Capital cost that the reader names."""
    return drawing.flat(drawing.given["capex"]) if "capex" in drawing.given else None


def capacity_of_plant(evidence: Evidence, row: Row, capacity: float) -> float:
    """Capacity in the unit of the archetype, from that in the unit of the form.

    Raises:
        InputError: if the release does not say how the two go together.
    """
    if row["kg_per_unit"] == TONNE:
        return capacity
    for factor in evidence.table("facility_factors").rows:
        if (factor["scored_form"], factor["unit"]) == (row["form"], row["unit"]):
            return float(capacity / factor["factor"])
    raise InputError(
        f"no capacity of {row['form']} can be read",
        where="facility_factors.csv",
        why=f"the release does not say how a {row['unit']} counts in the unit of the form",
        mend="take a form whose plants are counted in its own unit",
    )


def draw_case(drawing: Drawing, world: World, plan: Plan, price: float | None) -> Case:
    """Draw what is left of a case once its size, year and capital cost are known.

    Args:
        drawing: Archetype and streams of the plant.
        world: Says who leads the form.
        plan: The plant.
        price: Price of the price form, ``None`` for the base case of the record.

    Raises:
        InputError: if a figure is missing and none is given, or one makes no sense.
    """
    row, given = drawing.row, drawing.given
    use = drawing.utilisation()
    money = costing(drawing, world, plan.country, price, use)
    yearly = plan.capacity * row["per_year"]
    fixed = money.fixed_per_kg * max(yearly, 0.0) * row["kg_per_unit"]
    known_overrun = None if "overrun" in given else plan.overrun
    return Case(
        form=row["form"],
        country=plan.country,
        facility=plan.facility,
        unit=f"{row['product_unit']}/yr",
        capacity=yearly,
        year=plan.year,
        capex=plan.capex,
        overrun=drawing.overrun() if known_overrun is None else known_overrun,
        build=drawing.build(),
        ramp=drawing.ramp(),
        utilisation=use,
        kg_per_unit=row["kg_per_unit"],
        price=money.price,
        feed=money.feed,
        opex=money.opex,
        fixed=drawing.flat(given["fixed"]) if "fixed" in given else fixed,
        price_year=drawing.price_year,
        assumed=tuple(drawing.assumed),
        lineage=plan.lineage,
        price_form=row["price_form"],
        remarks=tuple(dict.fromkeys(drawing.remarks)),
    )
