"""The base of a market: who makes, ships and uses how much, step by step, and its parameters.

Arrays only. Dimension order: draw, step, use, country (exporter), partner (importer). All tonnes
of one step are in one unit; each step may have a unit of its own, since the yield between steps is
the ratio of `Network.output` to `Network.input_use`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midstream.errors import InputError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

#: How far sums of a balanced base may be apart, as a share of the sum.
BALANCE_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Network:
    """A balanced base year of one chain.

    Attributes:
        output: Output ``X0``, shape (step, country), tonnes a year.
        flow: Shipments ``F0``, shape (step, exporter, importer); the diagonal is domestic sale.
        input_use: Purchases ``U0`` that become input of the next step, shape (step, country); the
            last step has none.
        final_use: Purchases ``V0`` by final and other uses, shape (step, use, country).
        steps, countries, uses: Names for messages and for `Measures`; blank takes numbers.

    Raises:
        InputError: An array has the wrong shape, a negative or missing number, or does not
            balance to `BALANCE_TOLERANCE`; or a country has output without feed, or feed without
            output.
    """

    output: Floats
    flow: Floats
    input_use: Floats
    final_use: Floats
    steps: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("output", "flow", "input_use", "final_use"):
            object.__setattr__(self, name, _frozen(getattr(self, name)))
        if self.output.ndim != 2:
            raise _shape_error("output", self.output.shape, "(step, country)")
        steps, countries = self.output.shape
        uses = self.final_use.shape[1] if self.final_use.ndim == 3 else 0
        expected = {
            "flow": (steps, countries, countries),
            "input_use": (steps, countries),
            "final_use": (steps, uses, countries),
        }
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise _shape_error(name, getattr(self, name).shape, str(shape))
        self._name("steps", steps)
        self._name("countries", countries)
        self._name("uses", uses)
        check_network(self)

    def _name(self, field: str, count: int) -> None:
        names = tuple(getattr(self, field)) or tuple(str(number) for number in range(count))
        if len(names) != count or len(set(names)) != count:
            raise _shape_error(field, (len(set(names)),), f"{count} different names")
        object.__setattr__(self, field, names)

    @cached_property
    def purchases(self) -> Floats:
        """Base purchases ``Q0 = U0 + sum V0``, shape (step, country)."""
        total: Floats = self.input_use + self.final_use.sum(axis=1)
        total.setflags(write=False)
        return total

    @cached_property
    def shares(self) -> Floats:
        """Base share of each supplier in a buyer's purchases ``w = F0 / Q0``; 0 without any."""
        bought = self.flow.sum(axis=1, keepdims=True)
        shares: Floats = np.divide(
            self.flow, bought, out=np.zeros_like(self.flow), where=bought > 0
        )
        shares.setflags(write=False)
        return shares


def check_network(network: Network) -> None:
    """Check sums, signs and feed of a base.

    Raises:
        InputError: Names the step and the country of the first fault of each kind.
    """
    for name in ("output", "flow", "input_use", "final_use"):
        array = getattr(network, name)
        _refuse(network, ~np.isfinite(array), name, "is not a number", name == "final_use")
        _refuse(network, array < 0, name, "is negative", name == "final_use")
    sold, bought = network.flow.sum(axis=2), network.flow.sum(axis=1)
    _refuse(network, _apart(sold, network.output), "flow", "does not sum to the output")
    _refuse(network, _apart(bought, network.purchases), "flow", "does not sum to the purchases")
    _refuse(network, network.input_use[-1:] > 0, "input_use", "feeds no further step", first=-1)
    feeding, made = network.input_use[:-1] > 0, network.output[1:] > 0
    _refuse(network, feeding & ~made, "input_use", "feeds a next step without output")
    _refuse(network, made & ~feeding, "output", "is made without feed", first=1)


def _apart(one: Floats, other: Floats) -> Flags:
    """Say where two arrays differ by more than the tolerance of a balanced base."""
    scale = np.maximum(np.abs(one), np.abs(other))
    # Dust of a balancing far below the step's total is no imbalance.
    dust = 1e-15 * scale.sum(axis=-1, keepdims=True)
    return np.asarray(np.abs(one - other) > BALANCE_TOLERANCE * scale + dust)


def _refuse(
    network: Network, wrong: Flags, name: str, fault: str, by_use: bool = False, first: int = 0
) -> None:
    places = np.argwhere(wrong)
    if len(places) == 0:
        return
    place = places[0]
    step = network.steps[(int(place[0]) + first) % len(network.steps)]
    country = network.countries[int(place[2 if by_use else 1])]
    raise InputError(
        f"{name} of {country} {fault}",
        where=f"market network, step {step}",
        why="the market starts from a base in which every tonne made is sold and used",
        mend="balance output, flows and uses of this step first",
    )


