"""Answers about imports as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from midstream.tables_text import number, table

#: Rows of each list that are shown; --json gives all that are listed.
SHOWN = 12


def imported(answer: Mapping[str, Any]) -> str:
    """What an import changes: rows, changed figures, conflicts, labels, scores."""
    found = answer["result"]
    counts = ("rows", "added", "changed", "unchanged", "removed", "conflicts")
    parts = [
        f"{found['kind']} from {found['file']}",
        table(counts, [tuple(f"{found[name]:,}" for name in counts)]),
        _listed("changed figures", ("row", "field", "now", "import"), _changes(found)),
        _listed("conflicts", ("about", "who says what"), _conflicts(found)),
        _listed("labels that change", ("about", "now", "then"), _labels(found)),
        _listed(
            "scores that change",
            ("country", "sector", "stage", "now", "then"),
            _scores(found),
        ),
    ]
    parts += [f"Note: {note}" for note in answer["warnings"]]
    if found["written"]:
        parts.append(f"written to {found['written']} (release {found['data_release']})")
    return "\n\n".join(part for part in parts if part)


def _listed(name: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    more = f"\n(+{len(rows) - SHOWN} more)" if len(rows) > SHOWN else ""
    return f"{name}\n{table(head, rows[:SHOWN])}{more}"


def _changes(found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (one["what"], one["field"], one["old"][:40], one["new"][:40])
        for one in found["changes"]
        if not one["field"].startswith("original_")
    ]


def _conflicts(found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for one in found["conflicting"]:
        says = "; ".join(f"{who} {_plain(value)}" for who, value in one["says"].items())
        about = one["what"] if one["id"].startswith("key:") else f"{one['what']} {one['id']}"
        rows.append((about, says))
    return rows


def _plain(value: object) -> str:
    return number(value, 6) if isinstance(value, float) else str(value)


def _labels(found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [(one["what"], one["old"], one["new"]) for one in found["labels"]]


def _scores(found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (one["country"], one["sector"], one["stage"], _cell(one["old"]), _cell(one["new"]))
        for one in found["scores"]
    ]


def _cell(one: Mapping[str, Any]) -> str:
    if one["score"] is None:
        return "?"
    low, high = one["digits"]
    digits = str(low) if low == high else f"{low}-{high}"
    return f"{digits} {one['score']:.1f} {one['label']}"


def template(answer: Mapping[str, Any]) -> str:
    """A template as the CSV it is."""
    return str(answer["result"]["text"]).rstrip("\n")
