"""Price floors on record, and what they cost their payers from here on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from midstream.capital.floor import Contract, FloorCost, PriceLaw, floor_cost
from midstream.capital.prices import PriceRecord, price_record
from midstream.capital.scheme import TABLE, contract_of
from midstream.chain.estimate import Floats
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.quantity import Label
from midstream.evidence.tables import Row

FLOORS = ("price-floor", "cfd")
_LAW = (
    "par:capital.price.reversion",
    "par:capital.price.volatility",
    "par:counter.rate.floods",
    "par:counter.flood.cut",
    "par:counter.flood.years",
)


@dataclass(frozen=True, slots=True)
class FloorAnswer:
    """What one floor costs its payer.

    Attributes:
        id: Row of ``scheme_terms``.
        facility, form, payer, payer_country, status: As on record; facility blank where the floor
            is for any plant.
        floor: Price that is made up to, USD per kg.
        volume: Volume under it, t a year.
        years: Years left after the year of the latest price.
        start_price, mean_price: Latest price on record, and the mean it returns to.
        present: Value today of what is paid less what comes back, USD.
        mean_present: Mean over the draws; its interval is three standard errors either way.
        closed: Expected value in closed form, which checks it; missing where there is none.
        per_kg: Value today over discounted volume, USD per kg.
        yearly: What is paid in each year that is left, USD.
        cost: Draws, for figures.
    """

    id: str
    facility: str
    form: str
    payer: str
    payer_country: str
    status: str
    floor: Quantity
    volume: Quantity
    years: int
    start_price: Quantity
    mean_price: Quantity
    present: Quantity
    mean_present: Quantity
    closed: Quantity
    per_kg: Quantity
    yearly: Mapping[int, Quantity]
    cost: FloorCost

    def to_dict(self) -> dict[str, Any]:
        """Give the answer of the interface; draws are left out."""
        words = ("id", "facility", "form", "payer", "payer_country", "status", "years")
        numbers = (
            *("floor", "volume", "start_price", "mean_price"),
            *("present", "mean_present", "closed", "per_kg"),
        )
        return {
            **{name: getattr(self, name) or None for name in words},
            **{name: getattr(self, name).to_dict() for name in numbers},
            "yearly": {str(year): paid.to_dict() for year, paid in self.yearly.items()},
        }


def floors_on_record(
    evidence: Evidence,
    ledger: Ledger,
    price_year: int,
    *,
    form: str | None = None,
    draws: int = 2000,
    seed: int = 1,
) -> tuple[FloorAnswer, ...]:
    """What every floor on record costs its payer.

    Years count from the one after the latest price on record. The volume is the one on record,
    else the nameplate of the plant; a floor without either, or without a year left, is left out.

    Args:
        evidence, ledger: The release, and where quantities are entered.
        price_year: Year of the USD.
        form: Only floors on this form.
        draws, seed: Of the simulated prices.

    Raises:
        InputError: if no price of a form with a floor is on record.
    """
    found = []
    for row in evidence.table(TABLE).rows:
        wanted = row["instrument"] in FLOORS and form in (None, row["form"])
        output = _output(evidence, row)
        if not (wanted and output and row["years"]):
            continue
        record = price_record(evidence, ledger, row["form"], price_year)
        if _last_year(row) > record.years[-1].year:
            found.append(_answer(evidence, ledger, row, output, record, (draws, seed)))
    return tuple(found)


def _output(evidence: Evidence, row: Row) -> float | None:
    """Volume of a floor in kg a year."""
    if row["volume"] is not None:
        return float(row["volume"]) * 1000
    plant = evidence.facilities.get(row["facility"] or "")
    capacity = None if plant is None or plant["form"] != row["form"] else plant["capacity"]
    return None if capacity is None else float(capacity) * 1000


def law_of_record(evidence: Evidence, record: PriceRecord) -> PriceLaw:
    """The law of a price: from the latest year on record back to the mean of all its years."""
    prices = [year.price for year in record.years]
    return PriceLaw.of(evidence, prices[-1], float(np.mean(prices)))


def _answer(
    evidence: Evidence,
    ledger: Ledger,
    row: Row,
    output: float,
    record: PriceRecord,
    sampling: tuple[int, int],
) -> FloorAnswer:
    today = record.years[-1].year
    contract = _from_here_on(contract_of(evidence, row, output, record.price_year), row, today)
    law = law_of_record(evidence, record)
    rate = float(evidence.parameter("capital.payer.rate").value or 0.0)
    cost = floor_cost(contract, law, rate, draws=sampling[0], seed=sampling[1])
    book = _FloorBook(evidence, ledger, row, record)
    return FloorAnswer(
        id=row["id"],
        facility=row["facility"] or "",
        form=row["form"],
        payer=row["payer"],
        payer_country=row["payer_country"],
        status=row["status"],
        floor=book.number("floor", "Floor", contract.floor, "USD/kg"),
        volume=book.number("volume", "Volume", contract.volume / 1000, "t/yr"),
        years=contract.years,
        start_price=book.number("start", "Latest price", law.start, "USD/kg"),
        mean_price=book.number("mean", "Mean price", law.mean, "USD/kg"),
        present=book.drawn("present", "Value today", cost.present, "USD"),
        mean_present=book.mean(cost),
        closed=book.number("closed", "Expected value today", cost.present_closed, "USD"),
        per_kg=book.drawn("per-kg", "Value per kg", cost.per_kg, "USD/kg"),
        yearly={
            today + number: book.drawn(
                f"paid-{today + number}", "Paid", cost.yearly[:, number - 1], "USD"
            )
            for number in range(contract.first, contract.last + 1)
        },
        cost=cost,
    )


def _last_year(row: Row) -> int:
    begins = row["start"] or int(str(row["year"])[:4])
    return int(begins + row["years"]) - 1


def _from_here_on(contract: Contract, row: Row, today: int) -> Contract:
    """A contract in the years after today that are left of it; year 1 is the next."""
    last = _last_year(row)
    first = max(1, last - int(row["years"]) + 1 - today)
    return replace(contract, first=first, years=last - today - first + 1)


@dataclass(frozen=True, slots=True)
class _FloorBook:
    """Enters quantities of one floor."""

    evidence: Evidence
    ledger: Ledger
    row: Row
    record: PriceRecord

    def _enter(self, what: str, title: str, ends: tuple[float | None, ...], unit: str) -> Quantity:
        lineage = f"f:capital.floor.{what}/{self.row['id']}"
        low, value, high = ends
        label: Label | None = "modelled" if value is not None else None
        quantity = Quantity(value, low, high, unit, label, lineage)
        prices = tuple(f"price:{self.record.form}/{year.year}" for year in self.record.years)
        node = Node(
            id=lineage,
            kind="formula",
            name=f"{title}: floor of {self.row['payer']}",
            quantity=quantity,
            source=";".join(self.row["source"]) or None,
            inputs=(*prices, *_LAW, "par:capital.payer.rate"),
            formula="v max(F - P, 0) - min(s v max(P - C, 0), M)",
            note=self.row["note"] or "",
        )
        self.ledger.add(node)
        return quantity

    def number(self, what: str, title: str, value: float, unit: str) -> Quantity:
        """Enter a number without an interval; ``nan`` is missing."""
        return self._enter(what, title, (None, value if np.isfinite(value) else None, None), unit)

    def drawn(self, what: str, title: str, values: Floats, unit: str) -> Quantity:
        """Enter P50 with P10 and P90 of the simulated prices."""
        low, value, high = (float(end) for end in np.quantile(values, (0.1, 0.5, 0.9)))
        return self._enter(what, title, (low, value, high), unit)

    def mean(self, cost: FloorCost) -> Quantity:
        """Enter the mean over the draws between three standard errors less and more."""
        mean, error = float(cost.present.mean()), 3 * cost.standard_error
        return self._enter("mean", "Mean value today", (mean - error, mean, mean + error), "USD")
