"""The counterstrategy of an incumbent, put together: moves, survival, payoffs, deterrence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.counterstrategy.costs import costs_by_ratio
from midstream.counterstrategy.cover import highest_floor
from midstream.counterstrategy.deterrence import Limits, deterrence
from midstream.counterstrategy.entrants import CostModel, chosen, entrant_of, in_world
from midstream.counterstrategy.field import Field, field_of
from midstream.counterstrategy.game import Game, central_objective, climate_of, objectives
from midstream.counterstrategy.history import history, survivors
from midstream.counterstrategy.incumbent import Incumbent, incumbent_of
from midstream.counterstrategy.market_route import market_price
from midstream.counterstrategy.moves import KINDS, Move, grid, squeeze
from midstream.counterstrategy.response import Response, best_response
from midstream.counterstrategy.result import Counter, SecondRoute
from midstream.counterstrategy.rows import (
    curve_rows,
    deterrent_rows,
    entrant_rows,
    headline_rows,
    move_row,
    objective_of,
    payoff_rows,
    threshold_rows,
)
from midstream.counterstrategy.sampling import Sampling
from midstream.counterstrategy.survival import alive
from midstream.counterstrategy.telling import Teller
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.terms import suggestion


@dataclass(frozen=True, slots=True)
class Table:
    """Everything set up for one form: who plays, under what conditions.

    Attributes:
        world: The world.
        incumbent, field, game: Players and conditions.
        sampling: Draws.
        teller: Makes quantities.
        focus: Focus country.
    """

    world: World
    incumbent: Incumbent
    field: Field
    game: Game
    sampling: Sampling
    teller: Teller
    focus: str

    def survival(self, move: Move, years: int) -> Floats:
        """Chance of being alive under a move, shape (draw, year, entrant)."""
        return alive(
            self.field,
            move,
            climate_of(move, self.game),
            self.game.before,
            self.game.behaviour,
            years,
        )


def counter(
    evidence: Evidence,
    world: World,
    form: str,
    incumbent: str = "",
    focus: str = "",
    *,
    entrants: Sequence[str] | None = None,
    price: float | None = None,
    moves: Sequence[Move] = (),
    draws: int = 2000,
    seed: int = 1,
    ledger: Ledger | None = None,
    costs: CostModel = costs_by_ratio,
    check: bool = True,
) -> Counter:
    """Say what an incumbent can do to the entrants of a form, and what would deter it.

    A table of payoffs over objectives nobody knows: a sensitivity, never a forecast.

    Args:
        evidence, world: The release and its world.
        form: Scored form counted in tonnes.
        incumbent: Country; blank takes the dominant supplier.
        focus: Country looked at beside all entrants; blank for none.
        entrants: Facilities; ``None`` takes all with a capacity on record.
        price: Reference price, USD per kg; ``None`` takes the newest yearly average on record.
        moves: Moves to show beside those of the grid.
        draws, seed: Monte Carlo.
        ledger: Where lineage is entered.
        costs: Costs of a plant.
        check: Whether to run the market engine as a second route.

    Raises:
        InputError: if the form is unknown, has no incumbent, price, output or entrant; if a
            facility is unknown or the incumbent's; if a price or a move is out of range.
    """
    book = Ledger(base=world.ledger) if ledger is None else ledger
    _check_focus(world, evidence, focus)
    table = _table(
        evidence, world, form, incumbent, focus, entrants, price, draws, seed, book, costs
    )
    response = best_response(
        table.field,
        table.game,
        grid(evidence, table.incumbent.reference),
        objectives(table.incumbent, table.sampling),
    )
    return _answer(evidence, table, response, moves, check)


def _check_focus(world: World, evidence: Evidence, focus: str) -> None:
    if focus and focus not in evidence.countries:
        raise InputError(
            f"unknown country {focus!r}",
            where="focus",
            why="the evidence holds no country of that code",
            mend=suggestion(focus, world.countries) or "take an ISO code of three letters",
        )


def _table(
    evidence: Evidence,
    world: World,
    form: str,
    incumbent: str,
    focus: str,
    names: Sequence[str] | None,
    price: float | None,
    draws: int,
    seed: int,
    ledger: Ledger,
    costs: CostModel,
) -> Table:
    sampling = Sampling.of(evidence, draws, seed)
    leader = incumbent_of(evidence, world, form, incumbent, sampling, ledger, price)
    plants = chosen(world, form, leader.country, names)
    found = [
        in_world(entrant_of(plant, leader, sampling, ledger, costs), world) for plant in plants
    ]
    place = form if price is None else f"{form}/{price:g}"
    if names is not None:
        # Runs of other entrants are other numbers and need ids of their own.
        place += "/" + "+".join(plant.id for plant in plants)
    return Table(
        world=world,
        incumbent=leader,
        field=field_of(found, sampling.value("commitment")),
        game=Game.of(leader, sampling),
        sampling=sampling,
        teller=Teller(ledger, sampling, place),
        focus=focus,
    )


def _answer(
    evidence: Evidence, table: Table, response: Response, extra: Sequence[Move], check: bool
) -> Counter:
    leader, teller, field = table.incumbent, table.teller, table.field
    pair = central_objective(leader, table.sampling)
    limits = _limits(evidence, leader, table.sampling)
    found = deterrence(field, table.game, response.moves, response.objectives, limits)
    flood = _tempting_flood(response)
    sensitivity = deterrent_rows(teller, leader, field, found)
    ids, share = leader.lineage, 100 * leader.export_share
    weight, value = objective_of(teller, pair)
    return Counter(
        form=leader.form,
        incumbent=leader.country,
        focus=table.focus,
        unit=leader.unit,
        price=leader.price,
        cost=teller.drawn(leader.cost, "USD/kg", "cost", "Full cost of the incumbent", ids),
        output=leader.output,
        export_share=teller.drawn(share, "%", "export-share", "Share that ends abroad", ids),
        home_weight=weight,
        strategic_value=value,
        entrants=entrant_rows(teller, field),
        moves=tuple(move_row(table, move, pair) for move in (*_shown(table, response), *extra)),
        payoffs=payoff_rows(teller, leader, response),
        thresholds=threshold_rows(teller, leader, response),
        deterrence=headline_rows(teller, sensitivity),
        sensitivity=sensitivity,
        flood=flood.label,
        curves=curve_rows(table, flood),
        second_route=_second_route(evidence, table) if check else None,
        history=history(evidence, leader.country, leader.form, teller.ledger),
        survivors=survivors(evidence, teller.ledger),
        warnings=_warnings(table),
        assumptions=_assumptions(evidence),
    )


def _limits(evidence: Evidence, leader: Incumbent, sampling: Sampling) -> Limits:
    """Limits of instruments; a cover is written at the highest floor on record of the form."""
    recorded = highest_floor(evidence, leader.form)
    written = leader.reference * sampling.value("cover.floor")
    return Limits(
        floor=leader.reference * sampling.value("limit.floor"),
        cover_floor=recorded[0] if recorded else written,
        buffer=sampling.value("limit.buffer"),
        stock=sampling.value("limit.stock"),
    )


def _tempting_flood(response: Response) -> Move:
    """The flood with the highest mean payoff under any objective."""
    floods = [index for index, move in enumerate(response.moves) if move.kind == "flood"]
    best = max(floods, key=lambda index: (response.expected[:, index].max(), -index))
    return response.moves[best]


def _shown(table: Table, response: Response) -> tuple[Move, ...]:
    """Floods of every depth at one length, and the best of every other kind."""
    length = table.sampling.value("shown.years")
    pair = central_objective(table.incumbent, table.sampling)
    row = response.expected[response.objective(pair)]
    shown = [move for move in response.moves if move.kind == "flood" and move.years == length]
    for kind in KINDS[1:]:
        numbers = [n for n, move in enumerate(response.moves) if move.kind == kind]
        if numbers:
            shown.append(response.moves[max(numbers, key=lambda n: (row[n], -n))])
    return tuple(shown)


def _second_route(evidence: Evidence, table: Table) -> SecondRoute:
    """The mildest squeeze of the grid for one year, by elasticity and by the market."""
    move = squeeze(table.sampling.value("grid.squeeze.step"), 1.0)
    leader, teller = table.incumbent, table.teller
    ids = (*leader.lineage, "par:counter.elasticity", "par:market.choke")
    closed = teller.drawn(
        table.game.ratio(move.depth, 1), "ratio", "squeeze-price", "Price abroad over its base", ids
    )
    seed, ledger = table.sampling.seed, teller.ledger
    market = market_price(evidence, table.world, leader, move, seed, ledger)
    return SecondRoute(move.label, closed, market)


def _warnings(table: Table) -> tuple[str, ...]:
    found = ["A sensitivity over objectives nobody knows, not a forecast."]
    leader, entrants = table.incumbent, table.field.entrants
    known = {entrant.facility for entrant in entrants}
    left = [
        plant.id
        for plant in table.world.plants
        if plant.form == leader.form and plant.capacity is None and plant.id not in known
    ]
    if left:
        found.append("Left out, capacity not on record: " + ", ".join(sorted(left)) + ".")
    if any(entrant.basis == "ratio" for entrant in entrants):
        found.append("Costs of entrants follow the incumbent's by assumed ratios.")
    if leader.assumed:
        found.append("Assumed for want of a record: " + ", ".join(leader.assumed) + ".")
    if table.focus and not table.field.of(table.focus).any():
        found.append(f"{table.world.names.country(table.focus)} has no entrant with a capacity.")
    if float(np.median(leader.cost)) >= leader.reference:
        found.append("The reference price does not cover the incumbent's own cost.")
    return tuple(found)


def _assumptions(evidence: Evidence) -> tuple[str, ...]:
    return tuple(
        f"par:{name}"
        for name, row in evidence.parameters.items()
        if row["group"] == "counterstrategy"
    )
