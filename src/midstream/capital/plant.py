"""One plant, or one to come: uses, sources, gap, incentive price, returns, prices, cost per kg."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.capital.case import Case
from midstream.capital.case_facility import case_of_facility
from midstream.capital.case_target import case_of_target
from midstream.capital.conditions import CONSTRUCTION, Instrument, Terms, parameter_of
from midstream.capital.funding import Funding
from midstream.capital.incentive import incentive_price
from midstream.capital.instruments import MARKET_KINDS, InstrumentCost, instrument_costs
from midstream.capital.plant_rows import PlantBook
from midstream.capital.prices import NamedPrice, PriceRecord, given_price, price_record
from midstream.capital.result import PlantCapital, PriceCase, SourceRow, UseRow
from midstream.capital.returns import equity_irr, irr, npv
from midstream.capital.scheme import Support, support
from midstream.capital.stack import fund
from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Quantity

#: Case of the price record that a plant is reckoned at where no price is given.
BASE = "base"
DRAWS = 2000
MONEY = "USD"


def plant(
    evidence: Evidence,
    world: World,
    facility_id: str,
    *,
    price: float | None = None,
    with_scheme: bool = True,
    draws: int = DRAWS,
    seed: int = 1,
    ledger: Ledger | None = None,
    overrides: Mapping[str, float] | None = None,
    terms: Terms | None = None,
) -> PlantCapital:
    """Capital of a plant of the facility register.

    Args:
        evidence: The release.
        world: The world it stands in.
        facility_id: Row of the facility register.
        price: USD per kg of the form that moves its price; ``None`` takes the price record.
        with_scheme: Whether support counts.
        draws, seed: Of the unknowns.
        ledger: Where quantities are entered; ``None`` is one of its own.
        overrides: Figures of the case that replace record and archetype.
        terms: Terms of money; ``None`` reads them from the parameter table.

    Raises:
        InputError: if the facility is unknown, or a figure is missing and named by no option.
    """

    def make(at: float | None) -> Case:
        return case_of_facility(
            evidence, world, facility_id, price=at, draws=draws, seed=seed, overrides=overrides
        )

    return _capital(_Request(evidence, make, price, with_scheme, terms, ledger))


def target_plant(
    evidence: Evidence,
    world: World,
    country: str,
    form: str,
    capacity: float,
    year: int,
    *,
    variant: str | None = None,
    price: float | None = None,
    with_scheme: bool = True,
    draws: int = DRAWS,
    seed: int = 1,
    ledger: Ledger | None = None,
    overrides: Mapping[str, float] | None = None,
    terms: Terms | None = None,
) -> PlantCapital:
    """Capital of a plant to come: capacity of a form in a country, decided in a year.

    Args:
        evidence, world: As of `plant`.
        country, form, capacity, year: The plant; capacity in units of the form a year.
        variant: Variant of the archetype; ``None`` takes the first.
        price, with_scheme, draws, seed, ledger, overrides, terms: As of `plant`.

    Raises:
        InputError: if a name is unknown, or a figure is missing and named by no option.
    """

    def make(at: float | None) -> Case:
        return case_of_target(
            evidence,
            world,
            country,
            form,
            capacity,
            year,
            variant=variant,
            price=at,
            draws=draws,
            seed=seed,
            overrides=overrides,
        )

    return _capital(_Request(evidence, make, price, with_scheme, terms, ledger))


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked, for a plant on record and one to come alike.

    Attributes:
        evidence: The release.
        make: Gives the case at a price of the form that moves it; ``None`` leaves that to the
            case.
        price: Price that was given.
        with_scheme: Whether support counts.
        terms: Terms of money, ``None`` for those of the parameter table.
        ledger: Where quantities are entered.
    """

    evidence: Evidence
    make: Callable[[float | None], Case]
    price: float | None
    with_scheme: bool
    terms: Terms | None
    ledger: Ledger | None


@dataclass(frozen=True, slots=True)
class _Priced:
    """The price a plant is reckoned at, and the others it is shown at."""

    main: NamedPrice
    cases: tuple[NamedPrice, ...]
    basis: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Money:
    """Support, terms and the stack of a case."""

    support: Support
    private: tuple[Instrument, ...]
    terms: Terms

    def stack(self, case: Case, *, supported: bool) -> Funding:
        """The stack with all instruments, or with private money alone."""
        used = self.support.instruments if supported else self.private
        return fund(case, used, self.terms)


