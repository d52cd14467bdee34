"""Price bases: the prices of a chain on one day and one tax basis, or of one year.

A set of the record (table ``value_sets``) holds prices of one day in one currency. Where a chain
has none, its steps take the quotes in USD of one year: yearly means where the year has any, else
all its quotes, the lower median with the span of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from midstream.beneficiaries.entries import Entries
from midstream.chain.estimate import Component
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.tables import Row
from midstream.terms import suggestion

#: Unit of a quote -> kg.
_KG = {"kg": 1.0, "t": 1000.0, "lb": 0.45359237, "oz t": 0.0311034768}
#: Words of a quote that is no market price, and of a yearly figure that is no mean.
_NO_MARKET = frozenset({"contract floor"})
_NO_MEAN = frozenset({"peak in the year", "trough in the year", "quote in the year"})
#: Standing of a quoted form that prices the scored form itself and not a bound of it.
_STANDS = frozenset({"exact", "derived"})


@dataclass(frozen=True, slots=True)
class Part:
    """One quote behind a price, in money per kg of what is quoted.

    Attributes:
        price: Quote.
        content: Units of the form per unit of weight quoted.
        share: Share of the form it stands for.
        name: Name of its streams.
        lineage: Ids of price and content.
    """

    price: Component
    content: Component
    share: float
    name: str
    lineage: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormPrice:
    """Price of a form per kg of the form.

    Attributes:
        form: Form.
        product: What is quoted, in words.
        parts: Quotes it is made of.
    """

    form: str
    product: str
    parts: tuple[Part, ...]

    @property
    def lineage(self) -> tuple[str, ...]:
        """Ids it rests on."""
        return tuple(dict.fromkeys(one for part in self.parts for one in part.lineage))


@dataclass(frozen=True, slots=True)
class Basis:
    """Prices on one basis.

    Attributes:
        id, name: Names.
        day: Day or year of all prices.
        currency: ISO 4217 code; prices are per kg.
        taxed: Whether value-added tax is inside.
        note: What is left out.
        prices: Form -> price.
    """

    id: str
    name: str
    day: str
    currency: str
    taxed: bool
    note: str
    prices: Mapping[str, FormPrice]

    @property
    def year(self) -> int:
        """Year of the money."""
        return int(self.day[:4])

    @property
    def tax(self) -> str:
        """Tax basis in words."""
        return "with value-added tax" if self.taxed else "as quoted, no tax named"

    def to_dict(self) -> dict[str, Any]:
        """Give the basis as JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "day": self.day,
            "currency": self.currency,
            "tax": self.tax,
            "note": self.note,
            "priced": {form: price.product for form, price in self.prices.items()},
        }


def basis_of(
    entries: Entries, chain: str, forms: Sequence[str], year: int, named: str | None = None
) -> Basis:
    """Give the price basis of a chain.

    Args:
        entries: Evidence and ledger; quotes are entered.
        chain: Chain.
        forms: Forms to price, those of the chain and what goes into them.
        year: Year of the quotes where no set is on record.
        named: A set of the record, or the year itself.

    Raises:
        InputError: if the set named is not one of the chain.
    """
    rows = [one for one in entries.evidence.table("value_sets").rows if one["chain"] == chain]
    sets = {row["id"]: row for row in rows}
    if named is not None and named not in (*sets, str(year)):
        raise InputError(
            f"no price basis {named!r} for the chain {chain!r}",
            where="--basis",
            why=f"on record are {', '.join((*sets, str(year)))}",
            mend=suggestion(named, (*sets, str(year))) or "leave it out",
        )
    preferred = next((row["id"] for row in rows if row["preferred"] == "yes"), None)
    chosen = named or preferred
    if chosen is None or chosen == str(year):
        return _yearly(entries, chain, forms, year)
    return _set(entries, sets[chosen])


def _set(entries: Entries, row: Row) -> Basis:
    lines: dict[str, list[Row]] = {}
    for line in entries.evidence.table("value_prices").rows:
        if line["set"] == row["id"]:
            lines.setdefault(line["form"], []).append(line)
    prices = {}
    for form, found in lines.items():
        # A quote whose licence is left out leaves its form without a price.
        if not all(_there(entries.evidence, line) for line in found):
            continue
        parts = tuple(_part(entries, row, line) for line in found)
        product = ", ".join(line["product"] for line in found)
        prices[form] = FormPrice(form, product, parts)
    return Basis(
        id=row["id"],
        name=row["name"],
        day=row["day"],
        currency=row["currency"],
        taxed=row["taxed"] == "yes",
        note=row["note"] or "",
        prices=prices,
    )


