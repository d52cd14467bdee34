"""Value that a country captures at each step of a chain, now and in the last year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from midstream.beneficiaries.added import Block
from midstream.beneficiaries.dollars import Dollars, to_dollars
from midstream.beneficiaries.entries import ENDS, Draws, Entries, output_stream
from midstream.beneficiaries.line import functional_unit
from midstream.beneficiaries.result import ChainValue
from midstream.chain.estimate import Floats, median, quantile
from midstream.chain.world import Cell, World
from midstream.evidence import Quantity

_MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Ahead:
    """Output of a form in a country in a later year.

    Attributes:
        output: In the unit of the form, shape (draw,).
        lineage: Id of the path.
    """

    output: Floats
    lineage: str


@dataclass(frozen=True, slots=True)
class StepShare:
    """Value a country captures at one row of a chain, USD million a year, now and later."""

    forms: tuple[str, ...]
    now: Quantity
    then: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the step as JSON."""
        now, then = self.now.to_dict(), self.then.to_dict()
        return {"forms": list(self.forms), "now": now, "then": then}


@dataclass(frozen=True, slots=True)
class Domestic:
    """Value a country captures in a chain.

    Attributes:
        country, year, later: Country, base year and the later year.
        steps: By row of the chain.
        now, then: Over the rows that have a value; medians need not add up.
        missing: Forms without a figure now or later; nothing is counted for them.
        note: Money and prices behind it.
    """

    country: str
    year: int
    later: int
    steps: tuple[StepShare, ...]
    now: Quantity
    then: Quantity
    missing: tuple[str, ...]
    note: str

    def to_dict(self) -> dict[str, Any]:
        """Give the row as JSON."""
        return {
            "country": self.country,
            "year": self.year,
            "later": self.later,
            "steps": [one.to_dict() for one in self.steps],
            "now": self.now.to_dict(),
            "then": self.then.to_dict(),
            "missing": list(self.missing),
            "note": self.note,
        }


def domestic(
    entries: Entries,
    world: World,
    found: ChainValue,
    country: str,
    ahead: Mapping[Cell, Ahead],
    later: int,
    draws: Draws,
) -> Domestic:
    """Give ``sum over steps of value added per unit x output of the country``.

    Prices and recipes stay those of the basis in both years. Steps that share a price give an
    upper bound only: the whole of their value on the largest of their outputs, counted in one
    unit. A country may win an ore and refine none of it, and all the value may lie in the ore.

    Args:
        entries: Evidence and ledger.
        world: The world.
        found: Value of the chain.
        country: Country.
        ahead: Output in the later year by (form, country).
        later: That year.
        draws: Streams; as many as ``ahead`` holds.
    """
    dollars = to_dollars(entries, found.basis)
    place = _Place(entries, world, found, country, dollars)
    cells = [_cells(place, block, ahead, later, draws) for block in found.added.blocks]
    steps = tuple(
        StepShare(forms_of(found, block), *(place.step(block, one) for one in pair))
        for block, pair in zip(found.added.blocks, cells, strict=True)
    )
    missing = [step.forms[-1] for step in steps if None in (step.now.value, step.then.value)]
    missing += [row.form for row in found.open if row.form not in missing]
    now, then = (
        place.total(
            year,
            [
                pair[side].array
                for block, pair in zip(found.added.blocks, cells, strict=True)
                if block.single
            ],
            [(step.now, step.then)[side].lineage for step in steps],
        )
        for side, year in enumerate((world.base_year, later))
    )
    return Domestic(
        country=country,
        year=world.base_year,
        later=later,
        steps=steps,
        now=now,
        then=then,
        missing=tuple(missing),
        note=f"{found.basis.name}, {dollars.words}, held to {later}",
    )


def forms_of(found: ChainValue, block: Block) -> tuple[str, ...]:
    """Forms of a block, from the ore on."""
    return tuple(step.form for step in found.route.steps[block.first : block.last + 1])


@dataclass(frozen=True, slots=True)
class _Cell:
    """Value of one block in one year: USD million, shape (draw,), or ``None``."""

    year: int
    array: Floats | None
    lineage: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """Output of a form in a country in one year, shape (draw,), or ``None``, and its lineage."""

    output: Floats | None
    lineage: tuple[str, ...]


