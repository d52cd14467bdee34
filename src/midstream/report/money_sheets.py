"""Tables of the money: stacks, prices, gaps, the record, payers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from midstream.capital.result import PlantCapital
from midstream.report.tables import Column, Sheet, Value, quantity_cells, quantity_columns

if TYPE_CHECKING:
    from midstream.study import Study

_FORM = Column("form", "string", "Form of a material at a stage")
_COUNTRY = Column("country", "string", "Country, ISO 3166-1 alpha-3")


def money_sheets(study: Study, capital: Sequence[PlantCapital]) -> list[Sheet]:
    """Every table of the money."""
    return [
        stacks(capital), prices(capital), gaps(study), record(study), payers(study),
        beside(study), floors(study), companies(study),
    ]  # fmt: skip


def stacks(capital: Sequence[PlantCapital]) -> Sheet:
    """One row per plant to come and item of its stack."""
    columns = (
        _COUNTRY, _FORM, Column("part", "string", "use, source, gap or result"),
        Column("item", "string", "Use, instrument or result"),
        Column("payer", "string", "Who pays"),
        Column("number", "integer", "Place within the part"),
        *quantity_columns("amount", "Amount"), Column("unit", "string", "Unit of the row"),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for one in capital:
        results = {
            "gap": one.gap, "gap without support": one.gap_without_scheme,
            "incentive price": one.incentive_price, "net present value": one.npv,
            "return of the project": one.irr, "return of the equity": one.equity_irr,
        }  # fmt: skip
        items = [
            *(("use", row.name, None, row.amount) for row in one.uses),
            *(("source", row.instrument, row.payer, row.amount) for row in one.sources),
            *(("result", name, None, quantity) for name, quantity in results.items()),
        ]
        for place, (part, item, payer, quantity) in enumerate(items, 1):
            cells = (*quantity_cells(quantity), quantity.unit)
            rows.append((one.country, one.form, part, item, payer, place, *cells))
    key = ("country", "form", "number")
    return Sheet("capital_stacks", "Stacks of plants to come", columns, tuple(rows), key)


def prices(capital: Sequence[PlantCapital]) -> Sheet:
    """One row per plant to come and price."""
    columns = (
        _COUNTRY, _FORM, Column("case", "string", "Price of the record"),
        *quantity_columns("price", "Price, USD per kg", "USD/kg"),
        *quantity_columns("gap", "Gap at it, USD", "USD"),
        *quantity_columns("gap_without", "Gap without support, USD", "USD"),
        *quantity_columns("closed", "Share of draws without a gap", "probability"),
    )  # fmt: skip
    rows = tuple(
        (
            one.country, one.form, case.name, *quantity_cells(case.price),
            *quantity_cells(case.gap), *quantity_cells(case.gap_without),
            *quantity_cells(case.closed),
        )
        for one in capital
        for case in one.price_cases
    )  # fmt: skip
    return Sheet("capital_prices", "Gap by price", columns, rows, ("country", "form", "case"))


def gaps(study: Study) -> Sheet:
    """One row per form and year: what has to be built, and what is missing for it."""
    columns = (
        _FORM, Column("stage", "string", "C2 or C3"), Column("year", "integer", "By when"),
        *quantity_columns("build", "Nameplate to be built"),
        *quantity_columns("uses", "Money needed, USD", "USD"),
        *quantity_columns("gap", "Money missing, USD", "USD"),
    )  # fmt: skip
    rows = tuple(
        (
            row.form, row.stage, row.year, *quantity_cells(row.build), *quantity_cells(row.uses),
            *quantity_cells(row.gap),
        )
        for row in study.capital_gap().rows
    )  # fmt: skip
    return Sheet("capital_gap", "Gap to meet the need", columns, rows, ("form", "year"))


def record(study: Study) -> Sheet:
    """One row per plant with money on record."""
    columns = (
        Column("facility", "string", "Plant"), _COUNTRY, _FORM,
        *quantity_columns("known", "Money on record, USD of one year", "USD"),
        *quantity_columns("public_share", "Public part of it", "%"),
        *quantity_columns("capex", "Capital cost on record, USD of one year", "USD"),
    )  # fmt: skip
    rows = tuple(
        (
            one.facility, one.country, one.form, *quantity_cells(one.known),
            *quantity_cells(one.public_share), *quantity_cells(one.capex_real),
        )
        for one in study.real_stacks()
    )  # fmt: skip
    return Sheet("capital_record", "Stacks on record", columns, rows, ("facility",))


def payers(study: Study) -> Sheet:
    """One row per kind of payer, country and instrument."""
    columns = (
        Column("kind", "string", "Kind of payer"), _COUNTRY,
        Column("instrument", "string", "Instrument"),
        *quantity_columns("total", "Money on record, USD of one year", "USD"),
        Column("rows", "integer", "Rows of the record"),
        Column("without_amount", "integer", "Rows without an amount"),
    )  # fmt: skip
    rows = tuple(
        (
            one.kind, one.country or None, one.instrument, *quantity_cells(one.total), one.rows,
            one.without_amount,
        )
        for one in study.payers().plants
    )  # fmt: skip
    key = ("kind", "country", "instrument")
    return Sheet("capital_payers", "Who pays today", columns, rows, key)


def beside(study: Study) -> Sheet:
    """One row per plant on record and line of the comparison with the engine."""
    columns = (
        Column("facility", "string", "Plant"), Column("line", "string", "What is compared"),
        *quantity_columns("record", "On record"), *quantity_columns("engine", "In the engine"),
        Column("unit", "string", "Unit of the row"),
    )  # fmt: skip
    rows = tuple(
        (
            one.real.facility, row.name, *quantity_cells(row.real), *quantity_cells(row.model),
            row.model.unit,
        )
        for one in study.stacks_beside()
        for row in one.rows
    )  # fmt: skip
    title = "The engine beside the record"
    return Sheet("capital_beside", title, columns, rows, ("facility", "line"))


def floors(study: Study) -> Sheet:
    """One row per price floor on record: what it costs its payer from here on."""
    columns = (
        Column("floor", "string", "Row of the terms of schemes"),
        Column("facility", "string", "Plant; blank where it is for any"), _FORM,
        Column("payer", "string", "Who pays"), Column("status", "string", "Standing of the terms"),
        Column("years", "integer", "Years left"),
        *quantity_columns("price", "Floor, USD per kg", "USD/kg"),
        *quantity_columns("volume", "t a year", "t/yr"),
        *quantity_columns("present", "Value today, USD", "USD"),
        *quantity_columns("per_kg", "Value today over discounted volume, USD per kg", "USD/kg"),
    )  # fmt: skip
    rows = tuple(
        (
            one.id, one.facility or None, one.form, one.payer, one.status, one.years,
            *quantity_cells(one.floor), *quantity_cells(one.volume),
            *quantity_cells(one.present), *quantity_cells(one.per_kg),
        )
        for one in study.floors()
    )  # fmt: skip
    return Sheet("capital_floors", "Price floors on record", columns, rows, ("floor",))


def companies(study: Study) -> Sheet:
    """One row per company with money on record."""
    columns = (
        Column("company", "string", "Operator of the register"),
        Column("plants", "integer", "Plants with money on record"),
        *quantity_columns("known", "Money on record, USD of one year", "USD"),
        *quantity_columns("public_share", "Public part of it", "%"),
        Column("without_amount", "integer", "Layers without an amount"),
    )
    rows = tuple(
        (
            one.company, len(one.plants), *quantity_cells(one.known),
            *quantity_cells(one.public_share), one.without_amount,
        )
        for one in study.company_stacks()
    )  # fmt: skip
    return Sheet("capital_companies", "Money on record by company", columns, rows, ("company",))
