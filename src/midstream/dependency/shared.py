"""Shared dependency: which forms sectors have in common, and how alike sectors are.

``B[sector, form]`` is the part of a sector's chain that a form stands for. Value shares are not on
record; the weights of the stacks (assumed) stand for them. A form that no stack of the sector
names at its stage, but that the recipes of its forms need, takes part of the weight of those
forms: each passes ``shared.passed`` of its weight on, split evenly among its inputs of a stage.
Every stage counts alike, so that rows sum to one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.dependency.buildonce import BuildOnce, build_once
from midstream.dependency.cofailure import CoFailure, co_failures
from midstream.dependency.streams import Streams
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity, Row
from midstream.terms import SECTORS, STAGE_ORDER, suggestion


@dataclass(frozen=True)
class SectorForms:
    """Sectors by forms.

    Attributes:
        sectors: Rows.
        forms: Columns, by stage from the ore onwards.
        stages: Stage of each form.
        matrix: ``B``, shape (sector, form); a row sums to one.
        listed: Whether a stack names the form, shape (sector, form); the other weights are
            passed on by recipes.
    """

    sectors: tuple[str, ...]
    forms: tuple[str, ...]
    stages: tuple[str, ...]
    matrix: Floats
    listed: np.ndarray[tuple[int, int], np.dtype[np.bool_]]

    @cached_property
    def cosine(self) -> Floats:
        """Likeness of sectors: cosine of their rows, shape (sector, sector)."""
        return row_cosine(self.matrix)

    @cached_property
    def herfindahl(self) -> Floats:
        """How few sectors a form serves: sum of squared column shares, shape (form,)."""
        return column_herfindahl(self.matrix)


def row_cosine(matrix: Floats) -> Floats:
    """``B_a . B_b / (|B_a| |B_b|)``; 0 for a row without weights."""
    norms = np.linalg.norm(matrix, axis=1)
    scale = np.outer(norms, norms)
    return np.asarray(np.where(scale > 0, matrix @ matrix.T / np.where(scale > 0, scale, 1.0), 0.0))


def column_herfindahl(matrix: Floats, size: Floats | None = None) -> Floats:
    """``sum over sectors of (size x B / sum of size x B)^2``; ``nan`` for an empty column.

    Args:
        matrix: Shape (sector, form).
        size: Size of each sector; equal by default, as sizes are not on record.
    """
    weighed = matrix if size is None else matrix * size[:, None]
    totals = weighed.sum(axis=0)
    shares = np.where(totals > 0, weighed / np.where(totals > 0, totals, 1.0), np.nan)
    return np.asarray((shares**2).sum(axis=0))


def sector_forms(evidence: Evidence, sectors: Sequence[str] | None = None) -> SectorForms:
    """Build the matrix of sectors and forms.

    Raises:
        InputError: if a sector is unknown or has no stack.
    """
    stacks = _stacks(evidence, sectors)
    passed = float(evidence.parameter("shared.passed").value or 0.0)
    inputs: dict[str, list[str]] = defaultdict(list)
    for row in evidence.table("recipes").rows:
        inputs[row["output"]].append(row["input"])
    stage = {form: str(row["stage"]) for form, row in evidence.forms.items()}
    weights = {sector: _rolled(direct, inputs, stage, passed) for sector, direct in stacks.items()}
    used = {form for found in weights.values() for form in found}
    forms = tuple(sorted(used, key=lambda form: (stage[form], form)))
    matrix = np.array([[found.get(form, 0.0) for form in forms] for found in weights.values()])
    listed = np.array([[form in direct for form in forms] for direct in stacks.values()])
    stages = tuple(stage[form] for form in forms)
    return SectorForms(tuple(stacks), forms, stages, _even(matrix, stages), listed)


def _stacks(evidence: Evidence, sectors: Sequence[str] | None) -> dict[str, dict[str, float]]:
    """Sector -> form -> weight within its stage."""
    stacks: dict[str, dict[str, float]] = {}
    wanted = tuple(SECTORS) if sectors is None else tuple(sectors)
    for row in evidence.table("stacks").rows:
        if row["sector"] in wanted:
            found = stacks.setdefault(row["sector"], {})
            found[row["form"]] = found.get(row["form"], 0.0) + float(row["weight"])
    unknown = [sector for sector in wanted if sector not in stacks]
    if unknown and (sectors is not None or not stacks):
        raise InputError(
            f"no stack of forms for {unknown[0]!r}",
            where="stacks.csv",
            why="what a sector is made of stands there",
            mend=suggestion(unknown[0], SECTORS) or f"use one of {', '.join(stacks)}",
        )
    return {sector: stacks[sector] for sector in wanted if sector in stacks}


def _rolled(
    direct: Mapping[str, float],
    inputs: Mapping[str, Sequence[str]],
    stage: Mapping[str, str],
    passed: float,
) -> dict[str, float]:
    """Add the forms that recipes need and the stack does not name, device by device."""
    found = dict(direct)
    for later in reversed(STAGE_ORDER):
        for form in sorted(name for name in found if stage[name] == later):
            by_stage: dict[str, list[str]] = defaultdict(list)
            for name in inputs.get(form, ()):
                by_stage[stage[name]].append(name)
            for names in by_stage.values():
                for name in names:
                    if name not in direct and stage[name] < later:
                        found[name] = found.get(name, 0.0) + passed * found[form] / len(names)
    return found


def _even(matrix: Floats, stages: Sequence[str]) -> Floats:
    """Let every stage of a sector count the same, and rows sum to one."""
    scaled = np.zeros_like(matrix)
    for name in STAGE_ORDER:
        inside = np.array([stage == name for stage in stages])
        totals = (matrix * inside).sum(axis=1, keepdims=True)
        scaled += np.where(totals > 0, matrix * inside / np.where(totals > 0, totals, 1.0), 0.0)
    return np.asarray(scaled / scaled.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Shared:
    """Shared dependency of the sectors.

    Attributes:
        table: Sectors by forms.
        weights: ``B`` as quantities, (sector, form) -> weight, where it is not zero.
        herfindahl: Form -> how few sectors it serves, 0..1.
        cosine: (sector, sector) -> likeness, each pair once.
        co_failure: Pairs of sectors and how much likelier they fail together than apart.
        build_once: Forms by the worth of one plant for all sectors that need them.
        ledger: Lineage on top of the world's.
    """

    table: SectorForms
    weights: dict[tuple[str, str], Quantity]
    herfindahl: dict[str, Quantity]
    cosine: dict[tuple[str, str], Quantity]
    co_failure: tuple[CoFailure, ...]
    build_once: tuple[BuildOnce, ...]
    ledger: Ledger = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON; ``matrix`` holds plain weights, ``weights`` those with lineage."""
        sectors, forms = self.table.sectors, self.table.forms
        cells = {place: quantity.value for place, quantity in self.weights.items()}
        return {
            "sectors": list(sectors),
            "forms": list(forms),
            "matrix": [[cells.get((sector, form), 0.0) for form in forms] for sector in sectors],
            "weights": [
                {"sector": sector, "form": form, "weight": quantity.to_dict()}
                for (sector, form), quantity in self.weights.items()
            ],
            "herfindahl": {form: q.to_dict() for form, q in self.herfindahl.items()},
            "cosine": [
                {"sectors": list(pair), "value": q.to_dict()} for pair, q in self.cosine.items()
            ],
            "co_failure": [pair.to_dict() for pair in self.co_failure],
            "build_once": [row.to_dict() for row in self.build_once],
        }


