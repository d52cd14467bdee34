"""Numbers on the page: every one is a quantity, shown with its lineage; bare floats are refused."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from midstream.errors import ModelError
from midstream.evidence.quantity import Quantity

MINUS = "\u2212"
EN_DASH = "\u2013"
NO_EVIDENCE = "no evidence"

#: Units of pure numbers: two decimals, nothing printed behind them.
_PURE = frozenset({"ratio", "probability", "share", "index", "log ratio"})

#: Units of time, and how they read behind a number other than one.
_SPANS = {
    "year": "years",
    "month": "months",
    "day": "days",
    "months of output": "months of output",
}

#: Units that are named in the plural, and how one of them reads.
_SINGLE = {"months of output": "month of output"}

#: Units that read better the other way round.
_SPOKEN = {"USD million": "million USD"}

_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")


@dataclass(frozen=True, slots=True)
class Shown:
    """A quantity as it is printed.

    Attributes:
        quantity: The number with its lineage.
        text: The printed digits, without the unit.
        unit: The printed unit, empty where the text stands alone.
    """

    quantity: Quantity
    text: str
    unit: str = ""

    @property
    def plain(self) -> str:
        """Text and unit as they read in a line."""
        if not self.unit:
            return self.text
        return f"{self.text}{'' if self.unit.startswith('%') else ' '}{self.unit}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """Prose with quantities in it: strings and shown numbers in reading order."""

    parts: tuple[str | Shown, ...]

    @property
    def plain(self) -> str:
        """The sentence as plain text."""
        return "".join(part if isinstance(part, str) else part.plain for part in self.parts)

    def __add__(self, other: Sentence) -> Sentence:
        return Sentence((*self.parts, *other.parts))


def number_text(value: float, unit: str) -> str:
    """Print a number without decimals the evidence cannot carry.

    Scores get one decimal, percentages none (one below 10), spans of time two digits,
    other numbers two to three with thousands separated by commas; minus is U+2212.
    """
    if unit == "score":
        text = f"{value:.1f}"
    elif unit == "%":
        text = f"{value:.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"
    elif unit in _PURE:
        text = f"{value:.2f}"
    elif unit in _SPANS and abs(value) < 100:
        text = f"{value:.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"
    elif abs(value) >= 1000:
        text = f"{round(value, 2 - len(str(int(abs(value)))) + 1):,.0f}"
    else:
        text = f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return text.replace("-", MINUS)


def amount_text(value: float, unit: str) -> str:
    """Print a number with its unit, for what a reader brought and no lineage leads to."""
    text = number_text(value, unit)
    return f"{text} {_spelled(text, _SPOKEN.get(unit, unit))}".rstrip()


def show(quantity: Quantity, style: str = "value") -> Shown:
    """Turn a quantity into printed text.

    Args:
        quantity: What to print.
        style: ``value``, ``digit`` (rounded integer, no unit), ``range`` (low to high with an
            en dash, or "to" beside a minus; also where there is no value between them),
            ``percent`` (a share or probability as %), ``percents`` (the range of one), ``bare``
            (value without unit).

    Raises:
        ModelError: if something other than a quantity is given, or the style is unknown.
    """
    if not isinstance(quantity, Quantity):
        raise ModelError(
            f"a bare {type(quantity).__name__} cannot be shown",
            why="every number on a page must lead to its sources",
            mend="wrap it in a Quantity with a lineage",
        )
    if quantity.value is None:
        if style not in {"range", "percents"} or None in (quantity.low, quantity.high):
            return Shown(quantity, NO_EVIDENCE)
        return _STYLES[style](quantity, 0.0, _unit(quantity))
    return _STYLES[style](quantity, quantity.value, _unit(quantity))


def _unit(quantity: Quantity) -> str:
    """The unit as it is printed; a pure number has none."""
    if quantity.unit == "score" or quantity.unit in _PURE:
        return ""
    return _SPOKEN.get(quantity.unit, quantity.unit)


def _spelled(text: str, unit: str) -> str:
    """Put a unit of time into the plural where the number asks for it."""
    return _SINGLE.get(unit, unit) if text == "1" else _SPANS.get(unit, unit)


def _value(quantity: Quantity, value: float, unit: str) -> Shown:
    text = number_text(value, quantity.unit)
    return Shown(quantity, text, _spelled(text, unit))


def _bare(quantity: Quantity, value: float, _unit: str) -> Shown:
    return Shown(quantity, number_text(value, quantity.unit))


def _digit(quantity: Quantity, value: float, _unit: str) -> Shown:
    return Shown(quantity, str(int(value + 0.5)))


def _percent(quantity: Quantity, value: float, _unit: str) -> Shown:
    return Shown(quantity, number_text(100 * value, "%"), "%")


def _percents(quantity: Quantity, value: float, _unit: str) -> Shown:
    if quantity.low is None or quantity.high is None:
        return _percent(quantity, value, _unit)
    ends = [number_text(100 * end, "%") for end in (quantity.low, quantity.high)]
    return Shown(quantity, _between(ends), "%")


def _range(quantity: Quantity, value: float, unit: str) -> Shown:
    if quantity.low is None or quantity.high is None:
        return _value(quantity, value, unit)
    ends = [number_text(end, quantity.unit) for end in (quantity.low, quantity.high)]
    text = _between(ends)
    return Shown(quantity, text, _spelled(text, unit))


def with_unit(shown: Shown) -> Shown:
    """Give a number the unit that stood in the words around it."""
    unit = _unit(shown.quantity)
    if shown.unit or not unit or not shown.text[:1].isdigit():
        return shown
    return Shown(shown.quantity, shown.text, _spelled(shown.text, unit))


def is_range(shown: Shown) -> bool:
    """Whether a number is printed as a range."""
    return EN_DASH in shown.text or " to " in shown.text


def spanned(shown: Shown) -> Shown:
    """Give the range of a number in place of one of its ends."""
    if shown.quantity.low is None or shown.quantity.high is None:
        return with_unit(shown)
    percents = shown.quantity.unit in {"probability", "share", "ratio"}
    return show(shown.quantity, "percents" if percents else "range")


def _between(ends: list[str]) -> str:
    """Join the ends of a range; a dash beside a minus could not be told from it."""
    if ends[0] == ends[1]:
        return ends[0]
    return (" to " if MINUS in "".join(ends) else EN_DASH).join(ends)


_STYLES: dict[str, Callable[[Quantity, float, str], Shown]] = {
    "value": _value,
    "bare": _bare,
    "digit": _digit,
    "percent": _percent,
    "range": _range,
    "percents": _percents,
}


def say(template: str, **values: Quantity | Shown | Sentence | str) -> Sentence:
    """Fill a template with quantities and words: ``say("{c2:digit} of 5", c2=score)``.

    ``{name}`` or ``{name:style}`` names a value; styles are those of `show`. Words may be
    strings; digits written into the template itself are structure (years, stage numbers).

    Raises:
        ModelError: if a slot has no value or a value is a bare number.
    """
    parts: list[str | Shown] = []
    end = 0
    for slot in _SLOT.finditer(template):
        parts.append(template[end : slot.start()])
        end = slot.end()
        name, style = slot.group(1), slot.group(2) or "value"
        if name not in values:
            raise ModelError(f"no value for {{{name}}}", where=template)
        parts.extend(_filled(values[name], style))
    parts.append(template[end:])
    return Sentence(tuple(part for part in parts if part != ""))


def _filled(value: Quantity | Shown | Sentence | str, style: str) -> tuple[str | Shown, ...]:
    if isinstance(value, Sentence):
        return value.parts
    if isinstance(value, str | Shown):
        return (value,)
    return (show(value, style),)


@dataclass(slots=True)
class Register:
    """Every number an edition shows, in order, with the place where it stands."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, shown: Shown, place: str) -> Shown:
        """Enter a shown number; place is the page or section."""
        self.rows.append((place, shown.text, shown.quantity.lineage))
        return shown


def number_html(shown: Shown, register: Register, place: str, root: str = "") -> str:
    """Give a shown number as a link to the page that opens it."""
    register.add(shown, place)
    lineage = html.escape(shown.quantity.lineage, quote=True)
    label = shown.quantity.label or "none"
    return (
        f'<a class="num" href="{root}number.html#{lineage}" data-lineage="{lineage}" '
        f'data-label="{label}">{html.escape(shown.plain)}</a>'
    )
