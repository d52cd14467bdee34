"""The toy chain of the chain room with its chain tables: ore -> oxide -> magnet -> car.

Shares a reader can check: ore CHN .50 USA .15 IND .05, oxide CHN .80 JPN .10 IND .05, magnet
CHN .80 JPN .10 IND .005, car CHN .60 USA .20 JPN .10 IND .06; the rest nobody names. ``exact``
leaves no interval on any figure, so that every draw is the same.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from midstream.chain.world import World
from midstream.evidence import Evidence
from units.chain.toy import FORMS, Rows, chain_tables, toy_world, write_toy

CHAIN = "toy-magnets"
#: Parameters that take away all chance: no diversion of feed, fixed lead times.
FIXED: Mapping[str, float] = {
    "leverage.diversion": 0,
    "replace.expand": 0,
    "replace.rate": 0.1,
    "replace.horizon": 100,
    "lead.expand": 1,
    "lead.new.C1": 8,
    "lead.new.C2": 5,
    "lead.new.C3": 2,
    "lead.new.C4": 2,
    "completion.construction": 0,
}


def exact_tables() -> dict[str, Rows]:
    """The toy chain without intervals."""
    tables = chain_tables()
    tables["observations"] = [
        {**row, "low": row["value"], "high": row["value"]} for row in tables["observations"]
    ]
    return tables


def fixed(**changed: float) -> list[dict[str, Any]]:
    """Rows of the parameter table without spread."""
    return [{"id": name, "value": value} for name, value in {**FIXED, **changed}.items()]


def chain_evidence(
    folder: Path,
    tables: Mapping[str, Rows] | None = None,
    chains: Mapping[str, Sequence[str]] | None = None,
) -> Evidence:
    """Write the toy folder with chains and load it.

    Args:
        folder: Where to.
        tables: Tables of the toy; the plain chain by default.
        chains: Chain -> its forms; the whole toy chain by default.
    """
    path = write_toy(folder, tables if tables is not None else chain_tables())
    named = chains or {CHAIN: FORMS}
    _write(
        path / "chains.csv",
        ("id", "name", "material", "note"),
        [(name, name, "rare-earths", "") for name in named],
    )
    columns = ("id", "chain", "sequence", "form", "per_next", "per_next_low", "per_next_high")
    _write(
        path / "chain_steps.csv",
        (*columns, "kind", "source", "note"),
        [
            (f"cs-{name}-{place}", name, place, form, "", "", "", "assumed", "", "")
            for name, forms in named.items()
            for place, form in enumerate(forms, start=1)
        ],
    )
    return Evidence.load(path, check=False)


def exact_evidence(folder: Path, **changed: float) -> Evidence:
    """The toy chain without any spread."""
    return chain_evidence(folder, {**exact_tables(), "parameters": fixed(**changed)})


def opened(evidence: Evidence) -> World:
    """Its world."""
    return toy_world(evidence)


def _write(path: Path, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
