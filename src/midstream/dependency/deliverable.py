"""What can be delivered to whom when feed moves only along trade that was seen.

The measures of `midstream.dependency.leverage` let all feed go anywhere. Here arcs follow the
flows of the base year where customs codes name the form, and the sink is the need of the world,
of the world outside the holder, or of one importer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.needs import need_shares
from midstream.chain.routes import Route, route
from midstream.chain.world import World
from midstream.dependency.graph import Flags, StageGraph, observed_arcs, stage_graph
from midstream.dependency.leverage import check_holder
from midstream.dependency.maxflow import Flow, maximum
from midstream.dependency.records import Recorder
from midstream.dependency.streams import Streams
from midstream.dependency.withholding import Replacement, need_ranges
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity

Arcs = Literal["all", "observed"]
#: Draws from which the central capacities are taken.
DRAWS = 500


@dataclass(frozen=True)
class Deliverable:
    """What a sink gets when a holder withholds.

    Attributes:
        route: The chain.
        holder: Who withholds, at every step or at one.
        importer: Whose need the sink is; blank for the world outside the holder.
        arcs: ``all`` or ``observed``.
        met: Share of the need met. With an importer: its part pro rata, low if it is served last
            and high if it is served first.
        before: The same without withholding.
        cut: (stage, form, country) of the nodes that stop delivery.
        ledger: Lineage on top of the world's.
    """

    route: Route
    holder: str
    importer: str
    arcs: Arcs
    met: Quantity
    before: Quantity
    cut: tuple[tuple[str, str, str], ...]
    ledger: Ledger = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "chain": self.route.id,
            "holder": self.holder,
            "importer": self.importer,
            "arcs": self.arcs,
            "met": self.met.to_dict(),
            "before": self.before.to_dict(),
            "cut": [dict(zip(("stage", "form", "country"), n, strict=True)) for n in self.cut],
        }


def deliverable(
    evidence: Evidence,
    world: World,
    chain: str,
    holder: str,
    importer: str = "",
    form: str = "",
    arcs: Arcs = "observed",
    seed: int = 1,
) -> Deliverable:
    """Measure what a sink gets when a holder withholds, at central figures.

    Args:
        evidence: The release.
        world: The world.
        chain: Id of a chain.
        holder: Who withholds.
        importer: Whose need is to be met; by default that of the world outside the holder.
        form: Step at which the holder withholds; by default every step.
        arcs: Whether feed moves along trade seen or anywhere.
        seed: Seed of the draws the central capacities are taken from.

    Raises:
        InputError: if chain, holder, form or importer is unknown, or holder and importer are one.
    """
    line = route(evidence, world, chain)
    check_holder(evidence, world, [line], holder)
    rows = _steps(line, form)
    streams = Streams(evidence, DRAWS, seed)
    if importer:
        _check_importer(evidence, importer, holder)
    graph = stage_graph(world, line, streams, "low", importer or holder)
    if holder not in graph.countries:
        graph = stage_graph(world, line, streams, "low", holder)
    network = _Network.of(world, line, graph, streams, holder, importer, arcs)
    capacity = np.median(graph.capacity, axis=0)
    held = capacity.copy()
    held[rows, graph.countries.index(holder)] = 0.0
    flow = maximum(held, network.arcs, network.need, network.deliveries)
    recorder = Recorder(evidence, world, line, Replacement(()))
    place = f"{holder}/{form or 'all'}/{importer or 'outside'}/{arcs}/{line.id}"
    met = _entered(recorder, f"met/{place}", "Need met when withheld", network.met(held))
    before = _entered(recorder, f"met-before/{place}", "Need met today", network.met(capacity))
    cut = tuple(_named(graph, flow, held))
    return Deliverable(line, holder, importer, arcs, met, before, cut, recorder.ledger)


def _steps(line: Route, form: str) -> list[int]:
    forms = [step.form for step in line.counted]
    if form and form not in forms:
        raise InputError(
            f"no step {form!r} in the chain {line.id!r}",
            where="--form",
            why=f"its steps with evidence are {', '.join(forms)}",
            mend="name one of them, or leave it out to withhold at every step",
        )
    return [forms.index(form)] if form else list(range(len(forms)))


def _check_importer(evidence: Evidence, importer: str, holder: str) -> None:
    row = evidence.countries.get(importer)
    if row is None or row["kind"] != "country" or importer == holder:
        same = importer == holder
        raise InputError(
            "holder and importer are one country" if same else f"unknown country {importer!r}",
            where="--importer",
            why="an importer is a country other than the one that withholds",
            mend="use the three letters of another country",
        )


@dataclass(frozen=True)
class _Network:
    """Arcs and sinks: the importer (if any), everybody else outside the holder."""

    arcs: tuple[Flags, ...]
    need: Floats
    deliveries: Flags

    @classmethod
    def of(
        cls,
        world: World,
        line: Route,
        graph: StageGraph,
        streams: Streams,
        holder: str,
        importer: str,
        kind: Arcs,
    ) -> _Network:
        size = len(graph.countries)
        seen = replace(graph, steps=(*graph.steps, graph.steps[-1]))
        every = [np.ones((size, size), dtype=bool) for _ in graph.steps]
        *between, last = observed_arcs(world, seen) if kind == "observed" else every
        own, rest = _needs(world, line, streams, holder, importer)
        if not importer:
            # Somebody outside the holder can always be found that a seller delivers to.
            return cls(tuple(between), np.array([rest]), np.ones((size, 1), dtype=bool))
        deliveries = np.ones((size, 2), dtype=bool)
        deliveries[:, 0] = last[:, graph.countries.index(importer)]
        return cls(tuple(between), np.array([own, rest]), deliveries)

    def met(self, capacity: Floats) -> tuple[float, float | None, float | None]:
        """Share of need met: pro rata, served last, served first."""

        def flow(*sinks: int) -> float:
            chosen = list(sinks)
            need = self.need[chosen]
            found = maximum(capacity, self.arcs, need, self.deliveries[:, chosen])
            return found.value * float(need.sum())

        if self.need.size == 1:
            return flow(0) / float(self.need[0]), None, None
        own, both = float(self.need[0]), flow(0, 1)
        first = flow(0) / own
        last = min(first, max(0.0, both - flow(1)) / own)
        shared = min(first, max(last, both / float(self.need.sum())))
        return shared, last, first


def _needs(
    world: World, line: Route, streams: Streams, holder: str, importer: str
) -> tuple[float, float]:
    """Central need of the importer and of everybody else outside the holder.

    Proxies stand at their central values: need by GDP share, activity by output share.

    Raises:
        InputError: if neither activity nor GDP of one of them is on record.
    """
    form = line.counted[-1].form
    countries = (holder, importer) if importer else (holder,)

    def middle(_: str) -> Floats:
        return np.full(1, 0.5)

    ranges = need_ranges(streams, central=True)
    shares = need_shares(world, countries, middle, ranges, world.need_scale)
    found = dict(zip(countries, shares[form][0].tolist(), strict=True))
    for country, share in found.items():
        if not 0 <= share < 1:
            raise InputError(
                f"the need of {country} is not known",
                where=form,
                why="neither its activity downstream nor its GDP is on record",
                mend="ask about another country",
            )
    own = found.get(importer, 0.0)
    return own, max(0.0, 1 - found[holder] - own)


def _named(graph: StageGraph, flow: Flow, capacity: Floats) -> list[tuple[str, str, str]]:
    """The nodes of the cut that still hold something; a need that is met has no stage or form."""
    found = []
    for step, place in flow.cut:
        if step == len(graph.steps):
            found.append(("", "", "need"))
        elif capacity[step, place] > 0:
            part = graph.steps[step]
            found.append((part.stage, part.form, graph.countries[place]))
    return found


def _entered(
    recorder: Recorder, place: str, title: str, numbers: Sequence[float | None]
) -> Quantity:
    value, low, high = numbers
    lineage = f"f:dependency.{place}"
    quantity = Quantity(value, low, high, "ratio", "modelled", lineage)
    inputs = (*recorder.inputs_of_flow(), "par:gdp.factor", "par:need.activity")
    formula = "maximum flow to the sink over its need"
    note = "pro rata; low if the importer is served last, high if first" if low is not None else ""
    name = f"{title}: {recorder.line.name}"
    recorder.ledger.add(
        Node(lineage, "formula", name, quantity, inputs=inputs, formula=formula, note=note)
    )
    return quantity
