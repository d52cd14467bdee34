"""Money: from the currency and year of a source to real USD of the price year.

Nominal money is turned into USD at the mean rate of its own year (table ``fx``), then brought to
the price year by the price index of the USD. An amount without a currency or a year is refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from midstream.capital.price_index import PriceIndex
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row
from midstream.evidence.vocabulary import known

#: Words of number that stand beside a currency, as in ``INR crore``.
MULTIPLES = {
    "thousand": 1e3,
    "lakh": 1e5,
    "million": 1e6,
    "crore": 1e7,
    "billion": 1e9,
    "trillion": 1e12,
    "lakh crore": 1e12,
}
USD = "USD"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as a source gives it.

    Attributes:
        amount: In whole units of the currency.
        currency: ISO 4217 code.
        year: Year of the money.

    Raises:
        InputError: if the amount is not finite, or currency or year is missing.
    """

    amount: float
    currency: str
    year: int

    def __post_init__(self) -> None:
        if not math.isfinite(self.amount):
            raise _refused(f"an amount of {self.amount}", "it is not a number", "give a number")
        if not self.currency:
            raise _refused(
                f"an amount of {self.amount:g} without a currency",
                "figures of different currencies cannot be put beside each other",
                "name the currency by its three letters, such as INR",
            )
        if not self.year:
            raise _refused(
                f"{self.currency} {self.amount:g} without a year",
                "rates and prices change from year to year",
                "name the year of the money",
            )


@dataclass(frozen=True, slots=True)
class Dollars:
    """An amount in USD.

    Attributes:
        money: As the source gives it.
        rate: Units of its currency per USD, mean of its own year; 1 for USD.
        nominal: USD of its own year.
        real: USD of the price year; equal to ``nominal`` where ``remark`` says so.
        price_year: Year whose purchasing power ``real`` has.
        remark: Why the amount could not be brought to the price year; ``None`` where it was.
    """

    money: Money
    rate: float
    nominal: float
    real: float
    price_year: int
    remark: str | None

    @property
    def basis(self) -> str:
        """The conversion in words."""
        year = self.money.year
        at = "" if self.money.currency == USD else f"{self.money.currency} {self.rate:g} per USD, "
        return f"{at}mean of {year}; USD of {self.price_year}"


def _refused(what: str, why: str, mend: str) -> InputError:
    return InputError(what, where="money", why=why, mend=mend)


def money(amount: float, unit: str, year: int | None) -> Money:
    """Read an amount whose unit may hold a word of number, such as ``INR crore``.

    Args:
        amount: In that unit.
        unit: Currency, with or without thousand, lakh, million, crore, billion, lakh crore.
        year: Year of the money.

    Raises:
        InputError: if the word of number is unknown, or currency or year is missing.
    """
    currency, _, word = unit.strip().partition(" ")
    factor = MULTIPLES[known(word, MULTIPLES, "word of number")] if word else 1.0
    return Money(amount * factor, currency, year or 0)


def _rate_row(evidence: Evidence, currency: str, year: int) -> Row:
    rows = [row for row in evidence.table("fx").rows if row["currency"] == currency]
    if not rows:
        held = sorted({row["currency"] for row in evidence.table("fx").rows} | {USD})
        raise InputError(
            f"no exchange rate of {currency}",
            where="fx.csv",
            why="an amount without a rate cannot be turned into USD",
            mend=f"give the amount in one of {', '.join(held)}, or add the rate with its source",
        )
    for row in rows:
        if int(row["year"]) == year:
            return row
    first, last = int(rows[0]["year"]), int(rows[-1]["year"])
    raise InputError(
        f"no exchange rate of {currency} for {year}",
        where="fx.csv",
        why=f"the rates run from {first} to {last}, and money is turned at the rate of its year",
        mend="give the amount in money of one of these years",
    )


def rate_of(evidence: Evidence, currency: str, year: int) -> float:
    """Units of a currency per USD, mean of the daily reference rates of a year.

    Raises:
        InputError: if the currency or the year has no rate.
    """
    return 1.0 if currency == USD else float(_rate_row(evidence, currency, year)["per_usd"])


def to_dollars(evidence: Evidence, amount: Money, price_year: int) -> Dollars:
    """Turn an amount into USD of the price year.

    ``real = amount / rate(year) x index(price year) / index(year)``. Where the index does not
    reach a year the nominal USD stand, and ``remark`` says so.

    Raises:
        InputError: if the currency or the year has no rate.
    """
    rate = rate_of(evidence, amount.currency, amount.year)
    index = PriceIndex.of(evidence, USD)
    nominal = amount.amount / rate
    remark = index.remark(amount.year, price_year)
    real = nominal if remark else nominal * index.factor(amount.year, price_year)
    return Dollars(amount, rate, nominal, real, price_year, remark)


def from_dollars(evidence: Evidence, dollars: float, currency: str, year: int) -> float:
    """Turn USD of a year into a currency at the mean rate of that year.

    Raises:
        InputError: if the currency or the year has no rate.
    """
    return dollars * rate_of(evidence, currency, year)


def enter_rate(evidence: Evidence, ledger: Ledger, currency: str, year: int) -> str:
    """Enter the exchange rate of a year into the ledger and give its lineage id.

    Raises:
        InputError: if the currency or the year has no rate.
    """
    row = _rate_row(evidence, currency, year)
    lineage = f"fx:{currency}/{year}"
    label = evidence.label_of_sources(row["source"])
    rate = Quantity(float(row["per_usd"]), None, None, f"{currency} per USD", label, lineage)
    node = Node(
        id=lineage,
        kind="observation",
        name=f"Exchange rate of {currency}, mean of {year}",
        quantity=rate,
        source=";".join(row["source"]),
        note=f"mean of {row['days']} days",
    )
    return ledger.add(node)
