"""Mass balance: what is made, traded, used and needed, with every residual declared.

Nothing is forced to close. Where two sides of a balance come from different evidence, the
difference is a residual with a lineage, not an adjustment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from midstream.chain.world import Flow, World
from midstream.evidence import Ledger, Node, Quantity


@dataclass(frozen=True, slots=True)
class FormBalance:
    """World balance of one form.

    Attributes:
        form, unit: Place.
        world: World output.
        named: Sum of the outputs of the countries on record.
        unnamed: ``world - named``: output nobody names; negative where sources exceed the total.
        recipe_use: What the outputs made of it need by the recipes with a coefficient, ``None``
            where no such recipe has a world output.
        unexplained: ``world - recipe_use``: stock change, other uses, or error.
    """

    form: str
    unit: str
    world: Quantity
    named: Quantity
    unnamed: Quantity
    recipe_use: Quantity | None
    unexplained: Quantity | None


@dataclass(frozen=True, slots=True)
class CountryBalance:
    """Balance of one country at a form that is traded under codes of its own.

    ``apparent_use = output + imports - exports``.
    Quantities are in the form's unit; imports and exports are tonnes traded times the content.
    """

    form: str
    country: str
    output: Quantity
    imports: Quantity
    exports: Quantity
    apparent_use: Quantity


def form_balances(world: World, ledger: Ledger) -> tuple[FormBalance, ...]:
    """Give the world balance of every form with a known world output."""
    known = [form for form in world.forms if world.world_output[form].value]
    return tuple(_form(world, form, ledger) for form in known)


def _form(world: World, form: str, ledger: Ledger) -> FormBalance:
    total = world.world_output[form]
    known = [
        estimate
        for (name, _), estimate in world.outputs.items()
        if name == form and estimate.value is not None
    ]
    enter = _Entry(ledger, form, world.units[form], total.value or 0.0, total.lineage)
    amount = sum(estimate.value or 0.0 for estimate in known)
    parts = tuple(estimate.lineage for estimate in known)
    named = enter("named", "Output of the countries on record", amount, parts, "sum over countries")
    unnamed = enter.rest("unnamed", "Output nobody names", named, "world - named")
    use = _recipe_use(world, form)
    if use is None:
        return FormBalance(form, enter.unit, total.quantity(), named, unnamed, None, None)
    words = "sum of coefficient x world output"
    recipe_use = enter("use", "Need of the forms made of it", *use, words)
    rest = enter.rest("unexplained", "Output no recipe explains", recipe_use, "world - recipe use")
    return FormBalance(form, enter.unit, total.quantity(), named, unnamed, recipe_use, rest)


@dataclass(frozen=True, slots=True)
class _Entry:
    """Enters the quantities of one form's balance into the ledger."""

    ledger: Ledger
    form: str
    unit: str
    world: float
    lineage: str

    def __call__(
        self, name: str, title: str, value: float, inputs: tuple[str, ...], formula: str
    ) -> Quantity:
        lineage = f"f:balance.{name}/{self.form}"
        return _enter(self.ledger, lineage, title, value, self.unit, inputs, formula)

    def rest(self, name: str, title: str, part: Quantity, formula: str) -> Quantity:
        """World output less a part of it."""
        value = self.world - (part.value or 0.0)
        return self(name, title, value, (self.lineage, part.lineage), formula)


def _recipe_use(world: World, form: str) -> tuple[float, tuple[str, ...]] | None:
    amount, inputs = 0.0, []
    for use in world.uses.get(form, ()):
        made = world.world_output.get(use.output)
        if use.coefficient is not None and made is not None and made.value:
            amount += use.coefficient * made.value
            inputs += [use.lineage, made.lineage]
    return (amount, tuple(inputs)) if inputs else None


def country_balances(world: World, ledger: Ledger) -> tuple[CountryBalance, ...]:
    """Give the balance of the study's countries at each form with a traded content."""
    made = []
    for form, content in world.trade_content.items():
        flows = world.flows.get(form, ())
        for country in world.countries:
            output = world.outputs[form, country]
            if flows and output.value is not None:
                made.append(_country(world, form, country, content, flows, ledger))
    return tuple(made)


def _country(
    world: World,
    form: str,
    country: str,
    content: float,
    flows: Iterable[Flow],
    ledger: Ledger,
) -> CountryBalance:
    output = world.outputs[form, country].quantity()
    into = [flow for flow in flows if flow.importer == country and flow.quantity_t is not None]
    out = [flow for flow in flows if flow.exporter == country and flow.quantity_t is not None]
    unit = world.units[form]
    imports, exports = (
        _enter(
            ledger,
            f"f:balance.{name}/{country}/{form}",
            f"{name.capitalize()}: {world.names.cell(form, country)}",
            content * sum(flow.quantity_t or 0.0 for flow in part),
            unit,
            tuple(flow.lineage for flow in part),
            "tonnes traded x content",
        )
        for name, part in (("imports", into), ("exports", out))
    )
    use = (output.value or 0.0) + (imports.value or 0.0) - (exports.value or 0.0)
    apparent = _enter(
        ledger,
        f"f:balance.apparent/{country}/{form}",
        f"Apparent use: {world.names.cell(form, country)}",
        use,
        unit,
        (output.lineage, imports.lineage, exports.lineage),
        "output + imports - exports",
    )
    return CountryBalance(form, country, output, imports, exports, apparent)


def _enter(
    ledger: Ledger,
    lineage: str,
    title: str,
    value: float,
    unit: str,
    inputs: tuple[str, ...],
    formula: str,
) -> Quantity:
    quantity = Quantity(value, None, None, unit, "modelled", lineage)
    ledger.add(Node(lineage, "formula", title, quantity, inputs=inputs, formula=formula))
    return quantity
