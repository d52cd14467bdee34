"""From drivers to paths and needs: plants, secondary supply and limits, put in order.

`midstream.scenarios.outlook_future` reads scenarios from what this gives; the policy room reads
scores from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from midstream.chain.estimate import Floats
from midstream.scenarios import drivers as driving
from midstream.scenarios import limits, pipeline, secondary
from midstream.scenarios.cellwise import Cellwise
from midstream.scenarios.demand import needs as needs_of
from midstream.scenarios.frame import DriverDraws, Frame, Needs, Paths, Place, Volume
from midstream.scenarios.nudge import Nudge
from midstream.scenarios.secondary_streams import reached_places

if TYPE_CHECKING:
    from midstream.scenarios.outlook_future import CounterEffects, Given, Setup

#: Driver that counter-moves stand for where they are simulated.
COUNTER = "counter-move"
#: Drivers that are handed on as they stand: to needs, and to the limits of feed.
DEMAND, FEED = "demand", "feed-clearance"
#: Nothing on top of a run.
NOTHING = Nudge()


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a run gives before scenarios are read from it.

    Attributes:
        needs: Needs.
        limited: Paths after secondary supply and limits.
        unheld: Output before limits, shape (draw, year, place), where it was asked for.
        recovered: Cell -> output from recovered material, shape (draw, year), where asked for.
        nudge: What was laid on top.
    """

    needs: Needs
    limited: limits.Limited
    unheld: Volume | None = None
    recovered: Mapping[Place, Floats] = field(default_factory=dict)
    nudge: Nudge = NOTHING

    @property
    def paths(self) -> Paths:
        """Capacity and output after secondary supply and limits."""
        return self.limited.paths

    @property
    def frame(self) -> Frame:
        """Draws and years."""
        return self.needs.frame


def counter_effects(setup: Setup, frame: Frame) -> CounterEffects | None:
    """What counter-moves do to the projects; ``None`` where they are left to their driver."""
    return setup.counter(frame, setup.projects) if setup.counter else None


def ready(setup: Setup, given: Given, keep: bool = False) -> pipeline.Ready:
    """Draw the pipeline of a setup; kept numbers make another run of it cheaper."""
    places = setup.narrow.places if setup.narrow else None
    return pipeline.ready(
        given.frame,
        setup.world,
        setup.evidence,
        setup.projects,
        given.classes,
        places=places,
        keep=keep,
    )


def simulated(
    setup: Setup,
    given: Given,
    values: DriverDraws,
    *,
    effects: CounterEffects | None = None,
    nudge: Nudge = NOTHING,
    single: bool = False,
    unheld: bool = False,
    executor: Executor | None = None,
) -> Simulated:
    """Run from drivers to paths and needs.

    Args:
        setup: What stays the same.
        given: Drawn parameters.
        values: Drivers of the focus country.
        effects: Counter-moves; ``None`` leaves them to their driver.
        nudge: What is laid on top.
        single: Whether paths and needs are kept as 32-bit numbers.
        unheld: Whether output before limits, and what is recovered, are kept beside the paths.
        executor: Threads that make cells; the result is the same with any number of them.
    """
    world, evidence = setup.world, setup.evidence
    needs = given.needs or drawn_needs(setup, given, values, nudge, single)
    needs = nudge.needed(needs)
    raw = _paths(setup, given, values, effects, nudge, needs, single, executor)
    reads = setup.narrow.reads if setup.narrow else None
    found = secondary.secondary(evidence, world, given.frame, needs, raw, reads=reads, apart=False)
    fuller = secondary.added(raw, found)
    kept = _kept(found, nudge) if unheld else {}
    fuller = _recovered(fuller, nudge)
    limited = limits.limited(
        evidence,
        world,
        fuller,
        feed=nudge.shifted(FEED, values.of(FEED)),
        secondary=found,
        more=limits.More(nudge.feed, nudge.withheld, nudge.recovered),
    )
    limited = replace(limited, paths=_kept_of(limited.paths, nudge))
    before = fuller.output if unheld else None
    return Simulated(needs, limited, before, kept, nudge)


