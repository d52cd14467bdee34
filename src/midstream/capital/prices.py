"""Prices a plant is reckoned at: cases from the price record, in real USD without tax.

Every quote is turned into USD per kg at the mean rate of its own year, freed of value-added tax
where the quote includes it, and brought to the price year. One price a year: the median of its
yearly means, or of all its quotes where no yearly mean is on record.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from midstream.capital.money import Money, enter_rate, to_dollars
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row

#: Unit of a quote -> kg.
KG = {"kg": 1.0, "t": 1000.0, "lb": 0.45359237, "oz t": 0.0311034768}
#: Markets and the currency in which a quote includes the value-added tax of the country.
_TAXED_MARKET, _TAXED_CURRENCY = re.compile(r"^China\b"), "CNY"
#: Words of a quote that is no market price.
_NO_MARKET = frozenset({"contract floor"})
#: Words of a yearly figure that is no mean of its year.
_NO_MEAN = frozenset({"peak in the year", "trough in the year", "quote in the year"})


@dataclass(frozen=True, slots=True)
class YearlyPrice:
    """Price of one year in USD of the price year.

    Attributes:
        year: Year.
        price: Median of the quotes, USD per kg.
        low, high: Span of the quotes.
        averages: Whether the quotes are yearly means; else quotes of single months.
        quotes: Ids of the rows.
        sources: Documents.
        freed: Number of quotes from which tax was taken out.
    """

    year: int
    price: float
    low: float
    high: float
    averages: bool
    quotes: tuple[str, ...]
    sources: tuple[str, ...]
    freed: int


@dataclass(frozen=True, slots=True)
class NamedPrice:
    """A price with the name of its case.

    Attributes:
        name: ``low``, ``base``, ``high`` or ``latest``; ``given`` where the user names one.
        price: USD per kg of the price year, without tax.
        meaning: What it is, in words.
    """

    name: str
    price: Quantity
    meaning: str

    @property
    def value(self) -> float:
        """The price as a number."""
        return float(self.price.value or 0.0)


@dataclass(frozen=True, slots=True)
class PriceRecord:
    """Prices of a form on record.

    Attributes:
        form: Form.
        price_year: Year whose purchasing power the USD have.
        years: One price a year, oldest first.
        cases: ``low`` (one year in ten is lower), ``base`` (latest year with a yearly mean),
            ``high`` (one year in ten is higher) and, where a year is younger than the base,
            ``latest``.
        tax: Tax basis in words.
        rates: Exchange rates used, in words; blank where all quotes are in USD.
        remarks: What could not be brought to the price year.
    """

    form: str
    price_year: int
    years: tuple[YearlyPrice, ...]
    cases: tuple[NamedPrice, ...]
    tax: str
    rates: str
    remarks: tuple[str, ...]

    def case(self, name: str) -> NamedPrice:
        """A case by its name.

        Raises:
            InputError: if there is none.
        """
        for case in self.cases:
            if case.name == name:
                return case
        raise InputError(
            f"no price case {name!r}",
            where=self.form,
            why="the record gives other cases",
            mend=f"use one of {', '.join(case.name for case in self.cases)}",
        )


def price_record(evidence: Evidence, ledger: Ledger, form: str, price_year: int) -> PriceRecord:
    """Read the price record of a form.

    Raises:
        InputError: if no price of the form is on record.
    """
    quotes: dict[int, list[_Quote]] = defaultdict(list)
    for row in evidence.table("prices").rows:
        if row["form"] == form and row["unit"] in KG and row["basis"] not in _NO_MARKET:
            quote = _quote(evidence, row, price_year)
            quotes[quote.year].append(quote)
    if not quotes:
        raise _no_price(evidence, form)
    window = int(evidence.parameter("capital.price.window").value or 0)
    years = tuple(_yearly(year, quotes[year]) for year in sorted(quotes))
    kept = tuple(one for one in years if one.year > years[-1].year - window)
    inputs = _enter(evidence, ledger, form, kept, quotes)
    used = [quote for one in kept for quote in quotes[one.year] if quote.row["id"] in one.quotes]
    return PriceRecord(
        form=form,
        price_year=price_year,
        years=kept,
        cases=_cases(ledger, evidence.forms[form]["name"], form, kept, inputs),
        tax="without value-added tax",
        rates=_rates(used),
        remarks=tuple(dict.fromkeys(q.remark for q in used if q.remark)),
    )


@dataclass(frozen=True, slots=True)
class _Quote:
    row: Row
    year: int
    price: float
    rate: float
    freed: bool
    remark: str | None


def _quote(evidence: Evidence, row: Row, price_year: int) -> _Quote:
    """A quote in USD per kg, real, without tax."""
    year = int(row["period"][:4])
    freed = row["currency"] == _TAXED_CURRENCY and bool(_TAXED_MARKET.match(row["market"]))
    tax = float(evidence.parameter("capital.price.tax").value or 0) if freed else 0.0
    found = to_dollars(evidence, Money(row["price"], row["currency"], year), price_year)
    price = found.real / KG[row["unit"]] / (1 + tax)
    return _Quote(row, year, price, found.rate, freed, found.remark)


def _is_mean(row: Row) -> bool:
    return bool(row["frequency"] == "annual" and row["basis"] not in _NO_MEAN)


def _yearly(year: int, quotes: Sequence[_Quote]) -> YearlyPrice:
    means = [quote for quote in quotes if _is_mean(quote.row)]
    used = means or list(quotes)
    prices = [quote.price for quote in used]
    sources = [name for quote in used for name in quote.row["source"] or ()]
    return YearlyPrice(
        year=year,
        price=median(prices),
        low=min(prices),
        high=max(prices),
        averages=bool(means),
        quotes=tuple(quote.row["id"] for quote in used),
        sources=tuple(dict.fromkeys(sources)),
        freed=sum(quote.freed for quote in used),
    )


def _enter(
    evidence: Evidence,
    ledger: Ledger,
    form: str,
    years: Sequence[YearlyPrice],
    quotes: Mapping[int, Sequence[_Quote]],
) -> dict[int, str]:
    """Enter the price of each year; gives year -> lineage."""
    found = {}
    name = evidence.forms[form]["name"]
    for one in years:
        lineage = f"price:{form}/{one.year}"
        label = evidence.label_of_sources(one.sources)
        quantity = Quantity(one.price, one.low, one.high, "USD/kg", label, lineage)
        used = [quote for quote in quotes[one.year] if quote.row["id"] in one.quotes]
        currencies = sorted({quote.row["currency"] for quote in used} - {"USD"})
        inputs = [enter_rate(evidence, ledger, currency, one.year) for currency in currencies]
        inputs += ["par:capital.price.tax"] if one.freed else []
        kind = "yearly means" if one.averages else "quotes of months"
        node = Node(
            id=lineage,
            kind="observation",
            name=f"Price of {one.year}: {name}",
            quantity=quantity,
            source=";".join(one.sources) or None,
            inputs=tuple(inputs),
            note=f"median of {len(one.quotes)} {kind}: {', '.join(one.quotes[:8])}",
        )
        found[one.year] = ledger.add(node)
    return found


def _cases(
    ledger: Ledger,
    name: str,
    form: str,
    years: Sequence[YearlyPrice],
    inputs: Mapping[int, str],
) -> tuple[NamedPrice, ...]:
    """Low, base and high, and the latest where it is younger than the base."""
    means = [one for one in years if one.averages]
    base = means[-1] if means else years[-1]
    # A base that is itself the lowest or the highest year bounds the case beside it.
    low, high = np.quantile([one.price for one in years], (0.1, 0.9))
    low, high = min(float(low), base.price), max(float(high), base.price)
    span = f"{years[0].year} to {years[-1].year}"
    every = tuple(inputs.values())
    rows = [
        ("low", low, f"one year in ten of {span} is lower", every),
        ("base", base.price, f"mean of {base.year}", (inputs[base.year],)),
        ("high", high, f"one year in ten of {span} is higher", every),
    ]
    last = years[-1]
    if last.year > base.year:
        rows.append(("latest", last.price, f"quotes of {last.year}", (inputs[last.year],)))
    return tuple(_named(ledger, name, form, *row) for row in rows)


def _named(
    ledger: Ledger,
    name: str,
    form: str,
    case: str,
    price: float,
    meaning: str,
    inputs: Sequence[str],
) -> NamedPrice:
    lineage = f"f:capital.price/{form}/{case}"
    quantity = Quantity(price, None, None, "USD/kg", "modelled", lineage)
    node = Node(
        id=lineage,
        kind="formula",
        name=f"Price case {case}: {name}",
        quantity=quantity,
        inputs=tuple(inputs),
        formula=meaning,
        note="without tax",
    )
    ledger.add(node)
    return NamedPrice(case, quantity, meaning)


def given_price(ledger: Ledger, form: str, price: float, unit: str = "USD/kg") -> NamedPrice:
    """A price the reader names, of the price year and without tax.

    Raises:
        InputError: if it is not above 0.
    """
    if not price > 0:
        raise InputError(
            f"a price of {price:g} {unit}",
            where="--price",
            why="a plant cannot be reckoned at a price of 0 or less",
            mend="give a price above 0",
        )
    lineage = f"f:capital.price/{form}/given-{price:g}"
    quantity = Quantity(price, None, None, unit, "modelled", lineage)
    ledger.add(Node(lineage, "assumption", "Price that was given", quantity, note="by the reader"))
    return NamedPrice("given", quantity, "price that was given")


def _rates(quotes: Sequence[_Quote]) -> str:
    """Exchange rates of the quotes in words, one a currency and year."""
    found = {
        f"{quote.row['currency']} {quote.rate:.4g} per USD (mean of {quote.year})": None
        for quote in quotes
        if quote.row["currency"] != "USD"
    }
    return "; ".join(found)


def _no_price(evidence: Evidence, form: str) -> InputError:
    name = evidence.forms[form]["name"] if form in evidence.forms else form
    return InputError(
        f"no price of {name} is on record",
        where="prices.csv",
        why="without a price there is no revenue, and a price is never made up",
        mend="give one with --price",
    )
