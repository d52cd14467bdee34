"""Deliverable final form as a maximum flow through the stage graph, and the cut that stops it.

On the complete layered graph, where all feed can go anywhere, the maximum flow is the smallest
of the layers' capacities and of the need (max-flow min-cut; the only finite cuts are whole
layers). Where arcs are missing the flow is computed on the node-split graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: Whole units of flow per unit of need: `maximum_flow` counts in 32-bit integers.
SCALE = 100_000_000
_FREE = 2_000_000_000
#: Differences of sums of shares below this are rounding, no flow.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Flow:
    """A maximum flow.

    Attributes:
        value: Flow over the need of the sinks, 0..1.
        cut: (step, country) of the nodes of a minimum cut; the step after the last is the need.
    """

    value: float
    cut: tuple[tuple[int, int], ...]


def complete_flow(capacity: Floats) -> Floats:
    """Maximum flow where all feed can go anywhere: ``min(1, min over steps of sum of capacity)``.

    Args:
        capacity: Capacity over need, shape (..., step, country).

    Returns:
        Flow over need, shape (...).
    """
    return np.asarray(np.minimum(1.0, capacity.sum(axis=-1).min(axis=-1)))


def left_at_step(capacity: Floats) -> Floats:
    """Flow left when a country withholds at one step only, shape (draw, step, country)."""
    totals = capacity.sum(axis=2)
    others = np.stack(
        [
            np.delete(totals, step, axis=1).min(axis=1, initial=1.0)
            for step in range(totals.shape[1])
        ],
        axis=1,
    )
    left = totals[:, :, None] - capacity
    return _tidy(np.minimum(left, others[:, :, None]))


def left_at_all(capacity: Floats) -> Floats:
    """Flow left when a country withholds at every step, shape (draw, country)."""
    left = capacity.sum(axis=2)[:, :, None] - capacity
    return _tidy(left.min(axis=1))


def _tidy(flow: Floats) -> Floats:
    """Bring a flow into 0..1; what rounding leaves below 1 is 1."""
    return np.where(flow > 1 - _ROUNDING, 1.0, np.maximum(flow, 0.0))


def maximum(
    capacity: Floats,
    arcs: Sequence[NDArray[np.bool_]],
    need: Floats | None = None,
    deliveries: NDArray[np.bool_] | None = None,
) -> Flow:
    """Maximum flow on a graph with missing arcs, exact to one part in 10^8 of the need.

    Args:
        capacity: Capacity over need, shape (step, country).
        arcs: One matrix (country, partner) between each two consecutive steps.
        need: Need of each sink, shape (sink,); one sink of need 1 by default.
        deliveries: Which country of the last step may deliver to which sink; all by default.
    """
    # Loading it takes longer than most answers, and only graphs with missing arcs need it.
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    steps, countries = capacity.shape
    need = np.ones(1) if need is None else need
    if deliveries is None:
        deliveries = np.ones((countries, need.size), dtype=bool)
    network, nodes = _network(np.minimum(capacity, need.sum()), [*arcs, deliveries], need)
    source, sink = nodes - 2, nodes - 1
    found = maximum_flow(network, source, sink)
    whole = np.rint(need * SCALE).sum()
    residual = network - found.flow
    residual.data[residual.data < 0] = 0
    residual.eliminate_zeros()
    reached = set(breadth_first_order(residual, source, return_predecessors=False).tolist())
    cut = [
        (node // 2 // countries, node // 2 % countries)
        for node in range(0, 2 * steps * countries, 2)
        if node in reached and node + 1 not in reached
    ]
    base = 2 * steps * countries
    cut += [(steps, place) for place in range(need.size) if base + place in reached]
    return Flow(float(found.flow_value / whole) if whole else 0.0, tuple(cut))


def _network(
    capacity: Floats, arcs: Sequence[NDArray[np.bool_]], need: Floats
) -> tuple[csr_array, int]:
    """The node-split graph: node 2i goes in, 2i + 1 comes out; then sinks, source, sink."""
    from scipy.sparse import csr_array

    steps, countries = capacity.shape
    base = 2 * steps * countries
    nodes = base + need.size + 2
    source, sink = nodes - 2, nodes - 1
    rows, columns, limits = [], [], []

    def arc(start: int, stop: int, limit: int) -> None:
        rows.append(start)
        columns.append(stop)
        limits.append(limit)

    for node, limit in enumerate(np.rint(capacity.ravel() * SCALE).astype(int).tolist()):
        arc(2 * node, 2 * node + 1, limit)
    for country in range(countries):
        arc(source, 2 * country, _FREE)
    for step, allowed in enumerate(arcs):
        last = step == steps - 1
        for one, other in np.argwhere(allowed).tolist():
            target = base + other if last else 2 * ((step + 1) * countries + other)
            arc(2 * (step * countries + one) + 1, target, _FREE)
    for place, limit in enumerate(np.rint(need * SCALE).astype(int).tolist()):
        arc(base + place, sink, limit)
    table = (np.array(limits, dtype=np.int32), (rows, columns))
    return csr_array(table, shape=(nodes, nodes), dtype=np.int32), nodes
