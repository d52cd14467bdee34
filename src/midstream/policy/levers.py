"""Levers and their effects, read from the tables ``levers`` and ``lever_effects`` and checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from midstream.evidence import Evidence
from midstream.evidence.tables import Row
from midstream.evidence.vocabulary import known
from midstream.policy.frame import Lever, LeverEffect
from midstream.policy.lever_checks import check_effect, check_lever, check_order

LEVERS, EFFECTS = "levers", "lever_effects"


def levers(evidence: Evidence) -> Mapping[str, Lever]:
    """Give all levers by id, in the order of their ids.

    Every row is checked: what it names has to be there, sizes and costs have to be in order, and
    prerequisites must not run in a circle.

    Raises:
        InputError: for the first row that cannot be read, with the place and how to mend it.
    """
    rows = {row["id"]: row for row in evidence.table(LEVERS).rows}
    gone = left_out(evidence)
    by_lever: dict[str, list[LeverEffect]] = defaultdict(list)
    for row in evidence.table(EFFECTS).rows:
        if row["lever"] in gone:
            continue
        known(row["lever"], rows, "lever")
        effect = _effect(row, rows[row["lever"]]["country"])
        check_effect(evidence, effect)
        by_lever[effect.lever].append(effect)
    found = {name: _lever(rows[name], tuple(by_lever[name]), gone) for name in sorted(rows)}
    for lever in found.values():
        check_lever(evidence, lever, rows[lever.id])
    check_order(found)
    return found


def left_out(evidence: Evidence) -> frozenset[str]:
    """Ids of levers that are gone because the licences of their sources are left out."""
    if not evidence.without_licences:
        return frozenset()
    held = {row["id"] for row in evidence.table(LEVERS).rows}
    return frozenset(row["id"] for row in evidence.folder.table(LEVERS).rows) - held


def _effect(row: Row, country: str) -> LeverEffect:
    """An effect; it acts in the country of its lever unless the row names another."""
    return LeverEffect(
        id=row["id"],
        lever=row["lever"],
        kind=row["kind"],
        target=row["target"] or "",
        form=row["form"] or "",
        country=row["country"] or country,
        standing=row["standing"] or "",
        low=row["low"],
        mode=row["mode"],
        high=row["high"],
        unit=row["unit"] or "",
        source=tuple(row["source"] or ()),
        standing_of_fact=row["fact"],
    )


def _lever(row: Row, effects: tuple[LeverEffect, ...], gone: frozenset[str]) -> Lever:
    return Lever(
        id=row["id"],
        name=row["name"],
        country=row["country"],
        stages=tuple(row["stages"]),
        forms=tuple(row["forms"] or ()),
        payers=tuple(row["payers"] or ()),
        instrument=row["instrument"],
        cost=_cost(row),
        currency=row["currency"] or "",
        price_year=row["price_year"],
        start=float(row["start"]),
        lag=float(row["lag"]),
        prerequisites=tuple(name for name in row["prerequisites"] or () if name not in gone),
        excludes=tuple(name for name in row["excludes"] or () if name not in gone),
        in_base=bool(row["in_base"]),
        effects=tuple(sorted(effects, key=lambda effect: effect.id)),
        source=tuple(row["source"] or ()),
        standing_of_fact=row["kind"],
        note=row["note"] or "",
        cost_kind=row["cost_kind"] or "",
    )


def _cost(row: Row) -> tuple[float, float, float] | None:
    """Low, mode and high; one figure stands for all three, and none stays none."""
    mode = row["cost_mode"]
    if mode is None:
        return None
    low = mode if row["cost_low"] is None else row["cost_low"]
    high = mode if row["cost_high"] is None else row["cost_high"]
    return float(low), float(mode), float(high)
