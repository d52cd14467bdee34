"""Domestic value added of a chain: own tonnes in full, others at the share of the last step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.policy.flow import Flows, Line
from midstream.scorecard.draws import Draws

#: Kilograms per tonne over USD per million USD.
MILLIONS = 1000.0 / 1e6


@dataclass(frozen=True, slots=True)
class Valuer:
    """Prices of a line, drawn once, in USD per kg, shape (draw,).

    Attributes:
        price: Of the final form.
        feed: What the feed of the last step costs in one kg of the final form.
        missing: Forms without a price, or not counted in tonnes; then no value can be given.
        inputs: Lineage ids of the prices.
    """

    price: Floats
    feed: Floats
    missing: tuple[str, ...]
    inputs: tuple[str, ...]

    @classmethod
    def of(cls, world: World, draws: Draws, line: Line) -> Valuer:
        """Read the prices of the base year; their stream is named by the estimate."""
        last = line.steps[-2:]
        known = {
            step.form: world.prices[step.form]
            for step in last
            if step.form in world.prices and world.prices[step.form].known
        }
        missing = tuple(
            step.form
            for step in last
            if step.form not in known or not world.units[step.form].startswith("t")
        )
        blank = np.full(draws.size, np.nan)
        if missing or len(last) < 2:
            return cls(blank, blank, missing, ())
        feed, final = (draws.estimate(known[step.form], "price", "low") for step in last)
        inputs = tuple(known[step.form].lineage for step in last)
        return cls(final, feed * line.per_final[-2], (), inputs)

    def value(self, flows: Flows, made: Floats) -> Floats:
        """Domestic value added, USD million a year, shape (draw,).

        ``P x sovereign + (P - feed) x (made - sovereign)``: the tonnes that stand on own feed all
        the way count in full, the others with what the last step adds, at least nothing.

        Args:
            flows: Flows of the line.
            made: Output of the final form after limits, t a year.
        """
        others = np.maximum(0.0, made - flows.sovereign)
        step = np.maximum(0.0, self.price - self.feed)
        return np.asarray((self.price * flows.sovereign + step * others) * MILLIONS)
