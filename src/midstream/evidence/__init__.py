"""Evidence: tables, sources, quantities, labels, lineage.

The one room that opens data files. Importing it defines names and does nothing else; the
database and the unit registry are loaded when they are first needed.
"""

from __future__ import annotations

from midstream.evidence.bulk import Bulk
from midstream.evidence.bulk_rows import TradeFlow
from midstream.evidence.findings import Finding
from midstream.evidence.folder import Release
from midstream.evidence.labels import Fact, OriginValue
from midstream.evidence.lineage import Ledger, Node
from midstream.evidence.observations import Observation
from midstream.evidence.quantity import Label, Quantity, QuantityDict, worst_label
from midstream.evidence.store import Evidence
from midstream.evidence.tables import Row, Table

__all__ = [
    "Bulk",
    "Evidence",
    "Fact",
    "Finding",
    "Label",
    "Ledger",
    "Node",
    "Observation",
    "OriginValue",
    "Quantity",
    "QuantityDict",
    "Release",
    "Row",
    "Table",
    "TradeFlow",
    "worst_label",
]
