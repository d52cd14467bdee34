"""What a move costs and gains the incumbent, by objective.

An objective has two weights: ``lambda`` (0 counts the incumbent's producers only, 1 the state as
a whole, whose home users gain what its producers lose at home) and ``theta`` (what it is worth a
year to keep all entrants out, USD million). Both enter linearly, so a move is computed once and
valued for every objective.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from midstream.chain.estimate import Floats
from midstream.counterstrategy.field import Field
from midstream.counterstrategy.game import Game, climate_of
from midstream.counterstrategy.moves import Move
from midstream.counterstrategy.survival import Standing, started
from midstream.errors import InputError

#: USD per kg times tonnes is thousand USD.
_MILLION = 1e-3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a move does to the incumbent; present values, shape (draw,) each.

    Attributes:
        move: The move.
        loss: What its sales lose, USD million.
        loss_at_home: Part of the loss that its own users gain.
        direct: Other cost (rivals it brings in, equipment not sold), USD million.
        sales: Gain on sales, of which entrants no longer make or at a higher price, USD million.
        kept_out: Discounted years for which all entrants together are kept out; below zero where
            the move brings entrants in.
    """

    move: Move
    loss: Floats
    loss_at_home: Floats
    direct: Floats
    sales: Floats
    kept_out: Floats

    def cost(self, home_weight: float, strategic_value: float = 0.0) -> Floats:
        """Cost of the move: ``loss - lambda loss at home + direct + theta brought in``."""
        _check_objective(home_weight, strategic_value)
        brought = np.maximum(-self.kept_out, 0.0)
        own: Floats = self.loss - home_weight * self.loss_at_home + self.direct
        return own + strategic_value * brought

    def gain(self, strategic_value: float) -> Floats:
        """Gain of the move: ``sales + theta kept out``."""
        _check_objective(0.0, strategic_value)
        gain: Floats = self.sales + strategic_value * np.maximum(self.kept_out, 0.0)
        return gain

    def payoff(self, home_weight: float, strategic_value: float) -> Floats:
        """Gain less cost, USD million, shape (draw,)."""
        return self.gain(strategic_value) - self.cost(home_weight, strategic_value)


def _check_objective(home_weight: float, strategic_value: float) -> None:
    if not 0 <= home_weight <= 1:
        raise InputError(
            f"lambda is {home_weight:g}",
            where="objective",
            why="it is the weight of home users, 0 to 1",
            mend="correct the number",
        )
    if not 0 <= strategic_value < np.inf:
        raise InputError(
            f"theta is {strategic_value:g}",
            where="objective",
            why="it is what keeping entrants out is worth a year, 0 or more USD million",
            mend="correct the number",
        )


def flood_cost_a_year(
    price: float, flooded: float, sales: float, home_weight: float, export_share: Floats
) -> Floats:
    """Cost of a flood a year: ``(P - P_n) Q (1 - lambda (1 - x))``, USD million.

    Args:
        price, flooded: Usual price ``P`` and price during the flood ``P_n``, USD per kg.
        sales: Sales ``Q``, t a year.
        home_weight: ``lambda``.
        export_share: Share sold abroad ``x``, 0..1.
    """
    cost: Floats = (
        (price - flooded) * sales * _MILLION * (1 - home_weight * (1 - np.asarray(export_share)))
    )
    return cost


@dataclass(frozen=True, slots=True)
class Flood:
    """What a flood is whatever entrants do.

    Attributes:
        loss: What sales lose by the price cut, USD million, shape (1,).
        loss_at_home: Part of the loss that users at home gain, shape (draw,).
        margin: Margin of the incumbent, USD per kg, shape (draw, year).
        exposed: Years of the flood that plants have borne at the end of each year.
        closed: Part of each year in which plants it closes are still closed, shape (draw, year).
        put_off: Part of each year in which projects are still put off, shape (year,).
    """

    loss: Floats
    loss_at_home: Floats
    margin: Floats
    exposed: tuple[float, ...]
    closed: Floats
    put_off: Floats

    @classmethod
    def of(cls, move: Move, game: Game) -> Self:
        """Work out a flood."""
        incumbent, begins = game.incumbent, np.arange(game.horizon)
        usual, flooded = incumbent.reference, min(float(move.price or 0.0), incumbent.reference)
        here, export = game.weights(0.0, move.years), incumbent.export_share
        loss = flood_cost_a_year(usual, flooded, incumbent.sales, 0.0, np.ones(1))
        abroad = flood_cost_a_year(usual, flooded, incumbent.sales, 1.0, export)
        during = np.clip(move.years - begins, 0.0, 1.0)
        price = during * flooded + (1 - during) * usual
        back = move.years + game.behaviour.stay
        return cls(
            loss=here * loss,
            loss_at_home=here * (loss - abroad),
            margin=np.maximum(price - incumbent.cost[:, None], 0.0),
            exposed=tuple(np.minimum(begins + 1.0, move.years).tolist()),
            closed=np.clip(back[:, None] - begins, 0.0, 1.0),
            put_off=np.clip(move.years + game.behaviour.restart - begins, 0.0, 1.0),
        )


