"""One layer of money on record, with its amount in its own currency and in USD."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from midstream.capital.records_other import OtherFigure
from midstream.evidence import Quantity

Money = Literal["construction", "operation", "terms"]


@dataclass(frozen=True, slots=True)
class Layer:
    """A row of the financing on record.

    Attributes:
        id: Row of the table ``financing``.
        facility: Plant; blank for money of a scheme as a whole.
        scheme: Scheme that pays; blank if none.
        instrument: Kind of layer, as in the table ``instruments``.
        money: Paid before the start, on output after it, or a promise without money.
        rank: Place in a stack.
        payer: Who pays.
        payer_kind: State, development bank, export credit, bank, buyer, sponsor, investor,
            mixed, open (nobody found yet) or unknown.
        payer_country: Country of the payer; blank where it is not on record.
        amount: In its own currency; for a share of the cost the share times the capital cost on
            record. Missing where no amount is on record.
        share: Share of the capital cost in percent, where the record gives one.
        dollars: USD of the layer's own year.
        real: USD of the price year.
        year: Year of the decision.
        status: committed, conditional or announced.
        scope: Why it is no layer of the plant alone (company, several-plants, past,
            other-plant); blank where it is one.
        terms: Terms in short.
        sources: Documents.
        others: Figures of other sources for the same thing that differ.
        supported: Observations that give the same figure.
        remarks: What had to be taken as it is.
    """

    id: str
    facility: str
    scheme: str
    instrument: str
    money: Money
    rank: int
    payer: str
    payer_kind: str
    payer_country: str
    amount: Quantity
    share: Quantity | None
    dollars: Quantity
    real: Quantity
    year: int
    status: str
    scope: str
    terms: str
    sources: tuple[str, ...]
    others: tuple[OtherFigure, ...]
    supported: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def counted(self) -> bool:
        """Whether it is money for the plant before its start, with a payer and an amount."""
        found = self.payer_kind != "open" and not self.real.missing
        return self.money == "construction" and not self.scope and found

    @property
    def conflict(self) -> bool:
        """Whether another source gives another figure for the same year."""
        return any(other.conflict for other in self.others)

    def to_dict(self) -> dict[str, Any]:
        """Give the layer as a JSON object."""
        names = ("id", "facility", "scheme", "instrument", "money", "payer", "payer_kind")
        held: Mapping[str, Any] = {name: getattr(self, name) or None for name in names}
        return {
            **held,
            "payer_country": self.payer_country or None,
            "amount": self.amount.to_dict(),
            "share": None if self.share is None else self.share.to_dict(),
            "usd_of_its_year": self.dollars.to_dict(),
            "usd": self.real.to_dict(),
            "year": self.year,
            "status": self.status,
            "scope": self.scope or None,
            "counted": self.counted,
            "terms": self.terms,
            "sources": list(self.sources),
            "conflict": self.conflict,
            "others": [other.to_dict() for other in self.others],
            "remarks": list(self.remarks),
        }
