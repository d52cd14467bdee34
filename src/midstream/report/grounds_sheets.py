"""Tables behind the years ahead: need by use, waste, limits, market and deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from midstream.evidence.lineage import Ledger
from midstream.report.tables import Column, Sheet, quantity_cells, quantity_columns

if TYPE_CHECKING:
    from midstream.study import Study

_COUNTRY = Column("country", "string", "Country, ISO 3166-1 alpha-3")
_FORM = Column("form", "string", "Form of a material at a stage")
_YEAR = Column("year", "integer", "Year")
_UNIT = Column("unit", "string", "Unit of the row")


def grounds_sheets(study: Study, ledger: Ledger) -> list[Sheet]:
    """Every table behind the outlook; those of the market where a chain can be run."""
    found = [needs_by_use(study), secondary(study), limits(study)]
    if study.market_ahead() is not None:
        found += [market(study, ledger), deliveries(study, ledger)]
    return found


def needs_by_use(study: Study) -> Sheet:
    """One row per form, use and year."""
    columns = (
        _COUNTRY, _FORM, Column("use", "string", "Form it goes into; blank for the rest"),
        Column("part", "string", "Part of the use, if not all of it"),
        Column("basis", "string", "part of the need, activity x intensity, or missing"), _YEAR,
        *quantity_columns("need", "Need"), _UNIT,
    )  # fmt: skip
    rows = tuple(
        (
            row.country, row.form, row.use or None, row.part or None, row.basis, year,
            *quantity_cells(quantity), quantity.unit,
        )
        for row in study.sector_needs()
        for year, quantity in zip(row.years, row.need, strict=False)
    )  # fmt: skip
    key = ("country", "form", "use", "part", "basis", "year")
    return Sheet("needs_by_use", "What the need is made of", columns, rows, key)


def secondary(study: Study) -> Sheet:
    """One row per source of secondary supply and year."""
    columns = (
        Column("source_row", "string", "Row of the secondary sources"),
        Column("kind", "string", "What it is recovered from"), _COUNTRY, _FORM, _YEAR,
        *quantity_columns("supply", "Supply"), _UNIT,
        *quantity_columns("share", "Supply over need, %", "%"),
        Column("counted", "string", "Whether the outlook counts it"),
    )  # fmt: skip
    rows = tuple(
        (
            row.row, row.kind, row.country, row.form, row.year, *quantity_cells(row.supply),
            row.supply.unit, *quantity_cells(row.share), "yes" if row.counted else "no",
        )
        for row in study.secondary_supply()
    )  # fmt: skip
    key = ("source_row", "country", "form", "year")
    return Sheet("secondary_supply", "Supply from waste and residues", columns, rows, key)


def limits(study: Study) -> Sheet:
    """One row per resource, form and year: how often it binds, or why it is not checked."""
    columns = (
        _COUNTRY, _FORM, Column("resource", "string", "Kind of resource"),
        Column("what", "string", "What limits"), _YEAR,
        *quantity_columns("share", "Draws in which it binds, %", "%"),
        Column("missing", "string", "Figure that is not on record"),
    )  # fmt: skip
    found = study.outlook()
    nothing = (None,) * len(quantity_columns("x", ""))
    rows = (
        *(
            (
                row.country, row.form, row.resource, row.what, row.year,
                *quantity_cells(row.share), None,
            )
            for row in found.limits
        ),
        *(
            (row.country, row.form, row.resource, row.what, None, *nothing,
             " and ".join(row.missing))
            for row in found.not_checked
        ),
    )  # fmt: skip
    key = ("country", "form", "resource", "what", "year")
    return Sheet("limits", "What holds output back", columns, rows, key)


def market(study: Study, ledger: Ledger) -> Sheet:
    """One row per step of the main chain and year."""
    names = {
        "price_inside": "Price of the leader over today's",
        "price_outside": "Price outside it over today's",
        "unmet": "Share of need outside it that is not served",
        "cut_price_outside": "Price outside under the cut",
        "cut_unmet": "Not served under the cut",
        "now_price_outside": "Price outside under the cut today",
        "now_unmet": "Not served under the cut today",
    }
    columns = [_FORM, _YEAR, Column("leader", "string", "Leader")]
    for name, words in names.items():
        columns += quantity_columns(name, words, "share" if "unmet" in name else "ratio")
    found = study.market_ahead()
    rows = tuple(
        (
            row.form, row.year, row.leader or None,
            *(cell for name in names for cell in quantity_cells(getattr(row, name))),
        )
        for row in (() if found is None else found.quantities(ledger))
    )  # fmt: skip
    return Sheet("market_ahead", "Prices ahead", tuple(columns), rows, ("form", "year"))


def deliveries(study: Study, ledger: Ledger) -> Sheet:
    """One row per step, buyer and year."""
    names = {
        "delivered": "Delivered over what is wanted",
        "cut_delivered": "The same under the cut",
        "now_delivered": "The same under the cut today",
        "gain": "Difference of the two, draw by draw",
    }
    columns = [_FORM, _COUNTRY, _YEAR]
    for name, words in names.items():
        columns += quantity_columns(name, words, "share")
    found = study.market_ahead()
    rows = tuple(
        (
            row.form, row.country, row.year,
            *(cell for name in names for cell in quantity_cells(getattr(row, name))),
        )
        for row in (
            () if found is None else found.deliveries(ledger, study.config.countries)
        )
    )  # fmt: skip
    title, key = "Deliveries ahead", ("form", "country", "year")
    return Sheet("deliveries_ahead", title, tuple(columns), rows, key)