def _shape_error(name: str, shape: tuple[int, ...], expected: str) -> InputError:
    return InputError(
        f"{name} has the shape {shape}, not {expected}",
        where="market network",
        why="arrays of a market belong together by step and country",
        mend="build all arrays for the same steps and countries",
    )


def _frozen(array: Any) -> Floats:
    if isinstance(array, np.ndarray) and array.dtype == np.float64 and _is_frozen(array):
        # Frozen already: a changed set of parameters shares what it has not changed.
        return array
    copy = np.array(array, dtype=np.float64)
    copy.setflags(write=False)
    return copy


def _is_frozen(array: Floats) -> bool:
    return array.base is None and not array.flags.writeable


# Trailing dimensions of each parameter, without the axis of draws.
_DIMENSIONS = {
    "substitution": 1,
    "supply_elasticity": 1,
    "cost_share": 1,
    "demand_elasticity": 2,
    "choke_price": 2,
    "feed_choke_price": 1,
    "capacity": 2,
    "leakage_share": 0,
    "leakage_markup": 0,
    "choke_sharpness": 0,
    "substitution_short": 1,
    "substitution_long": 1,
    "qualification_months": 0,
    "usable_stock": 0,
    "stock_months": 2,
    "refill_months": 0,
    "release": 2,
}

_RANGES: dict[str, tuple[Callable[[Floats], Flags], str]] = {
    "substitution": (lambda value: value > 0, "above 0"),
    "supply_elasticity": (lambda value: value > 0, "above 0"),
    "cost_share": (lambda value: (value >= 0) & (value <= 1), "between 0 and 1"),
    "demand_elasticity": (lambda value: value >= 0, "0 or more"),
    "choke_price": (lambda value: value >= 1, "1 or more"),
    "feed_choke_price": (lambda value: value >= 1, "1 or more"),
    "capacity": (lambda value: value > 0, "above 0"),
    "leakage_share": (lambda value: (value >= 0) & (value <= 1), "between 0 and 1"),
    "leakage_markup": (lambda value: value >= 0, "0 or more"),
    "choke_sharpness": (lambda value: value > 0, "above 0"),
    "substitution_short": (lambda value: value > 0, "above 0"),
    "substitution_long": (lambda value: value > 0, "above 0"),
    "qualification_months": (lambda value: value > 0, "above 0"),
    "usable_stock": (lambda value: (value >= 0) & (value <= 1), "between 0 and 1"),
    "stock_months": (lambda value: value >= 0, "0 or more"),
    "refill_months": (lambda value: value > 0, "above 0"),
    "release": (np.isfinite, "numbers"),
}


