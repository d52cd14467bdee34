"""Answers about policy as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from midstream.tables_text import table
from midstream.tables_text.dependency import cell

Found = Mapping[str, Any]


def middle(answer: Mapping[str, Any]) -> str:
    """Verdict, what moves, what it costs, what would change the answer."""
    found = answer["result"]
    parts = [
        _head(found),
        _stages(found),
        _figures(found),
        _cut(found),
        _stress(found),
        _flips(found),
        _facts(found),
        *(f"Note: {note}" for note in answer["warnings"]),
    ]
    return "\n\n".join(part for part in parts if part)


def _head(found: Found) -> str:
    named = ", ".join([*found["packages"], *(one["id"] for one in found["levers"])])
    rule = found["rule"]
    return (
        f"{found['verdict']}: {named}\n"
        f"{found['subject']}, {found['sector']}, {found['horizon']}, {found['draws']:,} draws; "
        f"a stage gains from {rule['delta']:g} points on, at a probability of {rule['pass']:g}"
    )


def _stages(found: Found) -> str:
    chance = found["probabilities"]
    scores = {row["stage"]: row for row in found["scores"] if row["year"] == found["horizon"]}
    rows = [
        (
            stage,
            cell(scores[stage]["without"], 2),
            cell(scores[stage]["with"], 2),
            cell(change, 2),
            cell(chance[stage], 2) if stage in chance else "",
            cell(found["coverage"][stage]["without"], 2),
            cell(found["coverage"][stage]["with"], 2),
        )
        for stage, change in found["delta"].items()
    ]
    rows.append(("C2 and C3", "", "", "", cell(chance["both"], 2), "", ""))
    head = (
        "stage", "score without", "with", "change", "P(gain)", "coverage without", "with",
    )  # fmt: skip
    return table(head, rows)


def _figures(found: Found) -> str:
    rows = [
        (name, cell(without, 3), cell(planned, 3), cell(change, 3))
        for name, without, planned, change in _levels(found)
    ]
    told = table(("figure", "without", "with", "change"), rows)
    costs = [
        ("cost, USD million", cell(found["cost"], 3), ", ".join(found["cost_missing"])),
        (
            "cost per point gained",
            cell(found["cost_per_point"], 3),
            found["cost_per_point_reason"],
        ),
        (
            "cost per unit of own final form",
            cell(found["cost_per_unit"]["cost"], 3),
            found["cost_per_unit"]["reason"],
        ),
    ]
    return told + "\n\n" + table(("cost", "value", "not counted, or why there is none"), costs)


def _levels(found: Found) -> Iterator[tuple[str, Any, Any, Any]]:
    form = found["final_form"] or "final form"
    yield (
        f"{form} from own feed",
        found["deliverable_without"],
        found["deliverable"],
        found["deliverable_change"],
    )
    for key, name in (("allied", f"{form} with allied feed"), ("capacity", f"{form}, any feed")):
        yield name, *(found[key][part] for part in ("without", "with", "change"))
    for row in found["chains"][1:]:
        parts = row["deliverable"]
        name = f"{row['final_form']} from own feed, {row['chain']}"
        yield name, *(parts[part] for part in ("without", "with", "change"))
    yield (
        "domestic value added",
        found["domestic_value_without"],
        found["domestic_value"],
        found["domestic_value_change"],
    )
    for stage in ("C2", "C3"):
        parts = found["import_dependence"][stage]
        yield (
            f"dependence on imports, {stage}",
            *(parts[part] for part in ("without", "with", "change")),
        )


def _cut(found: Found) -> str:
    rows = [
        (row["form"], row["stage"], cell(row["without"], 2), cell(row["with"], 2))
        for row in found["cut"]
    ]
    return table(("step that limits own feed", "stage", "without", "with"), rows) if rows else ""


def _stress(found: Found) -> str:
    rows = [
        (
            row["name"],
            row["verdict"],
            cell(row["delta"]["C2"], 2),
            cell(row["delta"]["C3"], 2),
            cell(row["survival"], 2),
            cell(row["deliverable"], 3),
        )
        for row in found["stress"]
    ]
    head = ("counter-move", "verdict", "change of C2", "of C3", "survival", "own final form")
    return table(head, rows) if rows else ""


def _flips(found: Found) -> str:
    return "\n".join(["What would change the verdict:", *(f"  {one}" for one in found["flip"])])


def _facts(found: Found) -> str:
    rows = [
        (row["name"], cell(row["worth"], 2), cell(row["now"], 3), row["if_low"], row["if_high"])
        for row in found["next_fact"]
    ]
    head = ("fact to check", "share of doubt it removes", "now", "if low", "if high")
    return table(head, rows) if rows else ""
