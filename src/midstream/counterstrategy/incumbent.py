"""The incumbent of a form: its price, cost, sales and share abroad."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.naming import Names
from midstream.chain.world import World
from midstream.counterstrategy.abroad import base_of, share_abroad
from midstream.counterstrategy.sampling import Sampling
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row
from midstream.terms import suggestion

#: Weight a price is quoted for -> kilograms.
_KILOGRAMS = {"kg": 1.0, "t": 1000.0, "lb": 0.45359237}
#: Units of output that a price per kg can be set against start like this.
_TONNES = "t"


@dataclass(frozen=True, slots=True)
class Incumbent:
    """The largest producer of a form and what a move costs it.

    Attributes:
        form, country, unit: Place; output is in tonnes of the form.
        price: Reference price from which moves start, USD per kg.
        lowest: Lowest yearly price of recent years, USD per kg.
        cost: Full cost per kg, shape (draw,).
        output: Sales at home and abroad, t a year.
        export_share: Part of them that ends abroad, as the form or in goods made of it, 0..1,
            shape (draw,).
        outside_output: Output of all others, t a year.
        elasticity: Price elasticity abroad, > 0, shape (draw,).
        assumed: Ids of what was assumed for want of a record.
        lineage: Ids the figures rest on.
    """

    form: str
    country: str
    unit: str
    price: Quantity
    lowest: Quantity
    cost: Floats
    output: Quantity
    export_share: Floats
    outside_output: Quantity
    elasticity: Floats
    assumed: tuple[str, ...]
    lineage: tuple[str, ...]

    @property
    def reference(self) -> float:
        """The reference price as a number, USD per kg."""
        return float(self.price.value or 0.0)

    @property
    def sales(self) -> float:
        """Output as a number, t a year."""
        return float(self.output.value or 0.0)

    @property
    def revenue(self) -> float:
        """Sales at the reference price, USD million a year."""
        return self.reference * self.sales / 1000

    @property
    def outside_share(self) -> Floats:
        """The incumbent's share of supply abroad, 0..1, shape (draw,)."""
        exports = self.sales * self.export_share
        others = float(self.outside_output.value or 0.0)
        share: Floats = exports / np.maximum(exports + others, 1e-12)
        return share


def incumbent_of(
    evidence: Evidence,
    world: World,
    form: str,
    incumbent: str,
    sampling: Sampling,
    ledger: Ledger,
    price: float | None = None,
    *,
    trade: bool = True,
) -> Incumbent:
    """Give the incumbent of a form.

    Args:
        evidence: The release.
        world: The world of the base year.
        form: Scored form counted in tonnes.
        incumbent: Country; blank takes the dominant supplier of the form.
        sampling: Draws.
        ledger: Where lineage is entered.
        price: Reference price in USD per kg; ``None`` takes the newest yearly average on record.
        trade: Whether to read the share abroad off the trade of the chain, which takes a while;
            otherwise it is the parameter.

    Raises:
        InputError: if the form is unknown or has no dominant supplier, the country is not it, no
            price or output is on record, or the price is not above zero.
    """
    country = checked(world, form, incumbent)
    quotes = yearly_prices(evidence, form, world)
    names = world.names
    reference = _reference(evidence, names, form, quotes, price, ledger)
    lowest = _lowest(evidence, names, form, quotes, reference, ledger)
    output, others = _outputs(world, form, country, ledger)
    cost, cost_ids, cost_assumed = _cost(evidence, world, form, country, lowest, sampling, ledger)
    share, share_ids, share_assumed = _export_share(world, form, country, output, sampling, trade)
    return Incumbent(
        form=form,
        country=country,
        unit=world.units[form],
        price=reference,
        lowest=lowest,
        cost=cost,
        output=output,
        export_share=share,
        outside_output=others,
        elasticity=sampling.shared("elasticity"),
        assumed=(*cost_assumed, *share_assumed, "par:counter.elasticity"),
        lineage=(reference.lineage, output.lineage, others.lineage, *cost_ids, *share_ids),
    )


