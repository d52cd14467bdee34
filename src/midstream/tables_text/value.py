"""Answers about value as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from midstream.tables_text import table
from midstream.tables_text.dependency import cell

#: Rows printed of each table; the rest is counted.
SHOWN = 12


def capture(answer: Mapping[str, Any]) -> str:
    """Value added by stage, place and owner, beside leverage, and what the focus captures."""
    found = answer["result"]
    unit, basis = found["unit"], found["basis"]
    parts = [
        f"{found['name']}, per {unit['unit']} of {unit['form']}: {basis['name']}, {basis['tax']}"
        if found["stages"]
        else f"{found['name']}: {basis['name']}",
        _stages(found),
        _places("country", found["locations"]),
        _places("owners in", found["owners"]),
        _beside(found["beside"]),
        _domestic(found["domestic"]),
    ]
    if found["units"]:
        parts.append(_units(found["units"]))
    parts += [f"Note: {one}" for one in answer["warnings"]]
    return "\n\n".join(part for part in parts if part)


def _stages(found: Mapping[str, Any]) -> str:
    rows = [
        (
            row["stage"],
            " + ".join(row["forms"]),
            row["product"],
            cell(row["price"]),
            cell(row["amount"]),
            cell(row["added"]),
            cell(row["share"]),
        )
        for row in found["stages"]
    ]
    inside = {form for row in found["stages"] for form in row["forms"]}
    rows += [
        (row["stage"], row["form"], "", "", "", "?", row["why"])
        for row in found["open"]
        if row["form"] not in inside
    ]
    money = found["final"]["unit"]
    head = ("stage", "step", "quoted as", "price", "amount", f"value added, {money}", "share, %")
    if not rows:
        return ""
    rows.append(("", "inputs from outside", "", "", "", cell(found["outside"]), ""))
    rows.append(("", "final price", "", "", "", cell(found["final"]), ""))
    return table(head, rows)


def _places(head: str, rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return ""
    lines = [(row["name"], cell(row["value"]), cell(row["share"])) for row in rows[:SHOWN]]
    text = table((head, "value added", "share, %"), lines)
    more = len(rows) - SHOWN
    return f"{text}\n(+{more} more; --json prints all)" if more > 0 else text


def _beside(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return ""
    rows = [
        (
            row["stage"],
            row["form"],
            cell(row["value_share"]),
            row["holder"],
            cell(row["leverage"], 2),
            cell(row["shapley"], 2),
        )
        for row in found["rows"]
    ]
    head = ("stage", "step", "value, %", "holder", "leverage, years", "Shapley")
    return f"{table(head, rows)}\n{found['words']}; the two columns are never merged."


def _domestic(found: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (one["country"], " + ".join(step["forms"]), cell(step["now"]), cell(step["then"]))
        for one in found
        for step in [*one["steps"], {"forms": ["all"], "now": one["now"], "then": one["then"]}]
    ]
    if not rows:
        return ""
    first = found[0]
    head = ("country", "step", f"{first['year']}, USD million", f"{first['later']}, USD million")
    return f"{table(head, rows)}\n{first['note']}; medians and 80 % intervals."


def units(answer: Mapping[str, Any]) -> str:
    """Value of each chain in one unit."""
    lines = [_units(answer["result"])]
    return "\n".join([*lines, *(f"Note: {one}" for one in answer["warnings"])])


def _units(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        (
            row["name"],
            row["chain"],
            f"{cell(row['per'])} {row['per']['unit']}",
            f"{cell(row['value'])} {row['value']['unit']}" if _valued(row) else "?",
            ", ".join(row["open"]),
        )
        for row in rows
    ]
    return table(("in", "chain", "amount", "value", "without a value of their own"), lines)


def _valued(row: Mapping[str, Any]) -> bool:
    return row["value"]["value"] is not None


def companies(answer: Mapping[str, Any]) -> str:
    """Companies with what they are expected to make, and the gains of each."""
    found = answer["result"]
    parts = [_gains(found) if found["lever"] else _register(found["companies"])]
    parts += [f"{name}: {why}" for name, why in found["silent"].items()]
    silent = [one["name"] for one in found["companies"] if one["why"]]
    parts.append(f"Named, not quantifiable (no capacity on record): {', '.join(silent)}")
    parts += [f"Note: {one}" for one in answer["warnings"]]
    return "\n\n".join(part for part in parts if part)


def _register(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        (
            one["name"],
            one["stage"],
            held["form"],
            held["country"],
            f"{cell(held['expected'])} {held['expected']['unit']}",
        )
        for one in rows
        for held in one["holdings"]
    ]
    return table(("company", "stage", "makes", "in", "capacity x P(complete)"), lines)


def _gains(found: Mapping[str, Any]) -> str:
    names = {one["id"]: one["name"] for one in found["companies"]}
    lines = [
        (
            names.get(row["company"], "a new plant" if row["company"] else "plants of others"),
            row["form"],
            row["push"],
            _shown(row["supply"]),
            _shown(row["profit"]),
            _shown(row["security"]),
            _shown(row["money"]),
        )
        for row in found["gains"]
    ]
    if not lines:
        return "No company on file has a figure for this."
    head = ("company", "makes", "effect", "supply", "profit, USD million/yr", "feed", "money")
    return table(head, lines)


def _shown(value: Mapping[str, Any]) -> str:
    if value["value"] is None and value["high"] is None:
        return ""
    unit = value["unit"] if value["unit"] not in ("ratio", "USD million/yr") else ""
    return f"{cell(value)} {unit}".rstrip()


def embodied(answer: Mapping[str, Any]) -> str:
    """Value added in the final demand for a product."""
    found = answer["result"]
    rows = [
        (row["country"], row["sector"], cell(row["value"], 4), cell(row["share"], 3))
        for row in found["rows"]
    ]
    return table(("country", "sector", "value added", "share, %"), rows)
