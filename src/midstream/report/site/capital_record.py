"""Tables of the page on money that hold the engine to the record: plants, floors, companies."""

from __future__ import annotations

from typing import Any

from midstream.capital.records_beside import Beside
from midstream.report.narrative.capital_rows import millions
from midstream.report.narrative.context import Context
from midstream.report.narrative.words import started, traced
from midstream.report.site.desk import Desk

#: Lines of a comparison that the page shows; the table beside the edition holds all of them.
SHOWN = ("Cost of the plant", "Public share of the money found")
#: Companies shown, the largest first.
MOST_COMPANIES = 12


def beside_rows(desk: Desk, context: Context) -> list[dict[str, Any]]:
    """Plants with a figure on both sides, and the engine's cost over the one on record."""
    return [
        _beside(desk, context, one)
        for one in desk.study.stacks_beside()
        if any(row.real.value is not None and row.model.value is not None for row in one.rows)
    ]


def _beside(desk: Desk, context: Context, one: Beside) -> dict[str, Any]:
    lines = {row.name: row for row in one.rows}
    cost, share = (lines[name] for name in SHOWN)
    return {
        "name": one.real.name,
        "country": desk.country(one.real.country),
        "form": desk.form(one.real.form),
        "cost": millions(context, cost.real),
        "model": millions(context, cost.model),
        "share": share.real,
        "model_share": share.model,
        "notes": [started(traced(note, cost.model)) for note in one.remarks],
    }


def without_model(desk: Desk) -> list[dict[str, str]]:
    """Plants on record the engine has no stack for, with the reason."""
    return [
        {"name": one.real.name, "why": one.why_not.split(":")[0]}
        for one in desk.study.stacks_beside()
        if one.model is None
    ]


def floor_rows(desk: Desk, context: Context) -> list[dict[str, Any]]:
    """What each price floor on record costs its payer from here on."""
    return [
        {
            "one": one,
            "payer": one.payer,
            "form": desk.form(one.form),
            "plant": desk.study.evidence.facilities[one.facility]["name"] if one.facility else "",
            "years": str(one.years),
            "present": millions(context, one.present),
        }
        for one in desk.study.floors()
    ]


def company_rows(desk: Desk, context: Context) -> list[dict[str, Any]]:
    """Companies with the most money on record, over all their plants."""
    found = sorted(desk.study.company_stacks(), key=lambda one: -(one.known.value or 0.0))
    return [
        {
            "one": one,
            "name": one.company,
            "plants": ", ".join(plant.name for plant in one.plants),
            "known": millions(context, one.known),
        }
        for one in found[:MOST_COMPANIES]
    ]
