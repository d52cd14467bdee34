"""Answers of the dependency room as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from midstream.tables_text import STAGES, number, quantity, table

#: Rows printed in full; the rest is counted.
SHOWN = 60


def cell(value: Mapping[str, Any] | None, digits: int = 3) -> str:
    """A quantity without unit and label: value and interval."""
    if value is None:
        return ""
    low, high = (
        None if one is None else number(one, digits) for one in (value["low"], value["high"])
    )
    if value["value"] is None:
        return "?" if high is None else f"{low} to {high}"
    text = number(value["value"], digits)
    if low is None or high is None or value["low"] == value["high"]:
        return text
    return f"{text} [{low} to {high}]"


def concentrations(answer: Mapping[str, Any]) -> str:
    """Concentration, one line a form or a product and year."""
    rows = [
        (
            one["stage"],
            one["form"] or one["product"],
            str(one["year"]),
            one["series"],
            cell(one["hhi"]),
            one["leader"] or "",
            f"{one['leader_share']['value']:.0f} %" if one["leader_share"]["value"] else "?",
        )
        for one in answer["result"]
    ]
    head = ("stage", "form", "year", "series", "HHI [rest of world]", "leader", "share")
    return "\n".join(
        [*_some(head, rows), "HHI 0 to 1: the rest split finely, to the rest in one hand."]
    )


def leverages(answer: Mapping[str, Any]) -> str:
    """Leverage, one line a holder and step, and what stops delivery."""
    rows = [
        (
            one["holder"],
            one["stage"],
            one["form"],
            cell(one["loss"]),
            cell(one["replace_years"], 2),
            cell(one["leverage"], 2),
            cell(one["shapley"], 2),
            one["cut"][0]["form"] or "need",
        )
        for one in answer["result"]
    ]
    head = ("holder", "stage", "form", "loss", "years", "loss x years", "Shapley", "cut")
    lines = _some(head, rows)
    lines.append(
        "Loss: share of world need not delivered when the holder withholds. 80 % intervals."
    )
    return "\n".join([*lines, *(f"Warning: {one}" for one in answer["warnings"])])


def shared(answer: Mapping[str, Any]) -> str:
    """What one plant is worth to all sectors that need a form."""
    rows = [
        (
            one["form"],
            str(len(one["sectors"])),
            cell(one["value"]),
            cell(one["single"]),
            one["best"],
            quantity(one["capex"]),
        )
        for one in answer["result"]["build_once"]
    ]
    head = ("form", "sectors", "worth to all", "best alone", "sector", "capital cost")
    return "\n".join(_some(head, rows))


def thesis(answer: Mapping[str, Any]) -> str:
    """The answer by chain, and over all."""
    found = answer["result"]
    rows = [
        (
            one["chain"],
            *(cell(one["stages"].get(stage), 2) for stage in STAGES),
            cell(one["probabilities"]["middle_over_ends"], 2),
            one["verdict"],
        )
        for one in found["chains"]
    ]
    lines = [table(("chain", *STAGES, "P(middle)", "in the middle?"), rows)]
    lines.append(
        f"{found['holder']}: {found['verdict']} over all chains; by loss alone {found['by_loss']}."
    )
    lines.append("Leverage in years of world need, 80 % intervals.")
    lines += [f"Not tested: {chain}, {why}" for chain, why in found["untested"].items()]
    return "\n".join(lines)


def supply_risks(answer: Mapping[str, Any]) -> str:
    """Supply risk, one line a material, form and year."""
    rows = [
        (
            one["importer"],
            one["material"],
            one["form"],
            str(one["year"]),
            cell(one["hhi"]),
            cell(one["import_risk"]),
            cell(one["score"]),
        )
        for one in answer["result"]
    ]
    head = ("importer", "material", "form", "year", "HHI", "import risk", "score")
    return "\n".join([*_some(head, rows), *(f"Note: {one}" for one in answer["warnings"])])


def _some(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return ["Nothing of that kind is on record."]
    lines = [table(head, rows[:SHOWN])]
    if len(rows) > SHOWN:
        lines.append(f"(+{len(rows) - SHOWN} more; --json prints all)")
    return lines
