"""What is laid on top of a run: policies and stress tests that the record does not hold.

A nudge is arrays only. A run without one, or with an empty one, is the run itself to the bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from midstream.chain.estimate import Floats
from midstream.scenarios.cellwise import Cellwise
from midstream.scenarios.frame import Needs, Place


@dataclass(frozen=True, slots=True)
class Nudge:
    """What is added to a run, draw by draw.

    Attributes:
        log_odds: Added to the log-odds of completion, shape (draw, project); ``-inf`` takes a
            project out.
        delay_factor: Multiplies the delay, >= 0, shape (draw, project).
        slip: Months added to the start, shape (draw, project).
        alive: Share of its output a project keeps, 0..1, shape (draw, year, project).
        entrants: Cell -> multiple of the rate of later entrants, shape (draw,) or (year, draw).
        drivers: Driver that is handed on as it stands (demand, clearance of feed) -> shift in
            standard deviations, shape (draw,).
        feed: Cell -> output more that its feed allows, shape (draw, year).
        withheld: Feed -> share of it that does not come from abroad, 0..1, shape (draw, year).
        recovered: Cell -> output from recovered material more, shape (draw, year); it takes no
            feed from the ground.
        need: Cell -> multiple of its need, shape (draw, year).
        kept: Cell -> share of its output that is left in the end, 0..1, shape (draw, year).
    """

    log_odds: Floats | None = None
    delay_factor: Floats | None = None
    slip: Floats | None = None
    alive: Floats | None = None
    entrants: Mapping[Place, Floats] = field(default_factory=dict)
    drivers: Mapping[str, Floats] = field(default_factory=dict)
    feed: Mapping[Place, Floats] = field(default_factory=dict)
    withheld: Mapping[str, Floats] = field(default_factory=dict)
    recovered: Mapping[Place, Floats] = field(default_factory=dict)
    need: Mapping[Place, Floats] = field(default_factory=dict)
    kept: Mapping[Place, Floats] = field(default_factory=dict)

    def shifted(self, driver: str, values: Floats) -> Floats:
        """A driver with its shift, shape (draw,)."""
        shift = self.drivers.get(driver)
        return values if shift is None else np.asarray(values + shift)

    def needed(self, needs: Needs) -> Needs:
        """Needs with the multiples of the cells that have one; the world's need moves along.

        What a country needs more, the world needs more: its own share of the rise is added to
        ``WLD`` and, unless it is the leader itself, to the world without the leader.
        """
        if not self.need:
            return needs
        found = Cellwise.of(needs.need)
        for (form, country), multiple in self.need.items():
            if (form, country) not in needs.places:
                continue
            own = needs.places.index((form, country))
            rise = needs.need[:, :, own] * (multiple - 1.0)
            found[:, :, own] = found[:, :, own] + rise
            for number, (other, place) in enumerate(needs.places):
                if other == form and place.startswith("WLD") and place != f"WLD-{country}":
                    found[:, :, number] = found[:, :, number] + rise
        return Needs(needs.frame, needs.places, found, needs.lineage)