def _capital(request: _Request) -> PlantCapital:
    evidence = request.evidence
    ledger = request.ledger if request.ledger is not None else Ledger(base=evidence.ledger)
    first = request.make(request.price)
    priced = _prices(request, ledger, first)
    case = first if request.price is not None else request.make(priced.main.value)
    money = _money(request, ledger, case)
    book = PlantBook.of(evidence, ledger, case, priced.main, money.support, request.with_scheme)
    funding = money.stack(case, supported=request.with_scheme)
    alone = money.stack(case, supported=False)
    rate = float(evidence.parameter("capital.payer.rate").value or 0.0)
    costs = instrument_costs(funding, lambda some: fund(case, some, money.terms), rate)
    incentive = incentive_price(case, _used(request, money), money.terms)
    unit = _price_unit(case)
    return PlantCapital(
        facility=case.facility,
        name=book.name,
        form=case.form,
        country=case.country,
        unit=case.unit,
        capacity=case.capacity,
        year=case.year,
        uses=_uses(book, funding),
        sources=tuple(_source(book, row, unit) for row in costs),
        total=book.drawn("total", "Money needed", funding.total, MONEY, "sum of the uses"),
        gap=book.drawn("gap", "Gap", funding.gap, MONEY, "uses - layers"),
        gap_without_scheme=book.drawn(
            "gap-alone", "Gap without support", alone.gap, MONEY, "uses - private layers"
        ),
        incentive_price=book.none_is_high(
            "incentive", "Incentive price", incentive, unit, "lowest price at which the gap is nil"
        ),
        incentive_none=book.share(
            "incentive-none", "No incentive price", np.isnan(incentive), "no price closes the gap"
        ),
        npv=book.drawn("npv", "Value today", npv(funding), MONEY, "sum cash_k (1 + r)^-k"),
        irr=book.none_is_low("irr", "Return of the project", irr(funding), "NPV(irr) = 0"),
        equity_irr=book.none_is_low(
            "equity-irr", "Return of the equity", equity_irr(funding), "NPV(irr) = 0, owners' cash"
        ),
        price=priced.main.price,
        product_price=book.drawn("price", "Price of the product", case.price, unit, "as drawn"),
        cash_cost=book.drawn(
            "cash-cost", "Cost of running", case.feed + case.opex, unit, "feed + running cost"
        ),
        price_form=case.price_form or case.form,
        price_cases=_price_cases(request, book, priced, money),
        price_year=case.price_year,
        price_basis=priced.basis,
        assumptions=_assumptions(case, request.terms),
        warnings=_warnings(case, money.support, priced),
        draws={"uses": funding.total, "gap": funding.gap, "gap_without": alone.gap},
    )


def _used(request: _Request, money: _Money) -> Sequence[Instrument]:
    return money.support.instruments if request.with_scheme else money.private


def _price_unit(case: Case) -> str:
    return "USD/kg" if case.kg_per_unit != 1 else f"USD/{case.unit.removesuffix('/yr')}"


def _prices(request: _Request, ledger: Ledger, case: Case) -> _Priced:
    """Prices of the form that moves the price of the product."""
    form = case.price_form or case.form
    name = request.evidence.forms[form]["name"]
    record = _record(request, ledger, form, case.price_year)
    cases = () if record is None else record.cases
    tax = "without value-added tax"
    if request.price is not None:
        unit = "USD/kg" if form != case.form else _price_unit(case)
        main = given_price(ledger, form, request.price, unit)
        return _Priced(main, (main, *cases), f"{name}: price that was given, {tax}", ())
    if record is None:
        raise InputError(
            f"no price of {name} is on record",
            where="prices.csv",
            why="without a price there is no revenue, and a price is never made up",
            mend="give one with --price",
        )
    main = record.case(BASE)
    words = [f"{name}: {main.meaning}", record.tax, record.rates, f"real USD of {case.price_year}"]
    return _Priced(main, cases, "; ".join(word for word in words if word), record.remarks)


def _record(request: _Request, ledger: Ledger, form: str, price_year: int) -> PriceRecord | None:
    """The price record of a form; a form without one can still be reckoned at a given price."""
    held = {row["form"] for row in request.evidence.table("prices").rows}
    if form not in held:
        return None
    return price_record(request.evidence, ledger, form, price_year)


def _money(request: _Request, ledger: Ledger, case: Case) -> _Money:
    found = support(
        request.evidence,
        ledger,
        case.form,
        case.country,
        case.capacity,
        case.price_year,
        case.facility,
    )
    terms = request.terms or Terms.of(request.evidence)
    return _Money(found, found.of(MARKET_KINDS), terms)


def _uses(book: PlantBook, funding: Funding) -> tuple[UseRow, ...]:
    formulas = {
        "capital cost": "capacity x capital cost per unit",
        "overrun": "capital cost x overrun",
        "interest during construction": "share x capital cost x rate x years",
        "working capital": "days of sales at full output",
    }
    rows = []
    for name, values in funding.uses.items():
        title = name[0].upper() + name[1:]
        words = formulas.get(name, "drawn")
        rows.append(
            UseRow(name, book.drawn(f"use/{name.replace(' ', '-')}", title, values, MONEY, words))
        )
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
    )


def _price_cases(
    request: _Request, book: PlantBook, priced: _Priced, money: _Money
) -> tuple[PriceCase, ...]:
    """The gap at each price, on the same draws."""
    rows = []
    for named in priced.cases:
        case = request.make(named.value)
        gap = money.stack(case, supported=request.with_scheme).gap
        without = money.stack(case, supported=False).gap
        place, inputs = f"at-{named.name}", (named.price.lineage,)
        rows.append(
            PriceCase(
                name=named.name,
                price=named.price,
                gap=book.drawn(
                    f"{place}/gap", f"Gap at the {named.name} price", gap, MONEY, "", inputs
                ),
                gap_without=book.drawn(
                    f"{place}/gap-alone",
                    f"Gap without support at the {named.name} price",
                    without,
                    MONEY,
                    "",
                    inputs,
                ),
                closed=book.share(
                    f"{place}/closed", f"No gap at the {named.name} price", gap <= 0, "gap is nil"
                ),
                meaning=named.meaning,
            )
        )
    return tuple(rows)


def _assumptions(case: Case, terms: Terms | None) -> tuple[str, ...]:
    """Ids of what fills unknowns: of the case, of the terms of money, of the payers."""
    names = [f"par:{parameter_of(name)}" for name in Terms.__slots__] if terms is None else []
    own = ("par:capital.payer.rate", "par:capital.price.window", "par:capital.price.tax")
    return tuple(dict.fromkeys((*case.assumed, *names, *own)))


def _warnings(case: Case, found: Support, priced: _Priced) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*case.remarks, *found.remarks, *priced.remarks)))
