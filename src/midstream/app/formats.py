"""An answer as JSON, CSV or Parquet, and a page of its list."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from midstream.report.tables import safe_text
from midstream.rows import Cell, table_rows

MEDIA = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


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
