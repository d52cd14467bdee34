"""What the market of a later year reads of paths and needs: output possible and growth of use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.scenarios.frame import Needs, Paths
from midstream.scenarios.scores_paths import WORLD
from midstream.scorecard.cells import Cells
from midstream.shock.network import BalancedBase

#: The node of everybody who is not named.
REST = "ROW"


@dataclass(frozen=True, slots=True)
class ChainInputs:
    """A chain in a later year.

    Attributes:
        possible: Output at unchanged prices, shape (draw, step, country).
        growth: Final use over today's, same shape.
    """

    possible: Floats
    growth: Floats

    def of(self, draws: slice) -> ChainInputs:
        """Some of the draws."""
        return ChainInputs(self.possible[draws], self.growth[draws])


@dataclass(frozen=True, slots=True)
class Pace:
    """How closely capacity outside the register follows the world's need, each of shape (draw,).

    Attributes:
        leader: Of the leader of a form and of makers nobody names.
        named: Of other makers without a project on record.
    """

    leader: Floats
    named: Floats


def chain_inputs(
    base: BalancedBase, cells: Cells, paths: Paths, needs: Needs, year: int, pace: Pace
) -> ChainInputs:
    """Read a chain of a later year.

    A maker makes today's output of the network as far as the path keeps it, and what the path
    adds. No register holds all that is built: where it has no project, and for the leader and
    for makers nobody names whatever it has, output is at least today's times ``growth of world
    need ^ pace``.

    Args:
        base: Network of today.
        cells: Cells of the scorecard on the draws of the outlook.
        paths, needs: The outlook.
        year: A year of it.
        pace: How closely capacity outside the register follows the world's need.
    """
    shape = (paths.frame.draws, *base.network.output.shape)
    possible, growth = np.zeros(shape), np.ones(shape)
    registered = {(project.form, project.country) for project in paths.projects}
    for step, form in enumerate(base.names.forms):
        world = _growth(cells, needs, form, WORLD, year)
        leader = cells.world.leaders.get(form, ("", 0.0))[0]
        for column, country in enumerate(base.names.countries):
            own = _growth(cells, needs, form, country, year, world)
            growth[:, step, column] = own
            made = float(base.network.output[step, column])
            kept, added = _kept(cells, paths, form, country, year)
            output = made * kept + added
            if country in (leader, REST):
                output = np.maximum(output, made * world**pace.leader)
            elif (form, country) not in registered:
                output = np.maximum(output, made * world**pace.named)
            possible[:, step, column] = output
    return ChainInputs(possible, growth)


def _kept(cells: Cells, paths: Paths, form: str, country: str, year: int) -> tuple[Floats, Floats]:
    """Part of today's output still made, and what is added, each of shape (draw,)."""
    ones, none = np.ones(paths.frame.draws), np.zeros(paths.frame.draws)
    if (form, country) not in paths.places:
        return ones, none
    place, at = paths.place(form, country), paths.year(year)
    base = paths.base[:, at, place]
    added = np.maximum(0.0, paths.output[:, at, place] - base)
    if not paths.counted[place]:
        return ones, added
    today = cells.draws.estimate(cells.world.outputs[form, country], "output", "low")
    return np.divide(base, today, out=ones, where=today > 0), added


def _growth(
    cells: Cells,
    needs: Needs,
    form: str,
    country: str,
    year: int,
    fallback: Floats | None = None,
) -> Floats:
    """Need of a place in a year over that of the base year, shape (draw,).

    Where the outlook or today's need is missing: the fallback, else the growth of the world.
    """
    today = cells.need(form, country)
    if (form, country) in needs.places and today is not None:
        then = needs.of(form, country)[:, needs.frame.years.index(year)]
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.where(today > 0, then / today, np.nan)
    else:
        found = np.full(needs.frame.draws, np.nan)
    if fallback is None:
        grown = cells.growth(form)
        time = (year - cells.world.base_year) / (cells.horizon - cells.world.base_year)
        fallback = grown**time
    return np.where(np.isfinite(found), found, fallback)
