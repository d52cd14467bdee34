"""Need to the last year of an outlook, by form and country, and by what it goes into."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.scenarios.cellwise import Cellwise
from midstream.scenarios.demand_mix import WORLD
from midstream.scenarios.demand_record import NeedAhead, enter
from midstream.scenarios.demand_roll import FormNeed, Ground, Roller
from midstream.scenarios.demand_sectors import SectorNeed, sector_needs
from midstream.scenarios.frame import Frame, Needs, Place

__all__ = ["NeedAhead", "SectorNeed", "by_sector", "enter", "needs"]


def needs(
    evidence: Evidence,
    world: World,
    frame: Frame,
    demand_driver: Floats | None = None,
    *,
    forms: Sequence[str] | None = None,
    overrides: Mapping[str, float] | None = None,
    places: Collection[Place] | None = None,
    ground: Ground | None = None,
    single: bool = False,
) -> Needs:
    """Need of the scored forms, year by year, in the countries of a world and in the world.

    ``need(t) = need of the base year x growth``. The base year is that of the scorecard, from the
    same streams. Growth is the mix of the country's uses, each at the published growth of the use
    in the world; the three published scenarios are low, middle and high of a triangular law, and
    one position in it serves a whole draw. Where a source projects the need of a country, the
    projection takes the place of both; a form it is made of follows it. A country's own spread
    is added where no source projects (``outlook.need.spread``).

    Args:
        evidence: The release.
        world: The world; its base year is that of the frame.
        frame: Draws and years.
        demand_driver: Demand in standard deviations around its middle, shape (draw,); ``None``
            draws it from the stream ``driver/demand``.
        forms: Forms wanted; ``None`` gives all. An outlook of many draws should name them.
        overrides: Parameters with a value of the user.
        places: Places wanted among those of the forms; ``None`` gives all.
        ground: What needs of this world and last year rest on; ``None`` reads it.
        single: Whether needs are kept as 32-bit numbers: half the memory, and the same to seven
            digits.

    Returns:
        Needs at grade, in the unit of each form. Countries are those of the world, ``WLD`` and
        ``WLD-<leader>``: world need less the leader's own, for forms that have a leader.

    Raises:
        InputError: if the driver has not one number a draw, a form is unknown, or a projection is
            in another unit than its form.
    """
    _check(world, frame, demand_driver, forms)
    roller = Roller(evidence, world, frame, demand_driver, overrides or {}, ground=ground)
    held = _places(world, set(world.forms if forms is None else forms), places)
    found = Cellwise(len(frame.years), frame.draws, len(held), single)
    numbers = {place: number for number, place in enumerate(held)}
    for part in roller.places(held):
        for country, need in part.need.items():
            number = numbers.get((part.form, country))
            if number is not None:
                found.put(number, need)
    lineage = tuple(_lineage(world, roller, place) for place in held)
    return Needs(frame, held, found, lineage)


def by_sector(
    evidence: Evidence,
    world: World,
    frame: Frame,
    country: str,
    demand_driver: Floats | None = None,
) -> tuple[SectorNeed, ...]:
    """Need of a country by what it goes into; see `midstream.scenarios.demand_sectors`.

    Args:
        evidence: The release.
        world: The world.
        frame: Draws and years.
        country: A country of the world.
        demand_driver: As in `needs`.

    Raises:
        InputError: if the country is not one of the world.
    """
    if country not in world.countries:
        raise InputError(
            f"no needs of {country!r}",
            where="country",
            why="the world of this study does not hold it",
            mend=f"take one of {', '.join(world.countries)}",
        )
    _check(world, frame, demand_driver, None)
    roller = Roller(evidence, world, frame, demand_driver, detail=(country,))
    rows: dict[str, FormNeed] = {part.form: part for part in roller.forms()}
    return sector_needs(evidence, roller, rows, country)


def _check(world: World, frame: Frame, driver: Floats | None, forms: Sequence[str] | None) -> None:
    if driver is not None and driver.shape != (frame.draws,):
        raise InputError(
            f"a demand driver of shape {driver.shape}",
            where="demand_driver",
            why=f"the frame has {frame.draws} draws",
            mend="give one number a draw",
        )
    unknown = sorted(set(forms or ()) - set(world.forms))
    if unknown:
        raise InputError(
            f"no needs of {unknown[0]!r}",
            where="forms",
            why="it is not a scored form",
            mend="take forms of scored_forms.csv",
        )
    if world.base_year != frame.first:
        raise InputError(
            f"a frame from {frame.first} on",
            where="frame",
            why=f"the base year of the world is {world.base_year}",
            mend="start the frame in the base year of the world",
        )


def _places(world: World, wanted: set[str], places: Collection[Place] | None) -> tuple[Place, ...]:
    found: list[Place] = []
    for form in world.forms:
        if form not in wanted:
            continue
        found += [(form, country) for country in (*world.countries, WORLD)]
        if form in world.leaders:
            found.append((form, f"{WORLD}-{world.leaders[form][0]}"))
    return tuple(place for place in found if places is None or place in places)


def _lineage(world: World, roller: Roller, place: Place) -> tuple[str, ...]:
    """Ids of level and growth of a place."""
    form, country = place
    direct = world.direct_need.get(place)
    ids = [direct.lineage] if direct else [world.world_output[form].lineage]
    if not direct and country in world.countries:
        ids.append("par:gdp.factor")
    projected = roller.projected.get(place, ())
    ids += [row.id for row in projected]
    if country in world.countries and not projected:
        ids.append("par:outlook.need.spread")
    return tuple(dict.fromkeys((*ids, *roller.growths[form].lineage)))
