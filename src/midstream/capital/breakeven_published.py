"""Break-even prices that analysts publish, and price floors that payers grant, in USD of a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from midstream.capital.money import Money, enter_rate, to_dollars
from midstream.evidence import Evidence, Fact, Ledger, Node, Quantity

METRIC = "incentive_price"
KG = "kg"


@dataclass(frozen=True, slots=True)
class Published:
    """A published price at which plants are built, or a floor that a payer grants.

    Attributes:
        id: Last part of its lineage ids.
        kind: ``analyst``, or ``floor`` for a price somebody has agreed to pay.
        form: Form; blank where the source names none.
        what: What it is for, in words.
        year: Year of the price.
        price: As published.
        real: USD/kg of the price year; low and high are the published range, or the value with
            the tolerance of the metric where a single figure is published.
        sources: Documents.
        remark: What could not be brought to the price year; blank if it was.
    """

    id: str
    kind: Literal["analyst", "floor"]
    form: str
    what: str
    year: int
    price: Quantity
    real: Quantity
    sources: tuple[str, ...]
    remark: str

    @property
    def ends(self) -> tuple[float, float]:
        """The range, USD/kg of the price year."""
        value = self.real.value or 0.0
        low = value if self.real.low is None else self.real.low
        return low, value if self.real.high is None else self.real.high

    def to_dict(self) -> dict[str, Any]:
        """Give the price as a JSON object."""
        return {
            "kind": self.kind,
            "form": self.form or None,
            "what": self.what,
            "year": self.year,
            "published": self.price.to_dict(),
            "real": self.real.to_dict(),
            "sources": list(self.sources),
            "remark": self.remark or None,
        }


def published(evidence: Evidence, ledger: Ledger, price_year: int) -> tuple[Published, ...]:
    """All published incentive prices and floors, by form, year and id.

    Args:
        evidence: Observations and terms of support.
        ledger: Where nodes are entered.
        price_year: Year of the USD.

    Raises:
        InputError: if a price has no currency, year or rate.
    """
    found = [*_analysts(evidence, ledger, price_year), *_floors(evidence, ledger, price_year)]
    return tuple(sorted(found, key=lambda one: (one.form, one.kind, one.year, one.id)))


def _analysts(evidence: Evidence, ledger: Ledger, price_year: int) -> Iterator[Published]:
    width = float(evidence.metrics[METRIC]["tolerance"])
    for fact in evidence.facts(metric=METRIC):
        price = fact.quantity
        if price.value is None or not price.unit.endswith(f"/{KG}"):
            continue
        name = price.lineage.rpartition(":")[2]
        year = int(str(fact.key["period"])[:4])
        ranged = price.low is not None and price.high is not None and price.low < price.high
        spread = (0.0, 0.0) if ranged else (width, width)
        real, remark = _real(evidence, ledger, (name, price, year, price_year), spread)
        yield Published(
            id=name,
            kind="analyst",
            form=fact.key["form"] or "",
            what=_what(evidence, fact),
            year=year,
            price=price,
            real=real,
            sources=tuple(dict.fromkeys(row.source for row in fact.observations)),
            remark=remark,
        )


def _what(evidence: Evidence, fact: Fact) -> str:
    origins = ", ".join(evidence.origins[one.origin]["name"] for one in fact.origins)
    material = fact.key["material"] or ""
    row = evidence.row_by_id("materials", material)
    words = [str(row["name"]) if row else material, fact.key["basis"] or "", origins]
    return ", ".join(word for word in words if word)


def _floors(evidence: Evidence, ledger: Ledger, price_year: int) -> Iterator[Published]:
    for row in evidence.table("scheme_terms").rows:
        if row["instrument"] not in ("price-floor", "cfd") or row["per_kg"] is None:
            continue
        name, year = row["id"], int(row["year"])
        lineage = f"f:capital.breakeven.floor/{name}"
        label = evidence.label_of_sources(row["source"])
        price = Quantity(row["per_kg"], None, None, f"{row['currency']}/{KG}", label, lineage)
        title = f"Price floor: {row['payer']}"
        source = ";".join(row["source"])
        ledger.add(Node(lineage, "observation", title, price, source, note=row["note"] or ""))
        real, remark = _real(evidence, ledger, (name, price, year, price_year), (0.0, 0.0))
        yield Published(
            id=name,
            kind="floor",
            form=row["form"],
            what=f"floor of {row['payer']}, {row['status']}",
            year=year,
            price=price,
            real=real,
            sources=tuple(row["source"]),
            remark=remark,
        )


def _real(
    evidence: Evidence,
    ledger: Ledger,
    of: tuple[str, Quantity, int, int],
    spread: tuple[float, float],
) -> tuple[Quantity, str]:
    """A price with its range in USD/kg of the price year, and what to remark."""
    name, price, year, price_year = of
    currency = price.unit.rpartition("/")[0]
    value = price.value or 0.0
    found = to_dollars(evidence, Money(1.0, currency, year), price_year)
    low = value * (1 - spread[0]) if price.low is None or spread[0] else price.low
    high = value * (1 + spread[1]) if price.high is None or spread[1] else price.high
    lineage = f"f:capital.breakeven.real/{name}/{price_year}"
    low, value, high = (one * found.real for one in (low, value, high))
    quantity = Quantity(value, low, high, "USD/kg", price.label, lineage)
    rates = () if currency == "USD" else (enter_rate(evidence, ledger, currency, year),)
    node = Node(
        id=lineage,
        kind="formula",
        name=f"Published price in USD of {price_year}",
        quantity=quantity,
        inputs=(price.lineage, *rates),
        formula="price / rate x index(price year) / index(its year)",
        note="published range" if not spread[0] else "value with the tolerance of the metric",
    )
    ledger.add(node)
    return quantity, found.remark or ""
