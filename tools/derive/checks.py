"""Checks of the derived tables against their schema files, all findings at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from phrases import LIMIT
from tables import Row, read_rows

_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_PERIOD = re.compile(r"\d{4}(-(0[1-9]|1[0-2])|-Q[1-4]|-H[12]|-\d{4})?")
_SLUG = re.compile(r"[A-Za-z0-9][\w.:+/-]*", re.ASCII)
LATEST = "2026-11"
ANY = "*"
# These quantities describe the use of a form downstream, so their stage is that of the use.
OF_USE = ("material_intensity", "demand", "demand_share", "technology_share", "component_cost")
PROSE = ("note", "reason", "status_note", "misses", "feed_detail", "method")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _has_numbers(row: Row) -> bool:
    """True if the number cells can be read; check_cells reports those that cannot."""
    cells = (row.get(name, "") for name in ("value", "low", "high", "weight"))
    return all(_is_number(cell) for cell in cells if cell)


_TYPES: dict[str, Callable[[str], bool]] = {
    "id": lambda text: bool(_SLUG.fullmatch(text)),
    "str": lambda text: text == text.strip() and "\n" not in text,
    "text": bool,
    "float": _is_number,
    "int": lambda text: bool(re.fullmatch(r"-?\d+", text)),
    "bool": lambda text: text in ("yes", "no"),
    "date": lambda text: bool(_DATE.fullmatch(text)),
    "period": lambda text: bool(_PERIOD.fullmatch(text)),
    "ref": lambda text: bool(_SLUG.fullmatch(text)),
}


def fits(kind: str, text: str) -> bool:
    """True if a non-empty cell has the declared type."""
    if kind.startswith("enum("):
        return text in kind[5:-1].split("|")
    if kind.startswith("list("):
        parts = text.split(";")
        return len(set(parts)) == len(parts) and all(
            part and fits(kind[5:-1], part) for part in parts
        )
    return _TYPES[kind](text)


def check_cells(name: str, rows: list[Row], schema: list[Row]) -> Iterator[str]:
    """Required cells are filled and every cell has its type."""
    for number, row in enumerate(rows, start=2):
        for field in schema:
            text = row.get(field["field"], "")
            place = f"{name}.csv:{number}:{field['field']}"
            if not text and field["required"] == "yes":
                yield f"{place}: empty but required"
            elif text and not fits(field["type"], text):
                yield f"{place}: {text!r} is no {field['type']}"


def check_references(
    name: str, rows: list[Row], schema: list[Row], ids: Mapping[str, set[str]]
) -> Iterator[str]:
    """Every reference names a row of the table it refers to."""
    fields = [field for field in schema if field["refers"]]
    for number, row in enumerate(rows, start=2):
        for field in fields:
            known = ids[field["refers"].partition(".")[0]]
            for part in filter(None, row.get(field["field"], "").split(";")):
                if part not in known:
                    yield f"{name}.csv:{number}:{field['field']}: unknown {part!r}"


def check_ids(name: str, rows: list[Row]) -> Iterator[str]:
    """Ids are unique."""
    counts = Counter(row["id"] for row in rows if "id" in row)
    yield from (
        f"{name}.csv: id {one!r} {count} times" for one, count in counts.items() if count > 1
    )


def check_prose(name: str, rows: list[Row]) -> Iterator[str]:
    """Notes are short phrases: at most 60 characters, no sentence."""
    for number, row in enumerate(rows, start=2):
        for column in PROSE:
            text = row.get(column, "")
            if len(text) > LIMIT or text.endswith(".") or ". " in text:
                yield f"{name}.csv:{number}:{column}: no short phrase: {text!r}"


def check_observations(tables: Mapping[str, list[Row]]) -> Iterator[str]:
    """Order of low, value and high; shares; units of the metric; stage of the form."""
    metrics = {row["id"]: row for row in tables["metrics"]}
    forms = {row["id"]: row for row in tables["forms"]}
    for row in filter(_has_numbers, tables["observations"]):
        place = f"observations {row['id']}"
        value = float(row["value"])
        low, high = (float(row[bound] or value) for bound in ("low", "high"))
        if not low <= value <= high:
            yield f"{place}: low, value, high out of order"
        metric = metrics.get(row["metric"])
        if metric is None:
            continue
        if row["unit"] not in metric["units"].split(";") and metric["units"] != ANY:
            yield f"{place}: unit {row['unit']!r} is none of {metric['id']} ({metric['units']})"
        if metric["aggregation"] == "share" and not 0 <= value <= 100:
            yield f"{place}: share {value} outside 0 to 100"
        made = row["form"] in forms and row["stage"] and row["metric"] not in OF_USE
        stage = forms[row["form"]]["stage"] if made else row["stage"]
        if stage != row["stage"]:
            yield f"{place}: stage {row['stage']}, but {row['form']} is {stage}"
        if row["vintage"] > LATEST:
            yield f"{place}: vintage {row['vintage']} after the closing month"


def check_stacks(rows: list[Row]) -> Iterator[str]:
    """One row per sector, stage and form; weights of a sector and stage sum to 1."""
    keys = Counter((row["sector"], row["stage"], row["form"]) for row in rows)
    yield from (f"stacks: {key} {count} times" for key, count in keys.items() if count > 1)
    sums: Counter[tuple[str, str]] = Counter()
    for row in filter(_has_numbers, rows):
        sums[row["sector"], row["stage"]] += round(float(row["weight"]) * 1000)
    yield from (
        f"stacks: weights of {key} sum to {total / 1000}"
        for key, total in sums.items()
        if total != 1000
    )


def check_tables(tables: Mapping[str, list[Row]], schema_folder: Path) -> list[str]:
    """All findings over all tables; an empty list means that the tables may be written."""
    ids = {name: {row["id"] for row in rows if "id" in row} for name, rows in tables.items()}
    findings: list[str] = []
    for name, rows in tables.items():
        schema = read_rows(schema_folder / f"{name}.csv")
        findings += check_cells(name, rows, schema)
        findings += check_references(name, rows, schema, ids)
        findings += check_ids(name, rows)
        findings += check_prose(name, rows)
    findings += check_observations(tables)
    findings += check_stacks(tables["stacks"])
    return findings
