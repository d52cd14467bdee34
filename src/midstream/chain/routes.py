"""Routes: the chain of one material as an ordered line of forms from the ore onwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from midstream.chain.estimate import Component
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.tables import Row
from midstream.terms import suggestion


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a route.

    Attributes:
        form, stage, unit: What is made; the unit is blank where the form is not counted.
        passed_on: Share of the form's world use that goes into the next step, 0..1; ``None`` at
            the last step and where the world cannot tell.
        per_next: Units of the form per unit of the next step's form; ``None`` where no recipe
            or world total says it.
        lineage: Ids the two figures rest on.
    """

    form: str
    stage: str
    unit: str
    passed_on: Component | None
    per_next: Component | None
    lineage: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """The chain of one material.

    Attributes:
        id, name, material: Names.
        steps: Steps from the ore onwards.
        missing: Forms of the route whose world output nobody counts or that no country is named
            for; what can be said about the chain ends there.
    """

    id: str
    name: str
    material: str
    steps: tuple[Step, ...]
    missing: tuple[str, ...]

    @property
    def counted(self) -> tuple[Step, ...]:
        """The steps that have evidence."""
        return tuple(step for step in self.steps if step.form not in self.missing)


def routes(evidence: Evidence, world: World) -> dict[str, Route]:
    """Give every chain on file as a route through a world.

    The amount per unit of the next step is the one stated for the chain, else the coefficient
    of the recipe, else ``passed_on x world output / world output of the next step``. The share
    passed on is the use share of the recipe, else the amount per unit times the ratio of world
    outputs, at most 1.

    Raises:
        InputError: if two consecutive steps have neither a recipe nor an amount of their own.
    """
    steps: dict[str, list[Row]] = {row["id"]: [] for row in evidence.table("chains").rows}
    for row in evidence.table("chain_steps").rows:
        steps[row["chain"]].append(row)
    counted = _counted(world)
    found = {}
    for chain in evidence.table("chains").rows:
        ordered = sorted(steps[chain["id"]], key=lambda row: row["sequence"])
        line = tuple(_steps(evidence, world, ordered, counted))
        missing = tuple(step.form for step in line if step.form not in counted)
        found[chain["id"]] = Route(chain["id"], chain["name"], chain["material"], line, missing)
    return found


def route(evidence: Evidence, world: World, chain: str) -> Route:
    """Give one chain.

    Raises:
        InputError: if there is none of that name, or fewer than two of its steps are counted.
    """
    found = routes(evidence, world)
    if chain not in found:
        raise InputError(
            f"no chain {chain!r}",
            where="--chain",
            why=f"the chains on file are {', '.join(found)}",
            mend=suggestion(chain, found) or "name one of them, or add it to chains.csv",
        )
    if len(found[chain].counted) < 2:
        names = ", ".join(str(evidence.forms[form]["name"]) for form in found[chain].missing)
        raise InputError(
            f"the chain {chain!r} cannot be run",
            where="chains.csv",
            why=f"nobody counts the output by country of: {names}",
            mend="add observations of production by country for these forms",
        )
    return found[chain]


def _counted(world: World) -> frozenset[str]:
    """Forms with a world output and at least one country that is named for them."""
    named = {form for (form, _), estimate in world.outputs.items() if estimate.value}
    return frozenset(
        form for form in named if form in world.world_output and world.world_output[form].value
    )


def _steps(
    evidence: Evidence, world: World, rows: list[Row], counted: frozenset[str]
) -> list[Step]:
    found = [_step(evidence, world, row, after, counted) for row, after in pairwise(rows)]
    last = rows[-1]["form"]
    return [*found, Step(last, _stage(evidence, last), world.units.get(last, ""), None, None, ())]


def _step(evidence: Evidence, world: World, row: Row, after: Row, counted: frozenset[str]) -> Step:
    form, output = row["form"], after["form"]
    recipe = _recipe(evidence, form, output)
    if recipe is None and row["per_next"] is None:
        raise InputError(
            f"the chain {row['chain']!r} has a gap between {form} and {output}",
            where=f"chain_steps.csv: {row['id']}",
            why="there is no recipe from one to the other and the row names no amount",
            mend="add a recipe or fill in per_next",
        )
    share = _use_share(world, form, output)
    ratio = _ratio(world, form, output) if {form, output} <= counted else None
    amount = _stated(row, "per_next") or (_stated(recipe, "coefficient") if recipe else None)
    if amount is None and share is not None and ratio is not None:
        amount = _times(share, ratio)
    if share is None and amount is not None and ratio is not None:
        share = _times(amount, 1 / ratio, ceiling=1.0)
    lineage = (row["id"], *((recipe["id"],) if recipe else ()))
    return Step(form, _stage(evidence, form), world.units.get(form, ""), share, amount, lineage)


def _stage(evidence: Evidence, form: str) -> str:
    return str(evidence.forms[form]["stage"])


def _recipe(evidence: Evidence, form: str, output: str) -> Row | None:
    for row in evidence.table("recipes").rows:
        if row["input"] == form and row["output"] == output:
            return row
    return None


def _use_share(world: World, form: str, output: str) -> Component | None:
    for use in world.uses.get(form, ()):
        if use.output == output:
            return use.share
    return None


def _ratio(world: World, form: str, output: str) -> float | None:
    """World output of a form over world output of the form it goes into."""
    made, used = world.world_output[form].value, world.world_output[output].value
    return made / used if made and used else None


def _stated(row: Mapping[str, float | None], column: str) -> Component | None:
    value = row[column]
    if value is None:
        return None
    low, high = row[f"{column}_low"], row[f"{column}_high"]
    return Component(value, value if low is None else low, value if high is None else high)


def _times(part: Component, factor: float, ceiling: float = float("inf")) -> Component:
    scaled = (part.value * factor, part.low * factor, part.high * factor)
    return Component(*(min(ceiling, number) for number in scaled))
