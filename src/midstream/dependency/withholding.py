"""What is lost when a holder withholds: all measures of leverage as arrays over draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from midstream.chain.estimate import Component, Floats
from midstream.chain.needs import NeedRanges, need_shares
from midstream.chain.routes import Route
from midstream.chain.world import World
from midstream.dependency.extraction import chain_loss
from midstream.dependency.graph import Flags, StageGraph
from midstream.dependency.maxflow import left_at_all, left_at_step
from midstream.dependency.node_values import node_values
from midstream.dependency.replace import Additions, additions, loss_years
from midstream.dependency.shapley import shapley
from midstream.dependency.streams import Streams

#: Draws for measures that cost 2^n or a roll through all forms.
FEW = 256
#: Draws for the Shapley values of single nodes.
NODE_DRAWS = 100


@dataclass(frozen=True)
class Withholding:
    """Measures of the holders of a chain at one end of the evidence box.

    Shapes are (draw, step, holder), with a last step for all steps at once where it says so.

    Attributes:
        graph: The stage graph.
        columns: Position of each holder among the graph's countries.
        left: Flow left over world need, last step for all steps at once.
        years: Loss times time, in years of world need, without a step for all.
        extraction: Loss by hypothetical extraction, last step for all steps at once.
        rest: Supply outside the holder over need outside it, few draws; ``nan`` where the need
            of the holder is not known.
        nodes: Shapley values of the holders' nodes, few draws.
        whole: Shapley values of the holders over all steps, (draw, holder), few draws.
        error: Largest standard error of the sampled Shapley values.
    """

    graph: StageGraph
    columns: tuple[int, ...]
    left: Floats
    years: Floats
    extraction: Floats
    rest: Floats
    nodes: Floats
    whole: Floats
    error: float

    @cached_property
    def share(self) -> Floats:
        """Shares of world output of the holders."""
        return np.asarray(self.graph.share[:, :, list(self.columns)])

    @cached_property
    def loss(self) -> Floats:
        """Share of world need lost, last step for all steps at once."""
        return 1 - self.left


@dataclass(frozen=True)
class Replacement:
    """What can come in at every step of a chain; the same at both ends and for all holders."""

    steps: tuple[Additions, ...]

    @classmethod
    def of(cls, world: World, route: Route, streams: Streams) -> Replacement:
        """Collect the additions of the counted steps."""
        return cls(tuple(additions(world, step.form, streams) for step in route.counted))


def step_leverage(
    graph: StageGraph, columns: Sequence[int], replacement: Replacement
) -> tuple[Floats, Floats]:
    """Flow left and loss-years when holders withhold at one step, shape (draw, step, holder)."""
    places = list(columns)
    left = left_at_step(graph.capacity)[:, :, places]
    holders = [graph.countries[place] for place in places]
    years = np.empty_like(left)
    for step, coming in enumerate(replacement.steps):
        outside = 1 - graph.share[:, step, places]
        years[:, step] = loss_years(1 - left[:, step], outside, coming, holders)
    return left, years


def withholding(
    graph: StageGraph,
    columns: Sequence[int],
    own: Flags,
    streams: Streams,
    replacement: Replacement,
    needs: Floats,
) -> Withholding:
    """Measure what some holders of a chain command.

    Args:
        graph: The stage graph at one end.
        columns: Positions of the holders among the graph's countries.
        own: Nodes that play on their own, from `owned`.
        streams: Draws.
        replacement: What can come in.
        needs: Share of each holder in the need of each step, from `needs_of`.
    """
    left, years = step_leverage(graph, columns, replacement)
    everywhere = left_at_all(graph.capacity)[:, list(columns)]
    few = graph.first(FEW)
    whole = shapley(_players(few, columns, own), streams.generator("shapley/whole"))
    return Withholding(
        graph=graph,
        columns=tuple(columns),
        left=np.concatenate([left, everywhere[:, None]], axis=1),
        years=years,
        extraction=_extraction(graph.share[:, :, list(columns)]),
        rest=_rest(graph, columns, needs),
        nodes=_nodes(graph.first(NODE_DRAWS), columns, own),
        whole=whole.values[:, : len(columns)],
        error=float(whole.error.max()),
    )


def owned(graph: StageGraph, floor: float, alone: int | None = None) -> Flags:
    """Nodes with at least a floor share of their step on record, shape (step, country).

    Args:
        graph: The stage graph.
        floor: The share.
        alone: Position of the only country asked about, whose nodes all count.
    """
    own = graph.known & (np.median(graph.share, axis=0) >= floor)
    own[:, -1] = False
    if alone is not None:
        own[:, alone] = True
    return np.asarray(own)


def _extraction(share: Floats) -> Floats:
    """Extraction losses at each step and, last, at all steps at once."""
    steps = share.shape[1]
    single = [chain_loss(share, np.arange(steps) == step) for step in range(steps)]
    return np.stack([*single, chain_loss(share, np.ones(steps, dtype=bool))], axis=1)


def needs_of(world: World, route: Route, holders: tuple[str, ...], streams: Streams) -> Floats:
    """Share of each holder in the need of each step, few draws; ``nan`` where it is not known.

    Rolled back from the devices as for the scorecard. Forms that no step of the chain goes into
    cannot matter and are left out.
    """
    few = Streams(streams.evidence, min(FEW, streams.size), streams.seed)
    forms = _downstream(world, {step.form for step in route.counted})
    part = world.with_parts(forms=tuple(form for form in world.forms if form in forms))
    needs = need_shares(part, holders, few.plain, need_ranges(few), world.need_scale)
    return np.stack([needs[step.form] for step in route.counted], axis=1)


def _downstream(world: World, forms: set[str]) -> set[str]:
    """Some forms and everything they go into."""
    found, new = set(forms), set(forms)
    while new:
        new = {use.output for form in new for use in world.uses.get(form, ())} - found
        found |= new
    return found


def _rest(graph: StageGraph, columns: Sequence[int], needs: Floats) -> Floats:
    """``(1 - share) / (1 - need share)`` of each holder at each step."""
    supply = 1 - graph.share[: needs.shape[0], :, list(columns)]
    other = 1 - needs
    # A holder that is the whole of the need leaves no need to be met outside it.
    return np.where(other > 0, supply / np.where(other > 0, other, 1.0), np.nan)


def need_ranges(streams: Streams, *, central: bool = False) -> NeedRanges:
    """Ranges of the proxies that stand in where no need is on record.

    Args:
        streams: Gives the parameters.
        central: Whether they stand at their central values instead.
    """
    gdp, activity = (_range(streams, name, central) for name in ("gdp.factor", "need.activity"))
    return NeedRanges(gdp, 0.0 if central else streams.value("gdp.form"), activity)


def _range(streams: Streams, name: str, central: bool) -> Component:
    quantity = streams.evidence.parameter(name)
    value = float(quantity.value or 0.0)
    if central or quantity.low is None or quantity.high is None:
        return Component(value, value, value)
    return Component(value, quantity.low, quantity.high)


def _players(graph: StageGraph, columns: Sequence[int], own: Flags) -> Floats:
    """Capacities of the asked holders, the other listed ones and the pooled rest."""
    others = [place for place in np.flatnonzero(own.any(axis=0)).tolist() if place not in columns]
    named = [*columns, *others]
    pooled = np.delete(graph.capacity, named, axis=2).sum(axis=2, keepdims=True)
    return np.concatenate([graph.capacity[:, :, named], pooled], axis=2)


def _nodes(graph: StageGraph, columns: Sequence[int], own: Flags) -> Floats:
    """Shapley values of the holders' nodes, shape (draw, step, holder).

    Nodes below the floor are one node a step; a holder with too little at a step has no node of
    its own there (``nan``).
    """
    places = [np.flatnonzero(row).tolist() for row in own]
    layers = []
    for step, named in enumerate(places):
        pool = np.delete(graph.capacity[:, step], named, axis=1).sum(axis=1, keepdims=True)
        layers.append(np.concatenate([graph.capacity[:, step, named], pool], axis=1))
    values = np.full((graph.share.shape[0], len(places), len(columns)), np.nan)
    for step, (named, found) in enumerate(zip(places, node_values(layers), strict=True)):
        for place, column in enumerate(columns):
            if column in named:
                values[:, step, place] = found[:, named.index(column)]
    return values
