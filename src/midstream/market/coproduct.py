"""Elements that come out of the same ore: a basket with price floors, surplus and a weight quota.

Ore of a type brings all its elements in fixed shares, whoever wants them. Elements in surplus sit
at a floor price and go to stock; the rest of the basket pays for the ore. The conditions are those
of a convex problem (supply is the slope of the makers' profit, use minus the slope of the users'
gain), so a solution is unique in the prices that matter, and a damped Newton method on the
Fischer-Burmeister form finds it from any start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.errors import InputError, ModelError
from midstream.market.network import BALANCE_TOLERANCE, Floats, _frozen

#: Newton steps and halvings of one step; neither is reached but by faulty input.
STEP_LIMIT = 200
HALVINGS = 50
#: Least worth of a basket as a share of the base, so that powers of it exist.
LEAST_WORTH = 1e-9


@dataclass(frozen=True)
class Basket:
    """Ores, elements and users of a basket in a base year.

    Attributes:
        ore: Base output of each ore type ``R0``, shape (ore,), tonnes a year.
        content: Tonnes of element per tonne of ore ``g``, shape (element, ore).
        recovery: Part of each element that is won, shape (element,).
        price: Base price of each element, shape (element,), USD/kg.
        separation_cost: Cost per kg of element, shape (element,), USD/kg.
        use: Base use of each element, shape (element,), tonnes a year.
        floor: Price floor of each element, shape (element,), USD/kg.
        supply_elasticity: ``eps`` of each ore type, shape (ore,).
        capacity: Largest output of an ore type as a ratio to base output, shape (ore,).
        demand_elasticity: ``eta`` of each element, shape (element,).
        choke_price: Ratio to the base price above which use gives up, shape (element,).
        choke_sharpness: Exponent of the shortage price.

    Raises:
        InputError: Shapes or signs are wrong, more is used than won, a surplus element is not at
            its floor in the base, or an ore is worth nothing net of separation cost.
    """

    ore: Floats
    content: Floats
    recovery: Floats
    price: Floats
    separation_cost: Floats
    use: Floats
    floor: Floats
    supply_elasticity: Floats
    capacity: Floats
    demand_elasticity: Floats
    choke_price: Floats
    choke_sharpness: float = 6.0

    def __post_init__(self) -> None:
        elements, ores = np.shape(self.content)
        by_ore = ("ore", "supply_elasticity", "capacity")
        for name in self.__dataclass_fields__:
            if name == "choke_sharpness":
                continue
            array = _frozen(getattr(self, name))
            object.__setattr__(self, name, array)
            shape = (ores,) if name in by_ore else (elements,)
            if array.shape != ((elements, ores) if name == "content" else shape):
                raise _basket_error(f"{name} has the shape {array.shape}")
            if not (array >= 0).all():
                raise _basket_error(f"{name} holds a negative or missing number")
        self._check_base()

    def _check_base(self) -> None:
        if not ((self.price > 0).all() and (self.use > 0).all()):
            raise _basket_error("an element has no price or no use")
        if (self.floor > self.price).any():
            raise _basket_error("a floor lies above the base price")
        won, used = self.won, self.use
        if (used > won * (1 + BALANCE_TOLERANCE)).any():
            raise _basket_error("more of an element is used than won")
        surplus = used < won * (1 - BALANCE_TOLERANCE)
        if (surplus & (self.price > self.floor)).any():
            raise _basket_error("an element in surplus lies above its floor")
        if not (self.worth(self.price) > 0).all():
            raise _basket_error("an ore is worth nothing net of separation")

    @property
    def won(self) -> Floats:
        """Base supply of each element, shape (element,), tonnes a year."""
        return self.recovered @ self.ore

    @property
    def recovered(self) -> Floats:
        """Element won per tonne of ore, shape (element, ore)."""
        won: Floats = self.recovery[:, None] * self.content
        return won

    def worth(self, price: Floats) -> Floats:
        """Net worth of a kg of each ore ``B = sum g recovery (p - cost)``, shape (ore,), USD/kg."""
        return self.recovered.T @ (price - self.separation_cost)


@dataclass(frozen=True)
class BasketResult:
    """Prices and tonnes of a basket.

    Attributes:
        producer_price, price: What makers get and users pay, shape (element,), USD/kg; the rent
            lies between.
        rent: Rent of a weight quota, USD/kg, the same on each element.
        use, supply, surplus: Shape (element,), tonnes a year.
        ore: Output of each ore type, shape (ore,).
        residual: Largest Fischer-Burmeister residual, in shares of the base.
    """

    producer_price: Floats
    price: Floats
    rent: float
    use: Floats
    supply: Floats
    surplus: Floats
    ore: Floats
    residual: float


def solve_basket(
    basket: Basket,
    *,
    capacity: Floats | None = None,
    demand_factor: Floats | float = 1.0,
    weight_quota: float | None = None,
    tolerance: float = 1e-11,
) -> BasketResult:
    """Find prices at which each element is used up or at its floor.

    Conditions: ``use_e <= supply_e`` with ``q_e >= floor_e``, one of the two exact;
    ``sum use <= quota`` with ``rent >= 0``, one of the two exact; users pay ``q_e + rent``.

    Args:
        basket: Base.
        capacity: Other ceilings of ores, shape (ore,), ratio to base; 0 takes an ore out.
        demand_factor: Factor on use at unchanged prices, a number or shape (element,).
        weight_quota: Ceiling of the use of all elements together, tonnes a year; above 0.
        tolerance: Largest residual, in shares of the base.

    Raises:
        InputError: A quota or demand that is not above 0, or capacities of the wrong shape.
        ModelError: No solution was found.
    """
    if weight_quota is not None and not weight_quota > 0:
        raise _basket_error(f"a weight quota of {weight_quota}")
    ceiling = basket.capacity if capacity is None else np.asarray(capacity, dtype=np.float64)
    factor = np.broadcast_to(np.asarray(demand_factor, dtype=np.float64), basket.use.shape)
    if ceiling.shape != basket.ore.shape or not (ceiling >= 0).all() or not (factor > 0).all():
        raise _basket_error("a capacity or a demand out of range")
    problem = _Conditions(basket, ceiling, factor, weight_quota)
    unknowns = np.concatenate([np.ones(len(basket.price)), np.zeros(int(weight_quota is not None))])
    for _ in range(STEP_LIMIT):
        error = problem.fischer_burmeister(unknowns)
        if np.abs(error).max() <= tolerance:
            return problem.result(unknowns, float(np.abs(error).max()))
        unknowns = problem.improved(unknowns, error)
    raise ModelError(
        "the basket did not settle",
        where="market basket",
        why="no prices were found at which all elements clear or rest on their floors",
        mend="check elasticities and choke prices; a use without a choke needs some elasticity",
    )


@dataclass(frozen=True)
class _Conditions:
    """The conditions in scaled unknowns: prices by their base, the rent by the mean price."""

    basket: Basket
    ceiling: Floats
    factor: Floats
    quota: float | None

    @property
    def scale(self) -> float:
        return float(self.basket.price.mean())

    def prices(self, unknowns: Floats) -> tuple[Floats, float]:
        count = len(self.basket.price)
        rent = float(unknowns[count]) * self.scale if self.quota is not None else 0.0
        return unknowns[:count] * self.basket.price, rent

    def ore(self, producer_price: Floats) -> tuple[Floats, Floats]:
        """Output of ores, and its slope by their worth."""
        basket = self.basket
        base = basket.worth(basket.price)
        ratio = np.maximum(basket.worth(producer_price) / base, LEAST_WORTH)
        wish = ratio**basket.supply_elasticity
        made = basket.ore * np.minimum(self.ceiling, wish)
        slope = np.where(
            (wish < self.ceiling) & (ratio > LEAST_WORTH),
            basket.supply_elasticity * made / (ratio * base),
            0.0,
        )
        return made, slope

    def use(self, price: Floats) -> tuple[Floats, Floats]:
        """Use of elements, and its slope by their price."""
        basket = self.basket
        ratio = np.maximum(price / basket.price, LEAST_WORTH)
        gap = np.log(basket.choke_price / ratio)
        lack = np.minimum(0.0, basket.choke_sharpness * gap)
        used = basket.use * self.factor * np.exp(lack) * ratio**-basket.demand_elasticity
        steep = basket.demand_elasticity + np.where(gap < 0, basket.choke_sharpness, 0.0)
        return used, -steep * used / (ratio * basket.price)

    def values(self, unknowns: Floats) -> tuple[Floats, Floats, Floats]:
        """Slacks of all conditions in shares of the base, their slopes, and the room to bounds."""
        basket = self.basket
        producer_price, rent = self.prices(unknowns)
        made, ore_slope = self.ore(producer_price)
        used, use_slope = self.use(producer_price + rent)
        supply = basket.recovered @ made
        slack = (supply - used) / basket.use
        slopes = (basket.recovered * ore_slope) @ basket.recovered.T - np.diag(use_slope)
        slopes = slopes * basket.price / basket.use[:, None]
        room = unknowns.copy()
        room[: len(slack)] -= basket.floor / basket.price
        if self.quota is None:
            return slack, slopes, room
        total = basket.use.sum()
        row = np.append(-use_slope * basket.price, -use_slope.sum() * self.scale) / total
        column = -use_slope * self.scale / basket.use
        joined = np.vstack([np.column_stack([slopes, column]), row])
        return np.append(slack, (self.quota - used.sum()) / total), joined, room

    def fischer_burmeister(self, unknowns: Floats) -> Floats:
        """``sqrt(a^2 + b^2) - a - b`` of slack and room: 0 when both hold and one is exact."""
        slack, _, room = self.values(unknowns)
        found: Floats = np.hypot(slack, room) - slack - room
        return found

    def improved(self, unknowns: Floats, error: Floats) -> Floats:
        """One Newton step, halved until the error falls."""
        slack, slopes, room = self.values(unknowns)
        length = np.hypot(slack, room)
        length[length == 0] = 1.0
        by_slack, by_room = slack / length - 1, room / length - 1
        matrix = by_slack[:, None] * slopes + np.diag(by_room)
        step = np.linalg.lstsq(matrix, -error, rcond=None)[0]
        merit, size = float(error @ error), 1.0
        best, best_merit = unknowns, np.inf
        for _ in range(HALVINGS):
            tried = unknowns + size * step
            found = self.fischer_burmeister(tried)
            now = float(found @ found)
            if now < best_merit:
                best, best_merit = tried, now
            if now <= merit * (1 - 1e-4 * size):
                break
            size /= 2
        return best

    def result(self, unknowns: Floats, residual: float) -> BasketResult:
        basket = self.basket
        producer_price, rent = self.prices(unknowns)
        made, _ = self.ore(producer_price)
        used, _ = self.use(producer_price + rent)
        supply = basket.recovered @ made
        return BasketResult(
            producer_price=producer_price,
            price=producer_price + rent,
            rent=rent,
            use=used,
            supply=supply,
            surplus=np.maximum(supply - used, 0.0),
            ore=made,
            residual=residual,
        )


def _basket_error(what: str) -> InputError:
    return InputError(
        what,
        where="market basket",
        why="prices of a basket follow from what its ores bring and what is used of it",
        mend="correct the base of the basket",
    )
