"""Counter-moves of incumbents as a part of an outlook."""

from __future__ import annotations

from collections.abc import Sequence

from midstream.chain.world import World
from midstream.counterstrategy.costs import costs_by_ratio
from midstream.counterstrategy.driver import effects
from midstream.counterstrategy.entrants import CostModel
from midstream.evidence import Evidence
from midstream.scenarios.frame import Frame, Project
from midstream.scenarios.outlook_future import Counter, CounterEffects


def counter_moves(evidence: Evidence, world: World, costs: CostModel = costs_by_ratio) -> Counter:
    """Give the counter-moves to hand to `midstream.scenarios.outlook.outlook`.

    Args:
        evidence: Release with the moves on record.
        world: World with the incumbents.
        costs: Costs of a plant, which decide what a flood does to it.

    Returns:
        A function from draws and projects to what moves do to them.
    """

    def simulated(frame: Frame, projects: Sequence[Project]) -> CounterEffects:
        return effects(
            evidence, frame.seed, frame.draws, frame.years, projects, world=world, costs=costs
        )

    return simulated