def _there(evidence: Evidence, line: Row) -> bool:
    """Whether the quote a line stands on is in the release."""
    if line["observation"]:
        return line["observation"] in evidence.observations_by_id
    return not line["quote"] or evidence.row_by_id("prices", line["quote"]) is not None


def _part(entries: Entries, basis: Row, line: Row) -> Part:
    evidence, currency = entries.evidence, basis["currency"]
    sources: Sequence[str] = line["source"] or ()
    if line["observation"]:
        seen = evidence.observations_by_id[line["observation"]]
        price, quoted = _span(seen.value, seen.low, seen.high), line["observation"]
    elif line["quote"]:
        row = evidence.row_by_id("prices", line["quote"])
        price, quoted = _quoted(entries, line["quote"], row or {})
    else:
        price = _span(line["price"], line["price_low"], line["price_high"])
        quoted = entries.leaf(
            f"price:{line['id']}",
            f"Price of {line['product']}, {basis['name']}",
            price,
            f"{currency}/kg",
            sources,
            line["locator"] or "",
        )
    content = _span(line["content"], line["content_low"], line["content_high"])
    held: tuple[str, ...] = ()
    if content.value != 1 or line["share"] != 1:
        form = evidence.forms[line["form"]]["name"]
        title = f"{form} in {line['product']}"
        assumed = line["kind"] == "assumed"
        note = line["note"] or ""
        held = (
            entries.leaf(
                f"content:{line['id']}", title, content, "ratio", sources, note, assumed=assumed
            ),
        )
    return Part(price, content, line["share"], quoted, (quoted, *held))


def _quoted(entries: Entries, id: str, row: Row) -> tuple[Component, str]:
    """Enter a row of the price register, per kg."""
    price = _span(row["price"] / _KG[row["unit"]], None, None)
    form = entries.evidence.forms[row["form"]]["name"]
    unit, note = f"{row['currency']}/kg", f"{row['market']}, {row['basis']}"
    title = f"Price of {form}, {row['period']}"
    return price, entries.leaf(f"price:{id}", title, price, unit, row["source"], note)


def _span(value: float, low: float | None, high: float | None) -> Component:
    return Component(value, value if low is None else low, value if high is None else high)


def _yearly(entries: Entries, chain: str, forms: Sequence[str], year: int) -> Basis:
    quoted = {
        row["form"]: row
        for row in entries.evidence.table("quoted_forms").rows
        if row["kind"] in _STANDS
    }
    prices = {}
    for form in dict.fromkeys(forms):
        other = quoted.get(form)
        name, content = (other["quoted"], other["content"]) if other else (form, 1.0)
        found = _quotes(entries.evidence, name, year)
        if found:
            held = (_content(entries, other),) if other and content != 1 else ()
            prices[form] = _price_of_year(entries, form, name, found, content, held)
    return Basis(
        id=str(year),
        name=f"quotes of {year} in USD",
        day=str(year),
        currency="USD",
        taxed=False,
        note=f"no prices of one day are on record for {chain}",
        prices=prices,
    )


def _quotes(evidence: Evidence, form: str, year: int) -> list[Row]:
    rows = [
        row
        for row in evidence.table("prices").rows
        if row["form"] == form
        and row["currency"] == "USD"
        and row["unit"] in _KG
        and row["period"].startswith(str(year))
        and row["basis"] not in _NO_MARKET
    ]
    means = [row for row in rows if row["frequency"] == "annual" and row["basis"] not in _NO_MEAN]
    return means or rows


def _content(entries: Entries, row: Row) -> str:
    names = [entries.evidence.forms[row[column]]["name"] for column in ("form", "quoted")]
    part = _span(row["content"], None, None)
    title = f"{names[0]} in {names[1]}"
    return entries.leaf(f"content:{row['id']}", title, part, "ratio", (), row["note"])


def _price_of_year(
    entries: Entries,
    form: str,
    quoted: str,
    rows: Sequence[Row],
    content: float,
    held: tuple[str, ...],
) -> FormPrice:
    values = sorted(row["price"] / _KG[row["unit"]] for row in rows)
    price = Component(values[(len(values) - 1) // 2], values[0], values[-1])
    sources = tuple(dict.fromkeys(one for row in rows for one in row["source"]))
    name, year = entries.evidence.forms[quoted]["name"], rows[0]["period"][:4]
    note = f"{len(rows)} quotes: {', '.join(row['id'] for row in rows[:8])}"
    lineage = f"price:value/{quoted}/{year}"
    entries.leaf(lineage, f"Price of {name}, {year}", price, "USD/kg", sources, note)
    part = Part(price, _span(content, None, None), 1.0, lineage, (lineage, *held))
    return FormPrice(form, name, (part,))
