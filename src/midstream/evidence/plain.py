"""Results as plain values: what JSON and tables are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from midstream.evidence.quantity import Quantity


def plain(value: Any) -> Any:
    """Turn rows of quantities into JSON values, field by field under their own names."""
    if isinstance(value, Quantity):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


def published(value: Any) -> Any:
    """Give a result as its command does: by its own ``to_dict`` where it has one."""
    if isinstance(value, tuple | list):
        return [published(one) for one in value]
    made = getattr(value, "to_dict", None)
    return made() if callable(made) else plain(value)
