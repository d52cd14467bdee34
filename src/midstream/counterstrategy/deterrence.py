"""The smallest floor, cover, buffer or stock that removes an incumbent's incentive.

Every instrument is looked at on a scale of equal steps up to its limit. Floor, cover and buffer
never raise the payoff of a flood, so the smallest step is found by halving; a stock is searched
step by step. "None within the limit" is a valid answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from midstream.chain.estimate import Floats
from midstream.counterstrategy.field import Field
from midstream.counterstrategy.game import Game
from midstream.counterstrategy.moves import MONTHS_A_YEAR, Kind, Move
from midstream.counterstrategy.payoff import Exits, outcome
from midstream.errors import InputError

Instrument = Literal["floor", "cover", "buffer", "stock"]

#: Instruments with the kinds of moves they act on; none acts on the rest.
ACTS_ON: dict[Instrument, tuple[Kind, ...]] = {
    "floor": ("flood",),
    "cover": ("flood",),
    "buffer": ("flood",),
    "stock": ("squeeze", "licence-queue"),
}
#: Steps between nothing and the limit of an instrument that halving resolves.
STEPS = 256


@dataclass(frozen=True, slots=True)
class Limits:
    """How far instruments are looked at.

    Attributes:
        floor: Highest floor, USD per kg; it covers the whole output of every entrant.
        cover_floor: Floor that a cover is written at, USD per kg.
        buffer: Largest buffer, months of cash.
        stock: Largest stock, months of use abroad, a whole number.
    """

    floor: float
    cover_floor: float
    buffer: float
    stock: float


@dataclass(frozen=True, slots=True)
class Deterrent:
    """The smallest dose of one instrument against some kinds of moves.

    Attributes:
        instrument: Instrument.
        against: Kinds of moves it acts on.
        home_weight, strategic_value: Objective (lambda, theta in USD million a year).
        smallest: Smallest dose that leaves no move with a payoff above zero, in the unit of the
            instrument; 0 where none has one without it, ``None`` where none within the limit does.
        limit: Largest dose looked at.
        temptation: Highest mean payoff without the instrument, USD million.
    """

    instrument: Instrument
    against: tuple[Kind, ...]
    home_weight: float
    strategic_value: float
    smallest: float | None
    limit: float
    temptation: float


@dataclass
class _Scale:
    """Payoffs of one instrument by step, kept for all objectives.

    Attributes:
        at: Mean payoff parts of all moves at a dose, shape (part, move): loss and direct cost
            less sales, loss at home, kept out.
        limit: Largest dose.
        steps: Steps to it.
        kept: Parts already computed.
    """

    at: Callable[[float], Floats]
    limit: float
    steps: int
    kept: dict[int, Floats] = field(default_factory=dict)

    def dose(self, step: int) -> float:
        """Dose of a step."""
        return self.limit * step / self.steps

    def highest(self, step: int, pair: tuple[float, float]) -> float:
        """Highest mean payoff of all moves at a step."""
        if step not in self.kept:
            self.kept[step] = self.at(self.dose(step))
        short, home, out = self.kept[step]
        return float((pair[0] * home + pair[1] * out - short).max())


def deterrence(
    entrants: Field,
    game: Game,
    moves: Sequence[Move],
    objectives: Sequence[tuple[float, float]],
    limits: Limits,
) -> tuple[Deterrent, ...]:
    """Find the smallest dose of every instrument under every objective.

    Args:
        entrants: The field; cover and buffers on record stay.
        game: What stays the same.
        moves: The grid.
        objectives: Pairs of lambda and theta.
        limits: How far to look.

    Returns:
        Instruments in the order floor, cover, buffer, stock, objectives within each; an
        instrument that acts on none of the moves is left out.

    Raises:
        InputError: if a limit is not above zero.
    """
    _check(limits)
    found: list[Deterrent] = []
    for instrument, kinds in ACTS_ON.items():
        against = [move for move in moves if move.kind in kinds]
        if not against:
            continue
        scale = _scale(instrument, entrants, game, against, limits)
        for pair in objectives:
            smallest = _stepwise(scale, pair) if instrument == "stock" else _halved(scale, pair)
            found.append(
                Deterrent(
                    instrument=instrument,
                    against=kinds,
                    home_weight=pair[0],
                    strategic_value=pair[1],
                    smallest=None if smallest is None else scale.dose(smallest),
                    limit=scale.limit,
                    temptation=scale.highest(0, pair),
                )
            )
    return tuple(found)


def _check(limits: Limits) -> None:
    for name in ("floor", "cover_floor", "buffer", "stock"):
        value = getattr(limits, name)
        if not 0 < value < np.inf:
            raise InputError(
                f"the limit of {name} is {value:g}",
                where="limits",
                why="a search needs a range above zero",
                mend="correct the number",
            )


def treated(instrument: Instrument, dose: float, entrants: Field, limits: Limits) -> Field:
    """Give the field with a dose of an instrument; a stock leaves it as it is."""
    if instrument == "floor":
        return entrants.with_cover(1.0, dose) if dose > 0 else entrants
    if instrument == "cover":
        return entrants.with_cover(dose, limits.cover_floor)
    return entrants.with_buffer(dose) if instrument == "buffer" else entrants


def stock_years(months: float, move: Move, game: Game) -> Floats:
    """Years of an export cut that a stock makes up for: ``M / (12 s m)``, shape (draw,).

    ``M`` months of use abroad fill the gap ``s m``: the cut times the incumbent's share abroad.
    """
    gap = np.maximum(move.depth * game.incumbent.outside_share, 1e-9)
    return np.asarray(months / MONTHS_A_YEAR / gap)


def _scale(
    instrument: Instrument, entrants: Field, game: Game, moves: Sequence[Move], limits: Limits
) -> _Scale:
    plain = Exits(entrants, game)

    def at(dose: float) -> Floats:
        same = dose == 0 or instrument == "stock"
        exits = plain if same else plain.on(treated(instrument, dose, entrants, limits))
        columns = []
        for move in moves:
            years = stock_years(dose, move, game) if instrument == "stock" else 0.0
            one = outcome(move, exits.field, game, years, exits)
            short = (one.loss + one.direct - one.sales).mean()
            columns.append((short, one.loss_at_home.mean(), one.kept_out.mean()))
        return np.array(columns).T

    largest = {"floor": limits.floor, "cover": 1.0, "buffer": limits.buffer, "stock": limits.stock}
    limit = largest[instrument]
    return _Scale(at, limit, round(limit) if instrument == "stock" else STEPS)


def _halved(scale: _Scale, pair: tuple[float, float]) -> int | None:
    """Smallest step without incentive, where a larger dose never brings it back."""
    if scale.highest(0, pair) <= 0:
        return 0
    if scale.highest(scale.steps, pair) > 0:
        return None
    low, high = 0, scale.steps
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if scale.highest(middle, pair) <= 0 else (middle, high)
    return high


def _stepwise(scale: _Scale, pair: tuple[float, float]) -> int | None:
    """Smallest step from which on no step up to the limit leaves an incentive."""
    last = None
    for step in range(scale.steps, -1, -1):
        if scale.highest(step, pair) > 0:
            break
        last = step
    return last
