"""The stage graph of a chain: who can make how much of the final form, step by step.

Every node is a country at a step. Its capacity is measured in units of the world need of the
final form: the world output of a step that is passed on is the need of the next step, so the
shares of world output add to one at every step. What the amounts on record leave over between
two steps is stated as a residual and not forced away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import End, Estimate, Floats
from midstream.chain.readings import WORLD
from midstream.chain.routes import Route, Step
from midstream.chain.world import World
from midstream.dependency.streams import Streams

#: The node that stands for all output nobody names.
REST = "ROW"

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class StageGraph:
    """The graph of one chain at one end of its evidence box.

    Attributes:
        chain: Id of the chain.
        steps: Its counted steps from the ore onwards.
        countries: Countries with an output on record at some step, then `REST`.
        share: Share of world output, shape (draw, step, country); sums to one over countries.
        reserve: Feed of other uses that can be turned to the chain, over what the chain uses
            today, shape (draw, step); zero at the last step.
        known: Whether somebody counts the output, shape (step, country).
        end: Which end the outputs nobody counts take.
    """

    chain: str
    steps: tuple[Step, ...]
    countries: tuple[str, ...]
    share: Floats
    reserve: Floats
    known: Flags
    end: End

    @cached_property
    def capacity(self) -> Floats:
        """Capacity over the world need of the final form, shape (draw, step, country).

        ``share x (1 + reserve)``: feed beyond what the next step uses cannot block as far as it
        can be turned to the chain.
        """
        return self.share * (1 + self.reserve[:, :, None])

    @property
    def stages(self) -> tuple[str, ...]:
        """Stage of each step."""
        return tuple(step.stage for step in self.steps)

    def strict(self) -> StageGraph:
        """The same graph when no feed of other uses can be turned to the chain."""
        none = np.zeros_like(self.reserve)
        parts = (self.chain, self.steps, self.countries, self.share, none, self.known, self.end)
        return StageGraph(*parts)

    def first(self, draws: int) -> StageGraph:
        """The graph of the first draws, for measures that need fewer."""
        share, reserve = self.share[:draws], self.reserve[:draws]
        return StageGraph(
            self.chain, self.steps, self.countries, share, reserve, self.known, self.end
        )


def stage_graph(
    world: World, route: Route, streams: Streams, end: End, holder: str | None = None
) -> StageGraph:
    """Build the graph of a chain.

    The rule that splits what nobody names: it moves with the named output, and it is the world
    total less the named countries at the low end, at most the highest bound of an unnamed
    country at the high end. Countries with a bound take their end of it as far as this allows;
    the remainder is one node, `REST`, that no holder commands.

    Args:
        world: The world.
        route: The chain.
        streams: Draws.
        end: End that outputs nobody counts take.
        holder: A country that is to be a node even where nobody counts it.
    """
    countries = _named(world, route.counted, holder)
    parts = [_shares(world, step.form, countries, streams, end, holder) for step in route.counted]
    return StageGraph(
        chain=route.id,
        steps=route.counted,
        countries=(*countries, REST),
        share=np.stack([share for share, _ in parts], axis=1),
        reserve=np.stack(_reserves(route, streams), axis=1),
        known=np.stack([known for _, known in parts]),
        end=end,
    )


def _named(world: World, steps: Sequence[Step], holder: str | None) -> tuple[str, ...]:
    forms = {step.form for step in steps}
    named = {c for (form, c), e in world.outputs.items() if form in forms and e.value}
    return tuple(sorted((named | ({holder} if holder else set())) - {WORLD}))


def _shares(
    world: World,
    form: str,
    countries: Sequence[str],
    streams: Streams,
    end: End,
    holder: str | None,
) -> tuple[Floats, Flags]:
    """Shares of world output with the rest last, shape (draw, country), and who is counted."""
    estimates = [world.outputs.get((form, country)) for country in countries]
    known = np.array([e is not None and e.value is not None for e in estimates])
    amounts = np.stack([_drawn(e, streams) for e in estimates], axis=1)
    centre = sum(e.value or 0.0 for e in estimates if e is not None)
    unnamed = max(0.0, (world.world_output[form].value or 0.0) - centre)
    if end == "high":
        unnamed = max(unnamed, _highest_bound(world, form))
    held = np.array(
        [
            0.0 if counted else _bound(estimate, end, unnamed, asked=country == holder)
            for country, estimate, counted in zip(countries, estimates, known, strict=True)
        ]
    )
    if held.sum() > unnamed:
        # Bounds of several countries are bounds on one and the same residual.
        held *= unnamed / held.sum()
    # What nobody names moves with what is named, so that a level that is off for all
    # countries alike does not turn into a share.
    scale = amounts.sum(axis=1) / centre
    amounts += scale[:, None] * held
    rest = scale * (unnamed - held.sum())
    whole = np.concatenate([amounts, rest[:, None]], axis=1)
    return whole / whole.sum(axis=1, keepdims=True), np.append(known, True)


def _drawn(estimate: Estimate | None, streams: Streams) -> Floats:
    if estimate is None or estimate.value is None:
        return np.zeros(streams.size)
    return streams.estimate(estimate, "low")


def _bound(estimate: Estimate | None, end: End, unnamed: float, *, asked: bool) -> float:
    """Output of a country nobody counts.

    An open one, and one asked about that the world does not follow, may be all that nobody names;
    others the world does not follow stay in the rest.
    """
    if estimate is None and not asked:
        return 0.0
    if estimate is None or estimate.standing == "open":
        return 0.0 if end == "low" else unnamed
    return estimate.low if end == "low" else estimate.high


def _highest_bound(world: World, form: str) -> float:
    bounds = [
        estimate.high
        for (name, country), estimate in world.outputs.items()
        if name == form and country != WORLD and estimate.standing == "bounded"
    ]
    return max(bounds, default=0.0)


def _reserves(route: Route, streams: Streams) -> list[Floats]:
    """Feed of other uses over the chain's own use: ``diversion x (1 / passed on - 1)``."""
    diversion = streams.parameter("leverage.diversion")
    reserves = []
    for step, after in zip(route.counted, (*route.counted[1:], None), strict=True):
        if after is None or step.passed_on is None:
            reserves.append(np.zeros(streams.size))
            continue
        passed = streams.component(step.passed_on, f"passed/{step.form}/{after.form}")
        reserves.append(diversion * (1 / np.clip(passed, 1e-6, 1.0) - 1))
    return reserves


