"""What the room answers: frozen rows of quantities."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from midstream.counterstrategy.deterrence import Instrument
from midstream.counterstrategy.history import PastMove
from midstream.counterstrategy.moves import Kind, Move
from midstream.evidence import Quantity
from midstream.evidence.plain import plain


@dataclass(frozen=True, slots=True)
class EntrantRow:
    """An entrant as the model sees it.

    Attributes:
        facility, name, country, status: As on record.
        built: Whether it stands or is being built.
        capacity: Nameplate, unit of the form.
        cost: Cash cost and debt service, USD per kg.
        incentive: Price that pays for building it, USD per kg.
        covered: Share of output under a floor, %.
        floor: Floor price; a blank quantity without one.
        buffer: Cash, months.
        supported: Whether public money stands behind it.
        basis: Where its costs come from.
    """

    facility: str
    name: str
    country: str
    status: str
    built: bool
    capacity: Quantity
    cost: Quantity
    incentive: Quantity
    covered: Quantity
    floor: Quantity
    buffer: Quantity
    supported: bool
    basis: str


@dataclass(frozen=True, slots=True)
class SurvivalRow:
    """Chance that an entrant is alive at the end of a move.

    Attributes:
        facility: Entrant.
        survival: With the move; the interval lies between sets of assumptions.
        without: Without it.
    """

    facility: str
    survival: Quantity
    without: Quantity


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A move with what it costs, gains and does to entrants, under the middle objective.

    Attributes:
        move: The move.
        label: It in words.
        incumbent_cost, incumbent_gain, payoff: Present values, USD million.
        pays: Chance that the payoff is above zero.
        entrants: Entrants; survival at the end of the move.
        out: Nameplate of entrants that is not alive at the end of the move, %.
        out_focus: The same of the focus country; a blank quantity where it has no entrant.
    """

    move: Move
    label: str
    incumbent_cost: Quantity
    incumbent_gain: Quantity
    payoff: Quantity
    pays: Quantity
    entrants: tuple[SurvivalRow, ...]
    out: Quantity
    out_focus: Quantity


@dataclass(frozen=True, slots=True)
class PayoffRow:
    """The best move of a kind under an objective.

    Attributes:
        home_weight, strategic_value: Lambda and theta (USD million a year).
        kind: Kind of move.
        label: The move of the kind with the highest mean payoff.
        payoff: Its mean payoff, USD million; below zero where doing nothing is better.
        pays: Chance that it is above zero.
        best: Whether it is the best of all kinds and better than doing nothing.
    """

    home_weight: Quantity
    strategic_value: Quantity
    kind: Kind
    label: str
    payoff: Quantity
    pays: Quantity
    best: bool


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """From which strategic value on a kind of move pays.

    Attributes:
        home_weight: Lambda.
        kind: Kind of move.
        strategic_value: Smallest theta, USD million a year; a blank quantity where none is enough.
        of_sales: The same over the incumbent's yearly sales, %.
    """

    home_weight: Quantity
    kind: Kind
    strategic_value: Quantity
    of_sales: Quantity


@dataclass(frozen=True, slots=True)
class DeterrentRow:
    """The smallest dose of an instrument that removes the incentive.

    Attributes:
        instrument: floor, cover, buffer or stock.
        against: Kinds of moves it acts on.
        home_weight, strategic_value: Objective.
        smallest: Smallest dose; blank where none within the limit does.
        enough: Whether any dose within the limit does.
        limit: Largest dose looked at.
        temptation: Highest mean payoff without it, USD million.
    """

    instrument: Instrument
    against: tuple[Kind, ...]
    home_weight: Quantity
    strategic_value: Quantity
    smallest: Quantity
    enough: bool
    limit: Quantity
    temptation: Quantity


@dataclass(frozen=True, slots=True)
class Curve:
    """Survival year by year under one flood.

    Attributes:
        facility: Entrant; blank for a group.
        name: Name of the entrant or the group.
        years: Years from the start of the move.
        survival: Chance of being alive at the end of each year (a group: part of its nameplate).
    """

    facility: str
    name: str
    years: tuple[int, ...]
    survival: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class SecondRoute:
    """The price of a squeeze by two routes.

    Attributes:
        label: The squeeze.
        closed_form: Price abroad over its base by the elasticity.
        market: The same by the market engine; ``None`` where no chain on file holds the form.
    """

    label: str
    closed_form: Quantity
    market: Quantity | None


@dataclass(frozen=True, slots=True)
class Counter:
    """The counterstrategy of an incumbent against the entrants of a form.

    Attributes:
        form, incumbent, focus, unit: Place.
        price, cost, output, export_share: The incumbent.
        home_weight, strategic_value: Middle objective, under which ``moves`` are valued.
        entrants: Entrants.
        moves: Floods of every depth at the length shown, and the best of every other kind.
        payoffs: The best of every kind under every objective.
        thresholds: Strategic values from which a kind of move pays.
        deterrence: One row per instrument, at the objective that tempts most; ``smallest`` spans
            all objectives.
        sensitivity: One row per instrument and objective.
        flood: The flood of the curves.
        curves: Survival year by year under it: all entrants, the focus country, each entrant.
        second_route: A check of the price of a squeeze.
        history: Moves on record.
        survivors: Chance to outlive a collapse of prices from plants on record.
        warnings: What to know before reading.
        assumptions: Ids of assumptions used.
    """

    form: str
    incumbent: str
    focus: str
    unit: str
    price: Quantity
    cost: Quantity
    output: Quantity
    export_share: Quantity
    home_weight: Quantity
    strategic_value: Quantity
    entrants: tuple[EntrantRow, ...]
    moves: tuple[MoveRow, ...]
    payoffs: tuple[PayoffRow, ...]
    thresholds: tuple[ThresholdRow, ...]
    deterrence: tuple[DeterrentRow, ...]
    sensitivity: tuple[DeterrentRow, ...]
    flood: str
    curves: tuple[Curve, ...]
    second_route: SecondRoute | None
    history: tuple[PastMove, ...]
    survivors: Quantity
    warnings: tuple[str, ...]
    assumptions: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give it as the command ``counter`` does; what warns and what is assumed stands beside."""
        left = ("moves", "deterrence", "sensitivity", "warnings", "assumptions")
        rest = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            **plain({name: value for name, value in rest.items() if name not in left}),
            "moves": [_move(row) for row in self.moves],
            "deterrence": plain(self.deterrence),
            "sensitivity": plain(self.sensitivity),
        }


def _move(row: MoveRow) -> dict[str, Any]:
    rest = {field.name: getattr(row, field.name) for field in fields(row)}
    del rest["move"], rest["label"]
    move = row.move
    terms = {"kind": move.kind, "years": move.years, "price": move.price, "depth": move.depth}
    return {"move": row.label, **terms, **plain(rest)}
