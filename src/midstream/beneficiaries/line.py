"""From recipes and prices to the line of a chain: amounts, outside inputs, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from midstream.beneficiaries.added import Line
from midstream.beneficiaries.basis import Basis, FormPrice
from midstream.beneficiaries.entries import Draws, Entries
from midstream.chain.estimate import Component, Floats
from midstream.chain.routes import Route, Step
from midstream.chain.world import World
from midstream.evidence.tables import Row

#: Unit of a form up to its first blank -> functional unit and how many of it.
_UNITS: Mapping[str, tuple[str, float]] = {
    "t": ("kg", 1e3),
    "GWh/yr": ("kWh", 1e6),
    "GW/yr": ("kW", 1e6),
}
#: Amounts and prices of forms counted otherwise are per kg.
_PLAIN = ("kg", 0.0)


@dataclass(frozen=True, slots=True)
class Outside:
    """An input of a step from outside the chain.

    Attributes:
        step: Step it goes into.
        form: What it is.
        per_unit: Units of it per unit of what the step makes.
        cost: Money per unit of what the step makes, (1 + draw,); ``None`` without a price.
        lineage: Ids behind it.
    """

    step: int
    form: str
    per_unit: Component
    cost: Floats | None
    lineage: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Built:
    """A line with what it rests on.

    Attributes:
        line: Arrays.
        outside: Inputs from outside the chain, priced or not.
        why: Step -> why it has no price or amount of its own.
        lineage: Step -> ids behind its price and the amount to the next step.
    """

    line: Line
    outside: tuple[Outside, ...]
    why: Mapping[int, str]
    lineage: Mapping[int, tuple[str, ...]]


def functional_unit(unit: str) -> tuple[str, float]:
    """Functional unit of a form and how many of it one unit of the form holds; 0 if not known."""
    return _UNITS.get(unit.split(" ")[0], _PLAIN)


def inputs_of(entries: Entries, route: Route) -> tuple[str, ...]:
    """Forms of a chain and all forms on record that go into them."""
    forms = [step.form for step in route.steps]
    others = [r["input"] for r in entries.evidence.table("recipes").rows if r["output"] in forms]
    return tuple(dict.fromkeys((*forms, *others)))


def build_line(entries: Entries, world: World, route: Route, basis: Basis, draws: Draws) -> Built:
    """Give prices, amounts and outside inputs of a chain on a basis."""
    why: dict[int, str] = {}
    lineage: dict[int, tuple[str, ...]] = {}
    amounts = []
    for number, (step, after) in enumerate(pairwise(route.steps)):
        amount, ids = _amount(entries, step, after, draws)
        if amount is None:
            why[number] = f"no recipe says how much goes into {_name(entries, after.form)}"
        amounts.append(amount)
        lineage[number] = ids
    outside = tuple(
        one
        for number in range(len(route.steps))
        for one in _outside(entries, world, route, number, basis, draws)
    )
    prices: list[Floats | None] = []
    for number, step in enumerate(route.steps):
        price = basis.prices.get(step.form)
        larger = _larger(route, number, outside)
        if price is None:
            why[number] = "no price on this basis"
        elif larger:
            why[number] = f"a larger input, {_name(entries, larger)}, has no price on this basis"
        prices.append(None if price is None or larger else price_of(price, draws))
        if prices[-1] is not None and price is not None:
            lineage[number] = (*price.lineage, *lineage.get(number, ()))
    costs = tuple(_cost(outside, number, draws) for number in range(len(route.steps)))
    return Built(Line(tuple(prices), tuple(amounts), costs), outside, why, lineage)


def price_of(price: FormPrice, draws: Draws) -> Floats:
    """Money per kg of a form: ``sum share x quote / content``, shape (1 + draw,)."""
    total = np.zeros(1 + draws.size)
    for part in price.parts:
        quote = both(part.price, draws, f"value.price/{part.name}")
        held = both(part.content, draws, f"value.content/{part.lineage[-1]}")
        total = total + part.share * quote / held
    return total


def both(part: Component, draws: Draws, name: str) -> Floats:
    """A reading followed by its draws, shape (1 + draw,)."""
    return np.concatenate([[part.value], draws.component(part, name)])


def _name(entries: Entries, form: str) -> str:
    return str(entries.evidence.forms[form]["name"])


def _amount(
    entries: Entries, step: Step, after: Step, draws: Draws
) -> tuple[Floats | None, tuple[str, ...]]:
    """Functional units of a form per one of the next; only where a row states an amount."""
    per_next = step.per_next
    if per_next is None or not _stated(entries, step):
        return None, ()
    (_, held), (_, makes) = functional_unit(step.unit), functional_unit(after.unit)
    if not held or not makes:
        return None, ()
    ids = tuple(_enter_amount(entries, name, step, after) for name in step.lineage)
    drawn = both(per_next, draws, f"value.amount/{step.lineage[-1]}")
    return drawn * held / makes, tuple(dict.fromkeys(ids))


def _row(entries: Entries, name: str) -> tuple[Row, str]:
    row = entries.evidence.row_by_id("recipes", name)
    if row is not None:
        return row, "coefficient"
    return entries.evidence.row_by_id("chain_steps", name) or {}, "per_next"


def _stated(entries: Entries, step: Step) -> bool:
    found = (_row(entries, name) for name in step.lineage)
    return any(row[column] is not None for row, column in found)


def _enter_amount(entries: Entries, name: str, step: Step, after: Step) -> str:
    row, column = _row(entries, name)
    if row[column] is None:
        return name
    return enter_recipe(entries, row, column, step.form, after.form)


def enter_recipe(entries: Entries, row: Row, column: str, form: str, output: str) -> str:
    """Enter the amount of a recipe or chain step; gives its lineage id."""
    title = f"{_name(entries, form)} per unit of {_name(entries, output)}"
    assumed, sources = row["kind"] == "assumed", row["source"] or ()
    part = component(row, column)
    note = row["note"] or ""
    return entries.leaf(
        f"amount:{row['id']}", title, part, "factor", sources, note, assumed=assumed
    )


def component(row: Row, column: str) -> Component:
    """A figure of a table with its ends."""
    value, low, high = (row[name] for name in (column, f"{column}_low", f"{column}_high"))
    return Component(value, value if low is None else low, value if high is None else high)


def _outside(
    entries: Entries, world: World, route: Route, number: int, basis: Basis, draws: Draws
) -> list[Outside]:
    form = route.steps[number].form
    own = route.steps[number - 1].form if number else ""
    found = []
    for row in entries.evidence.table("recipes").rows:
        if row["output"] != form or row["input"] == own or row["coefficient"] is None:
            continue
        (_, held), (_, makes) = (
            functional_unit(world.units.get(name, "")) for name in (row["input"], form)
        )
        scale = held / makes if held and makes else 1.0
        raw = component(row, "coefficient")
        per_unit = Component(raw.value * scale, raw.low * scale, raw.high * scale)
        ids: tuple[str, ...] = (enter_recipe(entries, row, "coefficient", row["input"], form),)
        price, cost = basis.prices.get(row["input"]), None
        if price is not None:
            drawn = both(per_unit, draws, f"value.amount/{row['id']}")
            cost, ids = drawn * price_of(price, draws), (*ids, *price.lineage)
        found.append(Outside(number, row["input"], per_unit, cost, ids))
    return found


def _larger(route: Route, number: int, outside: tuple[Outside, ...]) -> str:
    """An unpriced input of a step that is larger than the chain's own, or blank."""
    if number == 0:
        return ""
    before, here = route.steps[number - 1], route.steps[number]
    if before.per_next is None:
        return ""
    (_, held), (_, makes) = functional_unit(before.unit), functional_unit(here.unit)
    own = before.per_next.value * (held / makes if held and makes else 1.0)
    missing = [one for one in outside if one.step == number and one.cost is None]
    return next((one.form for one in missing if one.per_unit.value > own), "")


def _cost(outside: tuple[Outside, ...], number: int, draws: Draws) -> Floats:
    costs = [one.cost for one in outside if one.step == number and one.cost is not None]
    return np.asarray(sum(costs, start=np.zeros(1 + draws.size)))