def residuals(world: World, route: Route) -> tuple[float | None, ...]:
    """What the amounts on record leave over between consecutive steps, by step but the last.

    ``passed on x world output / (amount per unit x world output of the next step) - 1``; zero
    where one of them was itself taken from the balance, ``None`` where one is unknown.
    """
    found: list[float | None] = []
    for step, after in pairwise(route.counted):
        made = world.world_output[step.form].value
        used = world.world_output[after.form].value
        if step.passed_on is None or step.per_next is None or not made or not used:
            found.append(None)
            continue
        found.append(step.passed_on.value * made / (step.per_next.value * used) - 1)
    return tuple(found)


def observed_arcs(world: World, graph: StageGraph) -> tuple[Flags, ...]:
    """Arcs along which feed was seen to move, one matrix (country, partner) a step but the last.

    Where customs codes name the form, an arc is there if the base year has a flow; every country
    feeds itself, and what nobody names is tied to everybody. Other steps have every arc.
    """
    position = {country: index for index, country in enumerate(graph.countries)}
    size, found = len(position), []
    for step in graph.steps[:-1]:
        flows = world.flows.get(step.form, ())
        arcs = np.eye(size, dtype=bool) if flows else np.ones((size, size), dtype=bool)
        arcs[-1, :] = arcs[:, -1] = True
        for flow in flows:
            if flow.exporter in position and flow.importer in position:
                arcs[position[flow.exporter], position[flow.importer]] |= flow.value_kusd > 0
        found.append(arcs)
    return tuple(found)
