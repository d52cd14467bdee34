"""Levers and packages on file as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from midstream.tables_text import table
from midstream.tables_text.dependency import cell


def levers(answer: Mapping[str, Any]) -> str:
    """Levers with cost and payer, what each does, packages, sources."""
    found = answer["result"]
    parts = [_levers(found["levers"], found["price_year"])] if found["levers"] else []
    parts += [_effects(found["levers"])] if found["levers"] else []
    parts += [_packages(found["packages"])] if found["packages"] else []
    return "\n\n".join([*parts, *(f"Note: {note}" for note in answer["warnings"])])


def _levers(rows: Sequence[Mapping[str, Any]], year: int) -> str:
    head = (
        "lever", "name", "country", "stages", f"USD million of {year}", "cost is", "payers",
        "acts from", "needs", "excludes", "sources",
    )  # fmt: skip
    lines = [
        (
            one["id"],
            one["name"],
            one["country"],
            ";".join(one["stages"]),
            cell(one["cost"]),
            one["cost_standing"] or "not on record",
            "; ".join(one["payers"]) or "nobody named",
            f"{one['start'] + one['lag']:g}",
            ";".join(one["prerequisites"]),
            ";".join(one["excludes"]),
            ";".join(one["source"]),
        )
        for one in rows
    ]
    return table(head, lines)


def _effects(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        (
            one["id"],
            effect["words"],
            effect["standing_of_fact"],
            ";".join(effect["source"]),
        )
        for one in rows
        for effect in one["effects"]
    ]
    return table(("lever", "what it does", "size is", "sources of the size"), lines)


def _packages(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        (
            one["id"],
            one["name"],
            one["country"],
            one["status"],
            one["announced"] or "",
            " ".join(one["levers"]),
            " ".join(one["without"]),
            cell(one["cost"]),
        )
        for one in rows
    ]
    head = (
        "package", "name", "country", "standing", "announced", "levers", "base without", "cost",
    )  # fmt: skip
    missing = [
        f"{one['id']}: terms not public: {', '.join(one['missing'])}"
        for one in rows
        if one["missing"]
    ]
    lacking = [
        f"{one['id']}: cost not on record of {', '.join(one['cost_missing'])}"
        for one in rows
        if one["cost_missing"]
    ]
    return "\n".join([table(head, lines), *missing, *lacking])
