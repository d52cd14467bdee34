"""Who could pay: schemes in force with money not paid out, and payers with a record elsewhere.

Nothing is allocated: a list of possible payers beside a gap is not a plan for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from midstream.capital.payers_kind import KIND_WORDS
from midstream.capital.records_layer import Layer
from midstream.capital.records_read import TABLE, Reader, in_dollars
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row
from midstream.evidence.vocabulary import known

Basis = Literal["scheme", "precedent"]
#: How near a scheme or a precedent is to the form, nearest first.
NEARNESS = ("same form", "same stage", "any stage")
#: Kinds of payers whose record elsewhere is a precedent.
ELSEWHERE = ("development-bank", "export-credit", "mixed", "state", "buyer", "bank")


@dataclass(frozen=True, slots=True)
class Possible:
    """A payer that could pay, and on what ground.

    Attributes:
        basis: A scheme in force of the country, or a plant paid for elsewhere.
        id: Scheme, or the row of the record that is the largest precedent.
        payer: Who.
        kind: Kind of payer; blank for a scheme whose payer is not classed.
        country: Country of the payer.
        instruments: Forms of money it has used; empty where a scheme does not say.
        nearness: How near it is to the form asked for.
        amount: Scheme: outlay less what is paid out, USD of the price year; where payments are
            not on record the value is missing and ``high`` is the whole outlay. Precedent: the
            largest single amount on record.
        deals: Rows of the record.
        plants: Plants paid for.
        words: What the amount is.
    """

    basis: Basis
    id: str
    payer: str
    kind: str
    country: str
    instruments: tuple[str, ...]
    nearness: str
    amount: Quantity
    deals: int
    plants: tuple[str, ...]
    words: str

    def to_dict(self) -> dict[str, Any]:
        """Give the payer as a JSON object."""
        return {
            "basis": self.basis,
            "id": self.id,
            "payer": self.payer,
            "payer_kind": self.kind or None,
            "payer_kind_name": KIND_WORDS.get(self.kind),
            "payer_country": self.country or None,
            "instruments": list(self.instruments),
            "nearness": self.nearness,
            "amount": self.amount.to_dict(),
            "deals": self.deals,
            "plants": list(self.plants),
            "words": self.words,
        }


def could(
    evidence: Evidence, ledger: Ledger, country: str, form: str, *, price_year: int | None = None
) -> tuple[Possible, ...]:
    """Who could pay for plants of a form in a country.

    Args:
        evidence, ledger: Where the rows stand and nodes are entered.
        country: Where the plants would stand.
        form: What they would make.
        price_year: Year of the USD; ``None`` is that of the parameter table.

    Returns:
        Schemes of the country first, then precedents; nearest and largest first in each.

    Raises:
        InputError: if the country or form is unknown.
    """
    known(country, evidence.vocabulary("country") or {}, "country")
    known(form, evidence.vocabulary("form") or {}, "form")
    reader = Reader.of(evidence, ledger, price_year)
    found = [*_schemes(reader, country, form), *_precedents(reader, country, form)]
    return tuple(sorted(found, key=_order))


def _order(one: Possible) -> tuple[bool, int, float, str]:
    most = one.amount.value if one.amount.value is not None else one.amount.high
    return one.basis != "scheme", NEARNESS.index(one.nearness), -(most or 0.0), one.id


def _nearness(stage: str | None, forms: Sequence[str], form: str, own: str) -> str | None:
    """How near something of a stage and some forms is to a form; ``None`` is not at all."""
    if form in forms:
        return "same form"
    if forms:
        return None
    return "any stage" if stage is None else "same stage" if stage == own else None


def _schemes(reader: Reader, country: str, form: str) -> list[Possible]:
    evidence, found = reader.evidence, []
    stage = evidence.forms[form]["stage"]
    for row in evidence.table("schemes").rows:
        near = _nearness(row["stage"], row["forms"] or (), form, stage)
        if row["country"] == country and row["status"] == "in force" and near and row["outlay"]:
            found.append(_scheme(reader, row, near))
    return found


def _scheme(reader: Reader, row: Row, near: str) -> Possible:
    rows = [one for one in reader.evidence.table(TABLE).rows if one["scheme"] == row["id"]]
    payers = tuple(dict.fromkeys(one["payer"] for one in rows))
    layers = [reader.layer(one) for one in rows]
    unspent = _unspent(reader, row)
    unknown = row["disbursed"] is None
    return Possible(
        basis="scheme",
        id=row["id"],
        payer=", ".join(payers) or row["name"],
        kind=layers[0].payer_kind if layers else "",
        country=row["country"],
        instruments=tuple(dict.fromkeys(layer.instrument for layer in layers)),
        nearness=near,
        amount=unspent,
        deals=len(rows),
        plants=tuple(sorted({one["facility"] for one in rows if one["facility"]})),
        words="at most the outlay: payments are not on record"
        if unknown
        else "outlay less payments; awards not yet paid are not deducted",
    )


def _unspent(reader: Reader, row: Row) -> Quantity:
    """Outlay less payments in USD of the price year; open below where payments are unknown."""
    label = reader.evidence.label_of_sources(row["source"])
    start = int(str(row["start"] or row["end"])[:4])
    lineage = f"scheme:{row['id']}"
    outlay = Quantity(row["outlay"], None, None, row["currency"], label, lineage)
    source = ";".join(row["source"])
    name = f"Outlay of the scheme: {row['name']}"
    reader.ledger.add(Node(lineage, "observation", name, outlay, source, note=row["note"] or ""))
    _, real, remark = in_dollars(
        reader.evidence, reader.ledger, f"scheme-{row['id']}", outlay, start, reader.price_year
    )
    whole = real.value or 0.0
    left = None if row["disbursed"] is None else whole * (1 - row["disbursed"] / row["outlay"])
    unspent = f"f:capital.payers.unspent/{row['id']}/{reader.price_year}"
    most = whole if left is None else None
    quantity = Quantity(left, None, most, real.unit, None if left is None else label, unspent)
    reader.ledger.add(
        Node(
            id=unspent,
            kind="formula",
            name=f"Not paid out: {row['name']}",
            quantity=quantity,
            inputs=(real.lineage,),
            formula="outlay less payments on record",
            note=remark or "",
        )
    )
    return quantity


def _precedents(reader: Reader, country: str, form: str) -> list[Possible]:
    """Payers that have paid for such plants outside their own country."""
    stage = reader.evidence.forms[form]["stage"]
    members = _members(reader.evidence)
    groups: dict[tuple[str, str], list[Layer]] = {}
    for row in reader.evidence.table(TABLE).rows:
        plant = (
            reader.evidence.row_by_id("facilities", row["facility"]) if row["facility"] else None
        )
        if plant is None or plant["stage"] != stage:
            continue
        layer = reader.layer(row)
        home = {layer.payer_country, *members.get(layer.payer_country, ())}
        abroad = bool(layer.payer_country) and plant["country"] not in home
        if layer.payer_kind in ELSEWHERE and abroad and country not in home:
            near = "same form" if plant["form"] == form else "same stage"
            groups.setdefault((layer.payer, near), []).append(layer)
    return [_precedent(near, layers) for (_, near), layers in sorted(groups.items())]


def _members(evidence: Evidence) -> dict[str, set[str]]:
    """Members of groups of countries: a payer of a group is at home in all of them."""
    found: dict[str, set[str]] = {}
    for row in evidence.table("groups").rows:
        found.setdefault(row["group"], set()).add(row["member"])
    return found


def _precedent(near: str, layers: Sequence[Layer]) -> Possible:
    largest = max(layers, key=lambda layer: (layer.real.value or 0.0, layer.id))
    return Possible(
        basis="precedent",
        id=largest.id,
        payer=largest.payer,
        kind=largest.payer_kind,
        country=largest.payer_country,
        instruments=tuple(dict.fromkeys(layer.instrument for layer in layers)),
        nearness=near,
        amount=largest.real,
        deals=len(layers),
        plants=tuple(sorted({layer.facility for layer in layers})),
        words="largest single amount on record",
    )