def shared(
    evidence: Evidence,
    world: World,
    sectors: Sequence[str] | None = None,
    draws: int = 4000,
    seed: int = 1,
) -> Shared:
    """Measure what sectors have in common.

    Args:
        evidence: The release.
        world: The world; gives the dominant suppliers.
        sectors: Sectors; all with a stack by default.
        draws, seed: Monte Carlo of the co-failure.

    Raises:
        InputError: if a sector is unknown or has no stack.
    """
    table = sector_forms(evidence, sectors)
    streams = Streams(evidence, draws, seed)
    ledger = Ledger(base=world.ledger)
    entered = _Entered(evidence, table, ledger)
    columns = (table.forms, table.stages)
    return Shared(
        table=table,
        weights=entered.weights,
        herfindahl=entered.herfindahl(),
        cosine=entered.cosine(),
        co_failure=co_failures(world, table.sectors, columns, table.matrix, streams, ledger),
        build_once=build_once(
            evidence, world, table.sectors, table.forms, table.matrix, streams, ledger
        ),
        ledger=ledger,
    )


class _Entered:
    """Enters the matrix and what follows from it."""

    def __init__(self, evidence: Evidence, table: SectorForms, ledger: Ledger) -> None:
        self.evidence, self.table, self.ledger = evidence, table, ledger
        self.rows: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.of_sector: dict[str, list[str]] = defaultdict(list)
        for row in evidence.table("stacks").rows:
            self._leaf(row)
            self.rows[row["sector"], row["form"]].append(row["id"])
            self.of_sector[row["sector"]].append(row["id"])
        self.weights = self._weights()

    def _leaf(self, row: Row) -> None:
        quantity = Quantity(row["weight"], None, None, "ratio", "modelled", row["id"])
        name = f"Weight in the stack of {SECTORS[row['sector']]}: {self._form(row['form'])}"
        source = ";".join(row["source"] or ()) or None
        self.ledger.add(
            Node(row["id"], "assumption", name, quantity, source=source, note=row["reason"] or "")
        )

    def _form(self, form: str) -> str:
        return str(self.evidence.forms[form]["name"])

    def _enter(
        self, place: str, value: float, title: str, inputs: Sequence[str], formula: str
    ) -> Quantity:
        lineage = f"f:dependency.shared-{place}"
        quantity = Quantity(value, None, None, "ratio", "modelled", lineage)
        self.ledger.add(
            Node(lineage, "formula", title, quantity, inputs=tuple(inputs), formula=formula)
        )
        return quantity

    def _weights(self) -> dict[tuple[str, str], Quantity]:
        found = {}
        for i, j in np.argwhere(self.table.matrix > 0).tolist():
            sector, form = self.table.sectors[i], self.table.forms[j]
            inputs, formula = self.rows[sector, form], "weight of the stack, each stage alike"
            if not self.table.listed[i, j]:
                inputs = [*self.of_sector[sector], "par:shared.passed"]
                formula = "weight passed on by recipes, each stage alike"
            title = f"Part of {SECTORS[sector]} that stands on {self._form(form)}"
            value = float(self.table.matrix[i, j])
            found[sector, form] = self._enter(
                f"weight/{sector}/{form}", value, title, inputs, formula
            )
        return found

    def herfindahl(self) -> dict[str, Quantity]:
        """How few sectors each form serves."""
        found = {}
        for place, form in enumerate(self.table.forms):
            inputs = [q.lineage for (_, name), q in self.weights.items() if name == form]
            title = f"How few sectors it serves: {self._form(form)}"
            value = float(self.table.herfindahl[place])
            formula = "sum of squared column shares"
            found[form] = self._enter(f"herfindahl/{form}", value, title, inputs, formula)
        return found

    def cosine(self) -> dict[tuple[str, str], Quantity]:
        """Likeness of each pair of sectors."""
        found = {}
        for i, j in combinations(range(len(self.table.sectors)), 2):
            pair = self.table.sectors[i], self.table.sectors[j]
            inputs = [q.lineage for (name, _), q in self.weights.items() if name in pair]
            title = f"Likeness of {SECTORS[pair[0]]} and {SECTORS[pair[1]]}"
            value = float(self.table.cosine[i, j])
            place = f"cosine/{'/'.join(pair)}"
            found[pair] = self._enter(place, value, title, inputs, "cosine of the rows")
        return found
