"""A plan as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from midstream.tables_text import table
from midstream.tables_text.dependency import cell


def plan(answer: Mapping[str, Any]) -> str:
    """Levers, scores, frontier, worth of money, roadmap, and what was left out."""
    found = answer["result"]
    money = found["budget"]["unit"]
    spent = f"{cell(found['budget'], 4)} {money} to spend, {cell(found['unspent'])} left over"
    head = f"{found['country']}, {found['sector']}, by {found['by']}: {spent}"
    parts = [head, _levers(found), _scores(found), _objective(found), _frontier(found)]
    parts += [_roadmap(found), _left(found)]
    return "\n\n".join([*parts, *(f"Note: {note}" for note in answer["warnings"])])


def _levers(found: Mapping[str, Any]) -> str:
    rows = [
        (one["id"], one["name"], str(one["start"]), cell(one["cost"]), cell(one["chosen"]))
        for one in found["levers"]
    ]
    cost = f"cost, {found['cost']['unit']}"
    return table(("lever", "name", "start", cost, "chosen in samples"), rows)


def _scores(found: Mapping[str, Any]) -> str:
    rows = [
        (stage, *(cell(one[name]) for name in ("score_without", "score", "gain")), _cover(one))
        for stage, one in found["scores"].items()
    ]
    return table(("stage", "score without", "with", "gain", "own output over need"), rows)


def _cover(one: Mapping[str, Any]) -> str:
    return f"{cell(one['coverage_without'])} to {cell(one['coverage'])}"


def _objective(found: Mapping[str, Any]) -> str:
    value, price = found["objective"], found["shadow_price"]
    rows = [
        ("objective without levers", cell(value["without"])),
        ("objective by the linear model", cell(value["linear"])),
        ("objective by the engine", cell(value["engine"])),
        ("gap of the programme", cell(found["gap"])),
        *((f"worth of one more USD million, {name}", cell(one)) for name, one in price.items()),
    ]
    return table(("figure", "value"), rows)


def _frontier(found: Mapping[str, Any]) -> str:
    rows = [
        (cell(one["budget"]), cell(one["cost"]), cell(one["value"]), ", ".join(one["levers"]))
        for one in found["frontier"]
    ]
    money = found["budget"]["unit"]
    return table((f"budget, {money}", "cost", "objective", "levers"), rows)


def _roadmap(found: Mapping[str, Any]) -> str:
    rows = [
        (one["by"], one["id"], one["milestone"], one["signal"] or "") for one in found["roadmap"]
    ]
    return table(("by", "id", "milestone", "signal"), rows)


def _left(found: Mapping[str, Any]) -> str:
    """Levers left out; those of other countries are counted, not listed."""
    own = [one for one in found["excluded"] if not one["why"].startswith("it is a lever of")]
    text = table(("left out", "why"), [(one["id"], one["why"]) for one in own])
    others = len(found["excluded"]) - len(own)
    return f"{text}\n{others} levers of other countries are left out as well" if others else text
