"""Tables of the shocks of a study: paths by month, losses, gains, the base against trade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from midstream.evidence.lineage import Ledger
from midstream.evidence.quantity import Quantity
from midstream.report.narrative.backtest import Record
from midstream.report.narrative.shock_rows import Case
from midstream.report.tables import Column, Sheet, Value, quantity_cells, quantity_columns

if TYPE_CHECKING:
    from midstream.study import Study

_CASE = Column("case", "string", "Shock of the study")
_COUNTRY = Column("country", "string", "ISO 3166-1 alpha-3")


def shock_sheets(study: Study, cases: Sequence[Case], past: Record, ledger: Ledger) -> list[Sheet]:
    """Every table of the shocks and of the record."""
    return [
        shock_paths(cases), shock_losses(cases), shock_gains(cases), shock_peaks(cases),
        trade_arcs(study, cases, ledger), backtest(past), predictors(past),
    ]  # fmt: skip


def shock_paths(cases: Sequence[Case]) -> Sheet:
    """One row per case, measure, country and month."""
    columns = (
        _CASE,
        Column(
            "measure",
            "string",
            "price_outside, price_inside, scarcity_price, deliveries, final, cover",
        ),
        Column("country", "string", "ISO 3166-1 alpha-3; all for prices"),
        Column("month", "integer", "Months since the announcement"),
        *quantity_columns("value", "Median of the draws"),
        Column("unit", "string", "Unit of the row"),
    )
    rows: list[tuple[Value, ...]] = []
    for case in cases:
        for measure, country, series in _series(case):
            for month, quantity in zip(case.found.months, series, strict=True):
                cells = (*quantity_cells(quantity), quantity.unit)
                rows.append((case.id, measure, country, month, *cells))
    key = ("case", "measure", "country", "month")
    return Sheet("shock_paths", "Shocks month by month", columns, tuple(rows), key)


def _series(case: Case) -> Iterator[tuple[str, str, Sequence[Quantity]]]:
    found = case.found
    yield "price_outside", "all", found.price_outside
    yield "price_inside", "all", found.price_inside
    named = {"deliveries": found.deliveries, "final": found.final_deliveries,
             "cover": found.cover, "scarcity_price": found.scarcity_price}  # fmt: skip
    for measure, by_country in named.items():
        for country, series in by_country.items():
            yield measure, country, series


def shock_losses(cases: Sequence[Case]) -> Sheet:
    """One row per case, country and sector that loses output."""
    columns = (
        _CASE, _COUNTRY,
        Column("sector", "string", "Sector"),
        Column("forms", "string", "Forms whose lack it is, by semicolon"),
        *quantity_columns("months", "Months of the sector's output lost", "month"),
        *quantity_columns("peak", "Largest share of a month's output lost", "%"),
        *quantity_columns("value_added", "Value added at risk", "USD million"),
    )  # fmt: skip
    rows = tuple(
        (
            case.id, one.country, one.sector, ";".join(one.forms), *quantity_cells(one.months),
            *quantity_cells(one.peak), *quantity_cells(one.value_added),
        )
        for case in cases
        for one in case.found.output_lost
    )  # fmt: skip
    key = ("case", "country", "sector")
    return Sheet("shock_losses", "Output lost in each shock", columns, rows, key)


def shock_gains(cases: Sequence[Case]) -> Sheet:
    """One row per case, country, form and way of gaining."""
    columns = (
        _CASE, _COUNTRY,
        Column("form", "string", "Form"),
        Column("way", "string", "How it gains"),
        *quantity_columns("share", "Gain over the world's yearly sales", "%"),
        *quantity_columns("money", "Gain in money", "USD million"),
    )  # fmt: skip
    rows = tuple(
        (
            case.id, one.country, one.form, one.way, *quantity_cells(one.share),
            *quantity_cells(one.money),
        )
        for case in cases
        for one in case.found.winners
    )  # fmt: skip
    key = ("case", "country", "form", "way")
    return Sheet("shock_gains", "Who gains in each shock", columns, rows, key)


def shock_peaks(cases: Sequence[Case]) -> Sheet:
    """One row per case and predictor of the peak price."""
    columns = (
        _CASE,
        Column("predictor", "string", "rule, engine, market or another"),
        *quantity_columns("peak", "Largest price over the months before", "ratio"),
    )
    rows = tuple(
        (case.id, name, *quantity_cells(quantity))
        for case in cases
        for name, quantity in case.found.peaks.items()
    )
    return Sheet("shock_peaks", "Peak prices by predictor", columns, rows, ("case", "predictor"))


def trade_arcs(study: Study, cases: Sequence[Case], ledger: Ledger) -> Sheet:
    """One row per flow of the base of each chain that a shock runs on."""
    columns = (
        Column("chain", "string", "Chain"),
        Column("form", "string", "Form"),
        Column("exporter", "string", "ISO 3166-1 alpha-3; a code of its own for the rest"),
        Column("importer", "string", "The same"),
        *quantity_columns("reported", "Reported trade in the unit of the row"),
        *quantity_columns("balanced", "Flow of the balanced base"),
        *quantity_columns("adjustment", "Distance over reported trade", "share"),
        Column("unit", "string", "Unit of the amounts"),
    )
    chains = dict.fromkeys(case.found.chain for case in cases)
    rows = tuple(
        (
            chain, one.form, one.exporter, one.importer, *quantity_cells(one.reported),
            *quantity_cells(one.balanced), *quantity_cells(one.adjustment), one.balanced.unit,
        )
        for chain in chains
        for one in study.base(chain).arcs(ledger)
    )  # fmt: skip
    key = ("chain", "form", "exporter", "importer")
    return Sheet("trade_arcs", "The balanced base against reported trade", columns, rows, key)


def backtest(past: Record) -> Sheet:
    """One row per episode: observed peak, the model with its band, the best rival."""
    columns = (
        Column("episode", "string", "Episode of the register"),
        Column("name", "string", "Its name"),
        Column("cluster", "string", "Linked episodes are left out together"),
        *quantity_columns("observed", "Observed peak over the level before", "ratio"),
        *quantity_columns("model", "The same by the model, fitted without it", "ratio"),
        *quantity_columns("rival", "The same by the best refitted rival", "ratio"),
        Column("inside", "string", "yes where the observed peak lies in the band of the model"),
        Column("without_effect", "string", "yes for a threat or an event without effect"),
    )
    clusters = {one.id: one.cluster for one in past.found.episodes}
    rows = tuple(
        (
            one.id, one.name, clusters[one.id], *quantity_cells(one.observed),
            *quantity_cells(one.model), *quantity_cells(one.rival),
            "no" if one.missed else "yes", "yes" if one.null else "no",
        )
        for one in past.trials
    )  # fmt: skip
    return Sheet("backtest", "The model on the record", columns, rows, ("episode",))


def predictors(past: Record) -> Sheet:
    """One row per predictor: mean and median error on episodes it has not seen."""
    columns = (
        Column("predictor", "string", "Model or rival"),
        *quantity_columns("mean", "Mean absolute error of the log peak", "log ratio"),
        *quantity_columns("median", "Median absolute error of the log peak", "log ratio"),
    )
    rows = tuple(
        (one.name, *quantity_cells(one.mean), *quantity_cells(one.median)) for one in past.rivals
    )
    return Sheet("predictors", "Errors of the predictors", columns, rows, ("predictor",))
