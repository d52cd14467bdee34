"""What a shock does to a bill of materials: records, and tables that are safe to export."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from midstream.evidence import Quantity

Standing = Literal["hit", "untouched", "not covered"]

#: First characters that a spreadsheet may read as a formula or a command.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Help:
    """One thing that could be in place before the shock.

    Attributes:
        id: ``stock``, ``second`` or ``thrift``.
        name: What it is in words.
        months: Months by which the line stops later, mean over the draws with their 10 % and
            90 % points; a line that does not stop counts to the end of the run.
        money: By how much extra cost, missing input and stock to buy back fall, likewise.
        stops: Probability that the line still stops.
        reason: Why it is not available; then the numbers are ``None``.
    """

    id: str
    name: str
    months: Quantity | None = None
    money: Quantity | None = None
    stops: Quantity | None = None
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Give it as a JSON object."""
        return _record(self)


@dataclass(frozen=True, slots=True)
class ItemOutlook:
    """What happens to one item.

    Attributes:
        row, item, written, form: Place and name, as the bill has them; the form found.
        standing: ``hit``, ``untouched`` by the form that is cut, or ``not covered``.
        relation: ``is``, ``may-be`` or ``holds`` the form that is cut; blank for others.
        reason: Why it is untouched or not covered, or what makes the match uncertain.
        stop: Months since the announcement until its line stops, median and 80 % interval; an
            end without a number lies beyond the run.
        stops: Probability that it stops within the run.
        cover: Days of normal use that the stock is.
        stock_assumed: Whether the stock of the run stands in for one that is not given.
        extra_cost: Paid above the price before, over the run; no value where none is given.
        missing_cost: What the input that cannot be had would have cost.
        helps: What helps, the most helpful first.
    """

    row: int
    item: str
    written: str
    form: str | None
    standing: Standing
    relation: str = ""
    reason: str = ""
    stop: Quantity | None = None
    stops: Quantity | None = None
    cover: Quantity | None = None
    stock_assumed: bool = False
    extra_cost: Quantity | None = None
    missing_cost: Quantity | None = None
    helps: tuple[Help, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give it as a JSON object."""
        return _record(self)


@dataclass(frozen=True, slots=True)
class BillResult:
    """What a shock does to a bill of materials.

    Attributes:
        file, form, country, actor: The bill, the form that is cut, where, by whom.
        months: First and last month of the run.
        currency: Currency of all money.
        items: Every row of the bill, in its order.
        first: The item that stops first, ``None`` where none stops.
        value: Value of a year's use over the items that have one.
        at_risk: Share of it that lies in items that stop, in %.
        extra_cost, missing_cost: Sums over the items that are hit and have a value.
        helps: What each thing saves over the whole bill, the largest saving first.
        unpriced: Items that are hit and have no value, so that no sum counts them.
        notes: What was read in a way the user may want to know, and what was assumed.
    """

    file: str
    form: str
    country: str
    actor: str
    months: tuple[int, int]
    currency: str
    items: tuple[ItemOutlook, ...]
    first: ItemOutlook | None
    value: Quantity
    at_risk: Quantity
    extra_cost: Quantity
    missing_cost: Quantity
    helps: tuple[Help, ...]
    unpriced: tuple[str, ...]
    notes: tuple[str, ...]

    def standing(self, standing: Standing) -> tuple[ItemOutlook, ...]:
        """The items of one standing."""
        return tuple(item for item in self.items if item.standing == standing)

    def to_dict(self) -> dict[str, Any]:
        """Give it as a JSON object."""
        return _record(self)

    def table(self) -> tuple[tuple[str, ...], list[tuple[str | float | None, ...]]]:
        """Give the items as a header and rows; text is escaped for spreadsheets.

        Columns: row, item, form, standing, relation, stop with its ends, probability of a stop,
        days of cover, extra and missing cost in the currency of the result, what helps most,
        and the reason.
        """
        header = (
            *("row", "item", "form", "standing", "relation", "stop", "stop_low", "stop_high"),
            *("stops", "cover_days", "extra_cost", "missing_cost", "helps_most", "reason"),
        )
        return header, [_row(item) for item in self.items]


def escaped(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _row(item: ItemOutlook) -> tuple[str | float | None, ...]:
    helps = next((one.name for one in item.helps if _gains(one)), "")
    return (
        *(item.row, escaped(item.item), escaped(item.form or item.written)),
        *(item.standing, item.relation),
        *(_number(item.stop, end) for end in ("value", "low", "high")),
        *(_number(part) for part in (item.stops, item.cover, item.extra_cost, item.missing_cost)),
        *(helps, escaped(item.reason)),
    )


def _gains(one: Help) -> bool:
    return any((part.value or 0.0) > 0 for part in (one.months, one.money) if part is not None)


def _number(quantity: Quantity | None, end: str = "value") -> float | None:
    return None if quantity is None else getattr(quantity, end)


def _record(record: Help | ItemOutlook | BillResult) -> dict[str, Any]:
    return {part.name: _plain(getattr(record, part.name)) for part in fields(record)}


def _plain(value: Any) -> Any:
    """Turn records and quantities into plain JSON values."""
    if isinstance(value, Quantity):
        return value.to_dict()
    if isinstance(value, (Help, ItemOutlook, BillResult)):
        return _record(value)
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    return value
