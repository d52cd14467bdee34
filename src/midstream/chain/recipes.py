"""Recipes: what one unit of a form needs from the stage before, and where a form is used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from midstream.chain.estimate import Component
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.tables import Row


@dataclass(frozen=True, slots=True)
class Use:
    """A use of a form.

    Attributes:
        output: Form it goes into.
        share: Share of the form's world use, 0..1.
        coefficient: Units of the form per unit of ``output``, ``None`` where not on record.
        lineage: Id of the recipe.
    """

    output: str
    share: Component
    coefficient: float | None
    lineage: str


def order_of_forms(evidence: Evidence) -> tuple[str, ...]:
    """Scored forms from the device back to the ore: every form after all it goes into.

    Raises:
        InputError: if recipes run in a circle; the message names the circle.
    """
    uses: dict[str, list[str]] = defaultdict(list)
    for row in evidence.table("recipes").rows:
        uses[row["input"]].append(row["output"])
    ordered: list[str] = []
    state: dict[str, int] = {}
    for row in evidence.table("scored_forms").rows:
        _visit(row["form"], uses, state, ordered, ())
    return tuple(ordered)


def _visit(
    form: str,
    uses: Mapping[str, list[str]],
    state: dict[str, int],
    ordered: list[str],
    path: tuple[str, ...],
) -> None:
    if state.get(form) == 2:
        return
    if state.get(form) == 1:
        circle = " -> ".join((*path[path.index(form) :], form))
        raise InputError(
            f"recipes run in a circle: {circle}",
            where="recipes.csv",
            why="a form cannot be needed to make itself",
            mend="take one of these recipes out or name another input",
        )
    state[form] = 1
    for output in uses.get(form, []):
        _visit(output, uses, state, ordered, (*path, form))
    state[form] = 2
    ordered.append(form)


def uses_of_forms(
    evidence: Evidence, world: Mapping[str, float | None]
) -> dict[str, tuple[Use, ...]]:
    """Uses of every form, shares of its world use.

    A stated share is taken; else ``coefficient x world output / world use`` where both totals
    are known; else the rest is split evenly. Shares that sum to more than one are scaled down.

    Args:
        evidence: The release.
        world: World output by form in its unit, ``None`` where unknown.
    """
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in evidence.table("recipes").rows:
        rows[row["input"]].append(row)
    uses = {}
    for form, recipes in rows.items():
        shares = [_share(row, world) for row in recipes]
        stated = sum(share.value for share in shares if share is not None)
        missing = sum(share is None for share in shares)
        rest = max(0.0, 1 - stated) / missing if missing else 0.0
        even = Component(rest, rest / 2, min(1.0, rest * 2))
        filled = [share or even for share in shares]
        total = max(1.0, sum(share.value for share in filled))
        uses[form] = tuple(
            Use(row["output"], _over(share, total), row["coefficient"], row["id"])
            for row, share in zip(recipes, filled, strict=True)
        )
    return uses


def _share(row: Row, world: Mapping[str, float | None]) -> Component | None:
    if row["use_share"] is not None:
        low = row["use_share"] if row["use_low"] is None else row["use_low"]
        high = row["use_share"] if row["use_high"] is None else row["use_high"]
        return Component(row["use_share"], low, high)
    made, used = world.get(row["output"]), world.get(row["input"])
    if row["coefficient"] is None or not made or not used:
        return None
    scale = made / used
    return Component(
        row["coefficient"] * scale,
        (row["coefficient_low"] or row["coefficient"]) * scale,
        (row["coefficient_high"] or row["coefficient"]) * scale,
    )


def _over(share: Component, total: float) -> Component:
    return Component(share.value / total, share.low / total, min(1.0, share.high / total))
