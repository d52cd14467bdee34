"""Kinds of payers: who is public, who is private, and where both stand in one layer."""

from __future__ import annotations

from collections.abc import Mapping

from midstream.capital.conditions import MARKET
from midstream.evidence import Evidence

TABLE = "payers"
#: Kinds whose money is public.
PUBLIC = frozenset({"state", "development-bank", "export-credit"})
#: Public and private money in one layer, split not on record.
MIXED = "mixed"
#: No payer was found yet.
OPEN = "open"
#: A payer that is not in the table.
UNKNOWN = "unknown"
#: Kinds in words.
KIND_WORDS: Mapping[str, str] = {
    "state": "State",
    "development-bank": "Development bank",
    "export-credit": "Export credit agency",
    "bank": "Bank",
    "buyer": "Buyer",
    "sponsor": "Sponsor",
    "investor": "Investor",
    MIXED: "Public and private together",
    OPEN: "Nobody yet",
    UNKNOWN: "Not classed",
    MARKET: "Lenders and owners at market terms",
}


def payer_kinds(evidence: Evidence) -> Mapping[str, str]:
    """Kind of every payer that is classed, by its name in the tables."""
    return {row["name"]: row["kind"] for row in evidence.table(TABLE).rows}


def public_part(kind: str) -> tuple[float, float]:
    """Least and most of a payer's money that can be public, as shares.

    A payer with public and private money, or one that is not classed, may be all or nothing.
    """
    if kind in PUBLIC:
        return 1.0, 1.0
    return (0.0, 1.0) if kind in (MIXED, UNKNOWN) else (0.0, 0.0)
