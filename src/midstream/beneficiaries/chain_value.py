"""Value added along a chain per functional unit, by stage, by location and by ownership."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from midstream.beneficiaries.added import Added, Block, value_added
from midstream.beneficiaries.basis import Basis, basis_of
from midstream.beneficiaries.entries import Draws, Entries, spread
from midstream.beneficiaries.line import Built, build_line, functional_unit, inputs_of
from midstream.beneficiaries.place_rows import place_rows
from midstream.beneficiaries.result import ChainValue, OpenRow, StageRow
from midstream.chain.estimate import Floats
from midstream.chain.routes import Route, routes
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Quantity
from midstream.terms import suggestion


@dataclass(frozen=True)
class Frame:
    """What all rows of one chain share."""

    entries: Entries
    world: World
    route: Route
    basis: Basis
    built: Built
    added: Added
    draws: Draws

    @property
    def place(self) -> str:
        """Part of every lineage id."""
        return f"{self.route.id}/{self.basis.id}"

    @property
    def unit(self) -> str:
        """Functional unit."""
        if self.added.unit is None:
            return ""
        return functional_unit(self.route.steps[self.added.unit].unit)[0]

    @property
    def money(self) -> str:
        """Unit of value added."""
        return f"{self.basis.currency}/{self.unit or 'unit'}"

    def name(self, form: str) -> str:
        """Display name of a form."""
        if form in self.world.units:
            return self.world.names.form(form)
        return str(self.entries.evidence.forms[form]["name"])

    def quantity(
        self, place: str, name: str, array: Floats | None, unit: str, inputs: tuple[str, ...],
        formula: str, note: str = "",
    ) -> Quantity:  # fmt: skip
        """Enter an array (1 + draw,) as a quantity; ``None`` is no evidence."""
        value = None if array is None else float(array[0])
        low, high = spread(value, None if array is None else array[1:])
        title = f"{name}, {self.route.name}"
        return self.entries.formula(
            f"{place}/{self.place}", title, (value, low, high), unit, inputs, formula, note
        )


def chain_value(
    evidence: Evidence,
    world: World,
    chain: str,
    *,
    basis: str | None = None,
    draws: int = 2000,
    seed: int = 1,
    ledger: Ledger,
) -> ChainValue:
    """Give the value added along a chain.

    Args:
        evidence: The release.
        world: The world.
        chain: Id of a chain.
        basis: Price set, or the base year; the preferred set of the chain where left out.
        draws, seed: Monte Carlo.
        ledger: Where lineage is entered.

    Raises:
        InputError: if the chain or the basis is unknown.
    """
    found = routes(evidence, world)
    if chain not in found:
        raise InputError(
            f"no chain {chain!r}",
            where="--chain",
            why=f"the chains on file are {', '.join(found)}",
            mend=suggestion(chain, found) or "name one of them, or add it to chains.csv",
        )
    entries, route = Entries(evidence, ledger), found[chain]
    prices = basis_of(entries, chain, inputs_of(entries, route), world.base_year, basis)
    drawn = Draws(draws, seed)
    built = build_line(entries, world, route, prices, drawn)
    frame = Frame(entries, world, route, prices, built, value_added(built.line), drawn)
    return _result(frame)


def _result(frame: Frame) -> ChainValue:
    added, route = frame.added, frame.route
    final = _final(frame)
    stages = tuple(_stage(frame, block) for block in added.blocks)
    locations, owned = place_rows(frame, stages)
    return ChainValue(
        route=route,
        basis=frame.basis,
        unit=frame.unit,
        unit_form="" if added.unit is None else route.steps[added.unit].form,
        final=final,
        outside=_outside(frame),
        stages=stages,
        open=_open(frame),
        locations=locations,
        owners=owned,
        warnings=_warnings(frame, stages),
        added=added,
    )


def _inputs(frame: Frame, steps: range) -> tuple[str, ...]:
    """Ids behind the steps: prices, amounts on to the functional unit, outside inputs."""
    wanted = range(steps.start, (frame.added.unit or 0) + 1)
    found = [one for step in wanted for one in frame.built.lineage.get(step, ())]
    found += [one for out in frame.built.outside if out.step in steps for one in out.lineage]
    return tuple(dict.fromkeys(found))


def _final(frame: Frame) -> Quantity:
    added = frame.added
    last = added.blocks[-1].last if added.blocks else 0
    product = frame.basis.prices[frame.route.steps[last].form].product if added.blocks else "?"
    inputs = _inputs(frame, range(last, last + 1)) if added.blocks else ()
    return frame.quantity(
        "final", f"Price of {product}", added.final, frame.money, inputs, "price x amount"
    )


def _outside(frame: Frame) -> Quantity:
    total = None
    if frame.added.blocks:
        parts = [block.outside for block in frame.added.blocks]
        total = np.asarray(sum(parts[1:], start=parts[0]))
    ids = tuple(one for out in frame.built.outside if out.cost is not None for one in out.lineage)
    formula = "sum over steps of amount x price, priced inputs only"
    return frame.quantity(
        "outside", "Inputs from outside the chain", total, frame.money, ids, formula
    )


def _stage(frame: Frame, block: Block) -> StageRow:
    steps = frame.route.steps[block.first : block.last + 1]
    forms = tuple(step.form for step in steps)
    words = " and ".join(frame.name(form) for form in forms)
    final = frame.added.final
    added = frame.quantity(
        f"added/{forms[-1]}",
        f"Value added: {words}",
        block.added,
        frame.money,
        _inputs(frame, range(max(0, block.first - 1), block.last + 1)),
        "price x amount - price x amount of the step before - outside inputs",
        frame.basis.note,
    )
    return StageRow(
        forms=forms,
        stages=tuple(step.stage for step in steps),
        product=frame.basis.prices[forms[-1]].product,
        amount=_amount(frame, block),
        price=_price(frame, block),
        added=added,
        share=frame.quantity(
            f"share/{forms[-1]}",
            f"Share of the final price: {words}",
            None if final is None else 100 * block.added / final,
            "%",
            (added.lineage, f"f:value.final/{frame.place}"),
            "100 x value added / final price",
        ),
        outside=_outside_of(frame, block),
        unpriced=tuple(
            out.form
            for out in frame.built.outside
            if block.first <= out.step <= block.last and out.cost is None
        ),
    )


def _amount(frame: Frame, block: Block) -> Quantity:
    last = frame.route.steps[block.last]
    return frame.quantity(
        f"amount/{last.form}",
        f"{frame.name(last.form)} in a functional unit",
        block.amount,
        f"{functional_unit(last.unit)[0]}/{frame.unit}",
        _inputs(frame, range(block.last, block.last + 1)),
        "product of the amounts per unit of the next step",
    )


def _price(frame: Frame, block: Block) -> Quantity:
    last = frame.route.steps[block.last]
    price = frame.basis.prices[last.form]
    return frame.quantity(
        f"price/{last.form}",
        f"Price of {price.product} per unit of the form",
        frame.built.line.prices[block.last],
        f"{frame.basis.currency}/{functional_unit(last.unit)[0]}",
        price.lineage,
        "sum of share x quote / content",
    )


def _outside_of(frame: Frame, block: Block) -> Mapping[str, Quantity]:
    found = {}
    for out in frame.built.outside:
        if out.cost is None or not block.first <= out.step <= block.last:
            continue
        step = frame.route.steps[out.step].form
        scale = block.amount if out.step == block.last else None
        cost = None if scale is None else out.cost * scale
        found[out.form] = frame.quantity(
            f"input/{step}/{out.form}",
            f"{frame.name(out.form)} bought for {frame.name(step)}",
            cost,
            frame.money,
            out.lineage,
            "amount x price",
        )
    return found


def _open(frame: Frame) -> tuple[OpenRow, ...]:
    """Steps without a value of their own."""
    joint = {
        step: block
        for block in frame.added.blocks
        if not block.single
        for step in range(block.first, block.last + 1)
    }
    rows = []
    for number in (*joint, *frame.added.open):
        step = frame.route.steps[number]
        why = frame.built.why.get(number, "")
        if number in joint:
            last = frame.route.steps[joint[number].last].form
            why = f"known only together with the steps up to {frame.name(last)}"
            why += f": {frame.built.why[number]}" if number in frame.built.why else ""
        place = f"open/{step.form}"
        title = f"Value added: {frame.name(step.form)}"
        missing = frame.quantity(place, title, None, frame.money, (), "", why)
        rows.append(OpenRow(step.form, step.stage, missing, why))
    return tuple(rows)


def _warnings(frame: Frame, stages: tuple[StageRow, ...]) -> tuple[str, ...]:
    found = []
    if not stages:
        found.append(f"no form of the chain has a price on the basis {frame.basis.name!r}")
    if frame.basis.note:
        found.append(f"prices: {frame.basis.name}, {frame.basis.tax}; {frame.basis.note}")
    if stages and frame.added.open:
        upto = frame.name(stages[-1].forms[-1])
        found.append(f"the final price is that of {upto}; the steps after it are open")
    for row in stages:
        if row.unpriced:
            names = ", ".join(frame.name(form) for form in row.unpriced)
            form = frame.name(row.forms[-1])
            found.append(f"{form}: at most this, {names} has no price on this basis")
    found.append("energy, reagents, iron and by-products are not taken off or added")
    return tuple(found)
