"""Result of one plant: uses, sources, gap, prices, returns, each a quantity with its lineage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from midstream.chain.estimate import Floats
from midstream.evidence import Quantity


@dataclass(frozen=True, slots=True)
class UseRow:
    """What the money is spent on before the start.

    Attributes:
        name: Capital cost, overrun, interest during construction, working capital.
        amount: USD of the price year.
        mean: Mean of the draws, which adds up with those of the other uses to that of the total.
    """

    name: str
    amount: Quantity
    mean: Quantity | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One instrument and its payer.

    Attributes:
        instrument: Kind.
        payer: Who pays.
        payer_country: Country of the payer; blank where it is not on record.
        money: ``construction``, ``operation`` or ``terms``.
        amount: Before the start: money put in. In operation: value today of what is paid.
        per_kg: What it costs its bearer per kg of product over the life of the plant; for public
            support the grant equivalent, for market money what the price has to carry.
        bearer: ``payer`` or ``price``.
        grant_equivalent: What support is worth at the decision; ``None`` for market money.
        additionality: Gap without the instrument less the gap with it; ``None`` for market money.
        displaced: Money of others that it takes the place of; ``None`` for market money.
        mean: Mean of the money before the start, which adds up with those of the other layers and
            of the gap to that of the total; ``None`` for money in operation.
    """

    instrument: str
    payer: str
    payer_country: str
    money: str
    amount: Quantity
    per_kg: Quantity | None
    bearer: str
    grant_equivalent: Quantity | None
    additionality: Quantity | None
    displaced: Quantity | None
    mean: Quantity | None = None


@dataclass(frozen=True, slots=True)
class PriceCase:
    """The gap at one price.

    Attributes:
        name: ``low``, ``base``, ``high``, ``latest`` or ``given``.
        price: USD per kg.
        gap: With support.
        gap_without: Without it.
        closed: Share of draws in which the gap is nil, with support.
        meaning: What the price is, in words.
    """

    name: str
    price: Quantity
    gap: Quantity
    gap_without: Quantity
    closed: Quantity
    meaning: str


@dataclass(frozen=True, slots=True)
class PlantCapital:
    """Capital of one plant, or of a plant to come.

    Attributes:
        facility: Id; blank for a plant to come.
        name: Name in words.
        form, country, unit: What and where.
        capacity: Nameplate in the unit.
        year: Year of the decision.
        uses: What the money is spent on.
        sources: Instruments and payers, by rank.
        total: All uses.
        gap: Uses that no source covers.
        gap_without_scheme: The same without any support.
        total_mean, gap_mean: Means of the draws: uses = sources + gap holds for means, not for
            P50s.
        incentive_price: Price at which the gap of a draw is nil; its value is missing where more
            than half of the draws have none up to the limit.
        incentive_none: Share of draws without one.
        npv: Value today of the whole project at the rate of equity and debt in its stack.
        irr: Return of the project; missing where most draws have none.
        equity_irr: Return of the equity in the stack.
        price: Price it is reckoned at, of the form ``price_form``.
        product_price: Price of the product at that price.
        cash_cost: Feed and running cost per kg at full output.
        price_form: Form whose price it is.
        price_cases: The gap at several prices.
        price_year: Year of the USD.
        price_basis: Series, tax and exchange rates of the prices, in words.
        assumptions: Ids of parameters and archetypes that fill unknowns.
        warnings: Sentences.
        draws: Uses, gap and gap without support in each draw, for figures, shape (draw,) each.
    """

    facility: str
    name: str
    form: str
    country: str
    unit: str
    capacity: float
    year: int
    uses: tuple[UseRow, ...]
    sources: tuple[SourceRow, ...]
    total: Quantity
    gap: Quantity
    gap_without_scheme: Quantity
    total_mean: Quantity
    gap_mean: Quantity
    incentive_price: Quantity
    incentive_none: Quantity
    npv: Quantity
    irr: Quantity
    equity_irr: Quantity
    price: Quantity
    product_price: Quantity
    cash_cost: Quantity
    price_form: str
    price_cases: tuple[PriceCase, ...]
    price_year: int
    price_basis: str
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    draws: Mapping[str, Floats]

    @property
    def money_basis(self) -> str:
        """Year and kind of the money, in words."""
        return f"real USD of {self.price_year}"

    def to_dict(self) -> dict[str, Any]:
        """Give the answer of the interface; arrays of draws are left out."""
        return {
            "facility": self.facility or None,
            "name": self.name,
            "form": self.form,
            "country": self.country,
            "capacity": self.capacity,
            "unit": self.unit,
            "year": self.year,
            "uses": [_use(row) for row in self.uses],
            "sources": [_source(row) for row in self.sources],
            "total": self.total.to_dict(),
            "gap": self.gap.to_dict(),
            "gap_without_scheme": self.gap_without_scheme.to_dict(),
            "total_mean": self.total_mean.to_dict(),
            "gap_mean": self.gap_mean.to_dict(),
            "incentive_price": self.incentive_price.to_dict(),
            "incentive_price_none": self.incentive_none.to_dict(),
            "npv": self.npv.to_dict(),
            "irr": self.irr.to_dict(),
            "equity_irr": self.equity_irr.to_dict(),
            "price": self.price.to_dict(),
            "product_price": self.product_price.to_dict(),
            "cash_cost": self.cash_cost.to_dict(),
            "price_form": self.price_form,
            "price_cases": [_case(case) for case in self.price_cases],
            "price_year": self.price_year,
            "price_basis": self.price_basis,
            "money_basis": self.money_basis,
            "assumptions": list(self.assumptions),
            "warnings": list(self.warnings),
        }


def _use(row: UseRow) -> dict[str, Any]:
    return {"name": row.name, "amount": row.amount.to_dict(), "mean": _optional(row.mean)}


def _source(row: SourceRow) -> dict[str, Any]:
    return {
        "instrument": row.instrument,
        "payer": row.payer,
        "payer_country": row.payer_country or None,
        "money": row.money,
        "amount": row.amount.to_dict(),
        "per_kg": _optional(row.per_kg),
        "bearer": row.bearer,
        "grant_equivalent": _optional(row.grant_equivalent),
        "additionality": _optional(row.additionality),
        "displaced": _optional(row.displaced),
        "mean": _optional(row.mean),
    }


def _case(case: PriceCase) -> dict[str, Any]:
    return {
        "name": case.name,
        "price": case.price.to_dict(),
        "gap": case.gap.to_dict(),
        "gap_without_scheme": case.gap_without.to_dict(),
        "closed": case.closed.to_dict(),
        "meaning": case.meaning,
    }


def _optional(quantity: Quantity | None) -> Any:
    return None if quantity is None else quantity.to_dict()
