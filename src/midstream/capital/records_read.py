"""Reads the financing on record: each row as a layer, in its own currency and in USD."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from midstream.capital.money import USD, Dollars, enter_rate, money, to_dollars
from midstream.capital.payers_kind import UNKNOWN, payer_kinds
from midstream.capital.price_index import PriceIndex
from midstream.capital.records_capex import Capex, capex_of
from midstream.capital.records_layer import Layer
from midstream.capital.records_other import METRICS, Figures, OtherFigure, split
from midstream.capital.scheme import kind_of
from midstream.evidence import Evidence, Ledger, Node, Quantity, worst_label
from midstream.evidence.tables import Row

TABLE = "financing"
SCOPES = "financing_scopes"
ROOM = "f:capital.record"


def default_price_year(evidence: Evidence) -> int:
    """Year whose purchasing power the money has where none is asked for."""
    return int(evidence.parameter("capital.price-year").value or 0)


@dataclass(slots=True)
class Reader:
    """Turns rows of the table of financing into layers and enters what it used.

    Attributes:
        evidence, ledger: Where rows and nodes stand.
        price_year: Year of the USD.
        figures: What observations say of the same plants.
    """

    evidence: Evidence
    ledger: Ledger
    price_year: int
    figures: Figures
    _instruments: Mapping[str, Row]
    _kinds: Mapping[str, str]
    _scopes: Mapping[str, str]

    @classmethod
    def of(cls, evidence: Evidence, ledger: Ledger, price_year: int | None = None) -> Reader:
        """A reader for a price year; without one that of the parameter table."""
        return cls(
            evidence=evidence,
            ledger=ledger,
            price_year=price_year or default_price_year(evidence),
            figures=Figures(evidence),
            _instruments={row["id"]: row for row in evidence.table("instruments").rows},
            _kinds=payer_kinds(evidence),
            _scopes={row["financing"]: row["scope"] for row in evidence.table(SCOPES).rows},
        )

    def capex(self, facility: str) -> Capex:
        """Capital cost of a plant on record."""
        return capex_of(self.evidence, self.ledger, self.figures, facility)

    def layers(self, rows: Iterable[Row]) -> tuple[Layer, ...]:
        """Layers of some rows, by rank."""
        held = list(rows)
        taken: dict[str, list[tuple[str, float]]] = {}
        for row in held:
            if row["amount"] is not None and row["facility"]:
                taken.setdefault(row["facility"], []).append((row["id"], row["amount"]))
        found = []
        for row in held:
            others = [
                amount for name, amount in taken.get(row["facility"], ()) if name != row["id"]
            ]
            found.append(self.layer(row, others))
        return tuple(sorted(found, key=lambda layer: (layer.rank, layer.id)))

    def layer(self, row: Row, taken: Sequence[float] = ()) -> Layer:
        """One row as a layer.

        Args:
            row: Row of the table of financing.
            taken: Amounts of the other layers of the plant.

        Raises:
            InputError: if an amount has no currency, year or rate.
        """
        kind = kind_of(self.evidence, row["instrument"])
        year = int(str(row["year"])[:4])
        amount, amount_year, remarks = self._amount(row, year)
        dollars, real, remark = self._dollars(row["id"], amount, amount_year)
        supported, others = self._beside(row, year, taken)
        return Layer(
            id=row["id"],
            facility=row["facility"] or "",
            scheme=row["scheme"] or "",
            instrument=kind,
            money=self._instruments[kind]["money"],
            rank=int(self._instruments[kind]["rank"]),
            payer=row["payer"],
            payer_kind=self._kinds.get(row["payer"], UNKNOWN),
            payer_country=row["payer_country"] or "",
            amount=amount,
            share=self._share(row),
            dollars=dollars,
            real=real,
            year=year,
            status=row["status"],
            scope=self._scopes.get(row["id"], ""),
            terms=row["terms"] or "",
            sources=tuple(row["source"] or ()),
            others=others,
            supported=supported,
            remarks=tuple(one for one in (*remarks, remark) if one),
        )

    def _share(self, row: Row) -> Quantity | None:
        if row["share_pct"] is None:
            return None
        label = self.evidence.label_of_sources(row["source"])
        lineage = f"{ROOM}.share/{row['id']}"
        quantity = Quantity(row["share_pct"], None, None, "%", label, lineage)
        if lineage not in self.ledger:
            name = f"Share of the cost: {row['instrument']}, {row['payer']}"
            source = ";".join(row["source"] or ()) or None
            self.ledger.add(Node(lineage, "observation", name, quantity, source))
        return quantity

    def _enter(self, row: Row) -> Quantity:
        """The row as a leaf, the same as the engine enters for a layer it counts."""
        lineage = f"fin:{row['id']}"
        known = row["amount"] is not None
        value, unit = (row["amount"], row["currency"]) if known else (row["share_pct"], "%")
        sources = tuple(row["source"] or ())
        label = self.evidence.label_of_sources(sources) if value is not None else None
        inputs: tuple[str, ...] = ()
        if row["currency"] != USD:
            year = int(str(row["year"])[:4])
            inputs = (enter_rate(self.evidence, self.ledger, row["currency"], year),)
        quantity = Quantity(value, None, None, unit, label, lineage)
        name = f"Financing: {row['instrument']}, {row['payer']}"
        source, note = ";".join(sources) or None, row["note"] or ""
        self.ledger.add(Node(lineage, "observation", name, quantity, source, inputs, note=note))
        return quantity

    def _amount(self, row: Row, year: int) -> tuple[Quantity, int, tuple[str, ...]]:
        """Amount in its own currency, the year of its money, and remarks."""
        held = self._enter(row)
        if row["amount"] is not None:
            return held, year, ()
        missing = Quantity(None, None, None, row["currency"], None, held.lineage)
        if row["share_pct"] is None:
            return missing, year, ()
        self._enter_share(row, held)
        capex = self.capex(row["facility"]) if row["facility"] else None
        if capex is None or capex.amount.value is None or capex.scope:
            return missing, year, ("its share is of a capital cost that is not on record",)
        value = capex.amount.value * row["share_pct"] / 100
        lineage = f"{ROOM}.amount/{row['id']}"
        label = worst_label([held.label, capex.amount.label])
        quantity = Quantity(value, None, None, capex.amount.unit, label, lineage)
        name = f"Amount: {row['instrument']}, {row['payer']}"
        inputs = (held.lineage, capex.amount.lineage)
        formula = "share of the cost x capital cost on record"
        self.ledger.add(Node(lineage, "formula", name, quantity, inputs=inputs, formula=formula))
        return quantity, capex.year, ("its amount is its share of the capital cost on record",)

    def _enter_share(self, row: Row, held: Quantity) -> None:
        lineage = f"{ROOM}.share/{row['id']}"
        quantity = Quantity(row["share_pct"], None, None, "%", held.label, lineage)
        name = f"Share of the cost: {row['instrument']}, {row['payer']}"
        source = ";".join(row["source"] or ()) or None
        self.ledger.add(Node(lineage, "observation", name, quantity, source, (held.lineage,)))

    def _dollars(
        self, name: str, amount: Quantity, year: int
    ) -> tuple[Quantity, Quantity, str | None]:
        return in_dollars(self.evidence, self.ledger, name, amount, year, self.price_year)

    def _beside(
        self, row: Row, year: int, taken: Sequence[float]
    ) -> tuple[tuple[str, ...], tuple[OtherFigure, ...]]:
        """Observations that give the same amount, and figures that differ."""
        metrics = METRICS.get(row["instrument"], ())
        if not metrics or row["amount"] is None or not row["facility"]:
            return (), ()
        found = self.figures.of(row["facility"], metrics)
        width = self.figures.tolerance(metrics)
        same, other = split(found, row["amount"], row["currency"], taken, width)
        supported = tuple(one.id for figure in same for one in figure.rows)
        return supported, tuple(figure.other(self.evidence, year, same) for figure in other)


def in_dollars(
    evidence: Evidence, ledger: Ledger, name: str, amount: Quantity, year: int, price_year: int
) -> tuple[Quantity, Quantity, str | None]:
    """An amount in USD of its own year and in USD of the price year, and what to remark.

    Args:
        evidence, ledger: Where rates, index and nodes stand.
        name: Last part of the lineage ids.
        amount: In whole units of its currency.
        year: Year of the money.
        price_year: Year of the USD asked for.

    Raises:
        InputError: if the currency or the year has no rate.
    """
    one, two = f"{ROOM}.dollars/{name}", f"{ROOM}.real/{name}/{price_year}"
    if amount.value is None:
        blank = Quantity(None, None, None, f"USD of {year}", None, amount.lineage)
        return blank, Quantity(None, None, None, f"USD of {price_year}", None, amount.lineage), None
    found = to_dollars(evidence, money(amount.value, amount.unit, year), price_year)
    nominal = Quantity(found.nominal, None, None, f"USD of {year}", amount.label, one)
    real = Quantity(found.real, None, None, f"USD of {price_year}", amount.label, two)
    inputs: tuple[str, ...] = (amount.lineage,)
    if found.money.currency != USD:
        inputs += (enter_rate(evidence, ledger, found.money.currency, year),)
    ledger.add(_node(nominal, f"In USD of {year}", inputs, "amount / mean rate of its year"))
    ledger.add(_real_node(evidence, ledger, real, one, found))
    return nominal, real, found.remark


def _node(quantity: Quantity, name: str, inputs: tuple[str, ...], formula: str) -> Node:
    return Node(quantity.lineage, "formula", name, quantity, inputs=inputs, formula=formula)


def _real_node(
    evidence: Evidence, ledger: Ledger, real: Quantity, nominal: str, found: Dollars
) -> Node:
    name = f"In USD of {found.price_year}"
    if found.remark or found.money.year == found.price_year:
        formula = found.remark or "USD of the same year"
        return _node(real, name, (nominal,), formula)
    levels = [enter_level(evidence, ledger, one) for one in (found.money.year, found.price_year)]
    formula = "amount x index(price year) / index(its year)"
    return _node(real, name, (nominal, *levels), formula)


def enter_level(evidence: Evidence, ledger: Ledger, year: int) -> str:
    """Enter the level of the price index of the USD in a year; gives its lineage id."""
    index = PriceIndex.of(evidence, USD)
    lineage = f"index:{USD}/{year}"
    label = evidence.label_of_sources(index.sources)
    quantity = Quantity(
        index.levels[year], None, None, f"index, {index.base} = 100", label, lineage
    )
    name = f"Price index of the USD, mean of {year}"
    node = Node(lineage, "observation", name, quantity, source=";".join(index.sources))
    return ledger.add(node)
