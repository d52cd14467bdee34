"""Who pays today: money on record by kind of payer, its country and instrument.

Money for plants and outlays of schemes are kept apart, because an outlay is an upper end out of
which plants are paid. Sums are USD of one year; rows without an amount are counted beside them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from midstream.capital.payers_kind import KIND_WORDS, PUBLIC
from midstream.capital.records_layer import Layer
from midstream.capital.records_read import TABLE, Reader
from midstream.capital.records_sums import Sums
from midstream.evidence import Evidence, Ledger, Quantity
from midstream.evidence.tables import Row
from midstream.evidence.vocabulary import known


@dataclass(frozen=True, slots=True)
class PayerCell:
    """Money of one kind of payer in one country by one instrument.

    Attributes:
        kind: Kind of payer.
        country: Country of the payers; blank where it is not on record.
        instrument: Kind of layer.
        payers: Their names.
        total: All money, USD of the price year; missing where no row has an amount.
        by_status: The same by standing.
        rows: Rows of the record.
        without_amount: Rows without an amount.
        years: First and last year of the amounts; ``None`` where there is none.
        facilities: Plants paid for; empty for outlays of schemes.
        schemes: Schemes that pay.
    """

    kind: str
    country: str
    instrument: str
    payers: tuple[str, ...]
    total: Quantity
    by_status: Mapping[str, Quantity]
    rows: int
    without_amount: int
    years: tuple[int, int] | None
    facilities: tuple[str, ...]
    schemes: tuple[str, ...]

    @property
    def public(self) -> bool:
        """Whether the money is public."""
        return self.kind in PUBLIC

    def to_dict(self) -> dict[str, Any]:
        """Give the cell as a JSON object."""
        return {
            "payer_kind": self.kind,
            "payer_kind_name": KIND_WORDS[self.kind],
            "payer_country": self.country or None,
            "instrument": self.instrument,
            "public": self.public,
            "payers": list(self.payers),
            "total": self.total.to_dict(),
            "by_status": {name: one.to_dict() for name, one in self.by_status.items()},
            "rows": self.rows,
            "rows_without_amount": self.without_amount,
            "years": None if self.years is None else list(self.years),
            "facilities": list(self.facilities),
            "schemes": list(self.schemes),
        }


@dataclass(frozen=True, slots=True)
class PayerMatrix:
    """Payers by instrument.

    Attributes:
        plants: Money for plants, by kind of payer, country and instrument.
        outlays: Outlays of schemes, in the same order; out of them plants are paid, so the two
            are never added.
        price_year: Year of the USD.
        rows: Rows of the record that were read.
        without_amount: Those without an amount.
        remarks: What had to be taken as it is.
    """

    plants: tuple[PayerCell, ...]
    outlays: tuple[PayerCell, ...]
    price_year: int
    rows: int
    without_amount: int
    remarks: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the matrix as a JSON object."""
        return {
            "plants": [cell.to_dict() for cell in self.plants],
            "outlays": [cell.to_dict() for cell in self.outlays],
            "price_year": self.price_year,
            "rows": self.rows,
            "rows_without_amount": self.without_amount,
            "remarks": list(self.remarks),
        }


def matrix(
    evidence: Evidence,
    ledger: Ledger,
    *,
    country: str | None = None,
    forms: Collection[str] | None = None,
    stage: str | None = None,
    price_year: int | None = None,
) -> PayerMatrix:
    """Who pays today, by kind of payer, country of the payer and instrument.

    Args:
        evidence, ledger: Where the rows stand and nodes are entered.
        country: Country where the plants stand (or that runs the scheme); ``None`` is all.
        forms: Forms that are made; ``None`` is all.
        stage: Stage of the plants or schemes; ``None`` is all.
        price_year: Year of the USD; ``None`` is that of the parameter table.

    Raises:
        InputError: if a country or form is unknown, or an amount has no currency, year or rate.
    """
    _check(evidence, country, forms)
    reader = Reader.of(evidence, ledger, price_year)
    rows = [
        row for row in evidence.table(TABLE).rows if _asked(evidence, row, country, forms, stage)
    ]
    layers = [layer for layer in reader.layers(rows) if layer.payer_kind != "open"]
    scope = "-".join((country or "all", *sorted(forms or ()), stage or ""))
    plants = _cells(reader, [layer for layer in layers if layer.facility], f"plants-{scope}")
    outlays = _cells(reader, [layer for layer in layers if not layer.facility], f"outlays-{scope}")
    return PayerMatrix(
        plants=plants,
        outlays=outlays,
        price_year=reader.price_year,
        rows=len(layers),
        without_amount=sum(layer.real.missing for layer in layers),
        remarks=tuple(dict.fromkeys(one for layer in layers for one in layer.remarks)),
    )


def _check(evidence: Evidence, country: str | None, forms: Collection[str] | None) -> None:
    if country is not None:
        known(country, evidence.vocabulary("country") or {}, "country")
    for form in forms or ():
        known(form, evidence.vocabulary("form") or {}, "form")


def _asked(
    evidence: Evidence,
    row: Row,
    country: str | None,
    forms: Collection[str] | None,
    stage: str | None,
) -> bool:
    """Whether a row is of a plant or scheme that was asked for."""
    table, name = ("facilities", row["facility"]) if row["facility"] else ("schemes", row["scheme"])
    found = evidence.row_by_id(table, name) if name else None
    if found is None:
        return country is None and forms is None and stage is None
    made = {found["form"]} if table == "facilities" else set(found["forms"] or ())
    return (
        country in (None, found["country"])
        and stage in (None, found["stage"])
        and (forms is None or bool(made & set(forms)))
    )


def _cells(reader: Reader, layers: Iterable[Layer], scope: str) -> tuple[PayerCell, ...]:
    groups: dict[tuple[str, str, int, str], list[Layer]] = {}
    for layer in layers:
        key = (layer.payer_kind, layer.payer_country, layer.rank, layer.instrument)
        groups.setdefault(key, []).append(layer)
    kinds = list(KIND_WORDS)
    order = sorted(groups, key=lambda key: (kinds.index(key[0]), *key[1:]))
    return tuple(_cell(reader, key, groups[key], scope) for key in order)


def _cell(
    reader: Reader, key: tuple[str, str, int, str], layers: Sequence[Layer], scope: str
) -> PayerCell:
    kind, country, _, instrument = key
    place = f"{scope}/{kind}-{country or 'none'}-{instrument}"
    name = f"{KIND_WORDS[kind]}, {country or 'country not on record'}, {instrument}"
    sums = Sums(reader.ledger, place, name, f"USD of {reader.price_year}")
    usable = [layer for layer in layers if not layer.real.missing]
    years = sorted(layer.year for layer in usable)
    return PayerCell(
        kind=kind,
        country=country,
        instrument=instrument,
        payers=tuple(sorted({layer.payer for layer in layers})),
        total=sums.known(usable),
        by_status=sums.by_status(usable),
        rows=len(layers),
        without_amount=len(layers) - len(usable),
        years=(years[0], years[-1]) if years else None,
        facilities=tuple(sorted({layer.facility for layer in layers if layer.facility})),
        schemes=tuple(sorted({layer.scheme for layer in layers if layer.scheme})),
    )
