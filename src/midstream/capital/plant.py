"""One plant, or one to come: uses, sources, gap, incentive price, returns, prices, cost per kg."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from midstream.capital.case import Case
from midstream.capital.case_facility import case_of_facility
from midstream.capital.case_target import case_of_target
from midstream.capital.conditions import (
    Instrument,
    Terms,
    parameter_of,
)
from midstream.capital.funding import Funding
from midstream.capital.incentive import incentive_price
from midstream.capital.instruments import MARKET_KINDS, instrument_costs
from midstream.capital.plant_answer import AtPrice, Reckoned, answer, price_unit
from midstream.capital.plant_rows import PlantBook
from midstream.capital.prices import NamedPrice, PriceRecord, given_price, price_record
from midstream.capital.result import PlantCapital
from midstream.capital.scheme import Support, support
from midstream.capital.stack import fund
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger

#: Case of the price record that a plant is reckoned at where no price is given.
BASE = "base"
DRAWS = 2000


def plant(
    evidence: Evidence,
    world: World,
    facility_id: str,
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
    """Capital of a plant of the facility register.

    Args:
        evidence: The release.
        world: The world it stands in.
        facility_id: Row of the facility register.
        variant: Variant of the archetype; ``None`` takes the first.
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
            evidence,
            world,
            facility_id,
            variant=variant,
            price=at,
            draws=draws,
            seed=seed,
            overrides=overrides,
            ledger=book,
        )

    book = _ledger_of(evidence, ledger)
    return _capital(_Request(evidence, make, price, with_scheme, terms, book))


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
            ledger=book,
        )

    book = _ledger_of(evidence, ledger)
    return _capital(_Request(evidence, make, price, with_scheme, terms, book))


def _ledger_of(evidence: Evidence, ledger: Ledger | None) -> Ledger:
    return ledger if ledger is not None else Ledger(base=evidence.ledger)


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
    ledger: Ledger


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

    def used(self, supported: bool) -> tuple[Instrument, ...]:
        """All instruments, or private money alone."""
        return self.support.instruments if supported else self.private

    def stack(self, case: Case, *, supported: bool) -> Funding:
        """The stack with all instruments, or with private money alone."""
        return fund(case, self.used(supported), self.terms)


def _capital(request: _Request) -> PlantCapital:
    evidence, ledger = request.evidence, request.ledger
    case = request.make(request.price)
    priced = _prices(request, ledger, case)
    money = _money(request, ledger, case)
    book = PlantBook.of(evidence, ledger, case, priced.main, money.support, request.with_scheme)
    funding = money.stack(case, supported=request.with_scheme)
    rate = float(evidence.parameter("capital.payer.rate").value or 0.0)
    return answer(
        Reckoned(
            book=book,
            funding=funding,
            alone=money.stack(case, supported=False),
            costs=instrument_costs(funding, lambda some: fund(case, some, money.terms), rate),
            incentive=incentive_price(case, money.used(request.with_scheme), money.terms),
            price=priced.main,
            price_basis=priced.basis,
            prices=tuple(_at_price(request, money, named) for named in priced.cases),
            assumptions=_assumptions(case, request.terms),
            warnings=_warnings(case, money.support, priced),
        )
    )


def _at_price(request: _Request, money: _Money, named: NamedPrice) -> AtPrice:
    """The gap at a price, on the same draws."""
    case = request.make(named.value)
    gap = money.stack(case, supported=request.with_scheme).gap
    return AtPrice(named, gap, money.stack(case, supported=False).gap)


def _prices(request: _Request, ledger: Ledger, case: Case) -> _Priced:
    """Prices of the form that moves the price of the product."""
    form = case.price_form or case.form
    name = request.evidence.forms[form]["name"]
    record = _record(request, ledger, form, case.price_year)
    cases = () if record is None else record.cases
    tax = "without value-added tax"
    if request.price is not None:
        unit = "USD/kg" if form != case.form else price_unit(case)
        main = given_price(ledger, form, request.price, unit)
        basis = f"{name}: price that was given; {tax}; real USD of {case.price_year}"
        return _Priced(main, (main, *cases), basis, ())
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


def _assumptions(case: Case, terms: Terms | None) -> tuple[str, ...]:
    """Ids of what fills unknowns: of the case, of the terms of money, of the payers."""
    names = [f"par:{parameter_of(name)}" for name in Terms.__slots__] if terms is None else []
    own = ("par:capital.payer.rate", "par:capital.price.window", "par:capital.price.tax")
    return tuple(dict.fromkeys((*case.assumed, *names, *own)))


def _warnings(case: Case, found: Support, priced: _Priced) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*case.remarks, *found.remarks, *priced.remarks)))