class Exits:
    """What entrants of one field do under moves; computed once for moves that share a climate."""

    def __init__(self, field: Field, game: Game, floods: dict[Move, Flood] | None = None) -> None:
        self.field, self.game = field, game
        self._floods = {} if floods is None else floods
        self.plants, self.projects = field.only(field.built), field.only(~field.built)
        self._before = Standing.of(self.plants, game.before)
        self.would = started(self.projects, game.before, game.behaviour.equipment)
        self._open: dict[float, Floats] = {}
        self._standing: dict[object, Standing] = {}
        self._closed: dict[object, Floats] = {}
        self._put_off: dict[object, Floats] = {}

    def on(self, field: Field) -> Exits:
        """The same moves against other entrants."""
        return Exits(field, self.game, self._floods)

    def flood(self, move: Move) -> Flood:
        """What a flood is whatever entrants do."""
        if move not in self._floods:
            self._floods[move] = Flood.of(move, self.game)
        return self._floods[move]

    def _usually(self, years: float) -> Floats:
        """Chance that a plant has not closed after some years without a move."""
        if years not in self._open:
            self._open[years] = self._before.after(years)
        return self._open[years]

    def closed(self, move: Move, years: float) -> Floats:
        """Expected tonnes a year of running plants that a move has closed after some years."""
        key = (_climate_key(move), years)
        if key not in self._closed:
            standing = self._standing.get(key[0])
            if standing is None:
                standing = Standing.of(self.plants, climate_of(move, self.game))
                self._standing[key[0]] = standing
            lost = np.maximum(self._usually(years) - standing.after(years), 0.0)
            self._closed[key] = lost @ self.plants.expected
        return self._closed[key]

    def changed(self, move: Move) -> Floats:
        """Change of the chance that a project is started, shape (draw, project)."""
        key = _climate_key(move)
        if key not in self._put_off:
            climate = climate_of(move, self.game)
            now = started(self.projects, climate, self.game.behaviour.equipment)
            self._put_off[key] = now - self.would
        return self._put_off[key]

    def put_off(self, move: Move) -> Floats:
        """Expected tonnes of projects that would start without a move and do not with it."""
        return np.asarray(np.maximum(-self.changed(move), 0.0) @ self.projects.expected)

    def brought_in(self, move: Move) -> Floats:
        """Expected tonnes of projects that start because of a move."""
        return np.asarray(np.maximum(self.changed(move), 0.0) @ self.projects.expected)


def _climate_key(move: Move) -> object:
    """Moves with one key make the same climate; only that of an export cut reads its length."""
    years = min(1.0, move.years) if move.depth else 0.0
    return move.kind, move.price, move.depth, years


def outcome(
    move: Move,
    field: Field,
    game: Game,
    covered_years: float | Floats = 0.0,
    exits: Exits | None = None,
) -> Outcome:
    """Compute what a move does to the incumbent.

    Args:
        move: The move.
        field: Entrants.
        game: What stays the same.
        covered_years: First years of a squeeze or queue that stocks abroad make up for; the
            price abroad stays in them as it was.
        exits: Kept computations of the same field and game.
    """
    exits = Exits(field, game) if exits is None else exits
    if move.kind == "flood":
        return _flood(move, exits)
    if move.kind in ("squeeze", "licence-queue"):
        return _squeeze(move, exits, covered_years)
    if move.kind == "technology-ban":
        return _ban(move, exits)
    return _talent(move, exits)


def _flood(move: Move, exits: Exits) -> Outcome:
    """A flood: sales lose the price cut; the output of those kept out is sold in their place."""
    game, flood = exits.game, exits.flood(move)
    out, nothing = kept_out(move, exits), np.zeros(exits.field.draws)
    return Outcome(
        move,
        loss=flood.loss + nothing,
        loss_at_home=flood.loss_at_home,
        direct=nothing,
        sales=(out * flood.margin) @ game.discounts * _MILLION,
        kept_out=out @ game.discounts / exits.field.tonnes,
    )


