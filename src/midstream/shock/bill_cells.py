"""Cells of a bill of materials into numbers, flags, units and months, strictly and with hints."""

from __future__ import annotations

import re
from dataclasses import dataclass

from midstream.errors import InputError
from midstream.evidence import units
from midstream.shock.bill import Limits, refuse

_PLAIN = re.compile(r"([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")
#: Thousands parted by one of: comma, blanks of three widths, apostrophes.
_GROUPED = re.compile(r"[0-9]{1,3}(?:([,   '’])[0-9]{3})(?:\1[0-9]{3})*(\.[0-9]{1,40})?")
_DECIMAL_COMMA = re.compile(r"[0-9. ]*,[0-9]+")
_POINTS = re.compile(r"[0-9]{1,3}(\.[0-9]{3}){2,}")
_NEGATIVE = re.compile(r"[-−–]\s*[0-9.].*|\([0-9].*\)")

FLAGS = {
    **dict.fromkeys(("yes", "y", "true", "1", "x", "sole", "single"), True),
    **dict.fromkeys(("no", "n", "false", "0", "multi", "multiple"), False),
}

#: Words of shop floors for a count, and for a time.
_COUNTS = frozenset({"pc", "pcs", "ea", "each", "no", "nos", "unit", "units", "item", "items"})
_TIMES = {
    **dict.fromkeys(("day", "days", "d"), "day"),
    **dict.fromkeys(("week", "weeks", "wk"), "7 day"),
    **dict.fromkeys(("month", "months", "mo"), "month"),
    **dict.fromkeys(("year", "years", "yr"), "yr"),
}
_UNIT = re.compile(r"[A-Za-z0-9%.+-]{1,20}([ /][A-Za-z0-9%.+-]{1,20}){0,6}")
_YEARLY = re.compile(r"\s*(/|per)\s*(yr|year|a)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: where it stands, ``file:line:column``, and the name of its column."""

    where: str
    column: str


def number(text: str, place: Place, limits: Limits, comma_parts: bool) -> float:
    """Turn a cell into a number of zero or more.

    Args:
        text: The cell, not blank.
        place: Where it stands.
        limits: The largest number.
        comma_parts: Whether a comma may part thousands; in files parted by semicolons it is
            as likely a decimal comma, and refused.

    Raises:
        InputError: saying what about the cell is no such number.
    """
    plain = text.strip()
    grouped = _GROUPED.fullmatch(plain)
    if grouped and (grouped.group(1) != "," or comma_parts):
        plain = plain.replace(grouped.group(1), "")
    if not _PLAIN.fullmatch(plain):
        raise _no_number(plain, place, bool(grouped))
    value = float(plain)
    if value > limits.number:
        raise refuse(
            place.where,
            f"{place.column} {_short(text)} is too large",
            f"numbers above {limits.number:g} are taken for slips",
            "check the unit and the zeros",
        )
    return value


def _no_number(text: str, place: Place, grouped: bool) -> InputError:
    what = f"{place.column} {_short(text)} is not a number of zero or more"
    if _NEGATIVE.fullmatch(text):
        what = f"{place.column} {_short(text)} is negative"
        return refuse(place.where, what, "no item has less than nothing", "write its size")
    if grouped or _DECIMAL_COMMA.fullmatch(text) or _POINTS.fullmatch(text):
        return refuse(
            place.where,
            f"{place.column} {_short(text)} may have a decimal comma",
            "1,5 and 1,500 would be read a thousandfold apart",
            "write a decimal point, and thousands without a sign: 1500.5",
        )
    mend = "write digits with a decimal point, and the unit or currency in a column of its own"
    return refuse(place.where, what, "it cannot be computed with", f"{mend}; leave unknowns blank")


def flag(text: str, place: Place) -> bool:
    """Turn a cell into yes or no.

    Raises:
        InputError: if it is neither.
    """
    value = FLAGS.get(text.strip().casefold())
    if value is None:
        raise refuse(
            place.where,
            f"{place.column} {_short(text)} is neither yes nor no",
            "an item has one supplier or several",
            "write yes or no, or leave the cell blank where it is not known",
        )
    return value


def unit(text: str, place: Place) -> str:
    """Give a unit as the units of the evidence write it; "per year" is left out.

    Raises:
        InputError: if it has no definition.
    """
    plain = _YEARLY.sub("", text.strip())
    if plain.casefold() in _COUNTS:
        return "count"
    if not _UNIT.fullmatch(plain):
        raise _no_unit(text, place, "")
    try:
        units.quantity(plain)
    except InputError as error:
        raise _no_unit(text, place, error.mend) from None
    return plain


def _no_unit(text: str, place: Place, hint: str) -> InputError:
    return refuse(
        place.where,
        f"unknown {place.column} {_short(text)}",
        "only units with a definition can be turned into each other",
        f"{hint or 'write t, kg, g or pieces'}; leave it blank where stock_months says the stock",
    )


def months_of(text: str, place: Place, limits: Limits, comma_parts: bool) -> float | None:
    """Give the months of a stock written with a time ("45 days"), or ``None`` without one."""
    found = re.fullmatch(r"(.*?)\s*([A-Za-z]+)", text.strip())
    time = _TIMES.get(found.group(2).casefold()) if found else None
    if found is None or time is None:
        return None
    return number(found.group(1), place, limits, comma_parts) * units.factor(time, "month")


def amount(text: str, place: Place, limits: Limits, comma_parts: bool) -> tuple[float, str]:
    """Part a stock into its number and its unit ("300 kg"); the unit may be blank."""
    found = re.fullmatch(r"([0-9., '’]*?)\s*([A-Za-z].*)", text.strip())
    if found is None:
        return number(text, place, limits, comma_parts), ""
    return number(found.group(1), place, limits, comma_parts), unit(found.group(2), place)


def stock_months(stock: float, unit_of_stock: str, use: float, unit_of_use: str) -> float:
    """Months of use that a stock is: ``stock / (use in a year / 12)``.

    Raises:
        InputError: if the units measure different things.
    """
    scale = 1.0
    if unit_of_stock != unit_of_use:
        scale = units.factor(unit_of_stock, unit_of_use)
    return 12 * (stock * scale / use)


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")
