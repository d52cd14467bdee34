"""What the words on the counterstrategy are counted from: moves, groups of entrants, shares."""

from __future__ import annotations

from collections.abc import Sequence

from midstream.counterstrategy.result import Counter, Curve, EntrantRow, MoveRow
from midstream.evidence.lineage import Node
from midstream.evidence.quantity import Quantity
from midstream.report.narrative.context import Context
from midstream.report.narrative.words import lower, possessive, traced
from midstream.report.numbers import Sentence

#: What a plant can lean on in a price attack, the strongest first, and how a group is called.
STANDINGS = {
    "floor": "plants under a floor or a guarantee",
    "support": "built plants with public money but no floor",
    "bare": "built plants with neither",
    "plan": "plants not built yet",
}

#: Kinds of moves inside a sentence.
KINDS = {
    "flood": "price attacks",
    "squeeze": "export squeezes",
    "licence-queue": "licence queues",
    "technology-ban": "bans on equipment and know-how",
    "talent-limit": "limits on experts",
}


def left(
    context: Context, one: Counter, row: MoveRow, *, all_of_them: bool = False
) -> tuple[Quantity, Quantity]:
    """Share of nameplate that is there at the end of a move, and without it.

    Args:
        context: Where the numbers are entered.
        one: The form.
        row: The move.
        all_of_them: Count all entrants; else those of the focus country where it has any.
    """
    own = row.out_focus.value is not None and not all_of_them
    kept = [entrant for entrant in one.entrants if not own or entrant.country == one.focus]
    place = f"{row.move.id}/{'own' if own else 'all'}"
    return (
        there(context, one, kept, row, f"{place}/after"),
        there(context, one, kept, row, f"{place}/without", without=True),
    )


def there(
    context: Context,
    one: Counter,
    kept: Sequence[EntrantRow],
    row: MoveRow,
    key: str,
    *,
    without: bool = False,
) -> Quantity:
    """Share of the nameplate of some entrants that is there at the end of a move."""
    chances = {
        found.facility: found.without if without else found.survival for found in row.entrants
    }
    sizes = {entrant.facility: entrant.capacity.value or 0.0 for entrant in kept}
    known = {id: size for id, size in sizes.items() if id in chances}
    standing_there = sum(size * (chances[id].value or 0.0) for id, size in known.items())
    words = "without it" if without else "at the end of a move"
    return context.reckoner.number(
        f"counter/{one.form}/{key}", standing_there / (sum(known.values()) or 1.0), "share",
        f"Nameplate of entrants that is there {words}", [chances[id].lineage for id in known],
        "sum of nameplate x chance / nameplate",
    )  # fmt: skip


def net_of(context: Context, one: Counter, row: MoveRow) -> Quantity:
    """Payoff of a move without its sign, USD million."""
    return context.reckoner.number(
        f"counter/{one.form}/{row.move.id}/net", abs(row.payoff.value or 0.0), row.payoff.unit,
        "What a move costs or pays on balance", [row.payoff.lineage], "payoff without its sign",
    )  # fmt: skip


def owner(context: Context, row: MoveRow) -> str:
    """Whose capacity `left` counts where it is not told otherwise."""
    own = row.out_focus.value is not None
    return possessive(context.country) if own else "entrants\u2019"


def deepest(one: Counter) -> MoveRow | None:
    """The flood with the lowest price."""
    floods = [row for row in one.moves if row.move.kind == "flood"]
    return min(floods, key=lambda row: row.move.price or 0.0) if floods else None


def tempting(one: Counter) -> MoveRow:
    """The move with the highest payoff under the middle of the aims."""
    return max(one.moves, key=lambda row: row.payoff.value or 0.0)


def standing(entrant: EntrantRow) -> str:
    """What an entrant can lean on; a key of `STANDINGS`."""
    if entrant.covered.value:
        return "floor"
    if not entrant.built:
        return "plan"
    return "support" if entrant.supported else "bare"


def group_curve(one: Counter) -> Curve:
    """Survival of the focus country's entrants year by year, else of all."""
    groups = [curve for curve in one.curves if not curve.facility]
    return groups[1] if len(groups) > 1 else groups[0]


def group_series(
    context: Context, one: Counter, key: str, members: Sequence[EntrantRow]
) -> tuple[Quantity, ...]:
    """Share of the nameplate of some entrants that is there year by year under the flood shown.

    The shares have no interval: the curves of single plants do not tell how they move together.

    Args:
        context: Where the numbers are entered.
        one: The form.
        key: Name of the group, made part of the lineage.
        members: Entrants of the group.
    """
    sizes = {entrant.facility: entrant.capacity.value or 0.0 for entrant in members}
    found = [curve for curve in one.curves if curve.facility in sizes]
    total = sum(sizes[curve.facility] for curve in found) or 1.0
    points = []
    for place, year in enumerate(found[0].years if found else ()):
        amount = sum(sizes[c.facility] * (c.survival[place].value or 0.0) for c in found)
        lineage = f"f:report.words/counter/{one.form}/{key}/year/{year}"
        share = Quantity(amount / total, None, None, "share", "modelled", lineage)
        inputs = tuple(curve.survival[place].lineage for curve in found)
        words = "sum of nameplate x chance / nameplate"
        name = "Nameplate of a group of entrants that is there at the end of a year"
        context.reckoner.ledger.add(Node(lineage, "formula", name, share, None, inputs, words))
        points.append(share)
    return tuple(points)


def half_shut(series: Sequence[Quantity], years: Sequence[int]) -> int | None:
    """First year by whose end less than half is there, ``None`` where it never falls so far."""
    for year, share in zip(years, series, strict=True):
        if (share.value or 0.0) < 0.5:
            return year
    return None


def label(row: MoveRow) -> Sentence:
    """A move in words, each figure in it traced."""
    return traced(lower(row.label), row.payoff)


def short(name: str) -> str:
    """Name of a plant without what stands in brackets or after a comma."""
    return name.split(" (")[0].split(",")[0]
