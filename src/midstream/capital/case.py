"""A plant to be built, drawn: what it costs, how it starts, what it earns and pays per kg.

Each field comes from the reader, else from the plant's record, else from the archetype of its
form; where none of them knows it the case is refused with the option that gives it. Nothing is
taken as zero because it is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.errors import InputError


@dataclass(frozen=True, slots=True)
class Case:
    """One plant; arrays have the shape (draw,), money is real USD of the price year.

    Attributes:
        form, country: What and where.
        facility: Row of the facility register; blank for a plant to come.
        unit: Unit of the output.
        capacity: Units a year at nameplate, > 0.
        year: Calendar year of the decision; the plant starts ``build`` years later.
        capex: Planned capital cost, USD.
        overrun: Share of it that comes on top, >= 0.
        build: Years from decision to start, > 0.
        ramp: Years from start to full output, >= 0.
        utilisation: Share of the nameplate in use after that, 0..1.
        kg_per_unit: Kg of product per unit; 1 for units that are no mass, whose prices and costs
            are then USD per unit.
        price: USD per kg of product.
        feed: Cost of feed, USD per kg of product.
        opex: Running cost that follows the output, USD per kg of product.
        fixed: Running cost that does not, USD a year.
        price_year: Year whose purchasing power the USD have.
        assumed: Parameters and archetypes that fill unknowns.
        lineage: Ids it rests on.
        price_form: Form whose market price moves the price; the form itself unless its price is
            made up from that of its feed.
        remarks: What a reader should know about the record behind it, one sentence each.
    """

    form: str
    country: str
    facility: str
    unit: str
    capacity: float
    year: int
    capex: Floats
    overrun: Floats
    build: Floats
    ramp: Floats
    utilisation: Floats
    kg_per_unit: float
    price: Floats
    feed: Floats
    opex: Floats
    fixed: Floats
    price_year: int
    assumed: tuple[str, ...] = ()
    lineage: tuple[str, ...] = ()
    price_form: str = ""
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_case(self)

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.capex)

    @property
    def start(self) -> Floats:
        """Time of the start in calendar years, shape (draw,)."""
        return self.year + self.build

    @property
    def full_output(self) -> Floats:
        """Kg of product (or units) a year after the ramp, shape (draw,)."""
        return np.asarray(self.capacity * self.kg_per_unit * self.utilisation)


#: Array of a case -> least and largest value, and whether the least itself is allowed.
_RANGES: Mapping[str, tuple[float, float, bool]] = {
    "capex": (0.0, np.inf, False),
    "overrun": (0.0, np.inf, True),
    "build": (0.0, 40.0, False),
    "ramp": (0.0, 40.0, True),
    "utilisation": (0.0, 1.0, True),
    "price": (0.0, np.inf, True),
    "feed": (0.0, np.inf, True),
    "opex": (0.0, np.inf, True),
    "fixed": (0.0, np.inf, True),
}
_WHY = {"build": "a plant cannot start before it is decided, and is built in 40 years at most"}


def check_case(case: Case) -> None:
    """Check a plant.

    Raises:
        InputError: if the capacity is not above 0, a cost is negative, the start lies before the
            decision, or a figure is missing.
        ValueError: if an array has not the length of the others.
    """
    where = case.facility or f"{case.form} in {case.country}"
    if not case.capacity > 0:
        raise InputError(
            f"a capacity of {case.capacity:g} {case.unit}",
            where=where,
            why="a plant makes something",
            mend=f"give one above 0 with {option('capacity')}",
        )
    for name, (least, largest, closed) in _RANGES.items():
        values = getattr(case, name)
        if values.shape != (case.draws,):
            raise ValueError(f"{name} has shape {values.shape}, not ({case.draws},)")
        if np.all((values >= least) & (values <= largest)) and (closed or np.all(values > least)):
            continue
        worst = float(values[np.argmin(np.where(np.isnan(values), -np.inf, values))])
        raise InputError(
            f"{name} of {worst:g}",
            where=where,
            why=_WHY.get(name, f"it runs from {least:g} to {largest:g}"),
            mend=f"give another with {option(name)}",
        )


def option(name: str) -> str:
    """How a reader gives a figure of a case."""
    return "--price USD" if name == "price" else f"--set {name}=VALUE"


def with_price(case: Case, price: Floats) -> Case:
    """The same plant at another price of its product; its feed cost stays."""
    return replace(case, price=price)
