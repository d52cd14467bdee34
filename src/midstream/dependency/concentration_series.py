"""Concentration by year, where the statistics have a series.

Three series, never mixed: production of the U.S. Geological Survey by year, each year from the
newest edition that holds it; supply of the International Energy Agency (an estimate, then a base
case); and exports by customs code since 1995, a proxy that misses what stays at home and counts
re-exports.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from midstream.chain.readings import WORLD
from midstream.chain.trade import SPECIFIC
from midstream.dependency.concentration import (
    Concentration,
    belongs,
    hhi_bounds,
    weighted_quantity,
)
from midstream.dependency.governance import risks
from midstream.evidence import Evidence, Label, Ledger, Node, Quantity
from midstream.evidence.bulk_rows import BACI, slug
from midstream.evidence.nodes import own_label
from midstream.evidence.observations import Observation
from midstream.evidence.quantity import worst_label
from midstream.evidence.tables import Row

#: The line of a publisher for countries it does not name.
REST = "ROW"
#: Trade table that holds all years since 1995.
TRADE_TABLE = "hs92"

_EXPORTS = """
    SELECT hs6, year, exporter, sum(value_kusd) FROM read_parquet($file)
    WHERE "table" = $table AND hs6 IN (SELECT unnest($codes))
    GROUP BY hs6, year, exporter HAVING sum(value_kusd) > 0 ORDER BY hs6, year, exporter
"""


@dataclass(frozen=True, slots=True)
class _Place:
    """What a series counts in one year."""

    series: str
    material: str
    form: str
    stage: str
    product: str
    year: int
    id: str
    proxy: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Amounts:
    """Amounts by country, the world's, and the lineage behind them."""

    by_country: Mapping[str, float]
    world: float
    lineage: Mapping[str, str]
    label: Label


def all_series(
    evidence: Evidence, ledger: Ledger, material: str | None = None
) -> list[Concentration]:
    """Give all series of a material and what belongs to it, or of all materials."""
    graded: dict[int, dict[str, Quantity]] = {}
    found = []
    parts = [_usgs(evidence, material), _iea(evidence), _trade(evidence, ledger, material)]
    for place, amounts in (pair for part in parts for pair in part):
        if not belongs(evidence, place.material, material):
            continue
        if place.year not in graded:
            graded[place.year] = risks(evidence, place.year, ledger)
        made = _record(place, amounts, graded[place.year], ledger)
        if made is not None:
            found.append(made)
    return sorted(found, key=_order)


def _order(part: Concentration) -> tuple[str, str, str, str, int, str]:
    """Codes one after the other; products by year, since editions word them differently."""
    code = part.product if part.series == "trade" else ""
    return part.material, part.stage, part.series, code, part.year, part.product


def _usgs(evidence: Evidence, asked: str | None) -> Iterator[tuple[_Place, _Amounts]]:
    """Production by material, stage, product and year from the newest edition of the year."""
    taken: set[tuple[str, str, str]] = set()
    for edition, material in _editions(evidence, asked):
        rows = evidence.bulk.production(material, edition=edition)
        for (material, stage, product, year), part in _grouped(rows):
            amounts = _amounts(part)
            if (material, stage, year) in taken or amounts is None:
                continue
            place = f"usgs/{material}/{stage}/{slug(product)}/{year}"
            note = f"edition {edition}"
            yield _Place("usgs", material, "", stage, product, int(year), place, note=note), amounts
        taken |= {(row.material or "", row.stage or "", row.period) for row in rows}


def _editions(evidence: Evidence, asked: str | None) -> list[tuple[int, str | None]]:
    """Editions and materials to read, the newest edition first; all materials at once if none."""
    sql = "SELECT DISTINCT edition, material FROM read_parquet($file) ORDER BY ALL DESC"
    held = evidence.bulk.rows(sql, "production")
    if asked is None:
        return [(edition, None) for edition in dict.fromkeys(edition for edition, _ in held)]
    return [(edition, name) for edition, name in held if belongs(evidence, name, asked)]


def _iea(evidence: Evidence) -> Iterator[tuple[_Place, _Amounts]]:
    """Supply by material, stage and year."""
    for key, part in _grouped(evidence.bulk.iea_supply()):
        material, stage, product, year = key
        amounts = _amounts(part)
        if amounts is not None:
            note = "estimate" if part[0].kind == "estimate" else "projection, base case"
            place = f"iea/{material}/{stage}/{year}"
            words = product or "supply"
            yield _Place("iea", material, "", stage, words, int(year), place, note=note), amounts


def _grouped(
    rows: Iterable[Observation],
) -> Iterator[tuple[tuple[str, str, str, str], list[Observation]]]:
    groups: dict[tuple[str, str, str, str], list[Observation]] = defaultdict(list)
    for row in rows:
        key = (row.material or "", row.stage or "", row.basis or "", row.period)
        groups[key].append(row)
    yield from groups.items()


