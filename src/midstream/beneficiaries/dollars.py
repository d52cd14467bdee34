"""From the money of a price basis to USD without value-added tax."""

from __future__ import annotations

from dataclasses import dataclass

from midstream.beneficiaries.basis import Basis
from midstream.beneficiaries.entries import Entries
from midstream.chain.estimate import Component
from midstream.errors import InputError

_USD = "USD"
#: Parameter of the tax inside quotes of a set that includes it.
TAX = "capital.price.tax"


@dataclass(frozen=True, slots=True)
class Dollars:
    """How money of a basis is turned into USD.

    Attributes:
        factor: USD without tax per unit of money.
        lineage: Rate and tax it rests on.
        words: The same in words.
    """

    factor: float
    lineage: tuple[str, ...]
    words: str


def to_dollars(entries: Entries, basis: Basis) -> Dollars:
    """Give ``1 / (rate x (1 + tax))`` at the mean rate of the year of the prices.

    Raises:
        InputError: if no exchange rate of that year is on record.
    """
    tax = float(entries.evidence.parameter(TAX).value or 0.0) if basis.taxed else 0.0
    held: tuple[str, ...] = (f"par:{TAX}",) if basis.taxed else ()
    words = "USD without value-added tax" if basis.taxed else "USD as quoted"
    if basis.currency == _USD:
        return Dollars(1 / (1 + tax), held, f"{words} of {basis.year}")
    rate = _rate(entries, basis.currency, basis.year)
    lineage = f"rate:{basis.currency}/{basis.year}"
    return Dollars(1 / (rate * (1 + tax)), (lineage, *held), f"{words} of {basis.year}")


def _rate(entries: Entries, currency: str, year: int) -> float:
    for row in entries.evidence.table("fx").rows:
        if row["currency"] == currency and int(row["year"]) == year:
            rate = float(row["per_usd"])
            part = Component(rate, rate, rate)
            title = f"Exchange rate of {currency}, mean of {year}"
            note = f"mean of {row['days']} days"
            unit = f"{currency} per USD"
            entries.leaf(f"rate:{currency}/{year}", title, part, unit, row["source"], note)
            return rate
    raise InputError(
        f"no exchange rate of {currency} for {year}",
        where="fx.csv",
        why="prices of that currency cannot be turned into USD",
        mend="add the mean rate of the year with its source",
    )
