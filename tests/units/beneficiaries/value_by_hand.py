"""Holdings, pushes and prices by hand."""

from __future__ import annotations

from collections.abc import Mapping

from midstream.beneficiaries.companies import Expected, Holding
from midstream.beneficiaries.gains import Kind, Push, Terms
from midstream.chain.estimate import Component
from midstream.chain.plants import Plant
from midstream.evidence import Quantity

NO_TERMS = Terms({}, {}, {}, {}, {})


def exact(value: float) -> Component:
    """A reading without a range."""
    return Component(value, value, value)


def holding(
    company: str, form: str, country: str, output: float, plants: tuple[Expected, ...] = ()
) -> Holding:
    """Expected output of a company."""
    quantity = Quantity(output, output, output, "t/yr", "modelled", f"f:value.expected/{company}")
    return Holding(company, form, country, plants, quantity)


def plant(id: str, capacity: float, status: str, probability: float) -> Expected:
    """A plant with its odds."""
    made = Plant(
        id=id,
        form="ndpr-oxide",
        country="IND",
        capacity=capacity,
        low=capacity,
        high=capacity,
        status=status,
        start=None,
        owner="IND",
        technology="IND",
        feed=(),
        completion=None,
        lineage=(f"fac:{id}",),
    )
    return Expected(made, probability, exact(capacity), (f"fac:{id}",))


def priced(
    kind: Kind,
    size: float,
    form: str = "ndpr-oxide",
    country: str = "IND",
    target: str = "",
    standing: str = "",
) -> Push:
    """A push of one size."""
    return Push("push", "a push", kind, form, country, target, standing, exact(size), "unit", "")


def terms(
    price: Mapping[str, float],
    margin: Mapping[str, float],
    added: Mapping[str, float],
    per_next: Mapping[tuple[str, str], float],
) -> Terms:
    """Prices, margins and amounts without ranges."""
    prices, margins, values = (
        {form: exact(one) for form, one in part.items()} for part in (price, margin, added)
    )
    return Terms(prices, margins, values, per_next, {})