def _cells(
    place: _Place, block: Block, ahead: Mapping[Cell, Ahead], later: int, draws: Draws
) -> tuple[_Cell, _Cell]:
    forms = forms_of(place.found, block)
    now, then = [], []
    for form in forms:
        made = place.today(form, draws, most=not block.single)
        now.append(made)
        then.append(place.later(form, ahead, made, most=not block.single))
    return (
        _Cell(place.world.base_year, place.value(block, now), _ids(now)),
        _Cell(later, place.value(block, then), _ids(then)),
    )


def _ids(made: Sequence[_Made]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for part in made for one in part.lineage))


@dataclass(frozen=True, slots=True)
class _Place:
    """A chain seen from one country."""

    entries: Entries
    world: World
    found: ChainValue
    country: str
    dollars: Dollars

    @property
    def name(self) -> str:
        """Name of the country."""
        return str(self.entries.evidence.countries[self.country]["name"])

    def today(self, form: str, draws: Draws, *, most: bool) -> _Made:
        """Output of the base year; at most what it can be where nobody counts it, if asked."""
        estimate = self.world.outputs.get((form, self.country))
        if estimate is None:
            return _Made(None, ())
        output = None
        if estimate.components:
            output = draws.estimate(estimate, output_stream(estimate.lineage))
        elif most and estimate.standing == "bounded":
            output = np.full(draws.size, estimate.high)
        return _Made(output, (estimate.lineage,))

    def later(self, form: str, ahead: Mapping[Cell, Ahead], now: _Made, *, most: bool) -> _Made:
        """Output of the later year; what nobody counts today may go on, if asked for the most."""
        told = ahead.get((form, self.country))
        if told is None:
            return now if most else _Made(None, ())
        estimate = self.world.outputs.get((form, self.country))
        if most and now.output is not None and estimate is not None and not estimate.components:
            return _Made(np.maximum(told.output, now.output), (told.lineage, *now.lineage))
        return _Made(told.output, (told.lineage,))

    def value(self, block: Block, made: Sequence[_Made]) -> Floats | None:
        """USD million a year, shape (draw,): value per unit of the form x output.

        For steps with one price the largest over the steps; ``None`` if one cannot be counted.
        """
        parts = []
        steps = self.found.route.steps[block.first : block.last + 1]
        for step, stated, one in zip(steps, block.amounts, made, strict=True):
            # Counted in one element, no more of it comes out than goes in.
            same = step.unit == steps[-1].unit and " " in step.unit
            amount = block.amount if stated is None and same else stated
            if amount is None or one.output is None:
                return None
            held = functional_unit(step.unit)[1]
            parts.append((block.added / amount)[1:] * one.output * held)
        return np.asarray(np.max(parts, axis=0) * self.dollars.factor / _MILLION)

    def step(self, block: Block, cell: _Cell) -> Quantity:
        """Enter the value of a block; steps that share a price give an upper bound only."""
        value, low, high = _numbers(cell.array)
        forms, note = forms_of(self.found, block), ""
        if not block.single and high is not None:
            value, low = None, min(0.0, high)
            note = "steps share one price: at most this, if all their value lies in the largest"
        row = next(one for one in self.found.stages if one.forms == forms)
        place = f"{self.country}/{cell.year}/{forms[-1]}"
        return self.entries.formula(
            f"domestic/{place}/{self.found.route.id}/{self.found.basis.id}",
            f"Value captured by {self.name} in {cell.year}: {row.product}, {self.found.route.name}",
            (value, low, high),
            "USD million/yr",
            (row.added.lineage, row.amount.lineage, *cell.lineage, *self.dollars.lineage),
            "value added per unit of the form x output; median of the draws",
            note,
        )

    def total(self, year: int, parts: Sequence[Floats | None], inputs: Sequence[str]) -> Quantity:
        """Enter the value over the steps that have a figure."""
        known = [part for part in parts if part is not None]
        array = np.asarray(sum(known[1:], start=known[0])) if known else None
        return self.entries.formula(
            f"domestic/{self.country}/{year}/{self.found.route.id}/{self.found.basis.id}",
            f"Value captured by {self.name} in {year}, {self.found.route.name}",
            _numbers(array),
            "USD million/yr",
            inputs,
            "sum over the steps that have a figure, by draw; median",
        )


def _numbers(array: Floats | None) -> tuple[float | None, float | None, float | None]:
    if array is None:
        return None, None, None
    low, high = (float(quantile(array, end)) for end in ENDS)
    return float(median(array)), low, high