def checked(world: World, form: str, incumbent: str = "") -> str:
    """Check form and incumbent; give the incumbent's code.

    Raises:
        InputError: as `incumbent_of`.
    """
    if form not in world.forms:
        raise InputError(
            f"unknown form {form!r}",
            where="form",
            why="the model does not score it",
            mend=suggestion(form, world.forms) or "take one of the scored forms",
        )
    if form not in world.leaders:
        raise InputError(
            f"{form} has no incumbent",
            where="form",
            why="no country holds so much of its world output that it could move alone",
            mend="take a form with a dominant supplier",
        )
    leader = world.leaders[form][0]
    if incumbent and incumbent != leader:
        raise InputError(
            f"{incumbent!r} is not the incumbent of {form}",
            where="incumbent",
            why=f"the dominant supplier is {world.names.country(leader)} ({leader})",
            mend=f"take {leader}",
        )
    if not world.units[form].split()[0] == _TONNES:
        raise InputError(
            f"{form} is counted in {world.units[form]}",
            where="form",
            why="a price per kg needs tonnes",
            mend="take a form that is counted in tonnes",
        )
    return leader


@dataclass(frozen=True, slots=True)
class YearPrice:
    """Quotes of a form averaged over one year: the lower median, USD per kg of the form's unit."""

    year: int
    value: float
    low: float
    high: float
    rows: tuple[Row, ...]


def yearly_prices(
    evidence: Evidence, form: str, world: World | None = None
) -> tuple[YearPrice, ...]:
    """Give the yearly average prices of a form on record, oldest first.

    Quotes in USD of the form, or of the form that ``quoted_forms`` names for it, over its content
    (units of the form per unit of weight quoted).
    """
    quoted, content = form, 1.0
    if world is not None:
        content = world.trade_content.get(form, 1.0)
    for row in evidence.table("quoted_forms").rows:
        if row["form"] == form:
            quoted, content = row["quoted"], row["content"]
    found: dict[int, list[tuple[float, Row]]] = defaultdict(list)
    for row in evidence.table("prices").rows:
        usable = row["currency"] == "USD" and row["unit"] in _KILOGRAMS
        if usable and row["form"] == quoted and row["frequency"] == "annual":
            amount = row["price"] / _KILOGRAMS[row["unit"]] / content
            found[int(row["period"][:4])].append((amount, row))
    return tuple(_year(year, quotes) for year, quotes in sorted(found.items()))


