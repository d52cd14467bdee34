"""Derived figures: sums of products of observations and parameters, written as a table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from midstream.chain.estimate import Component
from midstream.chain.readings import Reading
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of a term: three values and the id they come from."""

    value: float
    low: float
    high: float
    lineage: str


@dataclass(frozen=True, slots=True)
class Derivations:
    """Evaluates the table ``derivations``.

    ``result = sum over terms of sign x product of ref ** power``; the interval takes every factor
    of a term to the end that moves the term down (or up).
    """

    evidence: Evidence
    ledger: Ledger

    def reading(self, rule: Row, base_year: int) -> Reading:
        """Evaluate the figure a rule of ``form_statistics`` names, as a reading."""
        terms = self._terms(rule["metric"])
        value = sum(sign * _product(factors, "value") for sign, factors in terms)
        low = sum(sign * _product(factors, _end(sign, "low")) for sign, factors in terms)
        high = sum(sign * _product(factors, _end(sign, "high")) for sign, factors in terms)
        inputs = tuple(dict.fromkeys(f.lineage for _, factors in terms for f, _ in factors))
        component = Component(value, max(0.0, min(low, value)), max(high, value))
        lineage = f"f:derive/{rule['metric']}"
        self.ledger.add(
            Node(
                id=lineage,
                kind="formula",
                name=rule["note"] or rule["metric"],
                quantity=Quantity(
                    value, component.low, component.high, rule["note"] or "", "modelled", lineage
                ),
                inputs=inputs,
                formula="sum of products, table derivations",
            )
        )
        return Reading(
            country=rule["country"],
            origin="derived",
            component=component,
            counting=False,
            layer=2,
            period=base_year,
            lineage=(lineage,),
            assumed=True,
            proxied=rule["standing"] == "proxied",
            complete=False,
        )

    def _terms(self, result: str) -> list[tuple[float, list[tuple[Factor, float]]]]:
        terms: dict[str, list[tuple[Factor, float]]] = defaultdict(list)
        signs: dict[str, float] = {}
        for row in self.evidence.table("derivations").rows:
            if row["result"] == result:
                terms[row["term"]].append((self._factor(row), row["power"]))
                signs[row["term"]] = row["sign"]
        if not terms:
            raise InputError(
                f"no derivation named {result!r}",
                where="form_statistics.csv",
                why="a rule reads a derived figure that the table derivations does not hold",
                mend="add its terms to derivations.csv or correct the name",
            )
        return [(signs[term], factors) for term, factors in terms.items()]

    def _factor(self, row: Row) -> Factor:
        if row["kind"] == "parameter":
            found = self.evidence.parameter(row["ref"])
            value, low, high, lineage = found.value, found.low, found.high, found.lineage
        else:
            obs = self.evidence.observations_by_id[row["ref"]]
            value, low, high, lineage = obs.value, obs.low, obs.high, obs.id
        if value is None:
            raise InputError(f"{row['ref']} has no value", where=f"derivations.csv:{row['id']}")
        return Factor(
            value, value if low is None else low, value if high is None else high, lineage
        )


def _end(sign: float, end: str) -> str:
    """A term that is taken off runs the other way."""
    if sign >= 0:
        return end
    return "high" if end == "low" else "low"


def _product(factors: list[tuple[Factor, float]], end: str) -> float:
    result = 1.0
    for factor, power in factors:
        side = end if power >= 0 or end == "value" else ("high" if end == "low" else "low")
        result *= getattr(factor, side) ** power
    return result
