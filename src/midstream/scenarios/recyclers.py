"""Recyclers on record: which part of the output of a place comes from recovered material."""

from __future__ import annotations

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.plants import Plant
from midstream.chain.world import World
from midstream.evidence import Evidence
from midstream.scenarios.frame import Paths, Place


def recycled(evidence: Evidence, world: World, paths: Paths) -> dict[Place, Floats]:
    """Output of recyclers on record inside the output of the paths, by place, (draw, year) each.

    ``capacity x mean utilisation x ramp x share of its output from recovery``, at most the output
    of the place: paths keep no output of single plants. Plants at work today are at full ramp.
    Places without a recycler are left out.

    Args:
        evidence: The release.
        world: The world; its plants give capacities of those at work.
        paths: Paths with the starts of projects.
    """
    rows = {row["facility"]: row for row in evidence.table("recycling_plants").rows}
    used = evidence.parameter("utilisation").value or 0.0
    found: dict[Place, Floats] = {}
    projects = {project.facility for project in paths.projects}
    still = np.ones((paths.frame.draws, len(paths.frame.years)))
    for plant in world.plants:
        if plant.id in rows and plant.id not in projects and plant.running:
            made = _size(plant) * used * rows[plant.id]["share"] * still
            _add(found, (plant.form, plant.country), made)
    for number, project in enumerate(paths.projects):
        if project.facility in rows:
            size = project.capacity * used * rows[project.facility]["share"]
            made = size * _ramp(evidence, paths, number)
            _add(found, (project.form, project.country), made)
    return {
        place: np.minimum(made, paths.output[:, :, paths.place(*place)])
        for place, made in found.items()
        if place in paths.places
    }


def _add(found: dict[Place, Floats], place: Place, made: Floats) -> None:
    found[place] = found[place] + made if place in found else made


def _size(plant: Plant) -> float:
    return plant.capacity or 0.0


def _ramp(evidence: Evidence, paths: Paths, number: int) -> Floats:
    """Share of full output of a project in the middle of each year, shape (draw, year)."""
    length = evidence.parameter("ramp.years").value or 1.0
    times = np.array(paths.frame.years)[None, :] + 0.5 - paths.start[:, number, None]
    return np.asarray(np.clip(times / length, 0.0, 1.0))
