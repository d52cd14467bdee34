"""Answers as text for people: the tables the commands print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

STAGES = ("C1", "C2", "C3", "C4")
#: Findings printed in full; the rest is counted.
SHOWN = 40


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out rows under a head in columns as wide as their longest cell."""
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    lines = [
        "  ".join(str(cell).ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    ]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join([lines[0], rule, *lines[1:]])


def number(value: float, digits: int = 3) -> str:
    """A number to some significant digits; a large one in full, with its thousands parted."""
    text = f"{value:,.{digits}g}"
    return f"{float(text):,.0f}" if "e+" in text else text


def quantity(value: Mapping[str, Any]) -> str:
    """A quantity in one cell: value, interval, unit, label."""
    low, high = (None if one is None else number(one, 4) for one in (value["low"], value["high"]))
    if value["value"] is None:
        return f"{low} to {high} {value['unit']} (bounds)" if high is not None else "no evidence"
    text = number(value["value"], 4)
    if low is not None and high is not None and value["low"] != value["high"]:
        text += f" [{low} to {high}]"
    return f"{text} {value['unit']} {value['label']}"


def findings(answer: Mapping[str, Any]) -> str:
    """Findings of the checks, errors first, then counts."""
    found = sorted(answer["result"]["findings"], key=lambda item: item["severity"])
    rows = [
        (item["severity"], item["check"], f"{item['file']}:{item['row']}", item["message"])
        for item in found[:SHOWN]
    ]
    parts = [table(("severity", "check", "place", "message"), rows)] if rows else []
    if len(found) > SHOWN:
        parts.append(f"(+{len(found) - SHOWN} more; --json prints all)")
    counted = answer["result"]["counts"]
    by_check = [
        (check, str(number["error"]), str(number["warning"]))
        for check, number in counted["by_check"].items()
    ]
    parts.append(table(("check", "errors", "warnings"), by_check))
    parts.append(f"{counted['error']} errors, {counted['warning']} warnings")
    return "\n\n".join(parts)


def facts(answer: Mapping[str, Any]) -> str:
    """Facts with the sources behind them."""
    blocks = []
    for fact in answer["result"]:
        key = " · ".join(str(value) for value in fact["key"].values() if value)
        rows = [
            (
                o["id"],
                f"{number(o['value'], 6)} {o['unit']}",
                o["origin"],
                f"layer {o['layer']}",
                o["source"],
                o["period"],
            )
            for o in fact["observations"]
        ]
        head = f"{key}\n  {quantity(fact['quantity'])} ({fact['agreement']})"
        lines = table(("id", "value", "origin", "layer", "source", "period"), rows)
        blocks.append(head + "\n" + "\n".join("  " + line for line in lines.splitlines()))
    return "\n\n".join(blocks) if blocks else "No fact of that key is on record."


def tree(answer: Mapping[str, Any]) -> str:
    """A lineage as an indented tree."""
    lines: list[str] = []
    _branch(answer["result"], 0, lines)
    return "\n".join(lines)


def _branch(node: Mapping[str, Any], depth: int, lines: list[str]) -> None:
    indent = "  " * depth
    lines.append(f"{indent}{node['name']}: {quantity(node['quantity'])}")
    details = [node["kind"], node["id"], node["formula"], node.get("source", ""), node["note"]]
    lines.append(f"{indent}  " + " | ".join(detail for detail in details if detail))
    for child in node["inputs"]:
        _branch(child, depth + 1, lines)


def scores(answer: Mapping[str, Any]) -> str:
    """Scores, one line a country and sector."""
    cells: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for cell in answer["result"]:
        cells.setdefault((cell["country"], cell["sector"]), {})[cell["stage"]] = cell
    rows = [
        (country, sector, *(_cell(stages[stage]) for stage in STAGES if stage in stages))
        for (country, sector), stages in cells.items()
    ]
    lines = [table(("country", "sector", *STAGES), rows)]
    lines.append("Integer (or the range the evidence allows), score, 80 % interval; ? no evidence.")
    lines += [f"Warning: {warning}" for warning in answer["warnings"]]
    return "\n".join(lines)


def _cell(cell: Mapping[str, Any]) -> str:
    score = cell["score"]
    if score["value"] is None:
        return "?"
    low, high = cell["digit_range"]
    digit = str(cell["digit"]) if cell["digit"] is not None else f"{low}-{high}"
    return f"{digit}  {score['value']:.1f} [{score['low']:.1f} to {score['high']:.1f}]"


def differences(answer: Mapping[str, Any]) -> str:
    """Differences between a folder and its manifest, or that there are none."""
    lines = [item["line"] for item in answer["result"]["differences"]]
    return "\n".join(lines or ["Every file matches the manifest.", answer["result"]["hint"]])


def changes(answer: Mapping[str, Any]) -> str:
    """Figures that changed between two editions."""
    rows = [
        (c["id"], str(c["old"]), str(c["new"]), ", ".join(c["causes"])) for c in answer["result"]
    ]
    return table(("figure", "old", "new", "causes"), rows) if rows else "No figure changed."


def studies(answer: Mapping[str, Any]) -> str:
    """Studies that ship, a line each."""
    return "\n".join(f"{row['id']:12s} {row['title']}" for row in answer["result"])


def built(answer: Mapping[str, Any]) -> str:
    """Files at the top of an edition, a line each."""
    folder = PurePath(answer["result"]["folder"])
    return "\n".join(str(folder / file) for file in answer["result"]["files"] if "/" not in file)


def timed(answer: Mapping[str, Any]) -> str:
    """How long each thing takes, as a ratio to the yardstick."""
    rows = [
        (row["name"], row["what"], f"{row['ratio']:.1f}", f"{row['seconds']:.3f}")
        for row in answer["result"]
    ]
    return table(("name", "what", "ratio", "seconds"), rows)
