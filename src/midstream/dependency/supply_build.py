"""Lists of rows into supply arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from midstream.dependency.supply_arrays import Floats, Origins, Place, SupplyArrays
from midstream.evidence import Node


class Made(NamedTuple):
    """Production of one country; `value` is ``None`` where the figure is missing."""

    place: Place
    country: str
    value: float | None
    lineage: str
    low: float | None = None
    high: float | None = None


class Sent(NamedTuple):
    """One flow; quantity or value is ``None`` where it is missing."""

    place: Place
    exporter: str
    importer: str
    quantity: float | None
    value: float | None
    lineage: str


class Graded(NamedTuple):
    """Governance risk 0..1 of a country in a year; ``None`` where it is missing."""

    country: str
    year: int
    risk: float | None
    lineage: str


def build(
    made: Iterable[Made],
    sent: Iterable[Sent],
    graded: Iterable[Graded],
    leaves: Iterable[Node] = (),
    extra: Iterable[str] = (),
) -> SupplyArrays:
    """Put rows into arrays.

    Args:
        made: Production; at most one row per place and country.
        sent: Flows.
        graded: Governance.
        leaves: Nodes that the lineage ids of the rows name.
        extra: Countries that need a position even without a row.

    Returns:
        Arrays over all places with production or trade, sorted, and all countries, sorted.
    """
    produced, flows, governed = list(made), list(sent), list(graded)
    places = sorted({row.place for row in produced} | {row.place for row in flows})
    labels = {row.country for row in produced} | {row.country for row in governed} | set(extra)
    labels |= {row.exporter for row in flows} | {row.importer for row in flows}
    countries = sorted(labels)
    rows = {place: index for index, place in enumerate(places)}
    columns = {country: index for index, country in enumerate(countries)}
    production, low, high = _production(produced, rows, columns)
    return SupplyArrays(
        places=tuple(places),
        countries=tuple(countries),
        production=production,
        production_low=low,
        production_high=high,
        risk=_risk(places, countries, governed),
        flow_place=np.array([rows[row.place] for row in flows], dtype=np.int64),
        exporter=np.array([columns[row.exporter] for row in flows], dtype=np.int64),
        importer=np.array([columns[row.importer] for row in flows], dtype=np.int64),
        quantity=_column(row.quantity for row in flows),
        value=_column(row.value for row in flows),
        origins=_origins(produced, flows, governed, leaves, rows),
    )


def _production(
    made: Sequence[Made], rows: Mapping[Place, int], columns: Mapping[str, int]
) -> tuple[Floats, Floats, Floats]:
    """Production with its ends, shape (place, country); who is not listed makes nothing."""
    value, low, high = (np.zeros((len(rows), len(columns))) for _ in range(3))
    for row in made:
        at = rows[row.place], columns[row.country]
        value[at] = np.nan if row.value is None else row.value
        low[at], high[at] = _ends(row)
    return value, low, high


def _origins(
    made: Sequence[Made],
    sent: Sequence[Sent],
    graded: Sequence[Graded],
    leaves: Iterable[Node],
    rows: Mapping[Place, int],
) -> Origins:
    producers: list[dict[str, None]] = [{} for _ in rows]
    for row in made:
        producers[rows[row.place]][row.lineage] = None
    return Origins(
        production=tuple(tuple(part) for part in producers),
        flows=tuple(row.lineage for row in sent),
        risk={(row.country, row.year): row.lineage for row in graded},
        leaves=tuple(leaves),
    )


def _ends(row: Made) -> tuple[float, float]:
    """Ends of a producer: its own, else the figure; without either anything is possible."""
    if row.value is None:
        return row.low or 0.0, np.inf if row.high is None else row.high
    return (
        row.value if row.low is None else row.low,
        row.value if row.high is None else row.high,
    )


def _column(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _risk(places: list[Place], countries: list[str], governed: list[Graded]) -> Floats:
    by_year: dict[int, dict[str, float]] = {}
    for row in governed:
        if row.risk is not None:
            by_year.setdefault(row.year, {})[row.country] = row.risk
    lines: Mapping[int, Floats] = {
        year: _column(by_year.get(year, {}).get(country) for country in countries)
        for year in {year for _, year in places}
    }
    if not places:
        return np.zeros((0, len(countries)))
    return np.stack([lines[year] for _, year in places])
