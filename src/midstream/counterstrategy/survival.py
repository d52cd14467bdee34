"""Who is alive under a move: cash, patience and cover of plants, the decision of projects.

Arrays have the shape (draw, entrant) unless a docstring says otherwise. What is returned for a
plant is a probability: the years an owner bears losses are integrated over, all else is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats
from midstream.counterstrategy.field import Field
from midstream.counterstrategy.moves import MONTHS_A_YEAR, Move


@dataclass(frozen=True, slots=True)
class Climate:
    """What a move does to the conditions of entrants, constant while it lasts.

    Attributes:
        price: Price entrants sell at, USD per kg, shape (draw, 1).
        build_price: Price that projects count on when they decide, shape (draw, 1).
        dearer: Factor on the capital part of the incentive price of exposed projects, (draw, 1).
        fed: Part of their output that plants fed by the incumbent can run at, 0..1.
    """

    price: Floats
    build_price: Floats
    dearer: Floats
    fed: float = 1.0


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Assumptions on how long an exit lasts.

    Attributes:
        stay: Years a closed plant stays closed after the move, shape (draw,).
        restart: Years between the end of a move and a decision to build.
        equipment: Share of equipment in capital cost, shape (draw,).
    """

    stay: Floats
    restart: float
    equipment: Floats


def effective_price(price: Floats, floors: Floats, shares: Floats) -> Floats:
    """Price an entrant gets on the mean of its output: ``e = phi max(P, F) + (1 - phi) P``.

    With several covers a unit of output has the best floor of all that reach it. Sorted by share,
    ``s_1 >= s_2 ...``: ``e = (1 - s_1) P + sum_k (s_k - s_(k+1)) max(P, max(F_1 .. F_k))``.

    Args:
        price: Price ``P``, shape (draw, 1).
        floors, shares: Floors ``F`` and shares ``phi``, shape (layer, entrant).

    Returns:
        Shape (draw, entrant).
    """
    if not len(shares):
        return np.broadcast_to(price, (price.shape[0], shares.shape[1]))
    order = np.argsort(-shares, axis=0, kind="stable")
    sorted_shares = np.take_along_axis(shares, order, axis=0)
    best = np.maximum.accumulate(np.take_along_axis(floors, order, axis=0), axis=0)
    ends = np.concatenate([sorted_shares, np.zeros_like(shares[:1])])
    e: Floats = (1 - ends[0]) * price
    for layer, floor in enumerate(best):
        e = e + (ends[layer] - ends[layer + 1]) * np.maximum(price, floor)
    return e


def loss_per_kg(field: Field, climate: Climate) -> Floats:
    """Loss per kg of usual output: ``d + a (c - e)``, with the part ``a`` a plant can run at."""
    e = effective_price(climate.price, field.floors, field.shares)
    running = np.where(field.fed, climate.fed, 1.0)
    return np.asarray(field.fixed + running * (field.cash - e))


def years_of_cash(field: Field, loss: Floats) -> Floats:
    """Years until the cash is gone: ``B (c + d) / loss``; ``inf`` without a loss.

    The buffer ``B`` is months of cash cost and debt service.
    """
    held = field.buffer / MONTHS_A_YEAR * (field.cash + field.fixed)
    with np.errstate(divide="ignore", invalid="ignore"):
        years: Floats = np.where(loss > 0, held / np.where(loss > 0, loss, 1.0), np.inf)
    return years


def committed(field: Field) -> NDArray[np.bool_]:
    """Whether buyers keep a plant running: its result is guaranteed, or they cover enough of it.

    Enough is the share ``commitment`` of its output at a floor that pays its cash cost.
    """
    kept = np.broadcast_to(field.guaranteed, field.cash.shape)
    for share, floor in zip(field.shares, field.floors, strict=True):
        kept = kept | ((share >= field.commitment) & (floor >= field.cash))
    return kept


@dataclass(frozen=True, slots=True)
class Standing:
    """Running plants in one climate; arrays have the shape (draw, entrant).

    Attributes:
        kept: Whether a plant stays open whatever happens: no loss, or committed buyers.
        cash_years: Years until its cash is gone.
        patience: Most years its owner bears losses.
        spread: Those years less the fewest.
        relief: Chance of relief.
    """

    kept: NDArray[np.bool_]
    cash_years: Floats
    patience: Floats
    spread: Floats
    relief: Floats

    @classmethod
    def of(cls, field: Field, climate: Climate) -> Standing:
        """Losses and cash of all plants in a climate."""
        loss = loss_per_kg(field, climate)
        kept = (loss <= 0) | committed(field)
        spread = np.maximum(field.patience_high - field.patience_low, 1e-9)
        return cls(kept, years_of_cash(field, loss), field.patience_high, spread, field.relief)

    def after(self, years: float) -> Floats:
        """Chance that a plant has not closed after some years.

        A plant in loss closes at ``min(cash, patience)``: with patience uniform between its ends
        the chance is ``1[cash > u] P(patience > u)``. Relief keeps it with a chance of its own.
        """
        patient = np.clip((self.patience - years) / self.spread, 0.0, 1.0)
        lasts = (self.cash_years > years) * patient
        lasts = self.relief + (1 - self.relief) * lasts
        return np.where(self.kept, 1.0, lasts)


def started(field: Field, climate: Climate, equipment: Floats) -> Floats:
    """Chance that a project is started: its price covers the incentive price, or is guaranteed.

    ``P* + (P* - c) s (m - 1)`` is the incentive price of a project that needs equipment which
    has become ``m`` times as dear and is a share ``s`` of its capital cost.
    """
    e = effective_price(climate.build_price, field.floors, field.shares)
    capital = np.maximum(field.incentive - field.cash, 0.0)
    dearer = field.incentive + capital * equipment[:, None] * (climate.dearer - 1)
    plain = (e >= field.incentive).astype(float)
    exposed = (e >= dearer).astype(float)
    chance = field.exposed * exposed + (1 - field.exposed) * plain
    return np.where(field.guaranteed, 1.0, chance)


def usual(price: float, outlook: Floats) -> Climate:
    """The climate without a move.

    Args:
        price: Price, USD per kg.
        outlook: Price that projects count on over it, shape (draw,).
    """
    counted = outlook[:, None]
    ones = np.ones_like(counted)
    return Climate(price * ones, price * counted, ones)


def alive(
    field: Field, move: Move, climate: Climate, before: Climate, behaviour: Behaviour, years: int
) -> Floats:
    """Chance of being alive at the end of each year of a move and after it.

    A plant that has closed stays closed until `stay` years after the move. A project that is put
    off is alive again `restart` years after the move, if it would have been without it.

    Args:
        field: Entrants.
        move: The move; only its length is read here.
        climate, before: With the move and without it.
        behaviour: How long exits last.
        years: Years to look at, from the start of the move.

    Returns:
        Shape (draw, year, entrant), 0..1.
    """
    found = np.empty((field.draws, years, len(field.entrants)))
    put_off = started(field, climate, behaviour.equipment)
    would = started(field, before, behaviour.equipment)
    back = move.years + behaviour.stay
    plants = Standing.of(field, climate)
    for year in range(1, years + 1):
        standing = plants.after(min(float(year), move.years))
        standing = np.where((year <= back)[:, None], standing, 1.0)
        project = put_off if year <= move.years + behaviour.restart else would
        found[:, year - 1] = np.where(field.built, standing, project)
    return found
