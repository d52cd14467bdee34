"""Real capital stacks on record: who pays for a plant or a company, in what form, how far.

Layers are summed in USD of one year only, and only where they are money for the plant itself
before its start. Money of the company, of several plants or of the past stands beside the plant
and is counted for the company.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from midstream.capital.payers_kind import public_part
from midstream.capital.records_capex import Capex, facility_row
from midstream.capital.records_layer import Layer
from midstream.capital.records_other import OtherFigure
from midstream.capital.records_read import TABLE, Reader, in_dollars
from midstream.capital.records_sums import Sums
from midstream.evidence import Evidence, Ledger, Quantity

#: A company needs so many layers before its plants are shown as stacks.
LEAST = 2


@dataclass(frozen=True, slots=True)
class RealStack:
    """The stack of one plant on record.

    Attributes:
        facility, name, company, country, form, status: The plant.
        layers: Money before the start, by rank; those not `Layer.counted` are in no sum.
        terms: Floors, offtakes and incentives, which come with the output.
        capex: Capital cost on record in its own currency.
        capex_real: The same in USD of the price year.
        capex_scope: Why that figure is no cost of the plant alone; blank if it is.
        capex_others: Figures of other sources for the capital cost.
        known: Sum of the counted layers.
        by_status: The same by standing: committed, conditional, announced.
        public: Public money in it; low and high are the ends where a layer mixes public and
            private money.
        public_share: Public money in percent of the known money, with such ends.
        public_of_cost: Public money in percent of the capital cost, with such ends; missing as
            ``covered`` is.
        covered: Known money in percent of the capital cost; missing where that cost is not on
            record or is no cost of the plant alone.
        found_gap: Capital cost that no layer on record covers, at least 0; missing likewise.
        without_amount: Number of layers before the start whose amount is not on record.
        price_year: Year of the USD.
        remarks: What had to be taken as it is, one sentence each.
    """

    facility: str
    name: str
    company: str
    country: str
    form: str
    status: str
    layers: tuple[Layer, ...]
    terms: tuple[Layer, ...]
    capex: Quantity
    capex_real: Quantity
    capex_scope: str
    capex_others: tuple[OtherFigure, ...]
    known: Quantity
    by_status: Mapping[str, Quantity]
    public: Quantity
    public_share: Quantity
    public_of_cost: Quantity
    covered: Quantity
    found_gap: Quantity
    without_amount: int
    price_year: int
    remarks: tuple[str, ...]

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Layers (and ``capex``) for which another source gives another figure of the same year."""
        found = [layer.id for layer in (*self.layers, *self.terms) if layer.conflict]
        capex = ["capex"] if any(one.conflict for one in self.capex_others) else []
        return (*found, *capex)

    def to_dict(self) -> dict[str, Any]:
        """Give the stack as a JSON object."""
        held = {name: getattr(self, name) for name in ("facility", "name", "company", "country")}
        sums = (
            "known",
            "public",
            "public_share",
            "public_of_cost",
            "covered",
            "found_gap",
            "capex",
            "capex_real",
        )
        return {
            **held,
            "form": self.form,
            "status": self.status,
            "layers": [layer.to_dict() for layer in self.layers],
            "terms": [layer.to_dict() for layer in self.terms],
            **{name: getattr(self, name).to_dict() for name in sums},
            "by_status": {name: one.to_dict() for name, one in self.by_status.items()},
            "capex_scope": self.capex_scope or None,
            "capex_others": [one.to_dict() for one in self.capex_others],
            "conflicts": list(self.conflicts),
            "layers_without_amount": self.without_amount,
            "price_year": self.price_year,
            "remarks": list(self.remarks),
        }


@dataclass(frozen=True, slots=True)
class CompanyStack:
    """All money on record for the plants of one company, and for the company itself.

    Attributes:
        company: Operator as the register has it.
        plants: Stacks of its plants.
        layers: All layers before the start, of plants and of the company, each once.
        known, by_status, public, public_share: As in `RealStack`, over all of them.
        without_amount: Number of layers without an amount.
    """

    company: str
    plants: tuple[RealStack, ...]
    layers: tuple[Layer, ...]
    known: Quantity
    by_status: Mapping[str, Quantity]
    public: Quantity
    public_share: Quantity
    without_amount: int

    def to_dict(self) -> dict[str, Any]:
        """Give the company as a JSON object; its plants by id."""
        return {
            "company": self.company,
            "plants": [plant.facility for plant in self.plants],
            "layers": [layer.id for layer in self.layers],
            "known": self.known.to_dict(),
            "by_status": {name: one.to_dict() for name, one in self.by_status.items()},
            "public": self.public.to_dict(),
            "public_share": self.public_share.to_dict(),
            "layers_without_amount": self.without_amount,
        }


