"""Rows of the answer on one plant, from its stacks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.capital.case import Case
from midstream.capital.conditions import CONSTRUCTION, MARKET
from midstream.capital.funding import Funding
from midstream.capital.incentive import cash_cost
from midstream.capital.instruments import InstrumentCost
from midstream.capital.plant_rows import PlantBook
from midstream.capital.prices import NamedPrice
from midstream.capital.result import PlantCapital, PriceCase, SourceRow, UseRow
from midstream.capital.returns import equity_irr, irr, npv
from midstream.chain.estimate import Floats
from midstream.evidence import Quantity

MONEY = "USD"


@dataclass(frozen=True, slots=True)
class AtPrice:
    """The gap at one price, with and without support, shape (draw,) each."""

    named: NamedPrice
    gap: Floats
    without: Floats


@dataclass(frozen=True, slots=True)
class Reckoned:
    """All that an answer is written from.

    Attributes:
        book: Enters quantities.
        funding, alone: The stack, and the one without support.
        costs: What each instrument gives and costs.
        incentive: Incentive price, shape (draw,).
        price: Price it is reckoned at.
        price_basis: That price in words.
        prices: The gap at several prices.
        assumptions, warnings: Ids and sentences.
    """

    book: PlantBook
    funding: Funding
    alone: Funding
    costs: tuple[InstrumentCost, ...]
    incentive: Floats
    price: NamedPrice
    price_basis: str
    prices: tuple[AtPrice, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def case(self) -> Case:
        """The plant."""
        return self.funding.case

    @property
    def unit(self) -> str:
        """Unit of prices of the product."""
        return price_unit(self.case)


def answer(found: Reckoned) -> PlantCapital:
    """Write the answer on a plant."""
    book, case, funding = found.book, found.case, found.funding
    return PlantCapital(
        facility=case.facility,
        name=book.name,
        form=case.form,
        country=case.country,
        unit=case.unit,
        capacity=case.capacity,
        year=case.year,
        uses=_uses(book, funding),
        sources=tuple(_source(book, one, found.unit) for one in found.costs if not _empty(one)),
        total=book.drawn("total", "Money needed", funding.total, MONEY, "sum of the uses"),
        gap=book.drawn("gap", "Gap", funding.gap, MONEY, "uses - layers"),
        gap_without_scheme=_gap_alone(found),
        total_mean=book.mean("total", "Money needed", funding.total, MONEY),
        gap_mean=book.mean("gap", "Gap", funding.gap, MONEY),
        incentive_price=_incentive(found),
        incentive_none=_no_incentive(found),
        npv=book.drawn("npv", "Value today", npv(funding), MONEY, "sum cash_k (1 + r)^-k"),
        irr=book.none_is_low("irr", "Return of the project", irr(funding), "NPV(irr) = 0"),
        equity_irr=_equity_return(found),
        price=found.price.price,
        product_price=book.drawn("price", "Product price", case.price, found.unit, "as drawn"),
        cash_cost=_cash_cost(found),
        price_form=case.price_form or case.form,
        price_cases=tuple(_price_case(book, one) for one in found.prices),
        price_year=case.price_year,
        price_basis=found.price_basis,
        assumptions=found.assumptions,
        warnings=found.warnings,
        draws={"uses": funding.total, "gap": funding.gap, "gap_without": found.alone.gap},
    )


def _gap_alone(found: Reckoned) -> Quantity:
    values, words = found.alone.gap, "uses - private layers"
    return found.book.drawn("gap-alone", "Gap without support", values, MONEY, words)


def _incentive(found: Reckoned) -> Quantity:
    words = "lowest price at which the gap is nil"
    return found.book.none_is_high(
        "incentive", "Incentive price", found.incentive, found.unit, words
    )


def _no_incentive(found: Reckoned) -> Quantity:
    none = np.isnan(found.incentive)
    return found.book.share("incentive-none", "No incentive price", none, "no price closes the gap")


def _equity_return(found: Reckoned) -> Quantity:
    values, words = equity_irr(found.funding), "NPV(irr) = 0 for the owners' cash"
    return found.book.none_is_low("equity-irr", "Return of the equity", values, words)


def _cash_cost(found: Reckoned) -> Quantity:
    values, words = cash_cost(found.case), "feed + running cost at full output"
    return found.book.drawn("cash-cost", "Cash cost", values, found.unit, words)


def _empty(cost: InstrumentCost) -> bool:
    """Whether it is money that no record names and no draw calls for."""
    return cost.instrument.payer == MARKET and not cost.amount.any()


def price_unit(case: Case) -> str:
    """Unit of prices and costs of the product."""
    return "USD/kg" if case.kg_per_unit != 1 else f"USD/{case.unit.removesuffix('/yr')}"


def _uses(book: PlantBook, funding: Funding) -> tuple[UseRow, ...]:
    formulas = {
        "capital cost": "capacity x capital cost per unit",
        "overrun": "capital cost x overrun",
        "interest during construction": "share x capital cost x rate x years",
        "working capital": "days of sales at full output",
    }
    rows = []
    for name, values in funding.uses.items():
        place, title = f"use/{name.replace(' ', '-')}", name[0].upper() + name[1:]
        amount = book.drawn(place, title, values, MONEY, formulas.get(name, "drawn"))
        rows.append(UseRow(name, amount, book.mean(place, title, values, MONEY)))
    return tuple(rows)


def _source(book: PlantBook, cost: InstrumentCost, unit: str) -> SourceRow:
    one = cost.instrument
    row = book.evidence.row_by_id("instruments", one.kind) or {}
    place, title = book.source_place(one), f"{row['name']}: {one.payer}"
    built = one.kind in CONSTRUCTION
    amount = "at most what is left of the uses" if built else "value today of what is paid"
    support_words = "grant equivalent over discounted output"
    per_kg = support_words if cost.equivalent is not None else "amount over discounted output"

    def entered(what: str, words: str, values: Floats | None, formula: str) -> Quantity | None:
        if values is None:
            return None
        return book.drawn(
            f"{place}/{what}", f"{title}, {words}", values, MONEY, formula, one.lineage
        )

    return SourceRow(
        instrument=one.kind,
        payer=one.payer,
        payer_country=one.payer_country,
        money=row["money"],
        amount=book.drawn(place, title, cost.amount, MONEY, amount, one.lineage),
        per_kg=book.drawn(
            f"{place}/per-kg", f"{title}, cost", cost.per_kg, unit, per_kg, one.lineage
        ),
        bearer=row["bearer"],
        grant_equivalent=entered("worth", "grant equivalent", cost.equivalent, "as support"),
        additionality=entered("added", "added money", cost.additionality, "gap without - gap with"),
        displaced=entered("displaced", "displaced", cost.displaced, "amount - additionality"),
        mean=book.mean(place, title, cost.amount, MONEY) if built else None,
    )


def _price_case(book: PlantBook, one: AtPrice) -> PriceCase:
    named = one.named
    place, inputs = f"at-{named.name}", (named.price.lineage,)

    def entered(what: str, title: str, values: Floats) -> Quantity:
        words = f"{title} at the {named.name} price"
        return book.drawn(f"{place}/{what}", words, values, MONEY, "stack at this price", inputs)

    return PriceCase(
        name=named.name,
        price=named.price,
        gap=entered("gap", "Gap", one.gap),
        gap_without=entered("gap-alone", "Gap without support", one.without),
        closed=book.share(
            f"{place}/closed", f"No gap at the {named.name} price", one.gap <= 0, "gap is nil"
        ),
        meaning=named.meaning,
    )
