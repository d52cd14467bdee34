"""What changed between two editions: figures that moved, and the inputs that moved them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from midstream.errors import InputError
from midstream.report.manifest import read_manifest

Row = Mapping[str, str]

#: Table -> (columns that tell rows apart, columns that are figures).
FIGURES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "scores": (
        ("country", "sector", "stage"),
        ("score", "score_low", "score_high", "score_label", "digit", "digit_low", "digit_high"),
    ),
    "profiles": (("country", "stage"), ("score", "score_low", "score_high", "digit")),
    "hollow": (("country",), ("hollow_index", "p_hollow", "verdict")),
    "ranks": (("country", "stage"), ("rank", "rank_low", "rank_high")),
    "holders": (("form", "country"), ("share", "share_label")),
    "concentration": (("form",), ("world", "leader", "leader_share", "hhi")),
    "thesis": (("chain", "holder"), ("verdict", "by_loss")),
    "shock_peaks": (("case", "predictor"), ("peak", "peak_low", "peak_high")),
    "outlook_scenarios": (
        ("scenario",),
        ("probability", "probability_low", "probability_high"),
    ),
    "policy_tests": (
        ("package", "country", "measure", "place", "world"),
        ("verdict", "value", "low", "high"),
    ),
}
#: Tables an edition has only where its study asks for them.
SOMETIMES = frozenset({"policy_tests"})

#: Inputs of a whole edition, named in its manifest.
SETTINGS = ("version", "data_release", "draws", "seed", "horizon", "study_sha256")

#: Kinds of lineage nodes that are inputs; the rest is computed from them.
_INPUTS = ("observation", "assumption", "correction")

#: Causes named for one figure before the list is cut.
MOST_CAUSES = 12


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure that differs between two editions.

    Attributes:
        table: Table without ending.
        key: What the figure is about.
        field: Column.
        old, new: Values as written; ``None`` where an edition has no such row or no value.
        causes: Inputs under the figure that changed; settings of the edition where none did.
    """

    table: str
    key: tuple[tuple[str, str], ...]
    field: str
    old: str | None
    new: str | None
    causes: tuple[str, ...]

    @property
    def id(self) -> str:
        """The figure as one word: ``scores/IND/electric-vehicles/C2/score``."""
        return "/".join((self.table, *(value for _, value in self.key), self.field))

    def to_dict(self) -> dict[str, Any]:
        """Give the change as a JSON object."""
        return {
            "id": self.id,
            "table": self.table,
            "key": dict(self.key),
            "field": self.field,
            "old": self.old,
            "new": self.new,
            "causes": list(self.causes),
        }


def diff(old: Path, new: Path) -> list[FigureChange]:
    """Give every figure that changed from one edition to another, with its causes.

    Args:
        old, new: Folders of editions with tables.

    Raises:
        InputError: if a folder is no edition or has no tables.
    """
    before, after = _Opened(old), _Opened(new)
    settings = _settings(before, after)
    causes = _Causes(before, after, settings)
    return [
        change
        for table, (keys, fields) in FIGURES.items()
        for change in _table(before, after, table, keys, fields, causes)
    ]


def _settings(before: _Opened, after: _Opened) -> tuple[str, ...]:
    """Settings of the whole edition that changed."""
    old, new = before.manifest["inputs"], after.manifest["inputs"]
    return tuple(
        f"{name}: {old.get(name)} to {new.get(name)}"
        for name in SETTINGS
        if old.get(name) != new.get(name)
    )


class _Opened:
    """The tables of an edition, read when they are needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)

    def rows(self, table: str) -> list[dict[str, str]]:
        path = self.folder / "tables" / f"{table}.csv"
        if table in SOMETIMES and not path.exists():
            return []
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"table {table} cannot be read",
                where=str(path),
                why="the figures of two editions are compared by their tables",
                mend="build both editions with their tables",
            ) from error
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def keyed(self, table: str, keys: tuple[str, ...]) -> dict[tuple[str, ...], Row]:
        return {tuple(row.get(key, "") for key in keys): row for row in self.rows(table)}


class _Causes:
    """Finds the changed inputs under a lineage id."""

    def __init__(self, before: _Opened, after: _Opened, settings: tuple[str, ...]) -> None:
        self.old = before.keyed("lineage", ("id",))
        self.new = after.keyed("lineage", ("id",))
        self.settings = settings

    def of(self, rows: tuple[Row | None, Row | None], field: str) -> tuple[str, ...]:
        """Causes for a figure, given its row in both editions."""
        ids = {row[name] for row in rows if row for name in _lineage_columns(row, field)}
        found = list(dict.fromkeys(self._changed(ids)))
        if len(found) > MOST_CAUSES:
            found = [*found[:MOST_CAUSES], f"and {len(found) - MOST_CAUSES} more inputs"]
        return (*found, *self.settings) or ("no input under it changed",)

    def _changed(self, ids: set[str]) -> Iterator[str]:
        waiting, seen = sorted(ids), set(ids)
        while waiting:
            name = waiting.pop()
            old, new = self.old.get((name,)), self.new.get((name,))
            note = _difference(name, old, new)
            if note:
                yield note
            below = {part for row in (old, new) if row for part in row["inputs"].split()} - seen
            seen |= below
            waiting.extend(sorted(below))


def _lineage_columns(row: Row, field: str) -> list[str]:
    """The lineage column of a figure, or all of its row where it has none of its own."""
    stem = next((part for part in (field, field.rsplit("_", 1)[0]) if f"{part}_lineage" in row), "")
    if stem:
        return [f"{stem}_lineage"]
    return [name for name in row if name.endswith("lineage")]


def _difference(name: str, old: Row | None, new: Row | None) -> str:
    row = new or old
    if row is None or row["kind"] not in _INPUTS:
        return ""
    if old is None:
        return f"new input {name}: {row['name']}, {_figure(row)}"
    if new is None:
        return f"input gone {name}: {row['name']}, {_figure(row)}"
    if any(old[field] != new[field] for field in ("value", "low", "high", "label", "unit")):
        return f"{name}: {row['name']}, {_figure(old)} to {_figure(new)}"
    return ""


def _figure(row: Row) -> str:
    ends = f" ({row['low']} to {row['high']})" if row["low"] and row["high"] else ""
    return f"{row['value'] or 'no value'}{ends} {row['unit']} [{row['label'] or 'no label'}]"


def _table(
    before: _Opened,
    after: _Opened,
    table: str,
    keys: tuple[str, ...],
    fields: tuple[str, ...],
    causes: _Causes,
) -> Iterator[FigureChange]:
    old_rows, new_rows = before.keyed(table, keys), after.keyed(table, keys)
    for key in sorted(old_rows.keys() | new_rows.keys()):
        rows = (old_rows.get(key), new_rows.get(key))
        for field in fields:
            old, new = (row.get(field) or None if row else None for row in rows)
            if old != new:
                yield FigureChange(
                    table, tuple(zip(keys, key, strict=True)), field, old, new,
                    causes.of(rows, field),
                )  # fmt: skip
