"""What incumbents have done before, and what became of plants in a collapse of prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from midstream.chain.naming import Names
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row
from midstream.terms import suggestion

#: Ends of an 80 % interval of a probability.
_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class PastMove:
    """A move on record.

    Attributes:
        id, kind, actor: As in ``incumbent_moves``.
        forms: Forms it hit.
        start, end: Periods; a blank end is a move in force.
        intent: ``stated``, ``disputed`` or ``not shown``.
        depth: Fall of the price in a flood, or of exports under a restriction, in %; a blank
            quantity where no figure is on record.
        outcome: What came of it.
        events: Measures on record.
        plants: Plants outside that met it, with what became of them.
        source: Sources.
    """

    id: str
    kind: str
    actor: str
    forms: tuple[str, ...]
    start: str
    end: str
    intent: str
    depth: Quantity
    outcome: str
    events: tuple[str, ...]
    plants: tuple[tuple[str, str], ...]
    source: tuple[str, ...]


def history(
    evidence: Evidence, incumbent: str = "", form: str = "", ledger: Ledger | None = None
) -> tuple[PastMove, ...]:
    """Give the moves on record, oldest first.

    Args:
        evidence: The release.
        incumbent: Country that moved; blank takes all.
        form: Form that was hit; blank takes all.
        ledger: Where lineage is entered.

    Raises:
        InputError: if country or form is unknown.
    """
    _known(incumbent, evidence.countries, "incumbent")
    _known(form, evidence.forms, "form")
    book = Ledger(base=evidence.ledger) if ledger is None else ledger
    plants = evidence.table("hard_times").rows
    rows = [
        row
        for row in evidence.table("incumbent_moves").rows
        if incumbent in ("", row["actor"]) and (not form or form in row["forms"])
    ]
    rows.sort(key=lambda row: (row["start"], row["id"]))
    return tuple(_past(evidence, row, plants, book) for row in rows)


def _known(word: str, words: Mapping[str, Row], noun: str) -> None:
    if word and word not in words:
        raise InputError(
            f"unknown {noun} {word!r}",
            where=noun,
            why="the evidence holds nothing of that name",
            mend=suggestion(word, list(words)),
        )


def _past(evidence: Evidence, row: Row, plants: Sequence[Row], ledger: Ledger) -> PastMove:
    return PastMove(
        id=row["id"],
        kind=row["kind"],
        actor=row["actor"],
        forms=tuple(row["forms"]),
        start=row["start"],
        end=row["end"] or "",
        intent=row["intent"],
        depth=_depth(evidence, row, ledger),
        outcome=row["outcome"],
        events=tuple(row["events"] or ()),
        plants=tuple(
            (one["facility"], one["outcome"]) for one in plants if one["move"] == row["id"]
        ),
        source=tuple(row["source"]),
    )


def _depth(evidence: Evidence, row: Row, ledger: Ledger) -> Quantity:
    """Fall of a price between two quotes, or of exports in the episode, in %."""
    lineage = f"f:counter.history/{row['id']}"
    title = f"Depth of the move: {Names.of(evidence).country(row['actor'])}, {row['start']}"
    if row["price_before"] and row["price_after"]:
        prices = {one["id"]: one for one in evidence.table("prices").rows}
        before, after = prices[row["price_before"]], prices[row["price_after"]]
        fall = 100 * (1 - after["price"] / before["price"])
        source = tuple(dict.fromkeys((*before["source"], *after["source"])))
        note = f"price {before['id']} to {after['id']}: {before['period']} to {after['period']}"
        return _entered(evidence, lineage, title, fall, source, note, ledger)
    for episode in evidence.table("episodes").rows:
        if episode["id"] == row["episode"] and episode["export_change_pct"] is not None:
            source = tuple(episode["source"])
            note = f"exports, {episode['export_unit']}"
            fall = -float(episode["export_change_pct"])
            return _entered(evidence, lineage, title, fall, source, note, ledger)
    note = "no figure is on record"
    return _entered(evidence, lineage, title, None, tuple(row["source"]), note, ledger)


def _entered(
    evidence: Evidence,
    lineage: str,
    title: str,
    value: float | None,
    source: tuple[str, ...],
    note: str,
    ledger: Ledger,
) -> Quantity:
    known = tuple(name for name in source if name in evidence.sources)
    label = None if value is None else evidence.label_of_sources(known)
    quantity = Quantity(value, None, None, "%", label, lineage)
    ledger.add(Node(lineage, "observation", title, quantity, source=";".join(known), note=note))
    return quantity


def survivors(evidence: Evidence, ledger: Ledger) -> Quantity:
    """Give the chance that a plant outside outlives a collapse of prices, from those on record.

    Beta law with the prior ``counter.history.prior`` on both sides; relieved plants count as
    alive. It stands beside the model as a check and does not enter it.
    """
    from scipy.special import betaincinv

    rows = evidence.table("hard_times").rows
    alive = sum(row["outcome"] != "closed" for row in rows)
    prior = float(evidence.parameter("counter.history.prior").value or 0.0)
    first, second = prior + alive, prior + len(rows) - alive
    low, high = (float(betaincinv(first, second, end)) for end in (_LOW, _HIGH))
    lineage = "f:counter.survivors"
    quantity = Quantity(first / (first + second), low, high, "probability", "modelled", lineage)
    source = dict.fromkeys(name for row in rows for name in row["source"])
    ledger.add(
        Node(
            lineage,
            "formula",
            "Chance to outlive a collapse of prices, from plants on record",
            quantity,
            source=";".join(source),
            inputs=("par:counter.history.prior",),
            formula="(prior + alive) / (2 prior + plants)",
            note=f"{alive} of {len(rows)} alive: " + ", ".join(row["facility"] for row in rows),
        )
    )
    return quantity
