"""Outlooks in which nothing moves, and what is added to them by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.evidence import Evidence
from midstream.scenarios.frame import Frame, Needs, Paths, Project
from midstream.scorecard.cells import Cells
from midstream.scorecard.draws import Draws, Parameters

#: Years from start to full output, and output over nameplate, of the plants added here.
RAMP, USED = 2.5, 0.7


def project(name: str, form: str, country: str, capacity: float, **changed: object) -> Project:
    """A plant owned and run by its own country."""
    plain = Project(
        id=name,
        facility="",
        form=form,
        country=country,
        region="",
        capacity=capacity,
        low=capacity,
        high=capacity,
        standing="funded",
        plan=2028.0,
        owner=country,
        technology=country,
        completion=None,
        lineage=(),
    )
    return replace(plain, **changed)


def cells_of(
    evidence: Evidence, world: World, frame: Frame, held: Mapping[str, float] | None = None
) -> Cells:
    """Cells of the scorecard on a frame."""
    parameters = Parameters(evidence, Draws(frame.seed, frame.draws), held or {})
    return Cells(world, parameters, 2030, world.countries)


def still_paths(
    cells: Cells, frame: Frame, projects: Iterable[tuple[Project, Floats | float]] = ()
) -> Paths:
    """Today's output for ever, and some projects with their starts."""
    world, plants = cells.world, list(projects)
    places = [
        (form, country)
        for form in world.forms
        for country in world.countries
        if world.outputs[form, country].components
    ]
    counted = len(places)
    places += list(dict.fromkeys((p.form, p.country) for p, _ in plants).keys() - set(places))
    base = np.zeros((frame.draws, len(frame.years), len(places)))
    for number, place in enumerate(places[:counted]):
        base[:, :, number] = cells.draws.estimate(world.outputs[place], "output", "low")[:, None]
    output, capacity = base.copy(), base / USED
    start = np.full((frame.draws, len(plants)), np.inf)
    for column, (plant, when) in enumerate(plants):
        start[:, column] = when
        number = places.index((plant.form, plant.country))
        for at, year in enumerate(frame.years):
            ramp = np.clip((year + 0.5 - start[:, column]) / RAMP, 0, 1)
            output[:, at, number] += plant.capacity * USED * ramp
            capacity[:, at, number] += plant.capacity * (start[:, column] <= year + 1)
    return Paths(
        frame=frame,
        places=tuple(places),
        projects=tuple(plant for plant, _ in plants),
        capacity=capacity,
        output=output,
        base=base,
        complete=np.isfinite(start),
        start=start,
        counted=np.arange(len(places)) < counted,
    )


def still_needs(cells: Cells, frame: Frame, growth: float = 1.0) -> Needs:
    """Today's need for ever, or growing by a factor a year."""
    world, places, today = cells.world, [], []
    for form in world.forms:
        total = cells.need(form, "WLD")
        assert total is not None
        kinds = {country: cells.need(form, country) for country in world.countries}
        kinds["WLD"] = total
        if form in world.leaders:
            leader = world.leaders[form][0]
            own = cells.need(form, leader)
            assert own is not None
            kinds[f"WLD-{leader}"] = total - own
        for country, need in kinds.items():
            assert need is not None
            places.append((form, country))
            today.append(need)
    grown = growth ** (np.array(frame.years) - frame.first)
    need = np.stack(today, axis=1)[:, None, :] * grown[None, :, None]
    return Needs(frame, tuple(places), need, tuple(() for _ in places))