def stacks(
    evidence: Evidence,
    ledger: Ledger,
    facilities: Collection[str] | None = None,
    *,
    price_year: int | None = None,
) -> tuple[RealStack, ...]:
    """Capital stacks on record.

    Args:
        evidence, ledger: Where the rows stand and nodes are entered.
        facilities: Plants asked for; ``None`` gives every plant whose company has two layers on
            record or more.
        price_year: Year of the USD; ``None`` is that of the parameter table.

    Returns:
        Stacks by company and id; a plant that was asked for and has no layer has an empty one.

    Raises:
        InputError: if a plant is unknown, or an amount has no currency, year or rate.
    """
    reader = Reader.of(evidence, ledger, price_year)
    names = sorted(_chosen(evidence) if facilities is None else set(facilities))
    found = [_stack(reader, name) for name in names]
    return tuple(sorted(found, key=lambda stack: (stack.company, stack.facility)))


def _chosen(evidence: Evidence) -> set[str]:
    """Plants with a layer whose company has enough of them."""
    companies: dict[str, list[str]] = {}
    for row in evidence.table(TABLE).rows:
        if row["facility"]:
            companies.setdefault(_company(evidence, row["facility"]), []).append(row["facility"])
    return {name for held in companies.values() if len(held) >= LEAST for name in held}


def _company(evidence: Evidence, facility: str) -> str:
    row = facility_row(evidence, facility)
    return row["operator"] or row["name"] or facility


def _stack(reader: Reader, facility: str) -> RealStack:
    evidence = reader.evidence
    row = facility_row(evidence, facility)
    layers = reader.layers(one for one in evidence.table(TABLE).rows if one["facility"] == facility)
    capex = reader.capex(facility)
    _, capex_real, remark = in_dollars(
        evidence, reader.ledger, f"capex-{facility}", capex.amount, capex.year, reader.price_year
    )
    money = tuple(layer for layer in layers if layer.money == "construction")
    sums = Sums(reader.ledger, facility, row["name"], f"USD of {reader.price_year}")
    counted = [layer for layer in money if layer.counted]
    known = sums.known(counted)
    cost = capex_real if not capex.scope else None
    return RealStack(
        facility=facility,
        name=row["name"],
        company=_company(evidence, facility),
        country=row["country"],
        form=row["form"],
        status=row["status"],
        layers=money,
        terms=tuple(layer for layer in layers if layer.money != "construction"),
        capex=capex.amount,
        capex_real=capex_real,
        capex_scope=capex.scope,
        capex_others=capex.others,
        known=known,
        by_status=sums.by_status(counted),
        public=sums.public(counted),
        public_share=sums.public_share(counted),
        public_of_cost=sums.public_of_cost(counted, cost),
        covered=sums.covered(known, cost),
        found_gap=sums.found_gap(known, cost),
        without_amount=_without(money),
        price_year=reader.price_year,
        remarks=_remarks(capex, remark, layers),
    )


def _without(layers: Sequence[Layer]) -> int:
    """Layers with a payer and no amount."""
    return sum(layer.real.missing and layer.payer_kind != "open" for layer in layers)


def _remarks(capex: Capex, remark: str | None, layers: Sequence[Layer]) -> tuple[str, ...]:
    scopes = {
        "financing": "the capital cost on record is a sum of money found, no estimate of the cost",
        "several-plants": "the capital cost on record covers more than this plant",
    }
    found = list(capex.remarks) + ([scopes[capex.scope]] if capex.scope else [])
    found += [remark] if remark else []
    blank = _without([layer for layer in layers if layer.money == "construction"])
    if blank:
        found.append(f"{blank} of its layers have no amount on record: shares are of what is known")
    years = sorted({layer.year for layer in layers if layer.counted})
    if len(years) > 1:
        found.append(f"amounts of {years[0]} to {years[-1]} are brought to one year before summing")
    found += [one for layer in layers for one in layer.remarks]
    if any(layer.counted and public_part(layer.payer_kind) == (0.0, 1.0) for layer in layers):
        found.append("a layer holds public and private money whose split is not on record")
    return tuple(dict.fromkeys(found))


def companies(ledger: Ledger, found: Sequence[RealStack]) -> tuple[CompanyStack, ...]:
    """Sum stacks by company, money of the company as a whole included.

    Args:
        ledger: Where the sums are entered.
        found: Stacks of plants, as `stacks` gives them.
    """
    held: dict[str, list[RealStack]] = {}
    for stack in found:
        held.setdefault(stack.company, []).append(stack)
    return tuple(_company_stack(ledger, name, held[name]) for name in sorted(held))


def _company_stack(ledger: Ledger, name: str, plants: Sequence[RealStack]) -> CompanyStack:
    layers = tuple(layer for plant in plants for layer in plant.layers)
    usable = [one for one in layers if one.payer_kind != "open" and not one.real.missing]
    sums = Sums(ledger, f"company-{plants[0].facility}", name, f"USD of {plants[0].price_year}")
    return CompanyStack(
        company=name,
        plants=tuple(plants),
        layers=layers,
        known=sums.known(usable),
        by_status=sums.by_status(usable),
        public=sums.public(usable),
        public_share=sums.public_share(usable),
        without_amount=_without(layers),
    )
