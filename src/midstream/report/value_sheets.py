"""Tables of the value: by step, by place and owner, per unit, by country and year, by company."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from midstream.beneficiaries.result import ChainValue
from midstream.report.narrative.value_rows import (
    LeverGains,
    lever_gains,
    main_capture,
    told_chains,
)
from midstream.report.tables import Column, Sheet, Value, quantity_cells, quantity_columns

if TYPE_CHECKING:
    from midstream.study import Study
    from midstream.study.value import Capture

_CHAIN = Column("chain", "string", "Chain")
_COUNTRY = Column("country", "string", "Country, ISO 3166-1 alpha-3")
_FORM = Column("form", "string", "Form of a material at a stage")
_FORMS = Column("forms", "string", "Forms of the step, joined where they share one price")
_BASIS = Column("basis", "string", "Price basis")
_UNIT = Column("unit", "string", "Unit of the row")


def value_sheets(study: Study) -> list[Sheet]:
    """Every table of the value; none for a study without a priced chain."""
    found = main_capture(study)
    if found is None:
        return []
    chains = told_chains(study)
    return [
        added(chains), places(chains), units(study), domestic(found), companies(lever_gains(study))
    ]  # fmt: skip


def added(chains: Sequence[ChainValue]) -> Sheet:
    """One row per chain and step; steps without a value of their own say why."""
    columns = (
        _CHAIN, _FORMS, Column("stage", "string", "Stage, or first and last"), _BASIS,
        Column("product", "string", "What it is quoted as"), *quantity_columns("price", "Price"),
        Column("price_unit", "string", "Unit of the price"),
        *quantity_columns("added", "Value added"), _UNIT,
        *quantity_columns("share", "Over the final price", "%"),
        Column("unpriced", "string", "Inputs from outside the chain without a price"),
        Column("why", "string", "Why it has no value of its own"),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    nothing = (None,) * len(quantity_columns("x", ""))
    for one in chains:
        rows += [
            (
                one.route.id, ";".join(row.forms),
                "-".join(dict.fromkeys((row.stages[0], row.stages[-1]))), one.basis.id, row.product,
                *quantity_cells(row.price), row.price.unit, *quantity_cells(row.added),
                row.added.unit, *quantity_cells(row.share), ";".join(row.unpriced) or None, None,
            )
            for row in one.stages
        ]  # fmt: skip
        rows += [
            (
                one.route.id, row.form, row.stage, one.basis.id, None, *nothing, None,
                *quantity_cells(row.added), row.added.unit, *nothing, None, row.why,
            )
            for row in one.open
        ]  # fmt: skip
    return Sheet("value_added", "Value added by step", columns, tuple(rows), ("chain", "forms"))


def places(chains: Sequence[ChainValue]) -> Sheet:
    """One row per chain and country, by where the plants stand and by whose they are."""
    columns = (
        _CHAIN, Column("by", "string", "location or ownership"),
        Column("place", "string", "Country, or ROW, ? and open for what cannot be placed"),
        Column("name", "string", "In words"), *quantity_columns("value", "Value added"), _UNIT,
        *quantity_columns("share", "Over the final price", "%"),
    )  # fmt: skip
    rows = tuple(
        (
            one.route.id, by, row.place, row.name, *quantity_cells(row.value), row.value.unit,
            *quantity_cells(row.share),
        )
        for one in chains
        for by, found in (("location", one.locations), ("ownership", one.owners))
        for row in found
    )  # fmt: skip
    key = ("chain", "by", "place")
    return Sheet("value_places", "Value added by place and owner", columns, rows, key)


def units(study: Study) -> Sheet:
    """One row per unit of a reader and chain."""
    columns = (
        Column("unit_of", "string", "Unit of a reader"), _CHAIN,
        *quantity_columns("per", "Amount of the form of the chain in it"),
        Column("per_unit", "string", "Unit of the amount"),
        *quantity_columns("value", "Value of the priced steps in it"), _UNIT,
        Column("open", "string", "Forms without a value of their own"),
        Column("note", "string", "Prices and money, or what is missing"),
    )  # fmt: skip
    rows = tuple(
        (
            row.name, row.chain, *quantity_cells(row.per), row.per.unit, *quantity_cells(row.value),
            row.value.unit, ";".join(row.open) or None, row.note or None,
        )
        for row in study.capture_units()
    )  # fmt: skip
    return Sheet("value_units", "Value in one unit", columns, rows, ("unit_of", "chain"))


def domestic(found: Capture) -> Sheet:
    """One row per country, step and year; the sum over the steps has a blank form."""
    columns = (
        _COUNTRY, _FORMS, Column("year", "integer", "Year"),
        *quantity_columns("value", "Value captured", "USD million/yr"),
        Column("note", "string", "Prices and money"),
    )  # fmt: skip
    rows = tuple(
        (row.country, forms, year, *quantity_cells(quantity), row.note)
        for row in found.domestic
        for forms, pair in (
            *((";".join(one.forms), (one.now, one.then)) for one in row.steps),
            (None, (row.now, row.then)),
        )
        for year, quantity in zip((row.year, row.later), pair, strict=True)
    )
    key = ("country", "forms", "year")
    return Sheet("value_domestic", "Value captured now and later", columns, rows, key)


def companies(levers: Sequence[LeverGains]) -> Sheet:
    """One row per lever, company and form; effects without a figure say why."""
    names = ("supply", "profit", "security", "money")
    columns = [
        Column("lever", "string", "Lever"), Column("effect", "string", "Effect of the lever"),
        Column("company", "string", "Company; blank for plants of nobody on file"), _COUNTRY,
        _FORM,
    ]  # fmt: skip
    for name in names:
        columns += quantity_columns(name, _MEASURES[name])
        columns.append(Column(f"{name}_unit", "string", f"Unit of {name}"))
    columns.append(Column("note", "string", "What is missing"))
    rows: list[tuple[Value, ...]] = []
    for lever in levers:
        for gain in lever.effects.gains:
            cells: list[Value] = []
            for name in names:
                quantity = getattr(gain, name)
                cells += [*quantity_cells(quantity), quantity.unit]
            head = (lever.id, gain.push, gain.company or None, gain.country, gain.form)
            rows.append((*head, *cells, gain.note or None))
        empty = (None,) * (len(columns) - 3)
        rows += [(lever.id, push, *empty, why) for push, why in lever.effects.silent.items()]
    title = "What levers bring to companies"
    key = ("lever", "effect", "company", "country", "form")
    return Sheet("value_companies", title, tuple(columns), tuple(rows), key)


_MEASURES = {
    "supply": "More output a year",
    "profit": "More profit a year",
    "security": "Part of its feed that it can cover",
    "money": "Share of the money of the lever",
}