def _amounts(rows: Sequence[Observation]) -> _Amounts | None:
    """Amounts of one year; nothing where no country has a figure above zero."""
    named = {r.country or "": r for r in rows if r.country not in (WORLD, REST) and r.value > 0}
    lines = {row.country: row for row in rows if row.country in (WORLD, REST)}
    if not named:
        return None
    total = sum(row.value for row in named.values())
    rest = lines[REST].value if REST in lines else 0.0
    world = max(total, lines[WORLD].value if WORLD in lines else total + rest)
    # The world line stands behind every share, as the named rows do.
    lineage = {country: row.id for country, row in named.items()}
    lineage |= {name or "": row.id for name, row in lines.items()}
    label = worst_label([own_label(row) for row in rows]) or "U"
    return _Amounts({c: row.value for c, row in named.items()}, world, lineage, label)


def _trade(
    evidence: Evidence, ledger: Ledger, material: str | None
) -> Iterator[tuple[_Place, _Amounts]]:
    """Exports by code and year, by value, for codes that name one material."""
    codes = {row["hs6"]: row for row in _codes(evidence, material)}
    if not codes:
        return
    rows = evidence.bulk.rows(_EXPORTS, "trade", table=TRADE_TABLE, codes=sorted(codes))
    for (code, year), group in groupby(rows, key=lambda row: (row[0], row[1])):
        values = {exporter: value for _, _, exporter, value in group}
        row = codes[code]
        lineage = _export_leaf(ledger, row, year, sum(values.values()))
        place = _Place(
            series="trade",
            material=row["material"][0],
            form=row["form"] or "",
            stage=row["stage"],
            product=f"HS {code}, {row['description']}",
            year=int(year),
            id=f"trade/{code}/{year}",
            proxy=True,
            note="exports by value stand for output; re-exports count",
        )
        yield place, _Amounts(values, sum(values.values()), {"": lineage}, "modelled")


def _codes(evidence: Evidence, material: str | None) -> list[Row]:
    return [
        row
        for row in evidence.table("hs_concordance").rows
        if row["specificity"] in SPECIFIC
        and TRADE_TABLE in (row["tables"] or ())
        and len(row["material"] or ()) == 1
        and belongs(evidence, row["material"][0], material)
    ]


def _export_leaf(ledger: Ledger, row: Row, year: int, total: float) -> str:
    """One leaf for the exports of a code in a year: the sum of all its flows."""
    lineage = f"f:dependency.exports/{row['hs6']}/{year}"
    quantity = Quantity(total / 1000, None, None, "USD million", "V1", lineage)
    title = f"World exports under HS {row['hs6']}, {year}"
    note = f"table {TRADE_TABLE}, all flows of the code and year"
    ledger.add(Node(lineage, "observation", title, quantity, source=BACI, note=note))
    return lineage


def _record(
    place: _Place, amounts: _Amounts, graded: Mapping[str, Quantity], ledger: Ledger
) -> Concentration | None:
    if amounts.world <= 0:
        return None
    shares = {c: amount / amounts.world for c, amount in amounts.by_country.items()}
    rest = max(0.0, 1 - sum(shares.values()))
    if rest < 1e-12:
        rest = 0.0
    low, high = hhi_bounds(np.array(list(shares.values())), rest)
    inputs = tuple(dict.fromkeys(amounts.lineage.values()))
    leader = min(shares, key=lambda country: (-shares[country], country))

    def entered(quantity: Quantity, words: str, formula: str) -> Quantity:
        made = replace(quantity, lineage=f"f:dependency.{quantity.lineage}/{place.id}")
        title = f"{words}: {place.product}, {place.year}"
        ledger.add(Node(made.lineage, "formula", title, made, inputs=inputs, formula=formula))
        return made

    hhi = Quantity(low, low, high, "index", amounts.label, "hhi")
    percent = Quantity(100 * shares[leader], None, None, "%", amounts.label, "leader-share")
    left = Quantity(100 * rest, None, None, "%", amounts.label, "rest")
    return Concentration(
        material=place.material,
        form=place.form,
        stage=place.stage,
        year=place.year,
        series=place.series,
        product=place.product,
        proxy=place.proxy,
        hhi=entered(hhi, "Concentration", "sum of squared shares + rest squared"),
        weighted=weighted_quantity(shares, graded, rest, (place.id, place.product, inputs), ledger),
        leader=leader,
        leader_share=entered(percent, "Share of the largest", "largest / world"),
        named=len(shares),
        rest=entered(left, "Share nobody names", "100 - named"),
        note=place.note,
    )
