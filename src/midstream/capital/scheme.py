"""Public support and money on record, as instruments of a capital stack.

Support by right is a row of ``scheme_terms`` (any plant of a form in a country, or one plant);
money on record is a row of ``financing``. Amounts become real USD of the price year.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from midstream.capital.floor import Contract
from midstream.capital.funding import OPERATION, Instrument
from midstream.capital.money import enter_rate, money, to_dollars
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row
from midstream.terms import suggestion

#: Standings of support that a plan can count on; the rest is named and left out.
COUNTED = frozenset({"in force", "conditional", "committed"})
#: Names in the table of financing of what is paid on output, not before the start.
PROMISES = frozenset({"price-floor", "cfd", "offtake", "sales-linked-incentive"})
#: Kinds with a price that is made up to on a volume.
CONTRACTS = ("price-floor", "cfd", "offtake")
TABLE = "scheme_terms"


@dataclass(frozen=True, slots=True)
class Support:
    """Instruments a plant can count on.

    Attributes:
        instruments: In the order of their ids.
        remarks: What was left out or taken as it is, one sentence each.
    """

    instruments: tuple[Instrument, ...]
    remarks: tuple[str, ...]

    def __add__(self, other: Support) -> Support:
        """Both together."""
        remarks = dict.fromkeys((*self.remarks, *other.remarks))
        return Support((*self.instruments, *other.instruments), tuple(remarks))

    def of(self, kinds: Iterable[str]) -> tuple[Instrument, ...]:
        """The instruments of some kinds."""
        wanted = frozenset(kinds)
        return tuple(one for one in self.instruments if one.kind in wanted)


def kind_of(evidence: Evidence, recorded: str) -> str:
    """Kind of a layer as the table of financing names it.

    Raises:
        InputError: if no instrument has that name.
    """
    rows = evidence.table("instruments").rows
    for row in rows:
        if recorded in (row["recorded"] or ()):
            return str(row["id"])
    names = [name for row in rows for name in row["recorded"] or ()]
    raise InputError(
        f"no instrument is recorded as {recorded!r}",
        where="instruments.csv:recorded",
        why="its place in the stack is not known",
        mend=suggestion(recorded, names) or f"use one of {', '.join(names)}",
    )


def rank_of(evidence: Evidence, kind: str) -> int:
    """Rank of a kind in the stack.

    Raises:
        InputError: if the kind is unknown.
    """
    for row in evidence.table("instruments").rows:
        if row["id"] == kind:
            return int(row["rank"])
    kinds = [row["id"] for row in evidence.table("instruments").rows]
    raise InputError(
        f"unknown instrument {kind!r}",
        where="instrument",
        why=f"it is not among the {len(kinds)} known",
        mend=suggestion(kind, kinds) or f"use one of {', '.join(kinds)}",
    )


def terms_of(evidence: Evidence, form: str, country: str, facility: str = "") -> tuple[Row, ...]:
    """Rows of ``scheme_terms`` for a plant: by its own id, or by its form and country.

    Terms of the plant's own award stand in place of what its scheme gives to any plant.
    """
    rows = [row for row in evidence.table(TABLE).rows if row["form"] == form]
    own = [row for row in rows if facility and row["facility"] == facility]
    awarded = {(row["scheme"], row["instrument"]) for row in own if row["scheme"]}
    general = [
        row
        for row in rows
        if not row["facility"]
        and row["country"] == country
        and (row["scheme"], row["instrument"]) not in awarded
    ]
    return tuple(sorted([*own, *general], key=lambda row: str(row["id"])))


@dataclass(frozen=True, slots=True)
class _Book:
    """Turns amounts of rows into USD and enters what it used.

    Attributes:
        evidence, ledger: Where rates and nodes stand.
        price_year: Year of the USD.
        remarks: Filled with what could not be brought to the price year.
    """

    evidence: Evidence
    ledger: Ledger
    price_year: int
    remarks: list[str]

    def dollars(self, amount: float | None, row: Row) -> float | None:
        if amount is None:
            return None
        year = int(str(row["year"])[:4]) if row["year"] else None
        found = to_dollars(
            self.evidence, money(amount, row["currency"] or "", year), self.price_year
        )
        if found.remark:
            self.remarks.append(found.remark)
        return found.real

    def enter(self, row: Row, prefix: str, name: str, quantity: tuple[float | None, str]) -> str:
        """Enter a row as an observation; gives its lineage."""
        lineage = f"{prefix}:{row['id']}"
        value, unit = quantity
        sources = tuple(row["source"] or ())
        label = self.evidence.label_of_sources(sources) if value is not None else None
        inputs: tuple[str, ...] = ()
        if row["currency"] and row["currency"] != "USD" and row["year"]:
            year = int(str(row["year"])[:4])
            inputs = (enter_rate(self.evidence, self.ledger, row["currency"], year),)
        return self.ledger.add(
            Node(
                id=lineage,
                kind="observation",
                name=name,
                quantity=Quantity(value, None, None, unit, label, lineage),
                source=";".join(sources) or None,
                inputs=inputs,
                note=row["note"] or "",
            )
        )


def scheme_support(
    evidence: Evidence,
    ledger: Ledger,
    form: str,
    country: str,
    capacity: float,
    price_year: int,
    facility: str = "",
) -> Support:
    """Support by right for a plant.

    An amount that is for a capacity is taken for the plant's part of it, at most all of it:
    ``amount x min(1, capacity / capacity of the row)``.

    Args:
        evidence, ledger: Where the rows and their nodes stand.
        form, country, facility: The plant; ``facility`` is blank for a plant to come.
        capacity: Nameplate in form units per year.
        price_year: Year of the USD.

    Raises:
        InputError: if an amount has no currency, year or rate.
    """
    book = _Book(evidence, ledger, price_year, [])
    instruments = []
    for row in terms_of(evidence, form, country, facility):
        lineage = book.enter(row, "term", _name(evidence, row), _headline(row))
        if row["status"] not in COUNTED:
            book.remarks.append(f"{row['payer']}: {row['instrument']} is only {row['status']}")
            continue
        if row["per_kg"] is not None and row["currency"] != "USD":
            held = "the limit per kg is held constant in real terms"
            book.remarks.append(f"{row['payer']}: {row['instrument']}, {held}")
        instruments.append(_instrument(book, row, capacity, lineage))
    return Support(tuple(instruments), tuple(dict.fromkeys(book.remarks)))


def _name(evidence: Evidence, row: Row) -> str:
    form = evidence.forms[row["form"]]["name"]
    return f"Terms of support: {row['instrument']}, {form}, {row['payer']}"


def _headline(row: Row) -> tuple[float | None, str]:
    """The figure a row of terms is known by: its share, its amount per kg or its amount."""
    if row.get("share_pct") is not None:
        return row["share_pct"], "%"
    if row.get("per_kg") is not None:
        return row["per_kg"], f"{row['currency']}/kg"
    return row["amount"], row["currency"] or ""


def _instrument(book: _Book, row: Row, capacity: float, lineage: str) -> Instrument:
    part = 1.0 if row["capacity"] is None else min(1.0, capacity / row["capacity"])
    most = book.dollars(row["amount"], row)
    limit = None if most is None else most * part
    share = None if row["share_pct"] is None else row["share_pct"] / 100
    if row["volume"] is not None and row["instrument"] in CONTRACTS:
        share = min(1.0, row["volume"] / capacity)
    # An amount beside a share or on output is the most that is paid; else it is what is paid.
    fixed = share is None and row["instrument"] not in OPERATION
    return Instrument(
        kind=row["instrument"],
        payer=row["payer"],
        payer_country=row["payer_country"],
        amount=limit if fixed else None,
        share=share,
        cap=None if fixed else limit,
        per_kg=book.dollars(row["per_kg"], row),
        rate=None if row["rate_pct"] is None else row["rate_pct"] / 100,
        tenor=row["tenor"],
        years=row["years"],
        start=row["start"],
        lineage=(lineage,),
    )


def recorded_support(
    evidence: Evidence,
    ledger: Ledger,
    facility: str,
    price_year: int,
    covered: Iterable[str] = (),
) -> Support:
    """Money on record for a plant.

    Layers of the company, of several plants or of the past (``financing_scopes``) are left out
    with a remark, and so are layers that are only announced or have no amount.

    Args:
        evidence, ledger: Where the rows and their nodes stand.
        facility: Id of the plant.
        price_year: Year of the USD.
        covered: Schemes whose support is already counted by right.

    Raises:
        InputError: if an amount has no currency, year or rate.
    """
    book = _Book(evidence, ledger, price_year, [])
    scopes = {row["financing"]: row["scope"] for row in evidence.table("financing_scopes").rows}
    done = frozenset(covered)
    held = {(row["facility"], row["instrument"]) for row in evidence.table(TABLE).rows}
    found = []
    for row in evidence.table("financing").rows:
        own = row["facility"] == facility and row["scheme"] not in done
        if not own or (facility, kind_of(evidence, row["instrument"])) in held:
            continue
        reason = _left_out(row, scopes)
        if reason:
            book.remarks.append(f"{row['payer']}: {row['instrument']} left out, {reason}")
            continue
        found.append(_layer(book, row))
    return Support(tuple(found), tuple(dict.fromkeys(book.remarks)))


def _left_out(row: Row, scopes: dict[str, str]) -> str:
    words = {
        "company": "money of the whole company",
        "several-plants": "money for several plants",
        "past": "money of the past",
        "other-plant": "money for another plant",
    }
    if row["id"] in scopes:
        return words[scopes[row["id"]]]
    if row["status"] not in COUNTED:
        return f"it is only {row['status']}"
    if row["instrument"] in PROMISES:
        return "its terms are not on record in a form that can be reckoned with"
    if row["amount"] is None and row["share_pct"] is None:
        return "its amount is not on record"
    return ""


def _layer(book: _Book, row: Row) -> Instrument:
    kind = kind_of(book.evidence, row["instrument"])
    known = row["amount"] is not None
    shown = (row["amount"], row["currency"]) if known else (row["share_pct"], "%")
    lineage = book.enter(row, "fin", f"Financing: {row['instrument']}, {row['payer']}", shown)
    amount = book.dollars(row["amount"], row)
    share = None if known or row["share_pct"] is None else row["share_pct"] / 100
    return Instrument(
        kind=kind,
        payer=row["payer"],
        payer_country=row["payer_country"] or "",
        amount=amount,
        share=share,
        lineage=(lineage,),
    )


def covered_schemes(evidence: Evidence, form: str, country: str, facility: str = "") -> set[str]:
    """Schemes whose support of a plant is on record as terms."""
    rows = terms_of(evidence, form, country, facility)
    return {row["scheme"] for row in rows if row["scheme"] and row["status"] in COUNTED}


def support(
    evidence: Evidence,
    ledger: Ledger,
    form: str,
    country: str,
    capacity: float,
    price_year: int,
    facility: str = "",
) -> Support:
    """Support by right and money on record for a plant, each counted once."""
    by_right = scheme_support(evidence, ledger, form, country, capacity, price_year, facility)
    if not facility:
        return by_right
    covered = covered_schemes(evidence, form, country, facility)
    return by_right + recorded_support(evidence, ledger, facility, price_year, covered)


def contract_of(
    evidence: Evidence, row: Row, output: float, price_year: int, first: int = 1
) -> Contract:
    """A floor on record as a contract.

    Args:
        evidence: For rates and the price index.
        row: Row of ``scheme_terms`` with a floor or a contract for difference.
        output: Output of the plant, kg a year; the volume where the row names none.
        price_year: Year of the USD.
        first: Year of the contract's start, 1 is the first looked at.

    Raises:
        InputError: if the row is no floor, or names no price or no number of years.
    """
    if row["instrument"] not in ("price-floor", "cfd") or row["per_kg"] is None:
        raise _no_contract(row, "it names no price that is made up to")
    if row["years"] is None:
        raise _no_contract(row, "it names no number of years")
    book = _Book(evidence, Ledger(), price_year, [])
    contract = Contract(
        floor=book.dollars(row["per_kg"], row) or 0.0,
        volume=output if row["volume"] is None else min(output, row["volume"] * 1000),
        years=int(row["years"]),
        first=first,
        share=(row["upside_pct"] or 0) / 100,
        above=book.dollars(row["upside_from"], row),
        cap=book.dollars(row["upside_cap"], row),
        total=book.dollars(row["amount"], row),
        index=row["id"],
    )
    return replace(contract, share=1.0, above=None) if row["instrument"] == "cfd" else contract


def _no_contract(row: Row, why: str) -> InputError:
    return InputError(
        f"{row['id']} is no price floor",
        where=f"{TABLE}.csv",
        why=why,
        mend="name a row with a floor, its price and its years",
    )
