"""The header of a bill of materials: which column is which, under the names users give them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from midstream.errors import InputError
from midstream.shock.bill import Line, refuse
from midstream.terms import suggestion

#: Column -> the headers it may have; case and signs between words do not matter.
HEADERS: Mapping[str, tuple[str, ...]] = {
    "item": ("item", "item name", "part", "part name", "part number", "part no", "component"),
    "form": ("form", "form or hs", "form or hs code", "form hs", "form id"),
    "hs": ("hs", "hs6", "hs code", "hs6 code", "tariff code", "commodity code", "hts code"),
    "quantity": ("quantity", "annual quantity", "qty", "annual qty", "quantity per year", "use"),
    "unit": ("unit", "uom", "quantity unit", "units"),
    "value": ("value", "annual value", "value per year", "spend", "annual spend"),
    "currency": ("currency", "value currency"),
    "stock_months": ("stock months", "months of stock", "stock in months"),
    "stock_quantity": ("stock quantity", "stock qty", "inventory", "stock", "stock on hand"),
    "stock_unit": ("stock unit", "stock uom", "unit of stock"),
    "sole_source": ("sole source", "sole sourced", "sole source flag", "single source"),
    "supplier": ("supplier country", "supplier", "country of supplier", "origin", "source country"),
}
_COLUMNS = {header: column for column, headers in HEADERS.items() for header in headers}


@dataclass(frozen=True, slots=True)
class Header:
    """The header row.

    Attributes:
        places: Column -> its position from 0.
        currency: Currency that the header of the values names, and its position; blank without.
        left: Headers that no column is known for.
    """

    places: Mapping[str, int]
    currency: tuple[str, int]
    left: tuple[str, ...]


def read_header(line: Line, file: str) -> Header:
    """Read the header row.

    Raises:
        InputError: if a column is there twice or one that is needed is missing.
    """
    places: dict[str, int] = {}
    left: list[str] = []
    currency = ("", 0)
    for index, cell in enumerate(line.cells):
        found = column_of(cell)
        if found is None:
            left += [cell.strip()[:40]] if cell.strip() else []
        elif found[0] in places:
            raise _same(f"{file}:{line.number}:{index + 1}", found[0], places[found[0]], index)
        else:
            places[found[0]] = index
            currency = (found[1], index) if found[1] else currency
    if "item" not in places or not ("form" in places or "hs" in places):
        raise _missing(f"{file}:{line.number}:1", "item" not in places, left)
    return Header(places, currency, tuple(left))


def _same(where: str, column: str, first: int, second: int) -> InputError:
    return refuse(
        where,
        f"columns {first + 1} and {second + 1} are both {column}",
        "one of them would be lost",
        "leave one out",
    )


def _missing(where: str, item: bool, left: Sequence[str]) -> InputError:
    wanted = "item" if item else "form"
    close = next((text for text in left if suggestion(_words(text), HEADERS[wanted])), None)
    hint = f"is {close!r} meant for it? " if close else ""
    return refuse(
        where,
        "no column 'item'" if item else "no column 'form' or 'hs'",
        "each row needs the name of an item, and its form or customs code",
        f"{hint}known columns: {', '.join(HEADERS)}",
    )


def _words(header: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", header.casefold()))


def column_of(header: str) -> tuple[str, str] | None:
    """Give the column and the currency that a header names: ``annual value (EUR)``."""
    words = _words(header)
    if words in _COLUMNS:
        return _COLUMNS[words], ""
    head, _, last = words.rpartition(" ")
    if len(last) == 3 and _COLUMNS.get(head) == "value":
        return "value", last.upper()
    return None
