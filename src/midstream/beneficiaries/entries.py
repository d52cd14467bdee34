"""Entering numbers of this room into a ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Component, Estimate, Floats, quantile
from midstream.chain.streams import stratified
from midstream.evidence import Evidence, Label, Ledger, Node, Quantity

#: Ends of the interval that is shown.
ENDS = (0.1, 0.9)


@dataclass(frozen=True, slots=True)
class Draws:
    """Random numbers of an answer, by name.

    Attributes:
        size: Number of draws.
        seed: Seed of all streams.
    """

    size: int
    seed: int

    def component(self, part: Component, name: str) -> Floats:
        """Draw a reading whose ends are its 10 % and 90 % points, shape (draw,)."""
        plain = Estimate("", "observed", (part,), part.low, part.high, None, "")
        return self.estimate(plain, name)

    def estimate(self, estimate: Estimate, name: str) -> Floats:
        """Draw an estimate by a stream of a name; an open one takes its low end, (draw,)."""
        several = len(estimate.components) > 1
        pick = stratified(self.seed, f"{name}/pick", self.size) if several else np.zeros(self.size)
        return estimate.sample(pick, stratified(self.seed, f"{name}/spread", self.size), "low")


def output_stream(lineage: str) -> str:
    """Name of the stream of an output; versions of a changed world share theirs."""
    return f"output/{lineage.partition('#')[0]}"


def spread(value: float | None, draws: Floats | None) -> tuple[float | None, float | None]:
    """Ends of the 80 % interval of some draws, widened to hold the value."""
    if value is None or draws is None or not len(draws):
        return None, None
    low, high = (float(quantile(draws, end)) for end in ENDS)
    return min(low, value), max(high, value)


@dataclass(frozen=True, slots=True)
class Entries:
    """Enters quantities with their lineage.

    Attributes:
        evidence: The release.
        ledger: Where they go.
    """

    evidence: Evidence
    ledger: Ledger

    def formula(
        self,
        place: str,
        name: str,
        numbers: Sequence[float | None],
        unit: str,
        inputs: Iterable[str],
        formula: str,
        note: str = "",
    ) -> Quantity:
        """Enter a result: value, low and high; no value is no evidence and still has a node."""
        value, low, high = numbers
        label: Label | None = None if value is None else "modelled"
        lineage = f"f:value.{place}"
        quantity = Quantity(value, low, high, unit, label, lineage)
        known = tuple(dict.fromkeys(one for one in inputs if one in self.ledger))
        node = Node(lineage, "formula", name, quantity, inputs=known, formula=formula, note=note)
        self.ledger.add(node)
        return quantity

    def leaf(
        self,
        lineage: str,
        name: str,
        part: Component,
        unit: str,
        sources: Sequence[str],
        note: str = "",
        *,
        assumed: bool = False,
        inputs: Iterable[str] = (),
    ) -> str:
        """Enter a figure of a table."""
        label: Label = self.evidence.label_of_sources(sources) if sources else "modelled"
        quantity = Quantity(part.value, part.low, part.high, unit, label, lineage)
        kind = "assumption" if assumed else "observation"
        node = Node(
            id=lineage,
            kind="assumption" if kind == "assumption" else "observation",
            name=name,
            quantity=quantity,
            source=";".join(sources) or None,
            inputs=tuple(inputs),
            note=note,
        )
        return self.ledger.add(node)
