"""Published break-even prices and floors beside the engine's incentive prices.

A check that is reported and never tuned to: published ranges differ in what they count (mine and
plant, return asked, year), and the engine's price is that of a plant without any support.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from midstream.capital.breakeven_published import Published, published
from midstream.capital.case_target import case_of_target
from midstream.capital.conditions import Terms, parameter_of
from midstream.capital.incentive import incentive_price
from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Label, Ledger, Node, Quantity
from midstream.evidence.vocabulary import known

Verdict = Literal["inside", "below", "above", "no price"]
#: Incentive price of a form in a country, USD/kg, shape (draw,); ``nan`` where there is none.
Incentive = Callable[[str, str], Floats]
ENDS = (0.1, 0.5, 0.9)
DRAWS = 500
#: Unsupported plants are priced in proportion to their size; any one does.
CAPACITY = 1.0


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One published price beside the engine's in one country.

    Attributes:
        published: What is published.
        country: Where the engine's plant stands.
        model: Incentive price of the engine without support, USD/kg of the price year; its value
            is missing where most draws have none.
        verdict: Where the middle of the draws lies: inside, below or above the published range;
            ``no price`` where it is missing.
        overlap: Whether the 80 % interval of the engine meets the published range.
        distance: Middle of the draws over the nearest end of the range, less 1, in %; 0 inside.
    """

    published: Published
    country: str
    model: Quantity
    verdict: Verdict
    overlap: bool
    distance: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the row as a JSON object."""
        return {
            **self.published.to_dict(),
            "country": self.country,
            "model": self.model.to_dict(),
            "verdict": self.verdict,
            "overlap": self.overlap,
            "distance": self.distance.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Check:
    """All published prices.

    Attributes:
        rows: By form, country and year of the price.
        unmatched: Published prices that could not be compared, with the reason.
        price_year: Year of the USD.
    """

    rows: tuple[CheckRow, ...]
    unmatched: tuple[tuple[Published, str], ...]
    price_year: int

    def counts(self) -> dict[str, int]:
        """Number of rows by verdict."""
        names: tuple[Verdict, ...] = ("inside", "below", "above", "no price")
        return {name: sum(row.verdict == name for row in self.rows) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """Give the check as a JSON object."""
        return {
            "rows": [row.to_dict() for row in self.rows],
            "unmatched": [{**one.to_dict(), "why": why} for one, why in self.unmatched],
            "price_year": self.price_year,
            "verdicts": self.counts(),
        }


def check(
    evidence: Evidence,
    world: World,
    ledger: Ledger,
    countries: Sequence[str],
    *,
    draws: int = DRAWS,
    seed: int = 1,
    incentive: Incentive | None = None,
) -> Check:
    """Put published break-even prices and floors beside the engine's incentive prices.

    Args:
        evidence, world: Release and base year.
        ledger: Where nodes are entered.
        countries: Where the engine's plants would stand.
        draws, seed: Of the unknowns of the plants.
        incentive: Gives the incentive price of a country and form; ``None`` is the engine of this
            room without support.

    Raises:
        InputError: if a country is unknown.
    """
    for country in countries:
        known(country, evidence.vocabulary("country") or {}, "country")
    engine = _Engine(evidence, world, ledger, draws, seed)
    price = incentive or engine
    price_year = int(evidence.parameter("capital.price-year").value or 0)
    rows: list[CheckRow] = []
    unmatched: list[tuple[Published, str]] = []
    found: dict[tuple[str, str], Floats | str] = {}
    for one in published(evidence, ledger, price_year):
        if not one.form:
            unmatched.append((one, "it names no form"))
            continue
        for country in countries:
            key = (country, one.form)
            if key not in found:
                found[key] = _priced(price, country, one.form)
            values = found[key]
            if isinstance(values, str):
                unmatched.append((one, f"{country}: {values}"))
            else:
                inputs = engine.lineage.get(key, ()) or ("par:capital.price-year",)
                rows.append(_row(ledger, one, country, values, inputs))
    return Check(tuple(rows), tuple(unmatched), price_year)


@dataclass(frozen=True, slots=True)
class _Engine:
    """Incentive price of an unsupported plant by the engine of this room."""

    evidence: Evidence
    world: World
    ledger: Ledger
    draws: int
    seed: int
    lineage: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def __call__(self, country: str, form: str) -> Floats:
        year = self.world.base_year
        case = case_of_target(
            self.evidence,
            self.world,
            country,
            form,
            CAPACITY,
            year,
            draws=self.draws,
            seed=self.seed,
            ledger=self.ledger,
        )
        terms = (f"par:{parameter_of(name)}" for name in Terms.__slots__)
        self.lineage[country, form] = (*case.lineage, *case.assumed, *terms)
        return incentive_price(case, (), Terms.of(self.evidence))


def _priced(price: Incentive, country: str, form: str) -> Floats | str:
    """Incentive price of each draw, or why the form cannot be reckoned."""
    try:
        return price(country, form)
    except InputError as refused:
        return refused.what


def _row(
    ledger: Ledger, one: Published, country: str, values: Floats, inputs: Sequence[str]
) -> CheckRow:
    model = _model(ledger, one, country, values, inputs)
    low, high = one.ends
    verdict = verdict_of(model.value, low, high)
    bottom = -np.inf if model.low is None else model.low
    top = np.inf if model.high is None else model.high
    overlap = verdict != "no price" and bottom <= high and top >= low
    return CheckRow(one, country, model, verdict, overlap, _distance(ledger, one, country, model))


def verdict_of(value: float | None, low: float, high: float) -> Verdict:
    """Where a price lies against a range, ends included."""
    if value is None:
        return "no price"
    if value < low:
        return "below"
    return "above" if value > high else "inside"


def distance_of(value: float, low: float, high: float) -> float:
    """Percent by which a price lies below (negative) or above a range; 0 inside."""
    nearest = min(max(value, low), high)
    return 100 * (value / nearest - 1)


def _model(
    ledger: Ledger, one: Published, country: str, values: Floats, inputs: Sequence[str]
) -> Quantity:
    """P50 with P10 and P90; a draw without a price counts as above all others."""
    lineage = f"f:capital.breakeven.model/{country}/{one.form}"
    ends = np.quantile(np.where(np.isnan(values), np.inf, values), ENDS, method="nearest")
    low, value, high = (float(end) if np.isfinite(end) else None for end in ends)
    label: Label | None = "modelled" if value is not None else None
    quantity = Quantity(value, low, high, "USD/kg", label, lineage)
    node = Node(
        id=lineage,
        kind="formula",
        name=f"Incentive price without support: {one.form}, {country}",
        quantity=quantity,
        inputs=tuple(inputs),
        formula="lowest price at which the gap is nil",
        note="P50 with P10 and P90 of the draws",
    )
    ledger.add(node)
    return quantity


def _distance(ledger: Ledger, one: Published, country: str, model: Quantity) -> Quantity:
    lineage = f"f:capital.breakeven.distance/{country}/{one.id}"
    value = None if model.value is None else distance_of(model.value, *one.ends)
    label: Label | None = "modelled" if value is not None else None
    quantity = Quantity(value, None, None, "%", label, lineage)
    node = Node(
        id=lineage,
        kind="formula",
        name=f"Distance from the published range: {one.form}, {country}",
        quantity=quantity,
        inputs=(model.lineage, one.real.lineage),
        formula="100 x (incentive price / nearest end of the range - 1)",
    )
    ledger.add(node)
    return quantity