@dataclass(frozen=True)
class Parameters:
    """Behaviour of a market: one set, or many with a leading axis of draws.

    Every array may carry one leading axis of draws; arrays without it hold for all draws. Values
    come from the parameter table, none from here.

    Attributes:
        substitution: ``sigma``, how fast buyers change supplier, shape (step,).
        supply_elasticity: ``eps``, shape (step,).
        cost_share: ``a``, share of the input in the cost of a step, shape (step,); the first
            step's is not used.
        demand_elasticity: ``eta`` of final use, shape (step, use).
        choke_price: ``Pbar``, price ratio above which a use gives up, shape (step, use).
        feed_choke_price: The same for makers who buy the step before, shape (step,); index is the
            step that is made, the first is not used.
        capacity: ``k``, largest output as a ratio to base output, shape (step, country); inf has
            no ceiling. Below 1 the base itself cannot be reached.
        leakage_share: ``kappa``, part of a blocked arc that returns through a hub; 0 shuts it.
        leakage_markup: ``mu`` of the hub.
        choke_sharpness: Exponent of the shortage price; a numerical choice, not a fact.
        substitution_short, substitution_long: ``sigma`` in the first month and after qualification
            of new suppliers, shape (step,); months only.
        qualification_months: Time constant of that change; months only.
        usable_stock: ``u``, part of a stock that can be used; months only.
        stock_months: ``S0``, months of use in stock, shape (step, country); months only.
        refill_months: Time in which a stock is refilled; months only.
        release: What buyers take from stock instead of buying, tonnes a year, shape (step,
            country); negative refills. `solve` takes it from the measures.

    Raises:
        InputError: A value outside its range, or arrays with different numbers of draws.
    """

    substitution: Floats
    supply_elasticity: Floats
    cost_share: Floats
    demand_elasticity: Floats
    choke_price: Floats
    feed_choke_price: Floats
    capacity: Floats
    leakage_share: Floats | float = 0.0
    leakage_markup: Floats | float = 0.0
    choke_sharpness: Floats | float = 6.0
    substitution_short: Floats | None = None
    substitution_long: Floats | None = None
    qualification_months: Floats | float | None = None
    usable_stock: Floats | float | None = None
    stock_months: Floats | None = None
    refill_months: Floats | float | None = None
    release: Floats | None = None

    def __post_init__(self) -> None:
        for name, dimensions in _DIMENSIONS.items():
            if getattr(self, name) is None:
                continue
            array = _frozen(getattr(self, name))
            object.__setattr__(self, name, array)
            if array.ndim not in (dimensions, dimensions + 1):
                raise _parameter_error(name, f"has {array.ndim} dimensions", f"{dimensions}")
            inside, words = _RANGES[name]
            # The comparison is false for nan, which is therefore refused too.
            if not np.all(inside(array)):
                raise _parameter_error(name, "holds a value out of range", words)
        if len(self._sizes()) > 1:
            raise _parameter_error("draws", "differ in number between arrays", "one number")

    def _sizes(self) -> set[int]:
        arrays = ((getattr(self, name), size) for name, size in _DIMENSIONS.items())
        return {one.shape[0] for one, size in arrays if one is not None and one.ndim > size}

    @cached_property
    def draws(self) -> int | None:
        """Number of draws, or None for a single set."""
        sizes = self._sizes()
        return sizes.pop() if sizes else None

    def at(self, draw: int) -> Parameters:
        """The parameters of one draw, without the axis of draws."""
        return self._map(lambda array, _: array[draw])

    def part(self, draws: slice) -> Parameters:
        """The parameters of a run of draws."""
        return self._map(lambda array, _: array[draws])

    def each(self) -> Parameters:
        """The same with an axis of draws on every array, for many draws at once."""
        draws = self.draws or 1
        return self._map(
            lambda array, _: array,
            lambda array: np.broadcast_to(array, (draws, *array.shape)),
        )

    def moved(self, substitution: Floats, release: Floats | None) -> Parameters:
        """The same with what changes from month to month; the caller keeps to its ranges."""
        moved = self._map(lambda array, _: array)
        object.__setattr__(moved, "substitution", substitution)
        object.__setattr__(moved, "release", release)
        return moved

    def _map(
        self,
        pick: Callable[[Floats, int], Any],
        without: Callable[[Floats], Any] = lambda array: array,
    ) -> Parameters:
        # Parts of checked arrays need no second check, which would cost more than a solve.
        part = object.__new__(Parameters)
        for name, dimensions in _DIMENSIONS.items():
            array = getattr(self, name)
            if array is not None:
                array = pick(array, dimensions) if array.ndim > dimensions else without(array)
            object.__setattr__(part, name, array)
        return part

    def full(self, name: str, shape: tuple[int, ...]) -> Floats:
        """One parameter spread over its dimensions and all draws.

        Args:
            name: Field of this class.
            shape: Trailing shape, such as (step,) or (step, country).

        Returns:
            Shape (draw, *shape), with one draw for a single set; not to be written to.

        Raises:
            InputError: The parameter is missing or of another shape.
        """
        array = getattr(self, name)
        if array is None:
            raise _parameter_error(name, "is missing", "a value")
        if array.ndim == len(shape):
            array = array[None]
        if array.shape[1:] != shape:
            raise _parameter_error(name, f"has the shape {array.shape[1:]}", f"{shape}")
        if len(array) == (self.draws or 1):
            return np.asarray(array)
        return np.broadcast_to(array, (self.draws or 1, *shape))

    def check(self, network: Network) -> None:
        """Check that the shapes fit a network; raises InputError naming the parameter."""
        steps, uses, countries = network.final_use.shape
        sizes = {"capacity": (steps, countries), "stock_months": (steps, countries)}
        sizes |= dict.fromkeys(("demand_elasticity", "choke_price"), (steps, uses))
        sizes["release"] = (steps, countries)
        for field in fields(self):
            if getattr(self, field.name) is not None:
                plain = (steps,) if _DIMENSIONS[field.name] == 1 else ()
                self.full(field.name, sizes.get(field.name, plain))


def _parameter_error(name: str, fault: str, expected: str) -> InputError:
    return InputError(
        f"{name} {fault}",
        where="market parameters",
        why=f"the market needs {expected}",
        mend="correct the value, or the array that carries it",
    )
