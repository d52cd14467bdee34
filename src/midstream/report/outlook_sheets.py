"""Tables of the years ahead: futures, paths, drivers, scores, signals; files beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from midstream.evidence.quantity import Quantity
from midstream.report.tables import Column, Sheet, Value, quantity_cells, quantity_columns
from midstream.scenarios import forecasts, iamc
from midstream.scenarios.result import Outlook
from midstream.scenarios.scores_result import ScoreRow
from midstream.scenarios.watching import WatchRow

if TYPE_CHECKING:
    from midstream.study import Study

_COUNTRY = Column("country", "string", "Country, ISO 3166-1 alpha-3")
_FORM = Column("form", "string", "Form of a material at a stage")
_STAGE = Column("stage", "string", "C1 extraction, C2 refining, C3 materials, C4 downstream")
_YEAR = Column("year", "integer", "Year")
_SCENARIO = Column("scenario", "string", "Future, a region of outcomes of the last year")

IAMC = "scenarios.iamc.csv"


def outlook_sheets(
    found: Outlook, watched: Sequence[WatchRow], scores: Sequence[ScoreRow]
) -> list[Sheet]:
    """Every table of the outlook and of the signals."""
    return [
        scenarios(found), conditions(found), paths(found), drivers(found), flips(found),
        weighted(found), scores_ahead(scores), signals(watched),
    ]  # fmt: skip


def scenarios(found: Outlook) -> Sheet:
    """One row per future."""
    columns = (
        _SCENARIO,
        Column("name", "string", "Name"),
        Column("definition", "string", "What has to hold"),
        *quantity_columns("probability", "Share of draws", "probability"),
        *quantity_columns("among_named", "The same without the remainder", "probability"),
        *quantity_columns("looser", "The same under the looser rules", "probability"),
        *quantity_columns("stricter", "The same under the stricter rules", "probability"),
        *quantity_columns("expert", "Stated by experts", "probability"),
    )
    nothing = (None,) * len(quantity_columns("x", ""))
    rows = tuple(
        (
            row.id, row.name, row.definition, *quantity_cells(row.probability),
            *quantity_cells(row.among_named), *quantity_cells(row.looser),
            *quantity_cells(row.stricter),
            *(nothing if row.expert is None else quantity_cells(row.expert)),
        )
        for row in found.scenarios
    )  # fmt: skip
    title = f"Futures of {found.focus} in {found.last}"
    return Sheet("outlook_scenarios", title, columns, rows, ("scenario",))


def conditions(found: Outlook) -> Sheet:
    """One row per condition the futures are made of."""
    columns = (
        Column("condition", "string", "Condition"),
        Column("role", "string", "What it counts for"),
        Column("words", "string", "What it asks for"),
        *quantity_columns("probability", "Share of draws in which it holds", "probability"),
    )
    rows = tuple(
        (row.id, row.role, row.words, *quantity_cells(row.probability)) for row in found.conditions
    )
    return Sheet("outlook_conditions", "Conditions of the futures", columns, rows, ("condition",))


def paths(found: Outlook) -> Sheet:
    """One row per country, form, measure and year: P10, P50 and P90."""
    columns = (
        _COUNTRY, _FORM, _STAGE, Column("metric", "string", "capacity, output or need"), _YEAR,
        Column("unit", "string", "Unit of the row"),
        Column("p10", "number", "Tenth percentile of the draws"),
        Column("p50", "number", "Median of the draws"),
        Column("p90", "number", "Ninetieth percentile of the draws"),
        Column("counted", "integer", "1 where today's output of the place is on record, else 0"),
        Column("of", "string", "Lineage of the last year"),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for path in found.paths:
        place = (path.country, path.form, path.stage, path.metric)
        for year, point in zip(path.years, path.points, strict=True):
            ends = (point.low, point.value, point.high)
            rows.append((*place, year, path.unit, *ends, int(path.counted), path.lineage))
    key = ("country", "form", "metric", "year")
    return Sheet("outlook_paths", "Capacity, output and need by year", columns, tuple(rows), key)


def drivers(found: Outlook) -> Sheet:
    """One row per driver."""
    names = {
        "effect": "Odds of the two best futures, top less bottom third of the driver",
        "bottom": "Those odds in its bottom third",
        "top": "Those odds in its top third",
        "stalled": "Effect on the worst future",
        "first_order": "First-order Sobol index",
        "total": "Total Sobol index",
    }
    columns = [Column("driver", "string", "Driver"), Column("name", "string", "Name")]
    for name, words in names.items():
        columns += quantity_columns(name, words, "probability")
    rows = tuple(
        (row.driver, row.name, *(c for name in names for c in quantity_cells(getattr(row, name))))
        for row in found.drivers
    )
    title = "What moves the odds"
    return Sheet("outlook_drivers", title, tuple(columns), rows, ("driver",))


def flips(found: Outlook) -> Sheet:
    """One row per driver: the shift that makes another future the most likely."""
    columns = (
        Column("driver", "string", "Driver"),
        *quantity_columns("shift", "Smallest shift of its centre", "sd"),
        Column("before", "string", "Most likely future without it"),
        Column("after", "string", "Most likely future with it; blank where none is seen"),
        Column("note", "string", "Why it was not shifted"),
    )
    rows = tuple(
        (row.driver, *quantity_cells(row.shift), row.before, row.after or None, row.note or None)
        for row in found.flips
    )
    return Sheet("outlook_flips", "What would flip the verdict", columns, rows, ("driver",))


def weighted(found: Outlook) -> Sheet:
    """One row per outcome and future, and one weighted over all."""
    columns = (
        Column("outcome", "string", "Outcome"), Column("name", "string", "Name"), _YEAR, _SCENARIO,
        *quantity_columns("mean", "Mean of the draws, P10 and P90"),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for row in found.weighted:
        by: dict[str, Quantity] = {"all": row.mean, **row.by_scenario}
        for scenario, quantity in by.items():
            rows.append((row.id, row.name, row.year, scenario, *quantity_cells(quantity)))
    title = "Outcomes by future, and weighted"
    return Sheet("outlook_weighted", title, columns, tuple(rows), ("outcome", "scenario"))


def scores_ahead(scores: Sequence[ScoreRow]) -> Sheet:
    """One row per country, sector, stage and year."""
    columns = (
        _COUNTRY, Column("sector", "string", "Sector of the study"), _STAGE, _YEAR,
        *quantity_columns("score", "Score, 1 to 5", "score"),
        Column("digit", "integer", "Integer score; blank where the draws allow several"),
        *quantity_columns("p_at_least_3", "Probability of a score of 3 or more", "probability"),
        Column("binding", "string", "Form that holds the stage down"),
    )  # fmt: skip
    rows = tuple(
        (
            row.country, row.sector, row.stage, row.year, *quantity_cells(row.score), row.digit,
            *quantity_cells(row.p_at_least_3), row.binding or None,
        )
        for row in scores
    )  # fmt: skip
    key = ("country", "sector", "stage", "year")
    return Sheet("scores_ahead", "Scores in the years ahead", columns, rows, key)


def signals(watched: Sequence[WatchRow]) -> Sheet:
    """One row per signal."""
    columns = (
        Column("signal", "string", "Signal"),
        Column("indicator", "string", "What is to be seen"),
        Column("threshold", "string", "Threshold and day"),
        Column("favours", "string", "Futures it speaks for, by semicolon"),
        *quantity_columns("chance", "Chance that it is reported", "probability"),
        *quantity_columns("likelihood_ratio", "How much more likely where it speaks for", "ratio"),
        Column("watch", "string", "Where to look"),
    )
    rows = tuple(
        (
            row.signal.id, row.signal.indicator, row.signal.words, ";".join(row.signal.favours),
            *quantity_cells(row.chance), *quantity_cells(row.likelihood_ratio), row.signal.watch,
        )
        for row in watched
    )  # fmt: skip
    return Sheet("signals", "What to watch", columns, rows, ("signal",))


def write_ahead(study: Study, folder: Path) -> None:
    """Write the ledger of forecasts and the paths in the IAMC format beside the tables."""
    forecasts.write(folder / forecasts.NAME, study.forecasts())
    found = study.outlook()
    state = found.state
    given = iamc.IamcInput(
        model=f"midstream {study.version}",
        world=study.world,
        frame=state.frame,
        paths=state.paths,
        needs=state.needs,
        scores=found.scores,
        regions=state.region,
        names=tuple(row.name for row in found.scenarios),
    )
    iamc.write(folder / IAMC, iamc.rows(given))
