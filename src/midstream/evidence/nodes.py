"""Nodes of the ledger for everything the evidence holds, made when they are looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from midstream.evidence.bulk_rows import BACI, GDP, WGI
from midstream.evidence.corrections import NUMERIC_FIELDS, correction_node
from midstream.evidence.lineage import Kind, Node
from midstream.evidence.observations import Observation
from midstream.evidence.quantity import Label, Quantity

if TYPE_CHECKING:
    from midstream.evidence.labels import Fact
    from midstream.evidence.store import Evidence

PARAMETER_KINDS: Mapping[str, Kind] = {
    "assumed": "assumption",
    "sourced": "observation",
    "derived": "formula",
}


class EvidenceNodes(Mapping[str, Node]):
    """Read-only mapping from lineage ids to nodes; bulk rows are found but not listed."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._made: dict[str, Node] = {}

    def __getitem__(self, lineage: str) -> Node:
        if lineage not in self._made:
            self._made[lineage] = self._make(lineage)
        return self._made[lineage]

    def __iter__(self) -> Iterator[str]:
        evidence = self._evidence
        yield from evidence.observations_by_id
        yield from evidence.fact_ids
        held = evidence.folder.tables
        if "parameters" in held:
            yield from (f"par:{name}" for name in evidence.parameters)
        if "facilities" in held:
            yield from (f"fac:{name}" for name in evidence.facilities)
        yield from evidence.corrections.by_id

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _make(self, lineage: str) -> Node:
        evidence = self._evidence
        if lineage in evidence.observations_by_id:
            observation = evidence.observations_by_id[lineage]
            return self._observation(observation, "observations", lineage)
        if lineage.startswith("bulk:"):
            return self._observation(evidence.bulk.row(lineage), bulk_table(lineage), "all rows")
        if lineage.startswith("key:"):
            return self._fact(evidence.fact_by_id(lineage))
        if lineage.startswith("par:"):
            return self._parameter(lineage.removeprefix("par:"))
        if lineage.startswith("fac:"):
            return self._facility(lineage.removeprefix("fac:"))
        return self._correction(lineage)

    def _observation(self, row: Observation, table: str, row_id: str) -> Node:
        quantity = Quantity(row.value, row.low, row.high, row.unit, own_label(row), row.id)
        published = ""
        if row.original_value is not None and row.original_unit is not None:
            published = f"published as {row.original_value} {row.original_unit}"
        parts = (row.locator, row.kind, f"origin {row.origin}", published, row.note)
        return Node(
            id=row.id,
            kind="observation",
            name=self._evidence.describe(row),
            quantity=quantity,
            source=row.source,
            inputs=self._evidence.corrections.of_row(table, row_id),
            note="; ".join(part for part in parts if part),
        )

    def _correction(self, lineage: str) -> Node:
        row = self._evidence.corrections.by_id[lineage]
        unit = ""
        if row["field"] in NUMERIC_FIELDS:
            corrected = self._evidence.row_by_id(row["table"], row["row"]) or {}
            unit = corrected.get("unit") or ""
        return correction_node(row, unit)

    def _fact(self, fact: Fact) -> Node:
        words = {
            "agree": "median of the origins that agree",
            "conflict": "origins in conflict: median, with the span of all",
            "single": "one origin counts",
        }
        return Node(
            id=fact.quantity.lineage,
            kind="formula",
            name=f"agreement of origins: {self._evidence.describe(fact.observations[0])}",
            quantity=fact.quantity,
            inputs=tuple(row.id for row in fact.observations),
            formula=words[fact.agreement],
            note=_fact_note(fact),
        )

    def _parameter(self, name: str) -> Node:
        row = self._evidence.parameters[name]
        sources = row.get("source") or ()
        return Node(
            id=f"par:{name}",
            kind=PARAMETER_KINDS[row["kind"]],
            name=row["name"],
            quantity=self._evidence.parameter(name),
            source=";".join(sources) or None,
            note=row["description"] or "",
        )

    def _facility(self, name: str) -> Node:
        row = self._evidence.facilities[name]
        capacity = row["capacity"]
        label = self._evidence.label_of_sources(row["source"])
        parts = (row["status"], row["status_date"], row["basis"], row["note"])
        return Node(
            id=f"fac:{name}",
            kind="observation",
            name=f"{row['name']}, {row['stage']}, {row['form']}",
            quantity=Quantity(
                capacity,
                None,
                None,
                row["unit"] or "",
                label if capacity is not None else None,
                f"fac:{name}",
            ),
            source=";".join(row["source"]) or None,
            inputs=self._evidence.corrections.of_row("facilities", name),
            note="; ".join(part for part in parts if part),
        )


def bulk_table(lineage: str) -> str:
    """Give the bulk table a lineage id belongs to."""
    source, *parts = lineage.removeprefix("bulk:").split("/")
    tables = {BACI: "trade", WGI: "governance", GDP: "gdp"}
    if source in tables:
        return tables[source]
    return {"supply": "iea_supply", "demand": "iea_demand"}.get(parts[0], "production")


def own_label(row: Observation) -> Label:
    """Label of a single row: one origin at best, weaker for tertiary or computed rows."""
    if row.layer > 2:
        return "U"
    return "modelled" if row.origin == "derived" else "V1"


def _fact_note(fact: Fact) -> str:
    verdicts = "; ".join(f"{o.origin} {o.value:g} ({o.verdict})" for o in fact.origins)
    if fact.adjacent:
        verdicts += f"; backed by another origin in {fact.adjacent}"
    return verdicts
