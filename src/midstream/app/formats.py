"""An answer as JSON, CSV or Parquet, and a page of its list."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from midstream.report.tables import safe_text

MEDIA = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}

#: Fields that make a mapping a quantity.
QUANTITY = frozenset({"value", "low", "high", "unit", "label", "lineage"})

Cell = str | float | int | bool | None


def paged(answer: Mapping[str, Any], limit: int, offset: int) -> dict[str, Any]:
    """Give an answer with one page of its list; an answer that is no list stays whole."""
    result = answer["result"]
    if not isinstance(result, list):
        return dict(answer)
    page = {"limit": limit, "offset": offset, "total": len(result)}
    return {**answer, "result": result[offset : offset + limit], "page": page}


def written(answer: Mapping[str, Any], form: str) -> bytes:
    """Write an answer in a form of `MEDIA`."""
    if form == "json":
        return json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
    rows = list(table_rows(answer["result"]))
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["empty"]
    if form == "parquet":
        from midstream.evidence.parquet import parquet_bytes

        return parquet_bytes(names, [[row.get(name) for name in names] for row in rows])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_text(row.get(name)) for name in names])
    return out.getvalue().encode()


def table_rows(result: Any) -> Iterator[dict[str, Cell]]:
    """Lay an answer out in rows.

    A list gives a row an entry, its parts side by side; any other answer gives a row for each of
    its values, with the path that leads to it.
    """
    if isinstance(result, list) and all(isinstance(one, Mapping) for one in result):
        for one in result:
            yield dict(_side_by_side("", one))
        return
    yield from _by_path("", result)


def _side_by_side(name: str, value: Any) -> Iterator[tuple[str, Cell]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            plain = name and key == "value" and value.keys() >= QUANTITY
            yield from _side_by_side(name if plain else f"{name}_{key}".strip("_"), part)
    elif isinstance(value, list):
        yield name, json.dumps(value, ensure_ascii=False)
    else:
        yield name, value


def _by_path(path: str, value: Any) -> Iterator[dict[str, Cell]]:
    if isinstance(value, Mapping) and value.keys() >= QUANTITY:
        yield {"path": path, **{name: value[name] for name in sorted(QUANTITY)}}
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _by_path(f"{path}/{key}".strip("/"), part)
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _by_path(f"{path}/{place}".strip("/"), part)
    elif isinstance(value, bool | str):
        yield {"path": path, "text": str(value)}
    else:
        yield {"path": path, "value": value}


def _text(value: Cell) -> str:
    if value is None:
        return ""
    return safe_text(value) if isinstance(value, str) else str(value)


def wanted(asked: str | None, accept: str) -> str:
    """Give the form of an answer: what was asked for, else the first the reader accepts."""
    if asked:
        return asked
    for part in accept.split(","):
        media = part.partition(";")[0].strip().lower()
        for form, name in MEDIA.items():
            if media == name.partition(";")[0]:
                return form
    return "json"
