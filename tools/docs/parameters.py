"""Write the table of all parameters into the docs, or check that it is in step.

python tools/docs/parameters.py            write docs/methods/assumptions.md
python tools/docs/parameters.py --check    only compare; exit 1 if it is behind
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from midstream.evidence import Evidence
from midstream.evidence.tables import Row

PAGE = Path(__file__).resolve().parents[2] / "docs" / "methods" / "assumptions.md"

#: Tables besides the parameters whose rows can be assumptions, and the column that says so.
OTHER_TABLES = {
    "scored_forms": ("growth_kind", "growth and grade of a form"),
    "form_statistics": ("factor_kind", "factor from a published figure to a form"),
    "facility_factors": ("factor_kind", "factor from a plant's unit to a form"),
    "recipes": ("kind", "what a form needs from the stage before"),
    "bounds": ("kind", "bounds where nobody counts"),
    "throttles": ("kind", "permits in a country"),
    "stacks": ("weight_kind", "weight of a form in a stage"),
}

INTRODUCTION = """\
# Assumptions

Generated from the data release by `tools/docs/parameters.py`; a test fails when it is behind. Do
not edit it here: edit `src/midstream/data/parameters.csv`.

What the model takes as given about the world is a row of the tables below, with its kind:
**assumed** (our judgement), **sourced** (read in a document), **derived** (follows from a
definition). A value with a range is drawn; a blank range with a law in brackets gives the spread
of the law. Every assumed parameter is listed under `assumptions` in the `--json` output of
`midstream score`. Numbers that only shape a formula, such as the least value of a component of
control, stand in the code and on the pages about [the world](world.md) and
[the scorecard](scorecard.md).
"""


def page(evidence: Evidence) -> str:
    """Give the page as Markdown."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in evidence.table("parameters").rows:
        groups[row["group"]].append(row)
    parts = [INTRODUCTION]
    for group, rows in groups.items():
        parts += [f"\n## {group.capitalize()}\n", *_table(rows)]
    parts += ["\n## Assumed rows of other tables\n", *_counts(evidence)]
    return "\n".join(parts) + "\n"


def _table(rows: Sequence[Row]) -> list[str]:
    head = [
        "| id | value | low | high | unit | law | kind | meaning |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return [*head, *(_line(row) for row in rows)]


def _line(row: Row) -> str:
    sources = "".join(f" `{source}`" for source in _listed(row["source"]))
    numbers = [_number(row[name]) for name in ("value", "low", "high")]
    meaning = _cell(f"{row['name']}. {row['description']}")
    cells = [f"`{row['id']}`", *numbers, row["unit"], row["distribution"]]
    return "| " + " | ".join([*cells, f"{row['kind']}{sources}", meaning]) + " |"


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _counts(evidence: Evidence) -> list[str]:
    lines = ["| table | what it holds | rows | of these assumed |", "|---|---|---|---|"]
    for name, (column, meaning) in OTHER_TABLES.items():
        rows = evidence.table(name).rows
        assumed = sum(row[column] == "assumed" for row in rows)
        lines.append(f"| `{name}.csv` | {meaning} | {len(rows)} | {assumed} |")
    return lines


def main(arguments: Sequence[str]) -> int:
    """Write or check the page and give the exit code."""
    made = page(Evidence.load(check=False))
    if "--check" not in arguments:
        PAGE.write_text(made, encoding="utf-8")
        return 0
    if PAGE.read_text("utf-8") == made:
        return 0
    print(f"{PAGE.name} is behind the release: run python tools/docs/parameters.py")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