def kept_out(move: Move, exits: Exits) -> Floats:
    """Output that a flood keeps from the market, tonnes a year, shape (draw, year)."""
    flood = exits.flood(move)
    closed = {years: exits.closed(move, years) for years in dict.fromkeys(flood.exposed)}
    held = np.stack([closed[years] for years in flood.exposed], axis=1)
    found: Floats = held * flood.closed + exits.put_off(move)[:, None] * flood.put_off
    return found


def _squeeze(move: Move, exits: Exits, covered_years: float | Floats) -> Outcome:
    """A squeeze: fewer exports at a higher price, and projects that the price brings in."""
    game, field = exits.game, exits.field
    covered = np.minimum(np.asarray(covered_years, dtype=float), move.years)
    margin = game.incumbent.reference - game.incumbent.cost
    change = export_change(move, game, covered)
    brought = exits.brought_in(move) * np.clip(1 - covered / move.years, 0.0, 1.0)
    years, here = game.weights(game.build, np.inf), game.weights(0.0, move.years)
    lost = exits.closed(move, move.years) * here
    worth = np.maximum(margin, 0.0) * _MILLION
    return Outcome(
        move,
        loss=np.maximum(-change, 0.0),
        loss_at_home=np.zeros(field.draws),
        direct=brought * worth * years,
        sales=np.maximum(change, 0.0) + lost * worth,
        kept_out=(lost - brought * years) / field.tonnes,
    )


def export_change(move: Move, game: Game, covered: float | Floats = 0.0) -> Floats:
    """What a cut of exports changes in their margin, USD million, discounted, shape (draw,).

    ``X ((1 - s)(k P - c_L) - (P - c_L))`` a year with the price ratio ``k`` of that year; in the
    first years that stocks abroad cover, ``k = 1``.
    """
    incumbent = game.incumbent
    exports = incumbent.sales * incumbent.export_share * _MILLION
    usually = incumbent.reference - incumbent.cost
    total = np.zeros(incumbent.cost.size)
    for year in range(1, math.ceil(move.years) + 1):
        whole = game.weight(year, 0.0, move.years)
        quiet = np.minimum(game.weight(year, 0.0, covered), whole)
        price = incumbent.reference * game.ratio(move.depth, year)
        dear = (1 - move.depth) * (price - incumbent.cost) - usually
        total += exports * (quiet * -move.depth * usually + (whole - quiet) * dear)
    return total


def _ban(move: Move, exits: Exits) -> Outcome:
    """A technology ban: some projects no longer pay, the other exposed ones come later."""
    game, incumbent = exits.game, exits.game.incumbent
    projects = exits.projects
    still = np.clip(exits.would + exits.changed(move), 0.0, 1.0)
    late = (still * projects.exposed) @ projects.expected * game.ban_delay
    away = game.weights(0.0, move.years + game.behaviour.restart)
    tonne_years = exits.put_off(move) * away + late
    nothing = np.zeros(exits.field.draws)
    return Outcome(
        move,
        loss=nothing,
        loss_at_home=nothing,
        direct=_equipment_margin(exits),
        sales=tonne_years * np.maximum(incumbent.reference - incumbent.cost, 0.0) * _MILLION,
        kept_out=tonne_years / exits.field.tonnes,
    )


def _equipment_margin(exits: Exits) -> Floats:
    """Margin on equipment that exposed projects would have bought, USD million."""
    game, projects = exits.game, exits.projects
    capital = np.maximum(projects.incentive - projects.cash, 0.0) * game.annuity
    bought = (exits.would * projects.exposed * capital) @ projects.expected
    margin: Floats = bought * game.behaviour.equipment * game.ban_margin * _MILLION
    return margin


def _talent(move: Move, exits: Exits) -> Outcome:
    """Talent limits: every project that goes ahead ramps later; service income is lost."""
    game, incumbent = exits.game, exits.game.incumbent
    going = exits.would @ exits.projects.expected
    late = going * game.talent_delay
    fee = going * incumbent.reference * game.talent_fee * _MILLION
    nothing = np.zeros(exits.field.draws)
    return Outcome(
        move,
        loss=nothing,
        loss_at_home=nothing,
        direct=fee * game.weights(0.0, move.years),
        sales=late * np.maximum(incumbent.reference - incumbent.cost, 0.0) * _MILLION,
        kept_out=late / exits.field.tonnes,
    )