def drawn_needs(
    setup: Setup, given: Given, values: DriverDraws, nudge: Nudge = NOTHING, single: bool = False
) -> Needs:
    """Needs of a run, before a nudge multiplies some of them."""
    return needs_of(
        setup.evidence,
        setup.world,
        given.frame,
        nudge.shifted(DEMAND, values.of(DEMAND)),
        places=setup.narrow.needed if setup.narrow else None,
        ground=setup.ground,
        single=single,
    )


def _paths(
    setup: Setup,
    given: Given,
    values: DriverDraws,
    effects: CounterEffects | None,
    nudge: Nudge,
    needs: Needs,
    single: bool,
    executor: Executor | None,
) -> Paths:
    """Paths of projects and later entrants, with room for cells that secondary supply adds."""
    drawn = given.ready or ready(setup, given)
    pushed = pushed_by(setup, given, values, effects)
    alive = nudge.alive if effects is None else _both(effects.alive, nudge.alive)
    rates = dict(pushed.entrant_rate)
    for place, multiple in nudge.entrants.items():
        rates[place] = rates[place] * multiple if place in rates else multiple
    moves = pipeline.Moves(
        log_odds=pushed.log_odds if nudge.log_odds is None else pushed.log_odds + nudge.log_odds,
        delay_factor=_both(pushed.delay_factor, nudge.delay_factor),
        alive=alive,
        entrant_rate=rates,
        slip=nudge.slip,
    )
    counted = [place for place, known in zip(drawn.places, drawn.counted, strict=True) if known]
    reads = setup.narrow.reads if setup.narrow else None
    spare = reached_places(setup.evidence, needs, counted, reads)
    return drawn.run(moves, spare=spare, single=single, executor=executor)


def _both(first: Floats, second: Floats | None) -> Floats:
    return first if second is None else np.asarray(first * second)


def _kept_of(paths: Paths, nudge: Nudge) -> Paths:
    """Paths with the share of the output that a nudge leaves of some cells."""
    output, base = Cellwise.of(paths.output), Cellwise.of(paths.base)
    for place, share in nudge.kept.items():
        if place in paths.places:
            number = paths.place(*place)
            output[:, :, number] = output[:, :, number] * share
            base[:, :, number] = base[:, :, number] * share
    return replace(paths, output=output, base=base)


def _kept(found: secondary.Secondary, nudge: Nudge) -> dict[Place, Floats]:
    """Output from recovered material by cell, shape (draw, year) each."""
    kept = {
        place: found.recycled[:, :, number] + found.added[:, :, number] - found.short[:, :, number]
        for number, place in enumerate(found.places)
    }
    for place, more in nudge.recovered.items():
        kept[place] = kept[place] + more if place in kept else more
    return kept


def _recovered(paths: Paths, nudge: Nudge) -> Paths:
    """Paths with more output from recovered material."""
    output = Cellwise.of(paths.output)
    for place, more in nudge.recovered.items():
        if place in paths.places:
            number = paths.place(*place)
            output[:, :, number] = output[:, :, number] + more
    return replace(paths, output=output)


def pushed_by(
    setup: Setup, given: Given, values: DriverDraws, effects: CounterEffects | None
) -> driving.Push:
    """What drivers do to projects; counter-moves that are simulated replace their driver."""
    pusher = driving.Pusher(
        known=driving.drivers(setup.evidence),
        sizes=given.sizes,
        frame=given.frame,
        focus=setup.focus,
        incumbents=setup.incumbents,
        silent=frozenset({COUNTER} if effects is not None else ()),
    )
    pushed = pusher.push(values, setup.projects, setup.later)
    if effects is None:
        return pushed
    return replace(
        pushed,
        log_odds=pushed.log_odds + effects.log_odds,
        delay_factor=pushed.delay_factor * effects.delay_factor,
    )
