"""Uncertain inputs of a plan that somebody could go and check, by draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Evidence
from midstream.evidence.quantity import Label, worst_label
from midstream.policy.acting import PREFIX
from midstream.policy.frame import Choice, Lever, LeverEffect, OpenBench
from midstream.policy.stress_feed import lines_of
from midstream.policy.stress_telling import effect_lineage
from midstream.scenarios.frame import Project
from midstream.scenarios.simulated import Simulated

#: Years after the horizon that stand for never.
NEVER = 10.0


@dataclass(frozen=True, slots=True)
class Input:
    """An uncertain fact.

    Attributes:
        id: Kind and what it is of.
        kind: lever-effect, project, need, output or open-cell.
        name: What there is to find out, in words.
        draws: The figure, shape (draw,).
        unit: Its unit.
        label: Label of what is known of it now; ``None`` where nothing is.
        sources: Ids of the source register that stand behind it.
        lineage: Lineage ids.
        where: Table and row it is kept in.
        chance: Probability that is told in place of the figure; ``None`` tells the figure.
    """

    id: str
    kind: str
    name: str
    draws: Floats
    unit: str
    label: Label | None
    sources: tuple[str, ...]
    lineage: tuple[str, ...]
    where: str
    chance: float | None = None


def inputs(bench: OpenBench, choice: Choice, found: Simulated) -> tuple[Input, ...]:
    """Give the uncertain inputs of a plan.

    Sizes of the effects of its levers; of the forms of the chain the start of every project of
    the subject, what plants that run today make at the horizon, and needs.

    Args:
        bench: Draws and evidence.
        choice: The plan.
        found: The run with the plan.
    """
    # A sector without a chain has no forms to choose by: all that were run count.
    forms = chain_forms(bench) or frozenset(form for form, _ in found.paths.places)
    return tuple(
        one
        for part in (
            _sizes(bench, choice),
            _projects(bench, found, forms),
            _outputs(bench, found, forms),
            _needs(bench, found, forms),
        )
        for one in part
        if np.isfinite(one.draws).all() and np.ptp(one.draws) > 0
    )


def chain_forms(bench: OpenBench) -> frozenset[str]:
    """Forms of the chains that end in the final form, those made inside plants among them."""
    lines = lines_of(bench)
    return frozenset(
        form for line in lines for form in (*line.inside, *(step.form for step in line.steps))
    )


def _sizes(bench: OpenBench, choice: Choice) -> Iterator[Input]:
    for lever in choice.levers:
        sizes = bench.sizes(lever)
        for effect in lever.effects:
            if effect.id in sizes:
                yield _size(bench.evidence, lever, effect, sizes)


def _size(
    evidence: Evidence, lever: Lever, effect: LeverEffect, sizes: Mapping[str, Floats]
) -> Input:
    assumed = effect.standing_of_fact == "assumed" or not effect.source
    return Input(
        id=f"effect/{effect.id}",
        kind="lever-effect",
        name=f"How much {lever.name} ({lever.id}) does: {_aim(evidence, effect)}",
        draws=sizes[effect.id],
        unit=effect.unit,
        label="modelled" if assumed else evidence.label_of_sources(effect.source),
        sources=effect.source,
        lineage=(effect_lineage(effect.id),),
        where=f"lever_effects.csv: {effect.id}",
    )


def _aim(evidence: Evidence, effect: LeverEffect) -> str:
    """What an effect acts on, in words."""
    form = str(evidence.forms[effect.form]["name"]) if effect.form in evidence.forms else ""
    return ", ".join(part for part in (effect.kind, effect.target, form) if part)


def _projects(bench: OpenBench, found: Simulated, forms: frozenset[str]) -> Iterator[Input]:
    """How soon the projects of the subject start; of a facility in parts, how many run in time."""
    parts: dict[str, list[int]] = {}
    for number, project in enumerate(found.paths.projects):
        if project.country == bench.subject and project.form in forms:
            parts.setdefault(project.facility or project.id, []).append(number)
    for name, numbers in parts.items():
        yield _project(bench, name, numbers, found)


def _title(bench: OpenBench, name: str) -> str:
    """A plant by its name, or as one of the lever that would build it."""
    row = bench.evidence.row_by_id("facilities", name)
    if row is not None:
        return str(row["name"])
    effect = bench.evidence.row_by_id("lever_effects", name.rpartition("/")[2])
    lever = bench.evidence.row_by_id("levers", str(effect["lever"])) if effect else None
    return f"a plant of the lever {lever['name']}" if lever else f"{name}, a line of the plan"


def _project(bench: OpenBench, name: str, numbers: list[int], found: Simulated) -> Input:
    """One facility; a start that never comes counts as some years after the horizon.

    The figure of a single project is years from its start to then, so that more is sooner; what
    is told of it is the chance that it runs at the horizon.
    """
    projects = [found.paths.projects[number] for number in numbers]
    starts = np.asarray(found.paths.start[:, numbers], dtype=float)
    row, title = bench.evidence.row_by_id("facilities", name), _title(bench, name)
    form = bench.world.names.form(projects[0].form)
    whole = len(projects) == 1
    running = (starts < bench.horizon + 1).sum(axis=1).astype(float)
    return Input(
        id=f"project/{name}",
        kind="project",
        name=f"Whether and when it runs: {title} ({form})"
        if whole
        else f"How many run at the horizon: {title} ({form})",
        draws=np.maximum(bench.horizon + NEVER - starts[:, 0], 0.0) if whole else running,
        unit="year" if whole else "count",
        chance=float(running.mean()) if whole else None,
        label="modelled",
        sources=tuple(row["source"] or ()) if row is not None else (),
        lineage=tuple(dict.fromkeys(one for project in projects for one in rests_on(project))),
        where=f"facilities.csv: {name}" if row is not None else f"lever_effects.csv: {name}",
    )


def rests_on(project: Project) -> tuple[str, ...]:
    """Lineage ids of a project; one that a lever adds rests on its effect."""
    if project.id.startswith(PREFIX):
        return (effect_lineage(project.id.removeprefix(PREFIX)),)
    return project.lineage


def _outputs(bench: OpenBench, found: Simulated, forms: frozenset[str]) -> Iterator[Input]:
    """What plants that run today still make at the horizon."""
    paths, world = found.paths, bench.world
    for number, (form, country) in enumerate(paths.places):
        estimate = world.outputs.get((form, country))
        if country != bench.subject or form not in forms:
            continue
        if estimate is None or not estimate.components:
            continue
        yield Input(
            id=f"output/{form}",
            kind="output",
            name=f"Output of plants that run today: {world.names.cell(form, country)}",
            draws=np.asarray(paths.base[:, -1, number], dtype=float),
            unit=world.units[form],
            label=estimate.label,
            sources=sources_of(bench, estimate.lineage),
            lineage=(estimate.lineage,),
            where=f"observations of {form}",
        )


def _needs(bench: OpenBench, found: Simulated, forms: frozenset[str]) -> Iterator[Input]:
    needs, world = found.needs, bench.world
    for number, (form, country) in enumerate(needs.places):
        if country != bench.subject or form not in forms:
            continue
        lineage = needs.lineage[number]
        known = [bench.ledger[one].quantity.label for one in lineage if one in bench.ledger]
        yield Input(
            id=f"need/{form}",
            kind="need",
            name=f"Need at the horizon: {world.names.cell(form, country)}",
            draws=np.asarray(needs.need[:, -1, number], dtype=float),
            unit=world.units[form],
            label=worst_label(known) or "modelled",
            sources=tuple(name for one in lineage for name in sources_of(bench, one)),
            lineage=lineage,
            where=f"demand of {form}",
        )


def sources_of(bench: OpenBench, lineage: str) -> tuple[str, ...]:
    """Source ids of the leaves under a lineage id, without doubles."""
    nodes = bench.ledger.reached((lineage,))
    names = (name for node in nodes if node.source for name in node.source.split(";"))
    return tuple(dict.fromkeys(name for name in names if name))
