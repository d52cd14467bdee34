"""Cover of an entrant: the share of its output under a floor price, and who stands behind it."""

from __future__ import annotations

from dataclasses import dataclass

from midstream.chain.plants import Plant
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row

#: Instruments by which public money stands behind a plant.
PUBLIC = frozenset(
    {"state-equity", "grant", "concessional-loan", "eca-loan", "tax-credit", "price-floor"}
)


@dataclass(frozen=True, slots=True)
class Cover:
    """Cover of one plant.

    Attributes:
        share: Part of output sold under a floor or a guarantee, 0..1.
        floor: Floor price in USD per kg; ``None`` where none is on record.
        guaranteed: Whether so much of the output is bought at a guaranteed result that the plant
            runs and is built whatever the price.
        supported: Whether public money is committed to the plant.
        lineage: Ids it rests on.
    """

    share: float
    floor: float | None
    guaranteed: bool
    supported: bool
    lineage: tuple[str, ...]


def cover_of(evidence: Evidence, plant: Plant, ledger: Ledger) -> Cover:
    """Read the cover of a plant from ``cover_terms`` and its support from ``financing``.

    Volumes under several rows add, up to the whole output; the lowest of their floors counts.
    Only rows with a floor or a guaranteed result cover a price: an offtake at the market's price
    does not. Support counts only where it is committed.
    """
    rows = [row for row in evidence.table("cover_terms").rows if row["facility"] == plant.id]
    share, firm, used = 0.0, 0.0, []
    for row in rows:
        part = _part(row, plant)
        if part is not None and _covers_price(row):
            share += part
            firm += part if row["floor"] is None else 0.0
            used.append(row["id"])
            _enter(row, part, ledger)
    floors = [row["floor"] for row in rows if row["floor"] is not None]
    money = [
        row["id"]
        for row in evidence.table("financing").rows
        if row["facility"] == plant.id
        and row["instrument"] in PUBLIC
        and row["status"] == "committed"
    ]
    ids = (*used, *(f"fac:{plant.id}" for _ in money[:1]))
    commitment = float(evidence.parameter("counter.commitment").value or 1.0)
    floor = min(floors, default=None)
    return Cover(min(1.0, share), floor, firm >= commitment, bool(money), tuple(ids))


def _covers_price(row: Row) -> bool:
    """A floor per kg, or the whole output bought at a guaranteed result."""
    return row["floor"] is not None or row["share"] is not None


def _part(row: Row, plant: Plant) -> float | None:
    if row["share"] is not None:
        return float(row["share"])
    if row["tonnes"] is None or not plant.capacity:
        return None
    return min(1.0, float(row["tonnes"]) / plant.capacity)


def _enter(row: Row, part: float, ledger: Ledger) -> None:
    quantity = Quantity(part, None, None, "ratio", "modelled", row["id"])
    ledger.add(
        Node(
            row["id"],
            "observation",
            f"Covered share of output: {row['facility']}",
            quantity,
            source=";".join(row["source"]),
            note=row["note"] or "",
        )
    )


def highest_floor(evidence: Evidence, form: str) -> tuple[float, str] | None:
    """Give the highest floor on record for a form with its row; ``None`` without one."""
    found = [
        (row["floor"], row["id"])
        for row in evidence.table("cover_terms").rows
        if row["form"] == form and row["floor"] is not None
    ]
    return max(found, default=None)
