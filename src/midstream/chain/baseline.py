"""The baseline world of a base year, put together from the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from midstream.chain.estimate import Component, Estimate
from midstream.chain.holding import Holding, mixes
from midstream.chain.naming import Names
from midstream.chain.needs import NeedReader
from midstream.chain.outputs import FormOutput, OutputBuilder
from midstream.chain.plants import Plant, plants
from midstream.chain.prices import prices_of_forms
from midstream.chain.readings import WORLD
from midstream.chain.recipes import order_of_forms, uses_of_forms
from midstream.chain.trade import flows_of_forms, net_exports
from midstream.chain.world import Cell, Flow, World
from midstream.evidence import Evidence, Ledger, Node, Quantity

#: Tables whose rows are assumptions or readings of the model, entered as lineage leaves.
_LEAVES: Mapping[str, tuple[str, str, str]] = {
    "form_statistics": ("factor", "form", "How a figure is read"),
    "facility_factors": ("factor", "scored_form", "How a capacity is read"),
    "recipes": ("coefficient", "output", "Recipe"),
    "bounds": ("high", "form", "Stated bound"),
    "throttles": ("value", "form", "Permits"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a world has to cover: countries and base year."""

    countries: tuple[str, ...]
    base_year: int


def baseline(evidence: Evidence, scope: Scope) -> World:
    """Build the world of the base year.

    Raises:
        InputError: if recipes run in a circle or a table names what it must not.
    """
    ledger = Ledger(base=evidence.ledger)
    names = Names.of(evidence)
    _enter_leaves(evidence, ledger, names)
    forms = order_of_forms(evidence)
    register = plants(evidence)
    flows = flows_of_forms(evidence, forms, scope.base_year)
    net = net_exports(flows, _trade_contents(evidence))
    made = OutputBuilder(evidence, scope.base_year, scope.countries, register, ledger, net).build()
    leaders = _leaders(made, ledger, evidence.parameter("leader.floor"), names)
    needs = NeedReader(evidence, ledger, scope.base_year, made, names)
    holding = Holding(evidence, ledger, leaders, names)
    return World(
        base_year=scope.base_year,
        forms=forms,
        countries=scope.countries,
        stages={form: evidence.forms[form]["stage"] for form in forms},
        units={form: made[form].unit for form in forms},
        names=names,
        world_output={form: made[form].world for form in forms},
        outputs={(f, c): e for f, part in made.items() for c, e in part.countries.items()},
        uses=uses_of_forms(evidence, {form: made[form].world.value for form in forms}),
        activity=needs.activity(),
        direct_need=needs.direct(),
        gdp_share=_gdp_shares(evidence),
        plants=register,
        flows=flows,
        prices=prices_of_forms(evidence, ledger, forms, scope.base_year, names),
        ownership=mixes(register, leaders, "owner"),
        technology=mixes(register, leaders, "technology"),
        throttle=holding.throttles(forms, scope.countries),
        feed=_feeds(evidence, holding, forms, scope.countries, made, register, flows),
        governance=holding.governance(scope.countries),
        growth=_components(evidence, "growth"),
        grade=_components(evidence, "grade"),
        leaders=leaders,
        trade_content=_trade_contents(evidence),
        ledger=ledger,
    )


def _enter_leaves(evidence: Evidence, ledger: Ledger, names: Names) -> None:
    """Enter the rows of the model's own tables as leaves of the lineage."""
    for table, (column, form, words) in _LEAVES.items():
        for row in evidence.table(table).rows:
            value = row[column]
            source = row["source"] or ()
            label = evidence.label_of_sources(source) if source else "modelled"
            quantity = Quantity(
                value, None, None, "factor", label if value is not None else None, row["id"]
            )
            ledger.add(
                Node(
                    id=row["id"],
                    kind="assumption",
                    name=f"{words}: {names.form(row[form])}",
                    quantity=quantity,
                    source=";".join(source) or None,
                    note=row["note"] or "",
                )
            )


def _leaders(
    made: Mapping[str, FormOutput], ledger: Ledger, floor: Quantity, names: Names
) -> dict[str, tuple[str, float]]:
    """Dominant supplier of each form that has one: the largest producer from the floor up."""
    leaders = {}
    for form, part in made.items():
        world = part.world.value
        known = {c: e for c, e in part.countries.items() if e.value and c != WORLD}
        if not world or not known:
            continue
        country = max(sorted(known), key=lambda name: known[name].value or 0.0)
        share = min(1.0, (known[country].value or 0.0) / world)
        if share < (floor.value or 0.0):
            continue
        leaders[form] = (country, share)
        lineage = f"f:world.leader/{form}"
        quantity = Quantity(100 * share, None, None, "%", "modelled", lineage)
        inputs = (known[country].lineage, part.world.lineage, floor.lineage)
        ledger.add(
            Node(
                lineage,
                "formula",
                f"Share of the dominant supplier: {names.cell(form, country)}",
                quantity,
                inputs=inputs,
                formula="output / world output",
            )
        )
    return leaders


def _gdp_shares(evidence: Evidence) -> dict[str, float]:
    """Shares of all countries: a leader outside the scope still has a need of its own."""
    gdp = evidence.bulk.gdp()
    world = gdp.get(WORLD)
    if world is None or not world.value:
        total = sum(q.value or 0.0 for code, q in gdp.items() if code in evidence.countries)
    else:
        total = world.value
    shares = {code: (q.value or 0.0) / total for code, q in gdp.items()}
    return {**_observed_gdp_shares(evidence), **shares}


def _observed_gdp_shares(evidence: Evidence) -> dict[str, float]:
    """Shares of countries the GDP table lacks, from an observation over that year's world."""
    shares = {}
    for obs in evidence.observations:
        if obs.metric == "gdp" and obs.country and obs.kind == "reported":
            world = evidence.bulk.gdp(int(obs.period[:4])).get(WORLD)
            if world is not None and world.value:
                shares[obs.country] = 1e6 * obs.value / world.value
    return shares


def _feeds(
    evidence: Evidence,
    holding: Holding,
    forms: Sequence[str],
    countries: Sequence[str],
    made: Mapping[str, FormOutput],
    register: Sequence[Plant],
    flows: Mapping[str, Sequence[Flow]],
) -> dict[Cell, Estimate]:
    inputs: dict[str, list[str]] = {form: [] for form in forms}
    for row in evidence.table("recipes").rows:
        inputs[row["output"]].append(row["input"])
    shares: dict[Cell, float | None] = {}
    for form, part in made.items():
        for country, estimate in part.countries.items():
            value, total = estimate.value, part.world.value
            shares[form, country] = value / total if value is not None and total else None
    return {
        (form, country): holding.feed(form, country, inputs[form], register, flows, shares)
        for form in forms
        for country in countries
    }


def _trade_contents(evidence: Evidence) -> dict[str, float]:
    rows = evidence.table("scored_forms").rows
    return {row["form"]: row["trade_content"] for row in rows if row["trade_content"]}


def _components(evidence: Evidence, name: str) -> dict[str, Component]:
    found = {}
    for row in evidence.table("scored_forms").rows:
        low, high = row[f"{name}_low"], row[f"{name}_high"]
        middle = row[name] if name == "growth" else (low + high) / 2
        found[row["form"]] = Component(middle, low, high)
    return found
