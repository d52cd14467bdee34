"""Answers about peers and matching as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from midstream.tables_text import table
from midstream.tables_text.dependency import cell


def peers(answer: Mapping[str, Any]) -> str:
    """Rows by sector and stage, what closes the gap, what the leader does differently."""
    found = answer["result"]
    parts = []
    for place in dict.fromkeys((row["sector"], row["stage"]) for row in found["rows"]):
        rows = [row for row in found["rows"] if (row["sector"], row["stage"]) == place]
        parts.append(_place(place, rows))
    parts += [_difference(one) for one in found["differences"]]
    return "\n\n".join([*parts, *(f"Note: {note}" for note in answer["warnings"])])


def _place(place: tuple[str | None, str], rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        (row["country"], cell(row["score"], 2), _rank(row["rank"]),
         " ".join(row["ahead_of"]), " ".join(row["behind"]),
         "" if row["next"] is None else row["next"]["words"])
        for row in sorted(rows, key=_order)
    ]  # fmt: skip
    head = ("country", "score", "rank", "ahead of", "behind", "next above")
    return f"{place[0] or 'mean over sectors'} {place[1]}\n{table(head, lines)}"


def _order(row: Mapping[str, Any]) -> tuple[bool, float]:
    value = row["score"]["value"]
    return value is None, -(value or 0.0)


def _rank(rank: Mapping[str, Any]) -> str:
    middle = "?" if rank["p50"] is None else str(rank["p50"])
    return f"{middle} [{rank['low']} to {rank['high']}]"


def _difference(one: Mapping[str, Any]) -> str:
    head = f"{one['sector']} {one['stage']}: {one['leader']} against {one['country']}"
    return "\n".join([f"{head}, {one['form']}", *(f"  {a['words']}" for a in one["aspects"])])


def match(answer: Mapping[str, Any]) -> str:
    """Shortlist of pairs, then reasons and what is unknown."""
    rows = [
        (one["left"], one["right"], one["technology"], one["stage"], cell(one["score"], 2),
         cell(one["frequency"], 2), _levels(one))
        for one in answer["result"]
    ]  # fmt: skip
    head = ("left", "right", "step", "stage", "weight", "chosen", "readiness needed")
    parts = [table(head, rows) if rows else "No pair is chosen often enough to be listed."]
    for one in answer["result"]:
        lines = [f"{one['left']} with {one['right']}", f"  {one['why']}"]
        if one["moves"] is not None:
            lines.append(f"  Would move: {_moves(one['moves'])}")
        parts.append("\n".join([*lines, f"  Not known: {'; '.join(one['unknown'])}"]))
    return "\n\n".join([*parts, *(f"Note: {note}" for note in answer["warnings"])])


def _moves(one: Mapping[str, Any]) -> str:
    gap, score = one["gap"], cell(one["score"], 2)
    return (
        f"{one['form']} ({one['stage']}, {one['country']}), score {score}; need less output"
        f" {cell(gap)} {gap['unit']}"
    )


def _levels(one: Mapping[str, Any]) -> str:
    if one["firm"]:
        return "firm as it is"
    needed = one["readiness_needed"]
    said = [
        f"{side} {needed[side]['value']:.0f}"
        for side in ("left", "right")
        if needed[side]["value"] is not None
    ]
    return " or ".join(said) or "no level is enough"
