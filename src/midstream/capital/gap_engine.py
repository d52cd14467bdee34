"""The engine of this room as that which pays for a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from midstream.capital.case import Case
from midstream.capital.case_target import case_of_target
from midstream.capital.conditions import Instrument, Terms, parameter_of
from midstream.capital.gap_build import Funded, Paid
from midstream.capital.instruments import discounted
from midstream.capital.prices import given_price, price_record
from midstream.capital.scheme import scheme_support, terms_of
from midstream.capital.stack import fund
from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.evidence import Evidence, Ledger

#: Case of the price record where no price is given.
BASE = "base"
#: What a reader has to know where a scheme has a limit.
AGAIN = (
    "the outlay of its scheme is counted in full for what is built on top of plants and projects "
    "on record, some of which may draw on it too"
)


@dataclass(slots=True)
class EngineFunding:
    """Pays for capacity by the archetype of its form and the stack of this room.

    Attributes:
        evidence, world, ledger: Where plants stand and nodes are entered.
        country: Where the plants would stand.
        year: Year of the decision.
        draws, seed: Of the unknowns.
        price: USD per kg of the form that moves the price of a product (for magnets the oxide),
            for all forms or by form; ``None`` takes the base case of the price record.
        with_scheme: Whether support counts.
        overrides: Form -> figures that replace those of its archetype, as of `case_of_target`.
    """

    evidence: Evidence
    world: World
    ledger: Ledger
    country: str
    year: int
    draws: int
    seed: int
    price: float | Mapping[str, float] | None
    with_scheme: bool
    overrides: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    _cases: dict[tuple[str, float], Case] = field(default_factory=dict)
    _prices: dict[str, str] = field(default_factory=dict)

    @property
    def price_year(self) -> int:
        """Year whose purchasing power the money has."""
        return int(self.evidence.parameter("capital.price-year").value or 0)

    def unit(self, form: str) -> str:
        """Unit of the form, per year: of the world, else of the archetype."""
        return self.world.units.get(form) or self._case(form, 1.0).unit

    def utilisation(self, form: str) -> Floats:
        """Share of the nameplate in use, shape (draw,).

        Raises:
            InputError: if the form has no archetype, price or cost.
        """
        return self._case(form, 1.0).utilisation

    def kinks(self, form: str) -> Sequence[float]:
        """Capacities that the support of the form is for."""
        rows = terms_of(self.evidence, form, self.country) if self.with_scheme else ()
        return sorted({float(row["capacity"]) for row in rows if row["capacity"]})

    def fund(self, form: str, capacity: float) -> Funded:
        """Pay for a capacity.

        Raises:
            InputError: if the form has no archetype, price or cost.
        """
        case = self._case(form, capacity)
        instruments: Sequence[Instrument] = ()
        remarks: tuple[str, ...] = ()
        if self.with_scheme:
            support = scheme_support(
                self.evidence, self.ledger, form, self.country, capacity, case.price_year
            )
            instruments, remarks = support.instruments, support.remarks
            if self.kinks(form):
                remarks = (*remarks, f"{form}: {AGAIN}")
        terms = Terms.of(self.evidence)
        found = fund(case, instruments, terms)
        paid = [_built(layer.instrument, layer.amount) for layer in found.layers]
        rate = float(self.evidence.parameter("capital.payer.rate").value or 0.0)
        paid += [_operating(one, discounted(flows, rate, 1)) for one, flows in found.aid]
        names = tuple(f"par:{parameter_of(name)}" for name in Terms.__slots__)
        return Funded(
            uses=found.total,
            gap=found.gap,
            paid=tuple(paid),
            assumed=(*case.assumed, *names, "par:capital.payer.rate"),
            lineage=(*case.lineage, *case.assumed, *names, self._price_lineage(case)),
            remarks=(*case.remarks, *remarks),
        )

    def _case(self, form: str, capacity: float) -> Case:
        key = (form, capacity)
        if key not in self._cases:
            self._cases[key] = case_of_target(
                self.evidence,
                self.world,
                self.country,
                form,
                capacity,
                self.year,
                price=self._price(form),
                draws=self.draws,
                seed=self.seed,
                overrides=self.overrides.get(form),
                ledger=self.ledger,
            )
        return self._cases[key]

    def _price_lineage(self, case: Case) -> str:
        """Id of the price a case is reckoned at."""
        if case.form not in self._prices:
            moves, given = case.price_form or case.form, self._price(case.form)
            if given is None:
                record = price_record(self.evidence, self.ledger, moves, case.price_year)
                named = record.case(BASE)
            else:
                named = given_price(self.ledger, moves, given)
            self._prices[case.form] = named.price.lineage
        return self._prices[case.form]

    def _price(self, form: str) -> float | None:
        if isinstance(self.price, Mapping):
            return self.price.get(form)
        return self.price


def _built(one: Instrument, amount: Floats) -> Paid:
    return Paid(one.kind, one.payer, one.payer_country, "construction", amount, one.lineage)


def _operating(one: Instrument, worth: Floats) -> Paid:
    return Paid(one.kind, one.payer, one.payer_country, "operation", np.asarray(worth), one.lineage)