def _year(year: int, quotes: list[tuple[float, Row]]) -> YearPrice:
    quotes = sorted(quotes, key=lambda quote: quote[0])
    values = [value for value, _ in quotes]
    middle = values[(len(values) - 1) // 2]
    return YearPrice(year, middle, values[0], values[-1], tuple(row for _, row in quotes))


def _reference(
    evidence: Evidence,
    names: Names,
    form: str,
    quotes: tuple[YearPrice, ...],
    given: float | None,
    ledger: Ledger,
) -> Quantity:
    title = f"Reference price: {names.form(form)}"
    if given is not None:
        if not (np.isfinite(given) and given > 0):
            raise InputError(
                f"price {given:g}",
                where="price",
                why="cuts are taken from it, so it has to be above zero",
                mend="give a price in USD per kg",
            )
        quantity = Quantity(
            given, None, None, "USD/kg", "modelled", f"f:counter.price/{form}/{given:g}"
        )
        ledger.add(Node(quantity.lineage, "assumption", title, quantity, note="given by the user"))
        return quantity
    if not quotes:
        raise InputError(
            f"no price of {form} is on record",
            where="form",
            why="what a move costs is a price times tonnes",
            mend="name a price in USD per kg",
        )
    return _leaf(evidence, title, f"f:counter.price/{form}", quotes[-1], ledger)


def _leaf(
    evidence: Evidence, title: str, lineage: str, price: YearPrice, ledger: Ledger
) -> Quantity:
    sources = list(dict.fromkeys(name for row in price.rows for name in row["source"] or ()))
    label = evidence.label_of_sources(sources)
    quantity = Quantity(price.value, price.low, price.high, "USD/kg", label, lineage)
    note = f"{price.year}: " + ", ".join(row["id"] for row in price.rows[:8])
    ledger.add(Node(lineage, "observation", title, quantity, source=";".join(sources), note=note))
    return quantity


def _lowest(
    evidence: Evidence,
    names: Names,
    form: str,
    quotes: tuple[YearPrice, ...],
    reference: Quantity,
    ledger: Ledger,
) -> Quantity:
    if not quotes:
        return reference
    span = float(evidence.parameter("counter.lowest.years").value or 0.0)
    recent = [quote for quote in quotes if quote.year > quotes[-1].year - span]
    least = min(recent, key=lambda quote: (quote.value, quote.year))
    title = f"Lowest yearly price: {names.form(form)}"
    return _leaf(evidence, title, f"f:counter.lowest-price/{form}", least, ledger)


def _outputs(world: World, form: str, country: str, ledger: Ledger) -> tuple[Quantity, Quantity]:
    made = world.outputs.get((form, country))
    total = world.world_output[form]
    share = world.leaders[form][1]
    if not total.value:
        raise InputError(
            f"the output of {form} in {world.names.country(country)} is not on record",
            where="form",
            why="what a move costs is a price times tonnes",
            mend="take a form with output on record",
        )
    inputs = (total.lineage, f"f:world.leader/{form}")
    if made is not None and made.value:
        output = made.quantity()
    else:
        lineage = f"f:counter.output/{country}/{form}"
        output = Quantity(total.value * share, None, None, total.unit, "modelled", lineage)
        title = f"Output of the incumbent: {world.names.cell(form, country)}"
        ledger.add(Node(lineage, "formula", title, output, inputs=inputs, formula="share x world"))
    lineage = f"f:counter.outside-output/{form}"
    rest = max(0.0, total.value - (output.value or 0.0))
    outside = Quantity(rest, None, None, total.unit, "modelled", lineage)
    title = f"Output outside the incumbent: {world.names.form(form)}"
    inputs = (total.lineage, output.lineage)
    ledger.add(Node(lineage, "formula", title, outside, inputs=inputs, formula="world - incumbent"))
    return output, outside


def _cost(
    evidence: Evidence,
    world: World,
    form: str,
    country: str,
    lowest: Quantity,
    sampling: Sampling,
    ledger: Ledger,
) -> tuple[Floats, tuple[str, ...], tuple[str, ...]]:
    """Full cost: on file, else the lowest yearly price less a thin margin."""
    for row in evidence.table("incumbent_costs").rows:
        if row["form"] == form and row["country"] == country:
            _enter_cost(world, row, ledger)
            name = f"incumbent-cost/{row['id']}"
            drawn = sampling.range_shared(name, row["cost"], row["low"], row["high"])
            return drawn, (row["id"],), ()
    margin = sampling.shared("incumbent-margin")
    least = float(lowest.value or 0.0)
    used = "par:counter.incumbent-margin"
    return least * (1 - margin), (lowest.lineage, used), (used,)


def _enter_cost(world: World, row: Row, ledger: Ledger) -> None:
    quantity = Quantity(row["cost"], row["low"], row["high"], "USD/kg", "modelled", row["id"])
    place = world.names.cell(row["form"], row["country"])
    source = ";".join(row["source"] or ()) or None
    title = f"Full cost of the incumbent: {place}"
    ledger.add(
        Node(row["id"], "assumption", title, quantity, source=source, note=row["note"] or "")
    )


def _export_share(
    world: World, form: str, country: str, output: Quantity, sampling: Sampling, trade: bool
) -> tuple[Floats, tuple[str, ...], tuple[str, ...]]:
    """Share that ends abroad: by the trade of the chain, else of the form, else the parameter."""
    base = base_of(sampling.evidence, world, form, country) if trade else None
    if base is not None:
        share = share_abroad(base, form, country) * sampling.shared("export-spread")
        used = "par:counter.export-spread"
        return np.minimum(share, 1.0), (output.lineage, used), (used,)
    flows = [flow for flow in world.flows.get(form, ()) if flow.exporter == country]
    content = world.trade_content.get(form)
    tonnes = [flow.quantity_t for flow in flows if flow.quantity_t is not None]
    if content and tonnes and output.value:
        part = min(1.0, sum(tonnes) * content / output.value)
        ids = tuple(dict.fromkeys(flow.lineage for flow in flows))[:1]
        return np.full(sampling.draws, part), ids, ()
    used = "par:counter.export-share"
    return sampling.shared("export-share"), (used,), (used,)
