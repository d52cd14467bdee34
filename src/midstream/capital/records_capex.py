"""Capital cost of plants on record, with its year and what other sources say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.capital.records_other import CAPEX, Figure, Figures, OtherFigure
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row
from midstream.evidence.vocabulary import known

SCOPES = "capex_scopes"


@dataclass(frozen=True, slots=True)
class Capex:
    """Capital cost of a plant.

    Attributes:
        amount: In its own currency; missing where none is on record.
        year: Year of the money.
        scope: Why it is no cost of the plant alone (financing, several-plants); blank if it is.
        others: Figures of other sources.
        remarks: What had to be taken as it is.
    """

    amount: Quantity
    year: int
    scope: str
    others: tuple[OtherFigure, ...]
    remarks: tuple[str, ...]


def facility_row(evidence: Evidence, facility: str) -> Row:
    """Row of a plant.

    Raises:
        InputError: if it is unknown, with the nearest ids.
    """
    rows = {row["id"]: row for row in evidence.table("facilities").rows}
    return rows[known(facility, {key: row["name"] or "" for key, row in rows.items()}, "facility")]


def capex_of(evidence: Evidence, ledger: Ledger, figures: Figures, facility: str) -> Capex:
    """Capital cost of a plant on record.

    The year of the money is that of the newest observation that gives the same figure; where
    none does it is the year of the source of the plant's standing, with a remark.

    Raises:
        InputError: if the plant is unknown.
    """
    row = facility_row(evidence, facility)
    found = figures.of(facility, (CAPEX,))
    scopes = {one["facility"]: one["scope"] for one in evidence.table(SCOPES).rows}
    standing = int(str(row["status_date"])[:4])
    if row["capex"] is None:
        blank = Quantity(None, None, None, row["capex_currency"] or "USD", None, f"fac:{facility}")
        return Capex(blank, standing, "", _others(evidence, found, standing, []), ())
    held = (row["capex"], row["capex_currency"] or "")
    width = figures.tolerance((CAPEX,))
    same = [one for one in found if one.gives(*held, width)]
    year = max((one.year for one in same), default=standing)
    remark = () if same else (f"its capital cost is taken as money of {standing}",)
    amount = _enter(evidence, ledger, row, year, same)
    others = _others(evidence, [one for one in found if one not in same], year, same)
    return Capex(amount, min(year, _latest(evidence)), scopes.get(facility, ""), others, remark)


def _latest(evidence: Evidence) -> int:
    """Last year with exchange rates: a cost that is dated later is money of the latest prices."""
    return max(int(row["year"]) for row in evidence.table("fx").rows)


def _others(
    evidence: Evidence, found: Sequence[Figure], year: int, same: Sequence[Figure]
) -> tuple[OtherFigure, ...]:
    return tuple(one.other(evidence, year, same) for one in found)


def _enter(evidence: Evidence, ledger: Ledger, row: Row, year: int, same: list[Figure]) -> Quantity:
    lineage = f"f:capital.record.capex/{row['id']}"
    sources = tuple(row["source"] or ())
    label = evidence.label_of_sources(sources)
    quantity = Quantity(row["capex"], None, None, row["capex_currency"], label, lineage)
    inputs = (f"fac:{row['id']}", *(one.id for figure in same for one in figure.rows))
    node = Node(
        id=lineage,
        kind="observation",
        name=f"Capital cost on record: {row['name']}",
        quantity=quantity,
        source=";".join(sources) or None,
        inputs=inputs,
        note=f"money of {year}" + (f"; {row['note']}" if row["note"] else ""),
    )
    ledger.add(node)
    return quantity
