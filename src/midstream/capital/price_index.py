"""Money of one year in the money of another, by a price index on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from midstream.errors import InputError
from midstream.evidence import Evidence

TABLE = "price_index"


@dataclass(frozen=True, slots=True)
class PriceIndex:
    """Yearly means of the price index of one currency.

    Attributes:
        currency: Currency whose purchasing power it follows.
        base: Period at which it is 100.
        levels: Year -> mean of the year.
        sources: Documents the levels were read in.
    """

    currency: str
    base: str
    levels: Mapping[int, float]
    sources: tuple[str, ...]

    @classmethod
    def of(cls, evidence: Evidence, currency: str = "USD") -> PriceIndex:
        """Read the index of a currency.

        Raises:
            InputError: if no index of the currency is on record.
        """
        rows = [row for row in evidence.table(TABLE).rows if row["currency"] == currency]
        if not rows:
            held = sorted({row["currency"] for row in evidence.table(TABLE).rows})
            raise InputError(
                f"no price index of {currency}",
                where=f"{TABLE}.csv",
                why="money of different years cannot be put beside each other without one",
                mend=f"convert to {' or '.join(held) or 'USD'} at the rate of its own year first",
            )
        return cls(
            currency=currency,
            base=rows[0]["base"],
            levels={row["year"]: row["value"] for row in rows},
            sources=tuple(dict.fromkeys(name for row in rows for name in row["source"])),
        )

    @property
    def years(self) -> tuple[int, int]:
        """First and last year with a level."""
        return min(self.levels), max(self.levels)

    def factor(self, year: int, price_year: int) -> float:
        """What one unit of money of a year is in the money of the price year.

        ``level(price_year) / level(year)``; 1 where the two are the same year.

        Raises:
            InputError: if the index has no level for one of two different years.
        """
        if year == price_year:
            return 1.0
        for asked in (year, price_year):
            if asked not in self.levels:
                raise self._no_level(asked)
        return self.levels[price_year] / self.levels[year]

    def remark(self, year: int, price_year: int) -> str | None:
        """Say why money of a year has to stay as it is; ``None`` where it can be brought over."""
        lacking = [one for one in (year, price_year) if one not in self.levels]
        if year == price_year or not lacking:
            return None
        return (
            f"{self.currency} of {year} is taken as {self.currency} of {price_year}: the price "
            f"index has no level for {' and '.join(map(str, lacking))}"
        )

    def _no_level(self, year: int) -> InputError:
        first, last = self.years
        return InputError(
            f"no level of the price index of {self.currency} for {year}",
            where=f"{TABLE}.csv",
            why=f"it runs from {first} to {last}",
            mend="give the amount in money of one of these years, or add the year with its source",
        )
