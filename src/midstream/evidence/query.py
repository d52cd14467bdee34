"""Answers of `evidence show` and `evidence trace`, and the census of labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from midstream.evidence.labels import Fact
from midstream.evidence.observations import Observation
from midstream.evidence.quantity import LABEL_ORDER
from midstream.evidence.store import Evidence

#: Licence of sources whose terms a build for redistribution has to leave out.
UNCLEAR = "unclear"


def show(evidence: Evidence, **filters: str | None) -> list[dict[str, Any]]:
    """Give the facts of some keys with their rows.

    Args:
        evidence: The evidence.
        filters: Key columns as `Evidence.facts` takes them.

    Returns:
        One dictionary per fact: ``key`` (filled columns), ``quantity``, ``observations``,
        ``agreement``, and ``origins``, ``disputed``, ``adjacent``, ``label_strict``,
        ``best_origin``, ``label_without_best``.

    Raises:
        InputError: if a word of a filter is unknown, with the nearest.
    """
    return [fact_to_dict(fact) for fact in evidence.facts(**filters)]


def fact_to_dict(fact: Fact) -> dict[str, Any]:
    """Give a fact as the JSON object of the public interface."""
    return {
        "key": {name: value for name, value in fact.key.items() if value is not None},
        "quantity": fact.quantity.to_dict(),
        "observations": [observation_to_dict(row) for row in fact.observations],
        "agreement": fact.agreement,
        "origins": [
            {
                "origin": origin.origin,
                "value": origin.value,
                "low": origin.low,
                "high": origin.high,
                "layer": origin.layer,
                "counting": origin.counting,
                "verdict": origin.verdict,
            }
            for origin in fact.origins
        ],
        "disputed": fact.disputed,
        "adjacent": fact.adjacent,
        "label_strict": fact.label_strict,
        "best_origin": fact.best_origin,
        "label_without_best": fact.label_without_best,
    }


def observation_to_dict(row: Observation) -> dict[str, Any]:
    """Give an observation as the JSON object of the public interface."""
    return {
        "id": row.id,
        "value": row.value,
        "unit": row.unit,
        "source": row.source,
        "origin": row.origin,
        "layer": row.layer,
        "locator": row.locator,
        "period": row.period,
        "low": row.low,
        "high": row.high,
        "kind": row.kind,
        "vintage": row.vintage,
        "note": row.note,
    }


def trace(evidence: Evidence, lineage: str, depth: int = 12) -> dict[str, Any]:
    """Give the tree under a lineage id.

    Raises:
        InputError: if the id is unknown.
    """
    return evidence.ledger.trace(lineage, depth)


def label_census(evidence: Evidence) -> dict[str, Mapping[str, int]]:
    """Count the labels of all facts under four readings of the rule.

    Args:
        evidence: A whole release.

    Returns:
        Counts per label under ``strict`` (no neighbouring periods), ``with_slack`` (the
        label that is shown), ``without_unclear`` and ``without_unclear_with_slack`` (sources
        of unclear licence left out), ``without_best`` (each fact without its best origin;
        ``none`` where nothing is left); and ``keys``: facts, facts with several origins,
        disputed facts and conflicts.
    """
    facts = evidence.facts()
    clear = Evidence(evidence.folder, evidence.without_licences | {UNCLEAR}).facts()
    return {
        "strict": _count(fact.label_strict for fact in facts),
        "with_slack": _count(fact.quantity.label for fact in facts),
        "without_unclear": _count(fact.label_strict for fact in clear),
        "without_unclear_with_slack": _count(fact.quantity.label for fact in clear),
        "without_best": _count(fact.label_without_best for fact in facts),
        "keys": {
            "facts": len(facts),
            "several_origins": sum(len(fact.origins) > 1 for fact in facts),
            "disputed": sum(fact.disputed for fact in facts),
            "disputed_strict": sum(fact.disputed and fact.agreement == "agree" for fact in facts),
            "conflicts": sum(fact.agreement == "conflict" for fact in facts),
            "facts_without_unclear": len(clear),
        },
    }


def _count(labels: Any) -> Mapping[str, int]:
    found = Counter(label or "none" for label in labels)
    return {label: found[label] for label in (*LABEL_ORDER, "none") if found[label]}
