"""Transfers on record, found or not: the check the matching has to stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from midstream.collaboration.drawing import Ground
from midstream.collaboration.match import ENDS, Matcher
from midstream.collaboration.register import Organisation, Step
from midstream.collaboration.result import Transfer
from midstream.collaboration.telling import Teller
from midstream.evidence import Evidence, Ledger, Node, Quantity

#: Kinds of organisation that hand technology on.
GIVERS = frozenset({"lab", "university"})


def takers(
    evidence: Evidence, ledger: Ledger, country: str, steps: Mapping[str, Step]
) -> tuple[Organisation, ...]:
    """Plants of a country that make a form of some step, as organisations that may take one.

    A plant that recovers from spent magnets stands at recycling; readiness is not on record.
    """
    spent = {row["facility"] for row in evidence.table("recycling_plants").rows}
    found = []
    for row in evidence.facilities.values():
        if row["country"] != country or row["status"] == "cancelled":
            continue
        own = [step.id for step in steps.values() if row["form"] in step.facility_forms]
        own = ["recycle"] if row["id"] in spent and "recycle" in steps and own else own
        if own:
            found.append(_taker(row, tuple(own), ledger))
    return tuple(found)


def _taker(row: Mapping[str, str], own: tuple[str, ...], ledger: Ledger) -> Organisation:
    lineage = f"cap:{row['id']}"
    quantity = Quantity(None, None, None, "level", None, lineage)
    title = f"Technology readiness level: {row['name']}"
    ledger.add(Node(lineage, "observation", title, quantity, note="not on record"))
    return Organisation(
        id=row["id"],
        name=row["name"],
        country=row["country"],
        kind="plant",
        technology=row["form"],
        stage=row["stage"],
        form=row["form"],
        steps=own,
        level=None,
        lineage=lineage,
    )


def transfers(
    evidence: Evidence,
    ground: Ground,
    register: Sequence[Organisation],
    plants: Sequence[Organisation],
    teller: Teller,
) -> tuple[Transfer, ...]:
    """Match labs with plants of one country and look up the transfers on record.

    Args:
        evidence: Release with the transfers.
        ground: What the matching stands on.
        register: Organisations of the country.
        plants: Plants of the country.
        teller: Makes quantities.
    """
    givers = [one for one in register if one.kind in GIVERS and one.steps]
    names = [one.id for one in givers], [one.id for one in plants]
    rows = [
        row
        for row in evidence.table("technology_transfers").rows
        if row["capability"] in names[0] and row["facility"] in names[1]
    ]
    if not rows:
        return ()
    by_set = Matcher(ground, givers, plants).frequencies()
    found = []
    for row in rows:
        place = names[0].index(row["capability"]), names[1].index(row["facility"])
        giver, taker = givers[place[0]], plants[place[1]]
        spread = by_set[:, place[0], place[1]]
        low, high = np.quantile(spread, ENDS)
        found.append(
            Transfer(
                giver=giver,
                taker=taker,
                frequency=teller.frequency(giver, taker, float(spread.mean()), low, high),
                chance=teller.chance(giver, taker, max(len(givers), len(plants))),
                givers=len(givers),
                takers=len(plants),
                source=tuple(row["source"]),
            )
        )
    return tuple(found)
