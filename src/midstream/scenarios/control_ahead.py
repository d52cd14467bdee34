"""Control of a cell in a later year: today's mix of holders with those of plants that came on line.

The categories and their values are those of the scorecard; only their weights move, draw by draw.
Feed, permits and political stability stay as they are today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.holding import category
from midstream.scenarios.frame import Project
from midstream.scorecard.cells import Cells
from midstream.scorecard.ladder import CONTROLS


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Plants of one cell that came on line by a year, draw by draw.

    Attributes:
        projects: Projects of the cell.
        output: What each makes in the year, in the unit of the form, shape (draw, project).
        others: What later entrants nobody names yet make, shape (draw,).
        standing: What plants that run today still make, shape (draw,).
    """

    projects: tuple[Project, ...]
    output: Floats
    others: Floats
    standing: Floats


def components(cells: Cells, form: str, country: str, today: Floats, arrivals: Arrivals) -> Floats:
    """Components of control of a cell with its arrivals, shape (5, draw), in `CONTROLS` order.

    ``component = (standing x today's + sum of output x value of its category) / all output``;
    today's where nothing new has come on line. An arrival without an owner on record counts as
    `unknown`, and so do entrants nobody names yet.

    Args:
        cells: Cells of the scorecard, which hold the values of the categories.
        form, country: The cell.
        today: Today's components, shape (5, draw).
        arrivals: What came on line.
    """
    mixed = today.copy()
    total = arrivals.standing + arrivals.output.sum(axis=1) + arrivals.others
    if not (arrivals.output.any() or arrivals.others.any()):
        return mixed
    dominant = cells.world.leaders[form][0] if form in cells.world.leaders else None
    for name, field in (("ownership", "owner"), ("technology", "technology")):
        row = CONTROLS.index(name)
        held = arrivals.standing * today[row]
        kinds = [category(getattr(p, field), country, dominant) for p in arrivals.projects]
        for kind, weight in _weights(kinds, arrivals).items():
            held = held + weight * cells.category(kind, form, country, name)
        mixed[row] = np.divide(held, total, out=today[row].copy(), where=total > 0)
    return mixed


def _weights(kinds: Sequence[str], arrivals: Arrivals) -> dict[str, Floats]:
    """Output of what is new by category, shape (draw,)."""
    weights: dict[str, Floats] = {"unknown": arrivals.others} if arrivals.others.any() else {}
    for number, kind in enumerate(kinds):
        weights[kind] = weights.get(kind, 0.0) + arrivals.output[:, number]
    return weights
