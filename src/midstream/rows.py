"""Answers laid out in rows: what a table of them holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

#: Fields that make a mapping a quantity.
QUANTITY = frozenset({"value", "low", "high", "unit", "label", "lineage"})

#: What stands in a cell.
Cell = str | float | int | bool | None


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
