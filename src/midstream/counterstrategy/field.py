"""The field of entrants as arrays, and what a lever does to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats
from midstream.counterstrategy.entrants import Entrant
from midstream.errors import InputError

#: Arrays of shape (draw, entrant), flags and numbers of shape (entrant,).
_BY_DRAW = ("cash", "fixed", "incentive", "buffer", "patience_low", "patience_high", "relief")
_FLAGS = ("built", "guaranteed", "fed")
_BY_ENTRANT = ("capacity", "expected", "exposed")


@dataclass(frozen=True, slots=True)
class Field:
    """Entrants side by side; arrays have the shape (draw, entrant), shares (entrant,).

    Attributes:
        entrants: The entrants, the second axis.
        built: Whether a plant stands or is being built, shape (entrant,).
        capacity, expected: Nameplate and expected output, t a year, shape (entrant,).
        cash, fixed, incentive: USD per kg.
        buffer: Months of cash.
        patience_low, patience_high: Years.
        relief: Chance of relief.
        shares, floors: Covers: shares of output and their floors, shape (layer, entrant); layers
            lie over each other, and a layer an entrant lacks has the share 0.
        guaranteed: Whether the result is guaranteed whatever the price, shape (entrant,).
        fed, exposed: Whether feed comes from the incumbent, and the chance that its equipment is
            needed, shape (entrant,).
        commitment: Covered share from which a running plant is kept.
    """

    entrants: tuple[Entrant, ...]
    built: NDArray[np.bool_]
    capacity: Floats
    expected: Floats
    cash: Floats
    fixed: Floats
    incentive: Floats
    buffer: Floats
    patience_low: Floats
    patience_high: Floats
    relief: Floats
    shares: Floats
    floors: Floats
    guaranteed: NDArray[np.bool_]
    fed: NDArray[np.bool_]
    exposed: Floats
    commitment: float

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.cash.shape[0])

    @property
    def tonnes(self) -> float:
        """Expected output of all entrants, t a year."""
        return float(self.expected.sum())

    def of(self, country: str) -> NDArray[np.bool_]:
        """Which entrants stand in a country, shape (entrant,)."""
        return np.array([entrant.country == country for entrant in self.entrants], dtype=bool)

    def with_cover(
        self, share: float, floor: float, chosen: NDArray[np.bool_] | None = None
    ) -> Field:
        """Put a share of output of the chosen entrants (all by default) under a floor.

        Covers on record stay: a unit of output under two floors has the higher one.

        Raises:
            InputError: if the share is not one or the floor is negative.
        """
        if not 0 <= share <= 1:
            raise _refused("covered share", share, "it is a share of output, 0 to 1")
        if not floor >= 0:
            raise _refused("floor", floor, "it is a price, 0 or more")
        hit = np.ones(len(self.entrants), dtype=bool) if chosen is None else chosen
        shares = np.where(hit, share, 0.0)[None]
        return replace(
            self,
            shares=np.concatenate([self.shares, shares]),
            floors=np.concatenate([self.floors, np.full_like(shares, floor)]),
        )

    def with_buffer(self, months: float) -> Field:
        """Give every entrant at least some months of cash.

        Raises:
            InputError: if the months are negative.
        """
        if not months >= 0:
            raise _refused("buffer", months, "it is a number of months, 0 or more")
        return replace(self, buffer=np.maximum(self.buffer, months))

    def only(self, chosen: NDArray[np.bool_] | Sequence[int]) -> Field:
        """Give some of the entrants, or all in another order; levers on them stay."""
        index = np.flatnonzero(chosen) if np.asarray(chosen).dtype == bool else np.array(chosen)
        names = _BY_DRAW
        single = (*_BY_ENTRANT, *_FLAGS)
        return replace(
            self,
            entrants=tuple(self.entrants[number] for number in index),
            **{name: getattr(self, name)[:, index] for name in names},
            **{name: getattr(self, name)[index] for name in single},
            shares=self.shares[:, index],
            floors=self.floors[:, index],
        )


def _refused(what: str, value: float, why: str) -> InputError:
    return InputError(f"{what} is {value:g}", where="entrants", why=why, mend="correct the number")


def field_of(entrants: Sequence[Entrant], commitment: float) -> Field:
    """Put entrants side by side.

    Args:
        entrants: At least one; all with the same number of draws.
        commitment: Covered share from which a running plant is kept, 0..1.

    Raises:
        InputError: if there is no entrant.
    """
    if not entrants:
        raise InputError(
            "no entrant",
            where="entrants",
            why="no plant outside the incumbent has a capacity on record",
            mend="add a plant to the facility register, or take another form",
        )

    def stacked(name: str) -> Floats:
        return np.stack([getattr(entrant, name) for entrant in entrants], axis=1)

    def listed(name: str) -> Floats:
        return np.array([getattr(entrant, name) for entrant in entrants], dtype=float)

    arrays: dict[str, Any] = {name: stacked(name) for name in _BY_DRAW}
    arrays |= {name: listed(name) for name in _BY_ENTRANT}
    arrays |= {name: listed(name).astype(bool) for name in _FLAGS}
    arrays["shares"], arrays["floors"] = _layers(entrants)
    return Field(entrants=tuple(entrants), commitment=commitment, **arrays)


def _layers(entrants: Sequence[Entrant]) -> tuple[Floats, Floats]:
    """Covers side by side, shape (layer, entrant) each."""
    depth = max(len(entrant.covers) for entrant in entrants)
    shares, floors = np.zeros((depth, len(entrants))), np.zeros((depth, len(entrants)))
    for number, entrant in enumerate(entrants):
        for layer, (share, floor) in enumerate(entrant.covers):
            shares[layer, number], floors[layer, number] = share, floor
    return shares, floors
