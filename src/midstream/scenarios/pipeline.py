"""The pipeline: capacity and output of every cell to the last year, draw by draw.

    complete ~ Bernoulli(logistic(logit p + log_odds))
    start    = max(plan + delay, date of the release)
    output   = nameplate x ramp x top x utilisation x alive
    ramp     = mean over the year of min(1, (t - start) / T), 0 before the start

Today's output is drawn as the scorecard draws it and kept by its retention; projects and later
entrants come on top. Every random number has a stream of its own, named by project and purpose,
so that a project more, or a lever on one, never shifts the numbers of another. A draw depends on
its own row alone once streams are drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.errors import InputError, ModelError
from midstream.evidence import Evidence
from midstream.scenarios.entrants import Multiples
from midstream.scenarios.frame import Frame, Paths, Place, Project
from midstream.scenarios.pipeline_make import Moves, Ready
from midstream.scenarios.reference import Classes

__all__ = ["Moves", "Ready", "cells_of", "ready", "simulate"]


def simulate(
    frame: Frame,
    world: World,
    evidence: Evidence,
    projects: Sequence[Project],
    classes: Classes,
    *,
    log_odds: Floats | None = None,
    delay_factor: Floats | None = None,
    alive: Floats | None = None,
    entrant_rate: Multiples | None = None,
    overrides: Mapping[str, float] | None = None,
    places: Collection[Place] | None = None,
) -> Paths:
    """Simulate capacity and output from the year after the base year to the last.

    Args:
        frame: Draws and years.
        world: World of the base year; its outputs and running plants are today.
        evidence: Release with the parameters and the rates of later entrants.
        projects: Projects, in any order.
        classes: Drawn laws of completion and delay, of as many draws as the frame.
        log_odds, delay_factor, alive, entrant_rate: As in `Moves`, in the order of ``projects``.
        overrides: Parameters held at a value instead of drawn.
        places: Cells to simulate; ``None`` takes those of `cells_of`.

    Returns:
        Paths, kept cell by cell (`midstream.scenarios.cellwise`).

    Raises:
        InputError: if two projects share an id, or a project has no such class.
        ModelError: if an array has not the shape of the draws, years and projects.
    """
    drawn = ready(frame, world, evidence, projects, classes, overrides=overrides, places=places)
    return drawn.run(Moves(log_odds, delay_factor, alive, entrant_rate))


def ready(
    frame: Frame,
    world: World,
    evidence: Evidence,
    projects: Sequence[Project],
    classes: Classes,
    *,
    overrides: Mapping[str, float] | None = None,
    places: Collection[Place] | None = None,
    keep: bool = False,
) -> Ready:
    """Draw all that no driver, limit or counter-move touches; `Ready.run` does the rest.

    Args:
        frame, world, evidence, projects, classes, overrides, places: As in `simulate`.
        keep: Whether it will be run more than once, so that numbers of entrants are kept.

    Raises:
        InputError: if two projects share an id, or a project has no such class.
        ModelError: if the classes have other draws than the frame.
    """
    _check(frame, projects, classes)
    cells = cells_of(evidence, world, projects) if places is None else places
    return Ready.of(
        frame,
        world,
        evidence,
        tuple(projects),
        classes,
        tuple(sorted(cells)),
        overrides or {},
        keep,
    )


def cells_of(evidence: Evidence, world: World, projects: Sequence[Project]) -> tuple[Place, ...]:
    """Cells with a plant, a project, entrants or a known output, in order.

    Countries are those of the world's study and those in which a plant or project stands.
    """
    plants = {(plant.form, plant.country) for plant in world.plants}
    plants |= {(project.form, project.country) for project in projects}
    countries = {*world.countries, *(country for _, country in plants)}
    known = {place for place, found in world.outputs.items() if found.components}
    later = {(row["form"], row["country"]) for row in evidence.table("entrant_rates").rows}
    forms = set(world.forms)
    return tuple(
        sorted(
            place for place in plants | known | later if place[0] in forms and place[1] in countries
        )
    )


def _check(frame: Frame, projects: Sequence[Project], classes: Classes) -> None:
    """Check ids and draws before anything is drawn."""
    names = [project.id for project in projects]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InputError(
            f"two projects are called {twice[0]!r}",
            where="projects",
            why="they would share their draws",
            mend="give each an id of its own",
        )
    if classes.on_time.shape != (frame.draws,):
        raise ModelError(
            f"classes has the shape {classes.on_time.shape}, not {(frame.draws,)}",
            where="pipeline",
        )
