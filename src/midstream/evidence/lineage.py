"""The ledger: from every number back to its formula, its inputs and its sources.

A lineage id is a readable path with its kind in front:

* ``o-353a167b`` an observation,
* ``bulk:usgs-mcs-2026-data/zinc/C1/IND/2024`` a row of a bulk table,
* ``key:<hash>`` the agreement of several observations of one key,
* ``par:<id>`` a parameter (assumed, sourced or derived),
* ``fac:<id>`` a facility, ``cor-12`` a correction,
* ``f:<room>.<formula>/<place>`` a result of a named formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from midstream.errors import InputError
from midstream.evidence.quantity import Quantity

Kind = Literal["observation", "formula", "assumption", "correction"]


@dataclass(frozen=True, slots=True)
class Node:
    """One step of a lineage.

    Attributes:
        id: Lineage id.
        kind: Observation, formula, assumption or correction.
        name: What it is, in words a reader understands.
        quantity: The number at this step.
        source: Ids of the source register joined by ``;`` where the step is a leaf.
        inputs: Lineage ids this step was computed from.
        formula: The formula in words or symbols, for kind formula.
        note: Place in the source, or why an assumption was made.
    """

    id: str
    kind: Kind
    name: str
    quantity: Quantity
    source: str | None = None
    inputs: tuple[str, ...] = ()
    formula: str = ""
    note: str = ""


@dataclass(slots=True)
class Ledger:
    """Nodes by id. A ledger can stand on another: look-ups fall through to its base."""

    base: Mapping[str, Node] | Ledger | None = None
    nodes: dict[str, Node] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Say how many nodes it holds itself."""
        return f"Ledger(nodes={len(self.nodes)})"

    def add(self, node: Node) -> str:
        """Enter a node and give its id back; the same id may be entered again unchanged."""
        self.nodes[node.id] = node
        return node.id

    def get(self, lineage: str) -> Node | None:
        """Give a node by its id; ``None`` where there is none."""
        node = self.nodes.get(lineage)
        return self.base.get(lineage) if node is None and self.base is not None else node

    def __contains__(self, lineage: object) -> bool:
        return lineage in self.nodes or (self.base is not None and lineage in self.base)

    def __getitem__(self, lineage: str) -> Node:
        node = self.get(lineage)
        if node is None:
            raise KeyError(lineage)
        return node

    def __iter__(self) -> Iterator[str]:
        yield from self.nodes
        if self.base is not None:
            yield from (lineage for lineage in self.base if lineage not in self.nodes)

    def reached(self, lineages: Iterable[str]) -> list[Node]:
        """Every node under some lineages, the lineages included, in the order of their ids."""
        waiting, seen = list(dict.fromkeys(lineages)), dict[str, Node]()
        while waiting:
            lineage = waiting.pop()
            node = None if lineage in seen else self.get(lineage)
            if node is not None:
                seen[lineage] = node
                waiting.extend(one for one in node.inputs if one not in seen)
        return [seen[lineage] for lineage in sorted(seen)]

    def trace(self, lineage: str, depth: int = 12) -> dict[str, Any]:
        """Give the tree under a lineage id as nested dictionaries.

        Args:
            lineage: Id of any node.
            depth: Levels to open; deeper inputs are named but not opened.

        Raises:
            InputError: if the id is unknown.
        """
        try:
            node = self[lineage]
        except KeyError:
            raise InputError(
                f"no lineage {lineage!r}",
                where="evidence trace",
                why="it is neither in the evidence nor in the results of this study",
                mend="copy the lineage field of a quantity, or name its study with --study",
            ) from None
        return self._tree(node, depth)

    def _tree(self, node: Node, depth: int) -> dict[str, Any]:
        tree: dict[str, Any] = {
            "id": node.id,
            "kind": node.kind,
            "name": node.name,
            "quantity": node.quantity.to_dict(),
            "formula": node.formula,
            "note": node.note,
            "inputs": [],
        }
        if node.source:
            tree["source"] = node.source
        if depth > 0:
            tree["inputs"] = [self._tree(self[i], depth - 1) for i in node.inputs if i in self]
        return tree
